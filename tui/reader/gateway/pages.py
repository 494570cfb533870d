"""Pages of the web to be read: the whole text of an article, and what its links lead to.

Opening and previewing answer for a loose page as for an article.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event
from typing import TYPE_CHECKING

from store.model.article import FullArticle, ParsedArticle
from store.model.errors import NewstuiError
from store.text.prose import count_words
from store.text.urls import extract_host, redact_url
from tui.actions.loose_pages import LoosePages, keep_page
from tui.actions.pages import (
    fetch_page,
    find_page_text,
    is_private_page_allowed,
    open_text_cache,
)
from tui.reader.gateway import messages
from tui.reader.gateway.worker import Part, Worker, library_job

if TYPE_CHECKING:
    from tui.reader.gateway.feeds import Feeds


class Pages(Part):
    """Fetches one page at a time, on a network thread."""

    def __init__(self, worker: Worker, feeds: Feeds, loose: LoosePages) -> None:
        super().__init__(worker)
        self._feeds = feeds
        self._loose = loose
        self._stop_event = Event()
        self._stop_event.set()

    @property
    def is_fetching(self) -> bool:
        """True while a page is being fetched."""
        return not self._stop_event.is_set()

    def stop(self) -> None:
        """Stop fetching: whatever comes is dropped."""
        self._stop_event.set()

    @library_job
    def load_text(self, entry: FullArticle) -> None:
        """Load the text of an article's page: from the cache, or else from the web."""
        article = entry.article
        if text := find_page_text(self._library, article):
            self._post(messages.PageTextLoaded(article.id, text, count_words(text)))
            return

        def store(page: ParsedArticle) -> None:
            text, words = page.body.text, page.article.words
            open_text_cache(self._library).save(article.id, text)
            self._post(messages.PageTextLoaded(article.id, text, words))

        self._fetch(article.url, entry, store)

    @library_job
    def open_link(self, url: str, entry: FullArticle) -> None:
        """Load what a link in an article leads to, unless the library has it."""
        if known := self._find(url):
            self._post(messages.LinkResolved(entry.article.id, known, is_loose=False))
            return

        def store(page: ParsedArticle) -> None:
            known = self._find(page.article.url)  # the link may have been a redirect
            if not known:
                self._loose.put(page)
            found = known or page.article.id
            self._post(messages.LinkResolved(entry.article.id, found, is_loose=not known))

        self._fetch(url, entry, store)

    @library_job
    def find_known_links(self, article: str, urls: Sequence[str]) -> None:
        """Find the links of an article that lead to articles of the library."""
        self._post(messages.KnownLinksFound(article, self._library.find_urls(urls)))

    @library_job
    def keep(self, article: str) -> None:
        """Add a loose page to the library."""
        if (page := self._loose.get(article)) is None:
            return
        keep_page(self._library, self._loose, page)
        self._post(messages.PageKept(article))
        self._worker.run_hook("on_new", [article])
        self._worker.post_notice(f"Added: {page.article.title}", done=True)
        self._feeds.show_new_articles()

    def _find(self, url: str) -> str:
        return self._library.find_urls([url]).get(url, "")

    def _fetch(self, url: str, entry: FullArticle, store: Callable[[ParsedArticle], None]) -> None:
        make_context = self._feeds.find_network("The sample library fetches no pages")
        if make_context is None:
            return
        self._stop_event.set()  # one page at a time: the one asked for last
        stop = self._stop_event = Event()
        is_allowed = is_private_page_allowed(self._library, url, entry.article)
        self._post(messages.PageFetchStarted(extract_host(url) or redact_url(url)))

        def run() -> None:
            try:
                page = fetch_page(
                    make_context(), url, is_private_allowed=is_allowed, is_cancelled=stop.is_set
                )
                if not stop.is_set():
                    self._worker.submit(lambda: store(page))
            except NewstuiError:
                if not stop.is_set():  # else nobody waits for it
                    raise
            finally:
                stop.set()

        self._feeds.run_on_network(run)
