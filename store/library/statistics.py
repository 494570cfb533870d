"""What reading adds up to: by day, week and category, and how fast the reader reads."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import NamedTuple

from store.journal.events import Event
from store.library.protocol import Library
from store.model.article import WORDS_PER_MINUTE, ArticleRow
from store.model.times import from_microseconds, to_microseconds
from store.search import ListQuery

READ_KINDS = frozenset({"read"})
"""The events that statistics count."""
PACE_KINDS = frozenset({"opened", "read", "position"})
"""The events that tell how fast somebody reads."""
MIN_WORDS_PER_MINUTE, MAX_WORDS_PER_MINUTE = 60, 800
"""Words a minute beyond which an article was left open, or looked at and not read."""
MIN_PACE_WORDS = 50
"""Words below which the time says more about the keys than about the reading."""
MIN_PACE_READINGS, MAX_PACE_READINGS = 5, 100
"""Readings from which a speed is known, and how many of the last ones count."""
MAX_PACE_EVENTS = 20_000
"""The events of each machine among which the reader's own speed is looked for."""
ONE_WEEK = timedelta(days=7)
QUARTER_HOUR_MICROS = 900_000_000
"""In microseconds; every zone's days begin at one."""


class Tally(NamedTuple):
    """So many readings, and their words."""

    articles: int = 0
    words: int = 0


class Pace(NamedTuple):
    """How fast somebody reads."""

    words_per_minute: int = WORDS_PER_MINUTE
    """Words a minute."""
    readings: int = 0
    """How many readings that is the median of; 0 where it is what readers do on average."""

    def minutes(self, words: int) -> int:
        """Minutes for so many words; at least one, if there is a word."""
        return max(1, round(words / self.words_per_minute)) if words else 0


NO_READINGS, AVERAGE_PACE = Tally(), Pace()


@dataclass(frozen=True, slots=True)
class CategoryShare:
    """How much of a category is read."""

    name: str
    total: int
    read: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """What there is and what was read of it."""

    today: date
    articles: int = 0
    read: int = 0
    starred: int = 0
    readings: Tally = NO_READINGS
    """Of all times, those without a date among them; an article read twice counts twice."""
    days: Mapping[date, Tally] = field(default_factory=dict)
    """What was read on which day; a day without reading is not in it."""
    categories: tuple[CategoryShare, ...] = ()
    """The one with most articles first."""
    pace: Pace = AVERAGE_PACE
    is_complete: bool = False
    """Whether days and pace are in it."""

    @property
    def share_read(self) -> float:
        """Which part of the articles is read, from 0 to 1."""
        return self.read / self.articles if self.articles else 0.0

    @property
    def streak(self) -> int:
        """For how many days in a row something was read; today may still be missing."""
        return _streak_length(self.days, self.today) or _streak_length(
            self.days, self.today - timedelta(days=1)
        )

    @property
    def longest_streak(self) -> int:
        """The most days in a row on which something was read."""
        ends = (day for day in self.days if day + timedelta(days=1) not in self.days)
        return max((_streak_length(self.days, day) for day in ends), default=0)

    def last_days(self, number: int) -> list[tuple[date, Tally]]:
        """So many days up to today, those without reading too."""
        first = self.today - timedelta(days=number - 1)
        days = [first + timedelta(days=offset) for offset in range(number)]
        return [(day, self.days.get(day, NO_READINGS)) for day in days]

    def last_weeks(self, number: int) -> list[tuple[date, Tally]]:
        """So many weeks up to this one, by their Mondays."""
        monday = self.today - timedelta(days=self.today.weekday())
        sums = [[0, 0] for _ in range(number)]
        for day, tally in self.days.items():
            back = (monday + ONE_WEEK - timedelta(days=1) - day) // ONE_WEEK
            if 0 <= back < number:
                sums[back][0] += tally.articles
                sums[back][1] += tally.words
        return [(monday - ONE_WEEK * back, Tally(*sums[back])) for back in reversed(range(number))]


def _streak_length(days: Mapping[date, Tally], last: date) -> int:
    length = 0
    while last - timedelta(days=length) in days:
        length += 1
    return length


class DayCounter:
    """Adds up what was read on which day, event by event."""

    def __init__(self, words: Mapping[str, int], zone: tzinfo | None = None) -> None:
        """Begin with nothing.

        Args:
            words: Of each article, by id.
            zone: The reader's time zone; the system's where it is None.
        """
        self._words = words
        self._zone = zone
        self._sums: dict[date, list[int]] = {}
        self._dates: dict[int, date] = {}

    def add(self, events: Iterable[Event]) -> None:
        """Count the readings among some events."""
        for event in events:
            if event.kind == "read" and "undated" not in event.data:
                sums = self._sums.setdefault(self._day(event.at), [0, 0])
                sums[0] += len(event.articles)
                sums[1] += sum(self._words.get(article, 0) for article in event.articles)

    def _day(self, at: int) -> date:
        quarter = at // QUARTER_HOUR_MICROS
        day = self._dates.get(quarter)
        if day is None:
            day = self._dates[quarter] = local_day(at, self._zone)
        return day

    @property
    def days(self) -> Mapping[date, Tally]:
        """What was counted so far."""
        return {day: Tally(*sums) for day, sums in self._sums.items()}


