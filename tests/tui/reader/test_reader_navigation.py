"""Navigation: through the list, through an article, from article to article."""

from __future__ import annotations

import pytest

from tests.support.reader import MIDDLE, NARROW, WIDE, Start, article_id

PAGE = WIDE[1] - 4
"""Lines a page moves at the wide size: the pane's height less one; header and edge take a row."""


@pytest.mark.command("move.down", "move.up")
async def test_down_and_up_move_the_cursor_of_the_list(start: Start) -> None:
    async with start() as running:
        assert running.selected_number == 12
        await running.press("j", "down", "j")
        assert running.selected_number == 9
        await running.press("k", "up", "up", "k")
        assert running.selected_number == 12
        assert running.opened_number == 0


@pytest.mark.command("move.down", "move.up")
async def test_down_and_up_scroll_an_article_and_never_change_it(start: Start) -> None:
    async with start() as running:
        await running.press("j", "enter")
        view = running.reader.article_view
        assert running.opened_number == 11
        await running.press("j", "down")
        assert view.top_line == 2
        await running.press("G", "j", "j", "down")
        assert (running.opened_number, running.selected_number, view.top_line) == (
            11,
            11,
            view.max_top_line,
        )
        await running.press("g", "k", "up")
        assert (running.opened_number, running.selected_number, view.top_line) == (11, 11, 0)


@pytest.mark.command("move.next_article", "move.previous_article")
async def test_next_and_previous_article_from_any_pane(start: Start) -> None:
    async with start() as running:
        await running.press("J")
        assert (running.selected_number, running.opened_number) == (11, 0), (
            "in the list the cursor moves"
        )
        await running.press("enter", "J")
        assert (running.selected_number, running.opened_number) == (10, 10), (
            "in an article the next one opens"
        )
        await running.press("tab", "J")
        assert running.opened_number == 9, "and so it does from the side pane"
        await running.press("K", "K", "K")
        assert (running.selected_number, running.opened_number) == (12, 12)
        await running.press("K")
        assert running.status == "Start of the list"
        await running.press("h", "G", "J")
        assert (running.selected_number, running.status) == (1, "End of the list")


async def test_next_article_is_relative_to_the_open_one(start: Start) -> None:
    """The cursor of the list may be elsewhere, where the list is not beside the article."""
    async with start(size=NARROW) as running:
        await running.press("enter", "h", "j", "j", "j", "tab")
        assert (running.opened_number, running.selected_number) == (12, 9)
        await running.press("J")
        assert (running.opened_number, running.selected_number) == (11, 11)


@pytest.mark.command("move.next_unread", "move.previous_unread")
async def test_next_and_previous_unread(start: Start) -> None:
    async with start() as running:
        await running.press("j", "m", "j", "m", "g")
        await running.press("n")
        assert running.selected_number == 9
        await running.press("p")
        assert running.selected_number == 12
        await running.press("p")
        assert (running.selected_number, running.status) == (12, "No unread article above")
        await running.press("A", "n")
        assert (running.selected_number, running.status) == (12, "No unread article below")


async def test_next_unread_opens_while_reading(start: Start) -> None:
    async with start() as running:
        await running.press("j", "m", "g", "enter", "n")
        assert (running.opened_number, running.selected_number) == (10, 10)


@pytest.mark.command("move.page_down", "move.page_up")
async def test_space_reads_to_the_end_and_on_to_the_next_unread(start: Start) -> None:
    async with start() as running:
        await running.press("j", "enter", "space")
        view = running.reader.article_view
        assert view.top_line == PAGE
        await running.press("b")
        assert view.top_line == 0
        await running.press("space", "pagedown", "pageup")
        assert view.top_line == PAGE
        while not view.is_at_end:
            before = view.top_line
            await running.press("space")
            assert view.top_line > before
        assert (running.opened_number, view.is_at_end) == (11, True)
        assert running.reader.article_list.selected_row.read
        await running.press("space")
        assert (running.opened_number, view.top_line) == (10, 0)


