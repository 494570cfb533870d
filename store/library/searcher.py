"""Answers queries: words by the full-text index, facts by the rows in memory."""

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
from store.search.predicates import RowPredicate, SplitQuery, build_predicate, split_query
from store.search.syntax_tree import (
    MATCH_ALL,
    QueryLeaf,
    QueryNode,
    ValueCondition,
    WordsCondition,
    iter_wanted_words,
    make_and,
)
from store.segments.segments import Segments
from store.segments.text_reader import TextReader
from store.system.files import WarningHandler
from store.text.tokenizer import normalize_text

NOT_INDEXED = "not indexed yet: only titles and categories"
MIN_FILTERED_HITS = 2000
"""Hits whose facts are looked at, at first, where a query asks for words and facts."""

log = logging.getLogger("newstui")


class SearchContext(NamedTuple):
    """What of its library the finder uses."""

    catalog: Callable[[], Catalog]
    articles: Callable[[Iterable[str]], Iterator[tuple[Article, ReadingStatus]]]
    """Gives the facts of articles by their ids."""
    segments: Segments
    texts: TextReader
    clock: Clock
    warn: WarningHandler
    """Told of segments that cannot be read."""


class LibrarySearcher:
    """The index of one library and what is asked of it, on the library's thread."""

    def __init__(self, folder: Path, library: SearchContext) -> None:
        """Know where the index is; nothing is opened yet.

        Args:
            folder: Of the index; beside it stands the lock of who writes it.
            library: What is indexed.
        """
        self._folder = folder
        self._context = library
        self._index: FullTextIndex | None = None
        self._query_builder: IndexQueryBuilder | None = None
        self._ids_by_number: dict[int, str] = {}
        self.problem = NOT_INDEXED
        """Why the index cannot be asked; empty if it can."""

    # -- the index -------------------------------------------------------------------------

    def current_index(self) -> FullTextIndex | None:
        """The index as it was last committed, by whichever process; None if there is none."""
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
        """Index what is new, in steps; nothing is done where another process does it.

        Returns:
            Whether it was done; another process that is writing may end before it is.
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
        """The rows that a query finds, the newest first."""
        return self._answer(split_query(self._parse(text)), None, newest=True)[0]

    def search(self, search: SearchQuery, limit: int | None = None) -> Matches:
        """What a search finds."""
        node = self._parse(search.text, typing=search.is_typing)
        apart = split_query(node)
        rows, total, exact = self._answer(apart, limit, newest=search.newest_first)
        note = self.problem if apart.needs_index else ""
        forms = lookup.forms if (lookup := self._current_query_builder()) else no_other_forms
        asked = list(iter_wanted_words(node))
        return Matches(
            rows, total, exact, note, make_highlighter(asked, forms), search_terms(asked, forms)
        )

    def _parse(self, text: str, *, typing: bool = False) -> QueryNode:
        return parse_query(text, int(self._context.clock().timestamp()), typing=typing)

    def snippets(self, matches: Matches, articles: Iterable[str]) -> Mapping[str, Snippet]:
        """For each article that is there the line in which the words stand."""
        shelf = self._context.catalog()
        places = {each: place for each in articles if (place := shelf.location(each))}
        found = matches.highlighter
        return {
            article: make_snippet(found, self._context.texts.read_text_and_summary(place))
            for article, place in places.items()
        }

    def _answer(
        self, asked: SplitQuery, limit: int | None, *, newest: bool
    ) -> tuple[list[ArticleRow], int, bool]:
        if asked.needs_index and (lookup := self._current_query_builder()):
            try:
                return self._search_index(asked, lookup, limit, newest=newest)
            except IndexUnusable as error:
                self.discard_index(error)
        rows = self._search_rows(make_and(asked.index_part, asked.row_part))
        return rows[:limit], len(rows), True

    def _search_index(
        self, asked: SplitQuery, lookup: IndexQueryBuilder, limit: int | None, *, newest: bool
    ) -> tuple[list[ArticleRow], int, bool]:
        def leaf(of: QueryLeaf) -> RowPredicate:
            hits = index.search(lookup.build(of), everything)
            numbers = {hit.number for hit in hits.hits}
            return lambda row: article_number(row.id) in numbers

        index, shelf = lookup.index, self._context.catalog()
        everything = max(1, index.document_count)
        fits = build_predicate(asked.row_part, leaf) if asked.row_part.parts else None
        if not asked.index_part.parts:
            rows = [row for row in shelf.rows() if fits is None or fits(row)]
            return rows[:limit], len(rows), True
        number = limit or everything
        if fits is not None and limit:
            number = max(limit, MIN_FILTERED_HITS)
        query = lookup.build(asked.index_part)
        while True:
            hits = index.search(query, number, newest=newest)
            rows = self._rows_by_number([hit.number for hit in hits.hits])
            if fits is None:
                gone = len(hits.hits) - len(rows)
                return rows[:limit], hits.total - gone, True
            rows = [row for row in rows if fits(row)]
            if number >= hits.total or (limit and len(rows) >= limit):
                return rows[:limit], len(rows), number >= hits.total
            number *= 8

    def _rows_by_number(self, numbers: Iterable[int]) -> list[ArticleRow]:
        shelf = self._context.catalog()
        self._update_ids(shelf)
        ids = (self._ids_by_number.get(number) for number in numbers)
        return [row for article in ids if article and (row := shelf.get_row(article))]

    def _update_ids(self, shelf: Catalog) -> None:
        if len(self._ids_by_number) != shelf.total:
            self._ids_by_number = {article_number(article): article for article in shelf}

    def _search_rows(self, node: QueryNode) -> list[ArticleRow]:
        """The rows that fit as far as they tell: words are looked for in titles and categories."""
        shelf = self._context.catalog()

        def leaf(of: QueryLeaf) -> RowPredicate:
            if isinstance(of, ValueCondition):
                every = self._context.articles(list(shelf))
                ids = {facts.id for facts, _ in every if matches_value(facts, of)}
                return lambda row: row.id in ids
            if not isinstance(of, WordsCondition):
                raise TypeError(f"rows answer {of}")
            found, field = make_highlighter([of]), of.field
            return lambda row: (
                (field in ("", "title") and found.matches(row.title))
                or (field == "" and found.matches(row.category))
            )

        if node == MATCH_ALL:
            return list(shelf.rows())
        fits = build_predicate(node, leaf)
        return [row for row in shelf.rows() if fits(row)]

    def _current_query_builder(self) -> IndexQueryBuilder | None:
        index = self.current_index()
        if index is None:
            return None
        if self._query_builder is None:
            self._query_builder = IndexQueryBuilder(index)
        return self._query_builder

    def row_by_number(self, number: int) -> ArticleRow | None:
        """The row of an article by its number in the index; None if there is none or it is deleted."""
        shelf = self._context.catalog()
        self._update_ids(shelf)
        article = self._ids_by_number.get(number)
        return shelf.get_row(article) if article else None

    def read_text(self, article: str) -> str:
        """The text of an article; empty where there is none or it cannot be read."""
        place = self._context.catalog().location(article)
        return self._context.texts.read_text_and_summary(place)[0] if place else ""

    def discard_index(self, error: Exception) -> None:
        """The index cannot be used: it is left, so that the next upkeep builds it anew."""
        log.warning("%s", error)
        self.problem = NOT_INDEXED
        if self._index is not None:
            self._index.discard()
        self._query_builder = None


def matches_value(facts: Article, asked: ValueCondition) -> bool:
    """Whether an article has a tag, a source or a language."""
    there = {"tag": facts.tags, "source": (facts.source,), "lang": (facts.language,)}
    value = normalize_text(asked.value)
    for each in map(normalize_text, there[asked.column]):
        if each == value or (asked.is_prefix and each.startswith(value)):
            return True
        if asked.column == "lang" and each.replace("_", "-").startswith(f"{value}-"):
            return True
    return False
