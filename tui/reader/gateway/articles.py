"""Single articles: loading them with what belongs to them, recording that they were read."""

from __future__ import annotations

from typing import Any

from store.model.article import FullArticle
from tui.reader.gateway import messages
from tui.reader.gateway.summaries import Summaries
from tui.reader.gateway.worker import Worker


class Articles:
    """Loads articles and records reading events."""

    def __init__(self, worker: Worker, summaries: Summaries) -> None:
        self._worker = worker
        self._library = worker.library
        self._summaries = summaries
        self._insights_pending_for = ""
        """The article whose similar readings were asked for and are not searched yet."""

    def open_article(self, article: str) -> None:
        """Load an article, record that it was opened, and have its summary made."""
        self._worker.submit(lambda: self._load_article(article, opened=True))
        self.record_event("opened", article)
        self._summaries.request_summary(article)

    def preview_article(self, article: str) -> None:
        """Load an article without opening it."""
        self._worker.submit(lambda: self._load_article(article, opened=False))

    def load_insights(self, entry: FullArticle) -> None:
        """Find similar articles, then compute the insights of an article that is shown."""
        if entry.article.id != self._insights_pending_for:
            self._insights_pending_for = entry.article.id
            self._worker.submit(lambda: self._load_insights(entry))

    def load_link(self, article: str, purpose: str) -> None:
        """Load an article's title and URL."""
        self._worker.submit(lambda: self._load_link(article, purpose))

    def record_event(self, event: str, article: str, **data: Any) -> None:
        """Record an event of reading; a read-only library silently skips it."""
        self._worker.submit(lambda: self._record_event(event, article, **data))

    def _load_article(self, article: str, *, opened: bool) -> None:
        self._worker.post(messages.ArticleLoaded(self._library.get_article(article), opened))

    def _load_insights(self, entry: FullArticle) -> None:
        if entry.article.id == self._insights_pending_for:
            self._insights_pending_for = ""
            similar = self._library.similar(entry)
            self._worker.post(messages.SimilarFound(entry.article.id, similar))
            # A job of its own: what a key asked for in the meantime comes first.
            self._worker.submit(lambda: self._worker.post_insights(entry))

    def _load_link(self, article: str, purpose: str) -> None:
        metadata = self._library.get_article(article).article
        self._worker.post(messages.LinkLoaded(purpose, metadata.title, metadata.url))

    def _record_event(self, event: str, article: str, **data: Any) -> None:
        if not self._library.read_only_reason:
            rows = self._library.record(event, [article], **data)
            self._worker.post(messages.RowsChanged(rows))
            if event == "read":
                self._worker.run_hook("on_read", [article])
