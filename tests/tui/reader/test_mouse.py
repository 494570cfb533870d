"""The mouse, by the sequences that terminals send (SGR, mode 1006)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from store.model.article import ParsedArticle
from tests.support.reader import NARROW, Start, long_text, make_article, make_library
from tests.support.screens import screen_lines
from tui.reader.dialogs.help import HelpDialog
from tui.reader.dialogs.links import LinksDialog
from tui.reader.dialogs.picker import Picker
from tui.reader.dialogs.story_screen import StoryScreen
from tui.reader.dialogs.triage_screen import TriageScreen
from tui.reader.terminal_events import EventReader
from tui.reader.widgets.inputs import SanitizedInput

SIZE = (160, 40)
LEFT, MIDDLE, RIGHT, WHEEL_UP, WHEEL_DOWN = 0, 1, 2, 64, 65
TEXT = "See [the first page](https://a.example/1) and [the second](https://b.example/2)."


async def send(running: Any, *sequences: str) -> None:
    """Let the terminal send sequences."""
    for event in EventReader().read(sequences):
        running.app.post_message(event)
    await running.settle()


async def click(running: Any, x: int, y: int, button: int = LEFT) -> None:
    """Click on a cell of the screen, counted from 0."""
    place = f"{x + 1};{y + 1}"
    await send(running, f"\x1b[<{button};{place}M", f"\x1b[<{button};{place}m")


async def click_on(
    running: Any, text: str, first: int = 0, last: int = 200, button: int = LEFT
) -> None:
    """Click on the first place of a text between two columns."""
    for y, line in enumerate(screen_lines(running.app)):
        if (x := line.find(text, first, last)) >= 0:
            await click(running, x + 1, y, button)
            return
    raise AssertionError(f"{text} is not on the screen")


async def turn_wheel(running: Any, view: Any, button: int) -> None:
    """Turn the wheel over a view."""
    region = view.region
    await send(running, f"\x1b[<{button};{region.x + 3};{region.y + 3}M")


@pytest.fixture
def articles() -> list[ParsedArticle]:
    """Return articles; the newest has links, and the one before is long."""
    plain = [make_article(n) for n in range(1, 21)]
    return [
        *plain,
        make_article(21, text=long_text(30)),
        make_article(22, title="With links", text=TEXT),
    ]


async def test_a_click_selects_a_row_and_a_second_one_opens_it(start: Start) -> None:
    async with start(size=SIZE) as running:
        await click_on(running, "Article number 20")
        assert (running.selected_number, running.reader.state.current_pane) == (20, "list")
        for button in (MIDDLE, RIGHT):
            await click_on(running, "Article number 20", button=button)
            await click_on(running, "Article number 19", button=button)
        assert (running.selected_number, running.opened_number) == (20, 0)
        await click_on(running, "Article number 20")
        assert (running.opened_number, running.reader.state.current_pane) == (20, "article")


async def test_a_click_gives_the_keys_first(start: Start) -> None:
    async with start(size=SIZE) as running:
        await running.press("enter")
        await click_on(running, "With links")
        assert running.reader.state.current_pane == "list", "it is the row under the cursor"
        await click_on(running, "With links")
        assert running.reader.state.current_pane == "article"
        await running.press("escape", "plus", "x")
        assert running.reader.prompts.prompt is not None
        await click_on(running, "Article number 20")
        assert (running.reader.prompts.prompt, running.selected_number) == (None, 20)
        await running.press("k")
        assert running.selected_number == 21


@pytest.mark.parametrize(
    "keys",
    [["/"], ["/", "x", "backspace"], ["F", "/"], ["enter", "/"], ["plus"]],
    ids=["search", "emptied search", "places", "find", "tag"],
)
async def test_a_click_beside_an_empty_input_closes_it(start: Start, keys: Sequence[str]) -> None:
    async with start(size=(200, 50)) as running:
        await running.press(*keys)
        assert isinstance(running.app.focused, SanitizedInput)
        await click_on(running, "Article number 20")
        assert not running.reader.query(SanitizedInput)
        assert running.reader.state.current_pane == "list"
        assert running.selected_number == 20
        await running.press("k")
        assert running.selected_number == 21


async def test_clicks_on_the_names_of_keys(start: Start) -> None:
    async with start(size=SIZE) as running:
        await click_on(running, "next unread")
        assert running.selected_number == 21
        await click_on(running, "/ search")
        await running.type("20")
        await click_on(running, "esc clear")
        assert running.reader.state.is_searching is False
        await click_on(running, "newest first")
        assert isinstance(running.app.screen, Picker)
        await running.press("escape")
        await click_on(running, "? help")
        assert isinstance(running.app.screen, HelpDialog)
        await click(running, 80, 20)
        assert "Keys: list" in "\n".join(screen_lines(running.app)), "the click is in the dialog"
        await click_on(running, "tab all keys")
        assert "Keys: all" in "\n".join(screen_lines(running.app))
        await click_on(running, "tab list keys")
        await click(running, 80, 0)
        assert running.app.screen is running.reader


@pytest.mark.parametrize("pane", ["list", "article", "side"])
async def test_the_wheel_scrolls_the_pane_under_the_pointer(start: Start, pane: str) -> None:
    async with start(size=(160, 16)) as running:
        await running.press("j")
        views = running.reader.panes.widgets
        before = {name: view.top_line for name, view in views.items()}
        selected = running.selected_number
        await turn_wheel(running, views[pane], WHEEL_DOWN)
        await turn_wheel(running, views[pane], WHEEL_DOWN)
        moved = [name for name, view in views.items() if view.top_line != before[name]]
        assert moved == [pane]
        assert running.selected_number == selected
        assert running.reader.state.current_pane == "list"
        for _ in range(3):
            await turn_wheel(running, views[pane], WHEEL_UP)
        assert {name: view.top_line for name, view in views.items()} == before


async def test_the_wheel_stops_at_the_start_of_a_row(start: Start) -> None:
    async with start(size=(120, 20)) as running:
        view = running.reader.article_list
        for button in (WHEEL_DOWN, WHEEL_DOWN, WHEEL_UP, WHEEL_DOWN):
            await turn_wheel(running, view, button)
            assert view._list_lines.line_content(view.top_line).line_in_row == 0
        await running.press("j")
        assert running.selected_number == 21, "the cursor stayed, and comes back with the next key"
        assert "Article number 21" in "\n".join(screen_lines(running.app))


@pytest.mark.parametrize(
    ("text", "url"), [("the second", "https://b.example/2"), ("first page", "https://a.example/1")]
)
@pytest.mark.parametrize("size", [SIZE, NARROW])
async def test_a_click_on_a_link_reads_it(
    start: Start, monkeypatch: pytest.MonkeyPatch, text: str, url: str, size: tuple[int, int]
) -> None:
    async with start(size=size) as running:
        await running.press("enter")
        opened: list[str] = []
        monkeypatch.setattr(
            type(running.gateway.pages), "open_link", lambda _, url, __: opened.append(url)
        )
        await click_on(running, " and ")
        assert opened == []
        await click_on(running, text)
        assert opened == [url]


async def test_clicks_in_the_side_pane(start: Start) -> None:
    async with start(size=SIZE) as running:
        await running.press("j", "j")
        await running.wait_until(lambda: running.reader.side_pane.similar)
        await running.settle()
        left = running.reader.side_pane.region.x
        await click_on(running, "▾ Summary", left)
        assert "Summary" in running.reader.side_pane.folded_sections
        await click_on(running, "▸ Summary", left)
        assert "Summary" not in running.reader.side_pane.folded_sections
        similar = running.reader.side_pane.similar[1].id
        await click_on(running, "2 Article", left)
        assert running.reader.state.requested_article != similar
        await click_on(running, "2 Article", left)
        assert running.reader.state.requested_article == similar


@pytest.mark.parametrize("key", ["F"])
async def test_clicks_in_the_tree_of_places(start: Start, key: str) -> None:
    async with start(size=SIZE) as running:
        await running.press(key)
        await click_on(running, "Starred")
        assert running.reader.state.place.name == "All"
        await click_on(running, "Starred")
        assert running.reader.state.place.name == "Starred"


async def test_clicks_in_dialogs(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    async with start(size=SIZE) as running:
        await running.press("f")
        await click_on(running, "esc cancel")
        assert running.app.screen is running.reader
        await running.press("f")
        await click_on(running, "starred", button=RIGHT)
        assert running.reader.state.query.show == "all"
        await click_on(running, "starred")
        assert running.reader.state.query.show == "starred"
        await running.press("escape", "enter", "semicolon")
        dialog = running.app.screen
        assert isinstance(dialog, LinksDialog)
        x, y = dialog.view.content_region.offset
        opened: list[str] = []
        monkeypatch.setattr(
            type(running.gateway.pages), "open_link", lambda _, url, __: opened.append(url)
        )
        await click(running, x + 4, y + 1)
        selected = dialog.view.selected_link
        assert selected is not None
        assert (selected.url, opened) == ("https://b.example/2", [])
        await click(running, x + 4, y + 1)
        assert opened == ["https://b.example/2"]


async def test_clicks_in_a_story(start: Start, tmp_path: Any) -> None:
    found = [make_article(n) for n in (1, 2, 3)]
    titles = tuple(each.article.title for each in found[:2])
    found[2] = replace(found[2], body=replace(found[2].body, similar=titles))
    async with start(size=SIZE, library=make_library(tmp_path / "story", found)) as running:
        await running.wait_indexed()
        await running.press("t")
        assert isinstance(running.app.screen, StoryScreen)
        story = running.app.screen
        await running.wait_until(lambda: len(story.chapters) == 3)
        await click_on(running, "Article number 1", last=40)
        assert story.chapters[story.selected_index].row.title.startswith("Article number 1")
        await click_on(running, "Article number 1", last=40)
        assert running.opened_number == 1


async def test_clicks_in_the_queue_of_a_triage(start: Start) -> None:
    async with start(size=SIZE) as running:
        await running.press("T")
        triage = running.app.screen
        assert isinstance(triage, TriageScreen)
        await click_on(running, "Article number 20", last=38)
        assert "3 of 22" in screen_lines(running.app)[0]
        await click_on(running, "With links", last=38)
        assert "1 of 22" in screen_lines(running.app)[0]
        await click_on(running, "j skip")
        assert "2 of 22" in screen_lines(running.app)[0]
        await click_on(running, "k back")
        assert "1 of 22" in screen_lines(running.app)[0]
        await click(running, 5, 36)
        assert running.app.screen is triage, "there is no row"
        await click_on(running, "With links", last=38)
        assert running.opened_number == 22
