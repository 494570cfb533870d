"""Machines that are renamed, cloned or restored are told apart, and none of their changes is lost."""

from __future__ import annotations

import errno
import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.model.errors import SaveFailed
from store.system.machine import is_same_machine, machine_fingerprint, machine_name
from tests.support.libraries import (
    Machine,
    add,
    article_id,
    articles,
    ids,
    list_numbers,
    reading_status,
    state,
    undo,
)

ONE = article_id(1)


@pytest.fixture(autouse=True)
def _host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.node", lambda: "desk")


# -- names ---------------------------------------------------------------------------------


def test_clones_get_their_own_name(tmp_path: Path) -> None:
    """Case 42: the state folder came with the disk; each machine keeps its own name in it."""
    name = machine_name(tmp_path, {}, "one")
    clone = machine_name(tmp_path, {}, "two")
    assert clone != name
    assert machine_name(tmp_path, {}, "two") == clone
    assert machine_name(tmp_path, {}, "one") == name
    assert machine_name(tmp_path, {}, "") == name
    assert not is_same_machine(name, clone)


def test_names_without_fingerprint_are_kept(tmp_path: Path) -> None:
    """Case 42: the first machine adopts it, the next one is a clone."""
    (tmp_path / "machine").write_text("0b1c")
    assert machine_name(tmp_path, {}, "") == "desk-0b1c"
    assert machine_name(tmp_path, {}, "one") == "desk-0b1c"
    assert machine_name(tmp_path, {}, "two") != "desk-0b1c"
    assert machine_name(tmp_path, {}, "one") == "desk-0b1c"


@pytest.mark.parametrize("kept", ["", "0b1c", "0b1c one\n"])
def test_read_only_state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: str) -> None:
    """Case 28: there is still a name, the same at every start."""
    if kept:
        (tmp_path / "machine").write_text(kept)

    def refuse(path: Path, data: bytes) -> None:
        raise SaveFailed("Read-only file system", path)

    monkeypatch.setattr("store.system.machine.write_atomically", refuse)
    names = [machine_name(tmp_path, {}, mark) for mark in ("one", "one", "two", "two")]
    assert names[0] == names[1]
    assert names[2] == names[3]
    assert (names[0] == "desk-0b1c") == bool(kept)
    if "one" in kept or not kept:
        assert names[0] != names[2]


