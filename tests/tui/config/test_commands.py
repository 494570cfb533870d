"""The table of commands, from which keys, actions, help and palette are made."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from store.library.front_page import FrontPageRequest
from store.library.protocol import Library
from tui.actions.triage_queue import TriageQueue
from tui.config.commands import (
    ALL_PANES,
    COMMANDS,
    COMMANDS_BY_ID,
    DIALOG_PLACES,
    FOOTER_HINTS,
    GROUP_HEADINGS,
    PANES,
    footer_hints,
    format_keys,
    group_commands,
)
from tui.config.help_groups import iter_help_groups
from tui.config.keymaps import make_keymap
from tui.reader.app import NewsApp
from tui.reader.dialogs.dialog import Dialog, KeymapScreen
from tui.reader.dialogs.front_page_screen import FrontPageScreen
from tui.reader.dialogs.help import HelpDialog
from tui.reader.dialogs.links import LinksDialog
from tui.reader.dialogs.picker import HistoryPicker, Picker
from tui.reader.dialogs.statistics_screen import StatisticsScreen
from tui.reader.dialogs.story_screen import StoryScreen
from tui.reader.dialogs.text_dialog import TextDialog, UrlDialog
from tui.reader.dialogs.triage_screen import TriageScreen
from tui.reader.gateway import Gateway
from tui.reader.screen.link_actions import ExternalMethods
from tui.terminal.browser import OpenMethod
from tui.terminal.clipboard import CopyMethod

OF_THE_READER = {*ALL_PANES, "find", "select"}
"""Places that are no dialogs."""
NO_LIBRARY = cast(Library, None)
"""Nothing is asked of it here."""


def marked() -> Iterator[str]:
    """Return the commands whose keys tests of the reader press."""
    for path in (Path(__file__).parents[1] / "reader").glob("test_reader_*.py"):
        names = {"JUMPS": [f"similar.jump:{n}" for n in range(1, 6)]}
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.command"):
                continue
            for argument in node.args:
                if isinstance(argument, ast.Constant):
                    yield str(argument.value)
                elif isinstance(argument, ast.Starred):
                    yield from names[ast.unparse(argument.value)]


def test_every_command_has_a_test_with_real_keys() -> None:
    assert set(marked()) == set(COMMANDS_BY_ID)


def commands_of(screen: KeymapScreen) -> set[str]:
    return set(screen.commands)


def test_the_reader_runs_its_commands_and_no_others() -> None:
    """Case 129: everything the reader does has a key."""
    methods = ExternalMethods({}, OpenMethod("command"), CopyMethod("command"))
    app = NewsApp(lambda post: Gateway(NO_LIBRARY, post), lambda: 0, methods)
    reading = {each.id for each in COMMANDS if not OF_THE_READER.isdisjoint(each.places)}
    assert commands_of(app.reader) == reading


def test_every_dialog_runs_the_commands_of_its_place() -> None:
    keymap, gateway = make_keymap(), Gateway(NO_LIBRARY, lambda _: None)
    dialogs: list[Dialog[Any]] = [
        UrlDialog(keymap, "", "", id),
        HelpDialog(keymap, "list"),
        TextDialog(keymap, "", []),
        Picker(keymap, "", []),
        LinksDialog(keymap, [], id, id),
        HistoryPicker(keymap, [], [], int),
        StoryScreen(keymap, gateway, "", lambda: 0),
        FrontPageScreen(keymap, gateway, FrontPageRequest(0), lambda: 0),
        TriageScreen(keymap, gateway, TriageQueue([]), lambda: 0),
        StatisticsScreen(keymap),
    ]
    assert {dialog.PLACE for dialog in dialogs} == set(DIALOG_PLACES)
    for dialog in dialogs:
        available = {each.id for each in COMMANDS if dialog.PLACE in each.places}
        assert available <= commands_of(dialog), dialog.PLACE


def test_ids_and_keys_are_unique() -> None:
    assert make_keymap().faults == ()
    assert len(COMMANDS_BY_ID) == len(COMMANDS)
    assert all(each.keys and each.label and each.help for each in COMMANDS)


def test_groups_keep_every_command_under_one_heading() -> None:
    listed = [each for _, commands in group_commands() for each in commands]
    assert listed == list(COMMANDS)
    headings = [heading for heading, _ in group_commands()]
    assert len(set(headings)) == len(headings)
    assert set(headings) == set(GROUP_HEADINGS.values())


def test_the_help_has_every_command_once() -> None:
    listed = [
        each.id for _, entries in iter_help_groups() for entry in entries for each in entry.commands
    ]
    assert sorted(listed) == sorted(COMMANDS_BY_ID)
    assert all(entry.words for _, entries in iter_help_groups() for entry in entries)


def test_footers_and_names() -> None:
    keymap = make_keymap()
    assert set(FOOTER_HINTS) == {*ALL_PANES, "filtered", "find", "select", "selection"}
    assert footer_hints("list", keymap.keys)[0] == ("enter", "open")
    assert all(len(footer_hints(pane, keymap.keys)) == 5 for pane in PANES)
    assert format_keys(("space", "pagedown")) == "space page-down"
    assert format_keys(("g g", "home")) == "gg home"
    assert format_keys(("ctrl+x u", "u")) == "ctrl+x u, u"
