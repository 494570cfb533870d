"""The one door: loose fields from outside become a valid, clean article, or are refused.

Every format and feed only makes a mapping in the shape of newstui JSON and brings it here.
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
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
from store.model.errors import InvalidInput, UrlRejected
from store.model.times import parse_timestamp
from store.text.clean import clean_json
from store.text.prose import count_words, ends_with_full_stop, make_title
from store.text.urls import canonicalize_url

__all__ = ["TEXT_NAMESPACE", "build_article", "count_words"]

TEXT_NAMESPACE = uuid.UUID("7c1d5c0e-3a0b-4f0e-9c59-2f1a54f1b6de")
"""Namespace of the ids that are made of title, date and text. Never to be changed."""

ARTICLE_SOURCES = frozenset({"import", "feed", "page", "sample"})
SUMMARY_ORIGINS = frozenset({"import", "extract", "command"})
HTML_CONTENT_START = re.compile(
    r"\s*<(?:p|div|h[1-6]|article|section|figure|blockquote|ul|ol|table|html|!doctype)\b[^<>]*>",
    re.IGNORECASE,
)
"""How a text begins that calls itself content and is HTML."""


def build_article(fields: Mapping[str, Any], *, source: str, now: str) -> ParsedArticle:
    """Make an article of loose fields.

    Args:
        fields: In the shape of newstui JSON. A few names of other programs are understood
            too; fields nobody knows are kept under `extra`.
        source: How it came in, unless the fields say so themselves.
        now: The time it came in, in our form.

    Raises:
        BadInput: There is nothing in it, or a field holds something of the wrong type.
    """
    loose = RawFields(fields)
    odd: dict[str, Any] = {}
    url = _take_url(loose)
    body = _build_body(loose, url)
    title = coerce_line(*loose.pop("title")) or make_title(body.text or body.summary) or url
    if not title:
        title = coerce_line("text", body.text or body.summary, limit=100)
    if not title:
        raise InvalidInput("an article without title, text and URL")
    published = _take_timestamp(loose, odd, "date", "published", "published_at", "date_published")
    created = _take_timestamp(loose, odd, "created") or now
    article = Article(
        id=_take_id(loose, odd, url, (title, published or "", body.text)),
        title=title,
        category=coerce_line(*loose.pop("category")),
        url=url,
        authors=coerce_names(*loose.pop("authors", "author")),
        tags=coerce_names(*loose.pop("tags"), comma=True),
        date=published,
        created=created,
        updated=_take_timestamp(loose, odd, "updated") or created,
        words=_take_word_count(loose, odd, body.text),
        language=coerce_line(*loose.pop("language"), limit=35),
        source=_take_source(loose, odd, source),
    )
    reading = _build_reading(loose, odd, len(body.text))
    return ParsedArticle(_add_extra(article, loose, odd), body, reading)


def _build_body(loose: RawFields, url: str) -> Body:
    name, value = loose.pop("text", "content_text", "content", "body", "html", "content_html")
    if isinstance(value, str) and "html" in name:
        from store.text.html_to_text import html_to_text  # imported here: most articles need it not

        value = html_to_text(value, url)
    elif name != "text":
        value = _strip_html(value)
    text = coerce_paragraphs(name, value)
    summary = coerce_paragraphs("summary", _strip_html(loose.pop("summary")[1]))
    _, origin = loose.pop("summary_origin")
    _, complete = loose.pop("summary_complete")
    similar = _take_similar(loose)
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
    """The value, as text if it is HTML."""
    if not isinstance(value, str) or not HTML_CONTENT_START.match(value):
        return value
    from store.text.html_to_text import html_to_text  # imported here: most articles need it not

    return html_to_text(value)


def _take_similar(loose: RawFields) -> tuple[str, ...]:
    """Titles that came with the article; what an index found is left to the index here."""
    name, value = loose.pop("similar")
    if isinstance(value, list):
        value = [
            item
            for item in value
            if not (isinstance(item, Mapping) and item.get("origin") == "index")
        ]
    return coerce_names(name, value)


def _take_url(loose: RawFields) -> str:
    name, value = loose.pop("url", "link")
    url = coerce_text(name, value)
    return coerce_line(name, url, limit=2 * len(url) + 1)


def _take_timestamp(loose: RawFields, odd: dict[str, Any], *names: str) -> str | None:
    """Take a time; one that cannot be understood is kept as it came."""
    name, value = loose.pop(*names)
    found = parse_timestamp(value) if isinstance(value, str | int | float | date) else None
    if found is None and value is not None:
        odd[name] = value
    return found


def _take_id(loose: RawFields, odd: dict[str, Any], url: str, content: tuple[str, str, str]) -> str:
    name, value = loose.pop("id")
    given = coerce_line(name, value)
    if found := parse_uuid(given):
        return found
    if given:
        odd["id"] = value
    if url[:8].lower().startswith(("http://", "https://")):
        with suppress(UrlRejected):
            return str(uuid.uuid5(uuid.NAMESPACE_URL, canonicalize_url(url)))
    return str(uuid.uuid5(TEXT_NAMESPACE, "\n".join(content)))


def _take_word_count(loose: RawFields, odd: dict[str, Any], text: str) -> int:
    """Our own count; another one that came along is kept beside it, or used without a text."""
    given = coerce_count(*loose.pop("words"))
    words = count_words(text) if text else given
    if given and given != words:
        odd["words"] = given
    return words


def _take_source(loose: RawFields, odd: dict[str, Any], source: str) -> str:
    _, value = loose.pop("source")
    if isinstance(value, str) and value in ARTICLE_SOURCES:
        return value
    if value is not None:
        odd["source"] = value
    return source


def _build_reading(loose: RawFields, odd: dict[str, Any], length: int) -> ReadingStatus:
    count = coerce_count(*loose.pop("read_count"))
    last_read = _take_timestamp(loose, odd, "last_read")
    name, read = loose.pop("read")
    return ReadingStatus(
        read=count > 0 or last_read is not None if read is None else coerce_flag(name, read),
        starred=coerce_flag(*_default_to_false(loose.pop("starred"))),
        read_count=count,
        last_opened=_take_timestamp(loose, odd, "last_opened"),
        last_read=last_read,
        position=_take_position(loose, odd, length),
    )


def _take_position(loose: RawFields, odd: dict[str, Any], length: int) -> int:
    """The offset where reading stopped; other programs tell the part of the text before it."""
    _, part = loose.pop("progress")
    if isinstance(part, int | float) and 0 <= part <= 1:
        if not length and 0 < part < 1:
            odd["progress"] = part  # there is no text yet
        return int(part * length) % (length or 1)
    if part is not None:
        odd["progress"] = part
    return min(coerce_count(*loose.pop("position")), length)


def _default_to_false(item: tuple[str, Any]) -> tuple[str, Any]:
    return item[0], False if item[1] is None else item[1]


def _add_extra(article: Article, loose: RawFields, odd: dict[str, Any]) -> Article:
    """Put what nobody knew under `extra`. Minutes are told from the words each time anew."""
    loose.pop("minutes")
    _, given = loose.pop("extra")
    extra: dict[str, Any] = dict(given) if isinstance(given, Mapping) else {}
    if given is not None and not isinstance(given, Mapping):
        extra["extra"] = given
    extra |= loose.remaining() | odd
    return replace(article, extra=coerce_json(clean_json(extra))) if extra else article


MIN_PARALLEL_BYTES = 8_000_000
"""Bytes of a file that is worth the start of other processes."""
MAX_BUILD_PROCESSES = 4
"""Processes: with more of them the one that writes would not keep up."""

BuildResults = Iterator[ParsedArticle | Rejection]


class ArticleBuilder(NamedTuple):
    """Makes articles of items, as one import wants them."""

    reader_format: str | None
    """The name of the dialect they are written in; None to tell each by its fields."""
    source: str
    """How they came in."""
    now: str
    """The time they came in."""

    def build_all(self, items: Iterable[ImportItem | Rejection]) -> BuildResults:
        """The article of each item, or why there is none."""
        forced = next((each for each in READER_FORMATS if each.name == self.reader_format), None)
        for item in items:
            if isinstance(item, Rejection):
                yield item
                continue
            try:
                dialect = forced or detect_reader_format(item.fields)
                fields = dialect.convert(item.fields) if dialect else item.fields
                yield build_article(fields, source=self.source, now=self.now)
            except InvalidInput as error:
                yield Rejection(item.location, str(error))


def choose_process_count(size: int, cores: int | None = None) -> int:
    """How many processes are worth their start for a file of that many bytes; 0 for none."""
    cores = cores or os.cpu_count() or 1
    return 0 if size < MIN_PARALLEL_BYTES or cores < 2 else min(cores, MAX_BUILD_PROCESSES)
