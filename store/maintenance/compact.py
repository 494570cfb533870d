"""Compaction: remove the texts of long-deleted articles, and events that no longer matter.

Each machine compacts what it writes itself: its own segments and its own journal. The reading state
is the same before and after, here and on every other machine. The first line of a journal states
when it was compacted, so that whoever has read the old file reads the new one from its beginning.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from store.journal.events import (
    JOURNAL_FORMAT,
    Event,
    EventId,
    decode_event,
    decode_line,
    newer_format_message,
    normalize_line,
    try_decode_event,
)
from store.journal.journal import Journal
from store.journal.journal_file import find_writer, make_rewritten_header
from store.journal.reading_state import ReadingState
from store.model.errors import LibraryDamaged, LibraryReadOnly, SaveFailed, describe_system_error
from store.model.times import Clock, current_timestamp, to_microseconds
from store.segments.segments import format_version, read_tables, segment_machine
from store.segments.storage import SEGMENT_FORMAT, JsonStorage
from store.system.files import (
    file_lock,
    open_regular,
    preserve_damaged_file,
    remove_temporary_files,
    write_atomically,
)

RETENTION = timedelta(days=30)
"""The time for which a deleted article keeps its text, and an undone event stays."""
COMPACT_BATCH_SIZE = 20_000
"""Events handled between two steps."""
TOMBSTONE_FIELDS = ("id", "title", "url", "date", "created")
"""The facts that stay, by which another import recognizes the article and the undo history names
it."""
TOMBSTONE_EXTRA = ("feed", "guid", "date")
"""The fields of `extra` that stay, by which a fetch recognizes the article."""
PURGED_TEXT: Mapping[str, Any] = {"text": ""}
"""The document of a purged text, which stays so that it is not taken for lost."""


@dataclass(frozen=True, slots=True)
class CompactProgress:
    """Progress in bytes of journals."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class CompactResult:
    """The result of a compaction, or of a dry run."""

    texts: int = 0
    """Articles whose text was removed."""
    events: int = 0
    """Events removed from the journal."""
    damaged: int = 0
    """Damaged lines removed with them."""
    bytes_before: int = 0
    bytes_after: int = 0
    """Bytes of the files that were rewritten."""
    damaged_lines_path: Path | None = None
    """The file that keeps the damaged lines."""
    problems: tuple[str, ...] = ()


def compact_library(
    library: Path, machine: str, clock: Clock, *, dry_run: bool = False
) -> Generator[CompactProgress, None, CompactResult]:
    """Compact what this machine has written; with `dry_run`, only compute what would go.

    Raises:
        LibraryBusy: Another process is writing for too long.
        LibraryReadOnly: A newer version made a journal.
        SaveFailed: The disk refused, there are no locks, or a journal cannot be read, which may say
            that a text is still needed; each file is the old or the new one.
    """
    problems: list[str] = []
    journal = Journal(library / "journal", machine, clock, problems.append)
    state = ReadingState()
    outdated: set[str] = set()
    state.preload_undone(journal.undo_events())
    while events := journal.read(COMPACT_BATCH_SIZE):
        outdated |= state.apply(events)
        yield CompactProgress(*journal.progress())
    limit = to_microseconds(clock() - RETENTION)
    with _convert_read_errors():
        for failure in journal.failures.values():
            raise failure
        state.recompute(outdated, journal.events_for(outdated))
        long_deleted = _find_long_deleted(journal, state, limit)
    if journal.format > JOURNAL_FORMAT:
        raise LibraryReadOnly(newer_format_message(journal.format))
    purge = _TextPurge(library, machine, long_deleted, problems)
    if purge.articles:
        with _lock_unless_dry_run(library / "articles" / f".{machine}.lock", dry_run):
            purge.run(current_timestamp(clock), dry_run=dry_run)
    rewrite = _JournalRewrite(journal.own_path, machine, clock)
    if journal.own_path.exists():
        with _lock_unless_dry_run(journal.own_path, dry_run):
            yield from rewrite.scan(limit, pairs=not _has_copies(journal, machine))
            if not dry_run:
                rewrite.write()
    return CompactResult(
        purge.texts,
        rewrite.event_count,
        rewrite.damaged_count,
        purge.bytes_before + rewrite.bytes_before,
        purge.bytes_after + rewrite.bytes_after,
        rewrite.damaged_lines_path,
        tuple(problems),
    )


