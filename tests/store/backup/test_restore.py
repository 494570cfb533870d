"""Restoring a backup: nothing is overwritten, and an interrupted restore can be repeated."""

from __future__ import annotations

import errno
import os
import shutil
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from store.maintenance.compact import compact_library
from store.model.errors import InvalidInput, SaveFailed
from tests.support.backups import backup_of, folder_contents, restore
from tests.support.fault_injection import failing_at_call
from tests.support.libraries import Machine, add, articles, ids, state
from tests.support.steps import run_steps


def test_a_library_that_is_not_empty_is_left_alone(archive: Path, full: Machine) -> None:
    before = folder_contents(full.folder)
    with pytest.raises(InvalidInput, match="is not empty"):
        restore(archive, full)
    assert folder_contents(full.folder) == before


def test_a_folder_with_something_else_is_left_alone(archive: Path, other: Machine) -> None:
    other.folder.mkdir(parents=True)
    (other.folder / "thesis.tex").write_text("precious")
    with pytest.raises(InvalidInput, match="is not empty"):
        restore(archive, other)
    assert folder_contents(other.folder) == {"thesis.tex": b"precious"}


def test_a_library_that_was_only_opened_is_empty(archive: Path, other: Machine) -> None:
    other.open().close()
    assert restore(archive, other).articles == 8


def test_restore_through_a_link(archive: Path, full: Machine, other: Machine) -> None:
    """Case 32: the library may be a symbolic link, which stays."""
    real = other.home / "disk" / "library"
    real.mkdir(parents=True)
    other.folder.symlink_to(real)
    restore(archive, other)
    assert other.folder.is_symlink()
    assert folder_contents(real) == folder_contents(full.folder)


def test_merging_adds_what_is_missing(archive: Path, full: Machine, other: Machine) -> None:
    restore(archive, other)
    for name in ("articles/desk-0001.json", "texts/desk-0001.json", "feeds.opml"):
        (other.folder / name).unlink()
    whole = other.journal.read_bytes()
    other.journal.write_bytes(whole[: whole.index(b"\n", 200) + 1])
    lines = whole.count(b"\n") - other.journal.read_bytes().count(b"\n")
    restored = restore(archive, other, merge=True)
    assert (restored.articles, restored.events) == (5, lines)
    assert (restored.files, restored.unchanged, restored.skipped) == (4, 3, ())
    assert folder_contents(other.folder) == folder_contents(full.folder)
    again = restore(archive, other, merge=True)
    assert (again.articles, again.files, again.unchanged, again.skipped) == (0, 0, 7, ())


def test_merging_an_old_backup_of_the_same_library(archive: Path, full: Machine) -> None:
    """The grown library has everything that is in the backup: nothing is skipped."""
    library = full.open()
    add(library, articles(range(3001, 3005)))
    library.record("read", ids(3001))
    before = folder_contents(full.folder)
    restored = restore(archive, full, merge=True)
    assert (restored.files, restored.unchanged, restored.skipped) == (0, 7, ())
    assert folder_contents(full.folder) == before


def test_merging_overwrites_nothing(archive: Path, full: Machine, other: Machine) -> None:
    """Of a file that both have, the missing articles and events are added."""
    mine = other.open()
    add(mine, articles(range(5001, 5003)))
    mine.record("read", ids(5001))
    (other.folder / "feeds.opml").symlink_to("nowhere")
    before = folder_contents(other.folder)
    restored = restore(archive, other, merge=True)
    (line,) = restored.skipped
    assert line.startswith(f"{other.folder}/feeds.opml differs")
    assert (restored.articles, restored.events, restored.files) == (8, 5, 5)
    assert folder_contents(other.folder)["journal/desk.jsonl"].startswith(
        before["journal/desk.jsonl"]
    )
    library, there = other.open(), full.open()
    assert state(library) == state(there) | state(mine)
    for article in state(there):
        assert library.get_article(article) == there.get_article(article)
    again = restore(archive, other, merge=True)
    assert (again.articles, again.events, again.files, len(again.skipped)) == (0, 0, 0, 1)


def test_single_articles_are_restored(archive: Path, full: Machine) -> None:
    """Case 13: those that a damaged segment has lost, and nothing else."""
    before, path = state(full.open()), full.segments("articles")[0]
    tables = orjson.loads(path.read_bytes())
    for key in ("2", "4"):
        del tables["articles"][key]
    path.write_bytes(orjson.dumps(tables))
    restored = restore(archive, full, merge=True)
    assert (restored.articles, restored.events, restored.skipped) == (2, 0, ())
    assert (restored.files, restored.unchanged) == (1, 6)
    library = full.open()
    assert state(library) == before
    assert library.get_article(ids(2)[0]).body.text == "Text 2."


def test_merging_into_a_library_that_was_compacted(full: Machine, tmp_path: Path) -> None:
    """Case 35: events that no longer matter are not restored; those of an emptied journal are."""
    library = full.open()
    for position in range(5):
        library.record("position", ids(1), position=position)
    library.undo()
    before = state(library)
    archive = backup_of(full, tmp_path / "later.zip").path
    full.clock.now += timedelta(days=99)
    run_steps(compact_library(full.folder, full.name, full.clock))
    compacted = folder_contents(full.folder)
    restored = restore(archive, full, merge=True)
    assert (restored.files, restored.events, restored.skipped) == (0, 0, ())
    assert folder_contents(full.folder) == compacted
    full.journal.write_bytes(b"")
    full.open().record("opened", ids(9))
    assert restore(archive, full, merge=True).skipped == ()
    assert state(full.open()) == before


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO], ids=errno.errorcode.get)
@pytest.mark.parametrize(("name", "k"), [("write", 1), ("write", 4), ("fsync", 1), ("fsync", 6)])
def test_a_write_error_during_a_restore(
    name: str,
    k: int,
    code: int,
    archive: Path,
    other: Machine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Cases 4, 6: nothing is put in place before everything is on the disk."""
    monkeypatch.setattr(os, name, failing_at_call(getattr(os, name), k, code))
    with pytest.raises(SaveFailed):
        restore(archive, other)
    assert not other.folder.exists()
    assert folder_contents(other.home.parent).keys() >= {"backup.zip"}
    assert list(other.home.parent.rglob(".newstui-*")) == []


@pytest.mark.parametrize("k", range(1, 7))
def test_an_interrupted_restore_can_be_repeated(
    k: int,
    archive: Path,
    full: Machine,
    other: Machine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Case 6: no article without its text and events; a second run completes the restore."""
    with monkeypatch.context() as patch:
        patch.setattr(os, "link", failing_at_call(os.link, k, errno.EIO))
        with pytest.raises(SaveFailed):
            restore(archive, other)
    library = other.open()
    for article in state(library):
        assert library.get_article(article).body.text
    if state(library):
        assert other.journal.read_bytes() == full.journal.read_bytes()
    restore(archive, other, merge=True)
    assert folder_contents(other.folder) == folder_contents(full.folder)


def test_no_space_for_a_restore(
    archive: Path, other: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 4: checked before anything is unpacked."""
    usage = shutil.disk_usage(other.home.parent)._replace(free=10)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(SaveFailed, match="no space left on"):
        restore(archive, other)
    assert not other.folder.exists()
