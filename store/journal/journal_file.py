"""One journal file: who writes it, its lines, and how far it has been read."""

from __future__ import annotations

import contextlib
import os
import re
import weakref
from codecs import BOM_UTF8
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from store.journal.events import JOURNAL_FORMAT, decode_line, encode_line, normalize_line
from store.model.times import Clock, to_microseconds
from store.system.files import open_descriptor, open_regular, read_regular

TORN_LINE_END = b" torn\n"
"""Ends a line that a crash cut off, so that it stays the damaged line it is."""
MACHINE_NAME_PATTERN = re.compile(r"[a-z0-9][a-z0-9-]*\Z")
MAX_FIRST_LINE_BYTES = 4096
"""Bytes of the first line that are read at most, whatever the file is."""
MAX_REMEMBERED_LINES = 10_000
"""Lines of our own kept in memory, in case another program overwrites the journal in place."""
COMPACTED_HEADER = re.compile(rb'\{"format":\d+,"rewritten":(\d+),')
"""Start of the first line of a compacted journal: with the time of the compaction."""
LINE_BLOCK_BYTES = 1 << 16
MAX_LINE_BYTES = 1 << 26
"""More than any line that we write, with the articles of an event."""
SAMPLE_SIZE = 64
"""Bytes before the cursor that must still be there when the file has grown."""

SavedCursor = tuple[int, bytes, bytes]
"""A cursor as a snapshot keeps it: offset, the bytes before it, the first bytes of the file."""


# -- its writer ---------------------------------------------------------------------------


def find_writer(journal: Path) -> tuple[str, bool]:
    """Return the machine that writes a journal file, and whether that is settled.

    The machine is the one named in the first line, if the file name starts with it, so that it does
    not matter what a sync tool appended to the name. Without such a line it is the file name.

    Returns:
        The machine, or an empty string if this is no journal; and whether the first line is
        complete.
    """
    try:
        with open_regular(journal) as file:
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


def make_rewritten_header(former: Mapping[str, Any], machine: str, clock: Clock) -> bytes:
    """Return the first line of a journal that is replaced: whoever has read it reads it again.

    Args:
        former: What the first line said before.
        machine: The machine that writes the journal.
        clock: Now, in UTC.
    """
    last = former.get("rewritten", 0)
    at = max(to_microseconds(clock()), 1 + last if isinstance(last, int) else 0)
    first = {"format": JOURNAL_FORMAT, "rewritten": at, "machine": machine}
    return encode_line(first | {k: v for k, v in former.items() if k not in first})


class OwnJournalFile:
    """Our own journal, kept open: if another file takes its place, its lines can still be read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self._close: Callable[[], object] = lambda: None
        self._remembered: deque[bytes] = deque(maxlen=MAX_REMEMBERED_LINES)

    def open(self) -> None:
        """Open the file that has the name now, unless one is open already."""
        if self._descriptor is None:
            with contextlib.suppress(OSError):
                self._descriptor = open_descriptor(self._path)
                self._close = weakref.finalize(self, os.close, self._descriptor)

    def close(self) -> None:
        """Close the file; what was appended since it was opened is remembered."""
        self._close()
        self._descriptor = None

    @property
    def size(self) -> int:
        """The size of the open file in bytes."""
        return 0 if self._descriptor is None else os.fstat(self._descriptor).st_size

    def remember(self, lines: bytes) -> None:
        """Keep lines that were just appended."""
        self._remembered.extend(lines.splitlines(keepends=True))

    def known_lines(self) -> list[bytes]:
        """Return every line known to have been in the file."""
        lines: list[bytes] = []
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                lines = read_complete_lines(self._descriptor)
        return [*lines, *self._remembered]


# -- its lines, with the line ends that we write; an incomplete last one is skipped --------


def read_complete_lines(descriptor: int) -> list[bytes]:
    """Return the lines of an open file from its beginning."""
    with os.fdopen(os.dup(descriptor), "rb") as file:
        file.seek(0)
        return [normalize_line(line) for line in file if line.endswith(b"\n")]


def end_last_line(descriptor: int) -> bytes:
    """Return what an open file needs before another line can be appended.

    A whole line may lack its end, which some editors and tools remove.
    """
    size = os.fstat(descriptor).st_size
    if not size or os.pread(descriptor, 1, size - 1) == b"\n":
        return b""
    last = os.pread(descriptor, size, 0).rpartition(b"\n")[2].rstrip(b"\r") + b"\n"
    with contextlib.suppress(ValueError):
        decode_line(last)
        return b"\n"
    return TORN_LINE_END


def read_lines_until(path: Path, end: int) -> Iterator[bytes]:
    """Yield the lines of a file up to an offset; none if it cannot be read."""
    with contextlib.suppress(OSError), open_regular(path) as file:
        while end > 0 and (line := file.readline()):
            end -= len(line)
            yield normalize_line(line)


def read_lines_backwards(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file from the last one on; none if there is no file."""
    try:
        file = open_regular(path)
    except FileNotFoundError:
        return
    with file:
        rest, end, is_complete = b"", file.seek(0, os.SEEK_END), False
        while end:
            start = max(0, end - LINE_BLOCK_BYTES)
            file.seek(start)
            block, end = file.read(end - start) + rest, start
            if not is_complete:  # drop what follows the last line end
                block = block[: block.rfind(b"\n") + 1]
                is_complete = bool(block)
            rest, *lines = block.split(b"\n")
            yield from (normalize_line(line + b"\n") for line in reversed(lines) if line)
        yield normalize_line(rest + b"\n")


