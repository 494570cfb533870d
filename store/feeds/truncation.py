"""Finding out whether a feed came whole, and which of its entries did if not."""

from __future__ import annotations

import json
import re
from typing import Any

from store.importers.containers import parse_json
from store.model.errors import InvalidInput

PROBLEM = "not a whole feed"
ROOT = re.compile(r"<([\w:.-]++)[^<>]*>")
ENTRY_START = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)[\s>]", re.IGNORECASE)
ENTRY_BOUNDARY = re.compile(
    r"</(?:[\w.-]{1,40}:)?(item|entry)>\s{0,200}<(?:[\w.-]{1,40}:)?\1[\s>]", re.IGNORECASE
)
MAX_TAG_CHARS = 300
SECTION_ELEMENT = re.compile(r"<([\w:.-]{1,60})(?:\s[^<>]{0,200})?>\s{0,20}\Z")
"""The element whose text begins with a CDATA section."""
CDATA_START, CDATA_END = "<![CDATA[", "]]>"
END_TAG = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|</(?P<name>[\w:.-]+)\s*>", re.DOTALL
)
"""End tags; CDATA sections and comments are matched too, because those in them end nothing."""
JSON_ITEMS = re.compile(r'"items"\s*:\s*\[')
JSON_SEPARATOR = re.compile(r"[\s,]*")


def close_sections(text: str) -> str:
    """Return an XML feed in which a CDATA section that nothing closes ends in its entry, not in the next one."""
    if text.count(CDATA_START) == text.count(CDATA_END):
        return text
    pieces: list[str] = []
    at = end = 0
    while (start := text.find(CDATA_START, at)) >= 0:
        if end < start and (end := text.find(CDATA_END, start)) < 0:
            break
        boundary = ENTRY_BOUNDARY.search(text, start, end)
        if boundary and text.find(CDATA_START, boundary.end(), end) >= 0:
            opening = SECTION_ELEMENT.search(text[max(0, start - MAX_TAG_CHARS) : start])
            closing = f"</{opening[1]}>" if opening else ""
            cut = text.find(closing, start, boundary.start()) if closing else -1
            pieces += [text[at : cut if cut >= 0 else boundary.start()], CDATA_END]
            pieces += [] if cut >= 0 else [closing]
            at = cut if cut >= 0 else boundary.start()
        else:
            pieces.append(text[at : end + len(CDATA_END)])
            at = end + len(CDATA_END)
    return "".join([*pieces, text[at:]])


def drop_partial_entry(text: str) -> tuple[str, str]:
    """Return the part of an XML feed that came whole, and the problem if that is not all of it.

    Args:
        text: The feed from its root element on.
    """
    root = ROOT.match(text)
    if root is None:
        return text, f"{PROBLEM}: truncated before the first entry"
    name = root[1].lower()
    reason = "truncated"
    tail = text[-len(name) - 10 :].lower().rstrip()
    if tail.endswith(f"</{name}>") or root[0].endswith("/>"):
        unended = text.rfind(CDATA_START)
        if unended <= text.rfind(CDATA_END):
            return text, ""
        text, reason = text[:unended], "CDATA section without an end"
    # Programs that forget the last line of an RSS feed have sent all of its entries.
    last = {name, "channel"} if name == "rss" else {name}
    end = count = 0
    for match in END_TAG.finditer(text):
        tag = (match["name"] or "").lower()
        if tag in last:
            return text, ""
        if tag.rpartition(":")[2] in {"item", "entry"}:
            end, count = match.end(), count + 1
    if count:
        return text[:end], f"{PROBLEM}: {reason} after entry {count:,}"
    start = ENTRY_START.search(text)
    return text[: start.start()] if start else text, f"{PROBLEM}: {reason} before the first entry"


def parse_json_prefix(text: str) -> tuple[Any, str]:
    """Parse a JSON feed, or as much of it as came whole; return it and the problem.

    Raises:
        InvalidInput: Not even its list of entries came.
    """
    try:
        return parse_json(text.encode("utf-8", "replace")), ""
    except ValueError as error:
        problem = str(error)
    start = JSON_ITEMS.search(text)
    if start is None:
        raise InvalidInput(f"not a feed ({problem})")
    whole = text[: _find_items_end(text, start.end())] + "]}"
    try:
        return parse_json(whole.encode("utf-8", "replace")), f"{PROBLEM}: {problem}"
    except ValueError:
        raise InvalidInput(f"not a feed ({problem})") from None


def _find_items_end(text: str, at: int) -> int:
    """Return where the last whole item of a list ends that begins at `at`."""
    decoder, end = json.JSONDecoder(), at
    while True:
        separator = JSON_SEPARATOR.match(text, end)
        try:
            _, end = decoder.raw_decode(text, separator.end() if separator else end)
        except (ValueError, RecursionError):
            return end
