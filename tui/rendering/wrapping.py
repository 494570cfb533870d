"""Where a paragraph is broken into lines: pure, linear in the length of the text."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING

from tui.rendering.cells import is_narrow, measure_cells

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LineRange = tuple[int, int]
"""Start and end of what one line shows of a paragraph; blanks at the break belong to no line."""

WRAP_CHUNK_CHARS = 8192
"""Characters of a longer paragraph that are looked at together."""

_WORD_BREAK_CHARS = "-/‐–—"  # the hyphen first: it stands in a character class too
"""A word longer than a line is broken after one of these, if it has any."""

_BLANKS = "sS"

# A break is allowed between these kinds of characters (see tui.rendering.cells): after and before blanks, and beside wide
# characters unless a closing mark would begin a line or an opening one end it.
_BREAK_KINDS = frozenset(
    [left + right for left in "sSb" for right in "nwpqoca"]
    + [left + right for left in "nwxpqoca" for right in "sS"]
    + [left + right for left in "wc" for right in "wonp"]
    + [left + right for left in "nxq" for right in "wo"]
)


def break_paragraph(text: str, width: int, hang: int = 0, *, whole: bool = True) -> list[LineRange]:
    """Break a paragraph into lines.

    Args:
        text: One paragraph, without newlines.
        width: Cells of a line, at least one. Only a single cluster may be wider.
        hang: Cells to leave free on every line but the first.
        whole: Keep words whole where possible; False breaks exactly where a line is full, for code and tables.
    """
    rest = max(1, width - hang)
    if whole:
        text = text.rstrip()
    if not is_narrow(text):
        return _wrap_mixed(text, width, rest) if whole else _chop_mixed(text, width, rest)
    if len(text) <= width:
        return [(0, len(text))]
    return _wrap_narrow(text, width, rest) if whole else _chop_narrow(len(text), width, rest)


def break_paragraph_lazily(
    text: str, width: int, hang: int = 0, *, whole: bool = True
) -> Iterator[LineRange]:
    """`parts` one by one: of a paragraph of a megabyte the first lines stand at once."""
    at, size = 0, WRAP_CHUNK_CHARS
    while len(text) - at > size:
        found = break_paragraph(text[at : at + size], width, hang, whole=whole)
        if len(found) == 1:
            size *= 2  # nothing but blanks behind the line, or a line longer than the slice
            continue
        for start, end in found[:-1]:
            yield at + start, at + end
        # What the last line shows depends on what follows the slice.
        at, size = at + found[-1][0], WRAP_CHUNK_CHARS
        width, hang = max(1, width - hang), 0
    for start, end in break_paragraph(text[at:], width, hang, whole=whole):
        yield at + start, at + end


def _chop_narrow(size: int, width: int, rest: int) -> list[LineRange]:
    return [(0, width), *((at, min(size, at + rest)) for at in range(width, size, rest))]


def _chop_mixed(text: str, width: int, rest: int) -> list[LineRange]:
    cells = measure_cells(text)[1]
    found = []
    start = 0
    while cells[-1] - cells[start] > width:
        stop = _last_fitting_edge(cells, start, width)
        found.append((start, stop))
        start, width = stop, rest
    return [*found, (start, len(text))] if start < len(text) or not found else found


@lru_cache(maxsize=16)
def _narrow_line_pattern(width: int) -> re.Pattern[str]:
    """A line of narrow text: as many words as fit, or what fits of a long word, and the blanks behind it."""
    words = rf".{{0,{width - 1}}}[^ ](?= |\Z)"
    inside = rf"|.{{1,{width - 1}}}[{_WORD_BREAK_CHARS}]" if width > 1 else ""
    return re.compile(rf"({words}{inside}|.{{1,{width}}}) *+")


def _wrap_narrow(text: str, width: int, rest: int) -> list[LineRange]:
    start = _first_line_start(len(text) - len(text.lstrip(" ")), width)
    found = []
    if rest != width and (first := _narrow_line_pattern(width).match(text, start)):
        found.append(first.span(1))
        start = first.end()
    found += [line.span(1) for line in _narrow_line_pattern(rest).finditer(text, start)]
    return found


def _wrap_mixed(text: str, width: int, rest: int) -> list[LineRange]:
    kinds, cells = measure_cells(text)
    word = len(kinds) - len(kinds.lstrip(_BLANKS))
    start = _first_line_start(word, width)
    found = []
    while cells[-1] - cells[start] > width:
        stop = full = _last_fitting_edge(cells, start, width)
        while stop > word and kinds[stop - 1 : stop + 1] not in _BREAK_KINDS:
            stop -= 1
        if stop <= word:
            stop = _break_inside_word(text, word, full)
            stop = full if kinds[stop : stop + 1] == "x" else stop
        end = stop
        while end > word and kinds[end - 1] in _BLANKS:
            end -= 1
        found.append((start, end))
        while kinds[stop : stop + 1] and kinds[stop] in _BLANKS:
            stop += 1
        start = word = stop
        width = rest
    return [*found, (start, len(text))] if start < len(text) or not found else found


def _first_line_start(blanks: int, width: int) -> int:
    """Where the first line starts: of the blanks before it at most half a line is shown."""
    return max(0, blanks - width // 2)


def _last_fitting_edge(cells: Sequence[int], start: int, width: int) -> int:
    """The edge of the last cluster that fits behind `start`; of the first one if none does."""
    stop = bisect_right(cells, cells[start] + width, start) - 1
    if cells[stop] > cells[start]:
        return stop
    return bisect_right(cells, cells[stop + 1], stop) - 1


def _break_inside_word(text: str, word: int, full: int) -> int:
    """Where to break a word longer than a line: after its last hyphen or slash, else where the line is full."""
    stop = max(text.rfind(mark, word + 1, full) for mark in _WORD_BREAK_CHARS) + 1
    return stop if stop > word + 1 else full
