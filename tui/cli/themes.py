"""`newstui themes`: the themes there are, and which one is on."""

from __future__ import annotations

import argparse
import os

from tui.cli.console import put, put_json, tell
from tui.cli.context import paths_of, settings_of
from tui.config.theme_choice import ThemeChoice
from tui.rendering.cells import fit


def print_themes(options: argparse.Namespace) -> int:
    """List the themes; the exit code is 1 if one of the user's own cannot be used."""
    paths = paths_of(options)
    choice = ThemeChoice(settings_of(options), os.environ, paths.config, paths.state)
    for name, theme in choice.everything().items():
        source = "own" if choice.is_own(name) else "newstui"
        on = name == choice.current
        if options.json:
            facts = {"name": name, "label": theme.label, "dark": theme.dark}
            put_json({**facts, "source": source, "on": on})
        else:
            kind = "dark" if theme.dark else "light"
            put(
                f"{'>' if on else ' '} {fit(name, 22)} {fit(kind, 6)} {fit(source, 8)} {theme.label}"
            )
    for fault in choice.faults:
        tell(fault)
    return 1 if choice.faults else 0
