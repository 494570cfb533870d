"""The saved searches of an account on PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping

from store.postgres.connection import Cursor
from store.postgres.side_connection import SideConnection
from store.search.saved_searches import SearchStore, clean_search_name, clean_search_text


class PostgresSearchStore(SearchStore):
    """Queries by name, for any thread."""

    def __init__(self, connection: SideConnection) -> None:
        """Read nothing yet."""
        self._access = connection.access
        self._connection = connection

    @property
    def signature(self) -> object:
        """The searches themselves, of which there are few."""
        return tuple(self.read().items())

    def read(self) -> dict[str, str]:
        """Return the queries by name, in the order in which they were added."""
        found = self._connection.last_rows(
            "select name, query from newstui.search where library = %s"
            " and account = session_user order by place",
            [self._access.own],
        )
        return dict(found)

    def put(self, searches: Mapping[str, str]) -> None:
        """Add searches, or change the queries of those whose names are in use."""
        cleaned = {clean_search_name(name): clean_search_text(searches[name]) for name in searches}

        def work(cursor: Cursor) -> None:
            for name, text in cleaned.items():
                cursor.execute(
                    "insert into newstui.search (library, name, query) values (%s, %s, %s)"
                    " on conflict (library, account, name) do update set query = excluded.query",
                    [self._access.own, name, text],
                )

        self._connection.change(work)

    def remove(self, name: str) -> None:
        """Remove a search."""

        def work(cursor: Cursor) -> None:
            cursor.execute(
                "delete from newstui.search where library = %s and account = session_user"
                " and name = %s",
                [self._access.own, name],
            )

        self._connection.change(work)
