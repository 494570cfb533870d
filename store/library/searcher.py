"""Answers queries: words by the full-text index, facts by the rows in memory."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from store.journal.events import Event
from store.journal.reading_state import ReadingState
from store.library.catalog import Catalog
from store.model.article import Article, ArticleRow, ReadingStatus, Snippet
from store.model.errors import LibraryBusy, LibraryUnavailable, SaveFailed
from store.model.results import IndexProgress
from store.model.times import Clock
from store.search import ListQuery, SearchQuery
from store.search.matches import Matches
from store.segments.segments import Segments
from store.segments.text_reader import TextReader
from store.system.files import WarningHandler

if TYPE_CHECKING:
    from store.search.index import FullTextIndex
    from store.search.index_query import IndexQueryBuilder
    from store.search.predicates import RowPredicate
    from store.search.syntax_tree import And, QueryLeaf, QueryNode, ValueCondition

NOT_INDEXED = "not indexed yet: only titles and categories"
MIN_FILTERED_HITS = 2000
"""Hits whose facts are looked at, at first, where a query asks for words and facts."""

REINDEX_KINDS = {"edited", "tagged", "untagged", "deleted", "restored", "undone"}
"""Events that change what is found."""

log = logging.getLogger("newstui")


class SearchContext(NamedTuple):
    """What of its library the finder uses."""

    catalog: Callable[[], Catalog]
    articles: Callable[[Iterable[str]], Iterator[tuple[Article, ReadingStatus]]]
    """Gives the facts of articles by their ids."""
    segments: Segments
    clock: Clock
    warn: WarningHandler
    """Told of segments that cannot be read."""


@dataclass(frozen=True, slots=True)
class SplitQuery:
    """A query taken apart."""

    index_part: And
    """What the index answers."""
    row_part: And
    """What the rows answer, with the help of the index where the two are mixed."""

    @property
    def needs_index(self) -> bool:
        """Whether rows alone do not answer it."""
        from store.search.predicates import is_row_condition
        from store.search.syntax_tree import iter_leaves

        return bool(self.index_part.parts) or not all(
            map(is_row_condition, iter_leaves(self.row_part))
        )


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
        self.text_reader = TextReader(library.segments)
        """Single texts, by their places."""
        self._ids_by_number: dict[int, str] = {}
        self.problem = NOT_INDEXED
        """Why the index cannot be asked; empty if it can."""
        self.is_stale = True
        """Whether something has changed since it was last brought up to date."""

    # -- the index -------------------------------------------------------------------------

    def current_index(self) -> FullTextIndex | None:
        """The index as it was last committed, by whichever process; None if there is none."""
        from store.search.index import FullTextIndex, IndexUnusable

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

    def note_events(self, events: Iterable[Event]) -> None:
        """Note what happened, as far as it changes what is found."""
        self.is_stale |= any(event.kind in REINDEX_KINDS for event in events)

    def update(self, state: ReadingState) -> Iterator[IndexProgress]:
        """Index what is new, in steps; nothing is done where another process does it."""
        from store.library.indexer import Indexer
        from store.search.index import IndexUnusable

        library = self._context
        upkeep = Indexer(self._folder, library.catalog, library.segments, library.warn)
        index = self.current_index()
        self.is_stale = False
        try:
            yield from upkeep.update(index.coverage if index else None, state)
        except LibraryBusy:
            self.is_stale = True  # that process may end before it is done
        except (IndexUnusable, LibraryUnavailable, SaveFailed) as error:
            log.debug("%s", error)
        if self.current_index() is not None:
            self._update_ids(self._context.catalog())

    # -- asking ----------------------------------------------------------------------------

    def rows(self, query: ListQuery) -> list[ArticleRow]:
        """The rows of a list."""
        if not query.text.strip():
            return query.select(self._context.catalog().rows())
        asked = split_query(self._parse(query.text))
        return query.select(self._answer(asked, None, newest=True)[0])

    def search(self, search: SearchQuery, limit: int | None = None) -> Matches:
        """What a search finds."""
        from store.search.highlight import make_highlighter, no_other_forms, search_terms
        from store.search.syntax_tree import iter_wanted_words

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
        from store.search.language import (
            parse_query,
        )  # here and not above: a start asks for nothing

        return parse_query(text, int(self._context.clock().timestamp()), typing=typing)

    def snippets(self, matches: Matches, articles: Iterable[str]) -> Mapping[str, Snippet]:
        """For each article that is there the line in which the words stand."""
        from store.search.highlight import make_snippet

        shelf = self._context.catalog()
        places = {each: place for each in articles if (place := shelf.location(each))}
        found = matches.highlighter
        return {
            article: make_snippet(found, self.text_reader.read_text_and_summary(place))
            for article, place in places.items()
        }

    def _answer(
        self, asked: SplitQuery, limit: int | None, *, newest: bool
    ) -> tuple[list[ArticleRow], int, bool]:
        from store.search.index import IndexUnusable
        from store.search.syntax_tree import make_and

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
        from store.search.index import article_number
        from store.search.predicates import build_predicate

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
        from store.search.index import article_number

        if len(self._ids_by_number) != shelf.total:
            self._ids_by_number = {article_number(article): article for article in shelf}

    def _search_rows(self, node: QueryNode) -> list[ArticleRow]:
        """The rows that fit as far as they tell: words are looked for in titles and categories."""
        from store.search.highlight import make_highlighter
        from store.search.predicates import build_predicate
        from store.search.syntax_tree import MATCH_ALL, ValueCondition, WordsCondition

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
        from store.search.index_query import IndexQueryBuilder

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
        return self.text_reader.read_text_and_summary(place)[0] if place else ""

    def discard_index(self, error: Exception) -> None:
        """The index cannot be used: it is left, so that the next upkeep builds it anew."""
        log.warning("%s", error)
        self.problem = NOT_INDEXED
        if self._index is not None:
            self._index.discard()
        self._query_builder = None


class Searchable:
    """The calls of `store.library.protocol.Library` that a finder answers."""

    searcher: LibrarySearcher

    @property
    def is_index_stale(self) -> bool:
        """Whether something has changed since it was last prepared."""
        return self.searcher.is_stale

    def rows(self, query: ListQuery) -> list[ArticleRow]:
        """The rows of a list."""
        return self.searcher.rows(query)

    def search(self, search: SearchQuery, limit: int | None = None) -> Matches:
        """What a search finds."""
        return self.searcher.search(search, limit)

    def snippets(self, matches: Matches, articles: Iterable[str]) -> Mapping[str, Snippet]:
        """The lines in which the words of a search stand."""
        return self.searcher.snippets(matches, articles)


def query_needs_index(text: str, now: int = 0) -> bool:
    """Whether a query asks for more than rows tell.

    Raises:
        BadQuery: It cannot be understood.
    """
    from store.search.language import parse_query

    return split_query(parse_query(text, now)).needs_index


def split_query(node: QueryNode) -> SplitQuery:
    """What the index can answer by itself, and the rest."""
    from store.search.predicates import is_row_condition
    from store.search.syntax_tree import And, iter_leaves

    parts = node.parts if isinstance(node, And) else (node,)
    words = [part for part in parts if not any(map(is_row_condition, iter_leaves(part)))]
    facts = [part for part in parts if part not in words]
    return SplitQuery(And(tuple(words)), And(tuple(facts)))


def matches_value(facts: Article, asked: ValueCondition) -> bool:
    """Whether an article has a tag, a source or a language."""
    from store.text.tokenizer import normalize_text

    there = {"tag": facts.tags, "source": (facts.source,), "lang": (facts.language,)}
    value = normalize_text(asked.value)
    for each in map(normalize_text, there[asked.column]):
        if each == value or (asked.is_prefix and each.startswith(value)):
            return True
        if asked.column == "lang" and each.replace("_", "-").startswith(f"{value}-"):
            return True
    return False
