"""Lists of the library in a folder: references to rows, as they stood when the list was asked for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice

from store.library.protocol import Listing, RowField
from store.model.article import ArticleRow

BATCH_SIZE = 1000
"""Rows or ids that are handed out at once."""

_FIELD_GETTERS: dict[RowField, Callable[[ArticleRow], str]] = {
    "category": lambda row: row.category,
    "source": lambda row: row.source_name,
}


def iter_rows(listing: Listing, start: int = 0) -> Iterator[ArticleRow]:
    """Yield the rows of a list from a place on, of which a batch is in memory at a time."""
    while rows := listing.window(start, BATCH_SIZE):
        yield from rows
        start += BATCH_SIZE


class FolderListing:
    """A `Listing` over rows in memory; see `store.library.protocol` for what the calls promise."""

    def __init__(
        self, rows: list[ArticleRow], current_row: Callable[[str], ArticleRow | None]
    ) -> None:
        """List these rows.

        Args:
            rows: In the order of the list; they are not changed.
            current_row: Returns the row of an article as it is now; None if it is gone.
        """
        self._rows = rows
        self._current_row = current_row

    @property
    def total(self) -> int:
        """The number of articles."""
        return len(self._rows)

    @property
    def unread(self) -> int:
        """The number of articles that are unread now."""
        return sum(map(self._is_unread, range(self.total)))

    def window(self, start: int, size: int) -> list[ArticleRow]:
        """Return the rows from a place on."""
        return [self._refresh(row) for row in self._rows[max(0, start) : max(0, start) + size]]

    def _refresh(self, row: ArticleRow) -> ArticleRow:
        return self._current_row(row.id) or row

    def place(self, article: str) -> int | None:
        """Return the place of an article."""
        return next((at for at, row in enumerate(self._rows) if row.id == article), None)

    def step(self, place: int, by: int, *, unread: bool = False) -> int | None:
        """Return the place that is some articles below."""
        if not unread:
            return min(max(0, place + by), self.total - 1) if self._rows else None
        step = 1 if by > 0 else -1
        places = range(place + step, self.total if by > 0 else -1, step)
        found: int | None = None
        for found in islice(filter(self._is_unread, places), abs(by)):  # noqa: B007 - the last
            pass
        return found

    def _is_unread(self, place: int) -> bool:
        return not self._refresh(self._rows[place]).read

    def day_places(self, starts: Sequence[int]) -> list[int]:
        """Return for each time the place of the first article dated before it."""
        return [bisect_right(self._rows, -at, key=lambda row: -row.timestamp) for at in starts]

    def varies(self, field: RowField) -> bool:
        """Return True if the articles differ in a field."""
        value = _FIELD_GETTERS[field]
        first = value(self._rows[0]) if self._rows else ""
        return any(value(row) != first for row in self._rows)

    def ids(self) -> Iterator[Sequence[str]]:
        """Yield the ids of the articles, in batches."""
        for start in range(0, self.total, BATCH_SIZE):
            yield [row.id for row in self._rows[start : start + BATCH_SIZE]]

    def without(self, articles: Collection[str]) -> FolderListing:
        """Return the list without some articles."""
        left = [row for row in self._rows if row.id not in articles]
        return FolderListing(left, self._current_row)
