"""Reading statistics as lines: the screen draws them in its roles, the command prints them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from store.library.statistics import ENOUGH, Pace, Share, Statistics, Tally
from tui.rendering.cells import fit
from tui.rendering.charts import bar, columns
from tui.rendering.text_layout import wrap
from tui.rendering.wording import MONTHS, count, joined

Line = list[tuple[str, str]]
"""Texts and the roles they are drawn in."""

DAYS, WEEKS, CATEGORIES = 30, 12, 20
CHART_HEIGHT = 4
WIDEST = 1000
"""Cells of a line that need not be broken."""
LABEL_CELLS, BAR_CELLS = 12, 20
"""Cells of what stands left of a bar, and of the longest bar, where there is room."""


def report(found: Statistics, width: int) -> list[Line]:
    """Everything, from the sums to the charts.

    Args:
        found: The statistics.
        width: Cells of a line; text that is longer is broken by nobody, so it is kept short.
    """
    lines = [_heading("Reading"), *_sums(found), []]
    if not found.whole:
        return [*lines, [("counting …", "muted")]]
    lines[-1:] = [*_lately(found), *_pace(found.pace, width), []]
    lines += [_heading(f"Last {DAYS} days"), *_days(found.last_days(DAYS), width), []]
    lines += [_heading("By week"), *_weeks(found.last_weeks(WEEKS), found.pace, width), []]
    return [*lines, _heading("Categories"), *_categories(found.categories, width)]


def in_words(found: Statistics) -> list[str]:
    """The same without the charts, for those who listen: `Read: 12 of 28 articles · 43 %`."""
    facts = [*_sums(found), *_lately(found), *_pace(found.pace, WIDEST)]
    labels = ((name[0].strip(), value[0]) for name, value in facts)
    said = [f"{label}: {value}" if label else f"({value})" for label, value in labels]
    weeks = [(_date(monday), tally) for monday, tally in reversed(found.last_weeks(WEEKS))]
    said += [
        f"Week of {day}: {tallied(tally, found.pace)}" for day, tally in weeks if tally.articles
    ]
    return [*said, *(f"{each.name or '(none)'}: {_share(each)} read" for each in found.categories)]


def _heading(text: str) -> Line:
    return [(text, "heading")]


def _sums(found: Statistics) -> list[Line]:
    read, words = found.readings
    share = f"{100 * found.share_read:.0f} %"
    return [
        _fact("Read", f"{found.read:,} of {count(found.articles, 'article')} · {share}"),
        _fact("Starred", f"{found.starred:,}"),
        _fact("In all", joined((count(read, "reading"), count(words, "word")))),
    ]


def _pace(pace: Pace, width: int) -> list[Line]:
    source = f"yours, from the last {pace.readings} articles"
    if not pace.readings:
        source = f"as readers on average; yours is known from {ENOUGH} articles on"
    lines = wrap(source, max(1, width - LABEL_CELLS))
    speed = _fact("Speed", f"{count(pace.words, 'word')} a minute")
    return [speed, *(_fact("", line) for line in lines)]


def _fact(name: str, value: str) -> Line:
    return [(fit(name, LABEL_CELLS), "muted"), (value, "text")]


def _lately(found: Statistics) -> list[Line]:
    today = found.days.get(found.today, Tally())
    row = f"{count(found.streak, 'day')} · {found.longest_streak:,} at most"
    return [_fact("Today", tallied(today, found.pace)), _fact("In a row", row)]


def tallied(tally: Tally, pace: Pace) -> str:
    """`2 articles · 900 words · 4 min`."""
    if not tally.articles:
        return "–"
    return joined(
        (
            count(tally.articles, "article"),
            count(tally.words, "word"),
            duration(pace.minutes(tally.words)),
        )
    )


def duration(minutes: int) -> str:
    """`4 min`, `3 h 29 min`."""
    hours, rest = divmod(minutes, 60)
    return f"{hours:,} h {rest} min" if hours else f"{rest} min"


def _days(days: Sequence[tuple[date, Tally]], width: int) -> list[Line]:
    each = 2 if width >= 2 * len(days) else 1
    shown = days[-width:]
    chart = columns([tally.articles for _, tally in shown], CHART_HEIGHT, each)
    most = max(tally.articles for _, tally in shown)
    first, last = _date(shown[0][0]), _date(shown[-1][0])
    gap = " " * (len(shown) * each - len(first) - len(last))
    top: Line = [(chart[0], "accent")]
    if width >= len(chart[0]) + 12:
        top.append((f" {count(most, 'article')}", "muted"))
    return [top, *([(line, "accent")] for line in chart[1:]), [(first + gap + last, "muted")]]


def _weeks(weeks: Sequence[tuple[date, Tally]], pace: Pace, width: int) -> list[Line]:
    most = max(tally.articles for _, tally in weeks)
    return [
        _barred(_date(monday), tally.articles, most, width, tallied(tally, pace))
        for monday, tally in reversed(weeks)
    ]


def _categories(shares: Sequence[Share], width: int) -> list[Line]:
    lines = [
        _barred(each.name or "(none)", each.read, each.total, width, _share(each))
        for each in shares[:CATEGORIES]
    ]
    if (more := len(shares) - CATEGORIES) > 0:
        lines.append([(f"and {more:,} more", "muted")])
    return lines


def _share(share: Share) -> str:
    percent = f"{100 * share.read / share.total:.0f} %"
    return joined((f"{share.read:,} of {share.total:,}", percent))


def _barred(name: str, value: int, most: int, width: int, text: str) -> Line:
    label = fit(name, LABEL_CELLS - 1) + " "
    room = min(BAR_CELLS, width - LABEL_CELLS - len(text) - 1)
    if room < 4:
        return [(label, "muted"), (fit(text, max(1, width - LABEL_CELLS)), "text")]
    return [(label, "muted"), (bar(value, most, room) + " ", "accent"), (text, "text")]


def _date(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.day}"
