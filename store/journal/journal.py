"""The journals: one append-only JSON Lines file per machine, each line with a checksum."""

from __future__ import annotations

import contextlib
import heapq
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO

import orjson

from store.journal.events import (
    JOURNAL_FORMAT,
    Event,
    NewEvent,
    decode_event,
    decode_line,
    encode_event,
    encode_line,
    newer_format_message,
    order_events,
)
from store.journal.journal_file import (
    Cursor,
    OwnJournalFile,
    SavedCursor,
    describe_file_change,
    end_last_line,
    file_matches_cursor,
    filter_unseen,
    find_writer,
    has_other_line_ends,
    is_about_other_article,
    is_compacted,
    matches_cursor,
    read_complete_lines,
    read_lines_backwards,
    read_lines_until,
    read_matching_lines,
    read_next_lines,
)
from store.model.errors import (
    LibraryDamaged,
    LibraryReadOnly,
    NewstuiError,
    SaveFailed,
    describe_system_error,
)
from store.model.times import Clock, to_microseconds
from store.system.files import (
    WarningHandler,
    append_durably,
    file_lock,
    open_regular,
)
from store.system.machine import is_same_machine

READ_BATCH_LINES = 4096
MAX_SOUGHT_ARTICLES = 10_000
"""Articles whose lines are told from others before they are decoded; of more, all are."""
HISTORY_BATCH_SIZE = 10_000
"""Lines looked at in one step of reading the history."""


class JournalRewritten(Exception):
    """Our own journal is not the file that was read: it must be read again before it can grow."""


