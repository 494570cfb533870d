"""What is asked for articles that leave the reader."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from store.model.errors import NewsError
from store.text.clean import clean_line
from tui.reader.gateway import messages
from tui.reader.gateway.worker import Worker
from tui.rendering.wording import count

if TYPE_CHECKING:
    from store.model.article import Entry

TITLE = "newstui"
TOLD = 20
"""Articles between two tellings of how far an export is."""


class Exports(Worker):
    """Writes articles to files, and renders them for programs."""

    _stop_export: Event | None = None
    """Set to stop the export of a list; None while there is none."""

    @property
    def exporting(self) -> bool:
        """Whether the articles of a list are being written."""
        return self._stop_export is not None

    def stop_exporting(self) -> None:
        """Stop it; of a file nothing is left, of Markdown the articles that are written."""
        if self._stop_export is not None:
            self._stop_export.set()

    def export_list(self, articles: Sequence[str], path: Path, made: str) -> None:
        """Write articles to a file that is not there yet, or to a folder as Markdown.

        Args:
            articles: By id.
            path: Its suffix tells the form.
            made: Now, in our form.
        """
        stop = self._stop_export = Event()
        written = 0

        def each(done: int) -> None:
            nonlocal written
            written = done
            if done % TOLD == 0:
                self._post(messages.ExportProgressed(done, len(articles)))

        def end() -> None:
            exported = f"{count(written, 'article')} exported to {clean_line(str(path))}"
            self._say("stopped exporting" if stop.is_set() else exported)

        self._steps(self._exported(articles, path, made, stop), each, end)

    def _exported(
        self, articles: Sequence[str], path: Path, made: str, stop: Event
    ) -> Generator[int, None, None]:
        from store.exporters import Book
        from store.exporters.files import write_all

        titles = [self._library.title(each) for each in articles]
        try:
            with suppress(_Stopped):
                yield from write_all(Book(TITLE, made, titles, self._entries(articles, stop)), path)
        finally:
            if self._stop_export is stop:
                self._stop_export = None
            self._post(messages.ExportProgressed(0, 0))

    def _entries(self, articles: Sequence[str], stop: Event) -> Iterator[Entry]:
        for each in articles:
            if stop.is_set():
                raise _Stopped
            with suppress(NewsError):  # damaged, which the library tells, or deleted meanwhile
                yield self._library.entry(each)

    def name_export(self, article: str) -> None:
        """Ask for a file name for an article."""
        self._submit(lambda: self._name_export(article))

    def export(self, article: str, path: Path) -> None:
        """Write an article to a file that is not there yet; Markdown, unless the suffix says else."""
        self._submit(lambda: self._export(article, path))

    def render(self, article: str, arguments: list[str]) -> None:
        """Ask for an article as Markdown, for a program."""
        self._submit(lambda: self._render(article, arguments))

    def _name_export(self, article: str) -> None:
        from store.exporters.files import file_name  # imported here: a start needs none of it

        name = file_name(self._library.entry(article).article, ".md")
        self._post(messages.ExportNamed(article, name))

    def _export(self, article: str, path: Path) -> None:
        from store.exporters.files import write_alone

        write_alone(self._library.entry(article), path)
        self._say(f"exported to {clean_line(str(path))}")

    def _render(self, article: str, arguments: list[str]) -> None:
        from store.exporters.markdown import markdown_of

        text = markdown_of(self._library.entry(article))
        self._post(messages.ArticleRendered(arguments, text))


class _Stopped(Exception):
    """Leaves a file that is being written, so that nothing of it stays."""
