"""Similar articles, keywords and new paragraphs of one article."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from store.library.related import RelatedArticles
from store.library.vector_cache import ArticleVector, VectorCache
from store.model.article import ArticleInsights, ArticleRow, FullArticle, SimilarArticle
from store.postgres.access import Access
from store.postgres.comparison import PostgresComparison
from store.postgres.reader import Reader
from store.postgres.searcher import PostgresSearcher
from store.postgres.words import IndexWords
from store.search.similar import ComparedArticle, SimilarArticleFinder


class Related:
    """Compares articles."""

    def __init__(self, access: Access, reader: Reader, searcher: PostgresSearcher) -> None:
        """Compare nothing yet."""
        self._access = access
        self._reader = reader
        self._searcher = searcher
        engine = searcher.engine
        self._articles = RelatedArticles(
            self._make_finder, engine.rows_with_titles, engine.discard_index
        )
        self._vectors = VectorCache(access.cache, self)

    def _make_finder(self) -> SimilarArticleFinder | None:
        engine = self._searcher.engine
        if not engine.document_count:
            return None
        index = PostgresComparison(self._access, self._reader, engine)
        return SimilarArticleFinder(index, index.lookup_row, index.lookup_text)

    def similar(self, entry: FullArticle) -> tuple[SimilarArticle, ...]:
        """Return up to five similar articles."""
        return self._articles.similar(entry)

    def story_candidates(self, entry: FullArticle) -> tuple[ComparedArticle, ...]:
        """Return an article and those with most words in common."""
        return self._articles.story_candidates(entry)

    def insights(self, entry: FullArticle) -> ArticleInsights:
        """Return insights into an article."""
        return self._articles.insights(entry)

    # -- vectors ---------------------------------------------------------------------------

    def vectors(self, rows: Sequence[ArticleRow]) -> Iterator[Mapping[str, ArticleVector]]:
        """Yield the term vectors of articles, in batches."""
        return self._vectors.find(rows, keep=not self._searcher.is_stale)

    def current_index(self) -> IndexWords | None:
        """Return the words of the index; None as long as nothing is indexed."""
        words = self._searcher.engine.words
        return words if words.document_count else None

    def read_texts(self, articles: Iterable[str]) -> Mapping[str, tuple[str, str]]:
        """Return text and summary of some articles by id, of those that there are."""
        return self._reader.read_texts(list(articles))

    def discard_index(self, error: Exception) -> None:
        """Do nothing: the database looks after its index."""
