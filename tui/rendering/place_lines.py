"""The tree of places as lines: a narrow column beside the list, or a table that fills the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from store.model.results import Counts
from store.model.times import to_unix_seconds
from store.text.urls import name_site
from tui.rendering.cells import StyledText, cell_width, fit_cells, pad_left
from tui.rendering.places import Place, TreeRow, shown_number
from tui.rendering.wording import describe_feed_problem, format_age, format_percentage

if TYPE_CHECKING:
    from store.feeds.feed_store import FeedStatus

MIN_TABLE_WIDTH = 60
"""From this width on a place has columns: unread, all, part read, last fetch, time between fetches."""
MAX_NAME_CELLS = 60
"""The width of the names in a wide table: numbers far away from them are hard to read."""
TABLE_COLUMNS = (("unread", 8), ("all", 8), ("read", 6), ("last", 7), ("every", 7))
"""The columns of the table behind the names, and their widths."""
MIN_SITE_WIDTH, SITE_CELLS = 110, 26
"""The width from which the table has the sites of feeds beside their names, and that of the column."""
SITE_LABEL = "site"
MIN_HOURS_MINUTES = 120
"""From this many minutes on the time between fetches is shown in hours."""
TABLE_MARGIN_CELLS = 2
"""Cells at the right of the table: so many are left of the edge on both sides of its labels."""
INDENT_CELLS, MAX_INDENTS = 2, 8
"""Cells for a level of the tree, and the levels that move a name to the right."""
HERE_SIGN, CURSOR_SIGN = "◆", "▌"
FAILED_SIGN, PAUSED_SIGN = "!", "‖"
OPEN_SIGN, FOLDED_SIGN = "▾", "▸"
PlaceCounts = Mapping[str, Counts | None]
"""The numbers of articles by the keys of places; None for a query that cannot be parsed."""


@dataclass(frozen=True, slots=True)
class PlaceLook:
    """The state of what the lines of a tree show beside the names."""

    now: int
    """Seconds since 1970, for the ages."""
    counts: PlaceCounts = field(default_factory=dict)
    """The numbers of articles; those of some places may not be counted yet."""
    feeds: Mapping[str, FeedStatus] = field(default_factory=dict)
    """The states of feeds by their keys."""
    shown: str = ""
    """The key of the place that the list shows."""

    def describe_problem(self, place: Place) -> str:
        """Return why a feed or a search brings nothing; empty if all is well."""
        if place.key in self.counts and self.counts[place.key] is None:
            return "invalid query"
        feed = self.feeds.get(place.feed_key) if place.feed_key else None
        if feed is None or not (feed.state.error or feed.state.not_before):
            return ""  # nearly always, and this is asked of 2,000 feeds
        return describe_feed_problem(feed, self.now)


def build_place_line(
    row: TreeRow, width: int, look: PlaceLook, *, selected: bool = False
) -> Sequence[StyledText]:
    """Return a place in exactly `width` cells: signs, name, numbers."""
    place = row.place
    numbers = _numbers(row, width, look)
    if width >= MIN_SITE_WIDTH:
        numbers = _site_cells(_site(place, look)) + numbers
    room = min(max(1, width - cell_width(numbers)), MAX_NAME_CELLS)
    name = fit_cells(f"{_indent(place)}{_sign(row, look)} {place.name}", room - 1)
    numbers = fit_cells(numbers, width - room)
    if selected:
        return [(f"{CURSOR_SIGN}{name}{numbers}", "selection")]
    return [(f" {name}", _name_role(place, look)), (numbers, "muted")]


def build_table_labels(title: str, width: int) -> str:
    """Return the title of a tree; above a table with the labels of its columns.

    It stands `TABLE_MARGIN_CELLS` from the left in the edge of the tree.
    """
    if width < MIN_TABLE_WIDTH:
        return title
    labels = "".join(pad_left(name, cells) for name, cells in TABLE_COLUMNS)
    if width >= MIN_SITE_WIDTH:
        labels = _site_cells(SITE_LABEL) + labels
    room = min(width - cell_width(labels) - TABLE_MARGIN_CELLS, MAX_NAME_CELLS)
    return fit_cells(title, room - TABLE_MARGIN_CELLS) + labels


def build_problem_line(row: TreeRow, width: int, look: PlaceLook) -> Sequence[StyledText]:
    """Return the line below a failing feed or search: why it fails."""
    line = f"   {_indent(row.place)}{look.describe_problem(row.place)}"
    return [(fit_cells(line, width), "warning")]


def describe_place_counts(place: Place, counts: PlaceCounts) -> str:
    """Return `5 unread of 12`; empty if they are not counted yet."""
    if place.key not in counts:
        return ""
    found = counts[place.key]
    return "invalid query" if found is None else f"{found.unread:,} unread of {found.total:,}"


def _indent(place: Place) -> str:
    """Return the blanks before a place: headings and what is right below them stand at the edge."""
    return " " * (INDENT_CELLS * min(max(0, place.depth - 1), MAX_INDENTS))


def _sign(row: TreeRow, look: PlaceLook) -> str:
    """Return what the signs before a name say: folded or not, paused, failing, shown in the list."""
    place = row.place
    sign = _state_sign(row, look)
    if place.key != look.shown:
        return sign or " "
    return f"{sign} {HERE_SIGN}" if sign else HERE_SIGN


def _state_sign(row: TreeRow, look: PlaceLook) -> str:
    place = row.place
    if row.is_folder:
        return FOLDED_SIGN if row.is_folded else OPEN_SIGN
    feed = look.feeds.get(place.feed_key) if place.feed_key else None
    if feed is not None and feed.subscription.paused:
        return PAUSED_SIGN
    return FAILED_SIGN if look.describe_problem(place) else ""


def _name_role(place: Place, look: PlaceLook) -> str:
    if place.kind == "heading":
        return "section"
    if place.key == look.shown:
        return "accent"
    counts = look.counts.get(place.key)
    return "unread" if counts is not None and shown_number(place, counts) else "text"


def _numbers(row: TreeRow, width: int, look: PlaceLook) -> str:
    """Return what stands behind the name, with a blank before it and one at the end."""
    place, counts = row.place, look.counts.get(row.place.key)
    if width >= MIN_TABLE_WIDTH:
        return _table_cells(place, counts, look)
    if counts is None or not shown_number(place, counts):
        return " "
    return f" {shown_number(place, counts):,} "


def _table_cells(place: Place, counts: Counts | None, look: PlaceLook) -> str:
    fetches = _fetch_times(place, look)
    if counts is None:
        cells: Sequence[str] = ["", "", "", *fetches]
    else:
        read = format_percentage(1 - counts.unread / counts.total) if counts.total else ""
        cells = [f"{counts.unread:,}", f"{counts.total:,}", read, *fetches]
    widths = (cells for _, cells in TABLE_COLUMNS)
    return "".join(map(pad_left, cells, widths)) + " " * TABLE_MARGIN_CELLS


def _site_cells(text: str) -> str:
    """Return the column of sites, with a blank between a long name and it."""
    return f" {fit_cells(text, SITE_CELLS - 1)}"


def _site(place: Place, look: PlaceLook) -> str:
    """Return the site of a feed; empty for other places."""
    feed = look.feeds.get(place.feed_key) if place.feed_key else None
    return name_site(feed.subscription.site or feed.subscription.url) if feed is not None else ""


def _fetch_times(place: Place, look: PlaceLook) -> tuple[str, str]:
    """Return when a feed was fetched last, and the least time between its fetches."""
    feed = look.feeds.get(place.feed_key) if place.feed_key else None
    if feed is None:
        return "", ""
    last = format_age(to_unix_seconds(feed.state.succeeded), look.now) or "never"
    minutes = feed.subscription.interval
    hours = f"{minutes / 60:.0f}h" if minutes >= MIN_HOURS_MINUTES else f"{minutes}m"
    return last, hours if minutes else ""
