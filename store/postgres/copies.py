"""The copies of articles: looked for once somebody wants to see each story once, and kept in the cache."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from store.library.article_copies import BATCH_SIZE, KnownCopies
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


class PostgresCopies(KnownCopies):
    """Finds the articles of a database that are copies of each other."""

    def __init__(self, access: Access, reader: Reader) -> None:
        """Read what is known."""
        super().__init__(access.cache, access.warn)
        self._access = access
        self._reader = reader
        self._compared: dict[int, int] = {}
        """The number of the last change of an article that was looked at, by library."""
        self._numbers: tuple[object, Mapping[int, str]] = ((), {})
        self.read()

    def close(self) -> None:
        """Close the file."""
        super().close()
        self._compared = {}

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
        """Compare the articles that are new; see `update_with`."""
        return self.update_with(self._compare_all)

    def _compare_all(self, finder: CopyFinder) -> Iterator[IndexProgress]:
        for library in self._newest():
            yield from self._compare(finder, library)

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
