"""The feeds of a library on PostgreSQL: subscriptions, and the state of each, which machines share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from typing import Any

from psycopg.types.json import Jsonb

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
from store.postgres.connection import Cursor
from store.postgres.side_connection import SideConnection

LIST_FIELDS = frozenset({"former_urls", "tags"})
"""The fields of a subscription that are tuples."""


class PostgresFeedStore(FeedStore):
    """The feeds of an account's own library, for any thread."""

    def __init__(self, connection: SideConnection) -> None:
        """Read nothing yet."""
        self.cache = connection.access.cache
        self._access = connection.access
        self._connection = connection

    @property
    def _own(self) -> list[int]:
        return [self._access.own]

    @property
    def signature(self) -> object:
        """The number of feeds, and that of their last change."""
        return self._connection.last_rows(
            "select count(*), max(got) from newstui.feed where library = %s", self._own
        )

    def subscriptions(self) -> list[Subscription]:
        """Return every feed, by name."""
        found = self._connection.last_rows(
            "select subscription from newstui.feed where library = %s", self._own
        )
        return sorted(
            (subscription_from_json(value) for (value,) in found),
            key=lambda each: (each.display_name.casefold(), each.key),
        )

    def list_rejected(self) -> Sequence[Rejection]:
        """Return nothing: what cannot be subscribed to is not put."""
        return ()

    def find_copies(self) -> Iterator[SubscriptionsCopy]:
        """Yield nothing: there is no file."""
        yield from ()

    def states(self) -> dict[str, FeedState]:
        """Return the states of the feeds, whichever machine fetched them."""
        found = self._connection.last_rows(
            "select key, state from newstui.feed where library = %s", self._own
        )
        return {key: state_from_json(value) for key, value in found}

    def update(self, put: Iterable[Subscription] = (), remove: Iterable[Subscription] = ()) -> None:
        """Add, change or remove subscriptions."""
        added, removed = list(put), [each.key for each in remove]

        def work(cursor: Cursor) -> None:
            cursor.execute(
                "delete from newstui.feed where library = %s and key = any(%s)",
                [self._access.own, removed],
            )
            for each in added:
                self._put(cursor, each)

        self._connection.change(work)

    def save_results(self, results: Sequence[FetchResult]) -> None:
        """Save what fetching found out; the feeds are read again and locked."""

        def work(cursor: Cursor) -> None:
            found = cursor.execute(
                "select key, subscription from newstui.feed where library = %s and key = any(%s)"
                " order by key for update",
                [self._access.own, [each.subscription.key for each in results]],
            )
            existing = {key: subscription_from_json(value) for key, value in found}
            for each in results:
                if (old := existing.get(each.subscription.key)) is not None:
                    if (new := merge_fetched(old, each.subscription)) != old:
                        self._put(cursor, new)
                    cursor.execute(
                        "update newstui.feed set state = %s where library = %s and key = %s",
                        [Jsonb(state_to_json(each.state)), self._access.own, old.key],
                    )

        self._connection.change(work)

    def _put(self, cursor: Cursor, feed: Subscription) -> None:
        cursor.execute(
            "insert into newstui.feed (library, key, subscription, name, category)"
            " values (%s, %s, %s, %s, %s) on conflict (library, key) do update set"
            " subscription = excluded.subscription, name = excluded.name,"
            " category = excluded.category",
            [
                self._access.own,
                feed.key,
                Jsonb(subscription_to_json(feed)),
                feed.display_name,
                feed.category or feed.display_name,
            ],
        )


def subscription_to_json(feed: Subscription) -> dict[str, Any]:
    """Return a subscription as JSON, without what is empty."""
    return {name: value for name, value in asdict(feed).items() if value}


def subscription_from_json(value: dict[str, Any]) -> Subscription:
    """Return the subscription that `subscription_to_json` encoded, without unknown fields."""
    known: dict[str, Any] = {
        each.name: tuple(value[each.name]) if each.name in LIST_FIELDS else value[each.name]
        for each in fields(Subscription)
        if each.name in value
    }
    return Subscription(**known)
