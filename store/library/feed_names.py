"""The names of the feeds of a library, for queries such as `feed:harbour`."""

from __future__ import annotations

from collections.abc import Mapping

from store.feeds.feed_store import FeedStore
from store.feeds.subscriptions import SUBSCRIPTIONS_FILE
from store.model.errors import LibraryDamaged
from store.system.files import FileSignature, WarningHandler, file_signature


class FeedNames:
    """The name and the address of every feed, read again when the subscriptions change."""

    def __init__(self, feeds: FeedStore, warn: WarningHandler) -> None:
        """Read nothing yet; `warn` is called with a line about subscriptions that cannot be read."""
        self._feeds = feeds
        self._warn = warn
        self._names: Mapping[str, str] = {}
        self._signature: FileSignature | None = None

    def read(self) -> Mapping[str, str]:
        """Return the name and the address of every feed, as one text, by its key."""
        signature = file_signature(self._feeds.library / SUBSCRIPTIONS_FILE)
        if signature != self._signature:
            try:
                feeds = self._feeds.subscriptions()
            except LibraryDamaged as error:
                self._warn(str(error))
                feeds = []
            self._names = {each.key: f"{each.display_name} {each.key}" for each in feeds}
            self._signature = signature
        return self._names
