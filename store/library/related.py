"""What the full-text index knows of one article: similar readings, key terms, what is new in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from store.library.searcher import Finder
from store.model.article import Entry, Row, Similar, Study

if TYPE_CHECKING:
    from store.search.embeddings import Vectors
    from store.search.similar import SimilarReadings

LISTED = 5

T = TypeVar("T")


class Related:
    """Asks the index of a library about its articles; without an index there is less to tell."""

    def __init__(self, finder: Finder, rows: Callable[[], Iterable[Row]]) -> None:
        """Ask this finder's index; `rows` are all of the library."""
        self._finder = finder
        self._rows = rows

    def similar(self, entry: Entry) -> tuple[Similar, ...]:
        """Up to five similar readings; without an index those that came with the article."""
        from store.search.embeddings import installed

        def best(index: SimilarReadings) -> tuple[Similar, ...]:
            return index.best(entry.article, entry.body, LISTED)

        found = self._asked(best, installed)
        return tuple(self._by_title(entry.body.similar)) if found is None else found

    def study(self, entry: Entry) -> Study:
        """What else is known of an article; without an index only where its summary stands."""
        from store.text.summary import places

        known = self._asked(lambda index: index.study(entry.article, entry.body)) or Study()
        return replace(known, summary_places=places(entry.body))

    def _asked(
        self,
        question: Callable[[SimilarReadings], T],
        vectors: Callable[[], Vectors | None] = lambda: None,
    ) -> T | None:
        from store.search.index import IndexUnusable
        from store.search.similar import SimilarReadings

        index = self._finder.index()
        if index is None:
            return None
        try:
            return question(SimilarReadings(index, self._finder.row, self._finder.text, vectors()))
        except IndexUnusable as error:
            self._finder.give_up(error)
            return None

    def _by_title(self, titles: Iterable[str]) -> Iterator[Similar]:
        wanted = {title.casefold(): title for title in titles if title.strip()}
        rows = (row for row in self._rows() if row.title.casefold() in wanted) if wanted else ()
        there = {row.title.casefold(): row for row in rows}
        for key, title in list(wanted.items())[:LISTED]:
            if row := there.get(key):
                yield Similar(row.id, row.title, row.category, row.when, row.read, origin="import")
            else:
                yield Similar(None, title, origin="import")
