"""Fault loop over single saves: every call that touches the disk fails, or kills, in turn.

After each fault the library is opened again, as the next process does, and has to be as it was before
the save or as it should be after it.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.library.folder import FolderLibrary
from store.model.article import ReadingStatus
from store.model.errors import SaveFailed
from tests.support.fault_injection import FAULTS, FaultInjector, Killed, fail_with
from tests.support.libraries import Machine, add, article, articles, ids, state

CALLS = ("open", "write", "fsync", "replace")
ONE_LINE = re.compile(r"Not saved: [^\n]+\Z")
MAX_CALLS = 60
"""More calls than any save makes."""


def mark(library: FolderLibrary) -> None:
    library.record("unread", ids(1, 2))


def first_mark(library: FolderLibrary) -> None:
    library.record("starred", ids(2))


def add_two(library: FolderLibrary) -> None:
    read = ReadingStatus(read=True, read_count=2, last_read="2030-01-01T00:00:00Z")
    add(library, [article(3, read), article(4)])


def undo(library: FolderLibrary) -> None:
    library.undo()


def snapshot(library: FolderLibrary) -> None:
    library._reading.write_snapshot()


SAVES = (mark, first_mark, add_two, undo, snapshot)


@pytest.fixture
def prepare(tmp_path: Path) -> Callable[[str], tuple[Machine, FolderLibrary]]:
    """Return a function that makes a library with data, by name."""

    def prepare(name: str) -> tuple[Machine, FolderLibrary]:
        machine = Machine(tmp_path / name)
        library = machine.open()
        add(library, articles([1, 2]))
        if not name.startswith("first_mark"):
            library.record("read", ids(1))
            library.record("starred", ids(1, 2))
            library._reading.write_snapshot()
        return machine, library

    return prepare


def temporary_files(machine: Machine) -> list[Path]:
    return list(machine.home.rglob(".newstui-*"))


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("save", SAVES)
def test_a_save_is_complete_or_does_not_happen(
    prepare: Callable[[str], tuple[Machine, FolderLibrary]],
    save: Callable[[FolderLibrary], None],
    call: str,
    fault: str,
) -> None:
    """Cases 1, 2, 4 to 10 and 22: for each call, each error and each kill."""
    name = save.__name__
    machine, library = prepare(f"{name} undisturbed")
    before = state(library)
    save(library)
    after = state(machine.open())
    for number in range(1, MAX_CALLS):
        machine, library = prepare(f"{name} {number}")
        problems, outcome, is_acknowledged = list(library.problems), "", False
        injector = FaultInjector(FAULTS[fault], number, (call,))
        try:
            with injector.inject():
                save(library)
                is_acknowledged = True
        except SaveFailed as error:
            outcome = str(error)
        except Killed:
            outcome = "killed"
        assert outcome == "killed" or temporary_files(machine) == []
        assert outcome in ("", "killed") or ONE_LINE.match(outcome)
        found = state(machine.open())
        assert found in ([after] if is_acknowledged else [before, after])
        assert list(library.problems) == problems or save is snapshot
        check_continuation(machine, library, found)
        if not injector.has_struck:
            break
    assert number < MAX_CALLS - 1
    assert number > 1 or (call, save) in UNUSED_CALLS


UNUSED_CALLS = {("replace", mark), ("replace", first_mark), ("replace", undo)}
"""Events are appended: nothing is renamed."""


def check_continuation(machine: Machine, library: FolderLibrary, found: Any) -> None:
    """Check that the next changes work in the failed process and in a new one, without a loss."""
    for each in (library, machine.open()):
        each.record("tagged", ids(2), tag="later")
    again = machine.open()
    expected = {**found, ids(2)[0]: state(again)[ids(2)[0]]}
    assert state(again) == expected
    library.refresh()
    assert state(library) == expected
    assert add(again, articles([1, 5])).added == 1
    assert len(state(machine.open())) == len(found) + 1


def test_a_disk_that_stays_full(
    prepare: Callable[[str], tuple[Machine, FolderLibrary]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cases 4 and 6: the error persists, and the library stays as it was."""
    machine, library = prepare("full")
    before = state(library)
    contents = {path: path.read_bytes() for path in machine.folder.rglob("*.json*")}
    with monkeypatch.context() as patch:
        full = fail_with(errno.ENOSPC)
        patch.setattr(os, "write", lambda *arguments: full(os.write, arguments))
        for save in (mark, add_two, undo):
            for _ in range(2):
                with pytest.raises(SaveFailed, match="no space left on"):
                    save(library)
                assert state(library) == before
    assert {path: path.read_bytes() for path in machine.folder.rglob("*.json*")} == contents
    assert temporary_files(machine) == []
    mark(library)
    assert state(machine.open()) == state(library) != before


def test_short_writes_are_continued(
    prepare: Callable[[str], tuple[Machine, FolderLibrary]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 9: a write that takes seven bytes at a time still writes the whole file."""
    machine, library = prepare("short")
    write = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:7]))
        for save in SAVES:
            save(library)
    assert state(machine.open()) == state(library)
    assert list(machine.open().problems) == []


def test_an_event_is_on_disk_before_it_is_acknowledged(
    prepare: Callable[[str], tuple[Machine, FolderLibrary]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cases 2 and 3: appended and synced; a new journal's name is synced with its folder."""
    _, library = prepare("first_mark order")
    calls = []
    for name in ("write", "fsync", "replace", "ftruncate"):
        real = getattr(os, name)

        def log_call(*arguments: Any, name: str = name, real: Any = real) -> Any:
            calls.append(name)
            return real(*arguments)

        monkeypatch.setattr(os, name, log_call)
    for expected in (["write", "fsync", "fsync"], ["write", "fsync"]):
        calls.clear()
        first_mark(library)
        assert calls == expected
