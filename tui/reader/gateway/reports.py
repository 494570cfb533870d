"""What takes many steps to find out: stories, statistics, the reader's speed.

One such question at a time: the next one, or leaving the screen that asked, ends the one before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from textual.message import Message

from tui.reader.gateway import messages
from tui.reader.gateway.worker import Worker

AnswerSteps = Iterator[Message | None]
"""An answer, or nothing yet, for every step."""


class Reports:
    """Answers in steps, between which keys have their turn."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._library = worker.library
        self._question_number = 0
        """The number of the last question; answers to earlier ones are dropped."""

    def find_story(self, article: str) -> None:
        """Ask for the story of an article; it grows from answer to answer."""
        self._answer_in_steps(self._story_steps(article))

    def count_statistics(self, now: datetime) -> None:
        """Ask for the statistics: first what is known at once, in the end all of it."""
        self._answer_in_steps(self._statistics_steps(now))

    def measure_pace(self) -> None:
        """Ask how fast the reader reads."""
        self._answer_in_steps(self._pace_steps())

    def cancel_question(self) -> None:
        """Want no answer to the last of these questions any more."""
        self._question_number += 1

    def _answer_in_steps(self, answers: AnswerSteps) -> None:
        self._question_number += 1
        number = self._question_number

        def wanted() -> AnswerSteps:
            for answer in answers:
                if number != self._question_number:
                    return
                yield answer

        self._worker.run_steps(wanted(), self._post_answer)

    def _post_answer(self, answer: Message | None) -> None:
        if answer is not None:
            self._worker.post(answer)

    # What answers is imported with the first question: a start must not wait for it.

    def _statistics_steps(self, now: datetime) -> AnswerSteps:
        from store.library.statistics import gather_statistics

        for found in gather_statistics(self._library, now):
            yield messages.StatisticsUpdated(found) if found else None

    def _story_steps(self, article: str) -> AnswerSteps:
        from store.library.story import collect_story

        story = messages.StoryUpdated(article, ())
        for chapters in collect_story(self._library, article):
            story = messages.StoryUpdated(article, chapters)
            yield story
        yield messages.StoryUpdated(article, story.chapters, complete=True)

    def _pace_steps(self) -> AnswerSteps:
        from tui.actions.triage import measure_pace

        pace = yield from measure_pace(self._library)
        yield messages.PaceMeasured(pace)
