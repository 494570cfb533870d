"""The bottom line: what the list shows, what was just done, and the keys that matter now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.timer import Timer

from tui.reader.widgets.line_view import LineView, role_classes
from tui.rendering.cells import Piece, cells, fit

GAP = 4
"""Cells between the two halves, at least."""
SAID_FOR = 6.0
"""Seconds a message stays."""


class StatusLine(LineView, can_focus=False):
    """One line that is written only when what it says changes."""

    COMPONENT_CLASSES: ClassVar[set[str]] = role_classes("accent")

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._state = ""
        self._said = ""
        self._forgetting: Timer | None = None
        self._keys: Sequence[str] = ()
        self._pending = ""

    @property
    def text(self) -> str:
        """What stands there but for the keys."""
        return self._said or self._state

    def set_state(self, state: str) -> None:
        """Say what the list shows."""
        if state != self._state:
            self._state = state
            self.refresh()

    def set_keys(self, keys: Sequence[str]) -> None:
        """Name the keys that matter now, each with what it does."""
        if keys != self._keys:
            self._keys = keys
            self.refresh()

    def set_pending(self, keys: str) -> None:
        """Show what was typed of a command so far, in the place of the keys that matter."""
        if keys != self._pending:
            self._pending = keys
            self.refresh()

    def say(self, text: str) -> None:
        """Say something that was just done, for some seconds."""
        if self._forgetting is not None:
            self._forgetting.stop()
        self._said = text
        self._forgetting = self.set_timer(SAID_FOR, self.forget)
        self.refresh()

    def forget(self) -> None:
        """Say nothing more of what was done."""
        if self._said:
            self._said = ""
            self.refresh()

    def opening_pieces(self, y: int, width: int) -> Sequence[Piece]:
        """The state and the keys, without what was said last."""
        self._said = self._pending = ""
        return self.line_pieces(y, width)

    def line_pieces(self, y: int, width: int) -> Sequence[Piece]:
        """State or message on the left, on the right the keys there is room for."""
        text, role = f" {self.text}", "accent" if self._said else "muted"
        keys = [self._pending] if self._pending else self._keys
        while keys and cells(text) + cells("  ".join(keys)) + GAP > width:
            keys = [*keys[:-3], *keys[-2:]] if len(keys) > 2 else keys[:-1]  # help and quit last
        right = "  ".join(keys)
        left = fit(text, max(0, width - cells(right) - 1))
        return [(left, role), (f"{right} ", "muted")]
