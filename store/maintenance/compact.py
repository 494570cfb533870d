"""Compacting: the texts of what was deleted long ago go, and events that can no longer matter.

Each machine compacts what it writes itself: its own segments and its own journal. What all events
add up to is the same before and after, here and on every other machine; the first line of a journal
says when it was rewritten, so that whoever has read the old one reads it anew.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from store.journal.events import FORMAT, newer, sealed
from store.journal.journal import WAIT, Journal
from store.journal.obsolete import Sift, undoings
from store.journal.reading_state import ReadingState
from store.journal.writer import writer_of
from store.model.errors import LibraryDamaged, LibraryReadOnly, NotSaved
from store.model.times import Clock, iso, micros
from store.segments.segments import format_of, machine_of, read_tables
from store.segments.storage import FORMAT as SEGMENT_FORMAT
from store.segments.storage import JsonStorage
from store.system.damaged_files import aside
from store.system.files import locked, sweep, write_atomic

KEPT = timedelta(days=30)
"""How long a deleted article keeps its text, and an event that was undone stays."""
STEP = 20_000
"""Events worked off between two steps."""
SWEEP_AGE = 3600
TOMBSTONE = ("id", "title", "date", "created")
"""The facts that stay: a second import knows the article, and a list of changes can name it."""
PURGED: Mapping[str, Any] = {"text": ""}
"""What stays of a text: the document, so that its place is not taken for a lost one."""


@dataclass(frozen=True, slots=True)
class Compacting:
    """How far it is, in bytes of journals."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Compacted:
    """What went, or would go."""

    texts: int = 0
    """Articles whose text went."""
    events: int = 0
    """Events that went from the journal."""
    damaged: int = 0
    """Lines that could not be understood and went with them."""
    before: int = 0
    after: int = 0
    """Bytes of the files that were rewritten."""
    aside: Path | None = None
    """Where the damaged lines are kept."""
    problems: tuple[str, ...] = ()


def compact(
    library: Path, machine: str, clock: Clock, *, dry_run: bool = False
) -> Generator[Compacting, None, Compacted]:
    """Compact what this machine has written.

    Args:
        library: The folder of the library.
        machine: The name this machine writes under.
        clock: Now, in UTC.
        dry_run: Only find out what would go; nothing is written.

    Returns:
        What went.

    Raises:
        LibraryBusy: Another process is writing for too long.
        LibraryReadOnly: A journal was made by a newer version.
        NotSaved: The disk refused, or there are no locks; each file is the old or the new one.
    """
    problems: list[str] = []
    journal = Journal(library / "journal", machine, clock, problems.append)
    state = ReadingState()
    again: set[str] = set()
    state.expect(journal.undoings())
    while events := journal.read(STEP):
        again |= state.apply(events)
        yield Compacting(*journal.progress())
    state.recount(again, journal.events_of(again))
    if journal.format > FORMAT:
        raise LibraryReadOnly(newer(journal.format))
    limit = micros(clock() - KEPT)
    purge = _Purge(library, machine, _long_deleted(journal, state, limit), problems)
    if purge.articles:
        with _hold(library / "articles" / f".{machine}.lock", dry_run):
            purge.run(iso(clock().replace(microsecond=0)), dry_run=dry_run)
    rewriting = _Rewriting(journal.own, machine, clock)
    if journal.own.exists():
        with _hold(journal.own, dry_run):
            yield from rewriting.look(limit, pairs=not _copied(journal, machine))
            if not dry_run:
                rewriting.write()
    return Compacted(
        purge.texts,
        rewriting.events,
        rewriting.damaged,
        purge.before + rewriting.before,
        purge.after + rewriting.after,
        rewriting.aside,
        tuple(problems),
    )


def mend_journal(journal: Path, machine: str, clock: Clock) -> str:
    """Move the damaged lines of this machine's journal aside, as compacting would.

    Returns:
        A line that says so; empty where no line is damaged.

    Raises:
        LibraryBusy: Another process is writing for too long.
        NotSaved: The disk refused, or there are no locks; the file is the old or the new one.
    """
    if not journal.exists():
        return ""
    rewriting = _Rewriting(journal, machine, clock)
    with _hold(journal, dry_run=False):
        for _ in rewriting.look(0, pairs=False, only_damaged=True):
            pass
        rewriting.write()
    if rewriting.aside is None:
        return ""
    lines = (
        "1 damaged line was"
        if rewriting.damaged == 1
        else f"{rewriting.damaged:,} damaged lines were"
    )
    return f"journal/{journal.name}: {lines} moved aside to {rewriting.aside.name}"


def _hold(path: Path, dry_run: bool) -> AbstractContextManager[object]:
    return nullcontext() if dry_run else locked(path, WAIT, _refuse)


def _refuse(problem: str) -> None:
    # Appending goes without locks; but what is appended while a file is replaced would be lost.
    raise NotSaved(f"Not compacted: {problem.partition(';')[0]}")


