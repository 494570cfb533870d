"""`newstui stats`: print reading statistics."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any

from store.library.statistics import Pace, ReadingTally, ReadShare, Statistics, gather_statistics
from store.model.times import system_clock
from tui.cli.console import ProgressLine, page_size, print_data, print_json
from tui.cli.context import open_loaded_library
from tui.cli.output import is_terminal, print_lines
from tui.rendering.statistics_report import CHART_DAYS, CHART_WEEKS, render_statistics

STATISTICS_WIDTH = 80


def run_stats(options: argparse.Namespace) -> None:
    """Print reading statistics, as a report or as JSON."""
    with open_loaded_library(options) as library:
        statistics = None
        with ProgressLine("counting") as line:
            for step, partial in enumerate(gather_statistics(library, system_clock())):
                line.update(f"step {step}")
                statistics = partial or statistics
    if statistics is None:
        return
    if options.json:
        print_json(_statistics_json(statistics), pretty=True)
    else:
        _print_report(statistics)


def _print_report(statistics: Statistics) -> None:
    """Print the report, as wide as a terminal and coloured, or as plain text."""
    if is_terminal():
        width = page_size()[0]
        print_lines(render_statistics(statistics, width), width)
        return
    for spans in render_statistics(statistics, STATISTICS_WIDTH):
        print_data("".join(text for text, _ in spans).rstrip())


def _statistics_json(statistics: Statistics) -> dict[str, Any]:
    """Return the statistics as JSON: days and weeks oldest first, a week by its Monday."""
    pace = statistics.pace
    return {
        "articles": statistics.articles,
        "read": statistics.read,
        "unread": statistics.articles - statistics.read,
        "starred": statistics.starred,
        "share_read": round(statistics.share_read, 4),
        "readings": statistics.readings.articles,
        "words": statistics.readings.words,
        "minutes": pace.minutes(statistics.readings.words),
        "words_per_minute": pace.words_per_minute,
        "words_per_minute_from": pace.readings,
        "since": first.isoformat() if (first := statistics.first_day) else None,
        "streak": statistics.streak,
        "longest_streak": statistics.longest_streak,
        "days": [_tally_json(*day, pace) for day in statistics.last_days(CHART_DAYS)],
        "weeks": [_tally_json(*week, pace) for week in statistics.last_weeks(CHART_WEEKS)],
        "categories": [_share_json(each) for each in statistics.categories],
        "feeds": [_share_json(each) for each in statistics.feeds],
    }


def _share_json(share: ReadShare) -> dict[str, Any]:
    return {"name": share.name, "articles": share.total, "read": share.read}


def _tally_json(day: date, tally: ReadingTally, pace: Pace) -> dict[str, Any]:
    return {
        "date": day.isoformat(),
        "read": tally.articles,
        "words": tally.words,
        "minutes": pace.minutes(tally.words),
    }
