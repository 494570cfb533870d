"""Screens of their own over the reader: lines, and a line at the bottom with the keys that matter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.message import Message

from tui.config.keymaps import Keymap
from tui.reader.dialogs.dialog import Dialog
from tui.reader.dialogs.help import HelpDialog
from tui.reader.widgets.line_view import DocumentView
from tui.rendering.cells import StyledText, cell_width, fit_cells

T = TypeVar("T")
HINT_SEPARATOR = "  "


class FullScreenDialog(Dialog[T]):
    """Fills the terminal until it is left."""

    CSS_PATH = "full_screen.tcss"
    HINTS: ClassVar[Sequence[tuple[str, str]]] = ()
    """Commands of the bottom line, and what they do here in a word."""

    def __init__(self, keymap: Keymap) -> None:
        """Make the screen.

        Args:
            keymap: The keys in force.
        """
        super().__init__()
        self.keymap = keymap
        self.view = DocumentView()
        self.status_view = DocumentView(focusable=False)
        self.status_view.id = "bottom"
        self.notice = ""

    def compose(self) -> ComposeResult:
        """The lines and the keys."""
        yield self.view
        yield self.status_view

    def on_mount(self) -> None:
        """Write what is known so far."""
        self.update_view()
        self.status_view.show(self._status_lines)

    def update_view(self) -> None:
        """Write all lines anew."""
        self.view.show(self.build_lines)

    def build_lines(self, width: int) -> Sequence[Sequence[StyledText]]:
        """All lines for a width."""
        raise NotImplementedError

    def receive_message(self, message: Message) -> None:
        """Take in what the library reports, if it is meant for this screen."""
        raise NotImplementedError

    def show_notice(self, text: str) -> None:
        """Say something that was just done, until the next thing is done."""
        self.notice = text
        self.status_view.show(self._status_lines)

    def _status_lines(self, width: int) -> Sequence[Sequence[StyledText]]:
        if self.notice:
            return [[(fit_cells(self.notice, width), "accent")]]
        hints = [f"{self.keymap.first_key(command)} {what}" for command, what in self.HINTS]
        while hints and cell_width(HINT_SEPARATOR.join(hints)) > width:
            hints.pop(-3 if len(hints) > 2 else -1)  # help and the way out last
        return [[(HINT_SEPARATOR.join(hints), "muted")]]

    def move(self, by: int) -> None:
        """Scroll."""
        self.view.scroll_lines(by)

    @property
    def page_size(self) -> int:
        """Lines a page moves."""
        return self.view.page_size

    def submit(self) -> None:
        """Nothing is chosen here."""

    def action_app_help(self) -> None:
        """Show the keys that mean something here."""
        self.app.push_screen(HelpDialog(self.keymap, self.PLACE))