def local_day(at: int, zone: tzinfo | None = None) -> date:
    """The reader's date at a moment in microseconds since 1970."""
    moment = from_microseconds(at)
    try:
        return moment.astimezone(zone).date()
    except (OverflowError, ValueError):  # the last day of the calendar has no neighbour
        return moment.date()


def compute_statistics(
    rows: Iterable[ArticleRow], days: Mapping[date, Tally], pace: Pace, today: date
) -> Statistics:
    """Add up a library.

    Args:
        rows: Of every article.
        days: What was read on which day.
        pace: How fast the reader reads.
        today: The reader's date.
    """
    articles = read = starred = readings = words = 0
    shares: dict[str, list[int]] = {}
    for row in rows:
        articles += 1
        read += row.read
        starred += row.starred
        readings += row.read_count
        words += row.read_count * row.words
        share = shares.setdefault(row.category, [0, 0])
        share[0] += 1
        share[1] += row.read
    ordered = sorted(shares, key=lambda name: (-shares[name][0], name))
    return Statistics(
        today,
        articles,
        read,
        starred,
        Tally(readings, words),
        days,
        tuple(CategoryShare(name, *shares[name]) for name in ordered),
        pace,
    )


# -- how fast --------------------------------------------------------------------------------


@dataclass(slots=True)
class _Sitting:
    article: str
    began: int
    read: bool = False


def find_sittings(events: Iterable[Event]) -> Iterator[tuple[str, float]]:
    """The articles that were read from the beginning to the end in one go, and the seconds it took.

    That is from opening one to leaving it or opening the next, if it counted as read meanwhile.

    Args:
        events: Of one machine after the other, each in order.
    """
    machine = ""
    sitting: _Sitting | None = None
    begun: set[str] = set()
    """What is gone on with the next time it is opened."""
    for event in events:
        if event.imported or len(event.articles) != 1:
            continue
        if event.machine != machine:
            machine, sitting = event.machine, None
        article = event.articles[0]
        ours = sitting is not None and sitting.article == article
        if sitting and sitting.read and (event.kind == "opened" or (ours and event.kind != "read")):
            yield sitting.article, (event.at - sitting.began) / 1e6
            sitting = None
        if event.kind == "opened":
            sitting = None if article in begun else _Sitting(article, event.at)
        elif event.kind == "position":
            (begun.add if event.data["position"] else begun.discard)(article)
            sitting = None if ours else sitting
        elif sitting and ours:
            sitting.read = True


def compute_pace(events: Iterable[Event], words: Mapping[str, int]) -> Pace:
    """How fast somebody reads: the median of the last readings that can have been any.

    Args:
        events: `SITTING`, of one machine after the other, each in order.
        words: Of each article, by id.
    """
    paces = [
        60 * words[article] / seconds
        for article, seconds in find_sittings(events)
        if seconds > 0 and words.get(article, 0) >= MIN_PACE_WORDS
    ]
    last = sorted(
        [pace for pace in paces if MIN_WORDS_PER_MINUTE <= pace <= MAX_WORDS_PER_MINUTE][
            -MAX_PACE_READINGS:
        ]
    )
    return (
        Pace(round(last[len(last) // 2]), len(last))
        if len(last) >= MIN_PACE_READINGS
        else AVERAGE_PACE
    )


# -- of a library ----------------------------------------------------------------------------


def gather_statistics(
    library: Library, now: datetime, zone: tzinfo | None = None
) -> Iterator[Statistics | None]:
    """Add up a library in steps.

    Yields:
        First what is known at once, days and pace left out; in the end all of it; None between.
    """
    rows = library.rows(ListQuery())
    words = {row.id: row.words for row in rows}
    found = compute_statistics(rows, {}, AVERAGE_PACE, local_day(to_microseconds(now), zone))
    yield found
    counting = DayCounter(words, zone)
    for events in library.events(READ_KINDS):
        counting.add(events)
        yield None
    pace = yield from find_pace(library, words)
    yield replace(found, days=counting.days, pace=pace, is_complete=True)


def find_pace(library: Library, words: Mapping[str, int]) -> Generator[None, None, Pace]:
    """Find out in steps how fast the reader has read lately.

    Args:
        library: Where it was read.
        words: Of each article, by id.
    """
    events: list[Event] = []
    for some in library.events(PACE_KINDS, MAX_PACE_EVENTS):
        events += some
        yield
    return compute_pace(events, words)
