"""Several processes work on one library at once: one waits for the other, nothing is lost."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
from typing import Any

import pytest

from store.model.errors import LibraryBusy
from store.model.results import AddProgress
from store.search.list_query import ListQuery
from tests.support.codebase import ROOT
from tests.support.libraries import (
    Machine,
    add,
    article,
    article_id,
    articles,
    ids,
    list_numbers,
    state,
)

ONE = article_id(1)


def test_add_while_another_process_adds(stocked: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 38: named, and nothing is lost."""
    monkeypatch.setattr("store.system.files.LOCK_TIMEOUT", 0.0)
    one, two = stocked.open(), stocked.open()
    adding = one.add(article(number) for number in range(10, 2000))
    assert next(adding) == AddProgress(1000, 0)
    with pytest.raises(LibraryBusy, match=f"library is in use by pid {os.getpid()}"):
        add(two, articles([9]))
    assert list(adding)[-1] == AddProgress(1990, 0)
    assert add(two, articles([9, 10])) == AddProgress(1, 1)
    assert len(list_numbers(stocked.open())) == 1993


def test_a_file_system_without_locks(stocked: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 41: the work goes on, and that is reported once."""

    def refuse(*_: Any) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    library = stocked.open()
    for event in ("read", "starred", "unread"):
        library.record(event, [ONE])
    assert [problem for problem in library.problems if "without locks" in problem] == list(
        library.problems
    )
    assert len(library.problems) == 1
    add(library, articles([3]))
    assert state(stocked.open()) == state(library)


MARKER = """
import sys
from pathlib import Path
import store.system.files
from store.library.folder import FolderLibrary
from store.model.times import system_clock

store.system.files.LOCK_TIMEOUT = 60.0
folder, cache, number = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
library = FolderLibrary(folder, cache, "desk", system_clock)
for _ in library.load():
    pass
print("ready", flush=True)
sys.stdin.readline()
for _ in range(100):
    library.record("read", [f"{number:04x}0000-0000-4000-8000-000000000000", "both"])
    library.refresh()
"""


@pytest.mark.slow
def test_two_processes_lose_nothing(stocked: Machine) -> None:
    """Case 38: twice a hundred changes are two hundred."""
    add(stocked.open(), [article(3, id="both")])
    command = [sys.executable, "-c", MARKER, str(stocked.folder), str(stocked.cache)]
    running = [
        subprocess.Popen(
            [*command, str(number)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in (1, 2)
    ]
    try:
        for process in running:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in running:
            process.communicate("go\n", timeout=60)
    finally:
        for process in running:
            process.kill()
            process.wait()
    assert [process.returncode for process in running] == [0, 0]
    library = stocked.open()
    counts = {row.id: row.read_count for row in library.rows(ListQuery())}
    assert counts == {**dict.fromkeys(ids(1, 2), 100), "both": 200}
    assert list(library.problems) == []
    assert len(library.undoable(1000)) == 200
