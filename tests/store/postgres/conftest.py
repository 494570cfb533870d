"""What the tests of libraries on PostgreSQL share."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.postgres.connection import Connection
from store.postgres.library import PostgresLibrary
from tests.support.closing import keep_open
from tests.support.libraries import FakeClock
from tests.support.postgres_server import Connect, OpenAs, PostgresServer


@pytest.fixture
def open_as(postgres: PostgresServer, database: str, tmp_path: Path, clock: FakeClock) -> OpenAs:
    """Open the library of the test."""

    def open_library(role: str = "ann", machine: str = "desk") -> PostgresLibrary:
        postgres.create_role(role)
        url = postgres.url(database, role)
        library = PostgresLibrary(url, tmp_path / role / machine, machine, clock, environ={})
        keep_open(library)
        return library

    return open_library


@pytest.fixture
def connect(postgres: PostgresServer, database: str) -> Connect:
    """Connect to the database of the test."""

    def connect_as(role: str) -> Connection:
        postgres.create_role(role)
        connection = Connection(postgres.url(database, role), role, {})
        keep_open(connection)
        return connection

    return connect_as
