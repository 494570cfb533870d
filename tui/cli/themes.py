"""`newstui themes`: list the colour themes."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from themes.loader import Theme
from tui.cli.console import print_message, print_messages
from tui.cli.context import resolve_paths, resolve_settings
from tui.cli.exit_codes import UsageError
from tui.cli.output import Line, column, print_list
from tui.cli.syntax import describe_unknown
from tui.config.settings import AUTO_THEME_NAME
from tui.config.theme_choice import ThemeChoice

NAME_CELLS = 22


def run_themes(options: argparse.Namespace) -> bool:
    """Print the themes and which one is in use; fail if a theme of the user's is invalid."""
    paths = resolve_paths(options)
    choice = ThemeChoice(resolve_settings(options), os.environ, paths.config, paths.state)
    if options.use is not None:
        _choose(choice, options.use)
        return bool(choice.faults)
    print_list(choice.names, ThemeForm(choice), options)
    print_messages(choice.faults)
    return bool(choice.faults)


def _choose(choice: ThemeChoice, name: str) -> None:
    """Use a theme from now on.

    Raises:
        UsageError: There is no such theme.
    """
    names = (AUTO_THEME_NAME, *choice.names)
    if name not in names:
        raise UsageError(describe_unknown("theme", name, names))
    choice.choose(name)
    print_message(f"the theme is {name}")


class ThemeForm:
    """The forms in which themes are listed."""

    def __init__(self, choice: ThemeChoice) -> None:
        self._choice = choice
        self._themes = choice.all_themes()

    def records(self, items: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        """Yield the themes as JSON."""
        for name in items:
            theme = self._themes[name]
            yield {
                "name": name,
                "label": theme.label,
                "dark": theme.dark,
                "source": self._source(name),
                "on": name == self._choice.current_name,
            }

    def values(self, item: str) -> Sequence[str]:
        """Return name, `dark` or `light`, source, `current` or nothing, label."""
        theme = self._themes[item]
        current = "current" if item == self._choice.current_name else ""
        return [item, _brightness(theme), self._source(item), current, theme.label]

    def lines(self, item: str, width: int) -> Iterator[Line]:
        """Yield the line of a theme."""
        theme, is_current = self._themes[item], item == self._choice.current_name
        yield [
            (">" if is_current else " ", "bold"),
            (" ", ""),
            column(item, NAME_CELLS, "bold" if is_current else ""),
            (" ", ""),
            column(_brightness(theme), 6, "dim"),
            (" ", ""),
            column(self._source(item), 8, "dim"),
            (f" {theme.label}", ""),
        ]

    def _source(self, name: str) -> str:
        return "own" if self._choice.is_user_theme(name) else "newstui"


def _brightness(theme: Theme) -> str:
    return "dark" if theme.dark else "light"
