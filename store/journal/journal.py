"""Reading events on disk: one append-only JSON Lines file a machine, each line with a checksum."""

from __future__ import annotations

import contextlib
import heapq
import os
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import orjson

from store.journal.cursor import (
    Covers,
    Tail,
    is_compacted,
    is_the_same,
    some_lines,
    still_there,
    what_happened,
)
from store.journal.events import (
    FORMAT,
    LATEST,
    Change,
    Event,
    check,
    decode,
    encode,
    newer,
    sealed,
    unsealed,
)
from store.journal.writer import MACHINE, Held, writer_of
from store.model.errors import LibraryReadOnly, NewsError, NotSaved
from store.model.times import Clock, micros
from store.system.files import Warn, locked, not_saved, sync_folder, write_all
from store.system.line_files import (
    lines_backwards,
    lines_to,
    lines_with,
    one_other,
    unseen,
    whole_lines,
)
from store.system.machine import same_machine

WAIT = 5.0
"""Seconds to wait for another process that is writing to the journal."""
BELIEVED = LATEST - (1 << 50)
"""No clock is believed that is later (the year 2504), so that there is room for what comes after."""
TORN = b" torn\n"
"""Ends a line that a crash cut off, so that it stays the damaged line it is."""
BLOCK = 4096
"""Lines read at once."""
NAME = MACHINE
"""A machine's own journal; any other file with its events is a copy from a conflict."""


class Rewritten(Exception):
    """The own journal is another file than was read: it has to be read anew before it can grow."""


