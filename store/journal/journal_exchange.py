"""Exchange of journals: read their events for another library, write events of another one to them.

An event keeps its machine and its place in the order, by which it is told from others: writing it
once more changes nothing. The events of a machine stand in its file, whoever writes them there.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any

from store.journal.events import (
    JOURNAL_FORMAT,
    Event,
    check_event,
    decode_line,
    encode_event,
    encode_line,
    newer_format_message,
    normalize_line,
    try_decode_event,
)
from store.journal.journal import READ_BATCH_LINES
from store.journal.journal_file import (
    MACHINE_NAME_PATTERN,
    Cursor,
    end_last_line,
    file_matches_cursor,
    find_writer,
    make_rewritten_header,
    read_next_lines,
)
from store.model.errors import InvalidInput, LibraryReadOnly, SaveFailed, describe_system_error
from store.model.times import Clock
from store.system.files import (
    append_durably,
    file_lock,
    open_regular,
    read_regular,
    write_atomically,
)
from store.system.machine import is_same_machine

MAX_MACHINE_NAME = 100
"""Characters that the name of a machine may have at most: it is the name of a file."""

MAX_OFFSET = 1 << 63
"""What no offset in a file reaches."""

JournalMark = Mapping[str, Sequence[Any]]
"""How far each journal was read: offset, and in hexadecimal the bytes before it and the first ones."""


def read_all_events(
    journals: Path, since: JournalMark
) -> Generator[Sequence[Event], None, JournalMark]:
    """Yield the events of all machines in batches, those that were undone included.

    A line that is in several files comes several times; damaged lines are left out.

    Args:
        journals: The folder of the journals.
        since: What an earlier call returned: only what has come since then; empty for all.

    Returns:
        How far the journals are read now.

    Raises:
        LibraryReadOnly: A newer version made a file, whose events may mean something else.
        OSError: A file cannot be read.
    """
    mark: dict[str, Sequence[Any]] = {}
    for path in sorted(journals.glob("*.jsonl")):
        machine, _ = find_writer(path)
        if not machine:
            continue
        cursor = _find_cursor(path, since.get(path.name))
        for lines in _read_on(path, cursor):
            yield _decode(lines, machine)
        mark[path.name] = (cursor.offset, cursor.tail_sample.hex(), cursor.head_sample.hex())
    return mark


def has_journals(journals: Path, mark: JournalMark) -> bool:
    """Return True if every journal is there, with what was read of it; not if the mark is damaged."""
    try:
        cursors = {journals / name: _parse_cursor(saved) for name, saved in mark.items()}
    except (TypeError, ValueError):
        return False
    return all(file_matches_cursor(path, cursor) for path, cursor in cursors.items())


def _find_cursor(path: Path, saved: Sequence[Any] | None) -> Cursor:
    cursor = _parse_cursor(saved) if saved else Cursor()
    return cursor if file_matches_cursor(path, cursor) else Cursor()


def _parse_cursor(saved: Sequence[Any]) -> Cursor:
    offset, tail, head = saved
    if type(offset) is not int or not 0 <= offset < MAX_OFFSET:
        raise ValueError("not an offset")
    return Cursor(offset, bytes.fromhex(tail), bytes.fromhex(head))


def _read_on(path: Path, cursor: Cursor) -> Iterator[list[bytes]]:
    """Yield the lines behind the cursor in batches, and move it."""
    with open_regular(path) as file:
        while lines := read_next_lines(file, cursor, READ_BATCH_LINES):
            yield lines


def _decode(lines: Iterable[bytes], machine: str) -> list[Event]:
    events = []
    for line in lines:
        if (event := try_decode_event(line, machine)) is not None:
            events.append(event)
        elif (version := _read_header(line).get("format", 0)) > JOURNAL_FORMAT:
            raise LibraryReadOnly(newer_format_message(version))
    return events


def _read_header(line: bytes) -> dict[str, Any]:
    """Return the object of a line that states the format; empty if it is another line."""
    with suppress(ValueError):
        fields = decode_line(line)
        if isinstance(fields.get("format"), int):
            return fields
    return {}


@dataclass(slots=True)
class _KnownEvents:
    """The events of one file, as far as it has been read."""

    cursor: Cursor = field(default_factory=Cursor)
    ids: set[int] = field(default_factory=set)
    """One for each article of an event: another library may have it in parts."""
    articles: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """The articles of each event of several, by its stamp."""
    latest_order: int = 0

    def add(self, events: Iterable[Event]) -> None:
        """Add events that were read."""
        for event in events:
            self.ids.update(_identify(event))
            if len(event.articles) > 1 and event.kind != "undone":
                self.articles[event.stamp] = event.articles
            self.latest_order = max(self.latest_order, event.order)


class JournalWriter:
    """Writes events of other libraries to the journals of their machines."""

    def __init__(self, own_journal: Path, clock: Clock) -> None:
        self._folder = own_journal.parent
        self._machine = own_journal.stem
        self._clock = clock
        self._known: dict[Path, _KnownEvents] = {}

    def write(self, events: Iterable[Event]) -> int:
        """Write the events that the journals lack, those of a machine with a single fsync.

        Returns:
            The number of events that were written.

        Raises:
            InvalidInput: What should be an event is none; of its machine nothing was written.
            LibraryBusy: Another process is writing for too long.
            SaveFailed: The disk refused; of this machine nothing was written.
        """
        machine_of = attrgetter("machine")
        by_machine = groupby(sorted(events, key=machine_of), key=machine_of)
        return sum(self._write(machine, list(each)) for machine, each in by_machine)

    def _write(self, machine: str, events: Sequence[Event]) -> int:
        _check(machine, events)
        path = self._folder / f"{machine}.jsonl"
        with _save_errors(path):
            with file_lock(path) as descriptor:
                new = self._find_new(machine, events)
                is_own = is_same_machine(machine, self._machine)
                if not (is_own and new and new[0].order < self._read(path, machine).latest_order):
                    self._append(descriptor, path, new)
                    return len(new)
            with file_lock(path, required=True):
                new = self._find_new(machine, events)
                self._insert(path, new)
        return len(new)

    def _find_new(self, machine: str, events: Sequence[Event]) -> list[Event]:
        """Return the events that no file of the machine has, or the parts of them, in their order."""
        paths = (path for path in self._folder.glob("*.jsonl") if find_writer(path)[0] == machine)
        fresh = _KnownEvents()
        known = [*(self._read(path, machine) for path in paths), fresh]
        new: list[Event] = []
        for event in sorted(events, key=attrgetter("order")):
            ids = zip(_identify(event), event.articles, strict=True)
            lacking = tuple(a for id_, a in ids if not any(id_ in each.ids for each in known))
            if lacking:
                part = _align(event._replace(articles=lacking), known)
                new.append(part)
                fresh.add([part])
        return new

    def _read(self, path: Path, machine: str) -> _KnownEvents:
        """Return the events of a file, of which only what is new is read."""
        known = self._known.get(path)
        if known is None or not file_matches_cursor(path, known.cursor):
            known = self._known[path] = _KnownEvents()
        for lines in _read_on(path, known.cursor):
            known.add(event for line in lines if (event := try_decode_event(line, machine)))
        return known

    def _append(self, descriptor: int, path: Path, events: Sequence[Event]) -> None:
        if not events:
            return
        start = end_last_line(descriptor)
        if path.stat().st_size == 0:
            start = encode_line({"format": JOURNAL_FORMAT, "machine": events[0].machine})
        append_durably(descriptor, path, [start, b"".join(map(encode_event, events))])

    def _insert(self, path: Path, events: Sequence[Event]) -> None:
        """Write older events to a journal of this machine, which has its latest event at the end."""
        header: dict[str, Any] = {}
        damaged: list[bytes] = []
        ordered = [(event.order, encode_event(event)) for event in events]
        machine = events[0].machine
        for line in read_regular(path).split(b"\n"):
            whole = normalize_line(line + b"\n")
            if event := try_decode_event(whole, machine):
                ordered.append((event.order, whole))
            elif found := _read_header(whole):
                header |= found
            elif line.strip():
                damaged.append(whole)
        first = make_rewritten_header(header, machine, self._clock)
        lines = [line for _, line in sorted(ordered, key=itemgetter(0))]
        write_atomically(path, b"".join([first, *damaged, *lines]))


def _identify(event: Event) -> list[int]:
    return [hash((event.order, event.kind, article)) for article in event.articles]


def _align(event: Event, known: Iterable[_KnownEvents]) -> Event:
    """Return an `undone` with the articles in the order in which the event that it undoes has them."""
    if event.kind == "undone" and len(event.articles) > 1:
        for each in known:
            articles = each.articles.get(event.data["of"], ())
            if sorted(articles) == sorted(event.articles):
                return event._replace(articles=articles)
    return event


def _check(machine: str, events: Iterable[Event]) -> None:
    if len(machine) > MAX_MACHINE_NAME or not MACHINE_NAME_PATTERN.match(machine):
        raise InvalidInput(f"invalid name of a machine: {machine[:MAX_MACHINE_NAME]!r}")
    try:
        for event in events:
            check_event(event)
            encode_event(event)
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidInput(f"invalid event of {machine}: {error}") from error


@contextmanager
def _save_errors(path: Path) -> Iterator[None]:
    """Turn a failure to read a journal into ours."""
    try:
        yield
    except OSError as error:
        raise SaveFailed(f"cannot be read: {describe_system_error(error)}", path) from error
