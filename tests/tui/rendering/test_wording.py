"""Times and counts in words."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone

import pytest

from store.feeds.feed_store import FeedState, FeedStatus
from store.feeds.subscriptions import Subscription
from store.model.times import DAY_SECONDS
from tui.rendering.wording import (
    HOUR_SECONDS,
    MINUTE_SECONDS,
    WEEK_SECONDS,
    YEAR_SECONDS,
    describe_feed_problem,
    format_age,
    format_count,
    format_date,
    format_minute,
    format_row_date,
    join_nonempty,
)

NOW = 1_800_000_000
EAST, WEST = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (0, "now"),
        (MINUTE_SECONDS - 1, "now"),
        (MINUTE_SECONDS, "1m"),
        (HOUR_SECONDS - 1, "59m"),
        (HOUR_SECONDS, "1h"),
        (DAY_SECONDS - 1, "23h"),
        (DAY_SECONDS, "1d"),
        (2 * WEEK_SECONDS - 1, "13d"),
        (2 * WEEK_SECONDS, "2w"),
        (YEAR_SECONDS - 1, "52w"),
        (YEAR_SECONDS, "1y"),
        (50 * YEAR_SECONDS, "50y"),
        (-DAY_SECONDS, "now"),
    ],
)
def test_age(passed: int, words: str) -> None:
    """Case 97: a time in the future is not older than now."""
    assert format_age(NOW - passed, NOW) == words


def test_age_without_a_date() -> None:
    assert format_age(0, NOW) == ""


@pytest.mark.parametrize("when", [1, NOW // 3, NOW, NOW + YEAR_SECONDS])
def test_age_fits_its_column(when: int) -> None:
    assert 1 <= len(format_age(when, NOW)) <= 4


def test_a_date_is_the_same_everywhere_and_a_time_is_local() -> None:
    for zone in (UTC, EAST, WEST):
        assert format_date("2022-02-28", zone) == "Feb. 28, 2022"
    assert format_date("2022-02-28T20:04:00Z", UTC) == "Feb. 28, 2022"
    assert format_date("2022-02-28T20:04:00Z", EAST) == "March 1, 2022"
    assert format_minute("2022-02-28T20:04:00Z", UTC) == "2022-02-28 20:04"
    assert format_minute("2022-02-28T20:04:00Z", EAST) == "2022-03-01 10:04"
    assert format_minute("2022-02-28", WEST) == "2022-02-27 12:00"
    assert format_row_date(NOW, UTC) == "2027-01-15"


def test_an_invalid_date_is_shown_unchanged() -> None:
    assert (format_date(None), format_minute(None), format_row_date(0)) == ("", "", "")
    assert (format_date("soon"), format_minute("soon")) == ("soon", "soon")
    assert format_date("2022-02-30") == "2022-02-30"


@pytest.mark.parametrize("zone", [EAST, WEST])
@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_the_ends_of_the_calendar(text: str, zone: timezone) -> None:
    """Case 97: the first and the last day are shown in every zone."""
    year = int(text[:4])
    assert format_date(text, zone).endswith(f" {year}")
    assert int(format_minute(text, zone).partition("-")[0]) == year
    assert format_row_date(253_402_300_799, zone) == "9999-12-31"
    assert format_row_date(-62_135_596_800, zone) == "0001-01-01"


def test_counts_and_parts() -> None:
    assert [format_count(n, "article") for n in (0, 1, 2, 1234)] == [
        "0 articles",
        "1 article",
        "2 articles",
        "1,234 articles",
    ]
    nouns = ("copy", "story", "day", "match")
    assert [format_count(2, noun) for noun in nouns] == [
        "2 copies",
        "2 stories",
        "2 days",
        "2 matches",
    ]
    assert join_nonempty(["a", "", "b"]) == "a · b"
    assert join_nonempty([]) == ""


@pytest.mark.parametrize(
    ("state", "problem"),
    [
        (FeedState(), ""),
        (FeedState(error="404 Not Found"), "404 Not Found"),
        (
            FeedState(not_before="2027-01-15T09:00:00Z"),
            "next fetch after 09:00 (Retry-After)",
        ),
        (
            FeedState(not_before="2027-01-16T09:00:00Z"),
            "next fetch after Jan. 16, 09:00 (Retry-After)",
        ),
        (FeedState(not_before="2027-01-15T07:00:00Z"), ""),
    ],
)
def test_feed_problems(state: FeedState, problem: str) -> None:
    """Case 88: a deferred feed names the time of its next fetch."""
    feed = FeedStatus(Subscription("https://harbour.example/feed"), state)
    assert describe_feed_problem(feed, NOW, UTC) == problem
