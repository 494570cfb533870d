"""Timestamps as the library stores them: ISO 8601 in UTC; a date without a time stays a date."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone

Clock = Callable[[], datetime]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z")
ISO_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z\Z")
TIME_OF_DAY = re.compile(r"\d:\d\d|\dT\d\d|\d\s*[ap]\.?m\b", re.IGNORECASE)
UNIX_TIMESTAMP = re.compile(r"\d{9,13}\Z")
RFC_2822_DATE = re.compile(
    r"(?:[A-Z][a-z][a-z], )?\d\d? [A-Z][a-z][a-z] \d{4} \d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|GMT)"
)
"""Dates as most feeds write them: the standard library parses these reliably, and twenty times as fast as
dateutil."""
ZONES = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
"""Offsets, in hours, of the named zones of RFC 2822 (section 4.3); all others are ambiguous."""


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
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def from_microseconds(value: int) -> datetime:
    """Return the time `value` microseconds after 1970, at most the last day of the calendar."""
    try:
        return EPOCH + timedelta(microseconds=value)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def to_unix_seconds(text: str | None) -> int:
    """Return the seconds since 1970 of a stored date or time; 0 if there is none."""
    if not text:
        return 0
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return 0
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def parse_timestamp(value: object) -> str | None:
    """Parse a date or time from outside; None if it is not understood.

    Args:
        value: ISO 8601, RFC 2822, `Feb. 28, 2022`, `2022/02/28 20:04`, or seconds since 1970. A time
            without a zone, or with an ambiguous zone name, is taken as UTC.

    Returns:
        `YYYY-MM-DD` if it has no time of day, else `YYYY-MM-DDTHH:MM:SSZ`.
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, datetime):
        return _format_utc(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return _parse_unix_timestamp(value)
    text = str(value).strip()
    if ISO_DATE.match(text) or ISO_TIMESTAMP.match(text):
        return text if _parse_iso(text) else None
    if UNIX_TIMESTAMP.match(text):
        return _parse_unix_timestamp(int(text))
    return _parse_text(text) if 4 <= len(text) <= 64 else None


def _parse_iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _parse_unix_timestamp(value: float) -> str | None:
    try:
        moment = datetime.fromtimestamp(value / 1000 if abs(value) > 1e11 else value, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return format_timestamp(moment)


def _parse_text(text: str) -> str | None:
    moment = _parse_iso(text) or _parse_free_form(text)
    if moment is None:
        return None
    return _format_utc(moment) if TIME_OF_DAY.search(text) else moment.date().isoformat()


def _parse_free_form(text: str) -> datetime | None:
    if RFC_2822_DATE.fullmatch(text):
        from email.utils import parsedate_to_datetime  # imported here, like dateutil below

        with suppress(ValueError):
            return parsedate_to_datetime(text)
    from dateutil import parser  # imported here: it takes 20 ms, and few imports need it

    with suppress(ValueError, OverflowError, TypeError):
        moment = parser.parse(text, default=datetime(1970, 1, 1), tzinfos=_resolve_zone)
        if moment.year != 1970 or "70" in text:  # else the year is not in the text: no date
            return moment
    return None


def _resolve_zone(name: str | None, offset: int | None) -> timezone:
    hours = timedelta(hours=ZONES.get(name or "", 0))
    return timezone(hours if offset is None else timedelta(seconds=offset))


def _format_utc(moment: datetime) -> str | None:
    try:
        return format_timestamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (OverflowError, ValueError):
        return None
