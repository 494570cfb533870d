"""Screens of their own over the reader: lines, and a line at the bottom with the keys that matter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.message import Message

from tui.config.keymaps import Keymap
from tui.reader.dialogs.dialog import Dialog
from tui.reader.dialogs.help import Help
from tui.reader.widgets.document_view import Written
from tui.rendering.cells import Piece, cells, fit

T = TypeVar("T")
GAP = "  "


class Whole(Dialog[T]):
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
        self.view = Written()
        self.bottom = Written(focusable=False)
        self.bottom.id = "bottom"
        self.said = ""

    def compose(self) -> ComposeResult:
        """The lines and the keys."""
        yield self.view
        yield self.bottom

    def on_mount(self) -> None:
        """Write what is known so far."""
        self.write()
        self.bottom.show(self._bottom)

    def write(self) -> None:
        """Write all lines anew."""
        self.view.show(self.lines)

    def lines(self, width: int) -> Sequence[Sequence[Piece]]:
        """All lines for a width."""
        raise NotImplementedError

    def hear(self, message: Message) -> None:
        """Take in what the library reports, if it is meant for this screen."""
        raise NotImplementedError

    def say(self, text: str) -> None:
        """Say something that was just done, until the next thing is done."""
        self.said = text
        self.bottom.show(self._bottom)

    def _bottom(self, width: int) -> Sequence[Sequence[Piece]]:
        if self.said:
            return [[(fit(self.said, width), "accent")]]
        hints = [f"{self.keymap.first(command)} {what}" for command, what in self.HINTS]
        while hints and cells(GAP.join(hints)) > width:
            hints.pop(-3 if len(hints) > 2 else -1)  # help and the way out last
        return [[(GAP.join(hints), "muted")]]

    def move(self, by: int) -> None:
        """Scroll."""
        self.view.scroll_lines(by)

    @property
    def page(self) -> int:
        """Lines a page moves."""
        return self.view.page

    def take(self) -> None:
        """Nothing is chosen here."""

    def action_app_help(self) -> None:
        """Show the keys that mean something here."""
        self.app.push_screen(Help(self.keymap, self.PLACE))
