"""Charts of block characters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from tui.rendering.charts import (
    ChartLine,
    draw_bar,
    draw_calendar,
    draw_columns,
    draw_day_chart,
    draw_progress,
    draw_stacked_bar,
    place_side_by_side,
    square_level,
)

TODAY = date(2026, 11, 25)
"""A Wednesday."""


def texts(lines: Sequence[ChartLine]) -> list[str]:
    return ["".join(text for text, _ in line).rstrip() for line in lines]


@pytest.mark.parametrize(
    ("value", "most", "bar"),
    [
        (0, 10, "    "),
        (5, 10, "██  "),
        (1, 1000, "▏   "),  # what is there is seen
        (10, 10, "████"),
        (99, 10, "████"),
        (3, 0, "    "),
    ],
)
def test_bars(value: int, most: int, bar: str) -> None:
    assert draw_bar(value, most, 4) == bar


@pytest.mark.parametrize(
    ("done", "total", "bar"),
    [(0, 4, "····"), (1, 4, "█···"), (3, 8, "█▌··"), (4, 4, "████"), (0, 0, "····")],
)
def test_progress(done: int, total: int, bar: str) -> None:
    assert texts([draw_progress(done, total, 4)]) == [bar]


@pytest.mark.parametrize(
    ("unread", "read", "most", "bar"),
    [
        (0, 0, 10, ("", "          ")),
        (10, 0, 10, ("██████████", "")),
        (0, 10, 10, ("", "░░░░░░░░░░")),
        (3, 2, 10, ("███", "░░     ")),
        (1, 999, 1000, ("█", "░░░░░░░░░")),
        (999, 1, 1000, ("█████████", "░")),
        (1, 1, 100_000, ("█", "░        ")),
        (1, 0, 100_000, ("█", "         ")),
    ],
)
def test_stacked_bars(unread: int, read: int, most: int, bar: tuple[str, str]) -> None:
    first, second = draw_stacked_bar(unread, read, most, 10)
    assert (first[0], second[0]) == bar


def test_columns() -> None:
    assert draw_columns([0, 1, 4], 2, 2) == ["    █ ", "  ▄ █ "]
    assert draw_columns([], 1) == [""]


def test_a_day_chart_has_an_axis_with_numbers_and_dates() -> None:
    days = [(TODAY - timedelta(days=13 - at), at % 7) for at in range(14)]
    assert texts(draw_day_chart(days, 4, 80)) == [
        "6 ┤          ▃ █           ▃ █",
        "  │        ▅ █ █         ▅ █ █",
        "3 ┤    ▃ █ █ █ █     ▃ █ █ █ █",
        "  │  ▅ █ █ █ █ █   ▅ █ █ █ █ █",
        "0 ┼───────────────────────────",
        "   Nov. 12             Nov. 25",
    ]
    assert texts(draw_day_chart(days, 2, 19)) == [
        "6 ┤    ▃▅█    ▃▅█",
        "3 ┤ ▃▅████ ▃▅████",
        "0 ┼──────────────",
        "   Nov. 12 Nov. 25",
    ]
    narrow = texts(draw_day_chart(days, 2, 8))
    assert narrow[-2] == "0 ┼─────", "the last days, if not all fit"


def test_half_of_an_odd_number_is_not_on_the_axis() -> None:
    assert texts(draw_day_chart([(TODAY, 5)], 2, 80))[:3] == ["5 ┤█", "  │█", "0 ┼─"]


def test_a_calendar_has_a_square_for_each_day_up_to_today() -> None:
    days = {TODAY - timedelta(days=ago): value for ago, value in {0: 9, 1: 3, 7: 4, 60: 99}.items()}
    assert texts(draw_calendar(days, TODAY, 8)) == [
        "        Nov",
        "Mon ········",
        "    ·······□",
        "Wed ······▣■",
        "    ·······",
        "Fri ·······",
        "    ·······",
        "Sun ·······",
        "    · 0  □ 1–3  ▣ 4–6  ■ 7–9",
    ]


def test_a_calendar_at_the_start_of_the_calendar() -> None:
    lines = texts(draw_calendar({date.min: 1}, date.min, 53))
    assert lines[1:3] == ["Mon ■", ""]
    assert lines[-1] == "    · 0  ■ 1"


@pytest.mark.parametrize("most", [1, 2, 3, 4, 7, 1000])
def test_the_legend_of_a_calendar_names_each_square_that_occurs(most: int) -> None:
    days = {TODAY - timedelta(days=value): value for value in range(1, min(most, 40) + 1)}
    days[TODAY] = most
    legend = texts(draw_calendar(days, TODAY, 53))[-1]
    parts = legend.split()[2:]
    for square, span in zip(parts[::2], parts[1::2], strict=True):
        low, _, high = span.replace(",", "").partition("–")
        for value in (int(low), int(high or low)):
            assert "·□▣■"[square_level(value, most)] == square
    assert parts[-2] == "■"


def test_columns_side_by_side_keep_their_places() -> None:
    left: list[ChartLine] = [[("深海", "text")], [("ab", "muted")]]
    right: list[ChartLine] = [[("x", "text")], [("y", "text")], [("z", "text")]]
    placed = place_side_by_side([(left, 5), (right, 2)], 1)
    assert texts(placed) == ["深海  x", "ab    y", "      z"]
