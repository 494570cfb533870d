"""The statistics screen: figures and charts, in as many columns as fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from tui.reader.dialogs.full_screen import FullScreenDialog
from tui.reader.gateway import messages
from tui.reader.widgets.line_view import DocumentView
from tui.rendering.cells import StyledText
from tui.rendering.statistics_report import render_statistics

if TYPE_CHECKING:
    from store.library.statistics import Statistics
    from tui.config.keymaps import Keymap

MAX_REPORT_CELLS = 198
"""The greatest width of the report, in cells: its three columns."""


class StatisticsScreen(FullScreenDialog[None]):
    """Reading statistics; the charts follow once everything is counted."""

    PLACE = "statistics"

    def __init__(self, keymap: Keymap) -> None:
        self._report_view = DocumentView()
        self._report_view.max_cells = MAX_REPORT_CELLS
        super().__init__(keymap, self._report_view)
        self._statistics: Statistics | None = None

    @property
    def hints(self) -> Sequence[tuple[str, str]]:
        """The keys of the bottom line."""
        scroll = (("move.down", "scroll"),) if self._report_view.max_top_line else ()
        return (*scroll, ("app.help", "help"), ("dialog.close", "back"))

    def receive_message(self, message: Message) -> None:
        """Show what is counted so far."""
        if isinstance(message, messages.StatisticsUpdated):
            self._statistics = message.statistics
            self.update_view()

    def update_view(self) -> None:
        """Write the report again."""
        self._report_view.show(self._build_lines)

    def _build_lines(self, width: int) -> Sequence[Sequence[StyledText]]:
        self.call_later(self.update_hints)  # it depends on the lines whether there is one to scroll
        if self._statistics is None:
            return [[("Counting…", "muted")]]
        return render_statistics(self._statistics, width)
