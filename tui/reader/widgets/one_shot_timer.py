"""A timer that fires once, however busy the machine is."""

from __future__ import annotations

from collections.abc import Callable

from textual.message_pump import MessagePump
from textual.timer import Timer


def call_after(owner: MessagePump, seconds: float, callback: Callable[[], object]) -> Timer:
    """Call a function once after some seconds, unless the owner is gone by then.

    Textual's `set_timer` skips a call that is late already when the timer starts, as an interval
    does. On a busy machine the only call of a short timer was lost that way now and then.
    """
    timer = owner.set_timer(seconds, callback)
    timer._skip = False  # noqa: SLF001 - `set_timer` has no parameter for it
    return timer
