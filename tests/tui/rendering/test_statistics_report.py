"""The report of the statistics at several widths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension

from store.library.statistics import Pace, ReadingTally, ReadShare, Statistics
from tui.rendering.cells import cell_width
from tui.rendering.charts import ChartLine
from tui.rendering.statistics_report import describe_statistics, format_share, render_statistics

TODAY = date(2026, 11, 28)
CATEGORIES = (
    ReadShare("business", 270, 1),
    ReadShare("sport", 260, 0),
    ReadShare("entertainment", 174, 2),
    ReadShare("科学", 40, 39),
    ReadShare("", 3, 3),
)
FEEDS = (
    ReadShare("", 500, 3),
    ReadShare("Notes from a harbour with a long name", 200, 100),
    *(ReadShare(f"Feed {n}", n, 0) for n in range(1, 24)),
)
DAYS = {
    TODAY - timedelta(days=ago): ReadingTally(1 + ago % 5, 150 * (1 + ago % 7))
    for ago in range(400)
    if ago % 3 or ago % 10 == 0
}
FULL = Statistics(
    TODAY,
    1114,
    45,
    2,
    ReadingTally(90, 12_000),
    DAYS,
    CATEGORIES,
    FEEDS,
    Pace(251, 7),
    is_complete=True,
)
EMPTY = Statistics(TODAY, is_complete=True)
UNREAD = replace(EMPTY, articles=747, categories=CATEGORIES)


class Reports(SingleFileSnapshotExtension):
    """Keeps each report in a text file."""

    file_extension = "txt"


def text_of(lines: Sequence[ChartLine]) -> str:
    return "\n".join("".join(text for text, _ in line).rstrip() for line in lines) + "\n"


@pytest.mark.parametrize("width", [48, 78, 118, 198])
def test_reports(snapshot: SnapshotAssertion, width: int) -> None:
    report = text_of(render_statistics(FULL, width))
    assert report.encode() == snapshot.use_extension(Reports)


def test_a_narrow_report_breaks_between_facts() -> None:
    """And never between a number and its unit."""
    busy = replace(FULL, days={TODAY: ReadingTally(271, 87_580)})
    for width in range(44, 60):
        lines = [line.strip() for line in text_of(render_statistics(busy, width)).split("\n")]
        assert not {"min", "h", "words", "articles", "readings"} & set(lines), width


@pytest.mark.parametrize("statistics", [FULL, EMPTY, UNREAD, replace(FULL, is_complete=False)])
def test_no_line_is_wider_than_the_screen(statistics: Statistics) -> None:
    for width in (38, *range(44, 210, 7)):
        for line in render_statistics(statistics, width):
            assert sum(cell_width(text) for text, _ in line) <= width


@pytest.mark.parametrize("width", [48, 78, 118, 198])
def test_an_empty_library_has_figures_and_no_charts(width: int) -> None:
    text = text_of(render_statistics(EMPTY, width))
    assert "0 of 0 articles · 0 %" in text
    assert "Streak   0 days (longest 0)" in text
    assert "Nothing read yet" in text
    assert not {"┼", "·□", "BY WEEK", "BY FEED", "BY CATEGORY"} & set(text.split())


def test_a_library_of_which_nothing_was_read_has_its_categories_beside_the_figures() -> None:
    lines = text_of(render_statistics(UNREAD, 118)).splitlines()
    assert "Read     0 of 747 articles · 0 %" in lines[2]
    assert "UNREAD BY CATEGORY" in lines[2]
    assert any(line.endswith("269 of 270") for line in lines)


def test_reading_of_long_ago_leaves_the_last_days_empty() -> None:
    old = replace(FULL, days={date(2020, 2, 29): ReadingTally(3, 100)})
    text = text_of(render_statistics(old, 78))
    assert "since Feb. 29, 2020" in text
    assert "Nothing read\n" in text
    assert "BY WEEK" not in text
    assert "ONE YEAR" not in text


def test_articles_of_feeds_and_of_imports_are_told_apart() -> None:
    text = text_of(render_statistics(FULL, 78))
    assert text.index("BY FEED") < text.index("BY CATEGORY")
    assert "Imported" in text
    assert "and 5 more" in text
    only_imported = replace(FULL, feeds=(ReadShare("", 747, 45),))
    assert "BY FEED" not in text_of(render_statistics(only_imported, 78))
    uncategorized = replace(FULL, categories=(ReadShare("", 747, 45),))
    assert "BY CATEGORY" not in text_of(render_statistics(uncategorized, 118))
    news, gazette = ReadShare("news", 700, 40), ReadShare("Gazette", 47, 5)
    no_folder = replace(FULL, feeds=(ReadShare("", 700, 40), gazette), categories=(news, gazette))
    assert text_of(render_statistics(no_folder, 78)).count("Gazette") == 1
    neither = replace(uncategorized, feeds=(ReadShare("", 747, 45),))
    assert "(none)" in text_of(render_statistics(neither, 78))


def test_the_report_in_words() -> None:
    lines = describe_statistics(FULL)
    assert lines[:4] == [
        "Read: 45 of 1,114 articles · 4.0 %",
        "Today: 1 article · 150 words · 1 min",
        "Starred: 2",
        "Total: 90 readings · 12,000 words",
    ]
    assert "(yours, from the last 7 articles)" in lines
    assert "Imported: 3 of 500 · 0.6 % read" in lines
    assert "business: 1 of 270 · 0.4 % read" in lines
    assert "(none): 3 of 3 · 100 % read" in lines
    assert not any("█" in line for line in lines)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0 %"),
        (0.0072, "0.7 %"),
        (0.0999, "10.0 %"),
        (0.1, "10 %"),
        (0.43, "43 %"),
        (0.9999, "99 %"),
        (1, "100 %"),
    ],
)
def test_percentages(share: float, text: str) -> None:
    assert format_share(share) == text
