"""Building articles: fields from outside become a valid, clean article, or are rejected.

Every importer and every feed only makes a mapping in the shape of newstui JSON.
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from store.importers.coerce import (
    RawFields,
    coerce_count,
    coerce_flag,
    coerce_json,
    coerce_line,
    coerce_names,
    coerce_paragraphs,
    coerce_text,
    parse_uuid,
)
from store.importers.containers import ImportItem
from store.importers.reader_exports import READER_FORMATS, detect_reader_format
from store.model.article import Article, Body, ParsedArticle, ReadingStatus, Rejection
from store.model.errors import InvalidInput
from store.model.times import parse_timestamp
from store.text.clean import clean_json
from store.text.prose import count_words, ends_with_full_stop, make_title
from store.text.urls import make_url_id

TEXT_NAMESPACE = uuid.UUID("7c1d5c0e-3a0b-4f0e-9c59-2f1a54f1b6de")
"""Namespace of ids that are made from title, date and text. It must never change."""

ARTICLE_SOURCES = frozenset({"import", "feed", "page", "sample"})
SUMMARY_ORIGINS = frozenset({"import", "extract", "command"})
HTML_CONTENT_START = re.compile(
    r"\s*<(?:p|div|h[1-6]|article|section|figure|blockquote|ul|ol|table|html|!doctype)\b[^<>]*>",
    re.IGNORECASE,
)
"""The beginning of a `content` field that is HTML."""


def build_article(fields: Mapping[str, Any], *, source: str, now: str) -> ParsedArticle:
    """Build an article from its fields.

    Args:
        fields: In the shape of newstui JSON; a few names of other programs are accepted too.
            Unknown fields are kept in `extra`.
        source: The value of `Article.source` unless the fields have one.
        now: The current time, ISO 8601 in UTC.

    Raises:
        InvalidInput: There is nothing in it, or a field has the wrong type.
    """
    raw = RawFields(fields)
    invalid: dict[str, Any] = {}
    url = _take_url(raw)
    body = _build_body(raw, url)
    title = coerce_line(*raw.pop("title")) or make_title(body.text or body.summary) or url
    if not title:
        title = coerce_line("text", body.text or body.summary, limit=100)
    if not title:
        raise InvalidInput("an article without title, text and URL")
    published = _take_timestamp(raw, invalid, "date", "published", "published_at", "date_published")
    created = _take_timestamp(raw, invalid, "created") or now
    article = Article(
        id=_take_id(raw, invalid, url, (title, published or "", body.text)),
        title=title,
        category=coerce_line(*raw.pop("category")),
        url=url,
        authors=coerce_names(*raw.pop("authors", "author")),
        tags=coerce_names(*raw.pop("tags"), comma=True),
        date=published,
        created=created,
        updated=_take_timestamp(raw, invalid, "updated") or created,
        words=_take_word_count(raw, invalid, body.text),
        language=coerce_line(*raw.pop("language"), limit=35),
        source=_take_source(raw, invalid, source),
    )
    reading = _build_reading(raw, invalid, len(body.text))
    return ParsedArticle(_add_extra(article, raw, invalid), body, reading)


def _build_body(raw: RawFields, url: str) -> Body:
    name, value = raw.pop("text", "content_text", "content", "body", "html", "content_html")
    if isinstance(value, str) and "html" in name:
        value = _html_to_text(value, url)
    elif name != "text":
        value = _strip_html(value)
    text = coerce_paragraphs(name, value)
    summary = coerce_paragraphs("summary", _strip_html(raw.pop("summary")[1]))
    _, origin = raw.pop("summary_origin")
    _, complete = raw.pop("summary_complete")
    similar = _take_similar(raw)
    if not summary:
        return Body(text, similar=similar)
    return Body(
        text,
        summary,
        origin if isinstance(origin, str) and origin in SUMMARY_ORIGINS else "import",
        ends_with_full_stop(summary)
        if complete is None
        else coerce_flag("summary_complete", complete),
        similar,
    )


def _strip_html(value: object) -> object:
    """Return the value, converted to text if it is HTML."""
    is_html = isinstance(value, str) and HTML_CONTENT_START.match(value)
    return _html_to_text(str(value)) if is_html else value


def _html_to_text(html: str, base: str = "") -> str:
    from store.text.html_to_text import html_to_text  # imported here: rarely needed

    return html_to_text(html, base)


def _take_similar(raw: RawFields) -> tuple[str, ...]:
    """Take the titles that came with the article, not those that another index found."""
    name, value = raw.pop("similar")
    if isinstance(value, list):
        value = [
            item
            for item in value
            if not (isinstance(item, Mapping) and item.get("origin") == "index")
        ]
    return coerce_names(name, value)


def _take_url(raw: RawFields) -> str:
    name, value = raw.pop("url", "link")
    url = coerce_text(name, value)
    return coerce_line(name, url, limit=2 * len(url) + 1)


def _take_timestamp(raw: RawFields, invalid: dict[str, Any], *names: str) -> str | None:
    """Take a timestamp; one that cannot be parsed is kept in `extra`."""
    name, value = raw.pop(*names)
    found = parse_timestamp(value) if isinstance(value, str | int | float | date) else None
    if found is None and value is not None:
        invalid[name] = value
    return found


def _take_id(
    raw: RawFields, invalid: dict[str, Any], url: str, content: tuple[str, str, str]
) -> str:
    name, value = raw.pop("id")
    given = coerce_line(name, value)
    if found := parse_uuid(given):
        return found
    if given:
        invalid["id"] = value
    if url[:8].lower().startswith(("http://", "https://")):
        return make_url_id(url)
    return str(uuid.uuid5(TEXT_NAMESPACE, "\n".join(content)))


def _take_word_count(raw: RawFields, invalid: dict[str, Any], text: str) -> int:
    """Return our own count; a different one is kept in `extra`, or used if there is no text."""
    given = coerce_count(*raw.pop("words"))
    words = count_words(text) if text else given
    if given and given != words:
        invalid["words"] = given
    return words


def _take_source(raw: RawFields, invalid: dict[str, Any], source: str) -> str:
    _, value = raw.pop("source")
    if isinstance(value, str) and value in ARTICLE_SOURCES:
        return value
    if value is not None:
        invalid["source"] = value
    return source


def _build_reading(raw: RawFields, invalid: dict[str, Any], length: int) -> ReadingStatus:
    count = coerce_count(*raw.pop("read_count"))
    last_read = _take_timestamp(raw, invalid, "last_read")
    name, read = raw.pop("read")
    return ReadingStatus(
        read=count > 0 or last_read is not None if read is None else coerce_flag(name, read),
        starred=coerce_flag(*_default_to_false(raw.pop("starred"))),
        read_count=count,
        last_opened=_take_timestamp(raw, invalid, "last_opened"),
        last_read=last_read,
        position=_take_position(raw, invalid, length),
    )


def _take_position(raw: RawFields, invalid: dict[str, Any], length: int) -> int:
    """Take the offset where reading stopped; other programs store it as a fraction of the text."""
    _, fraction = raw.pop("progress")
    if isinstance(fraction, int | float) and 0 <= fraction <= 1:
        if not length and 0 < fraction < 1:
            invalid["progress"] = fraction  # there is no text yet
        return int(fraction * length) % (length or 1)
    if fraction is not None:
        invalid["progress"] = fraction
    return min(coerce_count(*raw.pop("position")), length)


def _default_to_false(item: tuple[str, Any]) -> tuple[str, Any]:
    return item[0], False if item[1] is None else item[1]


def _add_extra(article: Article, raw: RawFields, invalid: dict[str, Any]) -> Article:
    """Put unknown and invalid fields into `extra`; `minutes` is dropped, as it follows from `words`."""
    raw.pop("minutes")
    _, given = raw.pop("extra")
    extra: dict[str, Any] = dict(given) if isinstance(given, Mapping) else {}
    if given is not None and not isinstance(given, Mapping):
        extra["extra"] = given
    extra |= raw.remaining() | invalid
    return replace(article, extra=coerce_json(clean_json(extra))) if extra else article


MIN_PARALLEL_BYTES = 8_000_000
"""Size of a file that is worth starting processes for."""
MAX_BUILD_PROCESSES = 4
"""More processes would build faster than this one can write."""

BuildResults = Iterator[ParsedArticle | Rejection]


class ArticleBuilder(NamedTuple):
    """Builds the articles of one import."""

    reader_format: str | None
    """The name of the program that exported them; None to detect it for each item."""
    source: str
    """The value of `Article.source`."""
    now: str
    """The time of the import."""

    def build_all(self, items: Iterable[ImportItem | Rejection]) -> BuildResults:
        """Yield the article of each item, or why there is none."""
        forced = next((each for each in READER_FORMATS if each.name == self.reader_format), None)
        for item in items:
            if isinstance(item, Rejection):
                yield item
                continue
            try:
                reader_format = forced or detect_reader_format(item.fields)
                fields = reader_format.convert(item.fields) if reader_format else item.fields
                yield build_article(fields, source=self.source, now=self.now)
            except InvalidInput as error:
                yield Rejection(item.location, str(error))


def choose_process_count(size: int, cores: int | None = None) -> int:
    """Return the number of processes that are worth starting for a file of that size; 0 for none."""
    cores = cores or os.cpu_count() or 1
    return 0 if size < MIN_PARALLEL_BYTES or cores < 2 else min(cores, MAX_BUILD_PROCESSES)
