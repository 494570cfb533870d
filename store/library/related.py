"""Similar articles, keywords and new paragraphs of one article, from the full-text index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from store.library.searcher import LibrarySearcher
from store.model.article import ArticleInsights, ArticleRow, FullArticle, SimilarArticle
from store.search.index import IndexUnusable
from store.search.similar import ComparedArticle, SimilarArticleFinder
from store.text.summary import find_summary_positions

if TYPE_CHECKING:
    from store.search.article_embeddings import ArticleEmbeddings

MAX_SIMILAR = 5

T = TypeVar("T")


class RelatedArticles:
    """Queries the index about single articles; without an index, the answers are poorer."""

    def __init__(
        self,
        searcher: LibrarySearcher,
        rows: Callable[[], Iterable[ArticleRow]],
        embeddings: Callable[[], ArticleEmbeddings | None] = lambda: None,
    ) -> None:
        """Use the index of this searcher.

        Args:
            searcher: It has the index.
            rows: Returns all rows of the library.
            embeddings: Returns the embeddings of its articles; None if there are none.
        """
        self._searcher = searcher
        self._rows = rows
        self._embeddings = embeddings

    def similar(self, entry: FullArticle) -> tuple[SimilarArticle, ...]:
        """Return up to five similar articles; without an index, those the article names."""
        found = self._ask_index(lambda index: index.find(entry.article, entry.body, MAX_SIMILAR))
        return tuple(self._match_titles(entry.body.similar)) if found is None else found

    def story_candidates(self, entry: FullArticle) -> tuple[ComparedArticle, ...]:
        """Return an article and those with most words in common; nothing without an index."""
        found = self._ask_index(lambda index: index.story_candidates(entry.article, entry.body))
        return found or ()

    def insights(self, entry: FullArticle) -> ArticleInsights:
        """Return insights into an article; without an index, only the position of its summary."""
        insights = self._ask_index(lambda index: index.insights(entry.article, entry.body))
        positions = find_summary_positions(entry.body)
        return replace(insights or ArticleInsights(), summary_positions=positions)

    def _ask_index(self, question: Callable[[SimilarArticleFinder], T]) -> T | None:
        index = self._searcher.current_index()
        if index is None:
            return None
        try:
            lookups = self._searcher.row_by_number, self._searcher.read_text
            return question(SimilarArticleFinder(index, *lookups, self._embeddings()))
        except IndexUnusable as error:
            self._searcher.discard_index(error)
            return None

    def _match_titles(self, titles: Iterable[str]) -> Iterator[SimilarArticle]:
        titles_by_key = {title.casefold(): title for title in titles if title.strip()}
        rows = self._rows() if titles_by_key else ()
        by_title = {key: row for row in rows if (key := row.title.casefold()) in titles_by_key}
        for key, title in list(titles_by_key.items())[:MAX_SIMILAR]:
            if row := by_title.get(key):
                yield SimilarArticle(
                    row.id, row.title, row.category, row.timestamp, row.read, origin="import"
                )
            else:
                yield SimilarArticle(None, title, origin="import")
