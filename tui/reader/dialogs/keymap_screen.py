"""Screens whose keys come from the keymap, and how a key press finds its name there."""

from __future__ import annotations

from typing import TypeVar

from textual import events
from textual.keys import REPLACED_KEYS, key_to_character

T = TypeVar("T")


class KeymapScreen:
    """A screen that carries out commands: it has an action for each of its place."""

    @property
    def place(self) -> str:
        """Where the user is, as `Command.places` has it; empty where keys are text."""
        raise NotImplementedError

    def show_pending_keys(self, keys: str) -> None:
        """Show what was typed of a command so far; empty once that is carried out."""

    def report_unbound_key(self, key: str) -> None:
        """Tell that a key means nothing here, where there is a place to tell it."""


LAST_LINE = 1_000_000_000
"""More rows or lines than there can be."""


def event_key_name(event: events.Key) -> str:
    """The name of a key as keymaps have it; Textual's has `question_mark` for `?`."""
    held, plus, name = event.key.rpartition("+")
    named = key_to_character(REPLACED_KEYS.get(name, name))
    character = event.character if event.is_printable and not plus else named
    if character and character.isprintable() and character != " ":
        name = character
    return f"{held}{plus}{name}"
