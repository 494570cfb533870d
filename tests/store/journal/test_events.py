"""Events as lines: a round trip, and the rejection of invalid ones."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.journal.events import (
    ORDER_LIMIT,
    Event,
    NewEvent,
    check_event,
    decode_event,
    decode_line,
    encode_event,
    encode_line,
)
from store.journal.journal import Journal
from tests.support.libraries import FakeClock

REFUSED = "checksum|not an event|isoformat"

EVENTS = st.builds(
    Event,
    st.sampled_from(["read", "starred", "opened", "deleted", "from-later"]),
    st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=3).map(tuple),
    st.integers(0, ORDER_LIMIT - 1),
    st.integers(0, ORDER_LIMIT - 1),
    st.just("desk"),
    st.dictionaries(st.sampled_from(["tag", "note"]), st.text('ab\n"\\é☃'), max_size=2),
)


def stamp(order: int, machine: str) -> int:
    return Event("read", (), 0, order, machine).stamp


@given(EVENTS)
def test_an_event_survives_its_line(event: Event) -> None:
    line = encode_event(event)
    assert line.count(b"\n") == 1
    assert decode_event(line, "desk") == event


@given(EVENTS, st.data())
def test_a_changed_line_is_detected(event: Event, data: st.DataObject) -> None:
    """Case 15, for journals."""
    line = bytearray(encode_event(event))
    at = data.draw(st.integers(0, len(line) - 1))
    line[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ValueError, match=REFUSED):
        decode_event(bytes(line), "desk")


@pytest.mark.parametrize(
    "fields",
    [
        {"event": "read", "article": "a"},
        {"at": "2031-05-06T07:08:09Z", "event": "read"},
        {"at": "2031-05-06", "event": "read", "article": "a"},
        {"at": "yesterday", "event": "read", "article": "a"},
        {"at": 5, "event": "read", "article": "a"},
        {"at": "2031-05-06T07:08:09Z", "event": ["read"], "article": "a"},
        {"at": "2031-05-06T07:08:09Z", "event": "read", "article": 5},
        {"at": "2031-05-06T07:08:09Z", "event": "read", "articles": 5},
        {"at": "2031-05-06T07:08:09Z", "event": "read", "articles": ["a", ["b"]]},
        {"at": "2031-05-06T07:08:09Z", "event": "read", "article": "a", "order": "x"},
        {"at": "2031-05-06T07:08:09Z", "event": "read", "article": "a", "order": ORDER_LIMIT},
        {"at": "2031-05-06T07:08:09Z", "event": "read", "article": "a", "order": -1},
        {"at": "2031-05-06T07:08:09Z", "event": "read", "article": "a", "count": "x"},
        {"at": "2031-05-06T07:08:09Z", "event": "position", "article": "a"},
        {"at": "2031-05-06T07:08:09Z", "event": "position", "article": "a", "position": "x"},
        {"at": "2031-05-06T07:08:09Z", "event": "tagged", "article": "a", "tag": None},
        {"at": "2031-05-06T07:08:09Z", "event": "edited", "article": "a", "to": ["title"]},
        {"at": "2031-05-06T07:08:09Z", "event": "undone", "article": "a", "of": "x"},
    ],
)
def test_an_invalid_event_is_detected(
    fields: dict[str, object], tmp_path: Path, clock: FakeClock
) -> None:
    """Case 12, for journals: wrong types are left out, whoever wrote them."""
    with pytest.raises(ValueError, match=REFUSED):
        decode_event(encode_line(fields), "desk")
    journal = Journal(tmp_path, "desk", clock, pytest.fail)
    journal.append([NewEvent("read", ("a",))])
    with journal.own_path.open("ab") as file:
        file.write(encode_line(fields))
    assert [event.kind for event in journal.append([NewEvent("unread", ("a",))])] == ["unread"]
    assert journal.bad_lines == {"desk.jsonl": 1}


@pytest.mark.parametrize("body", [b"[1]", b"5", b"{", b"", b"{}"])
def test_a_line_has_a_checksum(body: bytes) -> None:
    with pytest.raises(ValueError, match=REFUSED):
        decode_line(body + b"\n")


def test_stamps_order_events_of_all_machines_and_fit_into_json() -> None:
    desk, lap = stamp(5, "desk"), stamp(5, "lap")
    assert desk != lap
    assert max(desk, lap) < stamp(6, "desk") < 1 << 64
    assert orjson.loads(orjson.dumps(stamp(ORDER_LIMIT - 1, "desk"))) == stamp(
        ORDER_LIMIT - 1, "desk"
    )


def test_an_event_out_of_bounds() -> None:
    sound = Event("read", ("a",), 0, 0, "desk")
    check_event(sound)
    for order in (-1, ORDER_LIMIT):
        with pytest.raises(ValueError, match="not an event"):
            check_event(sound._replace(order=order))
