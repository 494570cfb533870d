"""The front page over the reader."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension

from store.library.folder import FolderLibrary
from store.library.front_page import FrontPage
from store.model.article import ParsedArticle
from tests.support.libraries import open_folder_library
from tests.support.reader import NOW, RunningReader, Start, article_id, make_article, make_library
from tests.support.screens import picture, screen_lines, screen_text
from tui.config.settings import LoadedSettings, Settings
from tui.reader.dialogs.front_page_screen import FrontPageScreen
from tui.reader.gateway import messages

SIZES = {"huge": (200, 50), "wide": (120, 40), "middle": (80, 24), "narrow": (50, 15)}
DAM = "Delegates of Sarn and Elfan met at the dam of Sarn on the river Elfan."
TEXTS = {
    1: ("Sarn dam talks open", f"{DAM} They agreed to meet again."),
    2: ("Sarn dam talks stall", f"{DAM} Barge owners refuse the new tolls on herring and timber."),
    3: ("Ferry of Brae late again", "The ferry of Brae was late. The pier of Brae is rotten."),
    4: ("Ferry of Brae to get a pier", "The ferry of Brae gets a pier. Brae pays for the pier."),
    5: ("A cake of rye", "Flour, honey and patience make a cake. Bake it for an hour."),
    6: ("Comet over the moor", "Astronomers saw a comet with two tails over the moor at dawn."),
}


class Pictures(SingleFileSnapshotExtension):
    """Keeps each snapshot in a text file."""

    file_extension = "txt"


def found(number: int) -> ParsedArticle:
    title, text = TEXTS[number]
    return make_article(number, title=title, text=text, words=230, category="")


@pytest.fixture
def library(tmp_path: Path) -> FolderLibrary:
    """Make a library in which article 1 was read a day before the others came."""
    here = tmp_path / "front"
    earlier = open_folder_library(
        here / "library", here / "cache", "desk", lambda: NOW - timedelta(days=20)
    )
    for _ in earlier.add([found(number) for number in TEXTS]):
        pass
    earlier.record("opened", [article_id(1)])
    earlier.record("read", [article_id(1)])
    return make_library(here)


def front_page(running: RunningReader) -> FrontPageScreen:
    screen = running.app.screen
    assert isinstance(screen, FrontPageScreen)
    return screen


def leads(running: RunningReader) -> list[int]:
    return [int(story.lead.id[-12:]) for story in front_page(running).stories]


def unread(running: RunningReader) -> set[int]:
    return {int(row.id[-12:]) for row in running.reader.article_list.rows if not row.read}


@pytest.mark.command("view.front_page", "front.since", "front.longer", "front.shorter", "front.why")
async def test_what_is_new_by_stories(start: Start, library: FolderLibrary) -> None:
    async with start(size=SIZES["middle"], library=library) as running:
        await running.press("B")
        text = screen_text(running.app)
        assert re.search(r"FRONT PAGE  since .* 4 stories · 4 of 20 min", text)
        assert re.findall(r"^ +(GOES ON|NEW|RARE FEEDS|THE REST) *$", text, re.MULTILINE) == [
            "GOES ON",
            "NEW",
            "THE REST",
        ]
        assert leads(running) == [2, 4, 6, 5]
        assert "Barge owners refuse the new tolls on herring and timber." in text
        await running.press("w")
        assert "ranked higher: 2 articles" in screen_text(running.app)
        await running.press("w")
        assert "ranked higher:" not in screen_text(running.app)
        await running.press("-", "-", "-", "-")
        assert front_page(running).request.minutes == 5
        assert "4 of 5 min" in screen_text(running.app)
        await running.press("+")
        assert "4 of 10 min" in screen_text(running.app)
        await running.press("f")
        assert "Nothing new since today 00:00" in screen_text(running.app)
        await running.press("f", "f", "f")
        assert "all unread" in screen_text(running.app)


@pytest.mark.command("article.toggle_read", "article.toggle_star", "app.undo", "article.open")
async def test_a_story_is_marked_as_one_change(start: Start, library: FolderLibrary) -> None:
    async with start(size=SIZES["middle"], library=library) as running:
        await running.press("B", "j")
        assert "m mark these 2 read" in screen_text(running.app)
        await running.press("m")
        assert unread(running) == {2, 5, 6}
        assert "Marked 2 articles as read" in screen_text(running.app)
        assert "m mark" not in screen_text(running.app)
        await running.press("u")
        assert unread(running) == {2, 3, 4, 5, 6}
        await running.press("G", "s")
        assert "★ A cake of rye" in screen_text(running.app)
        await running.press("enter")
        assert running.app.screen is running.reader
        assert running.opened_number == 5


async def test_what_was_marked_stays_on_the_page(start: Start, library: FolderLibrary) -> None:
    async with start(size=SIZES["middle"], library=library) as running:
        await running.press("B", "m", "j", "m", "u")
        running.reader.post_message(messages.IndexEnded(is_updated=True))
        await running.settle()
        assert leads(running) == [2, 4, 6, 5]
        assert unread(running) == {3, 4, 5, 6}


async def test_a_page_that_waited_for_the_index_is_composed_again(
    start: Start, library: FolderLibrary
) -> None:
    async with start(size=SIZES["middle"], library=library) as running:
        await running.press("B")
        request = front_page(running).request
        running.reader.post_message(
            messages.FrontPageUpdated(request, FrontPage(0, 20, is_grouped=False))
        )
        await running.settle()
        assert leads(running) == []
        running.reader.post_message(messages.IndexEnded(is_updated=False))
        await running.settle()
        assert leads(running) == [2, 4, 6, 5]


async def test_the_page_is_another_one_after_reading(start: Start, library: FolderLibrary) -> None:
    async with start(size=SIZES["middle"], library=library) as running:
        await running.press("B", "j", "enter", "G", "q", "B")
        assert leads(running)[:2] != [2, 4]
        assert 4 not in leads(running), "it was read"
        assert 3 in leads(running) or "more unread" in screen_text(running.app)


async def test_previews_count_as_nothing(start: Start, library: FolderLibrary) -> None:
    async with start(size=SIZES["huge"], library=library) as running:
        await running.press("B", "j", "j")
        assert screen_text(running.app).count("Astronomers saw a comet with two tails") == 2
        await running.press("k", "q")
        assert running.app.screen is running.reader
        assert unread(running) == {2, 3, 4, 5, 6}


async def test_nothing_is_shown_beside_an_empty_page(start: Start, library: FolderLibrary) -> None:
    async with start(size=SIZES["wide"], library=library) as running:
        await running.press("B")
        assert screen_text(running.app).count("Barge owners") == 2
        await running.press("f")
        assert "Nothing new since today 00:00" in screen_text(running.app)
        assert "Barge owners" not in screen_text(running.app)
        await running.press("enter", "m", "s")
        assert front_page(running).stories == []


async def test_other_pages_and_late_answers_are_dropped(
    start: Start, library: FolderLibrary
) -> None:
    async with start(size=SIZES["middle"], library=library) as running:
        await running.press("B")
        other = front_page(running).request._replace(minutes=77)
        running.reader.post_message(messages.FrontPageUpdated(other, FrontPage(0, 77)))
        await running.settle()
        assert leads(running) == [2, 4, 6, 5]


async def test_a_removed_article_leaves_no_gap(start: Start, library: FolderLibrary) -> None:
    async with start(size=SIZES["middle"], library=library) as running:
        await running.press("B")
        running.reader.post_message(messages.RowsChanged({}, removed=[article_id(2)]))
        await running.settle()
        assert leads(running) == [4, 6, 5]


async def test_nothing_is_learnt_if_that_is_off(start: Start, library: FolderLibrary) -> None:
    settings = LoadedSettings(Settings(interests=False))
    async with start(size=SIZES["middle"], library=library, loaded=settings) as running:
        await running.press("B")
        assert front_page(running).request.is_learning is False


async def test_clicks(start: Start, library: FolderLibrary) -> None:
    async with start(size=SIZES["middle"], library=library) as running:
        await running.press("B")
        line = next(n for n, text in enumerate(screen_lines(running.app)) if "Comet over" in text)
        await running.pilot.click(offset=(10, line))
        await running.settle()
        assert front_page(running).selected_index == 2


@pytest.mark.parametrize("size", SIZES)
async def test_pictures(
    start: Start, library: FolderLibrary, snapshot: SnapshotAssertion, size: str
) -> None:
    async with start(size=SIZES[size], library=library) as running:
        await running.press("B", "j")
        assert picture(running.app).encode() == snapshot.use_extension(Pictures)
