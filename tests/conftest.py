"""Configuration of all tests: temporary folders, property tests, a web server, a display."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.closing import close_libraries, count_open_libraries

if TYPE_CHECKING:
    from tests.support.network import Site
    from tests.support.postgres_server import PostgresServer

IN_MEMORY = Path("/dev/shm")
ENOUGH = 1 << 30
"""Bytes that have to be free there; in a container it may be tiny."""

HYPOTHESIS_PLUGIN = "_hypothesis_pytestplugin"

# Bytecode is kept for the next run and for the processes that tests start, also where images of
# containers set this: to compile everything each time takes longer than many of the tests.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_configure(config: pytest.Config) -> None:
    """Put temporary folders in memory where there is room, since most tests wait for syncs.

    A background job ignores SIGINT, and so would every process the tests start.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    is_chosen = config.option.basetemp or "PYTEST_DEBUG_TEMPROOT" in os.environ
    if is_chosen or not IN_MEMORY.is_dir() or not os.access(IN_MEMORY, os.W_OK | os.X_OK):
        return
    if shutil.disk_usage(IN_MEMORY).free >= ENOUGH:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(IN_MEMORY)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> None:
    """Choose the examples of property tests before the first module with any is imported.

    They are the same in every run; `pytest --hypothesis-profile=default` tries more, different ones.
    Other test files do without Hypothesis, which takes longer to import than most of them to run.
    """
    if "hypothesis" in sys.modules or b"hypothesis" not in module_path.read_bytes():
        return
    from hypothesis import HealthCheck, settings

    settings.register_profile(
        "suite",
        max_examples=40,
        derandomize=True,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],  # a busy machine is
    )
    if not parent.config.getoption("--hypothesis-profile"):
        settings.load_profile("suite")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Drop the plugin of property tests without any, which would import Hypothesis for its report.

    Objects that live to the end are excluded from garbage collection.
    """
    if "hypothesis" not in sys.modules:
        session.config.pluginmanager.unregister(name=HYPOTHESIS_PLUGIN)
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)


@pytest.fixture(autouse=True)
def own_pipes() -> Iterator[None]:
    """Restore the handling of closed pipes, which commands change."""
    before = signal.getsignal(signal.SIGPIPE)
    yield
    signal.signal(signal.SIGPIPE, before)


@pytest.fixture(autouse=True)
def closed_libraries() -> Iterator[None]:
    """Close the libraries of a test."""
    before = count_open_libraries()
    yield
    close_libraries(before)


@pytest.fixture
def site() -> Iterator[Site]:
    """A server on the loopback without any routes.

    Each test has its own, which no request that a client gave up in another test can reach late.
    """
    from tests.support.network import run_server

    with run_server() as site:
        yield site


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server of our own."""
    from tests.support.postgres_server import find_programs, run_postgres

    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    with run_postgres(programs) as server:
        yield server


@pytest.fixture
def database(postgres: PostgresServer) -> Iterator[str]:
    """The name of a database with the schema of a library, and nothing in it."""
    name, before = postgres.create_database(), count_open_libraries()
    yield name
    close_libraries(before)
    postgres.drop_database(name)


@pytest.fixture
def x_display() -> Iterator[str]:
    """Start an X server without a screen, and return its name."""
    program = shutil.which("Xvfb", path=os.defpath)
    if program is None:
        pytest.skip("Xvfb is not installed")
    reading, writing = os.pipe()
    server = subprocess.Popen(
        [program, "-displayfd", str(writing), "-screen", "0", "64x64x8", "-nolisten", "tcp"],
        pass_fds=(writing,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with server, os.fdopen(reading) as number:
        yield f":{number.readline().strip()}"
        server.terminate()
