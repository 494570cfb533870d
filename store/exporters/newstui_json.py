"""newstui JSON: how an article leaves the library, and in which form it may come back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, BinaryIO

import orjson

from store.exporters.collection import Book
from store.model.article import Article, Entry, Reading, Similar, minutes
from store.model.times import from_micros, iso
from store.text.clean import clean_json


def facts_json(article: Article, reading: Reading) -> dict[str, Any]:
    """Facts and reading state, without the long parts."""
    return {
        **asdict(article),
        "extra": dict(article.extra),
        **asdict(reading),
        "minutes": minutes(article.words),
    }


def entry_json(entry: Entry, similar: Sequence[Similar]) -> dict[str, Any]:
    """One article whole."""
    body = entry.body
    return {
        **facts_json(entry.article, entry.reading),
        "text": body.text,
        "summary": body.summary,
        "summary_origin": body.summary_origin or None,
        "summary_complete": body.summary_complete,
        "similar": [similar_json(other) for other in similar],
    }


def similar_json(other: Similar) -> dict[str, Any]:
    """One similar reading."""
    return {
        "id": other.id,
        "title": other.title,
        "category": other.category,
        "date": _date(other.when),
        "score": round(other.score, 4),
        "terms": list(other.terms),
        "origin": other.origin,
        "copies": other.copies,
    }


def came_with(entry: Entry) -> list[Similar]:
    """The similar readings that came with an article; what an index finds is not part of it."""
    return [Similar(None, title, origin="import") for title in entry.body.similar]


def write_json(book: Book, out: BinaryIO) -> Iterator[int]:
    """Write an array with an article a line."""
    number = 0
    for number, entry in enumerate(book.entries, start=1):
        out.write((b"[\n" if number == 1 else b",\n") + _line(entry))
        yield number
    out.write(b"\n]\n" if number else b"[]\n")


def write_json_lines(book: Book, out: BinaryIO) -> Iterator[int]:
    """Write an article a line."""
    for number, entry in enumerate(book.entries, start=1):
        out.write(_line(entry) + b"\n")
        yield number


def _line(entry: Entry) -> bytes:
    fields = entry_json(entry, came_with(entry))
    try:
        return orjson.dumps(fields)
    except orjson.JSONEncodeError:  # half a character, in a file that was edited by hand
        return orjson.dumps(clean_json(fields))


def _date(when: int) -> str | None:
    if not when:
        return None
    text = iso(from_micros(when * 1_000_000))
    return text.removesuffix("T00:00:00Z")  # a row does not tell a date from its midnight
