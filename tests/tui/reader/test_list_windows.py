"""A list of which only a part is loaded: keys lead where they lead in a list that is whole."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from store.journal import reading_state
from store.library import folder_reading, listing
from store.library.folder import FolderLibrary
from store.library.listing import FolderListing
from store.model.article import ArticleRow, ParsedArticle
from store.model.errors import LibraryUnavailable
from store.search.list_query import ListQuery
from tests.support.reader import (
    NARROW,
    WIDE,
    RunningReader,
    Start,
    article_id,
    make_article,
    make_library,
)
from tests.support.screens import screen_lines
from tui.config.settings import LoadedSettings, Settings
from tui.reader.gateway import messages
from tui.reader.gateway.lists import Lists
from tui.reader.screen.list_actions import ListActions
from tui.reader.widgets import article_list

TOTAL = 300
UNREAD = frozenset((1, 2, 40, 41, 120, 260, 299))
"""The articles that are unread, by their numbers."""
VIM = LoadedSettings(Settings(preset="vim"))


def dated_article(number: int) -> ParsedArticle:
    """Return an article; the higher its number, the newer."""
    made = make_article(1)
    date = datetime(2026, 11, 22, tzinfo=UTC) - timedelta(hours=TOTAL - number)
    facts = replace(
        made.article,
        id=article_id(number),
        title=f"Article number {number}",
        url=f"https://news.example/{number}",
        date=date.isoformat(),
    )
    is_read = number not in UNREAD
    return replace(made, article=facts, reading=replace(made.reading, read=is_read))


@pytest.fixture
def articles() -> list[ParsedArticle]:
    """Return 300 articles; 300 is the newest and listed first."""
    return [dated_article(number) for number in range(1, TOTAL + 1)]


@pytest.fixture(autouse=True)
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Load as few rows at once as the size of the screen allows, and never more."""
    monkeypatch.setattr(article_list, "MIN_WINDOW_ROWS", 40)
    monkeypatch.setattr(listing, "BATCH_SIZE", 100)
    monkeypatch.setattr(folder_reading, "BATCH_SIZE", 100)
    monkeypatch.setattr(reading_state, "STEP_SIZE", 100)
    window = FolderListing.window

    def small_window(self: FolderListing, start: int, size: int) -> list[ArticleRow]:
        assert size <= TOTAL / 2, "more rows than are seen"
        return window(self, start, size)

    monkeypatch.setattr(FolderListing, "window", small_window)


def assert_list_is_drawn(running: RunningReader) -> None:
    """Check that no line of the list is blank."""
    height = running.reader.article_list.size.height
    lines = screen_lines(running.app)[:height]
    assert all(line.strip() for line in lines), lines


class Model:
    """Where keys lead in a list of 300 rows."""

    def __init__(self, page: int) -> None:
        self.place = 0
        self.page = page

    def press(self, keys: Sequence[str]) -> int:
        """Return the number of the article that the cursor is on after a key with its count."""
        *digits, key = keys
        count = int("".join(digits) or 0)
        moves = {
            "j": max(1, count),
            "k": -max(1, count),
            "ctrl+f": self.page * max(1, count),
            "ctrl+b": -self.page * max(1, count),
        }
        last = TOTAL - 1
        if key == "G":
            self.place = min(count - 1, last) if count else last
        elif key in moves:
            self.place = min(max(0, self.place + moves[key]), last)
        else:
            step = 1 if key == "n" else -1
            places = range(self.place + step, TOTAL if step > 0 else -1, step)
            unread = [place for place in places if TOTAL - place in UNREAD]
            self.place = (unread[: max(1, count)] or [self.place])[-1]
        return TOTAL - self.place


@pytest.mark.parametrize("seed", range(3))
async def test_keys_lead_to_the_rows_of_the_whole_list(start: Start, seed: int) -> None:
    chance = random.Random(seed)
    async with start(NARROW, loaded=VIM) as running:
        widget = running.reader.article_list
        assert 0 < len(widget.rows) < TOTAL / 2
        model = Model(widget.page_size)
        for _ in range(60):
            count = chance.choice(("", "", "3", "57", "290"))
            keys = [*count, chance.choice(("j", "k", "G", "n", "p", "ctrl+f", "ctrl+b"))]
            expected = model.press(keys)
            await running.press_at_once(*keys)
            assert running.selected_number == expected, keys
            assert_list_is_drawn(running)
            assert len(widget.rows) < TOTAL / 2


