"""JSON: one record, an array of them, an object that holds some, or one a line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson

from store.importers.containers import Item, as_item, records_of
from store.model.article import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BOM = b"\xef\xbb\xbf"


def json_items(name: str, data: bytes) -> Iterator[Item | Refused]:
    """Return the items of a JSON document."""
    try:
        value = parse_json(data.removeprefix(BOM))
    except ValueError as error:
        yield Refused(name, str(error))
        return
    records = records_of(value)
    alone = records == [value]
    for number, record in enumerate(records, start=1):
        yield as_item(name if alone else f"{name}: article {number}", record)


def json_lines(name: str, lines: Iterable[bytes | None]) -> Iterator[Item | Refused]:
    """Return the items of JSON Lines as they come; None stands for a line that was too long."""
    for number, line in enumerate(lines, start=1):
        where = f"{name}: line {number}"
        if line is None:
            yield Refused(where, "the line is too long")
            continue
        line = line.removeprefix(BOM) if number == 1 else line
        if line.isspace() or not line:
            continue
        try:
            value = parse_json(line)
        except ValueError as error:
            yield Refused(where, str(error))
        else:
            yield from (as_item(where, record) for record in records_of(value))


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
