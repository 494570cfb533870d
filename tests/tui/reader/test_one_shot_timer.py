"""Timers that fire once."""

from __future__ import annotations

import ast
import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest

from tests.support.reader import run_app
from tui.reader.widgets.one_shot_timer import SteadyApp, call_after

ROOT = Path(__file__).parents[3]


@pytest.fixture
def slow_down(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return a function that stops the program between the first two looks of a timer at the clock."""
    stopped, looks = 0, Counter[object]()

    def find_time() -> float:
        nonlocal stopped
        task = asyncio.current_task()
        looks[task] += 1
        stopped += looks[task] == 2
        return monotonic() + stopped

    return lambda: monkeypatch.setattr("textual.timer._time.get_time", find_time)


async def test_a_timer_fires_when_it_is_late_already(slow_down: Callable[[], None]) -> None:
    calls: list[str] = []
    async with run_app(SteadyApp(), (80, 24)) as running:
        slow_down()
        call_after(running.app.screen, 0.001, lambda: calls.append("called"))
        await running.settle()
    assert calls == ["called"]


async def test_a_late_resize_is_not_the_last(slow_down: Callable[[], None]) -> None:
    async with run_app(SteadyApp(), (80, 24)) as running:
        slow_down()
        for width in (50, 70, 90):
            await running.resize(width, 10)
            assert running.app.screen.size.width == width


async def test_a_stopped_timer_does_not_fire() -> None:
    calls: list[str] = []
    async with run_app(SteadyApp(), (80, 24)) as running:
        call_after(running.app.screen, 0.001, lambda: calls.append("stopped")).stop()
        call_after(running.app.screen, 0.001, lambda: calls.append("called"))
        await running.settle()
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
