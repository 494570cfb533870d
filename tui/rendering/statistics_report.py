"""Reading statistics as lines of styled text: figures and charts, in as many columns as fit."""

from __future__ import annotations

from collections.abc import Sequence

from store.library.statistics import MIN_PACE_READINGS, Pace, ReadingTally, ReadShare, Statistics
from tui.rendering.cells import cell_width, fit_cells, pad_left, truncate_cells, wrap_text
from tui.rendering.charts import (
    WEEKDAY_CELLS,
    ChartLine,
    draw_bar,
    draw_calendar,
    draw_day_chart,
    draw_progress,
    draw_stacked_bar,
    place_side_by_side,
)
from tui.rendering.wording import (
    format_count,
    format_day,
    format_duration,
    format_percentage,
    join_nonempty,
)

CHART_DAYS, CHART_WEEKS, CALENDAR_WEEKS = 30, 12, 53
CHART_HEIGHT = 4
MAX_SHARES = 20
"""The most feeds or categories that are listed; the rest is counted."""
MAX_HALF_WEEKS = 5
"""Weeks listed under the calendar of two halves, below which more follows."""
TWO_FIGURES_WIDTH, HALVES_WIDTH, THIRDS_WIDTH = 70, 108, 170
"""The widths from which figures stand in two columns, and the report in two and in three."""
COLUMN_GAP = 3
LABEL_CELLS, MAX_BAR_CELLS = 9, 20
"""Cells of the label before a figure, and of the longest bar of a week."""
MIN_BAR_CELLS = 4
MAX_NAME_CELLS = 24
"""Cells of the name of a feed or a category, of at most a third of the line."""
IMPORTED_LABEL, NO_CATEGORY_LABEL = "Imported", "(none)"

Figure = tuple[str, str]
"""A label and its value; without a label it continues the one before."""


def render_statistics(statistics: Statistics, width: int) -> list[ChartLine]:
    """Return the whole report, from the totals to the charts.

    Args:
        statistics: The statistics.
        width: Cells of a line; the caller does not wrap the lines.
    """
    head = _head_line(statistics, width)
    if not statistics.is_complete:
        return [head, *_figure_lines(statistics, width), [], [("Counting…", "muted")]]
    if width >= THIRDS_WIDTH:
        return [head, [], *_three_columns(statistics, width)]
    if width >= HALVES_WIDTH:
        return [head, [], *_two_halves(statistics, width)]
    shares = _share_sections(statistics, width)
    return [
        head,
        *_join_sections(
            [
                _figure_lines(statistics, width),
                _day_section(statistics, width),
                *shares[:1],
                _calendar_section(statistics, width),
                _week_section(statistics, CHART_WEEKS, width),
                *shares[1:],
            ]
        ),
    ]


def _two_halves(statistics: Statistics, width: int) -> list[ChartLine]:
    half = (width - COLUMN_GAP) // 2
    days = [_figure_lines(statistics, half), _day_section(statistics, half)]
    weeks = [_calendar_section(statistics, half), _week_section(statistics, MAX_HALF_WEEKS, half)]
    shares = _share_sections(statistics, half)
    if not statistics.days:
        return _place_halves([_join_sections(days), _join_sections(shares)], half)
    upper = _place_halves([_join_sections(days), _join_sections(weeks)], half)
    lower = _place_halves(shares, half) if len(shares) > 1 else []
    return _join_sections([upper, *([lower] if lower else _share_sections(statistics, width))])


def _place_halves(halves: Sequence[Sequence[ChartLine]], cells: int) -> list[ChartLine]:
    return place_side_by_side([(lines, cells) for lines in halves], COLUMN_GAP)


def _three_columns(statistics: Statistics, width: int) -> list[ChartLine]:
    left, middle = CHART_DAYS * 2 + 6, CALENDAR_WEEKS + 7
    right = width - left - middle - 2 * COLUMN_GAP
    columns = [
        [_figure_lines(statistics, left), _day_section(statistics, left)],
        [_calendar_section(statistics, middle), _week_section(statistics, CHART_WEEKS, middle)],
        _share_sections(statistics, right),
    ]
    widths = (left, middle, right)
    placed = [(_join_sections(each), cells) for each, cells in zip(columns, widths, strict=True)]
    return place_side_by_side(placed, COLUMN_GAP)


def _join_sections(sections: Sequence[Sequence[ChartLine]]) -> list[ChartLine]:
    """Return the lines of the sections that have some, an empty line between two."""
    lines: list[ChartLine] = []
    for section in filter(None, sections):
        lines += [[], *section] if lines else section
    return lines


