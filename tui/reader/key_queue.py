"""Keys that are typed ahead wait for what the keys before them have asked for.

Over a slow link, or from fast fingers, several keys come at once. What one of them opens, a dialog,
a question or an article, may take a moment to stand, and the next one is meant for that.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import monotonic

from textual import events

PATIENCE = 0.5
"""Seconds a key waits at most: what was asked for may never come."""
LOOK_EVERY = 0.005
"""Seconds between two looks whether it is there."""


class Ahead:
    """The keys that were pressed, and what the first of them waits for."""

    def __init__(self) -> None:
        """Wait for nothing."""
        self.keys: deque[events.Key | events.Paste] = deque()
        self._there: Callable[[], bool] | None = None
        self._until = 0.0
        self._article = ""

    def expect(self, there: Callable[[], bool]) -> None:
        """Have the next key wait until something is there, but not for long."""
        self._there, self._until = there, monotonic() + PATIENCE

    def expect_article(self, article: str, there: Callable[[], bool]) -> bool:
        """Have the next key wait until an article is there.

        Returns:
            Whether it waits; no other key does once one has waited in vain.
        """
        if article != self._article:
            self._article = article
            self.expect(there)
        return not self.ready

    @property
    def ready(self) -> bool:
        """Whether the next key is to be looked at."""
        if self._there is not None and (self._there() or monotonic() >= self._until):
            self._there = None
        return self._there is None
