"""One journal file: the machine whose events are in it, and how far it has been read."""

from __future__ import annotations

import contextlib
import os
import re
import weakref
from collections import deque
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from store.journal.events import JOURNAL_FORMAT, decode_line
from store.system.line_files import read_complete_lines

MACHINE_NAME_PATTERN = re.compile(r"[a-z0-9][a-z0-9-]*\Z")
MAX_FIRST_LINE_BYTES = 4096
MAX_REMEMBERED_LINES = 10_000
"""Lines of our own kept in memory, for the case that a journal is written over in place."""
COMPACTED_HEADER = re.compile(rb'\{"format":\d+,"rewritten":(\d+),')
"""How the first line of a journal begins that was compacted: with the time of that."""
SAMPLE_SIZE = 64
"""Bytes before the point read so far that must still be there when the file has grown."""

SavedCursor = tuple[int, bytes, bytes]
"""How much of a journal was read: offset, the last bytes before it, the first bytes of the file."""


def find_writer(journal: Path) -> tuple[str, bool]:
    """Which machine's events are in a journal file, and whether that can change no more.

    It is the machine that the first line names if the file's name begins with it; so it does not
    matter what else a sync put into the name. Without such a line it is the file's name.

    Returns:
        The machine, empty if this is no journal, and whether the first line is complete.
    """
    try:
        with journal.open("rb") as file:
            line = file.readline(MAX_FIRST_LINE_BYTES)
    except OSError:
        line = b""
    machine = _machine_in_header(line)
    if not (machine and journal.stem.startswith(machine)):
        machine = journal.stem if MACHINE_NAME_PATTERN.match(journal.stem) else ""
    return machine, line.endswith(b"\n")


def _machine_in_header(line: bytes) -> str:
    try:
        machine = decode_line(line)["machine"]
    except (KeyError, TypeError, ValueError):
        return ""
    return machine if isinstance(machine, str) and MACHINE_NAME_PATTERN.match(machine) else ""


class OwnJournalFile:
    """Our own journal, kept open: when somebody puts another file in its place, it is there yet."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self._remembered: deque[bytes] = deque(maxlen=MAX_REMEMBERED_LINES)

    def open(self) -> None:
        """Hold the file that has the name now, unless one is held already."""
        if self._descriptor is None:
            with contextlib.suppress(OSError):
                self._descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
                weakref.finalize(self, os.close, self._descriptor)

    @property
    def size(self) -> int:
        """How many bytes the file has that is held."""
        return 0 if self._descriptor is None else os.fstat(self._descriptor).st_size

    def remember(self, lines: bytes) -> None:
        """Keep lines that were just appended."""
        self._remembered.extend(lines.splitlines(keepends=True))

    def known_lines(self) -> list[bytes]:
        """Every line that is known to have been in the file."""
        held: list[bytes] = []
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                held = read_complete_lines(self._descriptor)
        return [*held, *self._remembered]


# -- how far it has been read --------------------------------------------------------------


@dataclass(slots=True)
class Cursor:
    """How far one journal file has been read."""

    offset: int = 0
    tail_sample: bytes = b""
    """The bytes just before `offset`: if they changed, the file is another one."""
    head_sample: bytes = b""
    """Its first bytes, which say when it was rewritten: so is the rest another one if they changed."""
    bad_lines: int = 0
    ends_in_nuls: bool = False
    """Whether what follows is no line that is still being written, but NULs."""
    newest_format: int = JOURNAL_FORMAT


def read_next_lines(
    file: BinaryIO, tail: Cursor, limit: int, end: int | None = None
) -> list[bytes]:
    """The next lines, so many at the most and none beyond `end`; the tail is moved behind them."""
    file.seek(tail.offset)
    lines = list(islice(file, limit))
    if lines and not lines[-1].endswith(b"\n"):
        torn = lines.pop()  # still being written, or torn by a crash: never acknowledged
        tail.ends_in_nuls = b"\0" in torn  # but this is what a disk makes of lines that it lost
    offset = tail.offset + sum(map(len, lines))
    while end is not None and offset > end:
        offset -= len(lines.pop())
    if lines:
        tail.head_sample = tail.head_sample if tail.offset else lines[0][:SAMPLE_SIZE]
        tail.offset, tail.tail_sample = offset, lines[-1][-SAMPLE_SIZE:]
    return lines


def matches_cursor(file: BinaryIO, tail: Cursor) -> bool:
    """Whether what was read of the file stands there still, as far as its ends tell."""
    if file.read(len(tail.head_sample)) != tail.head_sample:
        return False
    file.seek(tail.offset - len(tail.tail_sample))
    return file.read(len(tail.tail_sample)) == tail.tail_sample


def describe_file_change(path: Path, tail: Cursor) -> str:
    """In words, why what was read of the file does not stand there still."""
    try:
        size = path.stat().st_size
    except OSError:
        return "is gone"
    if size == 0:
        return "was emptied"
    return "was shortened" if size < tail.offset else "is another file than before"


def is_compacted(path: Path, tail: Cursor) -> bool:
    """Whether one of us rewrote the file since it was read; nothing that matters is missing then."""
    try:
        with path.open("rb") as file:
            return _compacted_at(file.read(SAMPLE_SIZE)) > _compacted_at(tail.head_sample)
    except OSError:
        return False


def _compacted_at(head: bytes) -> int:
    found = COMPACTED_HEADER.match(head)
    return int(found[1]) if found else 0


def file_matches_cursor(path: Path, tail: Cursor) -> bool:
    """Whether what was read of this file stands there still; nothing stands in a missing one."""
    try:
        with path.open("rb") as file:
            return matches_cursor(file, tail)
    except (OSError, ValueError):
        return tail.offset == 0
