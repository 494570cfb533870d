"""The screen with what was read, when and how fast, in figures and charts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from tui.reader.dialogs.full_screen import Whole
from tui.reader.gateway import messages
from tui.rendering.cells import Piece
from tui.rendering.statistics_report import report

if TYPE_CHECKING:
    from store.library.statistics import Statistics
    from tui.config.keymaps import Keymap


class StatisticsScreen(Whole[None]):
    """Reading statistics; the charts come once everything is counted."""

    PLACE = "statistics"
    HINTS = (("move.down", "scroll"), ("app.help", "help"), ("dialog.close", "back"))

    def __init__(self, keymap: Keymap) -> None:
        super().__init__(keymap)
        self._found: Statistics | None = None

    def hear(self, message: Message) -> None:
        """Show what is counted so far."""
        if isinstance(message, messages.StatisticsCounted):
            self._found = message.statistics
            self.write()

    def lines(self, width: int) -> Sequence[Sequence[Piece]]:
        """The report."""
        return report(self._found, width) if self._found else [[("counting …", "muted")]]
