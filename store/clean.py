"""Untrusted text to text that is safe to show: the only door.

Nothing that leaves here can act on a terminal: no escape sequence, no control, no bidirectional
override, no invisible character, no endless pile of marks. What remains is what a reader sees.

Text is not brought to a normal form (NFC): terminals draw both forms, the index folds for itself,
and NFC may lengthen a text, while here a character is only ever dropped or replaced by one other.

What takes more than dropping is in `store.harmless`. Source: UAX #9 (bidirectional).
"""

from __future__ import annotations

import re
from typing import Any

DEEPEST = 32
"""Levels of a JSON value that are kept; what lies deeper is replaced by an ellipsis."""

_ELLIPSIS = "\u2026"

_LINE_ENDS = ("\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029")
_EMPTY_LINES = re.compile(r"\n{3,}")
_ASCII = bytes(range(128))

# What is drawn as it stands, whatever is beside it: allowed, and neither mark, Hangul part, selector, joiner,
# filler, skin tone nor rare blank. Nearly all text is made of nothing else, and needs no further look.
# Possessive: of a megabyte it takes some hundredths of a second.
ORDINARY = (
    r"\n -~\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u058f\u1e00-\u1ffe\u2010-\u2027\u2030-\u205e"
    r"\u2070-\u20c0\u2100-\u2cdf\u2e00-\u3029\u3030-\u3096\u309b-\u3163\u3165-\ua66e\uac00-\ud7a3"
    r"\uf900-\ufb1d\ufb1f-\ufdcf\ufdf0-\ufdff\ufe30-\ufefc\uff01-\uff9f\uffa1-\uffee\ufffc\ufffd"
    r"\U0001f000-\U0001f3fa\U0001f400-\U0001fffd\U00020000-\U0002fffd\U00030000-\U0003fffd"
)
_IS_ORDINARY = re.compile(f"[{ORDINARY}]*+").fullmatch


def clean_line(text: str, limit: int = 500) -> str:
    """`text` as one line that is safe to show.

    Args:
        text: Anything, lone surrogates too.
        limit: Display cells, at least one; a longer line is cut and ends in an ellipsis.
    """
    if _is_plain(text) and "  " not in text and 2 * len(text) <= limit:
        return text.strip()  # 100,000 titles go this way at every start
    line = " ".join(clean_text(text).split())
    if 2 * len(line) <= limit:
        return line
    from store.harmless import cut

    return cut(line, limit)


def clean_text(text: str) -> str:
    """`text` with its lines, safe to show; at most one empty line between two that are not.

    A tab becomes a single space: what is read here is prose, and the text never grows.
    """
    if not _IS_ORDINARY(text):
        from store.harmless import harmless

        for end in _LINE_ENDS:
            text = text.replace(end, "\n")
        text = "\n".join(
            line if _IS_ORDINARY(line) else harmless(line) for line in text.split("\n")
        )
    if " \n" in text or not text.isascii():  # there are other blanks than the one of ASCII
        text = "\n".join(map(str.rstrip, text.split("\n")))
    if "\n\n\n" in text:
        text = _EMPTY_LINES.sub("\n\n", text)
    return text.rstrip().strip("\n")


def beyond_ascii(text: str) -> str:
    """The characters of a text that are not ASCII: few of most texts, and found in no time."""
    beyond = text.encode("utf-8", "surrogatepass").translate(None, _ASCII)
    return beyond.decode("utf-8", "surrogatepass")


def clean_json(value: Any) -> Any:
    """A JSON value with every string in it cleaned, keys as lines; other values as they are."""
    return _clean_json(value, DEEPEST)


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


def _is_plain(text: str) -> bool:
    """Whether there is nothing to clean: a quick look that may say no for text that is clean."""
    return text.isprintable() and (text.isascii() or _IS_ORDINARY(text) is not None)
