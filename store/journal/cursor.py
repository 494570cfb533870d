"""How far a journal has been read, and whether what was read stands there still."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from store.journal.events import FORMAT

REWRITTEN = re.compile(rb'\{"format":\d+,"rewritten":(\d+),')
"""How the first line of a journal begins that was compacted: with the time of that."""
PROOF = 64
"""Bytes before the point read so far that must still be there when the file has grown."""

Covers = tuple[int, bytes, bytes]
"""How much of a journal was read: offset, the last bytes before it, the first bytes of the file."""


@dataclass(slots=True)
class Tail:
    """How far one journal file has been read."""

    offset: int = 0
    proof: bytes = b""
    """The bytes just before `offset`: if they changed, the file is another one."""
    head: bytes = b""
    """Its first bytes, which say when it was rewritten: so is the rest another one if they changed."""
    bad: int = 0
    filled: bool = False
    """Whether what follows is no line that is still being written, but NULs."""
    newest_format: int = FORMAT


def some_lines(file: BinaryIO, tail: Tail, limit: int, end: int | None = None) -> list[bytes]:
    """The next lines, so many at the most and none beyond `end`; the tail is moved behind them."""
    file.seek(tail.offset)
    lines = list(islice(file, limit))
    if lines and not lines[-1].endswith(b"\n"):
        torn = lines.pop()  # still being written, or torn by a crash: never acknowledged
        tail.filled = b"\0" in torn  # but this is what a disk makes of lines that it lost
    offset = tail.offset + sum(map(len, lines))
    while end is not None and offset > end:
        offset -= len(lines.pop())
    if lines:
        tail.head = tail.head if tail.offset else lines[0][:PROOF]
        tail.offset, tail.proof = offset, lines[-1][-PROOF:]
    return lines


def is_the_same(file: BinaryIO, tail: Tail) -> bool:
    """Whether what was read of the file stands there still, as far as its ends tell."""
    if file.read(len(tail.head)) != tail.head:
        return False
    file.seek(tail.offset - len(tail.proof))
    return file.read(len(tail.proof)) == tail.proof


def what_happened(path: Path, tail: Tail) -> str:
    """In words, why what was read of the file does not stand there still."""
    try:
        size = path.stat().st_size
    except OSError:
        return "is gone"
    if size == 0:
        return "was emptied"
    return "was shortened" if size < tail.offset else "is another file than before"


def is_compacted(path: Path, tail: Tail) -> bool:
    """Whether one of us rewrote the file since it was read; nothing that matters is missing then."""
    try:
        with path.open("rb") as file:
            return _rewritten(file.read(PROOF)) > _rewritten(tail.head)
    except OSError:
        return False


def _rewritten(head: bytes) -> int:
    found = REWRITTEN.match(head)
    return int(found[1]) if found else 0


def still_there(path: Path, tail: Tail) -> bool:
    """Whether what was read of this file stands there still; nothing stands in a missing one."""
    try:
        with path.open("rb") as file:
            return is_the_same(file, tail)
    except (OSError, ValueError):
        return tail.offset == 0
