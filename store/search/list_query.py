"""Lists and searches as plain values: queries and what they find."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Literal, get_args

from store.model.article import ArticleRow, Passage
from store.model.times import is_dated
from store.search.syntax_tree import category_predicate
from store.text.names import name_key

if TYPE_CHECKING:
    from store.search.highlight import Highlighter

Show = Literal["all", "unread", "starred", "in progress"]
Sort = Literal["date", "oldest", "added", "words", "title", "category", "feed", "read count"]

SHOWS: tuple[Show, ...] = get_args(Show)
SORTS: tuple[Sort, ...] = get_args(Sort)

SORT_SLICE_SIZE = 8192
"""Rows sorted at once, because no other thread can run meanwhile."""

SortKey = Callable[[ArticleRow], Any]

LAST_CHARACTER = chr(sys.maxunicode)

# Newest, longest and most read first; titles, categories and feeds from A to Z; undated articles and
# those of no feed last. Equal rows keep the order of `sort_newest_first`, so that two machines show the
# same. Keys are single numbers or strings, which sort several times faster than tuples.
_SORT_KEYS: dict[Sort, tuple[SortKey, bool] | None] = {
    "date": None,
    "oldest": (lambda row: row.timestamp if is_dated(row.timestamp) else math.inf, False),
    "added": (lambda row: row.added_at, True),
    "words": (lambda row: row.words, True),
    "title": (lambda row: row.title.casefold(), False),
    "category": (lambda row: row.category.casefold(), False),
    "feed": (lambda row: row.source_name.casefold() if row.feed_key else LAST_CHARACTER, False),
    "read count": (lambda row: row.read_count, True),
}


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A list: a reading state, a category, some feeds, a query, an order."""

    show: Show = "all"
    category: str | None = None
    """Only this category and those below it; None for all."""
    text: str = ""
    """A query in the query language, which the library answers."""
    sort: Sort = "date"
    feeds: frozenset[str] | None = None
    """Only articles of the feeds with these keys (`Subscription.key`); None for all.

    The empty key stands for articles that came from no feed.
    """
    since: int | None = None
    """Only articles dated at this time or later, in seconds since 1970; None for all."""
    added_after: int | None = None
    """Only articles added after this time, in seconds since 1970; None for all."""
    is_folded: bool = False
    """True if copies of an article are one row, as far as they are known."""
    unfolded: frozenset[str] = frozenset()
    """Articles below which their copies are listed all the same."""
    pinned_ids: Collection[str] = field(default=frozenset(), compare=False)
    """Articles that stay in the list although they are no longer unread or starred."""

    @property
    def is_of_all_times(self) -> bool:
        """True if articles of any time are listed, whose numbers are kept."""
        return self.since is None and self.added_after is None

    def select(self, rows: Iterable[ArticleRow]) -> list[ArticleRow]:
        """Return the rows that the list shows; `rows` are in the order of `sort_newest_first`."""
        selected = self._filter(rows)
        if order := _SORT_KEYS[self.sort]:
            _sort(selected, *order)
        return selected

    def _filter(self, rows: Iterable[ArticleRow]) -> list[ArticleRow]:
        pinned = self.pinned_ids
        if (since := self.since) is not None:
            rows = takewhile(lambda row: row.timestamp >= since, rows)
        if (added_after := self.added_after) is not None:
            rows = (row for row in rows if row.added_at > added_after)
        if self.show == "unread":
            rows = (row for row in rows if not row.read or row.id in pinned)
        elif self.show == "starred":
            rows = (row for row in rows if row.starred or row.id in pinned)
        elif self.show == "in progress":
            rows = (row for row in rows if (row.is_started and not row.read) or row.id in pinned)
        if self.category is not None:
            rows = filter(category_predicate(self.category, name_key), rows)
        if (feeds := self.feeds) is not None:
            rows = (row for row in rows if row.feed_key in feeds)
        return list(rows)


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A search of the whole library."""

    text: str
    """In the query language."""
    newest_first: bool = False
    """Sort by date instead of by score."""
    is_typing: bool = False
    """True if the text is still being typed, so that its last word may be incomplete."""


@dataclass(frozen=True, slots=True)
class Matches:
    """The articles that a search found."""

    rows: Sequence[ArticleRow]
    """The first of them, up to the limit."""
    total: int
    is_exact: bool
    """False if there may be more than `total`."""
    note: str
    """Why some may be missing, or an empty string."""
    highlighter: Highlighter
    """Finds the searched words in a text."""
    words: Sequence[str]
    """The searched words and phrases, as they were typed."""
    unfinished_value: str = ""
    """What the field at the end of the query expects, if its value is incomplete and so ignored."""
    corrected: str = ""
    """The query with its misspelt words corrected, which found these; empty if none was corrected."""
    is_loosened: bool = False
    """True if no article has all of the words; these have most."""
    suggested: str = ""
    """The query with its last word corrected, too, if that is still being typed; empty if it need not be."""


@dataclass(frozen=True, slots=True)
class PassageMatches:
    """The passages that a search found, the best first."""

    passages: Sequence[Passage]
    note: str
    """Why some may be missing, or an empty string."""
    corrected: str = ""
    """The query with its misspelt words corrected, which found these; empty if none was corrected."""


def sort_newest_first(rows: Iterable[ArticleRow]) -> list[ArticleRow]:
    """Return all rows by date, newest first; ids decide between rows of the same second."""
    ordered = list(rows)
    _sort(ordered, lambda row: (row.timestamp, row.id), reverse=True)
    return ordered


def _sort(rows: list[ArticleRow], key: SortKey, reverse: bool = False) -> None:
    # Slices first: sorting the whole, during which no other thread runs, is then only a merge.
    for start in range(0, len(rows), SORT_SLICE_SIZE):
        rows[start : start + SORT_SLICE_SIZE] = sorted(
            rows[start : start + SORT_SLICE_SIZE], key=key, reverse=reverse
        )
    rows.sort(key=key, reverse=reverse)
