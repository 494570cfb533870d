"""Similar articles, keywords and new paragraphs of one article."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from store.model.article import ArticleInsights, ArticleRow, FullArticle, SimilarArticle
from store.postgres.access import Access
from store.postgres.reader import Reader
from store.postgres.searcher import PostgresSearcher

if TYPE_CHECKING:
    from store.library.vector_cache import ArticleVector
    from store.search.similar import ComparedArticle


class Related:
    """Compares articles."""

    def __init__(self, access: Access, reader: Reader, searcher: PostgresSearcher) -> None:
        """Compare nothing yet."""
        self._access = access
        self._reader = reader
        self._searcher = searcher

    def similar(self, entry: FullArticle) -> tuple[SimilarArticle, ...]:
        """Return up to five similar articles."""
        return ()

    def story_candidates(self, entry: FullArticle) -> tuple[ComparedArticle, ...]:
        """Return an article and those with most words in common."""
        return ()

    def insights(self, entry: FullArticle) -> ArticleInsights:
        """Return insights into an article."""
        return ArticleInsights()

    def vectors(self, rows: Sequence[ArticleRow]) -> Iterator[Mapping[str, ArticleVector]]:
        """Yield the term vectors of articles, in batches."""
        yield from ()
