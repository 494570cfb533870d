"""`newstui keys`: list the keys."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from tui.cli.console import put, put_json, tell
from tui.cli.context import settings_of
from tui.config.commands import COMMANDS, groups, key_names
from tui.config.keymaps import Keymap, make_keymap
from tui.config.settings import FILE
from tui.rendering.cells import fit


def keys(options: argparse.Namespace) -> int:
    """Print every command with the keys in force; the exit code is 1 if some cannot be."""
    settings = settings_of(options)
    own = settings.keys if options.preset in (None, settings.preset) else {}
    keymap = make_keymap(options.preset or settings.preset, own)
    if options.json:
        for command in COMMANDS:
            named = {"id": command.id, "keys": keymap.keys[command.id], "help": command.help}
            put_json({**named, "places": command.places})
    else:
        put("\n".join(_key_lines(keymap)))
    for fault in keymap.faults:
        tell(f"{FILE}: {fault}")
    return 1 if keymap.faults else 0


def _key_lines(keymap: Keymap) -> Iterable[str]:
    longest = max(len(command.id) for command in COMMANDS)
    for heading, commands in groups():
        yield heading
        for command in commands:
            names = key_names(keymap.keys[command.id])
            yield f"  {fit(names, 20)} {fit(command.id, longest)} {command.help}"
