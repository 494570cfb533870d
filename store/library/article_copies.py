"""The copies of articles in a library: looked for once somebody wants to see each story once."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from store.library.catalog import Catalog
from store.library.folded_copies import count_copies
from store.model.article import Article, ArticleRow
from store.model.errors import LibraryDamaged, LibraryUnavailable
from store.model.results import Counts, IndexProgress
from store.search.list_query import ListQuery, sort_newest_first
from store.segments.segments import Segments
from store.system.files import WarningHandler

if TYPE_CHECKING:
    from store.search.copies import CopyFinder
    from store.search.similar import ArticleFeatures

COPIES_FILE = "copies.sqlite3"
ROW_BATCH_SIZE = 1000
"""Rows that are looked at between two steps."""
BATCH_SIZE = 10
"""Articles that are compared between two steps."""


class KnownCopies:
    """Remembers the articles that are copies of each other, in the cache.

    Attributes:
        groups: A number for each article that has copies; copies of each other have the same.
    """

    def __init__(self, cache: Path, warn: WarningHandler) -> None:
        """Look for nothing yet.

        Args:
            cache: The folder of what is derived from the library.
            warn: Called with a line about copies that cannot be kept.
        """
        self.groups: Mapping[str, int] = {}
        self._file = cache / COPIES_FILE
        self._warn = warn
        self._finder: CopyFinder | None = None

    def read(self) -> None:
        """Read what is known."""
        try:
            self.groups = self._open().groups()
        except (sqlite3.Error, LibraryUnavailable, OSError) as error:
            self._warn(f"copies of articles cannot be read: {error}")

    def _open(self) -> CopyFinder:
        if self._finder is None:
            from store.search.copies import CopyFinder  # with the full-text engine

            self._finder = CopyFinder(self._file)
        return self._finder

    def close(self) -> None:
        """Close the file."""
        if self._finder is not None:
            self._finder.close()
            self._finder = None

    def update_with(
        self, compare: Callable[[CopyFinder], Iterator[IndexProgress]]
    ) -> Generator[IndexProgress, None, bool]:
        """Compare articles in steps, unless another process is doing it.

        Returns:
            True if other articles are copies now.
        """
        before = self.groups
        try:
            finder = self._open()
            yield from compare(finder)
            self.groups = finder.groups()
        except (sqlite3.Error, LibraryUnavailable, OSError) as error:
            self.close()
            if "locked" not in str(error):
                self._warn(f"copies of articles cannot be found: {error}")
        if self.groups == before:
            self.groups = before
        return self.groups is not before


class ArticleCopies(KnownCopies):
    """Finds the articles of a folder that are copies of each other."""

    def __init__(
        self, cache: Path, segments: Segments, read_text: Callable[[str], str], warn: WarningHandler
    ) -> None:
        """Look for nothing yet.

        Args:
            cache: The folder of what is derived from the library.
            segments: The articles on disk.
            read_text: Returns the text of an article by its id.
            warn: Called with a line about copies that cannot be kept.
        """
        super().__init__(cache, warn)
        self._segments = segments
        self._read_text = read_text
        self._compared: Mapping[str, object] = {}
        """The signatures of the segments all of whose articles were compared."""
        self._grouped: Mapping[str, Sequence[str]] = {}
        self._grouped_of: Mapping[str, int] | None = None

    def close(self) -> None:
        """Close the file."""
        super().close()
        self._compared = {}

    def update(self, catalog: Callable[[], Catalog]) -> Generator[IndexProgress, None, bool]:
        """Compare the articles that are new; see `update_with`."""
        return self.update_with(lambda finder: self._compare(finder, catalog))

    def _compare(
        self, finder: CopyFinder, catalog: Callable[[], Catalog]
    ) -> Iterator[IndexProgress]:
        from store.search.copies import cache_features

        signatures, missing = self._segments.signatures(), defaultdict[str, set[str]](set)
        changed = {each for each, at in signatures.items() if self._compared.get(each) != at}
        for number, row in enumerate(list(catalog().rows()) if changed else ()):
            at = catalog().location(row.id)
            if at and at.segment in changed and not finder.is_known(row.id, row.words):
                missing[at.segment].add(row.id)
            if number % ROW_BATCH_SIZE == 0:
                yield IndexProgress(0, 0)
        total, done = sum(map(len, missing.values())), 0
        read = cache_features(lambda *asked: self._read_features(catalog(), *asked))
        for segment in sorted(missing):
            for article, text in self._articles(segment, missing[segment], catalog):
                finder.add(article, text, read)
                done += 1
                if done % BATCH_SIZE == 0:
                    yield IndexProgress(done, total)
            finder.commit()
        self._compared = signatures

    def _articles(
        self, segment: str, wanted: Collection[str], catalog: Callable[[], Catalog]
    ) -> Iterator[tuple[Article, str]]:
        """Yield some articles of a segment, as their rows have them, with their texts."""
        try:
            for location, article, body in self._segments.read_articles(segment):
                row = catalog().get_row(article.id)
                if row and article.id in wanted and catalog().location(row.id) == location:
                    yield replace(article, title=row.title, words=row.words), body.text
        except LibraryDamaged as error:
            self._warn(str(error))

    def _read_features(
        self, catalog: Catalog, article: str, language: str
    ) -> ArticleFeatures | None:
        from store.search.similar import ArticleFeatures

        row = catalog.get_row(article)
        if row is None:
            return None
        return ArticleFeatures.from_text(row.title, self._read_text(article), language)

    def count_extra(self, query: ListQuery, catalog: Catalog) -> Counts:
        """Return how many articles of a list, and how many unread ones, are copies of others in it."""
        by_feed = self._group_by_feed(catalog)
        feeds = by_feed if query.feeds is None else query.feeds
        ids = chain.from_iterable(by_feed.get(feed, ()) for feed in feeds)
        rows = [row for each in ids if (row := catalog.get_row(each)) is not None]
        return self.count_copies(replace(query, pinned_ids=()).select(sort_newest_first(rows)))

    def _group_by_feed(self, catalog: Catalog) -> Mapping[str, Sequence[str]]:
        """Return the articles that have copies by the keys of their feeds."""
        if self._grouped_of is not self.groups:
            grouped: defaultdict[str, list[str]] = defaultdict(list)
            for article in self.groups:
                if (row := catalog.stored_row(article)) is not None:
                    grouped[row.feed_key].append(article)
            self._grouped_of, self._grouped = self.groups, grouped
        return self._grouped

    def count_copies(self, rows: Sequence[ArticleRow]) -> Counts:
        """Return how many rows, and how many unread ones, are copies of others among them."""
        return count_copies(self.groups, rows)
