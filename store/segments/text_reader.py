"""Random access to single texts of the segments, for opened articles and for snippets.

A segment's texts are some megabytes of JSON. The offsets of its documents are found once; a text is
then read in microseconds, without parsing the file. A file that is not laid out as newstui writes
it is parsed as a whole.
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
from store.segments.segments import ArticleLocation, Segments
from store.system.files import FileSignature, file_signature

DOCUMENT_START = b'":{"text":"'
"""The start of our documents; inside a text the quotes are escaped."""
TABLE_START, TABLE_END = b'"texts":{', b"}}}"
"""The start of the table of our files, and the end of document, table and file."""
MAX_CACHED_SEGMENTS = 400
"""Segments whose offsets are kept, at 20 KB each."""


class TextOffsets(NamedTuple):
    """The offsets of a file's documents: numbers, starts and ends, in the order of the file."""

    signature: FileSignature
    document_ids: array[int]
    starts: array[int]
    ends: array[int]


class TextReader:
    """Reads the texts of the segments, one at a time."""

    def __init__(self, segments: Segments) -> None:
        self._segments = segments
        self._cache: OrderedDict[Path, TextOffsets] = OrderedDict()

    def read_body(self, location: ArticleLocation) -> Body:
        """Return the text of an article, safe to show; an empty body if it has none.

        Raises:
            LibraryDamaged: The texts file cannot be read.
        """
        try:
            return body_from_document(self._read_document(location))
        except (*DOCUMENT_ERRORS, LookupError, OSError):  # not laid out as we write it
            return self._segments.read_body(location)

    def read_text_and_summary(self, location: ArticleLocation) -> tuple[str, str]:
        """Return text and summary of an article, safe to show; empty if they cannot be read."""
        try:
            body = self.read_body(location)
        except LibraryDamaged:
            return "", ""
        return body.text, body.summary

    def _read_document(self, location: ArticleLocation) -> dict[str, object]:
        path = self._segments.texts_path(location.segment)
        if self._segments.has_copies(location.segment):
            raise LookupError
        offsets = self._offsets(path)
        if offsets.document_ids.count(location.document_id) != 1:
            raise LookupError
        index = offsets.document_ids.index(location.document_id)
        with path.open("rb") as file:
            file.seek(offsets.starts[index])
            data = file.read(offsets.ends[index] - offsets.starts[index])
        document: dict[str, object] = orjson.loads(data)
        return document

    def _offsets(self, path: Path) -> TextOffsets:
        signature = file_signature(path) or (0, 0)
        offsets = self._cache.get(path)
        if offsets is None or offsets.signature != signature:
            offsets = self._cache[path] = TextOffsets(signature, *_scan_offsets(path.read_bytes()))
        self._cache.move_to_end(path)
        while len(self._cache) > MAX_CACHED_SEGMENTS:
            self._cache.popitem(last=False)
        return offsets


def _scan_offsets(data: bytes) -> tuple[array[int], array[int], array[int]]:
    numbers, starts, ends = array("I"), array("Q"), array("Q")
    data = data.rstrip()
    start = data.find(DOCUMENT_START)
    table = data[: max(0, data.rfind(b'"', 0, start))]
    if not (table.endswith(TABLE_START) and data.endswith(TABLE_END)):  # truncated, or not ours
        raise LookupError
    while start >= 0:
        quote = data.rindex(b'"', 0, start)
        if starts:
            ends.append(quote - 1)  # without the comma between them
        numbers.append(int(data[quote + 1 : start]))
        starts.append(start + 2)
        start = data.find(DOCUMENT_START, start + len(DOCUMENT_START))
    ends.append(len(data) - 2)
    return numbers, starts, ends
