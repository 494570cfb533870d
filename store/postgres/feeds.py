"""The feeds of a library on PostgreSQL: subscriptions, and the state of each, which machines share."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields, replace
from typing import Any

from store.feeds.feed_store import (
    FeedState,
    FeedStore,
    FetchResult,
    merge_fetched,
    state_from_json,
    state_to_json,
)
from store.feeds.subscriptions import Subscription, SubscriptionsCopy
from store.model.article import Rejection
from store.model.errors import LibraryReadOnly
from store.postgres.connection import Cursor
from store.postgres.side_connection import SideConnection
from store.postgres.values import storable_json
from store.text.clean import clean_line
from store.text.names import clean_name

MAX_FIELD_CELLS = 4000
LIST_FIELDS = frozenset({"former_urls", "tags"})
"""The fields of a subscription that are tuples."""


class PostgresFeedStore(FeedStore):
    """The feeds of all libraries of an account, for any thread.

    A feed is in one library with its articles. Those of a library that others write are listed as
    paused: they are not fetched here.
    """

    def __init__(self, connection: SideConnection) -> None:
        """Read nothing yet."""
        self.cache = connection.access.cache
        self._access = connection.access
        self._connection = connection

    @property
    def signature(self) -> object:
        """The number of feeds, and that of their last change."""
        return self._connection.last_rows(
            "select count(*), max(got) from newstui.feed where library = any(%s)",
            [list(self._access.libraries)],
        )

    def _read(self, column: str) -> dict[str, tuple[int, Any]]:
        """Return library and a column of each feed by its key; the first library counts."""
        found = self._connection.last_rows(
            f"select key, library, {column} from newstui.feed where library = any(%(libraries)s)"
            " order by array_position(%(libraries)s::int[], library) desc",
            {"libraries": list(self._access.libraries)},
        )
        return {key: (library, value) for key, library, value in found}

    def subscriptions(self) -> list[Subscription]:
        """Return every feed, by name."""
        writable = self._access.writable
        feeds = (
            replace(feed, paused=True) if library not in writable else feed
            for library, value in self._read("subscription").values()
            if (feed := subscription_from_json(value)).url
        )
        return sorted(feeds, key=lambda each: (each.display_name.casefold(), each.key))

    def list_rejected(self) -> Sequence[Rejection]:
        """Return nothing: what cannot be subscribed to is not put."""
        return ()

    def find_copies(self) -> Iterator[SubscriptionsCopy]:
        """Yield nothing: there is no file."""
        yield from ()

    def states(self) -> dict[str, FeedState]:
        """Return the states of the feeds, whoever fetched them."""
        return {key: state_from_json(value) for key, (_, value) in self._read("state").items()}

    def update(self, put: Iterable[Subscription] = (), remove: Iterable[Subscription] = ()) -> None:
        """Add, change or remove subscriptions."""
        added, removed = list(put), [each.key for each in remove]

        def work(cursor: Cursor) -> None:
            existing = self._lock(cursor, [*(each.key for each in added), *removed])
            for key in removed:
                if key in existing:
                    cursor.execute(
                        "delete from newstui.feed where library = %s and key = %s",
                        [self._writable(existing, key), key],
                    )
            for each in added:
                is_new = each.key not in existing
                library = (
                    self._access.library_for(each.category or each.display_name)
                    if is_new
                    else self._writable(existing, each.key)
                )
                _put(cursor, library, each)

        self._connection.change(work)

    def _lock(self, cursor: Cursor, keys: Collection[str]) -> dict[str, tuple[int, Subscription]]:
        """Return library and subscription of the feeds that are there, and keep others from them."""
        parameters = {"libraries": list(self._access.libraries), "keys": list(keys)}
        cursor.execute(
            "select key, library, subscription from newstui.feed"
            " where library = any(%(libraries)s) and key = any(%(keys)s)"
            " order by array_position(%(libraries)s::int[], library) desc, key",
            parameters,
        )
        found = {
            key: (library, subscription_from_json(value))
            for key, library, value in cursor.fetchall()
        }
        cursor.execute(  # those that may be changed: others are not found for it
            "select 1 from newstui.feed where library = any(%(libraries)s) and key = any(%(keys)s)"
            " order by library, key for update",
            parameters | {"libraries": list(self._access.writable)},
        )
        return found

    def _writable(self, existing: Mapping[str, tuple[int, Subscription]], key: str) -> int:
        library, feed = existing[key]
        if library not in self._access.writable:
            raise LibraryReadOnly(f"{feed.display_name} is in a folder that others write")
        return library

    def save_results(self, results: Sequence[FetchResult]) -> None:
        """Save what fetching found out; the feeds are read again and locked."""

        def work(cursor: Cursor) -> None:
            existing = self._lock(cursor, [each.subscription.key for each in results])
            for each in results:
                library, old = existing.get(each.subscription.key, (0, None))
                if old is None or library not in self._access.writable:
                    continue
                if (new := merge_fetched(old, each.subscription)) != old:
                    _put(cursor, library, new)
                cursor.execute(
                    "update newstui.feed set state = %s::jsonb where library = %s and key = %s",
                    [storable_json(state_to_json(each.state)), library, old.key],
                )

        self._connection.change(work)


def _put(cursor: Cursor, library: int, feed: Subscription) -> None:
    cursor.execute(
        "insert into newstui.feed (library, key, subscription, name, category)"
        " values (%s, %s, %s::jsonb, %s, %s) on conflict (library, key) do update set"
        " subscription = excluded.subscription, name = excluded.name,"
        " category = excluded.category",
        [
            library,
            feed.key,
            storable_json(subscription_to_json(feed)),
            clean_line(feed.display_name),
            clean_name(feed.category or feed.display_name),
        ],
    )


def subscription_to_json(feed: Subscription) -> dict[str, Any]:
    """Return a subscription as JSON, without what is empty."""
    return {name: value for name, value in asdict(feed).items() if value}


def subscription_from_json(value: Mapping[str, Any]) -> Subscription:
    """Return the subscription that `subscription_to_json` encoded, safe to show whoever wrote it.

    Fields that are unknown, or of another type, are left out; without a valid URL it has none.
    """
    known: dict[str, Any] = {"url": ""}
    for each in fields(Subscription):
        given = value.get(each.name)
        if isinstance(given, list | tuple) and each.name in LIST_FIELDS:
            known[each.name] = tuple(clean_line(one) for one in given if isinstance(one, str))
        elif isinstance(given, str) and each.type == "str":
            known[each.name] = clean_line(given, limit=MAX_FIELD_CELLS)
        elif type(given).__name__ == each.type:
            known[each.name] = given
    return Subscription(**known)
