"""This machine's segments, kept open: what somebody else removes or replaces is there yet."""

from __future__ import annotations

import contextlib
import os
import resource
import weakref
from collections.abc import Collection, Container, Iterable, Iterator
from pathlib import Path

from store.model.article import Found, Reading
from store.segments.documents import UNFIT, article_of, body_of
from store.segments.segments import Segments, machine_of
from store.segments.strict_json import BadContent, Tables, parse_tables

MOST = 200
"""Files kept open, of the newest segments: two for each."""
SHARE = 8
"""At most so small a part of the files that a process may have open."""

Pair = tuple[int, int]
"""The descriptors of the facts and the texts."""


class HeldSegments:
    """Open files of the segments that this machine writes, as they were when they were last read.

    A segment is never written in place, so an open file stays what it was when it was opened.
    """

    def __init__(self, machine: str, folders: tuple[Path, Path]) -> None:
        self._machine = machine
        self._folders = folders
        self._room = min(MOST, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // SHARE) // 2
        self.missed: dict[str, list[Found]] = {}
        """Articles that somebody else took out of a segment of ours."""
        self._pairs: dict[str, tuple[Pair, weakref.finalize[[Pair], HeldSegments]]] = {}

    def hold(self, names: Iterable[str]) -> None:
        """Hold the files that these segments have now, as far as there is room."""
        for name in names:
            if machine_of(name) == self._machine:
                self._let_go(name)
                if len(self._pairs) < self._room:
                    self._hold(name)

    def _hold(self, name: str) -> None:
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
        self._pairs[name] = pair, weakref.finalize(self, _close, pair)

    def _let_go(self, name: str) -> None:
        if name in self._pairs:
            _, close = self._pairs.pop(name)
            close()

    def miss(self, name: str, ids: Collection[str]) -> bool:
        """Remember these articles, which are gone from a segment; whether any of them is held."""
        if found := self._found(name, ids):
            self.missed[name] = found
        return bool(found)

    def give_back(self, segments: Segments, known: Container[str]) -> Iterator[tuple[str, int]]:
        """Add the articles that were missed and are not known; the lock must be held.

        Yields:
            Each segment they were in, and how many they were.

        Raises:
            NotSaved: The disk refused; what was not added is still missed.
        """
        for name, found in list(self.missed.items()):
            missed = [each for each in found if each.article.id not in known]
            segments.append(missed)
            del self.missed[name]
            yield name, len(missed)

    def _found(self, name: str, ids: Collection[str]) -> list[Found]:
        if name not in self._pairs or not ids:
            return []
        (facts, texts), _ = self._pairs[name]
        bodies = _tables(texts).get("texts", {})
        found = []
        for key, document in _tables(facts).get("articles", {}).items():
            with contextlib.suppress(*UNFIT):
                article = article_of(document)
                if article.id in ids:
                    found.append(Found(article, body_of(bodies.get(key) or {}), Reading()))
        return found


def _close(pair: Pair) -> None:
    for descriptor in pair:
        os.close(descriptor)


def _tables(descriptor: int) -> Tables:
    try:
        return parse_tables(os.pread(descriptor, os.fstat(descriptor).st_size, 0))
    except (OSError, BadContent):
        return {}
