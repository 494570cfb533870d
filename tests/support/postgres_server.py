"""A PostgreSQL server of the tests' own, from the packages of this machine.

It runs in a temporary folder, listens on a UNIX socket there, and syncs nothing. PostgreSQL refuses to
run as root, so where tests do, it runs as `nobody`. Each test gets a database that is copied from one
with the schema. Where there are no packages, the tests that need them are skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from urllib.parse import quote

import psycopg

from store.postgres.connection import Connection
from store.postgres.library import PostgresLibrary
from store.postgres.schema import migrate
from tests.support.libraries import FakeClock, keep_open, load

DEBIAN_FOLDER = Path("/usr/lib/postgresql")
OWNER = "keeper"
"""The role that makes the schema, and is no superuser."""
TEMPLATE = "library"
READERS_AT_ONCE = 50
"""Roles that are created at once, since a connection takes longer than they do."""
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "40",
    "shared_buffers": "32MB",
    "autovacuum": "off",
    "log_min_messages": "panic",
    "timezone": "UTC",
}

OpenAs = Callable[..., PostgresLibrary]
"""Opens the library of a test for a role, as another process of it would."""
Connect = Callable[[str], Connection]
"""Connects to the database of a test as a role."""


def find_programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, the newest version first; None without any."""
    for program in sorted(
        DEBIAN_FOLDER.glob("*/bin/initdb"), key=lambda each: -float(each.parts[-3])
    ):
        return program.parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@dataclass
class PostgresServer:
    """A running server."""

    folder: Path
    """Its data and its socket."""
    numbers: Iterator[int] = field(default_factory=count)
    spare_readers: list[str] = field(default_factory=list)

    def url(self, database: str, role: str = OWNER) -> str:
        """Return the URL of a database for a role."""
        return f"postgresql://{quote(role)}@/{quote(database)}?host={quote(str(self.folder))}"

    @contextmanager
    def administer(self, database: str = "postgres") -> Iterator[psycopg.Connection]:
        """Connect as the superuser."""
        with psycopg.connect(self.url(database, "postgres"), autocommit=True) as connection:
            yield connection

    def create_role(self, name: str) -> None:
        """Create a role that may log in, unless there is one."""
        with self.administer() as connection:
            if not connection.execute("select from pg_roles where rolname = %s", [name]).rowcount:
                connection.execute(f'create role "{name}" login')

    def create_reader(self) -> str:
        """Create a role that has no library yet, and return its name."""
        if not self.spare_readers:
            self.spare_readers = [f"reader_{next(self.numbers)}" for _ in range(READERS_AT_ONCE)]
            with self.administer() as connection:
                for name in self.spare_readers:
                    connection.execute(f"create role {name} login")
        return self.spare_readers.pop()

    def create_database(self, template: str = TEMPLATE) -> str:
        """Create a database with the schema, and return its name."""
        name = f"test_{next(self.numbers)}"
        with self.administer() as connection:
            connection.execute(f"create database {name} template {template} owner {OWNER}")
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is connected."""
        with self.administer() as connection:
            connection.execute(f"drop database if exists {name} with (force)")


@contextmanager
def run_postgres(programs: Path, base: Path | None = None) -> Iterator[PostgresServer]:
    """Run a server until the tests end; `base` is where its folder is made."""
    # A socket's path may have about a hundred characters, which pytest's folders exceed.
    folder = Path(tempfile.mkdtemp(prefix="newstui-pg-", dir=base or _find_room()))
    user = "nobody" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    data = folder / "data"
    environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    options = ("-U", "postgres", "-A", "trust", "-N", "-E", "UTF8")
    initdb = [f"{programs / 'initdb'}", "-D", f"{data}", *options]
    settings = [f"-c{name}={value}" for name, value in SETTINGS.items()]
    server: subprocess.Popen[bytes] | None = None
    try:
        subprocess.run(
            initdb, check=True, capture_output=True, env=environment, user=user, cwd=folder
        )
        command = [f"{programs / 'postgres'}", "-D", f"{data}", "-k", f"{folder}", *settings]
        server = subprocess.Popen(
            command,
            env=environment,
            user=user,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        started = PostgresServer(folder)
        _wait_until_ready(started, server)
        _make_template(started)
        yield started
    finally:
        if server is not None:
            server.terminate()
            if not _has_ended(server):
                server.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _find_room() -> str | None:
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > 1 << 30 else None


def _has_ended(server: subprocess.Popen[bytes]) -> bool:
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        return False
    return True


def _wait_until_ready(server: PostgresServer, process: subprocess.Popen[bytes]) -> None:
    while True:
        try:
            with server.administer():
                return
        except psycopg.OperationalError:
            if process.poll() is not None:
                raise


def _make_template(server: PostgresServer) -> None:
    server.create_role(OWNER)
    with server.administer() as connection:
        connection.execute(f"create database {TEMPLATE} owner {OWNER}")
    owner = Connection(server.url(TEMPLATE), "test", {})
    migrate(owner)
    owner.close()


@dataclass
class PostgresClient:
    """A machine that uses a library on PostgreSQL: its account, its name, its cache and its clock."""

    url: str
    home: Path
    name: str = "desk"
    clock: FakeClock = field(default_factory=FakeClock)

    @property
    def cache(self) -> Path:
        """The cache folder."""
        return self.home / "cache"

    def open_unloaded(self) -> PostgresLibrary:
        """Open the library as a new process would, without loading it."""
        library = PostgresLibrary(self.url, self.cache, self.name, self.clock, environ={})
        keep_open(library)
        return library

    def open(self) -> PostgresLibrary:
        """Open and load the library as a new process would."""
        library = self.open_unloaded()
        load(library)
        return library

    def beside(self, name: str, clock: FakeClock | None = None) -> PostgresClient:
        """Return another machine of the same account."""
        return replace(self, name=name, clock=clock or self.clock)
