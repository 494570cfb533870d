"""A small dialog: one line is chosen, or none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.cells import cut


class Picker(ModalScreen[int | None]):
    """Asks for one of a few lines; ends with its index, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "move(1)", show=False),
        Binding("k", "move(-1)", show=False),
        Binding("escape,q,h", "leave", show=False),
        Binding("l", "take", show=False),
    ]
    CSS_PATH = "dialog.tcss"

    def __init__(self, title: str, lines: Sequence[str], chosen: int = 0) -> None:
        super().__init__()
        self._title = title
        self._lines = lines
        self._chosen = chosen

    def compose(self) -> ComposeResult:
        """The lines, as data and never as markup."""
        options = OptionList(
            *(Option(Content(cut(line, 70))) for line in self._lines), markup=False, compact=True
        )
        options.border_title = Content(self._title)
        options.highlighted = self._chosen if self._lines else None
        yield options

    def action_move(self, by: int) -> None:
        """Move through the lines."""
        options = self.query_one(OptionList)
        if by > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def action_take(self) -> None:
        """Choose the line."""
        self.query_one(OptionList).action_select()

    def action_leave(self) -> None:
        """Choose nothing."""
        self.dismiss(None)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """End with the line chosen."""
        self.dismiss(event.option_index)
