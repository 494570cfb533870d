"""Fault loop: every call that touches the disk fails, or kills, in turn; nothing is ever half done.

For each way a single save can go wrong the library is opened anew, as the next process does, and
must be as it was before the save or as it should be after it.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from store.library.folder import FolderLibrary
from store.model.article import ReadingStatus
from store.model.errors import SaveFailed
from tests.support.fault_injection import FAULTS, Killed, fail_with
from tests.support.libraries import Machine, add, article, articles, ids, state

CALLS = ("open", "write", "fsync", "replace")
ONE_LINE = re.compile(r"Not saved: [^\n]+\Z")
MOST = 60
"""More calls than any save makes."""


@dataclass
class Fault:
    """Makes the `at`-th call of one function go wrong."""

    call: str
    at: int
    wrong: Callable[[Callable[..., Any], tuple[Any, ...]], Any]
    seen: int = field(default=0, init=False)

    @property
    def happened(self) -> bool:
        """Whether there were so many calls."""
        return self.seen >= self.at

    @contextmanager
    def injected(self) -> Iterator[None]:
        """The fault is there within."""
        real = getattr(os, self.call)

        def call(*given: Any, **named: Any) -> Any:
            self.seen += 1
            if self.seen != self.at:
                return real(*given, **named)
            return self.wrong(lambda *other: real(*other, **named), given)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, self.call, call)
            yield


def mark(library: FolderLibrary) -> None:
    library.record("unread", ids(1, 2))


def first_mark(library: FolderLibrary) -> None:
    library.record("starred", ids(2))


def take_in(library: FolderLibrary) -> None:
    read = ReadingStatus(read=True, read_count=2, last_read="2030-01-01T00:00:00Z")
    add(library, [article(3, read), article(4)])


def take_back(library: FolderLibrary) -> None:
    library.undo()


def snapshot(library: FolderLibrary) -> None:
    library._write_snapshot()


SAVES = (mark, first_mark, take_in, take_back, snapshot)


@pytest.fixture
def prepare(tmp_path: Path) -> Callable[[str], tuple[Machine, FolderLibrary]]:
    """Makes a library, by name, that has something to lose."""

    def prepare(name: str) -> tuple[Machine, FolderLibrary]:
        machine = Machine(tmp_path / name)
        library = machine.open()
        add(library, articles([1, 2]))
        if not name.startswith("first_mark"):
            library.record("read", ids(1))
            library.record("starred", ids(1, 2))
            library._write_snapshot()
        return machine, library

    return prepare


def temporary(machine: Machine) -> list[Path]:
    return list(machine.home.rglob(".newstui-*"))


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("save", SAVES)
def test_a_save_is_whole_or_not_at_all(
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
    for at in range(1, MOST):
        machine, library = prepare(f"{name} {at}")
        told, said, acknowledged = list(library.problems), "", False
        wrong = Fault(call, at, FAULTS[fault])
        try:
            with wrong.injected():
                save(library)
                acknowledged = True
        except SaveFailed as error:
            said = str(error)
        except Killed:
            said = "killed"
        assert said == "killed" or temporary(machine) == []
        assert said in ("", "killed") or ONE_LINE.match(said)
        found = state(machine.open())
        assert found in ([after] if acknowledged else [before, after])
        assert list(library.problems) == told or save is snapshot
        check_that_it_goes_on(machine, library, found)
        if not wrong.happened:
            break
    assert at < MOST - 1
    assert at > 1 or (call, save) in NEVER


NEVER = {("replace", mark), ("replace", first_mark), ("replace", take_back)}
"""An event is appended: nothing is renamed."""


def check_that_it_goes_on(machine: Machine, library: FolderLibrary, found: Any) -> None:
    """The next change works, in the process that failed and in a new one; nothing is lost."""
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
    """Cases 4 and 6: the error stays; so does everything that was there."""
    machine, library = prepare("full")
    before = state(library)
    contents = {path: path.read_bytes() for path in machine.folder.rglob("*.json*")}
    with monkeypatch.context() as patch:
        full = fail_with(errno.ENOSPC)
        patch.setattr(os, "write", lambda *given: full(os.write, given))
        for save in (mark, take_in, take_back):
            for _ in range(2):
                with pytest.raises(SaveFailed, match="no space left on"):
                    save(library)
                assert state(library) == before
    assert {path: path.read_bytes() for path in machine.folder.rglob("*.json*")} == contents
    assert temporary(machine) == []
    mark(library)
    assert state(machine.open()) == state(library) != before


def test_short_writes_are_continued(
    prepare: Callable[[str], tuple[Machine, FolderLibrary]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 9."""
    machine, library = prepare("short")
    write = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:7]))
        for save in SAVES:
            save(library)
    assert state(machine.open()) == state(library)
    assert list(machine.open().problems) == []


def test_an_event_is_on_the_disk_before_it_is_acknowledged(
    prepare: Callable[[str], tuple[Machine, FolderLibrary]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cases 2 and 3: appended and synced; a new journal's name is synced with its folder."""
    _, library = prepare("first_mark order")
    calls = []
    for name in ("write", "fsync", "replace", "ftruncate"):
        real = getattr(os, name)

        def noted(*given: Any, name: str = name, real: Any = real) -> Any:
            calls.append(name)
            return real(*given)

        monkeypatch.setattr(os, name, noted)
    for expected in (["write", "fsync", "fsync"], ["write", "fsync"]):
        calls.clear()
        first_mark(library)
        assert calls == expected
