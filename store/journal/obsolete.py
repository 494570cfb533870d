"""Which lines of a journal can no longer matter, whatever else may arrive from other machines.

Four kinds go: a position that a later one of the same article supersedes; an event that was undone
long ago, with what undid it; an import's event that stands there twice; lines that are damaged.
What statistics count (opened, read, starred and so on, with their times) stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from store.journal.events import Event, Name, decode, unsealed


def undoings(lines: Iterable[bytes], machine: str) -> dict[Name, int]:
    """When which event was undone: its name, and the time in microseconds since 1970."""
    found: dict[Name, int] = {}
    for line in lines:
        if b'"undone"' in line and (event := _event(line, machine)) and event.kind == "undone":
            found[event.taken_back] = max(event.at, found.get(event.taken_back, 0))
    return found


def _event(line: bytes, machine: str) -> Event | None:
    try:
        return decode(line, machine)
    except ValueError:
        return None


class Sift:
    """Looks at the lines of one journal in their order, and remembers which of them may go."""

    def __init__(self, machine: str, undone: Iterable[Name], *, only_damaged: bool = False) -> None:
        """Begin before the first line.

        Args:
            machine: Whose journal it is.
            undone: Names of the events that may go with what undid them.
            only_damaged: Whether every event stays.
        """
        self._only_damaged = only_damaged
        self._machine = machine
        self._undone = frozenset(undone)
        self._found: set[Name] = set()
        self._positions: dict[str, tuple[int, int]] = {}
        """Article -> stamp and line of the latest position."""
        self._imported: set[bytes] = set()
        self._newest = (-1, -1)
        self._number = -1
        self._dropped: set[int] = set()
        self._formal: set[int] = set()
        """Lines that are no events: only the first one has a meaning, and is written anew."""
        self.head: dict[str, Any] = {}
        """What the first line says."""
        self.damaged: list[bytes] = []

    @property
    def dropped(self) -> int:
        """How many lines may go."""
        return len(self._gone)

    @property
    def _gone(self) -> set[int]:
        # The one with the greatest order stays, so that no later event is given that order again.
        return self._dropped - {self._newest[1]}

    def look(self, line: bytes) -> None:
        """Look at the next line."""
        self._number += 1
        try:
            event = decode(line, self._machine)
            if event is None:
                self._look_at_head(line)
            elif not self._only_damaged:
                self._look_at_event(event)
        except (KeyError, ValueError):
            if line == b"\n":
                self._formal.add(self._number)
                return
            self.damaged.append(line)
            self._dropped.add(self._number)

    def _look_at_head(self, line: bytes) -> None:
        fields = unsealed(line)
        self.head = self.head or {**fields, "format": int(fields["format"])}
        self._formal.add(self._number)

    def _look_at_event(self, event: Event) -> None:
        self._newest = max(self._newest, (event.order, self._number))
        if event.name in self._undone:
            self._found.add(event.name)
            self._dropped.add(self._number)
        elif event.kind == "undone":
            if event.taken_back in self._found:
                self._dropped.add(self._number)
        elif event.imported and self._is_known(event):
            self._dropped.add(self._number)
        elif event.kind == "position" and len(event.articles) == 1:
            self._look_at_position(event)

    def _is_known(self, event: Event) -> bool:
        key = orjson.dumps([event.kind, event.articles, event.at, dict(event.data)])
        known = key in self._imported
        self._imported.add(key)
        return known

    def _look_at_position(self, event: Event) -> None:
        article = event.articles[0]
        this = (event.at if event.imported else event.stamp, self._number)
        other = self._positions.setdefault(article, this)
        if other[0] != this[0]:
            self._positions[article] = max(this, other)
            self._dropped.add(min(this, other)[1])

    def left(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """The lines that stay, but for the first one; `lines` are those that were looked at."""
        gone = self._gone | self._formal
        return (line for number, line in enumerate(lines) if number not in gone)
