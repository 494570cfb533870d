"""Triage: the unread articles of a list, decided on one after the other."""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping, Sequence

from store.library.protocol import Library
from store.library.statistics import AVERAGE_PACE, Pace, find_pace
from store.model.article import ArticleRow
from store.search.list_query import ListQuery
from tui.rendering.wording import format_count, format_duration

MAX_TRIAGE_TEXT_LENGTH = 1200
"""Characters of the text shown where there is no summary."""


class TriageQueue:
    """The articles, the current one, and the decisions so far.

    Attributes:
        index: Of the current article; the number of articles at the end.
        decisions: In a word, by article.
        pace: The user's reading speed.
    """

    def __init__(self, rows: Sequence[ArticleRow], cursor: int = 0) -> None:
        """Queue the unread rows of a list, from a cursor to the end and then from the start."""
        self.rows = [row for row in (*rows[cursor:], *rows[:cursor]) if not row.read]
        self.index = 0
        self.decisions: dict[str, str] = {}
        self.pace: Pace = AVERAGE_PACE
        self._deleted: set[str] = set()
        self._index_of = {row.id: index for index, row in enumerate(self.rows)}

    @property
    def current(self) -> ArticleRow | None:
        """The article to decide on; None at the end."""
        return self.rows[self.index] if self.index < len(self.rows) else None

    @property
    def decidable(self) -> str:
        """The id of the current article; empty at the end, and if it is deleted."""
        row = self.current
        return "" if row is None or row.id in self._deleted else row.id

    def step(self, by: int) -> bool:
        """Go forward or back without a decision; return False if that led nowhere."""
        before = self.index
        self.index = min(max(0, before + by), len(self.rows))
        return self.index != before

    def decide(self, decision: str) -> None:
        """Note the decision on the current article."""
        if (row := self.current) is not None:
            self.decisions[row.id] = decision

    def apply_changes(self, rows: Mapping[str, ArticleRow], removed: Collection[str]) -> None:
        """Take over changed and deleted rows."""
        queued = rows.keys() & self._index_of.keys()
        for article in queued:
            self.rows[self._index_of[article]] = rows[article]
        self._deleted = (self._deleted | set(removed)) - queued

    def return_to(self, articles: Collection[str]) -> bool:
        """Go back to the first of the articles and forget the decision on it, after an undo.

        Returns:
            False if none of them is in the queue.
        """
        indexes = [self._index_of[each] for each in articles if each in self._index_of]
        if indexes:
            self.index = min(indexes)
            self.decisions.pop(self.rows[self.index].id, None)
        return bool(indexes)

    def describe_progress(self) -> tuple[str, str, str, str]:
        """Return place, articles left, their words, and the time to read them."""
        left = [row for row in self.rows[self.index :] if self._is_undecided(row)]
        words = sum(row.words for row in left)
        return (
            f"{self.index + 1:,} of {len(self.rows):,}",
            f"{format_count(len(left), 'article')} left",
            format_count(words, "word"),
            format_duration(self.pace.minutes(words)),
        )

    def _is_undecided(self, row: ArticleRow) -> bool:
        return not row.read and row.id not in self._deleted and row.id not in self.decisions


def measure_pace(library: Library) -> Generator[None, None, Pace]:
    """Measure the user's reading speed, in steps."""
    words = {row.id: row.words for row in library.rows(ListQuery())}
    return (yield from find_pace(library, words))
