"""The command palette: every command of the reader by its name, shown as data."""

from __future__ import annotations

from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from tui.commands import COMMANDS, Command, key_names


class ReaderCommands(Provider):
    """Offers the commands of `tui.commands`."""

    async def discover(self) -> Hits:
        """Every command, before anything was typed."""
        for command in COMMANDS:
            yield DiscoveryHit(
                Content(command.label),
                partial(self.screen.run_action, command.action),
                text=command.label,
                help=_help(command),
            )

    async def search(self, query: str) -> Hits:
        """The commands that fit what was typed."""
        matcher = self.matcher(query)
        for command in COMMANDS:
            text = f"{command.label}: {command.help}"
            if (score := matcher.match(text)) > 0:
                yield Hit(
                    score,
                    matcher.highlight(text),
                    partial(self.screen.run_action, command.action),
                    text=command.label,
                    help=_help(command),
                )


def _help(command: Command) -> str:
    return f"{command.help} ({key_names(command.keys)})"
