"""Feeds and pages: fetched on network threads, stored on the library's thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, wait
from threading import Event, Thread
from typing import TYPE_CHECKING

from store.model.errors import FetchCancelled, FetchFailed, NewstuiError, PrivateHost
from tui.reader.gateway import messages
from tui.reader.gateway.worker import Part, Worker, library_job
from tui.rendering.wording import format_count

if TYPE_CHECKING:
    from store.feeds.feed_store import FetchResult
    from store.feeds.fetch import FetchContext
    from store.feeds.resolve_url import ResolvedPage

FEED_BATCH_ARTICLES = 200
"""Fetched articles are stored once there are this many."""
FEED_BATCH_SECONDS = 2.0
"""Fetched articles are stored after this many seconds, however few there are."""
FETCH_LIST_INTERVAL = 3.0
"""Seconds between two updates of the list while fetching: 100,000 rows take time."""
FETCH_STOP_TIMEOUT = 0.5
"""Seconds that closing waits for a fetch to hand over what it has fetched."""
NONE_IS_DUE = "No feed is due: all are paused, or their intervals are not over"
NOT_FETCHED = "Not fetched: paused, or no longer subscribed to"


class Feeds(Part):
    """Fetches feeds and pages while the user reads.

    Attributes:
        make_context: Creates what fetching needs; None for the sample library, which has no feeds.
    """

    def __init__(self, worker: Worker) -> None:
        super().__init__(worker)
        self.make_context: Callable[[], FetchContext] | None = None
        self._fetch_future: Future[None] | None = None
        self._fetch_stop_event = Event()
        self._fetched_count = 0
        self._fetch_listed_at = 0.0

    @property
    def is_fetching(self) -> bool:
        """True while feeds are being fetched."""
        return self._fetch_future is not None and not self._fetch_future.done()

    def fetch(self, keys: Collection[str] | None = None) -> None:
        """Fetch the feeds with these keys, or every feed that is not paused."""
        if (make_context := self.find_network()) is not None and not self.is_fetching:
            self._start_fetch(make_context, keys, is_asked=True)

    def fetch_regularly(self) -> None:
        """Fetch what is due, without a word if there is nothing to fetch."""
        if self.make_context is not None and not self.is_fetching:
            self._start_fetch(self.make_context, None, is_asked=False)

    def _start_fetch(
        self,
        make_context: Callable[[], FetchContext],
        keys: Collection[str] | None,
        *,
        is_asked: bool,
    ) -> None:
        stop = self._fetch_stop_event = Event()
        self._fetched_count = 0
        self._fetch_future = self.run_on_network(
            lambda: self._fetch_feeds(make_context(), stop, keys, is_asked=is_asked)
        )

    def stop_fetch(self) -> None:
        """Stop the fetch; articles fetched so far are stored."""
        self._fetch_stop_event.set()

    def add_url(self, url: str, *, private: bool = False) -> None:
        """Subscribe to the feed of a URL, or add its page; `private` allows a private host."""
        if (make_context := self.find_network()) is not None:
            self.run_on_network(lambda: self._add_url(make_context(), url, private=private))

    def close(self) -> None:
        """Stop the fetch, and give it a moment to hand over what it has fetched."""
        self._fetch_stop_event.set()
        if self._fetch_future is not None:
            wait([self._fetch_future], FETCH_STOP_TIMEOUT)

    def find_network(
        self, without: str = "The sample library has no feeds"
    ) -> Callable[[], FetchContext] | None:
        """Return what creates the tools for fetching; without any, show a line and return None."""
        if self.make_context is None:
            self._worker.post_notice(without, "app.welcome")
        return self.make_context

    # -- on network threads ----------------------------------------------------------------

    def run_on_network(self, job: Callable[[], None]) -> Future[None]:
        """Run a job on a daemon thread, which nothing waits for: the network may hang."""
        future: Future[None] = Future()

        def run() -> None:
            try:
                job()
                future.set_result(None)
            except BaseException as error:  # noqa: BLE001 - reported by the worker
                future.set_exception(error)

        future.add_done_callback(self._worker.report_failure)
        Thread(target=run, name="network", daemon=True).start()
        return future

    def _fetch_feeds(
        self,
        context: FetchContext,
        stop: Event,
        keys: Collection[str] | None,
        *,
        is_asked: bool,
    ) -> None:
        from store.feeds.fetch import choose_due_feeds, fetch_and_store

        feed_store = self._library.feeds
        feeds = feed_store.subscriptions()
        if not feeds:
            if is_asked:
                self._worker.post_notice("No feeds yet", "feeds.add")
            return
        if keys is None:
            now = int(context.clock().timestamp())
            feeds = choose_due_feeds(feeds, feed_store.states(), now)
        else:
            is_one = len(keys) == 1  # it may be paused: it was asked for by name
            feeds = [each for each in feeds if each.key in keys and (is_one or not each.paused)]
        if not feeds:
            if is_asked:
                self._worker.post_notice(NONE_IS_DUE if keys is None else NOT_FETCHED)
            return
        self._post(messages.Progressed(f"fetching 0 of {len(feeds)}"))

        done = 0
        problems: list[str] = []
        for result in fetch_and_store(
            feeds,
            feed_store.states(),
            context,
            self._store_batch,
            max_articles=FEED_BATCH_ARTICLES,
            max_seconds=FEED_BATCH_SECONDS,
            is_cancelled=stop.is_set,
        ):
            done += 1
            name = result.subscription.display_name
            if result.error:
                problems.append(f"{name}: {result.error}")
            self._post(messages.Progressed(f"fetching {done} of {len(feeds)}", name))
        self._report_fetch(done, len(feeds), problems, is_asked=is_asked)

    def _add_url(self, context: FetchContext, url: str, *, private: bool) -> None:
        from store.feeds.resolve_url import UrlResolver, complete_url
        from store.feeds.subscriptions import is_private_host_allowed
        from store.text.urls import redact_url

        self._worker.post_notice(f"Fetching {redact_url(url)} …")
        feeds = self._library.feeds.subscriptions()
        private = private or is_private_host_allowed(complete_url(url), feeds)
        try:
            resolver = UrlResolver(
                context, is_private_allowed=private, is_cancelled=lambda: self._worker.is_closing
            )
            self._store_resolved(resolver(url))
        except PrivateHost as error:
            self._post(messages.PrivateHostDetected(url, error.host))
        except FetchCancelled:
            pass  # the reader is closing
        except NewstuiError as error:
            raise FetchFailed(f"{redact_url(url)}: {error}") from error
        finally:
            context.close()

    # -- on the library's thread -----------------------------------------------------------

    def show_new_articles(self) -> None:
        """Have lists reloaded, and index the new articles."""
        self._post(messages.LibraryChanged())
        self._worker.run_steps(self._index_steps(), background=True)

    def _index_steps(self) -> Iterator[object]:
        yield from self._library.update_index()
        yield from self._worker.embedding_steps()

    @library_job
    def _store_batch(self, batch: Sequence[FetchResult]) -> None:
        """Store fetched articles and the states of their feeds."""
        from store.feeds.fetch import store_results

        steps = store_results(batch, self._library.feeds, self._library.add)
        new_ids = [article for step in steps for article in step.new_ids]
        self._worker.run_hook("on_new", new_ids)
        self._fetched_count += len(new_ids)
        if new_ids and time.monotonic() > self._fetch_listed_at + FETCH_LIST_INTERVAL:
            self._fetch_listed_at = time.monotonic()
            self._post(messages.LibraryChanged())

    @library_job
    def _report_fetch(
        self, done: int, total: int, problems: Sequence[str], *, is_asked: bool
    ) -> None:
        self._post(messages.FetchEnded(self._fetched_count, done, total, problems, is_asked))
        if self._fetched_count:
            self.show_new_articles()

    @library_job
    def _store_resolved(self, found: FetchResult | ResolvedPage) -> None:
        from store.feeds.resolve_url import AddedFeed, store_resolved

        added = store_resolved(found, self._library.feeds, self._library.add)
        self._worker.run_hook("on_new", added.new_ids)
        if added.new_ids:
            self.show_new_articles()
        if isinstance(added, AddedFeed):
            verb = "Subscribed to" if added.is_new else "Already subscribed to"
            new = format_count(len(added.new_ids), "new article")
            notice = f"{verb} {added.subscription.display_name}: {new}"
        elif added.has_text:
            state = "Added" if added.new_ids else "Already in the library"
            notice = f"{state}: {added.article.title}"
        else:
            notice = f"Saved the URL, found no text: {added.article.title}"
        self._worker.post_notice(notice, done=bool(added.new_ids) or isinstance(added, AddedFeed))
