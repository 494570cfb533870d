"""Highlights and notes of a Kindle, in its file `My Clippings.txt`: one article per book or document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from store.importers.annotations import group_highlight_rows
from store.importers.containers import ImportItem
from store.model.times import parse_timestamp

CLIPPING_END = "=========="
AUTHOR = re.compile(r"\(([^()]{1,200})\)\Z")
NOTE_WORDS = ("note", "notiz", "nota", "notitie", "заметка", "メモ", "笔记", "筆記")
LOCATION = re.compile(r"[^\W\d]{1,30}+ \d{1,7}(?:-\d{1,7})?")
"""A page or a position, such as `Location 40-45`."""
MAX_DATE_WORDS = 12


def is_clippings(text: str) -> bool:
    """Return True for the beginning of such a file."""
    lines = text.removeprefix("\ufeff").lstrip().split("\n", 3)
    return len(lines) > 3 and lines[1].startswith("- ") and f"\n{CLIPPING_END}" in text


def read_clippings(name: str, text: str) -> Iterator[ImportItem]:
    """Yield one item per book, with its highlights and notes in their order; bookmarks say nothing."""
    rows = (row for block in text.split(CLIPPING_END) if (row := _parse_clipping(block)))
    for number, fields in enumerate(group_highlight_rows(rows), start=1):
        yield ImportItem(f"{name}: book {number}", fields)


def _parse_clipping(block: str) -> dict[str, Any] | None:
    lines = [line.strip() for line in block.replace("\ufeff", "").strip().splitlines()]
    text = "\n".join(lines[2:]).strip()
    if not text:
        return None
    author = AUTHOR.search(lines[0])
    parts = [part.strip() for part in lines[1].lstrip("- ").split("|")]
    location = LOCATION.search(parts[min(1, len(parts) - 2)]) if len(parts) > 1 else None
    is_note = any(word in parts[0].lower() for word in NOTE_WORDS)
    return {
        "Book Title": lines[0][: author.start()].strip() if author else lines[0],
        "Book Author": author[1] if author else "",
        "Note" if is_note else "Highlight": text,
        "Highlighted at": _find_time(parts[-1]),
        "Location": location[0] if location else "",
    }


def _find_time(text: str) -> str:
    """Return the time at the end of a text, which begins with words such as `Added on`."""
    words = text.split()[-MAX_DATE_WORDS:]
    found = (parse_timestamp(" ".join(words[start:])) for start in range(len(words)))
    return next(filter(None, found), "")
