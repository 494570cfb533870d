"""Changes: events and the states they add up to, in one transaction; and undoing them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import islice
from typing import Any

from store.journal.events import RECORDABLE_KINDS, NewEvent
from store.library.event_targets import ChangeQueue
from store.library.protocol import Listing
from store.model.article import ArticleRow
from store.model.errors import LibraryReadOnly, NewstuiError, SaveFailed
from store.model.results import RecordProgress, UndoableChange, UndoneChange
from store.postgres.access import Access
from store.postgres.connection import Connection, Cursor
from store.postgres.events import (
    StoredEvent,
    insert_events,
    is_stored,
    locate_and_lock,
    lock_libraries,
    order_after,
    part_event,
    place_events,
    storable_event,
)
from store.postgres.reader import Reader
from store.postgres.state_changes import apply_events, apply_in_steps, recompute_states
from store.postgres.targets import find_targets
from store.postgres.undo_history import Act, undoable_acts

BATCH_SIZE = 1000
"""Articles that are looked at, or whose states are written, in one step."""
MANY_STATES = 1000
"""Changed states after which the server may know too little of them."""
# A planner that has never seen a table with many rows takes it to have few, and reads all of them for
# each article. The server would look at them a minute later.
UPDATE_STATISTICS = (
    "select newstui.update_statistics() from pg_class"
    " where oid = 'newstui.state'::regclass and reltuples < %s"
)


class Changes:
    """Records what happens to articles, and undoes it."""

    def __init__(self, access: Access, reader: Reader, read_only_reason: Callable[[], str]) -> None:
        """Change nothing yet; `read_only_reason` returns why nothing can be changed now."""
        self._access = access
        self._read_only_reason = read_only_reason
        self._reader = reader
        self._queue = ChangeQueue()

    @cached_property
    def _second(self) -> Connection:
        """The connection of changes in steps, between which the other one answers."""
        return self._access.connection.another()

    def close(self) -> None:
        """Finish a change that is being made, and close its connection."""
        self._queue.finish()
        if "_second" in vars(self):
            self._second.close()

    def finish(self) -> None:
        """Finish a change that is being made in steps, before anything else is changed."""
        self._queue.finish()

    def check_writable(self) -> None:
        """Check that the library can be changed.

        Raises:
            LibraryReadOnly: It cannot.
        """
        if reason := self._read_only_reason():
            raise LibraryReadOnly(reason)

    # -- recording -------------------------------------------------------------------------

    def record(
        self, event: str, articles: Sequence[str], data: Mapping[str, Any]
    ) -> Mapping[str, ArticleRow]:
        """Record an event; it is committed when this returns."""
        _check_kind(event)
        self.check_writable()
        if not articles:
            return {}
        self.finish()
        new = storable_event(NewEvent(event, tuple(articles), data))
        written: list[StoredEvent] = []

        def work(cursor: Cursor) -> None:
            written[:] = self._write(cursor, new)
            apply_events(cursor, written)

        try:
            self._access.connection.change(work, is_pipelined=True)
        except SaveFailed:
            # The connection may have been lost when the server had committed already.
            if not (written and self._is_stored(written[-1])):
                raise
        return self._reader.rows(new.articles)

    def _write(self, cursor: Cursor, new: NewEvent) -> list[StoredEvent]:
        libraries, latest = locate_and_lock(cursor, self._access, new.articles)
        (event,) = order_after(latest, self._access, [new])
        parts = part_event(event, self._access, libraries)
        insert_events(cursor, self._access, parts)
        return parts

    def _is_stored(self, stored: StoredEvent) -> bool:
        try:
            return self._access.connection.change(
                lambda cursor: is_stored(cursor, self._access, stored)
            )
        except NewstuiError:  # the server is not there
            return False

    def record_all(
        self, event: str, listing: Listing, start: int, end: int | None, data: Mapping[str, Any]
    ) -> Iterator[RecordProgress]:
        """Record an event about the articles of a list, in steps."""
        _check_kind(event)
        self.check_writable()
        self._access.read_memberships()
        total = len(range(listing.total)[start:end])
        steps = self._record_in_steps(event, listing, start, end, data, total)
        yield from self._queue.change(steps, RecordProgress(0, 0, total))

    def _record_in_steps(
        self,
        kind: str,
        listing: Listing,
        start: int,
        end: int | None,
        data: Mapping[str, Any],
        total: int,
    ) -> Iterator[RecordProgress]:
        """Find the articles, then write the event and apply it, in one transaction."""
        articles, done = list[str](), 0
        for looked_at, found in find_targets(self._access, kind, listing.ids(start, end), data):
            articles += found
            done += looked_at
            yield RecordProgress(0, done, total)
        if not articles:
            return
        changed = len(articles)
        with self._second.changing() as cursor:
            parts = self._write(cursor, NewEvent(kind, tuple(articles), data))
            for applied in apply_in_steps(cursor, parts, BATCH_SIZE):
                yield RecordProgress(0, applied, changed)
        if changed >= MANY_STATES:
            with suppress(NewstuiError):  # the change is made
                self._second.rows(UPDATE_STATISTICS, [changed])
        yield RecordProgress(changed, changed, changed)

    # -- undoing ---------------------------------------------------------------------------

    def undoable(self, limit: int) -> list[UndoableChange]:
        """Return the changes that can be undone."""
        self.finish()
        self._access.read_memberships()
        with self._access.connection.reading() as cursor:
            acts = islice(undoable_acts(cursor, self._access), limit)
            return [act.to_change() for act in acts]

    def undo_in_steps(self) -> Iterator[UndoneChange | None]:
        """Undo the latest change, in steps."""
        self.check_writable()
        yield from self._queue.change(self._undo_in_steps(), None)

    def _undo_in_steps(self) -> Iterator[UndoneChange | None]:
        """Find the latest change, write that it is undone, and make its states anew."""
        with self._second.changing() as cursor:
            act = self._lock_latest(cursor)
            if act is None:
                return
            self._write_undone(cursor, act)
            for owner, event in act.parts:
                for done in recompute_states(cursor, owner, event.articles, BATCH_SIZE):
                    if done < len(event.articles):
                        yield None
        articles, rows = act.articles, dict(self._refresh_rows())
        for start in range(0, len(articles), BATCH_SIZE):
            if start:
                yield None
            rows |= self._reader.rows(articles[start : start + BATCH_SIZE])
        yield act.to_change(), rows

    def _refresh_rows(self) -> Mapping[str, ArticleRow]:
        """Return the rows that others have changed: the undone change may have been made there."""
        changes = self._reader.refresh()
        if changes.is_list_stale:
            self._reader.note_list_change()
        return changes.rows

    def _lock_latest(self, cursor: Cursor) -> Act | None:
        """Return the latest change that can be undone; another process may be undoing it, too."""
        act = next(undoable_acts(cursor, self._access), None)
        while act is not None:
            lock_libraries(cursor, (owner.library for owner, _ in act.parts))
            self._access.read_memberships()  # parts of it may have been moved to another library
            latest = next(undoable_acts(cursor, self._access), None)
            if latest == act:
                break
            act = latest
        return act

    def _write_undone(self, cursor: Cursor, act: Act) -> None:
        new = NewEvent("undone", act.articles, {"of": act.parts[0].event.stamp})
        (undone,) = place_events(cursor, self._access, [new])
        parts = [
            StoredEvent(owner, undone._replace(articles=event.articles))
            for owner, event in act.parts
        ]
        insert_events(cursor, self._access, parts)


def _check_kind(event: str) -> None:
    if event not in RECORDABLE_KINDS:
        raise ValueError(f"no such event: {event}")
