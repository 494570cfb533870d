"""The trail on the screen: where back leads, and the line that shows it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from store.library.folder import FolderLibrary
from store.model.article import ParsedArticle
from tests.support.reader import NARROW, Start, long_text, make_article
from tests.support.screens import screen_lines


@pytest.fixture
def found() -> list[ParsedArticle]:
    """Three articles; the newest is long and came with the title of the oldest."""
    articles = [make_article(number) for number in (1, 2)]
    newest = make_article(3, text=long_text(60))
    titles = ("Article number 1 about the harbour",)
    return [*articles, replace(newest, body=replace(newest.body, similar=titles))]


@pytest.mark.parametrize("read_only", [False, True])
async def test_back_leads_to_the_place_where_one_was(
    start: Start, monkeypatch: pytest.MonkeyPatch, read_only: bool
) -> None:
    """The text stands as it stood, and so does the list; also in a library that cannot change."""
    if read_only:
        monkeypatch.setattr(
            FolderLibrary, "read_only_reason", property(lambda self: "it is read-only")
        )
    async with start() as running:
        reader = running.reader
        await running.press("enter", "space", "space", "j")
        place, top = reader.article_view.position, reader.article_view.top_line
        assert place > 0
        assert not reader.trail_line.build_line(0, 40)
        await running.press("1")
        assert (running.opened_number, running.selected_number) == (1, 1)
        await running.press("[")
        assert (running.opened_number, running.selected_number) == (3, 3)
        assert reader.article_view.position == place
        assert reader.article_view.top_line == top
        await running.press("]")
        assert (running.opened_number, running.selected_number) == (1, 1)


async def test_the_trail_stands_over_the_article(start: Start) -> None:
    """The article one is at has a mark and weight; a low terminal keeps the line for the text."""
    async with start() as running:
        await running.press("enter", "1", "[")
        crumbs = "▸ Article number 3 about the harbour › Article number 1 ab…"
        assert crumbs in screen_lines(running.app)[0]
        await running.resize(*NARROW)
        assert "▸ Article number 3" in screen_lines(running.app)[0]
        await running.resize(50, 12)
        assert "▸" not in "".join(screen_lines(running.app))
        await running.press("h")
        await running.resize(*NARROW)
        assert "▸" not in "".join(screen_lines(running.app)), "the list has no trail"


async def test_the_terminals_cursor_stands_where_one_reads(start: Start) -> None:
    """Case 129: for whoever follows the cursor and not the colours."""
    async with start() as running:
        app = running.app
        await running.press("j")
        row = next(y for y, line in enumerate(screen_lines(app)) if line.startswith(">"))
        assert app.cursor_position == (0, row)
        await running.press("enter")
        left, top = running.reader.article_view.content_region.offset
        assert app.cursor_position == (left + 1, top)
