"""The journals: round trips, torn and damaged lines, clocks that jump."""

from __future__ import annotations

import errno
import fcntl
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.journal import journal_file
from store.journal.events import Event, NewEvent, decode_line, encode_event, encode_line
from store.journal.journal import Journal
from store.journal.journal_file import read_next_lines
from store.model.errors import LibraryBusy, LibraryReadOnly, SaveFailed
from tests.support.libraries import FakeClock

ALL = 1_000_000

Make = Callable[..., Journal]


@pytest.fixture
def warnings() -> list[str]:
    """What the journals warned of."""
    return []


@pytest.fixture
def make(tmp_path: Path, clock: FakeClock, warnings: list[str]) -> Make:
    """Opens the journals of one folder, as another process would."""

    def make(machine: str = "desk") -> Journal:
        return Journal(tmp_path, machine, clock, warnings.append)

    return make


def write(journal: Journal, *kinds: str, article: str = "a") -> list[Event]:
    journal.read(ALL)
    return journal.append([NewEvent(kind, (article,)) for kind in kinds])


def kinds(events: list[Event]) -> list[str]:
    return [event.kind for event in events]


# -- reading and appending -----------------------------------------------------------------


def test_several_journals_see_each_other(make: Make) -> None:
    """Case 36: an append returns the events of others first, then its own."""
    first, second = make(), make()
    write(first, "read")
    assert kinds(second.append([NewEvent("starred", ("a",))])) == ["read", "starred"]
    assert first.has_changes()
    assert kinds(first.read(ALL)) == ["starred"]
    assert not first.has_changes()
    assert kinds(make("lap").read(ALL)) == ["read", "starred"]
    orders = [event.order for event in make().read(ALL)]
    assert orders == sorted(set(orders))


def test_read_in_batches_with_appends_in_between(make: Make) -> None:
    writer, reader = make(), make()
    for number in range(10):
        write(writer, "read", article=str(number))
    seen = []
    while some := reader.read(3):
        seen += some
        seen += reader.append([NewEvent("starred", ("x",))]) if len(seen) == 6 else []
    assert [event.articles[0] for event in seen] == [*"0123456789", "x"]


def test_events_for_some_articles(make: Make) -> None:
    journal = make()
    odd = 'a"b\\c\u2603'
    for article in ("a", "b", odd):
        write(journal, "read", article=article)
    other = make()
    write(other, "unread", article=odd)
    for ids in ([odd], [odd, *map(str, range(20))]):
        found = [event for event in journal.events_for(ids) if odd in event.articles]
        assert kinds(found) == ["read"], "what was not read yet does not count"
    assert {event.articles for event in journal.events_for(["a", "b"])} == {("a",), ("b",)}


