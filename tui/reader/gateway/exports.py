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
from tui.reader.gateway.worker import Part, Worker, library_job
from tui.rendering.wording import format_count

if TYPE_CHECKING:
    from store.model.article import FullArticle

EXPORT_PROGRESS_STEP = 20
"""Articles between two progress messages."""
TITLE_STEP = 100
"""Titles that are read in one step."""


class Exports(Part):
    """Writes articles to files, and renders them for programs."""

    def __init__(self, worker: Worker) -> None:
        super().__init__(worker)
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

    def export_list(self, articles: messages.Articles | None, path: Path, made: str) -> None:
        """Write articles to a new file, or to a folder as Markdown.

        Args:
            articles: Their ids; None for the whole list that is shown.
            path: Its suffix decides the format.
            made: Timestamp of the export.
        """
        stop = self._export_stop_event = Event()
        self._worker.run_steps(self._write_articles(articles, path, made, stop))

    def _write_articles(
        self, chosen: messages.Articles | None, path: Path, made: str, stop: Event
    ) -> Iterator[None]:
        from store.exporters.export_files import write_collection
        from store.exporters.formats import ArticleCollection

        written = 0
        try:
            if chosen is None:
                chosen = self._worker.listed_articles()
            articles = self._worker.find_articles(chosen)
            titles = yield from self._read_titles(articles)
            collection = ArticleCollection("newstui", made, titles, self._entries(articles, stop))
            with suppress(_ExportStopped):
                for written in write_collection(collection, path):
                    if written % EXPORT_PROGRESS_STEP == 0:
                        progress = f"exporting {written:,} of {len(articles):,}"
                        self._post(messages.Progressed(progress))
                    yield
        finally:
            if self._export_stop_event is stop:
                self._export_stop_event = None
            self._post(messages.Progressed(""))
        exported = f"Exported {format_count(written, 'article')} to {clean_line(str(path))}"
        if stop.is_set():
            self._worker.post_notice("Export stopped")
        else:
            self._worker.post_notice(exported, done=True)

    def _read_titles(self, articles: Sequence[str]) -> Generator[None, None, list[str]]:
        """Return the titles of articles, in steps: a server is asked for many at once."""
        titles = []
        for facts, _ in self._library.articles(articles):
            titles.append(facts.title)
            if len(titles) % TITLE_STEP == 0:
                yield
        return titles

    def _entries(self, articles: Sequence[str], stop: Event) -> Iterator[FullArticle]:
        for each in articles:
            if stop.is_set():
                raise _ExportStopped
            with suppress(NewstuiError):  # deleted, or damaged, which the library reports
                yield self._library.get_article(each)

    @library_job
    def suggest_export_name(self, article: str) -> None:
        """Suggest a path to export an article to."""
        path = article_export.suggest_export_path(self._library.get_article(article))
        self._post(messages.ExportNameSuggested(article, path))

    @library_job
    def export_article(self, article: str, path: Path) -> None:
        """Write an article to a new file, as Markdown unless the suffix says otherwise."""
        notice = article_export.export_article(self._library.get_article(article), path)
        self._worker.post_notice(notice, done=True)

    @library_job
    def render_markdown(self, article: str, arguments: list[str]) -> None:
        """Render an article as Markdown, for a program."""
        text = article_export.render_markdown(self._library.get_article(article))
        self._post(messages.ArticleRendered(arguments, text))


class _ExportStopped(Exception):
    """Aborts the writing of a file, which is then discarded."""
