"""Reading events on disk: one append-only JSON Lines file a machine, each line with a checksum.

A line is one event: `{"at": TIME, "event": "read", "article": ID, "crc": HEX}`. Events are in
order of `at`; where the clock stands behind what has been seen already, `order` (microseconds
since 1970) says where the event belongs, so that a change always comes after what it changes
(a hybrid logical clock: Kulkarni et al. 2014). The order and the machine together name an event.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zlib import crc32

import orjson

from store.errors import LibraryUnavailable
from store.files import Warn, locked, not_saved, sync_folder, write_all
from store.times import Clock, from_micros, iso, micros

FORMAT = 1
WAIT = 5.0
"""Seconds to wait for another process that is writing to the journal."""
FEW = 16
"""Up to so many articles, lines are searched for their ids before they are decoded."""
BLOCK = 1 << 16
PROOF = 64
"""Bytes before the point read so far that must still be there when the file has grown."""

UNDOABLE = frozenset(
    {"read", "unread", "starred", "unstarred", "tagged", "untagged", "edited", "deleted", "restored"}
)
KINDS = UNDOABLE | {"opened", "position", "undone"}

_CRC = b',"crc":"'
_MACHINE_BITS = 10


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to one article, or to many at once."""

    kind: str
    articles: tuple[str, ...]
    at: int
    """Microseconds since 1970, as the machine's clock said."""
    order: int
    machine: str
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def stamp(self) -> int:
        """A number that orders events of all machines and names this one."""
        return stamp(self.order, self.machine)

    @property
    def imported(self) -> bool:
        """Whether the event came with the article and did not happen here."""
        return "imported" in self.data


def stamp(order: int, machine: str) -> int:
    """The event's name as a number: its order, and the machine where two are at the same time."""
    return order << _MACHINE_BITS | crc32(machine.encode()) & (1 << _MACHINE_BITS) - 1


def encode(event: Event) -> bytes:
    """The event as its line."""
    fields: dict[str, Any] = {"at": iso(from_micros(event.at)), "event": event.kind}
    if event.order != event.at:
        fields["order"] = event.order
    if len(event.articles) == 1:
        fields["article"] = event.articles[0]
    else:
        fields["articles"] = event.articles
    return sealed(fields | dict(event.data))


def sealed(fields: Mapping[str, Any]) -> bytes:
    """A line with its checksum: CRC-32 of the object without it."""
    body = orjson.dumps(fields)
    return b'%s%s%08x"}\n' % (body[:-1], _CRC, crc32(body))


