"""Backups: the whole library in one file, made while others write, and verified."""

from __future__ import annotations

import errno
import os
import stat
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import orjson
import pytest

from store.backup.archive import MANIFEST_NAME, verify_archive
from store.backup.auto_backups import auto_backup_folder, list_auto_backups
from store.backup.backup import make_auto_backup, make_backup
from store.model.errors import InvalidInput, SaveFailed
from store.search.saved_searches import FolderSearchStore
from tests.support.backups import (
    VERSION,
    backup_of,
    file_names,
    folder_contents,
    paths_of,
    restore,
)
from tests.support.fault_injection import always_failing, failing_at_call
from tests.support.libraries import Machine, add, articles, ids, state
from tests.support.steps import run_steps

NAMES = ("desk", "lamp")


# -- there and back ------------------------------------------------------------------------


def test_a_backup_restores_the_same_library(full: Machine, archive: Path, other: Machine) -> None:
    restored = restore(archive, other)
    assert (restored.articles, restored.events, restored.files) == (8, 5, 7)
    assert (restored.unchanged, restored.skipped) == (0, ())
    assert folder_contents(other.folder) == folder_contents(full.folder)
    ours, theirs = full.open(), other.open()
    assert state(theirs) == state(ours)
    assert [theirs.get_article(i) for i in ids(1, 4, 8)] == [
        ours.get_article(i) for i in ids(1, 4, 8)
    ]
    assert list(theirs.problems) == []


def test_the_manifest_describes_the_archive(full: Machine, tmp_path: Path) -> None:
    made = backup_of(full, tmp_path / "backup.zip")
    assert (made.articles, made.events, made.problems) == (8, 5, ())
    assert made.size == made.path.stat().st_size
    with ZipFile(made.path) as file:
        assert file.testzip() is None
        manifest = orjson.loads(file.read(MANIFEST_NAME))
        assert sorted(file.namelist()) == sorted([*manifest["files"], MANIFEST_NAME])
    assert (manifest["format"], manifest["newstui"]) == (1, VERSION)
    assert manifest["created"].startswith("2031-05-06T")
    assert sorted(manifest["files"]) == [
        "articles/desk-0001.json",
        "articles/lamp-0001.json",
        "feeds.opml",
        "journal/desk.jsonl",
        "journal/lamp.jsonl",
        "texts/desk-0001.json",
        "texts/lamp-0001.json",
    ]


def test_files_and_folders_are_private(full: Machine, archive: Path, other: Machine) -> None:
    """Case 31: the backup and what is restored from it are 0600, folders 0700, under any umask."""
    before = os.umask(0)
    try:
        restore(archive, other)
        backup_of(full, archive, force=True)
        run_steps(make_auto_backup(paths_of(full), full.clock, VERSION))
    finally:
        os.umask(before)
    kept = auto_backup_folder(paths_of(full))
    (automatic,) = list_auto_backups(paths_of(full))
    files = [archive, automatic, *(path for path in other.folder.rglob("*") if path.is_file())]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    folders = [kept, other.folder, *(path for path in other.folder.iterdir() if path.is_dir())]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}


def test_hidden_lock_and_temporary_files_are_left_out(full: Machine, tmp_path: Path) -> None:
    for name in ("articles/.newstui-1.tmp", "texts/x.tmp", "journal/.hidden", ".stignore", "x.txt"):
        (full.folder / name).write_text("not of the library")
    (full.folder / "texts/folder").mkdir()
    kept = ["articles/desk-0001.json.damaged-20310506T070809", "journal/desk.sync-conflict-1.jsonl"]
    for name in kept:
        (full.folder / name).write_text("no event\nand no end")
    with ZipFile(backup_of(full, tmp_path / "backup.zip").path) as file:
        names = set(file.namelist())
        assert file.read(kept[1]) == b"no event\nand no end"
    segments = {f"{folder}/{name}-0001.json" for folder in ("articles", "texts") for name in NAMES}
    journals = {f"journal/{name}.jsonl" for name in NAMES}
    assert names == {*segments, *journals, *kept, "feeds.opml", MANIFEST_NAME}


def test_saved_searches_come_back(full: Machine, other: Machine, tmp_path: Path) -> None:
    searches = FolderSearchStore(full.folder, tmp_path / "cache")
    searches.put({"week": "newer:7d"})
    (full.folder / "notes.toml").write_text("not of the library")
    archive = backup_of(full, tmp_path / "backup.zip").path
    searches.remove("week")
    restore(archive, other)
    assert FolderSearchStore(other.folder, tmp_path / "cache").read() == {"week": "newer:7d"}
    assert not (other.folder / "notes.toml").exists()


