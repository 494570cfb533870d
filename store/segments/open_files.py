"""This machine's segments, kept open: what somebody else removes or replaces is there yet."""

from __future__ import annotations

import contextlib
import os
import resource
import weakref
from collections.abc import Collection, Container, Iterable, Iterator
from pathlib import Path

from store.model.article import ParsedArticle, ReadingStatus
from store.segments.documents import DOCUMENT_ERRORS, article_from_document, body_from_document
from store.segments.segments import Segments, segment_machine
from store.segments.storage import BadContent, Tables, parse_tables

MAX_OPEN_FILES = 200
"""Files kept open, of the newest segments: two for each."""
FILE_LIMIT_DIVISOR = 8
"""At most so small a part of the files that a process may have open."""

DescriptorPair = tuple[int, int]
"""The descriptors of the facts and the texts."""


class OpenSegmentFiles:
    """Open files of the segments that this machine writes, as they were when they were last read.

    A segment is never written in place, so an open file stays what it was when it was opened.
    """

    def __init__(self, machine: str, folders: tuple[Path, Path]) -> None:
        self._machine = machine
        self._folders = folders
        self._max_pairs = (
            min(MAX_OPEN_FILES, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // FILE_LIMIT_DIVISOR)
            // 2
        )
        self.missing: dict[str, list[ParsedArticle]] = {}
        """Articles that somebody else took out of a segment of ours."""
        self._pairs: dict[
            str, tuple[DescriptorPair, weakref.finalize[[DescriptorPair], OpenSegmentFiles]]
        ] = {}

    def open(self, names: Iterable[str]) -> None:
        """Hold the files that these segments have now, as far as there is room."""
        for name in names:
            if segment_machine(name) == self._machine:
                self._close_pair(name)
                if len(self._pairs) < self._max_pairs:
                    self._open_pair(name)

    def _open_pair(self, name: str) -> None:
        descriptors: list[int] = []
        try:
            for folder in self._folders:
                flags = os.O_RDONLY | os.O_CLOEXEC
                descriptors.append(os.open(folder / f"{name}.json", flags))
        except OSError:  # there is none, or too many files are open: then it is not held
            for descriptor in descriptors:
                os.close(descriptor)
            return
        pair = descriptors[0], descriptors[1]
        self._pairs[name] = pair, weakref.finalize(self, _close_descriptors, pair)

    def _close_pair(self, name: str) -> None:
        if name in self._pairs:
            _, close = self._pairs.pop(name)
            close()

    def note_missing(self, name: str, ids: Collection[str]) -> bool:
        """Remember these articles, which are gone from a segment; whether any of them is held."""
        if found := self._read_articles(name, ids):
            self.missing[name] = found
        return bool(found)

    def append_missing(
        self, segments: Segments, known: Container[str]
    ) -> Iterator[tuple[str, int]]:
        """Add the articles that were missed and are not known; the lock must be held.

        Yields:
            Each segment they were in, and how many they were.

        Raises:
            NotSaved: The disk refused; what was not added is still missed.
        """
        for name, found in list(self.missing.items()):
            missed = [each for each in found if each.article.id not in known]
            segments.append(missed)
            del self.missing[name]
            yield name, len(missed)

    def _read_articles(self, name: str, ids: Collection[str]) -> list[ParsedArticle]:
        if name not in self._pairs or not ids:
            return []
        (facts, texts), _ = self._pairs[name]
        bodies = _read_tables(texts).get("texts", {})
        found = []
        for key, document in _read_tables(facts).get("articles", {}).items():
            with contextlib.suppress(*DOCUMENT_ERRORS):
                article = article_from_document(document)
                if article.id in ids:
                    found.append(
                        ParsedArticle(
                            article, body_from_document(bodies.get(key) or {}), ReadingStatus()
                        )
                    )
        return found


def _close_descriptors(pair: DescriptorPair) -> None:
    for descriptor in pair:
        os.close(descriptor)


def _read_tables(descriptor: int) -> Tables:
    try:
        return parse_tables(os.pread(descriptor, os.fstat(descriptor).st_size, 0))
    except (OSError, BadContent):
        return {}