def describe_statistics(statistics: Statistics) -> list[str]:
    """Return the report without the charts, for screen readers: `Read: 12 of 28 articles · 43 %`."""
    lines = [
        f"{label}: {value}" if label else f"({value})" for label, value in _figures(statistics)
    ]
    lines += [
        f"Week of {format_day(monday)}: {describe_tally(tally, statistics.pace)}"
        for monday, tally in reversed(statistics.last_weeks(CHART_WEEKS))
        if tally.articles
    ]
    for shares, empty_name in _named_shares(statistics).values():
        lines += [f"{each.name or empty_name}: {_describe_share(each)}" for each in shares]
    return lines


def describe_tally(tally: ReadingTally, pace: Pace) -> str:
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


def format_share(share: float) -> str:
    """Return a part of a whole as a percentage: `0.7 %`, `43 %`; `< 0.1 %` for next to nothing."""
    percent = 100 * share
    if 0 < percent < 0.05:
        return "< 0.1 %"
    return f"{percent:.1f} %" if 0 < percent < 10 else format_percentage(share)


# -- figures ---------------------------------------------------------------------------------


def _head_line(statistics: Statistics, width: int) -> ChartLine:
    first = statistics.first_day
    since = f"since {format_day(first)}, {first.year}" if first else ""
    heading = "READING"
    return [(heading, "section"), (pad_left(since, max(0, width - len(heading))), "muted")]


def _figures(statistics: Statistics) -> list[Figure]:
    return [*_article_figures(statistics), *_pace_figures(statistics)]


def _article_figures(statistics: Statistics) -> list[Figure]:
    read, words = statistics.readings
    articles = format_count(statistics.articles, "article")
    figures = [
        ("Read", f"{statistics.read:,} of {articles} · {format_share(statistics.share_read)}"),
        ("Starred", f"{statistics.starred:,}"),
        ("Total", join_nonempty((format_count(read, "reading"), format_count(words, "word")))),
    ]
    if statistics.is_complete:
        today = statistics.days.get(statistics.today, ReadingTally())
        figures.insert(1, ("Today", describe_tally(today, statistics.pace)))
    return figures


def _pace_figures(statistics: Statistics) -> list[Figure]:
    if not statistics.is_complete:
        return []
    pace = statistics.pace
    streak = f"{format_count(statistics.streak, 'day')} (longest {statistics.longest_streak:,})"
    source = f"yours, from the last {pace.readings} articles"
    if not pace.readings:
        source = f"average reader; yours after {MIN_PACE_READINGS} articles"
    speed = f"{format_count(pace.words_per_minute, 'word')} a minute"
    return [("Streak", streak), ("Speed", speed), ("", source)]


def _figure_lines(statistics: Statistics, width: int) -> list[ChartLine]:
    left, right = _article_figures(statistics), _pace_figures(statistics)
    if width < TWO_FIGURES_WIDTH:
        lines = _write_figures([*left, *right], width)
        return [_with_progress(lines[0], statistics, width), *lines[1:]]
    left_cells = 4 * width // 7
    right_cells = width - left_cells - COLUMN_GAP
    lines = _write_figures(left, left_cells)
    lines[0] = _with_progress(lines[0], statistics, left_cells)
    columns = [(lines, left_cells), (_write_figures(right, right_cells), right_cells)]
    return place_side_by_side(columns, COLUMN_GAP)


def _write_figures(figures: Sequence[Figure], width: int) -> list[ChartLine]:
    lines: list[ChartLine] = []
    for label, value in figures:
        for number, line in enumerate(_wrap_facts(value, max(1, width - LABEL_CELLS))):
            name = "" if number else label
            role = "text" if label else "muted"
            lines.append([(fit_cells(name, LABEL_CELLS), "muted"), (line, role)])
    return lines


def _wrap_facts(value: str, width: int) -> list[str]:
    """Return facts in lines that end between two of them, or inside of one that is too long."""
    lines: list[str] = []
    for fact in value.split(" · "):
        joined = " · ".join((*lines[-1:], fact))
        if lines and cell_width(joined) <= width:
            lines[-1] = joined
        else:
            lines += wrap_text(fact, width)
    return lines


def _with_progress(line: ChartLine, statistics: Statistics, width: int) -> ChartLine:
    """Return the line of the articles read with a bar behind it, if there is room."""
    room = width - sum(cell_width(text) for text, _ in line) - 2
    if room < MIN_BAR_CELLS or not statistics.articles:
        return line
    bar = draw_progress(statistics.read, statistics.articles, min(room, MAX_BAR_CELLS))
    return [*line, ("  ", "text"), *bar]


