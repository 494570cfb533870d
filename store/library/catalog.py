"""The rows of a library in memory: where each article stands, and what the list shows of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from store.journal.reading_state import ArticleState, ReadingState
from store.model.article import ArticleRow
from store.model.errors import ArticleNotFound
from store.model.results import CategoryCount
from store.model.times import to_unix_seconds
from store.search import sort_newest_first
from store.segments.segments import ArticleLocation


class Catalog:
    """Every article of the library as its row, dressed in what reading has made of it."""

    def __init__(self) -> None:
        self._rows: dict[str, ArticleRow] = {}
        self._locations: dict[str, ArticleLocation] = {}
        self._original_rows: dict[str, ArticleRow] = {}
        self._deleted: set[str] = set()
        self._is_sorted = True

    def __len__(self) -> int:
        """How many articles there are, without the deleted ones."""
        return len(self._rows) - len(self._deleted)

    @property
    def total(self) -> int:
        """How many articles there are, with the deleted ones."""
        return len(self._rows)

    def __iter__(self) -> Iterator[str]:
        """The ids of all articles, deleted or not."""
        return iter(self._rows)

    def __contains__(self, article: object) -> bool:
        """Whether the article is in the library, deleted or not."""
        return article in self._rows

    def lacks_text(self, article: str, words: int) -> bool:
        """Whether the library has no such article, or has it without the words that come now."""
        row = self._rows.get(article)
        return row is None or (words > 0 and not row.words and article not in self._deleted)

    def rows(self) -> Iterator[ArticleRow]:
        """Every row that is not deleted, newest first."""
        if not self._is_sorted:
            self._rows = {row.id: row for row in sort_newest_first(self._rows.values())}
            self._is_sorted = True
        if not self._deleted:
            return iter(self._rows.values())
        return (row for row in self._rows.values() if row.id not in self._deleted)

    def get_row(self, article: str) -> ArticleRow | None:
        """The row of one article; None if there is none or it is deleted."""
        return None if article in self._deleted else self._rows.get(article)

    def categories(self) -> list[CategoryCount]:
        """Every category of the articles that are not deleted, by name."""
        counts: dict[str, list[int]] = {}
        for row in self.rows():
            count = counts.setdefault(row.category, [0, 0])
            count[0] += 1
            count[1] += not row.read
        return [CategoryCount(name, *counts[name]) for name in sorted(counts)]

    def find_id(self, id_or_prefix: str) -> str:
        """The id that begins with these characters, whatever their case.

        Raises:
            NoSuchArticle: None does, or more than one.
        """
        if self.get_row(id_or_prefix) is not None:
            return id_or_prefix
        prefix = id_or_prefix.lower()
        found = [row.id for row in self.rows() if row.id.lower().startswith(prefix)]
        if not found or not prefix:
            raise ArticleNotFound(id_or_prefix)
        if len(found) > 1:
            raise ArticleNotFound(id_or_prefix, len(found))
        return found[0]

    def title(self, article: str) -> str:
        """The title of an article, deleted or not; empty if there is none."""
        row = self._rows.get(article)
        return row.title if row else ""

    def location(self, article: str) -> ArticleLocation | None:
        """Where an article stands on disk; None if there is none or it is deleted."""
        return None if article in self._deleted else self._locations.get(article)

    def stored_location(self, article: str) -> ArticleLocation | None:
        """Where the copy of an article that counts stands on disk, deleted or not."""
        return self._locations.get(article)

    def segment_counts(self) -> Counter[str]:
        """How many articles stand in each segment, deleted or not."""
        return Counter(place.segment for place in self._locations.values())

    def add(self, place: ArticleLocation, row: ArticleRow, state: ReadingState) -> None:
        """Take in an article as its segment has it."""
        there = self._locations.get(row.id)
        if there is not None:
            # An article that came in on two machines is one: the copy added first counts, but one
            # without a text comes after those that have it.
            old = self._rows[row.id]
            first = (not old.words, old.added_at, there.segment) < (
                not row.words,
                row.added_at,
                place.segment,
            )
            if first and there.segment != place.segment:
                return
            self._original_rows.pop(row.id, None)
        self._locations[row.id] = place
        self._set_row(row, state.article_states.get(row.id))

    def update_rows(
        self, articles: Iterable[str], state: ReadingState
    ) -> tuple[dict[str, ArticleRow], bool]:
        """See what reading has made of these articles now.

        Returns:
            The rows of those that are in the library and not deleted, and whether any has been
            deleted or restored.
        """
        rows: dict[str, ArticleRow] = {}
        moved = False
        for article in articles:
            if (row := self._rows.get(article)) is None:
                continue
            was_hidden = article in self._deleted
            self._set_row(self._original_rows.pop(article, row), state.get(article))
            moved |= was_hidden != (article in self._deleted)
            if article not in self._deleted:
                rows[article] = self._rows[article]
        return rows, moved

    def segment_articles(self, segment: str) -> set[str]:
        """The articles that stand in this segment."""
        return {article for article, place in self._locations.items() if place.segment == segment}

    def _set_row(self, row: ArticleRow, marks: ArticleState | None) -> None:
        article, new = row.id, row
        if marks is not None:
            new = apply_article_state(row, marks)
            if marks.edits:
                self._original_rows[article] = row
        if marks is not None and marks.deleted[1]:
            self._deleted.add(article)
        else:
            self._deleted.discard(article)
        old = self._rows.get(article)
        if old is None or old.timestamp != new.timestamp:
            self._is_sorted = False
        self._rows[article] = new


def apply_article_state(row: ArticleRow, marks: ArticleState) -> ArticleRow:
    """The row of an article that has these marks."""
    edited = marks.edited_facts() if marks.edits else {}
    return ArticleRow(  # spelled out: `_replace` would take four times as long, 100,000 times
        row.id,
        edited.get("title", row.title),
        edited.get("category", row.category),
        to_unix_seconds(edited["date"]) if "date" in edited else row.timestamp,
        row.added_at,
        row.words,
        read=bool(marks.read[1]),
        starred=bool(marks.starred[1]),
        read_count=marks.read_count,
        is_started=bool(marks.position[1]),
        feed_key=row.feed_key,
        updated=marks.updated if edited else False,
    )
