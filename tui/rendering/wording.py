"""Times, counts, changes and errors in words: the same in every screen and command."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import TYPE_CHECKING, Any

from store.model.errors import (
    LibraryNotEmpty,
    LibraryNotReady,
    NewstuiError,
    PrivateHost,
    ServerUnreachable,
    TargetExists,
)
from store.model.results import UndoableChange
from store.model.times import DAY_SECONDS, ISO_DATE, from_microseconds, is_dated, parse_timestamp
from store.search.list_query import Matches
from store.text.clean import clean_line

if TYPE_CHECKING:
    from store.feeds.feed_store import FeedStatus
    from store.feeds.subscriptions import SubscriptionsCopy
    from store.search.saved_searches import SearchesCopy

MINUTE_SECONDS, HOUR_SECONDS = 60, 3600
WEEK_SECONDS, YEAR_SECONDS = 7 * DAY_SECONDS, 31_557_600

LATER_TAG = "later"
"""The tag of articles put off in triage."""
MONTH_LABELS = (
    "Jan.", "Feb.", "March", "April", "May", "June",
    "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec.",
)  # fmt: skip
"""The months as the Associated Press abbreviates them."""
LANGUAGE_NAMES: Mapping[str, str] = {
    "ar": "Arabic", "de": "German", "en": "English", "es": "Spanish", "fr": "French",
    "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "pl": "Polish",
    "pt": "Portuguese", "ru": "Russian", "th": "Thai", "tr": "Turkish", "zh": "Chinese",
}  # fmt: skip
"""The languages that a similar article may be in; a library of names loads slowly."""
FIRST_FULL_YEAR = "1000"
"""Years before it are not read back as `Feb. 28, 22`."""
PAGE_TEXT_LABEL = "text of its page"
LOOSE_PAGE_LABEL = "not in the library"
UPDATED_LABEL = "updated since read"
"""Marks an article that its publisher changed after it was last read."""

OPTION_HINTS: Mapping[type[NewstuiError], str] = {
    TargetExists: "--force replaces it",
    LibraryNotEmpty: "--merge adds what is missing",
    PrivateHost: "--private allows it",
    LibraryNotReady: "run `newstui library init URL`",
}
"""The option that makes a command go on in spite of an error."""
DATABASE_REMEDIES: Mapping[str, str] = {
    "backup": "`pg_dump` backs it up",
    "restore": "`pg_restore` restores what `pg_dump` backed up",
    "compact": "the server frees space by itself (autovacuum)",
    "doctor --repair": "the server repairs it, or `pg_restore` restores it",
}
"""What does the work of a command on a library in a database."""
REPAIR_HINT = "`newstui doctor --repair` repairs it"
"""The remedy for a damaged file."""
NO_DATE = "No date"

_EVENT_WORDS = {"read": ("marked", "as read"), "unread": ("marked", "as unread")}


def format_age(when: int, now: int) -> str:
    """Return an age in at most four cells: `now`, `5m`, `3h`, `2d`, `6w`, `4y`.

    Args:
        when: Seconds since 1970; see `is_dated`.
        now: Seconds since 1970.
    """
    if not is_dated(when):
        return ""
    passed = now - when
    for unit, letter in (
        (YEAR_SECONDS, "y"),
        (WEEK_SECONDS, "w"),
        (DAY_SECONDS, "d"),
        (HOUR_SECONDS, "h"),
        (MINUTE_SECONDS, "m"),
    ):
        if passed >= (2 * unit if unit == WEEK_SECONDS else unit):
            return f"{passed // unit}{letter}"
    return "now"


def format_date(text: str | None, zone: tzinfo | None = None) -> str:
    """Return a date as `Feb. 28, 2022`; empty if unknown.

    Args:
        text: An ISO date or time.
        zone: The reader's time zone; the system's if it is None. A date without a time is the
            same everywhere.
    """
    moment = _parse_iso(text)
    if moment is None:
        return text or ""
    if not ISO_DATE.match(text or ""):
        moment = _to_zone(moment, zone)
    return f"{format_day(moment)}, {moment.year}"


def format_recent_date(text: str | None, now: datetime, zone: tzinfo | None = None) -> str:
    """Return a date of today as `today 21:39`, or `today` without a time; else as `format_date` does.

    Args:
        text: An ISO date or time.
        now: The current time, with a zone.
        zone: The reader's time zone; the system's if it is None.
    """
    moment = _parse_iso(text)
    if moment is None:
        return text or ""
    is_day = ISO_DATE.match(text or "")
    local = moment if is_day else _to_zone(moment, zone)
    if local.date() != _to_zone(now, zone).date():
        return format_date(text, zone)
    return "today" if is_day else f"today {local:%H:%M}"


def format_day(day: date) -> str:
    """Return a day as `Feb. 28`."""
    return f"{MONTH_LABELS[day.month - 1]} {day.day}"


def format_short_date(text: str | None, zone: tzinfo | None = None) -> str:
    """Return an ISO date or time as `2022-02-28` in the reader's zone; empty if unknown."""
    moment = _parse_iso(text)
    if moment is None or ISO_DATE.match(text or ""):
        return text or ""
    return f"{_to_zone(moment, zone).date()}"


