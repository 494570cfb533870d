"""Marks of direction for terminals that put text from right to left in order by themselves.

Such a terminal orders each of its lines as a whole (UAX #9), and would mix what stands in one pane with
the panes beside it. So each stretch from right to left goes out between RLI and PDI. Marks are added
on the way out only: a text of an article never holds any (`store.text.clean`). Right behind each stands a
sequence that changes nothing, for some terminals drop a mark together with the text that follows it,
up to the next sequence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

RTL_CHAR_RANGES = (
    "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
)
_BORDERS = "▏▎▐│╭╮╰╯─"
_RTL_CHAR = re.compile(f"[{RTL_CHAR_RANGES}]")
_WORD = re.compile(f"[^ {_BORDERS}]+")
NO_OP_SEQUENCE = "\x1b[28m"
"""Ends concealing, which nothing of ours begins."""
ISOLATE_START, ISOLATE_END = f"\u2067{NO_OP_SEQUENCE}", f"\u2069{NO_OP_SEQUENCE}"

Cell = tuple[str, str]


def terminal_reorders_bidi(env: Mapping[str, str]) -> bool:
    """Whether the terminal is one of those known to order text: VTE's, Konsole, Apple's, mlterm."""
    return (
        any(env.get(name) for name in ("VTE_VERSION", "KONSOLE_VERSION", "MLTERM"))
        or env.get("TERM_PROGRAM") == "Apple_Terminal"
        or env.get("TERM", "").startswith("mlterm")
    )


def contains_rtl(cells: Sequence[Cell]) -> bool:
    """Whether anything stands there from right to left."""
    return _RTL_CHAR.search("".join(text for text, _ in cells)) is not None


def isolate_rtl(cells: Sequence[Cell]) -> list[Cell]:
    """Cells of a row with marks around what stands there from right to left.

    A mark takes no cell, and terminals keep it with the cell before it, so a stretch that begins
    in the first of these cells has none.
    """
    # A character a cell, so that places in the text are those of the cells.
    text = "".join(each[0] if each else "-" for each, _ in cells)
    marked = list(cells)
    for start, end in _find_rtl_runs(text):
        if start:
            marked[start - 1] = (marked[start - 1][0] + ISOLATE_START, marked[start - 1][1])
            marked[end - 1] = (marked[end - 1][0] + ISOLATE_END, marked[end - 1][1])
    return marked


def _find_rtl_runs(text: str) -> Iterator[tuple[int, int]]:
    """From the first to the last word from right to left; two blanks or a border end a stretch."""
    stretch: tuple[int, int] | None = None
    before = 0
    for found in _WORD.finditer(text):
        start, end = found.span()
        if stretch is not None and text[before:start] != " ":
            yield stretch
            stretch = None
        before = end
        if _RTL_CHAR.search(text, start, end):
            stretch = (stretch[0] if stretch else start, end)
    if stretch is not None:
        yield stretch
