"""newstui JSON: how an article leaves the library, and in which form it may come back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, BinaryIO

import orjson

from store.exporters.collection import ArticleCollection
from store.model.article import Article, FullArticle, ReadingStatus, SimilarArticle, reading_minutes
from store.model.times import format_timestamp, from_microseconds
from store.text.clean import clean_json


def metadata_to_dict(article: Article, reading: ReadingStatus) -> dict[str, Any]:
    """Facts and reading state, without the long parts."""
    return {
        **asdict(article),
        "extra": dict(article.extra),
        **asdict(reading),
        "minutes": reading_minutes(article.words),
    }


def article_to_dict(entry: FullArticle, similar: Sequence[SimilarArticle]) -> dict[str, Any]:
    """One article whole."""
    body = entry.body
    return {
        **metadata_to_dict(entry.article, entry.reading),
        "text": body.text,
        "summary": body.summary,
        "summary_origin": body.summary_origin or None,
        "summary_complete": body.summary_complete,
        "similar": [similar_to_dict(other) for other in similar],
    }


def similar_to_dict(other: SimilarArticle) -> dict[str, Any]:
    """One similar reading."""
    return {
        "id": other.id,
        "title": other.title,
        "category": other.category,
        "date": _format_date(other.timestamp),
        "score": round(other.score, 4),
        "terms": list(other.shared_terms),
        "origin": other.origin,
        "copies": other.duplicate_count,
    }


def list_imported_similar(entry: FullArticle) -> list[SimilarArticle]:
    """The similar readings that came with an article; what an index finds is not part of it."""
    return [SimilarArticle(None, title, origin="import") for title in entry.body.similar]


def write_json(book: ArticleCollection, out: BinaryIO) -> Iterator[int]:
    """Write an array with an article a line."""
    number = 0
    for number, entry in enumerate(book.entries, start=1):
        out.write((b"[\n" if number == 1 else b",\n") + _encode_article(entry))
        yield number
    out.write(b"\n]\n" if number else b"[]\n")


def write_json_lines(book: ArticleCollection, out: BinaryIO) -> Iterator[int]:
    """Write an article a line."""
    for number, entry in enumerate(book.entries, start=1):
        out.write(_encode_article(entry) + b"\n")
        yield number


def _encode_article(entry: FullArticle) -> bytes:
    fields = article_to_dict(entry, list_imported_similar(entry))
    try:
        return orjson.dumps(fields)
    except orjson.JSONEncodeError:  # half a character, in a file that was edited by hand
        return orjson.dumps(clean_json(fields))


def _format_date(when: int) -> str | None:
    if not when:
        return None
    text = format_timestamp(from_microseconds(when * 1_000_000))
    return text.removesuffix("T00:00:00Z")  # a row does not tell a date from its midnight
