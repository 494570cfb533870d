"""A small dialog: one line is chosen, or none."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Offset, Region
from textual.strip import Strip
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.reader.dialogs.dialog import Dialog
from tui.rendering.cells import cell_width, fit_cells, pad_left, truncate_cells

PICKER_KEY_HINTS = "enter chooses · esc closes"
"""What is said below the lines."""
MAX_NAME_CELLS = 32
"""Cells of a name in a column."""


class PickerOptions(OptionList):
    """The lines; the terminal's cursor stands on the one that is chosen."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw lines, and see that the terminal's cursor stands where it belongs afterwards."""
        line = (self.highlighted or 0) - self.scroll_offset.y
        self.app.cursor_position = self.content_region.offset + Offset(0, line)
        return super().render_lines(crop)


class Picker(Dialog[int | None]):
    """Asks for one of a few lines; ends with its index, or None."""

    PLACE = "picker"
    CSS_PATH = "dialog.tcss"

    def __init__(self, title: str, lines: Sequence[str], chosen: int = 0) -> None:
        super().__init__()
        self._title = title
        self._lines = lines
        self._initial_index = chosen

    def compose(self) -> ComposeResult:
        """The lines, as data and never as markup."""
        options = PickerOptions(
            *(Option(Content(truncate_cells(line, 70))) for line in self._lines),
            markup=False,
            compact=True,
        )
        options.border_title = Content(self._title)
        options.border_subtitle = Content(PICKER_KEY_HINTS)
        options.highlighted = self._initial_index if self._lines else None
        yield options

    def move(self, by: int) -> None:
        """Move through the lines."""
        if self._lines:
            options = self.query_one(OptionList)
            at = (options.highlighted or 0) + by
            options.highlighted = min(max(0, at), len(self._lines) - 1)

    @property
    def page_size(self) -> int:
        """Lines a page moves."""
        return max(1, self.query_one(OptionList).size.height - 1)

    def submit(self) -> None:
        """Choose the line."""
        self.dismiss(self.query_one(OptionList).highlighted)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """By mouse: end with the line chosen."""
        self.dismiss(event.option_index)


def format_columns(facts: Sequence[tuple[str, str]]) -> list[str]:
    """Names on the left and what is said of them on the right, as lines."""
    left = min(MAX_NAME_CELLS, max(cell_width(name) for name, _ in facts))
    right = max(cell_width(said) for _, said in facts)
    return [f"{fit_cells(name, left)}  {pad_left(said, right)}" for name, said in facts]
