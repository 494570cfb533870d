"""Story, triage and statistics: the screens over the reader."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension

from store.journal.journal import Journal
from store.model.errors import NewstuiError
from tests.support.reader import (
    NARROW,
    WIDE,
    FakePrograms,
    RunningReader,
    Start,
    article_id,
    make_article,
    make_library,
)
from tests.support.screens import picture, screen_lines, screen_text
from tui.reader.dialogs.story_screen import StoryScreen
from tui.reader.dialogs.triage_screen import TriageScreen
from tui.reader.gateway import messages
from tui.reader.widgets.line_view import DocumentView

SIZES = {"huge": (200, 50), "wide": (120, 40), "middle": (80, 24), "narrow": (50, 15)}


class Pictures(SingleFileSnapshotExtension):
    """Keeps each snapshot in a text file."""

    file_extension = "txt"


@pytest.fixture
def pictures(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Return the expected screens."""
    return snapshot.use_extension(Pictures)


def marks(running: RunningReader, number: int) -> tuple[bool, bool]:
    """Return the flags of an article in the list: read, starred."""
    row = next(row for row in running.reader.article_list.rows if row.id == article_id(number))
    return row.read, row.starred


def shown_decisions(running: RunningReader) -> list[str]:
    """Return the decisions at the left of a wide triage screen."""
    lines = screen_lines(running.app)[2:-3]
    return [line[2:9].strip() for line in lines if line[2] in "✓★✗l"]


# -- story -----------------------------------------------------------------------------------


@pytest.mark.command("view.story")
async def test_open_from_a_story_and_mark_all_of_it_as_read(start: Start) -> None:
    async with start() as running:
        await running.press("t")
        story = running.app.screen
        assert isinstance(story, StoryScreen)
        assert ">◆12 ●   Article number 12" in screen_text(running.app)
        await running.press("g")
        number = int(re.findall(r"(\d+) articles · \1 unread", screen_text(running.app))[0])
        assert f"m mark story read ({number})" in screen_text(running.app)
        told = [int(each) for each in re.findall(r"[├◆╰]([ \d]\d) ●", screen_text(running.app))]
        assert told == list(range(1, len(told) + 1)), "newest last"
        await running.press("m")
        assert marks(running, 12) == (True, False)
        assert f"Marked {number} articles as read" in screen_text(running.app)
        assert f"{number} articles · all read" in screen_text(running.app)
        await running.press("G", "u")
        assert marks(running, 12) == (False, False)
        assert not any(row.read for row in running.reader.article_list.rows), "one change"
        assert f"{number} articles · {number} unread" in screen_text(running.app)
        await running.press("k", "s", "enter")
        assert running.app.screen is running.reader
        assert running.opened_number != 12
        assert marks(running, running.opened_number)[1]


async def test_late_answers_are_dropped(start: Start) -> None:
    async with start() as running:
        await running.press("t", "escape", "j", "t")
        story = running.app.screen
        assert isinstance(story, StoryScreen)
        before = screen_text(running.app)
        running.reader.post_message(messages.StoryUpdated(article_id(12), ()))
        await running.settle()
        assert screen_text(running.app) == before
        await running.press("?")
        assert "in a story: all" in screen_text(running.app)
        await running.press("escape", "q")
        assert running.app.screen is running.reader


async def test_the_story_shows_the_selected_article_without_opening_it(
    start: Start, tmp_path: Path
) -> None:
    async with start(size=SIZES["huge"]) as running:
        await running.press("t", "g")
        story = running.app.screen
        assert isinstance(story, StoryScreen)
        first = story.chapters[0].row
        assert screen_text(running.app).count(first.title) == 2, "on the rail, and beside it"
        assert "The first article of the story" in screen_text(running.app)
        await running.press("j", "G", "k", "escape")
        assert not any(row.read for row in running.reader.article_list.rows)
    held = make_library(tmp_path)
    for _ in held.load():
        pass
    opened = [event for batch in held.events({"opened", "read", "position"}) for event in batch]
    assert opened == []


