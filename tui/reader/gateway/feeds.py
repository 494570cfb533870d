"""Feeds and pages: the network has threads of its own, what comes goes to the library's thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from threading import Event, Thread
from typing import TYPE_CHECKING

from store.model.errors import FetchCancelled, FetchFailed, NewstuiError, PrivateHost
from store.search import ListQuery
from tui.reader.gateway import messages
from tui.reader.gateway.worker import Worker
from tui.rendering.wording import format_count

if TYPE_CHECKING:
    from store.feeds.feed_store import FeedStore, FetchResult
    from store.feeds.fetch import FetchContext
    from store.feeds.resolve_url import ResolvedFeed, ResolvedPage

FEED_BATCH_ARTICLES = 200
"""Articles at which what came is written to the library."""
FEED_BATCH_SECONDS = 2.0
"""Seconds after which it is written in any case."""
FETCH_LIST_INTERVAL = 3.0
"""Seconds between two lists with what came so far: a list of 100,000 rows takes its time."""
FETCH_STOP_TIMEOUT = 0.5
"""Seconds the end of the reader leaves a fetch to hand over what came."""
SAMPLES_NOTICE = "these are samples; `newstui add URL` subscribes in your own library"


@dataclass(frozen=True, slots=True)
class FeedAccess:
    """The feeds of a library, and how they are fetched."""

    feed_store: FeedStore
    network: Callable[[], FetchContext]


class Feeds:
    """Fetches feeds and pages while the user reads.

    Attributes:
        access: None for the sample library, which has no feeds.
    """

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._library = worker.library
        self.access: Callable[[], FeedAccess] | None = None
        self._fetch_future: Future[None] | None = None
        self._fetch_stop_event = Event()
        self._fetched_count = 0
        self._fetch_listed_at = 0.0

    @property
    def is_fetching(self) -> bool:
        """Whether feeds are being fetched."""
        return self._fetch_future is not None and not self._fetch_future.done()

    def fetch(self) -> None:
        """Fetch every feed that is not paused."""
        if self.access is None:
            self._worker.post_notice(SAMPLES_NOTICE)
        elif not self.is_fetching:
            stop = self._fetch_stop_event = Event()
            self._fetched_count = 0
            self._fetch_future = self._run_on_network_thread(lambda: self._fetch_feeds(stop))

    def stop_fetch(self) -> None:
        """Stop the fetch; what came is kept."""
        self._fetch_stop_event.set()

    def list_feeds(self) -> None:
        """Ask for the feeds with their states and counts."""
        if self.access is None:
            self._worker.post_notice(SAMPLES_NOTICE)
        else:
            self._worker.submit(self._list_feeds)

    def add_url(self, url: str, *, private: bool = False) -> None:
        """Subscribe to the feed, or take in the page, that a URL leads to.

        Args:
            url: As it was typed.
            private: Whether the user said that its host may be on a private network.
        """
        if self.access is None:
            self._worker.post_notice(SAMPLES_NOTICE)
        else:
            self._run_on_network_thread(lambda: self._resolve_url(url, private=private))

    def close(self) -> None:
        """Stop the fetch, and give it a moment to hand over what it has fetched."""
        self._fetch_stop_event.set()
        if self._fetch_future is not None:
            wait([self._fetch_future], FETCH_STOP_TIMEOUT)

    # -- on threads of their own -----------------------------------------------------------

    def _run_on_network_thread(self, job: Callable[[], None]) -> Future[None]:
        """Do something on a thread that nothing waits for: the network may hang."""
        done: Future[None] = Future()

        def run() -> None:
            try:
                job()
                done.set_result(None)
            except BaseException as error:  # noqa: BLE001 - told by `_tell_failure`
                done.set_exception(error)

        done.add_done_callback(self._worker.report_failure)
        Thread(target=run, name="network", daemon=True).start()
        return done

    def _require_feed_access(self) -> FeedAccess:
        if self.access is None:
            raise FetchFailed(SAMPLES_NOTICE)
        return self.access()

    def _fetch_feeds(self, stop: Event) -> None:
        from store.feeds.fetch import fetch_and_store

        access = self._require_feed_access()
        feeds = [each for each in access.feed_store.subscriptions() if not each.paused]
        if not feeds:
            raise FetchFailed("no feeds yet; a subscribes to one")
        self._worker.post(messages.FetchProgressed(0, len(feeds), ""))

        def store(results: Sequence[FetchResult]) -> None:
            self._worker.submit(lambda: self._store_batch(access, results))

        done = failed = 0
        for result in fetch_and_store(
            feeds,
            access.feed_store.states(),
            access.network(),
            store,
            max_articles=FEED_BATCH_ARTICLES,
            max_seconds=FEED_BATCH_SECONDS,
            is_cancelled=stop.is_set,
        ):
            done += 1
            failed += bool(result.error)
            self._worker.post(
                messages.FetchProgressed(done, len(feeds), result.subscription.display_name)
            )
        self._worker.submit(lambda: self._report_fetch(done, len(feeds), failed))

    def _resolve_url(self, url: str, *, private: bool) -> None:
        from store.feeds.resolve_url import UrlResolver
        from store.text.urls import redact_url

        access = self._require_feed_access()
        tools = access.network()
        self._worker.post_notice(f"looking at {redact_url(url)} …")
        try:
            found = UrlResolver(
                tools,
                is_private_allowed=private,
                is_cancelled=lambda: self._worker.is_closing,
            )(url)
        except PrivateHost as error:
            self._worker.post(messages.PrivateHostDetected(url, str(error)))
        except FetchCancelled:
            pass  # the reader ends
        except NewstuiError as error:
            raise FetchFailed(f"{redact_url(url)}: {error}") from error
        else:
            self._worker.submit(lambda: self._store_resolved(access, found))
        finally:
            tools.close()

    # -- on the library's thread -----------------------------------------------------------

    def _show_new_articles(self) -> None:
        """Have the lists made anew, and what came indexed."""
        self._worker.post(messages.LibraryChanged())
        self._worker.run_steps(self._library.update_index(), background=True)

    def _store_batch(self, access: FeedAccess, batch: Sequence[FetchResult]) -> None:
        """Keep what came: the articles first, then what is known of the feeds."""
        from store.feeds.fetch import store_results

        steps = store_results(batch, access.feed_store, self._library.add)
        new_ids = [each for step in steps for each in step.new_ids]
        self._worker.run_hook("on_new", new_ids)
        self._fetched_count += len(new_ids)
        if new_ids and time.monotonic() > self._fetch_listed_at + FETCH_LIST_INTERVAL:
            self._fetch_listed_at = time.monotonic()
            self._worker.post(messages.LibraryChanged())

    def _report_fetch(self, done: int, total: int, failed: int) -> None:
        self._worker.post(messages.FetchEnded(self._fetched_count, done, total, failed))
        if self._fetched_count:
            self._show_new_articles()

    def _list_feeds(self) -> None:
        access = self._require_feed_access()
        now = int(access.network().clock().timestamp())
        self._worker.post(
            messages.FeedsListed(access.feed_store.list_feeds(self._library.rows(ListQuery())), now)
        )

    def _store_resolved(self, access: FeedAccess, found: ResolvedFeed | ResolvedPage) -> None:
        from store.feeds.resolve_url import AddedFeed, store_resolved

        added = store_resolved(found, access.feed_store, self._library.add)
        self._worker.run_hook("on_new", added.new_ids)
        if added.new_ids:
            self._show_new_articles()
        if isinstance(added, AddedFeed):
            known = "subscribed to" if added.is_new else "already subscribed to"
            new = format_count(len(added.new_ids), "new article")
            notice = f"{known} {added.subscription.display_name}: {new}"
        elif added.has_text:
            notice = f"{'added' if added.new_ids else 'already there'}: {added.article.title}"
        else:
            notice = f"no article text found; kept the address: {added.article.title}"
        self._worker.post_notice(notice)
