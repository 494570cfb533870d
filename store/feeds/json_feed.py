"""JSON Feed, versions 1 and 1.1 (https://jsonfeed.org/version/1.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from store.feeds.items import Item
from store.importers.json_records import parse_json
from store.model.errors import BadInput

VERSION = "https://jsonfeed.org/version/"


def feed_of(text: str) -> Mapping[str, Any]:
    """The feed as an object.

    Raises:
        BadInput: It is no JSON Feed.
    """
    try:
        found = parse_json(text.encode("utf-8", "replace"))
    except ValueError as error:
        raise BadInput(f"not a feed ({error})") from None
    is_feed = isinstance(found, dict) and str(found.get("version", "")).startswith(VERSION)
    if not is_feed or not isinstance(found.get("items"), list):
        raise BadInput("JSON, but not a feed")
    checked: Mapping[str, Any] = found
    return checked


def items_of(feed: Mapping[str, Any]) -> Iterator[Item | None]:
    """Its items; None for what is none."""
    for each in feed["items"]:
        yield _item(each, feed) if isinstance(each, dict) else None


def _item(item: Mapping[str, Any], feed: Mapping[str, Any]) -> Item:
    html, text = _text(item, "content_html"), _text(item, "content_text")
    named = (each.get("name") for each in _authors(item) or _authors(feed))
    return Item(
        link=_text(item, "url") or _text(item, "external_url"),
        guid=_text(item, "id"),
        title=_text(item, "title"),
        is_title_html=False,
        content=html or text,
        summary=_text(item, "summary"),
        is_html=bool(html),
        authors=[name for name in named if isinstance(name, str) and name],
        tags=[tag for tag in _list(item, "tags") if isinstance(tag, str)],
        published=item.get("date_published"),
        updated=item.get("date_modified"),
        language=_text(item, "language") or _text(feed, "language"),
        files=[
            {
                "url": _text(each, "url"),
                "type": _text(each, "mime_type"),
                "length": each.get("size_in_bytes"),
            }
            for each in _list(item, "attachments")
            if isinstance(each, dict)
        ],
    )


def _authors(fields: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    given = _list(fields, "authors") or [fields.get("author")]  # version 1 had one
    return [each for each in given if isinstance(each, dict)]


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _list(fields: Mapping[str, Any], name: str) -> list[Any]:
    value = fields.get(name)
    return value if isinstance(value, list) else []
