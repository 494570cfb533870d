"""The terminal's cursor is where the user is, on every screen."""

from __future__ import annotations

import pytest

from tests.support.reader import (
    MIDDLE,
    NARROW,
    WIDE,
    FakePrograms,
    RunningReader,
    Start,
    make_article,
    make_library,
)
from tests.support.screens import screen_lines
from tui.rendering.cells import cell_width

AT_CURSOR = {
    "": ">",
    "U": "Nothing to undo",
    "T": "Article number 12",
    "T j": "Article number 11",
    "T ?": "TRIAGE",
    "j": ">",
    "enter": "Article number 12",
    "enter tab": ">",
    "f": "all",
    "f j": "unread",
    "c": "All",
    ",": "newest first",
    ", G": "most read first",
    "C": "auto",
    "W": "Import files",
    "?": "READ",
    "? q": ">",
    "S": "READING",
    "t": ">",
    "enter ;": ">",
    "enter ; j": ">",
    "/": "words, “phrases”",
    "a": "URL of a feed",
    "|": "Pipe to command",
    "E": "Export 12 ",
    "enter /": "Find in this article",
    "ctrl+p": "Type to search",
    "ctrl+p escape": ">",
}
"""What begins at the cursor after some keys; first what reading an article changes."""
BEFORE_CURSOR = {
    "/ h a r b": "harb",
    "/ 日 本": "日本",
    "/ h a r b left left": "ha",
    "a x": " x",
    "+ s e a": " sea",
    "enter / t h e": " the",
    "? / d": "d",
    "ctrl+p s t": " st",
    "e": ".md",
}
"""What ends at the cursor."""
OVER_PANES = frozenset(
    ["U", "T", "f", "c", ",", "C", "W", "?", "S", "a", "|", "E", "ctrl+p", "e", "+"]
)
"""Keys that open what covers the panes, or the line below: the same, whether two or three are shown."""
MAX_STEPS = 6
"""More presses of escape than anything here needs."""


def _split_row(cells: str, column: int) -> tuple[str, str]:
    """Return the texts of a row before and after a column."""
    before = next(n for n in range(len(cells) + 1) if cell_width(cells[:n]) >= column)
    return cells[:before], cells[before:]


@pytest.mark.parametrize("size", [WIDE, MIDDLE, NARROW], ids=str)
async def test_the_cursor_of_the_terminal(
    start: Start, programs: FakePrograms, size: tuple[int, int]
) -> None:
    """One reader shows everything in turn: it goes back to the list after each."""
    shown = [
        each
        for each in (*AT_CURSOR, *BEFORE_CURSOR)
        if size != MIDDLE or OVER_PANES.isdisjoint(each.split())
    ]
    linked = "[One](https://site.example/1) and [two](https://site.example/2)."
    articles = [make_article(number, text=linked) for number in range(1, 13)]
    async with start(
        size=size, library=make_library(programs.folder / "more", articles)
    ) as running:
        await running.press("i", *(["i"] if size != MIDDLE else []))  # shown where there is room
        for keys in shown:
            await running.press(*keys.split())
            column, row = running.app.cursor_position
            before, after = _split_row(screen_lines(running.app)[row], column)
            if keys in AT_CURSOR:
                assert after.startswith(AT_CURSOR[keys]), keys
            else:
                assert before.endswith(BEFORE_CURSOR[keys]), keys
                assert not after[:1].strip() or "left" in keys, keys
            await _go_back(running)


async def _go_back(running: RunningReader) -> None:
    """Leave everything that is open, and go to the first row of the whole list."""
    for _ in range(MAX_STEPS):
        if running.app.screen is running.reader and running.reader.place == "list":
            break
        await running.press("escape")
    if running.selected_number != 12:
        await running.press("g")
    assert running.reader.place == "list"
