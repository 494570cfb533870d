"""What is asked for single articles while they are read."""

from __future__ import annotations

from typing import Any

from store.model.article import FullArticle
from tui.reader.gateway import messages
from tui.reader.gateway.worker import Worker


class Articles(Worker):
    """Gets articles with what belongs to them, and records that they were opened."""

    _insights_pending_for = ""
    """The article whose similar readings are wanted and not looked for yet."""

    def open_article(self, article: str) -> None:
        """Ask for an article and record that it was opened."""
        self._submit(lambda: self._load_article(article, opened=True))
        self.record_event("opened", article)

    def preview_article(self, article: str) -> None:
        """Ask for an article without opening it."""
        self._submit(lambda: self._load_article(article, opened=False))

    def load_insights(self, entry: FullArticle) -> None:
        """Ask what is similar to an article and what else is known of it; once its text is shown."""
        if entry.article.id != self._insights_pending_for:
            self._insights_pending_for = entry.article.id
            self._submit(lambda: self._load_insights(entry))

    def load_link(self, article: str, purpose: str) -> None:
        """Ask for an article's title and URL."""
        self._submit(lambda: self._load_link(article, purpose))

    def record_event(self, event: str, article: str, **data: Any) -> None:
        """Record what happens by itself while reading; a library that cannot change forgoes it."""
        self._submit(lambda: self._record_event(event, article, **data))

    def _load_article(self, article: str, *, opened: bool) -> None:
        self._post(messages.ArticleLoaded(self._library.get_article(article), opened))

    def _load_insights(self, entry: FullArticle) -> None:
        if entry.article.id == self._insights_pending_for:
            self._insights_pending_for = ""
            self._post(messages.SimilarFound(entry.article.id, self._library.similar(entry)))
            # A job of its own: what a key asks for meanwhile comes first.
            self._submit(lambda: self._compute_insights(entry))

    def _compute_insights(self, entry: FullArticle) -> None:
        self._post(messages.InsightsComputed(entry.article.id, self._library.insights(entry)))

    def _load_link(self, article: str, purpose: str) -> None:
        facts = self._library.get_article(article).article
        self._post(messages.LinkLoaded(purpose, facts.title, facts.url))

    def _record_event(self, event: str, article: str, **data: Any) -> None:
        if not self._library.read_only_reason:
            self._post_row_changes(self._library.record(event, [article], **data))
            if event == "read":
                self._run_read_hook([article])
