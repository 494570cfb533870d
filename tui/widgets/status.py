"""The bottom line: what the list shows, what was just done, and the keys that matter now."""

from __future__ import annotations

from collections.abc import Sequence

from tui.cells import fit
from tui.commands import FOOTER, command
from tui.widgets.lines import LineView, Piece, cells

SAID_FOR = 6.0
"""Seconds a message stays."""


class StatusLine(LineView, can_focus=False):
    """One line that is written only when what it says changes."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._state = ""
        self._said = ""
        self._keys = "  ".join(
            f"{each.keys[0]} {each.label.lower()}" for each in map(command, FOOTER)
        )

    @property
    def text(self) -> str:
        """What stands there but for the keys."""
        return self._said or self._state

    def set_state(self, state: str) -> None:
        """Say what the list shows."""
        if state != self._state:
            self._state = state
            self.refresh()

    def say(self, text: str) -> None:
        """Say something that was just done, for some seconds."""
        self._said = text
        self.refresh()
        self.set_timer(SAID_FOR, lambda: self._forget(text))

    def _forget(self, text: str) -> None:
        if self._said == text:
            self._said = ""
            self.refresh()

    def line_pieces(self, y: int, width: int) -> Sequence[Piece]:
        """State or message on the left, keys on the right where there is room."""
        text = f" {self.text}"
        room = width - cells(text) - 2
        if room < len(self._keys):
            return [(fit(text, width), "accent" if self._said else "muted")]
        role = "accent" if self._said else "muted"
        return [(text + " " * (room - len(self._keys) + 1), role), (self._keys + " ", "muted")]
