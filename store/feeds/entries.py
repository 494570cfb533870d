"""One item of a feed becomes loose fields in the shape of newstui JSON; who is who among items."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from store.model.times import parse_timestamp, to_unix_seconds
from store.text.clean import clean_line
from store.text.html_to_text import html_to_line, html_to_text
from store.text.prose import MARKDOWN_LINK, ends_with_full_stop
from store.text.urls import canonicalize_url, resolve_web_url

MAX_ENTRY_TAGS = 20
"""Tags of one item that are taken; what has more is a list of search words."""
MAX_ENCLOSURES = 20
BYTES_PER_MB, MIN_SIZE_SHOWN_MB = 1_000_000, 0.1
LINKED_MEDIA_TYPES = {"audio/": "Audio", "video/": "Video", "/pdf": "PDF"}
"""Files of an item that are linked below its text, by a part of their media type."""
WORDPRESS_FOOTER = re.compile(r"\s*The post [^\n]{1,400} appeared first on [^\n]{1,200}\Z")
"""What WordPress writes below every excerpt."""
TRUNCATION_MARK = re.compile(r"(?:\[(?:…|\.\.\.)\]|…|\.\.\.)\Z")
SECOND_FRACTION = re.compile(r"\.\d+Z\Z")
MAX_CLOCK_SKEW_SECONDS = timedelta(days=1).total_seconds()
"""Seconds a date may lie ahead: zones are written wrong more often than texts come early."""


@dataclass(frozen=True, slots=True)
class FeedInfo:
    """What is known of a feed before its items are read."""

    key: str
    """The URL it was first subscribed to: by this its items know it for good."""
    url: str
    """Where it was fetched from: links are relative to it."""
    fetched_at: str
    """When, in our form."""
    category: str = ""


@dataclass(frozen=True, slots=True)
class FeedEntry:
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
    enclosures: Sequence[Mapping[str, Any]] = ()
    """Enclosures: `url`, `type`, `length`."""
    comments: str = ""
    base_url: str = ""
    """What its links are relative to."""


def entry_to_fields(item: FeedEntry, feed: FeedInfo, site: str) -> dict[str, Any]:
    """The fields of an article.

    Args:
        item: What the feed says.
        feed: The feed.
        site: The feed's own page; an item that links there has no page of its own.
    """
    base = item.base_url or site or feed.url
    url = resolve_web_url(item.link, base) or (
        resolve_web_url(item.guid, "") if "://" in item.guid else ""
    )
    fields: dict[str, Any] = {
        "url": url,
        "title": html_to_line(item.title) if item.is_title_html else item.title,
        "category": feed.category,
        "authors": [html_to_line(name) for name in item.authors],
        "tags": _clean_tags(item.tags),
        "language": item.language,
    }
    fields |= _build_texts(item, base) | _build_dates(item, feed.fetched_at)
    if identity := _make_id(item, feed, url, site):
        fields["id"] = identity
    extra = _build_extra(item, base, url)
    fields["text"] = "\n\n".join(
        filter(None, (fields["text"], *_link_enclosures(extra, fields["text"])))
    )
    fields["extra"] = {"feed": feed.key} | extra | fields.pop("extra", {})
    return fields


def _link_enclosures(extra: Mapping[str, Any], text: str) -> Iterator[str]:
    """A link to each recording or document that comes with an item: what one wants of a podcast."""
    for each in extra.get("enclosures", ()):
        kind = next(
            (kind for kind in LINKED_MEDIA_TYPES if kind in str(each.get("type", "")).lower()), ""
        )
        if kind and each["url"] not in text:
            length = each.get("length", 0) / BYTES_PER_MB
            size = f", {length:.1f} MB" if length > MIN_SIZE_SHOWN_MB else ""
            address = each["url"].replace(" ", "%20").replace("(", "%28").replace(")", "%29")
            yield f"[{LINKED_MEDIA_TYPES[kind]}{size}]({address})"


def _make_id(item: FeedEntry, feed: FeedInfo, url: str, site: str) -> str:
    """The id where the URL does not tell: of the feed and the id that the item has in it.

    The link comes first, for programs change the ids of their items when they move; but where the
    link is the feed's own page, it is the same for every item.
    """
    shared = url and site and canonicalize_url(url) == canonicalize_url(site)
    if item.guid and (shared or not url):
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{canonicalize_url(feed.key)}#{item.guid}"))
    if shared and not item.guid:
        content = "\n".join(
            (canonicalize_url(feed.key), item.title, str(item.published), item.content)
        )
        return str(uuid.uuid5(uuid.NAMESPACE_URL, content))
    return ""


def _build_texts(item: FeedEntry, base: str) -> dict[str, Any]:
    """Text and summary: the whole text if the feed has it, and never the same twice."""
    content, summary = (_to_text(each, item, base) for each in (item.content, item.summary))
    if len(summary) > len(content):
        content, summary = summary, ""
    if item.comments and not MARKDOWN_LINK.sub("", content).strip():
        content = ""  # nothing but the link to the comments
    summary = WORDPRESS_FOOTER.sub("", MARKDOWN_LINK.sub(r"\1", summary)).strip()
    if not summary or MARKDOWN_LINK.sub(r"\1", content).startswith(summary.rstrip("[]…. ")[:200]):
        return {"text": content}
    whole = not TRUNCATION_MARK.search(summary) and ends_with_full_stop(summary)
    return {"text": content, "summary": summary, "summary_complete": whole}


def _to_text(value: str, item: FeedEntry, base: str) -> str:
    return html_to_text(value, base) if item.is_html else value


def _build_dates(item: FeedEntry, now: str) -> dict[str, Any]:
    """When it was published; what lies ahead counts as fetched now, and is kept beside (case 97)."""
    updated = _parse_date(item.updated)
    published = _parse_date(item.published) or updated
    if published is None:
        return {}
    latest = to_unix_seconds(now) + MAX_CLOCK_SKEW_SECONDS
    dates: dict[str, Any] = {}
    if updated and updated != published and to_unix_seconds(updated) <= latest:
        dates["updated"] = updated
    if to_unix_seconds(published) > latest:
        return {**dates, "date": now, "extra": {"date": published}}
    return {**dates, "date": published}


def _parse_date(value: object) -> str | None:
    found = parse_timestamp(value) if value else None
    if not found or to_unix_seconds(found) <= MAX_CLOCK_SKEW_SECONDS:  # 1970 is where clocks begin
        return None
    return SECOND_FRACTION.sub("Z", found)


def _clean_tags(tags: Iterable[str]) -> list[str]:
    clean = (clean_line(html_to_line(tag), 100) for tag in list(tags)[: 2 * MAX_ENTRY_TAGS])
    return list(dict.fromkeys(tag for tag in clean if tag and "://" not in tag))[:MAX_ENTRY_TAGS]


def _build_extra(item: FeedEntry, base: str, url: str) -> dict[str, Any]:
    """What we have no field for."""
    files = [
        {name: value for name, value in {**each, "url": found}.items() if value}
        for each in item.enclosures[:MAX_ENCLOSURES]
        if (found := resolve_web_url(str(each.get("url", "")), base))
    ]
    extra: dict[str, Any] = {"enclosures": files} if files else {}
    if comments := resolve_web_url(item.comments, base):
        extra["comments"] = comments
    if item.guid and item.guid != url:
        extra["guid"] = item.guid
    return extra
