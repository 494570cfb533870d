"""A library in a folder of plain JSON, which any file sync may carry between machines."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from store.article import Article, Body, Entry, Found, Reading, Refused, Row, Similar
from store.errors import LibraryDamaged, LibraryReadOnly, NoSuchArticle, NotSaved
from store.files import locked, make_folder, sweep
from store.index.similar import Similarities
from store.index.summary import extract
from store.journal import FORMAT as JOURNAL_FORMAT
from store.journal import UNDOABLE, Change, Event, Journal
from store.library import Added, Category, Loaded, Refreshed, Undone
from store.query import Query
from store.reading import Marks, ReadingState
from store.segments import FORMAT as SEGMENT_FORMAT
from store.segments import SEGMENT_SIZE, Place, Segments
from store.snapshot import Snapshot, read_snapshot, write_snapshot
from store.times import Clock, from_micros, iso, seconds

WAIT = 5.0
"""Seconds to wait for another process that is adding articles."""
SWEEP_AGE = 3600
SNAPSHOT_EVERY = 2000
"""Events after which the reading state is worth a new snapshot."""
STEP = 20_000
"""Events or rows worked off between two steps of a loading."""


class FolderLibrary:
    """A `Library` in a folder; see `store.library` for what the calls promise."""

    def __init__(self, folder: Path, cache: Path, machine: str, clock: Clock) -> None:
        """Open the folder, creating it if need be.

        Args:
            folder: The library, which sync may carry.
            cache: For what is derived from it.
            machine: The name this machine writes under.
            clock: Now, in UTC.

        Raises:
            LibraryUnavailable: The folder cannot be created.
        """
        self._folder = folder
        self._clock = clock
        self._snapshot = cache / "reading.json"
        self._problems: list[str] = []
        self._segments = Segments(folder, machine)
        self._journal = Journal(folder / "journal", machine, clock, self._problems.append)
        self._lock = folder / "articles" / f".{machine}.lock"
        self._state = ReadingState()
        self._since_snapshot = 0
        self._rows: dict[str, Row] = {}
        self._places: dict[str, Place] = {}
        self._stamps: dict[str, tuple[int, int]] = {}
        self._similar: Similarities | None = None
        for path in (*self._segments.folders, self._journal.own.parent, cache):
            make_folder(path)

    # -- reading it ------------------------------------------------------------------------

    @property
    def read_only(self) -> str:
        """Why nothing can be changed, in words; empty if it can."""
        newest = max(self._segments.format, self._journal.format)
        if newest > max(SEGMENT_FORMAT, JOURNAL_FORMAT):
            return f"made by a newer newstui (format {newest}); opened read-only"
        if not os.access(self._journal.own.parent, os.W_OK):
            return f"no permission to write to {self._folder}; opened read-only"
        return ""

    @property
    def empty(self) -> bool:
        """Whether there is no segment yet."""
        return not self._segments.names()

    @property
    def problems(self) -> Sequence[str]:
        """What was found wrong so far."""
        torn = (
            f"{self._journal.own.parent / name}: {count} damaged lines were left out"
            for name, count in self._journal.bad_lines.items()
        )
        return (*self._problems, *torn)

    def load(self) -> Iterator[Loaded]:
        """Read the reading state, then the segments, newest first."""
        names = self._segments.names()
        yield from self._load_state(len(names))
        for done, name in enumerate(names, 1):
            self._read_segment(name)
            yield Loaded(len(self._rows), done, len(names))
        if self._since_snapshot > SNAPSHOT_EVERY:
            self._write_snapshot()

    def _load_state(self, total: int) -> Iterator[Loaded]:
        kept = read_snapshot(self._snapshot)
        if kept and self._journal.resume(kept.covered, kept.newest):
            self._state = kept.state
        events = self._journal.read()
        again: set[str] = set()
        while batch := list(islice(events, STEP)):
            again |= self._state.apply(batch)[1]
            self._since_snapshot += len(batch)
            yield Loaded(0, 0, total)
        self._recount(again)

    def _read_segment(self, name: str) -> None:
        self._stamps[name] = self._segments.stamp(name)
        try:
            for found in self._segments.rows(name):
                if isinstance(found, Refused):
                    self._problems.append(f"{found.where}: {found.reason}")
                else:
                    self._place(Place(name, found[0]), found[1])
        except LibraryDamaged as error:
            self._problems.append(str(error))

    def _place(self, place: Place, row: Row) -> None:
        there = self._rows.get(row.id)
        # An article that came in on two machines is one: the copy that was added first counts.
        if there is not None and (there.added, self._places[row.id].segment) < (
            row.added,
            place.segment,
        ):
            return
        self._places[row.id] = place
        self._rows[row.id] = _dressed(row, self._state.marks.get(row.id))

    def _redress(self, articles: Iterable[str]) -> dict[str, Row]:
        rows = {}
        for article in articles:
            if (row := self._rows.get(article)) is not None:
                rows[article] = self._rows[article] = _dressed(row, self._state.of(article))
        return rows

    def prepare(self) -> Iterator[int]:
        """Index the titles in steps."""
        similar, rows = Similarities(), list(self._rows.values())
        for start in range(0, len(rows), STEP // 10):
            similar.add(rows[start : start + STEP // 10])
            yield start
        self._similar = similar

    def rows(self, query: Query) -> list[Row]:
        """The rows of a list."""
        return query.select(row for row in self._rows.values() if not self._deleted(row.id))

    def _deleted(self, article: str) -> bool:
        marks = self._state.marks.get(article)
        return marks is not None and bool(marks.deleted[1])

    def row(self, article: str) -> Row | None:
        """The row of one article."""
        return None if self._deleted(article) else self._rows.get(article)

    def categories(self) -> list[Category]:
        """Every category, by name."""
        totals: dict[str, int] = {}
        unread: dict[str, int] = {}
        for row in self.rows(Query()):
            totals[row.category] = totals.get(row.category, 0) + 1
            unread[row.category] = unread.get(row.category, 0) + (not row.read)
        return [Category(name, totals[name], unread[name]) for name in sorted(totals)]

    def find(self, id_or_prefix: str) -> str:
        """The id that begins with these characters."""
        if id_or_prefix in self._rows:
            return id_or_prefix
        prefix = id_or_prefix.lower()
        found = [article for article in self._rows if prefix and article.startswith(prefix)]
        if not found:
            raise NoSuchArticle(f"no article has an id that begins with {id_or_prefix!r}")
        if len(found) > 1:
            raise NoSuchArticle(f"{len(found)} articles have ids that begin with {id_or_prefix!r}")
        return found[0]

    def entry(self, article: str) -> Entry:
        """One article whole."""
        place = self._places.get(article)
        if place is None:
            raise NoSuchArticle(f"no article {article!r}")
        marks = self._state.of(article)
        facts = _edited(self._segments.article(place), marks)
        return Entry(facts, _summarised(self._segments.body(place)), marks.reading())

    def articles(self, ids: Iterable[str]) -> Iterator[tuple[Article, Reading]]:
        """Facts and reading state of many articles, each file read once for some thousands."""
        remaining = iter(ids)
        while batch := [article for article in islice(remaining, STEP) if article in self._places]:
            by_segment: dict[str, list[str]] = {}
            for article in batch:
                by_segment.setdefault(self._places[article].segment, []).append(article)
            facts = {
                article: self._segments.article(self._places[article])
                for articles in by_segment.values()
                for article in articles
            }
            for article in batch:
                marks = self._state.of(article)
                yield _edited(facts[article], marks), marks.reading()

    def similar(self, entry: Entry) -> tuple[Similar, ...]:
        """Up to five similar readings."""
        if self._similar is None:
            for _ in self.prepare():
                pass
        assert self._similar is not None  # noqa: S101 - prepare() has just made it
        return self._similar.best(entry.article, entry.body, self.row)

    # -- changing it -----------------------------------------------------------------------

    def record(self, event: str, articles: Sequence[str], **data: Any) -> Mapping[str, Row]:
        """Record an event, durably."""
        if not articles:
            return {}
        return self._append([Change(event, tuple(articles), data)])

    def undoable(self, limit: int = 50) -> list[Undone]:
        """The changes that can be taken back."""
        return [_undone(event) for event in islice(self._to_undo(), limit)]

    def undo(self) -> tuple[Undone, Mapping[str, Row]] | None:
        """Take back the last change."""
        self.refresh()
        last = next(self._to_undo(), None)
        if last is None:
            return None
        rows = self._append([Change("undone", last.articles, {"of": last.stamp})])
        return _undone(last), rows

    def _to_undo(self) -> Iterator[Event]:
        for event in self._journal.recent():
            undone = event.stamp in self._state.undone
            if event.kind in UNDOABLE and not event.imported and not undone:
                yield event

    def _append(self, changes: Sequence[Change]) -> dict[str, Row]:
        self._check_writable()
        if self._journal.replaced():
            self._read_all_events()
        return self._redress(self._fold(self._journal.append(changes)))

    def _fold(self, events: Sequence[Event]) -> set[str]:
        changed, again = self._state.apply(events)
        self._recount(again)
        self._since_snapshot += len(events)
        return changed

    def _recount(self, articles: set[str]) -> None:
        if articles:
            self._state.recount(articles, self._journal.events_of(articles))

    def _check_writable(self) -> None:
        if reason := self.read_only:
            raise LibraryReadOnly(reason)

    def add(self, found: Iterable[Found]) -> Iterator[Added]:
        """Add articles, a segment's worth at a time."""
        self._check_writable()
        added = known = 0
        remaining = iter(found)
        with locked(self._lock, WAIT, self._problems.append):
            self._sweep()
            self._refresh_segments()
            while batch := list(islice(remaining, SEGMENT_SIZE)):
                new: dict[str, Found] = {}
                for each in batch:
                    if each.article.id not in self._rows:
                        new.setdefault(each.article.id, each)
                self._add(list(new.values()))
                added += len(new)
                known += len(batch) - len(new)
                yield Added(added, known)

    def _add(self, new: Sequence[Found]) -> None:
        # Events first: without its article an event does no harm, and a second import writes the
        # same one; an article without its events would never get them.
        if changes := [change for found in new for change in _history(found)]:
            self._fold(self._journal.append(changes))
        if not new:
            return
        for place in self._segments.append(new):
            self._stamps.pop(place.segment, None)
        self._refresh_segments()

    def _sweep(self) -> None:
        before = self._clock().timestamp() - SWEEP_AGE
        for folder in self._segments.folders:
            sweep(folder, before)

    # -- others change it too --------------------------------------------------------------

    def refresh(self) -> Refreshed:
        """See what other processes and machines have changed."""
        rows: dict[str, Row] = {}
        if self._journal.replaced():
            self._read_all_events()
            rows = dict(self._rows)
        elif self._journal.changed():
            rows = self._redress(self._fold(list(self._journal.read())))
        return Refreshed(rows, self._refresh_segments())

    def _refresh_segments(self) -> bool:
        before = len(self._rows)
        names = self._segments.names()
        changed = [name for name in names if self._segments.stamp(name) != self._stamps.get(name)]
        for name in changed:
            self._read_segment(name)
        if changed:
            self._similar = None
        return len(self._rows) != before

    def _read_all_events(self) -> None:
        self._journal.restart()
        self._state = ReadingState()
        self._fold(list(self._journal.read()))
        self._redress(list(self._rows))

    def close(self) -> None:
        """Keep the reading state for a quick start next time."""
        if self._since_snapshot > SNAPSHOT_EVERY:
            self._write_snapshot()

    def _write_snapshot(self) -> None:
        covered = self._journal.covered()
        try:
            write_snapshot(self._snapshot, Snapshot(self._state, covered, self._journal.newest))
        except NotSaved as error:
            self._problems.append(str(error))
        self._since_snapshot = 0


