"""The feeds of a library in a folder: `feeds.opml` in it, and the state of each feed in the cache."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import orjson

from store.feeds.feed_store import (
    FeedState,
    FeedStore,
    FetchResult,
    merge_fetched,
    state_from_json,
    state_to_json,
)
from store.feeds.subscriptions import (
    Subscription,
    SubscriptionsCopy,
    find_subscription_copies,
    read_subscriptions,
    update_subscriptions,
)
from store.model.article import Rejection
from store.system.files import (
    FileSignature,
    file_lock,
    file_signature,
    make_folder,
    read_regular,
    write_atomically,
)
from store.system.paths import SUBSCRIPTIONS_FILE

FEED_STATES_FILE = "feeds.json"


class FolderFeedStore(FeedStore):
    """The subscriptions in a file that belongs to the user, and the states on this machine."""

    def __init__(self, folder: Path, cache: Path) -> None:
        """Read nothing yet."""
        self.cache = cache
        self.folder = folder
        self._path = folder / SUBSCRIPTIONS_FILE

    @property
    def signature(self) -> tuple[FileSignature | None, FileSignature | None]:
        """A value that changes with the two files."""
        return file_signature(self._path), file_signature(self.cache / FEED_STATES_FILE)

    def subscriptions(self) -> list[Subscription]:
        """Return every feed of the file."""
        return sorted(
            read_subscriptions(self.folder), key=lambda each: each.display_name.casefold()
        )

    def list_rejected(self) -> Sequence[Rejection]:
        """Return the entries of the file that cannot be subscribed to."""
        return [
            Rejection(f"{self._path}: {each.location}", each.reason)
            for each in read_subscriptions(self.folder).rejected
        ]

    def find_copies(self) -> Iterator[SubscriptionsCopy]:
        """Yield the sync-conflict copies of the file."""
        return find_subscription_copies(self.folder)

    def states(self) -> dict[str, FeedState]:
        """Return the states of the feeds as they were fetched on this machine."""
        try:
            found = orjson.loads(read_regular(self.cache / FEED_STATES_FILE))
        except (OSError, ValueError):  # they are derived, and rebuilt if they are lost
            return {}
        if not isinstance(found, dict):
            return {}
        return {key: state_from_json(value) for key, value in found.items()}

    def write_states(self, states: Mapping[str, FeedState]) -> None:
        """Write the states.

        Raises:
            LibraryUnavailable, SaveFailed: They were not written; the next fetch takes a bit longer.
        """
        make_folder(self.cache)
        values = {key: state_to_json(state) for key, state in states.items()}
        write_atomically(self.cache / FEED_STATES_FILE, orjson.dumps(values))

    def update(self, put: Iterable[Subscription] = (), remove: Iterable[Subscription] = ()) -> None:
        """Add, change or remove subscriptions in the file."""
        make_folder(self.folder)
        with self._lock():
            update_subscriptions(self.folder, put, remove)

    def save_results(self, results: Sequence[FetchResult]) -> None:
        """Save what fetching found out; both files are read again."""
        with self._lock():
            existing = {each.key: each for each in read_subscriptions(self.folder)}
            changed = [
                new
                for each in results
                if (old := existing.get(each.subscription.key))
                and (new := merge_fetched(old, each.subscription)) != old
            ]
            if changed:
                update_subscriptions(self.folder, changed)
            states = self.states() | {each.subscription.key: each.state for each in results}
            self.write_states({key: state for key, state in states.items() if key in existing})

    def _lock(self) -> AbstractContextManager[int]:
        make_folder(self.cache)
        return file_lock(self.cache / "feeds.lock")
