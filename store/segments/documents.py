"""Articles as documents of a TinyDB file, and back: what is read is safe to show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from sys import intern
from types import MappingProxyType
from typing import Any

from store.model.article import (
    Article,
    ArticleRow,
    Body,
    FeedItem,
    FeedLabel,
    ParsedArticle,
    ReadingStatus,
    make_item_key,
)
from store.model.times import to_sort_seconds, to_unix_seconds
from store.text.clean import clean_json, clean_line, clean_text
from store.text.names import clean_name, unique_names
from store.text.urls import name_site, redact_credentials, strip_url_credentials

DOCUMENT_ERRORS = (ArithmeticError, AttributeError, KeyError, TypeError, ValueError)
"""The exceptions raised by a document that is not what it should be."""
SITE_FIELDS = ("site", "source")
"""The fields of `extra` in which pages and other programs name the site of an article."""


def article_to_document(article: Article) -> dict[str, Any]:
    """Return the facts of an article as they are on disk, without the empty ones."""
    document: dict[str, Any] = {"id": article.id, "title": article.title}
    for name in ("category", "url", "date", "created", "updated", "words", "language", "source"):
        if value := getattr(article, name):
            document[name] = value
    for name in ("authors", "tags"):
        if values := getattr(article, name):
            document[name] = list(values)
    if article.extra:
        document["extra"] = dict(article.extra)
    return document


def article_from_document(document: Mapping[str, Any]) -> Article:
    """Return the facts from their document, safe to show whoever wrote it.

    Raises:
        Any of DOCUMENT_ERRORS: The document is not an article.
    """
    return Article(
        id=_check_id(document["id"]),
        title=clean_line(document["title"]),
        category=_clean_category(document.get("category", "")),
        url=clean_line(document.get("url", ""), limit=2000),
        authors=tuple(map(clean_line, document.get("authors", ()))),
        tags=unique_names(document.get("tags", ())),
        date=_clean_time(document.get("date")),
        created=_clean_time(document.get("created")),
        updated=_clean_time(document.get("updated")),
        words=int(document.get("words", 0)),
        language=clean_line(document.get("language", "")),
        source=clean_line(document.get("source", "")),
        extra=_clean_extra(document.get("extra", {})),
    )


def row_from_document(
    document: Mapping[str, Any], feeds: Mapping[str, FeedLabel] = MappingProxyType({})
) -> ArticleRow:
    """Return the list row of an unread article from the document of its facts.

    Args:
        document: The document.
        feeds: Name and category of every feed, by its key.

    Raises:
        Any of DOCUMENT_ERRORS: The document is not an article.
    """
    date, created = document.get("date"), document.get("created")
    # A purged article yields to a complete copy of another machine, which was added before.
    added = to_unix_seconds(document.get("purged", created))
    when = added if date == created and created else to_sort_seconds(date, added)
    extra = document.get("extra", {})
    feed_key = _feed_key(extra) if extra else ""
    url = document.get("url", "")
    label = feeds.get(feed_key) if feed_key else None
    if feed_key:
        source_name = name_feed(feed_key, label)
    else:
        source_name = (extra and _stated_site(extra)) or name_site(url)
    return ArticleRow(
        _check_id(document["id"]),
        clean_line(document["title"]),
        label.category if label else _clean_category(document.get("category", "")),
        when,
        added,
        _share_int(document.get("words", 0)),
        read=False,
        starred=False,
        read_count=0,
        feed_key=feed_key,
        item_key=make_item_key(extra if feed_key else {}, url),
        source_name=source_name,
    )


@lru_cache(4096)
def _share_int(value: Any) -> int:
    """Return a number; equal ones are one object, because there are 100,000 of them."""
    return int(value)


def name_feed(feed_key: str, label: FeedLabel | None) -> str:
    """Return the name of a feed; of one that is no longer subscribed to, that of its site."""
    return label.name if label else name_site(feed_key)


def _stated_site(extra: Mapping[str, Any]) -> str:
    """Return the name of the site that a page or an import gave; empty if it gave none."""
    for field in SITE_FIELDS:
        value = extra.get(field)
        if isinstance(value, str) and value and "://" not in value:
            return _intern_line(value)
    return ""


def _clean_extra(value: Any) -> dict[str, Any]:
    extra: dict[str, Any] = clean_json(dict(value))
    return extra | ({"feed": key} if (key := _feed_key(extra)) else {})


def _feed_key(extra: Mapping[str, Any]) -> str:
    found = extra.get("feed", "")
    return _clean_feed_key(found) if isinstance(found, str) else ""


@lru_cache(4096)
def _clean_feed_key(value: str) -> str:
    """Return the key of a feed; older versions left the password of its URL in it."""
    with suppress(ValueError):  # it is no URL
        return _intern_line(strip_url_credentials(value) if "@" in value else value)
    return _intern_line(redact_credentials(value))


@lru_cache(4096)
def _clean_category(value: str) -> str:
    """Return a category; older versions named it by the URL of its feed, password included."""
    return intern(clean_name(redact_credentials(value) if "@" in value else value))


@lru_cache(4096)
def _intern_line(value: str) -> str:
    return intern(clean_line(value))


def _clean_time(value: object) -> str | None:
    return clean_line(value) if isinstance(value, str) else None


def _check_id(value: object) -> str:
    text = str(value)
    plain = text.isascii() and text.isprintable() and " " not in text  # as all our own ids are
    if not text or not (plain or clean_line(text) == text):
        raise ValueError("invalid id")
    return text


def body_to_document(body: Body) -> dict[str, Any]:
    """Return the text of an article as it is on disk, without the empty parts."""
    document: dict[str, Any] = {"text": body.text}
    if body.summary:
        document["summary"] = body.summary
        document["summary_origin"] = body.summary_origin
        document["summary_complete"] = body.summary_complete
    if body.similar:
        document["similar"] = list(body.similar)
    return document


def body_from_document(document: Mapping[str, Any]) -> Body:
    """Return the text from its document, safe to show.

    Raises:
        Any of DOCUMENT_ERRORS: The document is not a text.
    """
    return clean_body(
        Body(
            document["text"],
            document.get("summary", ""),
            document.get("summary_origin", ""),
            bool(document.get("summary_complete", True)),
            document.get("similar", ()),
        )
    )


def clean_body(body: Body) -> Body:
    """Return a text that is safe to show, whoever wrote it."""
    return Body(
        clean_text(body.text),
        clean_text(body.summary),
        clean_line(body.summary_origin),
        body.summary_complete,
        tuple(map(clean_line, body.similar)),
        body.is_missing,
    )


def parse_articles(
    articles: Mapping[str, Any], texts: Mapping[str, Any]
) -> Iterator[ParsedArticle]:
    """Yield the articles of two tables that can be read, each with its text."""
    for key, document in articles.items():
        with suppress(*DOCUMENT_ERRORS):
            article = article_from_document(document)
            yield ParsedArticle(article, body_from_document(texts.get(key) or {}), ReadingStatus())


PlainValues = Mapping[str, Any]


def article_to_values(found: ParsedArticle) -> PlainValues:
    """Return an article as plain values that another process can be sent."""
    values = {"article": article_to_document(found.article), "body": body_to_document(found.body)}
    return values | ({"item": [found.item.guid, found.item.link]} if found.item else {})


def article_from_values(values: PlainValues) -> ParsedArticle:
    """Return the article that `article_to_values` encoded."""
    found = ParsedArticle(
        article_from_document(values["article"]), body_from_document(values["body"])
    )
    return replace(found, item=FeedItem(*values["item"])) if "item" in values else found
