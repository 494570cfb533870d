"""Triage, told: one summary at a time of what is unread, one command a decision."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from store.library.statistics import AVERAGE_PACE, find_pace
from store.model.article import ArticleRow
from store.model.errors import NewstuiError
from store.search import ListQuery
from tui.plain.input import ParsedLine
from tui.plain.mode import Room
from tui.rendering.plain_text import describe_row_facts, describe_summary, wrap_plain_text
from tui.rendering.statistics_report import format_duration
from tui.rendering.wording import LATER_TAG, format_count, join_nonempty

if TYPE_CHECKING:
    from tui.plain.edit_commands import Changing

PLAIN_TRIAGE_SNIPPET_CHARS = 1200
"""Characters of the text that stand in for a summary where there is none."""


class Triage(Room):
    """Goes from one article to the next; enter alone decides nothing."""

    PLACE = "triage"
    INTRODUCTION = ("Enter: the next article, without a decision.",)
    HELP: ClassVar[Mapping[str, str]] = {
        "move.down": "the next article, without a decision",
        "move.up": "back to the one before",
        "article.toggle_read": "mark it read",
        "article.toggle_star": "star it",
        "triage.later": "give it the tag later",
        "app.undo": "take back the last change, and go back to its article",
    }

    def __init__(self, reader: Changing, rows: Sequence[ArticleRow]) -> None:
        """Make it, and find out how fast the reader reads.

        Args:
            reader: What it lies over.
            rows: What is to be gone through, in order.
        """
        super().__init__(reader)
        self._ids = [row.id for row in rows]
        self._words = {row.id: row.words for row in rows}
        self._pace = AVERAGE_PACE
        deque(self._measure(), maxlen=0)
        self._decided: set[str] = set()
        self._at = 0
        self._prompted = False
        self.handlers = {
            **self.handlers,
            "article.toggle_read": lambda _: self._decide("read"),
            "article.toggle_star": lambda _: self._decide("starred"),
            "triage.later": lambda _: self._decide("tagged", tag=LATER_TAG),
            "article.delete": lambda _: self._decide("deleted"),
            "article.open": lambda _: self.open(self._here()),
            "move.down": lambda _: self._go(1),
            "move.up": lambda _: self._go(-1),
            "app.undo": self._undo,
        }

    def _measure(self) -> Iterator[None]:
        library = self.reader.library
        words = {row.id: row.words for row in library.rows(ListQuery())}
        self._pace = yield from find_pace(library, words)

    def prompt(self) -> str:
        """The decisions, all of them the first time."""
        if self._prompted:
            return f"Triage. Decision, enter, or {self.key('app.help')}: "
        self._prompted = True
        words = {
            "article.toggle_read": "read",
            "article.toggle_star": "star",
            "triage.later": "later",
            "article.delete": "delete",
            "article.back": "leave",
            "app.help": "help",
        }
        said = ", ".join(f"{self.key(command)} {word}" for command, word in words.items())
        return f"Triage. {said}, enter goes on: "

    def begin(self) -> None:
        """Say how much is left, and the article: title, facts, summary."""
        world, library = self.reader.world, self.reader.library
        if self._at >= len(self._ids):
            world.say("that was all of it" if self._ids else "nothing here is unread")
            self.over = True
            return
        left = [each for each in self._ids[self._at :] if each not in self._decided]
        words = sum(self._words[each] for each in left)
        time = format_duration(self._pace.minutes(words))
        state = (f"{format_count(len(left), 'article')} left", format_count(words, "word"), time)
        here = self._here()
        lines = [f"{self._at + 1:,} of {len(self._ids):,}; {join_nonempty(state, '; ')}."]
        if (row := library.get_row(here)) is None:
            lines.append(f"deleted: {library.title(here)}")
        else:
            lines += [f"{row.title} ({describe_row_facts(row)})", self._summary()]
        world.say("\n".join(wrap_plain_text(line, world.size()[0]) for line in lines))

    def _summary(self) -> str:
        entry = self.reader.library.get_article(self._here())
        if entry.body.summary:
            return describe_summary(entry.body)
        return f"No summary. The text begins: {entry.body.text[:PLAIN_TRIAGE_SNIPPET_CHARS]}"

    def _here(self) -> str:
        return self._ids[self._at]

    def number(self, number: int) -> None:
        """Enter goes on; numbers mean nothing here."""
        if number:
            raise NewstuiError("numbers mean nothing in the triage")
        self._go(1)

    def _go(self, by: int) -> None:
        self._at = max(0, self._at + by)
        self.begin()

    def _decide(self, event: str, **data: str) -> None:
        here = self._here()
        self.reader.record(event, [here], **data)
        self._decided.add(here)
        self._go(1)

    def _undo(self, typed: ParsedLine) -> None:
        change = self.reader.take_back()
        ours = [self._ids.index(each) for each in change.articles if each in self._words]
        if ours:
            self._at = min(ours)
            self._decided.discard(self._here())
            self.begin()
