"""Timers that fire once, however busy the machine is.

Textual leaves out a call that is late already when its timer starts, so on a busy machine the only
call of a `set_timer` was lost now and then. An interval calls again, and is stopped then.
"""

from __future__ import annotations

from textual.app import App
from textual.message_pump import MessagePump
from textual.timer import Timer, TimerCallback

ONE_SHOT = "one shot"
"""The name of the timers that fire once."""


def call_after(
    owner: MessagePump, seconds: float, callback: TimerCallback, *, pause: bool = False
) -> Timer:
    """Call a function once after some seconds, unless the owner is gone by then.

    Args:
        owner: The widget, screen or app whose task makes the call.
        seconds: Seconds from now on.
        callback: The function, without arguments.
        pause: True if the seconds count from `Timer.resume` on.
    """
    pending = [callback]

    def call() -> None:
        timer.stop()
        if pending:  # a late timer may call once more before it stops
            owner.call_next(pending.pop())

    timer = owner.set_interval(seconds, call, name=ONE_SHOT, pause=pause)
    return timer


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
        if callback is None:
            return super().set_timer(delay, name=name, pause=pause)
        return call_after(self, delay, callback, pause=pause)
