"""Statistics: pure functions over rows and events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from store.journal.events import Event
from store.library.statistics import (
    AVERAGE_PACE,
    DayCounter,
    Pace,
    ReadingTally,
    ReadShare,
    Statistics,
    compute_pace,
    compute_statistics,
    count_readings,
    find_sittings,
    sum_totals,
)
from store.model.article import WORDS_PER_MINUTE, ArticleRow
from store.model.times import to_microseconds

TODAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
WORDS = {"short": 30, "long": 690, "other": 460}


def count_words(article: str) -> int:
    return WORDS.get(article, 0)


def event(kind: str, *articles: str, after: float = 0, machine: str = "desk", **data: Any) -> Event:
    at = to_microseconds(NOON + timedelta(seconds=after))
    return Event(kind, articles, at, at, machine, data)


def row(category: str, words: int, reads: int, *, starred: bool = False) -> ArticleRow:
    facts: Mapping[str, Any] = {"read": bool(reads), "starred": starred, "read_count": reads}
    return ArticleRow("id", "Title", category, 0, 0, words, **facts)


def read_on(*days_ago: int) -> Statistics:
    return Statistics(
        TODAY, days={TODAY - timedelta(days=ago): ReadingTally(1, 100) for ago in days_ago}
    )


def test_statistics_of_a_library() -> None:
    rows = [row("a", 100, 2), row("b", 300, 0, starred=True), row("b", 50, 1), row("b", 5, 0)]
    found = compute_statistics(sum_totals(rows), {}, AVERAGE_PACE, TODAY)
    assert (found.articles, found.read, found.starred) == (4, 2, 1)
    assert found.readings == (3, 250)
    assert found.share_read == 0.5
    assert found.categories == (ReadShare("b", 3, 1), ReadShare("a", 1, 1))
    assert compute_statistics([], {}, AVERAGE_PACE, TODAY).share_read == 0.0


def test_readings_belong_to_the_readers_own_day() -> None:
    events = [
        event("read", "long", after=-13 * 3600),
        event("read", "long", "other"),
        event("read", "gone", after=14 * 3600),
        event("read", "long", imported=True, undated=True),
        event("starred", "long"),
    ]
    here = DayCounter(UTC)
    here.add(count_readings(events, count_words))
    day = timedelta(days=1)
    assert here.days == {TODAY - day: (1, 690), TODAY: (2, 1150), TODAY + day: (1, 0)}
    there = DayCounter(ZoneInfo("Asia/Kolkata"))
    there.add(count_readings(events[:1], count_words))
    there.add(count_readings(events[1:2], count_words))
    assert there.days == {TODAY: (3, 1840)}


@pytest.mark.parametrize(
    ("days_ago", "streak", "longest"),
    [((), 0, 0), ((0,), 1, 1), ((1, 2), 2, 2), ((2, 3, 4), 0, 3), ((0, 1, 3, 4, 5), 2, 3)],
)
def test_streaks(days_ago: tuple[int, ...], streak: int, longest: int) -> None:
    found = read_on(*days_ago)
    assert (found.streak, found.longest_streak) == (streak, longest)


def test_readings_at_both_ends_of_the_calendar() -> None:
    days = {date.min: ReadingTally(1, 100), date.max: ReadingTally(1, 100)}
    assert Statistics(TODAY, days=days).longest_streak == 1
    assert Statistics(date.min, days=days).longest_streak == 1


def test_the_last_days_and_weeks() -> None:
    found = read_on(0, 6, 7, 100)  # a Sunday, the Monday before it, the Sunday before that
    days = found.last_days(8)
    assert [day.day for day, _ in days] == list(range(15, 23))
    assert [tally.articles for _, tally in days] == [1, 1, 0, 0, 0, 0, 0, 1]
    weeks = found.last_weeks(3)
    assert [day.isoformat() for day, _ in weeks] == ["2026-11-02", "2026-11-09", "2026-11-16"]
    assert [tally for _, tally in weeks] == [(0, 0), (1, 100), (2, 200)]


def test_a_sitting_lasts_from_opening_an_article_to_leaving_it() -> None:
    events = [
        event("opened", "long"),
        event("read", "long", after=100),
        event("position", "long", after=120, position=90),  # the last page was read, too
        event("opened", "other", after=200),
        event("position", "other", after=220, position=10),  # given up
        event("opened", "other", after=300),  # and gone on with
        event("read", "other", after=320),
        event("opened", "short", after=340),
        event("read", "short", after=340),
        event("opened", "long", after=345, machine="lap"),
        event("read", "long", "other", after=346, machine="lap"),  # marked, not read
        event("opened", "short", after=350, machine="lap"),
    ]
    assert list(find_sittings(events)) == [("long", 120.0)]
    assert list(find_sittings([*events[7:9], event("opened", "x", after=349)])) == [("short", 9.0)]


def reading(seconds: float, article: str = "long") -> list[Event]:
    start = to_microseconds(NOON)
    opened = Event("opened", (article,), start, start, "desk")
    return [opened, event("read", article, after=1), event("opened", "x", after=seconds)]


def test_the_pace_is_the_median_of_plausible_readings() -> None:
    assert Pace().words_per_minute == WORDS_PER_MINUTE
    events = [each for seconds in (120, 130, 138, 150, 150) for each in reading(seconds)]
    noise = reading(5) + reading(9000) + reading(20, "short")
    assert compute_pace(events + noise, WORDS) == Pace(300, 5)
    assert compute_pace(events[:-3], WORDS) == AVERAGE_PACE, "not enough of them yet"
    assert compute_pace([], {}) == AVERAGE_PACE


def test_minutes_are_at_least_one() -> None:
    pace = Pace(200, 9)
    assert [pace.minutes(words) for words in (0, 3, 200, 1000)] == [0, 1, 1, 5]
