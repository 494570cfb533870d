"""The names and folders of the feeds of a library, for their articles and for `feed:harbour`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from sys import intern
from typing import TYPE_CHECKING

from store.model.article import FeedLabel
from store.model.errors import LibraryDamaged
from store.system.files import FileSignature, WarningHandler, file_signature

if TYPE_CHECKING:
    from store.feeds.subscriptions import Subscription


class FeedLabels:
    """The name and the category of every feed, read again when the subscriptions change."""

    def __init__(
        self, file: Path, read: Callable[[], Iterable[Subscription]], warn: WarningHandler
    ) -> None:
        """Read nothing yet.

        Args:
            file: The file of the subscriptions.
            read: Reads it.
            warn: Called with a line about subscriptions that cannot be read.
        """
        self.shown: Mapping[str, FeedLabel] = {}
        """Those that all rows are known to have."""
        self._file = file
        self._read = read
        self._warn = warn
        self._labels: Mapping[str, FeedLabel] = {}
        self._signature: FileSignature | None = None

    def read(self) -> Mapping[str, FeedLabel]:
        """Return name and category of every feed by its key; the same object until one changes."""
        signature = file_signature(self._file)
        if signature != self._signature:
            try:
                self._labels = {each.key: _label(each) for each in self._read()}
            except LibraryDamaged as error:
                self._warn(str(error))
                self._labels = {}
            self._signature = signature
        return self._labels


def _label(feed: Subscription) -> FeedLabel:
    name = intern(feed.display_name)
    return FeedLabel(name, intern(feed.category) or name)
