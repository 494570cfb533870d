"""The memory of the process: what its allocator keeps, and when Python looks for garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""The numbers of the parameters in glibc's `mallopt(3)`."""
MAX_FREE_BYTES = 128 * 1024
"""The initial value of both."""


def return_free_memory() -> None:
    """Return free memory to the system: what is free now, and from now on whatever is freed.

    By default, glibc raises the limits of what each thread keeps whenever a large block is freed. After articles
    were fetched and indexed, the threads together would keep more than a hundred megabytes.
    """
    import ctypes

    allocator = ctypes.CDLL(None)
    if mallopt := getattr(allocator, "mallopt", None):
        for parameter in (M_TRIM_THRESHOLD, M_MMAP_THRESHOLD):
            mallopt(parameter, MAX_FREE_BYTES)
        allocator.malloc_trim(0)


@contextmanager
def pause_gc(*, freeze: bool = False) -> Iterator[None]:
    """Pause the garbage collector while many rows are made.

    Every object survives, and scanning them costs seconds, during which no other thread runs.

    Args:
        freeze: Leave all that there is at the end out of later scans, too.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            if freeze:
                gc.freeze()
            gc.enable()
