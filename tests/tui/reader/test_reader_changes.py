"""Changes of articles other than flags: deletion and tags, and undoing them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from store.journal.journal import Journal
from store.library.folder import FolderLibrary
from store.model.article import ParsedArticle
from store.model.errors import NewstuiError
from store.search.list_query import ListQuery
from tests.support.reader import NARROW, Start, article_id, key_event, make_article, make_library
from tests.support.screens import screen_text
from tui.actions import article_export
from tui.reader.dialogs.full_screen import PanesDialog
from tui.reader.widgets.bars import StatusLine
from tui.reader.widgets.inputs import MAX_TAG_LENGTH, TagPrompt


def opened(folder: Path) -> FolderLibrary:
    """Open the library as another process would."""
    library = make_library(folder)
    for _ in library.load():
        pass
    return library


def numbers(running: Any) -> list[int]:
    """Return the numbers of the listed articles, from the top."""
    return [int(row.id[-12:]) for row in running.reader.article_list.rows]


def tags(folder: Path, number: int) -> tuple[str, ...]:
    """Return the tags of an article as another process would read them."""
    return opened(folder).get_article(article_id(number)).article.tags


# -- deleting ------------------------------------------------------------------------------


@pytest.mark.command("article.delete")
async def test_delete_the_selected_article_and_undo(start: Start, tmp_path: Path) -> None:
    everything = list(range(12, 0, -1))
    async with start() as running:
        await running.press("j", "d")
        assert running.status == "Deleted · u to undo"
        assert numbers(running) == [12, *range(10, 0, -1)]
        assert running.selected_number == 10, "the next one takes the cursor"
        await running.press("s")
        assert "undo" not in running.status, "it would undo something else now"
        await running.press("u", "u")
        assert running.status.startswith("Undone: deleted: Article number 11")
        assert numbers(running) == everything
        assert running.selected_number == 11, "what was brought back takes it again"
        await running.press("G", "d")
        assert (numbers(running), running.selected_number) == (everything[:-1], 2)
    async with start(library=make_library(tmp_path)) as running:
        assert numbers(running) == everything[:-1], "it is gone for good, and can still come back"
        await running.press("U")
        assert "deleted: Article number 1 " in screen_text(running.app)
        await running.press("escape", "u")
        assert numbers(running) == everything


@pytest.mark.parametrize("pane", ["article", "side"])
@pytest.mark.parametrize("size", [(112, 24), NARROW], ids=str)
async def test_deleting_the_open_article_returns_to_the_list(
    start: Start, tmp_path: Path, size: tuple[int, int], pane: str
) -> None:
    async with start(size=size) as running:
        await running.press("enter", "J", "z", *(["i"] if pane == "side" else []), "d")
        reader = running.reader
        assert (reader.state.current_pane, reader.state.is_reading, reader.panes.is_zoomed) == (
            "list",
            False,
            False,
        )
        assert (running.opened_number, running.selected_number) == (0, 10)
        assert "Article number 11" not in screen_text(running.app)
        await running.press("[")
        assert running.status == "No older article in the trail", "it is not on the trail any more"
        await running.press("s")
    assert opened(tmp_path).get_article(article_id(10)).reading.starred


async def test_deleting_in_the_list_keeps_the_open_article(start: Start) -> None:
    """Where the list is not beside it."""
    async with start(size=NARROW) as running:
        await running.press("enter", "h", "j", "d")
        assert (running.opened_number, running.selected_number) == (12, 10)
        await running.press("tab", "j")
        assert running.reader.state.is_reading


async def test_a_key_deletes_the_article_it_was_pressed_on(start: Start, tmp_path: Path) -> None:
    async with start() as running:
        await running.press_at_once("d", "d", "d")
        deleted = 12 - len(numbers(running))
        assert deleted == len(opened(tmp_path).undoable()), "each of them once"
        await running.press(*"u" * deleted)
        assert len(numbers(running)) == 12


async def test_deleting_the_last_article_empties_the_screen(start: Start, tmp_path: Path) -> None:
    library = make_library(tmp_path / "other", [make_article(1)])
    async with start(library=library) as running:
        await running.press("enter", "d")
        assert "Article number 1" not in screen_text(running.app)
        await running.press("d", "m", "s", "+", "-", "o", "y", "enter", "tab", "d", "1")
        assert running.app.is_running
        await running.press("u")
        assert numbers(running) == [1]


async def test_deleting_keeps_the_cursor_in_a_list_of_unread_articles(start: Start) -> None:
    """Rows above that were read in the meantime leave with the next list, and the cursor stays."""
    async with start() as running:
        await running.press("f", "j", "enter", "m", "j", "m", "j", "j", "enter")
        assert (numbers(running)[0], running.opened_number) == (12, 9)
        await running.press("d")
        assert running.selected_number == 8
        await running.refresh()
        assert (numbers(running)[:2], running.selected_number) == ([12, 11], 8), (
            "nobody else changed it"
        )
        await running.press("u")
        assert numbers(running) == list(range(10, 0, -1)), "read, but it was just brought back"
        assert running.selected_number == 9


async def test_the_open_article_stays_in_a_list_of_unread_articles(
    start: Start, tmp_path: Path
) -> None:
    async with start() as running:
        await running.press("f", "j", "enter", "j", "j", "enter")
        assert running.opened_number == 10
        other = opened(tmp_path)
        for _ in other.add([make_article(13)]):
            pass
        await running.refresh()
        assert numbers(running) == list(range(13, 0, -1))
        assert running.selected_number == 10
        await running.press("J")
        assert running.opened_number == 9


# -- tags ----------------------------------------------------------------------------------


@pytest.fixture
def articles(articles: list[ParsedArticle]) -> list[ParsedArticle]:
    """Return articles of which number 12 has a tag of its own."""
    articles[11] = make_article(12, tags=("Ships & boats",))
    return articles


@pytest.mark.command("article.tag")
async def test_add_a_tag(start: Start, tmp_path: Path) -> None:
    async with start(size=(112, 60)) as running:
        await running.press("j")
        await running.wait_until(lambda: running.side_number == 11)
        await running.press("+")
        await running.type("Tide-tables")
        await running.press("enter")
        assert running.status == "Tagged Tide-tables · u to undo"
        assert running.reader.focused is running.reader.article_list
        assert running.reader.side_pane.full_article.article.tags == ("Tide-tables",)
        assert tags(tmp_path, 11) == ("Tide-tables",)
        await running.press("+")
        await running.type("  tide-TABLES ")
        await running.press("enter")
        assert running.status == "Already tagged Tide-tables"
        await running.press("U")
        assert "tagged Tide-tables: Article number 11" in screen_text(running.app)
        await running.press("escape", "u")
        assert running.status.startswith("Undone: tagged Tide-tables: Article number 11")
        assert "Tide-tables" not in screen_text(running.app).replace(running.status, "")
    assert tags(tmp_path, 11) == ()


@pytest.mark.command("article.tag")
@pytest.mark.parametrize("take", ["tab", "right"])
async def test_known_tags_are_completed(start: Start, tmp_path: Path, take: str) -> None:
    async with start() as running:
        await running.press("enter", "j", "J", "+")
        assert running.opened_number == 11
        await running.type("sh")
        await running.wait_until(
            lambda: "ships & boats" in screen_text(running.app).lower().split("\n")[-2]
        )
        await running.press(take, "enter")
    assert tags(tmp_path, 11) == ("Ships & boats",)


@pytest.mark.command("article.untag")
async def test_remove_a_tag(start: Start, tmp_path: Path) -> None:
    async with start(size=NARROW) as running:
        await running.press("-")
        assert "\n Ships & boats" in screen_text(running.app), "the only one is the answer"
        await running.press("enter")
        assert running.status == "Untagged Ships & boats · u to undo"
        assert tags(tmp_path, 12) == ()
        await running.press("-")
        assert running.status == "No tags to remove"
        await running.press("u", "-")
        await running.type("x")
        await running.press("enter")
        assert running.status == "Not tagged x", "what is typed takes its place"
        await running.press("escape", "+", "b", "enter", "-")
        assert "Tag to remove: Ships & boats, b" in screen_text(running.app)
    assert tags(tmp_path, 12) == ("Ships & boats", "b")


@pytest.mark.command("article.tag", "article.back")
async def test_a_cancelled_prompt_changes_nothing(start: Start, tmp_path: Path) -> None:
    async with start() as running:
        for keys in (["escape"], ["x", "escape"], ["enter"], ["space", "enter"], ["+", "escape"]):
            await running.press("+", *keys)
            assert not running.reader.query(TagPrompt)
            assert running.reader.focused is running.reader.article_list
        await running.press("enter", "+", "escape")
        assert (running.reader.state.current_pane, running.opened_number) == ("article", 12)
        await running.press("+", "shift+tab", "-", "escape")
        assert not running.reader.query(TagPrompt)
    assert not [each for each in opened(tmp_path).undoable() if "tagged" in each.event]


async def test_a_tag_is_sanitized_and_limited(start: Start, tmp_path: Path) -> None:
    """Cases 45, 56: neither a paste nor a program that types can enter more than a tag."""
    async with start() as running:
        await running.press("+")
        running.reader.query_one(TagPrompt).value = "\x1b[31m[b]red\u202e\t" + "x" * 200
        await running.press("enter")
        assert "[31m[b]red" in screen_text(running.app)
    (tag,) = tags(tmp_path, 12)[1:]
    assert tag.startswith("[31m[b]redx")
    assert len(tag) <= MAX_TAG_LENGTH


async def test_as_many_undos_as_changes(start: Start, tmp_path: Path) -> None:
    """N changes and N undos, across sessions, restore the same state."""
    before = [opened(tmp_path).get_article(article_id(number)) for number in range(1, 13)]
    async with start() as running:
        await running.press("j", "m", "s", "+", "x", "enter", "d", "j", "d", "A", "s", "-")
        assert not running.reader.query(TagPrompt)
    changes = len(opened(tmp_path).undoable())
    assert changes == 7
    async with start(library=make_library(tmp_path)) as running:
        await running.press(*"u" * changes)
        assert numbers(running) == list(range(12, 0, -1))
        await running.press("u")
        assert running.status == "Nothing to undo"
    after = opened(tmp_path)
    assert [after.get_article(article_id(number)) for number in range(1, 13)] == before
    assert len(after.rows(ListQuery())) == 12


# -- what is said, and when ----------------------------------------------------------------------

WRITES = {
    "m": "Marked as",
    "s": "Starred",
    "A": "Marked",
    "d": "Deleted",
    "+ s e a enter": "Tagged sea",
    "u": "Undone",
    "T m": "Marked as read",
    "T s": "Starred",
    "T t": "Tagged later",
    "T d": "Deleted",
    "t m": "Marked",
    "e enter": "Exported",
}
"""Keys that write, and the start of what is said once it is written."""


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect everything that is said in a bottom line."""
    lines: list[str] = []
    for shows in (StatusLine, PanesDialog):
        show_notice = shows.show_notice

        def collect(
            self: Any, text: str, *hint: str, show: Callable[..., None] = show_notice
        ) -> None:
            lines.append(text)
            show(self, text, *hint)

        monkeypatch.setattr(shows, "show_notice", collect)
    return lines


