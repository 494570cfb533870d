"""The reader's key bindings, made from the one table of commands."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from tui.commands import COMMANDS

COMMA = {",": "comma"}
"""Textual separates keys by commas, so that one has to be spelt out."""


def reader_bindings() -> list[BindingType]:
    """A binding for every command; its id is the command's, so that it can be rebound.

    They have priority, so that each key is carried out before the next one is looked at: after `/`
    what follows is typed into the search, however fast it comes.
    """
    return [
        Binding(
            ",".join(COMMA.get(key, key) for key in command.keys),
            command.action,
            command.label,
            show=False,
            priority=True,
            id=command.id,
        )
        for command in COMMANDS
    ]
