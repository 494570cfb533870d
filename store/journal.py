"""Reading events on disk: one append-only JSON Lines file a machine, each line with a checksum."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import orjson

from store.errors import LibraryReadOnly, NotSaved
from store.events import (
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
from store.files import Warn, locked, not_saved, sync_folder, write_all
from store.times import Clock, micros

WAIT = 5.0
"""Seconds to wait for another process that is writing to the journal."""
FEW = 16
"""Up to so many articles, lines are searched for their ids before they are decoded."""
BLOCK = 1 << 16
BELIEVED = LATEST - (1 << 50)
"""No clock is believed that is later (the year 2504), so that there is room for what comes after."""
TORN = b" torn\n"
"""Ends a line that a crash cut off, so that it stays the damaged line it is."""
PROOF = 64
"""Bytes before the point read so far that must still be there when the file has grown."""
NAME = re.compile(r"[a-z0-9][a-z0-9-]*\Z")
"""A machine; other files in the folder (a sync's copies of a conflict) are not its journal."""


@dataclass(slots=True)
class Tail:
    """How far one journal file has been read."""

    offset: int = 0
    proof: bytes = b""
    """The bytes just before `offset`: if they changed, the file is another one."""
    bad: int = 0
    newest_format: int = FORMAT


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
        self.own = folder / f"{machine}.jsonl"

    def paths(self) -> list[Path]:
        """The journal files of all machines."""
        return sorted(p for p in self._folder.glob("*.jsonl") if NAME.match(p.stem))

    @property
    def bad_lines(self) -> Mapping[str, int]:
        """How many lines of which file could not be understood."""
        return {name: tail.bad for name, tail in self._tails.items() if tail.bad}

    @property
    def format(self) -> int:
        """The newest format version any of the files says it has."""
        return max((tail.newest_format for tail in self._tails.values()), default=FORMAT)

    @property
    def newest(self) -> int:
        """The order of the latest event seen."""
        return self._newest

    def covered(self) -> dict[str, tuple[int, bytes]]:
        """Offset and proof of each file: what a snapshot of the state covers."""
        return {name: (tail.offset, tail.proof) for name, tail in self._tails.items()}

    def resume(self, covered: Mapping[str, tuple[int, bytes]], newest: int) -> bool:
        """Go on where a snapshot ends.

        Returns:
            False if a file it covers is gone or another one; then nothing is resumed.
        """
        tails = {name: Tail(*covers) for name, covers in covered.items()}
        if not all(_still_there(self._folder / name, tail) for name, tail in tails.items()):
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
        return not all(_still_there(self._folder / n, tail) for n, tail in self._tails.items())

    def restart(self) -> None:
        """Forget what was read."""
        self._tails = {}

    def read(self, limit: int) -> list[Event]:
        """Up to so many of the events that have come since the last reading, file by file."""
        new = (event for path in self.paths() for event in self._read(path))
        return list(islice(new, limit))

    def events_of(self, articles: Collection[str]) -> Iterator[Event]:
        """The events of these articles (and some of others) among all that were read so far."""
        ids = [orjson.dumps(article) for article in articles] if len(articles) <= FEW else []
        for path in self.paths():
            if tail := self._tails.get(path.name):
                yield from self._decoded(path, Tail(), ids, tail.offset)

    def recent(self) -> Iterator[Event]:
        """The events of this machine, the last one first."""
        for line in _lines_backwards(self.own):
            if (event := self._event(line, self._machine, Tail())) is not None:
                yield event

    def _read(self, path: Path) -> Iterator[Event]:
        tail = self._tails.setdefault(path.name, Tail())
        for event in self._decoded(path, tail):
            self._newest = max(self._newest, event.order)
            yield event

    def _decoded(
        self, path: Path, tail: Tail, ids: Sequence[bytes] = (), end: int | None = None
    ) -> Iterator[Event]:
        try:
            file = path.open("rb")
        except FileNotFoundError:
            return
        except OSError as error:
            if path.name not in self._unreadable:
                self._unreadable.add(path.name)
                self._warn(f"{path}: cannot be read: {error.strerror}")
            return
        with file:
            file.seek(tail.offset)
            for line in file:
                if not line.endswith(b"\n") or tail.offset == end:
                    return  # still being written, or torn by a crash: never acknowledged
                tail.offset += len(line)
                tail.proof = (tail.proof + line)[-PROOF:]
                if ids and not any(article in line for article in ids):
                    continue
                if (event := self._event(line, path.stem, tail)) is not None:
                    yield event

    def _event(self, line: bytes, machine: str, tail: Tail) -> Event | None:
        if line == b"\n":
            return None
        try:
            event = decode(line, machine)
            if event is None:
                tail.newest_format = max(tail.newest_format, int(unsealed(line)["format"]))
        except (KeyError, TypeError, ValueError):
            tail.bad += 1
            return None
        return event

    def append(self, changes: Iterable[Change]) -> list[Event]:
        """Write events to this machine's journal, all with one fsync.

        Returns:
            What is new in that file: events of other processes of this machine, then ours, which
            are on the disk.

        Raises:
            LibraryBusy: Another process is writing for too long.
            LibraryReadOnly: The file was made by a newer version.
            NotSaved: The disk refused; nothing was added, nothing counts as read.
            ValueError: A change is none that could be read again; nothing was added.
        """
        with locked(self.own, WAIT, self._warn) as descriptor:
            before = replace(self._tails.get(self.own.name, Tail()))
            try:
                others = list(self._read(self.own))
                if self.format > FORMAT:
                    raise LibraryReadOnly(newer(self.format))
                self._write(descriptor, self._numbered(changes))
            except BaseException:
                self._tails[self.own.name] = before
                raise
            return others + list(self._read(self.own))

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

    def _write(self, descriptor: int, events: Sequence[Event]) -> None:
        size = os.fstat(descriptor).st_size
        start = b""
        if size == 0:
            start = sealed({"format": FORMAT, "machine": self._machine})
        elif os.pread(descriptor, 1, size - 1) != b"\n":
            start = TORN
        try:
            data = start + b"".join(map(encode, events))
        except orjson.JSONEncodeError as error:
            raise NotSaved(f"Not saved: {error} ({self.own})") from error
        try:
            write_all(descriptor, data)
            os.fsync(descriptor)
            if size == 0:
                sync_folder(self._folder)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(descriptor, size)
            raise not_saved(error, self.own, len(data)) from error


def _still_there(path: Path, tail: Tail) -> bool:
    try:
        with path.open("rb") as file:
            file.seek(tail.offset - len(tail.proof))
            return file.read(len(tail.proof)) == tail.proof
    except FileNotFoundError:
        return tail.offset == 0
    except (OSError, ValueError):
        return False


def _lines_backwards(path: Path) -> Iterator[bytes]:
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        rest, end, whole = b"", file.seek(0, os.SEEK_END), False
        while end:
            start = max(0, end - BLOCK)
            file.seek(start)
            block, end = file.read(end - start) + rest, start
            if not whole:  # what follows the last line's end is torn
                block = block[: block.rfind(b"\n") + 1]
                whole = bool(block)
            rest, *lines = block.split(b"\n")
            yield from (line + b"\n" for line in reversed(lines) if line)
        yield rest + b"\n"
