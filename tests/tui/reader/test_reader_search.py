"""The search: results after each key, snippets, and the list restored afterwards."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from textual import events

from store.library.folder import FolderLibrary
from store.model.article import ParsedArticle, Snippet
from tests.support.reader import NARROW, WIDE, RunningReader, Start, make_article
from tests.support.screens import screen_lines, screen_text
from tui.config.settings import LoadedSettings, Settings
from tui.reader.gateway import messages
from tui.reader.screen import search_actions, status_actions
from tui.reader.widgets.article_list import ArticleList
from tui.reader.widgets.inputs import SanitizedInput
from tui.rendering.cells import StyledText
from tui.rendering.wording import describe_indexing


@pytest.fixture
def articles() -> list[ParsedArticle]:
    """Return twelve articles; 12 is the newest, and three mention a lighthouse."""
    texts = {
        3: "Nothing happens for a while. " * 9 + "At last the lighthouse is lit. " * 30,
        5: "Two lighthouses were built, and a third lighthouse was not.",
        9: "The keeper of the lighthouse has gone home.",
    }
    articles = [make_article(number, text=texts.get(number, "")) for number in range(1, 13)]
    return [*articles, make_article(13, title="[red]Brackets[/red] of the lighthouse")]


def numbers(running: RunningReader) -> list[int]:
    """Return the numbers of the listed articles, from the top."""
    return [int(row.id[-12:]) for row in running.reader.article_list.rows]


@pytest.mark.command("list.search", "list.sort", "article.back", "article.open")
async def test_a_search_from_the_first_key_to_the_article_and_back(
    start: Start, library: FolderLibrary
) -> None:
    async with start() as running:
        await running.wait_indexed()
        await running.press("j", "j", "j", "/")
        before = (running.selected_number, running.reader.article_list.top_line)
        await running.type("lighth")
        assert sorted(numbers(running)) == [3, 5, 9, 13], "the last word may go on"
        await running.type("ouse -brackets")
        assert sorted(numbers(running)) == [3, 5, 9]
        assert "All · /lighthouse -brackets  " in running.header
        assert "3 found · best first" in running.header
        screen = screen_lines(running.app)
        assert any("Two lighthouses were built" in line for line in screen)
        assert any("…At last the lighthouse is lit" in line for line in screen)
        await running.press("tab", ",")
        assert numbers(running) == [9, 5, 3]
        assert "newest first" in screen_text(running.app)
        await running.press("g", "j", "enter")
        assert (running.opened_number, running.reader.state.current_pane) == (5, "article")
        assert running.reader.article_view.text_search is not None
        assert running.reader.article_view.text_search.status_text == "1 of 2"
        await running.press("n")
        assert running.reader.article_view.text_search.status_text == "2 of 2"
        await running.press("escape", "h")
        assert numbers(running) == [9, 5, 3]
        assert running.selected_number == 5
        await running.press("escape")
        assert len(numbers(running)) == 13
        assert (running.selected_number, running.reader.article_list.top_line) == before
        assert running.app.focused is running.reader.article_list


@pytest.mark.command("list.sort")
async def test_another_order_keeps_the_article(start: Start) -> None:
    """What stands side by side is of the same article, whatever the order."""
    async with start(size=WIDE) as running:
        await running.wait_indexed()
        await running.press("/")
        await running.type("lighthouse -brackets")
        await running.press("tab")
        for number in (3, 5, 9):
            while running.selected_number != number:
                await running.press("g" if running.reader.article_list.cursor == 2 else "j")
            await running.press(",")
            assert running.selected_number == number
            await running.press("enter", ",")
            assert (running.selected_number, running.opened_number) == (number, number)
            await running.press("h")


@pytest.mark.parametrize("keys", [(), ("tab", ","), ("tab", ",", ","), ("enter", "h")], ids=str)
async def test_all_matches_are_listed_once_the_query_is_left(
    start: Start, monkeypatch: pytest.MonkeyPatch, keys: tuple[str, ...]
) -> None:
    monkeypatch.setattr(search_actions, "MAX_ROWS_WHILE_TYPING", 2)
    async with start() as running:
        await running.wait_indexed()
        await running.press("/")
        await running.type("lighthouse -brackets")
        assert len(numbers(running)) == 2
        await running.press(*keys)
        is_typing = running.reader.search.input is not None
        assert len(numbers(running)) == (2 if is_typing else 3)


async def test_typing_lays_out_nothing(start: Start) -> None:
    """An input stays in its place however long its text is."""
    layouts: list[object] = []
    async with start() as running:
        await running.press("/")
        running.reader.screen_layout_refresh_signal.subscribe(running.reader, layouts.append)
        await running.type("lighthouse " * 12)
        field = running.app.focused
        assert isinstance(field, SanitizedInput)
        assert (layouts, field.scroll_offset.x > 0) == ([], True)


async def test_snippets_of_rows_below_the_screen_draw_nothing(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []
    async with start(size=(100, 16)) as running:
        await running.wait_indexed()
        await running.press("/")
        await running.type("article")
        rows: ArticleList = running.reader.article_list
        build_line = rows.build_line

        def build_and_note(y: int, width: int) -> Sequence[StyledText]:
            drawn.append(y)
            return build_line(y, width)

        monkeypatch.setattr(rows, "build_line", build_and_note)
        rows.add_snippets({rows.rows[-1].id: Snippet("elsewhere")})
        await running.settle()
        assert drawn == []
        rows.add_snippets({rows.rows[1].id: Snippet("here")})
        await running.settle()
        assert drawn == [2, 3]
        assert "here" in screen_text(running.app)


async def test_enter_opens_the_match_under_the_cursor(start: Start, library: FolderLibrary) -> None:
    async with start(size=NARROW) as running:
        await running.wait_indexed()
        await running.press("/")
        await running.type("title:number is:unread lighthouse")
        await running.press("down", "enter")
        assert running.opened_number == numbers(running)[1]
        assert running.reader.search.input is None
        await running.press("escape", "h", "/")
        assert (
            running.app.screen.query_one(".search", SanitizedInput).value
            == "title:number is:unread lighthouse"
        )
        await running.press(*"category:north", "tab")
        assert numbers(running) == [13, 11, 9, 7, 5, 3, 1], "typing replaces what was there"


async def test_an_invalid_query_is_reported_and_the_list_stays(
    start: Start, library: FolderLibrary
) -> None:
    async with start() as running:
        await running.wait_indexed()
        await running.press("/")
        await running.type("keeper ")
        assert numbers(running) == [9]
        await running.type("date:feb ")
        assert running.status.startswith("column 13: date: expected a date")
        assert numbers(running) == [9]
        await running.press_at_once("x", "y", "escape")
        assert len(numbers(running)) == 13, "what was typed last does not come after"


async def test_before_indexing_only_titles_are_searched(
    start: Start, library: FolderLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "update_index", lambda: iter(()))
    async with start() as running:
        await running.press("/")
        await running.type("brack")
        assert numbers(running) == [13]
        assert "not indexed yet" in screen_text(running.app)
        for done in (300, 600):
            running.reader.post_message(messages.Progressed(describe_indexing(done, 1000)))
        await running.wait_until(lambda: "indexing 60 %" in screen_text(running.app))


async def test_progress_is_not_written_step_by_step(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key would wait for each step, and its bytes would go over a slow connection."""
    monkeypatch.setattr(status_actions, "PROGRESS_INTERVAL", 3600.0)
    async with start() as running:
        for done in (300, 600):
            running.reader.post_message(messages.Progressed(describe_indexing(done, 1000)))
        await running.settle()
        assert "indexing" not in screen_text(running.app), "that of loading was written before"
        running.reader.update_status()
        await running.settle()
        assert "indexing 60 %" in screen_text(running.app)


