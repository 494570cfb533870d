"""The sample library: shown while the user's own is empty, thrown away afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from store.importers.read import read
from store.library.folder import FolderLibrary
from store.library.protocol import Library
from store.model.article import Found
from store.model.times import Clock, iso, system_clock
from tui import __version__

if TYPE_CHECKING:
    from store.feeds.fetch import Tools
import os

from store.system.machine import machine_name
from store.system.paths import Paths

HINT = "Sample articles: nothing done to them is kept. W fills a library of your own."


@contextmanager
def sample_library(clock: Clock) -> Iterator[Library]:
    """A library of the sample articles, in a folder that is removed afterwards."""
    with TemporaryDirectory(prefix="newstui-sample-") as folder:
        library = FolderLibrary(Path(folder, "library"), Path(folder, "cache"), "sample", clock)
        for _ in library.add(samples(iso(clock().replace(microsecond=0)))):
            pass
        yield library


def samples(now: str) -> Iterator[Found]:
    """The sample articles that come with newstui."""
    for resource in sorted(files("sample_articles").iterdir(), key=lambda each: each.name):
        if resource.name.endswith((".md", ".json")):
            stream = BytesIO(resource.read_bytes())
            found = read(resource.name, stream, source="sample", now=now)
            yield from (item for item in found if isinstance(item, Found))


def network() -> Tools:
    """What fetching needs."""
    from store.feeds.fetch import Tools
    from store.net.client import Client
    from store.net.proxies import environment_proxy

    return Tools(Client(f"newstui/{__version__}", proxy_for=environment_proxy), system_clock)


def unloaded(paths: Paths) -> FolderLibrary:
    """The library, nothing of it read yet."""
    machine = machine_name(paths.state, os.environ)
    return FolderLibrary(paths.library, paths.cache, machine, system_clock)
