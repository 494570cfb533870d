"""Charts of block characters, and columns of lines side by side; every mark differs without colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise, zip_longest

from tui.rendering.cells import StyledText, cell_width
from tui.rendering.wording import MONTH_LABELS, format_day

ChartLine = list[StyledText]

HORIZONTAL_BLOCKS = " ▏▎▍▌▋▊▉█"
VERTICAL_BLOCKS = " ▁▂▃▄▅▆▇█"
STEPS_PER_CELL = 8
"""Steps in which blocks fill a cell."""
REST_BLOCK = "░"
"""Fills the second part of a stacked bar."""
SQUARES = "·□▣■"
"""The squares of a calendar, from nothing to most."""
WEEKDAY_LABELS = ("Mon", "", "Wed", "", "Fri", "", "Sun")
WEEKDAY_CELLS = 4
"""Cells before the squares of a calendar."""
ONE_WEEK = timedelta(days=7)


def draw_bar(value: int, most: int, width: int) -> str:
    """Return a horizontal bar of exactly `width` cells.

    Args:
        value: The value; if positive, some of the bar is always visible.
        most: The value of a full bar.
        width: Cells of a full bar.
    """
    filled = _filled_steps(value, most, width)
    blocks = (
        HORIZONTAL_BLOCKS[-1] * (filled // STEPS_PER_CELL)
        + HORIZONTAL_BLOCKS[filled % STEPS_PER_CELL]
    )
    return blocks[:width].ljust(width)


def draw_progress(done: int, total: int, width: int) -> ChartLine:
    """Return a bar of `width` cells whose rest is dotted: `███▏·····`."""
    bar = draw_bar(done, total, width).rstrip()
    return [(bar, "accent"), ("·" * (width - len(bar)), "muted")]


def draw_stacked_bar(first: int, second: int, most: int, width: int) -> ChartLine:
    """Return two numbers as one bar in whole cells, padded to `width`: `████░░  `.

    A positive number has at least a cell, if there is room for both.

    Args:
        first: The number drawn solid.
        second: The number drawn after it.
        most: The sum of a full bar.
        width: Cells of a full bar.
    """
    total = first + second
    cells = min(width, max((first > 0) + (second > 0), round(width * total / most) if most else 0))
    solid = round(cells * first / total) if total else 0
    if first and second and cells > 1:
        solid = min(max(1, solid), cells - 1)
    rest = REST_BLOCK * (cells - solid)
    return [("█" * solid, "accent"), (rest + " " * (width - cells), "muted")]


def draw_columns(values: Sequence[int], height: int, width: int = 1) -> list[str]:
    """Return a column chart as lines, from the top down.

    Args:
        values: One for each column.
        height: Lines of the chart.
        width: Cells of a column, including the gap after it.
    """
    most = max(values, default=0)
    filled = [_filled_steps(value, most, height) for value in values]
    gap = 1 if width > 1 else 0
    return [
        "".join(
            VERTICAL_BLOCKS[min(max(parts - line * STEPS_PER_CELL, 0), STEPS_PER_CELL)]
            * (width - gap)
            + " " * gap
            for parts in filled
        )
        for line in reversed(range(height))
    ]


def _filled_steps(value: int, most: int, cells: int) -> int:
    if value <= 0 or most <= 0:
        return 0
    return max(1, round(STEPS_PER_CELL * cells * min(value, most) / most))


def draw_day_chart(days: Sequence[tuple[date, int]], height: int, width: int) -> list[ChartLine]:
    """Return a column for each day over an axis with its first and last date.

    The axis at the left names the greatest value, and half of it where that is a whole number.

    Args:
        days: Dates and their values; the last ones, if not all fit.
        height: Lines of the columns; an even number.
        width: Cells of a line.
    """
    most = max((value for _, value in days), default=0)
    label_cells = len(f"{most:,}")
    room = max(1, width - label_cells - 2)
    each = 2 if room >= 2 * len(days) - 1 else 1
    shown = days[-room:]
    labels = {0: f"{most:,}"} if most else {}
    if most and most % 2 == 0:
        labels[height // 2] = f"{most // 2:,}"
    lines: list[ChartLine] = [
        [(f"{labels.get(row, ''):>{label_cells}} {'┤' if row in labels else '│'}", "muted"),
         (columns.rstrip(), "accent")]
        for row, columns in enumerate(draw_columns([value for _, value in shown], height, each))
    ]  # fmt: skip
    cells = each * len(shown) - (each - 1)
    first, last = format_day(shown[0][0]), format_day(shown[-1][0])
    dates = first + last.rjust(max(len(last) + 1, cells - len(first)))
    axis = f"{'0':>{label_cells}} ┼{'─' * cells}"
    return [*lines, [(axis, "muted")], [(" " * (label_cells + 2) + dates, "muted")]]


def draw_calendar(days: Mapping[date, int], today: date, weeks: int) -> list[ChartLine]:
    """Return a calendar with a square for each day: a column for each week, today's the last.

    Args:
        days: The values; a day without one has none.
        today: The last day.
        weeks: Columns.
    """
    monday = today - timedelta(days=today.weekday())
    weeks = min(weeks, (monday - date.min) // ONE_WEEK + 1)
    mondays = [monday - ONE_WEEK * ago for ago in reversed(range(weeks))]
    most = max((value for day, value in days.items() if mondays[0] <= day <= today), default=0)
    lines: list[ChartLine] = [[(" " * WEEKDAY_CELLS + _month_labels(mondays), "muted")]]
    for weekday, label in enumerate(WEEKDAY_LABELS):
        line: ChartLine = [(label.ljust(WEEKDAY_CELLS), "muted")]
        for ordinal in (start.toordinal() + weekday for start in mondays):
            if ordinal <= today.toordinal():
                value = days.get(date.fromordinal(ordinal), 0)
                _append_square(line, square_level(value, most))
        lines.append(line)
    return [*lines, _calendar_legend(most)]


def square_level(value: int, most: int) -> int:
    """Return the index in `SQUARES` of a value: each third of the greatest value has its own."""
    steps = len(SQUARES) - 1
    return min(steps, -(-steps * value // most)) if value > 0 and most else 0


def _append_square(line: ChartLine, level: int) -> None:
    role = "accent" if level else "muted"
    if line[-1][1] == role:
        line[-1] = (line[-1][0] + SQUARES[level], role)
    else:
        line.append((SQUARES[level], role))


def _month_labels(mondays: Sequence[date]) -> str:
    """Return the name of each month over its first whole week, where there is room for it."""
    labels = ""
    for column, (before, monday) in enumerate(pairwise(mondays), 1):
        label = MONTH_LABELS[monday.month - 1][:3]
        fits = len(labels) < column <= len(mondays) - len(label)
        if monday.month != before.month and fits:
            labels = labels.ljust(column) + label
    return labels


def _calendar_legend(most: int) -> ChartLine:
    """Return what the squares mean: `· 0  □ 1–2  ▣ 3–4  ■ 5–6`."""
    legend: ChartLine = [(" " * WEEKDAY_CELLS + f"{SQUARES[0]} 0", "muted")]
    steps = len(SQUARES) - 1
    for level in range(1, steps + 1):
        low, high = (level - 1) * most // steps + 1, level * most // steps
        if low <= high:
            span = f"{low:,}–{high:,}" if low < high else f"{low:,}"
            legend += [(f"  {SQUARES[level]}", "accent"), (f" {span}", "muted")]
    return legend


def place_side_by_side(
    columns: Sequence[tuple[Sequence[ChartLine], int]], gap: int
) -> list[ChartLine]:
    """Return columns of lines as lines.

    Args:
        columns: The lines of each column, and the cells it takes; none of them is wider.
        gap: Cells between two columns.
    """
    blank: ChartLine = []
    rows: list[ChartLine] = []
    for parts in zip_longest(*(lines for lines, _ in columns), fillvalue=blank):
        row: ChartLine = []
        for (_, width), part in zip(columns, parts, strict=True):
            used = sum(cell_width(text) for text, _ in part)
            row += [*part, (" " * (width - used + gap), "text")]
        rows.append(row[:-1])
    return rows
