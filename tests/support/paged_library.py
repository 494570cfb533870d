"""A library as a database would answer: no list is kept, every call asks for a page again.

It has the lists and counts of `store.library.protocol` and the changes that matter to them. What the
protocol promises of lists is tested on it as on the library in a folder.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from store.library.protocol import ListField, RowField
from store.model.article import ArticleRow
from store.model.results import Counts, GroupCount, RecordProgress
from store.search.list_query import ListQuery, sort_newest_first

PAGE_SIZE, BATCH_SIZE = 3, 1000
"""Rows that are read at once, fewer than any test has; and ids that are handed out at once."""

CHANGES: Mapping[str, Callable[[ArticleRow], ArticleRow]] = {
    "read": lambda row: row._replace(read=True),
    "unread": lambda row: row._replace(read=False),
    "starred": lambda row: row._replace(starred=True),
    "unstarred": lambda row: row._replace(starred=False),
    "position": lambda row: row._replace(is_started=True),
}


@dataclass
class StoredRow:
    """A row of the table: what a list saw of the article, by the change that made it so."""

    versions: list[tuple[int, ArticleRow]]
    deleted_at: int | None = None

    @property
    def current(self) -> ArticleRow:
        """The row as it is now."""
        return self.versions[-1][1]

    def at(self, change: int) -> ArticleRow | None:
        """Return the row as it was after a change; None if there was none."""
        if self.deleted_at is not None and self.deleted_at <= change:
            return None
        return next((row for number, row in reversed(self.versions) if number <= change), None)


@dataclass
class PagedMemoryLibrary:
    """The lists of a library, over a table of all versions of its rows."""

    table: dict[str, StoredRow] = field(default_factory=dict)
    change_count: int = 0

    def add_rows(self, rows: Iterable[ArticleRow]) -> None:
        """Add articles."""
        self.change_count += 1
        for row in rows:
            self.table[row.id] = StoredRow([(self.change_count, row)])

    def record(self, event: str, articles: Sequence[str]) -> None:
        """Change articles."""
        self.change_count += 1
        for stored in (self.table[each] for each in articles):
            if event == "deleted":
                stored.deleted_at = self.change_count
            else:
                stored.versions.append((self.change_count, CHANGES[event](stored.current)))

    def record_all(
        self, event: str, listing: PagedListing, start: int = 0, end: int | None = None
    ) -> Iterator[RecordProgress]:
        """Change the articles of a list that are not so already; the list is a query, not their ids."""
        pages = listing.ids(start, end)
        found = [each for ids in pages for each in ids if self.is_changed_by(event, each)]
        if found:
            self.record(event, found)
            yield RecordProgress(len(found), len(found), len(found))

    def is_changed_by(self, event: str, article: str) -> bool:
        """Return True if an event would change an article."""
        stored = self.table[article]
        if event == "deleted" or stored.deleted_at is not None:
            return stored.deleted_at is None
        return CHANGES[event](stored.current) != stored.current

    def select(self, query: ListQuery, change: int) -> list[ArticleRow]:
        """Return the rows of a list as they were after a change."""
        found = [row for stored in self.table.values() if (row := stored.at(change))]
        return query.select(sort_newest_first(found))

    def listing(self, query: ListQuery) -> PagedListing:
        """Return a list."""
        return PagedListing(self, query, self.change_count, frozenset())

    def counts(self, queries: Mapping[str, ListQuery]) -> Mapping[str, Counts]:
        """Count the articles of several lists."""
        found = {name: self.select(query, self.change_count) for name, query in queries.items()}
        return {
            name: Counts(len(rows), sum(not row.read for row in rows))
            for name, rows in found.items()
        }

    def by(self, group: ListField, feeds: Collection[str] | None = None) -> list[GroupCount]:
        """Return every category, or every feed with articles, with its counts."""
        every = None if feeds is None else frozenset(feeds)
        rows = self.select(ListQuery(feeds=every), self.change_count)
        names = {row.feed_key if group == "feed" else row.category for row in rows}
        queries = {
            name: ListQuery(feeds=frozenset([name]))
            if group == "feed"
            else ListQuery(category=name, feeds=every)
            for name in names
            if name or group == "category"
        }
        counts = self.counts(queries)
        return [GroupCount(name, *counts[name]) for name in sorted(counts)]


@dataclass(frozen=True)
class PagedListing:
    """A list that is a query and a point in time."""

    library: PagedMemoryLibrary
    query: ListQuery
    change: int
    removed: frozenset[str]

    def _page(self, start: int, size: int) -> list[ArticleRow]:
        rows = self.library.select(self.query, self.change)
        return [row for row in rows if row.id not in self.removed][start : start + size]

    def _pages(self, size: int = PAGE_SIZE) -> Iterator[tuple[int, list[ArticleRow]]]:
        start = 0
        while page := self._page(start, size):
            yield start, page
            start += size

    def _current(self, row: ArticleRow) -> ArticleRow:
        return self.library.table[row.id].current

    @property
    def total(self) -> int:
        """The number of articles."""
        return sum(len(page) for _, page in self._pages())

    @property
    def unread(self) -> int:
        """The number of unread articles."""
        return sum(not self._current(row).read for _, page in self._pages() for row in page)

    def window(self, start: int, size: int) -> Sequence[ArticleRow]:
        """Return the rows from a place on."""
        return [self._current(row) for row in self._page(max(0, start), size)]

    def place(self, article: str) -> int | None:
        """Return the place of an article."""
        for start, page in self._pages():
            for at, row in enumerate(page, start):
                if row.id == article:
                    return at
        return None

    def first_place(self, articles: Iterable[str]) -> int | None:
        """Return the place of the first of some articles that is in the list."""
        places = map(self.place, articles)
        return next((place for place in places if place is not None), None)

    def step(self, place: int, by: int, *, unread: bool = False) -> int | None:
        """Return the place that is some articles below."""
        places = [at for start, page in self._pages() for at, _ in enumerate(page, start)]
        if not unread:
            return min(max(0, place + by), len(places) - 1) if places else None
        unread_places = [
            at
            for start, page in self._pages()
            for at, row in enumerate(page, start)
            if not self._current(row).read
        ]
        below = [at for at in unread_places if at > place]
        above = [at for at in reversed(unread_places) if at < place]
        found = (below if by > 0 else above)[: abs(by)]
        return found[-1] if found else None

    def day_places(self, starts: Sequence[int]) -> Sequence[int]:
        """Return for each time the place of the first article dated before it."""
        times = [row.timestamp for _, page in self._pages() for row in page]
        return [sum(each >= start for each in times) for start in starts]

    def varies(self, group: RowField) -> bool:
        """Return True if the articles differ in a field."""
        rows = [row for _, page in self._pages() for row in page]
        names = {row.source_name if group == "source" else row.category for row in rows}
        return len(names) > 1

    def ids(self, start: int = 0, end: int | None = None) -> Iterator[Sequence[str]]:
        """Yield the ids of the articles, in batches."""
        for first, page in self._pages(BATCH_SIZE):
            last = None if end is None else max(0, end - first)
            if ids := [row.id for row in page[max(0, start - first) : last]]:
                yield ids

    def copies(self, article: str) -> Sequence[str]:
        """Return the article: no copies are known here."""
        return [article]

    def shown_rows(self, rows: Mapping[str, ArticleRow]) -> Mapping[str, ArticleRow]:
        """Return the rows."""
        return rows

    def without(self, articles: Collection[str]) -> PagedListing:
        """Return the list without some articles."""
        return PagedListing(
            self.library, self.query, self.change, self.removed | frozenset(articles)
        )
