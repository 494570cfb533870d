"""When an app under test has nothing left to do: no message, no timer that is about to go off."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Any

from textual import events
from textual.app import App
from textual.message import Message
from textual.pilot import Pilot
from textual.timer import Timer

TURNS = 12
"""Turns of the event loop without a message after which none is under way any more."""
SOON = 0.1
"""Seconds up to which a timer is one that something waits for."""


class Heard:
    """Counts what the widgets are told, but for what the pilot asks them itself."""

    def __init__(self) -> None:
        """Nothing has been heard yet."""
        self.count = 0

    def __call__(self, message: Message) -> None:
        """Hear a message; what `App.run_test` calls for each."""
        self.count += not _asked_by_pilot(message)


def _asked_by_pilot(message: Message) -> bool:
    asked = message.callback if isinstance(message, events.Callback) else None
    return isinstance(asked, partial) and asked.func.__module__ == Pilot.__module__


def timers(app: App[Any]) -> Iterator[Timer]:
    """The timers that will go off once and soon."""
    screens = app.screen_stack
    for node in chain((app, *screens), *(screen.walk_children() for screen in screens)):
        for timer in node._timers:
            if timer._repeat == 0 and timer._interval <= SOON and timer._task is not None:
                yield timer


def is_waiting(app: App[Any]) -> bool:
    """Whether a timer is about to go off."""
    return any(timer._task is not None and not timer._task.done() for timer in timers(app))


async def quiet(app: App[Any], heard: Heard) -> None:
    """Let the event loop turn until nothing is said any more."""
    turns, before = 0, heard.count
    while turns < TURNS and app.return_code is None:
        await asyncio.sleep(0)
        turns = turns + 1 if heard.count == before else 0
        before = heard.count