@pytest.mark.parametrize("keys", WRITES)
async def test_nothing_is_said_to_be_done_before_it_is_written(
    start: Start,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    said: list[str],
    keys: str,
) -> None:
    """While the disk holds the write up nothing is said, and where it fails only that."""
    monkeypatch.setenv("HOME", str(tmp_path))
    may_write, is_failing = Event(), False

    def hold(write: Callable[..., Any]) -> Callable[..., Any]:
        def write_late(*args: Any, **kwargs: Any) -> Any:
            assert may_write.wait(60)
            if is_failing:
                raise NewstuiError("the disk is full")
            return write(*args, **kwargs)

        return write_late

    async with start() as running:
        await running.press("+", *"old", "enter", "j")
        for owner, name in ((Journal, "append"), (article_export, "export_article")):
            monkeypatch.setattr(owner, name, hold(getattr(owner, name)))
        for is_failing in (True, False):
            may_write.set()
            await running.press("escape", "escape", "z", *keys.split()[:-1])
            said.clear()
            may_write.clear()
            running.app.post_message(key_event(keys.split()[-1]))
            await running.pilot.pause(0.05)
            assert not any(line.startswith(WRITES[keys]) for line in said)
            may_write.set()
            await running.settle()
            assert any(line.startswith(WRITES[keys]) for line in said) is not is_failing, said
            assert ("the disk is full" in said) is is_failing
