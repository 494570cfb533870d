"""Triage: the unread articles of a list, decided on one after the other."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain, islice
from typing import NamedTuple

from store.library.listing import BATCH_SIZE, iter_rows
from store.library.protocol import Library, Listing
from store.library.statistics import AVERAGE_PACE, Pace, find_pace
from store.model.article import ArticleRow
from tui.rendering.wording import LATER_TAG, format_count, format_duration

MAX_TRIAGE_ARTICLES = 5000
"""Articles of a triage: a server would have to send them all, and nobody decides on more at one go."""
MAX_TRIAGE_TEXT_LENGTH = 1200
"""Characters of the text shown where there is no summary."""


class QueuedArticle(NamedTuple):
    """An unread article of a queue; a row takes five times as much memory."""

    id: str
    title: str
    words: int
    is_starred: bool = False
    """True if it was when it was queued."""
    copy_count: int = 0
    """The number of its copies, which are decided on with it."""


def queue_unread(rows: Iterable[ArticleRow]) -> list[QueuedArticle]:
    """Return the unread ones of some articles."""
    return [
        QueuedArticle(row.id, row.title, row.words, row.starred, max(0, row.copy_count))
        for row in rows
        if not row.read
    ]


class TriageQueue:
    """The articles, the current one, and the decisions so far.

    Attributes:
        articles: In their order.
        index: Of the current article; the number of articles at the end.
        decisions: In a word, by article.
        pace: The user's reading speed.
    """

    def __init__(self, articles: Sequence[QueuedArticle]) -> None:
        """Queue articles."""
        self.articles = list(articles)
        self.index = 0
        self.decisions: dict[str, str] = {}
        self.pace: Pace = AVERAGE_PACE
        self._index_of: dict[str, int | None] = {}
        """The index of each article looked for so far; None if it is not in the queue."""
        self._deleted: set[str] = set()
        words = accumulate((each.words for each in reversed(self.articles)), initial=0)
        self._words_from = array("q", words)[::-1]
        """The words of the articles from each index on."""
        self._note_current()

    @property
    def current(self) -> QueuedArticle | None:
        """The article to decide on; None at the end."""
        return self.articles[self.index] if self.index < len(self.articles) else None

    @property
    def decidable(self) -> str:
        """The id of the current article; empty at the end, and if it is deleted."""
        article = self.current
        return "" if article is None or article.id in self._deleted else article.id

    def step(self, by: int) -> bool:
        """Go forward or back without a decision; return False if that led nowhere."""
        before = self.index
        self.index = min(max(0, before + by), len(self.articles))
        self._note_current()
        return self.index != before

    def _note_current(self) -> None:
        """Note where the article is that commands are about, so that it need not be looked for."""
        if (current := self.current) is not None:
            self._index_of[current.id] = self.index

    def decide(self, decision: str, article: str = "") -> None:
        """Note the decision on an article, by default the current one."""
        current = self.current
        article = article or (current.id if current is not None else "")
        self.decisions |= dict.fromkeys(self._find([article]), decision)

    def _find(self, articles: Collection[str]) -> dict[str, int]:
        """Return the index of each of some articles that is in the queue."""
        unknown = {each for each in articles if each not in self._index_of}
        if unknown:
            self._index_of |= dict.fromkeys(unknown)
            for index, queued in enumerate(self.articles):
                if queued.id in unknown:
                    self._index_of[queued.id] = index
        found = {each: self._index_of[each] for each in articles}
        return {each: index for each, index in found.items() if index is not None}

    def apply_changes(self, rows: Mapping[str, ArticleRow], removed: Collection[str]) -> None:
        """Take over changed and deleted rows, and the decisions that they show."""
        found = self._find([*rows, *removed])
        queued = found.keys() & rows.keys()
        for article in queued:
            row, place = rows[article], found[article]
            if row.read or (row.starred and not self.articles[place].is_starred):
                self.decisions[article] = "read" if row.read else "starred"
            elif self.decisions.get(article) != LATER_TAG:
                self.decisions.pop(article, None)
        deleted = found.keys() & set(removed)
        self.decisions.update(dict.fromkeys(deleted, "deleted"))
        self._deleted = (self._deleted | deleted) - queued

    def return_to(self, articles: Collection[str], rows: Mapping[str, ArticleRow]) -> bool:
        """Go back to the first of the articles and forget the decisions on them, after an undo.

        What their rows still show was decided before.

        Returns:
            False if none of them is in the queue.
        """
        found = self._find(articles)
        if found:
            self.index = min(found.values())
        for article in found:
            self.decisions.pop(article, None)
            if article in rows and article not in self._deleted:
                self.apply_changes({article: rows[article]}, ())
        return bool(found)

    def title_of(self, articles: Collection[str]) -> str:
        """Return the title of the only one of the articles that is in the queue; else nothing."""
        places = list(self._find(articles).values())
        return self.articles[places[0]].title if len(places) == 1 else ""

    @property
    def time_left(self) -> str:
        """The time to read what is undecided from the current article on."""
        return format_duration(self.pace.minutes(self._count_undecided()[1]))

    def _count_undecided(self) -> tuple[int, int]:
        """Return the number of articles from the current one on without a decision, and their words.

        Counted from the few decisions: the queue may have 100,000 articles.
        """
        decided = [index for index in self._find(self.decisions).values() if index >= self.index]
        words = self._words_from[self.index] - sum(self.articles[each].words for each in decided)
        return len(self.articles) - self.index - len(decided), words

    def describe_progress(self) -> tuple[str, str, str, str]:
        """Return place, articles left, their words, and the time to read them."""
        articles, words = self._count_undecided()
        return (
            f"{self.index + 1:,} of {len(self.articles):,}",
            f"{format_count(articles, 'article')} left",
            format_count(words, "word"),
            self.time_left,
        )


def iter_unread(listing: Listing, place: int) -> Iterator[list[QueuedArticle]]:
    """Yield the unread articles of a list, from a place to its end and then from its start, up to a limit.

    A batch at a time, for there may be many, and a server may be slow to send them.
    """
    rows = chain(iter_rows(listing, place), islice(iter_rows(listing), place))
    left = MAX_TRIAGE_ARTICLES
    while left and (batch := list(islice(rows, BATCH_SIZE))):
        unread = queue_unread(batch)[:left]
        left -= len(unread)
        yield unread


def measure_pace(library: Library) -> Generator[None, None, Pace]:
    """Measure the user's reading speed, in steps."""
    return (yield from find_pace(library))
