"""The reading state: flags, read counts and positions, and undoing changes; failures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from store.library.folder import FolderLibrary
from store.model.article import ParsedArticle, ReadingStatus
from store.model.errors import SaveFailed
from store.search.list_query import SearchQuery
from tests.support.reader import (
    MIDDLE,
    NARROW,
    NOW,
    WIDE,
    Start,
    article_id,
    long_text,
    make_article,
    make_library,
)
from tests.support.screens import screen_lines, screen_text
from tui.reader.gateway import messages


def kept(folder: Path, number: int) -> ReadingStatus:
    """Return the reading state of an article in a newly opened library."""
    library = make_library(folder)
    for _ in library.load():
        pass
    return library.get_article(article_id(number)).reading


@pytest.mark.command("article.toggle_read")
async def test_mark_read_and_unread(start: Start, tmp_path: Path) -> None:
    async with start() as running:
        await running.press("m")
        assert any(line.startswith("> ") for line in screen_lines(running.app))
        assert kept(tmp_path, 12).read, "it is on the disk at once"
        await running.press("m")
        assert any(line.startswith(">●") for line in screen_lines(running.app))
    assert not kept(tmp_path, 12).read


@pytest.mark.command("article.toggle_star")
async def test_star_and_unstar(start: Start, tmp_path: Path) -> None:
    async with start() as running:
        await running.press("j", "s")
        assert "★ Article number 11" in screen_text(running.app)
        assert kept(tmp_path, 11).starred
        await running.press("s")
        assert "★" not in screen_text(running.app)
    assert not kept(tmp_path, 11).starred


async def test_keys_pressed_faster_than_the_disk_responds(start: Start, tmp_path: Path) -> None:
    """Each key applies to the result of the one before, and nothing is recorded twice."""
    async with start() as running:
        await running.press_at_once("m", "m", "m", "s", "s")
        assert running.reader.article_list.selected_row.read
        await running.press_at_once("A", "A")
        assert running.status == "Already all read"
    assert kept(tmp_path, 12).read
    assert not kept(tmp_path, 12).starred
    assert (kept(tmp_path, 12).read_count, kept(tmp_path, 11).read_count) == (2, 1)


async def test_flags_apply_to_the_open_article(start: Start, tmp_path: Path) -> None:
    async with start(size=NARROW) as running:
        await running.press("enter", "h", "j", "j", "tab", "s")
    assert kept(tmp_path, 12).starred
    assert not kept(tmp_path, 10).starred


async def test_without_a_list_the_status_line_reports_a_flag(start: Start) -> None:
    async with start(size=NARROW) as running:
        await running.press("j", "enter", "s")
        assert running.status == "Starred · u to undo"
        await running.press("m")
        assert running.status == "Marked as read · u to undo"


@pytest.mark.command("list.mark_all_read", "app.undo")
async def test_mark_all_as_read_and_undo_at_once(start: Start, tmp_path: Path) -> None:
    async with start() as running:
        await running.press("j", "m", "c", "G", "enter")
        assert {row.category for row in running.reader.article_list.rows} == {"south"}
        await running.press("A")
        assert running.status == "Marked 6 articles as read · u to undo"
        assert all(row.read for row in running.reader.article_list.rows)
        await running.press("A")
        assert running.status == "Already all read"
        assert not kept(tmp_path, 9).read, "only those that are shown"
        await running.press("u")
        assert running.status == "Undone: marked 6 articles as read"
        assert not any(row.read for row in running.reader.article_list.rows)
        assert kept(tmp_path, 11).read, "what was done before that stays"


@pytest.mark.command("app.undo", "app.history")
async def test_undo_in_the_next_session(start: Start, tmp_path: Path) -> None:
    async with start() as running:
        await running.press("m", "j", "s")
    async with start(library=make_library(tmp_path)) as running:
        await running.press("U")
        text = screen_text(running.app)
        first, second = "starred: Article number 11", "marked as read: Article number 12"
        assert 0 < text.index(first) < text.index(second)
        await running.press("escape", "u")
        assert running.status.startswith("Undone: starred: Article number 11 about")
        await running.press("u", "u")
        assert running.status == "Nothing to undo"
        await running.press("U")
        assert "Nothing to undo" in screen_text(running.app)
    assert not kept(tmp_path, 12).read
    assert not kept(tmp_path, 11).starred


@pytest.mark.command("app.history")
async def test_the_undo_history_undoes_and_opens(start: Start, tmp_path: Path) -> None:
    async with start() as running:
        await running.press("j", "s", "j", "s", "U", "u")
        assert running.app.screen is running.reader
        assert running.status.startswith("Undone: starred: Article number 10")
        await running.press("G", "U", "/", *"11", "enter")
        assert running.opened_number == 11, "the article of the change is opened"
    assert kept(tmp_path, 11).starred
    assert not kept(tmp_path, 10).starred


async def test_an_article_is_read_once_its_end_was_shown(start: Start, tmp_path: Path) -> None:
    async with start() as running:
        await running.press("j", "enter", "space")
        assert not kept(tmp_path, 11).read
        await running.press("G", "k", "G", "g", "G")
        reading = kept(tmp_path, 11)
        assert (reading.read, reading.read_count) == (True, 1), "and only once"
        assert reading.last_read == "2026-11-22T12:00:00Z"


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=str)
async def test_a_short_article_is_read_when_it_is_opened(
    start: Start, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with start(size=size) as running:
        await running.press("enter")
        assert (kept(tmp_path, 12).read, kept(tmp_path, 12).read_count) == (True, 1)
        await running.press("tab", "shift+tab", "m", "h", "l")
        reading = kept(tmp_path, 12)
        assert (reading.read, reading.read_count) == (False, 1), "looking at it again is no reading"


async def test_a_preview_is_not_reading(start: Start, tmp_path: Path) -> None:
    async with start() as running:
        await running.press("j", "k")
        await running.wait_until(lambda: running.side_number == 12)
    assert kept(tmp_path, 12) == ReadingStatus()


async def test_reopening_at_the_end_does_not_count_again(start: Start, tmp_path: Path) -> None:
    async with start() as running:
        await running.press("j", "enter", "G", "J", "K")
        assert (running.opened_number, running.reader.article_view.is_at_end) == (11, True)
        assert kept(tmp_path, 11).read_count == 1
        await running.press("m", "J", "K")
        assert not kept(tmp_path, 11).read, "marked unread it stays unread"
    async with start(library=make_library(tmp_path)) as running:
        await running.press("j", "enter")
        assert running.reader.article_view.is_at_end
    assert kept(tmp_path, 11).read_count == 1


async def test_the_end_counts_when_a_larger_window_shows_it(start: Start, tmp_path: Path) -> None:
    async with start(size=(120, 12)) as running:
        await running.press("j", "enter", "G", *"kkkkk")
        await running.press("m", "J", "K")
        assert not kept(tmp_path, 11).read
        await running.resize(120, 40)
    assert kept(tmp_path, 11).read


async def test_the_position_is_kept(start: Start, tmp_path: Path) -> None:
    async with start() as running:
        view = running.reader.article_view
        await running.press("j", "enter", "space", "j")
        place, top = view.position, view.top_line
        assert place > 0
        await running.press("h", "k", "enter", "h", "j", "enter")
        assert (running.opened_number, view.position, view.top_line) == (11, place, top)
    assert kept(tmp_path, 11).position == place
    async with start(library=make_library(tmp_path)) as running:
        await running.press("j", "enter")
        assert (running.reader.article_view.position, running.reader.article_view.top_line) == (
            place,
            top,
        )


@pytest.mark.parametrize("first", [WIDE, MIDDLE, NARROW], ids=str)
async def test_the_position_survives_every_size(start: Start, first: tuple[int, int]) -> None:
    async with start(size=first) as running:
        view = running.reader.article_view
        await running.press("j", "enter", "space", "space", "j")
        place = view.position
        line = view.build_line(view.top_line, view.size.width)
        for size in (NARROW, (200, 100), (41, 10), (30, 5), MIDDLE, (160, 50)):
            await running.resize(*size)
            assert view.position == place
        await running.resize(*first)
        assert view.position == place
        assert view.build_line(view.top_line, view.size.width) == line


async def test_the_start_is_a_position_too(start: Start, tmp_path: Path) -> None:
    async with start() as running:
        await running.press("j", "enter", "space", "h", "l", "g", "h")
    assert kept(tmp_path, 11).position == 0


async def test_an_article_without_a_text(start: Start, tmp_path: Path) -> None:
    empty = make_article(1)
    articles = [ParsedArticle(empty.article, type(empty.body)(), ReadingStatus())]
    async with start(library=make_library(tmp_path / "other", articles), size=NARROW) as running:
        await running.press("enter", "j", "k", "space", "<", ">", "G", "g", "i", "1")
        assert running.app.is_running
        assert running.status == "No similar article 1"


async def test_a_very_long_article_is_read_at_its_end(start: Start, tmp_path: Path) -> None:
    """Case 54: lines are laid out in slices, and the end is still the end."""
    articles = [make_article(1, text=long_text(1000))]
    folder = tmp_path / "other"
    async with start(library=make_library(folder, articles)) as running:
        await running.press("enter", "G")
        assert "Paragraph 1000 begins." in screen_text(running.app)
        assert kept(folder, 1).read
        await running.press("k", "h")
        place = running.reader.article_view.position
    async with start(library=make_library(folder)) as running:
        await running.press("enter")
        assert running.reader.article_view.position == place
        assert "Paragraph 1000 begins." in screen_text(running.app)


async def test_a_read_only_library_says_why(
    start: Start, library: FolderLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cases 28, 33: it opens read-only, and edits say why nothing changes."""
    reason = "made by a newer newstui (format 9); opened read-only"
    monkeypatch.setattr(FolderLibrary, "read_only_reason", property(lambda self: reason))
    async with start() as running:
        assert running.status == reason
        await running.press("enter", "G", "h")
        running.reader.status_line.show_notice("")
        assert "[read-only] · 1/12" in screen_text(running.app)
        for key in ("m", "s", "A", "d", "+", "-"):
            await running.press(key)
            assert running.status == reason
        assert running.opened_number == 12, "reading goes on"
        assert not running.reader.article_list.selected_row.read


