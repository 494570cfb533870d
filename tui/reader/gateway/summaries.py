"""Summaries by a program of the user's: it has a thread of its own, and one text at a time.

What is asked and what is answered passes the library's thread, so nothing here needs a lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from store.model.article import Entry
from store.model.errors import ProgramFailed
from store.text.clean import clean_line
from tui.reader.gateway import messages
from tui.reader.gateway.articles import Articles

if TYPE_CHECKING:
    from store.system.programs import Program

LONGEST_NAME = 24


@dataclass(frozen=True, slots=True)
class Summariser:
    """The program, and the seconds it has for a text."""

    arguments: Sequence[str]
    seconds: float

    @property
    def name(self) -> str:
        """The program in a word."""
        return clean_line(Path(self.arguments[0]).name, LONGEST_NAME)


class Summaries(Articles):
    """Has a summary made of what is opened; `summariser` is set where there is a program for it."""

    summariser: Summariser | None = None
    _summarising = ""
    """The article whose text the program has now."""
    _to_summarise = ""
    """The article that was opened last: those before it are no longer wanted."""
    _program: Program | None = None
    """What runs for it."""

    def close(self, wait: float = 2.0) -> bool:
        """Leave the library; a program that still runs is ended, as nobody waits for its answer."""
        if self._program is not None:
            self._program.end()
        return super().close(wait)

    def open(self, article: str) -> None:
        """Ask for an article, record that it was opened, and have its summary made."""
        super().open(article)
        if self.summariser is not None:
            self._submit(lambda: self._want_summary(article))

    def _want_summary(self, article: str) -> None:
        self._to_summarise = "" if article == self._summarising else article
        if not self._summarising:
            self._summarise()

    def _summarise(self) -> None:
        article, self._to_summarise = self._to_summarise, ""
        program = self.summariser
        if program is None or self._library.row(article) is None:
            return
        entry = self._library.entry(article)
        if self._library.summaries.lacks(entry, program.arguments):
            from store.system.programs import Program  # imported here: most have no program

            self._summarising = article
            self._program = run = Program(program.arguments)
            self._post(messages.SummaryRunning(article, program.name))
            arguments = (program, entry, run)
            Thread(target=self._run, args=arguments, name="summary", daemon=True).start()

    def _run(self, program: Summariser, entry: Entry, run: Program) -> None:
        answer = problem = ""
        try:
            answer = run.run(entry.body.text, program.seconds)
        except (ProgramFailed, OSError) as error:
            problem = str(error)
        self._submit(lambda: self._end_summary(program, entry, answer, problem))

    def _end_summary(self, program: Summariser, entry: Entry, answer: str, problem: str) -> None:
        self._summarising = ""
        self._submit(self._summarise)
        self._post(messages.SummaryRunning(entry.article.id, ""))
        if not problem and not clean_line(answer):
            problem = f"{program.name} wrote nothing"
        if problem:
            self._post(messages.StoreFailed(clean_line(f"summary_command: {problem}")))
        else:
            self._take_summary(program, entry, answer)

    def _take_summary(self, program: Summariser, entry: Entry, answer: str) -> None:
        from store.library.summary_cache import answered

        article = entry.article.id
        if self._library.row(article) is None:  # deleted meanwhile
            return
        made = replace(self._library.entry(article), body=answered(entry.body, answer))
        self._post(messages.ArticleFetched(made, opened=False))
        self._submit(lambda: self._study(made))
        self._library.summaries.keep(article, made.body, program.arguments)
