"""A sheet of lines over the screen: the list of what can be undone, a URL, the help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Size

from tui.reader.dialogs.dialog import Dialog
from tui.reader.widgets.line_view import LineView, role_classes
from tui.rendering.cells import Piece, cells, fit
from tui.rendering.text_layout import wrap

KEY_CELLS = 18
"""Cells of the left column: a date and time, and a gap."""


class SheetView(LineView):
    """The lines of a sheet: what stands left of a tab is a column of its own."""

    COMPONENT_CLASSES: ClassVar[set[str]] = role_classes("heading", "accent")

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__()
        self._source = lines
        self._lines: list[Sequence[Piece]] = []

    def show(self, lines: Sequence[str]) -> None:
        """Show other lines, from the first on."""
        self._source = lines
        self.on_resize()
        self.go_to(0)
        self.refresh(layout=True)

    def on_resize(self) -> None:
        """Break the lines for the width."""
        self._lines = self._broken(self.size.width)
        self.set_height(len(self._lines))
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As high as the lines are at a width."""
        return len(self._broken(width))

    def _broken(self, width: int) -> list[Sequence[Piece]]:
        return [pieces for line in self._source for pieces in _broken(line, max(1, width - 2))]

    def line_pieces(self, y: int, width: int) -> Sequence[Piece]:
        """One line, a cell from the edge."""
        return [(" ", "text"), *self._lines[y]] if y < len(self._lines) else []


def _broken(line: str, width: int) -> list[Sequence[Piece]]:
    key, tab, text = line.partition("\t")
    if not tab:
        role = "heading" if line.endswith(":") else "text"
        return [[(part, role)] for part in wrap(line, width)] or [[]]
    lines = wrap(text, max(1, width - KEY_CELLS)) or [""]
    if cells(key) >= KEY_CELLS:  # a line of its own: none of the keys is cut off
        return [[(key, "accent")], *([(" " * KEY_CELLS + line, "text")] for line in lines)]
    head: Sequence[Piece] = [(fit(key, KEY_CELLS), "accent"), (lines[0], "text")]
    return [head, *([(" " * KEY_CELLS + line, "text")] for line in lines[1:])]


class Sheet(Dialog[None]):
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
        view = SheetView(self._lines)
        view.border_title = Content(self._title)
        view.border_subtitle = Content(self.SUBTITLE)
        yield view

    def move(self, by: int) -> None:
        """Scroll by lines."""
        self.query_one(SheetView).scroll_lines(by)

    @property
    def page(self) -> int:
        """Lines a page moves."""
        return self.query_one(SheetView).page

    def take(self) -> None:
        """Close the sheet."""
        self.dismiss(None)
