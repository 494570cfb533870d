"""The snapshot: whatever becomes of it, the state is that of the journals."""

from __future__ import annotations

import errno
import os
import random
from typing import Any

import orjson
import pytest
from tinydb import TinyDB

from store.journal.reading_state import read_snapshot
from tests.support.libraries import Machine, add, article_id, articles, ids, state

ONE = article_id(1)


@pytest.fixture(autouse=True)
def _always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.library.folder_reading.SNAPSHOT_INTERVAL_EVENTS", 0)


@pytest.fixture
def used(machine: Machine) -> Machine:
    """A library with every kind of mark, and a snapshot of them."""
    library = machine.open()
    add(library, articles([1, 2, 3]))
    library.record("read", ids(1, 2))
    library.record("starred", ids(2, 3))
    library.record("opened", ids(1))
    library.record("position", ids(1), position=7)
    library.record("tagged", ids(1), tag="t")
    library.record("edited", ids(3), to={"title": "New", "category": "c"})
    library.record("deleted", ids(2))
    library.undo()
    library.record("unread", ids(1))
    library.close()
    assert machine.cache.joinpath("reading.json").exists()
    return machine


def replayed(machine: Machine) -> dict[str, Any]:
    """The state without any snapshot."""
    return state(Machine(machine.home, clock=machine.clock).open())


def test_a_start_reads_only_lines_after_the_snapshot(
    used: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, size = used.cache / "reading.json", used.journal.stat().st_size
    used.open().record("unstarred", ids(3))  # and no close(): killed
    kept = read_snapshot(path)
    assert kept is not None
    assert kept.cursors["desk.jsonl"][0] == size
    with_snapshot = state(used.open())
    path.unlink()
    assert state(used.open()) == with_snapshot


def test_it_is_a_tinydb_file(used: Machine) -> None:
    with TinyDB(used.cache / "reading.json", access_mode="r") as database:
        assert {each["article"] for each in database.table("reading")} == set(ids(1, 2, 3))


def test_undo_works_after_a_snapshot(used: Machine) -> None:
    library = used.open()
    undone = [library.undo() for _ in range(6)]
    assert [each[0].event for each in undone if each] == [
        "unread", "edited", "tagged", "starred", "read",
    ]  # fmt: skip
    rows = [row for row, _, _ in state(library).values()]
    assert not any(row.read_count or row.starred for row in rows)


def test_any_damage_is_detected(used: Machine) -> None:
    """Case 15: truncated or changed anywhere, it is ignored."""
    path = used.cache / "reading.json"
    data = path.read_bytes()
    for cut in range(len(data)):
        path.write_bytes(data[:cut])
        assert read_snapshot(path) is None
    rng = random.Random(15)
    for _ in range(500):
        at = rng.randrange(len(data))
        path.write_bytes(data[:at] + bytes([data[at] ^ rng.randint(1, 255)]) + data[at + 1 :])
        assert read_snapshot(path) is None


@pytest.mark.parametrize("content", [None, b"", b"null", b"{}", b'{"_meta":{"1":5}}', b"\0" * 99])
def test_without_a_snapshot_the_journals_are_read(used: Machine, content: bytes | None) -> None:
    """Cases 11 to 16, for derived files."""
    path = used.cache / "reading.json"
    expected = state(used.open())
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    library = used.open()
    assert state(library) == expected
    assert list(library.problems) == []
    assert read_snapshot(path) is not None  # it was written again


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("format", 99),
        ("format", None),
        ("journals", {"desk.jsonl": 5}),
        ("journals", {"desk.jsonl": ["x", "00"]}),
        ("journals", {"desk.jsonl": [5, "not hex"]}),
        ("journals", {"desk.jsonl": [-5, "00"]}),
        ("journals", []),
        ("newest", "x"),
        ("undone", None),
        ("undone", [[]]),
    ],
)
def test_a_snapshot_of_another_version_is_ignored(
    used: Machine, monkeypatch: pytest.MonkeyPatch, name: str, value: Any
) -> None:
    path = used.cache / "reading.json"
    expected = state(used.open())
    dumps = orjson.dumps

    def other_version(tables: dict[str, Any]) -> bytes:
        tables["_meta"]["1"][name] = value
        return dumps(tables)

    with monkeypatch.context() as patch:
        patch.setattr("store.journal.reading_state.orjson.dumps", other_version)
        used.open_unloaded()._reading.write_snapshot()
    assert orjson.loads(path.read_bytes())["_meta"]["1"][name] == value
    assert state(used.open()) == expected


@pytest.mark.parametrize("what", ["shrunk", "replaced", "gone", "grown"])
def test_a_stale_snapshot(used: Machine, what: str) -> None:
    """Case 39: the journal it covers has been replaced."""
    data = used.journal.read_bytes()
    lines = data.splitlines(keepends=True)
    other = {
        "shrunk": b"".join(lines[:4]),
        "replaced": b"".join([*lines[:2], *lines[4:]]),
        "gone": b"",
        "grown": data + b"".join(lines[2:4]),
    }[what]
    used.journal.write_bytes(other)
    if what == "gone":
        used.journal.unlink()
    now = state(used.open())
    (used.cache / "reading.json").unlink()
    assert state(used.open()) == now


def test_a_cache_that_cannot_be_written(used: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 28: a start only takes longer."""
    expected = state(used.open())

    def refuse(*_: Any) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    (used.cache / "reading.json").unlink()
    monkeypatch.setattr(os, "replace", refuse)
    library = used.open()
    assert state(library) == expected
    assert ["Read-only file system" in problem for problem in library.problems] == [True]


def test_values_that_json_cannot_hold(used: Machine) -> None:
    """Case 21: counts beyond 64 bits, from a file made by hand."""
    library = used.open()
    for _ in range(2):
        library.record("read", [ONE], count=(1 << 64) - 1)
    library.close()
    assert ["Not saved" in problem for problem in library.problems] == [True]
    assert state(used.open()) == state(library)
