"""Open what the commands and the reader need: a library, the samples, the network."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from store.library.folder import FolderLibrary
from store.library.protocol import Capability, Library
from store.model.article import ParsedArticle
from store.model.errors import LibraryDamaged, LibraryUnavailable
from store.model.times import Clock, current_timestamp, system_clock
from store.system.machine import machine_name
from store.system.paths import Paths
from store.text.clean import clean_line
from tui import __version__

if TYPE_CHECKING:
    from store.feeds.fetch import FetchContext
    from store.postgres.library import PostgresLibrary

PASSWORD_TIMEOUT = 60.0
"""Seconds that the program for a password has: it may ask for another one itself."""


def open_library(paths: Paths) -> Library:
    """Open the user's library; nothing is loaded yet."""
    return open_database_library(paths) if paths.database else open_folder_library(paths)


def library_capabilities(paths: Paths) -> frozenset[Capability]:
    """Return what the engine of the user's library does; nothing is opened."""
    if not paths.database:
        return FolderLibrary.capabilities
    require_postgres()
    from store.postgres.library import PostgresLibrary  # of an extra that most do without

    return PostgresLibrary.capabilities


def open_database_library(paths: Paths) -> PostgresLibrary:
    """Open a library in a database.

    Raises:
        InvalidInput: Its URL cannot be understood.
        LibraryUnavailable: What it needs is not installed, or the server cannot be reached.
        LibraryNotReady: The database has no library that this version opens.
        ProgramFailed: The program for its password failed.
    """
    require_postgres()
    from store.postgres.library import PostgresLibrary  # of an extra that most do without

    machine = machine_name(paths.state, os.environ)
    password = find_password(paths)
    return PostgresLibrary(paths.database, paths.cache, machine, system_clock, password=password)


def require_postgres() -> None:
    """Check that what libraries on PostgreSQL need is installed.

    Raises:
        LibraryUnavailable: It is not.
    """
    try:
        import store.postgres  # noqa: F401 - with psycopg
    except ImportError as error:  # of the package, or of the library that it loads
        raise LibraryUnavailable(
            f"a library on PostgreSQL needs newstui[postgres] ({clean_line(str(error))})"
        ) from error


def find_password(paths: Paths) -> Callable[[], str] | None:
    """Return what asks the user's program for the password of a database; None without one."""
    from tui.config.settings import load_settings  # a folder has no password

    command = load_settings(paths.config).settings.password_command
    if not command:
        return None

    def ask() -> str:
        from store.system.programs import run_program

        return run_program(command, "", PASSWORD_TIMEOUT).partition("\n")[0]

    return ask


def open_folder_library(paths: Paths) -> FolderLibrary:
    """Open a library in a folder."""
    machine = machine_name(paths.state, os.environ)

    def newest_backup() -> Path | None:
        from store.backup.auto_backups import find_newest_backup  # needed after a loss alone

        return find_newest_backup(paths)

    return FolderLibrary(
        paths.library, paths.cache, machine, system_clock, newest_backup=newest_backup
    )


def is_filled(library: Library) -> bool:
    """Return True if a library has articles or feeds; the samples are shown in place of another."""
    try:
        return not library.is_empty or bool(library.feeds.subscriptions())
    except LibraryDamaged:  # there are feeds; the reader says what is wrong with them
        return True


@contextmanager
def open_sample_library(clock: Clock) -> Iterator[Library]:
    """Open a library of the samples in a temporary folder, shown until the user's own has something."""
    from tempfile import TemporaryDirectory  # only the first start pays for it

    with TemporaryDirectory(prefix="newstui-sample-") as folder:
        library = FolderLibrary(Path(folder, "library"), Path(folder, "cache"), "sample", clock)
        for _ in library.add(_read_samples(current_timestamp(clock))):
            pass
        with closing(library):
            yield library


def describe_samples(welcome_key: str) -> str:
    """Return the hint on the sample library, with the key that leads to the user's own."""
    return f"Samples: nothing is saved · {welcome_key} to start your own"


def make_fetch_context() -> FetchContext:
    """Create what fetching needs: an HTTP client and a clock."""
    from store.feeds.fetch import FetchContext  # only commands that fetch pay for it
    from store.net.client import HttpClient, find_environment_proxy

    client = HttpClient(f"newstui/{__version__}", proxy_for=find_environment_proxy)
    return FetchContext(client, system_clock)


def _read_samples(now: str) -> Iterator[ParsedArticle]:
    from importlib.resources import files

    from store.importers.read_files import read_articles

    for resource in sorted(files("sample_articles").iterdir(), key=lambda each: each.name):
        if resource.name.endswith((".md", ".json")):
            stream = BytesIO(resource.read_bytes())
            found = read_articles(resource.name, stream, source="sample", now=now)
            yield from (item for item in found if isinstance(item, ParsedArticle))
