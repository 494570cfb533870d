"""The reading state: the sum of the events of all machines, in whatever order they arrive.

Each part of the state is a last-writer-wins register (the event with the greatest stamp decides) or
a sum, so that the same events give the same state in any order (Shapiro et al. 2011, "Conflict-free
replicated data types"). An `undone` event takes the event it names out of the state; the articles
concerned are then recomputed from the journals.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any
from zlib import crc32

import orjson

from store.journal.events import Event, EventId, NewEvent
from store.model.article import Article, ParsedArticle, ReadingStatus
from store.model.errors import SaveFailed
from store.model.times import format_timestamp, from_microseconds, parse_timestamp, to_unix_seconds
from store.system.files import make_folder, read_regular, write_atomically
from store.text.clean import clean_line
from store.text.names import clean_name, name_key

Register = tuple[int, Any]
"""Stamp and value."""

UNSET_REGISTER: Register = (-1, None)
NO_REGISTERS: Mapping[str, Register] = {}
SNAPSHOT_FILE = "reading.json"
"""The file of the reading state in the cache."""
SNAPSHOT_FORMAT = 2
STEP_SIZE = 1000
"""Articles whose state is recomputed in one step."""
MAX_ITEM_CELLS = 2000
"""The longest guid or URL of an item that is read."""

_CRC_KEY = b',"crc":"'
_CRC_END = b'%08x"}}}\n'


@dataclass(slots=True)
class ArticleState:
    """The registers and sums of one article."""

    read: Register = UNSET_REGISTER
    starred: Register = UNSET_REGISTER
    position: Register = UNSET_REGISTER
    deleted: Register = UNSET_REGISTER
    count: int = 0
    imported_count: int = 0
    """Reads that came with an import: the same on every machine that imports it, so they are not
    added."""
    last_read: int = 0
    """Microseconds since 1970; 0 for never."""
    last_opened: int = 0
    tags: Mapping[str, Register] = field(default_factory=lambda: NO_REGISTERS)
    edits: Mapping[str, Register] = field(default_factory=lambda: NO_REGISTERS)

    def to_reading(self) -> ReadingStatus:
        """Return the reading status that the registers amount to."""
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
        """True if the publisher changed the article after it was last read."""
        return bool(self.read[1]) and self.edits.get("updated", UNSET_REGISTER)[0] > self.last_read

    @property
    def read_count(self) -> int:
        """The number of times the article was read."""
        return self.count + self.imported_count

    @property
    def item(self) -> Mapping[str, str]:
        """The `guid`, `url` and `title` that its feed gives it now, safe to show; empty if unchanged."""
        _, item = self.edits.get("item", UNSET_REGISTER) if self.edits else UNSET_REGISTER
        if not isinstance(item, dict):
            return {}
        names = ("guid", "url", "title")
        return {name: clean_line(str(item.get(name, "")), limit=MAX_ITEM_CELLS) for name in names}

    def edited_facts(self) -> Mapping[str, Any]:
        """Return the facts that were edited, as strings that are safe to show."""
        values = {name: value for name, (_, value) in self.edits.items()}
        edits: dict[str, Any] = {}
        if title := clean_line(str(values.get("title", ""))):
            edits["title"] = title
        if "category" in values:
            edits["category"] = clean_name(str(values["category"]))
        for name in ("date", "updated"):
            if moment := parse_timestamp(values.get(name)):
                edits[name] = moment
        if url := self.item.get("url"):
            edits["url"] = url
        return edits

    def to_json(self) -> dict[str, Any]:
        """Return the state as JSON, without what was never set."""
        values = ((name, getattr(self, name)) for name in _FIELD_PARSERS)
        return {name: value for name, value in values if value and value is not UNSET_REGISTER}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> ArticleState:
        """Return the state that `to_json` encoded.

        Raises:
            AttributeError, KeyError, TypeError, ValueError: The values are not what `to_json`
                returns.
        """
        state = cls()
        for name, value in values.items():
            setattr(state, name, _FIELD_PARSERS[name](value))
        return state


def _parse_register(value: Any) -> Register:
    stamp, register_value = value
    return int(stamp), register_value


def _parse_registers(values: Mapping[str, Any]) -> Mapping[str, Register]:
    return {name: _parse_register(value) for name, value in values.items()}


_FIELD_PARSERS: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("read", "starred", "position", "deleted"), _parse_register),
    **dict.fromkeys(("count", "imported_count", "last_read", "last_opened"), int),
    **dict.fromkeys(("tags", "edits"), _parse_registers),
}


def _iso_or_none(moment: int) -> str | None:
    return format_timestamp(from_microseconds(moment).replace(microsecond=0)) if moment else None


class ReadingState:
    """The reading state of all articles that have one."""

    def __init__(
        self, article_states: dict[str, ArticleState] | None = None, undone: Iterable[EventId] = ()
    ) -> None:
        self.article_states = {} if article_states is None else article_states
        self._undone: dict[int, set[EventId]] = {}
        """The events that were undone, by their stamps."""
        for event_id in undone:
            self._add_undone(event_id)

    @property
    def undone_ids(self) -> Iterator[EventId]:
        """The ids of the events that were undone."""
        return chain.from_iterable(self._undone.values())

    def is_undone(self, event: Event) -> bool:
        """Return True if the event was undone."""
        ids = self._undone.get(event.stamp)
        return ids is not None and event.event_id in ids

    def _add_undone(self, event_id: EventId) -> bool:
        """Mark an event as undone; return True if it was not yet."""
        ids = self._undone.setdefault(event_id[0], set())
        known = event_id in ids
        ids.add(event_id)
        return not known

    def get(self, article: str) -> ArticleState:
        """Return the state of one article, to be read and not changed."""
        return self.article_states.get(article) or ArticleState()

    def tags(self) -> set[str]:
        """Return every tag that an article was given by the user."""
        given = (state.tags.items() for state in self.article_states.values() if state.tags)
        return {clean_name(tag) for tags in given for tag, (_, is_set) in tags if is_set} - {""}

    def preload_undone(self, events: Iterable[Event]) -> None:
        """Learn which events were undone before any event is applied."""
        for event in events:
            if event.kind == "undone":
                self._add_undone(event.undone_id)

    def apply(self, events: Iterable[Event]) -> set[str]:
        """Apply events.

        Returns:
            The articles to recompute, because an event that may have been applied was undone.
        """
        outdated: set[str] = set()
        undone = self._undone
        for event in events:
            stamp = event.stamp
            if event.kind == "undone":
                if self._add_undone(event.undone_id):
                    outdated.update(event.articles)
            elif stamp not in undone or not self.is_undone(event):
                _apply_to_each(self.article_states, event, event.articles, stamp)
        return outdated

    def apply_to(self, event: Event, articles: Iterable[str]) -> None:
        """Apply an event to some of its articles, unless it was undone."""
        if not self.is_undone(event):
            _apply_to_each(self.article_states, event, articles, event.stamp)

    def recompute(self, articles: Collection[str], events: Iterable[Event]) -> None:
        """Recompute the state of these articles from all events.

        If reading the events fails, nothing has changed.
        """
        for _ in self.recompute_in_steps(articles, events):
            pass

    def recompute_in_steps(
        self, articles: Collection[str], events: Iterable[Event]
    ) -> Iterator[None]:
        """Do what `recompute` does, in steps."""
        recomputed: dict[str, ArticleState] = {}
        for number, event in enumerate(events, 1):
            if len(event.articles) >= STEP_SIZE or number % STEP_SIZE == 0:
                yield  # reading took time
            if event.kind == "undone" or self.is_undone(event):
                continue
            for start in range(0, len(event.articles), STEP_SIZE):
                batch = event.articles[start : start + STEP_SIZE]
                concerned = [article for article in batch if article in articles]
                _apply_to_each(recomputed, event, concerned, event.stamp)
                if len(batch) == STEP_SIZE:
                    yield
        for number, article in enumerate(articles, 1):
            if (state := recomputed.get(article)) is not None:
                self.article_states[article] = state
            else:
                self.article_states.pop(article, None)
            if number % STEP_SIZE == 0:
                yield


def _apply_to_each(
    states: dict[str, ArticleState], event: Event, articles: Iterable[str], stamp: int
) -> None:
    for article in articles:
        state = states.get(article)
        if state is None:
            state = states[article] = ArticleState()
        apply_event(state, event, stamp)


def apply_event(state: ArticleState, event: Event, stamp: int) -> None:
    """Apply an event with this stamp to the state of its article."""
    # An imported event is ordered by when it happened, so that a change made since then wins.
    data, recorded = event.data, stamp
    if data and "imported" in data:
        stamp = event.at
    match event.kind:  # the most frequent kinds first
        case "position":
            state.position = _latest(state.position, (stamp, data["position"]))
        case "opened":
            if event.at > state.last_opened:
                state.last_opened = event.at
        case "read":
            state.read = _latest(state.read, (stamp, True))
            _apply_read(state, event)
        case "unread":
            state.read = _latest(state.read, (stamp, False))
        case "starred" | "unstarred":
            state.starred = _latest(state.starred, (stamp, event.kind == "starred"))
        case "deleted" | "restored":
            state.deleted = _latest(state.deleted, (stamp, event.kind == "deleted"))
        case "tagged" | "untagged":
            state.tags = _with_register(state.tags, data["tag"], (stamp, event.kind == "tagged"))
        case "edited":
            for name, value in data["to"].items():
                # The feed's item as it was when this was recorded: the last record counts.
                register = (recorded if name == "item" else stamp, value)
                state.edits = _with_register(state.edits, name, register)


def _apply_read(state: ArticleState, event: Event) -> None:
    count = event.data.get("count", 1)
    if event.imported:
        state.imported_count = max(state.imported_count, count)
    else:
        state.count += count
    if event.at > state.last_read and "undated" not in event.data:
        state.last_read = event.at


def _latest(one: Register, other: Register) -> Register:
    if one[0] < other[0]:
        return other
    if one[0] > other[0]:
        return one
    return max(one, other, key=str)  # imported on two machines: any rule that both follow will do


def _with_register(
    registers: Mapping[str, Register], name: str, register: Register
) -> Mapping[str, Register]:
    return {**registers, name: _latest(registers.get(name, UNSET_REGISTER), register)}


def apply_edits(article: Article, state: ArticleState) -> Article:
    """Return the facts of an article after the user's edits and tags."""
    if guid := state.item.get("guid"):
        article = replace(article, extra={**article.extra, "guid": guid})
    tags = apply_tag_events(article.tags, state.tags) if state.tags else article.tags
    return replace(article, **state.edited_facts(), tags=tags)


