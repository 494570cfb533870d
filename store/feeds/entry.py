"""The shapes of feeds and their entries, whatever format they come in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from store.model.article import ParsedArticle


@dataclass(frozen=True, slots=True)
class FeedInfo:
    """The facts about a feed that its entries need."""

    key: str
    """The URL it was first subscribed to, which its articles refer to for good; empty if it has none."""
    url: str
    """The URL it was fetched from, to which links are relative."""
    fetched_at: str
    """The time of the fetch, ISO 8601 in UTC."""
    category: str = ""
    tags: Sequence[str] = ()
    """Tags that the user gave the feed."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """The contents of an entry, whatever the format of its feed."""

    link: str = ""
    guid: str = ""
    title: str = ""
    is_title_html: bool = True
    content: str = ""
    """HTML or text; the longest that the entry has."""
    is_html: bool = True
    summary: str = ""
    is_summary_html: bool = True
    authors: Sequence[str] = ()
    tags: Sequence[str] = ()
    published: object = None
    updated: object = None
    language: str = ""
    has_full_text: bool = False
    """True if the content is the text of the entry, however short."""
    pictures: Sequence[Mapping[str, Any]] = ()
    """Pictures beside the text, each with `url`, and `width` where it is known."""
    enclosures: Sequence[Mapping[str, Any]] = ()
    """Enclosures, each with `url`, `type` and `length`."""
    comments: str = ""
    source: Mapping[str, str] = field(default_factory=dict)
    """Title and URL of the publication that it was taken from."""
    linked_url: str = ""
    """The page that it is about, if it has another one of its own."""
    base_url: str = ""
    """The URL to which its links are relative."""
    read: bool = False
    """True if it was read in the program that it comes from."""
    starred: bool = False


@dataclass(frozen=True, slots=True)
class FeedContents:
    """The contents of a feed, before articles are made of its entries."""

    title: str
    site: str
    """Its home page."""
    entries: Sequence[FeedEntry | None]
    """None is an entry that is none."""
    url: str = ""
    """The URL that it states as its own."""
    moved_to: str = ""
    """The URL that it says it has moved to for good."""


class RejectedItem(NamedTuple):
    """An item of a feed that is no article, and why."""

    number: int
    """Its place in the feed, from 1 on."""
    reason: str


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """The contents of a feed."""

    title: str
    site: str
    """Its home page."""
    articles: Sequence[ParsedArticle]
    rejected: Sequence[RejectedItem] = ()
    omitted_count: int = 0
    """The number of entries beyond those that are taken at once."""
    problem: str = ""
    """The reason why it did not come whole; empty if it did."""
    url: str = ""
    """The URL that it states as its own."""
    moved_to: str = ""
    """The URL that it says it has moved to for good."""


def parse_length(enclosure: Mapping[str, Any]) -> int:
    """Return the bytes that an enclosure says it has; 0 if it does not say."""
    length = str(enclosure.get("length") or "")
    return int(length) if length.isdecimal() and len(length) < 16 else 0
