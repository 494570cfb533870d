"""The bottom line: what the list shows, what was just done, and the keys that matter now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input

from tui.reader.widgets.inputs import SanitizedInput
from tui.reader.widgets.line_view import LineView, role_classes
from tui.rendering.cells import StyledText, cell_width, fit_cells, truncate_cells
from tui.rendering.trail import Trail, render_breadcrumbs

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

    def build_splash_line(self, y: int, width: int) -> Sequence[StyledText]:
        """The state and the keys, without what was said last."""
        self._notice = self._pending_keys = ""
        return self.build_line(y, width)

    def build_line(self, y: int, width: int) -> Sequence[StyledText]:
        """State or message on the left, on the right the keys there is room for."""
        text, role = f" {self.text}", "accent" if self._notice else "muted"
        keys = [self._pending_keys] if self._pending_keys else self._key_hints
        while keys and cell_width(text) + cell_width("  ".join(keys)) + STATUS_GAP_CELLS > width:
            keys = [*keys[:-3], *keys[-2:]] if len(keys) > 2 else keys[:-1]  # help and quit last
        right = "  ".join(keys)
        left = fit_cells(text, max(0, width - cell_width(right) - 1))
        return [(left, role), (f"{right} ", "muted")]


class TrailLine(LineView, can_focus=False):
    """The trail in one line, once it has more than one article."""

    COMPONENT_CLASSES: ClassVar[set[str]] = role_classes("strong")

    def __init__(self, trail: Trail, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._trail = trail
        self.display = False

    def show(self, *, room: bool) -> None:
        """Show the trail as it is now, if there is room for it.

        Its row is taken from the first article on, so that the article's place stays the same.
        """
        self.display = room and bool(self._trail.stops)
        self.refresh()

    def build_line(self, y: int, width: int) -> Sequence[StyledText]:
        """Titles before, the one of the article that is open, titles ahead."""
        if len(self._trail.stops) < 2 or width < 1:
            return []
        titles = [stop.title or "…" for stop in self._trail.stops]
        before, here, after = render_breadcrumbs(titles, self._trail.current_index, width - 1)
        return [(f" {before}", "muted"), (here, "strong"), (after, "muted")]


MAX_FIND_LENGTH = 200
"""Characters that are looked for, at most."""


class FindInput(SanitizedInput):
    """The words."""

    HINTS = ("enter done", "down next", "escape back")


class FindCount(LineView, can_focus=False):
    """Which hit of how many."""

    COMPONENT_CLASSES: ClassVar[set[str]] = role_classes("accent")

    def __init__(self) -> None:
        super().__init__()
        self._count = ""

    def show_count(self, count: str) -> None:
        """Say it."""
        if count != self._count:
            self._count = count
            self.refresh()

    def build_line(self, y: int, width: int) -> Sequence[StyledText]:
        """The one line."""
        return [(truncate_cells(f" {self._count}", width), "accent")]


class FindBar(Horizontal):
    """What is looked for, and how much of it was found."""

    @dataclass
    class WordsChanged(Message):
        """Other words are looked for."""

        words: str

    @dataclass
    class StepRequested(Message):
        """Another hit is to be shown."""

        by: int

    class Confirmed(Message):
        """What was typed is what was meant."""

    class Cancelled(Message):
        """Nothing is to be found after all."""

    def __init__(self, words: str, origin: int) -> None:
        """Make the bar.

        Args:
            words: What is looked for at first.
            origin: Where reading stood before, as an offset into the text.
        """
        super().__init__()
        self.start_position = origin
        self._input = FindInput(
            words,
            placeholder="find in this article",
            id="find",
            max_length=MAX_FIND_LENGTH,
            compact=True,
        )
        self._count = FindCount()

    def compose(self) -> ComposeResult:
        """The words, and right of them the count."""
        yield self._input
        yield self._count

    @property
    def words(self) -> str:
        """What is looked for."""
        return self._input.value

    def focus_input(self) -> None:
        """Let the words be typed, or changed."""
        self.screen.set_focus(self._input)

    def show_count(self, count: str) -> None:
        """Say which hit of how many is shown."""
        self._count.show_count(count)

    @on(Input.Changed)
    def forward_words(self, event: Input.Changed) -> None:
        """The words have changed."""
        event.stop()
        if self._input.has_focus:  # and not those the bar began with
            self.post_message(self.WordsChanged(event.value))

    @on(Input.Submitted)
    def forward_confirm(self, event: Input.Submitted) -> None:
        """The words are complete."""
        event.stop()
        self.post_message(self.Confirmed())

    @on(SanitizedInput.MoveRequested)
    def forward_step(self, event: SanitizedInput.MoveRequested) -> None:
        """Another hit, while the words are typed."""
        event.stop()
        self.post_message(self.StepRequested(event.by))

    @on(SanitizedInput.Cancelled)
    def forward_cancel(self, event: SanitizedInput.Cancelled) -> None:
        """Away with it."""
        event.stop()
        self.post_message(self.Cancelled())
