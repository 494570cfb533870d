"""What is asked for articles that leave the reader."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from store.model.errors import NewstuiError
from store.text.clean import clean_line
from tui.actions import exports as actions
from tui.reader.gateway import messages
from tui.reader.gateway.worker import Worker
from tui.rendering.wording import format_count

if TYPE_CHECKING:
    from store.model.article import FullArticle

COLLECTION_TITLE = "newstui"
EXPORT_PROGRESS_STEP = 20
"""Articles between two tellings of how far an export is."""


class Exports:
    """Writes articles to files, and renders them for programs."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._library = worker.library
        self._export_stop_event: Event | None = None
        """Set to stop the export of a list; None while there is none."""

    @property
    def is_exporting(self) -> bool:
        """Whether the articles of a list are being written."""
        return self._export_stop_event is not None

    def stop_export(self) -> None:
        """Stop it; of a file nothing is left, of Markdown the articles that are written."""
        if self._export_stop_event is not None:
            self._export_stop_event.set()

    def export_list(self, articles: Sequence[str], path: Path, made: str) -> None:
        """Write articles to a file that is not there yet, or to a folder as Markdown.

        Args:
            articles: By id.
            path: Its suffix tells the form.
            made: Now, in our form.
        """
        stop = self._export_stop_event = Event()
        written = 0

        def each(done: int) -> None:
            nonlocal written
            written = done
            if done % EXPORT_PROGRESS_STEP == 0:
                self._worker.post(messages.ExportProgressed(done, len(articles)))

        def end() -> None:
            exported = f"{format_count(written, 'article')} exported to {clean_line(str(path))}"
            self._worker.post_notice("stopped exporting" if stop.is_set() else exported)

        self._worker.run_steps(self._write_articles(articles, path, made, stop), each, end)

    def _write_articles(
        self, articles: Sequence[str], path: Path, made: str, stop: Event
    ) -> Generator[int, None, None]:
        from store.exporters.files import export_collection
        from store.exporters.formats import ArticleCollection

        titles = [self._library.title(each) for each in articles]
        try:
            with suppress(_ExportStopped):
                yield from export_collection(
                    ArticleCollection(
                        COLLECTION_TITLE, made, titles, self._entries(articles, stop)
                    ),
                    path,
                )
        finally:
            if self._export_stop_event is stop:
                self._export_stop_event = None
            self._worker.post(messages.ExportProgressed(0, 0))

    def _entries(self, articles: Sequence[str], stop: Event) -> Iterator[FullArticle]:
        for each in articles:
            if stop.is_set():
                raise _ExportStopped
            with suppress(NewstuiError):  # damaged, which the library tells, or deleted meanwhile
                yield self._library.get_article(each)

    def suggest_export_name(self, article: str) -> None:
        """Ask for a file name for an article."""
        self._worker.submit(lambda: self._suggest_export_name(article))

    def export_article(self, article: str, path: Path) -> None:
        """Write an article to a file that is not there yet; Markdown, unless the suffix says else."""
        self._worker.submit(lambda: self._export_article(article, path))

    def render_markdown(self, article: str, arguments: list[str]) -> None:
        """Ask for an article as Markdown, for a program."""
        self._worker.submit(lambda: self._render_markdown(article, arguments))

    def _suggest_export_name(self, article: str) -> None:
        path = actions.suggest_export_path(self._library.get_article(article))
        self._worker.post(messages.ExportNameSuggested(article, path))

    def _export_article(self, article: str, path: Path) -> None:
        notice = actions.export_article(self._library.get_article(article), path)
        self._worker.post_notice(notice)

    def _render_markdown(self, article: str, arguments: list[str]) -> None:
        text = actions.render_markdown(self._library.get_article(article))
        self._worker.post(messages.ArticleRendered(arguments, text))


class _ExportStopped(Exception):
    """Leaves a file that is being written, so that nothing of it stays."""
