"""The queue of feeds to fetch: limits the concurrency per host and spaces its requests.

A list of fifty feeds is often one of fifty channels of the same three sites, which take eight
requests at once for an attack.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from store.feeds.subscriptions import Subscription

MAX_FETCHES_PER_HOST = 2
"""Feeds of one host that are fetched at once."""
CANCEL_POLL_SECONDS = 0.1
"""Seconds after which a waiting thread notices that it was cancelled."""


class HostQueue:
    """The waiting feeds, handed out one by one to the threads that fetch."""

    def __init__(
        self,
        feeds: Iterable[Subscription],
        delay: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Enqueue the feeds.

        Args:
            feeds: In order of priority.
            delay: Seconds between the end of a fetch and the next one from the same host.
            clock: A monotonic clock, in seconds.
        """
        self._waiting = list(feeds)
        self._delay = delay
        self._clock = clock
        self._active: Counter[str] = Counter()
        self._next_allowed: dict[str, float] = {}
        self._condition = threading.Condition()

    def take(self, is_cancelled: Callable[[], bool]) -> Subscription | None:
        """Wait for a feed that may be fetched; None if there are no more."""
        with self._condition:
            while self._waiting and not is_cancelled():
                if (feed := self._next_ready()) is not None:
                    self._waiting.remove(feed)
                    self._active[feed_host(feed)] += 1
                    return feed
                self._condition.wait(CANCEL_POLL_SECONDS)
        return None

    def _next_ready(self) -> Subscription | None:
        now = self._clock()
        for feed in self._waiting:
            host = feed_host(feed)
            is_free = self._active[host] < MAX_FETCHES_PER_HOST
            if is_free and self._next_allowed.get(host, 0.0) <= now:
                return feed
        return None

    def release(self, feed: Subscription) -> None:
        """Let the next feed of the same host follow after the delay."""
        host = feed_host(feed)
        with self._condition:
            self._active[host] -= 1
            self._next_allowed[host] = self._clock() + self._delay
            self._condition.notify_all()


def feed_host(feed: Subscription) -> str:
    """Return the host of a feed with its port."""
    return urlsplit(feed.url).netloc.rpartition("@")[2].lower()
