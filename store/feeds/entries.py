"""Feed entries: one becomes fields in the shape of newstui JSON, with an id that stays the same."""

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
"""Tags of one entry that are taken; longer lists are search keywords."""
MAX_ENCLOSURES = 20
BYTES_PER_MB, MIN_SIZE_SHOWN_MB = 1_000_000, 0.1
LINKED_MEDIA_TYPES = {"audio/": "Audio", "video/": "Video", "/pdf": "PDF"}
"""Labels of the enclosures that are linked below the text, by a part of their media type."""
WORDPRESS_FOOTER = re.compile(r"\s*The post [^\n]{1,400} appeared first on [^\n]{1,200}\Z")
"""The line that WordPress adds below every excerpt."""
TRUNCATION_MARK = re.compile(r"(?:\[(?:…|\.\.\.)\]|…|\.\.\.)\Z")
SECOND_FRACTION = re.compile(r"\.\d+Z\Z")
MAX_CLOCK_SKEW_SECONDS = timedelta(days=1).total_seconds()
"""Seconds a date may lie in the future, because time zones are often wrong."""


@dataclass(frozen=True, slots=True)
class FeedInfo:
    """The facts about a feed that its entries need."""

    key: str
    """The URL it was first subscribed to, which its articles refer to for good."""
    url: str
    """The URL it was fetched from, to which links are relative."""
    fetched_at: str
    """The time of the fetch, ISO 8601 in UTC."""
    category: str = ""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """The contents of an entry, whatever the format of its feed."""

    link: str = ""
    guid: str = ""
    title: str = ""
    is_title_html: bool = True
    content: str = ""
    """HTML or text; the longest that the entry has."""
    summary: str = ""
    is_html: bool = True
    authors: Sequence[str] = ()
    tags: Sequence[str] = ()
    published: object = None
    updated: object = None
    language: str = ""
    enclosures: Sequence[Mapping[str, Any]] = ()
    """Enclosures, each with `url`, `type` and `length`."""
    comments: str = ""
    base_url: str = ""
    """The URL to which its links are relative."""


def entry_to_fields(entry: FeedEntry, feed: FeedInfo, site: str) -> dict[str, Any]:
    """Return the fields of an article; an entry that links to the site has no page of its own."""
    base = entry.base_url or site or feed.url
    url = resolve_web_url(entry.link, base) or (
        resolve_web_url(entry.guid, "") if "://" in entry.guid else ""
    )
    fields: dict[str, Any] = {
        "url": url,
        "title": html_to_line(entry.title) if entry.is_title_html else entry.title,
        "category": feed.category,
        "authors": [html_to_line(name) for name in entry.authors],
        "tags": _clean_tags(entry.tags),
        "language": entry.language,
    }
    fields |= _build_texts(entry, base) | _build_dates(entry, feed.fetched_at)
    if identity := _make_id(entry, feed, url, site):
        fields["id"] = identity
    extra = _build_extra(entry, base, url)
    fields["text"] = "\n\n".join(
        filter(None, (fields["text"], *_link_enclosures(extra, fields["text"])))
    )
    fields["extra"] = {"feed": feed.key} | extra | fields.pop("extra", {})
    return fields


def _link_enclosures(extra: Mapping[str, Any], text: str) -> Iterator[str]:
    """Yield a link to each recording or document: what the user wants of a podcast."""
    for each in extra.get("enclosures", ()):
        kind = next(
            (kind for kind in LINKED_MEDIA_TYPES if kind in str(each.get("type", "")).lower()), ""
        )
        if kind and each["url"] not in text:
            length = each.get("length", 0) / BYTES_PER_MB
            size = f", {length:.1f} MB" if length > MIN_SIZE_SHOWN_MB else ""
            url = each["url"].replace(" ", "%20").replace("(", "%28").replace(")", "%29")
            yield f"[{LINKED_MEDIA_TYPES[kind]}{size}]({url})"


def _make_id(entry: FeedEntry, feed: FeedInfo, url: str, site: str) -> str:
    """Return the id of an article that its URL does not identify; empty if the URL does.

    The URL is preferred to the entry's own id, because programs change those ids when a site moves;
    but a URL that is the feed's home page is the same for every entry.
    """
    is_shared = url and site and canonicalize_url(url) == canonicalize_url(site)
    if entry.guid and (is_shared or not url):
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{canonicalize_url(feed.key)}#{entry.guid}"))
    if is_shared:
        content = "\n".join(
            (canonicalize_url(feed.key), entry.title, str(entry.published), entry.content)
        )
        return str(uuid.uuid5(uuid.NAMESPACE_URL, content))
    return ""


def _build_texts(entry: FeedEntry, base: str) -> dict[str, Any]:
    """Return text and summary: the full text if the feed has it, and never the same text twice."""
    content, summary = (
        html_to_text(each, base) if entry.is_html else each
        for each in (entry.content, entry.summary)
    )
    if len(summary) > len(content):
        content, summary = summary, ""
    if entry.comments and not MARKDOWN_LINK.sub("", content).strip():
        content = ""  # only the link to the comments
    summary = WORDPRESS_FOOTER.sub("", MARKDOWN_LINK.sub(r"\1", summary)).strip()
    if not summary or MARKDOWN_LINK.sub(r"\1", content).startswith(summary.rstrip("[]…. ")[:200]):
        return {"text": content}
    is_complete = not TRUNCATION_MARK.search(summary) and ends_with_full_stop(summary)
    return {"text": content, "summary": summary, "summary_complete": is_complete}


def _build_dates(entry: FeedEntry, now: str) -> dict[str, Any]:
    """Return the dates; one in the future becomes the time of the fetch, and is kept in `extra` (case 97)."""
    updated = _parse_date(entry.updated)
    published = _parse_date(entry.published) or updated
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
    if not found or to_unix_seconds(found) <= MAX_CLOCK_SKEW_SECONDS:  # a clock that was never set
        return None
    return SECOND_FRACTION.sub("Z", found)


def _clean_tags(tags: Iterable[str]) -> list[str]:
    clean = (clean_line(html_to_line(tag), 100) for tag in list(tags)[: 2 * MAX_ENTRY_TAGS])
    return list(dict.fromkeys(tag for tag in clean if tag and "://" not in tag))[:MAX_ENTRY_TAGS]


def _build_extra(entry: FeedEntry, base: str, url: str) -> dict[str, Any]:
    """Return what articles have no field for."""
    files = [
        {name: value for name, value in {**each, "url": found}.items() if value}
        for each in entry.enclosures[:MAX_ENCLOSURES]
        if (found := resolve_web_url(str(each.get("url", "")), base))
    ]
    extra: dict[str, Any] = {"enclosures": files} if files else {}
    if comments := resolve_web_url(entry.comments, base):
        extra["comments"] = comments
    if entry.guid and entry.guid != url:
        extra["guid"] = entry.guid
    return extra
