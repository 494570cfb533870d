"""Reading statistics as lines of styled text, with charts of block characters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from store.library.statistics import MIN_PACE_READINGS, CategoryShare, Pace, Statistics, Tally
from tui.rendering.cells import StyledText, fit_cells, wrap_text
from tui.rendering.wording import format_count, format_day, format_duration, join_nonempty

ReportLine = list[StyledText]

CHART_DAYS, CHART_WEEKS, MAX_CATEGORIES = 30, 12, 20
CHART_HEIGHT = 4
UNBROKEN_WIDTH = 1000
"""Cells of a line that is not wrapped."""
LABEL_CELLS, MAX_BAR_CELLS = 12, 20
"""Cells of the label before a bar, and of the longest bar."""
HORIZONTAL_BLOCKS = " ▏▎▍▌▋▊▉█"
VERTICAL_BLOCKS = " ▁▂▃▄▅▆▇█"
STEPS_PER_CELL = 8
"""Steps in which blocks fill a cell."""


def render_statistics(statistics: Statistics, width: int) -> list[ReportLine]:
    """Return the whole report, from the totals to the charts.

    Args:
        statistics: The statistics.
        width: Cells of a line; the caller does not wrap the lines.
    """
    lines = [_heading_line("Reading"), *_total_lines(statistics), []]
    if not statistics.is_complete:
        return [*lines, [("counting …", "muted")]]
    lines[-1:] = [*_recent_lines(statistics), *_pace_lines(statistics.pace, width), []]
    lines += [
        _heading_line(f"Last {CHART_DAYS} days"),
        *_day_chart(statistics.last_days(CHART_DAYS), width),
        [],
    ]
    lines += [
        _heading_line("By week"),
        *_week_chart(statistics.last_weeks(CHART_WEEKS), statistics.pace, width),
        [],
    ]
    return [*lines, _heading_line("Categories"), *_category_chart(statistics.categories, width)]


def describe_statistics(statistics: Statistics) -> list[str]:
    """Return the report without the charts, for screen readers: `Read: 12 of 28 articles · 43 %`."""
    facts = [
        *_total_lines(statistics),
        *_recent_lines(statistics),
        *_pace_lines(statistics.pace, UNBROKEN_WIDTH),
    ]
    labels = ((name[0].strip(), value[0]) for name, value in facts)
    lines = [f"{label}: {value}" if label else f"({value})" for label, value in labels]
    weeks = [
        (format_day(monday), tally)
        for monday, tally in reversed(statistics.last_weeks(CHART_WEEKS))
    ]
    lines += [
        f"Week of {day}: {describe_tally(tally, statistics.pace)}"
        for day, tally in weeks
        if tally.articles
    ]
    return [
        *lines,
        *(
            f"{each.name or '(none)'}: {_describe_share(each)} read"
            for each in statistics.categories
        ),
    ]


def _heading_line(text: str) -> ReportLine:
    return [(text, "section")]


def _total_lines(statistics: Statistics) -> list[ReportLine]:
    read, words = statistics.readings
    share = f"{100 * statistics.share_read:.0f} %"
    return [
        _fact_line(
            "Read",
            f"{statistics.read:,} of {format_count(statistics.articles, 'article')} · {share}",
        ),
        _fact_line("Starred", f"{statistics.starred:,}"),
        _fact_line(
            "Total", join_nonempty((format_count(read, "reading"), format_count(words, "word")))
        ),
    ]


def _pace_lines(pace: Pace, width: int) -> list[ReportLine]:
    source = f"yours, from the last {pace.readings} articles"
    if not pace.readings:
        source = f"average reader; yours after {MIN_PACE_READINGS} articles"
    lines = wrap_text(source, max(1, width - LABEL_CELLS))
    speed = _fact_line("Speed", f"{format_count(pace.words_per_minute, 'word')} a minute")
    return [speed, *(_fact_line("", line) for line in lines)]


def _fact_line(name: str, value: str) -> ReportLine:
    return [(fit_cells(name, LABEL_CELLS), "muted"), (value, "text")]


def _recent_lines(statistics: Statistics) -> list[ReportLine]:
    today = statistics.days.get(statistics.today, Tally())
    row = f"{format_count(statistics.streak, 'day')} (longest {statistics.longest_streak:,})"
    return [_fact_line("Today", describe_tally(today, statistics.pace)), _fact_line("Streak", row)]


def describe_tally(tally: Tally, pace: Pace) -> str:
    """Return `2 articles · 900 words · 4 min`."""
    if not tally.articles:
        return "–"
    return join_nonempty(
        (
            format_count(tally.articles, "article"),
            format_count(tally.words, "word"),
            format_duration(pace.minutes(tally.words)),
        )
    )


def _day_chart(days: Sequence[tuple[date, Tally]], width: int) -> list[ReportLine]:
    each = 2 if width >= 2 * len(days) else 1
    shown = days[-width:]
    chart = draw_columns([tally.articles for _, tally in shown], CHART_HEIGHT, each)
    most = max(tally.articles for _, tally in shown)
    first, last = format_day(shown[0][0]), format_day(shown[-1][0])
    gap = " " * (len(shown) * each - len(first) - len(last))
    top: ReportLine = [(chart[0], "accent")]
    if width >= len(chart[0]) + 12:
        top.append((f" {format_count(most, 'article')}", "muted"))
    return [top, *([(line, "accent")] for line in chart[1:]), [(first + gap + last, "muted")]]


def _week_chart(weeks: Sequence[tuple[date, Tally]], pace: Pace, width: int) -> list[ReportLine]:
    most = max(tally.articles for _, tally in weeks)
    return [
        _bar_line(format_day(monday), tally.articles, most, width, describe_tally(tally, pace))
        for monday, tally in reversed(weeks)
    ]


def _category_chart(shares: Sequence[CategoryShare], width: int) -> list[ReportLine]:
    lines = [
        _bar_line(each.name or "(none)", each.read, each.total, width, _describe_share(each))
        for each in shares[:MAX_CATEGORIES]
    ]
    if (more := len(shares) - MAX_CATEGORIES) > 0:
        lines.append([(f"and {more:,} more", "muted")])
    return lines


def _describe_share(share: CategoryShare) -> str:
    percent = f"{100 * share.read / share.total:.0f} %"
    return join_nonempty((f"{share.read:,} of {share.total:,}", percent))


def _bar_line(name: str, value: int, most: int, width: int, text: str) -> ReportLine:
    label = fit_cells(name, LABEL_CELLS - 1) + " "
    room = min(MAX_BAR_CELLS, width - LABEL_CELLS - len(text) - 1)
    if room < 4:
        return [(label, "muted"), (fit_cells(text, max(1, width - LABEL_CELLS)), "text")]
    return [(label, "muted"), (draw_bar(value, most, room) + " ", "accent"), (text, "text")]


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
