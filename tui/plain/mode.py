"""What lies over list and article in the linear reader: a story, a triage. Each has its own commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from tui.plain.edit_commands import Changing
from tui.plain.input import ParsedLine, plain_help_lines

PlainCommandHandler = Callable[[ParsedLine], None]
CLOSE_COMMAND_HELP = dict.fromkeys(("article.back", "dialog.close"), "go back")


class Room:
    """One that is entered by a command and left by another."""

    PLACE: ClassVar[str]
    """As `Command.places` has it."""
    INTRODUCTION: ClassVar[tuple[str, ...]] = ()
    """What there is besides commands."""
    HELP: ClassVar[Mapping[str, str]] = {}
    """What commands do here, where they do something else."""

    def __init__(self, reader: Changing) -> None:
        """Make it.

        Args:
            reader: What it lies over.
        """
        self.reader = reader
        self.over = False
        """Whether it has been left,"""
        self.opened = False
        """and that for an article."""
        self.handlers: Mapping[str, PlainCommandHandler] = {
            "app.help": self._help,
            "article.back": self._leave,
            "dialog.close": self._leave,
        }

    def prompt(self) -> str:
        """What is asked, and the commands that matter most."""
        raise NotImplementedError

    def begin(self) -> None:
        """Say what there is."""
        raise NotImplementedError

    def number(self, number: int) -> None:
        """What a number does; 0 is enter alone."""
        raise NotImplementedError

    def key(self, command_id: str) -> str:
        """The key to name for a command."""
        return self.reader.key(command_id)

    def open(self, article: str) -> None:
        """Leave for an article."""
        self.over = self.opened = True
        self.reader.open(article)

    def _leave(self, typed: ParsedLine) -> None:
        self.over = True

    def _help(self, typed: ParsedLine) -> None:
        keymap, world = self.reader.keymap, self.reader.world
        world.say(
            "\n".join(
                plain_help_lines(
                    keymap, self.handlers, self.INTRODUCTION, {**CLOSE_COMMAND_HELP, **self.HELP}
                )
            )
        )
