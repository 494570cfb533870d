"""Copies of articles in a list: one row for all of them, or those that are unfolded below it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

from store.model.article import LISTED_COPY, ArticleRow
from store.model.results import Counts

Place = TypeVar("Place", bound="ListedArticle")


class ListedArticle(Protocol):
    """A place of a list, as it is folded: a row, or less of it."""

    @property
    def id(self) -> str:
        """The id of its article."""

    @property
    def timestamp(self) -> int:
        """The time by which it is listed."""

    def _replace(self, *, timestamp: int) -> Self: ...


CurrentRow = Callable[[str], ArticleRow | None]
"""Returns the row of an article as it is now; None if it is gone."""


@dataclass(frozen=True, slots=True)
class FoldedCopies:
    """The copies in a list.

    Attributes:
        copies: The first article of each group of copies, and all of them, itself first.
        unfolded: The first articles of the groups that are listed one by one.
        row_of: For each article of the other groups the first one, under which it is folded.
        listed: The articles that are listed below the first one of their group.
    """

    copies: Mapping[str, Sequence[str]]
    unfolded: Collection[str]
    row_of: Mapping[str, str]
    listed: Collection[str]

    def fold(self, row: ArticleRow, now: ArticleRow, current_row: CurrentRow) -> ArticleRow:
        """Return a row of the list as it is shown; `now` is the row of its article now."""
        if row.id in self.listed:
            return now._replace(copy_count=LISTED_COPY)
        copies = self.copies.get(row.id)
        if copies is None:
            return now
        if row.id in self.unfolded:
            return now._replace(copy_count=len(copies) - 1)
        rows = [found for each in copies if (found := current_row(each)) is not None]
        return now._replace(
            read=all(each.read for each in rows),
            starred=any(each.starred for each in rows),
            copy_count=len(copies) - 1,
        )

    def of(self, article: str) -> list[str]:
        """Return the articles that are one row with an article, itself first."""
        folded = self.copies.get(self.row_of.get(article, ""), ())
        return [article, *(each for each in folded if each != article)]

    def shown_rows(
        self, rows: Mapping[str, ArticleRow], current_row: CurrentRow
    ) -> Mapping[str, ArticleRow]:
        """Return changed rows, and those under which changed articles are folded, as they are shown."""
        shown = dict(rows)
        for article in rows:
            key = self.row_of.get(article, article)
            if (now := current_row(key)) is not None:
                shown[key] = self.fold(now, now, current_row)
        return shown


def fold_copies(
    rows: Sequence[Place], groups: Mapping[str, int], unfolded: Collection[str]
) -> tuple[list[Place], FoldedCopies]:
    """Return the rows of a list without the copies that are folded, and what is folded.

    Args:
        rows: In the order of the list; the first one of some copies stands for all of them.
        groups: A number for each article that has copies; copies of each other have the same.
        unfolded: Articles below which their copies are listed.
    """
    members: dict[int, list[Place]] = {}
    first = []
    for row in rows:
        group = groups.get(row.id)
        if group is None:
            first.append(row)
        elif group in members:
            members[group].append(row)
        else:
            members[group] = [row]
            first.append(row)
    folded = {each[0].id: each for each in members.values() if len(each) > 1}
    is_open = {key for key, each in folded.items() if any(row.id in unfolded for row in each)}
    copies = {key: [row.id for row in each] for key, each in folded.items()}
    closed = {each: key for key, ids in copies.items() if key not in is_open for each in ids}
    listed = {each for key in is_open for each in copies[key][1:]}
    shown = list(_unfold(first, folded, is_open)) if is_open else first
    return shown, FoldedCopies(copies, is_open, closed, listed)


def _unfold(
    rows: Sequence[Place],
    folded: Mapping[str, Sequence[Place]],
    is_open: Collection[str],
) -> Iterator[Place]:
    """Yield rows with the copies below those that are unfolded, under the date of that one."""
    for row in rows:
        yield row
        if row.id in is_open:
            yield from (each._replace(timestamp=row.timestamp) for each in folded[row.id][1:])


def count_copies(groups: Mapping[str, int], rows: Iterable[ArticleRow]) -> Counts:
    """Return how many rows, and how many unread ones, are copies of others among them."""
    found = [row for row in rows if row.id in groups]
    every = Counter(groups[row.id] for row in found)
    unread = Counter(groups[row.id] for row in found if not row.read)
    return Counts(every.total() - len(every), unread.total() - len(unread))
