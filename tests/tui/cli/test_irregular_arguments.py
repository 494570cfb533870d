"""Pipes, devices, folders and sockets where commands expect files: one line, and no waiting."""

from __future__ import annotations

import errno
import gc
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.fault_injection import FaultInjector, fail_with
from tests.support.irregular_files import IRREGULAR
from tests.tui.cli.conftest import Run

MAX_SECONDS = 120
"""Far longer than any command here takes; one that waits for a pipe never ends."""
ARGUMENTS = {
    "import": ("import", "FILE"),
    "feeds": ("feeds", "--import", "FILE"),
    "mark": ("mark", "--read", "--from", "FILE"),
    "restore": ("restore", "FILE", "--into", "restored"),
}
PLACES = {
    ".config/newstui/settings.toml": (("settings",), ("list",)),
    ".config/newstui/themes/mine.toml": (("themes",),),
    ".local/state/newstui/theme.json": (("themes",),),
    ".local/state/newstui/machine": (("doctor",),),
    ".cache/newstui/reading.json": (
        ("list",),
        ("doctor", "--repair"),
        ("mark", "--star", "00000001"),
    ),
    ".cache/newstui/feeds.json": (("feeds",), ("fetch",)),
    ".cache/newstui/index/newstui.json": (("search", "words"), ("similar", "00000001")),
    ".cache/newstui/index/meta.json": (("search", "words"),),
    ".local/share/newstui/feeds.opml": (("feeds",), ("fetch",), ("export", "--to", "opml")),
    ".local/share/newstui/articles/desk-0001.json": (("list",), ("doctor",), ("compact",)),
    ".local/share/newstui/texts/desk-0001.json": (("show", "00000001"), ("doctor", "--repair")),
    ".local/share/newstui/journal/lap.jsonl": (
        ("list",),
        ("stats",),
        ("compact",),
        ("backup", "b.zip"),
    ),
}
"""The files that newstui reads by itself, and commands that read them."""


def find_watchers() -> set[Path]:
    """Return the threads with which the engine watches the indexes that are open in this process.

    It looks at each one twice a second, and would read a device without an end.
    """
    return {each for each in Path("/proc/self/task").iterdir() if "tantivy" in thread_name(each)}


def thread_name(task: Path) -> str:
    try:
        return (task / "comm").read_text()
    except OSError:  # it has just ended
        return ""


@pytest.fixture(autouse=True)
def deadline() -> Iterator[None]:
    """End a test that waits for a pipe."""

    def fail(*_: object) -> None:
        pytest.fail("it waits for something that is no file")

    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(MAX_SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("kind", IRREGULAR)
@pytest.mark.parametrize("command", ARGUMENTS)
@pytest.mark.usefixtures("three")
def test_an_argument(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, kind: str
) -> None:
    """Case 102: the file and the reason, exit code 1, and nothing left behind."""
    monkeypatch.chdir(tmp_path)
    IRREGULAR[kind](tmp_path / "FILE")
    ended = run(*ARGUMENTS[command])
    assert ended.code == 1
    assert ended.err.startswith("newstui: ")
    assert "FILE: " in ended.err.splitlines()[0]
    assert not list(tmp_path.rglob("*.tmp"))


@pytest.mark.parametrize("kind", IRREGULAR)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.usefixtures("three")
def test_a_place(
    run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, kind: str
) -> None:
    """Case 102: commands go on without the file, or end with a line that names it."""
    monkeypatch.chdir(tmp_path)
    of_other_tests = find_watchers()
    run("search", "words")
    if "/index/" in place:
        gc.collect()  # closes the index
        while find_watchers() - of_other_tests:
            time.sleep(0.01)
    path = home / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    IRREGULAR[kind](path)
    for command in PLACES[place]:
        ended = run(*command)
        assert ended.code in (0, 1)
        assert all(line.startswith("newstui: ") for line in ended.err.splitlines())
        if not place.startswith(".cache") and command != ("themes",):
            assert path.name in ended.err + ended.out or ended.code == 0
    assert not list(tmp_path.rglob("*.tmp"))


@pytest.mark.parametrize("call", ["open to read", "read"])
@pytest.mark.parametrize("error", [errno.EIO, errno.ESTALE, errno.ENOMEM], ids=errno.errorcode.get)
@pytest.mark.parametrize("command", ARGUMENTS)
@pytest.mark.usefixtures("three")
def test_an_argument_that_cannot_be_read(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    error: int,
    call: str,
) -> None:
    """Case 6: one line with the file and the system's reason, and no temporary file."""
    monkeypatch.chdir(tmp_path)
    assert run("backup", "FILE").code == 0
    first_read = 1
    while True:
        injector = FaultInjector(fail_with(error), first_read, (call,), lasts=True)
        with injector.inject():
            ended = run(*ARGUMENTS[command])
        if "FILE" in ended.err or not injector.has_struck:
            break
        first_read += 1
    assert "FILE" in ended.err
    assert os.strerror(error) in ended.err
    assert ended.code == 1
    assert not list(tmp_path.rglob("*.tmp"))
