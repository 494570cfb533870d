"""The header: what the list shows, unread of all, the order and the last fetch, in one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from store.model.results import Counts
from store.model.times import DAY_SECONDS
from store.search.list_query import ListQuery, Show
from tui.rendering.cells import StyledText, cell_width, fit_cells, truncate_cells
from tui.rendering.wording import HOUR_SECONDS, MINUTE_SECONDS, join_nonempty

PRODUCT_NAME = "newstui"
MIN_NAME_WIDTH = 100
"""The width from which the name of the product is shown."""
HEADER_GAP = 2
"""Cells between the two halves."""
ORDERS = {
    "date": "newest first",
    "oldest": "oldest first",
    "added": "last added first",
    "words": "longest first",
    "read count": "most read first",
}


@dataclass(frozen=True, slots=True)
class HeaderFacts:
    """The facts of the header; what is not known is left out."""

    place: str = ""
    """What the list shows: `Gazette · unread`."""
    search: str = ""
    """The query that is searched for."""
    counts: Counts | None = None
    """Of the place, whatever is filtered there by reading state."""
    found: str = ""
    """The number of matches, in words; instead of the counts during a search."""
    order: str = ""
    fetched_at: int = 0
    """Seconds since 1970; 0 if no feed was fetched."""


def describe_order(sort: str) -> str:
    """Return an order in words: `newest first`, `by title`."""
    return ORDERS.get(sort) or f"by {sort}"


def describe_shown(place: str, show: Show) -> str:
    """Return what is shown of a place: `Gazette · unread`, or only `Unread`."""
    return place if show in ("all", place.lower()) else f"{place} · {show}"


def counted_query(query: ListQuery) -> ListQuery:
    """Return the list whose counts belong beside a list: filtered to unread ones, that of all."""
    show: Show = "all" if query.show == "unread" else query.show
    return replace(query, show=show, sort="date", pinned_ids=frozenset())


def describe_fetch(seconds: int) -> str:
    """Return how long ago the feeds were fetched: `fetched 4 min ago`."""
    for unit, name, limit in (
        (MINUTE_SECONDS, "min", HOUR_SECONDS),
        (HOUR_SECONDS, "h", 2 * DAY_SECONDS),
    ):
        if seconds < unit:
            return "fetched just now"
        if seconds < limit:
            return f"fetched {seconds // unit} {name} ago"
    return f"fetched {seconds // DAY_SECONDS} days ago"


def build_header(facts: HeaderFacts, width: int, now: int) -> Sequence[StyledText]:
    """Return the header in exactly `width` cells.

    What is least important is left out first: the name of the product, the last fetch, the order, the
    number of all articles. Place and query are cut off last.
    """
    shown = join_nonempty((facts.place, f"/{facts.search}" if facts.search else ""))
    rights = _right_halves(facts, now)
    names = [f" {PRODUCT_NAME}  ", ""] if width >= MIN_NAME_WIDTH else [""]
    needed = cell_width(shown) + HEADER_GAP + 2
    fitting = (
        (name, right)
        for right, name in [(rights[0], names[0]), *((right, "") for right in rights)]
        if cell_width(name) + needed + cell_width(right) <= width
    )
    name, right = next(fitting, ("", ""))
    room = max(0, width - cell_width(name) - cell_width(right) - 1)
    left = fit_cells(f" {truncate_cells(shown, max(0, room - HEADER_GAP))}", room)
    return [(name, "accent"), (left, "strong"), (f"{right} ", "muted")]


def find_clicked_command(pieces: Sequence[StyledText], order: str, x: int) -> str:
    """Return the command about what the header shows at a cell; empty if there is none.

    Args:
        pieces: The header, as `build_header` returns it.
        order: The order that it names.
        x: The cell.
    """
    (name, _), (place, _), (facts, _) = pieces
    left = cell_width(name)
    start = left + cell_width(place)
    if left <= x < left + cell_width(place.rstrip()):
        return "list.category"
    before, found, _ = facts.partition(order) if order else (facts, "", "")
    if found and 0 <= x - start - cell_width(before) < cell_width(order):
        return "list.sort"
    return "list.filter" if 0 <= x - start < cell_width(before.rstrip(" ·")) else ""


def _right_halves(facts: HeaderFacts, now: int) -> Sequence[str]:
    """Return the right half as it is shortened."""
    counts = facts.counts
    short = facts.found or (f"{counts.unread:,} unread" if counts is not None else "")
    long = f"{short} of {counts.total:,}" if counts is not None and not facts.found else short
    fetched = describe_fetch(max(0, now - facts.fetched_at)) if facts.fetched_at else ""
    return [
        join_nonempty((long, facts.order, fetched)),
        join_nonempty((long, facts.order)),
        long,
        short,
        "",
    ]
