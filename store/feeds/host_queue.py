"""Who is asked next: few at once, fewer of one host, and each host gets its breath.

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
"""Seconds after which a stop is looked for."""


class HostQueue:
    """The feeds that wait, given out one by one to the threads that fetch."""

    def __init__(
        self,
        feeds: Iterable[Subscription],
        pause: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Line them up.

        Args:
            feeds: In the order in which they are wanted.
            pause: Seconds between the end of a fetch and the next one from the same host.
            clock: Seconds that only grow.
        """
        self._waiting = list(feeds)
        self._delay = pause
        self._clock = clock
        self._active: Counter[str] = Counter()
        self._next_allowed: dict[str, float] = {}
        self._condition = threading.Condition()

    def take(self, stopped: Callable[[], bool]) -> Subscription | None:
        """The next feed that may be fetched, once there is one; None where there are no more."""
        with self._condition:
            while self._waiting and not stopped():
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
            if (
                self._active[host] < MAX_FETCHES_PER_HOST
                and self._next_allowed.get(host, 0.0) <= now
            ):
                return feed
        return None

    def release(self, feed: Subscription) -> None:
        """The feed was fetched."""
        host = feed_host(feed)
        with self._condition:
            self._active[host] -= 1
            self._next_allowed[host] = self._clock() + self._delay
            self._condition.notify_all()


def feed_host(feed: Subscription) -> str:
    """Whom a feed is asked from: the host and its port."""
    return urlsplit(feed.url).netloc.rpartition("@")[2].lower()
