"""Searches, and the full-text index in the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from store.model.article import Snippet
from store.model.results import IndexProgress
from store.postgres.access import Access
from store.postgres.list_sql import Condition
from store.postgres.reader import Reader
from store.search.highlight import make_highlighter
from store.search.list_query import Matches, PassageMatches, SearchQuery
from store.text.folding import normalize_text

NOT_INDEXED = "a library on PostgreSQL is not searched by this version"


class Searcher:
    """Answers queries."""

    is_stale = False
    """True if articles are still to be indexed."""

    def __init__(self, access: Access, reader: Reader) -> None:
        """Search nothing yet."""
        self._access = access
        self._reader = reader

    def update(self) -> Iterator[IndexProgress]:
        """Index what is new, in steps."""
        yield from ()

    def search(self, search: SearchQuery, limit: int | None) -> Matches:
        """Return the articles that a search finds."""
        return Matches((), 0, True, NOT_INDEXED, make_highlighter(()), ())

    def condition(self, text: str) -> Condition:
        """Return the condition of a list with this text.

        Raises:
            InvalidQuery: It cannot be parsed.
        """
        words = [normalize_text(word) for word in text.split()]
        titles = " and ".join(
            f"strpos(a.title_key, %(word_{place})s) > 0" for place in range(len(words))
        )
        return Condition(titles, {f"word_{place}": word for place, word in enumerate(words)})

    def passages(self, text: str, limit: int) -> PassageMatches:
        """Return the best paragraphs for a query."""
        return PassageMatches((), NOT_INDEXED)

    def correct(self, text: str) -> str:
        """Return a query with misspelt words corrected."""
        return ""

    def snippets(self, matches: Matches, articles: Iterable[str]) -> Mapping[str, Snippet]:
        """Return a snippet for each of some articles that a search found, by id."""
        return {}
