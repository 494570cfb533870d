"""Damaged files that cannot be repaired, or that others write: left as they are, and reported."""

from __future__ import annotations

import errno
import os
import subprocess
import sys

import orjson
import pytest

from store.system.files import file_lock
from tests.support.codebase import ROOT
from tests.support.fault_injection import FaultInjector, always_failing, fail_with
from tests.support.libraries import Machine, add, article_id, articles, ids, list_numbers
from tests.support.maintenance import (
    FIRST_SEGMENT,
    SECOND_SEGMENT,
    article_texts,
    articles_file,
    damaged_copies,
    newest_first,
    texts_file,
)

pytestmark = pytest.mark.usefixtures("small")


# -- where it cannot be repaired -----------------------------------------------------------


def test_a_full_disk(two: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cases 4 and 13: intact articles are shown, nothing is changed, and the repair is retried."""
    for path in (articles_file(two), texts_file(two)):
        path.write_bytes(path.read_bytes()[:-80])
    before = {path: path.read_bytes() for path in two.folder.rglob("*.json*")}
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", always_failing(errno.ENOSPC))
        library = two.open()
        shown = article_texts(library)
        assert len(library.problems) == 2
        for line in library.problems:
            assert "; the file is left as it is: Not saved: no space left on " in line
    assert {path: path.read_bytes() for path in two.folder.rglob("*.json*")} == before
    again = two.open()
    assert article_texts(again) == shown
    assert len([line for line in again.problems if "is kept as" in line]) == 2
    last = two.open()
    assert (article_texts(last), list(last.problems)) == (shown, [])


@pytest.mark.parametrize("name", ["write", "fsync", "replace", "open"])
def test_every_call_of_a_repair_fails_once(two: Machine, name: str) -> None:
    """Cases 6 to 8 and 13: nothing is lost, and the next start repairs the file."""
    path = articles_file(two)
    good = path.read_bytes()
    damaged, found = good[:-80], newest_first([*range(1, 10), *SECOND_SEGMENT])
    for k in range(1, 30):
        path.write_bytes(damaged)
        with FaultInjector(fail_with(errno.EIO), k, (name,)).inject():
            library = two.open()
        assert list_numbers(library) == found
        failed = any("left as it is: Not saved" in line for line in library.problems)
        assert list_numbers(two.open()) == found
        (kept,) = damaged_copies(two)
        assert kept.read_bytes() == damaged
        assert list(two.folder.rglob(".newstui-*")) == []
        kept.unlink()
        if not failed and k > 9:
            break
    else:
        pytest.fail("there is no end of it")
    assert list(two.open().problems) == []


def test_no_repair_while_another_process_writes(two: Machine) -> None:
    """Case 38: intact articles are shown meanwhile."""
    articles_file(two).write_bytes(articles_file(two).read_bytes()[:-80])
    lock = two.folder / "articles" / ".desk.lock"
    with file_lock(lock, 0.0, pytest.fail):
        library = two.open()
        (line,) = library.problems
        assert "left as it is: library is in use by pid" in line
        assert len(list_numbers(library)) == 14
        assert damaged_copies(two) == []
    add(library, articles([20]))
    library.refresh()
    assert len(two.open().problems) == 1
    assert list(two.open().problems) == []


def test_a_read_only_library(two: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 28."""
    articles_file(two).write_bytes(damaged := articles_file(two).read_bytes()[:-80])
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    library = two.open()
    (line,) = library.problems
    assert "left as it is: no permission to write to" in line
    assert len(list_numbers(library)) == 14
    assert (articles_file(two).read_bytes(), damaged_copies(two)) == (damaged, [])


def test_an_unreadable_file_is_not_damaged(two: Machine) -> None:
    """Case 12: a read error is not repaired."""
    articles_file(two).unlink()
    articles_file(two).mkdir()
    library = two.open()
    assert list(library.problems) == [f"{articles_file(two)}: cannot be read: Is a directory"]
    assert list_numbers(library) == newest_first(SECOND_SEGMENT)
    assert damaged_copies(two) == []


# -- other machines, other programs --------------------------------------------------------


@pytest.fixture
def synced(two: Machine) -> Machine:
    """Another machine, `lap`, that sees the library of the first and has added three articles."""
    lap = Machine(two.home, "lap", two.clock)
    add(lap.open(), articles([21, 22, 23]))
    return lap


def test_a_damaged_file_of_another_machine_is_only_read(two: Machine, synced: Machine) -> None:
    """Cases 13, 39 and 42: never written, reported once, and fine when an intact one arrives."""
    path = articles_file(synced)
    good = path.read_bytes()
    path.write_bytes(damaged := good[:-30])
    texts_file(synced).write_bytes(texts_file(synced).read_bytes()[:-30])
    library = two.open()
    shown = list_numbers(library)
    assert set(shown) >= {21, 22, *FIRST_SEGMENT, *SECOND_SEGMENT}
    assert library.get_article(article_id(21)).body.text == "Text 21."
    assert len(library.problems) == 2
    assert all("the file is left to the machine that writes it" in p for p in library.problems)
    add(library, articles([30]))
    assert (path.read_bytes(), damaged_copies(two)) == (damaged, [])
    path.write_bytes(good)
    os.utime(path, (5, 5))
    assert library.refresh().is_list_stale
    assert [line for line in library.problems if "articles/lap" in line] == []
    assert {21, 22, 23} <= set(list_numbers(library))


def test_half_of_a_file_during_a_sync(two: Machine, synced: Machine) -> None:
    """Case 39: articles read from it before stay until it is complete again."""
    library = two.open()
    before = list_numbers(library)
    path = articles_file(synced)
    good = path.read_bytes()
    for half in (good[: len(good) // 2], b"", bytes(len(good))):
        path.write_bytes(half)
        library.refresh()
        assert list_numbers(library) == before
        assert len(library.problems) == 1
    path.write_bytes(good)
    os.utime(path, (5, 5))
    library.refresh()
    assert (list_numbers(library), list(library.problems)) == (before, [])


def test_our_file_is_damaged_while_the_reader_runs(two: Machine) -> None:
    """Cases 13 and 39: repaired as soon as it is seen."""
    library = two.open()
    path = articles_file(two)
    path.write_bytes(path.read_bytes()[:-80])
    assert library.refresh().is_list_stale
    assert list_numbers(library) == newest_first([*range(1, 10), *SECOND_SEGMENT])
    (line,) = library.problems
    assert "recovered 9 of 10 articles" in line
    library.refresh()
    assert not library.refresh().is_list_stale
    assert list(two.open().problems) == []


def test_our_file_is_replaced_by_another_program(two: Machine) -> None:
    """Case 39: lost articles are reported, those that another newstui adds are not."""
    library, other = two.open(), two.open()
    add(other, articles([20]))
    assert library.refresh().is_list_stale
    assert list(library.problems) == []
    path = articles_file(two, 2)
    tables = orjson.loads(path.read_bytes())
    for number in ("1", "2"):
        del tables["articles"][number]
    path.write_bytes(orjson.dumps(tables))
    assert library.refresh().is_list_stale
    assert list_numbers(library) == newest_first([*FIRST_SEGMENT, 13, 14, 15, 20])
    said = "articles/desk-0002.json was replaced by another program; 2 articles lost"
    assert list(library.problems) == [said]


def test_our_file_is_removed_by_another_program(
    two: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cases 40 and 130: reported where too few files may be open."""
    monkeypatch.setattr("store.segments.open_files.MAX_OPEN_FILES", 0)
    library = two.open()
    library.record("deleted", ids(11))
    articles_file(two, 2).unlink()
    assert library.refresh().is_list_stale
    assert list_numbers(library) == newest_first(FIRST_SEGMENT)
    said = "articles/desk-0002.json was removed by another program, with 4 articles"
    assert list(library.problems) == [said]
    add(library, articles([11, 12, 20]))
    assert list_numbers(library) == newest_first([*FIRST_SEGMENT, 12, 20])


# -- processes -----------------------------------------------------------------------------

OPENER = """
import sys
from pathlib import Path
import store.maintenance.repair
from store.library.folder import FolderLibrary
from store.model.times import system_clock

store.maintenance.repair.REPAIR_LOCK_TIMEOUT = 60.0
library = FolderLibrary(Path(sys.argv[1]), Path(sys.argv[2]), "desk", system_clock)
print("ready", flush=True)
sys.stdin.readline()
for progress in library.load():
    pass
print(progress.article_count, len(library.problems))
"""


@pytest.mark.slow
def test_two_processes_repair_once(two: Machine) -> None:
    """Cases 13 and 36: the second one finds it repaired."""
    articles_file(two).write_bytes(articles_file(two).read_bytes()[:-80])
    command = [sys.executable, "-c", OPENER, str(two.folder), str(two.cache)]
    running = [
        subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    try:
        for process in running:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in running:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        answers = [process.communicate(timeout=60)[0] for process in running]
    finally:
        for process in running:
            process.kill()
            process.wait()
    assert sorted(answers) == ["14 0\n", "14 1\n"]
    assert len(damaged_copies(two)) == 1
