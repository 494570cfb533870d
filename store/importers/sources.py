"""Which files an import reads: paths and folders become open-able sources or are refused.

Nothing is opened that could hang: pipes, devices and sockets are refused by looking at them.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from store.importers.read import KIND_BY_SUFFIX, ZIP_MAGIC, read_articles
from store.model.article import ParsedArticle, Rejection
from store.text.clean import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

NO_ARTICLES_REASON = (
    "no articles in this folder (" + ", ".join(f"*{suffix}" for suffix in KIND_BY_SUFFIX) + ")"
)
ZIP_EXPANSION_FACTOR = 5
"""How much larger what is in a ZIP is than the file."""
NOT_A_REGULAR_FILE = "not a regular file"


@dataclass(frozen=True, slots=True)
class ImportSource:
    """One file to read articles from."""

    path: Path
    display_name: str
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
            raise OSError(NOT_A_REGULAR_FILE)
        return stream


def find_sources(paths: Iterable[Path]) -> Iterator[ImportSource | Rejection]:
    """Return the files behind these paths, in order.

    A file that is named is taken whatever its name; of a folder, those files inside it, at any
    depth and sorted, that have a known suffix and are not hidden. Links to folders inside a folder
    are not followed.
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


def read_source(
    source: ImportSource, *, how: str = "import", now: str, kind: str | None = None
) -> Iterator[ParsedArticle | Rejection]:
    """Read the articles of one source; that it cannot be opened is one refusal.

    Args:
        source: The file.
        how: How the articles came in, see `Article.source`.
        now: The time they came in, in our form.
        kind: One of `store.importers.read.IMPORT_FORMATS`, if it is known.
    """
    try:
        stream = source.open()
    except OSError as error:
        yield _reject(source.path, error)
        return
    with stream:
        packed = stream.read(len(ZIP_MAGIC)) == ZIP_MAGIC
        stream.seek(0)
        size = source.size * (ZIP_EXPANSION_FACTOR if packed else 1)
        yield from read_articles(
            source.display_name, stream, source=how, now=now, kind=kind, size=size
        )


def _make_source(path: Path) -> ImportSource | Rejection:
    try:
        facts = path.stat()
    except OSError as error:
        return _reject(path, error)
    if not stat.S_ISREG(facts.st_mode):
        return Rejection(clean_line(str(path)), NOT_A_REGULAR_FILE)
    if not os.access(path, os.R_OK):
        return Rejection(clean_line(str(path)), "Permission denied")
    return ImportSource(path, clean_line(str(path)), facts.st_size)


def _walk_folder(top: Path) -> Iterator[ImportSource | Rejection]:
    """Go through a folder and those in it. A stack, because folders nest deeper than calls may."""
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            entries = sorted(folder.iterdir())
        except OSError as error:
            yield _reject(folder, error)
            continue
        shown = [entry for entry in entries if not entry.name.startswith(".")]
        folders = [entry for entry in shown if entry.is_dir() and not entry.is_symlink()]
        for entry in shown:
            if entry.suffix.lower() in KIND_BY_SUFFIX and not entry.is_dir():
                yield _make_source(entry)
        waiting.extend(reversed(folders))


def _reject(path: Path, error: OSError | ValueError) -> Rejection:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return Rejection(clean_line(str(path)), reason)
