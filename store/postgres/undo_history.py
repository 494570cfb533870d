"""The undo history of this machine: what was done last comes first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, groupby
from typing import NamedTuple

from store.journal.events import UNDOABLE_KINDS
from store.model.results import UndoableChange
from store.model.times import format_timestamp, from_microseconds
from store.postgres.access import Access
from store.postgres.connection import Cursor
from store.postgres.events import EVENT_COLUMNS, Owner, StoredEvent, event_from_columns
from store.postgres.states import SHARED_ACCOUNT
from store.system.machine import is_same_machine

EVENTS_AT_ONCE = 100
"""Events of each library that are read at once."""

RECENT = (
    f"select library, shared, {EVENT_COLUMNS}, array("
    "   select (undo.data ->> 'of')::bigint from newstui.event undo"
    "   where undo.library = act.library and undo.account = session_user"
    "   and undo.kind = 'undone' and undo.checksum = act.checksum)"
    " from unnest(%(libraries)s::int[]) as mine(id), lateral (select * from newstui.event"
    "   where library = id and account = session_user and ord < %(before)s"
    "   and kind = any(%(kinds)s) and not data ? 'imported'"
    "   order by ord desc limit %(limit)s) act"
)


class Act(NamedTuple):
    """One change that can be undone: an event, in each library that has some of its articles."""

    parts: tuple[StoredEvent, ...]

    @property
    def articles(self) -> tuple[str, ...]:
        """Its articles."""
        return tuple(chain.from_iterable(event.articles for _, event in self.parts))

    def to_change(self) -> UndoableChange:
        """Return the change as it is listed."""
        event = self.parts[0].event
        at = format_timestamp(from_microseconds(event.at))
        return UndoableChange(event.kind, self.articles, at, event.data)


def undoable_acts(cursor: Cursor, access: Access) -> Iterator[Act]:
    """Yield the changes made on this machine that can be undone, latest first."""
    before: int | None = 1 << 62
    while before is not None:
        parts, before = _read_before(cursor, access, before)
        parts = [each for each in parts if is_same_machine(each.event.machine, access.machine)]
        for _, act in groupby(parts, key=lambda each: each.event.stamp):
            yield Act(tuple(act))


def _read_before(
    cursor: Cursor, access: Access, before: int
) -> tuple[list[StoredEvent], int | None]:
    """Return events that were not undone, latest first, and the order from which on to read on.

    Of a library of which all wanted events came, there may be more; what is older than the last of
    them is left for the next time, so that the parts of a change stay together.
    """
    cursor.execute(
        RECENT,
        {
            "libraries": list(access.libraries),
            "before": before,
            "kinds": list(UNDOABLE_KINDS),
            "limit": EVENTS_AT_ONCE,
        },
    )
    found: list[StoredEvent] = []
    orders: dict[int, list[int]] = {}
    for library, is_shared, *columns, undone in cursor.fetchall():
        event = event_from_columns(columns)
        orders.setdefault(library, []).append(event.order)
        if event.stamp not in undone:
            owner = Owner(library, SHARED_ACCOUNT if is_shared else access.account)
            found.append(StoredEvent(owner, event))
    full = [min(each) for each in orders.values() if len(each) == EVENTS_AT_ONCE]
    floor = max(full, default=None)
    kept = [each for each in found if floor is None or each.event.order >= floor]
    kept.sort(key=_latest_first)
    return kept, floor


def _latest_first(stored: StoredEvent) -> tuple[int, int, str]:
    owner, event = stored
    return -event.stamp, owner.library, owner.account
