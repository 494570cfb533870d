"""What is asked for single articles while they are read."""

from __future__ import annotations

from typing import Any

from store.model.article import Entry
from tui.reader.gateway import messages
from tui.reader.gateway.worker import Worker


class Articles(Worker):
    """Gets articles with what belongs to them, and records that they were opened."""

    _related = ""
    """The article whose similar readings are wanted and not looked for yet."""

    def open(self, article: str) -> None:
        """Ask for an article and record that it was opened."""
        self._submit(lambda: self._fetch(article, opened=True))
        self.note("opened", article)

    def preview(self, article: str) -> None:
        """Ask for an article without opening it."""
        self._submit(lambda: self._fetch(article, opened=False))

    def relate(self, entry: Entry) -> None:
        """Ask what is similar to an article and what else is known of it; once its text is shown."""
        if entry.article.id != self._related:
            self._related = entry.article.id
            self._submit(lambda: self._relate(entry))

    def fetch_link(self, article: str, purpose: str) -> None:
        """Ask for an article's title and URL."""
        self._submit(lambda: self._fetch_link(article, purpose))

    def note(self, event: str, article: str, **data: Any) -> None:
        """Record what happens by itself while reading; a library that cannot change forgoes it."""
        self._submit(lambda: self._note(event, article, **data))

    def _fetch(self, article: str, *, opened: bool) -> None:
        self._post(messages.ArticleFetched(self._library.entry(article), opened))

    def _relate(self, entry: Entry) -> None:
        if entry.article.id == self._related:
            self._related = ""
            self._post(messages.SimilarFound(entry.article.id, self._library.similar(entry)))
            # A job of its own: what a key asks for meanwhile comes first.
            self._submit(lambda: self._study(entry))

    def _study(self, entry: Entry) -> None:
        self._post(messages.ArticleStudied(entry.article.id, self._library.study(entry)))

    def _fetch_link(self, article: str, purpose: str) -> None:
        facts = self._library.entry(article).article
        self._post(messages.LinkFetched(purpose, facts.title, facts.url))

    def _note(self, event: str, article: str, **data: Any) -> None:
        if not self._library.read_only:
            self._changed(self._library.record(event, [article], **data))
            if event == "read":
                self._read([article])
