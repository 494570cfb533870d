"""What the journal says of the reader: visits, what was read, and what was wanted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from store.journal.events import Event
from store.library.interest import Signal
from store.library.reading_history import (
    CHOSEN,
    DELETED,
    DISMISSED,
    FINISHED,
    OPENED,
    SWEPT,
    RecentReading,
    find_last_visit,
    find_signals,
    read_recent_events,
)
from tests.support.libraries import START, Client, FakeClock, add, articles, ids
from tests.support.steps import run_steps

HOUR = 3600
NOW = 1_000 * HOUR


@pytest.mark.parametrize(
    ("hours_ago", "expected"),
    [
        ((), None),
        ((10,), 10),
        ((10, 12), 10),
        ((0, 1, 2), None),
        ((0, 1, 10), 10),
        ((1, 2.5, 4, 7, 8), 7),
        ((2.5,), 2.5),
        ((-1, 1, 9), 9),
    ],
    ids=str,
)
def test_the_last_visit_ended_before_the_present_one_began(
    hours_ago: Sequence[float], expected: float | None
) -> None:
    times = [int((NOW - ago * HOUR) * 1_000_000) for ago in hours_ago]
    wanted = 0 if expected is None else NOW - expected * HOUR
    assert find_last_visit(times, NOW) == wanted


def event(kind: str, *articles: str, **data: object) -> Event:
    return Event(kind, articles, 0, 0, "desk", data)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([event("opened", "a")], {"a": OPENED}),
        ([event("opened", "a"), event("read", "a")], {"a": FINISHED}),
        ([event("read", "a")], {"a": DISMISSED}),
        ([event("read", "a", "b")], {"a": SWEPT, "b": SWEPT}),
        ([event("deleted", "a")], {"a": DELETED}),
        ([event("opened", "a"), event("deleted", "a")], {"a": OPENED}),
        ([event("starred", "a"), event("read", "a")], {"a": CHOSEN}),
        ([event("read", "a"), event("tagged", "a", tag="x")], {"a": CHOSEN}),
        ([event("read", "a"), event("opened", "a")], {"a": OPENED}),
        (
            [event("opened", "a"), event("opened", "b"), event("read", "a")],
            {"b": OPENED, "a": FINISHED},
        ),
        ([event("unread", "a"), event("position", "a", position=3)], {}),
        ([event("read", "a", imported=True)], {}),
        ([event("read", *map(str, range(51)))], {}),
    ],
)
def test_signals(events: Sequence[Event], expected: dict[str, Signal]) -> None:
    found = find_signals(events)
    assert found == expected
    assert list(found) == list(expected), "in the order of their last events"


def test_the_articles_opened_lately_and_the_last_visit(client: Client, clock: FakeClock) -> None:
    clock.tick = timedelta(0)
    library = client.open()
    add(library, articles((1, 2, 3)))
    library.record("opened", ids(1))
    library.record("opened", ids(2))
    library.record("read", ids(3))
    clock.now = START + timedelta(hours=9)
    library.record("opened", ids(1))
    now = int(clock.now.timestamp()) + 60
    recent = run_steps(read_recent_events(library, now))
    assert recent == RecentReading(int(START.timestamp()), tuple(ids(2, 1)))
