"""Bringing a backup back: what is damaged or hostile is refused whole, nothing is overwritten."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile, ZipInfo

import orjson
import pytest

from store.archive import MANIFEST
from store.compact import compact
from store.errors import BadInput, NewsError, NotSaved
from tests.backups import (
    backup_of,
    bring_back,
    contents,
    failing_at,
    fill,
    run,
)
from tests.libraries import FakeClock, Machine, add, articles, ids, state


@pytest.fixture
def full(machine: Machine) -> Machine:
    """A machine with a library of two machines."""
    return fill(machine)


@pytest.fixture
def archive(full: Machine, tmp_path: Path) -> Path:
    """A backup of that library."""
    return backup_of(full, tmp_path / "backup.zip").path


@pytest.fixture
def other(tmp_path: Path, clock: FakeClock) -> Machine:
    """Another machine, with nothing on it yet."""
    return Machine(tmp_path / "other", clock=clock)


# -- damaged and hostile archives ----------------------------------------------------------


def rewritten(archive: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The archive with other contents and a manifest that may not fit them any more."""
    with ZipFile(archive) as file:
        members = {name: file.read(name) for name in file.namelist()}
    change(members)
    with ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return archive


def without_feeds(members: dict[str, bytes]) -> None:
    """Take a member out."""
    del members["feeds.opml"]


def refused(archive: Path, machine: Machine) -> str:
    """The one line with which an archive is refused; nothing has changed then."""
    machine.folder.mkdir(parents=True)
    with pytest.raises(NewsError) as failed:
        bring_back(archive, machine)
    assert contents(machine.home) == {}
    assert list(machine.folder.iterdir()) == []
    assert str(archive) in str(failed.value)
    assert "\n" not in str(failed.value)
    return str(failed.value)