def format_minute(text: str | None, zone: tzinfo | None = None) -> str:
    """Return an ISO time as `2022-02-28 20:04` in the reader's zone; empty if unknown."""
    moment = _parse_iso(text)
    if moment is None:
        return text or ""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    moment = _to_zone(moment, zone)
    return f"{moment.date()} {moment:%H:%M}"


def format_exact_date(text: str | None, zone: tzinfo | None = None) -> str:
    """Return a date as `Feb. 28, 2022`; with its time if it has one, as `format_exact_time` does."""
    is_day = text is not None and ISO_DATE.match(text) and text >= FIRST_FULL_YEAR
    return format_date(text) if is_day else format_exact_time(text, zone)


def format_exact_time(text: str | None, zone: tzinfo | None = None) -> str:
    """Return an ISO time in the reader's zone with all that importing it again needs.

    Seconds, and the offset of the zone, are left out where they are zero. What would not be read back
    as the same time is returned as it is stored.
    """
    moment = _parse_iso(text)
    if moment is None or moment.tzinfo is None:
        return text or ""
    moment = _to_zone(moment, zone)
    time = f"{moment.time()}"  # without microseconds if there are none
    offset = f"{moment:%z}".removeprefix("+0000")
    time = time.removesuffix(":00") if len(time) == len("00:00:00") else time
    shown = f"{moment:%Y/%m/%d} {time}{offset}"
    return shown if parse_timestamp(shown) == text else text or ""


def format_row_date(when: int, zone: tzinfo | None = None) -> str:
    """Return the date of a row as `2022-02-28`; empty if unknown."""
    if not is_dated(when):
        return ""
    return _to_zone(from_microseconds(when * 1_000_000), zone).date().isoformat()


def label_row_date(when: int) -> str:
    """Return the date of a row as `2022-02-28`, or `No date`."""
    return format_row_date(when) if is_dated(when) else NO_DATE


def format_duration(minutes: int) -> str:
    """Return `4 min` or `3 h 29 min`."""
    hours, rest = divmod(minutes, 60)
    return f"{hours:,} h {rest} min" if hours else f"{rest} min"


def format_percentage(share: float) -> str:
    """Return a part of a whole as `43 %`; as `100 %` only if it is all of it."""
    return f"{min(round(100 * share), 99 if share < 1 else 100)} %"


def _parse_iso(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text or "")
    except ValueError:
        return None


def _to_zone(moment: datetime, zone: tzinfo | None) -> datetime:
    try:
        return moment.astimezone(zone)
    except OverflowError:  # the first or last day of the calendar
        return moment


def describe_subscriptions_copy(copy: SubscriptionsCopy) -> str:
    """Return a line about a sync-conflict copy of `feeds.opml`."""
    names = [each.display_name for each in copy.missing]
    remedy = f"`newstui feeds --import {shlex.quote(str(copy.path))}` adds them"
    return _describe_conflict_copy(copy, "feed", names, "feeds.opml", remedy)


