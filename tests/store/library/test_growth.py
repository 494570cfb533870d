"""Growth: the cost of a change does not depend on the size of the library."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

import pytest

from store.journal.events import RECORDABLE_KINDS, Event, encode_event
from store.model.times import to_microseconds
from tests.support.libraries import Machine, add, articles, ids

LONGEST = 300
NOW = to_microseconds(datetime(2026, 11, 22, 12, 34, 56, 123456, tzinfo=UTC))
SAID: dict[str, dict[str, Any]] = {
    "position": {"position": 1_234_567},
    "tagged": {"tag": "a tag of more words than most"},
    "untagged": {"tag": "a tag of more words than most"},
    "edited": {"to": {"title": "A title of the usual length, which is about a dozen words or so"}},
    "undone": {"of": NOW << 10},
}


@pytest.mark.parametrize("kind", sorted(RECORDABLE_KINDS | {"undone"}))
@pytest.mark.parametrize("late", [0, 5_000_000])
def test_a_mark_is_a_short_line(kind: str, late: int) -> None:
    """Case 24: of every kind, with a UUID, also where the order has to be spelled out."""
    article = ("0d6f6d4e-5a0a-4c36-9f5c-0a4c1d9c8e11",)
    line = encode_event(Event(kind, article, NOW, NOW + late, "desk", SAID.get(kind, {})))
    assert len(line) <= LONGEST
    assert line.count(b"\n") == 1


@pytest.mark.parametrize("number", [1, 1500])
def test_a_mark_is_one_line_and_one_fsync(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Case 24: with two articles and with many, of which all have been marked."""
    library = machine.open()
    add(library, articles(range(1, number + 2)))
    library.record("read", ids(*range(1, number + 2)))
    before = {path: path.read_bytes() for path in machine.folder.rglob("*.json*")}
    calls = []
    for name in ("write", "fsync"):
        real = getattr(os, name)

        def noted(*given: Any, name: str = name, real: Any = real) -> Any:
            calls.append(name)
            return real(*given)

        monkeypatch.setattr(os, name, noted)
    library.record("starred", ids(1))
    assert calls == ["write", "fsync"]
    after = {path: path.read_bytes() for path in machine.folder.rglob("*.json*")}
    grown = after[machine.journal].removeprefix(before.pop(machine.journal))
    assert (grown.count(b"\n"), len(grown) <= LONGEST) == (1, True)
    assert before.items() <= after.items()


def test_loading_says_how_much_of_the_history_was_read(
    stocked: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.library.folder_reading.EVENT_BATCH_SIZE", 4)
    library = stocked.open()
    for _ in range(9):
        library.record("opened", ids(1))
    steps = [step for step in stocked.open_unloaded().load() if step.is_history]
    size = stocked.journal.stat().st_size
    assert [step.total for step in steps] == [size] * 3
    done = [step.done for step in steps]
    assert done == sorted(set(done))
    assert done[-1] == size
