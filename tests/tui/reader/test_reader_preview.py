"""The preview: list, article pane and side pane are of the same article, and nothing is recorded."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from store.model.article import FullArticle, ParsedArticle, ReadingStatus
from tests.support.reader import (
    MIDDLE,
    NARROW,
    WIDE,
    RunningReader,
    Start,
    article_id,
    key_event,
    long_text,
    make_article,
    make_library,
)
from tests.support.screens import screen_text
from tui.config.settings import LoadedSettings, Settings
from tui.reader.dialogs import article_preview
from tui.reader.screen import side_pane_actions

BESIDE = (100, 24)
NO_PREVIEW = LoadedSettings(Settings(preview=False))


def reading_states(folder: Path, numbers: range = range(1, 13)) -> list[ReadingStatus]:
    """Return the reading states in a newly opened library."""
    library = make_library(folder)
    for _ in library.load():
        pass
    return [library.get_article(article_id(number)).reading for number in numbers]


def panes(running: RunningReader) -> tuple[int, int, int]:
    """Return the numbers of the articles under the cursor, in the article pane, in the side pane."""
    return running.selected_number, running.shown_number, running.side_number


@pytest.mark.parametrize(
    ("keys", "number"),
    [
        ([], 12),
        (["j"], 11),
        (["j", "j", "k"], 11),
        (["G"], 1),
        (["J", "J"], 10),
        (["n"], 11),
        (["enter", "h"], 12),
        (["enter", "h", "j"], 11),
        (["enter", "tab", "tab", "j"], 11),
        (["enter", "J", "h", "j", "q"], 10),
        (["d"], 11),
        (["G", "d"], 2),
        (["j", "d", "u"], 11),
        (["f", "j", "enter"], 12),
        (["c", "G", "enter"], 12),
        (["/", "o", "n", "e", "escape"], 12),
        (["/", "9"], 9),
        (["/", "9", "tab"], 9),
        (["/", "9", "enter", "h", "escape", "j"], 11),
        (["shift+tab", "J"], 11),
    ],
    ids=str,
)
async def test_all_panes_are_of_the_same_article(
    start: Start, keys: list[str], number: int
) -> None:
    async with start() as running:
        await running.wait_indexed()
        await running.press(*keys)
        assert panes(running) == (number, number, number)
        if number != 11:  # which is long
            assert f"The short text of article {number}." in screen_text(running.app)


@pytest.mark.parametrize("size", [WIDE, BESIDE], ids=str)
async def test_a_preview_counts_as_nothing(
    start: Start, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with start(size=size) as running:
        await running.press("j", "j", "k", "G", "g", "j")
        assert running.shown_number == 11
        running.reader.article_view.scroll_lines(7)
        await running.press("j", "k", "k", ";", "z", "h")
        assert running.reader.state.trail.stops[1:] == []
    opened = reading_states(tmp_path)
    assert opened[:11] == [ReadingStatus()] * 11, "all but the one that `z` opened"
    assert opened[11].last_opened


@pytest.mark.parametrize(
    "keys",
    [["enter"], ["l"], ["click"], *(["tab", key] for key in ("enter", "g", "G", "k", "b", "z"))],
    ids=str,
)
async def test_going_into_a_preview_opens_it(start: Start, tmp_path: Path, keys: list[str]) -> None:
    async with start() as running:
        await running.press("j", "j")
        assert (running.opened_number, running.shown_number) == (0, 10)
        if keys == ["click"]:
            await running.pilot.click("#article")
            await running.settle()
        else:
            await running.press(*keys)
        assert (running.opened_number, running.reader.state.current_pane) == (10, "article")
        assert running.reader.state.is_reading
        assert [stop.article_id for stop in running.reader.state.trail.stops] == [article_id(10)]
        await running.press("s")
    kept = reading_states(tmp_path)[9]
    assert (kept.read, kept.read_count, kept.starred) == (True, 1, True)
    assert kept.last_opened == "2026-11-22T12:00:00Z"


PAST_A_PREVIEW = (
    "tab",
    "tab tab",
    "tab tab tab",
    "shift+tab shift+tab h",
    "tab m u shift+tab",
    "tab q",
    "tab J K",
)
"""Keys that go from pane to pane, or change the article: none is about its text."""


@pytest.mark.parametrize("size", [WIDE, BESIDE], ids=str)
async def test_coming_past_a_preview_opens_nothing(
    start: Start, tmp_path: Path, size: tuple[int, int]
) -> None:
    """The keys that go from pane to pane are not about the text; the others are."""
    async with start(size=size) as running:
        await running.press("j", "j")
        for keys in PAST_A_PREVIEW:
            await running.press(*keys.split())
            assert (running.opened_number, running.shown_number) == (0, 10), keys
            assert running.reader.state.trail.stops == [], keys
            await running.press("escape")
            assert running.reader.state.current_pane == "list"
    assert not reading_states(tmp_path)[9].last_opened


async def test_a_key_about_the_text_of_a_previewed_article_opens_it(
    start: Start, tmp_path: Path
) -> None:
    """And then does what it does."""
    async with start() as running:
        await running.press("j", "tab", "space")
        assert (running.opened_number, running.reader.article_view.top_line > 0) == (11, True)
        await running.press("h", "j", "tab", "J", "space")
        assert running.opened_number == 9
        await running.press("space")
        assert running.opened_number == 8, "its end was seen"
    states = reading_states(tmp_path)[7:11]
    assert [bool(state.last_opened) for state in states] == [True, True, False, True]
    assert [state.read for state in states] == [True, True, False, False]


async def test_enter_on_a_preview_moves_the_focus_alone(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The text is there already: it is neither loaded nor laid out again, and insights come later."""
    monkeypatch.setattr(side_pane_actions, "INSIGHTS_DELAY", 3600.0)
    async with start(size=BESIDE) as running:
        await running.press("j")
        view, articles, shows = running.reader.article_view, running.gateway.articles, []
        monkeypatch.setattr(view, "show", lambda *_, **__: shows.append(1))
        monkeypatch.setattr(articles, "open_article", shows.append)
        monkeypatch.setattr(articles, "load_insights", shows.append)
        lines = [view.build_line(y, 40) for y in range(5)]
        region = view.region
        await running.press("enter")
        assert (running.opened_number, view.has_focus, shows) == (11, True, [])
        assert [view.build_line(y, 40) for y in range(5)] == lines
        assert view.region == region, "the row of the trail is reserved"


