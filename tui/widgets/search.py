"""The line in which a search is typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Input

JOINERS = "\u200c\u200d"
"""Invisible, but part of how some scripts are written."""


class SearchInput(Input):
    """An input into which nothing gets that could control the terminal, by a paste say."""

    HINTS: ClassVar[tuple[str, ...]] = ("enter done", "escape leave it")
    """What keys do while one types: those of the panes are text then."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("tab", "submit", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
    ]

    class Left(Message):
        """What was typed is given up."""

    @dataclass
    class Moved(Message):
        """The list above is to be moved through meanwhile."""

        by: int

    def on_mount(self) -> None:
        """Nothing is sent while nothing is typed."""
        self.cursor_blink = False

    def action_move(self, by: int) -> None:
        """Move through the list."""
        self.post_message(self.Moved(by))

    def action_leave(self) -> None:
        """Give it up."""
        self.post_message(self.Left())

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw it, and see that the terminal's cursor stands in it, wherever it has come to stand."""
        if self.has_focus:
            self.app.cursor_position = self.cursor_screen_offset
        return super().render_lines(crop)

    def validate_value(self, value: str) -> str:
        """The value without controls and invisible characters."""
        return "".join(char for char in value if char.isprintable() or char in JOINERS)


class LibrarySearch(SearchInput):
    """The line in which is typed what to search for in the library."""

    HINTS = ("enter open", "tab list", "escape clear")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "keep", show=False)]

    class Kept(Message):
        """What was found is to be gone through as a list."""

    def action_keep(self) -> None:
        """Go to what was found."""
        self.post_message(self.Kept())
