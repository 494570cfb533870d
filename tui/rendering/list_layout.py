"""The layout of the article list: the lines of rows and date headings, and search hits in a row.

Nothing is stored for a row: the few rows before which a heading is inserted determine every line, so
that a list of 100,000 articles costs nothing to lay out.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from store.model.article import Snippet
from store.model.times import UNDATED
from tui.rendering.cells import StyledText, cell_width, expand_to_clusters, fit_cells
from tui.rendering.wording import NO_DATE

HighlightRanges = Sequence[tuple[int, int]]
LEADING_CONTEXT_DIVISOR = 3
"""The first highlight is in the first of so many parts of the line."""


class ListHeading(NamedTuple):
    """A heading and the first row under it."""

    title: str
    first_row: int


class ListLine(NamedTuple):
    """The content of a line: a heading, or a line of a row."""

    heading: str = ""
    row: int = 0
    line_in_row: int = 0


@dataclass(frozen=True, slots=True)
class DayBoundaries:
    """The starts of the days that headings separate, in seconds since 1970."""

    today: int
    yesterday: int
    week_start: int
    tomorrow: int
    """The time from which on the headings are out of date."""

    @property
    def starts(self) -> Sequence[int]:
        """The times before which the articles of another heading begin."""
        return (self.today, self.yesterday, self.week_start, UNDATED + 1)


def find_day_boundaries(now: int, zone: tzinfo | None = None) -> DayBoundaries:
    """Return the day boundaries at a time.

    Args:
        now: Seconds since 1970.
        zone: The reader's time zone; the system's if it is None.
    """
    midnight = (
        datetime.fromtimestamp(now, UTC)
        .astimezone(zone)
        .replace(hour=0, minute=0, second=0, microsecond=0)
    )

    def day(offset: int) -> int:
        moment = midnight.replace(tzinfo=zone) + timedelta(days=offset)
        return int(moment.timestamp())  # by the clock of the zone: a day may have 23 hours

    return DayBoundaries(day(0), day(-1), day(-6), day(1))


def build_date_headings(total: int, ends: Sequence[int]) -> list[ListHeading]:
    """Return the headings that have rows, for rows sorted by date, newest first.

    "This week" is the last seven days; articles without a date come last.

    Args:
        total: The number of rows.
        ends: The first row before each time of `DayBoundaries.starts`.
    """
    titles = ("Today", "Yesterday", "This week", "Older", NO_DATE)
    starts, stops = (0, *ends), (*ends, total)
    return [
        ListHeading(title, start)
        for title, start, stop in zip(titles, starts, stops, strict=True)
        if start < stop
    ]


def remove_from_headings(
    headings: Sequence[ListHeading], removed: Sequence[int], total: int
) -> list[ListHeading]:
    """Return the headings of a list from which some rows were removed.

    Args:
        headings: The headings before.
        removed: The rows that were removed, in order.
        total: The number of rows that are left.
    """
    moved = [
        heading._replace(first_row=heading.first_row - bisect_left(removed, heading.first_row))
        for heading in headings
    ]
    ends = [*(heading.first_row for heading in moved[1:]), total]
    return [each for each, end in zip(moved, ends, strict=False) if each.first_row < end]


class ListLayout:
    """Maps rows to lines and lines to rows.

    A heading takes a line, except that of the first row: the edge of the list shows it.
    """

    def __init__(self, rows: int, headings: Sequence[ListHeading] = (), height: int = 1) -> None:
        """Lay out a list.

        Args:
            rows: The number of rows.
            headings: The headings, in order.
            height: Lines of a row.
        """
        starts = [heading.first_row for heading in headings]
        labels = [
            f"{heading.title} · {end - heading.first_row:,}"
            for heading, end in zip(headings, [*starts, rows][1:], strict=True)
        ]
        has_top_heading = starts[:1] == [0]
        self.row_height = height
        self._labels = labels if has_top_heading else ["", *labels]
        """That of the rows before the first heading line, and those of the heading lines."""
        self._first_rows = starts[has_top_heading:]
        self.line_count = rows * height + len(self._first_rows)
        self._heading_lines = [
            start * height + number for number, start in enumerate(self._first_rows)
        ]

    def line_of_row(self, row: int) -> int:
        """Return the first line of a row."""
        return row * self.row_height + bisect_right(self._first_rows, row)

    def line_content(self, line: int) -> ListLine:
        """Return the content of a line; past the end it is a row that does not exist."""
        above = bisect_right(self._heading_lines, line)
        if above and self._heading_lines[above - 1] == line:
            return ListLine(self._labels[above], self._first_rows[above - 1])
        return ListLine("", *divmod(line - above, self.row_height))

    def heading_above(self, line: int) -> str:
        """Return the heading of a line with the number of its rows; empty if it has none."""
        return self._labels[bisect_right(self._heading_lines, line)]


def render_highlights(text: str, spans: HighlightRanges, role: str, width: int) -> list[StyledText]:
    """Return a text in exactly `width` cells, with highlights.

    Args:
        text: One line.
        spans: Start and end of the highlights, in order.
        role: The role of the rest of the text.
        width: The width in cells.
    """
    shown = fit_cells(text, width)
    kept = next(
        (at for at, pair in enumerate(zip(shown, text, strict=False)) if pair[0] != pair[1]),
        len(text),
    )
    pieces: list[StyledText] = []
    at = 0
    for start, end in (expand_to_clusters(text, *span) for span in spans):
        if start >= kept:
            break
        start, end = max(at, start), min(end, kept)
        pieces += [(shown[at:start], role), (shown[start:end], "match")]
        at = end
    return [*pieces, (shown[at:], role)]


def trim_snippet(snippet: Snippet, width: int) -> Snippet:
    """Cut the start of a snippet where its first highlight would not be visible."""
    if not snippet.highlights or cell_width(snippet.text[: snippet.highlights[0][1]]) <= width - 2:
        return snippet
    first = snippet.highlights[0][0]
    start = max(0, first - width // LEADING_CONTEXT_DIVISOR)
    blank = snippet.text.find(" ", start, first)
    start = expand_to_clusters(snippet.text, blank + 1 if blank >= 0 else start, first)[0]
    moved = start - 1
    highlights = tuple((a - moved, b - moved) for a, b in snippet.highlights)
    return Snippet(f"…{snippet.text[start:]}", highlights)
