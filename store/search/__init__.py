"""The query language, the full-text index, and similar articles.

The package itself holds only what every list needs; the search engine is imported by the modules
that use it.
"""

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
