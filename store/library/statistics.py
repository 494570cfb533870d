"""Reading statistics: by day, week, feed and category, and the user's reading speed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import NamedTuple

from store.journal.events import Event
from store.library.protocol import Library
from store.model.article import WORDS_PER_MINUTE, ArticleRow
from store.model.errors import LibraryDamaged
from store.model.times import from_microseconds, to_microseconds
from store.text.names import common_spellings

READ_KINDS = frozenset({"read"})
"""The events that statistics count."""
PACE_KINDS = frozenset({"opened", "read", "position"})
"""The events that tell the reading speed."""
MIN_WORDS_PER_MINUTE, MAX_WORDS_PER_MINUTE = 60, 800
"""Bounds in words per minute: slower was left open, faster was looked at and not read."""
MIN_PACE_WORDS = 50
"""Words of a text whose time tells the reading speed; that of a shorter one tells more about
typing."""
MIN_PACE_READINGS, MAX_PACE_READINGS = 5, 100
"""Readings from which a speed is known, and how many of the latest ones count."""
MAX_PACE_EVENTS = 20_000
"""The latest events of each machine from which the speed is computed."""
ONE_WEEK = timedelta(days=7)
QUARTER_HOUR_MICROS = 900_000_000
"""In microseconds; the days of every time zone start at a quarter of an hour."""


class ReadingTally(NamedTuple):
    """A number of readings, and their words."""

    articles: int = 0
    words: int = 0


class Pace(NamedTuple):
    """A reading speed."""

    words_per_minute: int = WORDS_PER_MINUTE
    readings: int = 0
    """The number of readings of which it is the median; 0 for the average reader."""

    def minutes(self, words: int) -> int:
        """Return the minutes for a number of words; at least one, if there is a word."""
        return max(1, round(words / self.words_per_minute)) if words else 0


NO_READINGS, AVERAGE_PACE = ReadingTally(), Pace()
NO_NAMES: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class ReadShare:
    """A category or a feed, and how much of it has been read."""

    name: str
    total: int
    read: int

    @property
    def unread(self) -> int:
        """The number of articles that have not been read."""
        return self.total - self.read


@dataclass(frozen=True, slots=True)
class Statistics:
    """The numbers of articles and of readings."""

    today: date
    articles: int = 0
    read: int = 0
    starred: int = 0
    readings: ReadingTally = NO_READINGS
    """Of all time, including undated ones; an article read twice counts twice."""
    days: Mapping[date, ReadingTally] = field(default_factory=dict)
    """The readings by day, without those that came with an import; a day without reading is not
    in it."""
    categories: tuple[ReadShare, ...] = ()
    """The category with most articles first."""
    feeds: tuple[ReadShare, ...] = ()
    """The feeds with articles, that with most articles first; articles of no feed, which were
    imported, have an empty name."""
    pace: Pace = AVERAGE_PACE
    is_complete: bool = False
    """True if days and pace are known."""

    @property
    def share_read(self) -> float:
        """The share of articles that have been read, from 0 to 1."""
        return self.read / self.articles if self.articles else 0.0

    @property
    def first_day(self) -> date | None:
        """The first day with reading."""
        return min(self.days, default=None)

    @property
    def streak(self) -> int:
        """The number of consecutive days with reading; today may still be missing."""
        return _streak_length(self.days, self.today) or _streak_length(
            self.days, self.today - timedelta(days=1)
        )

    @property
    def longest_streak(self) -> int:
        """The greatest number of consecutive days with reading."""
        ends = (
            day for day in self.days if day == date.max or day + timedelta(days=1) not in self.days
        )
        return max((_streak_length(self.days, day) for day in ends), default=0)

    def last_days(self, number: int) -> list[tuple[date, ReadingTally]]:
        """Return the readings of a number of days up to today, with days without reading."""
        first = self.today - timedelta(days=number - 1)
        days = [first + timedelta(days=offset) for offset in range(number)]
        return [(day, self.days.get(day, NO_READINGS)) for day in days]

    def last_weeks(self, number: int) -> list[tuple[date, ReadingTally]]:
        """Return the readings of a number of weeks up to this one, by their Mondays."""
        monday = self.today - timedelta(days=self.today.weekday())
        sums = [[0, 0] for _ in range(number)]
        for day, tally in self.days.items():
            weeks_ago = (monday + ONE_WEEK - timedelta(days=1) - day) // ONE_WEEK
            if 0 <= weeks_ago < number:
                sums[weeks_ago][0] += tally.articles
                sums[weeks_ago][1] += tally.words
        return [
            (monday - ONE_WEEK * weeks_ago, ReadingTally(*sums[weeks_ago]))
            for weeks_ago in reversed(range(number))
        ]


def _streak_length(days: Mapping[date, ReadingTally], last: date) -> int:
    length = 0
    while length < last.toordinal() and last - timedelta(days=length) in days:
        length += 1
    return length


class DayCounter:
    """Sums readings by day."""

    def __init__(self, zone: tzinfo | None = None) -> None:
        """Start with no readings; the zone is that of the system if None."""
        self._zone = zone
        self._sums: dict[date, list[int]] = {}
        self._dates: dict[int, date] = {}

    def add(self, readings: Mapping[int, ReadingTally]) -> None:
        """Add some readings by quarter of an hour since 1970."""
        for quarter, tally in readings.items():
            sums = self._sums.setdefault(self._day(quarter), [0, 0])
            sums[0] += tally.articles
            sums[1] += tally.words

    def _day(self, quarter: int) -> date:
        day = self._dates.get(quarter)
        if day is None:
            day = self._dates[quarter] = local_day(quarter * QUARTER_HOUR_MICROS, self._zone)
        return day

    @property
    def days(self) -> Mapping[date, ReadingTally]:
        """The readings counted so far."""
        return {day: ReadingTally(*sums) for day, sums in self._sums.items()}


def local_day(at: int, zone: tzinfo | None = None) -> date:
    """Return the reader's date at a time in microseconds since 1970."""
    moment = from_microseconds(at)
    try:
        return moment.astimezone(zone).date()
    except (OverflowError, ValueError):  # the last day of the calendar has no neighbour
        return moment.date()


