"""Which lines of a journal can no longer matter, whatever else may arrive from other machines.

Four kinds go: a position that a later one of the same article supersedes; an event that was undone
long ago, with what undid it; an import's event that stands there twice; lines that are damaged.
What statistics count (opened, read, starred and so on, with their times) stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from store.journal.events import Event, EventId, decode_event, decode_line


def undo_times(lines: Iterable[bytes], machine: str) -> dict[EventId, int]:
    """When which event was undone: its name, and the time in microseconds since 1970."""
    found: dict[EventId, int] = {}
    for line in lines:
        if (
            b'"undone"' in line
            and (event := _decode_or_none(line, machine))
            and event.kind == "undone"
        ):
            found[event.undone_id] = max(event.at, found.get(event.undone_id, 0))
    return found


def _decode_or_none(line: bytes, machine: str) -> Event | None:
    try:
        return decode_event(line, machine)
    except ValueError:
        return None


class ObsoleteLineFilter:
    """Looks at the lines of one journal in their order, and remembers which of them may go."""

    def __init__(
        self, machine: str, undone: Iterable[EventId], *, only_damaged: bool = False
    ) -> None:
        """Begin before the first line.

        Args:
            machine: Whose journal it is.
            undone: Names of the events that may go with what undid them.
            only_damaged: Whether every event stays.
        """
        self._only_damaged = only_damaged
        self._machine = machine
        self._undone = frozenset(undone)
        self._undone_seen: set[EventId] = set()
        self._positions: dict[str, tuple[int, int]] = {}
        """Article -> stamp and line of the latest position."""
        self._imported: set[bytes] = set()
        self._latest = (-1, -1)
        self._line_number = -1
        self._candidates: set[int] = set()
        self._non_events: set[int] = set()
        """Lines that are no events: only the first one has a meaning, and is written anew."""
        self.header: dict[str, Any] = {}
        """What the first line says."""
        self.damaged_lines: list[bytes] = []

    @property
    def obsolete_count(self) -> int:
        """How many lines may go."""
        return len(self._obsolete)

    @property
    def _obsolete(self) -> set[int]:
        # The one with the greatest order stays, so that no later event is given that order again.
        return self._candidates - {self._latest[1]}

    def scan(self, line: bytes) -> None:
        """Look at the next line."""
        self._line_number += 1
        try:
            event = decode_event(line, self._machine)
            if event is None:
                self._scan_header(line)
            elif not self._only_damaged:
                self._scan_event(event)
        except (KeyError, ValueError):
            if line == b"\n":
                self._non_events.add(self._line_number)
                return
            self.damaged_lines.append(line)
            self._candidates.add(self._line_number)

    def _scan_header(self, line: bytes) -> None:
        fields = decode_line(line)
        self.header = self.header or {**fields, "format": int(fields["format"])}
        self._non_events.add(self._line_number)

    def _scan_event(self, event: Event) -> None:
        self._latest = max(self._latest, (event.order, self._line_number))
        if event.event_id in self._undone:
            self._undone_seen.add(event.event_id)
            self._candidates.add(self._line_number)
        elif event.kind == "undone":
            if event.undone_id in self._undone_seen:
                self._candidates.add(self._line_number)
        elif event.imported and self._is_duplicate(event):
            self._candidates.add(self._line_number)
        elif event.kind == "position" and len(event.articles) == 1:
            self._scan_position(event)

    def _is_duplicate(self, event: Event) -> bool:
        key = orjson.dumps([event.kind, event.articles, event.at, dict(event.data)])
        known = key in self._imported
        self._imported.add(key)
        return known

    def _scan_position(self, event: Event) -> None:
        article = event.articles[0]
        this = (event.at if event.imported else event.stamp, self._line_number)
        other = self._positions.setdefault(article, this)
        if other[0] != this[0]:
            self._positions[article] = max(this, other)
            self._candidates.add(min(this, other)[1])

    def remaining_lines(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """The lines that stay, but for the first one; `lines` are those that were looked at."""
        gone = self._obsolete | self._non_events
        return (line for number, line in enumerate(lines) if number not in gone)
