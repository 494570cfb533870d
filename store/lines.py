"""Lines of files that only ever grow: the whole ones from the beginning, or from the end."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

BLOCK = 1 << 16


def whole_lines(descriptor: int) -> list[bytes]:
    """The lines of a file that is open, from its beginning, without a torn last one."""
    with os.fdopen(os.dup(descriptor), "rb") as file:
        file.seek(0)
        return [line for line in file if line.endswith(b"\n")]


def lines_to(path: Path, end: int) -> Iterator[bytes]:
    """The lines of a file up to that offset; none if it cannot be read."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        while end > 0 and (line := file.readline()):
            end -= len(line)
            yield line


def lines_backwards(path: Path) -> Iterator[bytes]:
    """The lines of a file from the last one on, without a torn one; none if there is no file."""
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