# -- charts ----------------------------------------------------------------------------------


def _day_section(statistics: Statistics, width: int) -> list[ChartLine]:
    days = [(day, tally.articles) for day, tally in statistics.last_days(CHART_DAYS)]
    heading: ChartLine = [(f"LAST {CHART_DAYS} DAYS", "section")]
    if any(value for _, value in days):
        return [heading, *draw_day_chart(days, CHART_HEIGHT, width)]
    nothing = "Nothing read" if statistics.days else "Nothing read yet"
    return [heading, [(nothing, "muted")]]


def _calendar_section(statistics: Statistics, width: int) -> list[ChartLine]:
    weeks = min(CALENDAR_WEEKS, width - WEEKDAY_CELLS)
    days = {day: tally.articles for day, tally in statistics.last_days(7 * weeks)}
    if not any(days.values()) or weeks < CHART_WEEKS:
        return []
    heading: ChartLine = [("ONE YEAR" if weeks == CALENDAR_WEEKS else "LAST MONTHS", "section")]
    return [heading, *draw_calendar(days, statistics.today, weeks)]


def _week_section(statistics: Statistics, most_weeks: int, width: int) -> list[ChartLine]:
    weeks = [each for each in reversed(statistics.last_weeks(CHART_WEEKS)) if each[1].articles]
    if not (weeks := weeks[:most_weeks]):
        return []
    most = max(tally.articles for _, tally in weeks)
    texts = [describe_tally(tally, statistics.pace) for _, tally in weeks]
    room = min(MAX_BAR_CELLS, width - LABEL_CELLS - max(map(len, texts)) - 1)
    lines: list[ChartLine] = [[("BY WEEK", "section")]]
    for (monday, tally), text in zip(weeks, texts, strict=True):
        label = fit_cells(format_day(monday), LABEL_CELLS)
        bar = f"{draw_bar(tally.articles, most, room)} " if room >= MIN_BAR_CELLS else ""
        value = truncate_cells(text, width - LABEL_CELLS - len(bar))
        lines.append([(label, "muted"), (bar, "accent"), (value, "text")])
    return lines


def _named_shares(statistics: Statistics) -> dict[str, tuple[Sequence[ReadShare], str]]:
    """Return the shares by their heading, each with the label of what has no name.

    A category that is a feed without a folder is listed once, as that feed.
    """
    feeds = statistics.feeds if any(each.name for each in statistics.feeds) else ()
    is_divided = any(each.name for each in statistics.categories) or not feeds
    listed = set(feeds)
    categories = [each for each in statistics.categories if is_divided and each not in listed]
    shares = {
        "UNREAD BY FEED": (feeds, IMPORTED_LABEL),
        "UNREAD BY CATEGORY": (categories, NO_CATEGORY_LABEL),
    }
    return {heading: each for heading, each in shares.items() if each[0]}


def _share_sections(statistics: Statistics, width: int) -> list[list[ChartLine]]:
    return [
        [_share_heading(heading, width), *_share_lines(shares, empty_name, width)]
        for heading, (shares, empty_name) in _named_shares(statistics).items()
    ]


def _share_heading(heading: str, width: int) -> ChartLine:
    legend = "  █ unread ░ read"
    return [(heading, "section"), (legend if len(heading + legend) <= width else "", "muted")]


def _share_lines(shares: Sequence[ReadShare], empty_name: str, width: int) -> list[ChartLine]:
    ordered = sorted(shares, key=lambda each: (-each.unread, -each.total))[:MAX_SHARES]
    most = max(each.total for each in ordered)
    names = [each.name or empty_name for each in ordered]
    texts = [f"{each.unread:,} of {each.total:,}" for each in ordered]
    text_cells = max(map(len, texts))
    name_cells = min(max(map(cell_width, names)), MAX_NAME_CELLS, width // 3)
    room = width - name_cells - text_cells - 2
    lines: list[ChartLine] = []
    for share, name, text in zip(ordered, names, texts, strict=True):
        bar = draw_stacked_bar(share.unread, share.total - share.unread, most, max(0, room))
        counts = f" {text:>{text_cells}}"
        lines.append([(f"{fit_cells(name, name_cells)} ", "text"), *bar, (counts, "muted")])
    if (more := len(shares) - MAX_SHARES) > 0:
        lines.append([(f"and {more:,} more", "muted")])
    return lines


def _describe_share(share: ReadShare) -> str:
    percent = format_share(share.read / share.total)
    return f"{share.read:,} of {share.total:,} · {percent} read"