async def test_a_story_scrolls_only_for_an_article_that_would_not_be_seen(start: Start) -> None:
    """Most moves then draw two lines."""
    async with start(size=(80, 12)) as running:
        await running.press("t", "g")
        rail = running.app.screen.query_one("#rail", DocumentView)
        tops = [rail.top_line]
        for _ in range(11):
            await running.press("j")
            tops.append(rail.top_line)
            assert rail.caret.y < rail.size.height
        assert tops[0] == tops[1] == tops[2] == 0
        assert tops == sorted(tops)
        assert tops[-1] == rail.max_top_line > 0
        assert len(set(tops)) <= 4


async def test_an_article_that_is_removed_leaves_the_story(start: Start) -> None:
    async with start(size=SIZES["middle"]) as running:
        await running.press("t")
        story = running.app.screen
        assert isinstance(story, StoryScreen)
        row, number = story.chapters[0].row, len(story.chapters)
        running.reader.post_message(messages.RowsChanged({}, removed=[row.id]))
        await running.settle()
        assert f"{number - 1} articles · {number - 1} unread" in screen_text(running.app)
        assert row.title not in screen_text(running.app)
        running.reader.post_message(messages.RowsChanged({row.id: row}))
        await running.settle()
        assert f"{number} articles · {number} unread" in screen_text(running.app)


async def test_a_story_grows_once_all_articles_are_indexed(start: Start) -> None:
    async with start(size=SIZES["middle"]) as running:
        await running.press("t")
        running.reader.post_message(messages.StoryUpdated(article_id(12), (), complete=True))
        await running.settle()
        assert "STORY  " in screen_text(running.app)
        assert "articles ·" not in screen_text(running.app)
        running.reader.post_message(messages.StoryUpdated(article_id(12), (), complete=False))
        await running.press("m")
        assert "No unread article found yet; still searching" in screen_text(running.app)
        running.reader.post_message(messages.IndexEnded(is_updated=True))
        await running.settle()
        assert "12 articles · 12 unread" in screen_text(running.app)


async def test_a_terminal_that_grows_shows_the_selected_article(start: Start) -> None:
    async with start(size=SIZES["middle"]) as running:
        await running.press("t")
        assert "The short text of article 12" not in screen_text(running.app)
        await running.resize(120, 40)
        assert "The short text of article 12" in screen_text(running.app)
        await running.resize(50, 15)
        assert "The short text of article 12" not in screen_text(running.app)


# -- triage ----------------------------------------------------------------------------------


@pytest.mark.command("view.triage", "triage.later")
async def test_one_key_per_decision(start: Start, tmp_path: Path) -> None:
    async with start() as running:
        await running.press("j", "m", "T")
        triage = running.app.screen
        assert isinstance(triage, TriageScreen)
        assert "Article number 10" in screen_text(running.app), "from the cursor on"
        assert "1 of 11" in screen_text(running.app)
        assert "Summary of 10." in screen_text(running.app)
        assert "Article number 10" in screen_lines(running.app)[running.app.cursor_position.y]
        await running.press("m", "s", "t", "d", "j")
        assert marks(running, 10) == (True, False)
        assert marks(running, 9) == (False, True)
        assert "Summary of 5." in screen_text(running.app)
        assert "6 of 11 · 1 min left" in screen_text(running.app)
        assert "Deleted: Article number 7 about the harbour" in screen_text(running.app)
        await running.press("k", "k")
        assert "✗ · 4 of 11" in screen_text(running.app)
        assert " Deleted: Article number 7" in screen_text(running.app)
        await running.press("u")
        assert "Summary of 7." in screen_text(running.app), "what was deleted is there again"
        assert "  4 of 11" in screen_text(running.app)
        await running.press("u")
        assert "Article number 8" in screen_text(running.app)
        await running.press("t", "enter")
        assert (running.app.screen, running.opened_number) == (running.reader, 7)
    held = make_library(tmp_path)
    for _ in held.load():
        pass
    assert held.get_article(article_id(8)).article.tags == ("later",)


