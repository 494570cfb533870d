"""The reading state of the library in a folder: read from its journals, and changed by new events.

The catalog has a row for each article; what events change is applied to its rows here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from store.journal.events import JOURNAL_FORMAT, RECORDABLE_KINDS, UNDOABLE_KINDS, Event, NewEvent
from store.journal.journal import Journal, JournalRewritten
from store.journal.reading_state import ReadingState, Snapshot, read_snapshot, write_snapshot
from store.library.catalog import Catalog
from store.library.event_targets import ChangeQueue, EventTargets, StepT
from store.library.listing import BATCH_SIZE
from store.library.protocol import Listing
from store.library.stored_articles import TagStep
from store.model.article import ArticleRow
from store.model.errors import LibraryUnavailable, SaveFailed, describe_system_error
from store.model.results import LoadProgress, RecordProgress, UndoableChange, UndoneChange
from store.model.times import format_timestamp, from_microseconds
from store.system.memory import pause_gc

SNAPSHOT_INTERVAL_EVENTS = 2000
"""Events after which the reading state is worth a new snapshot."""
EVENT_BATCH_SIZE = 20_000
"""Events read at once."""
MAX_APPEND_ATTEMPTS = 20
"""Times a change is tried again because the journal was replaced, or cannot be opened."""
REINDEX_KINDS = {"edited", "tagged", "untagged", "deleted", "restored", "undone"}
"""Events that change what is found."""


@dataclass
class StaleParts:
    """Parts of a library that are out of date: its index, and lists that were requested."""

    index: bool = True
    lists: bool = False


class FolderReading:
    """The reading state of a library, its journals and its snapshot."""

    def __init__(
        self,
        journal: Journal,
        snapshot: Path,
        catalog: Callable[[], Catalog],
        read_tags: Callable[[Iterable[Sequence[str]]], Iterator[TagStep]],
        stale: StaleParts,
        check_writable: Callable[[], None],
        warn: Callable[[str], None],
    ) -> None:
        """Read nothing yet.

        Args:
            journal: The journals of all machines.
            snapshot: The file of the snapshot.
            catalog: Returns the rows to which the state is applied.
            read_tags: Yields the tags of articles, as `EventTargets` needs them.
            stale: Told what an event makes stale.
            check_writable: Raises `LibraryReadOnly` if nothing can be changed.
            warn: Called with each problem.
        """
        self._journal = journal
        self._snapshot = snapshot
        self._get_catalog = catalog
        self._read_tags = read_tags
        self._stale = stale
        self._check_writable = check_writable
        self._warn = warn
        self._events_since_snapshot = 0
        self._change_queue = ChangeQueue()
        self._clear()

    def _clear(self) -> None:
        self.state = ReadingState()
        self._outdated: set[str] = set()
        """The articles whose reading state is still to be recomputed."""

    @property
    def _catalog(self) -> Catalog:
        return self._get_catalog()

    # -- reading ---------------------------------------------------------------------------

    def load(self) -> Iterator[LoadProgress]:
        """Read the snapshot and the events after it, in steps."""
        self._change_queue = ChangeQueue()
        snapshot = read_snapshot(self._snapshot)
        if snapshot and self._journal.resume(snapshot.cursors, snapshot.latest_order):
            self.state = snapshot.state
        else:
            self.state.preload_undone(self._journal.undo_events())
            self._events_since_snapshot = (
                2 * SNAPSHOT_INTERVAL_EVENTS if snapshot else 0
            )  # write a new one, so that the loss is reported once
        for events in self._new_events():
            self._outdated |= self.state.apply(events)
            self._events_since_snapshot += len(events)
            yield LoadProgress(len(self._catalog), *self._journal.progress(), is_history=True)
        for _ in self._recompute():
            pass
        if self._journal.has_replaced_file():  # compacted in the meantime
            self._read_all_events()

    def refresh(self) -> dict[str, ArticleRow]:
        """Read the events of other processes and machines; return the rows that they change."""
        if self._journal.has_replaced_file():
            return self._read_all_events()
        if self._outdated or self._journal.has_changes():
            return self._read_new_events()
        return {}

    def _read_new_events(self) -> dict[str, ArticleRow]:
        return self._update_rows(self._apply_events(self._new_events()))

    def _read_all_events(self) -> dict[str, ArticleRow]:
        previous = {row.id: row for row in self._catalog.rows()}
        self._journal.reset()
        self._clear()
        self.state.preload_undone(self._journal.undo_events())
        with pause_gc():
            self._read_new_events()
        rows = self._update_rows(list(self._catalog))
        return {article: row for article, row in rows.items() if row != previous.get(article)}

    # -- changing --------------------------------------------------------------------------

    @pause_gc()
    def append(self, new_events: Sequence[NewEvent]) -> dict[str, ArticleRow]:
        """Write events, durably; return the rows that they change."""
        self.finish_change()
        rows, events = self._write_events(new_events)
        changed = self._apply_events([events])
        return rows | self._catalog.update_rows(changed, self.state)[0]

    def record_all(
        self, event: str, listing: Listing, start: int, end: int | None, data: Mapping[str, Any]
    ) -> Iterator[RecordProgress]:
        """Record an event about the articles of a list, in steps.

        Raises:
            ValueError: There is no such event.
        """
        check_kind(event)
        listed, total = listing.ids(start, end), len(range(listing.total)[start:end])
        steps = self._record_in_steps(event, listed, total, data)
        with pause_gc(freeze=True) if total > BATCH_SIZE else nullcontext():
            yield from self._change_in_steps(steps, RecordProgress(0, 0, total))

    def _change_in_steps(self, steps: Iterator[StepT], first: StepT) -> Iterator[StepT]:
        self._check_writable()
        yield from self._change_queue.change(steps, first)

    def _record_in_steps(
        self, kind: str, listed: Iterable[Sequence[str]], total: int, data: Mapping[str, Any]
    ) -> Iterator[RecordProgress]:
        """Find the articles, write the event, then apply it."""
        targets = EventTargets(self._catalog, self._read_tags)
        articles, done = list[str](), 0
        for looked_at, found in targets.find(kind, listed, data):
            articles += found
            done += looked_at
            yield RecordProgress(0, done, total)
        if not articles:
            return
        changed = len(articles)
        _, (*others, event) = self._write_events([NewEvent(kind, tuple(articles), data)])
        if others:  # what they undo is recomputed from the journal, which has this event, too
            self._catalog.update_rows(self._apply_events([[*others, event]]), self.state)
        else:
            yield RecordProgress(changed, 0, changed)
            yield from self._apply_in_steps(event)
        yield RecordProgress(changed, changed, changed)

    def _apply_in_steps(self, event: Event) -> Iterator[RecordProgress]:
        total = len(event.articles)
        self._events_since_snapshot += 1
        self._stale.index |= event.kind in REINDEX_KINDS
        for start in range(0, total, BATCH_SIZE):
            batch = event.articles[start : start + BATCH_SIZE]
            self.state.apply_to(event, batch)
            self._catalog.update_rows(batch, self.state)
            yield RecordProgress(total, min(start + BATCH_SIZE, total), total)

    def finish_change(self) -> None:
        """Finish a change that is being made in steps, before anything else is changed."""
        self._change_queue.finish()

    def undoable(self, limit: int = 50) -> list[UndoableChange]:
        """Return the changes that can be undone."""
        return [_to_undoable_change(event) for event in islice(self._undoable_events(), limit)]

    def undo_in_steps(self) -> Iterator[UndoneChange | None]:
        """Undo the latest change, in steps."""
        yield from self._change_in_steps(self._undo_in_steps(), None)

    def _undo_in_steps(self) -> Iterator[UndoneChange | None]:
        """Find the latest change, write that it is undone, then undo it."""
        rows = self.refresh()  # another process may have undone it already
        for latest in self._journal.recent_events():
            if self._is_undoable(latest):
                break
            if len(latest.articles) > BATCH_SIZE:
                yield None
        else:
            return
        is_many = len(latest.articles) > BATCH_SIZE
        with pause_gc(freeze=True) if is_many else nullcontext():
            yield from self._undo_event_in_steps(latest, rows, is_many=is_many)

    def _undo_event_in_steps(
        self, latest: Event, rows: dict[str, ArticleRow], *, is_many: bool
    ) -> Iterator[UndoneChange | None]:
        if is_many:
            yield None
        new = NewEvent("undone", latest.articles, {"of": latest.stamp})
        reread, events = self._write_events([new])
        rows |= reread
        if is_many:
            yield None
        changed = list(self._note_events([events]))
        if is_many:
            yield None
        for _ in self._recompute():
            yield None
        for start in range(0, len(changed), BATCH_SIZE):
            if start:
                yield None
            batch = changed[start : start + BATCH_SIZE]
            rows |= self._catalog.update_rows(batch, self.state)[0]
        yield _to_undoable_change(latest), rows

    def _undoable_events(self) -> Iterator[Event]:
        return filter(self._is_undoable, self._journal.recent_events())

    def _is_undoable(self, event: Event) -> bool:
        return event.kind in UNDOABLE_KINDS and not (event.imported or self.state.is_undone(event))

    def _write_events(
        self, new_events: Sequence[NewEvent]
    ) -> tuple[dict[str, ArticleRow], list[Event]]:
        """Write events, which are still to be applied, as are those of other processes before them.

        Returns:
            The rows that changed because the journal was read again, and the events.
        """
        self._check_writable()
        rows: dict[str, ArticleRow] = {}
        for _ in range(MAX_APPEND_ATTEMPTS):
            if self._journal.has_replaced_file():
                rows |= self._read_all_events()
            try:
                return rows, self._journal.append(new_events)
            except JournalRewritten:  # compacted just now
                continue
        raise SaveFailed("cannot be read, or is replaced all the time", self._journal.own_path)

    def _apply_events(self, batches: Iterable[Sequence[Event]]) -> set[str]:
        changed = self._note_events(batches)
        for _ in self._recompute():
            pass
        return changed

    def _note_events(self, batches: Iterable[Sequence[Event]]) -> set[str]:
        """Apply events; return the articles that change, some of which are to be recomputed."""
        changed: set[str] = set()
        for events in batches:
            self._outdated |= self.state.apply(events)
            self._stale.index |= any(event.kind in REINDEX_KINDS for event in events)
            changed.update(article for event in events for article in event.articles)
            self._events_since_snapshot += len(events)
        return changed | self._outdated

    def _recompute(self) -> Iterator[None]:
        """Recompute the state of outdated articles, in steps."""
        if outdated := self._outdated:
            try:
                events = self._journal.events_for(outdated)
                yield from self.state.recompute_in_steps(outdated, events)
            except OSError as error:  # the next refresh tries again
                self._warn(f"{error.filename}: cannot be read: {describe_system_error(error)}")
            else:
                self._outdated = set()

    def _new_events(self) -> Iterator[Sequence[Event]]:
        while events := self._journal.read(EVENT_BATCH_SIZE):
            yield events

    def _update_rows(self, articles: Iterable[str]) -> dict[str, ArticleRow]:
        rows, is_moved = self._catalog.update_rows(articles, self.state)
        self._stale.lists |= is_moved
        return rows

    # -- the snapshot ----------------------------------------------------------------------

    def write_snapshot_if_due(self) -> None:
        """Keep the state for a quick start next time, if that is worth it."""
        if self._events_since_snapshot > SNAPSHOT_INTERVAL_EVENTS:
            self.write_snapshot()

    def write_snapshot(self) -> None:
        """Keep the state for a quick start next time."""
        self._events_since_snapshot = 0
        if self._journal.format > JOURNAL_FORMAT or self._outdated:
            return  # events of a newer version, or of a file that could not be read, are not in it
        snapshot = Snapshot(self.state, self._journal.saved_cursors(), self._journal.latest_order)
        try:
            write_snapshot(self._snapshot, snapshot)
        except (LibraryUnavailable, SaveFailed) as error:
            self._warn(str(error))


def check_kind(event: str) -> None:
    """Check that an event can be recorded.

    Raises:
        ValueError: There is no such event.
    """
    if event not in RECORDABLE_KINDS:
        raise ValueError(f"no such event: {event}")


def _to_undoable_change(event: Event) -> UndoableChange:
    at = format_timestamp(from_microseconds(event.at))
    return UndoableChange(event.kind, event.articles, at, event.data)
