"""Numbers, dates and durations of the query language."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from store.search.syntax_tree import Between, Measure

_NUMBER = re.compile(r"(?P<sign>>=|<=|>|<|=|)(?P<one>\d{1,12})\Z")
_RANGE = re.compile(r"(?P<one>\d{1,12})?\.\.(?P<other>\d{1,12})?\Z")
_DATE = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?\Z")
_SIGN = re.compile(r"(>=|<=|>|<|=|)(.*)\Z")
_DURATION = re.compile(r"(\d{1,4})\s*([hdwmy])[a-z]*\Z", re.IGNORECASE)

_SECONDS = {"h": 3600, "d": 86_400, "w": 604_800, "m": 2_629_800, "y": 31_557_600}

Ends = tuple[int | None, int | None]


def numbers(measure: Measure, text: str) -> Between | None:
    """`800`, `>800`, `<=200`, `100..300`, `100..` as what they include."""
    if match := _RANGE.match(text):
        one, other = (int(each) if each else None for each in match.group("one", "other"))
        return _between(measure, one, other)
    if match := _NUMBER.match(text):
        number = int(match["one"])
        return Between(measure, *_beside(match["sign"], number, number))
    return None


def dates(measure: Measure, text: str, now: int) -> Between | None:
    """`2022`, `2022-02`, `>2022-02-28`, `2021..2022`, `today` as seconds since 1970, in UTC."""
    first, dots, last = text.partition("..")
    if dots:
        one, other = _period(first, now), _period(last, now)
        if (first and one is None) or (last and other is None) or not (first or last):
            return None
        return _between(measure, one[0] if one else None, other[1] if other else None)
    sign, rest = _SIGN.findall(text)[0]
    period = _period(rest, now)
    return Between(measure, *_beside(sign, *period)) if period else None


def duration(text: str) -> int | None:
    """`12h`, `7d`, `2w`, `6m` (months), `1y` in seconds."""
    match = _DURATION.match(text)
    return int(match[1]) * _SECONDS[match[2].lower()] if match else None


def _between(measure: Measure, least: int | None, most: int | None) -> Between | None:
    """A range; nothing where its ends are the wrong way round."""
    if least is not None and most is not None and least > most:
        return None
    return Between(measure, least, most)


def _beside(sign: str, first: int, last: int) -> Ends:
    """What a sign makes of the numbers from `first` to `last`."""
    ends: dict[str, Ends] = {
        ">": (last + 1, None),
        ">=": (first, None),
        "<": (None, first - 1),
        "<=": (None, last),
    }
    return ends.get(sign, (first, last))


def _period(text: str, now: int) -> tuple[int, int] | None:
    """The first and the last second of a year, month or day."""
    if text.lower() in ("today", "yesterday"):
        today = datetime.fromtimestamp(now, UTC).date()
        start = today - timedelta(days=text.lower() == "yesterday")
        return _seconds(start), _seconds(start + timedelta(days=1)) - 1
    match = _DATE.match(text)
    if match is None:
        return None
    year, month, day = (int(each) if each else None for each in match.groups())
    try:
        start = date(year or 0, month or 1, day or 1)
        if day:
            end = start + timedelta(days=1)
        elif month:
            end = date(start.year + month // 12, month % 12 + 1, 1)
        else:
            end = date(start.year + 1, 1, 1)
    except (ValueError, OverflowError):
        return None
    return _seconds(start), _seconds(end) - 1


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
