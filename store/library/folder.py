"""A library in a folder of plain JSON, which any file sync may carry between machines."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from store.journal.events import FORMAT as JOURNAL_FORMAT
from store.journal.events import RECORDABLE, UNDOABLE, Change, Event, newer
from store.journal.history import events_of, undone
from store.journal.journal import Journal, Rewritten
from store.journal.reading_state import ReadingState, uncollected, with_edits
from store.journal.snapshot import Snapshot, read_snapshot, write_snapshot
from store.library.catalog import Shelf
from store.library.related import Related
from store.library.searcher import Finder, Reach, Searchable
from store.library.summary_cache import Summaries
from store.library.updates import histories, renewals, take_in, updates
from store.maintenance.repair import SNAPSHOT, Mender
from store.model.article import Article, Entry, Found, Reading, Refused, Row, Similar, Study
from store.model.errors import (
    LibraryBusy,
    LibraryDamaged,
    LibraryReadOnly,
    LibraryUnavailable,
    NoSuchArticle,
    NotSaved,
)
from store.model.results import Added, Category, Loaded, Prepared, Refreshed, Undone
from store.model.times import Clock
from store.segments.open_files import HeldSegments
from store.segments.segments import SEGMENT_SIZE, Place, Segments, Stamp
from store.segments.storage import FORMAT as SEGMENT_FORMAT
from store.system.files import make_library

WAIT = 5.0
"""Seconds to wait for another process that is adding articles."""
SNAPSHOT_EVERY = 2000
"""Events after which the reading state is worth a new snapshot."""
STEP = 20_000
"""Events or articles worked off at once."""


class FolderLibrary(Searchable):
    """A `Library` in a folder; see `store.library.protocol` for what the calls promise."""

    def __init__(
        self, folder: Path, cache: Path, machine: str, clock: Clock, *, mend: bool = True
    ) -> None:
        """Open the folder, creating it if need be.

        Args:
            folder: The library, which sync may carry.
            cache: For what is derived from it.
            machine: The name this machine writes under.
            clock: Now, in UTC.
            mend: Whether files of this machine that are damaged may be replaced by what is whole
                in them.

        Raises:
            LibraryUnavailable: The folder cannot be created.
        """
        self._folder = folder
        self._snapshot = cache / SNAPSHOT
        self.summaries = Summaries(cache / "summaries")
        self._problems: dict[str, None] = {}
        leave = "" if mend else "`newstui doctor --repair` mends it"
        self.mender = Mender(folder, machine, clock, self._warn, lambda: leave or self.read_only)
        self._segments = Segments(folder, machine, self.mender.rescue)
        reach = Reach(lambda: self._shelf, self.articles, self._segments, clock, self._warn)
        self.finder = Finder(cache / "index", reach)
        self._held = HeldSegments(machine, self._segments.folders)
        self.related = Related(self.finder, lambda: self._shelf.rows())
        self._journal = Journal(folder / "journal", machine, clock, self._warn)
        self._state = ReadingState()
        self._since_snapshot = 0
        self._to_load: set[str] = set()
        self._tags: set[str] = set()
        self._moved = False
        self._empty_shelf()
        make_library(folder, (*self._segments.folders, self._journal.own.parent))

    def _empty_shelf(self) -> None:
        self._shelf = Shelf()
        self._stamps: dict[str, Stamp] = {}

    def _warn(self, problem: str) -> None:
        self._problems[problem] = None  # each is told once, however often it is met

    # -- reading it ------------------------------------------------------------------------

    @property
    def read_only(self) -> str:
        """Why nothing can be changed, in words; empty if it can."""
        if self._segments.format > SEGMENT_FORMAT or self._journal.format > JOURNAL_FORMAT:
            return newer(max(self._segments.format, self._journal.format))
        if not os.access(self._journal.own.parent, os.W_OK):
            return f"no permission to write to {self._folder}; opened read-only"
        return ""

    @property
    def empty(self) -> bool:
        """Whether there is no segment yet."""
        return not self._segments.stamps()

    @property
    def problems(self) -> Sequence[str]:
        """What was found wrong so far."""
        return (*self._problems, *self.mender.problems, *self._journal.problems)

    def load(self) -> Iterator[Loaded]:
        """Read the reading state, then the segments, newest first."""
        stamps = self._segments.stamps()
        self._empty_shelf()
        self._to_load = set(stamps)
        try:
            with uncollected():
                yield from self._load_state()
            for done, (name, stamp) in enumerate(stamps.items(), 1):
                if name in self._to_load:
                    self._to_load.discard(name)
                    self._read_segment(name, stamp)
                    self._held.hold([name])
                yield Loaded(len(self._shelf), done, len(stamps))
        finally:
            self._to_load.clear()
        self.close()

    def _load_state(self) -> Iterator[Loaded]:
        kept = read_snapshot(self._snapshot)
        if kept and self._journal.resume(kept.covered, kept.newest):
            self._state = kept.state
        else:
            self._state.expect(self._journal.undoings())
            self._since_snapshot = 2 * SNAPSHOT_EVERY if kept else 0  # so that it is told once
        again: set[str] = set()
        for events in self._new_events():
            again |= self._state.apply(events)
            self._since_snapshot += len(events)
            yield Loaded(len(self._shelf), *self._journal.progress(), history=True)
        self._recount(again)
        if self._journal.replaced():  # compacted meanwhile
            self._read_all_events()

    def _read_segment(self, name: str, stamp: Stamp) -> set[str]:
        """Read a segment; the articles that were in it and no longer are."""
        had = self._shelf.of_segment(name) if name in self._stamps else set()
        self._stamps[name] = stamp
        self.finder.stale = True
        try:
            for found in self._segments.rows(name):
                if isinstance(found, Refused):
                    self._warn(f"{found.where}: {found.reason}")
                else:
                    self._shelf.put(Place(name, found[0]), found[1], self._state)
                    had.discard(found[1].id)
        except LibraryDamaged as error:
            self._warn(str(error))
            return set()
        # What was read before it was damaged stays: half a file from a sync looks the same.
        return set() if self.mender.is_damaged(self._segments.path(name)) else had

    def prepare(self) -> Iterator[Prepared]:
        """Index what is new, in steps."""
        return self.finder.update(self._state)

    def row(self, article: str) -> Row | None:
        """The row of one article."""
        return self._shelf.row(article)

    def categories(self) -> list[Category]:
        """Every category, by name."""
        return self._shelf.categories()

    def events(self, kinds: Collection[str], last: int | None = None) -> Iterator[Sequence[Event]]:
        """What happened to articles, in steps."""
        return events_of(self._journal.paths(), kinds, last)

    def find(self, id_or_prefix: str) -> str:
        """The id that begins with these characters, whatever their case."""
        return self._shelf.find(id_or_prefix)

    def entry(self, article: str) -> Entry:
        """One article whole."""
        place = self._shelf.place(article)
        if place is None:
            raise NoSuchArticle(f"no article {article!r}")
        marks = self._state.of(article)
        facts = with_edits(self._segments.article(place), marks)
        self._tags.update(facts.tags)
        body = self.summaries.summarised(article, self.finder.glimpses.body(place))
        return Entry(facts, body, marks.reading(), marks.updated)

    def articles(self, ids: Iterable[str]) -> Iterator[tuple[Article, Reading]]:
        """Facts and reading state of many articles, each file read once for some thousands."""
        remaining = iter(ids)
        while batch := list(islice(remaining, STEP)):
            places = {each: place for each in batch if (place := self._shelf.place(each))}
            by_segment = sorted(places, key=lambda each: places[each].segment)
            facts = {each: self._segments.article(places[each]) for each in by_segment}
            for each in batch:
                if each in facts:
                    marks = self._state.of(each)
                    yield with_edits(facts[each], marks), marks.reading()

    def title(self, article: str) -> str:
        """The title of an article, deleted or not."""
        return self._shelf.title(article)

    def tags(self) -> list[str]:
        """The tags known so far."""
        return sorted(self._tags | self._state.tags())

    def similar(self, entry: Entry) -> tuple[Similar, ...]:
        """Up to five similar readings."""
        return self.related.similar(entry)

    def study(self, entry: Entry) -> Study:
        """What the library knows of an article besides."""
        return self.related.study(entry)

    # -- changing it -----------------------------------------------------------------------

    def record(self, event: str, articles: Sequence[str], **data: Any) -> Mapping[str, Row]:
        """Record an event, durably."""
        if event not in RECORDABLE:
            raise ValueError(f"no such event: {event}")
        if not articles:
            return {}
        return self._append([Change(event, tuple(articles), data)])

    def undoable(self, limit: int = 50) -> list[Undone]:
        """The changes that can be taken back."""
        return [undone(event) for event in islice(self._to_undo(), limit)]

    def undo(self) -> tuple[Undone, Mapping[str, Row]] | None:
        """Take back the last change."""
        others = self._refresh_reading()  # another process may have taken it back already
        last = next(self._to_undo(), None)
        if last is None:
            return None
        others |= self._append([Change("undone", last.articles, {"of": last.stamp})])
        return undone(last), others

    def _to_undo(self) -> Iterator[Event]:
        for event in self._journal.recent():
            if event.kind in UNDOABLE and not (event.imported or self._state.is_undone(event)):
                yield event

    def _append(self, changes: Sequence[Change]) -> dict[str, Row]:
        self._check_writable()
        others: dict[str, Row] = {}
        while True:
            if self._journal.replaced():
                others |= self._read_all_events()
            try:
                events = self._journal.append(changes)
            except Rewritten:  # compacted just now
                continue
            return {**others, **self._shelf.dress(self._fold([events]), self._state)[0]}

    def _fold(self, batches: Iterable[Sequence[Event]]) -> set[str]:
        changed: set[str] = set()
        again: set[str] = set()
        for events in batches:
            again |= self._state.apply(events)
            self.finder.note(events)
            changed.update(article for event in events for article in event.articles)
            self._since_snapshot += len(events)
        self._recount(again)
        return changed

    def _recount(self, articles: set[str]) -> None:
        if articles:
            self._state.recount(articles, self._journal.events_of(articles))

    def _new_events(self) -> Iterator[Sequence[Event]]:
        while events := self._journal.read(STEP):
            yield events

    def _dress(self, articles: Iterable[str]) -> dict[str, Row]:
        rows, moved = self._shelf.dress(articles, self._state)
        self._moved |= moved
        return rows

    def _check_writable(self) -> None:
        if reason := self.read_only:
            raise LibraryReadOnly(reason)

    def add(self, found: Iterable[Found]) -> Iterator[Added]:
        """Add articles, a segment's worth at a time."""
        self._check_writable()
        added = known = 0
        remaining = iter(found)
        with self.mender.locked(WAIT):
            self.mender.sweep(self._snapshot.parent)
            self._to_load.clear()  # what is there already has to be known
            self._refresh_segments()
            self._check_writable()  # now that every file was seen
            while batch := list(islice(remaining, SEGMENT_SIZE)):
                newer = renewals(batch, self._shelf, self._state, self._segments)
                renewed = {each.article.id: each for each in newer}
                self._moved |= bool(renewed)
                self._note_updates([each for each in batch if each.article.id not in renewed])
                new: dict[str, Found] = {}
                for each in batch:
                    if self._shelf.lacks(each.article.id, each.article.words):
                        new.setdefault(each.article.id, each)
                self._add([*new.values(), *renewed.values()])
                added += len(new)
                known += len(batch) - len(new)
                yield Added(added, known, tuple(new))

    def _note_updates(self, found: Sequence[Found]) -> None:
        if changes := list(updates(found, self._shelf, self._state, self._segments.article)):
            self._append(changes)
            self._moved = True  # so that the next refresh has the lists made anew

    def _add(self, new: Sequence[Found]) -> None:
        if changes := histories(new, self._shelf):
            self._append(changes)
        if new:
            take_in(new, self._segments, self._shelf)
            self._refresh_segments()

    # -- others change it too --------------------------------------------------------------

    def refresh(self) -> Refreshed:
        """See what other processes and machines have changed."""
        rows = self._refresh_reading()
        moved = self._refresh_segments() or self._moved
        if self._held.missed and not self.read_only:
            self._bring_back()
        self._moved = False
        return Refreshed(rows, moved)

    def _refresh_reading(self) -> dict[str, Row]:
        if self._journal.replaced():
            return self._read_all_events()
        return self._read_new_events() if self._journal.changed() else {}

    def _read_new_events(self) -> dict[str, Row]:
        return self._dress(self._fold(self._new_events()))

    def _read_all_events(self) -> dict[str, Row]:
        before = {row.id: row for row in self._shelf.rows()}
        self._journal.restart()
        self._state = ReadingState()
        self._state.expect(self._journal.undoings())
        with uncollected():
            self._read_new_events()
        rows = self._dress(list(self._shelf))
        return {article: row for article, row in rows.items() if row != before.get(article)}

    def _refresh_segments(self) -> bool:
        """Read the segments that are new or different; whether there were any."""
        stamps, known = self._segments.stamps(), self._stamps
        changed = [n for n in stamps if n not in self._to_load and stamps[n] != known.get(n)]
        lost = {name: self._read_segment(name, stamps[name]) for name in changed}
        lost |= {name: self._shelf.of_segment(name) for name in known.keys() - stamps.keys()}
        if gone := not known.keys() <= stamps.keys() or any(lost.values()):
            self._empty_shelf()  # articles are gone, and other copies of them may count now
            for name in stamps.keys() - self._to_load:
                self._read_segment(name, stamps[name])
            for name, articles in lost.items():
                kept = {each for each in articles if not self._state.of(each).deleted[1]}
                if not self._held.miss(name, missing := kept - set(self._shelf)):
                    self.mender.tell_missing(self._segments.path(name), len(missing))
        self._held.hold(changed)
        return gone or bool(changed)

    def _bring_back(self) -> None:
        """Add the articles again that somebody else took out of our own segments."""
        try:
            with self.mender.locked():
                self._refresh_segments()  # another newstui may have done it already
                for name, count in self._held.give_back(self._segments, self._shelf):
                    self.mender.tell_brought_back(self._segments.path(name), count)
            self._refresh_segments()
        except (LibraryBusy, NotSaved) as error:
            self._warn(str(error))  # it is tried again with the next refresh

    def close(self) -> None:
        """Keep the reading state for a quick start next time."""
        if self._since_snapshot > SNAPSHOT_EVERY:
            self._write_snapshot()

    def _write_snapshot(self) -> None:
        self._since_snapshot = 0
        if self._journal.format > JOURNAL_FORMAT:
            return  # what a newer version means by its events, nobody knows here
        kept = Snapshot(self._state, self._journal.covered(), self._journal.newest)
        try:
            write_snapshot(self._snapshot, kept)
        except (LibraryUnavailable, NotSaved) as error:
            self._warn(str(error))
