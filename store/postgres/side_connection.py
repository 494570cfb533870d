"""A connection beside that of the library's thread: for what any thread may ask."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any
from uuid import uuid4

from store.model.errors import LibraryReadOnly, LibraryUnavailable
from store.postgres.access import Access
from store.postgres.connection import Connection, Cursor, Parameters


class SideConnection:
    """Opened when it is first needed; used by one thread at a time."""

    def __init__(self, access: Access) -> None:
        """Open nothing yet."""
        self.access = access
        self._lock = Lock()
        self._connection: Connection | None = None
        self._last: dict[str, list[tuple[Any, ...]]] = {}

    def _open(self) -> Connection:
        if reason := self.access.connection.lost_reason:
            if self._connection is not None:
                self._connection.close()  # it is lost, too, and would say so only at its next use
            raise LibraryUnavailable(reason)
        if self._connection is None:
            # Of another session: what the name of a feed changes in rows, a refresh has to report.
            self._connection = self.access.connection.another(uuid4().hex)
        return self._connection

    def rows(self, statement: str, parameters: Parameters) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self._lock:
            return self._open().rows(statement, parameters)

    def last_rows(self, statement: str, parameters: Parameters) -> list[tuple[Any, ...]]:
        """Return the rows of a query, or the last ones while the server is away."""
        try:
            self._last[statement] = self.rows(statement, parameters)
        except LibraryUnavailable:
            if statement not in self._last:
                raise
        return self._last[statement]

    def change(self, work: Callable[[Cursor], None]) -> None:
        """Do work in a transaction, as `Connection.change` does.

        Raises:
            LibraryReadOnly, SaveFailed: Nothing has changed.
        """
        if reason := self.access.connection.lost_reason or self.access.read_only_reason:
            raise LibraryReadOnly(reason)
        with self._lock:
            self._open().change(work)

    def close(self) -> None:
        """Close the connection; the next call opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
