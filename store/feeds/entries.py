"""One item of a feed becomes loose fields in the shape of newstui JSON; who is who among items."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from store.model.times import parse_time, seconds
from store.text.clean import clean_line
from store.text.html_to_text import html_to_text, plain
from store.text.prose import LINK, ends_whole
from store.text.urls import canonical, web

MANY_TAGS = 20
"""Tags of one item that are taken; what has more is a list of search words."""
MANY_FILES = 20
MB, SMALL = 1_000_000, 0.1
PLAYED = {"audio/": "Audio", "video/": "Video", "/pdf": "PDF"}
"""Files of an item that are linked below its text, by a part of their media type."""
NOISE = re.compile(r"\s*The post [^\n]{1,400} appeared first on [^\n]{1,200}\Z")
"""What WordPress writes below every excerpt."""
CUT = re.compile(r"(?:\[(?:…|\.\.\.)\]|…|\.\.\.)\Z")
FRACTION = re.compile(r"\.\d+Z\Z")
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
    is_title_html: bool = True
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
        "title": plain(item.title) if item.is_title_html else item.title,
        "category": feed.category,
        "authors": [plain(name) for name in item.authors],
        "tags": _tags(item.tags),
        "language": item.language,
    }
    fields |= _texts(item, base) | _dates(item, feed.now)
    if identity := _id(item, feed, url, site):
        fields["id"] = identity
    extra = _extra(item, base, url)
    fields["text"] = "\n\n".join(filter(None, (fields["text"], *_attached(extra, fields["text"]))))
    fields["extra"] = {"feed": feed.key} | extra | fields.pop("extra", {})
    return fields


def _attached(extra: Mapping[str, Any], text: str) -> Iterator[str]:
    """A link to each recording or document that comes with an item: what one wants of a podcast."""
    for each in extra.get("enclosures", ()):
        kind = next((kind for kind in PLAYED if kind in str(each.get("type", "")).lower()), "")
        if kind and each["url"] not in text:
            length = each.get("length", 0) / MB
            size = f", {length:.1f} MB" if length > SMALL else ""
            address = each["url"].replace(" ", "%20").replace("(", "%28").replace(")", "%29")
            yield f"[{PLAYED[kind]}{size}]({address})"


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


def _texts(item: Item, base: str) -> dict[str, Any]:
    """Text and summary: the whole text if the feed has it, and never the same twice."""
    content, summary = (_text(each, item, base) for each in (item.content, item.summary))
    if len(summary) > len(content):
        content, summary = summary, ""
    if item.comments and not LINK.sub("", content).strip():
        content = ""  # nothing but the link to the comments
    summary = NOISE.sub("", LINK.sub(r"\1", summary)).strip()
    if not summary or LINK.sub(r"\1", content).startswith(summary.rstrip("[]…. ")[:200]):
        return {"text": content}
    whole = not CUT.search(summary) and ends_whole(summary)
    return {"text": content, "summary": summary, "summary_complete": whole}


def _text(value: str, item: Item, base: str) -> str:
    return html_to_text(value, base) if item.is_html else value


def _dates(item: Item, now: str) -> dict[str, Any]:
    """When it was published; what lies ahead counts as fetched now, and is kept beside (case 97)."""
    updated = _date(item.updated)
    published = _date(item.published) or updated
    if published is None:
        return {}
    latest = seconds(now) + SLACK
    dates: dict[str, Any] = {}
    if updated and updated != published and seconds(updated) <= latest:
        dates["updated"] = updated
    if seconds(published) > latest:
        return {**dates, "date": now, "extra": {"date": published}}
    return {**dates, "date": published}


def _date(value: object) -> str | None:
    found = parse_time(value) if value else None
    if not found or seconds(found) <= SLACK:  # 1970 is where clocks begin
        return None
    return FRACTION.sub("Z", found)


def _tags(tags: Iterable[str]) -> list[str]:
    clean = (clean_line(plain(tag), 100) for tag in list(tags)[: 2 * MANY_TAGS])
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
    return extra
