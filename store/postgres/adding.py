"""Adding articles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from store.model.article import ParsedArticle
from store.model.errors import LibraryReadOnly
from store.model.results import AddProgress
from store.postgres.access import Access
from store.postgres.changes import Changes
from store.postgres.reader import Reader


class Adder:
    """Adds articles, and updates those that the library has."""

    def __init__(self, access: Access, reader: Reader, changes: Changes) -> None:
        """Add nothing yet."""
        self._access = access
        self._reader = reader
        self._changes = changes

    def add(self, found: Iterable[ParsedArticle]) -> Iterator[AddProgress]:
        """Add articles in steps."""
        raise LibraryReadOnly("not yet")
