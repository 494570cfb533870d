"""Numbers, dates and durations of the query language."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from store.search.syntax_tree import RangeCondition, RowMeasure

_NUMBER = re.compile(r"(?P<sign>>=|<=|>|<|=|)(?P<one>\d{1,12})\Z")
_RANGE = re.compile(r"(?P<one>\d{1,12})?\.\.(?P<other>\d{1,12})?\Z")
_DATE = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?\Z")
_SIGN = re.compile(r"(>=|<=|>|<|=|)(.*)\Z")
_DURATION = re.compile(r"(\d{1,4})\s*([hdwmy])[a-z]*\Z", re.IGNORECASE)

_SECONDS = {"h": 3600, "d": 86_400, "w": 604_800, "m": 2_629_800, "y": 31_557_600}

RangeEnds = tuple[int | None, int | None]


def parse_number_range(measure: RowMeasure, text: str) -> RangeCondition | None:
    """`800`, `>800`, `<=200`, `100..300`, `100..` as what they include."""
    if match := _RANGE.match(text):
        one, other = (int(each) if each else None for each in match.group("one", "other"))
        return _make_range(measure, one, other)
    if match := _NUMBER.match(text):
        number = int(match["one"])
        return RangeCondition(measure, *_apply_sign(match["sign"], number, number))
    return None


def parse_date_range(measure: RowMeasure, text: str, now: int) -> RangeCondition | None:
    """`2022`, `2022-02`, `>2022-02-28`, `2021..2022`, `today` as seconds since 1970, in UTC."""
    first, dots, last = text.partition("..")
    if dots:
        one, other = _parse_period(first, now), _parse_period(last, now)
        if (first and one is None) or (last and other is None) or not (first or last):
            return None
        return _make_range(measure, one[0] if one else None, other[1] if other else None)
    sign, rest = _SIGN.findall(text)[0]
    period = _parse_period(rest, now)
    return RangeCondition(measure, *_apply_sign(sign, *period)) if period else None


def parse_duration(text: str) -> int | None:
    """`12h`, `7d`, `2w`, `6m` (months), `1y` in seconds."""
    match = _DURATION.match(text)
    return int(match[1]) * _SECONDS[match[2].lower()] if match else None


def _make_range(measure: RowMeasure, least: int | None, most: int | None) -> RangeCondition | None:
    """A range; nothing where its ends are the wrong way round."""
    if least is not None and most is not None and least > most:
        return None
    return RangeCondition(measure, least, most)


def _apply_sign(sign: str, first: int, last: int) -> RangeEnds:
    """What a sign makes of the numbers from `first` to `last`."""
    ends: dict[str, RangeEnds] = {
        ">": (last + 1, None),
        ">=": (first, None),
        "<": (None, first - 1),
        "<=": (None, last),
    }
    return ends.get(sign, (first, last))


def _parse_period(text: str, now: int) -> tuple[int, int] | None:
    """The first and the last second of a year, month or day."""
    if text.lower() in ("today", "yesterday"):
        today = datetime.fromtimestamp(now, UTC).date()
        start = today - timedelta(days=text.lower() == "yesterday")
        return _epoch_seconds(start), _epoch_seconds(start + timedelta(days=1)) - 1
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
    return _epoch_seconds(start), _epoch_seconds(end) - 1


def _epoch_seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
