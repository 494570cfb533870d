"""Events: what happens to articles, as values and as lines of a journal.

A line is one event: `{"at": TIME, "event": "read", "article": ID, "crc": HEX}`. Events are ordered
by `at`. Where the clock is behind the events already seen, `order` (microseconds since 1970) gives
the event its place, so that a change always comes after what it changes (a hybrid logical clock:
Kulkarni et al. 2014). Order, machine and articles together identify an event.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zlib import crc32

import orjson

from store.model.times import format_timestamp, from_microseconds, to_microseconds

JOURNAL_FORMAT = 1
ORDER_LIMIT = 1 << 54
"""Upper bound of every order (in the year 2540), so that a stamp fits into 64 bits."""
CLOCK_LIMIT = ORDER_LIMIT - (1 << 50)
"""The latest time that a clock is believed (the year 2504), which leaves room for later orders."""

UNDOABLE_KINDS = frozenset(
    {
        "read",
        "unread",
        "starred",
        "unstarred",
        "tagged",
        "untagged",
        "edited",
        "deleted",
        "restored",
    }
)
RECORDABLE_KINDS = UNDOABLE_KINDS | {"opened", "position"}
REQUIRED_DATA = {
    "position": ("position", int),
    "tagged": ("tag", str),
    "untagged": ("tag", str),
    "edited": ("to", dict),
    "undone": ("of", int),
}
"""The field that an event of this kind must have, and its type."""

MERGE_MARKS = (b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>")
"""The beginnings of the lines that git adds where it could not merge."""
_CHECKSUM_SUFFIX = b',"crc":"%08x"}\n'
_CHECKSUM_SUFFIX_SIZE = len(_CHECKSUM_SUFFIX % 0)
_MACHINE_BITS = 10
_ONLY_STR = {str}
NO_EVENT_DATA: Mapping[str, Any] = {}

EventId = tuple[int, int]
"""An event's stamp and the checksum of its articles.

Two clones of a machine may write in the same microsecond, so a stamp alone is not unique. An
`undone` event has the articles of the event it undoes."""


class Event(NamedTuple):
    """Something that happened to one article, or to many at once.

    A tuple, because a start without a snapshot creates one for every event there ever was.
    """

    kind: str
    articles: tuple[str, ...]
    at: int
    """Microseconds since 1970 by the machine's clock."""
    order: int
    machine: str
    data: Mapping[str, Any] = NO_EVENT_DATA

    @property
    def stamp(self) -> int:
        """A number that orders the events of all machines and identifies this one."""
        return self.order << _MACHINE_BITS | _machine_bits(self.machine)

    @property
    def event_id(self) -> EventId:
        """The id by which an `undone` event refers to this one."""
        return self.stamp, _articles_checksum(self.articles)

    @property
    def undone_id(self) -> EventId:
        """The id of the event that this one, an `undone`, reverts."""
        return self.data["of"], _articles_checksum(self.articles)

    @property
    def imported(self) -> bool:
        """True if the event came with an imported article and did not happen here."""
        return "imported" in self.data


def newer_format_message(version: int) -> str:
    """Return the reason why files of a newer format cannot be changed."""
    return f"made by a newer newstui (format {version})"


def stamp_to_order(stamp: int) -> int:
    """Return the place of an event in the order, in microseconds since 1970."""
    return stamp >> _MACHINE_BITS


def stamp_to_seconds(stamp: int) -> int:
    """Return the place of an event in the order, in seconds since 1970."""
    return stamp_to_order(stamp) // 1_000_000


@lru_cache(64)
def _machine_bits(machine: str) -> int:
    return crc32(machine.encode()) & (1 << _MACHINE_BITS) - 1


def _articles_checksum(articles: tuple[str, ...]) -> int:
    return crc32("\n".join(articles).encode("utf-8", "surrogatepass"))


def encode_event(event: Event) -> bytes:
    """Return the event as a line."""
    at = format_timestamp(from_microseconds(event.at))
    fields: dict[str, Any] = {"at": at, "event": event.kind}
    if event.order != event.at:
        fields["order"] = event.order
    if len(event.articles) == 1:
        fields["article"] = event.articles[0]
    else:
        fields["articles"] = event.articles
    return encode_line(fields | dict(event.data))


