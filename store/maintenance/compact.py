"""Compacting: the texts of what was deleted long ago go, and events that can no longer matter.

Each machine compacts what it writes itself: its own segments and its own journal. What all events
add up to is the same before and after, here and on every other machine; the first line of a journal
says when it was rewritten, so that whoever has read the old one reads it anew.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from store.journal.events import (
    JOURNAL_FORMAT,
    Event,
    EventId,
    decode_event,
    decode_line,
    encode_line,
    newer_format_message,
    try_decode_event,
)
from store.journal.journal import Journal
from store.journal.journal_file import find_writer
from store.journal.reading_state import ReadingState
from store.model.errors import LibraryDamaged, LibraryReadOnly
from store.model.times import Clock, current_timestamp, to_microseconds
from store.segments.segments import format_version, read_tables, segment_machine
from store.segments.storage import SEGMENT_FORMAT as SEGMENT_FORMAT
from store.segments.storage import JsonStorage
from store.system.files import (
    file_lock,
    preserve_damaged_file,
    remove_temporary_files,
    write_atomically,
)

RETENTION = timedelta(days=30)
"""How long a deleted article keeps its text, and an event that was undone stays."""
COMPACT_BATCH_SIZE = 20_000
"""Events worked off between two steps."""
TOMBSTONE_FIELDS = ("id", "title", "date", "created")
"""The facts that stay: a second import knows the article, and a list of changes can name it."""
PURGED_TEXT: Mapping[str, Any] = {"text": ""}
"""What stays of a text: the document, so that its place is not taken for a lost one."""


@dataclass(frozen=True, slots=True)
class CompactProgress:
    """How far it is, in bytes of journals."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class CompactResult:
    """What went, or would go."""

    texts: int = 0
    """Articles whose text went."""
    events: int = 0
    """Events that went from the journal."""
    damaged: int = 0
    """Lines that could not be understood and went with them."""
    bytes_before: int = 0
    bytes_after: int = 0
    """Bytes of the files that were rewritten."""
    damaged_lines_path: Path | None = None
    """Where the damaged lines are kept."""
    problems: tuple[str, ...] = ()


def compact_library(
    library: Path, machine: str, clock: Clock, *, dry_run: bool = False
) -> Generator[CompactProgress, None, CompactResult]:
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
    state.preload_undone(journal.undo_events())
    while events := journal.read(COMPACT_BATCH_SIZE):
        again |= state.apply(events)
        yield CompactProgress(*journal.progress())
    state.recompute(again, journal.events_for(again))
    if journal.format > JOURNAL_FORMAT:
        raise LibraryReadOnly(newer_format_message(journal.format))
    limit = to_microseconds(clock() - RETENTION)
    purge = _TextPurge(library, machine, _find_long_deleted(journal, state, limit), problems)
    if purge.articles:
        with _lock_unless_dry_run(library / "articles" / f".{machine}.lock", dry_run):
            purge.run(current_timestamp(clock), dry_run=dry_run)
    rewriting = _JournalRewrite(journal.own_path, machine, clock)
    if journal.own_path.exists():
        with _lock_unless_dry_run(journal.own_path, dry_run):
            yield from rewriting.scan(limit, pairs=not _has_copies(journal, machine))
            if not dry_run:
                rewriting.write()
    return CompactResult(
        purge.texts,
        rewriting.event_count,
        rewriting.damaged_count,
        purge.bytes_before + rewriting.bytes_before,
        purge.bytes_after + rewriting.bytes_after,
        rewriting.damaged_lines_path,
        tuple(problems),
    )


def repair_journal(journal: Path, machine: str, clock: Clock) -> str:
    """Move the damaged lines of this machine's journal aside, as compacting would.

    Returns:
        A line that says so; empty where no line is damaged.

    Raises:
        LibraryBusy: Another process is writing for too long.
        NotSaved: The disk refused, or there are no locks; the file is the old or the new one.
    """
    if not journal.exists():
        return ""
    rewriting = _JournalRewrite(journal, machine, clock)
    with _lock_unless_dry_run(journal, dry_run=False):
        for _ in rewriting.scan(0, pairs=False, only_damaged=True):
            pass
        rewriting.write()
    if rewriting.damaged_lines_path is None:
        return ""
    lines = (
        "1 damaged line was"
        if rewriting.damaged_count == 1
        else f"{rewriting.damaged_count:,} damaged lines were"
    )
    return f"journal/{journal.name}: {lines} moved aside to {rewriting.damaged_lines_path.name}"


def _lock_unless_dry_run(path: Path, dry_run: bool) -> AbstractContextManager[object]:
    # Appending works without locks; but what is appended while a file is replaced would be lost.
    return nullcontext() if dry_run else file_lock(path, required=True)


