"""Damaged files of articles: what is still whole in them is taken out, and nothing thrown away.

A file may be cut, have a hole of NUL bytes, a flipped bit, garbage around it, or a shape that no
TinyDB file has. Reading (`store.segments.strict_json`) is strict; salvage then takes whatever documents are
still whole, in time linear in the size, whatever the bytes are. Only `aside` touches a disk.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson

from store.segments.strict_json import NUMBER, BadContent, parse_tables

Document = dict[str, Any]

REQUIRED = {"articles": ("id", "title"), "texts": ("text",)}
"""What a document of each table has, as text; the first tells whether two are the same."""

AGAIN = 4
"""How often the file may be parsed over for documents that seem to hold other documents."""

# The start of a document. It never stands inside a string, for there its quotes were escaped; so
# behind each start the scan is in step again, whatever the damage before it.
_START = re.compile(rb'"(\d{1,9})"\s*+:\s*+\{')
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?+|[{}]', re.DOTALL)
_OPENS, _CLOSES = b"{}"
_TABLE_BEGINS = re.compile(rb":\s*+\{\s*+\Z")
_COMMA = re.compile(rb"\s*,\s*\Z")
_FORMAT = re.compile(rb'"_meta"\s*+:\s*+\{\s*+"1"\s*+:\s*+\{\s*+"format"\s*+:\s*+(\d{1,9})')
_HOLE = re.compile(rb"([^\t-\r -~])\1{7}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_UTF_16 = (codecs.BOM_UTF16_LE + b"{\0", codecs.BOM_UTF16_BE + b"\0{")
_REPLACED = "\ufffd"


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What is still whole in a damaged file."""

    documents: dict[str, Document]
    """By document id, as in the table."""
    lost: int | None
    """How many documents are missing; None where the file cannot tell."""
    reason: str
    """Why the file is not a good one; empty if it is."""
    copies: int = 0
    """Documents that stood there once more, and were left out."""
    mended: int = 0
    """Of the documents, those where bytes had to be replaced by U+FFFD or a number by null."""
    format: int | None = None
    """The format version the file says it has, if that can be read."""


@dataclass(frozen=True, slots=True)
class _Span:
    """A document that ends: where it is, from its id to its last brace."""

    number: int
    start: int
    brace: int
    end: int
    nested: bool
    """Whether there are starts of other documents in it."""


@dataclass(frozen=True, slots=True)
class _Found:
    span: _Span
    document: Document
    mended: bool


def salvage(data: bytes, table: str) -> Salvaged:
    """Take every document out of the bytes that is still whole.

    A document counts if it is an object with what its table requires (`REQUIRED`). If an id stands
    twice, the first document keeps it, unless only the second continues the row of ids.

    Args:
        data: Anything.
        table: `articles` or `texts`: which documents to look for.
    """
    body = data.decode("utf-16", "replace").encode() if data[:4] in _UTF_16 else data
    version = _FORMAT.search(body)
    number = int(version[1]) if version else None
    reason = f"there is no table “{table}” in it"
    try:
        tables = parse_tables(data, thorough=True)
    except BadContent as error:
        reason = str(error)
    else:
        if table in tables:
            return Salvaged(tables[table], 0, "", format=number)
    found = _found(body, REQUIRED[table])
    lost = _lost(body, [each.span for each in found])
    kept, copies, clashes = _by_id(found, REQUIRED[table][0])
    return Salvaged(
        {str(id_): each.document for id_, each in sorted(kept.items())},
        None if lost is None else lost + clashes,
        reason,
        copies,
        sum(each.mended for each in kept.values()),
        number,
    )


def _spans(data: bytes) -> Iterator[_Span]:
    """Whatever may be a document and has its closing brace, those inside before those around."""
    starts = list(_START.finditer(data))
    stops = [start.start() for start in starts[1:]] + [len(data)]
    waiting: list[tuple[int, int]] = []  # starts without an end yet, with the depth around them
    depth = 0
    for index, (start, stop) in enumerate(zip(starts, stops, strict=False)):
        waiting.append((index, depth))
        depth += 1
        for token in _TOKEN.finditer(data, start.end(), stop):
            mark = data[token.start()]
            if mark == _OPENS:
                depth += 1
            elif mark == _CLOSES and waiting:
                depth -= 1
                if waiting[-1][1] == depth:
                    ended = waiting.pop()[0]
                    yield _span(starts[ended], token.end(), nested=ended != index)


def _span(start: re.Match[bytes], end: int, *, nested: bool) -> _Span:
    return _Span(int(start[1]), start.start(), start.end() - 1, end, nested)


