"""Events as rows of the table `event`, and their order; all inside of a transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from store.journal.events import NO_EVENT_DATA, Event, NewEvent, order_events
from store.model.times import to_microseconds
from store.postgres.access import Access
from store.postgres.connection import Cursor
from store.postgres.states import SHARED_ACCOUNT
from store.postgres.values import storable_json, storable_text

SHARED_DELETIONS = frozenset({"deleted", "restored"})
"""Events that count for everyone if they are of the owner of a library."""

EVENT_COLUMNS = "kind, articles, at, ord, machine, data"
"""The columns of an `Event`, in the order of `event_from_columns`."""

MAX_SOUGHT_ARTICLES = 10_000
"""Articles whose events are looked for in the index."""
FETCHED_AT_ONCE = 1000
"""Events that are read from the server at once."""

CLOCK_LIMIT = (1 << 53) - (1 << 50)
"""The latest time that a clock is believed (the year 2219): the stamp of an event fits into a `bigint`."""
READING, ADDING = 2, 3
"""What is locked: the reading states of a library, or the addition of articles to it."""

LOCK = (
    "select pg_advisory_xact_lock(hashtext('newstui') # %s::int, library) from"
    " (select unnest(%s::int[]) as library order by 1) ordered"
)
LATEST_ORDER = (
    "select coalesce(max(ord), 0), newstui.mine() from unnest(%s::int[]) as mine(id), lateral"
    " (select ord from newstui.event where library = id and account = session_user"
    " order by ord desc limit 1) latest"
)
LOCATE = (  # a lateral with a limit: each id is looked up, whatever the planner knows of the table
    "select wanted, found.library from unnest(%s::text[]) as wanted cross join lateral ("
    "   select library from unnest(%s::int[]) with ordinality as mine(id, turn)"
    "   join newstui.article on library = mine.id and article.id = wanted order by turn limit 1"
    " ) found"
)
INSERT = (
    "insert into newstui.event (library, account, machine, ord, checksum, at, kind, articles, data,"
    " shared, got) values (%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s, 0) on conflict do nothing"
)


class Owner(NamedTuple):
    """Whose reading state an event changes."""

    library: int
    account: str
    """`SHARED_ACCOUNT` if it counts for everyone of the library."""


class StoredEvent(NamedTuple):
    """An event with where it is stored."""

    owner: Owner
    event: Event


def event_from_columns(columns: Iterable[Any]) -> Event:
    """Return the event of a row."""
    kind, articles, at, order, machine, data = columns
    return Event(kind, tuple(articles), at, order, machine, data or NO_EVENT_DATA)


def locate(cursor: Cursor, access: Access, articles: Collection[str]) -> dict[str, int]:
    """Return the libraries of articles by id, deleted or not; those that are new are in none."""
    cursor.execute(LOCATE, [list(articles), list(access.libraries)])
    return dict(cursor.fetchall())


def lock_libraries(cursor: Cursor, libraries: Iterable[int]) -> None:
    """Wait until nobody else changes reading states in these libraries, and keep others from it.

    In the order of their numbers, so that no two transactions wait for each other. The numbers of
    events are given under the same lock (`newstui.number`).
    """
    cursor.execute(LOCK, [READING, sorted(set(libraries))])


def lock_adding(cursor: Cursor, libraries: Iterable[int]) -> None:
    """Wait until nobody else adds articles to these libraries, and keep others from it.

    This lock comes before that of `lock_libraries`.
    """
    cursor.execute(LOCK, [ADDING, sorted(set(libraries))])


def locate_and_lock(
    cursor: Cursor, access: Access, articles: Collection[str]
) -> tuple[dict[str, int], int]:
    """Lock the libraries that articles are in.

    Returns:
        The libraries of the articles by id, and the greatest order of the account's events. Both
        hold until the transaction ends: nobody can share a folder now.
    """
    while True:
        is_single = len(access.libraries) == 1
        found = {} if is_single else locate(cursor, access, articles)
        lock_libraries(cursor, (found.get(each, access.own) for each in articles))
        is_found = is_single or locate(cursor, access, articles) == found
        latest, members = _read_latest(cursor, access)
        if is_found and members == set(access.libraries):
            return found, latest
        access.read_memberships()  # some were moved to another library just now


def place_events(cursor: Cursor, access: Access, new: Sequence[NewEvent]) -> list[Event]:
    """Return events behind all others of this account, whatever the clocks of its machines say.

    Raises:
        ValueError: An event is not valid.
    """
    latest, _ = _read_latest(cursor, access)
    return order_after(latest, access, new)


def _read_latest(cursor: Cursor, access: Access) -> tuple[int, set[int]]:
    """Return the greatest order of the account's events, and the libraries of which it is a member."""
    cursor.execute(LATEST_ORDER, [list(access.libraries)])
    ((latest, members),) = cursor.fetchall()
    return latest, set(members)


