"""What is asked for single articles while they are read."""

from __future__ import annotations

from typing import Any

from store.article import Entry
from tui import messages
from tui.gateway.worker import Worker


class Articles(Worker):
    """Gets articles with what belongs to them, and records that they were opened."""

    def open(self, article: str) -> None:
        """Ask for an article and record that it was opened."""
        self._submit(lambda: self._fetch(article, opened=True))
        self.note("opened", article)

    def preview(self, article: str) -> None:
        """Ask for an article without opening it."""
        self._submit(lambda: self._fetch(article, opened=False))

    def fetch_link(self, article: str, purpose: str) -> None:
        """Ask for an article's title and URL."""
        self._submit(lambda: self._fetch_link(article, purpose))

    def note(self, event: str, article: str, **data: Any) -> None:
        """Record what happens by itself while reading; a library that cannot change forgoes it."""
        self._submit(lambda: self._note(event, article, **data))

    def _fetch(self, article: str, *, opened: bool) -> None:
        entry = self._library.entry(article)
        self._post(messages.ArticleFetched(entry, opened))
        self._find_similar(entry)
        # A job of its own: what a key asks for meanwhile comes first.
        self._submit(lambda: self._study(entry))

    def _study(self, entry: Entry) -> None:
        self._post(messages.ArticleStudied(entry.article.id, self._library.study(entry)))

    def _find_similar(self, entry: Entry) -> None:
        self._post(messages.SimilarFound(entry.article.id, self._library.similar(entry)))

    def _fetch_link(self, article: str, purpose: str) -> None:
        facts = self._library.entry(article).article
        self._post(messages.LinkFetched(purpose, facts.title, facts.url))

    def _note(self, event: str, article: str, **data: Any) -> None:
        if not self._library.read_only:
            self._changed(self._library.record(event, [article], **data))
            if event == "read":
                self._read([article])