async def test_a_new_tag_is_found_at_once(start: Start, library: FolderLibrary) -> None:
    async with start() as running:
        await running.wait_indexed()
        library.record("tagged", ["00000000-0000-4000-8000-000000000004"], tag="beacon")
        await running.refresh()
        await running.wait_until(lambda: not library.is_index_stale)
        await running.settle()
        await running.press("/")
        await running.type("beacon")
        await running.wait_until(lambda: numbers(running) == [4])
        assert "1 found" in running.header


async def test_a_paste_into_the_search_is_sanitized(start: Start) -> None:
    """Case 56: control characters are dropped, the length is limited, nothing is executed."""
    async with start() as running:
        await running.press("/")
        running.app.post_message(events.Paste("har\x1b[31mbour\x07\x9b2J \u202eq\u200b\r\n\tq\n"))
        await running.settle()
        assert running.app.screen.query_one(".search", SanitizedInput).value == "har[31mbour2J q q"
        assert "\x1b" not in screen_text(running.app)
        running.app.post_message(events.Paste("x" * 1_000_000))
        await running.settle()
        assert len(running.app.screen.query_one(".search", SanitizedInput).value) < 1000
        assert running.app.is_running


async def test_brackets_in_queries_and_matches_are_text(
    start: Start, library: FolderLibrary
) -> None:
    """Case 61."""
    async with start() as running:
        await running.wait_indexed()
        await running.press("/")
        await running.type("[/red] [red]")
        assert "[red]Brackets[/red] of the" in screen_text(running.app)
        await running.press("escape", "/")
        await running.type('"[red]x"')
        assert ' All · /"[red]x"  ' in running.header
        assert "0 found" in running.header
        assert "No matches" in screen_text(running.app)


