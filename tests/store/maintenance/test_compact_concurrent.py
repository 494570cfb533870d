"""Compaction loses nothing, whatever happens meanwhile."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import store.maintenance.compact
from store.maintenance.compact import CompactResult
from store.model.errors import SaveFailed
from store.system.files import write_atomically
from tests.faults.test_one_save import CALLS, MAX_CALLS
from tests.support.codebase import ROOT
from tests.support.fault_injection import FAULTS, FaultInjector, Killed
from tests.support.libraries import Machine, add, articles, ids, load, state
from tests.support.maintenance import MONTH, compact, event_kinds, stored_text


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("call", CALLS)
def test_interrupted_at_every_call(tmp_path: Path, call: str, fault: str) -> None:
    """Cases 1, 2, 4 to 10: each file is the old or the new one, and the state the same."""
    for at in range(1, MAX_CALLS):
        machine = Machine(tmp_path / str(at))
        library = machine.open()
        add(library, articles([1, 2, 3]))
        library.record("deleted", ids(3))
        for position in (1, 2):
            library.record("position", ids(1), position=position)
        with machine.journal.open("ab") as file:
            file.write(b"damaged\n")
        machine.clock.now += MONTH
        before = state(library)
        lines = machine.journal.read_bytes().splitlines()
        wrong = FaultInjector(FAULTS[fault], at, (call,))
        killed = False
        try:
            with wrong.inject():
                compact(machine)
        except SaveFailed:
            pass
        except Killed:
            killed = True
        assert killed or list(machine.home.rglob(".newstui-*")) == []
        assert state(machine.open()) == before
        assert len(machine.journal.read_bytes().splitlines()) in (len(lines), len(lines) - 2)
        library.record("read", ids(2))
        compact(machine)
        assert stored_text(machine, 3) == ""
        assert machine.journal.with_name("desk.jsonl").read_bytes().count(b'"position"') == 2
        assert state(machine.open()) == state(library) != before
        assert b"damaged" not in machine.journal.read_bytes()
        assert list(machine.journal.parent.glob("desk.jsonl.damaged-*"))
        if not wrong.has_struck:
            return
    raise AssertionError("more calls than there can be")


CHILD = """
import sys, time
from pathlib import Path
import store.system.files
from tests.support.libraries import Machine, ids
store.system.files.LOCK_TIMEOUT = 60.0
library = Machine(Path(sys.argv[1])).open()
sleep = time.sleep
def waiting(seconds):
    print("waiting", flush=True)
    sleep(seconds)
time.sleep = waiting
library.record("read", ids(2))
library.record("starred", ids(1))
"""


@pytest.fixture
def waiting(stocked: Machine, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """When the journal is about to be replaced, another process waits to append to the old one."""
    children: list[Any] = []

    def write(path: Path, data: bytes) -> None:
        command = [sys.executable, "-c", CHILD, str(stocked.home)]
        child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        children.append(child)
        assert child.stdout is not None
        assert child.stdout.readline() == b"waiting\n"
        write_atomically(path, data)

    monkeypatch.setattr(store.maintenance.compact, "write_atomically", write)
    yield children
    for child in children:
        child.communicate()


def test_a_waiting_append_loses_nothing(stocked: Machine, waiting: list[Any]) -> None:
    """Case 38: the lock it waited for is on a file that no longer has a name."""
    library = stocked.open()
    for position in (1, 2):
        library.record("position", ids(1), position=position)
    assert compact(stocked).events == 1
    assert [child.wait(60) for child in waiting] == [0]
    assert event_kinds(stocked) == ["position", "read", "starred"]
    library.refresh()
    found = state(library)
    assert found == state(stocked.open())
    assert (found[ids(2)[0]][2].read, found[ids(1)[0]][2].starred) == (True, True)


def test_append_to_a_journal_compacted_just_now(stocked: Machine) -> None:
    """Case 38: a change right after another process compacted."""
    library, late = stocked.open(), stocked.open()
    for position in (1, 2):
        library.record("position", ids(1), position=position)
    late.refresh()
    append = late._journal.append
    calls: list[CompactResult] = []

    def compacted_first(events: Any) -> Any:
        if not calls:
            calls.append(compact(stocked))
        return append(events)

    late._journal.append = compacted_first  # type: ignore[method-assign]
    late.record("read", ids(2))
    assert event_kinds(stocked) == ["position", "read"]
    assert state(late) == state(stocked.open())


def test_a_journal_compacted_while_it_is_read(
    stocked: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 39: between two steps of a start."""
    monkeypatch.setattr("store.library.folder_reading.EVENT_BATCH_SIZE", 2)
    library = stocked.open()
    for number in (1, 2, 1, 2, 1, 2):
        library.record("position", ids(number), position=number)
    library.record("read", ids(2))
    late = stocked.open_unloaded()
    steps = late.load()
    next(steps)
    assert compact(stocked).events == 4
    for _ in steps:
        pass
    assert state(late) == state(load(stocked.open_unloaded())) == state(library)