def apply_tag_events(tags: Iterable[str], registers: Mapping[str, Register]) -> tuple[str, ...]:
    """Return tags after events; of those about one tag, however it is spelled, the last decides."""
    kept = {name_key(tag): tag for tag in tags}
    added: dict[str, str] = {}
    by_stamp = sorted((stamp, tag, is_set) for tag, (stamp, is_set) in registers.items())
    for _, spelling, is_set in by_stamp:
        tag = clean_name(spelling)
        key = name_key(tag)
        if not is_set:
            kept.pop(key, None)
            added.pop(key, None)
        elif key not in kept:
            added[key] = tag
    return (*kept.values(), *sorted(added.values()))


def events_from_import(found: ParsedArticle) -> Iterator[NewEvent]:
    """Yield the reading status that came with an article, as events of the times it names."""
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


# -- the snapshot -------------------------------------------


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A reading state, and how much of each journal it covers, so that a start need not read them.

    Its file is derived and may be deleted, damaged or from another version at any time; the journals
    are then read from their beginning. It is a TinyDB file that ends with a checksum of the rest.
    """

    state: ReadingState
    cursors: Mapping[str, tuple[int, bytes, bytes]]
    """By journal file name: offset in bytes, the bytes before it, the first bytes of the file."""
    latest_order: int
    """The order of the latest event covered."""


def write_snapshot(path: Path, snapshot: Snapshot) -> None:
    """Replace the snapshot, creating its folder if need be.

    Raises:
        LibraryUnavailable: The folder cannot be created.
        SaveFailed: The snapshot could not be written.
    """
    meta = {
        "format": SNAPSHOT_FORMAT,
        "journals": {
            name: (offset, tail.hex(), head.hex())
            for name, (offset, tail, head) in snapshot.cursors.items()
        },
        "newest": snapshot.latest_order,
        "undone": sorted(snapshot.state.undone_ids),
    }
    documents = {
        str(number): {"article": article, **state.to_json()}
        for number, (article, state) in enumerate(snapshot.state.article_states.items(), 1)
    }
    try:
        data = orjson.dumps({"reading": documents, "_meta": {"1": meta}}).removesuffix(b"}}}")
    except orjson.JSONEncodeError as error:
        raise SaveFailed(str(error), path) from error
    make_folder(path.parent)
    write_atomically(path, data + _CRC_KEY + _CRC_END % crc32(data))


def read_snapshot(path: Path) -> Snapshot | None:
    """Return the snapshot, or None if it is missing or unusable."""
    try:
        data = read_regular(path)
        body, _, end = data.rpartition(_CRC_KEY)
        if end != _CRC_END % crc32(body):
            return None
        tables = orjson.loads(data)
        meta: Mapping[str, Any] = tables["_meta"]["1"]
        if meta["format"] != SNAPSHOT_FORMAT:
            return None
        states = {
            document.pop("article"): ArticleState.from_json(document)
            for document in tables["reading"].values()
        }
        cursors = {
            name: (int(offset), bytes.fromhex(tail), bytes.fromhex(head))
            for name, (offset, tail, head) in meta["journals"].items()
        }
        undone = [(int(stamp), int(articles)) for stamp, articles in meta["undone"]]
        return Snapshot(ReadingState(states, undone), cursors, int(meta["newest"]))
    except (OSError, KeyError, TypeError, ValueError, AttributeError):
        return None