def read_matching_lines(file: BinaryIO, word: bytes) -> Iterator[bytes]:
    """Yield the lines that contain a word, from the current position on."""
    while lines := file.readlines(LINE_BLOCK_BYTES):
        found = (line for line in lines if word in line and line.endswith(b"\n"))
        yield from map(normalize_line, found)


def filter_unseen(lines: Iterable[bytes], seen: set[int]) -> list[bytes]:
    """Return the lines that were not seen before, and add them to `seen`."""
    new = {key: line for line in lines if (key := hash(line)) not in seen}
    seen.update(new)
    return list(new.values())


def is_about_other_article(line: bytes, ids: Collection[bytes]) -> bool:
    """Return True if a line is certainly about one article, and none of these."""
    rest = line.partition(b'"article":"')[2]
    article = rest.partition(b'"')[0]
    if b"\\" in article:  # the quote may belong to the id
        return not any(rest.startswith(each + b'"') for each in ids)
    return bool(article) and article not in ids


# -- how far it has been read --------------------------------------------------------------


@dataclass(slots=True)
class Cursor:
    """The position up to which a journal file has been read."""

    offset: int = 0
    tail_sample: bytes = b""
    """The bytes just before `offset`: if they differ, it is another file."""
    head_sample: bytes = b""
    """The first bytes of the file, which change when it is compacted."""
    bad_lines: int = 0
    ends_in_damage: bool = False
    """True if what follows is no line that is still being written."""
    newest_format: int = JOURNAL_FORMAT


def read_next_lines(
    file: BinaryIO, cursor: Cursor, limit: int, end: int | None = None
) -> list[bytes]:
    """Return up to `limit` lines, none of them beyond `end`, and move the cursor past them."""
    file.seek(cursor.offset)
    lines = list(islice(file, limit))
    is_torn = bool(lines) and not lines[-1].endswith(b"\n")
    # Still being written, or torn by a crash: not acknowledged.
    cursor.ends_in_damage = is_torn and not _may_be_continued(lines.pop())
    offset = cursor.offset + sum(map(len, lines))
    while end is not None and offset > end:
        offset -= len(lines.pop())
    if lines:
        cursor.head_sample = cursor.head_sample if cursor.offset else lines[0][:SAMPLE_SIZE]
        cursor.offset, cursor.tail_sample = offset, lines[-1][-SAMPLE_SIZE:]
    return list(map(normalize_line, lines))


def _may_be_continued(torn: bytes) -> bool:
    """Return True if a line without an end may be the beginning of one of ours."""
    if b"\0" in torn:  # what a disk leaves of lines that it lost
        return False
    return len(torn) <= MAX_LINE_BYTES and normalize_line(torn).startswith((b"{", b"\n"))


def matches_cursor(file: BinaryIO, cursor: Cursor) -> bool:
    """Return True if the file still has, around the cursor, the bytes that were read."""
    start = cursor.offset - len(cursor.tail_sample)
    if start < 0 or file.read(len(cursor.head_sample)) != cursor.head_sample:
        return False
    file.seek(start)
    return file.read(len(cursor.tail_sample)) == cursor.tail_sample


def describe_file_change(path: Path, cursor: Cursor) -> str:
    """Return a description of why a file no longer matches its cursor."""
    try:
        size = path.stat().st_size
    except OSError:
        return "is gone"
    if size == 0:
        return "was emptied"
    return "was shortened" if size < cursor.offset else "was replaced by another file"


def is_compacted(path: Path, cursor: Cursor) -> bool:
    """Return True if newstui compacted the file since it was read, which loses nothing of value."""
    try:
        with open_regular(path) as file:
            return _compacted_at(file.read(SAMPLE_SIZE)) > _compacted_at(cursor.head_sample)
    except OSError:
        return False


def has_other_line_ends(path: Path, cursor: Cursor) -> bool:
    """Return True if the file has the same lines, which a version control checked out anew."""
    try:
        data = read_regular(path)
    except OSError:
        return False
    lines, head, tail = (  # JSON has neither of them inside
        each.removeprefix(BOM_UTF8).replace(b"\r", b"")
        for each in (data, cursor.head_sample, cursor.tail_sample)
    )
    return lines.startswith(head) and tail in lines


def _compacted_at(head: bytes) -> int:
    found = COMPACTED_HEADER.match(normalize_line(head))
    return int(found[1]) if found else 0


def file_matches_cursor(path: Path, cursor: Cursor) -> bool:
    """Return True if the file still matches the cursor; a missing one matches offset 0.

    One that is there and cannot be read is not taken for another file.
    """
    try:
        with open_regular(path) as file:
            return matches_cursor(file, cursor)
    except (FileNotFoundError, NotADirectoryError):
        return cursor.offset == 0
    except OSError:
        return True