def test_nothing_to_back_up(machine: Machine, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="nothing to back up"):
        backup_of(machine, tmp_path / "backup.zip")
    assert list(tmp_path.iterdir()) == []


def test_the_time_is_that_of_the_clock(full: Machine, tmp_path: Path) -> None:
    """Case 35: a year that zip files cannot have does not stop a backup."""
    for year in (1970, 2150):
        full.clock.now = datetime(year, 1, 1, tzinfo=UTC)
        made = backup_of(full, tmp_path / f"{year}.zip")
        assert run_steps(verify_archive(made.path)).created.startswith(str(year))


# -- what is there already -----------------------------------------------------------------


def test_an_existing_file_is_replaced_only_on_request(full: Machine, tmp_path: Path) -> None:
    """Case 109: a backup never silently replaces a file."""
    target = tmp_path / "backup.zip"
    target.write_bytes(b"precious")
    with pytest.raises(InvalidInput, match=r"backup.zip: already exists"):
        backup_of(full, target)
    assert target.read_bytes() == b"precious"
    backup_of(full, target, force=True)
    assert zipfile.is_zipfile(target)


@pytest.mark.parametrize("force", [True, False])
def test_a_link_is_never_followed(force: bool, full: Machine, tmp_path: Path) -> None:
    """Case 109: the target of a symbolic link is unchanged, and a missing one stays missing."""
    precious, missing = tmp_path / "precious", tmp_path / "missing"
    precious.write_bytes(b"precious")
    for name, end in (("one.zip", precious), ("two.zip", missing)):
        link = tmp_path / name
        link.symlink_to(end)
        if force:
            backup_of(full, link, force=True)
            assert zipfile.is_zipfile(link)
            assert not link.is_symlink()
        else:
            with pytest.raises(InvalidInput, match="exists"):
                backup_of(full, link)
            assert link.is_symlink()
    assert precious.read_bytes() == b"precious"
    assert not missing.exists()


