"""Help, palette, suspending and quitting, from every state and without loss."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from store.search.list_query import ListQuery
from tests.support.reader import (
    MIDDLE,
    NARROW,
    TINY,
    WIDE,
    RunningReader,
    Start,
    article_id,
    make_library,
)
from tests.support.screens import screen_lines, screen_text
from tui.config.commands import COMMANDS, PANES, SIMILAR_JUMPS, format_key
from tui.config.settings import LoadedSettings, Settings
from tui.reader.dialogs.help import HelpDialog
from tui.reader.dialogs.picker import CommandPicker, HistoryPicker, Picker
from tui.reader.screen import reader_commands

READING = [each for each in COMMANDS if not set(PANES).isdisjoint(each.places)]


MISTAKES = tuple(
    f'settings.toml: unknown setting "{name}"; did you mean "measure"?'
    for name in ("mesure", "measur", "meassure", "measuer", "masure")
)


@pytest.mark.command("app.problems")
@pytest.mark.parametrize("size", [NARROW, (80, 24), WIDE], ids=str)
async def test_all_mistakes_in_the_settings_can_be_read(
    start: Start, size: tuple[int, int]
) -> None:
    """The bottom line has room for one at most, and names the key that lists them."""
    async with start(size=size, loaded=LoadedSettings(Settings(), {}, MISTAKES)) as running:
        assert "! 5 problems (! lists them)" in screen_text(running.app)
        await running.press("!")
        seen = _framed_text(running)
        await running.press("G")
        seen += _framed_text(running)
        assert [each for each in MISTAKES if each.replace(" ", "") not in seen] == []
        await running.press("q")
        assert running.app.screen is running.reader


def _framed_text(running: RunningReader) -> str:
    """Return the text in the dialog without blanks and frame: its lines are wrapped."""
    return "".join(
        each.split("┃")[1].replace(" ", "") for each in screen_lines(running.app) if "┃" in each
    )


@pytest.mark.command("app.problems")
async def test_what_has_failed_can_be_read_later(start: Start) -> None:
    """A message that is cut says how; the latest comes first, each once."""
    async with start(size=NARROW) as running:
        await running.press("!")
        assert "No problems" in screen_text(running.app)
        await running.press("q")
        for text in ("Not saved: the disk is full", "x" * 60, "Not saved: the disk is full"):
            running.reader.status_line.show_notice(text, "failed")
        assert "! Not saved: the disk is full" in screen_text(running.app)
        running.reader.status_line.show_notice("y" * 60, "failed")
        await running.settle()
        assert "y… · ! more" in screen_text(running.app)
        await running.press("!")
        assert running.reader.status_line.failures == (
            "y" * 60,
            "Not saved: the disk is full",
            "x" * 60,
        )
        assert _framed_text(running).count("y") == 60


@pytest.mark.command("app.help")
@pytest.mark.parametrize("size", [MIDDLE, (120, 40), (200, 50)], ids=str)
async def test_help_shows_the_keys_of_the_pane_without_scrolling(
    start: Start, size: tuple[int, int]
) -> None:
    async with start(size=size) as running:
        for pane, keys in (("list", "?"), ("article", ("escape", "enter", "?"))):
            await running.press(*keys)
            text = screen_text(running.app)
            assert f"Keys: {pane}" in text
            for command in COMMANDS:
                if pane in command.places and not command.id.startswith("similar."):
                    assert format_key(command.keys[0]) in text, command.id
            await running.press("G")
            assert screen_text(running.app) == text


async def test_help_is_as_wide_as_before_the_terminal_was_narrow(start: Start) -> None:
    async with start() as running:
        await running.press("?")
        before = screen_text(running.app)
        for size in (NARROW, (1, 1), TINY):
            await running.resize(*size)
            await running.resize(*WIDE)
            assert screen_text(running.app) == before, size


async def test_tab_shows_all_keys_and_a_search_finds_one(start: Start) -> None:
    async with start(size=MIDDLE) as running:
        await running.press("?")
        pane_keys = screen_text(running.app)
        assert "HITS" not in pane_keys
        await running.press("tab", "G")
        assert "SIGNS" in screen_text(running.app)
        assert "tab list keys" in screen_text(running.app)
        await running.press("tab")
        assert screen_text(running.app) == pane_keys
        await running.press("/")
        await running.type("clear hi")
        found = screen_text(running.app)
        assert "HITS" in found
        assert "clear the highlights" in found
        assert "READ" not in found
        await running.press("escape")
        assert screen_text(running.app) == pane_keys


@pytest.mark.command("dialog.close")
async def test_help_scrolls_and_closes(start: Start) -> None:
    async with start(size=NARROW) as running:
        await running.press("?")
        first = screen_text(running.app)
        await running.press("j", "space", "down", "k", "up", "pagedown")
        assert "READ" in first
        assert "READ" not in screen_text(running.app)
        await running.press("b", "pageup")
        assert screen_text(running.app) == first
        for key in ("escape", "q", "h", "?", "enter"):
            await running.press(key)
            assert running.app.screen is running.reader
            assert running.selected_number == 12, "its keys moved nothing behind it"
            await running.press("?")
            assert isinstance(running.app.screen, HelpDialog)


@pytest.mark.command("app.palette")
@pytest.mark.parametrize(
    ("typed", "keys"),
    [("star or", ["enter"]), ("search lib", ["backspace"] * 10 + [*"Star", "enter"])],
)
async def test_the_palette_runs_the_first_command_that_matches(
    start: Start, typed: str, keys: list[str]
) -> None:
    """A command with such a name comes before those that only speak of it."""
    async with start() as running:
        await running.press("j", "ctrl+p")
        dialog: object = running.app.screen
        assert isinstance(dialog, CommandPicker)
        await running.type(typed)
        await running.press(*keys)
        assert running.app.screen is running.reader
        assert running.reader.article_list.selected_row.starred
        assert running.selected_number == 11


async def test_whole_words_come_before_parts_of_words_in_the_palette(start: Start) -> None:
    async with start() as running:
        await running.press("ctrl+p", *"mark")
        lines = [line.split("┃")[1].strip() for line in screen_lines(running.app) if "┃" in line]
        assert [line.split()[0] for line in lines[:4]] == ["mark", "mark", "mark", "copy"]


@pytest.mark.parametrize("preset", ["default", "emacs"])
async def test_the_keys_in_the_border_of_a_picker_are_whole(start: Start, preset: str) -> None:
    async with start(size=(80, 24), loaded=LoadedSettings(Settings(preset=preset))) as running:
        keymap = running.reader.keymap
        pickers = [
            HistoryPicker(keymap, ["read: Tides"], ["now"], print),
            Picker(keymap, "Sort by", list("abcdef")),
            Picker(keymap, "Go to", list("abcdef"), values=list("123456")),
        ]
        for picker in pickers:
            running.app.push_screen(picker)
            await running.settle()
            assert f" {picker.subtitle} ━┛" in screen_text(running.app)


async def test_the_palette_names_every_command_once_with_its_keys(start: Start) -> None:
    """The similar readings are one command: the first of them stands for all."""
    async with start(size=(120, 120)) as running:
        await running.press("ctrl+p")
        lines = [
            " ".join(line.strip("┃ ").split()) for line in screen_text(running.app).split("\n")
        ]
        assert [line for line in lines if "similar reading" in line] == ["open similar reading 1 1"]
        for command in READING:
            if command.id in SIMILAR_JUMPS[1:]:
                continue
            assert f"{command.help} {format_key(command.keys[0])}" in " ".join(lines), command.id
        await running.type("zebra")
        assert "No matches" in screen_text(running.app)
        await running.press("escape")
        assert running.app.screen is running.reader


@pytest.mark.command("app.suspend")
async def test_suspend_saves_first(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 117: unsaved changes are written before the process stops."""
    monkeypatch.setattr(reader_commands, "can_be_resumed", lambda: True)
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


