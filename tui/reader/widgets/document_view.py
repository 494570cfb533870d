"""A view of lines that are written for its width, in the middle of a wide screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.geometry import Offset

from tui.reader.widgets.line_view import LineView, role_classes
from tui.rendering.cells import Piece

MAX_DOCUMENT_CELLS = 80
"""Cells of the longest line."""

LineWriter = Callable[[int], Sequence[Sequence[Piece]]]
"""Writes the lines for a width."""


class DocumentView(LineView):
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
        self._line_writer: LineWriter = lambda _: []
        self._lines: Sequence[Sequence[Piece]] = []
        self._margin = 1
        self._centered_line = 0
        self.find_centered_line: Callable[[], int] | None = None
        """Tells the line that is kept in the middle, once lines are written."""
        self.caret_line = 0
        """The line the terminal's cursor stands on, where none is kept in the middle."""

    def show(self, write: LineWriter) -> None:
        """Show other lines; the view stays where it is if it can."""
        self._line_writer = write
        self.on_resize()

    def on_resize(self) -> None:
        """Have the lines written for the width."""
        width = min(self.size.width - 2, MAX_DOCUMENT_CELLS)
        if width < 1:
            return
        self._margin = max(1, (self.size.width - width) // 2)
        self._lines = self._line_writer(width)
        self.set_line_count(len(self._lines))
        if self.find_centered_line is not None:
            self._centered_line = self.find_centered_line()
            self.scroll_to_line(self._centered_line - self.size.height // 2)
        self.refresh()

    @property
    def caret(self) -> Offset:
        """The terminal's cursor stands on the line that is kept in the middle, or the one named."""
        line = self.caret_line if self.find_centered_line is None else self._centered_line
        return Offset(0, min(max(0, line - self.top_line), max(0, self.size.height - 1)))

    def build_line(self, y: int, width: int) -> Sequence[Piece]:
        """One line, in the middle."""
        if y >= len(self._lines):
            return []
        return [(" " * self._margin, "text"), *self._lines[y]]
