"""Similar articles, and the trail."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from store.library.folder import FolderLibrary
from store.model.article import ParsedArticle
from tests.support.piece_package import install_piece_package
from tests.support.reader import (
    MIDDLE,
    NARROW,
    TIMEOUT,
    WIDE,
    RunningReader,
    Start,
    article_id,
    has_pending_timer,
    make_article,
    make_library,
)
from tests.support.screens import screen_lines, screen_text
from tui.reader.gateway import messages
from tui.reader.gateway.lists import Lists
from tui.rendering.list_rows import UNREAD_SIGN

JUMPS = [f"similar.jump:{n}" for n in range(1, 6)]
SIZES = pytest.mark.parametrize("size", [WIDE, MIDDLE, NARROW], ids=str)


@pytest.fixture
def articles() -> list[ParsedArticle]:
    """Return ten articles; the newest names two similar ones, of which one is not in the library."""
    articles = [make_article(number) for number in range(1, 11)]
    titles = ("Article number 3 about the harbour", "Nobody [has] this one")
    articles[9] = replace(articles[9], body=replace(articles[9].body, similar=titles))
    return articles


@pytest.mark.command(*JUMPS)
async def test_every_number_opens_a_similar_article(start: Start) -> None:
    async with start() as running:
        await running.press("enter")
        similar = running.reader.side_pane.similar
        assert len(similar) == 5
        assert [other.title for other in similar[:2]] == [
            "Article number 3 about the harbour",
            "Nobody [has] this one",
        ]
        for number in (1, 3, 4, 5):
            await running.press("h", "g", "enter", str(number))
            assert running.reader.article_view.full_article.article.id == similar[number - 1].id
            assert running.reader.state.current_pane == "article"
            assert running.reader.article_list.selected_row.id == similar[number - 1].id


async def test_the_cursor_of_the_side_pane_stays_on_its_line(start: Start) -> None:
    """What is similar comes later than what stands below it."""
    async with start() as running:
        side = running.reader.side_pane
        await running.press("tab", "tab", "G", "k")
        shown = side.build_line(side.top_line + side.caret.y, 40)
        side.show_similar(article_id(10), ())
        await running.settle()
        assert side.build_line(side.top_line + side.caret.y, 40) == shown


@pytest.mark.command("article.toggle_read", "article.delete")
async def test_similar_articles_are_as_they_are_in_the_list(start: Start) -> None:
    """One that is marked read or deleted elsewhere is so in the side pane, too."""
    async with start() as running:
        pane, similar = running.reader.side_pane, running.reader.side_pane.similar
        running.gateway.changes.toggle_flag("read", (similar[2].id,))
        await running.settle()
        assert [other.read for other in pane.similar] == [False, False, True, False, False]
        running.gateway.changes.delete((similar[2].id,))
        await running.settle()
        assert similar[2].id not in {other.id for other in pane.similar}
        assert pane.full_article.article.id == article_id(10)


@pytest.mark.command(JUMPS[1])
async def test_a_similar_article_that_is_not_in_the_library(start: Start) -> None:
    async with start() as running:
        await running.press("enter")
        assert "not in library" in screen_text(running.app)
        await running.press("2")
        assert running.status == "Not in the library: Nobody [has] this one"
        assert running.opened_number == 10


@SIZES
async def test_numbers_in_the_list_apply_to_the_selected_article(
    start: Start, size: tuple[int, int]
) -> None:
    """With and without the side pane, and however fast the keys come."""
    async with start(size=size) as running:
        await running.press_at_once("j", "k", "1")
        assert running.opened_number == 3
        await running.press("h", "g")
        await running.press_at_once("enter", "1")
        assert running.opened_number == 3


@pytest.mark.command(JUMPS[1])
@pytest.mark.parametrize(("number", "opened"), [(1, 3), (9, 0)])
async def test_a_number_counts_whatever_the_side_pane_shows_meanwhile(
    start: Start, library: FolderLibrary, number: int, opened: int
) -> None:
    """What another article is similar to is asked for later, though a later request replaces one."""
    async with start(size=(50, 15)) as running:
        side, pane = running.reader.side, running.reader.side_pane
        entry, release = library.get_article(article_id(3)), threading.Event()
        pane.clear()
        side.open_similar(number)
        await running.wait_until(lambda: pane.full_article is not None)
        running.gateway._worker.submit(lambda: release.wait(TIMEOUT) and None)
        side.show_preview(entry)
        await running.wait_until(lambda: not has_pending_timer(running.app))
        release.set()
        await running.settle()
        assert running.opened_number == opened
        assert (running.status == f"No similar article {number}") is (opened == 0)
        assert running.side_number == 3
        assert pane.similar is not None


async def test_a_number_without_a_similar_article(start: Start, tmp_path: Path) -> None:
    library = make_library(tmp_path / "two", [make_article(1), make_article(2)])
    async with start(library=library) as running:
        await running.press("5")
        assert running.status == "No similar article 5"
        await running.press("enter")
        assert running.status == "100 %", "what was said of another article is not said of this"


async def test_similar_articles_are_unknown_until_indexed(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`none` would be wrong before indexing is done; they are requested again afterwards."""
    texts = ("Tides rise in the harbour.", "A parliament debates taxes.")
    articles = [make_article(n, text=text, title=text) for n, text in enumerate(texts, 1)]
    library = make_library(tmp_path / "strangers", articles)
    async with start(library=library) as running:
        with monkeypatch.context() as patch:
            patch.setattr(Lists, "is_indexing", property(lambda _: True))
            await running.press("j")
            await running.wait_until(lambda: running.side_number == 1)
            await running.press("5")
            assert running.status == "Similar articles are known once indexing is done"
            assert "searching …" in screen_text(running.app)
        running.reader.post_message(messages.IndexEnded(is_updated=False))
        await running.settle()
        assert running.reader.side_pane.similar is not None


