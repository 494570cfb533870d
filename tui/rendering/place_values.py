"""Places as plain values, for the file that keeps them from one session to the next.

The file may be damaged, or written by another version: what is no place is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from store.search.list_query import SHOWS, SORTS, ListQuery
from tui.rendering.places import SHOW_PLACES, Place, PlaceKind, PlaceView

PLACE_KINDS: tuple[PlaceKind, ...] = get_args(PlaceKind)
TODAY_KEY = "today"


def place_to_values(place: Place) -> dict[str, Any]:
    """Return a place as plain values."""
    query = place.query or ListQuery()
    return {
        "key": place.key,
        "name": place.name,
        "kind": place.kind,
        "path": place.path,
        "feed": place.feed_key,
        "category": query.category,
        "text": query.text,
        "feeds": None if query.feeds is None else sorted(query.feeds),
    }


def parse_place(values: Any, today: int) -> Place | None:
    """Return the place that `place_to_values` was given; None if it is none.

    Args:
        values: The values.
        today: The last midnight, in seconds since 1970.
    """
    if not isinstance(values, dict):
        return None
    key, kind, feeds = values.get("key"), values.get("kind"), values.get("feeds")
    shows = {place.key: place for place in SHOW_PLACES.values()}
    if key in shows:
        return shows[key]
    texts = [values.get(name) for name in ("key", "name", "path", "feed", "text")]
    if kind not in PLACE_KINDS or not all(isinstance(each, str) for each in texts):
        return None
    category = values.get("category")
    is_list = isinstance(feeds, list) and all(isinstance(each, str) for each in feeds)
    if not (category is None or isinstance(category, str)) or not (feeds is None or is_list):
        return None
    query = ListQuery(
        category=category,
        text=values["text"],
        feeds=None if feeds is None else frozenset(feeds),
        since=today if key == TODAY_KEY else None,
    )
    path, feed = values["path"], values["feed"]
    return Place(values["key"], values["name"], kind, query, path=path, feed_key=feed)


def views_to_values(views: Mapping[str, PlaceView]) -> dict[str, Any]:
    """Return the filters and orders of places as plain values; those that say nothing are left out."""
    return {
        key: {"show": view.show, "sort": view.sort}
        for key, view in views.items()
        if view != PlaceView()
    }


def parse_views(values: Any) -> dict[str, PlaceView]:
    """Return the filters and orders that `views_to_values` was given, as far as they are valid."""
    found: dict[str, PlaceView] = {}
    for key, view in values.items() if isinstance(values, dict) else ():
        if isinstance(view, dict):
            show, sort = view.get("show"), view.get("sort")
            found[key] = PlaceView(show if show in SHOWS else None, sort if sort in SORTS else None)
    return found
