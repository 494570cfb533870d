"""Reports about many articles, computed in steps: stories, front pages, statistics."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from textual.message import Message

from tui.reader.gateway import messages
from tui.reader.gateway.worker import Part, Worker

if TYPE_CHECKING:
    from store.library.front_page import FrontPageRequest

ReportSteps = Iterator[Message | None]
"""One message or None for every step."""


class Reports(Part):
    """Computes stories, front pages, statistics and the reading speed in steps.

    Jobs of keys run between two of them.

    One report at a time: the next one, or leaving its screen, cancels the one before.
    """

    def __init__(self, worker: Worker) -> None:
        super().__init__(worker)
        self._report_number = 0
        """Of the current report; the steps of earlier ones are dropped."""

    def find_story(self, article: str) -> None:
        """Collect the story of an article; it grows from message to message."""
        self._run(self._story_steps(article))

    def compose_front_page(self, request: FrontPageRequest) -> None:
        """Compose a front page: first how far it is, then the stories, then what is new in each."""
        self._run(self._front_page_steps(request))

    def count_statistics(self, now: datetime) -> None:
        """Count the statistics: first those that are quick, in the end all of them."""
        self._run(self._statistics_steps(now))

    def measure_pace(self) -> None:
        """Measure the user's reading speed."""
        self._run(self._pace_steps())

    def cancel(self) -> None:
        """Cancel the current report."""
        self._report_number += 1

    def _run(self, steps: ReportSteps) -> None:
        self._report_number += 1
        number = self._report_number

        def post_until_cancelled() -> Iterator[None]:
            for message in steps:
                if number != self._report_number:
                    return
                if message is not None:
                    self._post(message)
                yield

        self._worker.run_steps(post_until_cancelled())

    # Imported with the first report: starting must not wait for it.

    def _statistics_steps(self, now: datetime) -> ReportSteps:
        from store.library.statistics import gather_statistics

        for found in gather_statistics(self._library, now):
            yield messages.StatisticsUpdated(found) if found else None

    def _story_steps(self, article: str) -> ReportSteps:
        from store.library.story import collect_story

        story = messages.StoryUpdated(article, ())
        for chapters in collect_story(self._library, article):
            story = messages.StoryUpdated(article, chapters)
            yield story
        yield messages.StoryUpdated(article, story.chapters, complete=True)

    def _front_page_steps(self, request: FrontPageRequest) -> ReportSteps:
        from store.library.front_page import FrontPage, compose_front_page

        for found in compose_front_page(self._library, request):
            if found is None:
                yield None
            elif isinstance(found, FrontPage):
                yield messages.FrontPageUpdated(request, found)
            else:
                yield messages.FrontPageUpdated(request, preparation=found)

    def _pace_steps(self) -> ReportSteps:
        from tui.actions.triage_queue import measure_pace

        pace = yield from measure_pace(self._library)
        yield messages.PaceMeasured(pace)
