"""What happens to articles, as values and as lines: a change, an event, its place in the order.

A line is one event: `{"at": TIME, "event": "read", "article": ID, "crc": HEX}`. Events are in
order of `at`; where the clock stands behind what has been seen already, `order` (microseconds
since 1970) says where the event belongs, so that a change always comes after what it changes
(a hybrid logical clock: Kulkarni et al. 2014). Order, machine and articles together name an event.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zlib import crc32

import orjson

from store.model.times import format_timestamp, from_microseconds, to_microseconds

JOURNAL_FORMAT = 1
ORDER_LIMIT = 1 << 54
"""Every order is smaller (it is in the year 2540), so that a stamp fits into 64 bits."""

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
"""What an event of some kinds has to say, and in which type."""

_CHECKSUM_SUFFIX = b',"crc":"%08x"}\n'
_CHECKSUM_SUFFIX_SIZE = len(_CHECKSUM_SUFFIX % 0)
_MACHINE_BITS = 10
_ONLY_STR = {str}
NO_EVENT_DATA: Mapping[str, Any] = {}

EventId = tuple[int, int]
"""An event's stamp and the checksum of its articles.

Two clones of one machine may write at the same microsecond, so that a stamp alone might name two
events. An `undone` event has the articles of what it takes back.
"""


class Event(NamedTuple):
    """One thing that happened to one article, or to many at once.

    A tuple, because a start without the snapshot makes one of every event there ever was.
    """

    kind: str
    articles: tuple[str, ...]
    at: int
    """Microseconds since 1970, as the machine's clock said."""
    order: int
    machine: str
    data: Mapping[str, Any] = NO_EVENT_DATA

    @property
    def stamp(self) -> int:
        """A number that orders events of all machines and names this one."""
        return self.order << _MACHINE_BITS | _machine_bits(self.machine)

    @property
    def event_id(self) -> EventId:
        """What an `undone` event says to take this one back."""
        return self.stamp, _articles_checksum(self.articles)

    @property
    def undone_id(self) -> EventId:
        """The name of the event that this one, an `undone`, takes back."""
        return self.data["of"], _articles_checksum(self.articles)

    @property
    def imported(self) -> bool:
        """Whether the event came with the article and did not happen here."""
        return "imported" in self.data


def newer_format_message(version: int) -> str:
    """What is said of a library that has files of a format that is newer than ours."""
    return f"made by a newer newstui (format {version})"


@lru_cache(64)
def _machine_bits(machine: str) -> int:
    return crc32(machine.encode()) & (1 << _MACHINE_BITS) - 1


def _articles_checksum(articles: tuple[str, ...]) -> int:
    return crc32("\n".join(articles).encode("utf-8", "surrogatepass"))


def encode_event(event: Event) -> bytes:
    """The event as its line."""
    fields: dict[str, Any] = {
        "at": format_timestamp(from_microseconds(event.at)),
        "event": event.kind,
    }
    if event.order != event.at:
        fields["order"] = event.order
    if len(event.articles) == 1:
        fields["article"] = event.articles[0]
    else:
        fields["articles"] = event.articles
    return encode_line(fields | dict(event.data))


def encode_line(fields: Mapping[str, Any]) -> bytes:
    """A line with its checksum: CRC-32 of the object without it."""
    body = orjson.dumps(fields)
    return body[:-1] + _CHECKSUM_SUFFIX % crc32(body)


def decode_line(line: bytes) -> dict[str, Any]:
    """The object of a line whose checksum is right.

    Raises:
        ValueError: It is torn, changed or not ours.
    """
    if not line.endswith(_CHECKSUM_SUFFIX % crc32(b"}", crc32(line[:-_CHECKSUM_SUFFIX_SIZE]))):
        raise ValueError("wrong checksum")
    fields: dict[str, Any] = orjson.loads(line)
    del fields["crc"]
    return fields


def decode_event(line: bytes, machine: str) -> Event | None:
    """The event of a line; None for the line that only tells the format.

    Raises:
        ValueError: The line is torn, changed or not ours.
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
    """The event of a line; None for a line that is none."""
    try:
        return decode_event(line, machine)
    except ValueError:
        return None


def _needs_no_check(kind: str, data: Mapping[str, Any]) -> bool:
    """Whether an event says nothing that could be wrong, as most do."""
    if kind == "position":
        return len(data) == 1 and type(data.get("position")) is int
    return not data and kind not in REQUIRED_DATA


def check_event(event: Event) -> None:
    """See that the event is one that everything else can rely on.

    Raises:
        ValueError: Something in it is of the wrong type or out of bounds.
    """
    needed = REQUIRED_DATA.get(event.kind)
    sound = (
        isinstance(event.order, int)
        and 0 <= event.order < ORDER_LIMIT
        and set(map(type, event.articles)) <= _ONLY_STR
    )
    if needed is not None:
        sound = sound and isinstance(event.data.get(needed[0]), needed[1])
    elif event.data:
        sound = sound and isinstance(event.data.get("count", 1), int)
    if not sound:
        raise ValueError(f"not an event: {event}")


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event before it has its place in the order."""

    kind: str
    articles: tuple[str, ...]
    data: Mapping[str, Any] = field(default_factory=dict)
    at: int | None = None
    """Only for what came with an import: when it happened, in microseconds since 1970."""
