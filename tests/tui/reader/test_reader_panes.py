"""Panes: their content, the way between them, and their layout."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from store.model.article import ParsedArticle
from tests.support.reader import (
    MIDDLE,
    NARROW,
    TINY,
    WIDE,
    FakePrograms,
    Start,
    article_id,
    make_article,
    make_library,
)
from tests.support.screens import screen_lines, screen_text
from tui.config.last_session import LastSession
from tui.reader.dialogs import article_preview
from tui.reader.widgets.article_view import SCROLL_THUMB, ArticleView

SIZES = (WIDE, (100, 24), MIDDLE, NARROW)


def shown(running: Any) -> list[str]:
    """Return the visible panes."""
    reader = running.reader
    panes = {"list": reader.article_list, "article": reader.article_view, "side": reader.side_pane}
    return [name for name, pane in panes.items() if pane.display and pane.region.area]


@pytest.mark.command("article.open", "article.back")
async def test_open_an_article_and_go_back(start: Start) -> None:
    async with start() as running:
        for size in SIZES:
            await running.resize(*size)
            for forth, back in (("enter", "h"), ("l", "escape")):
                await running.press(forth)
                assert (running.reader.state.current_pane, running.opened_number) == (
                    "article",
                    12,
                ), size
                assert running.reader.article_view.has_focus
                assert "The short text of article 12." in screen_text(running.app)
                await running.press(back)
                assert running.reader.state.current_pane == "list", size
                assert running.reader.article_list.has_focus
                assert "Article number 11" in screen_text(running.app)


PANES_AT = {
    WIDE: ["list", "article", "side"],
    (109, 24): ["list", "article"],
    (90, 24): ["list", "article"],
    (76, 24): ["list"],
    (75, 24): ["list"],
    (40, 10): ["list"],
    TINY: [],
    (20, 5): [],
    (200, 9): [],
    (1, 1): [],
}


async def test_the_panes_of_each_size(start: Start) -> None:
    """Case 124: usable down to 40x10; below that a line reports it."""
    async with start() as running:
        for size, panes in PANES_AT.items():
            await running.resize(*size)
            assert shown(running) == panes, size
            too_small = "eed 40×10" in screen_text(running.app)
            assert too_small is (panes == [] and size != (1, 1))


async def test_a_list_above_the_article_makes_room_once_one_is_open(start: Start) -> None:
    async with start(size=MIDDLE) as running:
        rows = running.reader.article_list.size.height
        await running.press("enter")
        assert shown(running) == ["list", "article"]
        await running.press("h")
        assert shown(running) == ["list", "article"]
        await running.press("/")
        await running.type("t")
        assert shown(running) == ["list"], "what a search finds needs room"
        assert running.reader.article_list.size.height == rows - 1
        await running.press("enter")
        assert shown(running) == ["list", "article"]
        await running.press("h")
        assert shown(running) == ["list"]
        await running.press("escape")
        assert shown(running) == ["list", "article"]


PANES_IN_ORDER = {
    WIDE: ["article", "side", "list"],
    MIDDLE: ["article", "side", "list"],
    NARROW: ["article", "side", "list"],
}


@pytest.mark.command("move.next_pane", "move.previous_pane")
async def test_tab_cycles_through_the_panes(start: Start) -> None:
    async with start() as running:
        for size, order in PANES_IN_ORDER.items():
            await running.resize(*size)
            for pane in order:
                await running.press("tab")
                assert running.reader.state.current_pane == pane, size
                assert running.app.focused is running.reader.panes.current_widget
            for pane in [*reversed(order[:-1]), "list"]:
                await running.press("shift+tab")
                assert running.reader.state.current_pane == pane, size


async def test_the_side_pane_shows_summary_similar_statistics_and_details(
    start: Start, programs: FakePrograms, tmp_path: Any
) -> None:
    """The items of the page that the project started from."""
    articles = [make_article(1, authors=("Ada Lindqvist",), tags=("tide", "rope")), make_article(2)]
    library = make_library(tmp_path / "other", articles)
    async with start(library=library, size=(140, 60)) as running:
        await running.press("j", "enter", "h")
        await running.wait_until(
            lambda: running.side_number == 1 and running.reader.side_pane.similar is not None
        )
        text = [line[-34:].strip("│ ") for line in screen_lines(running.app)]
        assert text[text.index("▾ Statistics") :][:14] == [
            "▾ Statistics", "10 words   1 min   read 1×", "",
            "▾ Summary", "Summary of 1.", "",
            "▾ Similar Readings  1", "1 Article number 2 about the",
            "harbour           south · 2w ●", "",
            "▾ Details", "category  north", "id        00000000…", "date      2026-11-01",
        ]  # fmt: skip
        assert text[text.index("date      2026-11-01") + 1 :][:4] == [
            "source    news.example", "created   2026-11-21 20:04", "updated   -",
            "last read 2026-11-22 12:00",
        ]  # fmt: skip
        for line in (
            "authors   Ada Lindqvist", "tags      tide, rope", "opened    2026-11-22 12:00",
        ):  # fmt: skip
            assert line in text, line


async def test_sections_of_the_side_pane_fold(start: Start) -> None:
    """All from the keyboard; they stay folded for other articles."""
    async with start(size=(140, 40)) as running:
        await running.press("shift+tab", "j", "enter")
        assert "▾ Summary\n" not in screen_text(running.app)
        assert "▸ Summary  Summary of 12." in screen_text(running.app)
        await running.press("J")
        await running.wait_until(lambda: running.side_number == 11)
        assert "▸ Summary  Summary of 11." in screen_text(running.app)
        await running.press("g", "j", "j", "enter")
        assert "▾ Summary" in screen_text(running.app)


async def test_folded_sections_stay_folded_at_the_next_start(start: Start, tmp_path: Path) -> None:
    async with start(size=(140, 40), session=LastSession(tmp_path)) as running:
        await running.press("shift+tab", "j", "enter", "q", "q")
        assert running.app.return_code == 0
    assert LastSession(tmp_path).get_names("folded_sections") == {"Summary"}
    async with start(size=(140, 40), session=LastSession(tmp_path)) as running:
        await running.wait_until(lambda: running.side_number == 12)
        assert "▸ Summary  Summary of 12." in screen_text(running.app)


async def test_open_a_similar_article_from_the_side_pane(start: Start) -> None:
    async with start(size=(140, 40)) as running:
        await running.wait_until(
            lambda: running.side_number == 12 and running.reader.side_pane.similar
        )
        first = next(iter(running.reader.side_pane.similar))
        await running.press("tab", "tab", "j", "j", "j", "j", "enter")
        assert article_id(running.opened_number) == first.id


async def test_the_side_pane_follows_the_cursor_once_it_rests(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(article_preview, "REST_SECONDS", 3600.0)
    async with start() as running:
        await running.press("j", "j", "j")
        assert (running.selected_number, running.side_number) == (9, 0), (
            "a held key draws the list alone"
        )
        monkeypatch.setattr(article_preview, "REST_SECONDS", 0.001)
        await running.press("j")
        await running.wait_until(lambda: running.side_number == 8)
        assert running.opened_number == 0, "a summary is read without opening the article"
        assert "Summary of 8." in screen_text(running.app)


async def test_back_in_the_list_the_side_pane_shows_the_selected_article(start: Start) -> None:
    async with start() as running:
        await running.press("enter", "h", "j", "enter", "[")
        assert running.side_number == 12, "in the article pane it is about that article"
        await running.press("h", "j")
        await running.wait_until(lambda: running.side_number == 11)


@pytest.mark.command("view.side")
async def test_toggle_the_side_pane(start: Start) -> None:
    async with start() as running:
        await running.press("i")
        assert shown(running) == ["list", "article"]
        await running.press("j", "i")
        assert shown(running) == ["list", "article", "side"]
        await running.wait_until(lambda: running.side_number == 11)


@pytest.mark.command("view.side")
@pytest.mark.parametrize("columns", [90, 100, 109])
async def test_the_side_pane_takes_the_place_of_the_list(start: Start, columns: int) -> None:
    """An article between the two would be 24 columns wide."""
    async with start(size=(columns, 24)) as running:
        await running.press("i")
        assert (shown(running), running.side_number) == (["article", "side"], 12)
        assert running.reader.article_view.size.width >= columns - 36
        await running.press("J")
        await running.wait_until(lambda: running.side_number == 11)
        await running.press("i")
        assert shown(running) == ["list", "article"]
        assert running.reader.article_list.has_focus
        await running.press("enter", "i", "i")
        assert shown(running) == ["list", "article"]
        assert running.reader.article_view.has_focus


@pytest.mark.command("view.side")
async def test_on_a_narrow_screen_the_side_pane_returns_to_the_previous_pane(start: Start) -> None:
    """As where list and article stand above each other: it is shown whole, and alone."""
    async with start(size=NARROW) as running:
        await running.press("j", "i")
        assert (shown(running), running.side_number) == (["side"], 11)
        assert "Summary of 11." in screen_text(running.app)
        await running.press("J")
        await running.wait_until(lambda: running.side_number == 10)
        assert "Summary of 10." in screen_text(running.app), (
            "summaries can be read one after the other"
        )
        await running.press("i")
        assert shown(running) == ["list"]
        await running.press("enter", "i")
        assert (shown(running), running.side_number) == (["side"], 10)
        await running.press("i")
        assert shown(running) == ["article"]
        await running.press("i", "enter")
        assert shown(running) == ["article"]
        await running.press("i", "h")
        assert shown(running) == ["article"]
        await running.press("h")
        assert shown(running) == ["list"]


@pytest.mark.command("view.zoom")
async def test_zoom(start: Start) -> None:
    async with start() as running:
        for size in SIZES:
            await running.resize(*size)
            before = shown(running)
            await running.press("g", "j", "z")
            assert (shown(running), running.opened_number) == (["article"], 11), size
            await running.press("J")
            assert (shown(running), running.opened_number) == (["article"], 10), size
            if size != NARROW:
                await running.press("z")
                assert shown(running) == before, size
                await running.press("z")
            await running.press("h")
            assert shown(running) == before, "back in the list there is more than the article again"


async def test_the_side_pane_is_seen_whole_with_one_key(start: Start) -> None:
    """On a screen of 80 by 24, without scrolling."""
    async with start(size=MIDDLE) as running:
        await running.press("i")
        assert shown(running) == ["side"]
        await running.wait_until(
            lambda: running.reader.side_pane.similar and running.reader.side_pane.insights.keywords
        )
        await running.settle()
        text = screen_text(running.app)
        for part in (
            "▾ Statistics",
            "▾ Summary",
            "1 Article",
            "5 Article",
            "last read",
            "keywords",
        ):
            assert part in text
        assert running.reader.side_pane.max_top_line == 0
        assert "━ Article number 12 about the harbour ━" in text, "it is nowhere else"
        await running.press("J")
        assert "━ Article number 11 about the harbour ━" in screen_text(running.app)
        await running.press("i")
        assert shown(running) == ["list"]
        await running.press("enter", "i", "i")
        assert (shown(running), running.reader.state.current_pane) == (
            ["list", "article"],
            "article",
        )


async def test_zoom_of_the_side_pane(start: Start) -> None:
    async with start() as running:
        await running.press("tab", "tab", "z")
        assert shown(running) == ["side"]
        await running.press("z")
        assert shown(running) == ["list", "article", "side"]
        await running.press("z", "q")
        assert "side" in shown(running)
        assert len(shown(running)) == 3, "what is behind a zoomed pane comes back with it"


def longest(view: ArticleView) -> int:
    """Return the length of the longest of the first lines of an article."""
    lines_of = ("".join(text for text, _ in view.build_line(y, 80)) for y in range(30))
    return max(len(line.strip(f" {SCROLL_THUMB}")) for line in lines_of)


@pytest.mark.command("view.narrower", "view.wider")
async def test_the_measure(start: Start) -> None:
    async with start() as running:
        await running.press("i", "j", "enter", *"jjjjjjjj")
        view = running.reader.article_view
        assert 66 < longest(view) <= 74
        place = view.position
        assert place > 0
        await running.press_at_once(*"<<<<<<<<<<<<<<<<<<<<")
        assert 20 < longest(view) <= 30
        await running.press_at_once(*">>>>>>>>>>>>>>>>>>>>")
        assert (view.position, longest(view) > 66) == (place, True)


async def test_any_size_may_follow_any_other(start: Start) -> None:
    """Cases 124, 125: nothing crashes at 1x1, and the screen is the same afterwards."""
    async with start() as running:
        for keys in ([], ["j", "enter"], ["i"], ["?"], ["f"], ["/"], ["ctrl+p"]):
            await running.press(*keys)
            before = screen_text(running.app)
            for size in (NARROW, (1, 1), (300, 3), TINY, WIDE):
                await running.resize(*size)
            await running.wait_until(lambda then=before: screen_text(running.app) == then)
            await running.press("escape", "escape", "g", "j")
            assert running.app.screen is running.reader


@pytest.mark.parametrize("keys", [("/",), ("a",), ("e",), ("enter", "/"), ("+",), ("|",)])
async def test_an_input_keeps_its_focus_while_the_terminal_is_too_small(
    start: Start, keys: tuple[str, ...]
) -> None:
    """What is typed then, and afterwards, is never taken for commands."""
    async with start() as running:
        await running.press(*keys)
        await running.wait_until(lambda: isinstance(running.app.focused, Input))
        opened = running.app.focused
        assert isinstance(opened, Input)
        await running.resize(*TINY)
        await running.press("d")
        await running.resize(*WIDE)
        await running.press("x")
        assert running.app.focused is opened
        assert opened.value.endswith("dx")


async def test_keys_work_after_the_terminal_was_too_small(start: Start) -> None:
    """Case 124."""
    async with start() as running:
        await running.resize(*TINY)
        await running.press("j")
        await running.resize(*NARROW)
        await running.press("j", "enter")
        assert running.opened_number in (10, 11)
        assert running.app.focused is running.reader.article_view


async def test_the_hint_gives_way_to_the_panes(start: Start) -> None:
    async with start(hint="These are [b]samples[/b].") as running:
        assert "These are [b]samples[/b]." in screen_lines(running.app)[1]
        await running.resize(*TINY)
        assert "samples" not in screen_text(running.app)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=str)
async def test_an_empty_library_says_what_to_do(
    start: Start, tmp_path: Any, size: tuple[int, int]
) -> None:
    nothing: list[ParsedArticle] = []
    async with start(library=make_library(tmp_path / "empty", nothing), size=size) as running:
        assert "No articles yet · R fetch, W add some" in screen_text(running.app)
        await running.press("j", "enter", "tab", "1", "m", "h")
        assert running.app.is_running