def order_after(latest: int, access: Access, new: Sequence[NewEvent]) -> list[Event]:
    """Return events with orders greater than that of the latest one.

    Raises:
        ValueError: An event is not valid.
    """
    now = min(to_microseconds(access.clock()), CLOCK_LIMIT)
    return order_events(new, access.machine, now, latest)


def part_event(event: Event, access: Access, libraries: Mapping[str, int]) -> list[StoredEvent]:
    """Return the parts of an event, one for each owner of the states that it changes.

    Args:
        event: The event.
        access: The account and its libraries; what is in none belongs to its own.
        libraries: The libraries of its articles, by id.
    """
    parts: dict[Owner, list[str]] = {}
    is_for_all = event.kind in SHARED_DELETIONS
    for article in event.articles:
        library = libraries.get(article, access.own)
        is_shared = is_for_all and library in access.owned
        owner = Owner(library, SHARED_ACCOUNT if is_shared else access.account)
        parts.setdefault(owner, []).append(article)
    return [
        StoredEvent(owner, event._replace(articles=tuple(articles)))
        for owner, articles in parts.items()
    ]


def insert_events(cursor: Cursor, access: Access, events: Sequence[StoredEvent]) -> None:
    """Store events of this account."""
    rows = [_event_to_columns(each, access.account) for each in events]
    if len(rows) == 1:
        cursor.execute(INSERT, rows[0])
    elif rows:
        cursor.executemany(INSERT, rows)


def _event_to_columns(stored: StoredEvent, account: str) -> tuple[Any, ...]:
    owner, event = stored
    return (
        owner.library,
        account,
        event.machine,
        event.order,
        event.event_id[1],
        event.at,
        event.kind,
        list(event.articles),
        storable_json(dict(event.data)),
        owner.account == SHARED_ACCOUNT,
    )


def storable_event(new: NewEvent) -> NewEvent:
    """Return an event whose ids can be stored; its data are encoded later."""
    return NewEvent(new.kind, tuple(map(storable_text, new.articles)), new.data, new.at)


def is_stored(cursor: Cursor, access: Access, stored: StoredEvent) -> bool:
    """Return True if an event of this account is stored."""
    owner, event = stored
    cursor.execute(
        "select 1 from newstui.event where (library, account, machine, ord, checksum, kind)"
        " = (%s, %s, %s, %s, %s, %s)",
        [owner.library, access.account, event.machine, event.order, event.event_id[1], event.kind],
    )
    return cursor.fetchone() is not None


def events_about(cursor: Cursor, owner: Owner, articles: Collection[str]) -> Iterator[Event]:
    """Yield the events that the states of articles are made of, and some of other articles.

    Those that undo others come first.
    """
    is_mine = "shared" if owner.account == SHARED_ACCOUNT else "account = %s and not shared"
    parameters: list[Any] = [owner.library] + [owner.account] * (owner.account != SHARED_ACCOUNT)
    is_about = ""
    if len(articles) <= MAX_SOUGHT_ARTICLES:  # of more, all events are read
        is_about = " and articles && %s::text[]"
        parameters.append(list(articles))
    for is_undo in ("kind = 'undone'", "kind <> 'undone'"):
        with cursor.connection.cursor("events") as found:  # of the server: there may be many
            found.itersize = FETCHED_AT_ONCE
            found.execute(
                f"select {EVENT_COLUMNS} from newstui.event where library = %s and {is_mine}"
                f"{is_about} and {is_undo} order by ord",
                parameters,
            )
            yield from map(event_from_columns, found)