def _dressed(row: Row, marks: Marks | None) -> Row:
    if marks is None:
        return row
    row = row._replace(
        read=bool(marks.read[1]), starred=bool(marks.starred[1]), read_count=marks.read_count
    )
    if not marks.edits:
        return row
    edits = {name: value for name, (_, value) in marks.edits.items()}
    when = seconds(edits.get("date")) or row.when
    return row._replace(
        title=str(edits.get("title", row.title)),
        category=str(edits.get("category", row.category)),
        when=when,
    )


def _edited(article: Article, marks: Marks) -> Article:
    edits = {name: value for name, (_, value) in marks.edits.items()}
    known = {name: edits[name] for name in ("title", "category", "date") if name in edits}
    tags = set(article.tags)
    for tag, (_, present) in marks.tags.items():
        (tags.add if present else tags.discard)(tag)
    added = sorted(tags.difference(article.tags))
    return replace(article, **known, tags=(*(t for t in article.tags if t in tags), *added))


def _summarised(body: Body) -> Body:
    if body.summary:
        return body
    summary = extract(body.text)
    return replace(body, summary=summary, summary_origin="extract" if summary else "")


def _undone(event: Event) -> Undone:
    return Undone(event.kind, event.articles, iso(from_micros(event.at)), event.data)


def _history(found: Found) -> Iterator[Change]:
    """The reading state that came with an article, as events of the time they tell."""
    reading, ids = found.reading, (found.article.id,)

    def change(kind: str, at: str | None, **data: Any) -> Change:
        moment = seconds(at or found.article.created) * 1_000_000
        undated = {} if at else {"undated": True}
        return Change(kind, ids, {**data, "imported": True, **undated}, moment)

    if reading.last_opened:
        yield change("opened", reading.last_opened)
    if reading.read or reading.read_count:
        yield change("read", reading.last_read, count=reading.read_count)
        if not reading.read:
            yield change("unread", reading.last_read)
    if reading.starred:
        yield change("starred", None)
    if reading.position:
        yield change("position", reading.last_opened, position=reading.position)
