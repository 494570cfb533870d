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
from store.segments.documents import UNFIT, body_of
from store.segments.segments import Place, Segments, Stamp, stamp_of

BEGINS = b'":{"text":"'
"""How a document of ours begins; inside of a text the quotes are escaped."""
TABLE, ENDS = b'"texts":{', b"}}}"
"""How the table of a file of ours begins, and how it ends: document, table and all."""
KEPT = 400
"""Segments whose places are kept: 20 KB each."""


class Places(NamedTuple):
    """Where the documents of a file stand: numbers, begins and ends, in the order of the file."""

    stamp: Stamp
    numbers: array[int]
    starts: array[int]
    ends: array[int]


class Glimpses:
    """Texts of the segments, one at a time."""

    def __init__(self, segments: Segments) -> None:
        """Read from these segments."""
        self._segments = segments
        self._kept: OrderedDict[Path, Places] = OrderedDict()

    def body(self, place: Place) -> Body:
        """The text of an article, safe to show; an empty body where the texts file has none.

        Raises:
            LibraryDamaged: It cannot be understood.
        """
        try:
            return body_of(self._document(place))
        except (*UNFIT, LookupError, OSError):  # it is not as we write it
            return self._segments.body(place)

    def texts(self, place: Place) -> tuple[str, str]:
        """Text and summary of an article, safe to show; empty where they cannot be read."""
        try:
            body = self.body(place)
        except LibraryDamaged:
            return "", ""
        return body.text, body.summary

    def _document(self, place: Place) -> dict[str, object]:
        path = self._segments.texts_path(place.segment)
        if self._segments.has_copies(place.segment):
            raise LookupError
        known = self._places(path)
        if known.numbers.count(place.document) != 1:
            raise LookupError
        at = known.numbers.index(place.document)
        with path.open("rb") as file:
            file.seek(known.starts[at])
            data = file.read(known.ends[at] - known.starts[at])
        document: dict[str, object] = orjson.loads(data)
        return document

    def _places(self, path: Path) -> Places:
        stamp = stamp_of(path) or (0, 0)
        kept = self._kept.get(path)
        if kept is None or kept.stamp != stamp:
            kept = self._kept[path] = Places(stamp, *_scanned(path.read_bytes()))
        self._kept.move_to_end(path)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return kept


def _scanned(data: bytes) -> tuple[array[int], array[int], array[int]]:
    numbers, starts, ends = array("I"), array("Q"), array("Q")
    data = data.rstrip()
    at = data.find(BEGINS)
    table = data[: max(0, data.rfind(b'"', 0, at))]
    if not (table.endswith(TABLE) and data.endswith(ENDS)):  # cut off, or something else
        raise LookupError
    while at >= 0:
        quote = data.rindex(b'"', 0, at)
        if starts:
            ends.append(quote - 1)  # between the two stands a comma
        numbers.append(int(data[quote + 1 : at]))
        starts.append(at + 2)
        at = data.find(BEGINS, at + len(BEGINS))
    ends.append(len(data) - 2)
    return numbers, starts, ends
