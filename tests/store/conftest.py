"""What the tests of the store share: machines, and every implementation of a library."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from store.library import Library
from tests.libraries import FakeClock, Machine, add, articles

Open = Callable[[], Library]


@pytest.fixture
def clock() -> FakeClock:
    """The clock of everything in the test."""
    return FakeClock()


@pytest.fixture
def machine(tmp_path: Path, clock: FakeClock) -> Machine:
    """A machine with nothing on it."""
    return Machine(tmp_path, clock=clock)


@pytest.fixture(params=["folder"])
def open_library(request: pytest.FixtureRequest, machine: Machine) -> Open:
    """Opens the same library anew each time, as another process would; one for each engine."""
    engines: dict[str, Open] = {"folder": machine.open}
    return engines[request.param]


@pytest.fixture
def library(open_library: Open) -> Library:
    """A library with nothing in it."""
    return open_library()


@pytest.fixture
def three(library: Library) -> Library:
    """A library of three articles."""
    assert add(library, articles([1, 2, 3])).added == 3
    return library


@pytest.fixture
def stocked(machine: Machine) -> Machine:
    """A machine with two articles in its library."""
    add(machine.open(), articles([1, 2]))
    return machine
