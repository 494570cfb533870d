"""Which articles a list shows and in which order, as plain values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

from store.model.article import ArticleRow

if TYPE_CHECKING:
    from store.search.highlight import Highlighter

Show = Literal["all", "unread", "starred", "in progress"]
Sort = Literal["date", "added", "words", "title", "category", "read count"]

SHOWS: tuple[Show, ...] = get_args(Show)
SORTS: tuple[Sort, ...] = get_args(Sort)

SORT_SLICE_SIZE = 8192
"""Rows that are sorted at once; the interpreter can do nothing else meanwhile."""

SortKey = Callable[[ArticleRow], Any]

# Newest, longest and most read first; titles and categories from A to Z. What is equal keeps the
# order of `newest_first`, so that two machines show the same. Keys are single numbers or strings,
# which sort several times faster than tuples.
_SORT_KEYS: dict[Sort, tuple[SortKey, bool] | None] = {
    "date": None,
    "added": (lambda row: row.added_at, True),
    "words": (lambda row: row.words, True),
    "title": (lambda row: row.title.casefold(), False),
    "category": (lambda row: row.category.casefold(), False),
    "read count": (lambda row: row.read_count, True),
}


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What a list shows: a reading state, a category, words of the title, an order."""

    show: Show = "all"
    category: str | None = None
    """Only this category; None for every one."""
    text: str = ""
    """What is asked for besides, in the query language; the library looks for it."""
    sort: Sort = "date"
    pinned_ids: Collection[str] = field(default=frozenset(), compare=False)
    """Articles that stay in the list whether or not they are unread or starred any more."""

    def select(self, rows: Iterable[ArticleRow]) -> list[ArticleRow]:
        """The rows the list shows, in its order.

        Args:
            rows: Those that fit its words, in the order of `newest_first`.
        """
        chosen = self._filter(rows)
        if order := _SORT_KEYS[self.sort]:
            _sort(chosen, *order)
        return chosen

    def _filter(self, rows: Iterable[ArticleRow]) -> list[ArticleRow]:
        if self.show == "unread":
            rows = (row for row in rows if not row.read or row.id in self.pinned_ids)
        elif self.show == "starred":
            rows = (row for row in rows if row.starred or row.id in self.pinned_ids)
        elif self.show == "in progress":
            rows = (
                row
                for row in rows
                if (row.is_started and not row.read) or row.id in self.pinned_ids
            )
        if self.category is not None:
            rows = (row for row in rows if row.category == self.category)
        return list(rows)


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is searched for in the whole library."""

    text: str
    """In the query language."""
    newest_first: bool = False
    """The newest first, not the best."""
    is_typing: bool = False
    """Whether the text is still being typed, so that its last word may go on."""


@dataclass(frozen=True, slots=True)
class Matches:
    """What a search has found: the first of it, and how much there is."""

    rows: Sequence[ArticleRow]
    total: int
    is_exact: bool
    """False if there may be more than `total`."""
    note: str
    """Why it may not be all, in words."""
    highlighter: Highlighter
    """Finds the words that were searched for in a text."""
    terms: Sequence[str]
    """Those words, in all their forms, and phrases."""


def sort_newest_first(rows: Iterable[ArticleRow]) -> list[ArticleRow]:
    """All rows by date, the newest first; the id decides between those of the same second."""
    ordered = list(rows)
    _sort(ordered, lambda row: (row.timestamp, row.id), reverse=True)
    return ordered


def _sort(rows: list[ArticleRow], key: SortKey, reverse: bool) -> None:
    # The slices first: the sort of the whole, which lets no other thread run, is then a merge.
    for start in range(0, len(rows), SORT_SLICE_SIZE):
        rows[start : start + SORT_SLICE_SIZE] = sorted(
            rows[start : start + SORT_SLICE_SIZE], key=key, reverse=reverse
        )
    rows.sort(key=key, reverse=reverse)