async def test_triage_of_a_search_names_it(start: Start) -> None:
    async with start(size=WIDE) as running:
        await running.wait_indexed()
        await running.press("/", *"harbour", "tab", "T")
        assert screen_lines(running.app)[0].startswith(" TRIAGE  unread · /harbour  ")


async def test_triage_ends_after_the_last_article(start: Start) -> None:
    async with start(size=NARROW) as running:
        await running.press("f", "j", "enter", "T", *"mmmmmmmmmmmm")
        assert "No more unread articles: 12 read" in screen_text(running.app)
        await running.press("m", "s", "t", "d", "enter", "j", "escape", "T")
        assert "No unread articles" in screen_text(running.app)
        await running.press("q")
        assert running.app.screen is running.reader


async def test_an_article_read_to_its_end_in_the_triage_is_not_read(
    start: Start, tmp_path: Path
) -> None:
    async with start(size=SIZES["wide"]) as running:
        await running.press("j", "T", *["space"] * 30, "j", "k", "q")
        assert not any(row.read for row in running.reader.article_list.rows)
    held = make_library(tmp_path)
    for _ in held.load():
        pass
    assert [event for batch in held.events({"opened", "read"}) for event in batch] == []


async def test_the_triage_says_what_was_done_and_shows_the_decisions(start: Start) -> None:
    async with start(size=SIZES["huge"]) as running:
        await running.press("T", "m", "s", "d", "t")
        lines = screen_lines(running.app)
        assert shown_decisions(running) == ["✓ read", "★", "✗", "later"]
        assert (
            lines[-2].split("  ")[0].strip() == "Tagged later: Article number 9 about the harbour"
        )
        assert lines[-2].endswith("u to undo ")
        assert "m read" in lines[-1]
        assert "5 of 12 ·" in lines[0]
        await running.press("u")
        assert "4 of 12 ·" in screen_lines(running.app)[0]
        assert "Undone: tagged later" in screen_lines(running.app)[-2]
        await running.press("u")
        await running.press("u")
        assert shown_decisions(running) == ["✓ read"], "each undo takes its own decision back"


async def test_similar_readings_in_the_triage_say_how_many_were_read(start: Start) -> None:
    async with start(size=SIZES["huge"]) as running:
        await running.wait_indexed()
        await running.press("T", "j", "j", "m", "k", "k", "k")
        await running.settle()
        assert "You have read 1 of these" in screen_text(running.app)
        await running.press("u", "k", "k")
        await running.settle()
        assert "You have read none of these" in screen_text(running.app)


