"""The line below in which words are typed that are to be found in the article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from tui.reader.widgets.inputs import SearchInput
from tui.reader.widgets.line_view import LineView, role_classes
from tui.rendering.cells import Piece, cut

LIMIT = 200
"""Characters that are looked for, at most."""


class FindInput(SearchInput):
    """The words."""

    HINTS = ("enter done", "down next", "escape back")


class FindCount(LineView, can_focus=False):
    """Which hit of how many."""

    COMPONENT_CLASSES: ClassVar[set[str]] = role_classes("accent")

    def __init__(self) -> None:
        super().__init__()
        self._count = ""

    def tell(self, count: str) -> None:
        """Say it."""
        if count != self._count:
            self._count = count
            self.refresh()

    def line_pieces(self, y: int, width: int) -> Sequence[Piece]:
        """The one line."""
        return [(cut(f" {self._count}", width), "accent")]


class FindBar(Horizontal):
    """What is looked for, and how much of it was found."""

    @dataclass
    class Typed(Message):
        """Other words are looked for."""

        words: str

    @dataclass
    class Moved(Message):
        """Another hit is to be shown."""

        by: int

    class Taken(Message):
        """What was typed is what was meant."""

    class Left(Message):
        """Nothing is to be found after all."""

    def __init__(self, words: str, origin: int) -> None:
        """Make the bar.

        Args:
            words: What is looked for at first.
            origin: Where reading stood before, as an offset into the text.
        """
        super().__init__()
        self.origin = origin
        self._input = FindInput(
            words, placeholder="find in this article", id="find", max_length=LIMIT, compact=True
        )
        self._count = FindCount()

    def compose(self) -> ComposeResult:
        """The words, and right of them the count."""
        yield self._input
        yield self._count

    @property
    def words(self) -> str:
        """What is looked for."""
        return self._input.value

    def type_on(self) -> None:
        """Let the words be typed, or changed."""
        self.screen.set_focus(self._input)

    def tell(self, count: str) -> None:
        """Say which hit of how many is shown."""
        self._count.tell(count)

    @on(Input.Changed)
    def pass_on_words(self, event: Input.Changed) -> None:
        """The words have changed."""
        event.stop()
        if self._input.has_focus:  # and not those the bar began with
            self.post_message(self.Typed(event.value))

    @on(Input.Submitted)
    def pass_on_enter(self, event: Input.Submitted) -> None:
        """The words are complete."""
        event.stop()
        self.post_message(self.Taken())

    @on(SearchInput.Moved)
    def pass_on_moves(self, event: SearchInput.Moved) -> None:
        """Another hit, while the words are typed."""
        event.stop()
        self.post_message(self.Moved(event.by))

    @on(SearchInput.Left)
    def pass_on_escape(self, event: SearchInput.Left) -> None:
        """Away with it."""
        event.stop()
        self.post_message(self.Left())
