"""One item of a feed becomes loose fields in the shape of newstui JSON; who is who among items."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin

from store.clean import clean_line
from store.intake.html import html_to_text
from store.times import iso, parse_time, seconds
from store.urls import canonical

MANY_TAGS = 20
"""Tags of one item that are taken; what has more is a list of search words."""
MANY_FILES = 20
SLACK = timedelta(days=1).total_seconds()
"""Seconds a date may lie ahead: zones are written wrong more often than texts come early."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What is known of a feed before its items are read."""

    key: str
    """The URL it was first subscribed to: by this its items know it for good."""
    url: str
    """Where it was fetched from: links are relative to it."""
    now: str
    """When, in our form."""
    category: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """What an item says, whatever the format of its feed."""

    link: str = ""
    guid: str = ""
    title: str = ""
    content: str = ""
    """HTML or text; the longest there is."""
    summary: str = ""
    is_html: bool = True
    authors: Sequence[str] = ()
    tags: Sequence[str] = ()
    published: object = None
    updated: object = None
    language: str = ""
    files: Sequence[Mapping[str, Any]] = ()
    """Enclosures: `url`, `type`, `length`."""
    comments: str = ""
    base: str = ""
    """What its links are relative to."""


def fields_of(item: Item, feed: Feed, site: str) -> dict[str, Any]:
    """The fields of an article.

    Args:
        item: What the feed says.
        feed: The feed.
        site: The feed's own page; an item that links there has no page of its own.
    """
    base = item.base or site or feed.url
    url = web(item.link, base) or (web(item.guid, "") if "://" in item.guid else "")
    fields: dict[str, Any] = {
        "url": url,
        "title": title_of(item.title),
        "category": feed.category,
        "authors": list(item.authors),
        "tags": _tags(item.tags),
        "language": item.language,
    }
    fields |= _texts(item, base) | _dates(item, feed.now)
    if identity := _id(item, feed, url, site):
        fields["id"] = identity
    fields["extra"] = {"feed": feed.key} | _extra(item, base, url) | fields.pop("extra", {})
    return fields


def web(link: str, base: str) -> str:
    """A link as an absolute URL; empty if it does not lead to the web."""
    try:
        url = urljoin(base, link.strip()) if link.strip() else ""
    except ValueError:
        return ""
    return url if url[:8].lower().startswith(("http://", "https://")) else ""


def title_of(title: str) -> str:
    """A title as one line: tags and entities are for pages."""
    return " ".join(html_to_text(title).split()).removeprefix("## ")


def _id(item: Item, feed: Feed, url: str, site: str) -> str:
    """The id where the URL does not tell: of the feed and the id that the item has in it.

    The link comes first, for programs change the ids of their items when they move; but where the
    link is the feed's own page, it is the same for every item.
    """
    shared = url and site and canonical(url) == canonical(site)
    if item.guid and (shared or not url):
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{canonical(feed.key)}#{item.guid}"))
    if shared and not item.guid:
        content = "\n".join((canonical(feed.key), item.title, str(item.published), item.content))
        return str(uuid.uuid5(uuid.NAMESPACE_URL, content))
    return ""


def _texts(item: Item, base: str) -> dict[str, str]:
    """Text and summary: the whole text if the feed has it, and never the same twice."""
    content, summary = (_text(each, item, base) for each in (item.content, item.summary))
    if len(summary) > len(content):
        content, summary = summary, ""
    if not summary or content.startswith(summary.rstrip("[]…. ")[:200]):
        return {"text": content}
    return {"text": content, "summary": summary}


def _text(value: str, item: Item, base: str) -> str:
    return html_to_text(value, base) if item.is_html else value


def _dates(item: Item, now: str) -> dict[str, Any]:
    """When it was published; what lies ahead counts as fetched now, and is kept beside (case 97)."""
    published = _date(item.published) or _date(item.updated)
    if published is None:
        return {}
    if seconds(published) > seconds(now) + SLACK:
        return {"date": now, "extra": {"date": published}}
    return {"date": published}


def _date(value: object) -> str | None:
    found = parse_time(value) if value else None
    return found if found and seconds(found) > SLACK else None  # 1970 is where clocks begin


def _tags(tags: Iterable[str]) -> list[str]:
    clean = (clean_line(title_of(tag), 100) for tag in list(tags)[: 2 * MANY_TAGS])
    return list(dict.fromkeys(tag for tag in clean if tag and "://" not in tag))[:MANY_TAGS]


def _extra(item: Item, base: str, url: str) -> dict[str, Any]:
    """What we have no field for."""
    files = [
        {name: value for name, value in {**each, "url": found}.items() if value}
        for each in item.files[:MANY_FILES]
        if (found := web(str(each.get("url", "")), base))
    ]
    extra: dict[str, Any] = {"enclosures": files} if files else {}
    if comments := web(item.comments, base):
        extra["comments"] = comments
    if item.guid and item.guid != url:
        extra["guid"] = item.guid
    if item.published and item.updated and (updated := parse_time(item.updated)):
        extra["updated"] = updated
    return extra


def fetched_at(moment: Any) -> str:
    """The time of a fetch in our form."""
    return iso(moment.replace(microsecond=0))
