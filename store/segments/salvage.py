"""Salvage of damaged article files: take out what is intact, and throw nothing away.

A file may be truncated, have a hole of NUL bytes, a flipped bit, garbage around it, or a shape that
no TinyDB file has. Reading (`store.segments.storage`) is strict; salvage then takes every document
that is still intact, in time linear in the size, whatever the bytes are.
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
"""The string fields that a document of each table must have; the first identifies it."""

MAX_REPARSES = 4
"""Multiple of the file's size that may be parsed again for documents that seem to contain others.
"""

# The start of a document. It never occurs inside a string, where its quotes would be escaped; so the
# scan is in step again after each start, whatever the damage before it.
_DOCUMENT_START = re.compile(rb'"(\d{1,9})"\s*+:\s*+\{')
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.?)*+"?+|[{}]', re.DOTALL)
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
    """The result of salvaging a damaged file."""

    documents: dict[str, JsonDocument]
    """By document id, as in the table."""
    lost: int | None
    """The number of documents lost; None if the file does not show it."""
    reason: str
    """Why the file is damaged; empty if it is not."""
    duplicates: int = 0
    """Second copies of documents, which were dropped."""
    repaired: int = 0
    """Documents in which bytes were replaced by U+FFFD, or a number by null."""
    format: int | None = None
    """The format version that the file states, if that can be read."""


@dataclass(frozen=True, slots=True)
class _DocumentSpan:
    """The place of a complete document, from its id to its last brace."""

    number: int
    start: int
    brace: int
    end: int
    is_nested: bool
    """True if other documents seem to start inside it."""


@dataclass(frozen=True, slots=True)
class _FoundDocument:
    span: _DocumentSpan
    document: JsonDocument
    is_repaired: bool


def salvage(data: bytes, table: str) -> SalvageResult:
    """Take every intact document of a table out of the bytes of a file.

    A document counts if it is an object with the fields in `REQUIRED_FIELDS`. If an id occurs
    twice, the first document keeps it, unless only the second one continues the sequence of ids.
    """
    body = data.decode("utf-16", "replace").encode() if data[:4] in _UTF_16 else data
    version = _FORMAT.search(body)
    number = int(version[1]) if version else None
    reason = f"no table “{table}” in it"
    try:
        tables = parse_tables(data, thorough=True)
    except BadContent as error:
        reason = str(error)
    else:
        if table in tables:
            return SalvageResult(tables[table], 0, "", format=number)
    found = _find_documents(body, REQUIRED_FIELDS[table])
    lost = _count_lost(body, [each.span for each in found])
    by_id, duplicates, clashes = _assign_ids(found, REQUIRED_FIELDS[table][0])
    return SalvageResult(
        {str(id_): each.document for id_, each in sorted(by_id.items())},
        None if lost is None else lost + clashes,
        reason,
        duplicates,
        sum(each.is_repaired for each in by_id.values()),
        number,
    )


def _find_spans(data: bytes) -> Iterator[_DocumentSpan]:
    """Yield whatever may be a complete document, inner ones before those around them."""
    starts = list(_DOCUMENT_START.finditer(data))
    stops = [start.start() for start in starts[1:]] + [len(data)]
    waiting: list[tuple[int, int]] = []  # starts without an end so far, and the depth around them
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
    """Return the documents in their order in the file; none is inside another."""
    found: list[_FoundDocument] = []
    budget = MAX_REPARSES * len(data)
    for span in _find_spans(data):
        if span.is_nested:
            budget -= span.end - span.brace
            if budget < 0:
                continue
        document, is_repaired = _parse_document(data[span.brace : span.end])
        if _is_whole(document, required):
            while found and found[-1].span.start > span.start:
                found.pop()
            found.append(_FoundDocument(span, document, is_repaired))
    return found


def _is_whole(document: JsonDocument, required: tuple[str, ...]) -> bool:
    # A document that lost its end seems to contain those that follow it, under their ids.
    return all(isinstance(document.get(name), str) for name in required) and not any(
        map(DOCUMENT_ID_PATTERN.match, document)
    )


def _parse_document(data: bytes) -> tuple[JsonDocument, bool]:
    """Return the object in these bytes, empty if there is none; and whether it was repaired."""
    try:
        return orjson.loads(data), False
    except orjson.JSONDecodeError:
        pass
    if _HOLE.search(data):  # the parts before and after it may be two documents
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
    """Return the documents by id, and the number of duplicates and of clashes of ids."""
    by_id: dict[int, _FoundDocument] = {}
    duplicates = clashes = 0
    numbers = _correct_ids([each.span.number for each in found])
    for before, number, each in zip([0, *numbers], numbers, found, strict=False):
        first = by_id.setdefault(number, each)
        if first is each:
            continue
        if first.document[identity] == each.document[identity]:
            duplicates += 1
            continue
        clashes += 1
        if number == before + 1:
            by_id[number] = each
    return by_id, duplicates, clashes


def _correct_ids(numbers: list[int]) -> list[int]:
    """Return the ids, correcting one that stands in place of the only id missing.

    Ids rise through the file. Between 4 and 6, a flipped bit turned a 5 into a 7; to believe it
    would give an article the text of another.
    """
    around = zip([0, *numbers], numbers, [*numbers[1:], 0], strict=False)
    return [before + 1 if after == before + 2 else number for before, number, after in around]


def _count_lost(data: bytes, spans: list[_DocumentSpan]) -> int | None:
    """Return how many documents are missing between, before and after those that were found."""
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
    if not rest.endswith(b"}}\n"):  # our files end like this, so it was truncated
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
    """Return one line about a damaged file and what came out of it.

    `kept` is the file that keeps its bytes, or None if it was left as it is; `left` then says how.
    """
    saved, lost = len(salvaged.documents), salvaged.lost
    total = saved + (lost or 0)
    things = table.removesuffix("s") if total == 1 else table
    recovered = f"{'all ' if saved > 1 and lost == 0 else ''}{saved} {things}"
    if lost:
        recovered = f"{saved} of {total} {things}"
    if lost is None:
        recovered += " (number lost unknown)"
    if salvaged.repaired:
        recovered += f", {salvaged.repaired} of them with characters replaced"
    if salvaged.duplicates:
        noun = "duplicate" if salvaged.duplicates == 1 else "duplicates"
        recovered += f", {salvaged.duplicates} {noun} dropped"
    name = f"{path.parent.name}/{path.name} was damaged ({salvaged.reason})"
    if kept is None:
        return f"{name}: recovered {recovered}; the file is left {left}"
    return f"{name}: recovered {recovered}; the damaged file is kept as {kept.name}"
