"""Screens whose keys come from the keymap, and how a key press finds its name there."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual import events
from textual.keys import REPLACED_KEYS, key_to_character
from textual.screen import ModalScreen

T = TypeVar("T")


class Keyed:
    """A screen that carries out commands: it has an action for each of its place."""

    @property
    def place(self) -> str:
        """Where the user is, as `Command.places` has it; empty where keys are text."""
        raise NotImplementedError

    def show_pending(self, keys: str) -> None:
        """Show what was typed of a command so far; empty once that is carried out."""

    def tell_unknown(self, key: str) -> None:
        """Tell that a key means nothing here, where there is a place to tell it."""


class Dialog(Keyed, ModalScreen[T]):
    """Something that lies over the reader, to be looked through and left."""

    PLACE: ClassVar[str]

    @property
    def place(self) -> str:
        """The kind of dialog."""
        return self.PLACE

    def move(self, by: int) -> None:
        """Move by so many lines; by more than there are is to the end."""
        raise NotImplementedError

    @property
    def page(self) -> int:
        """Lines a page moves."""
        raise NotImplementedError

    def take(self) -> None:
        """What enter does."""
        raise NotImplementedError

    def go_to(self, line: int) -> None:
        """To the line of that number, from 1."""
        self.move(-FAR)
        self.move(line - 1)

    def action_move_down(self, count: int = 1) -> None:
        """Down."""
        self.move(count)

    def action_move_up(self, count: int = 1) -> None:
        """Up."""
        self.move(-count)

    def action_move_page_down(self, count: int = 1) -> None:
        """A page down."""
        self.move(count * self.page)

    def action_move_page_up(self, count: int = 1) -> None:
        """A page up."""
        self.move(-count * self.page)

    def action_move_half_page_down(self, count: int = 1) -> None:
        """Half a page down."""
        self.move(count * max(1, self.page // 2))

    def action_move_half_page_up(self, count: int = 1) -> None:
        """Half a page up."""
        self.move(-count * max(1, self.page // 2))

    def action_move_start(self, line: int = 1) -> None:
        """To the first line, or to the one of that number."""
        self.go_to(line)

    def action_move_end(self, line: int = 0) -> None:
        """To the last line, or to the one of that number."""
        self.go_to(line or FAR)

    def action_article_open(self) -> None:
        """Take what was chosen."""
        self.take()

    def action_article_back(self) -> None:
        """Leave without choosing anything."""
        self.dismiss(None)

    def action_app_help(self) -> None:
        """Leave; the key that shows the help takes it away again."""
        self.dismiss(None)

    def action_dialog_close(self) -> None:
        """Leave without choosing anything."""
        self.dismiss(None)


FAR = 1_000_000_000
"""More rows or lines than there can be."""


def key_of(event: events.Key) -> str:
    """The name of a key as keymaps have it; Textual's has `question_mark` for `?`."""
    held, plus, name = event.key.rpartition("+")
    named = key_to_character(REPLACED_KEYS.get(name, name))
    character = event.character if event.is_printable and not plus else named
    if character and character.isprintable() and character != " ":
        name = character
    return f"{held}{plus}{name}"