def describe_searches_copy(copy: SearchesCopy) -> str:
    """Return a line about a sync-conflict copy of `searches.toml`."""
    remedy = "move their lines to searches.toml"
    return _describe_conflict_copy(copy, "search", list(copy.missing), "searches.toml", remedy)


def _describe_conflict_copy(
    copy: SubscriptionsCopy | SearchesCopy,
    what: str,
    missing: Sequence[str],
    original: str,
    remedy: str,
) -> str:
    name = copy.path.name
    if copy.problem:
        return f"{name} is a conflict copy that cannot be read: {copy.problem}"
    if not missing:
        return f"{name} is a redundant conflict copy and can be deleted"
    number = format_count(len(missing), what)
    names = ", ".join(missing[:3]) + (", …" if len(missing) > 3 else "")
    return f"{name} is a conflict copy with {number} that {original} lacks ({names}); {remedy}"


MISSING_TEXT = "The text of this article is not here; it may not be synced yet"


def describe_command_error(error: NewstuiError) -> str:
    """Return the text of a command's error, with the option that helps."""
    hint = next((hint for kind, hint in OPTION_HINTS.items() if isinstance(error, kind)), "")
    return join_nonempty((str(error), hint), "; ")


def describe_waiting(error: ServerUnreachable, key: str) -> str:
    """Return that a server is waited for, the key that quits, and why; the end may be cut off."""
    return f"newstui: waiting for the server ({key} quits): {error.reason} · {error.url}"


def describe_missing_capability(command: str) -> str:
    """Return why a command is not for a library in a database, and what to use instead."""
    return f"{command}: not for a library on PostgreSQL; {DATABASE_REMEDIES[command]}"


def join_nonempty(parts: Iterable[str], separator: str = " · ") -> str:
    """Join the parts that are not empty."""
    return separator.join(part for part in parts if part)


def describe_wait(seconds: int) -> str:
    """Return that the library has not answered for so long: `waiting for the library (3 s)`."""
    return "waiting for the library" + (f" ({seconds} s)" if seconds else "")


def describe_loading(done: int, total: int, *, history: bool) -> str:
    """Return the progress of loading a library: `reading history 34 %`, `loading 3 of 12`."""
    if history:
        return f"reading history {100 * done // max(1, total)} %"
    return f"loading {done} of {total}" if total else "loading"


def describe_indexing(done: int, total: int) -> str:
    """Return the progress of indexing a library: `indexing 34 %`; empty at the end."""
    return f"indexing {100 * done // total} %" if done < total else ""


def describe_visible_lines(first: int, height: int, total: int) -> str:
    """Return which lines are on the screen, as `4–13 of 20`; empty if all are."""
    if not 0 < height < total:
        return ""
    return f"{first + 1:,}–{min(first + height, total):,} of {total:,}"


def format_first_and_count(first: str, number: int) -> str:
    """Return the first of several messages and the number of the others."""
    return f"{first} (and {number - 1} more)" if number > 1 else first


def describe_event(event: str, articles: int, data: Mapping[str, Any]) -> str:
    """Return a change in words: `starred`, `tagged x`, `marked 12 articles as read`."""
    verb, what = _EVENT_WORDS.get(event, (event, ""))
    if event in ("tagged", "untagged"):
        what = clean_line(str(data.get("tag", "")))
    elif event == "edited":
        what = clean_line(", ".join(data.get("to", ())))
    count = format_count(articles, "article") if articles > 1 else ""
    return join_nonempty((verb, count, what), " ")


def summarize_change(change: UndoableChange, titles: Mapping[str, str]) -> str:
    """Return a change in words: `starred: Title`, `marked 12 articles as read`.

    Args:
        change: The change.
        titles: Titles by article id, of which that of a single article is used.
    """
    title = titles.get(change.articles[0], "") if len(change.articles) == 1 else ""
    event = describe_event(change.event, len(change.articles), change.data)
    return join_nonempty((event, title), ": ")