@pytest.mark.parametrize("keys", ["m", "t", "d"])
async def test_a_decision_that_cannot_be_saved_is_none(
    start: Start, monkeypatch: pytest.MonkeyPatch, keys: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise NewstuiError("the disk is full")

    async with start(size=SIZES["wide"]) as running:
        await running.press("T")
        monkeypatch.setattr(Journal, "append", fail)
        await running.press(keys)
        assert screen_lines(running.app)[-2].strip() == "the disk is full"
        assert shown_decisions(running) == []


async def test_the_time_left_follows_the_users_pace(start: Start, tmp_path: Path) -> None:
    articles = [make_article(number, words=690) for number in range(1, 9)]
    library = make_library(tmp_path / "other", articles)
    for _ in library.load():
        pass
    for number in range(1, 7):
        for event in ("opened", "read"):
            library.record(event, [article_id(number)])
    async with start(library=library) as running:
        await running.press("T")
        assert "1 of 2 · 6 min left" in screen_text(running.app), "nobody reads so fast"


# -- statistics ------------------------------------------------------------------------------


@pytest.mark.command("view.statistics")
async def test_statistics_include_the_article_just_read(start: Start) -> None:
    async with start() as running:
        await running.press("m", "j", "m", "S")
        text = screen_text(running.app)
        assert "Read     2 of 12 articles" in text
        assert "Streak   1 day" in text
        await running.press("G")
        assert "north" in screen_text(running.app)
        await running.press("escape")
        assert running.app.screen is running.reader


async def test_what_was_undone_does_not_count(start: Start) -> None:
    async with start() as running:
        await running.press("m", "j", "m", "u", "u", "S")
        assert "Read     0 of 12 articles · 0 %" in screen_text(running.app)
        assert "Nothing read yet" in screen_text(running.app)


async def test_statistics_of_an_empty_library(start: Start, tmp_path: Path) -> None:
    async with start(library=make_library(tmp_path / "none")) as running:
        await running.press("S")
        assert "Read     0 of 0 articles · 0 %" in screen_text(running.app)


# -- pictures --------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("keys", ["t", "T", "S"])
async def test_screens(start: Start, pictures: SnapshotAssertion, keys: str, size: str) -> None:
    async with start(size=SIZES[size]) as running:
        await running.press("j", "m", "k", "s", keys)
        assert picture(running.app).encode() == pictures


@pytest.mark.parametrize("keys", [("d", "u"), ("d", "j", "k", "u"), ("m", "u"), ("t", "u")])
async def test_an_undo_in_the_triage_of_one_puts_its_article_back(
    start: Start, programs: FakePrograms, keys: tuple[str, ...]
) -> None:
    """In the triage, and in the list below it."""
    library = make_library(programs.folder / "one", [make_article(7)])
    async with start(library=library) as running:
        await running.press("T", *keys)
        assert "Article number 7" in screen_text(running.app)
        assert "1 of 1" in screen_text(running.app)
        assert "Summary of 7." in screen_text(running.app)
        await running.press("q")
        assert [row.id for row in running.reader.article_list.rows] == [article_id(7)]
        assert not running.reader.article_list.rows[0].read


@pytest.mark.parametrize("screen", ["T", "t"])
async def test_a_screen_undoes_what_was_done_in_it(start: Start, screen: str) -> None:
    async with start() as running:
        await running.wait_indexed()
        await running.press_at_once("s", screen)
        await running.press("s", "u", "u")
        assert "Nothing more to undo here" in screen_text(running.app)
        await running.press("q")
        assert [row.starred for row in running.reader.article_list.rows].count(True) == 1
        await running.press("u")
        assert not any(row.starred for row in running.reader.article_list.rows)


# -- frames ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "keys", "title"),
    [
        (NARROW, ["C"], "Theme  1–10 of 11"),
        (NARROW, ["C", "G"], "Theme  2–11 of 11"),
        (NARROW, ["C", "/", "d", "a"], "Theme"),
        (NARROW, ["?"], "Keys: list  1–13 of "),
        (NARROW, ["?", "space"], "Keys: list  13–25 of "),
        (NARROW, ["f"], "Show"),
        ((120, 40), ["C"], "Theme"),
        ((120, 40), ["?"], "Keys: list"),
        ((80, 24), ["?", "tab"], "Keys: all  1–22 of "),
        ((80, 24), ["?", "tab", "tab"], "Keys: list"),
    ],
    ids=str,
)
async def test_a_frame_says_which_of_its_lines_are_shown(
    start: Start, size: tuple[int, int], keys: list[str], title: str
) -> None:
    """Unless all of them are."""
    async with start(size=size) as running:
        await running.press(*keys)
        line = next(line for line in screen_lines(running.app) if "┏━" in line)
        shown = line.partition("┏━ ")[2].partition(" ━")[0]
        assert shown.startswith(title)
        assert (" of " in shown) is (" of " in title)


async def test_the_keys_of_a_frame_fit_where_it_is_narrowest(start: Start) -> None:
    async with start(size=NARROW) as running:
        for keys in (["m", "U"], ["C"], ["c"], ["f"], ["?"]):
            await running.press(*keys)
            edge = next(line for line in screen_lines(running.app) if "┗━" in line)
            assert edge.partition("┛")[0].endswith((" cancel ━", " close ━")), keys
            await running.press("escape")