def encode_line(fields: Mapping[str, Any]) -> bytes:
    """Return an object as a line, with the CRC-32 of the object without it."""
    body = orjson.dumps(fields)
    return body[:-1] + _CHECKSUM_SUFFIX % crc32(body)


def normalize_line(line: bytes) -> bytes:
    """Return a line as we write it, however it ends; a mark of git in a merge that is not finished is empty.

    git can check files out with CR LF, and an editor can leave a byte order mark. Neither is part
    of what was written: JSON has no line end inside a string, and the checksum covers the object.
    The lines of both sides of a merge are events, in whatever order they are.
    """
    if line.startswith(MERGE_MARKS):
        return b"\n"
    if line.endswith(b"\r\n"):
        line = line.rstrip(b"\r\n") + b"\n"
    return line.removeprefix(BOM_UTF8)


def decode_line(line: bytes) -> dict[str, Any]:
    """Return the object of a line whose checksum is right.

    Raises:
        ValueError: The line is torn, damaged or not ours.
    """
    line = normalize_line(line)
    if not line.endswith(_CHECKSUM_SUFFIX % crc32(b"}", crc32(line[:-_CHECKSUM_SUFFIX_SIZE]))):
        raise ValueError("wrong checksum")
    fields: dict[str, Any] = orjson.loads(line)
    del fields["crc"]
    return fields


def decode_event(line: bytes, machine: str) -> Event | None:
    """Return the event of a line, or None for the line that only states the format.

    Raises:
        ValueError: The line is torn, damaged or not ours.
    """
    fields = decode_line(line)
    if "event" not in fields:
        return None
    try:
        at = to_microseconds(datetime.fromisoformat(fields.pop("at")))
        one = fields.pop("article", None)
        articles = (one,) if one is not None else tuple(fields.pop("articles"))
        order = fields.pop("order", at)
        kind = fields.pop("event")
        event = Event(kind, articles, at, order, machine, fields or NO_EVENT_DATA)
        if order is not at or at < 0 or type(one) is not str or not _needs_no_check(kind, fields):
            check_event(event)
    except (KeyError, TypeError) as error:
        raise ValueError(f"not an event: {error}") from error
    return event


def try_decode_event(line: bytes, machine: str) -> Event | None:
    """Return the event of a line, or None if it has none."""
    try:
        return decode_event(line, machine)
    except ValueError:
        return None


def _needs_no_check(kind: str, data: Mapping[str, Any]) -> bool:
    """Return True if the event has no data that could be wrong, as is true of most."""
    if kind == "position":
        return len(data) == 1 and type(data.get("position")) is int
    return not data and kind not in REQUIRED_DATA


def check_event(event: Event) -> None:
    """Check that an event has what all other code relies on.

    Raises:
        ValueError: A value has the wrong type or is out of bounds.
    """
    required = REQUIRED_DATA.get(event.kind)
    is_valid = (
        isinstance(event.order, int)
        and 0 <= event.order < ORDER_LIMIT
        and set(map(type, event.articles)) <= _ONLY_STR
    )
    if required is not None:
        is_valid = is_valid and isinstance(event.data.get(required[0]), required[1])
    elif event.data:
        is_valid = is_valid and isinstance(event.data.get("count", 1), int)
    if not is_valid:
        raise ValueError(f"not an event: {event}")


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event before it has been given its place in the order."""

    kind: str
    articles: tuple[str, ...]
    data: Mapping[str, Any] = field(default_factory=dict)
    at: int | None = None
    """When it happened, in microseconds since 1970; set only for an event that came with an import.
    """


def order_events(
    new_events: Iterable[NewEvent], machine: str, now: int, latest_order: int
) -> list[Event]:
    """Return events with their places in the order, behind all that have one.

    Args:
        new_events: The events, in the order in which they happened.
        machine: The name of this machine.
        now: Microseconds since 1970 by its clock.
        latest_order: The greatest order of the events so far.

    Raises:
        ValueError: An event is not valid.
    """
    now = min(now, CLOCK_LIMIT)
    order, events = latest_order, list[Event]()
    for new in new_events:
        order = max(now, order + 1)
        at = now if new.at is None else new.at
        if new.at is None and order - now < 1000:
            at = order  # events of the same moment: `order` need not be written
        event = Event(new.kind, new.articles, at, order, machine, new.data)
        check_event(event)
        events.append(event)
    return events
