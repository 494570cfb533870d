"""The bars of one line: the header, the status line, the find bar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input

from tui.reader.widgets.inputs import SanitizedInput
from tui.reader.widgets.line_view import LineView
from tui.reader.widgets.one_shot_timer import call_after
from tui.rendering.bottom_line import (
    KeyHint,
    Notice,
    NoticeKind,
    build_bottom_line,
    find_clicked_hint,
)
from tui.rendering.cells import StyledText, truncate_cells
from tui.rendering.header_line import HeaderFacts, build_header, find_clicked_command

NOTICE_SECONDS = 6.0
"""Seconds a notice stays."""
MAX_FAILURES = 100
"""Messages about failures that are kept."""

MAX_FIND_LENGTH = 200
"""Maximum length of a search."""


class StatusLine(LineView, can_focus=False):
    """The bottom line: a notice or the state of the list, and the keys that matter now."""

    @dataclass
    class HintClicked(Message):
        """The name of a key was clicked."""

        hint: KeyHint

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._state = self._detail = ""
        self._notice: Notice | None = None
        self.drawn_notice: Notice | None = None
        """The notice that can be seen."""
        self._notice_timer: Timer | None = None
        self._key_hints: Sequence[KeyHint] = ()
        self._pending_keys = ""
        self.full_text_hint = ""
        """How to read a message that is cut."""
        self._failures: dict[str, None] = {}

    @property
    def failures(self) -> Sequence[str]:
        """The messages about failures so far, the latest first."""
        return tuple(reversed(self._failures))

    @property
    def text(self) -> str:
        """The text on the left, before it is shortened: the notice, else the state."""
        return self._notice.full_text if self._notice is not None else self._state

    def set_state(self, state: str, detail: str = "") -> None:
        """Set the state of the list, and what follows it where there is room."""
        if (state, detail) != (self._state, self._detail):
            self._state, self._detail = state, detail
            self.refresh()

    def set_key_hints(self, hints: Sequence[KeyHint]) -> None:
        """Set the keys to show, each with its label."""
        if hints != self._key_hints:
            self._key_hints = hints
            self.refresh()

    def set_pending_keys(self, keys: str) -> None:
        """Show the keys typed of a command so far, instead of the hints."""
        if keys != self._pending_keys:
            self._pending_keys = keys
            self.refresh()

    def show_notice(self, text: str, kind: NoticeKind = "info", hint: str = "") -> None:
        """Show a message for some seconds; see `Notice`."""
        if self._notice_timer is not None:
            self._notice_timer.stop()
        is_failure = bool(text) and kind == "failed"
        more = self.full_text_hint if is_failure else ""
        self._notice = Notice(text, kind, hint, more) if text else None
        if is_failure:
            self._keep_failure(text)
        self._notice_timer = call_after(self, NOTICE_SECONDS, self.clear_notice)
        self.refresh()

    def show_problems(self, problems: Sequence[str], list_key: str) -> None:
        """Show the first of several problems, and which key lists them."""
        for problem in reversed(problems):
            self._keep_failure(problem)
        self.show_notice(problems[0], "failed")
        if len(problems) > 1:
            text = f"{len(problems)} problems ({list_key} lists them): {problems[0]}"
            self._notice = Notice(text, "failed")

    def _keep_failure(self, text: str) -> None:
        self._failures.pop(text, None)
        self._failures[text] = None
        if len(self._failures) > MAX_FAILURES:
            del self._failures[next(iter(self._failures))]

    def clear_notice(self) -> None:
        """Remove the notice."""
        if self._notice is not None:
            self._notice = None
            self.refresh()

    def click_line(self, line: int, x: int, *, had_keys: bool) -> None:
        """Tell the screen which key was clicked."""
        left, width = self._notice or self._state, self.size.width
        hint = find_clicked_hint(left, self._key_hints, width, x)
        if hint is not None and not self._pending_keys:
            self.post_message(self.HintClicked(hint))

    def retract_hint(self) -> None:
        """Remove a notice that says what can be done next: its key does something else now."""
        if self._notice is not None and self._notice.hint:
            self.clear_notice()

    def build_splash_line(self, y: int, width: int) -> Sequence[StyledText]:
        """Return the line without a notice."""
        self._notice, self._pending_keys = None, ""
        return self.build_line(y, width)

    def build_line(self, y: int, width: int) -> Sequence[StyledText]:
        """Return notice or state on the left, and on the right the keys that fit."""
        self.drawn_notice = self._notice
        hints = [(self._pending_keys, "")] if self._pending_keys else self._key_hints
        return build_bottom_line(self._notice or self._state, hints, width, self._detail)


class HeaderLine(LineView, can_focus=False):
    """The top line: what the list shows, and how much of it is unread."""

    @dataclass
    class FactClicked(Message):
        """A fact that a command changes was clicked."""

        command_id: str

    def __init__(self, now: Callable[[], int], id: str) -> None:  # noqa: A002 - Textual's name
        """Make an empty line; `now` returns seconds since 1970, for the age of the last fetch."""
        super().__init__(id=id)
        self._now = now
        self._facts = HeaderFacts()
        self._pieces: Sequence[StyledText] = ()

    def show(self, facts: HeaderFacts) -> None:
        """Show other facts, or the same as of now."""
        self._facts = facts
        if build_header(facts, self.size.width, self._now()) != self._pieces:
            self.refresh()

    def click_line(self, line: int, x: int, *, had_keys: bool) -> None:
        """Tell the screen which fact was clicked."""
        pieces = self.build_line(line, self.size.width)
        if command_id := find_clicked_command(pieces, self._facts.order, x):
            self.post_message(self.FactClicked(command_id))

    def build_splash_line(self, y: int, width: int) -> Sequence[StyledText]:
        """Return the line as it is."""
        return self.build_line(y, width)

    def build_line(self, y: int, width: int) -> Sequence[StyledText]:
        """Return the facts that fit."""
        self._pieces = build_header(self._facts, width, self._now())
        return self._pieces


class FindInput(SanitizedInput):
    """The input of the find bar."""

    hints = (("enter", "done"), ("down", "next"), ("esc", "cancel"))


class FindCount(LineView, can_focus=False):
    """The current hit and the number of hits."""

    def __init__(self) -> None:
        super().__init__()
        self._count = ""

    def show_count(self, count: str) -> None:
        """Show a count."""
        if count != self._count:
            self._count = count
            self.refresh()

    def build_line(self, y: int, width: int) -> Sequence[StyledText]:
        """Return the count."""
        return [(truncate_cells(f" {self._count}", width), "accent")]


class FindBar(Horizontal):
    """The input of a search in the article, and the count of its hits."""

    @dataclass
    class WordsChanged(Message):
        """The search changed."""

        words: str

    @dataclass
    class StepRequested(Message):
        """The user wants to see another hit."""

        by: int

    class Confirmed(Message):
        """The user finished typing."""

    class Cancelled(Message):
        """The user cancelled the search."""

    def __init__(self, words: str, origin: int) -> None:
        """Make the bar.

        Args:
            words: The initial search.
            origin: The position before the search, an offset into the text.
        """
        super().__init__()
        self.start_position = origin
        self._input = FindInput(
            words,
            placeholder="Find in this article",
            id="find",
            max_length=MAX_FIND_LENGTH,
            compact=True,
        )
        self._count = FindCount()

    def compose(self) -> ComposeResult:
        """Compose the input, and the count to the right of it."""
        yield self._input
        yield self._count

    @property
    def words(self) -> str:
        """The search."""
        return self._input.value

    def focus_input(self) -> None:
        """Focus the input."""
        self.screen.set_focus(self._input)

    def show_count(self, count: str) -> None:
        """Show the current hit and the number of hits."""
        self._count.show_count(count)

    @on(Input.Changed)
    def forward_words(self, event: Input.Changed) -> None:
        """Post the change of the search."""
        event.stop()
        if self._input.has_focus:  # and not for the initial value
            self.post_message(self.WordsChanged(event.value))

    @on(Input.Submitted)
    def forward_confirm(self, event: Input.Submitted) -> None:
        """Post that the user finished typing."""
        event.stop()
        self.post_message(self.Confirmed())

    @on(SanitizedInput.MoveRequested)
    def forward_step(self, event: SanitizedInput.MoveRequested) -> None:
        """Post that another hit is wanted."""
        event.stop()
        self.post_message(self.StepRequested(event.by))

    @on(SanitizedInput.Cancelled)
    def forward_cancel(self, event: SanitizedInput.Cancelled) -> None:
        """Post that the search is cancelled."""
        event.stop()
        self.post_message(self.Cancelled())
