"""Keys that are typed ahead wait for what the keys before them have asked for.

Over a slow link, or from fast fingers, several keys come at once. What one of them opens, a dialog,
a question or an article, may take a moment to stand, and the next one is meant for that.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import monotonic

from textual import events

MAX_KEY_WAIT = 0.5
"""Seconds a key waits at most: what was asked for may never come."""
KEY_CHECK_INTERVAL = 0.005
"""Seconds between two looks whether it is there."""


class KeyQueue:
    """The keys that were pressed, and what the first of them waits for."""

    def __init__(self) -> None:
        """Wait for nothing."""
        self.keys: deque[events.Key | events.Paste] = deque()
        self._condition: Callable[[], bool] | None = None
        self._deadline = 0.0
        self._awaited_article = ""

    def wait_for(self, there: Callable[[], bool]) -> None:
        """Have the next key wait until something is there, but not for long."""
        self._condition, self._deadline = there, monotonic() + MAX_KEY_WAIT

    def wait_for_article(self, article: str, there: Callable[[], bool]) -> bool:
        """Have the next key wait until an article is there.

        Returns:
            Whether it waits; no other key does once one has waited in vain.
        """
        if article != self._awaited_article:
            self._awaited_article = article
            self.wait_for(there)
        return not self.is_ready

    @property
    def is_ready(self) -> bool:
        """Whether the next key is to be looked at."""
        if self._condition is not None and (self._condition() or monotonic() >= self._deadline):
            self._condition = None
        return self._condition is None