async def test_the_same_story_in_another_language_comes_once_it_is_known(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its embedding is made in the background while the article is already shown."""
    install_piece_package(tmp_path, monkeypatch)
    articles = [
        make_article(1, title="Streik der Fähre", text="Die Besatzung der Fähre im Hafen streikt.", language="de"),
        make_article(2, title="Bees", text="The price of honey is up after a bad spring.", language="en"),
        make_article(3, title="Ferry strike", text="The ferry crew is on strike in the harbour.", language="en"),
    ]  # fmt: skip
    library = make_library(tmp_path / "languages", articles)
    async with start(library=library) as running:
        await running.press("enter")
        assert running.opened_number == 3
        await running.wait_until(lambda: "de · " in screen_text(running.app))
        await running.press("h", "g", "enter", "1")
        assert running.opened_number == 1


@pytest.mark.command("trail.back", "trail.forward")
async def test_back_and_forward_along_the_trail(start: Start) -> None:
    async with start() as running:
        await running.press("[")
        assert running.status == "No older article in the trail"
        await running.press("enter", "1", "J", "[")
        assert (running.opened_number, running.selected_number) == (3, 3)
        await running.press("[")
        assert running.opened_number == 10
        await running.press("[")
        assert (running.opened_number, running.status) == (10, "No older article in the trail")
        await running.press("]", "]")
        assert running.opened_number == 2
        await running.press("]")
        assert (running.opened_number, running.status) == (2, "No newer article in the trail")


async def test_the_trail_leads_out_of_a_filtered_list(start: Start) -> None:
    async with start() as running:
        await running.press("/")
        await running.type("number 10")
        await running.press("enter", "enter", "1")
        assert (running.opened_number, running.selected_number) == (3, 10)
        await running.press("s")
        assert running.reader.article_view.full_article.reading.starred
        await running.press("s")
        assert not running.reader.article_view.full_article.reading.starred
        await running.press("[")
        assert (running.opened_number, running.selected_number) == (10, 10)


def unread_similar(running: RunningReader) -> int:
    """Return how many similar articles the side pane shows as unread."""
    return sum(line.rstrip().endswith(UNREAD_SIGN) for line in screen_lines(running.app))


async def test_the_side_pane_shows_the_reading_state(start: Start) -> None:
    async with start() as running:
        await running.press("enter")
        before = unread_similar(running)
        await running.press("1", "[")
        assert unread_similar(running) == before - 1


@SIZES
async def test_the_similar_article_opened_is_drawn(start: Start, size: tuple[int, int]) -> None:
    """Also where the side pane has hidden the article pane until then."""
    async with start(size=size) as running:
        await running.press("j", "enter", "i", "2")
        view = running.reader.article_view
        assert running.opened_number == int(running.reader.state.current_article[-12:]) != 9
        shown = "".join(text for text, _ in view.build_line(0, view.size.width)).strip()
        assert shown == view.full_article.article.title
        assert f"text of article {running.opened_number}." in screen_text(running.app)


async def test_enter_on_a_summary_sentence_goes_to_its_position(
    start: Start, tmp_path: Path
) -> None:
    text = "\n\n".join(f"Paragraph {number} tells of the harbour." for number in range(60))
    one = make_article(1, text=text)
    summary = "Paragraph 40 tells of the harbour."
    one = replace(one, body=replace(one.body, text=text, summary=summary))
    async with start(library=make_library(tmp_path / "told", [one])) as running:
        await running.settle()
        running.reader.panes.focus("side")
        await running.press("j", "j", "enter")
        assert running.reader.state.current_pane == "article"
        assert running.reader.article_view.position == text.index(summary)