def _find_long_deleted(journal: Journal, state: ReadingState, limit: int) -> frozenset[str]:
    """The articles that are deleted, since that moment or longer."""
    deleted = {
        id_: marks.deleted[0] for id_, marks in state.article_states.items() if marks.deleted[1]
    }
    return frozenset(
        article
        for event in (journal.events_for(deleted) if deleted else ())
        if event.kind == "deleted" and event.at <= limit
        for article in event.articles
        if deleted.get(article) == event.stamp
    )


def _has_copies(journal: Journal, machine: str) -> bool:
    """Whether a sync has made a copy of our journal: an undone event may stand in it on its own."""
    others = (path for path in journal.paths() if path != journal.own_path)
    return any(find_writer(path)[0] == machine for path in others)


# -- texts ---------------------------------------------------------------------------------


@dataclass(slots=True)
class _TextPurge:
    """Takes the texts of articles out of this machine's segments."""

    library: Path
    machine: str
    articles: frozenset[str]
    problems: list[str]
    texts: int = 0
    bytes_before: int = 0
    bytes_after: int = 0

    def run(self, now: str, *, dry_run: bool) -> None:
        """Go through the segments; a damaged one is left as it is."""
        for path in sorted((self.library / "articles").glob("*.json")):
            if segment_machine(path.stem) == self.machine:
                try:
                    self._purge_segment(path, now, dry_run=dry_run)
                except LibraryDamaged as error:
                    self.problems.append(f"{error}; it was left as it is")

    def _purge_segment(self, path: Path, now: str, *, dry_run: bool) -> None:
        facts = read_tables(path, "articles")
        articles = facts.get("articles", {})
        gone = {
            key: {name: each[name] for name in TOMBSTONE_FIELDS if name in each} | {"purged": now}
            for key, each in articles.items()
            if each.get("id") in self.articles and "purged" not in each
        }
        if not gone:
            return
        beside = self.library / "texts" / path.name
        facts = read_tables(path, "articles", thorough=True)
        texts = read_tables(beside, "texts", thorough=True)
        if max(format_version(facts), format_version(texts)) > SEGMENT_FORMAT:
            self.problems.append(
                f"{path}: {newer_format_message(format_version(facts))}; it was left as it is"
            )
            return
        bodies = texts.get("texts", {})
        bodies |= {key: dict(PURGED_TEXT) for key in gone if key in bodies}
        facts["articles"] |= gone
        self.texts += len(gone)
        # The texts first: after a crash in between the next compacting finds the facts to do.
        for file, tables in ((beside, texts), (path, facts)):
            if file.exists():
                self.bytes_before += file.stat().st_size
                self.bytes_after += len(orjson.dumps(tables)) + 1
                if not dry_run:
                    JsonStorage(file).write(tables)


# -- events --------------------------------------------------------------------------------


@dataclass(slots=True)
class _JournalRewrite:
    """Writes this machine's journal anew without the lines that can no longer matter."""

    path: Path
    machine: str
    clock: Clock
    obsolete_lines: ObsoleteLineFilter = field(init=False)
    damaged_lines_path: Path | None = None
    bytes_before: int = 0
    bytes_after: int = 0

    def scan(
        self, limit: int, *, pairs: bool, only_damaged: bool = False
    ) -> Iterator[CompactProgress]:
        """See which lines may go.

        Args:
            limit: Before this moment an event must have been undone.
            pairs: Whether an event may go that was undone.
            only_damaged: Whether no event may go.
        """
        with self.path.open("rb") as file:
            undone = undo_times(file, self.machine) if pairs else {}
            gone = (of for of, at in undone.items() if at <= limit)
            self.obsolete_lines = ObsoleteLineFilter(self.machine, gone, only_damaged=only_damaged)
            size, done = file.seek(0, os.SEEK_END), file.seek(0)
            for number, line in enumerate(file, 1):
                done += len(line)
                self.obsolete_lines.scan(line)
                if number % COMPACT_BATCH_SIZE == 0:
                    yield CompactProgress(done, size)
            if self.obsolete_lines.obsolete_count:
                file.seek(0)
                self.bytes_before = done
                self.bytes_after = sum(map(len, self.obsolete_lines.remaining_lines(file))) + len(
                    self._header()
                )

    def write(self) -> None:
        """Put the new journal in the place of the old one; nothing if it would be the same."""
        remove_temporary_files(self.path.parent, self.clock())
        if not self.obsolete_lines.obsolete_count:
            return
        if lines := self.obsolete_lines.damaged_lines:
            self.damaged_lines_path = preserve_damaged_file(
                self.path, b"".join(lines), self.clock()
            )
        with self.path.open("rb") as file:
            write_atomically(
                self.path, self._header() + b"".join(self.obsolete_lines.remaining_lines(file))
            )

    def _header(self) -> bytes:
        last = self.obsolete_lines.header.get("rewritten", 0)
        at = max(to_microseconds(self.clock()), 1 + last if isinstance(last, int) else 0)
        first = {"format": JOURNAL_FORMAT, "rewritten": at, "machine": self.machine}
        return encode_line(
            first | {k: v for k, v in self.obsolete_lines.header.items() if k not in first}
        )

    @property
    def event_count(self) -> int:
        """How many events may go."""
        return self.obsolete_lines.obsolete_count - self.damaged_count if self.bytes_before else 0

    @property
    def damaged_count(self) -> int:
        """How many damaged lines go."""
        return len(self.obsolete_lines.damaged_lines) if self.bytes_before else 0


