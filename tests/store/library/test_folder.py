"""A library in a folder: permissions, files of other machines, several processes."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from store.journal.events import encode_line
from store.library.folder import FolderLibrary
from store.library.protocol import Library
from store.model.errors import LibraryReadOnly, LibraryUnavailable, SaveFailed
from tests.support.libraries import (
    Machine,
    add,
    article_id,
    articles,
    ids,
    list_numbers,
    open_folder_library,
    reading_status,
    state,
    undo,
)

ONE = article_id(1)


def refuses_everything(library: Library, said: str) -> None:
    for change in (
        lambda: library.record("read", [ONE]),
        lambda: library.undo(),
        lambda: add(library, articles([9])),
    ):
        with pytest.raises(LibraryReadOnly, match=said):
            change()


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# -- read-only -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["articles", "journal"])
def test_a_newer_format_opens_read_only(stocked: Machine, kind: str) -> None:
    """Case 33."""
    stocked.open().record("starred", [ONE])
    if kind == "articles":
        data = orjson.dumps({"_meta": {"1": {"format": 99}}, "articles": {}})
        (stocked.folder / "articles" / "lap-0001.json").write_bytes(data)
    else:
        (stocked.folder / "journal" / "lap.jsonl").write_bytes(encode_line({"format": 99}))
    before = contents(stocked.folder)
    said = r"made by a newer newstui \(format 99\); opened read-only"
    library = stocked.open()
    assert library.read_only_reason == said.replace("\\", "")
    assert reading_status(library).starred
    refuses_everything(library, said)
    assert contents(stocked.folder) == before
    if kind == "articles":  # also when nothing was loaded before
        with pytest.raises(LibraryReadOnly, match=said):
            add(stocked.open_unloaded(), articles([9]))


@pytest.mark.parametrize("meta", [[], "x", {"format": "x"}, {"format": None}, None])
def test_a_missing_format_is_ours(stocked: Machine, meta: Any) -> None:
    path = stocked.segments()[0]
    tables = orjson.loads(path.read_bytes())
    path.write_bytes(orjson.dumps(tables | {"_meta": {"1": meta}}))
    library = stocked.open()
    assert (library.read_only_reason, list_numbers(library)) == ("", [2, 1])


def test_no_snapshot_with_events_of_a_newer_version(
    stocked: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 33: a start from a snapshot would not see the format again."""
    monkeypatch.setattr("store.library.folder_reading.SNAPSHOT_INTERVAL_EVENTS", 0)
    stocked.open().record("read", [ONE])
    data = encode_line({"format": 99}) + stocked.journal.read_bytes().splitlines(keepends=True)[1]
    (stocked.folder / "journal" / "lap.jsonl").write_bytes(data)
    for _ in range(2):
        assert stocked.open().read_only_reason


def no_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may write everywhere, so the answer of the system is replaced."""
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)


def test_a_folder_without_permission_opens_read_only(
    stocked: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 28."""
    stocked.open().record("starred", [ONE])
    before = contents(stocked.folder)
    no_permission(monkeypatch)
    library = stocked.open()
    assert (list_numbers(library), reading_status(library).starred) == ([2, 1], True)
    refuses_everything(library, "no permission to write to .*; opened read-only")
    assert contents(stocked.folder) == before