def _long_deleted(journal: Journal, state: ReadingState, limit: int) -> frozenset[str]:
    """The articles that are deleted, since that moment or longer."""
    deleted = {id_: marks.deleted[0] for id_, marks in state.marks.items() if marks.deleted[1]}
    return frozenset(
        article
        for event in (journal.events_of(deleted) if deleted else ())
        if event.kind == "deleted" and event.at <= limit
        for article in event.articles
        if deleted.get(article) == event.stamp
    )


def _copied(journal: Journal, machine: str) -> bool:
    """Whether a sync has made a copy of our journal: an undone event may stand in it on its own."""
    others = (path for path in journal.paths() if path != journal.own)
    return any(writer_of(path)[0] == machine for path in others)


# -- texts ---------------------------------------------------------------------------------


@dataclass(slots=True)
class _Purge:
    """Takes the texts of articles out of this machine's segments."""

    library: Path
    machine: str
    articles: frozenset[str]
    problems: list[str]
    texts: int = 0
    before: int = 0
    after: int = 0

    def run(self, now: str, *, dry_run: bool) -> None:
        """Go through the segments; a damaged one is left as it is."""
        for path in sorted((self.library / "articles").glob("*.json")):
            if machine_of(path.stem) == self.machine:
                try:
                    self._segment(path, now, dry_run=dry_run)
                except LibraryDamaged as error:
                    self.problems.append(f"{error}; it was left as it is")

    def _segment(self, path: Path, now: str, *, dry_run: bool) -> None:
        facts = read_tables(path, "articles")
        articles = facts.get("articles", {})
        gone = {
            key: {name: each[name] for name in TOMBSTONE if name in each} | {"purged": now}
            for key, each in articles.items()
            if each.get("id") in self.articles and "purged" not in each
        }
        if not gone:
            return
        beside = self.library / "texts" / path.name
        facts = read_tables(path, "articles", thorough=True)
        texts = read_tables(beside, "texts", thorough=True)
        if max(format_of(facts), format_of(texts)) > SEGMENT_FORMAT:
            self.problems.append(f"{path}: {newer(format_of(facts))}; it was left as it is")
            return
        bodies = texts.get("texts", {})
        bodies |= {key: dict(PURGED) for key in gone if key in bodies}
        facts["articles"] |= gone
        self.texts += len(gone)
        # The texts first: after a crash in between the next compacting finds the facts to do.
        for file, tables in ((beside, texts), (path, facts)):
            if file.exists():
                self.before += file.stat().st_size
                self.after += len(orjson.dumps(tables)) + 1
                if not dry_run:
                    JsonStorage(file).write(tables)


# -- events --------------------------------------------------------------------------------


@dataclass(slots=True)
class _Rewriting:
    """Writes this machine's journal anew without the lines that can no longer matter."""

    path: Path
    machine: str
    clock: Clock
    sift: Sift = field(init=False)
    aside: Path | None = None
    before: int = 0
    after: int = 0

    def look(self, limit: int, *, pairs: bool, only_damaged: bool = False) -> Iterator[Compacting]:
        """See which lines may go.

        Args:
            limit: Before this moment an event must have been undone.
            pairs: Whether an event may go that was undone.
            only_damaged: Whether no event may go.
        """
        with self.path.open("rb") as file:
            undone = undoings(file, self.machine) if pairs else {}
            gone = (of for of, at in undone.items() if at <= limit)
            self.sift = Sift(self.machine, gone, only_damaged=only_damaged)
            size, done = file.seek(0, os.SEEK_END), file.seek(0)
            for number, line in enumerate(file, 1):
                done += len(line)
                self.sift.look(line)
                if number % STEP == 0:
                    yield Compacting(done, size)
            if self.sift.dropped:
                file.seek(0)
                self.before = done
                self.after = sum(map(len, self.sift.left(file))) + len(self._head())

    def write(self) -> None:
        """Put the new journal in the place of the old one; nothing if it would be the same."""
        sweep(self.path.parent, self.clock().timestamp() - SWEEP_AGE)
        if not self.sift.dropped:
            return
        if lines := self.sift.damaged:
            self.aside = aside(self.path, b"".join(lines), self.clock())
        with self.path.open("rb") as file:
            write_atomic(self.path, self._head() + b"".join(self.sift.left(file)))

    def _head(self) -> bytes:
        last = self.sift.head.get("rewritten", 0)
        at = max(micros(self.clock()), 1 + last if isinstance(last, int) else 0)
        first = {"format": FORMAT, "rewritten": at, "machine": self.machine}
        return sealed(first | {k: v for k, v in self.sift.head.items() if k not in first})

    @property
    def events(self) -> int:
        """How many events may go."""
        return self.sift.dropped - self.damaged if self.before else 0

    @property
    def damaged(self) -> int:
        """How many damaged lines go."""
        return len(self.sift.damaged) if self.before else 0
