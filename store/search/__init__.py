"""What is asked of a library: lists and their orders, and the query language."""

from __future__ import annotations

from store.search.list_query import (
    SHOWS,
    SORTS,
    ListQuery,
    Matches,
    SearchQuery,
    Show,
    Sort,
    sort_newest_first,
)

__all__ = [
    "SHOWS",
    "SORTS",
    "ListQuery",
    "Matches",
    "SearchQuery",
    "Show",
    "Sort",
    "sort_newest_first",
]
