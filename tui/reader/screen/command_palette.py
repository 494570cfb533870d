"""The command palette: every command of the reader by its name, shown as data."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from tui.config.commands import COMMANDS, PANES, Command, format_keys
from tui.reader.screen.panes import Panes


class ReaderCommands(Provider):
    """Offers the commands of `tui.config.commands`, each with the keys it has now."""

    async def discover(self) -> Hits:
        """Every command, before anything was typed."""
        for command, keys in self._commands():
            yield DiscoveryHit(
                Content(command.label),
                partial(self.screen.run_action, command.action),
                text=command.label,
                help=_help_with_keys(command, keys),
            )

    async def search(self, query: str) -> Hits:
        """The commands that fit what was typed."""
        matcher = self.matcher(query)
        for command, keys in self._commands():
            text = f"{command.label}: {command.help}"
            if (score := matcher.match(text)) > 0:
                yield Hit(
                    score,
                    matcher.highlight(text),
                    partial(self.screen.run_action, command.action),
                    text=command.label,
                    help=_help_with_keys(command, keys),
                )

    def _commands(self) -> Iterator[tuple[Command, tuple[str, ...]]]:
        screen = self.screen
        assert isinstance(screen, Panes)  # noqa: S101 - it is opened from nowhere else
        well_known_last = sorted(COMMANDS, key=lambda each: each.group == "Move")
        for command in well_known_last:
            if not set(PANES).isdisjoint(command.places):
                yield command, screen.keymap.keys[command.id]


def _help_with_keys(command: Command, keys: tuple[str, ...]) -> str:
    return f"{command.help} ({format_keys(keys)})" if keys else command.help
