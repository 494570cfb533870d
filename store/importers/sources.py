"""Which files an import reads: paths and folders become open-able sources or are refused.

Nothing is opened that could hang: pipes, devices and sockets are refused by looking at them.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from store.importers.read import SUFFIXES, ZIP, read
from store.model.article import Found, Refused
from store.text.clean import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

KNOWN = "no articles in this folder (" + ", ".join(f"*{suffix}" for suffix in SUFFIXES) + ")"
PACKING = 5
"""How much larger what is in a ZIP is than the file."""
NOT_REGULAR = "not a regular file"


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read articles from."""

    path: Path
    name: str
    """The path as it may be shown."""
    size: int
    """Bytes, for a progress bar."""

    def open(self) -> BinaryIO:
        """Open the file for reading.

        Raises:
            OSError: It cannot be read, or is no regular file any more.
        """
        # Without O_NONBLOCK a pipe that took the file's place would hang.
        descriptor = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        stream = os.fdopen(descriptor, "rb")
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            stream.close()
            raise OSError(NOT_REGULAR)
        return stream


def sources(paths: Iterable[Path]) -> Iterator[Source | Refused]:
    """Return the files behind these paths, in order.

    A file that is named is taken whatever its name; of a folder, those files inside it, at any
    depth and sorted, that have a known suffix and are not hidden. Links to folders inside a folder
    are not followed.
    """
    for path in paths:
        try:
            is_folder = stat.S_ISDIR(path.stat().st_mode)
        except (OSError, ValueError) as error:
            yield _refused(path, error)
            continue
        if not is_folder:
            yield _source(path)
            continue
        is_empty = True
        for found in _folder(path):
            is_empty = False
            yield found
        if is_empty:
            yield Refused(clean_line(str(path)), KNOWN)


def read_source(
    source: Source, *, how: str = "import", now: str, kind: str | None = None
) -> Iterator[Found | Refused]:
    """Read the articles of one source; that it cannot be opened is one refusal.

    Args:
        source: The file.
        how: How the articles came in, see `Article.source`.
        now: The time they came in, in our form.
        kind: One of `store.importers.read.FORMATS`, if it is known.
    """
    try:
        stream = source.open()
    except OSError as error:
        yield _refused(source.path, error)
        return
    with stream:
        packed = stream.read(len(ZIP)) == ZIP
        stream.seek(0)
        size = source.size * (PACKING if packed else 1)
        yield from read(source.name, stream, source=how, now=now, kind=kind, size=size)


def _source(path: Path) -> Source | Refused:
    try:
        facts = path.stat()
    except OSError as error:
        return _refused(path, error)
    if not stat.S_ISREG(facts.st_mode):
        return Refused(clean_line(str(path)), NOT_REGULAR)
    if not os.access(path, os.R_OK):
        return Refused(clean_line(str(path)), "Permission denied")
    return Source(path, clean_line(str(path)), facts.st_size)


def _folder(top: Path) -> Iterator[Source | Refused]:
    """Go through a folder and those in it. A stack, because folders nest deeper than calls may."""
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            entries = sorted(folder.iterdir())
        except OSError as error:
            yield _refused(folder, error)
            continue
        shown = [entry for entry in entries if not entry.name.startswith(".")]
        folders = [entry for entry in shown if entry.is_dir() and not entry.is_symlink()]
        for entry in shown:
            if entry.suffix.lower() in SUFFIXES and not entry.is_dir():
                yield _source(entry)
        waiting.extend(reversed(folders))


def _refused(path: Path, error: OSError | ValueError) -> Refused:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return Refused(clean_line(str(path)), reason)
