"""Events of another library in the journals of their machines."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from store.journal.events import Event, decode_event, encode_event, encode_line
from store.journal.journal_exchange import JournalWriter, read_all_events
from store.model.errors import InvalidInput
from tests.support.libraries import FakeClock


def event(
    order: int, articles: str, kind: str = "read", machine: str = "lap", **data: Any
) -> Event:
    """Return an event about articles, each of one letter."""
    return Event(kind, tuple(articles), order, order, machine, data)


@pytest.fixture
def writer(tmp_path: Path) -> JournalWriter:
    """The writer of the machine `desk`."""
    return JournalWriter(tmp_path / "desk.jsonl", FakeClock())


def written(folder: Path) -> Mapping[str, list[tuple[int, str, str]]]:
    """Return order, kind and articles of the events in each journal."""
    found = {}
    for path in sorted(folder.glob("*.jsonl")):
        events = (decode_event(line, path.stem) for line in path.read_bytes().splitlines(True))
        found[path.name] = [(e.order, e.kind, "".join(e.articles)) for e in events if e]
    return found


@pytest.mark.parametrize(
    ("present", "arriving", "expected"),
    [
        ([], [event(2, "b"), event(1, "a")], [(1, "read", "a"), (2, "read", "b")]),
        ([event(1, "a")], [event(1, "a")], [(1, "read", "a")]),
        ([event(1, "ab")], [event(1, "a"), event(1, "b")], [(1, "read", "ab")]),
        ([event(1, "a")], [event(1, "ab")], [(1, "read", "a"), (1, "read", "b")]),
        ([], [event(1, "a"), event(1, "ab")], [(1, "read", "a"), (1, "read", "b")]),
        ([event(1, "a")], [event(1, "a", "starred")], [(1, "read", "a"), (1, "starred", "a")]),
        (
            [event(1, "ab")],
            [event(2, "ba", "undone", of=event(1, "ab").stamp)],
            [(1, "read", "ab"), (2, "undone", "ab")],  # or it would undo nothing
        ),
        (
            [event(1, "ab")],
            [event(2, "ba", "undone", of=7)],
            [(1, "read", "ab"), (2, "undone", "ba")],
        ),
    ],
)
def test_what_a_journal_lacks(
    writer: JournalWriter,
    tmp_path: Path,
    present: list[Event],
    arriving: list[Event],
    expected: list[tuple[int, str, str]],
) -> None:
    (tmp_path / "lap.jsonl").write_bytes(b"".join(map(encode_event, present)))
    for _ in range(2):
        writer.write(arriving)
        assert written(tmp_path) == {"lap.jsonl": expected}


def test_an_event_in_a_conflict_copy_is_not_written_again(
    writer: JournalWriter, tmp_path: Path
) -> None:
    first = encode_line({"format": 1, "machine": "lap"})
    for name, each in (("lap", event(1, "a")), ("lap (1)", event(2, "b"))):
        (tmp_path / f"{name}.jsonl").write_bytes(first + encode_event(each))
    assert writer.write([event(1, "a"), event(2, "b"), event(3, "c")]) == 1
    assert written(tmp_path)["lap.jsonl"] == [(1, "read", "a"), (3, "read", "c")]


def test_what_another_process_has_written_is_known(writer: JournalWriter, tmp_path: Path) -> None:
    writer.write([event(1, "a")])
    with (tmp_path / "lap.jsonl").open("ab") as file:
        file.write(encode_event(event(2, "b")))
    assert writer.write([event(2, "b"), event(3, "c")]) == 1


def test_an_older_event_of_this_machine_is_put_in_its_place(
    writer: JournalWriter, tmp_path: Path
) -> None:
    mine = [event(2, "b", machine="desk"), event(4, "d", machine="desk")]
    torn = b'{"at":"2026-11-22T13:38:01Z","event":"re'
    (tmp_path / "desk.jsonl").write_bytes(b"".join([*map(encode_event, mine), b"damaged\n", torn]))
    writer.write([event(n, "x", machine="desk") for n in (5, 1, 3)])
    lines = (tmp_path / "desk.jsonl").read_bytes().splitlines(True)
    assert b'"rewritten":' in lines[0]
    assert lines[1:3] == [b"damaged\n", torn + b"\n"]
    assert [order for order, _, _ in written_lines(lines[3:])] == [1, 2, 3, 4, 5]


def written_lines(lines: list[bytes]) -> list[tuple[int, str, str]]:
    """Return order, kind and articles of the events in lines."""
    events = (decode_event(line, "desk") for line in lines)
    return [(e.order, e.kind, "".join(e.articles)) for e in events if e]


@pytest.mark.parametrize(
    "bad",
    [
        event(1, "a", machine="../../home/ann/.bashrc"),
        event(1, "a", machine=""),
        event(1, "a", machine="Desk"),
        event(1, "a", machine="a" * 101),
        event(-1, "a"),
        event(1 << 60, "a"),
        event(1, "a", "position"),
        event(1, "a", "tagged", tag=3),
        event(1, "a", "edited", to={"title": object()}),
    ],
)
def test_what_is_no_event_is_not_written(writer: JournalWriter, tmp_path: Path, bad: Event) -> None:
    with pytest.raises(InvalidInput, match="invalid"):
        writer.write([bad])
    assert list(tmp_path.iterdir()) == []


def test_what_was_read_is_not_read_again(tmp_path: Path) -> None:
    first = encode_line({"format": 1, "machine": "lap"})
    (tmp_path / "lap.jsonl").write_bytes(first + encode_event(event(1, "a")))
    mark: Mapping[str, Any] = {}
    for expected in ([1], [], [2]):
        if expected == [2]:
            with (tmp_path / "lap.jsonl").open("ab") as file:
                file.write(encode_event(event(2, "b")))
        batches = read_all_events(tmp_path, mark)
        found: list[int] = []
        while True:
            try:
                found += [each.order for each in next(batches)]
            except StopIteration as end:
                mark = end.value
                break
        assert found == expected