def repair_journal(journal: Path, machine: str, clock: Clock) -> str:
    """Move the damaged lines of this machine's journal to a file of their own.

    Returns:
        A line about it; empty if no line is damaged.

    Raises:
        LibraryBusy: Another process is writing for too long.
        SaveFailed: The disk refused, or there are no locks; the file is the old or the new one.
    """
    if not journal.exists():
        return ""
    rewrite = _JournalRewrite(journal, machine, clock)
    with _lock_unless_dry_run(journal, dry_run=False):
        for _ in rewrite.scan(0, pairs=False, only_damaged=True):
            pass
        rewrite.write()
    if rewrite.damaged_lines_path is None:
        return ""
    count = rewrite.damaged_count
    lines = "1 damaged line" if count == 1 else f"{count:,} damaged lines"
    return f"journal/{journal.name}: moved {lines} to {rewrite.damaged_lines_path.name}"


def _lock_unless_dry_run(path: Path, dry_run: bool) -> AbstractContextManager[object]:
    # Appending works without locks, but lines appended while a file is replaced would be lost.
    return nullcontext() if dry_run else file_lock(path, required=True)


def _find_long_deleted(journal: Journal, state: ReadingState, limit: int) -> frozenset[str]:
    """Return the articles that have been deleted since this time or longer."""
    deleted = {id_: one.deleted[0] for id_, one in state.article_states.items() if one.deleted[1]}
    return frozenset(
        article
        for event in (journal.events_for(deleted) if deleted else ())
        if event.kind == "deleted" and event.at <= limit
        for article in event.articles
        if deleted.get(article) == event.stamp
    )


def _has_copies(journal: Journal, machine: str) -> bool:
    """Return True if our journal has conflict copies, in which an undone event may be alone."""
    others = (path for path in journal.paths() if path != journal.own_path)
    return any(find_writer(path)[0] == machine for path in others)


