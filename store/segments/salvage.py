"""Damaged files of articles: what is still whole in them is taken out, and nothing thrown away.

A file may be cut, have a hole of NUL bytes, a flipped bit, garbage around it, or a shape that no
TinyDB file has. Reading (`store.segments.storage`) is strict; salvage then takes whatever documents are
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

from store.segments.storage import DOCUMENT_ID_PATTERN, BadContent, parse_tables

JsonDocument = dict[str, Any]

REQUIRED_FIELDS = {"articles": ("id", "title"), "texts": ("text",)}
"""What a document of each table has, as text; the first tells whether two are the same."""

MAX_REPARSES = 4
"""How often the file may be parsed over for documents that seem to hold other documents."""

# The start of a document. It never stands inside a string, for there its quotes were escaped; so
# behind each start the scan is in step again, whatever the damage before it.
_DOCUMENT_START = re.compile(rb'"(\d{1,9})"\s*+:\s*+\{')
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?+|[{}]', re.DOTALL)
_OPENS, _CLOSES = b"{}"
_TABLE_BEGINS = re.compile(rb":\s*+\{\s*+\Z")
_COMMA = re.compile(rb"\s*,\s*\Z")
_FORMAT = re.compile(rb'"_meta"\s*+:\s*+\{\s*+"1"\s*+:\s*+\{\s*+"format"\s*+:\s*+(\d{1,9})')
_HOLE = re.compile(rb"([^\t-\r -~])\1{7}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_UTF_16 = (codecs.BOM_UTF16_LE + b"{\0", codecs.BOM_UTF16_BE + b"\0{")
_REPLACEMENT = "\ufffd"


@dataclass(frozen=True, slots=True)
class SalvageResult:
    """What is still whole in a damaged file."""

    documents: dict[str, JsonDocument]
    """By document id, as in the table."""
    lost: int | None
    """How many documents are missing; None where the file cannot tell."""
    reason: str
    """Why the file is not a good one; empty if it is."""
    duplicates: int = 0
    """Documents that stood there once more, and were left out."""
    repaired: int = 0
    """Of the documents, those where bytes had to be replaced by U+FFFD or a number by null."""
    format: int | None = None
    """The format version the file says it has, if that can be read."""


@dataclass(frozen=True, slots=True)
class _DocumentSpan:
    """A document that ends: where it is, from its id to its last brace."""

    number: int
    start: int
    brace: int
    end: int
    is_nested: bool
    """Whether there are starts of other documents in it."""


@dataclass(frozen=True, slots=True)
class _FoundDocument:
    span: _DocumentSpan
    document: JsonDocument
    is_repaired: bool


def salvage(data: bytes, table: str) -> SalvageResult:
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
            return SalvageResult(tables[table], 0, "", format=number)
    found = _find_documents(body, REQUIRED_FIELDS[table])
    lost = _count_lost(body, [each.span for each in found])
    kept, copies, clashes = _assign_ids(found, REQUIRED_FIELDS[table][0])
    return SalvageResult(
        {str(id_): each.document for id_, each in sorted(kept.items())},
        None if lost is None else lost + clashes,
        reason,
        copies,
        sum(each.is_repaired for each in kept.values()),
        number,
    )


def _find_spans(data: bytes) -> Iterator[_DocumentSpan]:
    """Whatever may be a document and has its closing brace, those inside before those around."""
    starts = list(_DOCUMENT_START.finditer(data))
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
                    yield _make_span(starts[ended], token.end(), nested=ended != index)


def _make_span(start: re.Match[bytes], end: int, *, nested: bool) -> _DocumentSpan:
    return _DocumentSpan(int(start[1]), start.start(), start.end() - 1, end, nested)


def _find_documents(data: bytes, required: tuple[str, ...]) -> list[_FoundDocument]:
    """The documents, in the order they stand; none is inside of another."""
    found: list[_FoundDocument] = []
    again = MAX_REPARSES * len(data)
    for span in _find_spans(data):
        if span.is_nested:
            again -= span.end - span.brace
            if again < 0:
                continue
        document, mended = _parse_document(data[span.brace : span.end])
        if _is_whole(document, required):
            while found and found[-1].span.start > span.start:
                found.pop()
            found.append(_FoundDocument(span, document, mended))
    return found


def _is_whole(document: JsonDocument, required: tuple[str, ...]) -> bool:
    # One that lost its own end seems to hold those that follow it, under their ids.
    return all(isinstance(document.get(name), str) for name in required) and not any(
        map(DOCUMENT_ID_PATTERN.match, document)
    )


def _parse_document(data: bytes) -> tuple[JsonDocument, bool]:
    """The object in these bytes, empty if there is none, and whether it had to be mended."""
    try:
        return orjson.loads(data), False
    except orjson.JSONDecodeError:
        pass
    if _HOLE.search(data):  # what stands before and behind it may be two documents
        return {}, False
    text = _CONTROL.sub(_REPLACEMENT, data.decode("utf-8", "replace"))
    try:
        loose = json.loads(text, strict=False, parse_constant=lambda _: None)
        strict = _SURROGATE.sub(_REPLACEMENT, json.dumps(loose, ensure_ascii=False))
        return orjson.loads(strict), True
    except (ValueError, RecursionError):
        return {}, False


def _assign_ids(
    found: list[_FoundDocument], identity: str
) -> tuple[dict[int, _FoundDocument], int, int]:
    """The documents by id, how many were copies, and how many others had an id that was taken."""
    kept: dict[int, _FoundDocument] = {}
    copies = clashes = 0
    numbers = _correct_ids([each.span.number for each in found])
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


def _correct_ids(numbers: list[int]) -> list[int]:
    """The ids, where one that stands for just one missing in the row is that one.

    Ids rise through the file. Between 4 and 6 a flipped bit made the 7 of a 5; to believe it
    would give an article the text of another.
    """
    around = zip([0, *numbers], numbers, [*numbers[1:], 0], strict=False)
    return [before + 1 if after == before + 2 else number for before, number, after in around]


def _count_lost(data: bytes, spans: list[_DocumentSpan]) -> int | None:
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
    return lost + max(1, len(_DOCUMENT_START.findall(rest)))


# -- what is done with the file ------------------------------------------------------------


def describe_salvage(
    path: Path,
    table: str,
    salvaged: SalvageResult,
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
    if salvaged.repaired:
        recovered += f", {salvaged.repaired} of them with characters replaced"
    if salvaged.duplicates:
        recovered += f", without {salvaged.duplicates} that stood there twice"
    name = f"{path.parent.name}/{path.name} was damaged ({salvaged.reason})"
    if kept is None:
        return f"{name}: recovered {recovered}; the file is left {left}"
    return f"{name}: recovered {recovered}; the damaged file is kept as {kept.name}"
