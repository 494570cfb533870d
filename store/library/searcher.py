"""Answer queries: words from the full-text index, facts from the rows in memory."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from store.journal.reading_state import ReadingState
from store.library.catalog import Catalog
from store.library.indexer import Indexer
from store.model.article import Article, ArticleRow, ReadingStatus, Snippet
from store.model.errors import LibraryBusy, LibraryUnavailable, SaveFailed
from store.model.results import IndexProgress
from store.model.times import Clock
from store.search import Matches, SearchQuery
from store.search.highlight import make_highlighter, make_snippet, no_other_forms, search_terms
from store.search.index import FullTextIndex, IndexUnusable, article_number
from store.search.index_query import IndexQueryBuilder
from store.search.language import parse_query
from store.search.syntax_tree import (
    MATCH_ALL,
    QueryLeaf,
    QueryNode,
    RowPredicate,
    SplitQuery,
    ValueCondition,
    WordsCondition,
    build_predicate,
    iter_wanted_words,
    make_and,
    split_query,
)
from store.segments.segments import Segments
from store.segments.text_reader import TextReader
from store.system.files import WarningHandler
from store.text.tokenizer import normalize_text

NOT_INDEXED = "not indexed yet: searching titles and categories only"
MIN_FILTERED_HITS = 2000
"""Hits examined first if a query asks for words and facts."""

log = logging.getLogger("newstui")


class SearchContext(NamedTuple):
    """The parts of its library that a searcher uses."""

    catalog: Callable[[], Catalog]
    articles: Callable[[Iterable[str]], Iterator[tuple[Article, ReadingStatus]]]
    """Yields the facts of articles by their ids."""
    segments: Segments
    texts: TextReader
    clock: Clock
    warn: WarningHandler
    """Called with a line about a segment that cannot be read."""


class LibrarySearcher:
    """The index of one library and the queries it answers, on the library's thread."""

    def __init__(self, folder: Path, library: SearchContext) -> None:
        """Open nothing yet; the lock of the index's writer is beside its folder."""
        self._folder = folder
        self._context = library
        self._index: FullTextIndex | None = None
        self._query_builder: IndexQueryBuilder | None = None
        self._ids_by_number: dict[int, str] = {}
        self.problem = NOT_INDEXED
        """Why the index cannot be used; empty if it can."""

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
            self.problem = NOT_INDEXED
            self._index.close()
            return None
        self.problem = ""
        return self._index

    def update(self, state: ReadingState) -> Generator[IndexProgress, None, bool]:
        """Index what is new, in steps, unless another process is doing it.

        Returns:
            False if another process was writing, which may end before it is done.
        """
        library = self._context
        indexer = Indexer(self._folder, library.catalog, library.segments, library.warn)
        index = self.current_index()
        is_done = True
        try:
            yield from indexer.update(index.coverage if index else None, state)
        except LibraryBusy:
            is_done = False
        except (IndexUnusable, LibraryUnavailable, SaveFailed) as error:
            log.debug("%s", error)
        if self.current_index() is not None:
            self._update_ids(library.catalog())
        return is_done

    # -- asking ----------------------------------------------------------------------------

    def rows(self, text: str) -> list[ArticleRow]:
        """Return the rows that match a query, newest first."""
        return self._answer(split_query(self._parse(text)), None, newest=True)[0]

    def search(self, search: SearchQuery, limit: int | None = None) -> Matches:
        """Return the articles that a search finds."""
        node = self._parse(search.text, typing=search.is_typing)
        split = split_query(node)
        rows, total, exact = self._answer(split, limit, newest=search.newest_first)
        note = self.problem if split.needs_index else ""
        forms = builder.forms if (builder := self._current_query_builder()) else no_other_forms
        words = list(iter_wanted_words(node))
        return Matches(
            rows, total, exact, note, make_highlighter(words, forms), search_terms(words, forms)
        )

    def _parse(self, text: str, *, typing: bool = False) -> QueryNode:
        return parse_query(text, int(self._context.clock().timestamp()), typing=typing)

    def snippets(self, matches: Matches, articles: Iterable[str]) -> Mapping[str, Snippet]:
        """Return a snippet for each of some articles that a search found, by id."""
        catalog = self._context.catalog()
        locations = {each: location for each in articles if (location := catalog.location(each))}
        highlighter = matches.highlighter
        return {
            article: make_snippet(highlighter, self._context.texts.read_text_and_summary(location))
            for article, location in locations.items()
        }

    def _answer(
        self, split: SplitQuery, limit: int | None, *, newest: bool
    ) -> tuple[list[ArticleRow], int, bool]:
        if split.needs_index and (builder := self._current_query_builder()):
            try:
                return self._search_index(split, builder, limit, newest=newest)
            except IndexUnusable as error:
                self.discard_index(error)
        rows = self._search_rows(make_and(split.index_part, split.row_part))
        return rows[:limit], len(rows), True

    def _search_index(
        self, split: SplitQuery, builder: IndexQueryBuilder, limit: int | None, *, newest: bool
    ) -> tuple[list[ArticleRow], int, bool]:
        def leaf(condition: QueryLeaf) -> RowPredicate:
            hits = index.search(builder.build(condition), total)
            numbers = {hit.number for hit in hits.hits}
            return lambda row: article_number(row.id) in numbers

        index, catalog = builder.index, self._context.catalog()
        total = max(1, index.document_count)
        matches = build_predicate(split.row_part, leaf) if split.row_part.parts else None
        if not split.index_part.parts:
            rows = [row for row in catalog.rows() if matches is None or matches(row)]
            return rows[:limit], len(rows), True
        number = limit or total
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

    def _rows_by_number(self, numbers: Iterable[int]) -> list[ArticleRow]:
        catalog = self._context.catalog()
        self._update_ids(catalog)
        ids = (self._ids_by_number.get(number) for number in numbers)
        return [row for article in ids if article and (row := catalog.get_row(article))]

    def _update_ids(self, catalog: Catalog) -> None:
        if len(self._ids_by_number) != catalog.total:
            self._ids_by_number = {article_number(article): article for article in catalog}

    def _search_rows(self, node: QueryNode) -> list[ArticleRow]:
        """Return the rows that match; without the index, words match titles and categories."""
        catalog = self._context.catalog()

        def leaf(condition: QueryLeaf) -> RowPredicate:
            if isinstance(condition, ValueCondition):
                every = self._context.articles(list(catalog))
                ids = {facts.id for facts, _ in every if matches_value(facts, condition)}
                return lambda row: row.id in ids
            if not isinstance(condition, WordsCondition):
                raise TypeError(f"not a condition of words: {condition}")
            highlighter, field = make_highlighter([condition]), condition.field
            return lambda row: (
                (field in ("", "title") and highlighter.matches(row.title))
                or (field == "" and highlighter.matches(row.category))
            )

        if node == MATCH_ALL:
            return list(catalog.rows())
        matches = build_predicate(node, leaf)
        return [row for row in catalog.rows() if matches(row)]

    def _current_query_builder(self) -> IndexQueryBuilder | None:
        index = self.current_index()
        if index is None:
            return None
        if self._query_builder is None:
            self._query_builder = IndexQueryBuilder(index)
        return self._query_builder

    def row_by_number(self, number: int) -> ArticleRow | None:
        """Return the row of an article by its number in the index; None if it is gone."""
        catalog = self._context.catalog()
        self._update_ids(catalog)
        article = self._ids_by_number.get(number)
        return catalog.get_row(article) if article else None

    def read_text(self, article: str) -> str:
        """Return the text of an article; empty if there is none or it cannot be read."""
        location = self._context.catalog().location(article)
        return self._context.texts.read_text_and_summary(location)[0] if location else ""

    def discard_index(self, error: Exception) -> None:
        """Stop using a damaged index, so that the next update recreates it."""
        log.warning("%s", error)
        self.problem = NOT_INDEXED
        if self._index is not None:
            self._index.discard()
        self._query_builder = None


def matches_value(facts: Article, condition: ValueCondition) -> bool:
    """Return True if an article has a tag, a source or a language."""
    values = {"tag": facts.tags, "source": (facts.source,), "lang": (facts.language,)}
    value = normalize_text(condition.value)
    for each in map(normalize_text, values[condition.column]):
        if each == value or (condition.is_prefix and each.startswith(value)):
            return True
        if condition.column == "lang" and each.replace("_", "-").startswith(f"{value}-"):
            return True
    return False