async def test_misspelt_words_are_corrected_while_typing(
    start: Start, library: FolderLibrary
) -> None:
    async with start() as running:
        await running.wait_indexed()
        await running.press("/")
        for typed, found, said in (
            ("lihgthouse", [], "did you mean lighthouse? (enter)"),
            (" ", [3, 5, 9, 13], "did you mean lighthouse? (quote to insist)"),
            ("keeper ", [9], "did you mean lighthouse keeper? (quote to insist)"),
            ("fog", [9], "no article has all words, these have most"),
        ):
            await running.type(typed)
            assert sorted(numbers(running)) == found
            assert said in running.status


@pytest.mark.parametrize("key", ["enter", "tab"])
async def test_a_key_corrects_the_last_word_and_goes_to_the_results(
    start: Start, library: FolderLibrary, key: str
) -> None:
    async with start() as running:
        await running.wait_indexed()
        await running.press("/")
        await running.type("kepper")
        await running.press(key)
        await running.settle()
        assert running.reader.search.input is None
        assert running.app.focused is running.reader.article_list
        assert numbers(running) == [9]
        assert "did you mean keeper? (quote to insist)" in running.status
        await running.press("enter")
        assert running.opened_number == 9
        assert running.reader.article_view.text_search is not None
        assert "did you mean" not in running.status
        await running.press("h", "/", "end", "backspace")
        assert numbers(running) == [], "a changed query is still being typed"


async def test_what_is_quoted_is_never_corrected(start: Start, library: FolderLibrary) -> None:
    async with start() as running:
        await running.wait_indexed()
        await running.press("/")
        await running.type('"kepper"')
        assert numbers(running) == []
        assert "did you mean" not in running.status
        await running.press("enter")
        assert running.reader.search.input is None


async def test_a_search_is_kept_as_corrected(start: Start, library: FolderLibrary) -> None:
    async with start() as running:
        await running.wait_indexed()
        await running.press("/")
        await running.type("kepper ")
        await running.press("tab", "=", *"keeper", "enter")
        await running.settle()
        assert library.searches.read() == {"keeper": "keeper"}


@pytest.mark.command("list.category")
async def test_saved_searches_are_listed_with_the_categories(start: Start) -> None:
    kept = {"lights": "lighthouse -brackets", "wrong": "date:feb"}
    async with start(loaded=LoadedSettings(Settings(searches=kept))) as running:
        await running.wait_indexed()
        await running.press("c")
        shown = " ".join(screen_text(running.app).split())
        assert "/lights 3 unread of 3" in shown
        assert "/wrong invalid query" in shown
        await running.press(*["down"] * 7, "enter")
        assert running.status.startswith("column 6: date: expected a date")
        await running.press("c", "up", "enter")
        assert numbers(running) == [9, 5, 3]
        assert running.reader.state.query.text == kept["lights"]
        await running.press("c", "g", "enter")
        assert len(numbers(running)) == 13


@pytest.mark.parametrize("leave", ["enter", "tab"])
async def test_a_half_typed_value_is_explained(start: Start, leave: str) -> None:
    """It is ignored while it is typed, which the bottom line says, and nothing is opened by it."""
    async with start() as running:
        await running.wait_indexed()
        await running.press("/")
        await running.type("lighthouse date:feb")
        assert sorted(numbers(running)) == [3, 5, 9, 13]
        assert "date: a date such as 2022" in running.status
        await running.press(leave)
        assert running.reader.search.input is not None
        assert screen_lines(running.app)[-1].startswith("! date: a date such as 2022")
        await running.press(*["backspace"] * 3)
        await running.type("2022")
        assert "a date such as" not in running.status
        await running.press(leave)
        assert running.reader.search.input is None


async def test_the_find_bar_is_shown_in_the_article_alone(start: Start) -> None:
    """Its keys mean other things elsewhere."""
    async with start(size=(100, 30)) as running:
        await running.wait_indexed()
        await running.press("/")
        await running.type("lighthouse")
        await running.press("down", "enter")
        bar = running.reader.text.find_bar
        assert (bar is not None and bar.display, "1 of" in screen_text(running.app)) == (True, True)
        await running.press("h")
        assert (bar.display, "1 of" in screen_text(running.app)) == (False, False)
        await running.press("enter", "n")
        assert (bar.display, "2 of" in screen_text(running.app)) == (True, True)
