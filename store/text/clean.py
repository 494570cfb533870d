"""Untrusted text to text that is safe to show: the only door.

Nothing that leaves here can act on a terminal: no escape sequence, no control, no bidirectional
override, no invisible character, no endless pile of marks. What remains is what a reader sees.

Text is not brought to a normal form (NFC): terminals draw both forms, the index folds for itself,
and NFC may lengthen a text, while here a character is only ever dropped or replaced by one other.

What takes more than dropping is in `store.text.clean_unicode`. Source: UAX #9 (bidirectional).
"""

from __future__ import annotations

import re
from typing import Any

from store.text.character_classes import SIMPLE_CHARACTERS

MAX_JSON_DEPTH = 32
"""Levels of a JSON value that are kept; what lies deeper is replaced by an ellipsis."""

_ELLIPSIS = "\u2026"

_LINE_ENDS = ("\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029")
_EMPTY_LINES = re.compile(r"\n{3,}")
_ASCII = bytes(range(128))

_match_simple = re.compile(f"[{SIMPLE_CHARACTERS}]*+").fullmatch


def clean_line(text: str, limit: int = 500) -> str:
    """`text` as one line that is safe to show.

    Args:
        text: Anything, lone surrogates too.
        limit: Display cells, at least one; a longer line is cut and ends in an ellipsis.
    """
    if _is_clean_line(text) and "  " not in text and 2 * len(text) <= limit:
        return text.strip()  # 100,000 titles go this way at every start
    line = " ".join(clean_text(text).split())
    if 2 * len(line) <= limit:
        return line
    from store.text.clean_unicode import truncate_line

    return truncate_line(line, limit)


def clean_text(text: str) -> str:
    """`text` with its lines, safe to show; at most one empty line between two that are not.

    A tab becomes a single space: what is read here is prose, and the text never grows.
    """
    if not _match_simple(text):
        from store.text.clean_unicode import sanitize_line

        for end in _LINE_ENDS:
            text = text.replace(end, "\n")
        text = "\n".join(
            line if _match_simple(line) else sanitize_line(line) for line in text.split("\n")
        )
    if " \n" in text or not text.isascii():  # there are other blanks than the one of ASCII
        text = "\n".join(map(str.rstrip, text.split("\n")))
    if "\n\n\n" in text:
        text = _EMPTY_LINES.sub("\n\n", text)
    return text.rstrip().strip("\n")


def non_ascii_characters(text: str) -> str:
    """The characters of a text that are not ASCII: few of most texts, and found in no time."""
    beyond = text.encode("utf-8", "surrogatepass").translate(None, _ASCII)
    return beyond.decode("utf-8", "surrogatepass")


def clean_json(value: Any) -> Any:
    """A JSON value with every string in it cleaned, keys as lines; other values as they are."""
    return _clean_json(value, MAX_JSON_DEPTH)


def _clean_json(value: Any, levels: int) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if not isinstance(value, dict | list | tuple):
        return value
    if not levels:
        return _ELLIPSIS
    if isinstance(value, dict):
        return {clean_line(str(key)): _clean_json(of, levels - 1) for key, of in value.items()}
    return [_clean_json(item, levels - 1) for item in value]


def _is_clean_line(text: str) -> bool:
    """Whether there is nothing to clean: a quick look that may say no for text that is clean."""
    return text.isprintable() and (text.isascii() or _match_simple(text) is not None)
