"""The command that prints reading statistics."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any

from store.library.statistics import Pace, Statistics, Tally, gather_statistics
from store.model.times import system_clock
from tui.cli.console import ProgressLine, print_data, print_json
from tui.cli.context import open_loaded_library
from tui.rendering.statistics_report import CHART_DAYS, CHART_WEEKS, render_statistics

STATISTICS_WIDTH = 80


def run_stats(options: argparse.Namespace) -> int:
    """Print reading statistics."""
    library = open_loaded_library(options)
    found = None
    with ProgressLine("counting").display() as counter:
        for step, some in enumerate(gather_statistics(library, system_clock())):
            counter.update(f"step {step}")
            found = some or found
    if found is not None:
        if options.json:
            print_json(statistics_json(found), pretty=True)
        else:
            print_data(
                "\n".join(
                    "".join(text for text, _ in line).rstrip()
                    for line in render_statistics(found, STATISTICS_WIDTH)
                )
            )
    return 0


def statistics_json(found: Statistics) -> dict[str, Any]:
    """The statistics as JSON: days and weeks from the oldest on, weeks by their Mondays."""
    return {
        "articles": found.articles,
        "read": found.read,
        "unread": found.articles - found.read,
        "starred": found.starred,
        "share_read": round(found.share_read, 4),
        "readings": found.readings.articles,
        "words": found.readings.words,
        "minutes": found.pace.minutes(found.readings.words),
        "words_per_minute": found.pace.words_per_minute,
        "words_per_minute_from": found.pace.readings,
        "streak": found.streak,
        "longest_streak": found.longest_streak,
        "days": [_tally_json(*day, found.pace) for day in found.last_days(CHART_DAYS)],
        "weeks": [_tally_json(*week, found.pace) for week in found.last_weeks(CHART_WEEKS)],
        "categories": [
            {"name": each.name, "articles": each.total, "read": each.read}
            for each in found.categories
        ],
    }


def _tally_json(day: date, tally: Tally, pace: Pace) -> dict[str, Any]:
    return {
        "date": day.isoformat(),
        "read": tally.articles,
        "words": tally.words,
        "minutes": pace.minutes(tally.words),
    }
