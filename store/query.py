"""Which articles a list shows and in which order, as plain values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from store.article import Row

Show = Literal["all", "unread", "starred"]
Sort = Literal["date", "added", "words", "title", "category", "read count"]

SHOWS: tuple[Show, ...] = get_args(Show)
SORTS: tuple[Sort, ...] = get_args(Sort)

# Newest, longest and most read first; titles and categories from A to Z. The id decides last, so
# that two machines show the same order.
_ORDERS: dict[Sort, tuple[Callable[[Row], Any], bool]] = {
    "date": (lambda row: (row.when, row.id), True),
    "added": (lambda row: (row.added, row.when, row.id), True),
    "words": (lambda row: (row.words, row.id), True),
    "title": (lambda row: (row.title.casefold(), row.id), False),
    "category": (lambda row: (row.category.casefold(), -row.when, row.id), False),
    "read count": (lambda row: (row.read_count, row.when, row.id), True),
}


@dataclass(frozen=True, slots=True)
class Query:
    """What a list shows: a reading state, a category, words of the title, an order."""

    show: Show = "all"
    category: str | None = None
    """Only this category; None for every one."""
    words: str = ""
    """Every one of these must occur in the title, whatever the case."""
    sort: Sort = "date"

    def matches(self, row: Row) -> bool:
        """Whether the list shows this row."""
        if self.show == "unread" and row.read:
            return False
        if self.show == "starred" and not row.starred:
            return False
        if self.category is not None and row.category != self.category:
            return False
        title = row.title.casefold() if self.words else ""
        return all(word in title for word in self.words.casefold().split())

    def select(self, rows: Iterable[Row]) -> list[Row]:
        """The rows the list shows, in its order."""
        key, reverse = _ORDERS[self.sort]
        plain = self.show == "all" and self.category is None and not self.words
        chosen = list(rows) if plain else [row for row in rows if self.matches(row)]
        chosen.sort(key=key, reverse=reverse)
        return chosen
