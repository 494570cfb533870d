"""Keys in the reader: presets, counts, sequences, and the help that lists them."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from tests.support.reader import NARROW, WIDE, Start
from tests.support.screens import screen_lines, screen_text
from tui.config.settings import LoadedSettings, Settings
from tui.reader.dialogs.help import HelpDialog
from tui.reader.dialogs.picker import ThemePicker
from tui.reader.screen.side_pane_actions import SidePaneActions


async def test_vim_counts_and_sequences(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number is a count, `g1` opens a similar article, and pending keys are shown."""
    jumps: list[int] = []
    monkeypatch.setattr(SidePaneActions, "open_similar", lambda _, number: jumps.append(number))
    async with start(loaded=LoadedSettings(Settings(preset="vim"))) as running:
        await running.press("5")
        assert screen_lines(running.app)[-1].endswith(" 5 ")
        await running.press("j")
        assert running.selected_number == 7
        assert screen_lines(running.app)[-1].endswith("q quit ")
        await running.press("g", "g")
        assert running.selected_number == 12
        await running.press("3", "G")
        assert running.selected_number == 10
        await running.press("g", "x", "1", "k")
        assert running.selected_number == 11, "gx is nothing, and x is not looked at alone"
        await running.press("enter", "1", "0", "j")
        assert running.reader.article_view.top_line == 10
        await running.press("g", "1", "g", "5")
        assert jumps == [1, 5]
        await running.press("J", "J")
        assert running.opened_number == 9
        await running.press("2", "ctrl+o")
        assert running.opened_number == 11


async def test_custom_keys(start: Start) -> None:
    """Faults are reported once; dialogs and the search use the same keys."""
    keys = {"move.down": ("ctrl+n",), "article.opn": ("x",), "app.help": ("ctrl+x h",)}
    settings = Settings(preset="emacs", keys=keys)
    async with start(
        loaded=LoadedSettings(settings, {}, ('settings.toml: unknown setting "x"',))
    ) as running:
        problems = '2 problems (! lists them): settings.toml: unknown setting "x"'
        assert running.status == problems
        await running.press("ctrl+n", "j")
        assert running.selected_number == 11
        assert running.status == "j is not bound here · ctrl+x h for help"
        await running.press("ctrl+x", "h")
        assert isinstance(running.app.screen, HelpDialog)
        assert "ctrl+x h" in screen_text(running.app)
        await running.press("ctrl+g", "ctrl+s", "ctrl+n")
        assert running.app.screen is running.reader
        assert isinstance(running.reader.focused, Input)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=str)
async def test_search_the_help(start: Start, size: tuple[int, int]) -> None:
    async with start(size=size) as running:
        await running.press("?", "/")
        await running.type("markdown q")
        assert "No matching commands" in screen_text(running.app)
        await running.press("backspace", "backspace", "enter")
        text = screen_text(running.app)
        assert "copy title and URL as" in text
        assert "toggle read" not in text
        await running.press("escape")
        assert "READ" in screen_text(running.app)
        await running.press("?")
        assert running.app.screen is running.reader
        await running.press("enter", "?")
        assert "Keys: article" in screen_text(running.app)


async def test_no_theme_is_cut_on_a_narrow_terminal(start: Start) -> None:
    async with start(size=NARROW) as running:
        await running.press("C")
        text = screen_text(running.app)
        for label in ("by background: Dark", "High contrast, dark", "High contrast, light"):
            assert f" {label} " in text


@pytest.mark.command("app.theme")
async def test_themes_are_previewed(start: Start) -> None:
    async with start() as running:
        app = running.app
        await running.press("C")
        assert isinstance(app.screen, ThemePicker)
        assert "by background: Dark" in screen_text(app)
        await running.press("G")
        assert app.theme == "monochrome"
        await running.press("escape")
        assert (app.theme, app.theme_choice.chosen_name) == ("dark", "auto")
        await running.press("C", "j", "j", "enter")
        assert (app.theme, app.theme_choice.chosen_name) == ("light", "light")
        app.set_terminal_background("00", "00", "00")
        await running.settle()
        assert app.theme == "light", "what was chosen stays"
        await running.press("C", "g", "enter")
        app.set_terminal_background("ff", "ff", "ff")
        await running.settle()
        assert (app.theme, app.theme_choice.chosen_name) == ("light", "auto")
        app.set_terminal_background("00", "00", "00")
        await running.settle()
        assert app.theme == "dark"


@pytest.mark.command("app.redraw")
async def test_a_slow_connection(start: Start) -> None:
    """Case 126: the list scrolls rarely and far, with the cursor visible; ctrl+l redraws."""
    async with start(size=(50, 10), loaded=LoadedSettings(Settings(slow=True))) as running:
        articles, tops = running.reader.article_list, set()
        for key in [*"jjjjjjjjjjj", *"kkkkkkkkkkk"]:
            await running.press(key)
            tops.add(articles.top_line)
            assert 0 <= articles.caret.y < articles.size.height
        assert running.selected_number == 12
        assert len(tops) <= 6
        before = screen_text(running.app)
        await running.press("ctrl+l")
        assert screen_text(running.app) == before


@pytest.mark.command("app.welcome")
async def test_ways_to_fill_a_library(start: Start) -> None:
    async with start(hint="samples") as running:
        asked: list[tuple[str, ...]] = []
        running.reader.welcome.run_cli_command = lambda arguments: asked.append(tuple(arguments))
        assert "Your library is empty" in screen_text(running.app)
        await running.press("enter")
        assert running.app.screen is running.reader, "to look around"
        await running.press("W", "j", "enter")
        await running.type("a.example b.example")
        await running.press("enter")
        await running.press("W", "j", "j", "enter", "j", "enter")
        assert asked == [("add", "a.example", "b.example"), ("move-in", "eilmeldung")]
        await running.press("W", "enter", "enter")
        assert running.reader.prompts.prompt is None
        await running.press("W", "G", "enter")
        assert running.app.screen is running.reader


@pytest.mark.parametrize("cancel", ["escape", "ctrl+g"])
@pytest.mark.parametrize(
    "keys", [("/",), ("a",), ("+",), ("F", "/"), ("c", "/"), ("enter", "/"), ("ctrl+p",)], ids=str
)
async def test_every_input_is_left_by_the_keys_of_all_presets(
    start: Start, keys: tuple[str, ...], cancel: str
) -> None:
    """`ctrl+g` as well, which cancels in Emacs and readline."""
    async with start() as running:
        await running.press(*keys)
        assert isinstance(running.app.focused, Input)
        await running.press("x", cancel)
        assert not isinstance(running.app.focused, Input)
