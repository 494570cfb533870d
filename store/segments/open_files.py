"""Our own segment files, kept open: what another program removes or replaces can still be read."""

from __future__ import annotations

import os
import resource
import weakref
from collections.abc import Collection, Container, Iterable, Iterator
from pathlib import Path

from store.model.article import ParsedArticle
from store.segments.documents import parse_articles
from store.segments.segments import Segments, segment_machine
from store.segments.storage import BadContent, Tables, parse_tables
from store.system.files import open_descriptor, write_atomically

MAX_OPEN_FILES = 200
"""Files kept open, two for each of the newest segments."""
FILE_LIMIT_DIVISOR = 8
"""At most this fraction of the files that the process may have open."""

DescriptorPair = tuple[int, int]
"""The descriptors of the facts and the texts."""


class OpenSegmentFiles:
    """Open files of this machine's segments, as they were when they were last read.

    A segment is never written in place, so an open file stays what it was when it was opened.
    """

    def __init__(self, machine: str, folders: tuple[Path, Path]) -> None:
        self._machine = machine
        self._folders = folders
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0] // FILE_LIMIT_DIVISOR
        self._max_pairs = min(MAX_OPEN_FILES, limit) // 2
        self.missing: dict[str, list[ParsedArticle]] = {}
        """By segment: the articles of ours that another program took out of it."""
        self._pairs: dict[
            str, tuple[DescriptorPair, weakref.finalize[[DescriptorPair], OpenSegmentFiles]]
        ] = {}

    def open(self, names: Iterable[str]) -> None:
        """Open the current files of these segments, as far as there is room."""
        for name in names:
            if segment_machine(name) == self._machine:
                self._close_pair(name)
                if len(self._pairs) < self._max_pairs:
                    self._open_pair(name)

    def close(self) -> None:
        """Close all files."""
        for name in list(self._pairs):
            self._close_pair(name)

    def _open_pair(self, name: str) -> None:
        descriptors: list[int] = []
        try:
            for folder in self._folders:
                descriptors.append(open_descriptor(folder / f"{name}.json"))  # noqa: PERF401 - those opened are closed
        except OSError:  # it is gone, or too many files are open
            for descriptor in descriptors:
                os.close(descriptor)
            return
        pair = descriptors[0], descriptors[1]
        self._pairs[name] = pair, weakref.finalize(self, _close_descriptors, pair)

    def _close_pair(self, name: str) -> None:
        if name in self._pairs:
            _, close = self._pairs.pop(name)
            close()

    def has_missing_texts(self) -> bool:
        """Return True if a texts file was removed whose facts are still there."""
        return any(True for _ in self._removed_texts())

    def restore_missing_texts(self) -> Iterator[Path]:
        """Write again the texts files that were removed; the lock must be held.

        Yields:
            Each file.

        Raises:
            SaveFailed: The disk refused.
        """
        for path, descriptor in list(self._removed_texts()):
            if data := _read_file(descriptor):
                write_atomically(path, data)
                yield path

    def _removed_texts(self) -> Iterator[tuple[Path, int]]:
        facts_folder, texts_folder = self._folders
        for name, ((_, texts), _) in self._pairs.items():
            path = texts_folder / f"{name}.json"
            is_removed = os.fstat(texts).st_nlink == 0 and not path.exists()
            if is_removed and (facts_folder / path.name).exists():
                yield path, texts

    def note_missing(self, name: str, ids: Collection[str]) -> bool:
        """Remember articles that are gone from a segment; return True if any can be read."""
        if found := self._read_articles(name, ids):
            self.missing[name] = found
        return bool(found)

    def append_missing(
        self, segments: Segments, known: Container[str]
    ) -> Iterator[tuple[str, int]]:
        """Add the missing articles that are not known to the segments; the lock must be held.

        Yields:
            Each segment they were in, and their number.

        Raises:
            SaveFailed: The disk refused; what was not added is still missing.
        """
        for name, found in list(self.missing.items()):
            unknown = [each for each in found if each.article.id not in known]
            segments.append(unknown)
            del self.missing[name]
            yield name, len(unknown)

    def _read_articles(self, name: str, ids: Collection[str]) -> list[ParsedArticle]:
        if name not in self._pairs or not ids:
            return []
        (facts, texts), _ = self._pairs[name]
        bodies = _read_tables(texts).get("texts", {})
        found = parse_articles(_read_tables(facts).get("articles", {}), bodies)
        return [each for each in found if each.article.id in ids]


def _close_descriptors(pair: DescriptorPair) -> None:
    for descriptor in pair:
        os.close(descriptor)


def _read_file(descriptor: int) -> bytes:
    """Return the contents of an open file; empty if it cannot be read."""
    try:
        return os.pread(descriptor, os.fstat(descriptor).st_size, 0)
    except OSError:
        return b""


def _read_tables(descriptor: int) -> Tables:
    try:
        return parse_tables(_read_file(descriptor))
    except BadContent:
        return {}
