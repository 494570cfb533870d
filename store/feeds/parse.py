"""The bytes of a feed become articles, whatever its format and however broken it is."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from store.feeds.entries import Feed, Item, fields_of
from store.importers.article_builder import build
from store.importers.json_records import parse_json
from store.model.article import Found, Refused
from store.model.errors import BadInput
from store.text.clean import clean_line
from store.text.decoding import bare_xml, decoded, filtered, kind_of, page_title
from store.text.html_to_text import plain
from store.text.urls import web

BROKEN = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What feedparser raises where elements stand in each other as nobody thought they could."""
TAG = re.compile(r"<[a-z/!]", re.IGNORECASE)
NAMED = re.compile(r"\S+@\S+ \(([^()]+)\)")
"""How RSS writes an author."""
MOST_ITEMS = 1000
"""Items of one feed that are taken at once (case 100)."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a feed holds."""

    title: str
    site: str
    """The page it belongs to."""
    found: Sequence[Found]
    refused: Sequence[Refused] = ()
    left_out: int = 0
    """Items beyond those that are taken at once."""


def parse_feed(data: bytes, charset: str, feed: Feed) -> Parsed:
    """Read a feed.

    Args:
        data: What the server sent.
        charset: The charset it said.
        feed: Which feed it is.

    Raises:
        BadInput: It is no feed; says what it is instead.
    """
    text = filtered(decoded(data, charset))
    kind = kind_of(text)
    if kind == "html":
        title = clean_line(plain(page_title(text)), 80)
        raise BadInput(f"not a feed (HTML page “{title}”)" if title else "not a feed (HTML page)")
    if kind == "json":
        found = feed_of(text)
        site = web(str(found.get("home_page_url") or ""), feed.url)
        return _parsed(str(found.get("title") or ""), site, list(items_of(found)), feed)
    if kind == "other":
        raise BadInput("not a feed" if text.strip() else "not a feed (nothing at all)")
    return _xml(bare_xml(text), feed)


def _parsed(title: str, site: str, items: Sequence[Item | None], feed: Feed) -> Parsed:
    found: dict[str, Found] = {}
    refused = []
    named = clean_line(plain(title), 200)
    feed = feed if feed.category else replace(feed, category=named)
    for number, item in enumerate(items[:MOST_ITEMS], start=1):
        try:
            if item is None:
                raise BadInput("not an item")
            each = build(fields_of(item, feed, site), source="feed", now=feed.now)
            found.setdefault(each.article.id, each)
        except BadInput as error:
            refused.append(Refused(f"item {number}", str(error)))
    left_out = max(0, len(items) - MOST_ITEMS)
    return Parsed(named, site, list(found.values()), refused, left_out)


# -- XML -----------------------------------------------------------------------------------


def _xml(text: str, feed: Feed) -> Parsed:
    import feedparser  # not light

    headers = {"content-type": "application/xml; charset=utf-8"}
    # A stream, never a string: that might be taken for a path or a URL (case 92). What feedparser
    # would make safe or absolute in texts is done here by `html_to_text`, ten times as fast.
    document = b'<?xml version="1.0" encoding="utf-8"?>' + text.encode("utf-8", "replace")
    try:
        parsed = feedparser.parse(
            io.BytesIO(document),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except BROKEN as error:
        raise BadInput(f"broken so that it cannot be read ({type(error).__name__})") from error
    if not parsed.version and not parsed.entries:
        raise BadInput("not a feed")
    about = parsed.feed
    site = web(str(about.get("link") or ""), feed.url)
    atom = parsed.version.startswith("atom")
    language = str(about.get("language") or "")
    items = [_entry(entry, language, atom=atom) for entry in parsed.entries]
    authors = [str(about.get("author") or "")]
    if atom:  # of a podcast it is the channel's
        items = [each if each.authors else replace(each, authors=authors) for each in items]
    return _parsed(str(about.get("title") or ""), site, items, feed)


def _entry(entry: dict[str, Any], language: str, *, atom: bool) -> Item:
    contents = sorted(_values(entry.get("content")), key=lambda each: len(each["value"]))
    best = contents[-1] if contents else {}
    summary = str(entry.get("summary") or "")
    is_plain = not best and (_type(entry, "summary") == "text/plain" or "yt_videoid" in entry)
    return Item(
        link=str(entry.get("feedburner_origlink") or entry.get("link") or ""),
        guid=str(entry.get("id") or ""),
        title=str(entry.get("title") or ""),
        is_title_html=not (atom and _type(entry, "title") == "text/plain"),
        content=str(best.get("value") or summary),
        summary=summary if best else "",
        is_html=not (is_plain and not TAG.search(summary)),
        authors=list(_authors(entry)),
        tags=[str(each.get("label") or each.get("term") or "") for each in entry.get("tags") or ()],
        published=entry.get("published"),
        updated=dict.get(
            entry, "updated"
        ),  # feedparser's own would be `published` where there is none
        language=str(best.get("language") or language),
        files=[
            {"url": each.get("href"), "type": each.get("type"), "length": _number(each)}
            for each in entry.get("enclosures") or ()
        ],
        comments=str(entry.get("comments") or ""),
        base=web(str(best.get("base") or ""), ""),
    )


def _type(entry: Mapping[str, Any], name: str) -> str:
    return str((entry.get(f"{name}_detail") or {}).get("type") or "")


def _values(contents: Any) -> list[Mapping[str, Any]]:
    given = contents if isinstance(contents, list) else []
    return [each for each in given if isinstance(each.get("value"), str)]


def _authors(entry: Mapping[str, Any]) -> Iterator[str]:
    if named := NAMED.fullmatch(str(entry.get("author") or "").strip()):
        yield named[1].strip()
        return
    given = entry.get("authors") or []
    names = [str(each.get("name") or "") for each in given if isinstance(each, Mapping)]
    yield from filter(None, names or [str(entry.get("author") or "")])


def _number(enclosure: Mapping[str, Any]) -> int:
    length = str(enclosure.get("length") or "")
    return int(length) if length.isdecimal() and len(length) < 16 else 0


JSON_FEED_VERSION = "https://jsonfeed.org/version/"


def feed_of(text: str) -> Mapping[str, Any]:
    """The feed as an object.

    Raises:
        BadInput: It is no JSON Feed.
    """
    try:
        found = parse_json(text.encode("utf-8", "replace"))
    except ValueError as error:
        raise BadInput(f"not a feed ({error})") from None
    is_feed = isinstance(found, dict) and str(found.get("version", "")).startswith(
        JSON_FEED_VERSION
    )
    if not is_feed or not isinstance(found.get("items"), list):
        raise BadInput("JSON, but not a feed")
    checked: Mapping[str, Any] = found
    return checked


def items_of(feed: Mapping[str, Any]) -> Iterator[Item | None]:
    """Its items; None for what is none."""
    for each in feed["items"]:
        yield _json_item(each, feed) if isinstance(each, dict) else None


def _json_item(item: Mapping[str, Any], feed: Mapping[str, Any]) -> Item:
    html, text = _json_text(item, "content_html"), _json_text(item, "content_text")
    named = (each.get("name") for each in _json_authors(item) or _json_authors(feed))
    return Item(
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
        files=[
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
    given = _json_list(fields, "authors") or [fields.get("author")]  # version 1 had one
    return [each for each in given if isinstance(each, dict)]


def _json_text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _json_list(fields: Mapping[str, Any], name: str) -> list[Any]:
    value = fields.get(name)
    return value if isinstance(value, list) else []
