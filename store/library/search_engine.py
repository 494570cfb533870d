"""The protocol of what answers a query once it is parsed: an index of words, and the rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from store.model.article import ArticleRow
from store.search.list_query import sort_newest_first
from store.search.syntax_tree import QueryNode
from store.search.vocabulary import Vocabulary

ONLY_TITLES = "searching titles and categories only"
NOT_INDEXED = f"not indexed yet: {ONLY_TITLES}"
MAX_SAME_TITLES = 100
"""Articles that are found because their title is the query."""
MIN_FILTERED_HITS = 2000
"""Hits examined first if a query asks for words and facts."""


class Answer(NamedTuple):
    """The articles that a query finds."""

    node: QueryNode
    """The query."""
    rows: list[ArticleRow]
    """The first of them, up to the limit."""
    total: int
    is_exact: bool
    """False if there may be more than `total`."""

    def with_titled(
        self, titled: Sequence[ArticleRow], limit: int | None, *, newest: bool
    ) -> Answer:
        """Return the answer with articles whose title is the query: first, unless the newest are."""
        ids = {row.id for row in titled}
        rows = [*titled, *(row for row in self.rows if row.id not in ids)] if ids else self.rows
        if newest and ids:
            rows = sort_newest_first(rows)
        return self._replace(rows=rows[:limit], total=max(self.total, len(rows)))


class SearchEngine(Protocol):
    """Answers queries about one library, on its thread.

    Raises:
        IndexUnusable: By `vocabulary` and its calls, `count` and `find_best`: the index is damaged.
    """

    @property
    def problem(self) -> str:
        """A line about what a search misses, and why; empty if it finds everything."""

    @property
    def vocabulary(self) -> Vocabulary | None:
        """The words of the current index; None if there is none."""

    @property
    def document_count(self) -> int:
        """The number of articles in the index."""

    def answer(self, node: QueryNode, limit: int | None, *, newest: bool) -> Answer:
        """Return the articles that a query finds; without the index, what their rows answer.

        Args:
            node: The query.
            limit: The most rows to return; None for all.
            newest: Whether they are sorted by date instead of by score.
        """

    def find_titled(self, title: str) -> list[ArticleRow]:
        """Return up to `MAX_SAME_TITLES` articles with this title."""

    def find_in_titles(self, part: str) -> list[ArticleRow]:
        """Return the articles with a text in their titles, ignoring case, newest first."""

    def find_best(self, node: QueryNode, limit: int) -> list[tuple[ArticleRow, float]]:
        """Return the best articles for a query with their scores; none without an index."""

    def count(self, node: QueryNode) -> int:
        """Return how many articles match a query of words."""

    def read_texts(self, articles: Iterable[str]) -> Mapping[str, tuple[str, str]]:
        """Return text and summary of some articles by id, of those that there are."""

    def discard_index(self, error: Exception) -> None:
        """Stop using a damaged index, so that the next update recreates it."""
