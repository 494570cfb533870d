"""What the full-text index knows of one article: similar readings, key terms, what is new in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from store.library.searcher import LibrarySearcher
from store.model.article import ArticleInsights, ArticleRow, FullArticle, SimilarArticle
from store.search.embeddings import Embeddings, load_installed_embeddings
from store.search.index import IndexUnusable
from store.search.similar import SimilarArticleFinder
from store.text.summary import find_summary_positions

MAX_SIMILAR = 5

T = TypeVar("T")


class RelatedArticles:
    """Asks the index of a library about its articles; without an index there is less to tell."""

    def __init__(self, finder: LibrarySearcher, rows: Callable[[], Iterable[ArticleRow]]) -> None:
        """Ask this finder's index; `rows` are all of the library."""
        self._searcher = finder
        self._rows = rows

    def similar(self, entry: FullArticle) -> tuple[SimilarArticle, ...]:
        """Up to five similar readings; without an index those that came with the article."""

        def best(index: SimilarArticleFinder) -> tuple[SimilarArticle, ...]:
            return index.find(entry.article, entry.body, MAX_SIMILAR)

        found = self._ask_index(best, load_installed_embeddings)
        return tuple(self._match_titles(entry.body.similar)) if found is None else found

    def insights(self, entry: FullArticle) -> ArticleInsights:
        """What else is known of an article; without an index only where its summary stands."""
        known = (
            self._ask_index(lambda index: index.insights(entry.article, entry.body))
            or ArticleInsights()
        )
        return replace(known, summary_positions=find_summary_positions(entry.body))

    def _ask_index(
        self,
        question: Callable[[SimilarArticleFinder], T],
        vectors: Callable[[], Embeddings | None] = lambda: None,
    ) -> T | None:
        index = self._searcher.current_index()
        if index is None:
            return None
        try:
            return question(
                SimilarArticleFinder(
                    index, self._searcher.row_by_number, self._searcher.read_text, vectors()
                )
            )
        except IndexUnusable as error:
            self._searcher.discard_index(error)
            return None

    def _match_titles(self, titles: Iterable[str]) -> Iterator[SimilarArticle]:
        wanted = {title.casefold(): title for title in titles if title.strip()}
        rows = (row for row in self._rows() if row.title.casefold() in wanted) if wanted else ()
        there = {row.title.casefold(): row for row in rows}
        for key, title in list(wanted.items())[:MAX_SIMILAR]:
            if row := there.get(key):
                yield SimilarArticle(
                    row.id, row.title, row.category, row.timestamp, row.read, origin="import"
                )
            else:
                yield SimilarArticle(None, title, origin="import")