async def test_space_at_the_last_unread_article(start: Start) -> None:
    async with start() as running:
        await running.press("G", "enter", "space")
        assert (running.opened_number, running.status) == (1, "No unread article below")


@pytest.mark.command("move.page_down", "move.page_up", "move.half_page_down", "move.half_page_up")
async def test_pages_in_the_list(start: Start) -> None:
    async with start(size=MIDDLE) as running:
        await running.press("enter", "h")
        page = running.reader.article_list.page_size
        assert 3 <= page <= 11
        await running.press("space")
        assert running.selected_number == 12 - page
        await running.press("b", "ctrl+d")
        assert running.selected_number == 12 - page // 2
        await running.press("ctrl+u")
        assert running.selected_number == 12


@pytest.mark.command("move.half_page_down", "move.half_page_up")
async def test_half_pages_in_an_article(start: Start) -> None:
    async with start() as running:
        await running.press("j", "enter", "ctrl+d")
        assert running.reader.article_view.top_line == PAGE // 2
        await running.press("ctrl+d", "ctrl+u")
        assert running.reader.article_view.top_line == PAGE // 2


@pytest.mark.command("move.start", "move.end")
async def test_start_and_end(start: Start) -> None:
    async with start() as running:
        await running.press("G")
        assert running.selected_number == 1
        await running.press("home", "j", "enter", "end")
        view = running.reader.article_view
        assert view.top_line == view.max_top_line > 0
        await running.press("g")
        assert view.top_line == 0
        await running.press("h", "g")
        assert running.selected_number == 12


@pytest.mark.command("move.down", "move.end")
async def test_scroll_the_side_pane(start: Start) -> None:
    async with start(size=(120, 20)) as running:
        await running.press("shift+tab", "j")
        side = running.reader.side_pane
        assert (
            running.reader.state.current_pane,
            side.cursor,
            side.top_line,
            running.selected_number,
        ) == (
            "side",
            2,
            0,
            12,
        )
        await running.press("G")
        assert side.max_top_line > 0
        assert side.top_line == side.max_top_line
        last = side.cursor
        await running.press("j")
        assert side.cursor == last > 10
        await running.press("g")
        assert (side.top_line, side.cursor) == (0, 0)


async def test_keys_on_an_empty_library_are_harmless(start: Start, tmp_path: object) -> None:
    """All keys of the list, without any row."""
    async with start() as running:
        await running.press("/")
        await running.type("nothing fits this")
        await running.press("enter")
        assert running.selected_title == ""
        keys = [*"jkJKnpgGAmsoyYi12[]<>z", "space", "b", "enter", "tab", "shift+tab", "ctrl+d", "u"]
        await running.press(*keys)
        assert running.app.is_running
        assert running.shown_number == running.side_number == 0


async def test_early_keys_apply_to_the_article_just_opened(
    start: Start,
) -> None:
    """`enter m` marks the article that is loading, not the one still shown."""
    async with start() as running:
        await running.press("enter", "m", "m", "h", "j")
        await running.press_at_once("enter", "s")
        rows = {row.id: row for row in running.reader.article_list.rows}
        assert rows[article_id(11)].starred
        assert not rows[article_id(12)].starred


async def test_back_before_the_article_is_loaded(start: Start) -> None:
    """Keys apply to the current pane, however fast they come."""
    async with start() as running:
        await running.press_at_once("enter", "h", "j")
        assert (running.reader.state.current_pane, running.selected_number) == ("list", 11)
        await running.press("/")
        assert running.reader.search.input is not None


async def test_a_page_down_waits_for_the_article(start: Start) -> None:
    """An article that is still loading has no end to go on from."""
    async with start() as running:
        await running.press("enter")
        running.reader.article_view.clear()  # as it is until the article has come
        await running.press("space", "space")
        assert running.selected_number == 12
