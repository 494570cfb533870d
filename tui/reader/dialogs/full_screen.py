"""Dialogs that fill the terminal, with the keys that matter in the bottom line; the statistics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.app import ComposeResult
from textual.message import Message

from tui.reader.dialogs.dialog import CommandTable, Dialog
from tui.reader.dialogs.help import HelpDialog
from tui.reader.gateway import messages
from tui.reader.widgets.line_view import DocumentView
from tui.rendering.cells import StyledText, cell_width, fit_cells
from tui.rendering.statistics_report import render_statistics

if TYPE_CHECKING:
    from store.library.statistics import Statistics
    from tui.config.keymaps import Keymap

T = TypeVar("T")
HINT_SEPARATOR = "  "
MAX_REPORT_CELLS = 198
"""The greatest width of the statistics, in cells: their three columns."""


class FullScreenDialog(Dialog[T]):
    """Lines written for the width of the terminal, and a bottom line."""

    CSS_PATH = "full_screen.tcss"
    HINTS: ClassVar[Sequence[tuple[str, str]]] = ()
    """The commands named in the bottom line, and what they do here in a word."""

    def __init__(self, keymap: Keymap) -> None:
        super().__init__(keymap)
        self.view = DocumentView()
        self.status_view = DocumentView(focusable=False)
        self.status_view.id = "bottom"
        self.notice = ""

    def compose(self) -> ComposeResult:
        """The lines and the bottom line."""
        yield self.view
        yield self.status_view

    def on_mount(self) -> None:
        """Show what is known so far."""
        self.update_view()
        self.status_view.show(self._status_lines)

    @property
    def commands(self) -> CommandTable:
        """Those of a dialog, and the help."""
        return {**super().commands, "app.help": self.show_help}

    def update_view(self) -> None:
        """Write all lines again."""
        self.view.show(self.build_lines)

    def build_lines(self, width: int) -> Sequence[Sequence[StyledText]]:
        """Return all lines for a width."""
        raise NotImplementedError

    def receive_message(self, message: Message) -> None:
        """Take in what the library reports, if this screen needs it."""
        raise NotImplementedError

    def show_notice(self, text: str) -> None:
        """Show what was just done, until the next thing is done."""
        self.notice = text
        self.status_view.show(self._status_lines)

    def _status_lines(self, width: int) -> Sequence[Sequence[StyledText]]:
        if self.notice:
            return [[(fit_cells(self.notice, width), "accent")]]
        hints = [self.key_hint(command_id, label) for command_id, label in self.HINTS]
        while hints and cell_width(HINT_SEPARATOR.join(hints)) > width:
            hints.pop(-3 if len(hints) > 2 else -1)  # help and the way out last
        return [[(HINT_SEPARATOR.join(hints), "muted")]]

    def move(self, by: int) -> None:
        """Scroll."""
        self.view.scroll_lines(by)

    @property
    def page_size(self) -> int:
        """The number of lines that a page moves."""
        return self.view.page_size

    def submit(self) -> None:
        """Do nothing: there is nothing to choose."""

    def show_help(self) -> None:
        """Show the keys of this screen."""
        self.app.push_screen(HelpDialog(self.keymap, self.PLACE))


class StatisticsScreen(FullScreenDialog[None]):
    """Reading statistics; the charts follow once everything is counted."""

    PLACE = "statistics"
    HINTS = (("move.down", "scroll"), ("app.help", "help"), ("dialog.close", "back"))

    def __init__(self, keymap: Keymap) -> None:
        super().__init__(keymap)
        self.view.max_cells = self.status_view.max_cells = MAX_REPORT_CELLS
        self._statistics: Statistics | None = None

    def receive_message(self, message: Message) -> None:
        """Show what is counted so far."""
        if isinstance(message, messages.StatisticsUpdated):
            self._statistics = message.statistics
            self.update_view()

    def build_lines(self, width: int) -> Sequence[Sequence[StyledText]]:
        """Return the report."""
        if self._statistics is None:
            return [[("Counting…", "muted")]]
        return render_statistics(self._statistics, width)
