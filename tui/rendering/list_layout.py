"""Where rows and headings stand in a list that is drawn line by line: pure arithmetic.

A list by date has the headings today, yesterday, this week and older. Nothing is kept for a row:
the few places where a day ends are looked up, the rest follows.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from store.model.article import ArticleRow, Snippet
from tui.rendering.cells import StyledText, cell_width, expand_to_clusters, fit_cells


class ListHeading(NamedTuple):
    """A heading and the first row under it."""

    title: str
    first_row: int


class ListLine(NamedTuple):
    """What stands on a line: a heading, or a part of a row."""

    heading: str = ""
    row: int = 0
    line_in_row: int = 0


@dataclass(frozen=True, slots=True)
class DayBoundaries:
    """The days that headings tell apart, in seconds since 1970."""

    today: int
    yesterday: int
    week_start: int
    tomorrow: int
    """From then on these are other days."""


def find_day_boundaries(now: int, zone: tzinfo | None = None) -> DayBoundaries:
    """The days as they are now.

    Args:
        now: Seconds since 1970.
        zone: The reader's time zone; the system's where it is None.
    """
    midnight = (
        datetime.fromtimestamp(now, UTC)
        .astimezone(zone)
        .replace(hour=0, minute=0, second=0, microsecond=0)
    )

    def day(offset: int) -> int:
        moment = midnight.replace(tzinfo=zone) + timedelta(days=offset)
        return int(moment.timestamp())  # of the zone's own clock: a day may have 23 hours

    return DayBoundaries(day(0), day(-1), day(-6), day(1))


def build_date_headings(rows: Sequence[ArticleRow], when: DayBoundaries) -> list[ListHeading]:
    """The headings that have rows, for rows by date, the newest first.

    This week are the last seven days; what has no date is older.
    """
    ends = [
        _first_row_before(rows, limit) for limit in (when.today, when.yesterday, when.week_start)
    ]
    titles = ("Today", "Yesterday", "This week", "Older")
    starts, stops = (0, *ends), (*ends, len(rows))
    return [
        ListHeading(title, start)
        for title, start, stop in zip(titles, starts, stops, strict=True)
        if start < stop
    ]


def _first_row_before(rows: Sequence[ArticleRow], moment: int) -> int:
    return bisect_right(rows, -moment, key=lambda row: -row.timestamp)


class ListLayout:
    """Which line a row stands on, and what stands on a line."""

    def __init__(self, rows: int, headings: Sequence[ListHeading] = (), height: int = 1) -> None:
        """Lay out a list.

        Args:
            rows: How many there are.
            headings: In order; each takes a line.
            height: Lines a row takes.
        """
        self.row_height = height
        self.line_count = rows * height + len(headings)
        self._headings = headings
        self._first_rows = [heading.first_row for heading in headings]
        self._heading_lines = [
            start * height + number for number, start in enumerate(self._first_rows)
        ]

    def line_of_row(self, row: int) -> int:
        """The first line of a row."""
        return row * self.row_height + bisect_right(self._first_rows, row)

    def top_line_of_row(self, row: int) -> int:
        """The line a row is seen from: its heading, if it is the first one under it."""
        return self.line_of_row(row) - (row in self._first_rows)

    def line_content(self, line: int) -> ListLine:
        """What stands on a line; past the end it is a row there is none of."""
        above = bisect_right(self._heading_lines, line)
        if above and self._heading_lines[above - 1] == line:
            heading = self._headings[above - 1]
            return ListLine(heading.title, heading.first_row)
        return ListLine("", *divmod(line - above, self.row_height))


HighlightRanges = Sequence[tuple[int, int]]

LEADING_CONTEXT_DIVISOR = 3
"""The first mark stands in the first part of so many of the line."""


def render_highlights(text: str, spans: HighlightRanges, role: str, width: int) -> list[StyledText]:
    """A text of exactly that many cells, with places of it marked.

    Args:
        text: One line.
        spans: Start and end of what is marked, in order.
        role: What the rest is drawn in.
        width: Cells.
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


def trim_snippet(excerpt: Snippet, width: int) -> Snippet:
    """The part of an excerpt that fits, so that its first mark is seen."""
    if not excerpt.highlights or cell_width(excerpt.text[: excerpt.highlights[0][1]]) <= width - 2:
        return excerpt
    first = excerpt.highlights[0][0]
    start = max(0, first - width // LEADING_CONTEXT_DIVISOR)
    blank = excerpt.text.find(" ", start, first)
    start = expand_to_clusters(excerpt.text, blank + 1 if blank >= 0 else start, first)[0]
    moved = start - 1
    marks = tuple((a - moved, b - moved) for a, b in excerpt.highlights)
    return Snippet(f"…{excerpt.text[start:]}", marks)
