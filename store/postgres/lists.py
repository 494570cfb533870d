"""Lists and counts: which articles a query has, and how many."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakSet

import orjson

from store.library.folded_copies import count_copies
from store.library.protocol import ListField
from store.library.statistics import ReadingTally, ReadTotals
from store.model.errors import InvalidQuery
from store.model.results import Counts, GroupCount
from store.postgres.access import Access
from store.postgres.counts import Counters
from store.postgres.folded_listing import fold_listing
from store.postgres.list_sql import ALWAYS, UNREAD, ListSql
from store.postgres.listing import PostgresListing
from store.postgres.reader import Reader
from store.postgres.searcher import PostgresSearcher
from store.search.list_query import ListQuery, sort_newest_first

if TYPE_CHECKING:
    from store.postgres.copies import PostgresCopies

MAX_SINGLE_COUNTS = 4
"""Lists that are counted one by one; for more of them, all counters are read at once."""


class Lists:
    """Answers list queries."""

    def __init__(self, access: Access, reader: Reader, searcher: PostgresSearcher) -> None:
        """List nothing yet."""
        self._access = access
        self._reader = reader
        self._searcher = searcher
        self._counters = Counters(access)
        self._open: WeakSet[PostgresListing] = WeakSet()
        self.copies: PostgresCopies | None = None
        """The copies of articles; None until somebody wanted to see each story once."""

    def listing(self, query: ListQuery) -> PostgresListing:
        """Return a list.

        Raises:
            InvalidQuery: The text of the query cannot be parsed.
        """
        sql = self._make_sql(query)
        total = None if sql.condition.sql != ALWAYS.sql else self._count_listed(sql)
        found = PostgresListing(sql, self._reader.find_numbers, total)
        if query.is_folded:
            copies = self._want_copies()
            ids = copies.ids_by_number()
            found = fold_listing(found, copies.groups, ids, query.unfolded, self._reader)
        self._open.add(found)
        return found

    def copy_groups(self) -> Mapping[str, int]:
        """Return a number for each article that has copies."""
        return self._want_copies().groups

    def _want_copies(self) -> PostgresCopies:
        if self.copies is None:
            from store.postgres.copies import PostgresCopies  # with SQLite

            self.copies = PostgresCopies(self._access, self._reader)
        return self.copies

    def note_change(self, articles: Collection[str]) -> None:
        """Have the lists that are in use remember what they have, before articles are changed."""
        for each in list(self._open):
            each.note_change(articles)

    def complete(self) -> None:
        """Have the lists that are in use read what they have, before many articles are changed."""
        for each in list(self._open):
            each.complete()

    def _make_sql(self, query: ListQuery) -> ListSql:
        text = query.text.strip()
        condition = self._searcher.condition(text) if text else ALWAYS
        categories = () if query.category is None else self._counters.spellings(query.category)
        newest = self._reader.newest()
        return ListSql(self._access, query, categories, condition, newest, self._sort_keys(query))

    def _sort_keys(self, query: ListQuery) -> dict[str, str]:
        """Return the keys by which names are sorted as they are in memory: ignoring case."""
        if query.sort == "category":
            names = set(self._counters.categories())
        elif query.sort == "feed":
            names = set(self._reader.source_names())
        else:
            return {}
        keys = orjson.dumps({name: name.casefold() for name in names}).decode()
        return {f"{'source' if query.sort == 'feed' else 'category'}_keys": keys}

    # -- counting --------------------------------------------------------------------------

    def counts(self, queries: Mapping[str, ListQuery]) -> Mapping[str, Counts]:
        """Count the articles of several lists."""
        is_unique = not self._counters.has_duplicates()
        plain = {name: query for name, query in queries.items() if is_unique and is_counted(query)}
        if len(plain) > MAX_SINGLE_COUNTS:
            tallies = self._counters.read_tallies()
            found = {
                name: tallies.count(query.show, query.category, query.feeds)
                for name, query in plain.items()
            }
        else:
            found = {name: self._counters.count(query) for name, query in plain.items()}
        for name, query in queries.items():
            if name not in found:
                with suppress(InvalidQuery):
                    found[name] = self._count(replace(query, pinned_ids=frozenset()))
        folded = {name: query for name, query in queries.items() if query.is_folded}
        return {**found, **self._fold_counts(folded, found)} if folded else found

    def _fold_counts(
        self, queries: Mapping[str, ListQuery], counts: Mapping[str, Counts]
    ) -> Mapping[str, Counts]:
        """Return the counts of lists in which each story counts once."""
        groups = self._want_copies().groups
        rows = sort_newest_first(self._reader.rows(groups).values())
        folded: dict[str, Counts] = {}
        for name, query in queries.items():
            if name in counts:
                listed = replace(query, pinned_ids=frozenset()).select(rows)
                if query.text.strip():
                    found = self._find_among(query, [row.id for row in listed])
                    listed = [row for row in listed if row.id in found]
                extra = count_copies(groups, listed)
                total, unread = counts[name]
                folded[name] = Counts(total - extra.total, unread - extra.unread)
        return folded

    def _find_among(self, query: ListQuery, articles: Sequence[str]) -> set[str]:
        """Return which of some articles a query finds."""
        sql = self._make_sql(ListQuery(text=query.text))
        rows = self._access.connection.rows(
            sql.select("id", extra=" and a.id = any(%(among)s)"),
            sql.parameters | {"among": list(articles)},
        )
        return {article for (article,) in rows}

    def _count(self, query: ListQuery) -> Counts:
        sql = self._make_sql(replace(query, sort="date"))
        row = self._access.connection.row(
            f"select count(*), count(*) filter (where {UNREAD})"
            f" from ({sql.select('library, id')}) a",
            sql.parameters,
        )
        return Counts(*(row or (0, 0)))

    def _count_listed(self, sql: ListSql) -> int | None:
        """Return the number of articles of a list; None if only reading it tells."""
        query = sql.query
        if not is_counted(query) or self._counters.has_duplicates():
            return None
        total = self._counters.count(query).total
        if query.show == "all" or not query.pinned_ids:
            return total
        shown = replace(sql, query=replace(query, pinned_ids=frozenset()))
        return total + self._count_among_pinned(sql, query) - self._count_among_pinned(shown, query)

    def _count_among_pinned(self, sql: ListSql, query: ListQuery) -> int:
        pinned = sql.select("id", extra=" and a.id = any(%(among)s)")
        row = self._access.connection.row(
            f"select count(*) from ({pinned}) pinned",
            sql.parameters | {"among": list(query.pinned_ids)},
        )
        return int(row[0]) if row else 0

    def by(self, field: ListField, feeds: Collection[str] | None) -> list[GroupCount]:
        """Return every category, or every feed with articles, with its counts."""
        return self._counters.by(field, feeds)

    def read_totals(self) -> list[ReadTotals]:
        """Return the numbers of articles and of readings of each category of each feed."""
        return self._counters.read_totals()

    def readings(self) -> Mapping[int, ReadingTally]:
        """Return the readings by quarter of an hour."""
        return self._counters.readings()

    def count_all(self) -> int:
        """Return the number of articles."""
        return self._counters.count_all()


def is_counted(query: ListQuery) -> bool:
    """Return True if counters tell the number of articles of a list."""
    return query.is_of_all_times and not query.text.strip()