# -- lines ---------------------------------------------------------------------------------


def undo_times(lines: Iterable[bytes], machine: str) -> dict[EventId, int]:
    """When which event was undone: its name, and the time in microseconds since 1970."""
    found: dict[EventId, int] = {}
    for line in lines:
        if (
            b'"undone"' in line
            and (event := try_decode_event(line, machine))
            and event.kind == "undone"
        ):
            found[event.undone_id] = max(event.at, found.get(event.undone_id, 0))
    return found


class ObsoleteLineFilter:
    """Looks at the lines of one journal in their order, and remembers which of them may go."""

    def __init__(
        self, machine: str, undone: Iterable[EventId], *, only_damaged: bool = False
    ) -> None:
        """Begin before the first line.

        Args:
            machine: Whose journal it is.
            undone: Names of the events that may go with what undid them.
            only_damaged: Whether every event stays.
        """
        self._only_damaged = only_damaged
        self._machine = machine
        self._undone = frozenset(undone)
        self._undone_seen: set[EventId] = set()
        self._positions: dict[str, tuple[int, int]] = {}
        """Article -> stamp and line of the latest position."""
        self._imported: set[bytes] = set()
        self._latest = (-1, -1)
        self._line_number = -1
        self._candidates: set[int] = set()
        self._non_events: set[int] = set()
        """Lines that are no events: only the first one has a meaning, and is written anew."""
        self.header: dict[str, Any] = {}
        """What the first line says."""
        self.damaged_lines: list[bytes] = []

    @property
    def obsolete_count(self) -> int:
        """How many lines may go."""
        return len(self._obsolete)

    @property
    def _obsolete(self) -> set[int]:
        # The one with the greatest order stays, so that no later event is given that order again.
        return self._candidates - {self._latest[1]}

    def scan(self, line: bytes) -> None:
        """Look at the next line."""
        self._line_number += 1
        try:
            event = decode_event(line, self._machine)
            if event is None:
                self._scan_header(line)
            elif not self._only_damaged:
                self._scan_event(event)
        except (KeyError, ValueError):
            if line == b"\n":
                self._non_events.add(self._line_number)
                return
            self.damaged_lines.append(line)
            self._candidates.add(self._line_number)

    def _scan_header(self, line: bytes) -> None:
        fields = decode_line(line)
        self.header = self.header or {**fields, "format": int(fields["format"])}
        self._non_events.add(self._line_number)

    def _scan_event(self, event: Event) -> None:
        self._latest = max(self._latest, (event.order, self._line_number))
        if event.event_id in self._undone:
            self._undone_seen.add(event.event_id)
            self._candidates.add(self._line_number)
        elif event.kind == "undone":
            if event.undone_id in self._undone_seen:
                self._candidates.add(self._line_number)
        elif event.imported and self._is_duplicate(event):
            self._candidates.add(self._line_number)
        elif event.kind == "position" and len(event.articles) == 1:
            self._scan_position(event)

    def _is_duplicate(self, event: Event) -> bool:
        key = orjson.dumps([event.kind, event.articles, event.at, dict(event.data)])
        known = key in self._imported
        self._imported.add(key)
        return known

    def _scan_position(self, event: Event) -> None:
        article = event.articles[0]
        this = (event.at if event.imported else event.stamp, self._line_number)
        other = self._positions.setdefault(article, this)
        if other[0] != this[0]:
            self._positions[article] = max(this, other)
            self._candidates.add(min(this, other)[1])

    def remaining_lines(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """The lines that stay, but for the first one; `lines` are those that were looked at."""
        gone = self._obsolete | self._non_events
        return (line for number, line in enumerate(lines) if number not in gone)
