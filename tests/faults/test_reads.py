"""Fault loop over reading: every file that is opened, and every read from one, fails in turn.

A disk that cannot be read loses nothing: what fails is one error of ours or a problem that names
the file, and once the disk works again the library is what it was.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.library.folder import FolderLibrary
from store.maintenance.compact import compact_library
from store.model.errors import NewstuiError
from tests.support.fault_injection import READ_CALLS, FaultInjector, fail_with
from tests.support.libraries import Machine, add, articles, ids, state

MAX_CALLS = 120
"""More reads than any operation makes."""
ERRORS = {name: getattr(errno, name) for name in ("EIO", "ESTALE", "ENOMEM")}


def start(machine: Machine) -> FolderLibrary:
    return machine.open()


def mark(machine: Machine) -> FolderLibrary:
    library = machine.open()
    library.record("unread", ids(1, 2))
    return library


def add_two(machine: Machine) -> FolderLibrary:
    library = machine.open()
    add(library, articles([3, 4]))
    return library


def undo(machine: Machine) -> FolderLibrary:
    library = machine.open()
    library.undo()
    return library


def read_texts(machine: Machine) -> FolderLibrary:
    library = machine.open()
    for article in ids(1, 2):
        if library.get_row(article):
            library.get_article(article)
    return library


def repair(machine: Machine) -> FolderLibrary:
    library = machine.open()
    library.repairer.tidy(machine.cache)
    library.repairer.check_files()
    return library


def compact(machine: Machine) -> FolderLibrary:
    for _ in compact_library(machine.folder, machine.name, machine.clock):
        pass
    return machine.open()


OPERATIONS = (start, mark, add_two, undo, read_texts, repair, compact)


@pytest.fixture
def prepare(tmp_path: Path) -> Callable[[str], Machine]:
    """Return a function that makes a library with data, by name."""

    def prepare(name: str) -> Machine:
        machine = Machine(tmp_path / name)
        library = machine.open()
        add(library, articles([1, 2]))
        library.record("read", ids(1))
        library.record("starred", ids(1, 2))
        library._reading.write_snapshot()
        library.record("deleted", ids(2))
        library.undo()
        return machine

    return prepare


@pytest.mark.parametrize("lasts", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_nothing_is_lost(
    prepare: Callable[[str], Machine],
    operation: Callable[[Machine], FolderLibrary],
    error: str,
    lasts: bool,
) -> None:
    """Cases 6 and 38: one error of ours or a problem, and the whole library afterwards."""
    machine = prepare("undisturbed")
    before = state(machine.open())
    operation(machine)
    after = state(machine.open())
    for number in range(1, MAX_CALLS):
        machine = prepare(f"{error} {number}")
        injector = FaultInjector(fail_with(ERRORS[error]), number, READ_CALLS, lasts=lasts)
        library, failure = run(operation, machine, injector)
        if not injector.has_struck:
            break
        assert "\n" not in failure
        assert not list(machine.home.rglob(".newstui-*"))
        found = state(machine.open())
        assert found in ([before, after] if failure else [after])
        if library:
            check_recovery(library, found)
    assert 1 < number < MAX_CALLS - 1


def run(
    operation: Callable[[Machine], FolderLibrary], machine: Machine, injector: FaultInjector
) -> tuple[FolderLibrary | None, str]:
    """Run an operation in which reading fails; return its library, and what it reports."""
    with injector.inject():
        try:
            library = operation(machine)
        except NewstuiError as error:
            return None, str(error)
    return library, "; ".join(library.problems)


def check_recovery(library: FolderLibrary, found: Any) -> None:
    """The same process has everything again once the disk works."""
    library.refresh()
    library.refresh()
    assert state(library) == found
    library.record("tagged", ids(2), tag="later")
    assert "later" in library.get_article(ids(2)[0]).article.tags
