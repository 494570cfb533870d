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

PER_HOST = 2
"""Feeds of one host that are fetched at once."""
LOOK = 0.1
"""Seconds after which a stop is looked for."""


class Lanes:
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
        self._pause = pause
        self._clock = clock
        self._now: Counter[str] = Counter()
        self._rested: dict[str, float] = {}
        self._changed = threading.Condition()

    def take(self, stopped: Callable[[], bool]) -> Subscription | None:
        """The next feed that may be fetched, once there is one; None where there are no more."""
        with self._changed:
            while self._waiting and not stopped():
                if (feed := self._ready()) is not None:
                    self._waiting.remove(feed)
                    self._now[host_of(feed)] += 1
                    return feed
                self._changed.wait(LOOK)
        return None

    def _ready(self) -> Subscription | None:
        now = self._clock()
        for feed in self._waiting:
            host = host_of(feed)
            if self._now[host] < PER_HOST and self._rested.get(host, 0.0) <= now:
                return feed
        return None

    def done(self, feed: Subscription) -> None:
        """The feed was fetched."""
        host = host_of(feed)
        with self._changed:
            self._now[host] -= 1
            self._rested[host] = self._clock() + self._pause
            self._changed.notify_all()


def host_of(feed: Subscription) -> str:
    """Whom a feed is asked from: the host and its port."""
    return urlsplit(feed.url).netloc.rpartition("@")[2].lower()
