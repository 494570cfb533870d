"""The reader in the journal: the last visit, the articles read lately, and those that were wanted."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass, field

from store.journal.events import Event
from store.library.interest import Signal
from store.library.protocol import Library
from store.library.statistics import AVERAGE_PACE, PACE_KINDS, Pace, measure_pace

VISIT_KINDS = frozenset({"opened", "read", "unread", "starred", "tagged", "deleted", "position"})
"""The events that show that somebody was reading."""
VISIT_GAP_SECONDS = 2 * 3600
"""Seconds without an event after which a visit is over."""
MAX_RECENT_EVENTS = 3000
"""The latest events of each machine in which the last visit and what was read are looked for."""
MAX_HISTORY_EVENTS = 20_000
"""The latest events of each machine that are learnt from."""

MAX_CHOSEN_ARTICLES = 50
"""The articles of an event that somebody may have looked at one by one."""

FINISHED, OPENED, CHOSEN = Signal(True, 1.5), Signal(True), Signal(True, 2.0)
DELETED, DISMISSED, SWEPT = Signal(False, 1.0), Signal(False, 0.5), Signal(False, 0.25)
PASSED_OVER = Signal(False, 0.25)
"""An article that was there at the last visit and is still unread."""


@dataclass(frozen=True, slots=True)
class RecentReading:
    """The end of the journal."""

    last_visit: int
    """When the visit before this one ended, in seconds since 1970; 0 if there was none."""
    read: tuple[str, ...]
    """The articles that were opened; the latest last."""


@dataclass(slots=True)
class HistoryLearnt:
    """The sum of a longer part of the journal."""

    signals: dict[str, Signal] = field(default_factory=dict)
    """By article, in the order of their last events."""
    pace: Pace = AVERAGE_PACE


def read_recent_events(library: Library, now: int) -> Generator[None, None, RecentReading]:
    """Find the last visit and what was read lately, in steps; `now` in seconds since 1970."""
    events: list[Event] = []
    for batch in library.events(VISIT_KINDS, MAX_RECENT_EVENTS):
        events += (event for event in batch if not event.imported)
        yield
    events.sort(key=lambda event: event.order)
    read: dict[str, None] = {}
    for event in events:
        for article in event.articles if event.kind == "opened" else ():
            read.pop(article, None)
            read[article] = None
    return RecentReading(find_last_visit((event.at for event in events), now), tuple(read))


def find_last_visit(times: Iterable[int], now: int) -> int:
    """Return the end of the last visit but the present one, in seconds; 0 if there was none.

    Args:
        times: Of all events, in microseconds since 1970.
        now: In seconds since 1970.
    """
    start = now
    for seconds in sorted((time // 1_000_000 for time in times), reverse=True):
        if seconds < start - VISIT_GAP_SECONDS:
            return seconds
        start = min(start, seconds)
    return 0


def read_history(library: Library) -> Generator[None, None, HistoryLearnt]:
    """Collect, in steps, what was wanted and what was not, and the reading speed."""
    events: list[Event] = []
    for batch in library.events(VISIT_KINDS | PACE_KINDS, MAX_HISTORY_EVENTS):
        events += batch
        yield
    pace = measure_pace(library, [event for event in events if event.kind in PACE_KINDS])
    yield
    events.sort(key=lambda event: event.order)
    return HistoryLearnt(find_signals(events), pace)


def find_signals(events: Iterable[Event]) -> dict[str, Signal]:
    """Return what was wanted, and what was not, by article; the events are in order.

    What was starred or tagged stays wanted whatever comes later; what was opened is not unwanted
    because it is put away afterwards. Marking a whole list as read says nothing of its articles.
    """
    signals: dict[str, Signal] = {}
    for event in events:
        if event.imported or len(event.articles) > MAX_CHOSEN_ARTICLES:
            continue
        for article in event.articles:
            before = signals.get(article)
            if (signal := _signal_of(event, before)) is not None:
                signals.pop(article, None)
                signals[article] = signal
    return signals


def _signal_of(event: Event, before: Signal | None) -> Signal | None:
    """Return what an event says; None if it says nothing, or less than what was before."""
    is_wanted = before is not None and before.is_wanted
    if event.kind in ("starred", "tagged"):
        return CHOSEN
    if event.kind == "opened":
        return before if is_wanted else OPENED
    if event.kind == "read":
        if is_wanted:
            return FINISHED if before == OPENED else None
        return DISMISSED if len(event.articles) == 1 else SWEPT
    return DELETED if event.kind == "deleted" and not is_wanted else None
