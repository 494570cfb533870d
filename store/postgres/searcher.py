"""Searches, and the full-text index in the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from store.library.passages import PassageFinder
from store.library.searcher import Searcher
from store.model.article import Snippet
from store.model.errors import InvalidQuery
from store.model.results import IndexProgress
from store.postgres.access import Access
from store.postgres.index_updates import IndexUpdater
from store.postgres.list_sql import Condition
from store.postgres.reader import Reader
from store.postgres.search_engine import PostgresEngine
from store.search.list_query import Matches, PassageMatches, SearchQuery
from store.text.clean import clean_line


class PostgresSearcher:
    """Answers queries, and keeps the index up to date."""

    def __init__(self, access: Access, reader: Reader) -> None:
        """Search nothing yet."""
        self._access = access
        self._reader = reader
        self.engine = PostgresEngine(access, reader)
        """Answers the parts of queries."""
        self._searcher = Searcher(self.engine, access.clock)
        self._updater = IndexUpdater(access)

    @property
    def is_stale(self) -> bool:
        """True if articles are still to be indexed by this account."""
        return self._updater.is_stale()

    def update(self) -> Iterator[IndexProgress]:
        """Index what is new, in steps."""
        for progress in self._updater.update():
            self.engine.forget_words()
            yield progress
        self.engine.failure = self._updater.failure

    def search(self, search: SearchQuery, limit: int | None) -> Matches:
        """Return the articles that a search finds."""
        return self._searcher.search(search, limit)

    def condition(self, text: str) -> Condition:
        """Return the condition of a list with this text.

        Raises:
            InvalidQuery: It cannot be parsed, and is no part of a title.
        """
        title = clean_line(text)
        try:
            node = self._searcher.parse(text)
        except InvalidQuery:
            if not title or not self.engine.find_in_titles(title):
                raise
            return self.engine.title_condition(title)
        condition = self.engine.condition(node)
        if titled := [row.id for row in self.engine.find_titled(title)]:
            sql = f"(({condition.sql}) or a.id = any(%(titled)s))"
            return Condition(sql, {**condition.parameters, "titled": titled})
        return condition

    def passages(self, text: str, limit: int) -> PassageMatches:
        """Return the best paragraphs for a query."""
        return PassageFinder(self._searcher, self.engine, self._reader.articles).find(text, limit)

    def correct(self, text: str) -> str:
        """Return a query with misspelt words corrected."""
        return self._searcher.correct(SearchQuery(text))

    def snippets(self, matches: Matches, articles: Iterable[str]) -> Mapping[str, Snippet]:
        """Return a snippet for each of some articles that a search found, by id."""
        return self._searcher.snippets(matches, articles)
