"""The screen with what was read, when and how fast, in figures and charts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from tui.reader.dialogs.full_screen import FullScreenDialog
from tui.reader.gateway import messages
from tui.rendering.cells import StyledText
from tui.rendering.statistics_report import render_statistics

if TYPE_CHECKING:
    from store.library.statistics import Statistics
    from tui.config.keymaps import Keymap


class StatisticsScreen(FullScreenDialog[None]):
    """Reading statistics; the charts come once everything is counted."""

    PLACE = "statistics"
    HINTS = (("move.down", "scroll"), ("app.help", "help"), ("dialog.close", "back"))

    def __init__(self, keymap: Keymap) -> None:
        super().__init__(keymap)
        self._statistics: Statistics | None = None

    def receive_message(self, message: Message) -> None:
        """Show what is counted so far."""
        if isinstance(message, messages.StatisticsUpdated):
            self._statistics = message.statistics
            self.update_view()

    def build_lines(self, width: int) -> Sequence[Sequence[StyledText]]:
        """The report."""
        return (
            render_statistics(self._statistics, width)
            if self._statistics
            else [[("counting …", "muted")]]
        )
