"""The bottom line: what the list shows, what was just done, and the keys that matter now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.timer import Timer

from tui.reader.widgets.line_view import LineView, role_classes
from tui.rendering.cells import Piece, cell_width, fit_cells

STATUS_GAP_CELLS = 4
"""Cells between the two halves, at least."""
NOTICE_SECONDS = 6.0
"""Seconds a message stays."""


class StatusLine(LineView, can_focus=False):
    """One line that is written only when what it says changes."""

    COMPONENT_CLASSES: ClassVar[set[str]] = role_classes("accent")

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._state = ""
        self._notice = ""
        self._notice_timer: Timer | None = None
        self._key_hints: Sequence[str] = ()
        self._pending_keys = ""

    @property
    def text(self) -> str:
        """What stands there but for the keys."""
        return self._notice or self._state

    def set_state(self, state: str) -> None:
        """Say what the list shows."""
        if state != self._state:
            self._state = state
            self.refresh()

    def set_key_hints(self, keys: Sequence[str]) -> None:
        """Name the keys that matter now, each with what it does."""
        if keys != self._key_hints:
            self._key_hints = keys
            self.refresh()

    def set_pending_keys(self, keys: str) -> None:
        """Show what was typed of a command so far, in the place of the keys that matter."""
        if keys != self._pending_keys:
            self._pending_keys = keys
            self.refresh()

    def show_notice(self, text: str) -> None:
        """Say something that was just done, for some seconds."""
        if self._notice_timer is not None:
            self._notice_timer.stop()
        self._notice = text
        self._notice_timer = self.set_timer(NOTICE_SECONDS, self.clear_notice)
        self.refresh()

    def clear_notice(self) -> None:
        """Say nothing more of what was done."""
        if self._notice:
            self._notice = ""
            self.refresh()

    def build_splash_line(self, y: int, width: int) -> Sequence[Piece]:
        """The state and the keys, without what was said last."""
        self._notice = self._pending_keys = ""
        return self.build_line(y, width)

    def build_line(self, y: int, width: int) -> Sequence[Piece]:
        """State or message on the left, on the right the keys there is room for."""
        text, role = f" {self.text}", "accent" if self._notice else "muted"
        keys = [self._pending_keys] if self._pending_keys else self._key_hints
        while keys and cell_width(text) + cell_width("  ".join(keys)) + STATUS_GAP_CELLS > width:
            keys = [*keys[:-3], *keys[-2:]] if len(keys) > 2 else keys[:-1]  # help and quit last
        right = "  ".join(keys)
        left = fit_cells(text, max(0, width - cell_width(right) - 1))
        return [(left, role), (f"{right} ", "muted")]