def test_a_read_only_file_system_without_all_folders(
    stocked: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 28: what is missing cannot be created, and is not needed for reading."""

    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    (stocked.folder / "journal").rmdir()
    monkeypatch.setattr(Path, "mkdir", refuse)
    library = open_folder_library(stocked.folder, stocked.cache / "none", "desk", stocked.clock)
    for _ in library.load():
        pass
    assert (list_numbers(library), list(library.problems)) == ([2, 1], [])
    with pytest.raises(LibraryReadOnly, match="no permission to write"):
        library.record("read", [ONE])
    with pytest.raises(LibraryUnavailable, match=r"cannot create .*: Read-only file system"):
        FolderLibrary(stocked.home / "new", stocked.cache, "desk", stocked.clock)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder(stocked: Machine) -> None:
    """Case 28: the real thing."""
    stocked.open().record("starred", [ONE])
    for path in (stocked.folder, *stocked.folder.iterdir()):
        path.chmod(0o500)
    library = stocked.open()
    assert list_numbers(library) == [2, 1]
    refuses_everything(library, "no permission to write")
    for path in (stocked.folder, *stocked.folder.iterdir()):
        path.chmod(0o700)


# -- whose files ---------------------------------------------------------------------------


@pytest.fixture
def open_umask() -> Iterator[None]:
    """A umask that forbids nothing."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("open_umask")
def test_everything_is_private(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 31: articles, texts, journal, lock and snapshot, under any umask."""
    monkeypatch.setattr("store.library.folder_reading.SNAPSHOT_INTERVAL_EVENTS", 0)
    library = machine.open()
    add(library, articles([1]))
    library.record("read", [ONE])
    library.close()
    paths = [path for folder in (machine.folder, machine.cache) for path in folder.rglob("*")]
    modes = {path.relative_to(machine.home): stat.S_IMODE(path.stat().st_mode) for path in paths}
    assert {mode for path, mode in modes.items() if path.suffix} == {0o600}
    assert {mode for path, mode in modes.items() if not path.suffix} == {0o700}
    assert len(modes) == 3 + 4 + 1  # folders, files, snapshot


def test_links_stay_links(tmp_path: Path) -> None:
    """Case 32: the library, a segment and the journal may be symbolic links."""
    machine, real = Machine(tmp_path), tmp_path / "real"
    real.mkdir()
    machine.folder.symlink_to("real")
    library = machine.open()
    add(library, articles([1]))
    library.record("read", [ONE])
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for path in (machine.segments()[0], machine.journal):
        path.rename(elsewhere / path.name)
        path.symlink_to(elsewhere / path.name)
    library = machine.open()
    add(library, articles([2]))
    library.record("starred", [ONE])
    links = (machine.folder, machine.segments()[0], machine.journal)
    assert all(path.is_symlink() for path in links)
    assert {path.name for path in elsewhere.iterdir()} == {"desk-0001.json", "desk.jsonl"}
    assert state(machine.open()) == state(library)
    assert (list_numbers(library), reading_status(library).starred) == ([2, 1], True)


def test_leftovers_of_a_crash_are_removed(stocked: Machine) -> None:
    """Case 10: with the lock held, and only files that nobody can be writing any more."""
    now = stocked.clock.now.timestamp()
    stocked.cache.mkdir(exist_ok=True)
    left = [folder / ".newstui-0.tmp" for folder in (*stocked.folder.iterdir(), stocked.cache)]
    young = stocked.folder / "articles" / ".newstui-1.tmp"
    for path, age in [*((path, 4000) for path in left), (young, 100)]:
        path.write_text("")
        os.utime(path, (now - age, now - age))
    add(stocked.open(), [])
    assert not any(path.exists() for path in left)
    assert young.exists()


# -- one change, one line ------------------------------------------------------------------


def test_marking_all_as_read_is_one_line_and_one_fsync(
    stocked: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cases 24 and 26: nothing else is written, however large the library."""
    library = stocked.open()
    library.record("starred", [ONE])
    before = contents(stocked.folder)
    synced: list[None] = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(fsync(descriptor)))
    library.record("read", ids(1, 2))
    assert len(synced) == 1
    after = contents(stocked.folder)
    changed = {path for path in after if after[path] != before.get(path)}
    assert changed == {str(stocked.journal)}
    added = after[str(stocked.journal)].removeprefix(before[str(stocked.journal)])
    assert added.count(b"\n") == 1
    assert undo(library) == ("read", tuple(ids(1, 2)))


# -- segments change under us --------------------------------------------------------------


def test_segments_changed_by_others(stocked: Machine, tmp_path: Path) -> None:
    """Case 39: they appear, grow, are replaced and disappear."""
    library = stocked.open()
    lap = Machine(tmp_path / "lap", "lap")
    other = lap.open()
    target = stocked.folder / "articles" / "lap-0001.json"
    for number, shown in ((3, [3, 2, 1]), (4, [4, 3, 2, 1])):
        add(other, articles([number]))
        target.write_bytes(lap.segments()[0].read_bytes())
        os.utime(target, (number, number))
        assert library.refresh().is_list_stale
        assert list_numbers(library) == shown
    target.write_bytes(target.read_bytes().replace(b'"Title 3"', b'"Other 3"'))
    os.utime(target, (5, 5))
    assert library.refresh().is_list_stale
    row = library.get_row(article_id(3))
    assert row is not None
    assert row.title == "Other 3"
    tables = orjson.loads(target.read_bytes())
    del tables["articles"]["1"]
    target.write_bytes(orjson.dumps(tables))
    assert library.refresh().is_list_stale
    assert list_numbers(library) == [4, 2, 1]
    target.write_bytes(b"{")  # half a file, as a sync that writes in place shows it
    library.refresh()
    assert list_numbers(library) == [4, 2, 1]
    target.unlink()
    assert library.refresh().is_list_stale
    assert list_numbers(library) == [2, 1]
    assert not library.refresh().is_list_stale


def test_a_lost_segment_does_not_lose_reading_state(
    stocked: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 40: the reading state is kept, and shown again when the file returns."""
    monkeypatch.setattr("store.segments.open_files.MAX_OPEN_FILES", 0)
    library = stocked.open()
    library.record("read", [ONE])
    path = stocked.segments()[0]
    data = path.read_bytes()
    path.unlink()
    assert library.refresh().is_list_stale
    assert (list_numbers(library), library.record("starred", [ONE])) == ([], {})
    path.write_bytes(data)
    assert library.refresh().is_list_stale
    assert (reading_status(library).read, reading_status(library).starred) == (True, True)


def test_a_lost_journal_is_written_again(stocked: Machine) -> None:
    """Case 40: from what the running reader still has, and reported."""
    library = stocked.open()
    library.record("starred", [ONE])
    before = stocked.journal.read_bytes()
    stocked.journal.unlink()
    assert set(library.record("read", ids(2))) == set(ids(2))
    assert stocked.journal.read_bytes().startswith(before)
    assert (reading_status(library).starred, reading_status(library, 2).read) == (True, True)
    assert state(stocked.open()) == state(library)
    (problem,) = library.problems
    assert "added 1 lost event again" in problem


def test_a_failed_change_leaves_the_library_as_it_was(
    stocked: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 22."""
    library, other = stocked.open(), stocked.open()
    other.record("starred", ids(2))

    def refuse(*_: Any) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    before = state(library)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        with pytest.raises(SaveFailed):
            library.record("read", [ONE])
        assert state(library) == before
        with pytest.raises(SaveFailed):
            add(library, articles([3]))
        assert state(library) == before
    assert set(library.record("read", [ONE])) == set(ids(1, 2))
    assert state(library) == state(stocked.open())


def test_a_journal_that_is_replaced_all_the_time(
    stocked: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The change is refused in the end, and the next one works."""
    library = stocked.open()
    with monkeypatch.context() as patch:
        patch.setattr("store.journal.journal.file_matches_cursor", lambda *_: False)
        with pytest.raises(SaveFailed, match="cannot be read, or is replaced"):
            library.record("read", [ONE])
    library.record("starred", [ONE])
    assert reading_status(library).starred
    assert not reading_status(library).read
