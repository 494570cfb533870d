"""The history of events in the journals."""

from __future__ import annotations

import pytest

from store.journal import journal
from store.library.protocol import Library
from tests.support.libraries import Client, Machine, add, articles, ids, undo


@pytest.fixture
def machine(machine: Machine) -> Machine:
    add(machine.open(), articles(range(1, 5)))
    return machine


@pytest.fixture
def library(client: Client) -> Library:
    library = client.open()
    add(library, articles(range(1, 5)))
    return library


def happened(library: Library, *kinds: str, last: int | None = None) -> list[tuple[str, int]]:
    """Kind and number of the article of each event."""
    return [
        (event.kind, int(article[:4], 16))
        for events in library.events(kinds, last)
        for event in events
        for article in event.articles
    ]


def test_history_filters_kinds_and_undone_events(library: Library) -> None:
    library.record("read", ids(1))
    library.record("starred", ids(2))
    library.record("read", ids(3))
    assert undo(library)
    library.record("read", ids(2, 4))
    assert happened(library, "read") == [("read", 1), ("read", 2), ("read", 4)]
    assert happened(library, "starred", "read")[1] == ("starred", 2)
    assert happened(library, "opened") == []


def test_history_of_the_latest_lines(library: Library) -> None:
    library.record("read", ids(1))
    library.record("read", ids(2))
    library.record("starred", ids(2))
    assert happened(library, "read", last=2) == [("read", 2)]
    assert undo(library)
    assert undo(library)
    assert happened(library, "read", last=4) == []


@pytest.mark.usefixtures("library")
def test_history_of_all_machines_in_steps(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "HISTORY_BATCH_SIZE", 2)
    other = client.beside("lap").open()
    for number in (1, 2, 3):
        other.record("read", ids(number))
    client.open().record("read", ids(4))
    library = client.open()
    assert happened(library, "read") == [("read", 4), ("read", 1), ("read", 2), ("read", 3)]
    if isinstance(client, Machine):  # whose journals are read in steps
        assert len(list(library.events({"read"}))) > 4


def test_a_conflict_copy_counts_once(machine: Machine) -> None:
    """Case 39: the same line in two files is one event; a torn line is none."""
    machine.open().record("read", ids(1))
    data = machine.journal.read_bytes()
    copy = machine.journal.with_name("desk.sync-conflict-20261122-130500-ABCDEFG.jsonl")
    copy.write_bytes(data + b'{"at":"2031","event":"read"')
    assert happened(machine.open(), "read") == [("read", 1)]
