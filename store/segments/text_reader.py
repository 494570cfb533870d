"""Reads single texts out of segments without parsing these: for what is opened, and the lines a search shows.

A segment's texts are some megabytes of JSON. Where each text stands in the file is looked for once;
a text is then read in some microseconds. What is not as we write it is read whole, as ever.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple

import orjson

from store.model.article import Body
from store.model.errors import LibraryDamaged
from store.segments.documents import DOCUMENT_ERRORS, body_from_document
from store.segments.segments import ArticleLocation, FileSignature, Segments, file_signature

DOCUMENT_START = b'":{"text":"'
"""How a document of ours begins; inside of a text the quotes are escaped."""
TABLE_START, TABLE_END = b'"texts":{', b"}}}"
"""How the table of a file of ours begins, and how it ends: document, table and all."""
MAX_CACHED_SEGMENTS = 400
"""Segments whose places are kept: 20 KB each."""


class TextOffsets(NamedTuple):
    """Where the documents of a file stand: numbers, begins and ends, in the order of the file."""

    signature: FileSignature
    document_ids: array[int]
    starts: array[int]
    ends: array[int]


class TextReader:
    """Texts of the segments, one at a time."""

    def __init__(self, segments: Segments) -> None:
        """Read from these segments."""
        self._segments = segments
        self._cache: OrderedDict[Path, TextOffsets] = OrderedDict()

    def read_body(self, place: ArticleLocation) -> Body:
        """The text of an article, safe to show; an empty body where the texts file has none.

        Raises:
            LibraryDamaged: It cannot be understood.
        """
        try:
            return body_from_document(self._read_document(place))
        except (*DOCUMENT_ERRORS, LookupError, OSError):  # it is not as we write it
            return self._segments.read_body(place)

    def read_text_and_summary(self, place: ArticleLocation) -> tuple[str, str]:
        """Text and summary of an article, safe to show; empty where they cannot be read."""
        try:
            body = self.read_body(place)
        except LibraryDamaged:
            return "", ""
        return body.text, body.summary

    def _read_document(self, place: ArticleLocation) -> dict[str, object]:
        path = self._segments.texts_path(place.segment)
        if self._segments.has_copies(place.segment):
            raise LookupError
        known = self._offsets(path)
        if known.document_ids.count(place.document_id) != 1:
            raise LookupError
        at = known.document_ids.index(place.document_id)
        with path.open("rb") as file:
            file.seek(known.starts[at])
            data = file.read(known.ends[at] - known.starts[at])
        document: dict[str, object] = orjson.loads(data)
        return document

    def _offsets(self, path: Path) -> TextOffsets:
        stamp = file_signature(path) or (0, 0)
        kept = self._cache.get(path)
        if kept is None or kept.signature != stamp:
            kept = self._cache[path] = TextOffsets(stamp, *_scan_offsets(path.read_bytes()))
        self._cache.move_to_end(path)
        while len(self._cache) > MAX_CACHED_SEGMENTS:
            self._cache.popitem(last=False)
        return kept


def _scan_offsets(data: bytes) -> tuple[array[int], array[int], array[int]]:
    numbers, starts, ends = array("I"), array("Q"), array("Q")
    data = data.rstrip()
    at = data.find(DOCUMENT_START)
    table = data[: max(0, data.rfind(b'"', 0, at))]
    if not (table.endswith(TABLE_START) and data.endswith(TABLE_END)):  # cut off, or something else
        raise LookupError
    while at >= 0:
        quote = data.rindex(b'"', 0, at)
        if starts:
            ends.append(quote - 1)  # between the two stands a comma
        numbers.append(int(data[quote + 1 : at]))
        starts.append(at + 2)
        at = data.find(DOCUMENT_START, at + len(DOCUMENT_START))
    ends.append(len(data) - 2)
    return numbers, starts, ends