def _make_tombstone(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stays of the document of a purged article."""
    kept = {name: document[name] for name in TOMBSTONE_FIELDS if name in document}
    given = document.get("extra")
    extra = given if isinstance(given, dict) and "feed" in given else {}
    names = [name for name in TOMBSTONE_EXTRA if name in extra]
    return kept | ({"extra": {name: extra[name] for name in names}} if names else {})


# -- texts ---------------------------------------------------------------------------------


@dataclass(slots=True)
class _TextPurge:
    """Removes the texts of articles from this machine's segments."""

    library: Path
    machine: str
    articles: frozenset[str]
    problems: list[str]
    texts: int = 0
    bytes_before: int = 0
    bytes_after: int = 0

    def run(self, now: str, *, dry_run: bool) -> None:
        """Purge all segments; a damaged one is left as it is."""
        for path in sorted((self.library / "articles").glob("*.json")):
            if segment_machine(path.stem) == self.machine:
                try:
                    self._purge_segment(path, now, dry_run=dry_run)
                except LibraryDamaged as error:
                    self.problems.append(f"{error}; left as it is")

    def _purge_segment(self, path: Path, now: str, *, dry_run: bool) -> None:
        facts = read_tables(path, "articles")
        articles = facts.get("articles", {})
        purged = {
            key: _make_tombstone(each) | {"purged": now}
            for key, each in articles.items()
            if each.get("id") in self.articles and "purged" not in each
        }
        if not purged:
            return
        texts_path = self.library / "texts" / path.name
        facts = read_tables(path, "articles", thorough=True)
        texts = read_tables(texts_path, "texts", thorough=True)
        if max(format_version(facts), format_version(texts)) > SEGMENT_FORMAT:
            self.problems.append(
                f"{path}: {newer_format_message(format_version(facts))}; left as it is"
            )
            return
        bodies = texts.get("texts", {})
        bodies |= {key: dict(PURGED_TEXT) for key in purged if key in bodies}
        facts["articles"] |= purged
        self.texts += len(purged)
        # The texts first: after a crash in between, the next compaction purges the facts.
        for file, tables in ((texts_path, texts), (path, facts)):
            if file.exists():
                self.bytes_before += file.stat().st_size
                self.bytes_after += len(orjson.dumps(tables)) + 1
                if not dry_run:
                    JsonStorage(file).write(tables)


# -- events --------------------------------------------------------------------------------


@dataclass(slots=True)
class _JournalRewrite:
    """Rewrites this machine's journal without the lines that no longer matter."""

    path: Path
    machine: str
    clock: Clock
    obsolete: ObsoleteLineFilter = field(init=False)
    damaged_lines_path: Path | None = None
    bytes_before: int = 0
    bytes_after: int = 0

    def scan(
        self, limit: int, *, pairs: bool, only_damaged: bool = False
    ) -> Iterator[CompactProgress]:
        """Find the lines that can be removed.

        These are damaged lines and, unless `only_damaged`, events: with `pairs` also those undone
        before `limit`, and the events that undid them.
        """
        with _open_journal(self.path) as file:
            undone = undo_times(file, self.machine) if pairs else {}
            removable = (event_id for event_id, at in undone.items() if at <= limit)
            self.obsolete = ObsoleteLineFilter(self.machine, removable, only_damaged=only_damaged)
            size, done = file.seek(0, os.SEEK_END), file.seek(0)
            for number, line in enumerate(file, 1):
                done += len(line)
                self.obsolete.scan(line)
                if number % COMPACT_BATCH_SIZE == 0:
                    yield CompactProgress(done, size)
            if self.obsolete.removable:
                file.seek(0)
                self.bytes_before = done
                kept = sum(map(len, self.obsolete.remaining_lines(file)))
                self.bytes_after = kept + len(self._header())

    def write(self) -> None:
        """Replace the journal, unless nothing would change."""
        remove_temporary_files(self.path.parent, self.clock())
        if not self.obsolete.removable:
            return
        if lines := self.obsolete.damaged_lines:
            damaged = b"".join(lines)
            self.damaged_lines_path = preserve_damaged_file(self.path, damaged, self.clock())
        with _open_journal(self.path) as file:
            kept = b"".join(self.obsolete.remaining_lines(file))
            write_atomically(self.path, self._header() + kept)

    def _header(self) -> bytes:
        return make_rewritten_header(self.obsolete.header, self.machine, self.clock)

    @property
    def event_count(self) -> int:
        """The number of events that can be removed."""
        return len(self.obsolete.removable) - self.damaged_count if self.bytes_before else 0

    @property
    def damaged_count(self) -> int:
        """The number of damaged lines that can be removed."""
        return len(self.obsolete.damaged_lines) if self.bytes_before else 0


@contextmanager
def _open_journal(path: Path) -> Iterator[BinaryIO]:
    """Open a journal for reading.

    Raises:
        SaveFailed: It cannot be read.
    """
    with _convert_read_errors(), open_regular(path) as file:
        yield file


@contextmanager
def _convert_read_errors() -> Iterator[None]:
    """Turn a failure to read a journal, which names it, into ours."""
    try:
        yield
    except OSError as error:
        reason = f"cannot be read: {describe_system_error(error)}"
        raise SaveFailed(reason, Path(error.filename)) from error


# -- lines ---------------------------------------------------------------------------------


def undo_times(lines: Iterable[bytes], machine: str) -> dict[EventId, int]:
    """Return when each undone event was undone, in microseconds since 1970."""
    times: dict[EventId, int] = {}
    for line in lines:
        event = try_decode_event(line, machine) if b'"undone"' in line else None
        if event and event.kind == "undone":
            times[event.undone_id] = max(event.at, times.get(event.undone_id, 0))
    return times


class ObsoleteLineFilter:
    """Finds the lines of a journal that no longer matter, whatever other machines send.

    These are: a position superseded by a later one of the same article; an event that was undone
    long ago, with the event that undid it; a duplicate event of an import; damaged lines. What
    statistics count (opened, read, starred and so on, with their times) stays.
    """

    def __init__(
        self, machine: str, undone: Iterable[EventId], *, only_damaged: bool = False
    ) -> None:
        """Start before the first line; `undone` events can be removed with their undoing."""
        self._only_damaged = only_damaged
        self._machine = machine
        self._undone = frozenset(undone)
        self._undone_seen: set[EventId] = set()
        self._positions: dict[str, tuple[int, int]] = {}
        """Article -> stamp and line number of the latest position."""
        self._imported: set[bytes] = set()
        self._latest = (-1, -1)
        self._line_number = -1
        self._candidates: set[int] = set()
        self._non_events: set[int] = set()
        """Lines that are no events: only the first has a meaning, and is rewritten."""
        self.header: dict[str, Any] = {}
        """The content of the first line."""
        self.damaged_lines: list[bytes] = []

    @property
    def removable(self) -> set[int]:
        """The numbers of the lines that can be removed."""
        # The event with the greatest order stays, so that no later event gets that order again.
        return self._candidates - {self._latest[1]}

    def scan(self, line: bytes) -> None:
        """Examine the next line."""
        self._line_number += 1
        try:
            event = decode_event(line, self._machine)
            if event is None:
                self._scan_header(line)
            elif not self._only_damaged:
                self._scan_event(event)
        except (KeyError, ValueError):
            if normalize_line(line) == b"\n":
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
        current = (event.at if event.imported else event.stamp, self._line_number)
        latest = self._positions.setdefault(article, current)
        if latest[0] != current[0]:
            self._positions[article] = max(current, latest)
            self._candidates.add(min(current, latest)[1])

    def remaining_lines(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Return the examined lines that stay, without the first one."""
        removed = self.removable | self._non_events
        return (normalize_line(line) for number, line in enumerate(lines) if number not in removed)
