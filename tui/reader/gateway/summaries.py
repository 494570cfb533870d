"""Summaries of articles by a program of the user's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from store.model.article import FullArticle
from store.model.errors import ProgramFailed
from store.text.clean import clean_line
from tui.reader.gateway import messages
from tui.reader.gateway.worker import Part, Worker, library_job

if TYPE_CHECKING:
    from store.system.programs import ProgramRun

MAX_PROGRAM_NAME_LENGTH = 24


@dataclass(frozen=True, slots=True)
class SummaryCommand:
    """A program with its arguments, and its timeout in seconds."""

    arguments: Sequence[str]
    timeout: float

    @property
    def name(self) -> str:
        """The program's file name."""
        return clean_line(Path(self.arguments[0]).name, MAX_PROGRAM_NAME_LENGTH)


class Summaries(Part):
    """Runs the user's summary command on articles that are opened: on a thread, one at a time.

    State is changed on the library's thread only, so nothing here needs a lock.

    Attributes:
        command: None if the user has not set one.
    """

    def __init__(self, worker: Worker) -> None:
        super().__init__(worker)
        self.command: SummaryCommand | None = None
        self._article_in_progress = ""
        """The article whose text the program has now."""
        self._next_article = ""
        """The article opened last; those before it are no longer wanted."""
        self._running_program: ProgramRun | None = None

    @library_job
    def request_summary(self, article: str) -> None:
        """Have a summary made, if there is a command and the article needs one."""
        self._next_article = "" if article == self._article_in_progress else article
        if not self._article_in_progress:
            self._start_summary()

    def stop(self) -> None:
        """Kill the program if it still runs: nobody waits for its answer."""
        if self._running_program is not None:
            self._running_program.kill()

    def _start_summary(self) -> None:
        article, self._next_article = self._next_article, ""
        command = self.command
        if command is None or self._library.get_row(article) is None:
            return
        entry = self._library.get_article(article)
        if self._library.summaries.needs_summary(entry, command.arguments):
            from store.system.programs import ProgramRun  # imported here: most have no program

            self._article_in_progress = article
            self._running_program = run = ProgramRun(command.arguments)
            self._post(messages.SummaryStatusChanged(article, command.name))
            arguments = (command, entry, run)
            Thread(target=self._run_command, args=arguments, name="summary", daemon=True).start()

    def _run_command(self, command: SummaryCommand, entry: FullArticle, run: ProgramRun) -> None:
        answer = problem = ""
        try:
            answer = run.run(entry.body.text, command.timeout)
        except (ProgramFailed, OSError) as error:
            problem = str(error)
        self._finish_summary(command, entry, answer, problem)

    @library_job
    def _finish_summary(
        self, command: SummaryCommand, entry: FullArticle, answer: str, problem: str
    ) -> None:
        self._article_in_progress = ""
        self._worker.submit(self._start_summary)
        self._post(messages.SummaryStatusChanged(entry.article.id, ""))
        if not problem and not clean_line(answer):
            problem = f"{command.name} wrote nothing"
        if problem:
            self._post(messages.OperationFailed(clean_line(f"summary_command: {problem}")))
        else:
            self._store_summary(command, entry, answer)

    def _store_summary(self, command: SummaryCommand, entry: FullArticle, answer: str) -> None:
        from store.library.summary_cache import apply_program_summary

        article = entry.article.id
        if self._library.get_row(article) is None:  # deleted in the meantime
            return
        body = apply_program_summary(entry.body, answer)
        summarized = replace(self._library.get_article(article), body=body)
        self._post(messages.ArticleLoaded(summarized, opened=False))
        self._worker.submit(lambda: self._worker.post_insights(summarized))
        self._library.summaries.save(article, body, command.arguments)
