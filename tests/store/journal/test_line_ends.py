"""Journals that another program has touched without changing what they say."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from store.journal.events import encode_line
from store.journal.journal_file import end_last_line
from store.maintenance.repair import review_copies
from tests.support.libraries import Machine, ids, state, undo
from tests.support.maintenance import compact

BOM = b"\xef\xbb\xbf"

Change = Callable[[bytes], bytes]


def crlf(data: bytes) -> bytes:
    return data.replace(b"\n", b"\r\n")


def mark_merge(data: bytes) -> bytes:
    """Return a journal as git leaves it where two branches have appended, and the user commits it so."""
    first, second, *rest = data.splitlines(keepends=True)
    sides = [b"<<<<<<< HEAD\n", second, b"||||||| 1a2b3c4\n", b"=======\n", *rest]
    return b"".join([first, *sides, b">>>>>>> other branch\n"])


CHANGES: dict[str, Change] = {
    "CR LF": crlf,
    "CR CR LF": lambda data: data.replace(b"\n", b"\r\r\n"),
    "byte order mark": lambda data: BOM + data,
    "byte order mark and CR LF": lambda data: BOM + crlf(data),
    "CR LF in the first half": lambda data: crlf(data[: len(data) // 2]) + data[len(data) // 2 :],
    "empty lines": lambda data: data.replace(b"\n", b"\n\n"),
    "empty lines and CR LF": lambda data: data.replace(b"\n", b"\r\n\r\n"),
    "marks of a merge": mark_merge,
    "marks of a merge and CR LF": lambda data: crlf(mark_merge(data)),
}


@pytest.fixture(params=list(CHANGES))
def change(request: pytest.FixtureRequest) -> Change:
    """One way to touch a file."""
    return CHANGES[request.param]


def read_a_little(machine: Machine) -> None:
    library = machine.open()
    for kind in ("opened", "read", "starred"):
        library.record(kind, ids(1))
    library.record("position", ids(2), position=7)
    library.record("tagged", ids(3), tag="later")
    undo(library)
    library.close()


def test_everything_is_read(
    stocked: Machine, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With and without a snapshot, and what is appended goes on; no line counts as damaged."""
    monkeypatch.setattr("store.library.folder_reading.SNAPSHOT_INTERVAL_EVENTS", 0)
    read_a_little(stocked)
    library = stocked.open()
    before, undoable = state(library), list(library.undoable(9))
    library.close()
    stocked.journal.write_bytes(change(stocked.journal.read_bytes()))
    for _ in range(2):
        library = stocked.open()
        assert (state(library), list(library.undoable(9))) == (before, undoable)
        assert list(library.problems) == []
        library.close()
        shutil.rmtree(stocked.cache)
    library = stocked.open()
    library.record("read", ids(2))
    after = state(library)
    assert after != before
    assert state(stocked.open()) == after
    undo(library)
    assert state(stocked.open()) == before


def test_an_open_library_reads_on(stocked: Machine, change: Change) -> None:
    """The file is replaced while it is open: nothing is lost, added again or warned of."""
    read_a_little(stocked)
    library = stocked.open()
    before, lines = state(library), stocked.journal.read_bytes().count(b'"event":')
    stocked.journal.write_bytes(change(stocked.journal.read_bytes()))
    library.record("read", ids(2))
    assert list(library.problems) == []
    assert stocked.journal.read_bytes().count(b'"event":') == lines + 1
    undo(library)
    assert state(library) == state(stocked.open()) == before


def test_compaction_removes_no_line(stocked: Machine, change: Change) -> None:
    read_a_little(stocked)
    before = state(stocked.open())
    stocked.journal.write_bytes(change(stocked.journal.read_bytes()))
    done = compact(stocked)
    assert (done.damaged, done.damaged_lines_path) == (0, None)
    library = stocked.open()
    for position in (3, 5):
        library.record("position", ids(2), position=position)
    library.record("position", ids(2), position=7)
    assert compact(stocked).damaged == 0
    assert b"\r" not in stocked.journal.read_bytes()
    assert state(stocked.open()) == before


def test_a_copy_with_other_line_ends_is_redundant(stocked: Machine, change: Change) -> None:
    read_a_little(stocked)
    before = state(stocked.open())
    copy = stocked.journal.with_name("desk.sync-conflict-20261122-130500-ABCDEFG.jsonl")
    copy.write_bytes(change(stocked.journal.read_bytes()))
    assert state(stocked.open()) == before
    assert list(review_copies(stocked.folder)) == [
        f"journal/{copy.name} is a redundant conflict copy and can be deleted"
    ]


@pytest.mark.parametrize(
    ("tail", "end"),
    [
        (b"", b""),
        (b"\n", b""),
        (b"\r\n", b""),
        (b"whole", b"\n"),
        (b"whole\r", b"\n"),
        (b"torn", b" torn\n"),
        (b"NUL", b" torn\n"),
    ],
)
def test_the_end_of_the_last_line(tmp_path: Path, tail: bytes, end: bytes) -> None:
    """A line that lacks its end alone is whole, and stays so when another one is appended."""
    line = encode_line({"at": "2026-11-22T13:05:00Z", "event": "read", "article": "a"})
    for word, content in ((b"whole", line[:-1]), (b"torn", line[:-2]), (b"NUL", line[:-1] + b"\0")):
        tail = tail.replace(word, content)
    path = tmp_path / "journal"
    path.write_bytes(line + tail if tail else b"")
    with path.open("rb") as file:
        assert end_last_line(file.fileno()) == end
