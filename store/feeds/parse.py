"""Parsing feeds: bytes in any format, however malformed, become articles."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from store.feeds.entries import FeedEntry, FeedInfo, entry_to_fields
from store.importers.article_builder import build_article
from store.importers.containers import parse_json
from store.model.article import ParsedArticle, Rejection
from store.model.errors import InvalidInput
from store.text.clean import clean_line
from store.text.decoding import (
    decode_document,
    detect_document_kind,
    extract_feed_xml,
    find_html_title,
    remove_invalid_xml_characters,
)
from store.text.html_to_text import html_to_line
from store.text.urls import resolve_web_url

FEEDPARSER_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
"""What feedparser raises for elements that are nested in unexpected ways."""
HTML_TAG_START = re.compile(r"<[a-z/!]", re.IGNORECASE)
RSS_AUTHOR = re.compile(r"\S+@\S+ \(([^()]+)\)")
"""An author as RSS writes it."""
MAX_FEED_ENTRIES = 1000
"""Entries of one feed that are taken at once (case 100)."""


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """The contents of a feed."""

    title: str
    site: str
    """Its home page."""
    articles: Sequence[ParsedArticle]
    rejected: Sequence[Rejection] = ()
    omitted_count: int = 0
    """The number of entries beyond those that are taken at once."""


def parse_feed(data: bytes, charset: str, feed: FeedInfo) -> ParsedFeed:
    """Parse a feed that the server sent as this charset.

    Raises:
        InvalidInput: It is not a feed; the text says what it is instead.
    """
    text = remove_invalid_xml_characters(decode_document(data, charset))
    kind = detect_document_kind(text)
    if kind == "html":
        title = clean_line(html_to_line(find_html_title(text)), 80)
        raise InvalidInput(
            f"not a feed (HTML page “{title}”)" if title else "not a feed (HTML page)"
        )
    if kind == "json":
        found = _parse_json_feed(text)
        site = resolve_web_url(str(found.get("home_page_url") or ""), feed.url)
        entries = [
            _parse_json_entry(each, found) if isinstance(each, dict) else None
            for each in found["items"]
        ]
        return _build_feed(str(found.get("title") or ""), site, entries, feed)
    if kind == "other":
        raise InvalidInput("not a feed" if text.strip() else "not a feed (empty)")
    return _parse_xml_feed(extract_feed_xml(text), feed)


def _build_feed(
    title: str, site: str, entries: Sequence[FeedEntry | None], feed: FeedInfo
) -> ParsedFeed:
    articles: dict[str, ParsedArticle] = {}
    rejected = []
    title = clean_line(html_to_line(title), 200)
    feed = feed if feed.category else replace(feed, category=title)
    for number, entry in enumerate(entries[:MAX_FEED_ENTRIES], start=1):
        try:
            if entry is None:
                raise InvalidInput("not an item")
            article = build_article(
                entry_to_fields(entry, feed, site), source="feed", now=feed.fetched_at
            )
            articles.setdefault(article.article.id, article)
        except InvalidInput as error:
            rejected.append(Rejection(f"item {number}", str(error)))
    omitted = max(0, len(entries) - MAX_FEED_ENTRIES)
    return ParsedFeed(title, site, list(articles.values()), rejected, omitted)


# -- XML -----------------------------------------------------------------------------------


def _parse_xml_feed(text: str, feed: FeedInfo) -> ParsedFeed:
    import feedparser  # imported late: heavy, and JSON feeds need none of it

    headers = {"content-type": "application/xml; charset=utf-8"}
    # A stream, because feedparser opens a string that looks like a path or a URL (case 92).
    # `html_to_text` sanitizes the texts and resolves their links, ten times as fast.
    document = b'<?xml version="1.0" encoding="utf-8"?>' + text.encode("utf-8", "replace")
    try:
        parsed = feedparser.parse(
            io.BytesIO(document),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except FEEDPARSER_ERRORS as error:
        raise InvalidInput(f"malformed feed ({type(error).__name__})") from error
    if not parsed.version and not parsed.entries:
        raise InvalidInput("not a feed")
    about = parsed.feed
    site = resolve_web_url(str(about.get("link") or ""), feed.url)
    is_atom = parsed.version.startswith("atom")
    language = str(about.get("language") or "")
    entries = [_parse_xml_entry(entry, language, is_atom=is_atom) for entry in parsed.entries]
    authors = [str(about.get("author") or "")]
    if is_atom:  # the author of an RSS channel is often the publisher of a podcast
        entries = [each if each.authors else replace(each, authors=authors) for each in entries]
    return _build_feed(str(about.get("title") or ""), site, entries, feed)


def _parse_xml_entry(entry: dict[str, Any], language: str, *, is_atom: bool) -> FeedEntry:
    contents = sorted(_text_contents(entry.get("content")), key=lambda each: len(each["value"]))
    best = contents[-1] if contents else {}
    summary = str(entry.get("summary") or "")
    is_plain = not best and (
        _content_type(entry, "summary") == "text/plain" or "yt_videoid" in entry
    )
    return FeedEntry(
        link=str(entry.get("feedburner_origlink") or entry.get("link") or ""),
        guid=str(entry.get("id") or ""),
        title=str(entry.get("title") or ""),
        is_title_html=not (is_atom and _content_type(entry, "title") == "text/plain"),
        content=str(best.get("value") or summary),
        summary=summary if best else "",
        is_html=not (is_plain and not HTML_TAG_START.search(summary)),
        authors=list(_parse_authors(entry)),
        tags=[str(each.get("label") or each.get("term") or "") for each in entry.get("tags") or ()],
        published=entry.get("published"),
        updated=dict.get(entry, "updated"),  # feedparser's `get` falls back to `published`
        language=str(best.get("language") or language),
        enclosures=[
            {"url": each.get("href"), "type": each.get("type"), "length": _parse_length(each)}
            for each in entry.get("enclosures") or ()
        ],
        comments=str(entry.get("comments") or ""),
        base_url=resolve_web_url(str(best.get("base") or ""), ""),
    )


def _content_type(entry: Mapping[str, Any], name: str) -> str:
    return str((entry.get(f"{name}_detail") or {}).get("type") or "")


def _text_contents(contents: Any) -> list[Mapping[str, Any]]:
    given = contents if isinstance(contents, list) else []
    return [each for each in given if isinstance(each.get("value"), str)]


def _parse_authors(entry: Mapping[str, Any]) -> Iterator[str]:
    if named := RSS_AUTHOR.fullmatch(str(entry.get("author") or "").strip()):
        yield named[1].strip()
        return
    given = entry.get("authors") or []
    names = [str(each.get("name") or "") for each in given if isinstance(each, Mapping)]
    yield from filter(None, names or [str(entry.get("author") or "")])


def _parse_length(enclosure: Mapping[str, Any]) -> int:
    length = str(enclosure.get("length") or "")
    return int(length) if length.isdecimal() and len(length) < 16 else 0


JSON_FEED_VERSION = "https://jsonfeed.org/version/"


def _parse_json_feed(text: str) -> Mapping[str, Any]:
    try:
        found = parse_json(text.encode("utf-8", "replace"))
    except ValueError as error:
        raise InvalidInput(f"not a feed ({error})") from None
    if (
        not isinstance(found, dict)
        or not str(found.get("version", "")).startswith(JSON_FEED_VERSION)
        or not isinstance(found.get("items"), list)
    ):
        raise InvalidInput("JSON, but not a feed")
    return found


def _parse_json_entry(item: Mapping[str, Any], feed: Mapping[str, Any]) -> FeedEntry:
    html, text = _json_text(item, "content_html"), _json_text(item, "content_text")
    named = (each.get("name") for each in _json_authors(item) or _json_authors(feed))
    return FeedEntry(
        link=_json_text(item, "url") or _json_text(item, "external_url"),
        guid=_json_text(item, "id"),
        title=_json_text(item, "title"),
        is_title_html=False,
        content=html or text,
        summary=_json_text(item, "summary"),
        is_html=bool(html),
        authors=[name for name in named if isinstance(name, str) and name],
        tags=[tag for tag in _json_list(item, "tags") if isinstance(tag, str)],
        published=item.get("date_published"),
        updated=item.get("date_modified"),
        language=_json_text(item, "language") or _json_text(feed, "language"),
        enclosures=[
            {
                "url": _json_text(each, "url"),
                "type": _json_text(each, "mime_type"),
                "length": each.get("size_in_bytes"),
            }
            for each in _json_list(item, "attachments")
            if isinstance(each, dict)
        ],
    )


def _json_authors(fields: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    given = _json_list(fields, "authors") or [fields.get("author")]  # version 1 has one author
    return [each for each in given if isinstance(each, dict)]


def _json_text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _json_list(fields: Mapping[str, Any], name: str) -> list[Any]:
    value = fields.get(name)
    return value if isinstance(value, list) else []