class Journal:
    """The journals of all machines in one library; appending goes to this machine's own."""

    def __init__(self, folder: Path, machine: str, clock: Clock, warn: Warn) -> None:
        self._folder = folder
        self._machine = machine
        self._clock = clock
        self._warn = warn
        self._tails: dict[str, Tail] = {}
        self._newest = 0
        self._unreadable: set[str] = set()
        self._writers: dict[str, str] = {}
        self._seen: dict[str, set[int]] = {}
        """Hashes of the lines read, of the machines whose events are in several files."""
        self.own = folder / f"{machine}.jsonl"
        self._held = Held(self.own)
        self._lost: list[bytes] = []
        """Lines that our journal had before somebody replaced it, and that are to be added again."""

    def paths(self) -> list[Path]:
        """The journal files of all machines, and the copies that a sync made of conflicts."""
        return sorted(path for path in self._folder.glob("*.jsonl") if self._writer(path))

    def _writer(self, path: Path) -> str:
        machine = self._writers.get(path.name)
        if machine is None:
            machine, settled = writer_of(path)
            if settled:
                self._writers[path.name] = machine
        return machine

    def _files(self) -> list[Path]:
        """The files to read; a line that is in several of one machine counts once from here on."""
        paths = self.paths()
        for machine, files in Counter(map(self._writer, paths)).items():
            if files > 1 and machine not in self._seen:
                own = (path for path in paths if self._writer(path) == machine)
                read = ((p, self._tails[p.name].offset) for p in own if p.name in self._tails)
                self._seen[machine] = {hash(line) for p, end in read for line in lines_to(p, end)}
        return paths

    @property
    def bad_lines(self) -> Mapping[str, int]:
        """How many lines of which file could not be understood."""
        bad = {name: tail.bad + tail.filled for name, tail in self._tails.items()}
        return {name: count for name, count in bad.items() if count}

    @property
    def problems(self) -> Sequence[str]:
        """A line for each file that has lines which could not be understood."""
        counts = {self._folder / name: count for name, count in self.bad_lines.items()}
        return [
            f"{path}: {count:,} damaged line{' was' if count == 1 else 's were'} left out"
            for path, count in counts.items()
        ]

    @property
    def format(self) -> int:
        """The newest format version any of the files says it has."""
        return max((tail.newest_format for tail in self._tails.values()), default=FORMAT)

    @property
    def newest(self) -> int:
        """The order of the latest event seen."""
        return self._newest

    def covered(self) -> dict[str, Covers]:
        """How far each file has been read: what a snapshot of the state covers."""
        return {name: (tail.offset, tail.proof, tail.head) for name, tail in self._tails.items()}

    def resume(self, covered: Mapping[str, Covers], newest: int) -> bool:
        """Go on where a snapshot ends.

        Returns:
            False if a file it covers is gone or another one; then nothing is resumed.
        """
        tails = {name: Tail(*covers) for name, covers in covered.items()}
        paths = {self._folder / name: tail for name, tail in tails.items()}
        lost = {path: tail for path, tail in paths.items() if not still_there(path, tail)}
        for path, tail in lost.items():
            self._tell_lost(path, tail)
        if lost:
            return False
        self._tails, self._newest = tails, max(self._newest, newest)
        return True

    def changed(self) -> bool:
        """Whether any file has grown, shrunk, come or gone since it was read; reads nothing."""
        sizes = {}
        for path in self.paths():
            with contextlib.suppress(FileNotFoundError):
                sizes[path.name] = path.stat().st_size
        return sizes != {name: tail.offset for name, tail in self._tails.items()}

    def replaced(self) -> bool:
        """Whether a file that was read is gone or is another one now: then all is read again."""
        return not all(still_there(self._folder / n, tail) for n, tail in self._tails.items())

    def progress(self) -> tuple[int, int]:
        """How many bytes were read, and how many there are."""
        total = 0
        for path in self.paths():
            with contextlib.suppress(OSError):
                total += path.stat().st_size
        return sum(tail.offset for tail in self._tails.values()), total

    def restart(self) -> None:
        """Forget what was read; what our own journal had and no longer has is added to it again."""
        tail = self._tails.get(self.own.name, Tail())
        if not still_there(self.own, tail):
            if not is_compacted(self.own, tail):
                self._lost += self._held.lines()
                if self._held.size < tail.offset:  # written over in place: not all is held
                    self._tell_lost(self.own, tail)
            self._held = Held(self.own)
            self._give_back()
        self._tails = {}
        self._writers, self._seen = {}, {}

    def read(self, limit: int) -> list[Event]:
        """Up to so many of the events that have come since the last reading, file by file."""
        new: list[Event] = []
        for path in self._files():
            try:
                new += self._read(path, limit - len(new))
            except OSError as error:
                self._tell_unreadable(path, error)
        return new

    def undoings(self) -> Iterator[Event]:
        """Those among the events to come that take others back: these need not be counted first."""
        for path in self._files():
            tail = self._tails.get(path.name, Tail())
            with self._opened(path, tail) as file:
                file.seek(tail.offset)
                yield from _events(lines_with(file, b'"undone"'), self._writer(path), Tail())

    def events_of(self, articles: Collection[str]) -> Iterator[Event]:
        """The events of these articles (and some of others) among all that were read so far."""
        ids = frozenset(orjson.dumps(article)[1:-1] for article in articles)
        paths = self._files()
        seen: dict[str, set[int]] = {machine: set() for machine in self._seen}
        for path in paths:
            machine, end = self._writer(path), self._tails.get(path.name, Tail()).offset
            tail, known = Tail(), seen.get(machine)
            with self._opened(path, tail) as file:
                while lines := some_lines(file, tail, BLOCK, end):
                    lines = [line for line in lines if not one_other(line, ids)]
                    some = lines if known is None else unseen(lines, known)
                    yield from _events(some, machine, Tail())

    def recent(self) -> Iterator[Event]:
        """The events of this machine, also under the names it had before, the last one first."""
        own = [path for path in self.paths() if same_machine(self._writer(path), self._machine)]
        last: list[Event] = []
        for event in heapq.merge(*map(self._backwards, own), key=_stamp, reverse=True):
            last = [each for each in last if each.stamp == event.stamp]
            if event not in last:  # else it is in a copy of the file, too
                last.append(event)
                yield event

    def _backwards(self, path: Path) -> Iterator[Event]:
        machine = self._writer(path)
        for line in lines_backwards(path):
            yield from _events([line], machine, Tail())

    def _tell_lost(self, path: Path, tail: Tail) -> None:
        if not is_compacted(path, tail):
            what = what_happened(path, tail)
            self._warn(f"{path} {what}; marks that were in it are missing until it comes back")

    def _give_back(self) -> None:
        if not self._lost:
            return
        try:
            with locked(self.own, WAIT, self._warn) as descriptor:
                there = set(whole_lines(descriptor))
                events = (line for line in self._lost if b'"event":' in line)
                if lost := [line for line in dict.fromkeys(events) if line not in there]:
                    self._write(descriptor, b"".join(lost))
        except (NewsError, OSError) as error:
            self._warn(str(error))  # they are tried again with the next change
            return
        self._lost = []
        if lost:
            self._warn(
                f"{self.own} was replaced by another file; {len(lost)} events that were"
                " missing in it were added again"
            )

    def _read(self, path: Path, limit: int = sys.maxsize) -> list[Event]:
        if path == self.own:
            self._held.hold()
        machine, tail = self._writer(path), replace(self._tails.get(path.name, Tail()))
        known, new = self._seen.get(machine), list[Event]()
        with self._opened(path, tail) as file:
            try:
                while lines := some_lines(file, tail, min(BLOCK, limit - len(new))):
                    some = lines if known is None else unseen(lines, known)
                    new += _events(some, machine, tail)
            except OSError:
                self._seen.clear()  # none of it counts as read
                raise
        self._newest = max(self._newest, max((event.order for event in new), default=0))
        self._tails[path.name] = tail
        return new

    def _opened(self, path: Path, tail: Tail) -> BinaryIO:
        """The file, where its reading goes on; one without a line if there is nothing to read."""
        try:
            file = path.open("rb")
        except FileNotFoundError:
            return BytesIO()
        except OSError as error:
            self._tell_unreadable(path, error)
            return BytesIO()
        if not is_the_same(file, tail):
            file.close()  # `replaced` tells: it has to be read again from its beginning
            return BytesIO()
        return file

    def _tell_unreadable(self, path: Path, error: OSError) -> None:
        if path.name not in self._unreadable:
            self._unreadable.add(path.name)
            self._warn(f"{path}: cannot be read: {error.strerror}")

    def append(self, changes: Iterable[Change]) -> list[Event]:
        """Write events to this machine's journal, all with one fsync.

        Returns:
            What is new in that file: events of other processes of this machine, then ours, which
            are on the disk.

        Raises:
            LibraryBusy: Another process is writing for too long.
            LibraryReadOnly: The file was made by a newer version.
            NotSaved: The disk refused; nothing was added, nothing counts as read.
            Rewritten: `replaced` tells so as well; nothing was added.
            ValueError: A change is none that could be read again; nothing was added.
        """
        self._give_back()
        with locked(self.own, WAIT, self._warn) as descriptor:
            before = replace(self._tails.get(self.own.name, Tail()))
            nameless = os.fstat(descriptor).st_nlink == 0  # replaced since it was opened
            if nameless or not still_there(self.own, before):
                raise Rewritten
            try:
                others = self._read(self.own)
                if self.format > FORMAT:
                    raise LibraryReadOnly(newer(self.format))
                data = self._encoded(self._numbered(changes))
                self._write(descriptor, data)
                self._held.remember(data)
            except BaseException:
                self._tails[self.own.name] = before
                self._seen.clear()
                self._files()  # what others wrote is not read yet
                raise
            return others + self._read(self.own)

    def _numbered(self, changes: Iterable[Change]) -> list[Event]:
        now, order, events = min(micros(self._clock()), BELIEVED), self._newest, []
        for change in changes:
            order = max(now, order + 1)
            at = now if change.at is None else change.at
            if change.at is None and order - now < 1000:
                at = order  # events of the same moment: no need to spell the order out
            event = Event(change.kind, change.articles, at, order, self._machine, change.data)
            check(event)
            events.append(event)
        return events

    def _encoded(self, events: Sequence[Event]) -> bytes:
        try:
            return b"".join(map(encode, events))
        except orjson.JSONEncodeError as error:
            raise NotSaved(f"Not saved: {error} ({self.own})") from error

    def _write(self, descriptor: int, lines: bytes) -> None:
        size = os.fstat(descriptor).st_size
        start = b""
        if size == 0:
            start = sealed({"format": FORMAT, "machine": self._machine})
        elif os.pread(descriptor, 1, size - 1) != b"\n":
            start = TORN
        data = start + lines
        try:
            write_all(descriptor, data)
            os.fsync(descriptor)
            if size == 0:
                sync_folder(self._folder)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(descriptor, size)
            raise not_saved(error, self.own, len(data)) from error


def _stamp(event: Event) -> int:
    return event.stamp


def _events(lines: Iterable[bytes], machine: str, tail: Tail) -> list[Event]:
    """The events of some lines; the tail is told of what is none."""
    events = []
    for line in lines:
        try:
            event = decode(line, machine)
            if event is not None:
                events.append(event)
            else:
                tail.newest_format = max(tail.newest_format, int(unsealed(line)["format"]))
        except (KeyError, TypeError, ValueError):
            tail.bad += line != b"\n"
    return events