def test_recent_events_come_latest_first(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.journal.journal_file.LINE_BLOCK_BYTES", 37)
    journal = make()
    assert list(journal.recent_events()) == []
    ids = ["x" * size for size in (1, 30, 400, 2)]
    for article in ids:
        write(journal, "read", article=article)
    write(make("lap"), "starred")
    expected = [(article,) for article in reversed(ids)]
    assert [event.articles for event in journal.recent_events()] == expected
    for tail in (b"{", b'{"event":', encode_event(next(journal.recent_events()))[:-1], b"x" * 100):
        size = journal.own_path.stat().st_size
        with journal.own_path.open("ab") as file:
            file.write(tail)
        assert [event.articles for event in journal.recent_events()] == expected
        os.truncate(journal.own_path, size)


def test_the_first_line_states_format_and_machine(make: Make) -> None:
    journal = make()
    write(journal, "read")
    with journal.own_path.open("rb") as file:
        fields = decode_line(file.readline())
    assert fields == {"format": 1, "machine": "desk"}


def test_a_newer_format_is_read_but_not_written(make: Make) -> None:
    """Case 33."""
    journal = make()
    journal.own_path.write_bytes(
        encode_line({"format": 3, "machine": "desk"}) + encode_line({"what": 1})
    )
    before = journal.own_path.read_bytes()
    with pytest.raises(LibraryReadOnly, match=r"newer newstui \(format 3\)"):
        journal.append([NewEvent("read", ("a",))])
    assert journal.own_path.read_bytes() == before
    assert journal.read(ALL) == []
    assert (journal.format, journal.bad_lines) == (3, {"desk.jsonl": 1})


@pytest.mark.parametrize("version", ["x", None, [1]])
def test_an_invalid_format_is_a_damaged_line(make: Make, version: object) -> None:
    journal = make()
    journal.own_path.write_bytes(encode_line({"format": version}))
    assert journal.read(ALL) == []
    assert journal.bad_lines == {"desk.jsonl": 1}


def test_conflict_copies_do_not_count_twice(make: Make) -> None:
    """Case 39."""
    journal = make()
    write(journal, "read")
    data = journal.own_path.read_bytes()
    for name in ("desk.sync-conflict-20310506-070809-ABCDEFG", "desk (1)", ".desk"):
        journal.own_path.with_name(f"{name}.jsonl").write_bytes(data)
    assert kinds(make().read(ALL)) == ["read"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_journal_is_reported_once(make: Make, warnings: list[str]) -> None:
    """Case 28."""
    write(make("lap"), "read")
    write(make(), "starred")
    (make("lap").own_path).chmod(0)
    journal = make()
    assert kinds(journal.read(ALL) + journal.read(ALL)) == ["starred"]
    assert len(warnings) == 1
    assert "lap.jsonl: cannot be read" in warnings[0]


def test_a_folder_in_place_of_a_journal(make: Make, warnings: list[str]) -> None:
    """Case 28: an unreadable journal is reported once, and the others work."""
    write(make(), "starred")
    make("lap").own_path.mkdir()
    journal = make()
    assert kinds(journal.read(ALL) + journal.read(ALL)) == ["starred"]
    assert len(warnings) == 1


# -- torn and damaged ----------------------------------------------------------------------


@pytest.fixture
def lines(make: Make) -> list[bytes]:
    """The lines of a journal with five events."""
    for kind in ("read", "starred", "unread", "opened", "read"):
        write(make(), kind)
    return make().own_path.read_bytes().splitlines(keepends=True)


def test_a_truncated_journal_keeps_its_complete_lines(make: Make, lines: list[bytes]) -> None:
    """Case 20: what is appended after it is complete, too."""
    data, path = b"".join(lines), make().own_path
    for cut in range(len(data) + 1):
        path.write_bytes(data[:cut])
        whole = max(0, data[:cut].count(b"\n") - 1)
        journal = make()
        all_kinds = ["read", "starred", "unread", "opened", "read"]
        before = kinds(journal.read(ALL))
        assert before == all_kinds[:whole]
        is_torn = data[:cut] != b"" and b"\n" not in data[cut - 1 : cut + 1]
        if data[cut : cut + 1] == b"\n":  # the last line lacks its end alone
            before = all_kinds[: data[:cut].count(b"\n")]
        assert kinds(journal.append([NewEvent("deleted", ("a",))]))[-1:] == ["deleted"]
        again = make()
        assert kinds(again.read(ALL)) == [*before, "deleted"]
        assert sum(again.bad_lines.values()) == is_torn
        assert kinds(list(again.recent_events())) == ["deleted", *reversed(before)]


def test_damaged_lines_are_counted_and_skipped(make: Make, lines: list[bytes]) -> None:
    """Cases 14 and 15, for journals."""
    bad = [
        b"\0" * 50 + b"\n",
        b"\xff\xfe\n",
        lines[2].replace(b"starred", b"Starred"),
        b"{}\n",
        b"\n",
    ]
    make().own_path.write_bytes(b"".join([lines[0], bad[0], *lines[1:3], *bad[1:], *lines[3:]]))
    journal = make()
    assert kinds(journal.read(ALL)) == ["read", "starred", "unread", "opened", "read"]
    assert journal.bad_lines == {"desk.jsonl": 4}
    assert kinds(list(journal.recent_events())) == ["read", "opened", "unread", "starred", "read"]


@pytest.mark.parametrize(
    ("rest", "is_damage"),
    [
        (b'{"at":"2026-1', False),
        (b"{", False),
        (b'\xef\xbb\xbf{"at"', False),
        (b"<<<<<<< HEAD", False),
        (b'{"at":\0\0\0', True),
        (b"an endless line", True),
        (b"\xff\xfe{", True),
        (b"{" * 101, True),
    ],
)
@pytest.mark.parametrize("machine", ["desk", "lap"])
def test_a_line_that_does_not_end(
    make: Make, monkeypatch: pytest.MonkeyPatch, machine: str, rest: bytes, is_damage: bool
) -> None:
    """What may still be written is waited for; what cannot be one of our lines is told, once."""
    monkeypatch.setattr(journal_file, "MAX_LINE_BYTES", 100)
    write(make(), "read")
    path = make().own_path.with_name(f"{machine}.jsonl")
    with path.open("ab") as file:
        file.write(rest)
    journal = make()
    journal.read(ALL)
    assert journal.bad_lines == ({path.name: 1} if is_damage else {})
    with path.open("ab") as file:
        file.write(b"\n")
    journal.read(ALL)
    assert sum(journal.bad_lines.values()) == (rest != b"<<<<<<< HEAD")


def test_no_sequence_of_bytes_raises(make: Make, lines: list[bytes]) -> None:
    """Case 15, for journals: whatever happened to one file, the others are read."""
    data, rng = b"".join(lines), random.Random(20)
    for _ in range(300):
        damaged = bytearray(data)
        for _ in range(rng.randint(1, 3)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        make().own_path.write_bytes(damaged)
        journal = make()
        assert len(journal.read(ALL)) >= 1
        assert len(list(journal.recent_events())) >= 1


# -- somebody else's hands -----------------------------------------------------------------


def test_a_replaced_journal_is_detected(make: Make, lines: list[bytes]) -> None:
    """Case 39."""
    journal, data = make(), b"".join(lines)
    journal.read(ALL)
    assert not journal.has_replaced_file()
    for other, replaced in (
        (data + lines[1], False),
        (data[:-10], True),
        (data.replace(b"read", b"Read"), True),
        (b"", True),
    ):
        journal.own_path.write_bytes(other)
        assert (journal.has_changes(), journal.has_replaced_file()) == (True, replaced) or len(
            other
        ) == len(data)
    journal.own_path.unlink()
    assert (journal.has_changes(), journal.has_replaced_file()) == (True, True)
    journal.reset()
    assert journal.read(ALL) == []
    assert not journal.has_replaced_file()


def test_resume_from_saved_cursors(make: Make, lines: list[bytes]) -> None:
    journal = make()
    journal.read(ALL)
    covered = journal.saved_cursors()
    assert covered == {"desk.jsonl": (sum(map(len, lines)), b"".join(lines)[-64:], lines[0][:64])}
    write(make(), "deleted")
    again = make()
    assert again.resume(covered, journal.latest_order)
    assert (again.latest_order, kinds(again.read(ALL))) == (journal.latest_order, ["deleted"])
    for gone in (
        {"lap.jsonl": (9, b"x" * 9, b"")},
        {"desk.jsonl": (9, b"x" * 9, b"")},
        {"desk.jsonl": (1, b"xx", b"")},
    ):
        other = make()
        assert not other.resume(gone, 0)
        assert len(other.read(ALL)) == 6


# -- errors --------------------------------------------------------------------------------


def test_a_failed_append_leaves_the_lines_of_others_unread(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 38: an event read before the failure is not lost."""
    journal = make()
    write(journal, "read")
    write(make(), "starred")
    size = journal.own_path.stat().st_size
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(errno.EIO, "I/O error")))
        with pytest.raises(SaveFailed, match="Not saved: I/O error"):
            journal.append([NewEvent("unread", ("a",))])
    assert journal.own_path.stat().st_size == size
    assert kinds(journal.append([NewEvent("deleted", ("a",))])) == ["starred", "deleted"]


@pytest.mark.parametrize("value", ["\ud800", 1 << 70, {1, 2}, object()])
def test_data_that_is_not_json_is_rejected_before_writing(make: Make, value: object) -> None:
    """Case 21."""
    journal = make()
    write(journal, "read")
    before = journal.own_path.read_bytes()
    with pytest.raises(SaveFailed, match="Not saved"):
        journal.append(
            [NewEvent("starred", ("a",)), NewEvent("edited", ("a",), {"to": {"title": value}})]
        )
    assert journal.own_path.read_bytes() == before
    assert kinds(journal.append([NewEvent("unread", ("a",))])) == ["unread"]


def test_an_event_that_could_not_be_decoded_is_not_written(make: Make) -> None:
    journal = make()
    with pytest.raises(ValueError, match="not an event"):
        journal.append([NewEvent("position", ("a",), {"position": None})])
    assert not journal.own_path.exists() or journal.own_path.stat().st_size == 0


def test_a_journal_locked_for_too_long(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 38."""
    monkeypatch.setattr("store.system.files.LOCK_TIMEOUT", 0.0)
    journal = make()
    write(journal, "read")
    with journal.own_path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(LibraryBusy, match="in use by another process"):
            journal.append([NewEvent("starred", ("a",))])
    assert kinds(journal.append([NewEvent("unread", ("a",))])) == ["unread"]


def test_an_unreadable_journal_is_read_later(
    make: Make, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 6: a disk that fails half-way through a journal loses no event."""
    for number in range(9):
        write(make(), "read", article=str(number))
    reader = make("lap")
    with monkeypatch.context() as patch:
        patch.setattr("store.journal.journal.READ_BATCH_LINES", 3)
        patch.setattr("store.journal.journal.read_next_lines", _failing(3))
        assert reader.read(ALL) == []
    assert [line.rpartition(": ")[2] for line in warnings] == [os.strerror(errno.EIO)]
    assert [event.articles[0] for event in reader.read(ALL)] == list("012345678")


def _failing(after: int) -> Callable[..., list[bytes]]:
    """Reads so many blocks of lines, and no more."""
    calls = iter(range(after))

    def read(*given: Any) -> list[bytes]:
        if next(calls, None) is None:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return read_next_lines(*given)

    return read
