"""Feeds in files: telling them from other XML and JSON.

Parsing feeds is the business of `store.feeds`, on a floor above this one. So the reader of feeds is handed
down to whoever reads files.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator

from store.model.article import ParsedArticle, Rejection

FeedReader = Callable[[str, bytes], Iterator[ParsedArticle | Rejection]]
"""Yields the articles of a feed, given the name of its file and its bytes, of which the first
`MAX_FEED_FILE_BYTES` are read."""

MAX_FEED_FILE_BYTES = 32 * 1024 * 1024
FEED_REASON = "a saved feed"
FEED_LIST_REASON = "a list of feeds, not of articles"
FEED_START = re.compile(
    r"(?>(?:\s++|<\?[^<>]*+>|<!--(?:(?!<!--).)*?-->|<!DOCTYPE\b[^<>\[]*+(?:\[[^\[\]]*+\]\s*+)?>)*)"
    r"<(?:[\w.-]++:)?(?:feed|RDF|rss(?![^<>]*\bxmlns:wp\s*=))(?=[\s/>])",
    re.DOTALL | re.IGNORECASE,
)
"""The root element of a feed, and what may stand before it; RSS with elements of WordPress is the export of a site."""
JSON_FEED_VERSION = re.compile(
    rb'"version"\s*+:\s*+"https?:(?:\\?/){2}(?:www\.)?jsonfeed\.org\\?/version'
)


def is_xml_feed(text: str) -> bool:
    """Return True for the text of a feed in XML, or its beginning."""
    return FEED_START.match(text) is not None


def is_json_feed(data: bytes) -> bool:
    """Return True for a JSON Feed, or the beginning of one that states its version there."""
    return (
        data.removeprefix(BOM_UTF8).lstrip()[:1] == b"{"
        and JSON_FEED_VERSION.search(data) is not None
    )


def reject_feed(name: str, _: bytes) -> Iterator[ParsedArticle | Rejection]:
    """Read no feed: where articles are asked for, and no feeds are expected."""
    yield Rejection(name, FEED_REASON)
