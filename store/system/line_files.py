"""Reading of append-only line files, forwards and backwards; an incomplete last line is skipped."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

LINE_BLOCK_BYTES = 1 << 16


def read_complete_lines(descriptor: int) -> list[bytes]:
    """Return the lines of an open file from its beginning."""
    with os.fdopen(os.dup(descriptor), "rb") as file:
        file.seek(0)
        return [line for line in file if line.endswith(b"\n")]


def read_lines_until(path: Path, end: int) -> Iterator[bytes]:
    """Yield the lines of a file up to an offset; none if it cannot be read."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        while end > 0 and (line := file.readline()):
            end -= len(line)
            yield line


def read_lines_backwards(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file from the last one on; none if there is no file."""
    try:
        file = path.open("rb")
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
            yield from (line + b"\n" for line in reversed(lines) if line)
        yield rest + b"\n"


def read_matching_lines(file: BinaryIO, word: bytes) -> Iterator[bytes]:
    """Yield the lines that contain a word, from the current position on."""
    while lines := file.readlines(LINE_BLOCK_BYTES):
        yield from (line for line in lines if word in line and line.endswith(b"\n"))


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