class ReadTotals(NamedTuple):
    """The numbers of the articles of a category of a feed."""

    category: str
    feed_key: str
    articles: int
    read: int
    starred: int
    readings: int
    """An article that was read twice counts twice."""
    words: int
    """The words of these readings."""


def sum_totals(rows: Iterable[ArticleRow]) -> list[ReadTotals]:
    """Return the numbers of each category of each feed."""
    sums: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        each = sums.setdefault((row.category, row.feed_key), [0] * 5)
        each[0] += 1
        each[1] += row.read
        each[2] += row.starred
        each[3] += row.read_count
        each[4] += row.read_count * row.words
    return [ReadTotals(*key, *numbers) for key, numbers in sums.items()]


def count_readings(
    events: Iterable[Event], words: Callable[[str], int]
) -> Mapping[int, ReadingTally]:
    """Count the readings among some events by quarter of an hour since 1970.

    Readings that came with an import are no readings here: another machine may have imported the
    same ones, and the program they come from may have counted otherwise.

    Args:
        events: The events.
        words: Returns the number of words of an article.
    """
    sums: dict[int, list[int]] = {}
    for event in events:
        if event.kind == "read" and not event.imported:
            each = sums.setdefault(event.at // QUARTER_HOUR_MICROS, [0, 0])
            each[0] += len(event.articles)
            each[1] += sum(map(words, event.articles))
    return {quarter: ReadingTally(*numbers) for quarter, numbers in sums.items()}


def compute_statistics(
    totals: Iterable[ReadTotals],
    days: Mapping[date, ReadingTally],
    pace: Pace,
    today: date,
    feed_names: Mapping[str, str] = NO_NAMES,
) -> Statistics:
    """Return the statistics of a library from its totals and its readings by day.

    Args:
        totals: The numbers of all of its articles.
        days: The readings by day.
        pace: The user's reading speed.
        today: The user's date.
        feed_names: The names of its feeds by their keys; a feed without one is named by its key.
    """
    articles = read = starred = readings = words = 0
    total: Counter[str] = Counter()
    read_in: Counter[str] = Counter()
    feed_total: Counter[str] = Counter()
    feed_read: Counter[str] = Counter()
    for each in totals:
        articles += each.articles
        read += each.read
        starred += each.starred
        readings += each.readings
        words += each.words
        total[each.category] += each.articles
        read_in[each.category] += each.read
        feed_total[each.feed_key] += each.articles
        feed_read[each.feed_key] += each.read
    return Statistics(
        today,
        articles,
        read,
        starred,
        ReadingTally(readings, words),
        days,
        _sum_shares(common_spellings(total), total, read_in),
        _order_shares(
            ReadShare(feed_names.get(key, key), count, feed_read[key])
            for key, count in feed_total.items()
        ),
        pace,
    )


def _sum_shares(
    names: Mapping[str, str], total: Mapping[str, int], read: Mapping[str, int]
) -> tuple[ReadShare, ...]:
    """Return the sums of the counts of all keys with the same name."""
    sums: dict[str, list[int]] = {}
    for key, name in names.items():
        counts = sums.setdefault(name, [0, 0])
        counts[0] += total[key]
        counts[1] += read[key]
    return _order_shares(ReadShare(name, *counts) for name, counts in sums.items())


def _order_shares(shares: Iterable[ReadShare]) -> tuple[ReadShare, ...]:
    return tuple(sorted(shares, key=lambda each: (-each.total, each.name)))


# -- how fast --------------------------------------------------------------------------------


@dataclass(slots=True)
class _Sitting:
    article: str
    began: int
    read: bool = False


def find_sittings(events: Iterable[Event]) -> Iterator[tuple[str, float]]:
    """Yield the articles that were read in one sitting, and the seconds it took.

    A sitting lasts from opening an article to leaving it or opening the next one, if it was marked
    as read meanwhile. The events are those of one machine after the other, each in order.
    """
    machine = ""
    sitting: _Sitting | None = None
    unfinished: set[str] = set()
    """Articles that were left in the middle."""
    for event in events:
        if event.imported or len(event.articles) != 1:
            continue
        if event.machine != machine:
            machine, sitting = event.machine, None
        article = event.articles[0]
        is_current = sitting is not None and sitting.article == article
        is_end = event.kind == "opened" or (is_current and event.kind != "read")
        if sitting and sitting.read and is_end:
            yield sitting.article, (event.at - sitting.began) / 1e6
            sitting = None
        if event.kind == "opened":
            sitting = None if article in unfinished else _Sitting(article, event.at)
        elif event.kind == "position":
            (unfinished.add if event.data["position"] else unfinished.discard)(article)
            sitting = None if is_current else sitting
        elif sitting and is_current:
            sitting.read = True


def compute_pace(events: Iterable[Event], words: Mapping[str, int]) -> Pace:
    """Return the median speed of the latest plausible readings.

    The events are of `PACE_KINDS`, of one machine after the other, each in order.
    """
    paces = [
        60 * words[article] / seconds
        for article, seconds in find_sittings(events)
        if seconds > 0 and words.get(article, 0) >= MIN_PACE_WORDS
    ]
    plausible = [pace for pace in paces if MIN_WORDS_PER_MINUTE <= pace <= MAX_WORDS_PER_MINUTE]
    last = sorted(plausible[-MAX_PACE_READINGS:])
    if len(last) < MIN_PACE_READINGS:
        return AVERAGE_PACE
    return Pace(round(last[len(last) // 2]), len(last))


# -- of a library ----------------------------------------------------------------------------


def gather_statistics(
    library: Library, now: datetime, zone: tzinfo | None = None
) -> Iterator[Statistics | None]:
    """Compute the statistics of a library in steps.

    Yields:
        First what is known at once, without days and pace; finally everything; None in between.
    """
    today, names = local_day(to_microseconds(now), zone), _read_feed_names(library)
    found = compute_statistics(library.read_totals(), {}, AVERAGE_PACE, today, names)
    yield found
    counting = DayCounter(zone)
    for readings in library.readings():
        counting.add(readings)
        yield None
    pace = yield from find_pace(library)
    yield replace(found, days=counting.days, pace=pace, is_complete=True)


def _read_feed_names(library: Library) -> Mapping[str, str]:
    try:
        return {each.key: each.display_name for each in library.feeds.subscriptions()}
    except LibraryDamaged:  # reported where feeds are fetched or listed
        return NO_NAMES


def find_pace(library: Library) -> Generator[None, None, Pace]:
    """Compute in steps the speed at which the user has read lately."""
    events: list[Event] = []
    for batch in library.events(PACE_KINDS, MAX_PACE_EVENTS):
        events += batch
        yield
    return measure_pace(library, events)


def measure_pace(library: Library, events: Sequence[Event]) -> Pace:
    """Return the speed of the latest readings; the events are as for `compute_pace`."""
    opened = {event.articles[0] for event in events if event.kind == "opened" and event.articles}
    return compute_pace(events, library.word_counts(opened))
