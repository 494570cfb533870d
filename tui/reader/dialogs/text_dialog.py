"""A sheet of lines over the screen: the list of what can be undone, a URL, the help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Size

from tui.reader.dialogs.dialog import Dialog
from tui.reader.widgets.line_view import LineView, role_classes
from tui.rendering.cells import StyledText, cell_width, fit_cells, wrap_text

KEY_COLUMN_CELLS = 18
"""Cells of the left column: a date and time, and a gap."""


class TextDialogView(LineView):
    """The lines of a sheet: what stands left of a tab is a column of its own."""

    COMPONENT_CLASSES: ClassVar[set[str]] = role_classes("heading", "accent")

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__()
        self._source_lines = lines
        self._lines: list[Sequence[StyledText]] = []

    def show(self, lines: Sequence[str]) -> None:
        """Show other lines, from the first on."""
        self._source_lines = lines
        self.on_resize()
        self.scroll_to_line(0)
        self.refresh(layout=True)

    def on_resize(self) -> None:
        """Break the lines for the width."""
        self._lines = self._wrap_lines(self.size.width)
        self.set_line_count(len(self._lines))
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As high as the lines are at a width."""
        return len(self._wrap_lines(width))

    def _wrap_lines(self, width: int) -> list[Sequence[StyledText]]:
        return [
            pieces for line in self._source_lines for pieces in _wrap_line(line, max(1, width - 2))
        ]

    def build_line(self, y: int, width: int) -> Sequence[StyledText]:
        """One line, a cell from the edge."""
        return [(" ", "text"), *self._lines[y]] if y < len(self._lines) else []


def _wrap_line(line: str, width: int) -> list[Sequence[StyledText]]:
    key, tab, text = line.partition("\t")
    if not tab:
        role = "heading" if line.endswith(":") else "text"
        return [[(part, role)] for part in wrap_text(line, width)] or [[]]
    lines = wrap_text(text, max(1, width - KEY_COLUMN_CELLS)) or [""]
    if cell_width(key) >= KEY_COLUMN_CELLS:  # a line of its own: none of the keys is cut off
        return [[(key, "accent")], *([(" " * KEY_COLUMN_CELLS + line, "text")] for line in lines)]
    head: Sequence[StyledText] = [(fit_cells(key, KEY_COLUMN_CELLS), "accent"), (lines[0], "text")]
    return [head, *([(" " * KEY_COLUMN_CELLS + line, "text")] for line in lines[1:])]


class TextDialog(Dialog[None]):
    """Lines to read; any of the keys that mean back or away closes it."""

    PLACE = "sheet"
    SUBTITLE: ClassVar[str] = "esc closes"
    CSS_PATH = "dialog.tcss"

    def __init__(self, title: str, lines: Sequence[str]) -> None:
        super().__init__()
        self._title = title
        self._lines = lines

    def compose(self) -> ComposeResult:
        """One view, as high as its lines if they fit."""
        view = TextDialogView(self._lines)
        view.border_title = Content(self._title)
        view.border_subtitle = Content(self.SUBTITLE)
        yield view

    def move(self, by: int) -> None:
        """Scroll by lines."""
        self.query_one(TextDialogView).scroll_lines(by)

    @property
    def page_size(self) -> int:
        """Lines a page moves."""
        return self.query_one(TextDialogView).page_size

    def submit(self) -> None:
        """Close the sheet."""
        self.dismiss(None)
