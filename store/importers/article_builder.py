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
    Loose,
    flag_of,
    json_of,
    line_of,
    names_of,
    number_of,
    paragraphs_of,
    text_of,
    uuid_of,
)
from store.importers.containers import Item
from store.importers.reader_exports import DIALECTS, dialect_of
from store.model.article import Article, Body, Found, Reading, Refused
from store.model.errors import BadInput, UrlRefused
from store.model.times import parse_time
from store.text.clean import clean_json
from store.text.prose import count_words, ends_whole, title_from
from store.text.urls import canonical

__all__ = ["TEXT_NAMESPACE", "build", "count_words"]

TEXT_NAMESPACE = uuid.UUID("7c1d5c0e-3a0b-4f0e-9c59-2f1a54f1b6de")
"""Namespace of the ids that are made of title, date and text. Never to be changed."""

SOURCES = frozenset({"import", "feed", "page", "sample"})
ORIGINS = frozenset({"import", "extract", "command"})
MARKUP = re.compile(
    r"\s*<(?:p|div|h[1-6]|article|section|figure|blockquote|ul|ol|table|html|!doctype)\b[^<>]*>",
    re.IGNORECASE,
)
"""How a text begins that calls itself content and is HTML."""


def build(fields: Mapping[str, Any], *, source: str, now: str) -> Found:
    """Make an article of loose fields.

    Args:
        fields: In the shape of newstui JSON. A few names of other programs are understood
            too; fields nobody knows are kept under `extra`.
        source: How it came in, unless the fields say so themselves.
        now: The time it came in, in our form.

    Raises:
        BadInput: There is nothing in it, or a field holds something of the wrong type.
    """
    loose = Loose(fields)
    odd: dict[str, Any] = {}
    url = _url(loose)
    body = _body(loose, url)
    title = line_of(*loose.take("title")) or title_from(body.text or body.summary) or url
    if not title:
        title = line_of("text", body.text or body.summary, limit=100)
    if not title:
        raise BadInput("an article without title, text and URL")
    published = _time(loose, odd, "date", "published", "published_at", "date_published")
    created = _time(loose, odd, "created") or now
    article = Article(
        id=_id(loose, odd, url, (title, published or "", body.text)),
        title=title,
        category=line_of(*loose.take("category")),
        url=url,
        authors=names_of(*loose.take("authors", "author")),
        tags=names_of(*loose.take("tags"), comma=True),
        date=published,
        created=created,
        updated=_time(loose, odd, "updated") or created,
        words=_words(loose, odd, body.text),
        language=line_of(*loose.take("language"), limit=35),
        source=_source(loose, odd, source),
    )
    reading = _reading(loose, odd, len(body.text))
    return Found(_with_extra(article, loose, odd), body, reading)


def _body(loose: Loose, url: str) -> Body:
    name, value = loose.take("text", "content_text", "content", "body", "html", "content_html")
    if isinstance(value, str) and "html" in name:
        from store.text.html_to_text import html_to_text  # imported here: most articles need it not

        value = html_to_text(value, url)
    elif name != "text":
        value = _without_markup(value)
    text = paragraphs_of(name, value)
    summary = paragraphs_of("summary", _without_markup(loose.take("summary")[1]))
    _, origin = loose.take("summary_origin")
    _, complete = loose.take("summary_complete")
    similar = _similar(loose)
    if not summary:
        return Body(text, similar=similar)
    return Body(
        text,
        summary,
        origin if isinstance(origin, str) and origin in ORIGINS else "import",
        ends_whole(summary) if complete is None else flag_of("summary_complete", complete),
        similar,
    )


def _without_markup(value: object) -> object:
    """The value, as text if it is HTML."""
    if not isinstance(value, str) or not MARKUP.match(value):
        return value
    from store.text.html_to_text import html_to_text  # imported here: most articles need it not

    return html_to_text(value)


def _similar(loose: Loose) -> tuple[str, ...]:
    """Titles that came with the article; what an index found is left to the index here."""
    name, value = loose.take("similar")
    if isinstance(value, list):
        value = [
            item
            for item in value
            if not (isinstance(item, Mapping) and item.get("origin") == "index")
        ]
    return names_of(name, value)


def _url(loose: Loose) -> str:
    name, value = loose.take("url", "link")
    url = text_of(name, value)
    return line_of(name, url, limit=2 * len(url) + 1)