def test_fingerprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 42: from the machine id, else the network address, else empty."""
    missing, empty, good = (tmp_path / name for name in ("missing", "empty", "good"))
    empty.write_text("uninitialized\n")
    good.write_text("0123456789abcdef0123456789abcdef\n")
    mark = machine_fingerprint([missing, empty, good])
    assert len(mark) == 16
    assert mark not in good.read_text()
    monkeypatch.setattr(uuid, "getnode", lambda: 0x0242AC110002)
    address = machine_fingerprint([missing, empty])
    assert len(address) == 16
    assert address != mark
    monkeypatch.setattr(uuid, "getnode", lambda: 0x0342AC110002)
    assert machine_fingerprint([missing]) == ""


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("desk", "desk", True),
        ("desk-0b1c", "table-0b1c", True),
        ("desk-0b1c", "desk-0b1d", False),
        ("desk", "table", False),
        ("desk-00b1c", "table-00b1c", False),
    ],
)
def test_the_same_machine(one: str, other: str, *, same: bool) -> None:
    assert is_same_machine(one, other) is same


def test_undo_reaches_changes_under_the_old_host_name(tmp_path: Path) -> None:
    """Case 42: the random part is the same; changes of other machines stay."""
    desk, lap = Machine(tmp_path, "desk-0b1c"), Machine(tmp_path, "lap-0000")
    add(desk.open(), articles([1, 2]))
    desk.open().record("starred", [ONE])
    desk.open().record("read", [ONE])
    lap.clock.now = desk.clock.now
    lap.open().record("read", ids(2))
    before = state(lap.open())
    table = Machine(tmp_path, "table-0b1c", desk.clock)
    library = table.open()
    library.record("unread", [ONE])
    add(library, articles([3]))
    assert [path.stem for path in table.segments()] == ["desk-0b1c-0001", "table-0b1c-0001"]
    assert [undo(library) for _ in range(4)] == [
        ("unread", (ONE,)),
        ("read", (ONE,)),
        ("starred", (ONE,)),
        None,
    ]
    assert not reading_status(library).starred
    for _ in range(3):
        assert undo(library) is None
    assert state(table.open()) == state(library) != before
    assert [undone.event for undone in lap.open().undoable()] == ["read"]


# -- our own journal is replaced under us ---------------------------------------------------

Replace = Callable[[Path, bytes], None]


def by_renaming(path: Path, data: bytes) -> None:
    """As Syncthing, rsync and most others do."""
    new = path.with_name("new")
    new.write_bytes(data)
    new.replace(path)


def in_place(path: Path, data: bytes) -> None:
    """As `cp` does."""
    path.write_bytes(data)


def older(data: bytes) -> bytes:
    return b"".join(data.splitlines(keepends=True)[:2])


def torn(data: bytes) -> bytes:
    return data[:-20]


def nothing(_: bytes) -> bytes:
    return b""


@pytest.mark.parametrize("replace", [by_renaming, in_place])
@pytest.mark.parametrize("other", [older, torn, nothing])
@pytest.mark.parametrize("change", [True, False])
def test_journal_replaced_by_an_older_copy(
    stocked: Machine, replace: Replace, other: Callable[[bytes], bytes], *, change: bool
) -> None:
    """Case 39: the known events are appended again, once, with a warning."""
    library, second = stocked.open(), stocked.open()
    for event in ("read", "starred", "read"):
        library.record(event, [ONE])
    second.refresh()
    before = state(library)
    replace(stocked.journal, other(stocked.journal.read_bytes()))
    if change:
        library.record("read", ids(2))
    else:
        assert library.refresh().rows == {}
    second.refresh()
    assert reading_status(library).read_count == 2
    assert reading_status(library).starred
    assert (state(library) == before) is not change
    assert state(second) == state(library) == state(stocked.open())
    (problem,) = (each for each in library.problems if "replaced by another file" in each)
    assert problem.startswith(str(stocked.journal))
    assert undo(library) == ("read", tuple(ids(2 if change else 1)))


def test_renamed_journal_keeps_events_of_other_processes(stocked: Machine) -> None:
    """Case 39: also earlier events, and those not read yet."""
    stocked.open().record("starred", [ONE])
    library = stocked.open()
    stocked.open().record("read", ids(2))
    by_renaming(stocked.journal, b"")
    library.refresh()
    assert (reading_status(library).starred, reading_status(library, 2).read) == (True, True)
    assert state(stocked.open()) == state(library)


def test_journal_replaced_by_another(stocked: Machine, tmp_path: Path) -> None:
    """Case 39: both count, and neither is overwritten."""
    library = stocked.open()
    library.record("starred", [ONE])
    other = Machine(tmp_path / "other", clock=stocked.clock)
    add(other.open(), articles([1, 2]))
    other.open().record("read", ids(2))
    theirs = other.journal.read_bytes()
    by_renaming(stocked.journal, theirs)
    assert set(library.refresh().rows) == set(ids(2))
    assert (reading_status(library).starred, reading_status(library, 2).read) == (True, True)
    assert stocked.journal.read_bytes().startswith(theirs)
    assert state(stocked.open()) == state(library)


def test_failed_repair_is_retried_with_the_next_change(
    stocked: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cases 4 and 39: with a warning."""
    library = stocked.open()
    library.record("starred", [ONE])
    by_renaming(stocked.journal, b"")

    def refuse(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        library.refresh()
    (problem,) = library.problems
    assert "Not saved: no space left" in problem
    library.record("read", ids(2))
    library.refresh()
    assert (reading_status(library).starred, reading_status(library, 2).read) == (True, True)
    assert state(stocked.open()) == state(library)


def test_journal_replaced_while_opening(stocked: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 39: nothing is appended to an unlinked file."""
    library = stocked.open()
    library.record("starred", [ONE])
    open_, done = os.open, False

    def slowly(path: Any, *arguments: Any, **more: Any) -> int:
        nonlocal done
        descriptor = open_(path, *arguments, **more)
        if Path(path) == stocked.journal and not done:
            done = True
            by_renaming(stocked.journal, stocked.journal.read_bytes())
        return descriptor

    monkeypatch.setattr(os, "open", slowly)
    library.record("read", ids(2))
    assert done
    assert (reading_status(library).starred, reading_status(library, 2).read) == (True, True)
    assert state(stocked.open()) == state(library)


def test_segment_replaced_by_an_older_copy(stocked: Machine) -> None:
    """Case 39: the missing articles are added again, and nothing is overwritten."""
    library = stocked.open()
    path = stocked.segments()[0]
    older_copy = path.read_bytes()
    add(library, articles([3]))
    by_renaming(path, older_copy)
    os.utime(path, (1, 1))
    assert library.refresh().is_list_stale
    assert list_numbers(library) == [3, 2, 1]
    assert [problem for problem in library.problems if path.name in problem]
    add(library, articles([4]))
    assert list_numbers(stocked.open()) == [4, 3, 2, 1]
    assert library.get_article(article_id(3)).body.text == "Text 3."
    assert library.get_article(article_id(4)).body.text == "Text 4."


# -- clocks --------------------------------------------------------------------------------


@pytest.mark.parametrize("year", [1970, 2100])
def test_clock_jumps(stocked: Machine, year: int) -> None:
    """Case 35: a change is ordered after the one it changes, whatever the clock says."""
    library = stocked.open()
    library.record("starred", [ONE])
    now = stocked.clock.now
    stocked.clock.now = now.replace(year=year)
    library.record("unstarred", [ONE])
    stocked.clock.now = now
    stocked.open().record("read", [ONE])
    stocked.open().record("starred", [ONE])
    for each in (library, stocked.open()):
        each.refresh()
        assert (reading_status(each).starred, reading_status(each).read) == (True, True)
        assert [undone.event for undone in each.undoable()] == [
            "starred",
            "read",
            "unstarred",
            "starred",
        ]
    assert state(library) == state(stocked.open())
