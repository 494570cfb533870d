"""Commands in the text: finding, selecting and copying, links by number."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.model.article import ParsedArticle
from store.search.highlight import make_highlighter
from store.search.syntax_tree import WordsCondition
from tests.support.reader import MIDDLE, FakePrograms, Start, long_text, make_article, make_library
from tests.support.screens import screen_cells, screen_lines, screen_text
from tui.rendering.text_search import WordsToFind

LINKED = "\n\n".join(
    [
        *(f"See [site {n}](https://site.example/{n}) and more." for n in range(1, 13)),
        "[Home](/home)",
    ]
)


@pytest.fixture
def articles() -> list[ParsedArticle]:
    """Return a long article, which is the newest, one with links, and a short one."""
    return [
        make_article(1),
        make_article(2, text=LINKED),
        make_article(3, text="Der Straßenname: “déjà vu”.\n\n" + long_text(40)),
    ]


@pytest.mark.command("article.find", "find.next", "find.previous", "find.keep", "find.close")
async def test_find_in_the_article(start: Start) -> None:
    """Hits are shown while the user types; n and N move on; enter keeps the position."""
    async with start() as running:
        reader, view = running.reader, running.reader.article_view
        await running.press("enter", "/")
        await running.type("paragraph 2")
        assert view.text_search.status_text == "1 of 11"
        assert "1 of 11" in screen_lines(running.app)[-2]
        assert screen_lines(running.app)[-1].endswith("enter done  down next  esc cancel ")
        await running.press("enter", "n", "n")
        assert "n next hit  N previous hit  enter jump here" in screen_lines(running.app)[-1]
        assert "3 of 11" in screen_lines(running.app)[-2]
        assert "Paragraph 21 begins" in screen_text(running.app)
        marks = [cell.style_letter for row in screen_cells(running.app)[:-2] for cell in row[36:75]]
        assert marks.count("U") >= len("Paragraph 2"), (
            "Paragraph 20, marked by more than its colour"
        )
        await running.press("?")
        assert "Keys: hits" in screen_text(running.app)
        await running.press("?", "N", "j", "k", "space")
        assert (running.opened_number, view.text_search.status_text) == (3, "2 of 11")
        place = view.position
        await running.press("enter")
        assert (reader.text.find_bar, view.text_search, view.position) == (None, None, place)
        await running.press("/")
        await running.type('STRASSENNAME: "deja')
        assert view.text_search.status_text == "1 of 1", "from the end on it begins anew"
        await running.press("escape")
        assert (reader.text.find_bar, view.position, reader.state.current_pane) == (
            None,
            place,
            "article",
        )
        await running.press("/", "x", "q", "enter", "escape")
        assert (reader.text.find_bar, view.position) == (None, place)
        await running.press("/", "t", "enter", "J")
        assert (running.opened_number, reader.text.find_bar) == (2, None)
        await running.press("n")
        assert running.opened_number == 1, "n means the next unread article again"


BEGIN_OR_40 = (WordsCondition("begin", is_prefix=True), WordsCondition("40"))


async def test_a_match_opens_at_its_first_hit(start: Start) -> None:
    """The words of a library search are highlighted in the article, and n moves on from there."""
    async with start() as running:
        reader = running.reader
        words = WordsToFind("begin* 40", make_highlighter(BEGIN_OR_40).find_spans)
        reader.articles.words_to_find = lambda _: words
        reader.articles.open(reader.article_list.rows[0].id)
        await running.settle()
        assert reader.article_view.text_search.status_text == "1 of 41"
        assert reader.state.current_pane == "article"
        await running.press("N")
        assert reader.article_view.text_search.status_text == "41 of 41"
        assert not reader.article_list.rows[0].read, "what is jumped to is not read"


@pytest.mark.command(
    "select.start", "select.word_next", "select.word_previous", "select.paragraph_next",
    "select.paragraph_previous", "select.begin", "select.copy", "select.leave",
)  # fmt: skip
async def test_select_and_copy(start: Start, programs: FakePrograms) -> None:
    async with start(size=MIDDLE) as running:
        article = running.reader.article_view
        await running.press("enter", "v", "l", "l", "h", "v", "l")
        assert [line for line in screen_lines(running.app) if "v begin" in line]
        top = article.content_region.offset.y
        marked = [cell for cell in screen_cells(running.app)[top + 3] if cell.style_letter == "b"]
        assert "".join(cell.text for cell in marked) == "Straßenname: “déjà"
        await running.press("y")
        await running.wait_until(lambda: running.status == "Passed to clipboard")
        assert programs.copied == ["Straßenname: “déjà"]
        await running.press("v", "v", "}", "enter")
        await running.wait_until(lambda: len(programs.copied) == 2)
        assert programs.copied[1] == "Der Straßenname: “déjà vu”."
        await running.press("v", "G", "v", "g", "G", "{", "enter")
        await running.wait_until(lambda: len(programs.copied) == 3)
        assert programs.copied[2].startswith("Paragraph 40 begins."), "selected from its end on"
        await running.press("v", "q", "v", "J", "escape")
        assert (article.selection, running.opened_number) == (None, 3), (
            "other keys do nothing meanwhile"
        )
        await running.press("/", "v", "u", "enter", "v", "y")
        await running.wait_until(lambda: len(programs.copied) == 4)
        assert programs.copied[3] == "vu”."


@pytest.mark.command("article.links")
async def test_links_by_number(start: Start, programs: FakePrograms) -> None:
    """The text shows numbers while the dialog is open; only http links are opened."""
    async with start() as running:
        await running.press("j", "enter", ";")
        screen = screen_text(running.app)
        assert "site 3[3]" in screen
        assert "https://site.example/3" in screen
        await running.press("1", "o")
        await running.wait_until(lambda: programs.opened)
        await running.settle()
        assert programs.opened == ["https://site.example/1"]
        assert "site 3[3]" not in screen_text(running.app)
        await running.press(";", "j", "y")
        await running.wait_until(lambda: programs.copied)
        assert programs.copied == ["https://site.example/2"]
        await running.press(";", "1", "2")
        assert "site 3[3]" not in screen_text(running.app)
        assert running.status.startswith("The sample library fetches no pages")
        await running.press(";", "G", "o")
        await running.wait_until(lambda: "Not opened" in running.status)
        await running.press(";", "escape")
        assert running.reader.article_view.position == 0
        await running.press("J", ";")
        assert running.status == "No links in this article"


async def test_links_are_searched_by_typing(start: Start, programs: FakePrograms) -> None:
    async with start() as running:
        await running.press("j", "enter", ";", "/")
        await running.type("site 3")
        assert "https://site.example/3" in screen_text(running.app)
        assert "https://site.example/2" not in screen_text(running.app)
        await running.type("zebra")
        await running.press("enter")
        assert running.reader.links is not None
        assert running.app.screen is not running.reader, "there is nothing to choose"
        await running.press(*["backspace"] * 5, "tab", "o")
        await running.wait_until(lambda: programs.opened)
        assert programs.opened == ["https://site.example/3"]


async def test_close_and_reopen_the_find_bar_at_once(start: Start) -> None:
    """The keys come faster than the bar is removed."""
    async with start() as running:
        await running.press("enter")
        await running.press_at_once("/", "escape", "/", "escape", "/")
        assert running.reader.text.find_bar is not None
        await running.press("escape", "h")
        for _ in range(3):
            await running.press_at_once("/", "escape")
        assert running.app.is_running


async def test_a_text_that_is_not_here(start: Start, tmp_path: Path) -> None:
    """A half-synced library says so, and nothing was read."""
    library = make_library(tmp_path / "half", [make_article(1)])
    [texts] = (tmp_path / "half/library/texts").glob("*.json")
    texts.rename(texts.with_name(f".{texts.name}.icloud"))
    async with start(library=library) as running:
        await running.press("enter")
        await running.wait_until(lambda: "it may not be synced yet" in screen_text(running.app))
        await running.press("G")
        await running.settle()
        assert not running.reader.article_list.selected_row.read