def _time(loose: Loose, odd: dict[str, Any], *names: str) -> str | None:
    """Take a time; one that cannot be understood is kept as it came."""
    name, value = loose.take(*names)
    found = parse_time(value) if isinstance(value, str | int | float | date) else None
    if found is None and value is not None:
        odd[name] = value
    return found


def _id(loose: Loose, odd: dict[str, Any], url: str, content: tuple[str, str, str]) -> str:
    name, value = loose.take("id")
    given = line_of(name, value)
    if found := uuid_of(given):
        return found
    if given:
        odd["id"] = value
    if url[:8].lower().startswith(("http://", "https://")):
        with suppress(UrlRefused):
            return str(uuid.uuid5(uuid.NAMESPACE_URL, canonical(url)))
    return str(uuid.uuid5(TEXT_NAMESPACE, "\n".join(content)))


def _words(loose: Loose, odd: dict[str, Any], text: str) -> int:
    """Our own count; another one that came along is kept beside it, or used without a text."""
    given = number_of(*loose.take("words"))
    words = count_words(text) if text else given
    if given and given != words:
        odd["words"] = given
    return words


def _source(loose: Loose, odd: dict[str, Any], source: str) -> str:
    _, value = loose.take("source")
    if isinstance(value, str) and value in SOURCES:
        return value
    if value is not None:
        odd["source"] = value
    return source


def _reading(loose: Loose, odd: dict[str, Any], length: int) -> Reading:
    count = number_of(*loose.take("read_count"))
    last_read = _time(loose, odd, "last_read")
    name, read = loose.take("read")
    return Reading(
        read=count > 0 or last_read is not None if read is None else flag_of(name, read),
        starred=flag_of(*_or_no(loose.take("starred"))),
        read_count=count,
        last_opened=_time(loose, odd, "last_opened"),
        last_read=last_read,
        position=_position(loose, odd, length),
    )


def _position(loose: Loose, odd: dict[str, Any], length: int) -> int:
    """The offset where reading stopped; other programs tell the part of the text before it."""
    _, part = loose.take("progress")
    if isinstance(part, int | float) and 0 <= part <= 1:
        if not length and 0 < part < 1:
            odd["progress"] = part  # there is no text yet
        return int(part * length) % (length or 1)
    if part is not None:
        odd["progress"] = part
    return min(number_of(*loose.take("position")), length)


def _or_no(item: tuple[str, Any]) -> tuple[str, Any]:
    return item[0], False if item[1] is None else item[1]


def _with_extra(article: Article, loose: Loose, odd: dict[str, Any]) -> Article:
    """Put what nobody knew under `extra`. Minutes are told from the words each time anew."""
    loose.take("minutes")
    _, given = loose.take("extra")
    extra: dict[str, Any] = dict(given) if isinstance(given, Mapping) else {}
    if given is not None and not isinstance(given, Mapping):
        extra["extra"] = given
    extra |= loose.rest() | odd
    return replace(article, extra=json_of(clean_json(extra))) if extra else article


LARGE = 8_000_000
"""Bytes of a file that is worth the start of other processes."""
MOST = 4
"""Processes: with more of them the one that writes would not keep up."""

Built = Iterator[Found | Refused]


class Builder(NamedTuple):
    """Makes articles of items, as one import wants them."""

    dialect: str | None
    """The name of the dialect they are written in; None to tell each by its fields."""
    source: str
    """How they came in."""
    now: str
    """The time they came in."""

    def built(self, items: Iterable[Item | Refused]) -> Built:
        """The article of each item, or why there is none."""
        forced = next((each for each in DIALECTS if each.name == self.dialect), None)
        for item in items:
            if isinstance(item, Refused):
                yield item
                continue
            try:
                dialect = forced or dialect_of(item.fields)
                fields = dialect.fields(item.fields) if dialect else item.fields
                yield build(fields, source=self.source, now=self.now)
            except BadInput as error:
                yield Refused(item.where, str(error))


def processes_for(size: int, cores: int | None = None) -> int:
    """How many processes are worth their start for a file of that many bytes; 0 for none."""
    cores = cores or os.cpu_count() or 1
    return 0 if size < LARGE or cores < 2 else min(cores, MOST)
