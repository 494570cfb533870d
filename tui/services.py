"""What the commands and the reader open: a library, the samples, the network."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from store.library.folder import FolderLibrary
from store.library.protocol import Library
from store.model.article import ParsedArticle
from store.model.times import Clock, current_timestamp, system_clock
from store.system.machine import machine_name
from store.system.paths import Paths
from tui import __version__

if TYPE_CHECKING:
    from store.feeds.fetch import FetchContext


def open_library(paths: Paths) -> FolderLibrary:
    """Open the user's library; nothing is loaded yet."""
    machine = machine_name(paths.state, os.environ)

    def newest_backup() -> Path | None:
        from store.backup.auto_backups import find_newest_backup  # needed after a loss alone

        return find_newest_backup(paths)

    return FolderLibrary(
        paths.library, paths.cache, machine, system_clock, newest_backup=newest_backup
    )


@contextmanager
def open_sample_library(clock: Clock) -> Iterator[Library]:
    """Open a library of the samples in a temporary folder, shown while the user's own is empty."""
    with TemporaryDirectory(prefix="newstui-sample-") as folder:
        library = FolderLibrary(Path(folder, "library"), Path(folder, "cache"), "sample", clock)
        for _ in library.add(_read_samples(current_timestamp(clock))):
            pass
        with closing(library):
            yield library


def describe_samples(welcome_key: str) -> str:
    """Return the hint on the sample library, with the key that leads to the user's own."""
    return f"Sample library: changes are not saved. Press {welcome_key} to start your own."


def make_fetch_context() -> FetchContext:
    """Create what fetching needs: an HTTP client and a clock."""
    from store.feeds.fetch import FetchContext  # only commands that fetch pay for it
    from store.net.client import HttpClient, find_environment_proxy

    client = HttpClient(f"newstui/{__version__}", proxy_for=find_environment_proxy)
    return FetchContext(client, system_clock)


def _read_samples(now: str) -> Iterator[ParsedArticle]:
    from store.importers.read_files import read_articles  # only the first start pays for it

    for resource in sorted(files("sample_articles").iterdir(), key=lambda each: each.name):
        if resource.name.endswith((".md", ".json")):
            stream = BytesIO(resource.read_bytes())
            found = read_articles(resource.name, stream, source="sample", now=now)
            yield from (item for item in found if isinstance(item, ParsedArticle))
