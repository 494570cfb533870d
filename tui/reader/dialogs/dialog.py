"""Screens whose keys come from the keymap, and the base of all dialogs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import iscoroutine
from typing import ClassVar, TypeVar

from textual.screen import ModalScreen

from tui.config.commands import Command
from tui.config.keymaps import Keymap

T = TypeVar("T")

CommandTable = Mapping[str, Callable[..., object]]
"""What carries out each command, by the command's id."""

LAST_LINE = 1_000_000_000
"""A line number beyond the end of any list or text."""


class KeymapScreen:
    """A screen that carries out the commands of a keymap."""

    keymap: Keymap

    @property
    def place(self) -> str:
        """The place whose keys apply, as in `Command.places`; empty while the user types text."""
        raise NotImplementedError

    @property
    def commands(self) -> CommandTable:
        """The commands of all its places."""
        raise NotImplementedError

    async def run_command(self, command: Command, count: int = 0) -> None:
        """Carry out a command.

        Args:
            command: One that is available in the current place.
            count: The number typed before its key; 0 for none.
        """
        handler = self.commands[command.id]
        result = handler(count) if command.takes_count and count else handler()
        if iscoroutine(result):
            await result

    def show_pending_keys(self, keys: str) -> None:
        """Show the keys of a command that is not complete yet; empty once it is."""

    def report_unbound_key(self, key: str) -> None:
        """Tell the user that a key is not bound here."""


def movement_commands(
    move: Callable[[int], object], page_size: Callable[[], int]
) -> dict[str, Callable[..., object]]:
    """Return the commands that move through lines.

    Args:
        move: Moves by so many lines; beyond an end, to that end.
        page_size: Returns the number of lines that a page moves.
    """

    def half_page() -> int:
        return max(1, page_size() // 2)

    def go_to_line(line: int) -> None:
        move(-LAST_LINE)
        move(line - 1)

    return {
        "move.down": lambda count=1: move(count),
        "move.up": lambda count=1: move(-count),
        "move.page_down": lambda count=1: move(count * page_size()),
        "move.page_up": lambda count=1: move(-count * page_size()),
        "move.half_page_down": lambda count=1: move(count * half_page()),
        "move.half_page_up": lambda count=1: move(-count * half_page()),
        "move.start": lambda line=1: go_to_line(line),
        "move.end": lambda line=LAST_LINE: go_to_line(line),
    }


class Dialog(KeymapScreen, ModalScreen[T]):
    """A screen over the reader, with lines to move through."""

    PLACE: ClassVar[str]

    def __init__(self, keymap: Keymap) -> None:
        super().__init__()
        self.keymap = keymap

    @property
    def place(self) -> str:
        """The kind of dialog."""
        return self.PLACE

    @property
    def commands(self) -> CommandTable:
        """Those of every dialog; the key that opens the help also closes it."""
        return {
            **movement_commands(self.move, lambda: self.page_size),
            "article.open": self.submit,
            "article.back": self.cancel,
            "dialog.close": self.cancel,
            "app.help": self.cancel,
        }

    def key_hint(self, command_id: str, label: str) -> str:
        """A key and what it does here, for a border or a bottom line."""
        return f"{self.keymap.first_key(command_id)} {label}"

    def cancel_hint(self, label: str) -> str:
        """The key that closes the dialog and what that means here."""
        return f"{self.keymap.cancel_key} {label}"

    def move(self, by: int) -> None:
        """Move by so many lines; beyond an end, to that end."""
        raise NotImplementedError

    @property
    def page_size(self) -> int:
        """The number of lines that a page moves."""
        raise NotImplementedError

    def submit(self) -> None:
        """Close the dialog with the user's choice."""
        raise NotImplementedError

    def cancel(self) -> None:
        """Close the dialog without a choice."""
        self.dismiss(None)