async def test_nothing_stops_that_nobody_could_resume(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the reader is the only process of its terminal."""
    monkeypatch.setattr(reader_commands, "can_be_resumed", lambda: False)
    async with start() as running:
        monkeypatch.setattr(running.app, "action_suspend_process", pytest.fail)
        await running.press("ctrl+z")
        assert "Cannot suspend: no shell to return to" in screen_text(running.app)


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


@pytest.mark.parametrize("state", STATES)
async def test_suspend_from_every_state(
    start: Start, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    """Case 117: ctrl+z is the shell's in every program, whatever is open; ctrl+l is the terminal's."""
    monkeypatch.setattr(reader_commands, "can_be_resumed", lambda: True)
    async with start(size=NARROW) as running:
        done: list[str] = []
        monkeypatch.setattr(running.app, "action_suspend_process", lambda: done.append("stopped"))
        redraw = {"app.redraw": lambda: done.append("redrawn")}
        monkeypatch.setattr(running.reader, "commands", {**running.reader.commands, **redraw})
        await running.press(*STATES[state])
        shown = screen_text(running.app)
        await running.press("ctrl+z", "ctrl+l")
        assert done == ["stopped", "redrawn"]
        assert screen_text(running.app) == shown


@pytest.mark.command("app.quit")
@pytest.mark.parametrize(
    ("key", "size"),
    [("ctrl+q", MIDDLE), ("q", TINY), ("ctrl+q", TINY), ("ctrl+c", MIDDLE)],
    ids=str,
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


def _describe_place(running: RunningReader) -> str:
    """Return what `q` leaves next: a dialog, a pane, matches, a filtered list, the whole list."""
    state, screen = running.reader.state, running.app.screen
    if screen is not running.reader:
        return getattr(screen, "PLACE", type(screen).__name__)
    if state.current_pane != "list":
        return running.reader.place
    is_whole = state.query == ListQuery(sort=state.query.sort)
    return "matches" if state.is_searching else "list" if is_whole else "filtered"


DIALOG_STEPS: list[tuple[str, list[str]]] = [
    ("?", ["help", "list"]),
    ("? / d enter", ["help", "help", "list"]),
    ("f", ["picker", "list"]),
    ("U", ["sheet", "list"]),
    ("S", ["statistics", "list"]),
    ("S ?", ["help", "statistics", "list"]),
    ("t", ["story", "list"]),
    ("B", ["front page", "list"]),
    ("B ?", ["help", "front page", "list"]),
    ("T ?", ["help", "triage", "list"]),
    ("C", ["picker", "list"]),
]
"""Keys that open dialogs over the list, and the places that `q` goes through until it quits."""
PANE_STEPS: list[tuple[str, list[str]]] = [
    ("", ["list"]),
    ("enter", ["article", "list"]),
    ("enter z", ["article", "list"]),
    ("enter v", ["select", "article", "list"]),
    ("enter ?", ["help", "article", "list"]),
    ("enter tab", ["side", "article", "list"]),
    ("shift+tab", ["side", "list"]),
    ("/ h tab", ["matches", "list"]),
    ("/ z z tab", ["matches", "list"]),
    ("/ h enter", ["find", "matches", "list"]),
    ("f j enter", ["filtered", "list"]),
    ("c G enter", ["filtered", "list"]),
    ("c G enter enter tab", ["side", "article", "filtered", "list"]),
    ("f j enter / h tab", ["matches", "filtered", "list"]),
    (", j enter", ["list"]),
    ("enter / t enter", ["find", "list"]),
]
"""The same of panes. The last one keeps the find bar with the article."""


@pytest.mark.command("app.leave")
@pytest.mark.parametrize(
    ("size", "all_steps"),
    [
        (WIDE, PANE_STEPS),
        (MIDDLE, [*DIALOG_STEPS, *PANE_STEPS]),  # a dialog covers the panes, however many there are
        (NARROW, PANE_STEPS),
    ],
    ids=["wide", "middle", "narrow"],
)
async def test_q_goes_back_one_step(
    start: Start,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
    all_steps: list[tuple[str, list[str]]],
) -> None:
    async with start(size=size) as running:
        quits: list[int] = []
        monkeypatch.setattr(running.app, "quit", lambda: quits.append(len(quits)))
        await running.press("i", "i")
        for number, (keys, steps) in enumerate(all_steps):
            await running.press(*keys.split())
            went = [_describe_place(running)]
            while len(quits) == number and len(went) < 9:
                await running.press("q")
                went.append(_describe_place(running))
            assert went == [*steps, "list"], keys
            assert len(quits) == number + 1, keys
        monkeypatch.undo()
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
        assert isinstance(running.app.screen, HelpDialog)
        assert running.app.request_stop(143)
        await running.wait_until(lambda: running.app.return_code == 143)
    library = make_library(tmp_path)
    for _ in library.load():
        pass
    assert library.get_article(article_id(11)).reading.position > 0


async def test_the_footer_says_what_q_does(start: Start) -> None:
    async with start() as running:
        for keys, hint in (
            ("f j enter", "q back"),
            ("q", "q quit"),
            ("/ h tab", "q back"),
            ("q", "q quit"),
            ("enter", "q back"),
            ("q", "q quit"),
        ):
            await running.press(*keys.split())
            assert hint in screen_text(running.app), keys