@pytest.mark.parametrize("links", [True, False])
def test_a_file_created_meanwhile_is_not_replaced(
    links: bool, full: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 109: also on a file system without hard links."""
    if not links:
        monkeypatch.setattr(os, "link", always_failing(errno.EPERM))
        backup_of(full, tmp_path / "without.zip")
    target = tmp_path / "backup.zip"
    steps = make_backup(full.folder, target, full.clock, VERSION)
    next(steps)
    target.write_bytes(b"precious")
    with pytest.raises(SaveFailed, match="File exists"):
        run_steps(steps)
    assert target.read_bytes() == b"precious"
    assert list(tmp_path.glob(".newstui-*")) == []


# -- while others write --------------------------------------------------------------------


def test_others_write_between_any_two_steps(full: Machine, tmp_path: Path, other: Machine) -> None:
    """Case 36: the backup is consistent: each article with its text and its events."""
    writer = full.open()
    steps = make_backup(full.folder, tmp_path / "backup.zip", full.clock, VERSION)
    made = 0
    for number, _ in enumerate(steps, 2001):
        add(writer, articles([number]))  # replaces both files of the segment
        writer.record("read", ids(number))
        made += 1
    assert made > 6
    restored = restore(tmp_path / "backup.zip", other)
    library = other.open()
    assert list(library.problems) == []
    assert restored.articles >= 8
    assert restored.events >= 5
    for article in state(library):
        assert library.get_article(article).body.text
    facts = orjson.loads((other.folder / "articles/desk-0001.json").read_bytes())["articles"]
    texts = orjson.loads((other.folder / "texts/desk-0001.json").read_bytes())["texts"]
    assert facts.keys() <= texts.keys()


def test_a_journal_ends_with_its_last_complete_line(
    full: Machine, tmp_path: Path, other: Machine
) -> None:
    """Case 20: a line being written is not in the backup, all lines before it are."""
    whole = full.journal.read_bytes()
    full.journal.write_bytes(whole + b'{"at":"2031-05-06T07:0')
    assert backup_of(full, tmp_path / "backup.zip").events == 5
    restore(tmp_path / "backup.zip", other)
    assert other.journal.read_bytes() == whole


def test_a_file_deleted_meanwhile(full: Machine, tmp_path: Path) -> None:
    steps = make_backup(full.folder, tmp_path / "backup.zip", full.clock, VERSION)
    next(steps)
    (full.folder / "feeds.opml").unlink()
    assert run_steps(steps).problems == ()
    with ZipFile(tmp_path / "backup.zip") as file:
        assert "feeds.opml" not in file.namelist()


def test_a_damaged_library_is_backed_up_as_it_is(full: Machine, tmp_path: Path) -> None:
    """Cases 12, 13: what is left is most worth a backup, and the user is told."""
    first, second = full.segments("texts")
    first.write_bytes(first.read_bytes()[:-20])
    second.unlink()
    made = backup_of(full, tmp_path / "backup.zip")
    cut, missing = made.problems
    assert cut.startswith(f"{first}: truncated after byte")
    assert missing == f"{full.folder}/articles/lamp-0001.json: 3 of its articles have no text"
    with ZipFile(made.path) as file:
        assert file.read("texts/desk-0001.json") == first.read_bytes()


# -- the disk refuses ----------------------------------------------------------------------


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT], ids=errno.errorcode.get)
@pytest.mark.parametrize(
    ("name", "k"), [*(("write", k) for k in (1, 2, 3, 10)), *(("fsync", k) for k in (1, 2))]
)
@pytest.mark.parametrize("force", [False, True])
def test_a_failed_backup_leaves_nothing(
    force: bool,
    name: str,
    k: int,
    code: int,
    full: Machine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Cases 4, 5, 6, 7, 110: no partial file, the old one as it was, one line that says why."""
    target = tmp_path / "backup.zip"
    if force:
        target.write_bytes(b"the old one")
    before, library = file_names(tmp_path), folder_contents(full.folder)
    monkeypatch.setattr(os, name, failing_at_call(getattr(os, name), k, code))
    if (name, k) == ("fsync", 2):  # the folder's: the backup itself is complete by then
        with pytest.raises(SaveFailed):
            backup_of(full, target, force=force)
        run_steps(verify_archive(target))
        return
    with pytest.raises(SaveFailed, match="Not saved: ") as failed:
        backup_of(full, target, force=force)
    reasons = {errno.ENOSPC: "no space left on", errno.EDQUOT: "disk quota exceeded on"}
    assert reasons.get(code, "Input/output error") in str(failed.value)
    assert file_names(tmp_path) == before
    assert folder_contents(full.folder) == library
    if force:
        assert target.read_bytes() == b"the old one"


@pytest.mark.parametrize(("name", "force"), [("link", False), ("replace", True)])
def test_a_failure_in_the_last_step(
    name: str, force: bool, full: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 8: the file cannot be given its name; nothing is left."""
    before = file_names(tmp_path)
    monkeypatch.setattr(os, name, always_failing(errno.EROFS))
    with pytest.raises(SaveFailed, match="Read-only file system"):
        backup_of(full, tmp_path / "backup.zip", force=force)
    assert file_names(tmp_path) == before


def test_short_writes(full: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 9: a disk that takes fewer bytes than it is given gets the rest as well."""
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, bytes(data[:700])))
    backup_of(full, tmp_path / "backup.zip")
    assert run_steps(verify_archive(tmp_path / "backup.zip")).count("articles") == 8


def test_a_disk_that_corrupts_what_is_written(
    full: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 15: a backup counts only once it has been verified."""
    write = os.write

    def flipping(descriptor: int, data: Any) -> int:
        flipped = bytearray(data)
        if len(flipped) > 200:
            flipped[100] ^= 1
        return write(descriptor, flipped)

    monkeypatch.setattr(os, "write", flipping)
    with pytest.raises(SaveFailed, match=r"backup.zip cannot be read back: "):
        backup_of(full, tmp_path / "backup.zip")
    assert not (tmp_path / "backup.zip").exists()


def test_an_abandoned_backup_leaves_nothing(full: Machine, tmp_path: Path) -> None:
    steps = make_backup(full.folder, tmp_path / "backup.zip", full.clock, VERSION)
    before = file_names(tmp_path)
    next(steps)
    assert len(file_names(tmp_path)) == len(before) + 1
    steps.close()
    assert file_names(tmp_path) == before


def test_leftovers_of_a_crash_are_removed(full: Machine, tmp_path: Path) -> None:
    """Case 10: temporary files of ours that are older than an hour, and no others."""
    names = [".newstui-0123.tmp", ".newstui-new.tmp", "newstui-0123.tmp"]
    for name in names:
        (tmp_path / name).write_bytes(b"half")
        moment = full.clock().timestamp() - (0 if "new." in name else 7200)
        os.utime(tmp_path / name, (moment, moment))
    backup_of(full, tmp_path / "backup.zip")
    assert [name for name in names if (tmp_path / name).exists()] == names[1:]
