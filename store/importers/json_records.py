"""JSON: one record, an array of them, an object that holds some, or one a line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson

from store.importers.containers import ImportItem, extract_records, make_item
from store.model.article import Rejection

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

UTF8_BOM = b"\xef\xbb\xbf"


def read_json_items(name: str, data: bytes) -> Iterator[ImportItem | Rejection]:
    """Return the items of a JSON document."""
    try:
        value = parse_json(data.removeprefix(UTF8_BOM))
    except ValueError as error:
        yield Rejection(name, str(error))
        return
    records = extract_records(value)
    alone = records == [value]
    for number, record in enumerate(records, start=1):
        yield make_item(name if alone else f"{name}: article {number}", record)


def read_json_lines(name: str, lines: Iterable[bytes | None]) -> Iterator[ImportItem | Rejection]:
    """Return the items of JSON Lines as they come; None stands for a line that was too long."""
    for number, line in enumerate(lines, start=1):
        where = f"{name}: line {number}"
        if line is None:
            yield Rejection(where, "the line is too long")
            continue
        line = line.removeprefix(UTF8_BOM) if number == 1 else line
        if line.isspace() or not line:
            continue
        try:
            value = parse_json(line)
        except ValueError as error:
            yield Rejection(where, str(error))
        else:
            yield from (make_item(where, record) for record in extract_records(value))


def parse_json(data: bytes) -> Any:
    """Parse JSON as tolerantly as is safe: lone surrogates, NaN and infinity are let through.

    Raises:
        ValueError: It is not JSON; the text says where.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        strict = error
    try:
        # For what orjson refuses though nothing is wrong with the rest of the article.
        return json.loads(data.decode("utf-8"), parse_constant=lambda _: None)
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 at byte {error.start}") from None
    except (ValueError, RecursionError):
        place = f"column {strict.colno}" if strict.lineno == 1 else f"line {strict.lineno}"
        raise ValueError(f"not JSON: {strict.msg} ({place})") from None
