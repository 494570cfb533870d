"""Lists of the library in a folder: references to rows, as they stood when the list was asked for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import attrgetter

from store.library.folded_copies import FoldedCopies
from store.library.protocol import Listing, RowField
from store.model.article import ArticleRow

BATCH_SIZE = 1000
"""Rows or ids that are handed out at once."""

_FIELD_GETTERS: dict[RowField, Callable[[ArticleRow], str]] = {
    "category": attrgetter("category"),
    "source": attrgetter("source_name"),
}


def iter_rows(listing: Listing, start: int = 0) -> Iterator[ArticleRow]:
    """Yield the rows of a list from a place on, of which a batch is in memory at a time."""
    while rows := listing.window(start, BATCH_SIZE):
        yield from rows
        start += BATCH_SIZE


class FolderListing:
    """A `Listing` over rows in memory; see `store.library.protocol` for what the calls promise."""

    def __init__(
        self,
        rows: list[ArticleRow],
        current_row: Callable[[str], ArticleRow | None],
        *,
        is_by_date: bool,
        copies: FoldedCopies | None = None,
    ) -> None:
        """List these rows.

        Args:
            rows: In the order of the list; they are not changed.
            current_row: Returns the row of an article as it is now; None if it is gone.
            is_by_date: Whether they are sorted by date, newest first.
            copies: The copies that are folded, and are not among the rows.
        """
        self._rows = rows
        self._current_row = current_row
        self._is_by_date = is_by_date
        self._copies = copies

    @property
    def total(self) -> int:
        """The number of articles."""
        return len(self._rows)

    @property
    def unread(self) -> int:
        """The number of articles that are unread now."""
        return sum(not self._refresh(row).read for row in self._rows)

    def window(self, start: int, size: int) -> list[ArticleRow]:
        """Return the rows from a place on."""
        rows = self._rows[max(0, start) : max(0, start) + size]
        if self._copies is None:
            return [self._current_row(row.id) or row for row in rows]
        return [self._refresh(row) for row in rows]

    def _refresh(self, row: ArticleRow) -> ArticleRow:
        now = self._current_row(row.id) or row
        return now if self._copies is None else self._copies.fold(row, now, self._current_row)

    def place(self, article: str) -> int | None:
        """Return the place of an article, or of the one it is folded under."""
        if self._copies is not None:
            article = self._copies.row_of.get(article, article)
        start = self._guess_place(article)
        if start < self.total and self._rows[start].id == article:
            return start
        return next((at for at, row in enumerate(self._rows) if row.id == article), None)

    def first_place(self, articles: Iterable[str]) -> int | None:
        """Return the place of the first of some articles that is in the list."""
        places = {row.id: at for at, row in enumerate(self._rows)}
        row_of = {} if self._copies is None else self._copies.row_of
        found = (places.get(row_of.get(article, article)) for article in articles)
        return next((place for place in found if place is not None), None)

    def _guess_place(self, article: str) -> int:
        """Return where an article is if its date has not changed: looking at every row takes time."""
        row = self._current_row(article) if self._is_by_date else None
        if row is None:
            return 0
        timestamp = row.timestamp
        place = bisect_left(self._rows, -timestamp, key=lambda row: -row.timestamp)
        while (
            place + 1 < self.total
            and self._rows[place].id != article
            and self._rows[place + 1].timestamp == timestamp
        ):
            place += 1
        return place

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

    def copies(self, article: str) -> Sequence[str]:
        """Return the articles that are one row with an article, itself first."""
        return [article] if self._copies is None else self._copies.of(article)

    def shown_rows(self, rows: Mapping[str, ArticleRow]) -> Mapping[str, ArticleRow]:
        """Return changed rows as the list shows them."""
        if self._copies is None:
            return rows
        return self._copies.shown_rows(rows, self._current_row)

    def varies(self, field: RowField) -> bool:
        """Return True if the articles differ in a field."""
        value = _FIELD_GETTERS[field]
        first = value(self._rows[0]) if self._rows else ""
        return any(map(first.__ne__, map(value, self._rows)))

    def ids(self, start: int = 0, end: int | None = None) -> Iterator[Sequence[str]]:
        """Yield the ids of the articles, each with its copies, in batches."""
        end = self.total if end is None else min(end, self.total)
        for first in range(max(0, start), end, BATCH_SIZE):
            ids = [row.id for row in self._rows[first : min(end, first + BATCH_SIZE)]]
            if self._copies is not None:
                ids = [each for article in ids for each in self._copies.of(article)]
            yield ids

    def without(self, articles: Collection[str]) -> FolderListing:
        """Return the list without some articles."""
        left = [row for row in self._rows if row.id not in articles]
        return FolderListing(
            left, self._current_row, is_by_date=self._is_by_date, copies=self._copies
        )
