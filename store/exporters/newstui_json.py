"""newstui JSON: the form in which articles are exported, printed and imported again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any, BinaryIO

import orjson

from store.exporters.formats import ArticleCollection
from store.model.article import (
    Article,
    FullArticle,
    Passage,
    ReadingStatus,
    SimilarArticle,
    reading_minutes,
)
from store.model.times import format_timestamp, from_microseconds, is_dated
from store.text.clean import clean_json


def metadata_to_dict(article: Article, reading: ReadingStatus) -> dict[str, Any]:
    """Return metadata and reading status of an article, without the long parts."""
    return {
        **asdict(article),
        "extra": dict(article.extra),
        **asdict(reading),
        "minutes": reading_minutes(article.words),
    }


def article_to_dict(
    entry: FullArticle, similar: Iterable[SimilarArticle] | None = None
) -> dict[str, Any]:
    """Return a whole article with these similar ones, or those that it was imported with."""
    body = entry.body
    if similar is None:
        similar = (SimilarArticle(None, title, origin="import") for title in body.similar)
    return {
        **metadata_to_dict(entry.article, entry.reading),
        "text": body.text,
        "summary": body.summary,
        "summary_origin": body.summary_origin or None,
        "summary_complete": body.summary_complete,
        "similar": [similar_to_dict(other) for other in similar],
    }


def similar_to_dict(other: SimilarArticle) -> dict[str, Any]:
    """Return a similar article."""
    return {
        "id": other.id,
        "title": other.title,
        "category": other.category,
        "date": _format_date(other.timestamp),
        "score": round(other.score, 4),
        "terms": list(other.shared_terms),
        "origin": other.origin,
        "copies": other.duplicate_count,
        "language": other.language,
    }


def passage_to_dict(passage: Passage) -> dict[str, Any]:
    """Return a passage, with its article and its place in the text of that."""
    row = passage.article
    return {
        "id": row.id,
        "title": row.title,
        "category": row.category,
        "date": _format_date(row.timestamp),
        "paragraph": passage.number,
        "position": passage.position,
        "text": passage.text,
        "score": round(passage.score, 4),
        "read": passage.read,
    }


def write_json(collection: ArticleCollection, out: BinaryIO) -> Iterator[int]:
    """Write an array, one article per line; yield the number of articles written so far."""
    number = 0
    for number, entry in enumerate(collection.entries, start=1):
        out.write((b"[\n" if number == 1 else b",\n") + _encode_article(entry))
        yield number
    out.write(b"\n]\n" if number else b"[]\n")


def write_json_lines(collection: ArticleCollection, out: BinaryIO) -> Iterator[int]:
    """Write one article per line; yield the number of articles written so far."""
    for number, entry in enumerate(collection.entries, start=1):
        out.write(_encode_article(entry) + b"\n")
        yield number


def _encode_article(entry: FullArticle) -> bytes:
    fields = article_to_dict(entry)
    try:
        return orjson.dumps(fields)
    except orjson.JSONEncodeError:  # a lone surrogate, in a file that was edited by hand
        return orjson.dumps(clean_json(fields))


def _format_date(when: int) -> str | None:
    if not is_dated(when):
        return None
    text = format_timestamp(from_microseconds(when * 1_000_000))
    return text.removesuffix("T00:00:00Z")  # rows do not distinguish a date from its midnight
