"""The allocator of the process, on systems that let it be told what to keep."""

from __future__ import annotations

import ctypes

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""The numbers of the parameters in glibc's `mallopt(3)`."""
MAX_FREE_BYTES = 128 * 1024
"""The initial value of both."""


def return_free_memory() -> None:
    """Return free memory to the system: what is free now, and from now on whatever is freed.

    By default, glibc raises the limits of what each thread keeps whenever a large block is freed. After articles
    were fetched and indexed, the threads together would keep more than a hundred megabytes.
    """
    allocator = ctypes.CDLL(None)
    if mallopt := getattr(allocator, "mallopt", None):
        for parameter in (M_TRIM_THRESHOLD, M_MMAP_THRESHOLD):
            mallopt(parameter, MAX_FREE_BYTES)
        allocator.malloc_trim(0)
