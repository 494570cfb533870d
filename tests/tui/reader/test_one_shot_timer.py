"""Timers that fire once."""

from __future__ import annotations

import ast
from itertools import count
from pathlib import Path

import pytest
from textual.app import App

from tests.support.reader import MessageCounter, has_pending_timer, wait_quiet
from tui.reader.widgets.one_shot_timer import call_after

ROOT = Path(__file__).parents[3]


async def test_a_timer_fires_when_it_is_late_already(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program may lose the processor between any two looks at the clock."""
    seconds, calls, heard = count(), list[str](), MessageCounter()
    async with App[None]().run_test(message_hook=heard) as pilot:
        monkeypatch.setattr("textual.timer._time.get_time", lambda: float(next(seconds)))
        call_after(pilot.app.screen, 0.001, lambda: calls.append("called"))
        while has_pending_timer(pilot.app):
            await pilot.pause(0)
        await wait_quiet(pilot.app, heard)
    assert calls == ["called"]


async def test_a_stopped_timer_does_not_fire() -> None:
    calls, heard = list[str](), MessageCounter()
    async with App[None]().run_test(message_hook=heard) as pilot:
        call_after(pilot.app.screen, 0.001, lambda: calls.append("stopped")).stop()
        call_after(pilot.app.screen, 0.001, lambda: calls.append("called"))
        while has_pending_timer(pilot.app):
            await pilot.pause(0)
        await wait_quiet(pilot.app, heard)
    assert calls == ["called"]


def test_no_other_timer_fires_once() -> None:
    """Textual's own loses calls; see `call_after`."""
    users = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tui").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Attribute) and node.attr == "set_timer"
    }
    assert users == {"tui/reader/widgets/one_shot_timer.py"}
