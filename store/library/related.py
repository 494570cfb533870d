"""Similar articles, keywords and new paragraphs of one article, from the full-text index."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from store.model.article import ArticleInsights, ArticleRow, FullArticle, SimilarArticle
from store.search.index import IndexUnusable
from store.search.similar import ComparedArticle, SimilarArticleFinder
from store.text.summary import find_summary_positions

MAX_SIMILAR = 5

T = TypeVar("T")


class RelatedArticles:
    """Queries the index about single articles; without an index, the answers are poorer."""

    def __init__(
        self,
        finder: Callable[[], SimilarArticleFinder | None],
        rows_with_titles: Callable[[Collection[str]], Iterable[ArticleRow]],
        discard_index: Callable[[Exception], None],
    ) -> None:
        """Look up nothing yet.

        Args:
            finder: Returns what compares articles by the current index; None if there is none.
            rows_with_titles: Returns the rows whose titles, ignoring case, are among some, and others.
            discard_index: Called with what is wrong with an index that must not be used any more.
        """
        self._finder = finder
        self._rows_with_titles = rows_with_titles
        self._discard_index = discard_index

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
        try:
            finder = self._finder()
            return question(finder) if finder else None
        except IndexUnusable as error:
            self._discard_index(error)
            return None

    def _match_titles(self, titles: Iterable[str]) -> Iterator[SimilarArticle]:
        titles_by_key = {title.casefold(): title for title in titles if title.strip()}
        rows = self._rows_with_titles(titles_by_key) if titles_by_key else ()
        by_title = {key: row for row in rows if (key := row.title.casefold()) in titles_by_key}
        for key, title in list(titles_by_key.items())[:MAX_SIMILAR]:
            if row := by_title.get(key):
                facts = row.id, row.title, row.category, row.timestamp, row.read, row.source_name
                yield SimilarArticle(*facts, origin="import")
            else:
                yield SimilarArticle(None, title, origin="import")
