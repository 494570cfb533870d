"""Single articles: loaded, and what was read of them recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from store.model.article import FullArticle
from tui.actions.loose_pages import LoosePages
from tui.reader.gateway import messages
from tui.reader.gateway.worker import Part, Worker, library_job

if TYPE_CHECKING:
    pass
from tui.reader.gateway.summaries import Summaries


class Articles(Part):
    """Loads articles and records reading events."""

    def __init__(self, worker: Worker, summaries: Summaries, loose: LoosePages) -> None:
        super().__init__(worker)
        self._summaries = summaries
        self._loose = loose
        self._insights_pending_for = ""
        """The article whose similar readings were asked for and are not searched yet."""

    def open_article(self, article: str) -> None:
        """Load an article, record that it was opened, and have its summary made."""
        self._load_article(article, opened=True)
        self.record_opened(article)

    def record_opened(self, article: str) -> None:
        """Record that an article was opened, and have its summary made."""
        self.record_event("opened", article)
        self._summaries.request_summary(article)

    def preview_article(self, article: str) -> None:
        """Load an article without opening it; nothing happens if it is gone."""
        self._load_article(article, opened=False)

    def load_insights(self, entry: FullArticle) -> None:
        """Find similar articles, then compute the insights of an article that is shown."""
        if entry.article.id != self._insights_pending_for:
            self._insights_pending_for = entry.article.id
            self._find_similar(entry)

    @library_job
    def load_link(self, article: str, purpose: str) -> None:
        """Load an article's title and URL."""
        metadata = self._get_article(article).article
        self._post(messages.LinkLoaded(purpose, metadata.title, metadata.url))

    @library_job
    def record_event(self, event: str, article: str, /, **data: Any) -> None:
        """Record an event of reading; a read-only library silently skips it, and loose pages have none."""
        if not self._library.read_only_reason and self._loose.get(article) is None:
            articles = self._worker.with_copies([article]) if event == "read" else [article]
            rows = self._library.record(event, articles, **data)
            self._post(messages.RowsChanged(self._worker.shown_rows(rows)))
            if event == "read":
                self._worker.run_hook("on_read", [article])

    @library_job
    def _load_article(self, article: str, *, opened: bool) -> None:
        is_known = self._library.get_row(article) or self._loose.get(article)
        if opened or is_known is not None:
            self._post(messages.ArticleLoaded(self._get_article(article), opened))

    def _get_article(self, article: str) -> FullArticle:
        return self._loose.get(article) or self._library.get_article(article)

    @library_job
    def _find_similar(self, entry: FullArticle) -> None:
        if entry.article.id == self._insights_pending_for:
            self._insights_pending_for = ""
            self._post(messages.SimilarFound(entry.article.id, self._library.similar(entry)))
            # A job of its own: what a key asked for in the meantime comes first.
            self._worker.submit(lambda: self._worker.post_insights(entry))
