"""What a test opens and does not close, closed when it ends.

The fixtures of all tests import this module, so it imports nothing of newstui.
"""

from __future__ import annotations

from typing import Protocol


class Closable(Protocol):
    """A library, or a connection to one."""

    def close(self) -> None:
        """Close its files."""


_open_libraries: list[Closable] = []


def keep_open(library: Closable) -> None:
    """Have a library closed when the test ends."""
    _open_libraries.append(library)


def count_open_libraries() -> int:
    """Return the number of libraries that are to be closed."""
    return len(_open_libraries)


def close_libraries(kept: int = 0) -> None:
    """Close the libraries that were opened for a test, or for one of its many examples.

    Args:
        kept: Leave the first ones open, which all tests of a module use.
    """
    while len(_open_libraries) > kept:
        _open_libraries.pop().close()
