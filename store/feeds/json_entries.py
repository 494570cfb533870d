"""The entries of JSON Feed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from store.feeds.entry import (
    FeedContents,
    FeedEntry,
)
from store.feeds.truncation import parse_json_prefix
from store.model.errors import InvalidInput
from store.text.urls import resolve_web_url

JSON_FEED_VERSION = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/", re.IGNORECASE)


def parse_json_feed(text: str) -> tuple[Mapping[str, Any], str]:
    """Return a JSON Feed, or as much of it as came whole, and the problem.

    Raises:
        InvalidInput: It is not a feed.
    """
    found, problem = parse_json_prefix(text)
    if (
        not isinstance(found, dict)
        or not JSON_FEED_VERSION.match(str(found.get("version", "")))
        or not isinstance(found.get("items"), list)
    ):
        raise InvalidInput("JSON, but not a feed")
    return found, problem


def read_json_feed(found: Mapping[str, Any], fetched_from: str) -> FeedContents:
    """Return the contents of a JSON Feed, whose links are relative to the URL it was fetched from."""
    url = resolve_web_url(_json_text(found, "feed_url"), fetched_from)
    site = resolve_web_url(_json_text(found, "home_page_url"), fetched_from or url)
    entries = [
        _parse_json_entry(each, found) if isinstance(each, dict) else None
        for each in found["items"]
    ]
    return FeedContents(_json_text(found, "title"), site, entries, url)


def _parse_json_entry(item: Mapping[str, Any], feed: Mapping[str, Any]) -> FeedEntry:
    html, text = _json_text(item, "content_html"), _json_text(item, "content_text")
    link, linked = _json_text(item, "url"), _json_text(item, "external_url")
    return FeedEntry(
        link=link or linked,
        linked_url=linked if link else "",
        has_full_text=bool(html or text),
        guid=_json_text(item, "id").strip(),
        title=_json_text(item, "title"),
        is_title_html=False,
        content=html or text,
        summary=_json_text(item, "summary"),
        is_html=bool(html),
        is_summary_html=bool(html),
        authors=_json_authors(item) or _json_authors(feed),
        tags=[tag for tag in _json_list(item, "tags") if isinstance(tag, str)],
        published=item.get("date_published"),
        updated=item.get("date_modified"),
        language=_json_text(item, "language") or _json_text(feed, "language"),
        pictures=[
            {"url": _json_text(item, name)} for name in ("image", "banner_image") if item.get(name)
        ],
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


def _json_authors(fields: Mapping[str, Any]) -> list[str]:
    """Return the names of authors; version 1 has one author, and some write the names alone."""
    given = fields.get("authors") or fields.get("author")
    authors = given if isinstance(given, list) else [given]
    names = (each.get("name") if isinstance(each, dict) else each for each in authors)
    return [name for name in names if isinstance(name, str) and name]


def _json_text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def _json_list(fields: Mapping[str, Any], name: str) -> list[Any]:
    value = fields.get(name)
    return value if isinstance(value, list) else []
