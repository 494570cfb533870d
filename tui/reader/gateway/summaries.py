"""Summaries by a program of the user's: it has a thread of its own, and one text at a time.

What is asked and what is answered passes the library's thread, so nothing here needs a lock.
"""

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
from tui.reader.gateway.articles import Articles

if TYPE_CHECKING:
    from store.system.programs import ProgramRun

MAX_PROGRAM_NAME_LENGTH = 24


@dataclass(frozen=True, slots=True)
class SummaryCommand:
    """The program, and the seconds it has for a text."""

    arguments: Sequence[str]
    timeout: float

    @property
    def name(self) -> str:
        """The program in a word."""
        return clean_line(Path(self.arguments[0]).name, MAX_PROGRAM_NAME_LENGTH)


class Summaries(Articles):
    """Has a summary made of what is opened; `summariser` is set where there is a program for it."""

    summary_command: SummaryCommand | None = None
    _article_in_progress = ""
    """The article whose text the program has now."""
    _next_article = ""
    """The article that was opened last: those before it are no longer wanted."""
    _running_program: ProgramRun | None = None
    """What runs for it."""

    def close(self, wait: float = 2.0) -> bool:
        """Leave the library; a program that still runs is ended, as nobody waits for its answer."""
        if self._running_program is not None:
            self._running_program.kill()
        return super().close(wait)

    def open_article(self, article: str) -> None:
        """Ask for an article, record that it was opened, and have its summary made."""
        super().open_article(article)
        if self.summary_command is not None:
            self._submit(lambda: self._request_summary(article))

    def _request_summary(self, article: str) -> None:
        self._next_article = "" if article == self._article_in_progress else article
        if not self._article_in_progress:
            self._start_summary()

    def _start_summary(self) -> None:
        article, self._next_article = self._next_article, ""
        program = self.summary_command
        if program is None or self._library.get_row(article) is None:
            return
        entry = self._library.get_article(article)
        if self._library.summaries.needs_summary(entry, program.arguments):
            from store.system.programs import ProgramRun  # imported here: most have no program

            self._article_in_progress = article
            self._running_program = run = ProgramRun(program.arguments)
            self._post(messages.SummaryStatusChanged(article, program.name))
            arguments = (program, entry, run)
            Thread(
                target=self._run_summary_command, args=arguments, name="summary", daemon=True
            ).start()

    def _run_summary_command(
        self, program: SummaryCommand, entry: FullArticle, run: ProgramRun
    ) -> None:
        answer = problem = ""
        try:
            answer = run.run(entry.body.text, program.timeout)
        except (ProgramFailed, OSError) as error:
            problem = str(error)
        self._submit(lambda: self._finish_summary(program, entry, answer, problem))

    def _finish_summary(
        self, program: SummaryCommand, entry: FullArticle, answer: str, problem: str
    ) -> None:
        self._article_in_progress = ""
        self._submit(self._start_summary)
        self._post(messages.SummaryStatusChanged(entry.article.id, ""))
        if not problem and not clean_line(answer):
            problem = f"{program.name} wrote nothing"
        if problem:
            self._post(messages.OperationFailed(clean_line(f"summary_command: {problem}")))
        else:
            self._store_summary(program, entry, answer)

    def _store_summary(self, program: SummaryCommand, entry: FullArticle, answer: str) -> None:
        from store.library.summary_cache import apply_program_summary

        article = entry.article.id
        if self._library.get_row(article) is None:  # deleted meanwhile
            return
        made = replace(
            self._library.get_article(article), body=apply_program_summary(entry.body, answer)
        )
        self._post(messages.ArticleLoaded(made, opened=False))
        self._submit(lambda: self._compute_insights(made))
        self._library.summaries.save(article, made.body, program.arguments)