@pytest.mark.parametrize("part", range(16))
def test_an_archive_that_was_cut_off(part: int, archive: Path, other: Machine) -> None:
    """Case 13: wherever it ends, nothing of it is taken."""
    archive.write_bytes(archive.read_bytes()[: archive.stat().st_size * part // 16])
    assert "not a backup, or cut off" in refused(archive, other)


@pytest.mark.parametrize("part", range(40))
def test_a_flipped_byte(part: int, full: Machine, archive: Path, other: Machine) -> None:
    """Case 15: a damaged archive is refused, or what comes back is what was there all the same."""
    data = bytearray(archive.read_bytes())
    data[len(data) * part // 40] ^= 0x10
    archive.write_bytes(data)
    expected = contents(full.folder)
    with contextlib.suppress(BadInput):
        expected = {}
        bring_back(archive, other)
        expected = contents(full.folder)
    assert contents(other.folder) == expected
    assert other.home.exists() == bool(expected)


def test_no_byte_that_is_compared_may_be_another(archive: Path, other: Machine) -> None:
    """Case 15: the archive is whole, its contents are not those of the manifest."""

    def change(members: dict[str, bytes]) -> None:
        members["texts/desk-0001.json"] = members["texts/desk-0001.json"].replace(b"1.", b"2.")

    line = refused(rewritten(archive, change), other)
    assert line.endswith("texts/desk-0001.json: not what the manifest says")


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "/tmp/x",
        "articles/../../x",
        "articles/./x.json",
        "articles//x.json",
        "articles/.hidden.json",
        "articles\\x.json",
        "articles/a/b.json",
        "journal/..",
        "reading.json",
        "articles/x\x1b[2J.json",
        "C:x",
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_a_name_that_leads_elsewhere(named: bool, name: str, archive: Path, other: Machine) -> None:
    """No member leaves the library, whether the manifest names it or not."""

    def change(members: dict[str, bytes]) -> None:
        members[name] = b""
        if named:
            manifest = orjson.loads(members[MANIFEST])
            manifest["files"][name] = manifest["files"]["feeds.opml"]
            members[MANIFEST] = orjson.dumps(manifest)

    line = refused(rewritten(archive, change), other)
    assert "no file of a library" in line


def test_a_member_that_the_manifest_does_not_name(archive: Path, other: Machine) -> None:
    def change(members: dict[str, bytes]) -> None:
        members["articles/more.json"] = b"{}"

    line = refused(rewritten(archive, change), other)
    assert line.endswith("articles/more.json: the manifest does not name it")


def test_a_member_that_is_missing(archive: Path, other: Machine) -> None:
    line = refused(rewritten(archive, without_feeds), other)
    assert line.endswith("feeds.opml: is missing")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFDIR, stat.S_IFIFO])
def test_a_member_that_is_no_plain_file(kind: int, archive: Path, other: Machine) -> None:
    rewritten(archive, without_feeds)
    with ZipFile(archive, "a") as file:
        info = ZipInfo("feeds.opml")
        info.external_attr = (kind | 0o777) << 16
        file.writestr(info, b"/etc/passwd")
    assert refused(archive, other).endswith("feeds.opml: not a plain file")


def test_the_same_name_twice(archive: Path, other: Machine) -> None:
    with ZipFile(archive, "a") as file, pytest.warns(UserWarning, match="Duplicate name"):
        file.writestr("feeds.opml", b"<opml/>")
    assert "two members have the same name" in refused(archive, other)


def test_a_member_packed_by_another_method(archive: Path, other: Machine) -> None:
    rewritten(archive, without_feeds)
    with ZipFile(archive, "a") as file:
        file.writestr("feeds.opml", b"<opml/>", zipfile.ZIP_LZMA)
    assert "compressed in another way" in refused(archive, other)


def test_a_bomb(archive: Path, other: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A member is unpacked no further than the manifest says it is large."""

    def change(members: dict[str, bytes]) -> None:
        members["journal/desk.jsonl"] = bytes(20_000_000)

    written: list[int] = []
    write = os.write

    def counting(descriptor: int, data: Any) -> int:
        written.append(len(data))
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", counting)
    line = refused(rewritten(archive, change), other)
    assert line.endswith("journal/desk.jsonl: larger than the manifest says")
    assert sum(written) < 1_000_000


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"size": 1 << 50}, "the files are too large"),
        ({"size": -1}, "no size, checksum and count"),
        ({"size": "4"}, "no size, checksum and count"),
        ({"size": True}, "no size, checksum and count"),
        ({"items": None}, "no size, checksum and count"),
        ({"sha256": "0" * 63}, "no size, checksum and count"),
        ({"sha256": "0" * 64}, "feeds.opml: not what the manifest says"),
        ({"items": 1}, "feeds.opml: not what the manifest says"),
        ({"size": 8}, "feeds.opml: not what the manifest says"),
        ({"size": 6}, "feeds.opml: larger than the manifest says"),
    ],
)
def test_a_manifest_that_lies(
    fields: dict[str, Any], reason: str, archive: Path, other: Machine
) -> None:
    def change(members: dict[str, bytes]) -> None:
        manifest = orjson.loads(members[MANIFEST])
        manifest["files"]["feeds.opml"] |= fields
        members[MANIFEST] = orjson.dumps(manifest)

    assert reason in refused(rewritten(archive, change), other)


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        (b"", "manifest.json: "),
        (b"null", "manifest.json: not a manifest"),
        (b'{"files": []}', "manifest.json: not a manifest"),
        (b'{"files": {}}', "manifest.json: not a manifest"),
        (b'{"format": 3, "files": {}}', "made by a newer newstui (format 3)"),
        (b'{"format": 1, "files": {"feeds.opml": 1}}', "feeds.opml: not an object"),
        (b"[" * 100_000, "manifest.json: "),
    ],
    ids=["empty", "null", "list", "no format", "newer", "no object", "deep"],
)
def test_a_manifest_that_is_none(
    manifest: bytes, reason: str, archive: Path, other: Machine
) -> None:
    """Cases 18, 33: whatever stands there, one line."""

    def change(members: dict[str, bytes]) -> None:
        members[MANIFEST] = manifest

    assert reason in refused(rewritten(archive, change), other)


def test_some_other_zip_file(tmp_path: Path, other: Machine) -> None:
    with ZipFile(tmp_path / "photos.zip", "w") as file:
        file.writestr("photo.jpg", b"...")
    line = refused(tmp_path / "photos.zip", other)
    assert line.endswith("photos.zip: not a backup: there is no manifest.json in it")


# -- into a library ------------------------------------------------------------------------


def test_a_library_that_is_not_empty_is_left_alone(archive: Path, full: Machine) -> None:
    before = contents(full.folder)
    with pytest.raises(BadInput, match="is not empty; --merge adds what is missing"):
        bring_back(archive, full)
    assert contents(full.folder) == before


def test_a_folder_with_something_else_is_left_alone(archive: Path, other: Machine) -> None:
    other.folder.mkdir(parents=True)
    (other.folder / "thesis.tex").write_text("precious")
    with pytest.raises(BadInput, match="is not empty"):
        bring_back(archive, other)
    assert contents(other.folder) == {"thesis.tex": b"precious"}


def test_a_library_that_was_only_opened_is_empty(archive: Path, other: Machine) -> None:
    other.open().close()
    assert bring_back(archive, other).articles == 8


def test_through_a_link(archive: Path, full: Machine, other: Machine) -> None:
    """Case 32: the library may be a symbolic link, which stays."""
    real = other.home / "disk" / "library"
    real.mkdir(parents=True)
    other.folder.symlink_to(real)
    bring_back(archive, other)
    assert other.folder.is_symlink()
    assert contents(real) == contents(full.folder)


def test_merging_adds_what_is_missing(archive: Path, full: Machine, other: Machine) -> None:
    bring_back(archive, other)
    for name in ("articles/desk-0001.json", "texts/desk-0001.json", "feeds.opml"):
        (other.folder / name).unlink()
    whole = other.journal.read_bytes()
    other.journal.write_bytes(whole[: whole.index(b"\n", 200) + 1])
    lines = whole.count(b"\n") - other.journal.read_bytes().count(b"\n")
    restored = bring_back(archive, other, merge=True)
    assert (restored.articles, restored.events) == (5, lines)
    assert (restored.files, restored.there, restored.refused) == (4, 3, ())
    assert contents(other.folder) == contents(full.folder)
    again = bring_back(archive, other, merge=True)
    assert (again.articles, again.files, again.there, again.refused) == (0, 0, 7, ())


def test_merging_an_old_backup_into_the_library_it_is_of(archive: Path, full: Machine) -> None:
    """What has grown since then holds everything the backup has: nothing is refused."""
    library = full.open()
    add(library, articles(range(3001, 3005)))
    library.record("read", ids(3001))
    before = contents(full.folder)
    restored = bring_back(archive, full, merge=True)
    assert (restored.files, restored.there, restored.refused) == (0, 7, ())
    assert contents(full.folder) == before


def test_merging_overwrites_nothing(archive: Path, full: Machine, other: Machine) -> None:
    """Where both have a file of one name, its articles and events come along; the rest stays."""
    mine = other.open()
    add(mine, articles(range(5001, 5003)))
    mine.record("read", ids(5001))
    (other.folder / "feeds.opml").symlink_to("nowhere")
    before = contents(other.folder)
    restored = bring_back(archive, other, merge=True)
    (line,) = restored.refused
    assert line.startswith(f"{other.folder}/feeds.opml is another file")
    assert (restored.articles, restored.events, restored.files) == (8, 5, 5)
    assert contents(other.folder)["journal/desk.jsonl"].startswith(before["journal/desk.jsonl"])
    library, there = other.open(), full.open()
    assert state(library) == state(there) | state(mine)
    for article in state(there):
        assert library.entry(article) == there.entry(article)
    again = bring_back(archive, other, merge=True)
    assert (again.articles, again.events, again.files, len(again.refused)) == (0, 0, 0, 1)


def test_single_articles_come_back(archive: Path, full: Machine) -> None:
    """Case 13: what a damaged segment has lost, and nothing else."""
    before, path = state(full.open()), full.segments("articles")[0]
    tables = orjson.loads(path.read_bytes())
    for key in ("2", "4"):
        del tables["articles"][key]
    path.write_bytes(orjson.dumps(tables))
    restored = bring_back(archive, full, merge=True)
    assert (restored.articles, restored.events, restored.refused) == (2, 0, ())
    library = full.open()
    assert state(library) == before
    assert library.entry(ids(2)[0]).body.text == "Text 2."


def test_merging_into_a_library_that_was_compacted(full: Machine, tmp_path: Path) -> None:
    """Case 35: events that no longer matter do not come back; those of an emptied journal do."""
    library = full.open()
    for position in range(5):
        library.record("position", ids(1), position=position)
    library.undo()
    before = state(library)
    archive = backup_of(full, tmp_path / "later.zip").path
    full.clock.now += timedelta(days=99)
    run(compact(full.folder, full.name, full.clock))
    compacted = contents(full.folder)
    restored = bring_back(archive, full, merge=True)
    assert (restored.files, restored.events, restored.refused) == (0, 0, ())
    assert contents(full.folder) == compacted
    full.journal.write_bytes(b"")
    full.open().record("opened", ids(9))
    assert bring_back(archive, full, merge=True).refused == ()
    assert state(full.open()) == before


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO], ids=errno.errorcode.get)
@pytest.mark.parametrize(("name", "k"), [("write", 1), ("write", 4), ("fsync", 1), ("fsync", 6)])
def test_a_disk_that_refuses_what_comes_back(
    name: str,
    k: int,
    code: int,
    archive: Path,
    other: Machine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Cases 4, 6: nothing is put in place before everything is on the disk."""
    monkeypatch.setattr(os, name, failing_at(getattr(os, name), k, code))
    with pytest.raises(NotSaved):
        bring_back(archive, other)
    assert not other.folder.exists()
    assert contents(other.home.parent).keys() >= {"backup.zip"}
    assert list(other.home.parent.rglob(".newstui-*")) == []


@pytest.mark.parametrize("k", range(1, 7))
def test_a_restoring_that_stops_in_the_middle_goes_on(
    k: int,
    archive: Path,
    full: Machine,
    other: Machine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Case 6: no article without its text and its events; a second run completes it."""
    with monkeypatch.context() as patch:
        patch.setattr(os, "link", failing_at(os.link, k, errno.EIO))
        with pytest.raises(NotSaved):
            bring_back(archive, other)
    library = other.open()
    for article in state(library):
        assert library.entry(article).body.text
    if state(library):
        assert other.journal.read_bytes() == full.journal.read_bytes()
    bring_back(archive, other, merge=True)
    assert contents(other.folder) == contents(full.folder)


def test_no_room_for_what_comes_back(
    archive: Path, other: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 4: seen before anything is unpacked."""
    usage = shutil.disk_usage(other.home.parent)._replace(free=10)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(NotSaved, match="no space left on"):
        bring_back(archive, other)
    assert not other.folder.exists()