class Full(FolderLibrary):
    """A library on a disk that is full; the error has a line end and an escape sequence in it."""

    def record(self, event: str, articles: Sequence[str], **data: Any) -> Any:
        raise SaveFailed("no space left on\n/home/\x1b[31mx\x1b[0m/[/b]")


async def test_a_failure_is_reported_in_one_line(
    start: Start, tmp_path: Path, library: FolderLibrary
) -> None:
    """Cases 4, 45, 62: the error of the disk is shown as one clean line, and the reader goes on."""
    full = Full(tmp_path / "library", tmp_path / "cache", "desk", lambda: NOW)
    async with start(library=full, size=(100, 20)) as running:
        await running.press("s")
        assert running.status == "Not saved: no space left on /home/x/[/b]"
        assert running.status in screen_text(running.app)
        assert not running.reader.article_list.selected_row.starred
        await running.press("enter", "h", "j")
        assert running.app.is_running


class Broken(FolderLibrary):
    """A library whose folder goes away."""

    def load(self) -> Any:
        raise SaveFailed("cannot read the library")

    def search(self, search: SearchQuery, limit: int | None = None) -> Any:
        raise ValueError("bug [/]")


async def test_a_library_that_fails_to_load_says_so_in_the_list(
    start: Start, tmp_path: Path, library: FolderLibrary
) -> None:
    """Case 120: a failing job does not end the reader."""
    broken = Broken(tmp_path / "library", tmp_path / "cache", "desk", lambda: NOW)
    async with start(library=broken) as running:
        assert "cannot read the library" in screen_text(running.app).splitlines()[2]
        await running.press("/")
        await running.type("x")
        assert running.status == "bug [/]"
        assert "bug [/]" in screen_text(running.app)


async def test_every_message_has_receivers(start: Start) -> None:
    kinds = {kind for kind in vars(messages).values() if isinstance(kind, type)}
    abstract = {messages.LibraryMessage}
    async with start() as running:
        assert (
            set(running.reader.receivers)
            == {kind for kind in kinds if issubclass(kind, messages.LibraryMessage)} - abstract
        )
