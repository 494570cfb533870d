"""A view of lines that are written for its width, in the middle of a wide screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.geometry import Offset

from tui.reader.widgets.line_view import LineView, role_classes
from tui.rendering.cells import Piece

MEASURE = 80
"""Cells of the longest line."""

Write = Callable[[int], Sequence[Sequence[Piece]]]
"""Writes the lines for a width."""


class Written(LineView):
    """Shows what a function writes, and has it written anew for every other width."""

    COMPONENT_CLASSES: ClassVar[set[str]] = role_classes(
        "heading", "accent", "unread", "strong", "selection"
    )

    def __init__(self, *, focusable: bool = True) -> None:
        """Make an empty view.

        Args:
            focusable: Whether it takes the focus, and with it the terminal's cursor.
        """
        super().__init__()
        self.can_focus = focusable
        self._write: Write = lambda _: []
        self._lines: Sequence[Sequence[Piece]] = []
        self._margin = 1
        self._at = 0
        self.middle: Callable[[], int] | None = None
        """Tells the line that is kept in the middle, once lines are written."""
        self.pointed = 0
        """The line the terminal's cursor stands on, where none is kept in the middle."""

    def show(self, write: Write) -> None:
        """Show other lines; the view stays where it is if it can."""
        self._write = write
        self.on_resize()

    def on_resize(self) -> None:
        """Have the lines written for the width."""
        width = min(self.size.width - 2, MEASURE)
        if width < 1:
            return
        self._margin = max(1, (self.size.width - width) // 2)
        self._lines = self._write(width)
        self.set_height(len(self._lines))
        if self.middle is not None:
            self._at = self.middle()
            self.go_to(self._at - self.size.height // 2)
        self.refresh()

    @property
    def caret(self) -> Offset:
        """The terminal's cursor stands on the line that is kept in the middle, or the one named."""
        line = self.pointed if self.middle is None else self._at
        return Offset(0, min(max(0, line - self.top), max(0, self.size.height - 1)))

    def line_pieces(self, y: int, width: int) -> Sequence[Piece]:
        """One line, in the middle."""
        if y >= len(self._lines):
            return []
        return [(" " * self._margin, "text"), *self._lines[y]]
