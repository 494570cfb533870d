"""The command that prints reading statistics."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any

from store.library.statistics import Pace, Statistics, Tally, gather
from store.model.times import system_clock
from tui.cli.console import Counter, put, put_json
from tui.cli.context import loaded
from tui.rendering.statistics_report import DAYS, WEEKS, report

WIDTH = 80


def stats(options: argparse.Namespace) -> int:
    """Print reading statistics."""
    library = loaded(options)
    found = None
    with Counter("counting").running() as counter:
        for step, some in enumerate(gather(library, system_clock())):
            counter.tell(f"step {step}")
            found = some or found
    if found is not None:
        if options.json:
            put_json(statistics_json(found), pretty=True)
        else:
            put(
                "\n".join(
                    "".join(text for text, _ in line).rstrip() for line in report(found, WIDTH)
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
        "words_per_minute": found.pace.words,
        "words_per_minute_from": found.pace.readings,
        "streak": found.streak,
        "longest_streak": found.longest_streak,
        "days": [_day(*day, found.pace) for day in found.last_days(DAYS)],
        "weeks": [_day(*week, found.pace) for week in found.last_weeks(WEEKS)],
        "categories": [
            {"name": each.name, "articles": each.total, "read": each.read}
            for each in found.categories
        ],
    }


def _day(day: date, tally: Tally, pace: Pace) -> dict[str, Any]:
    return {
        "date": day.isoformat(),
        "read": tally.articles,
        "words": tally.words,
        "minutes": pace.minutes(tally.words),
    }
