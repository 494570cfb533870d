"""What the events of all machines add up to, whatever the order in which they arrive.

Each part of the state is a last-writer-wins register (the event with the greatest stamp decides)
or a sum, so that any delivery of the same events gives the same state (Shapiro et al. 2011,
"Conflict-free replicated data types"). An `undone` event takes the event it names out of the sum;
the articles concerned are then added up anew from the journals.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from store.journal.events import Event, EventId, NewEvent
from store.model.article import Article, ParsedArticle, ReadingStatus
from store.model.times import format_timestamp, from_microseconds, parse_timestamp, to_unix_seconds
from store.text.clean import clean_line

Register = tuple[int, Any]
"""Stamp and value."""

UNSET_REGISTER: Register = (-1, None)
NO_REGISTERS: Mapping[str, Register] = {}


@dataclass(slots=True)
class ArticleState:
    """The registers and sums of one article."""

    read: Register = UNSET_REGISTER
    starred: Register = UNSET_REGISTER
    position: Register = UNSET_REGISTER
    deleted: Register = UNSET_REGISTER
    count: int = 0
    imported_count: int = 0
    """Reads that came with an import: the same on every machine that imports it, so not added."""
    last_read: int = 0
    """Microseconds since 1970; 0 for never."""
    last_opened: int = 0
    tags: Mapping[str, Register] = field(default_factory=lambda: NO_REGISTERS)
    edits: Mapping[str, Register] = field(default_factory=lambda: NO_REGISTERS)

    def to_reading(self) -> ReadingStatus:
        """The reading state these marks stand for."""
        return ReadingStatus(
            read=bool(self.read[1]),
            starred=bool(self.starred[1]),
            read_count=self.read_count,
            last_opened=_iso_or_none(self.last_opened),
            last_read=_iso_or_none(self.last_read),
            position=int(self.position[1] or 0),
        )

    @property
    def updated(self) -> bool:
        """Whether its publisher changed the article after it was last read."""
        return bool(self.read[1]) and self.edits.get("updated", UNSET_REGISTER)[0] > self.last_read

    @property
    def read_count(self) -> int:
        """How often the article was read."""
        return self.count + self.imported_count

    def edited_facts(self) -> Mapping[str, Any]:
        """The facts that were given other values, as texts that are safe to show."""
        values = {name: value for name, (_, value) in self.edits.items()}
        edits: dict[str, Any] = {
            name: clean_line(str(values[name])) for name in ("title", "category") if name in values
        }
        if not edits.get("title", "title"):
            del edits["title"]
        for name in ("date", "updated"):
            if moment := parse_timestamp(values.get(name)):
                edits[name] = moment
        return edits

    def to_json(self) -> dict[str, Any]:
        """The marks as JSON, without those that were never set."""
        values = ((name, getattr(self, name)) for name in _FIELD_PARSERS)
        return {name: value for name, value in values if value and value is not UNSET_REGISTER}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> ArticleState:
        """The marks again.

        Raises:
            AttributeError, KeyError, TypeError, ValueError: They are not what `to_json` gives.
        """
        marks = cls()
        for name, value in values.items():
            setattr(marks, name, _FIELD_PARSERS[name](value))
        return marks


def _parse_register(value: Any) -> Register:
    stamp, held = value
    return int(stamp), held


def _parse_registers(values: Mapping[str, Any]) -> Mapping[str, Register]:
    return {name: _parse_register(value) for name, value in values.items()}


_FIELD_PARSERS: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("read", "starred", "position", "deleted"), _parse_register),
    **dict.fromkeys(("count", "imported_count", "last_read", "last_opened"), int),
    **dict.fromkeys(("tags", "edits"), _parse_registers),
}


def _iso_or_none(moment: int) -> str | None:
    return format_timestamp(from_microseconds(moment).replace(microsecond=0)) if moment else None


@contextmanager
def pause_gc() -> Iterator[None]:
    """Leave the garbage collector off: a history is no garbage, and to look for some takes long."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class ReadingState:
    """The reading state of all articles that have one."""

    def __init__(
        self, marks: dict[str, ArticleState] | None = None, undone: Iterable[EventId] = ()
    ) -> None:
        self.article_states = {} if marks is None else marks
        self._undone: dict[int, set[EventId]] = {}
        """The events that were taken back, by their stamps."""
        for name in undone:
            self._add_undone(name)

    @property
    def undone_ids(self) -> Iterator[EventId]:
        """The names of the events that were taken back."""
        return chain.from_iterable(self._undone.values())

    def is_undone(self, event: Event) -> bool:
        """Whether the event was taken back."""
        names = self._undone.get(event.stamp)
        return names is not None and event.event_id in names

    def _add_undone(self, name: EventId) -> bool:
        """Have an event taken back; whether that is new."""
        names = self._undone.setdefault(name[0], set())
        known = name in names
        names.add(name)
        return not known

    def get(self, article: str) -> ArticleState:
        """The marks of one article; to be read, not changed."""
        return self.article_states.get(article) or ArticleState()

    def tags(self) -> set[str]:
        """Every tag that some article was given."""
        given = (marks.tags.items() for marks in self.article_states.values() if marks.tags)
        return {clean_line(tag) for tags in given for tag, (_, there) in tags if there} - {""}

    def preload_undone(self, undoings: Iterable[Event]) -> None:
        """Know what will have been taken back before any of it is added up."""
        for event in undoings:
            if event.kind == "undone":
                self._add_undone(event.undone_id)

    def apply(self, events: Iterable[Event]) -> set[str]:
        """Add events up.

        Returns:
            The articles that must be added up anew: an event that may have been counted was taken
            back.
        """
        again: set[str] = set()
        undone = self._undone
        for event in events:
            stamp = event.stamp
            if event.kind == "undone":
                if self._add_undone(event.undone_id):
                    again.update(event.articles)
            elif stamp not in undone or not self.is_undone(event):
                self._apply_event(event, event.articles, stamp)
        return again

    def recompute(self, articles: Collection[str], events: Iterable[Event]) -> None:
        """Add these articles up anew from all events there are."""
        for article in articles:
            self.article_states.pop(article, None)
        for event in events:
            if event.kind != "undone" and not self.is_undone(event):
                mine = [article for article in event.articles if article in articles]
                self._apply_event(event, mine, event.stamp)

    def _apply_event(self, event: Event, articles: Iterable[str], stamp: int) -> None:
        for article in articles:
            marks = self.article_states.get(article)
            if marks is None:
                marks = self.article_states[article] = ArticleState()
            apply_event(marks, event, stamp)


