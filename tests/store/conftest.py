"""What the tests of the store share: machines, and every implementation of a library."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

# Most tests of texts and values use none of these fixtures, which import all of the store.
if TYPE_CHECKING:
    from store.library.protocol import Library
    from tests.support.libraries import Client, FakeClock, Machine, NewClient
    from tests.support.postgres_server import PostgresServer

Open = Callable[[], "Library"]


@pytest.fixture
def clock() -> FakeClock:
    """The clock of everything in the test."""
    from tests.support.libraries import FakeClock

    return FakeClock()


@pytest.fixture
def machine(tmp_path: Path, clock: FakeClock) -> Machine:
    """A machine with nothing on it."""
    from tests.support.libraries import Machine

    return Machine(tmp_path, clock=clock)


@pytest.fixture(scope="session")
def new_folder_client(tmp_path_factory: pytest.TempPathFactory) -> NewClient:
    """Makes a new library in a folder at each call."""
    from tests.support.libraries import Machine

    return lambda clock: Machine(tmp_path_factory.mktemp("machine"), clock=clock)


@pytest.fixture(scope="session")
def new_postgres_client(
    postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> NewClient:
    """Makes a new library on PostgreSQL at each call: that of another role in one database."""
    from tests.support.postgres_server import PostgresClient

    database = postgres.create_database()

    def make_client(clock: FakeClock) -> Client:
        url = postgres.url(database, postgres.create_reader())
        return PostgresClient(url, tmp_path_factory.mktemp("machine"), clock=clock)

    return make_client


@pytest.fixture(scope="module", params=["folder", "postgres"])
def new_client(request: pytest.FixtureRequest) -> NewClient:
    """Makes a new library at each call; on each engine in turn."""
    made: NewClient = request.getfixturevalue(f"new_{request.param}_client")
    return made


@pytest.fixture
def client(new_client: NewClient, clock: FakeClock) -> Client:
    """A machine that uses a library with nothing in it."""
    return new_client(clock)


@pytest.fixture
def open_library(client: Client) -> Open:
    """Opens the same library anew each time, as another process would."""
    return client.open


@pytest.fixture
def library(open_library: Open) -> Library:
    """A library with nothing in it."""
    return open_library()


@pytest.fixture
def three(library: Library) -> Library:
    """A library of three articles."""
    from tests.support.libraries import add, articles

    assert add(library, articles([1, 2, 3])).added == 3
    return library


@pytest.fixture
def stocked(machine: Machine) -> Machine:
    """A machine with two articles in its library."""
    from tests.support.libraries import add, articles

    add(machine.open(), articles([1, 2]))
    return machine


@pytest.fixture
def full(machine: Machine) -> Machine:
    """A machine with a library of two machines."""
    from tests.support.backups import fill_two_machines

    return fill_two_machines(machine)


@pytest.fixture
def archive(full: Machine, tmp_path: Path) -> Path:
    """A backup of that library."""
    from tests.support.backups import backup_of

    return backup_of(full, tmp_path / "backup.zip").path


@pytest.fixture
def other(tmp_path: Path, clock: FakeClock) -> Machine:
    """Another machine, with nothing on it yet."""
    from tests.support.libraries import Machine

    return Machine(tmp_path / "other", clock=clock)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments of ten articles, and a snapshot whenever a library is left."""
    for module in ("store.segments.segments", "store.library.folder"):
        monkeypatch.setattr(f"{module}.SEGMENT_SIZE", 10)
    monkeypatch.setattr("store.library.folder_reading.SNAPSHOT_INTERVAL_EVENTS", 0)
    monkeypatch.setattr("store.maintenance.repair.REPAIR_LOCK_TIMEOUT", 0.0)


@pytest.fixture
def two(small: None, machine: Machine) -> Machine:
    """A machine with two segments, some marks and a snapshot."""
    from tests.support.libraries import add, articles, ids
    from tests.support.maintenance import FIRST_SEGMENT, SECOND_SEGMENT

    library = machine.open()
    add(library, articles([*FIRST_SEGMENT, *SECOND_SEGMENT]))
    library.record("read", ids(1, 12))
    library.record("starred", ids(2))
    library.close()
    return machine
