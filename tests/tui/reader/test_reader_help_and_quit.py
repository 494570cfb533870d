"""Help, palette, suspending and quitting, from every state and without loss."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.command import CommandPalette
from textual.widgets import Input

from tests.support.reader import MIDDLE, NARROW, TINY, Start, article_id, make_library
from tests.support.screens import screen_text
from tui.config.commands import COMMANDS, PANES, format_keys
from tui.reader.dialogs.text_dialog import TextDialog
from tui.reader.screen.overlay_actions import ReaderCommands

READING = [each for each in COMMANDS if not set(PANES).isdisjoint(each.places)]


@pytest.mark.command("app.help")
async def test_help_lists_every_command(start: Start) -> None:
    """The help is about the current pane; list and article together name all keys."""
    async with start(size=(76, 150)) as running:
        for pane, keys in (("list", "?"), ("article", ("escape", "enter", "?"))):
            await running.press(*keys)
            text = " ".join(screen_text(running.app).replace("│", " ").split())
            for command in COMMANDS:
                if pane in command.places:
                    assert f"{format_keys(command.keys)} {command.help}" in text, command.id


@pytest.mark.command("dialog.close")
async def test_help_scrolls_and_closes(start: Start) -> None:
    async with start(size=NARROW) as running:
        await running.press("?")
        first = screen_text(running.app)
        await running.press("j", "space", "down", "k", "up", "pagedown")
        assert "List:" in first
        assert "List:" not in screen_text(running.app)
        await running.press("b", "pageup")
        assert screen_text(running.app) == first
        for key in ("escape", "q", "h", "?", "enter"):
            await running.press(key)
            assert running.app.screen is running.reader
            assert running.selected_number == 12, "its keys moved nothing behind it"
            await running.press("?")
            assert isinstance(running.app.screen, TextDialog)


@pytest.mark.command("app.palette")
async def test_the_palette_runs_a_command(start: Start) -> None:
    async with start() as running:
        await running.press("j", "ctrl+p")
        assert isinstance(running.app.screen, CommandPalette)
        await running.type("star or")
        await running.wait_until(lambda: "star or unstar" in screen_text(running.app))
        await running.press("enter")
        await running.wait_until(lambda: running.app.screen is running.reader)
        await running.settle()
        assert running.reader.article_list.selected_row.starred
        assert running.selected_number == 11


async def test_the_palette_offers_every_command_and_can_be_closed(start: Start) -> None:
    async with start() as running:
        offered = [hit async for hit in ReaderCommands(running.reader).discover()]
        last = [command for command in READING if command.group == "Move"]
        expected = [*(command for command in READING if command not in last), *last]
        assert [hit.text for hit in offered] == [command.label for command in expected]
        for hit, command in zip(offered, expected, strict=True):
            assert hit.help == f"{command.help} ({format_keys(command.keys)})"
        await running.press("ctrl+p", "escape")
        assert running.app.screen is running.reader


@pytest.mark.command("app.suspend")
async def test_suspend_saves_first(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 117: unsaved changes are written before the process stops."""
    async with start() as running:
        stopped: list[int] = []
        position = running.reader.article_view
        monkeypatch.setattr(
            running.app, "action_suspend_process", lambda: stopped.append(position.position)
        )
        await running.press("j", "enter", "space", "ctrl+z")
        assert stopped == [position.position]
        other = make_library(tmp_path)
        for _ in other.load():
            pass
        assert other.get_article(article_id(11)).reading.position == position.position > 0


STATES = {
    "list": [],
    "article": ["z"],
    "side pane": ["i"],
    "help": ["?"],
    "picker": ["f"],
    "undo list": ["U"],
    "palette": ["ctrl+p"],
    "search": ["/", "q"],
}


@pytest.mark.command("app.quit")
@pytest.mark.parametrize(
    ("key", "size"), [("q", MIDDLE), ("q", TINY), ("ctrl+q", TINY), ("ctrl+c", MIDDLE)], ids=str
)
async def test_quit_saves_the_position(
    start: Start, tmp_path: Path, size: tuple[int, int], key: str
) -> None:
    async with start() as running:
        await running.press("j", "enter", "space")
        place = running.reader.article_view.position
        await running.resize(*size)
        await running.press(key)
        assert running.app.return_code == 0
    library = make_library(tmp_path)
    for _ in library.load():
        pass
    assert library.get_article(article_id(11)).reading.position == place > 0


@pytest.mark.parametrize("state", STATES)
async def test_quit_from_every_state(start: Start, tmp_path: Path, state: str) -> None:
    """ctrl+q quits from anywhere; q closes a dialog first, and is a letter in a search."""
    async with start(size=NARROW) as running:
        await running.press("j", "enter", "space")
        place = running.reader.article_view.position
        await running.press(*STATES[state])
        await running.press("ctrl+q")
        assert running.app.return_code == 0
    library = make_library(tmp_path)
    for _ in library.load():
        pass
    assert library.get_article(article_id(11)).reading.position == place > 0


@pytest.mark.parametrize("state", ["help", "palette", "search"])
async def test_ctrl_c_quits_from_a_dialog_too(start: Start, state: str) -> None:
    async with start(size=NARROW) as running:
        await running.press(*STATES[state], "ctrl+c")
        assert running.app.return_code == 0


@pytest.mark.parametrize("state", ["help", "picker", "undo list"])
async def test_q_closes_a_dialog_and_then_quits(start: Start, state: str) -> None:
    async with start() as running:
        await running.press(*STATES[state], "q")
        assert running.app.screen is running.reader
        await running.press("q")
        assert running.app.return_code == 0


async def test_q_is_a_letter_in_a_search(start: Start) -> None:
    async with start() as running:
        await running.press("/", "q")
        assert running.app.query_one(Input).value == "q"
        assert running.app.is_running


async def test_a_signal_ends_the_reader(start: Start, tmp_path: Path) -> None:
    """Case 114: a signal ends the reader normally, with its exit code."""
    async with start() as running:
        await running.press("j", "enter", "space", "?")
        assert isinstance(running.app.screen, TextDialog)
        assert running.app.request_stop(143)
        await running.wait_until(lambda: running.app.return_code == 143)
    library = make_library(tmp_path)
    for _ in library.load():
        pass
    assert library.get_article(article_id(11)).reading.position > 0
