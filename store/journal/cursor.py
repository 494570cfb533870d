"""How far a journal has been read, and whether what was read stands there still."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from store.journal.events import JOURNAL_FORMAT

COMPACTED_HEADER = re.compile(rb'\{"format":\d+,"rewritten":(\d+),')
"""How the first line of a journal begins that was compacted: with the time of that."""
SAMPLE_SIZE = 64
"""Bytes before the point read so far that must still be there when the file has grown."""

SavedCursor = tuple[int, bytes, bytes]
"""How much of a journal was read: offset, the last bytes before it, the first bytes of the file."""


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
