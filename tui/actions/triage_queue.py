"""Triage: the unread articles of a list, decided on one after the other."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain, islice

from store.library.listing import BATCH_SIZE, iter_rows
from store.library.protocol import Library, Listing
from store.library.statistics import AVERAGE_PACE, Pace, find_pace
from store.model.article import ArticleRow
from tui.rendering.wording import LATER_TAG, format_count, format_duration

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
        self._starred_before = {row.id for row in self.rows if row.starred}
        self.index = 0
        self.decisions: dict[str, str] = {}
        self.pace: Pace = AVERAGE_PACE
        self._deleted: set[str] = set()
        self._index_of = {row.id: index for index, row in enumerate(self.rows)}
        words = accumulate((row.words for row in reversed(self.rows)), initial=0)
        self._words_from = array("q", words)[::-1]
        """The words of the articles from each index on."""

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

    def decide(self, decision: str, article: str = "") -> None:
        """Note the decision on an article, by default the current one."""
        if article or self.current is not None:
            self.decisions[article or self.rows[self.index].id] = decision

    def apply_changes(self, rows: Mapping[str, ArticleRow], removed: Collection[str]) -> None:
        """Take over changed and deleted rows, and the decisions that they show."""
        queued = rows.keys() & self._index_of.keys()
        for article in queued:
            self.rows[self._index_of[article]] = row = rows[article]
            if row.read or (row.starred and article not in self._starred_before):
                self.decisions[article] = "read" if row.read else "starred"
            elif self.decisions.get(article) != LATER_TAG:
                self.decisions.pop(article, None)
        deleted = [article for article in removed if article in self._index_of]
        self.decisions.update(dict.fromkeys(deleted, "deleted"))
        self._deleted = (self._deleted | set(deleted)) - queued

    def return_to(self, articles: Collection[str]) -> bool:
        """Go back to the first of the articles and forget the decisions on them, after an undo.

        Returns:
            False if none of them is in the queue.
        """
        indexes = [self._index_of[each] for each in articles if each in self._index_of]
        if indexes:
            self.index = min(indexes)
            for index in indexes:
                self._forget_decision(self.rows[index])
        return bool(indexes)

    def _forget_decision(self, row: ArticleRow) -> None:
        """Forget a decision that was undone; what the row still shows was decided before."""
        self.decisions.pop(row.id, None)
        if row.id not in self._deleted:
            self.apply_changes({row.id: row}, ())

    def title_of(self, articles: Iterable[str]) -> str:
        """Return the title of the only one of the articles that is in the queue; else nothing."""
        titles = [
            self.rows[self._index_of[each]].title for each in articles if each in self._index_of
        ]
        return titles[0] if len(titles) == 1 else ""

    @property
    def time_left(self) -> str:
        """The time to read what is undecided from the current article on."""
        return format_duration(self.pace.minutes(self._count_undecided()[1]))

    def _count_undecided(self) -> tuple[int, int]:
        """Return the number of articles from the current one on without a decision, and their words.

        Counted from the few decisions: the queue may have 100,000 articles.
        """
        decided = [
            index for each in self.decisions if (index := self._index_of[each]) >= self.index
        ]
        words = self._words_from[self.index] - sum(self.rows[index].words for index in decided)
        return len(self.rows) - self.index - len(decided), words

    def describe_progress(self) -> tuple[str, str, str, str]:
        """Return place, articles left, their words, and the time to read them."""
        articles, words = self._count_undecided()
        return (
            f"{self.index + 1:,} of {len(self.rows):,}",
            f"{format_count(articles, 'article')} left",
            format_count(words, "word"),
            self.time_left,
        )


def unread_rows(listing: Listing, place: int) -> Iterator[list[ArticleRow]]:
    """Yield the unread articles of a list, from a place to its end and then from its start.

    A batch at a time, for there may be many, and a server may be slow to send them.
    """
    rows = chain(iter_rows(listing, place), islice(iter_rows(listing), place))
    while batch := list(islice(rows, BATCH_SIZE)):
        yield [row for row in batch if not row.read]


def measure_pace(library: Library) -> Generator[None, None, Pace]:
    """Measure the user's reading speed, in steps."""
    return (yield from find_pace(library))
