"""The list: filters, orders, and changes by other processes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from store.search.list_query import SHOWS, SORTS
from tests.support.reader import NARROW, WIDE, Start, article_id, make_article, make_library
from tests.support.screens import screen_lines, screen_text
from tui.reader.dialogs.picker import Picker
from tui.reader.screen import reader_screen
from tui.rendering.header_line import describe_order


def numbers(running: Any) -> list[int]:
    """Return the numbers of the listed articles, from the top."""
    return [int(row.id[-12:]) for row in running.reader.article_list.rows]


def line_of(running: Any) -> int:
    """Return the screen line of the cursor."""
    return next(number for number, line in enumerate(screen_lines(running.app)) if line[0] == ">")


@pytest.mark.command("list.filter")
async def test_filter_by_reading_state(start: Start) -> None:
    async with start() as running:
        await running.press("m", "j", "s", "f")
        assert isinstance(running.app.screen, Picker)
        assert all(show in screen_text(running.app) for show in SHOWS)
        text = " ".join(screen_text(running.app).split())
        assert "unread 11 " in text
        assert "starred 1 " in text
        await running.press("j", "enter")
        assert numbers(running) == list(range(11, 0, -1))
        assert running.selected_number == 11, "the cursor stays on its article"
        assert " Unread  " in running.header
        await running.press("f", "down", "l")
        assert numbers(running) == [11]
        await running.press("f", "g", "k", "k", "enter")
        assert len(numbers(running)) == 12


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=str)
async def test_a_picker_is_searched_by_typing(start: Start, size: tuple[int, int]) -> None:
    async with start(size=size) as running:
        await running.press("c", "/")
        await running.type("nor")
        text = screen_text(running.app)
        assert "north" in text
        assert "south" not in " ".join(
            line.split("┃")[1] for line in text.split("\n") if line.count("┃") == 2
        )
        await running.type("zz")
        assert "No matches" in screen_text(running.app)
        await running.press("enter")
        assert isinstance(running.app.screen, Picker), "there is nothing to choose"
        await running.press("backspace", "backspace", "enter")
        assert running.app.screen is running.reader
        assert numbers(running) == [11, 9, 7, 5, 3, 1]
        await running.press("c", "/", "s", "escape")
        assert isinstance(running.app.screen, Picker), "escape ends the search first"
        await running.press("escape")
        assert running.app.screen is running.reader


async def test_cancelling_a_picker_changes_nothing(start: Start) -> None:
    async with start() as running:
        await running.press("j")
        for key in "fc,":
            for leave in ("escape", "q", "h"):
                await running.press(key)
                assert isinstance(running.app.screen, Picker)
                await running.press("j", leave)
                assert running.app.screen is running.reader
                assert (len(numbers(running)), running.selected_number) == (12, 11)


async def test_a_read_article_stays_until_the_list_is_shown_again(
    start: Start,
) -> None:
    async with start() as running:
        await running.press("f", "j", "enter", "enter", "h")
        assert running.reader.article_list.selected_row.read
        assert len(numbers(running)) == 12
        await running.press("f", "enter")
        assert len(numbers(running)) == 11
        assert 12 not in numbers(running)


@pytest.mark.command("list.category")
async def test_choose_a_category(start: Start) -> None:
    async with start() as running:
        await running.press("m", "c")
        text = " ".join(screen_text(running.app).split())
        assert "All 11 unread of 12" in text
        assert "north 6 unread of 6" in text
        assert "south 5 unread of 6" in text
        await running.press("G", "k", "enter")
        assert numbers(running) == [11, 9, 7, 5, 3, 1]
        assert " north  " in running.header
        await running.press("c", "g", "enter")
        assert len(numbers(running)) == 12


async def test_keys_faster_than_the_library_open_one_dialog(start: Start) -> None:
    async with start() as running:
        await running.press_at_once("c", "c", "?", "U")
        assert len(running.app.screen_stack) == 2
        await running.press("escape")
        assert running.app.screen is running.reader


@pytest.mark.command("list.sort")
async def test_sort_orders(start: Start) -> None:
    async with start() as running:
        await running.press(",")
        assert all(describe_order(sort) in screen_text(running.app) for sort in SORTS)
        await running.press("j", "j", "j", "enter")
        assert numbers(running)[0] == 11, "the longest"
        assert "longest first" in running.header
        assert running.selected_number == 12
        await running.press(",", "j", "enter")
        assert [row.title for row in running.reader.article_list.rows] == sorted(
            row.title for row in running.reader.article_list.rows
        )


async def test_articles_added_by_another_process_move_nothing(start: Start, tmp_path: Path) -> None:
    """Cases 36, 38: an import while the user reads."""
    async with start(size=(120, 10)) as running:
        await running.press("j", "enter", "space", "h")
        place = running.reader.article_view.position
        other = make_library(tmp_path)
        for _ in other.load():
            pass
        for _ in other.add([make_article(20), make_article(21), make_article(5)]):
            pass
        line = line_of(running)
        await running.refresh()
        assert numbers(running)[:3] == [21, 20, 12]
        assert len(numbers(running)) == 14
        assert (running.selected_number, running.opened_number) == (11, 11)
        assert line_of(running) == line
        assert running.reader.article_view.position == place


async def test_flags_set_by_another_process_appear(start: Start, tmp_path: Path) -> None:
    """Case 36: each process sees the events of the other."""
    async with start() as running:
        await running.press("j")
        other = make_library(tmp_path)
        for _ in other.load():
            pass
        other.record("starred", [article_id(10)])
        other.record("read", [article_id(11)])
        await running.refresh()
        assert "★ Article number 10" in screen_text(running.app)
        assert running.reader.article_list.selected_row.read
        await running.wait_until(lambda: running.side_number == 11)
        assert running.reader.side_pane.full_article.reading.read_count == 1
        assert "refresh" not in running.status


async def test_the_reader_refreshes_by_itself(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 36: no key has to be pressed."""
    monkeypatch.setattr(reader_screen, "REFRESH_INTERVAL", 0.01)
    async with start() as running:
        other = make_library(tmp_path)
        for _ in other.load():
            pass
        other.record("starred", [article_id(12)])
        await running.wait_until(lambda: running.reader.article_list.rows[0].starred)
        assert [row.starred for row in running.reader.article_list.rows[:2]] == [True, False]


async def test_two_readers_see_each_others_changes(start: Start, tmp_path: Path) -> None:
    """Case 36: two readers on one library."""
    async with start() as first, start(library=make_library(tmp_path)) as second:
        await first.press("s")
        await second.press("j", "m")
        for running in (first, second):
            await running.refresh()
            rows = running.reader.article_list.rows
            assert (rows[0].starred, rows[0].read) == (True, False)
            assert (rows[1].starred, rows[1].read) == (False, True)
