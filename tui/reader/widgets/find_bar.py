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

from tui.reader.widgets.inputs import SanitizedInput
from tui.reader.widgets.line_view import LineView, role_classes
from tui.rendering.cells import Piece, truncate_cells

MAX_FIND_LENGTH = 200
"""Characters that are looked for, at most."""


class FindInput(SanitizedInput):
    """The words."""

    HINTS = ("enter done", "down next", "escape back")


class FindCount(LineView, can_focus=False):
    """Which hit of how many."""

    COMPONENT_CLASSES: ClassVar[set[str]] = role_classes("accent")

    def __init__(self) -> None:
        super().__init__()
        self._count = ""

    def show_count(self, count: str) -> None:
        """Say it."""
        if count != self._count:
            self._count = count
            self.refresh()

    def build_line(self, y: int, width: int) -> Sequence[Piece]:
        """The one line."""
        return [(truncate_cells(f" {self._count}", width), "accent")]


class FindBar(Horizontal):
    """What is looked for, and how much of it was found."""

    @dataclass
    class WordsChanged(Message):
        """Other words are looked for."""

        words: str

    @dataclass
    class StepRequested(Message):
        """Another hit is to be shown."""

        by: int

    class Confirmed(Message):
        """What was typed is what was meant."""

    class Cancelled(Message):
        """Nothing is to be found after all."""

    def __init__(self, words: str, origin: int) -> None:
        """Make the bar.

        Args:
            words: What is looked for at first.
            origin: Where reading stood before, as an offset into the text.
        """
        super().__init__()
        self.start_position = origin
        self._input = FindInput(
            words,
            placeholder="find in this article",
            id="find",
            max_length=MAX_FIND_LENGTH,
            compact=True,
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

    def focus_input(self) -> None:
        """Let the words be typed, or changed."""
        self.screen.set_focus(self._input)

    def show_count(self, count: str) -> None:
        """Say which hit of how many is shown."""
        self._count.show_count(count)

    @on(Input.Changed)
    def forward_words(self, event: Input.Changed) -> None:
        """The words have changed."""
        event.stop()
        if self._input.has_focus:  # and not those the bar began with
            self.post_message(self.WordsChanged(event.value))

    @on(Input.Submitted)
    def forward_confirm(self, event: Input.Submitted) -> None:
        """The words are complete."""
        event.stop()
        self.post_message(self.Confirmed())

    @on(SanitizedInput.MoveRequested)
    def forward_step(self, event: SanitizedInput.MoveRequested) -> None:
        """Another hit, while the words are typed."""
        event.stop()
        self.post_message(self.StepRequested(event.by))

    @on(SanitizedInput.Cancelled)
    def forward_cancel(self, event: SanitizedInput.Cancelled) -> None:
        """Away with it."""
        event.stop()
        self.post_message(self.Cancelled())
