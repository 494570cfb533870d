"""The copies of articles: looked for once somebody wants to see each story once, and kept in the cache."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from store.library.article_copies import BATCH_SIZE, COPIES_FILE
from store.model.errors import LibraryUnavailable
from store.model.results import IndexProgress
from store.postgres.access import Access
from store.postgres.reader import Reader

if TYPE_CHECKING:
    from store.search.copies import CopyFinder
    from store.search.similar import ArticleFeatures

TEXTS_AT_ONCE = 100
"""Articles that are read with their texts at once."""
ROWS_AT_ONCE = 5000
"""Articles that are looked at between two steps."""
_CHANGED = (
    "select id, words, got from newstui.article where library = %s and got > %s and not gone"
    " order by got limit %s"
)
_NEWEST = (
    "select l, (select coalesce(max(got), 0) from newstui.article where library = l)"
    " from unnest(%s::int[]) l"
)


class PostgresCopies:
    """Finds and remembers the articles that are copies of each other.

    Attributes:
        groups: A number for each article that has copies; copies of each other have the same.
    """

    def __init__(self, access: Access, reader: Reader) -> None:
        """Read what is known."""
        self.groups: Mapping[str, int] = {}
        self._access = access
        self._reader = reader
        self._finder: CopyFinder | None = None
        self._compared: dict[int, int] = {}
        """The number of the last change of an article that was looked at, by library."""
        self._numbers: tuple[object, Mapping[int, str]] = ((), {})
        try:
            self.groups = self._open().groups()
        except (sqlite3.Error, LibraryUnavailable, OSError) as error:
            access.warn(f"copies of articles are not known: {error}")

    def _open(self) -> CopyFinder:
        if self._finder is None:
            from store.search.copies import CopyFinder  # with the full-text engine

            self._finder = CopyFinder(self._access.cache / COPIES_FILE)
        return self._finder

    def close(self) -> None:
        """Close the file."""
        if self._finder is not None:
            self._finder.close()
            self._finder, self._compared = None, {}

    def is_stale(self) -> bool:
        """Return True if articles have come or changed since copies were looked for."""
        return any(number > self._compared.get(at, 0) for at, number in self._newest().items())

    def _newest(self) -> dict[int, int]:
        return dict(self._access.connection.rows(_NEWEST, [list(self._access.libraries)]))

    def ids_by_number(self) -> Mapping[int, str]:
        """Return the articles that have copies by their numbers, by which lists have them."""
        key = (self.groups, self._access.libraries)
        if self._numbers[0] != key:
            found = self._reader.find_numbers(self.groups)
            self._numbers = key, {each.number: article for article, each in found.items()}
        return self._numbers[1]

    def update(self) -> Generator[IndexProgress, None, bool]:
        """Compare the articles that are new, in steps, unless another process is doing it.

        Returns:
            True if other articles are copies now.
        """
        before = self.groups
        try:
            finder = self._open()
            for library in self._newest():
                yield from self._compare(finder, library)
            self.groups = finder.groups()
        except (sqlite3.Error, OSError) as error:
            self.close()
            if "locked" not in str(error):
                self._access.warn(f"copies of articles cannot be found: {error}")
        if self.groups == before:
            self.groups = before
        return self.groups is not before

    def _compare(self, finder: CopyFinder, library: int) -> Iterator[IndexProgress]:
        from store.search.copies import cache_features

        read = cache_features(self._read_features)
        while True:
            after = self._compared.get(library, 0)
            rows = self._access.connection.rows(_CHANGED, [library, after, ROWS_AT_ONCE])
            if not rows:
                return
            missing = {id_: words for id_, words, _ in rows if not finder.is_known(id_, words)}
            for start in range(0, len(missing), TEXTS_AT_ONCE):
                batch = list(missing)[start : start + TEXTS_AT_ONCE]
                texts = self._reader.read_texts(batch)
                for done, (article, _) in enumerate(self._reader.articles(batch), start):
                    text, _ = texts.get(article.id, ("", ""))
                    finder.add(replace(article, words=missing[article.id]), text, read)
                    if done % BATCH_SIZE == 0:
                        yield IndexProgress(done, len(missing))
                finder.commit()
            self._compared[library] = rows[-1][2]
            yield IndexProgress(0, 0)

    def _read_features(self, article: str, language: str) -> ArticleFeatures | None:
        from store.search.similar import ArticleFeatures

        row = self._reader.rows([article]).get(article)
        if row is None:
            return None
        return ArticleFeatures.from_text(row.title, self._reader.read_text(article), language)