def _found(data: bytes, required: tuple[str, ...]) -> list[_Found]:
    """The documents, in the order they stand; none is inside of another."""
    found: list[_Found] = []
    again = AGAIN * len(data)
    for span in _spans(data):
        if span.nested:
            again -= span.end - span.brace
            if again < 0:
                continue
        document, mended = _document(data[span.brace : span.end])
        if _is_whole(document, required):
            while found and found[-1].span.start > span.start:
                found.pop()
            found.append(_Found(span, document, mended))
    return found


def _is_whole(document: Document, required: tuple[str, ...]) -> bool:
    # One that lost its own end seems to hold those that follow it, under their ids.
    return all(isinstance(document.get(name), str) for name in required) and not any(
        map(NUMBER.match, document)
    )


def _document(data: bytes) -> tuple[Document, bool]:
    """The object in these bytes, empty if there is none, and whether it had to be mended."""
    try:
        return orjson.loads(data), False
    except orjson.JSONDecodeError:
        pass
    if _HOLE.search(data):  # what stands before and behind it may be two documents
        return {}, False
    text = _CONTROL.sub(_REPLACED, data.decode("utf-8", "replace"))
    try:
        loose = json.loads(text, strict=False, parse_constant=lambda _: None)
        strict = _SURROGATE.sub(_REPLACED, json.dumps(loose, ensure_ascii=False))
        return orjson.loads(strict), True
    except (ValueError, RecursionError):
        return {}, False


def _by_id(found: list[_Found], identity: str) -> tuple[dict[int, _Found], int, int]:
    """The documents by id, how many were copies, and how many others had an id that was taken."""
    kept: dict[int, _Found] = {}
    copies = clashes = 0
    numbers = _in_row([each.span.number for each in found])
    for before, number, each in zip([0, *numbers], numbers, found, strict=False):
        first = kept.setdefault(number, each)
        if first is each:
            continue
        if first.document[identity] == each.document[identity]:
            copies += 1
            continue
        clashes += 1
        if number == before + 1:
            kept[number] = each
    return kept, copies, clashes


def _in_row(numbers: list[int]) -> list[int]:
    """The ids, where one that stands for just one missing in the row is that one.

    Ids rise through the file. Between 4 and 6 a flipped bit made the 7 of a 5; to believe it
    would give an article the text of another.
    """
    around = zip([0, *numbers], numbers, [*numbers[1:], 0], strict=False)
    return [before + 1 if after == before + 2 else number for before, number, after in around]


def _lost(data: bytes, spans: list[_Span]) -> int | None:
    """How many documents are missing between, before and after those that were found."""
    if not spans:
        return None
    first = spans[0]
    lost = 0 if _TABLE_BEGINS.search(data, 0, first.start) else max(0, first.number - 1)
    for one, next_ in pairwise(spans):
        between = data[one.end : next_.start]
        ends = between.lstrip().startswith(b"}") or _TABLE_BEGINS.search(between)
        if not ends and not _COMMA.match(between):
            lost += max(next_.number - one.number - 1, b'"' in between, 0)
    rest = data[spans[-1].end :]
    if rest.lstrip().startswith(b"}") or (b"}" in rest and b'"' not in rest):
        return lost
    if not rest.endswith(b"}}\n"):  # as we end a file: so it is not cut
        return None
    return lost + max(1, len(_START.findall(rest)))


# -- what is done with the file ------------------------------------------------------------


def report(
    path: Path,
    table: str,
    salvaged: Salvaged,
    kept: Path | None,
    left: str = "to the machine that writes it",
) -> str:
    """The one line that tells the user.

    Args:
        path: The damaged file.
        table: Its table, `articles` or `texts`.
        salvaged: What came out of it.
        kept: Where its bytes are kept; None if it was left as it is.
        left: How it was left then.
    """
    saved, lost = len(salvaged.documents), salvaged.lost
    total = saved + (lost or 0)
    things = table.removesuffix("s") if total == 1 else table
    recovered = f"{'all ' if saved > 1 and lost == 0 else ''}{saved} {things}"
    if lost:
        recovered = f"{saved} of {total} {things}"
    if lost is None:
        recovered += " (how many are lost is not known)"
    if salvaged.mended:
        recovered += f", {salvaged.mended} of them with characters replaced"
    if salvaged.copies:
        recovered += f", without {salvaged.copies} that stood there twice"
    name = f"{path.parent.name}/{path.name} was damaged ({salvaged.reason})"
    if kept is None:
        return f"{name}: recovered {recovered}; the file is left {left}"
    return f"{name}: recovered {recovered}; the damaged file is kept as {kept.name}"
