"""Reads single texts out of segments without parsing these: for the lines that a search shows.

A segment's texts are some megabytes of JSON. Where each text begins in the file is looked for once;
a text is then read in some microseconds. What is not as we write it is read whole, as ever.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple

import orjson

from store.documents import UNFIT, body_of
from store.errors import LibraryDamaged
from store.segments import Place, Segments, Stamp, stamp_of

BEGINS = b'":{"text":"'
"""How a document of ours begins; inside of a text the quotes are escaped."""
KEPT = 400
"""Segments whose beginnings are kept: 12 KB each."""


class Beginnings(NamedTuple):
    """Where the documents of a file begin: numbers and places, in the order of the file."""

    stamp: Stamp
    numbers: array[int]
    starts: array[int]


class Glimpses:
    """Texts of the segments, one at a time."""

    def __init__(self, segments: Segments) -> None:
        """Read from these segments."""
        self._segments = segments
        self._kept: OrderedDict[Path, Beginnings] = OrderedDict()

    def texts(self, place: Place) -> tuple[str, str]:
        """Text and summary of an article, safe to show; empty where they cannot be read."""
        try:
            body = body_of(self._document(place))
        except (*UNFIT, LookupError, OSError):  # it is not as we write it
            try:
                body = self._segments.body(place)
            except LibraryDamaged:
                return "", ""
        return body.text, body.summary

    def _document(self, place: Place) -> dict[str, object]:
        path = self._segments.texts_path(place.segment)
        if self._segments.has_copies(place.segment):
            raise LookupError
        begun = self._beginnings(path)
        at = begun.numbers.index(place.document)
        start, end = begun.starts[at], begun.starts[at + 1]
        with path.open("rb") as file:
            file.seek(start)
            data = file.read(end - start)
        # From `{` to the comma before the number of the next one: what is between is one document.
        document: dict[str, object] = orjson.loads(data[: data.rindex(b",")])
        return document

    def _beginnings(self, path: Path) -> Beginnings:
        stamp = stamp_of(path) or (0, 0)
        kept = self._kept.get(path)
        if kept is None or kept.stamp != stamp:
            kept = self._kept[path] = Beginnings(stamp, *_scanned(path.read_bytes()))
        self._kept.move_to_end(path)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return kept


def _scanned(data: bytes) -> tuple[array[int], array[int]]:
    numbers, starts = array("I"), array("Q")
    at = data.find(BEGINS)
    while at >= 0:
        quote = data.rindex(b'"', 0, at)
        numbers.append(int(data[quote + 1 : at]))
        starts.append(at + 2)
        at = data.find(BEGINS, at + len(BEGINS))
    return numbers, starts
