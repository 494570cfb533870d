"""Operations in steps, run to their end."""

from __future__ import annotations

from collections.abc import Callable, Generator
from itertools import count
from typing import TypeVar

T = TypeVar("T")


def run_steps(
    steps: Generator[object, None, T], meanwhile: Callable[[int], None] = lambda step: None
) -> T:
    """Run a generator to its end and return its result; `meanwhile` is called after each step."""
    for step in count():
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result
        meanwhile(step)
    raise AssertionError  # count() has no end
