"""Garbage collections between keys, so that no key waits for one."""

from __future__ import annotations

import gc

from store.system.memory import return_free_memory

COLLECT_INTERVAL = 2.0
"""Seconds between two looks whether there is garbage."""
MIN_YOUNG_COLLECTIONS = 3
"""Collections of new objects since the last full one from which that is worth its 2 to 6 ms."""


class GarbageCollector:
    """Collects garbage from time to time, before Python does in the middle of drawing a frame.

    Whenever styles are looked up anew, Textual leaves thousands of objects that only a full collection frees.
    """

    def __init__(self) -> None:
        self._is_frozen = False

    def collect(self) -> None:
        """Collect garbage if there may be some."""
        _, young, middle = gc.get_count()
        is_due = young + middle * gc.get_threshold()[1] >= MIN_YOUNG_COLLECTIONS
        if not is_due or not gc.isenabled():  # as while the library loads
            return
        gc.collect()
        if not self._is_frozen:
            # What is left once the reader rests, code, widgets and rows, stays: later collections omit it.
            gc.freeze()
            self._is_frozen = True
        return_free_memory()  # a megabyte after an import: what threads freed in the middle of their heaps
