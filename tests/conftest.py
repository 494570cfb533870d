"""What every room of tests shares: where its folders are, and how many examples are tried."""

from __future__ import annotations

import gc
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.network import Site, run_server

MAX_OPEN_FILES = 200
"""Open files of one process of the tests; `ulimit -n` may be as low as 256."""
IN_MEMORY = Path("/dev/shm")
ENOUGH = 1 << 30
"""Bytes that have to be free there; in a container it may be tiny."""

# The same examples in every run. More of them, and others each time:
# `pytest --hypothesis-profile=default`.
settings.register_profile("suite", max_examples=40, derandomize=True, deadline=None)
settings.load_profile("suite")


def pytest_configure(config: pytest.Config) -> None:
    """Put the tests' folders in memory where there is room: most wait for a disk to be sure.

    What a script starts in the background is deaf to ctrl+c, and so would be what the tests start.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    chosen = config.option.basetemp or "PYTEST_DEBUG_TEMPROOT" in os.environ
    if chosen or not IN_MEMORY.is_dir() or not os.access(IN_MEMORY, os.W_OK | os.X_OK):
        return
    if shutil.disk_usage(IN_MEMORY).free >= ENOUGH:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(IN_MEMORY)


def pytest_collection_finish() -> None:
    """Spare the collector what stays to the end: it is not what a test leaves behind."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)


@pytest.fixture(autouse=True)
def own_pipes() -> Iterator[None]:
    """Commands have a closed pipe end them; the tests after one that ran a command have not."""
    before = signal.getsignal(signal.SIGPIPE)
    yield
    signal.signal(signal.SIGPIPE, before)


@pytest.fixture(autouse=True)
def free_descriptors() -> Iterator[None]:
    """Collect the libraries of finished tests before their open files use up the descriptors."""
    yield
    if sum(1 for _ in Path("/dev/fd").iterdir()) > MAX_OPEN_FILES:
        gc.collect()


@pytest.fixture(scope="module")
def shared_site() -> Iterator[Site]:
    """One server for all tests of a file."""
    with run_server() as site:
        yield site


@pytest.fixture
def site(shared_site: Site) -> Site:
    """A server on the loopback, with nothing on it yet."""
    shared_site.routes.clear()
    shared_site.requests.clear()
    return shared_site
