"""Queries about the library in a folder: words come from the index, facts from the rows in memory."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterable, Iterator, Mapping
from pathlib import Path

from store.journal.reading_state import ReadingState
from store.library import row_search
from store.library.article_numbers import ArticleNumbers
from store.library.catalog import Catalog
from store.library.indexer import Indexer, SearchContext
from store.library.search_engine import (
    MAX_SAME_TITLES,
    MIN_FILTERED_HITS,
    NOT_INDEXED,
    ONLY_TITLES,
    Answer,
)
from store.model.article import Article, ArticleRow, FeedLabel
from store.model.errors import LibraryBusy, LibraryUnavailable, SaveFailed
from store.model.results import IndexProgress
from store.search.index import FullTextIndex, IndexUnusable, article_number
from store.search.index_query import IndexQueryBuilder
from store.search.syntax_tree import (
    FeedCondition,
    QueryLeaf,
    QueryNode,
    RowPredicate,
    SplitQuery,
    build_predicate,
    split_query,
)
from store.search.vocabulary import Vocabulary

log = logging.getLogger("newstui")


class IndexEngine:
    """The index of one library and the queries it answers, on the library's thread."""

    def __init__(self, folder: Path, library: SearchContext) -> None:
        """Open nothing yet; the lock of the index's writer is beside its folder."""
        self._folder = folder
        self._context = library
        self._index: FullTextIndex | None = None
        self._query_builder: IndexQueryBuilder | None = None
        self._numbers = ArticleNumbers()
        self._is_usable = False
        self._failure = ""
        """Why the last update failed; empty if it did not."""

    @property
    def problem(self) -> str:
        """A line about what a search misses, and why; empty if it finds everything."""
        if self._is_usable:
            return f"the search index is out of date ({self._failure})" if self._failure else ""
        if self._failure:
            return f"no search index ({self._failure}): {ONLY_TITLES}"
        return NOT_INDEXED if len(self._context.catalog()) else ""

    # -- the index -------------------------------------------------------------------------

    def current_index(self) -> FullTextIndex | None:
        """Return the index as any process last committed it; None if there is none."""
        if self._index is None:
            self._index = FullTextIndex(self._folder)
        try:
            if self._index.refresh():
                self._query_builder = None
        except IndexUnusable as error:
            log.debug("%s", error)
            self._is_usable = False
            self._index.close()
            return None
        self._is_usable = True
        return self._index

    def update(self, state: ReadingState) -> Generator[IndexProgress, None, bool]:
        """Index what is new, in steps, unless another process is doing it.

        Returns:
            False if another process was writing, which may end before it is done.
        """
        indexer, index = Indexer(self._folder, self._context), self.current_index()
        is_done, self._failure = True, ""
        try:
            yield from indexer.update(index.coverage if index else None, state)
        except LibraryBusy:
            is_done = False
        except (IndexUnusable, LibraryUnavailable, SaveFailed) as error:
            self._failure = str(error) if isinstance(error, LibraryUnavailable) else error.reason
            self._context.warn(f"the search index cannot be written: {self._failure}")
        if self.current_index() is not None:
            yield from self._number_articles(self._context.catalog())
        return is_done

    def _number_articles(self, catalog: Catalog) -> Iterator[IndexProgress]:
        if len(self._numbers) != catalog.total:
            for _ in self._numbers.set_in_steps(catalog):
                yield IndexProgress(0, 0)

    # -- the rows --------------------------------------------------------------------------

    def rows(self) -> Iterator[ArticleRow]:
        """Yield every row that is not deleted, newest first."""
        return self._context.catalog().rows()

    def facts(self) -> Iterator[Article]:
        """Yield the facts of every article."""
        return (facts for facts, _ in self._context.articles(list(self._context.catalog())))

    def feeds(self) -> Mapping[str, FeedLabel]:
        """Return name and category of every feed, by its key."""
        return self._context.feeds()

    def _rows_by_number(self, numbers: Iterable[int]) -> list[ArticleRow]:
        catalog = self._context.catalog()
        self._update_numbers(catalog)
        ids = map(self._numbers.find, numbers)
        return [row for article in ids if article and (row := catalog.get_row(article))]

    def _update_numbers(self, catalog: Catalog) -> None:
        if len(self._numbers) != catalog.total:
            self._numbers = ArticleNumbers(catalog)

    def row_by_number(self, number: int) -> ArticleRow | None:
        """Return the row of an article by its number in the index; None if it is gone."""
        return next(iter(self._rows_by_number([number])), None)

    def read_texts(self, articles: Iterable[str]) -> dict[str, tuple[str, str]]:
        """Return text and summary of some articles by id, of those that there are."""
        location, read = self._context.catalog().location, self._context.texts.read_text_and_summary
        return {each: read(at) for each in articles if (at := location(each))}

    def read_text(self, article: str) -> str:
        """Return the text of an article; empty if there is none or it cannot be read."""
        return self.read_texts([article]).get(article, ("", ""))[0]

    # -- asking ----------------------------------------------------------------------------

    @property
    def vocabulary(self) -> Vocabulary | None:
        """The words of the current index; None if there is none."""
        return builder.vocabulary if (builder := self.current_query_builder()) else None

    @property
    def document_count(self) -> int:
        """The number of articles in the index."""
        return index.document_count if (index := self.current_index()) else 0

    def find_titled(self, title: str) -> list[ArticleRow]:
        """Return articles with this title."""
        if builder := self.current_query_builder():
            try:
                hits = builder.index.search_uncounted(builder.title_query(title), MAX_SAME_TITLES)
                return self._rows_by_number([hit.number for hit in hits])
            except IndexUnusable as error:
                self.discard_index(error)
        return [row for row in self.rows() if row.title == title]

    def find_in_titles(self, part: str) -> list[ArticleRow]:
        """Return the articles with a text in their titles."""
        return row_search.find_in_titles(part, self)

    def answer(self, node: QueryNode, limit: int | None, *, newest: bool) -> Answer:
        """Return the articles that a query finds."""
        split = split_query(node)
        if split.needs_index and (builder := self.current_query_builder()):
            try:
                rows, total, is_exact = self._search_index(split, builder, limit, newest=newest)
                return Answer(node, rows, total, is_exact)
            except IndexUnusable as error:
                self.discard_index(error)
        rows = row_search.search_rows(node, self)
        return Answer(node, rows[:limit], len(rows), is_exact=True)

    def count(self, node: QueryNode) -> int:
        """Return how many articles match a query of words."""
        builder = self.current_query_builder()
        return builder.index.search(builder.build(node), 1).total if builder else 0

    def find_best(self, node: QueryNode, limit: int) -> list[tuple[ArticleRow, float]]:
        """Return the best articles for a query with their scores; none without an index.

        Raises:
            IndexUnusable: The index is damaged.
        """
        if (builder := self.current_query_builder()) is None:
            return []
        split = split_query(node)
        matches = self._row_predicate(split, builder)
        number = limit if matches is None else max(limit, MIN_FILTERED_HITS)
        hits = builder.index.search_uncounted(builder.build(split.index_part), number)
        found = [
            (row, hit.score)
            for hit in hits
            if (row := self.row_by_number(hit.number)) and (matches is None or matches(row))
        ]
        return found[:limit]

    def _row_predicate(self, split: SplitQuery, builder: IndexQueryBuilder) -> RowPredicate | None:
        """Return a function that tells whether a row matches what the index does not answer."""
        index = builder.index

        def leaf(condition: QueryLeaf) -> RowPredicate:
            if isinstance(condition, FeedCondition):
                return row_search.feed_predicate(condition, self.feeds())
            hits = index.search(builder.build(condition), max(1, index.document_count))
            numbers = {hit.number for hit in hits.hits}
            return lambda row: article_number(row.id) in numbers

        return build_predicate(split.row_part, leaf) if split.row_part.parts else None

    def _search_index(
        self, split: SplitQuery, builder: IndexQueryBuilder, limit: int | None, *, newest: bool
    ) -> tuple[list[ArticleRow], int, bool]:
        index, catalog = builder.index, self._context.catalog()
        matches = self._row_predicate(split, builder)
        if not split.index_part.parts:
            rows = [row for row in catalog.rows() if matches is None or matches(row)]
            return rows[:limit], len(rows), True
        number = limit or max(1, index.document_count)
        if matches is not None and limit:
            number = max(limit, MIN_FILTERED_HITS)
        query = builder.build(split.index_part)
        while True:
            hits = index.search(query, number, newest=newest)
            rows = self._rows_by_number([hit.number for hit in hits.hits])
            if matches is None:
                deleted = len(hits.hits) - len(rows)
                return rows[:limit], hits.total - deleted, True
            rows = [row for row in rows if matches(row)]
            if number >= hits.total or (limit and len(rows) >= limit):
                return rows[:limit], len(rows), number >= hits.total
            number *= 8

    def current_query_builder(self) -> IndexQueryBuilder | None:
        """Return a builder of queries of the current index; None if there is none."""
        index = self.current_index()
        if index is None:
            return None
        if self._query_builder is None:
            self._query_builder = IndexQueryBuilder(index)
        return self._query_builder

    def discard_index(self, error: Exception) -> None:
        """Stop using a damaged index, so that the next update recreates it."""
        log.warning("%s", error)
        self._is_usable = False
        if self._index is not None:
            self._index.discard()
        self._query_builder = None