def format_count(number: int, noun: str) -> str:
    """Return `1 article`, `1,234 articles` or `2 stories`."""
    if number == 1:
        return f"1 {noun}"
    if noun.endswith(("py", "ry")):
        return f"{number:,} {noun[:-1]}ies"
    return f"{number:,} {noun}{'es' if noun.endswith('ch') else 's'}"


def describe_state(read: bool, starred: bool, updated: bool) -> str:
    """Return the state of an article in words."""
    marks = ("starred" if starred else "", UPDATED_LABEL if updated else "")
    return join_nonempty(("read" if read else "unread", *marks), ", ")


def describe_added(number: int, noun: str, existing: int, skipped: int = 0) -> str:
    """Return the result of an import: `3 articles added, 2 already there, 1 skipped`."""
    there = f"{existing:,} already there" if existing else ""
    left = f"{skipped:,} skipped" if skipped else ""
    return join_nonempty((f"{format_count(number, noun)} added", there, left), ", ")


def describe_empty_list(key: Callable[[str], str], *, is_all: bool, is_filtered: bool) -> str:
    """Return what a list says that is empty: why, and what to do.

    Args:
        key: Returns the key to name for a command.
        is_all: Whether it would show all articles.
        is_filtered: Whether it shows a part of its place.
    """
    if is_all:
        return f"No articles yet · {key('feeds.fetch_all')} fetch, {key('app.welcome')} add some"
    ways = f"{key('list.category')} go to a place, {key('list.search')} search"
    if is_filtered:
        return f"No matching articles · {key('list.filter')} filter, {ways}"
    return f"No articles here · {ways}"


def describe_correction(corrected: str) -> str:
    """Return a line about the matches of a corrected query; empty if nothing was corrected."""
    return f"did you mean {corrected.strip()}? (quote to insist)" if corrected else ""


def describe_matches(matches: Matches) -> str:
    """Return how matches differ from what was asked for, and why some may be missing; mostly empty."""
    loosened = "no article has all words, these have most" if matches.is_loosened else ""
    suggested = f"did you mean {matches.suggested.strip()}? (enter)" if matches.suggested else ""
    corrected = suggested or describe_correction(matches.corrected)
    return matches.unfinished_value or join_nonempty((corrected, loosened, matches.note))


def describe_language(code: str) -> str:
    """Return `in German` for `de`; empty for an empty code."""
    return f"in {LANGUAGE_NAMES.get(code, code)}" if code else ""


def format_duplicates(number: int) -> str:
    """Return the number of duplicates, as `1 copy`; empty if there is none."""
    return format_count(number, "copy") if number else ""


def format_markdown_link(title: str, url: str) -> str:
    """Return a Markdown link, with the brackets in title and URL escaped."""
    text = title.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return f"[{text}]({url.replace('(', '%28').replace(')', '%29')})"


def _format_time_ahead(text: str, now: int, zone: tzinfo | None) -> str:
    """Return a time as `13:00` if it is today, else as `Feb. 28, 13:00`."""
    moment = _parse_iso(text)
    if moment is None:
        return text
    moment, today = _to_zone(moment, zone), _to_zone(datetime.fromtimestamp(now, UTC), zone).date()
    return join_nonempty(
        ("" if moment.date() == today else format_day(moment), f"{moment:%H:%M}"), ", "
    )


def describe_feed_problem(feed: FeedStatus, now: int, zone: tzinfo | None = None) -> str:
    """Return why a feed brings nothing at the moment; empty if all is well.

    Args:
        feed: The feed.
        now: Seconds since 1970.
        zone: The reader's time zone; the system's if it is None.
    """
    until = _format_time_ahead(feed.state.not_before, now, zone) if feed.is_deferred(now) else ""
    deferred = f"next fetch after {until} (Retry-After)" if until else ""
    return join_nonempty((feed.state.error, deferred), "; ")
