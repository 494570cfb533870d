"""A PostgreSQL server of the tests' own, from the packages of this machine.

It runs in a temporary folder, listens on a UNIX socket there, and syncs nothing. PostgreSQL refuses to
run as root, so where tests do, it runs as `nobody`. Each test gets a database that is copied from one
with the schema. Where there are no packages, the tests that need them are skipped.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from store.postgres.connection import Connection
from store.postgres.library import PostgresLibrary
from store.postgres.schema import migrate
from tests.support.closing import keep_open
from tests.support.libraries import FakeClock, load

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
    """Return the folder of PostgreSQL's programs, the newest version first; None without any.

    Those of another version are named by the environment variable `NEWSTUI_POSTGRES_PROGRAMS`.
    """
    if named := os.environ.get("NEWSTUI_POSTGRES_PROGRAMS"):
        return Path(named)
    for program in sorted(
        DEBIAN_FOLDER.glob("*/bin/initdb"), key=lambda each: -float(each.parts[-3])
    ):
        return program.parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@dataclass
class PostgresServer:
    """A server, and what it is started with."""

    programs: Path
    folder: Path
    """Its data and its socket."""
    settings: Mapping[str, str]
    numbers: Iterator[int] = field(default_factory=count)
    spare_readers: list[str] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    def initialize(self) -> None:
        """Create its data."""
        options = ("-U", "postgres", "-A", "trust", "-N", "-E", "UTF8")
        program = f"{self.programs / 'initdb'}"
        command = [program, "-D", f"{self.folder / 'data'}", *options]
        subprocess.run(command, check=True, capture_output=True, **self._surroundings)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        parameters = [f"-c{name}={value}" for name, value in self.settings.items()]
        program = f"{self.programs / 'postgres'}"
        command = [program, "-D", f"{self.folder / 'data'}", "-k", f"{self.folder}", *parameters]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(command, stdout=quiet, stderr=quiet, **self._surroundings)
        while True:
            try:
                with self.administer():
                    return
            except psycopg.OperationalError:
                if self.process.poll() is not None:
                    raise
                time.sleep(0.01)  # to leave the processor to the server

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """Stop it.

        Args:
            number: What it is sent: `SIGINT` disconnects everybody, `SIGQUIT` is as a crash.
        """
        if self.process is None:
            return
        self.process.send_signal(number)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    @property
    def _surroundings(self) -> dict[str, Any]:
        environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        return {"env": environment, "user": server_user(), "cwd": self.folder}

    def url(self, database: str, role: str = OWNER) -> str:
        """Return the URL of a database for a role."""
        place = f"host={quote(str(self.folder))}&port={self.port}"
        return f"postgresql://{quote(role)}@/{quote(database)}?{place}"

    @property
    def port(self) -> str:
        """Its port, which is also in the name of its socket."""
        return self.settings.get("port", "5432")

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
            copied = "strategy file_copy" if connection.info.server_version >= 150_000 else ""
            connection.execute(f"create database {name} template {template} owner {OWNER} {copied}")
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is connected."""
        with self.administer() as connection:
            connection.execute(f"drop database if exists {name} with (force)")


@contextmanager
def run_postgres(
    programs: Path, base: Path | None = None, settings: Mapping[str, str] = SETTINGS
) -> Iterator[PostgresServer]:
    """Run a server until the tests end.

    Args:
        programs: The folder of the programs of PostgreSQL.
        base: Where the folder of the server is made; in memory if None and there is room.
        settings: Parameters of the server by name.
    """
    # A socket's path may have about a hundred characters, which pytest's folders exceed.
    folder = Path(tempfile.mkdtemp(prefix="newstui-pg-", dir=base or _find_room()))
    if user := server_user():
        shutil.chown(folder, user)
    server = PostgresServer(programs, folder, settings)
    try:
        server.initialize()
        server.start()
        _make_template(server)
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def server_user() -> str | None:
    """Return the user as whom a server has to run; None for that of this process."""
    return "nobody" if os.geteuid() == 0 else None


def _find_room() -> str | None:
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > 1 << 30 else None


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
