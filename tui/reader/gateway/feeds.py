"""Feeds and pages: the network has threads of its own, what comes goes to the library's thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from threading import Event, Thread
from typing import TYPE_CHECKING

from store.model.errors import FetchFailed, NewsError, PrivateHost, Stopped
from store.search import Query
from tui.reader.gateway import messages
from tui.reader.gateway.worker import Worker
from tui.rendering.wording import count

if TYPE_CHECKING:
    from store.feeds.feed_store import Book
    from store.feeds.fetch import Fetched, Tools
    from store.feeds.resolve_url import FeedFound, PageFound
    from store.model.article import Found

FULL = 200
"""Articles at which what came is written to the library."""
DUE = 2.0
"""Seconds after which it is written in any case."""
BETWEEN_LISTS = 3.0
"""Seconds between two lists with what came so far: a list of 100,000 rows takes its time."""
GRACE = 0.5
"""Seconds the end of the reader leaves a fetch to hand over what came."""
SAMPLES = "these are samples; `newstui add URL` subscribes in your own library"


@dataclass(frozen=True, slots=True)
class Access:
    """The feeds of a library, and how they are fetched."""

    book: Book
    network: Callable[[], Tools]


class Feeds(Worker):
    """Fetches while one reads; `access` is set where there are feeds to fetch."""

    access: Callable[[], Access] | None = None
    _fetching: Future[None] | None = None
    _stop = Event()
    _added = 0
    _listed_at = 0.0

    @property
    def fetching(self) -> bool:
        """Whether feeds are being fetched."""
        return self._fetching is not None and not self._fetching.done()

    def fetch(self) -> None:
        """Fetch every feed that is not paused."""
        if self.access is None:
            self._say(SAMPLES)
        elif not self.fetching:
            stop = self._stop = Event()
            self._added = 0
            self._fetching = self._apart(lambda: self._fetch_feeds(stop))

    def stop_fetching(self) -> None:
        """Stop the fetch; what came is kept."""
        self._stop.set()

    def list_feeds(self) -> None:
        """Ask for the feeds with their states and counts."""
        if self.access is None:
            self._say(SAMPLES)
        else:
            self._submit(self._list_feeds)

    def add_url(self, url: str, *, private: bool = False) -> None:
        """Subscribe to the feed, or take in the page, that a URL leads to.

        Args:
            url: As it was typed.
            private: Whether the user said that its host may be on a private network.
        """
        if self.access is None:
            self._say(SAMPLES)
        else:
            self._apart(lambda: self._look_up(url, private=private))

    def close(self, wait_for: float = 2.0) -> bool:
        """Stop the fetch, keep what came, and leave the library."""
        self._stop.set()
        if self._fetching is not None:
            wait([self._fetching], GRACE)
        return super().close(wait_for)

    # -- on threads of their own -----------------------------------------------------------

    def _apart(self, job: Callable[[], None]) -> Future[None]:
        """Do something on a thread that nothing waits for: the network may hang."""
        done: Future[None] = Future()

        def run() -> None:
            try:
                job()
                done.set_result(None)
            except BaseException as error:  # noqa: BLE001 - told by `_tell_failure`
                done.set_exception(error)

        done.add_done_callback(self._tell_failure)
        Thread(target=run, name="network", daemon=True).start()
        return done

    def _there(self) -> Access:
        if self.access is None:
            raise FetchFailed(SAMPLES)
        return self.access()

    def _fetch_feeds(self, stop: Event) -> None:
        from store.feeds.fetch import fetch_feeds

        access = self._there()
        feeds = [each for each in access.book.subscriptions() if not each.paused]
        if not feeds:
            raise FetchFailed("no feeds yet; a subscribes to one")
        batch: list[Fetched] = []
        kept_at, failed, done = time.monotonic(), 0, 0
        self._post(messages.FetchProgressed(0, len(feeds), ""))
        results = fetch_feeds(feeds, access.book.states(), access.network(), stop.is_set)
        for result in results:
            done += 1
            failed += bool(result.problem)
            batch.append(result)
            self._post(messages.FetchProgressed(done, len(feeds), result.subscription.name))
            full = sum(len(each.found) for each in batch) >= FULL
            if full or time.monotonic() - kept_at > DUE:
                self._hand_over(access, batch)
                batch, kept_at = [], time.monotonic()
        self._hand_over(access, batch)
        self._submit(lambda: self._tell_fetched(done, len(feeds), failed))

    def _hand_over(self, access: Access, batch: Sequence[Fetched]) -> None:
        if batch:
            self._submit(lambda: self._keep(access, batch))

    def _look_up(self, url: str, *, private: bool) -> None:
        from store.feeds.resolve_url import LookUp
        from store.net.reasons import shown_url

        access = self._there()
        tools = access.network()
        self._say(f"looking at {shown_url(url)} …")
        try:
            found = LookUp(tools, private=private, stop=lambda: self._closed is not None)(url)
        except PrivateHost as error:
            self._post(messages.PrivateHostMet(url, str(error)))
        except Stopped:
            pass  # the reader ends
        except NewsError as error:
            raise FetchFailed(f"{shown_url(url)}: {error}") from error
        else:
            self._submit(lambda: self._take(access, found))
        finally:
            for aside in tools.asides:
                aside.close()

    # -- on the library's thread -----------------------------------------------------------

    def _add(self, found: Sequence[Found]) -> int:
        new: list[str] = []
        for step in self._library.add(found) if found else ():
            new += step.new
        self._came(new)
        return len(new)

    def _show_new(self) -> None:
        """Have the lists made anew, and what came indexed."""
        self._post(messages.ArticlesChanged())
        self._steps(self._library.prepare(), lambda _: None, lambda: None, asked=False)

    def _keep(self, access: Access, batch: Sequence[Fetched]) -> None:
        """Keep what came: the articles first, then what is known of the feeds."""
        added = self._add([found for each in batch for found in each.found])
        access.book.keep(batch)
        self._added += added
        if added and time.monotonic() > self._listed_at + BETWEEN_LISTS:
            self._listed_at = time.monotonic()
            self._post(messages.ArticlesChanged())

    def _tell_fetched(self, done: int, total: int, failed: int) -> None:
        self._post(messages.FetchEnded(self._added, done, total, failed))
        if self._added:
            self._show_new()

    def _list_feeds(self) -> None:
        access = self._there()
        now = int(access.network().clock().timestamp())
        self._post(messages.FeedsListed(access.book.shown(self._library.rows(Query())), now))

    def _take(self, access: Access, found: FeedFound | PageFound) -> None:
        from store.feeds.resolve_url import PageFound

        if isinstance(found, PageFound):
            self._take_page(access, found)
            return
        fetched = found.fetched
        feed = fetched.subscription
        there = any(each.key == feed.key for each in access.book.subscriptions())
        if not there:
            access.book.change(put=[feed])
        if added := self._add(fetched.found):
            self._show_new()
        access.book.keep([fetched])
        known = "already subscribed to" if there else "subscribed to"
        self._say(f"{known} {feed.name}: {count(added, 'new article')}")

    def _take_page(self, access: Access, found: PageFound) -> None:
        from store.feeds.page_cache import KeptPages

        article = found.found.article
        if added := self._add([found.found]):
            self._show_new()
        if not found.found.body.text:
            KeptPages(access.book.cache).keep(article.id, found.html)
            self._say(f"no article text found; kept the address: {article.title}")
        else:
            self._say(f"{'added' if added else 'already there'}: {article.title}")
