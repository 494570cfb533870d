"""Places as plain values: what was written is read back, and what is damaged is no place."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from store.feeds.subscriptions import Subscription
from tui.rendering.place_values import parse_place, parse_views, place_to_values, views_to_values
from tui.rendering.places import Place, PlaceSources, PlaceView, build_places

TODAY = 86_400
PLACES = build_places(
    PlaceSources(
        [Subscription("https://a.example/", "A", "Books")],
        categories=["north", ""],
        tags=["sea"],
        searches={"week": "newer:7d"},
        today=TODAY,
    )
)


@pytest.mark.parametrize(
    "place", [each for each in PLACES if each.query is not None], ids=lambda each: each.key
)
def test_a_place_is_read_back(place: Place) -> None:
    values = orjson.loads(orjson.dumps(place_to_values(place)))
    found = parse_place(values, TODAY)
    assert found is not None
    assert (found.key, found.full_name, found.query) == (place.key, place.full_name, place.query)


FEED = {
    "key": "feed:x", "name": "X", "kind": "feed", "path": "", "feed": "x",
    "category": None, "text": "", "feeds": ["x"],
}  # fmt: skip


@pytest.mark.parametrize(
    "values",
    [
        None, 7, "all", [], {}, {"key": "feed:x"},
        FEED | {"kind": "forum"}, FEED | {"key": 1}, FEED | {"text": None},
        FEED | {"feeds": "x"}, FEED | {"feeds": [1]}, FEED | {"category": 1},
    ],
)  # fmt: skip
def test_damaged_values_are_no_place(values: Any) -> None:
    assert parse_place(FEED, TODAY) is not None
    assert parse_place(values, TODAY) is None


def test_filters_and_orders_are_read_back() -> None:
    views = {"all": PlaceView(sort="oldest"), "feed:x": PlaceView("unread"), "b": PlaceView()}
    values = orjson.loads(orjson.dumps(views_to_values(views)))
    assert parse_views(values) == {key: views[key] for key in ("all", "feed:x")}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (None, {}),
        ([1], {}),
        ({"all": 7}, {}),
        ({"all": {"show": "new", "sort": []}}, {"all": PlaceView()}),
        ({"all": {"show": "unread", "sort": "size"}}, {"all": PlaceView("unread")}),
    ],
)
def test_damaged_filters_are_none(values: Any, expected: dict[str, PlaceView]) -> None:
    assert parse_views(values) == expected
