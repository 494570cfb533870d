"""Waiting for the server of a library, before the reader takes the terminal."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import SimpleQueue
from select import select
from threading import Thread
from typing import TypeVar

from store.model.errors import ServerUnreachable
from store.text.clean import clean_line
from store.text.urls import redact_credentials
from tui.rendering.cells import truncate_cells
from tui.rendering.wording import describe_waiting

FIRST_DELAY, MAX_DELAY = 0.5, 5.0
"""Seconds before the server is tried again, doubled each time."""
DEFAULT_COLUMNS = 80
ERASE_LINE = "\r\x1b[2K"

Opened = TypeVar("Opened")


def wait_for_server(
    open_library: Callable[[], Opened],
    error: ServerUnreachable,
    quit_keys: Sequence[str],
    stdin: int = 0,
    screen: int = 2,
) -> Opened | None:
    """Open a library as soon as its server answers, and say in one line that it does not yet.

    Args:
        open_library: Opens the library; called again and again, on another thread.
        error: Why it could not be opened at first.
        quit_keys: The keys that quit, the one to name first; only single characters are.
        stdin: A descriptor of the terminal, which hands over each key.
        screen: The descriptor that the line is written to.

    Returns:
        The library; None if the user quit.

    Raises:
        Whatever `open_library` raises, but for `ServerUnreachable`.
    """
    keys = [key for key in quit_keys if len(key) == 1]
    results: SimpleQueue[Opened | Exception] = SimpleQueue()
    reading, writing = os.pipe()
    arguments = (open_library, results, writing)
    Thread(target=_try_again, args=arguments, name="server wait", daemon=True).start()
    while True:
        _show(error, (keys or ["ctrl+c"])[0], screen)
        ready, _, _ = select([stdin, reading], [], [])
        if stdin in ready:
            typed = os.read(stdin, 1024).decode(errors="replace")
            if not typed or any(key in keys for key in typed):  # nothing: the terminal is gone
                _write(screen, "\r\n")
                return None
        if reading in ready:
            os.read(reading, 1)
            result = results.get()
            if isinstance(result, ServerUnreachable):
                error = result
                continue
            _write(screen, ERASE_LINE)
            if isinstance(result, Exception):
                raise result
            return result


def _try_again(
    open_library: Callable[[], Opened], results: SimpleQueue[Opened | Exception], writing: int
) -> None:
    """Try to open a library until that ends otherwise; write a byte for each result."""
    delay = FIRST_DELAY
    is_unreachable = True
    while is_unreachable:
        time.sleep(delay)
        delay = min(MAX_DELAY, 2 * delay)
        try:
            result: Opened | Exception = open_library()
        except Exception as error:  # noqa: BLE001 - raised on the thread that waits
            result = error
        is_unreachable = isinstance(result, ServerUnreachable)
        results.put(result)
        os.write(writing, b".")


def _show(error: ServerUnreachable, key: str, screen: int) -> None:
    columns = DEFAULT_COLUMNS
    with suppress(OSError):
        columns = os.get_terminal_size(screen).columns
    line = clean_line(redact_credentials(describe_waiting(error, key)))
    _write(screen, ERASE_LINE + truncate_cells(line, columns - 1))


def _write(screen: int, text: str) -> None:
    with suppress(OSError):
        os.write(screen, text.encode(errors="replace"))
