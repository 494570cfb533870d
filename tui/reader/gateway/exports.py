"""Exports: articles to files, one article as Markdown to a program."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from store.model.errors import NewstuiError
from store.text.clean import clean_line
from tui.actions import article_export
from tui.reader.gateway import messages
from tui.reader.gateway.worker import Worker
from tui.rendering.wording import format_count

if TYPE_CHECKING:
    from store.model.article import FullArticle

COLLECTION_TITLE = "newstui"
EXPORT_PROGRESS_STEP = 20
"""Articles between two progress messages."""


class Exports:
    """Writes articles to files, and renders them for programs."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._library = worker.library
        self._export_stop_event: Event | None = None
        """Set to stop the export of a list; None while there is none."""

    @property
    def is_exporting(self) -> bool:
        """True while the articles of a list are being written."""
        return self._export_stop_event is not None

    def stop_export(self) -> None:
        """Stop the export of a list: a file is discarded, Markdown written so far stays."""
        if self._export_stop_event is not None:
            self._export_stop_event.set()

    def export_list(self, articles: Sequence[str], path: Path, made: str) -> None:
        """Write articles to a new file, or to a folder as Markdown.

        Args:
            articles: Their ids.
            path: Its suffix decides the format.
            made: Timestamp of the export.
        """
        stop = self._export_stop_event = Event()
        written = 0

        def show_progress(done: int) -> None:
            nonlocal written
            written = done
            if done % EXPORT_PROGRESS_STEP == 0:
                self._worker.post(messages.ExportProgressed(done, len(articles)))

        def finish() -> None:
            exported = f"Exported {format_count(written, 'article')} to {clean_line(str(path))}"
            self._worker.post_notice("Export stopped" if stop.is_set() else exported)

        steps = self._write_articles(articles, path, made, stop)
        self._worker.run_steps(steps, show_progress, finish)

    def _write_articles(
        self, articles: Sequence[str], path: Path, made: str, stop: Event
    ) -> Generator[int, None, None]:
        from store.exporters.export_files import write_collection
        from store.exporters.formats import ArticleCollection

        titles = [self._library.title(each) for each in articles]
        try:
            with suppress(_ExportStopped):
                yield from write_collection(
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
            with suppress(NewstuiError):  # deleted, or damaged, which the library reports
                yield self._library.get_article(each)

    def suggest_export_name(self, article: str) -> None:
        """Suggest a path to export an article to."""
        self._worker.submit(lambda: self._suggest_export_name(article))

    def export_article(self, article: str, path: Path) -> None:
        """Write an article to a new file, as Markdown unless the suffix says otherwise."""
        self._worker.submit(lambda: self._export_article(article, path))

    def render_markdown(self, article: str, arguments: list[str]) -> None:
        """Render an article as Markdown, for a program."""
        self._worker.submit(lambda: self._render_markdown(article, arguments))

    def _suggest_export_name(self, article: str) -> None:
        path = article_export.suggest_export_path(self._library.get_article(article))
        self._worker.post(messages.ExportNameSuggested(article, path))

    def _export_article(self, article: str, path: Path) -> None:
        notice = article_export.export_article(self._library.get_article(article), path)
        self._worker.post_notice(notice)

    def _render_markdown(self, article: str, arguments: list[str]) -> None:
        text = article_export.render_markdown(self._library.get_article(article))
        self._worker.post(messages.ArticleRendered(arguments, text))


class _ExportStopped(Exception):
    """Aborts the writing of a file, which is then discarded."""
