"""What takes many steps to find out: stories, statistics, the reader's speed.

One such question at a time: the next one, or leaving the screen that asked, ends the one before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from textual.message import Message

from store.search import Query
from tui.reader.gateway import messages
from tui.reader.gateway.worker import Worker

Answers = Iterator[Message | None]
"""An answer, or nothing yet, for every step."""


class Insight(Worker):
    """Answers in steps, between which keys have their turn."""

    _question = 0
    """The number of the last question; what was asked before is no longer wanted."""

    def tell_story(self, article: str) -> None:
        """Ask for the story of an article; it grows from answer to answer."""
        self._ask(self._story(article))

    def count_statistics(self, now: datetime) -> None:
        """Ask for the statistics: first what is known at once, in the end all of it."""
        self._ask(self._statistics(now))

    def measure_pace(self) -> None:
        """Ask how fast the reader reads."""
        self._ask(self._pace())

    def stop_asking(self) -> None:
        """Want no answer to the last of these questions any more."""
        self._question += 1

    def _ask(self, answers: Answers) -> None:
        self._question += 1
        number = self._question

        def wanted() -> Answers:
            for answer in answers:
                if number != self._question:
                    return
                yield answer

        self._steps(wanted(), self._answer, lambda: None)

    def _answer(self, answer: Message | None) -> None:
        if answer is not None:
            self._post(answer)

    # What answers is imported with the first question: a start must not wait for it.

    def _statistics(self, now: datetime) -> Answers:
        from store.library.statistics import gather

        for found in gather(self._library, now):
            yield messages.StatisticsCounted(found) if found else None

    def _story(self, article: str) -> Answers:
        from store.library.story import unfold

        story = messages.StoryUnfolded(article, ())
        for chapters in unfold(self._library, article):
            story = messages.StoryUnfolded(article, chapters)
            yield story
        yield messages.StoryUnfolded(article, story.chapters, whole=True)

    def _pace(self) -> Answers:
        from store.library.statistics import find_pace

        words = {row.id: row.words for row in self._library.rows(Query())}
        pace = yield from find_pace(self._library, words)
        yield messages.PaceMeasured(pace)
