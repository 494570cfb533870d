"""Timestamps as the library stores them: ISO 8601 in UTC; a date without a time stays a date."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta

Clock = Callable[[], datetime]

DAY_SECONDS = 86_400
UNDATED = -(10**12)
"""The seconds of a row without a date: before every date of the calendar."""
MAX_CLOCK_SKEW = DAY_SECONDS
"""Seconds a date may lie in the future, because time zones are often wrong."""
NO_DATE = "0001-01-01"
"""What Go and .NET write where there is no date."""
FIRST_YEAR = 1500
"""Years before it, in dates of numbers that are not in our own form, are of another calendar, as 1403 in Iran."""
MONTH_NAME = re.compile(r"\b(?!UTC\b|GMT\b)[^\W\d_\u0590-\uffff]{3}")
"""The beginning of a month in a European language, which is of our calendar; in others it may be a weekday."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z")
ISO_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT(?!24)\d\d:\d\d:\d\d(\.\d+)?Z\Z")
"""A time as it is stored; Python 3.14 also reads 24:00, the next midnight."""
ZERO_MILLISECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.0+Z")
TIME_OF_DAY = re.compile(r"\d:\d\d|\dT\d\d|\d\s*[ap]\.?m\b", re.IGNORECASE)
DOTTED_TIME = re.compile(r" \d\d\.\d\d\Z")
"""Hours and minutes as many languages write them, which some versions of Python read as a part of an hour."""
UNIX_TIMESTAMP = re.compile(r"\d{9,19}(?:\.\d+)?\Z")
RFC_2822_DATE = re.compile(
    r"(?:[A-Z][a-z][a-z], )?\d\d? [A-Z][a-z][a-z] [1-9]\d{3} \d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|GMT)"
)
"""Dates as most feeds write them: the standard library parses these reliably, and twenty times as fast as
dateutil."""
MIN_DATE_LENGTH, MAX_DATE_LENGTH = 4, 100
DOTNET_DATE = re.compile(r"/?Date\((-?\d+)(?:[+-]\d{4})?\)/?")
COMPACT_TIME = re.compile(
    r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{4}(?:\d\d(?:\d{3})?)?"
)
"""A date and a time without signs between them, perhaps with milliseconds."""
COMPACT_TIME_LENGTH = 14
MAX_NANOSECONDS = 41 * 10**17
MAX_FILETIME = 2 * 10**17
"""Tenths of microseconds since 1601, as Windows counts; as nanoseconds it would be before 1977."""
WINDOWS_EPOCH_OFFSET = 11_644_473_600
"""Seconds from 1601, where WebKit and Windows begin to count, to 1970."""


def system_clock() -> datetime:
    """Return the current time, in UTC."""
    return datetime.now(UTC)


