"""Timers that fire once, however busy the machine is.

A timer that Textual's `set_timer` makes leaves out a call that is late already when the timer starts,
as an interval does. On a busy machine the only call of a short timer was lost that way now and then.
"""

from __future__ import annotations

from collections.abc import Callable

from textual.app import App
from textual.message_pump import MessagePump
from textual.timer import Timer, TimerCallback


def call_after(owner: MessagePump, seconds: float, callback: Callable[[], object]) -> Timer:
    """Call a function once after some seconds, unless the owner is gone by then."""
    return _never_skip(owner.set_timer(seconds, callback))


class SteadyApp(App[None]):
    """An app whose own timers are not lost: one of them ends each burst of resizes."""

    def set_timer(
        self,
        delay: float,
        callback: TimerCallback | None = None,
        *,
        name: str | None = None,
        pause: bool = False,
    ) -> Timer:
        """Call a function once after some seconds."""
        return _never_skip(super().set_timer(delay, callback, name=name, pause=pause))


def _never_skip(timer: Timer) -> Timer:
    timer._skip = False  # noqa: SLF001 - `set_timer` has no parameter for it
    return timer
