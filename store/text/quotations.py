"""Quotations and brackets of a paragraph, in the styles of many languages."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import NamedTuple

OPENING_MARKS = "「『“(（«"
CLOSING_MARKS = "」』”)）»"
"""Quotation marks and brackets; `detect_quote_style` tells which are reversed, as in German."""
STRAIGHT_MARKS = ('"', "''")
"""Quotation marks that open and close."""


QUOTATION_MARK = re.compile("''|[\"“”„«»「」『』]")


class QuoteStyle(NamedTuple):
    """The quotation marks and brackets of a paragraph."""

    opening: str
    closing: str
    mark: re.Pattern[str]
    """Any of them."""
    closed: re.Pattern[str]
    """The marks and footnotes that belong to the sentence before them."""


def detect_quote_style(paragraph: str) -> QuoteStyle:
    """Detect German quotes „so“ or »so« and French « so »: the same marks open here and close there."""
    first = re.search("[«»]", paragraph)
    return make_quote_style("„" in paragraph, first is not None and first[0] == "»")


@cache
def make_quote_style(low: bool, pointing_in: bool) -> QuoteStyle:
    """Return the style with „low“ opening marks, or with »guillemets« that point in."""
    opening, closing = OPENING_MARKS, CLOSING_MARKS
    if low:
        opening, closing = opening.replace("“", "„"), closing + "“"
    if pointing_in:
        opening, closing = opening.replace("«", "»"), closing.replace("»", "«")
    spaced = "" if pointing_in else "(?:[ \xa0\u202f]»)?"
    return QuoteStyle(
        opening,
        closing,
        re.compile(rf"''(?! )|(?<! )''|[\"{opening}{closing}]"),
        re.compile(
            rf"(?:\[\d{{1,3}}\])*(?:[\"'’\]〉》{closing}]+(?:\.(?!\w))?)?{spaced}(?: \"(?= |$))?"
        ),
    )


def is_balanced(text: str) -> bool:
    """Return True if a text closes every quotation and bracket it opens."""
    style = detect_quote_style(text)
    opened = sum(map(text.count, style.opening))
    closed = sum(map(text.count, style.closing))
    return opened == closed and text.count('"') % 2 == 0


def find_quotations(paragraph: str, style: QuoteStyle) -> list[tuple[int, int]]:
    """Return where the outermost quotations and brackets begin and end; what is left open is none."""
    partners = dict(zip(style.closing, style.opening + "„", strict=False))
    found: list[tuple[int, int]] = []
    open_marks: list[tuple[str, int]] = []
    counts: Counter[str] = Counter()

    def close(opening: str) -> int:
        """Forget the open marks down to this one, and return its place."""
        while True:
            mark, start = open_marks.pop()
            counts[mark] -= 1
            if mark == opening:
                return start

    for match in style.mark.finditer(paragraph):
        mark = match[0]
        is_straight = mark in STRAIGHT_MARKS
        if mark in style.opening or (is_straight and _opens(paragraph, match, counts[mark] > 0)):
            if is_straight and counts[mark]:
                close(mark)  # it was left open
            open_marks.append((mark, match.start()))
            counts[mark] += 1
        elif counts[opening := mark if is_straight else partners[mark]]:
            start = close(opening)
            while found and found[-1][0] > start:
                found.pop()
            found.append((start, match.end()))
    return found


def _opens(paragraph: str, mark: re.Match[str], is_open: bool) -> bool:
    """Return True if a straight mark opens a quotation: before a word, if none is open or none could end."""
    start, end = mark.span()
    before, after = paragraph[max(0, start - 1) : start], paragraph[end : end + 1]
    opens = (not before or before.isspace()) and bool(after) and not after.isspace()
    closes = bool(before) and not before.isspace() and not after.isalnum()
    return not is_open if opens == closes else opens
