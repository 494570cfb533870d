"""The files of an import: paths and folders become sources that can be opened, or are rejected.

Nothing is opened that could hang: pipes, devices and sockets are rejected by their type.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from store.model.article import Rejection
from store.text.clean import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

KIND_BY_SUFFIX = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".txt": "text",
    ".csv": "csv",
    ".zip": "zip",
}
NO_ARTICLES_REASON = (
    "no articles in this folder (" + ", ".join(f"*{suffix}" for suffix in KIND_BY_SUFFIX) + ")"
)
NOT_A_REGULAR_FILE = "not a regular file"


@dataclass(frozen=True, slots=True)
class ImportSource:
    """One file to read articles from."""

    path: Path
    display_name: str
    """The path, safe to show."""
    size: int
    """Size of the file in bytes."""

    def open(self) -> BinaryIO:
        """Open the file for reading.

        Raises:
            OSError: It cannot be read, or is no longer a regular file.
        """
        # Without O_NONBLOCK, a pipe that has replaced the file would hang.
        descriptor = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        stream = os.fdopen(descriptor, "rb")
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            stream.close()
            raise OSError(NOT_A_REGULAR_FILE)
        return stream


def find_sources(paths: Iterable[Path]) -> Iterator[ImportSource | Rejection]:
    """Yield the files of these paths, in order.

    A path of a file is taken whatever its name is. Of a folder, the files at any depth are taken,
    sorted, unless they are hidden or have an unknown suffix; links to folders are not followed.
    """
    for path in paths:
        try:
            is_folder = stat.S_ISDIR(path.stat().st_mode)
        except (OSError, ValueError) as error:
            yield _reject(path, error)
            continue
        if not is_folder:
            yield _make_source(path)
            continue
        is_empty = True
        for found in _walk_folder(path):
            is_empty = False
            yield found
        if is_empty:
            yield Rejection(clean_line(str(path)), NO_ARTICLES_REASON)


def _make_source(path: Path) -> ImportSource | Rejection:
    try:
        status = path.stat()
    except OSError as error:
        return _reject(path, error)
    if not stat.S_ISREG(status.st_mode):
        return Rejection(clean_line(str(path)), NOT_A_REGULAR_FILE)
    if not os.access(path, os.R_OK):
        return Rejection(clean_line(str(path)), "Permission denied")
    return ImportSource(path, clean_line(str(path)), status.st_size)


def _walk_folder(top: Path) -> Iterator[ImportSource | Rejection]:
    """Yield the files of a folder; a stack instead of recursion, because folders nest deeply."""
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            entries = sorted(folder.iterdir())
        except OSError as error:
            yield _reject(folder, error)
            continue
        visible = [entry for entry in entries if not entry.name.startswith(".")]
        folders = [entry for entry in visible if entry.is_dir() and not entry.is_symlink()]
        for entry in visible:
            if entry.suffix.lower() in KIND_BY_SUFFIX and not entry.is_dir():
                yield _make_source(entry)
        waiting.extend(reversed(folders))


def _reject(path: Path, error: OSError | ValueError) -> Rejection:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return Rejection(clean_line(str(path)), reason)
