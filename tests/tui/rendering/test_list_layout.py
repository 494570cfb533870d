"""Date headings of the article list, and the lines of headings and rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from store.model.article import ArticleRow
from store.model.times import UNDATED
from tui.rendering.list_layout import (
    ListHeading,
    ListLayout,
    ListLine,
    build_date_headings,
    find_day_boundaries,
    remove_from_headings,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def at(moment: datetime) -> int:
    return int(moment.timestamp())


def rows(*ages: timedelta) -> list[ArticleRow]:
    return [
        ArticleRow(str(n), "", "", at(NOON - age), 0, 0, read=False, starred=False, read_count=0)
        for n, age in enumerate(ages)
    ]


def headings(listed: list[ArticleRow]) -> list[ListHeading]:
    """Return the headings of rows at noon."""
    starts = find_day_boundaries(at(NOON), UTC).starts
    ends = [sum(row.timestamp >= start for row in listed) for start in starts]
    return build_date_headings(len(listed), ends)


def hours(number: int) -> timedelta:
    return timedelta(hours=number)


def test_headings_start_at_day_boundaries() -> None:
    found = headings(
        rows(hours(-30), hours(1), hours(12), hours(13), hours(36), hours(37), hours(24 * 6))
    )
    assert found == [("Today", 0), ("Yesterday", 3), ("This week", 5)]


def test_days_without_rows_have_no_heading() -> None:
    assert headings([]) == []
    old = rows(hours(24 * 7), hours(24 * 9000))
    assert headings(old) == [("Older", 0)]
    undated = [old[0]._replace(timestamp=UNDATED)]
    assert headings(undated) == [("No date", 0)]


@pytest.mark.parametrize(
    ("removed", "expected"),
    [
        ([0], [("Today", 0), ("Yesterday", 2), ("Older", 4)]),
        ([3], [("Today", 0), ("Yesterday", 3), ("Older", 4)]),
        ([3, 4], [("Today", 0), ("Older", 3)]),
        ([0, 1, 2], [("Yesterday", 0), ("Older", 2)]),
        ([5, 6], [("Today", 0), ("Yesterday", 3)]),
        ([0, 1, 2, 3, 4, 5, 6], []),
    ],
)
def test_headings_after_rows_were_removed(
    removed: list[int], expected: list[tuple[str, int]]
) -> None:
    before = [ListHeading("Today", 0), ListHeading("Yesterday", 3), ListHeading("Older", 5)]
    assert remove_from_headings(before, removed, 7 - len(removed)) == expected


def test_days_are_those_of_the_readers_zone() -> None:
    late = datetime(2026, 11, 22, 23, tzinfo=UTC)  # the 23rd in Tokyo
    there = find_day_boundaries(at(late), ZoneInfo("Asia/Tokyo"))
    assert there.today == at(datetime(2026, 11, 22, 15, tzinfo=UTC))
    assert there.tomorrow - there.today == 86_400


def test_a_day_may_have_23_hours() -> None:
    spring = find_day_boundaries(
        at(datetime(2026, 3, 29, 10, tzinfo=UTC)), ZoneInfo("Europe/Berlin")
    )
    assert spring.tomorrow - spring.today == 23 * 3600


@pytest.mark.parametrize("height", [1, 2])
@pytest.mark.parametrize("starts", [(), (0,), (0, 1, 5), (2, 4)])
def test_every_line_is_one_heading_or_row(height: int, starts: tuple[int, ...]) -> None:
    lines = ListLayout(7, [ListHeading(f"from {start}", start) for start in starts], height)
    spots = [lines.line_content(line) for line in range(lines.line_count)]
    assert [spot.row for spot in spots if spot.heading] == [start for start in starts if start]
    expected = [(row, part) for row in range(7) for part in range(height)]
    assert [(spot.row, spot.line_in_row) for spot in spots if not spot.heading] == expected
    for row in range(7):
        assert lines.line_content(lines.line_of_row(row)) == ListLine("", row, 0)


HEADINGS = [ListHeading("Today", 0), ListHeading("Yesterday", 2), ListHeading("Older", 3)]
"""Of 1,203 rows: two, one and 1,200."""


@pytest.mark.parametrize(
    ("headings", "height", "line", "expected"),
    [
        (HEADINGS, 1, 0, "Today · 2"),
        (HEADINGS, 1, 1, "Today · 2"),
        (HEADINGS, 1, 2, "Yesterday · 1"),
        (HEADINGS, 1, 3, "Yesterday · 1"),
        (HEADINGS, 1, 4, "Older · 1,200"),
        (HEADINGS, 1, 9999, "Older · 1,200"),
        (HEADINGS, 2, 3, "Today · 2"),
        (HEADINGS, 2, 4, "Yesterday · 1"),
        (HEADINGS, 2, 6, "Yesterday · 1"),
        (HEADINGS, 2, 7, "Older · 1,200"),
        (HEADINGS[1:], 1, 1, ""),
        (HEADINGS[1:], 1, 2, "Yesterday · 1"),
        ([], 1, 5, ""),
    ],
)
def test_the_heading_above_a_line_counts_its_rows(
    headings: list[ListHeading], height: int, line: int, expected: str
) -> None:
    assert ListLayout(1_203, headings, height).heading_above(line) == expected


def test_a_heading_line_says_how_many_rows_follow() -> None:
    lines = ListLayout(1_203, HEADINGS)
    labels = [lines.line_content(line).heading for line in range(6)]
    assert labels == ["", "", "Yesterday · 1", "", "Older · 1,200", ""]