def apply_event(marks: ArticleState, event: Event, stamp: int) -> None:
    """Add one event, which has this stamp, to the marks of its article."""
    # What came with an import is ordered by when it happened, so that a mark made since wins.
    data = event.data
    if data and "imported" in data:
        stamp = event.at
    match event.kind:  # what happens most often comes first
        case "position":
            marks.position = _latest(marks.position, (stamp, data["position"]))
        case "opened":
            if event.at > marks.last_opened:
                marks.last_opened = event.at
        case "read":
            marks.read = _latest(marks.read, (stamp, True))
            _apply_read(marks, event)
        case "unread":
            marks.read = _latest(marks.read, (stamp, False))
        case "starred" | "unstarred":
            marks.starred = _latest(marks.starred, (stamp, event.kind == "starred"))
        case "deleted" | "restored":
            marks.deleted = _latest(marks.deleted, (stamp, event.kind == "deleted"))
        case "tagged" | "untagged":
            marks.tags = _with_register(marks.tags, data["tag"], (stamp, event.kind == "tagged"))
        case "edited":
            for name, value in data["to"].items():
                marks.edits = _with_register(marks.edits, name, (stamp, value))


def _apply_read(marks: ArticleState, event: Event) -> None:
    count = event.data.get("count", 1)
    if event.imported:
        marks.imported_count = max(marks.imported_count, count)
    else:
        marks.count += count
    if event.at > marks.last_read and "undated" not in event.data:
        marks.last_read = event.at


def _latest(one: Register, other: Register) -> Register:
    if one[0] < other[0]:
        return other
    if one[0] > other[0]:
        return one
    return max(one, other, key=str)  # imported on two machines: any rule will do that both have


def _with_register(
    registers: Mapping[str, Register], name: str, register: Register
) -> Mapping[str, Register]:
    return {**registers, name: _latest(registers.get(name, UNSET_REGISTER), register)}


def apply_edits(article: Article, marks: ArticleState) -> Article:
    """The facts of an article after what was edited and tagged."""
    tags = set(article.tags)
    for tag, (_, present) in marks.tags.items():
        (tags.add if present else tags.discard)(clean_line(tag))
    added = sorted(tags.difference(article.tags))
    return replace(
        article, **marks.edited_facts(), tags=(*(t for t in article.tags if t in tags), *added)
    )


def events_from_import(found: ParsedArticle) -> Iterator[NewEvent]:
    """The reading state that came with an article, as events of the time they tell."""
    reading, ids = found.reading, (found.article.id,)

    def change(kind: str, at: str | None, later: int = 0, **data: Any) -> NewEvent:
        moment = to_unix_seconds(at or found.article.created) * 1_000_000 + later
        undated = {} if at else {"undated": True}
        return NewEvent(kind, ids, {**data, "imported": True, **undated}, moment)

    if reading.last_opened:
        yield change("opened", reading.last_opened)
    if reading.read or reading.read_count:
        yield change("read", reading.last_read, count=reading.read_count)
        if not reading.read:
            yield change("unread", reading.last_read, later=1)
    if reading.starred:
        yield change("starred", None)
    if reading.position:
        yield change("position", reading.last_opened, position=reading.position)
