"""The articles of a library in a folder, for its changes: rows from the catalog, the rest from its files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from store.journal.reading_state import ArticleState, ReadingState, apply_tag_events
from store.library.catalog import Catalog
from store.library.stored_articles import TagStep
from store.library.updates import merge_article
from store.model.article import Article, ArticleRow, ParsedArticle
from store.segments.segments import Segments, TextReader

NO_STATE = ArticleState()
"""The state of every article to which nothing has happened."""


class FolderArticles:
    """The `StoredArticles` of a library in a folder, for one change."""

    def __init__(
        self,
        catalog: Callable[[], Catalog],
        state: Callable[[], ReadingState],
        segments: Segments,
        texts: TextReader,
    ) -> None:
        """Answer with what the library has at the time: it may read its files anew in between."""
        self._catalog = catalog
        self._state = state
        self._segments = segments
        self._texts = texts

    def __contains__(self, article: object) -> bool:
        """Return True if the article is in the library, deleted or not."""
        return article in self._catalog()

    def get_row(self, article: str) -> ArticleRow | None:
        """Return the row of an article that is not deleted."""
        return self._catalog().get_row(article)

    def stored_row(self, article: str) -> ArticleRow | None:
        """Return the row of an article."""
        return self._catalog().stored_row(article)

    def stored_title(self, article: str) -> str:
        """Return the title of an article as its segment has it."""
        return self._catalog().stored_title(article)

    def state(self, article: str) -> ArticleState:
        """Return the reading state of an article."""
        return self._state().article_states.get(article) or NO_STATE

    def read_article(self, article: str) -> Article | None:
        """Return the facts of an article as its segment has them."""
        location = self._catalog().stored_location(article)
        return self._segments.read_article(location) if location else None

    def read_text(self, article: str) -> str:
        """Return the text of an article."""
        location = self._catalog().stored_location(article)
        return self._texts.read_body(location).text if location else ""

    def is_replaceable(self, article: str) -> bool:
        """Return True if this machine wrote the article: it alone writes its files."""
        location = self._catalog().stored_location(article)
        return location is not None and self._segments.owns(location)

    def rows_of_feed(self, feed: str) -> Sequence[ArticleRow]:
        """Return the rows that were there when this was first asked for."""
        return self._rows_by_feed.get(feed, ())

    @cached_property
    def _rows_by_feed(self) -> Mapping[str, list[ArticleRow]]:
        rows = defaultdict[str, list[ArticleRow]](list)
        for row in self._catalog().stored_rows():
            rows[row.feed_key].append(row)
        return rows

    def imported_ids(self, title: str, words: int) -> Sequence[str]:
        """Return the articles of no feed that were there when this was first asked for."""
        return self._imported.get((title, words), ())

    @cached_property
    def _imported(self) -> Mapping[tuple[str, int], list[str]]:
        ids, catalog = defaultdict[tuple[str, int], list[str]](list), self._catalog()
        for row in self.rows_of_feed(""):
            ids[catalog.stored_title(row.id), row.words].append(row.id)
        return ids

    def tags_in_steps(self, batches: Iterable[Sequence[str]]) -> Iterator[TagStep]:
        """Yield the tags of articles, one segment after the other.

        Raises:
            LibraryDamaged: A segment cannot be read.
        """
        catalog, states = self._catalog(), self._state().article_states
        by_segment: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        for ids in batches:
            for article in ids:
                if (location := catalog.location(article)) is not None:
                    by_segment[location.segment].append((article, location.document_id))
            yield 0, {}
        for segment, members in by_segment.items():
            own = self._segments.read_tags(segment)
            tags: dict[str, Sequence[str]] = {}
            for article, number in members:
                tags[article] = own.get(number, ())
                if (state := states.get(article)) is not None and state.tags:
                    tags[article] = apply_tag_events(tags[article], state.tags)
            yield len(members), tags

    def store(self, found: Sequence[ParsedArticle]) -> None:
        """Write new articles, and texts for those that have none or an older one.

        An article of this machine is rewritten in place. For an article of another machine, which
        alone writes its files, a copy with the text is added, and `Catalog.add` prefers it.
        """
        new = []
        replaced: dict[str, dict[int, ParsedArticle]] = {}
        for each in found:
            location = self._catalog().location(each.article.id)
            if location is None:
                new.append(each)
                continue
            merged = merge_article(self._segments.read_article(location), each)
            if self._segments.owns(location):
                replaced.setdefault(location.segment, {})[location.document_id] = merged
            else:
                new.append(merged)
        for segment, articles in replaced.items():
            self._segments.replace(segment, articles)
        if new:
            self._segments.append(new)
