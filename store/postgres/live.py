"""Notice at once what others change, and when the connection is lost and is back.

A thread listens on a connection of its own. While the server cannot be reached, it tries again, and the
library answers nothing: waiting for a server that is gone would take seconds at each call.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from select import select
from threading import Event, Thread

import psycopg

from store.model.errors import NewstuiError
from store.postgres.connection import Connection

CHANNEL = "newstui"
STOP_TIMEOUT = 0.5
"""Seconds to wait for the end of the thread."""
RETRY_DELAY = 0.05
"""Seconds after which a connection that was lost is opened again."""
FIRST_DELAY, MAX_DELAY = 0.25, 5.0
"""Seconds before the server is tried again, doubled each time."""


class Listener:
    """Listens for changes of others, on a thread of its own."""

    def __init__(self, connection: Connection, changed: Callable[[], None]) -> None:
        """Start to listen.

        Args:
            connection: The connection of the library, which is paused while the server is away.
            changed: Called on another thread after others have changed something, and when the
                connection is lost or back.
        """
        self._connection = connection
        self._changed = changed
        self._has_ended = Event()
        self._wake, self._waker = os.pipe()
        self._thread = Thread(target=self._run, name="listener", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening; the thread ends now, or once the server it tries to reach has not answered."""
        self._has_ended.set()
        with suppress(OSError):
            os.write(self._waker, b".")
        self._thread.join(STOP_TIMEOUT)
        if self._thread.is_alive():
            return
        for descriptor in (self._wake, self._waker):
            with suppress(OSError):
                os.close(descriptor)

    def _run(self) -> None:
        delay = FIRST_DELAY
        has_listened = False
        while not self._has_ended.is_set():
            try:
                with self._connection.open_another() as connection:
                    with suppress(psycopg.errors.ReadOnlySqlTransaction):  # a standby tells nothing
                        connection.execute(f"listen {CHANNEL}")
                    if self._has_ended.is_set():
                        return
                    if self._connection.resume() or has_listened:
                        self._changed()
                    delay, has_listened = FIRST_DELAY, True
                    self._listen(connection)
            except (NewstuiError, psycopg.Error, OSError) as error:
                # If it never succeeded, the account may have too few connections for this one.
                if has_listened and self._connection.pause(error):
                    self._changed()
                self._wait(delay)
                delay = min(MAX_DELAY, 2 * delay)

    def _listen(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        """Report changes until there is nobody to report them to, or the connection is lost.

        It may have been idle for too long, so the server is tried once before it counts as gone.
        """
        with suppress(psycopg.OperationalError, OSError):
            self._report(connection)
        if not self._has_ended.is_set():
            self._connection.doubt()
            self._wait(RETRY_DELAY)

    def _report(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        while True:
            # First what has come with the answer to another statement: it makes nothing readable.
            notes = list(connection.notifies(timeout=0))
            if any(note.pid != self._connection.backend for note in notes):
                self._changed()
            ready, _, _ = select([connection.fileno(), self._wake], [], [])
            if self._wake in ready:
                return

    def _wait(self, seconds: float) -> None:
        select([self._wake], [], [], seconds)
