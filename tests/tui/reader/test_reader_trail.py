"""The trail: the way back, and the edge that shows it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from store.library.folder import FolderLibrary
from store.model.article import ParsedArticle
from tests.support.reader import NARROW, Start, long_text, make_article
from tests.support.screens import screen_lines


@pytest.fixture
def articles() -> list[ParsedArticle]:
    """Return three articles; the newest is long and names the oldest as similar."""
    articles = [make_article(number) for number in (1, 2)]
    newest = make_article(3, text=long_text(60))
    titles = ("Article number 1 about the harbour",)
    return [*articles, replace(newest, body=replace(newest.body, similar=titles))]


@pytest.mark.parametrize("read_only", [False, True])
async def test_back_restores_the_position(
    start: Start, monkeypatch: pytest.MonkeyPatch, read_only: bool
) -> None:
    """Text and list are as they were, also in a read-only library."""
    if read_only:
        monkeypatch.setattr(
            FolderLibrary, "read_only_reason", property(lambda self: "it is read-only")
        )
    async with start() as running:
        reader = running.reader
        await running.press("enter", "space", "space", "j")
        place, top = reader.article_view.position, reader.article_view.top_line
        assert place > 0
        assert "┏━ Article ━" in screen_lines(running.app)[1]
        await running.press("1")
        assert (running.opened_number, running.selected_number) == (1, 1)
        await running.press("[")
        assert (running.opened_number, running.selected_number) == (3, 3)
        assert reader.article_view.position == place
        assert reader.article_view.top_line == top
        await running.press("]")
        assert (running.opened_number, running.selected_number) == (1, 1)


async def test_the_trail_in_the_edge_of_the_article(start: Start) -> None:
    """The current article has a sign; an article that is alone on a low terminal has no edge."""
    async with start(size=(148, 24)) as running:
        await running.press("enter", "1", "[")
        crumbs = "▸ Article number 3 about t… › Article number 1 ab…"
        assert f"┏━ {crumbs} ━" in screen_lines(running.app)[1]
        await running.resize(*NARROW)
        assert "▸ Article number 3" in screen_lines(running.app)[0]
        await running.resize(50, 12)
        assert "▸" not in "".join(screen_lines(running.app))
        await running.press("h")
        await running.resize(*NARROW)
        assert "▸" not in "".join(screen_lines(running.app)), "the list has no trail"


async def test_the_terminal_cursor_follows_the_reader(start: Start) -> None:
    """Case 129: for users who follow the cursor instead of colours."""
    async with start() as running:
        app = running.app
        await running.press("j")
        row = next(y for y, line in enumerate(screen_lines(app)) if line.startswith(">"))
        assert app.cursor_position == (0, row)
        await running.press("enter")
        left, top = running.reader.article_view.content_region.offset
        assert app.cursor_position == (left + 1, top)