def format_timestamp(moment: datetime) -> str:
    """Format a time as `2022-02-28T20:04:00Z`, with microseconds if it has any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def current_timestamp(clock: Clock) -> str:
    """Return the current time to the second: `2022-02-28T20:04:00Z`."""
    return format_timestamp(clock().replace(microsecond=0))


def to_microseconds(moment: datetime) -> int:
    """Return the microseconds since 1970, UTC."""
    since = moment - EPOCH  # dividing by a timedelta takes four times as long, for every event
    return (since.days * DAY_SECONDS + since.seconds) * 1_000_000 + since.microseconds


def from_microseconds(value: int) -> datetime:
    """Return the time `value` microseconds after 1970, at most the last day of the calendar."""
    try:
        return EPOCH + timedelta(microseconds=value)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def has_time_of_day(text: str) -> bool:
    """Return True if a stored date says more than the day; midnight mostly stands for the day."""
    return "T" in text and "T00:00:00" not in text


def to_unix_seconds(text: str | None) -> int:
    """Return the seconds since 1970 of a stored date or time; 0 if there is none."""
    if not text:
        return 0
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return 0
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def is_dated(seconds: int) -> bool:
    """Return True if the seconds of a row are those of a date."""
    return seconds not in (0, UNDATED)


def to_sort_seconds(date: str | None, added_at: int) -> int:
    """Return the seconds by which an article is sorted; `UNDATED` if it has no date.

    A date in the future counts as the time it was added, so that it does not stay on top.
    """
    try:
        moment = datetime.fromisoformat(date or "")
    except ValueError:
        return UNDATED
    seconds = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    return added_at if 0 < added_at < seconds - MAX_CLOCK_SKEW else seconds


def trim_milliseconds(text: str) -> str:
    """Return a time without the milliseconds that JavaScript writes although they are zero."""
    return f"{text[:19]}Z" if ZERO_MILLISECONDS.fullmatch(text) else text


def parse_timestamp(
    value: object, language: str = "", *, is_day_first: bool | None = None
) -> str | None:
    """Parse a date or time from outside; None if it is not understood.

    Args:
        value: ISO 8601, RFC 2822, `Feb. 28, 2022`, `28. Februar 2022`, `2022/02/28 20:04`, or a number since
            1970 (seconds to nanoseconds) or since 1601 (microseconds, as WebKit counts). A time without
            a zone, or with an ambiguous zone name, is taken as UTC.
        language: The language of the text, such as `pt-BR`; it decides about `3/4/2022`.
        is_day_first: True if day comes before month in other dates of its source; it decides before the language.

    Returns:
        `YYYY-MM-DD` if it has no time of day, else `YYYY-MM-DDTHH:MM:SSZ`.
    """
    if isinstance(value, bool) or value is None or str(value).startswith(NO_DATE):
        return None
    if isinstance(value, datetime):
        return _format_utc(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int) and (1000 <= value <= 9999 or 19000101 <= value <= 21001231):
        value = str(value)  # a year or a day that YAML reads as a number
    if isinstance(value, int | float):
        return _parse_unix_timestamp(value)
    text = " ".join(str(value).split()) if len(str(value)) <= MAX_DATE_LENGTH else ""
    if (ISO_DATE.match(text) or ISO_TIMESTAMP.match(text)) and _parse_iso(text):
        return trim_milliseconds(text)
    if match := DOTNET_DATE.fullmatch(text):
        return _parse_unix_timestamp(int(match[1]) / 1000)
    if UNIX_TIMESTAMP.match(text) and not COMPACT_TIME.fullmatch(text):
        return _parse_unix_timestamp(float(text) if "." in text else int(text))
    if COMPACT_TIME.fullmatch(text):
        text = text[:COMPACT_TIME_LENGTH]
    return _parse_text(text, language, is_day_first) if len(text) >= MIN_DATE_LENGTH else None


def _parse_iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _parse_unix_timestamp(value: float) -> str | None:
    """Parse a number in the unit that its size suggests."""
    size = abs(value)
    if size > MAX_NANOSECONDS:
        return None
    try:
        if 1e17 <= size < MAX_FILETIME:
            moment = from_microseconds(int(value) // 10) - timedelta(seconds=WINDOWS_EPOCH_OFFSET)
        elif size >= 1e17:
            moment = from_microseconds(int(value) // 1000)
        elif size >= 1e16:
            moment = from_microseconds(int(value)) - timedelta(seconds=WINDOWS_EPOCH_OFFSET)
        elif size >= 1e14:
            moment = from_microseconds(int(value))
        else:
            moment = datetime.fromtimestamp(value / 1000 if size > 1e11 else value, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return format_timestamp(moment) if moment.year < MAXYEAR else None


def _parse_text(text: str, language: str, is_day_first: bool | None) -> str | None:
    moment = None if DOTTED_TIME.search(text) else _parse_iso(text.upper().replace("/", "-"))
    moment = moment or _parse_free_form(text, language, is_day_first)
    if moment is None or moment.year == MINYEAR:
        return None
    if moment.year < FIRST_YEAR and not MONTH_NAME.search(text):
        return None
    is_time = TIME_OF_DAY.search(text) or moment.time() != time(0)
    return _format_utc(moment) if is_time else moment.date().isoformat()


def _parse_free_form(text: str, language: str, is_day_first: bool | None) -> datetime | None:
    if RFC_2822_DATE.fullmatch(text):
        from email.utils import parsedate_to_datetime  # imported here, like dateutil below

        with suppress(ValueError):
            return parsedate_to_datetime(text)
    from store.model.date_text import read_date  # imported here: few dates need it

    return read_date(text, language, is_day_first=is_day_first)


def _format_utc(moment: datetime) -> str | None:
    try:
        return format_timestamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (OverflowError, ValueError):
        return None