@pytest.mark.parametrize(("size", "expected"), [(WIDE, [11, 12, 11]), (BESIDE, [11])], ids=str)
async def test_insights_are_computed_once(
    start: Start, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], expected: list[int]
) -> None:
    """Of an article that is previewed, opened and changed; without a side pane once it is opened."""
    computed: list[int] = []
    async with start(size=size) as running:
        await running.wait_indexed()
        articles = running.gateway.articles
        load = articles.load_insights

        def load_and_note(entry: FullArticle) -> None:
            computed.append(int(entry.article.id[-12:]))
            load(entry)

        monkeypatch.setattr(articles, "load_insights", load_and_note)
        await running.press("j", "k", "j", "enter", "s", "m")
        assert (computed, running.opened_number) == (expected, 11)


async def test_a_held_key_draws_the_list_alone(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(article_preview, "REST_SECONDS", 3600.0)
    async with start() as running:
        await running.press(*"jjjj")
        assert panes(running) == (8, 0, 0)
        running.reader.previews.preview.hurry()
        await running.settle()
        assert panes(running) == (8, 8, 8)
        await running.press("j")
        assert panes(running) == (7, 7, 7), "it is at hand, and the cursor had rested"
        await running.press("j", "j")
        assert panes(running) == (5, 7, 7), "the cursor had not rested"
        assert running.reader.article_list.is_moving


async def test_a_cursor_that_rests_moves_no_longer(start: Start) -> None:
    async with start() as running:
        await running.press("j", "j")
        assert not running.reader.article_list.is_moving


async def test_a_search_draws_the_list_alone_while_the_user_types(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(article_preview, "REST_SECONDS", 3600.0)
    async with start() as running:
        await running.wait_indexed()
        running.reader.previews.preview.hurry()
        await running.press("/")
        await running.type("11")
        assert panes(running) == (11, 12, 12), "11 is at hand, and the cursor had rested"
        running.reader.previews.preview.hurry()
        await running.settle()
        assert panes(running) == (11, 11, 11)
        search = running.reader.article_view.text_search
        await running.type(" article")
        assert running.reader.article_view.text_search is search, "with other words highlighted"
        await running.press("tab")
        assert running.reader.article_view.text_search is not search


async def test_the_neighbours_are_loaded_ahead(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with start() as running:
        preview, loaded = running.reader.previews.preview, list[str]()
        load = preview._load

        def load_and_note(article: str) -> None:
            loaded.append(article)
            load(article)

        monkeypatch.setattr(preview, "_load", load_and_note)
        await running.press("j", "j")
        assert loaded == [article_id(10), article_id(9)], "the first one was known already"
        await running.press("k", "k", "j", "j", "enter", "K", "J")
        assert running.opened_number == 10
        assert loaded == [article_id(10), article_id(9)]


async def test_the_text_of_another_row_gives_way_while_one_is_loading(start: Start) -> None:
    """A slow disk: an empty pane for a moment, never another article's text."""
    gate = threading.Event()
    async with start() as running:
        assert panes(running) == (12, 12, 12)
        running.gateway._worker.submit(gate.wait)
        running.app.post_message(key_event("G"))
        await running.wait_until(lambda: running.shown_number == 0)
        assert panes(running) == (1, 0, 0)
        gate.set()
        await running.settle()
        assert panes(running) == (1, 1, 1)


async def test_an_empty_list_empties_the_other_panes(start: Start) -> None:
    async with start() as running:
        await running.press("/")
        await running.type("nothing fits this")
        assert panes(running) == (0, 0, 0)
        await running.press("escape")
        assert panes(running) == (12, 12, 12)


async def test_a_preview_highlights_what_the_search_has_found(start: Start, tmp_path: Path) -> None:
    """As it is typed, until the search ends; the reading position stays what it was."""
    async with start() as running:
        await running.wait_indexed()
        view = running.reader.article_view
        await running.press("j", "enter", "space", "h", "k")
        await running.press("/")
        await running.type('"paragraph 40"')
        assert (running.shown_number, running.opened_number) == (11, 0)
        assert "Paragraph 40 begins." in screen_text(running.app)
        many = len(view.text_search.hits)
        await running.type(" begins")
        assert len(view.text_search.hits) > many
        await running.press("escape")
        assert (running.shown_number, view.text_search) == (12, None)
        await running.press("j")
        assert (running.shown_number, view.text_search) == (11, None)
        place = view.position
        assert 0 < place < view.full_article.body.text.index("Paragraph 40")
        await running.press("/")
        await running.type('"paragraph 40"')
        await running.press("enter")
        assert (running.opened_number, running.reader.text.find_bar is None) == (11, False)
    assert reading_states(tmp_path)[10].position == place


async def test_keys_right_after_a_move_are_about_the_new_row(start: Start, tmp_path: Path) -> None:
    """However fast they come: `enter`, `tab`, and the links."""
    text = "See [the tide tables](https://tides.example/) for more."
    articles = [make_article(1), make_article(2, text=text), make_article(3)]
    async with start(library=make_library(tmp_path / "links", articles)) as running:
        await running.press_at_once("j", ";")
        assert "tides.example" in screen_text(running.app)
        await running.press("escape")
        await running.press_at_once("j", "tab", "G")
        assert running.opened_number == 1
        await running.press("h", "g")
        await running.press_at_once("j", "enter")
        assert running.opened_number == 2


async def test_a_preview_is_shown_at_its_position(start: Start, tmp_path: Path) -> None:
    async with start() as running:
        view = running.reader.article_view
        await running.press("j", "enter", "space", "j")
        place, top = view.position, view.top_line
        assert place > 0
        await running.press("tab", "tab", "j")
        assert running.shown_number == 10
        await running.press("k")
        assert (running.shown_number, view.position, view.top_line) == (11, place, top)
        await running.press("enter")
        assert (running.opened_number, view.position, view.top_line) == (11, place, top)
    assert reading_states(tmp_path)[10].position == place, "saved when the list took over"
    async with start(library=make_library(tmp_path)) as running:
        await running.press("j")
        view = running.reader.article_view
        assert (running.shown_number, view.position, view.top_line) == (11, place, top)


async def test_returning_to_the_article_open_last_is_no_second_reading(
    start: Start, tmp_path: Path
) -> None:
    async with start() as running:
        await running.press("enter", "h", "j", "k", "enter", "h", "j", "k", "tab", "G")
        assert running.opened_number == 12
    assert reading_states(tmp_path)[11].read_count == 1


async def test_a_long_article_is_read_at_its_end_once_it_is_open(
    start: Start, tmp_path: Path
) -> None:
    async with start() as running:
        await running.press("j")
        running.reader.article_view.scroll_to_line(100_000)
        await running.settle()
        await running.press("j", "k", "enter", "m", "m")
        await running.press("G")
    reading = reading_states(tmp_path)[10]
    assert (reading.read, reading.read_count) == (True, 2), "`m`, and the end of the open article"


async def test_a_very_long_preview_is_laid_out_as_far_as_it_is_seen(
    start: Start, tmp_path: Path
) -> None:
    articles = [make_article(1, text=long_text(1500))]
    async with start(library=make_library(tmp_path / "long", articles)) as running:
        view = running.reader.article_view
        assert running.shown_number == 1
        assert not view._text_layout.is_complete
        await running.press("enter")
        await running.wait_until(lambda: view._text_layout.is_complete)
        await running.press("G")
        assert "Paragraph 1500 begins." in screen_text(running.app)


async def test_laying_out_what_is_below_the_screen_draws_nothing(
    start: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    articles = [make_article(1, text=long_text(1500))]
    async with start(library=make_library(tmp_path / "long", articles)) as running:
        await running.wait_indexed()
        view, drawn = running.reader.article_view, list[int]()
        build_line = view.build_line

        def build_and_note(y: int, width: int) -> Any:
            drawn.append(y)
            return build_line(y, width)

        monkeypatch.setattr(view, "build_line", build_and_note)
        await running.press("enter")
        await running.wait_until(lambda: view._text_layout.is_complete)
        await running.settle()
        assert drawn == [view.caret.y]


async def test_changes_elsewhere_reach_the_preview(start: Start, tmp_path: Path) -> None:
    """Also that of a neighbour that was loaded ahead."""
    async with start() as running:
        other = make_library(tmp_path, machine="laptop")
        for _ in other.load():
            pass
        other.record("tagged", [article_id(11)], tag="rope")
        await running.refresh()
        await running.press("j")
        assert running.reader.side_pane.full_article.article.tags == ("rope",)


@pytest.mark.parametrize("size", [MIDDLE, NARROW], ids=str)
async def test_where_the_list_fills_the_screen_nothing_is_previewed(
    start: Start, size: tuple[int, int]
) -> None:
    async with start(size=size) as running:
        await running.press("j", "j")
        assert panes(running) == (10, 0, 0)
        assert "The short text" not in screen_text(running.app)
        await running.press("enter", "h", "j")
        assert running.shown_number == (9 if size == MIDDLE else 10)


async def test_growing_shows_the_preview_and_shrinking_opens_nothing(
    start: Start, tmp_path: Path
) -> None:
    async with start(size=NARROW) as running:
        await running.press("j", "j")
        await running.resize(*WIDE)
        assert panes(running) == (10, 10, 10)
        await running.resize(*NARROW)
        assert running.reader.state.current_pane == "list"
        await running.press("j", "tab", "g")
        assert running.opened_number == 9, "the row under the cursor, not the one seen before"
    assert [bool(state.last_opened) for state in reading_states(tmp_path)][8:] == [
        True,
        False,
        False,
        False,
    ]


async def test_without_previews_an_article_stays_until_the_next_is_opened(start: Start) -> None:
    async with start(loaded=NO_PREVIEW) as running:
        assert panes(running) == (12, 0, 12)
        assert "enter opens an article" in screen_text(running.app)
        await running.press("j", "j", "enter", "h", "j")
        assert panes(running) == (9, 10, 9)
        await running.press("tab")
        assert (running.opened_number, running.side_number) == (10, 10)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Settings(), True),
        (Settings(preview=False), False),
        (Settings(slow=True), False),
        (Settings(slow=True, preview=True), True),
        (Settings(slow=False, preview="auto"), True),
    ],
    ids=str,
)
async def test_the_setting_and_slow_connections(
    start: Start, settings: Settings, expected: bool
) -> None:
    async with start(loaded=LoadedSettings(settings)) as running:
        await running.press("j")
        assert (running.shown_number == 11) is expected


async def test_a_slow_connection_waits_longer(start: Start, programs: Any) -> None:
    routes = programs.methods({"SSH_CONNECTION": "10.0.0.1 5000 10.0.0.2 22"})
    async with start(routes=routes) as running:
        assert running.reader.previews.preview.rest_factor == 4.0
        await running.press("j")
        assert running.shown_number == 11


@pytest.fixture
def articles() -> list[ParsedArticle]:
    """Return twelve articles; 12 is the newest and listed first, 11 is long."""
    articles = [make_article(number) for number in range(1, 13)]
    articles[10] = make_article(11, text=long_text(60))
    return articles


WHAT_IT_IS = ["Read and keep the news", "stays on your own disk", "Your library is empty"]
KEYS = ["enter  open", "n      next unread", "/      search", "?      help", "q      quit"]
KEYS_IN_A_LINE = ["enter open  n next unread  / search  ? help"]
OPTIONS = ["Import files", "Add a feed or a page", "Move in from", "Browse the sample"]


@pytest.mark.parametrize(
    ("size", "lines"),
    [
        ((120, 40), WHAT_IT_IS + KEYS + OPTIONS),
        ((100, 30), WHAT_IT_IS + KEYS + OPTIONS),
        ((80, 24), WHAT_IT_IS + KEYS + OPTIONS),
        ((50, 15), WHAT_IT_IS + KEYS_IN_A_LINE + OPTIONS),
        ((40, 10), OPTIONS),
    ],
    ids=str,
)
async def test_the_welcome_stands_beside_a_preview(
    start: Start, size: tuple[int, int], lines: list[str]
) -> None:
    async with start(size=size, hint="These are samples.") as running:
        text = screen_text(running.app)
        assert [line for line in lines if line not in text] == []
        assert ("The short text of article 12." in text) is (size[0] >= 90)
        await running.press("enter")
        assert running.app.screen is running.reader
        assert running.opened_number == 0
