"""Splitting the feed in a file into parts, each a small feed of its own that is parsed like a download.

A file may have all entries there ever were, and no part takes long or much memory. Of an archive of Blogger
the articles alone are taken.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from store.feeds.entry import FeedInfo
from store.feeds.entry_limit import iter_entries
from store.feeds.json_entries import parse_json_feed
from store.feeds.parse import decode_feed, parse_feed_part
from store.feeds.truncation import drop_partial_entry
from store.model.errors import InvalidInput
from store.text.decoding import extract_feed_xml

MAX_PART_ENTRIES = 200
"""Entries of one part, unless all of them are shorter than what every part repeats."""
MAX_PART_CHARS = 2_000_000
"""Characters of the entries of one part, unless a single entry has more."""
MAX_FRAME_CHARS = 2_000_000
"""Characters around the entries."""

BLOGGER = "schemas.google.com/blogger/"
BLOGGER_TYPE = re.compile(
    r"<blogger:type>\s*+(\w{1,20})"
    r"|<category\b[^<>]*?\bterm=[\"']https?://schemas\.google\.com/blogger/2008/kind#(\w{1,20})"
)
BLOGGER_ARTICLES = ("post", "page")
BLOGGER_STATUS = re.compile(r"<blogger:status>\s*+(\w{1,20})")
BLOGGER_DRAFT = re.compile(r"<app:draft\b[^<>]*>\s*+yes\b")


class FeedEntryText(NamedTuple):
    """An entry of a feed as it is written."""

    number: int
    """Its place in the feed, from 1 on."""
    text: str


class FeedText(NamedTuple):
    """A feed as it is written."""

    head: str
    """The text before the entries."""
    entries: list[FeedEntryText]
    separator: str
    tail: str
    problem: str = ""
    """The reason why it is not whole; empty if it is."""


def split_feed(data: bytes, about: FeedInfo) -> dict[str, Any]:
    """Split a feed into parts.

    Returns:
        `title`, `site` and `url` of the feed; `head`, `separator` and `tail`, the text around the entries of
        any part; `parts`, each a list of entries with their numbers; `drafts`, the numbers of entries that
        were never published; and `incomplete`, the reason why the feed is not whole.

    Raises:
        InvalidInput: It is not a feed; the text says what it is instead.
    """
    kind, text = decode_feed(data, "")
    found = _split_json(text) if kind == "json" else _split_xml(text)
    frame_size = len(found.head) + len(found.tail)
    if frame_size > MAX_FRAME_CHARS:
        raise InvalidInput("not a feed (too much text around its entries)")
    try:
        feed = parse_feed_part(found.head + found.tail, about)
    except InvalidInput as error:
        raise InvalidInput(found.problem or str(error)) from error
    drafts: list[int] = []
    entries = found.entries
    if BLOGGER in found.head:
        entries = list(_select_blogger_articles(entries, drafts))
    return {
        "title": feed.title,
        "site": feed.site,
        "url": feed.url,
        "head": found.head,
        "separator": found.separator,
        "tail": found.tail,
        "parts": [[list(each) for each in part] for part in _group(entries, frame_size)],
        "drafts": drafts,
        "incomplete": found.problem,
    }


def _split_xml(text: str) -> FeedText:
    whole, problem = drop_partial_entry(extract_feed_xml(text))
    spans = list(iter_entries(whole))
    start, end = (spans[0].start, spans[-1].end) if spans else (len(whole), len(whole))
    entries = [
        FeedEntryText(number, whole[each.start : each.end])
        for number, each in enumerate(spans, start=1)
    ]
    return FeedText(whole[:start], entries, "\n", whole[end:], problem)


def _split_json(text: str) -> FeedText:
    found, problem = parse_json_feed(text)
    about = {name: value for name, value in found.items() if name != "items"}
    entries = [
        FeedEntryText(number, json.dumps(each))
        for number, each in enumerate(found["items"], start=1)
    ]
    return FeedText(f'{json.dumps(about)[:-1]}, "items": [', entries, ", ", "]}", problem)


def _select_blogger_articles(
    entries: Iterable[FeedEntryText], drafts: list[int]
) -> Iterator[FeedEntryText]:
    """Yield posts and pages that were published; comments, settings, layouts and the trash are left out.

    In an export, `category` and `app:draft` say what an entry is; in one of Google Takeout,
    `blogger:type` and `blogger:status`.
    """
    for each in entries:
        kind = BLOGGER_TYPE.search(each.text)
        status = BLOGGER_STATUS.search(each.text)
        state = status[1].lower() if status else "live"
        if (kind and (kind[1] or kind[2]).lower() not in BLOGGER_ARTICLES) or "trash" in state:
            continue
        if state != "live" or BLOGGER_DRAFT.search(each.text):
            drafts.append(each.number)
        else:
            yield each


def _group(entries: Iterable[FeedEntryText], min_chars: int) -> Iterator[list[FeedEntryText]]:
    """Yield the entries of each part; no part is shorter than what it repeats, except for the last one."""
    group: list[FeedEntryText] = []
    size = 0
    for each in entries:
        is_full = len(group) >= MAX_PART_ENTRIES and size >= min_chars
        if group and (is_full or size + len(each.text) > MAX_PART_CHARS):
            yield group
            group, size = [], 0
        group.append(each)
        size += len(each.text)
    if group:
        yield group
