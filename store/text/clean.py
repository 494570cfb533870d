"""Sanitizing: all untrusted text passes through here before it is shown.

The result cannot act on a terminal: it has no escape sequence, no control character, no bidirectional
override, no invisible character, no endless pile of marks. What remains is what a reader sees.

Text is not normalized (NFC): terminals draw both forms, the index folds text itself, and NFC may lengthen a
text, while sanitizing only drops a character or replaces it by one other.

The rare characters are handled in `store.text.clean_unicode`. Source: UAX #9 (bidirectional).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

MAX_JSON_DEPTH = 32
"""Levels of a JSON value that are kept; deeper ones become an ellipsis."""
CLEANING_SPAN_CHARS = 100
"""Characters that are sanitized together where one of them is not simple."""

_ELLIPSIS = "\u2026"

_LINE_ENDS = ("\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029")
_EMPTY_LINES = re.compile(r"\n{3,}")
_CODE_FENCE = re.compile(r"(^ {0,9}(?:`{3,}|~{3,})[^`\n]*$)", re.MULTILINE)
_ASCII = bytes(range(128))

# The characters that are drawn as they are, whatever is beside them: no mark, Hangul part, selector,
# joiner, filler, skin tone or rare blank. Nearly all text consists of them, and needs no further look.
# Possessive: a megabyte takes some hundredths of a second.
_SIMPLE_CHARACTERS = (
    r"\n -~\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u058f\u1e00-\u1ffe\u2010-\u2027\u2030-\u205e"
    r"\u2070-\u20c0\u2100-\u2cdf\u2e00-\u3029\u3030-\u3096\u309b-\u3163\u3165-\ua66e\uac00-\ud7a3"
    r"\uf900-\ufb1d\ufb1f-\ufdcf\ufdf0-\ufdff\ufe30-\ufefc\uff01-\uff9f\uffa1-\uffee\ufffc\ufffd"
    r"\U0001f000-\U0001f3fa\U0001f400-\U0001fffd\U00020000-\U0002fffd\U00030000-\U0003fffd"
)
_match_simple = re.compile(f"[{_SIMPLE_CHARACTERS}]*+").fullmatch
_find_special = re.compile(f"[^{_SIMPLE_CHARACTERS}]").search


def clean_line(text: str, limit: int = 500) -> str:
    """Return a text as one line that is safe to show, cut to `limit` cells with an ellipsis."""
    is_clean = text.isprintable() and (text.isascii() or _match_simple(text))
    if is_clean and "  " not in text and 2 * len(text) <= limit:
        return text.strip()  # the fast path: 100,000 titles at every start
    line = " ".join(clean_text(text).split())
    if 2 * len(line) <= limit:
        return line
    from store.text.clean_unicode import truncate_line

    return truncate_line(line, limit)


def clean_text(text: str) -> str:
    """Return a text of several lines that is safe to show, with at most one empty line in a row.

    A tab becomes one space: this is prose, and the text never grows.
    """
    if not _match_simple(text):
        for end in _LINE_ENDS:
            text = text.replace(end, "\n")
        text = "\n".join(
            line if _match_simple(line) else "".join(_sanitize_line(line))
            for line in text.split("\n")
        )
    if " \n" in text or not text.isascii():  # Unicode has other blanks than ASCII
        text = "\n".join(map(str.rstrip, text.split("\n")))
    if "\n\n\n" in text:
        text = _collapse_empty_lines(text)
    return text.rstrip().strip("\n")


def _collapse_empty_lines(text: str) -> str:
    """Keep one of several empty lines, except between code fences, where they mean something."""
    parts = _CODE_FENCE.split(text)
    if len(parts) < 3:
        return _EMPTY_LINES.sub("\n\n", text)
    last = len(parts) - 1
    for at in range(0, len(parts), 2):
        is_code = at % 4 == 2 and at < last
        parts[at] = parts[at] if is_code else _EMPTY_LINES.sub("\n\n", parts[at])
    return "".join(parts)


def _sanitize_line(line: str) -> Iterator[str]:
    """Yield a line in parts, words with special characters sanitized: nothing acts across a blank."""
    from store.text.clean_unicode import remove_forbidden, sanitize_span

    line = remove_forbidden(line)
    at = 0
    while match := _find_special(line, at):
        start = max(at, line.rfind(" ", at, match.start()) + 1)
        end = line.find(" ", match.start() + CLEANING_SPAN_CHARS)
        end = len(line) if end < 0 else end
        yield line[at:start]
        yield sanitize_span(line[start:end])
        at = end
    yield line[at:]


def non_ascii_characters(text: str) -> str:
    """Return the characters of a text that are not ASCII; fast, and few for most texts."""
    encoded = text.encode("utf-8", "surrogatepass").translate(None, _ASCII)
    return encoded.decode("utf-8", "surrogatepass")


def clean_json(value: Any, levels: int = MAX_JSON_DEPTH) -> Any:
    """Return a JSON value with every string in it sanitized, keys as lines."""
    if isinstance(value, str):
        return clean_text(value)
    if not isinstance(value, dict | list | tuple):
        return value
    if not levels:
        return _ELLIPSIS
    if isinstance(value, dict):
        return {clean_line(str(key)): clean_json(item, levels - 1) for key, item in value.items()}
    return [clean_json(item, levels - 1) for item in value]