def unsealed(line: bytes) -> dict[str, Any]:
    """The object of a line whose checksum is right.

    Raises:
        ValueError: It is torn, changed or not ours.
    """
    body, found, tail = line.rpartition(_CRC)
    if not found or int(tail[:8], 16) != crc32(body + b"}"):
        raise ValueError("wrong checksum")
    fields = orjson.loads(body + b"}")
    if not isinstance(fields, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one kind of error for a bad line
    return fields


def decode(line: bytes, machine: str) -> Event | None:
    """The event of a line; None for the line that only tells the format.

    Raises:
        ValueError: The line is torn, changed or not ours.
    """
    fields = unsealed(line)
    try:
        if "event" not in fields:
            return None
        at = micros(datetime.fromisoformat(fields.pop("at")))
        kind = fields.pop("event")
        one = fields.pop("article", None)
        articles = (str(one),) if one is not None else tuple(fields.pop("articles", ()))
        return Event(kind, articles, at, int(fields.pop("order", at)), machine, fields)
    except (KeyError, TypeError) as error:
        raise ValueError(f"not an event: {error}") from error


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
        self.own = folder / f"{machine}.jsonl"

    def paths(self) -> list[Path]:
        """The journal files of all machines."""
        return sorted(self._folder.glob("*.jsonl"))

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

    def covered(self) -> dict[str, tuple[int, str]]:
        """Offset and proof (hex) of each file: what a snapshot of the state covers."""
        return {name: (t.offset, t.proof.hex()) for name, t in self._tails.items()}

    def resume(self, covered: Mapping[str, Sequence[Any]], newest: int) -> bool:
        """Go on where a snapshot ends.

        Returns:
            False if a file it covers is gone or another one; then nothing is resumed.
        """
        tails = {name: Tail(int(o), bytes.fromhex(proof)) for name, (o, proof) in covered.items()}
        for name, tail in tails.items():
            if not _still_there(self._folder / name, tail):
                return False
        self._tails, self._newest = tails, newest
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

    def read(self) -> Iterator[Event]:
        """The events that have come since the last reading, file by file."""
        for path in self.paths():
            yield from self._read(path)

    def events_of(self, articles: Collection[str]) -> Iterator[Event]:
        """Every event of these articles, whatever was read before; nothing is remembered."""
        ids = [article.encode() for article in articles] if len(articles) <= FEW else []
        for path in self.paths():
            yield from self._decoded(path, Tail(), ids)

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

    def _decoded(self, path: Path, tail: Tail, ids: Sequence[bytes] = ()) -> Iterator[Event]:
        try:
            file = path.open("rb")
        except FileNotFoundError:
            return
        except OSError as error:
            raise LibraryUnavailable(f"cannot read {path}: {error.strerror}") from error
        with file:
            file.seek(tail.offset)
            for line in file:
                if not line.endswith(b"\n"):
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
        except ValueError:
            tail.bad += 1
            return None
        if event is None:
            tail.newest_format = max(tail.newest_format, int(unsealed(line).get("format", FORMAT)))
        return event

    def append(self, changes: Iterable[Change]) -> list[Event]:
        """Write events to this machine's journal, all with one fsync.

        Returns:
            What is new in that file: events of other processes of this machine, then ours, which
            are on the disk.

        Raises:
            LibraryBusy: Another process is writing for too long.
            NotSaved: The disk refused; nothing was added.
        """
        with locked(self.own, WAIT, self._warn) as descriptor:
            others = list(self._read(self.own))
            ours = self._numbered(changes)
            self._write(descriptor, ours)
            return others + list(self._read(self.own))

    def _numbered(self, changes: Iterable[Change]) -> list[Event]:
        now, order, events = micros(self._clock()), self._newest, []
        for change in changes:
            order = max(now, order + 1)
            at = now if change.at is None else change.at
            if change.at is None and order - now < 1000:
                at = order  # events of the same moment: no need to spell the order out
            events.append(
                Event(change.kind, change.articles, at, order, self._machine, change.data)
            )
        return events

    def _write(self, descriptor: int, events: Sequence[Event]) -> None:
        size = os.fstat(descriptor).st_size
        start = b""
        if size == 0:
            start = sealed({"format": FORMAT, "machine": self._machine})
        elif os.pread(descriptor, 1, size - 1) != b"\n":
            start = b"\n"  # a crash tore the last line: it stays, ours begin on their own
        data = start + b"".join(map(encode, events))
        try:
            write_all(descriptor, data)
            os.fsync(descriptor)
            if size == 0:
                sync_folder(self._folder)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(descriptor, size)
            raise not_saved(error, self.own, len(data)) from error


@dataclass(frozen=True, slots=True)
class Change:
    """An event before it has its place in the order."""

    kind: str
    articles: tuple[str, ...]
    data: Mapping[str, Any] = field(default_factory=dict)
    at: int | None = None
    """Only for what came with an import: when it happened, in microseconds since 1970."""


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
        rest, end = b"", file.seek(0, os.SEEK_END)
        while end:
            start = max(0, end - BLOCK)
            file.seek(start)
            lines = (file.read(end - start) + rest).splitlines(keepends=True)
            rest, end = lines[0], start
            yield from reversed(lines[1:])
        if rest:
            yield rest
