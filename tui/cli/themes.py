"""`newstui themes`: list the colour themes."""

from __future__ import annotations

import argparse
import os

from tui.cli.console import print_data, print_json, print_messages
from tui.cli.context import resolve_paths, resolve_settings
from tui.config.theme_choice import ThemeChoice
from tui.rendering.cells import fit_cells


def run_themes(options: argparse.Namespace) -> bool:
    """Print the themes and which one is in use; fail if a theme of the user's is invalid."""
    paths = resolve_paths(options)
    choice = ThemeChoice(resolve_settings(options), os.environ, paths.config, paths.state)
    for name, theme in choice.all_themes().items():
        source = "own" if choice.is_user_theme(name) else "newstui"
        on = name == choice.current_name
        if options.json:
            facts = {"name": name, "label": theme.label, "dark": theme.dark}
            print_json({**facts, "source": source, "on": on})
        else:
            kind = "dark" if theme.dark else "light"
            cells = f"{fit_cells(name, 22)} {fit_cells(kind, 6)} {fit_cells(source, 8)}"
            print_data(f"{'>' if on else ' '} {cells} {theme.label}")
    print_messages(choice.faults)
    return bool(choice.faults)
