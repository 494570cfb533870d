"""What can go wrong with a call that touches the disk: it fails, it does half, the process ends."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from typing import Any

Call = Callable[..., Any]
Wrong = Callable[[Call, tuple[Any, ...]], Any]
"""What happens instead, given the real call and what it was called with."""


class Killed(BaseException):
    """The process ends here: nothing catches it, and what was open is abandoned."""


def failing(number: int) -> Wrong:
    """The call fails with this error and does nothing."""

    def wrong(real: Call, given: tuple[Any, ...]) -> None:
        raise OSError(number, os.strerror(number))

    return wrong


def torn(number: int) -> Wrong:
    """A write takes a part and the next one fails; for other calls the same as failing."""

    def wrong(real: Call, given: tuple[Any, ...]) -> None:
        half(real, given)
        raise OSError(number, os.strerror(number))

    return wrong


def half(real: Call, given: tuple[Any, ...]) -> Any:
    """A write takes half of what it was given; other calls do nothing."""
    if len(given) == 2 and isinstance(given[1], bytes | memoryview):
        return real(given[0], given[1][: len(given[1]) // 2])
    return None


def killed_before(real: Call, given: tuple[Any, ...]) -> None:
    """The process ends before the call."""
    raise Killed


def killed_after(real: Call, given: tuple[Any, ...]) -> None:
    """The process ends after the call."""
    real(*given)
    raise Killed


def killed_within(real: Call, given: tuple[Any, ...]) -> None:
    """The process ends when half of a write is done."""
    half(real, given)
    raise Killed


FAULTS: dict[str, Wrong] = {
    "EIO": failing(errno.EIO),
    "ENOSPC": failing(errno.ENOSPC),
    "EDQUOT": failing(errno.EDQUOT),
    "ENOSPC after half": torn(errno.ENOSPC),
    "killed before": killed_before,
    "killed after": killed_after,
    "killed within": killed_within,
}
WRITES_ONLY = {"ENOSPC after half", "killed within"}
"""For other calls these are the same as one of the rest."""
