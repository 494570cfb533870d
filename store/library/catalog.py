"""The rows of a library in memory: where each article stands, and what the list shows of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from store.journal.reading_state import Marks, ReadingState
from store.model.article import Row
from store.model.errors import NoSuchArticle
from store.model.results import Category
from store.model.times import seconds
from store.search import newest_first
from store.segments.segments import Place


class Shelf:
    """Every article of the library as its row, dressed in what reading has made of it."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}
        self._places: dict[str, Place] = {}
        self._unedited: dict[str, Row] = {}
        self._hidden: set[str] = set()
        self._in_order = True

    def __len__(self) -> int:
        """How many articles there are, without the deleted ones."""
        return len(self._rows) - len(self._hidden)

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

    def lacks(self, article: str, words: int) -> bool:
        """Whether the library has no such article, or has it without the words that come now."""
        row = self._rows.get(article)
        return row is None or (words > 0 and not row.words and article not in self._hidden)

    def rows(self) -> Iterator[Row]:
        """Every row that is not deleted, newest first."""
        if not self._in_order:
            self._rows = {row.id: row for row in newest_first(self._rows.values())}
            self._in_order = True
        if not self._hidden:
            return iter(self._rows.values())
        return (row for row in self._rows.values() if row.id not in self._hidden)

    def row(self, article: str) -> Row | None:
        """The row of one article; None if there is none or it is deleted."""
        return None if article in self._hidden else self._rows.get(article)

    def categories(self) -> list[Category]:
        """Every category of the articles that are not deleted, by name."""
        counts: dict[str, list[int]] = {}
        for row in self.rows():
            count = counts.setdefault(row.category, [0, 0])
            count[0] += 1
            count[1] += not row.read
        return [Category(name, *counts[name]) for name in sorted(counts)]

    def find(self, id_or_prefix: str) -> str:
        """The id that begins with these characters, whatever their case.

        Raises:
            NoSuchArticle: None does, or more than one.
        """
        if self.row(id_or_prefix) is not None:
            return id_or_prefix
        prefix = id_or_prefix.lower()
        found = [row.id for row in self.rows() if row.id.lower().startswith(prefix)]
        if not found or not prefix:
            raise NoSuchArticle(f"no article has an id that begins with {id_or_prefix!r}")
        if len(found) > 1:
            raise NoSuchArticle(f"{len(found)} articles have ids that begin with {id_or_prefix!r}")
        return found[0]

    def title(self, article: str) -> str:
        """The title of an article, deleted or not; empty if there is none."""
        row = self._rows.get(article)
        return row.title if row else ""

    def place(self, article: str) -> Place | None:
        """Where an article stands on disk; None if there is none or it is deleted."""
        return None if article in self._hidden else self._places.get(article)

    def stands(self, article: str) -> Place | None:
        """Where the copy of an article that counts stands on disk, deleted or not."""
        return self._places.get(article)

    def counts(self) -> Counter[str]:
        """How many articles stand in each segment, deleted or not."""
        return Counter(place.segment for place in self._places.values())

    def put(self, place: Place, row: Row, state: ReadingState) -> None:
        """Take in an article as its segment has it."""
        there = self._places.get(row.id)
        if there is not None:
            # An article that came in on two machines is one: the copy added first counts, but one
            # without a text comes after those that have it.
            old = self._rows[row.id]
            first = (not old.words, old.added, there.segment) < (
                not row.words,
                row.added,
                place.segment,
            )
            if first and there.segment != place.segment:
                return
            self._unedited.pop(row.id, None)
        self._places[row.id] = place
        self._set(row, state.marks.get(row.id))

    def dress(self, articles: Iterable[str], state: ReadingState) -> tuple[dict[str, Row], bool]:
        """See what reading has made of these articles now.

        Returns:
            The rows of those that are in the library and not deleted, and whether any has been
            deleted or restored.
        """
        rows: dict[str, Row] = {}
        moved = False
        for article in articles:
            if (row := self._rows.get(article)) is None:
                continue
            was_hidden = article in self._hidden
            self._set(self._unedited.pop(article, row), state.of(article))
            moved |= was_hidden != (article in self._hidden)
            if article not in self._hidden:
                rows[article] = self._rows[article]
        return rows, moved

    def of_segment(self, segment: str) -> set[str]:
        """The articles that stand in this segment."""
        return {article for article, place in self._places.items() if place.segment == segment}

    def _set(self, row: Row, marks: Marks | None) -> None:
        article, new = row.id, row
        if marks is not None:
            new = dressed(row, marks)
            if marks.edits:
                self._unedited[article] = row
        if marks is not None and marks.deleted[1]:
            self._hidden.add(article)
        else:
            self._hidden.discard(article)
        old = self._rows.get(article)
        if old is None or old.when != new.when:
            self._in_order = False
        self._rows[article] = new


def dressed(row: Row, marks: Marks) -> Row:
    """The row of an article that has these marks."""
    edited = marks.edited() if marks.edits else {}
    return Row(  # spelled out: `_replace` would take four times as long, 100,000 times
        row.id,
        edited.get("title", row.title),
        edited.get("category", row.category),
        seconds(edited["date"]) if "date" in edited else row.when,
        row.added,
        row.words,
        read=bool(marks.read[1]),
        starred=bool(marks.starred[1]),
        read_count=marks.read_count,
        started=bool(marks.position[1]),
        feed=row.feed,
        updated=marks.updated if edited else False,
    )