async def test_keys_pressed_at_once_wait_for_the_rows(start: Start) -> None:
    async with start(NARROW, loaded=VIM) as running:
        await running.press_at_once("G", "k", "s", "g", "g", "s", "1", "0", "0", "G", "s")
        await running.press_at_once("f", "j", "j", "enter")
        rows = running.reader.article_list.rows
        assert [row.id for row in rows] == [article_id(number) for number in (300, 201, 2)]


async def test_only_a_part_of_the_list_comes_with_its_numbers(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted: list[messages.RowsListed] = []
    show_rows = ListActions.show_rows

    def record(self: ListActions, message: messages.RowsListed) -> bool:
        posted.append(message)
        return show_rows(self, message)

    monkeypatch.setattr(ListActions, "show_rows", record)
    async with start(NARROW) as running:
        shown = posted[-1]
        assert (shown.total, shown.start, shown.cursor) == (TOTAL, 0, 0)
        assert len(shown.rows) < TOTAL / 2
        assert "1/300" in running.status


@pytest.mark.command("article.delete", "app.undo")
async def test_deleting_far_from_the_start(start: Start) -> None:
    async with start(NARROW) as running:
        await running.press_at_once("G", "k", "d", "d")
        assert running.selected_number == 3
        assert running.reader.article_list.total == TOTAL - 2
        assert_list_is_drawn(running)
        await running.press("u")
        assert (running.selected_number, running.reader.article_list.total) == (1, TOTAL - 1)
        await running.press("g", "d")
        assert (running.selected_number, running.reader.article_list.total) == (299, TOTAL - 2)
        assert_list_is_drawn(running)


async def test_the_cursor_follows_an_article_that_is_opened_far_away(start: Start) -> None:
    async with start(NARROW) as running:
        await running.press("j")
        running.reader.articles.open(article_id(12))
        await running.settle()
        assert (running.opened_number, running.selected_number) == (12, 12)
        await running.press("K")
        assert (running.opened_number, running.selected_number) == (13, 13)
        await running.press("[", "[")
        assert (running.opened_number, running.selected_number) == (12, 12)
        await running.press("q")
        assert_list_is_drawn(running)


@pytest.mark.parametrize(("keys", "expected"), [("p", 260), ("pp", 299), ("nn", 41)])
async def test_unread_articles_while_reading(start: Start, keys: str, expected: int) -> None:
    async with start(NARROW) as running:
        running.reader.articles.open(article_id(200 if keys != "nn" else 150))
        await running.settle()
        await running.press_at_once(*keys)
        assert (running.opened_number, running.selected_number) == (expected, expected)


async def test_deleting_an_article_that_is_not_loaded(start: Start, library: FolderLibrary) -> None:
    async with start(NARROW) as running:
        await running.press("G")
        running.gateway.changes.delete([article_id(300)])
        await running.settle()
        assert running.reader.article_list.total == TOTAL - 1
        assert running.selected_number == 1
        await running.press("g")
        assert running.selected_number == 299


async def test_new_articles_do_not_move_the_cursor(
    start: Start, tmp_path: Path, library: FolderLibrary
) -> None:
    async with start(NARROW) as running:
        await running.press("G", "k", "k", "k")
        line = running.reader.article_list.caret.y
        other = make_library(tmp_path, machine="laptop")
        for _ in other.load():
            pass
        for _ in other.add([dated_article(number) for number in range(301, 310)]):
            pass
        await running.refresh()
        assert running.reader.article_list.total == TOTAL + 9
        assert (running.selected_number, running.reader.article_list.caret.y) == (4, line)
        assert_list_is_drawn(running)


async def test_another_list_stays_on_the_article_or_goes_to_the_next_one(start: Start) -> None:
    async with start(NARROW) as running:
        running.reader.article_list.select_article(article_id(100))
        await running.settle()
        assert running.selected_number == 100
        await running.press("f", "j", "enter")
        assert (running.selected_number, running.reader.article_list.total) == (41, len(UNREAD))
        await running.press("f", "k", "enter")
        assert (running.selected_number, running.reader.article_list.total) == (41, TOTAL)
        assert_list_is_drawn(running)


@pytest.mark.command("list.mark_all_read")
async def test_marking_all_read_reaches_the_rows_that_are_not_loaded(
    start: Start, library: FolderLibrary
) -> None:
    async with start(NARROW) as running:
        await running.press("A")
        assert "Marked 7 articles as read" in running.status
        await running.press("G", "p")
        assert "No unread article above" in running.status
        await running.press("u", "p")
        assert running.selected_number == 2


async def test_all_rows_are_changed_at_once_and_undone_at_once(
    start: Start, library: FolderLibrary
) -> None:
    async with start(NARROW) as running:
        for keys, status, count in [
            ("s", f"Starred {TOTAL} articles", TOTAL),
            ("s", f"Unstarred {TOTAL} articles", 0),
        ]:
            await running.press("*", *keys)
            assert status in running.status
            assert library.counts({"": ListQuery("starred")})[""].total == count
            assert all(row.starred == bool(count) for row in running.reader.article_list.rows)
            assert_list_is_drawn(running)
        await running.press("*", "+", *"later", "enter")
        assert f"Tagged {TOTAL} articles later" in running.status
        await running.press("j", "+", *"later", "enter")
        assert "Already tagged later" in running.status
        await running.press("*", "d")
        assert f"Deleted {TOTAL} articles" in running.status
        assert (running.reader.article_list.total, running.selected_title) == (0, "")
        await running.press("u")
        assert running.reader.article_list.total == TOTAL
        await running.press("*", "-", *"later", "enter", "u", "u")
        assert f"Undone: tagged {TOTAL} articles later" in running.status
        assert [len(each.articles) for each in library.undoable(2)] == [TOTAL, TOTAL]


async def test_the_open_article_follows_a_change_of_all(start: Start) -> None:
    async with start(WIDE) as running:
        await running.press("enter", "tab", "tab", "*", "s")
        entry = running.reader.article_view.full_article
        assert entry is not None
        assert entry.reading.starred


async def test_keys_between_the_steps_of_a_change(start: Start) -> None:
    async with start(NARROW) as running:
        await running.press_at_once("A", "j", "u", "s")
        rows = running.reader.article_list.rows
        assert [row.read for row in rows[:3]] == [TOTAL - at not in UNREAD for at in range(3)]
        assert [row.starred for row in rows[:3]] == [False, True, False]


async def test_keys_between_the_steps_of_an_undo(start: Start, library: FolderLibrary) -> None:
    async with start(NARROW) as running:
        await running.press("*", "s")
        await running.press_at_once("u", "j", "s")
        rows = running.reader.article_list.rows
        assert [row.starred for row in rows[:3]] == [False, True, False]
        assert library.counts({"": ListQuery("starred")})[""].total == 1
        await running.press("u", "u")
        assert running.status == "Nothing to undo"


@pytest.mark.command("view.triage")
async def test_triage_takes_the_whole_list(start: Start) -> None:
    async with start(NARROW) as running:
        running.reader.article_list.select_article(article_id(100))
        await running.settle()
        await running.press("T", "m", "q")
        await running.press("u")
        assert "Undone" in running.status
        assert "41" in running.status


async def test_the_next_start_shows_the_last_rows(start: Start) -> None:
    async with start(NARROW) as running:
        await running.press("G")
        lines = [text for _, _, text in running.reader.splash_lines()]
        titles = [f"Article number {number} " for number in range(9, 0, -1)]
        assert all(any(title in line for line in lines) for title in titles)


async def test_a_list_that_comes_while_the_cursor_goes_far_is_asked_for_again(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests: list[str] = []
    show_again = Lists.show_again

    def record(self: Lists, request: messages.ListRequest) -> None:
        requests.append(next(iter(request.articles)))
        show_again(self, request)

    monkeypatch.setattr(Lists, "show_again", record)
    async with start(NARROW) as running:
        await running.press("G")
        request = messages.ListRequest(running.reader.state.query, [article_id(300)], 0, 50)
        running.gateway.lists.list_rows(request)
        await running.settle()
        assert (requests, running.selected_number) == ([article_id(1)], 1)
        assert_list_is_drawn(running)


async def test_rows_that_cannot_be_loaded_hold_no_key_back(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise LibraryUnavailable("the disk is gone")

    async with start(NARROW) as running:
        with monkeypatch.context() as patch:
            patch.setattr(FolderListing, "window", fail)
            patch.setattr(FolderListing, "step", fail)
            await running.press("G")
            assert "the disk is gone" in running.status
            await running.press("j", "j", "n", "j")
            assert running.selected_number == TOTAL - 3
        await running.press("G")
        assert running.selected_number == 1


async def test_headings_of_a_new_day(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    async with start(NARROW) as running:
        assert "Today" in screen_lines(running.app)[0]
        now = running.reader.article_list._now
        later = now() + 86_400
        monkeypatch.setattr(running.reader.article_list, "_now", lambda: later)
        monkeypatch.setattr(running.reader.lists, "now", lambda: later)
        await running.press("j", "k")
        assert "Yesterday" in screen_lines(running.app)[0]
