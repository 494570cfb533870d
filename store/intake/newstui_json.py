"""newstui JSON: one article, an array of them, an object with `articles`, or one a line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from store.article import Refused
from store.intake.loose import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

BOM = b"\xef\xbb\xbf"


class Item(NamedTuple):
    """The fields of one article and where they stand."""

    where: str
    fields: Mapping[str, Any]


def json_items(name: str, data: bytes) -> Iterator[Item | Refused]:
    """Return the items of a JSON document."""
    try:
        value = parse_json(data.removeprefix(BOM))
    except ValueError as error:
        yield Refused(name, str(error))
        return
    alone = isinstance(value, dict) and not isinstance(value.get("articles"), list)
    for number, item in enumerate(_articles(value), start=1):
        yield _item(name if alone else f"{name}: article {number}", item)


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
            yield from (_item(where, item) for item in _articles(value))


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


def _articles(value: Any) -> list[Any]:
    if isinstance(value, dict) and isinstance(value.get("articles"), list):
        return list(value["articles"])
    return value if isinstance(value, list) else [value]


def _item(where: str, value: Any) -> Item | Refused:
    if isinstance(value, dict):
        return Item(where, value)
    return Refused(where, f"expected an article (a JSON object), found {kind_of(value)}")
