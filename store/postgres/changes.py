"""Changes: events and the states they add up to, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from store.library.protocol import Listing
from store.model.article import ArticleRow
from store.model.errors import LibraryReadOnly
from store.model.results import RecordProgress, UndoableChange, UndoneChange
from store.postgres.access import Access
from store.postgres.reader import Reader

NOT_YET = "a library on PostgreSQL cannot be changed by this version"


class Changes:
    """Records what happens to articles, and undoes it."""

    def __init__(self, access: Access, reader: Reader) -> None:
        """Change nothing yet."""
        self._access = access
        self._reader = reader

    def record(
        self, event: str, articles: Sequence[str], data: Mapping[str, Any]
    ) -> Mapping[str, ArticleRow]:
        """Record an event."""
        raise LibraryReadOnly(NOT_YET)

    def record_all(
        self, event: str, listing: Listing, start: int, end: int | None, data: Mapping[str, Any]
    ) -> Iterator[RecordProgress]:
        """Record an event about the articles of a list, in steps."""
        raise LibraryReadOnly(NOT_YET)

    def undoable(self, limit: int) -> list[UndoableChange]:
        """Return the changes that can be undone."""
        return []

    def undo_in_steps(self) -> Iterator[UndoneChange | None]:
        """Undo the latest change, in steps."""
        raise LibraryReadOnly(NOT_YET)
