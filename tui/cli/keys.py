"""`newstui keys`: list the keys."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from tui.cli.console import print_data, print_json, print_message
from tui.cli.context import resolve_settings
from tui.config.commands import COMMANDS, format_keys, group_commands
from tui.config.keymaps import Keymap, make_keymap
from tui.config.settings import SETTINGS_FILE
from tui.rendering.cells import fit_cells


def run_keys(options: argparse.Namespace) -> int:
    """Print every command with the keys in force; the exit code is 1 if some cannot be."""
    settings = resolve_settings(options)
    own = settings.keys if options.preset in (None, settings.preset) else {}
    keymap = make_keymap(options.preset or settings.preset, own)
    if options.json:
        for command in COMMANDS:
            named = {"id": command.id, "keys": keymap.keys[command.id], "help": command.help}
            print_json({**named, "places": command.places})
    else:
        print_data("\n".join(_key_lines(keymap)))
    for fault in keymap.faults:
        print_message(f"{SETTINGS_FILE}: {fault}")
    return 1 if keymap.faults else 0


def _key_lines(keymap: Keymap) -> Iterable[str]:
    longest = max(len(command.id) for command in COMMANDS)
    for heading, commands in group_commands():
        yield heading
        for command in commands:
            names = format_keys(keymap.keys[command.id])
            yield f"  {fit_cells(names, 20)} {fit_cells(command.id, longest)} {command.help}"
