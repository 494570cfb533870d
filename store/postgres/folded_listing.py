"""A list on PostgreSQL in which a row stands for all copies of an article."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from store.library.folded_copies import FoldedCopies, fold_copies
from store.library.listing import BATCH_SIZE
from store.model.article import ArticleRow
from store.postgres.listing import PostgresListing
from store.postgres.reader import Reader


class _Place(NamedTuple):
    """A place of a list: of an article that has no copies, the number is enough."""

    id: str
    number: int
    timestamp: int


class FoldedListing(PostgresListing):
    """A `Listing` with a row for each story; the numbers are those of the first articles."""

    def __init__(
        self,
        listing: PostgresListing,
        places: tuple[array[int], array[int]],
        copies: FoldedCopies,
        numbers: Mapping[str, int],
        reader: Reader,
    ) -> None:
        """List these places.

        Args:
            listing: The list that was folded.
            places: The numbers and the times of the rows.
            copies: What is folded.
            numbers: The numbers of the articles that have copies, by id.
            reader: Reads rows.
        """
        super().__init__(listing.sql, reader.find_numbers, places=places)
        self._copies = copies
        self._copy_numbers = numbers
        self._reader = reader
        self._members = {
            numbers[first]: [numbers[each] for each in ids]
            for first, ids in copies.copies.items()
            if first not in copies.unfolded
        }

    def unread_among(self, numbers: Sequence[int]) -> set[int]:
        """Return the rows of which an article is unread."""
        folded = {each: self._members[each] for each in numbers if each in self._members}
        members = [number for each in folded.values() for number in each]
        unread = super().unread_among([*numbers, *members])
        found = unread.intersection(numbers)
        return found | {first for first, each in folded.items() if not unread.isdisjoint(each)}

    def window(self, start: int, size: int) -> list[ArticleRow]:
        """Return the rows from a place on."""
        return self._fold({row.id: row for row in super().window(start, size)})

    def _fold(self, rows: Mapping[str, ArticleRow]) -> list[ArticleRow]:
        """Return rows as they are shown; those of their copies are read."""
        wanted = {each for id_ in rows for each in self._copies.copies.get(id_, ())} - rows.keys()
        known = {**self._reader.rows(wanted, deleted=True), **rows} if wanted else rows
        return [self._copies.fold(row, row, known.get) for row in rows.values()]

    def first_place(self, articles: Iterable[str]) -> int | None:
        """Return the place of the first of some articles that is in the list."""
        row_of = self._copies.row_of
        for article in articles:
            shown = row_of.get(article, article)
            number = self._copy_numbers.get(shown)
            place = super().first_place([shown]) if number is None else self._find(number)
            if place is not None:
                return place
        return None

    def _find(self, number: int) -> int | None:
        return self._numbers.index(number) if number in self._numbers else None

    def ids(self, start: int = 0, end: int | None = None) -> Iterator[Sequence[str]]:
        """Yield the ids of the articles, each with its copies, in batches."""
        for batch in super().ids(start, end):
            found = [each for article in batch for each in self._copies.of(article)]
            for first in range(0, len(found), BATCH_SIZE):
                yield found[first : first + BATCH_SIZE]

    def copies(self, article: str) -> Sequence[str]:
        """Return the articles that are one row with an article, itself first."""
        return self._copies.of(article)

    def shown_rows(self, rows: Mapping[str, ArticleRow]) -> Mapping[str, ArticleRow]:
        """Return changed rows, and those under which changed articles are folded, as they are shown."""
        row_of = self._copies.row_of
        first = {row_of[each] for each in rows if each in row_of} - rows.keys()
        found = {**rows, **(self._reader.rows(first, deleted=True) if first else {})}
        return {row.id: row for row in self._fold(found)}

    def without(self, articles: Collection[str]) -> FoldedListing:
        """Return the list without some articles."""
        left = super().without(articles)
        places = (left.numbers_and_times[0], left.numbers_and_times[1])
        return FoldedListing(left, places, self._copies, self._copy_numbers, self._reader)


def fold_listing(
    listing: PostgresListing,
    groups: Mapping[str, int],
    ids: Mapping[int, str],
    unfolded: Collection[str],
    reader: Reader,
) -> FoldedListing:
    """Return a list with a row for each story.

    Args:
        listing: The list with all copies.
        groups: A number for each article that has copies; copies of each other have the same.
        ids: The articles that have copies, by their numbers.
        unfolded: Articles below which their copies are listed.
        reader: Reads rows.
    """
    listing.complete()
    places = [
        _Place(ids.get(number, ""), number, at)
        for number, at in zip(*listing.numbers_and_times, strict=True)
    ]
    rows, copies = fold_copies(places, groups, unfolded)
    numbers = array("q", (each.number for each in rows))
    times = array("q", (each.timestamp for each in rows))
    by_id = {article: number for number, article in ids.items()}
    return FoldedListing(listing, (numbers, times), copies, by_id, reader)
