"""`newstui keys`: list the keys of the reader."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tui.cli.console import print_messages
from tui.cli.context import resolve_settings
from tui.cli.output import Line, column, print_list
from tui.config.commands import COMMANDS, Command, format_keys, group_commands
from tui.config.keymaps import Keymap, make_keymap
from tui.config.settings_file import SETTINGS_FILE

KEYS_CELLS = 20
MIN_NAME_CELLS = 72
"""The narrowest terminal with a column of the commands' names."""
ID_CELLS = max(len(each.id) for each in COMMANDS)


def run_keys(options: argparse.Namespace) -> bool:
    """Print every command with its keys; fail if the settings bind keys that cannot be bound."""
    settings = resolve_settings(options)
    own = settings.keys if options.preset in (None, settings.preset) else {}
    keymap = make_keymap(options.preset or settings.preset, own)
    commands = [each for _, group in group_commands() for each in group]
    print_list(commands, CommandForm(keymap), options)
    print_messages(f"{SETTINGS_FILE}: {fault}" for fault in keymap.faults)
    return bool(keymap.faults)


class CommandForm:
    """The forms in which the commands of the reader are listed."""

    def __init__(self, keymap: Keymap) -> None:
        self._keys = keymap.keys
        self._heading = ""

    def records(self, items: Sequence[Command]) -> Iterator[Mapping[str, Any]]:
        """Yield the commands as JSON."""
        for item in items:
            yield {
                "id": item.id,
                "keys": self._keys[item.id],
                "help": item.help,
                "places": item.places,
            }

    def values(self, item: Command) -> Sequence[str]:
        """Return id, keys, and what the command does."""
        return [item.id, format_keys(self._keys[item.id]), item.help]

    def lines(self, item: Command, width: int) -> Iterator[Line]:
        """Yield the line of a command, below the heading of its group."""
        if item.group != self._heading:
            self._heading = item.group
            yield [(item.group, "bold")]
        keys = format_keys(self._keys[item.id])
        names = [column(item.id, ID_CELLS, "dim"), (" ", "")] if width >= MIN_NAME_CELLS else []
        yield [("  ", ""), column(keys, KEYS_CELLS, "id"), (" ", ""), *names, (item.help, "")]
