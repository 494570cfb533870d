"""The newest entries of a feed that has more than are taken at once, found before any is parsed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from store.model.times import parse_timestamp, to_sort_seconds, to_unix_seconds

MAX_FEED_ENTRIES = 1000
"""Entries of one feed that are taken at once (case 100)."""
DATE_NAMES = ("pubdate", "published", "date", "issued", "created", "updated", "modified")
"""The elements with the date of an entry, the preferred first."""
TOKEN = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)"
    r"|<(?P<close>/?)(?P<entry>(?:[\w.-]++:)?(?:item|entry))(?=[\s/>])[^<>]*+>"
    rf"|<(?:[\w.-]++:)?(?P<date>{'|'.join(DATE_NAMES)})(?=[\s>])[^<>]*+>"
    r"\s*+(?:<!\[CDATA\[\s*+)?(?P<text>[^<>\]]*+)",
    re.DOTALL | re.IGNORECASE,
)
"""Tags of entries, and dates; CDATA sections and comments are matched too, because tags in them are text."""


class EntrySpan(NamedTuple):
    """An entry in the text of a feed."""

    start: int
    end: int
    date: str


def find_newest(dates: Sequence[object], now: str) -> list[int]:
    """Return the positions of the newest entries, in the order of the feed.

    Args:
        dates: The date of each entry, as the feed has it. Entries without one count as the oldest.
        now: The time that a date in the future counts as.
    """
    latest = to_unix_seconds(now)
    seconds = [to_sort_seconds(parse_timestamp(each), latest) for each in dates]
    newest = sorted(range(len(dates)), key=lambda position: -seconds[position])
    return sorted(newest[:MAX_FEED_ENTRIES])


def drop_old_items(feed: Mapping[str, Any], now: str) -> tuple[Mapping[str, Any], int]:
    """Return a JSON Feed with its newest items alone, and how many were dropped."""
    items = feed["items"]
    dates = [
        each.get("date_published") or each.get("date_modified") if isinstance(each, dict) else None
        for each in items
    ]
    newest = [items[position] for position in find_newest(dates, now)]
    return {**feed, "items": newest}, len(items) - len(newest)


def drop_old_entries(text: str, now: str) -> tuple[str, int]:
    """Return an XML feed with its newest entries alone, and how many were dropped."""
    may_have_more = text.count("</") > MAX_FEED_ENTRIES
    entries = list(iter_entries(text)) if may_have_more else []
    if len(entries) <= MAX_FEED_ENTRIES:
        return text, 0
    newest = set(find_newest([each.date for each in entries], now))
    parts, at = [], 0
    for position, entry in enumerate(entries):
        if position not in newest:
            parts.append(text[at : entry.start])
            at = entry.end
    return "".join((*parts, text[at:])), len(entries) - len(newest)


def iter_entries(text: str) -> Iterator[EntrySpan]:
    """Yield the entries; one that is not closed ends where the next begins, or the text ends."""
    name, start, dates = "", -1, dict[str, str]()
    for match in TOKEN.finditer(text):
        if match["date"]:
            dates.setdefault(match["date"].lower(), match["text"])
        elif match["entry"] and match["entry"] == (name := name or match["entry"]):
            if start >= 0:
                end = match.end() if match["close"] else match.start()
                yield EntrySpan(start, end, _choose_date(dates))
            is_empty = match[0].endswith("/>")
            if is_empty:
                yield EntrySpan(match.start(), match.end(), "")
            start, dates = -1 if match["close"] or is_empty else match.start(), {}
    if start >= 0:
        yield EntrySpan(start, len(text), _choose_date(dates))


def _choose_date(dates: Mapping[str, str]) -> str:
    return next((dates[name] for name in DATE_NAMES if name in dates), "")
