"""`newstui keys`: list the keys of the reader."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from tui.cli.console import print_data, print_json, print_messages
from tui.cli.context import resolve_settings
from tui.config.commands import COMMANDS, format_keys, group_commands
from tui.config.keymaps import Keymap, make_keymap
from tui.config.settings_file import SETTINGS_FILE
from tui.rendering.cells import fit_cells

KEYS_CELLS = 20


def run_keys(options: argparse.Namespace) -> bool:
    """Print every command with its keys; fail if the settings bind keys that cannot be bound."""
    settings = resolve_settings(options)
    own = settings.keys if options.preset in (None, settings.preset) else {}
    keymap = make_keymap(options.preset or settings.preset, own)
    if options.json:
        for command in COMMANDS:
            print_json(
                {
                    "id": command.id,
                    "keys": keymap.keys[command.id],
                    "help": command.help,
                    "places": command.places,
                }
            )
    else:
        print_data("\n".join(_key_lines(keymap)))
    print_messages(f"{SETTINGS_FILE}: {fault}" for fault in keymap.faults)
    return bool(keymap.faults)


def _key_lines(keymap: Keymap) -> Iterator[str]:
    longest = max(len(command.id) for command in COMMANDS)
    for heading, commands in group_commands():
        yield heading
        for command in commands:
            keys = format_keys(keymap.keys[command.id])
            yield f"  {fit_cells(keys, KEYS_CELLS)} {fit_cells(command.id, longest)} {command.help}"
