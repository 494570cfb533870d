"""The sample library: shown while the user's own is empty, thrown away afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from store.importers.read import read_articles
from store.library.folder import FolderLibrary
from store.library.protocol import Library
from store.model.article import ParsedArticle
from store.model.times import Clock, format_timestamp, system_clock
from tui import __version__

if TYPE_CHECKING:
    from store.feeds.fetch import FetchContext
import os

from store.system.machine import machine_name
from store.system.paths import Paths

SAMPLE_HINT = "Sample articles: nothing done to them is kept. W fills a library of your own."


@contextmanager
def open_sample_library(clock: Clock) -> Iterator[Library]:
    """A library of the sample articles, in a folder that is removed afterwards."""
    with TemporaryDirectory(prefix="newstui-sample-") as folder:
        library = FolderLibrary(Path(folder, "library"), Path(folder, "cache"), "sample", clock)
        for _ in library.add(read_samples(format_timestamp(clock().replace(microsecond=0)))):
            pass
        yield library


def read_samples(now: str) -> Iterator[ParsedArticle]:
    """The sample articles that come with newstui."""
    for resource in sorted(files("sample_articles").iterdir(), key=lambda each: each.name):
        if resource.name.endswith((".md", ".json")):
            stream = BytesIO(resource.read_bytes())
            found = read_articles(resource.name, stream, source="sample", now=now)
            yield from (item for item in found if isinstance(item, ParsedArticle))


def make_fetch_tools() -> FetchContext:
    """What fetching needs."""
    from store.feeds.fetch import FetchContext
    from store.net.client import HttpClient
    from store.net.proxies import find_environment_proxy

    return FetchContext(
        HttpClient(f"newstui/{__version__}", proxy_for=find_environment_proxy), system_clock
    )


def open_library(paths: Paths) -> FolderLibrary:
    """The library, nothing of it read yet."""
    machine = machine_name(paths.state, os.environ)
    return FolderLibrary(paths.library, paths.cache, machine, system_clock)
