"""Making the schema of a library in a database, and bringing an older one up to date."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from importlib.resources import files

from store.model.errors import InvalidInput, LibraryUnavailable
from store.postgres.connection import Connection, Cursor

VERSION = 1
"""The version of the schema that this program makes and changes."""
SCHEMA_COMMENT = "newstui library"
"""The comment on the schema `newstui` by which it is known as ours."""
MINIMUM_SERVER = 130000
"""The oldest server, as `server_version_num`: PostgreSQL 13."""


def read_version(connection: Connection) -> int:
    """Return the version of the schema; 0 if there is none.

    Raises:
        InvalidInput: There is a schema of this name that is not ours.
        LibraryUnavailable: This account may not use it, or it differs from the one of its version.
    """
    found = connection.row(
        "select obj_description(oid, 'pg_namespace'), has_schema_privilege(oid, 'usage')"
        " from pg_namespace where nspname = 'newstui'"
    )
    if found is None:
        return 0
    comment, is_usable = found
    if comment != SCHEMA_COMMENT:
        raise InvalidInput("its schema newstui is not a library", item=connection.shown_url)
    if not is_usable:
        raise LibraryUnavailable(f"{connection.shown_url}: no permission for schema newstui")
    applied: dict[int, str | None] = dict(
        connection.rows("select version, to_jsonb(m) ->> 'checksum' from newstui.migration m")
    )
    for version in applied.keys() & range(1, VERSION + 1):
        if applied[version] != compute_checksum(version):
            reason = f"its schema {version} is not that of a release; copy it to another database"
            raise LibraryUnavailable(f"{connection.shown_url}: {reason}")
    return max(applied, default=0)


def check_server(connection: Connection) -> None:
    """Check that the server is not too old, and that its database can keep every character.

    Raises:
        LibraryUnavailable: It is, or cannot.
    """
    if (version := connection.raw.info.server_version) < MINIMUM_SERVER:
        raise LibraryUnavailable(
            f"{connection.shown_url}: PostgreSQL {version // 10000} is too old (13 or newer needed)"
        )
    if (encoding := connection.raw.info.parameter_status("server_encoding")) != "UTF8":
        raise LibraryUnavailable(
            f"{connection.shown_url}: the encoding of the database is {encoding} (UTF8 needed)"
        )


def init_library(url: str, password: Callable[[], str] | None = None) -> tuple[int, int]:
    """Make the library of a database, or bring it up to date; return old and new version.

    Raises:
        InvalidInput: The URL cannot be understood, or there is a schema of this name that is not ours.
        LibraryReadOnly: This account may not make it.
        LibraryUnavailable: The server cannot be reached, or refuses.
        SaveFailed: It was not made.
    """
    with closing(Connection(url, "init", password=password)) as connection:
        return migrate(connection)


def migrate(connection: Connection) -> tuple[int, int]:
    """Make the schema, or bring it up to date, in one transaction; return old and new version.

    Raises:
        InvalidInput: There is a schema of this name that is not ours.
        LibraryReadOnly: This account may not make it.
        SaveFailed: It was not made.
    """
    check_server(connection)

    def work(cursor: Cursor) -> tuple[int, int]:
        cursor.execute("select pg_advisory_xact_lock(hashtext('newstui'), 0)")
        before = read_version(connection)
        for version in range(before + 1, VERSION + 1):
            cursor.execute(_read_migration(version).encode())
            cursor.execute(
                "insert into newstui.migration (version, checksum) values (%s, %s)",
                [version, compute_checksum(version)],
            )
        return before, max(before, VERSION)

    return connection.change(work)


def compute_checksum(version: int) -> str:
    """Return the checksum of the statements that lead to a version, which every database of it has."""
    return sha256(_read_migration(version).encode()).hexdigest()


def _read_migration(version: int) -> str:
    """Return the statements that lead to a version from the one before."""
    path = files("store.postgres") / "migrations" / f"{version:04}.sql"
    return path.read_text(encoding="utf-8")
