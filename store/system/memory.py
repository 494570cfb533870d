"""The memory of the process: what its allocator keeps, what a limit leaves, and when Python looks for garbage."""

from __future__ import annotations

import errno
import gc
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.system.files import read_regular

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


def require_address_space(size: int) -> None:
    """Check that a limit of the user (`ulimit -v`) leaves as many bytes.

    Native code that is refused memory ends the process without a message.

    Raises:
        OSError: Less is left.
    """
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit != resource.RLIM_INFINITY and _used_address_space() + size > limit:
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))


def _used_address_space() -> int:
    """Return the bytes of address space that are in use; 0 where the system does not say."""
    try:
        return int(read_regular(Path("/proc/self/statm")).split()[0]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return 0