class Journal:
    """The journals of all machines in one library; events are appended to this machine's own."""

    def __init__(
        self,
        folder: Path,
        machine: str,
        clock: Clock,
        warn: WarningHandler,
        name_backup: Callable[[], str] = str,
    ) -> None:
        """Open nothing yet; `name_backup` returns the end of a line about a loss."""
        self._folder = folder
        self._name_backup = name_backup
        self._machine = machine
        self._clock = clock
        self._warn = warn
        self._cursors: dict[str, Cursor] = {}
        self.latest_order = 0
        self.failures: dict[Path, OSError] = {}
        """The files that could not be read when that was last tried."""
        self._writers: dict[str, str] = {}
        self._seen_hashes: dict[str, set[int]] = {}
        """Hashes of the lines read, for machines whose events are in several files."""
        self.own_path = folder / f"{machine}.jsonl"
        self._own_file = OwnJournalFile(self.own_path)
        self._lost_lines: list[bytes] = []
        """Lines that our journal had before another file replaced it, to be added again."""

    def paths(self) -> list[Path]:
        """Return the journal files of all machines, and their sync-conflict copies."""
        return sorted(path for path in self._folder.glob("*.jsonl") if self._writer(path))

    def _writer(self, path: Path) -> str:
        machine = self._writers.get(path.name)
        if machine is None:
            machine, is_settled = find_writer(path)
            if is_settled:
                self._writers[path.name] = machine
        return machine

    def _files_to_read(self) -> list[Path]:
        """Return the files to read; a line that is in several counts once from now on."""
        paths = self.paths()
        for machine, files in Counter(map(self._writer, paths)).items():
            if files > 1 and machine not in self._seen_hashes:
                self._seen_hashes[machine] = {
                    hash(line)
                    for path in paths
                    if self._writer(path) == machine and path.name in self._cursors
                    for line in read_lines_until(path, self._cursors[path.name].offset)
                }
        return paths

    @property
    def bad_lines(self) -> Mapping[str, int]:
        """The number of damaged lines by file name."""
        bad = {n: each.bad_lines + each.ends_in_damage for n, each in self._cursors.items()}
        return {name: count for name, count in bad.items() if count}

    @property
    def problems(self) -> Sequence[str]:
        """A line for each file that has damaged lines."""
        return [
            f"{self._folder / name}: skipped {count:,} damaged line{'' if count == 1 else 's'}"
            for name, count in self.bad_lines.items()
        ]

    @property
    def format(self) -> int:
        """The newest format version that any of the files states."""
        return max((each.newest_format for each in self._cursors.values()), default=JOURNAL_FORMAT)

    def saved_cursors(self) -> dict[str, SavedCursor]:
        """Return how far each file has been read, for a snapshot."""
        return {
            name: (cursor.offset, cursor.tail_sample, cursor.head_sample)
            for name, cursor in self._cursors.items()
        }

    def resume(self, saved: Mapping[str, SavedCursor], latest_order: int) -> bool:
        """Continue where a snapshot ends.

        Returns:
            False if a file that the snapshot covers is gone or replaced; nothing is resumed then.
        """
        cursors = {name: Cursor(*values) for name, values in saved.items()}
        lost = self._lost_files(cursors)
        for name in lost:
            self._warn_lost(self._folder / name, cursors[name])
        if lost:
            return False
        self._cursors, self.latest_order = cursors, max(self.latest_order, latest_order)
        return True

    def has_changes(self) -> bool:
        """Return True if any file differs from what was read, by its size alone."""
        return self._sizes() != {name: cursor.offset for name, cursor in self._cursors.items()}

    def has_replaced_file(self) -> bool:
        """Return True if a file is gone or replaced, so that all must be read again."""
        return bool(self._lost_files(self._cursors))

    def _lost_files(self, cursors: Mapping[str, Cursor]) -> list[str]:
        return [n for n, each in cursors.items() if not file_matches_cursor(self._folder / n, each)]

    def progress(self) -> tuple[int, int]:
        """Return how many bytes have been read, and how many there are."""
        read = sum(cursor.offset for cursor in self._cursors.values())
        return read, sum(self._sizes().values())

    def _sizes(self) -> dict[str, int]:
        sizes = {}
        for path in self.paths():
            with contextlib.suppress(OSError):
                sizes[path.name] = path.stat().st_size
        return sizes

    def reset(self) -> None:
        """Forget what was read, and add to our own journal the lines that it has lost."""
        for name in self._lost_files(self._cursors):
            if name != self.own_path.name:
                self._warn_lost(self._folder / name, self._cursors[name])
        cursor = self._cursors.get(self.own_path.name, Cursor())
        if not file_matches_cursor(self.own_path, cursor):
            if not is_compacted(self.own_path, cursor):
                self._lost_lines += self._own_file.known_lines()
                if self._own_file.size < cursor.offset:  # overwritten in place: not all is known
                    self._warn_lost(self.own_path, cursor)
            self._own_file = OwnJournalFile(self.own_path)
            self._append_lost_lines()
        self._cursors = {}
        self._writers, self._seen_hashes = {}, {}

    def close(self) -> None:
        """Close this machine's own file."""
        self._own_file.close()

    def read(self, limit: int) -> list[Event]:
        """Return up to `limit` events that have come since the last reading, file by file."""
        events: list[Event] = []
        for path in self._files_to_read():
            try:
                events += self._read(path, limit - len(events))
            except OSError as error:
                self._note_failure(path, error)
        return events

    def undo_events(self) -> Iterator[Event]:
        """Yield the unread events that undo others, whose events then need not be applied first."""
        for path in self._files_to_read():
            cursor = self._cursors.get(path.name, Cursor())
            try:
                with self._open_at_cursor(path, cursor) as file:
                    file.seek(cursor.offset)
                    lines = read_matching_lines(file, b'"undone"')
                    yield from _decode_lines(lines, self._writer(path), Cursor())
            except OSError as error:
                self._note_failure(path, error)

    def events_for(self, articles: Collection[str]) -> Iterator[Event]:
        """Yield the events read so far that are of these articles, and some of others.

        Raises:
            OSError: A file cannot be read.
        """
        is_few = len(articles) <= MAX_SOUGHT_ARTICLES
        ids = frozenset(orjson.dumps(article)[1:-1] for article in articles if is_few)
        paths = self._files_to_read()
        seen: dict[str, set[int]] = {machine: set() for machine in self._seen_hashes}
        for path in paths:
            machine, end = self._writer(path), self._cursors.get(path.name, Cursor()).offset
            cursor, known = Cursor(), seen.get(machine)
            with self._open_at_cursor(path, cursor) as file:
                while lines := read_next_lines(file, cursor, READ_BATCH_LINES, end):
                    if is_few:
                        lines = [line for line in lines if not is_about_other_article(line, ids)]
                    for line in lines if known is None else filter_unseen(lines, known):
                        yield from _decode_lines([line], machine, cursor)

    def recent_events(self) -> Iterator[Event]:
        """Yield the events of this machine, also under its former names, the latest first.

        Raises:
            LibraryDamaged: A file cannot be read.
        """
        own = [path for path in self.paths() if is_same_machine(self._writer(path), self._machine)]
        last: list[Event] = []
        for event in heapq.merge(
            *map(self._read_backwards, own), key=attrgetter("stamp"), reverse=True
        ):
            last = [each for each in last if each.stamp == event.stamp]
            if event not in last:  # a conflict copy may have it as well
                last.append(event)
                yield event

    def _read_backwards(self, path: Path) -> Iterator[Event]:
        machine = self._writer(path)
        try:
            for line in read_lines_backwards(path):
                yield from _decode_lines([line], machine, Cursor())
        except OSError as error:
            reason = f"cannot be read: {describe_system_error(error)}"
            raise LibraryDamaged(reason, file=path) from error

    def history(self, kinds: Collection[str], last: int | None = None) -> Iterator[list[Event]]:
        """Yield events of some kinds in steps, machine by machine in the order written.

        Events that were undone are left out. So are damaged lines, which `problems` reports.

        Args:
            kinds: Which events.
            last: How many lines of each journal to look at, from its end; all if None.
        """
        writers = {path: self._writer(path) for path in self.paths()}
        undone = set()
        for path, machine in writers.items():
            for lines in self._read_batches(path, {"undone"}, last):
                events = _decode_lines(lines, machine, Cursor())
                undone |= {(event.data["of"], event.articles) for event in events}
                yield []
        copied = {machine for machine, files in Counter(writers.values()).items() if files > 1}
        seen: set[int] = set()
        for path, machine in writers.items():
            for lines in self._read_batches(path, kinds, last):
                unseen = filter_unseen(lines, seen) if machine in copied else lines
                yield [
                    event
                    for event in _decode_lines(unseen, machine, Cursor())
                    if event.kind in kinds and (event.stamp, event.articles) not in undone
                ]

    def _read_batches(
        self, path: Path, kinds: Collection[str], last: int | None
    ) -> Iterator[list[bytes]]:
        """Yield the lines that may be of these kinds, in one list for every batch of lines read."""
        is_wanted = re.compile('"event":"(?:{})"'.format("|".join(kinds)).encode()).search
        try:
            with open_regular(path) as file:
                lines: Iterator[bytes] = file
                if last is not None:
                    lines = reversed(list(islice(read_lines_backwards(path), last)))
                while batch := list(islice(lines, HISTORY_BATCH_SIZE)):
                    yield list(filter(is_wanted, batch))
        except FileNotFoundError:
            return
        except OSError as error:
            self._note_failure(path, error)

    def _warn_lost(self, path: Path, cursor: Cursor) -> None:
        if not (is_compacted(path, cursor) or has_other_line_ends(path, cursor)):
            change = describe_file_change(path, cursor)
            missing = "its reading state is missing until it returns"
            self._warn(f"{path} {change}; {missing}{self._name_backup()}")

    def _append_lost_lines(self) -> None:
        if not self._lost_lines:
            return
        try:
            with file_lock(self.own_path, warn=self._warn) as descriptor:
                present = set(read_complete_lines(descriptor))
                events = (line for line in self._lost_lines if b'"event":' in line)
                if lost := [line for line in dict.fromkeys(events) if line not in present]:
                    self._write(descriptor, b"".join(lost))
        except (NewstuiError, OSError) as error:
            self._warn(str(error))  # the next change tries again
            return
        self._lost_lines = []
        if lost:
            self._warn(
                f"{self.own_path} was replaced by another file;"
                f" added {len(lost):,} lost event{'' if len(lost) == 1 else 's'} again"
            )

    def _read(self, path: Path, limit: int = sys.maxsize) -> list[Event]:
        if path == self.own_path:
            self._own_file.open()
        machine, cursor = self._writer(path), replace(self._cursors.get(path.name, Cursor()))
        seen, found = self._seen_hashes.get(machine), list[Event]()
        with self._open_at_cursor(path, cursor) as file:
            try:
                while lines := read_next_lines(
                    file, cursor, min(READ_BATCH_LINES, limit - len(found))
                ):
                    unseen = lines if seen is None else filter_unseen(lines, seen)
                    found += _decode_lines(unseen, machine, cursor)
            except OSError:
                self._seen_hashes.clear()  # none of these lines counts as read
                raise
        self.latest_order = max(self.latest_order, max((event.order for event in found), default=0))
        self._cursors[path.name] = cursor
        self.failures.pop(path, None)
        return found

    @contextlib.contextmanager
    def _open_at_cursor(self, path: Path, cursor: Cursor) -> Iterator[BinaryIO]:
        """Open the file, ready to read on; an empty one if there is nothing to read."""
        try:
            file = open_regular(path)
        except FileNotFoundError:
            file = BytesIO()
        with file:
            # A file that was replaced is not read: `has_replaced_file` will find it.
            yield file if matches_cursor(file, cursor) else BytesIO()

    def _note_failure(self, path: Path, error: OSError) -> None:
        if path not in self.failures:
            self._warn(f"{path}: cannot be read: {describe_system_error(error)}")
        self.failures[path] = error

    def append(self, events: Iterable[NewEvent]) -> list[Event]:
        """Write events to this machine's journal, with a single fsync.

        Returns:
            What is new in that file: events of other processes of this machine, then ours, which
                are on the disk.

        Raises:
            JournalRewritten: The journal was replaced; nothing was added.
            LibraryBusy: Another process is writing for too long.
            LibraryReadOnly: A newer version made the file.
            SaveFailed: The disk refused; nothing was added, and nothing counts as read.
            ValueError: An event could not be read again; nothing was added.
        """
        self._append_lost_lines()
        with file_lock(self.own_path, warn=self._warn) as descriptor:
            before = replace(self._cursors.get(self.own_path.name, Cursor()))
            is_replaced = os.fstat(descriptor).st_nlink == 0  # replaced since it was opened
            if is_replaced or not file_matches_cursor(self.own_path, before):
                raise JournalRewritten
            try:
                others = self._read(self.own_path)
                if self.format > JOURNAL_FORMAT:
                    raise LibraryReadOnly(newer_format_message(self.format))
                now = to_microseconds(self._clock())
                placed = order_events(events, self._machine, now, self.latest_order)
                data = self._encode_events(placed)
                self._write(descriptor, data)
                self._own_file.remember(data)
                return others + self._read(self.own_path)
            except BaseException as error:
                self._cursors[self.own_path.name] = before
                self._seen_hashes.clear()
                self._files_to_read()  # lines that others wrote count as unread
                if isinstance(error, OSError):
                    reason = f"cannot be read: {describe_system_error(error)}"
                    raise SaveFailed(reason, self.own_path) from error
                raise

    def _encode_events(self, events: Sequence[Event]) -> bytes:
        try:
            return b"".join(map(encode_event, events))
        except orjson.JSONEncodeError as error:
            raise SaveFailed(str(error), self.own_path) from error

    def _write(self, descriptor: int, lines: bytes) -> None:
        start = end_last_line(descriptor)
        if os.fstat(descriptor).st_size == 0:
            start = encode_line({"format": JOURNAL_FORMAT, "machine": self._machine})
        append_durably(descriptor, self.own_path, [start + lines])


def _decode_lines(lines: Iterable[bytes], machine: str, cursor: Cursor) -> list[Event]:
    """Return the events of some lines, and count in the cursor the lines that have none."""
    events = []
    for line in lines:
        try:
            event = decode_event(line, machine)
            if event is not None:
                events.append(event)
            else:
                cursor.newest_format = max(cursor.newest_format, int(decode_line(line)["format"]))
        except (KeyError, TypeError, ValueError):
            cursor.bad_lines += line != b"\n"
    return events
