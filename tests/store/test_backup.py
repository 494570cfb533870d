"""Backups: made while others write, read back, brought back; kept by themselves."""

from __future__ import annotations

import errno
import os
import stat
import zipfile
from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zipfile import ZipFile, ZipInfo

import orjson
import pytest

import store.restore
from store.archive import MANIFEST, Progress, verify
from store.backup import Made, auto_backup, back_up, backup_folder, kept_backups, superfluous
from store.errors import BadInput, NewsError, NotSaved
from store.paths import Paths
from store.restore import Restored, restore
from tests.libraries import FakeClock, Machine, add, articles, ids, state

T = TypeVar("T")
VERSION = "1.2.3"


def run(steps: Generator[Progress, None, T]) -> T:
    """All steps; what they lead to."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result


def problems(steps: Generator[Progress, None, object]) -> list[str]:
    """All steps; what they told."""
    return [problem for progress in steps for problem in progress.problems]


def backup_of(machine: Machine, target: Path, *, force: bool = False) -> Made:
    return run(back_up(machine.folder, target, machine.clock, VERSION, force=force))


def bring_back(archive: Path, machine: Machine, *, merge: bool = False) -> Restored:
    return run(restore(archive, machine.folder, machine.clock, merge=merge))


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too, without the locks."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".lock"
    }


@pytest.fixture
def full(machine: Machine) -> Machine:
    """A machine whose library has two segments and a history."""
    library = machine.open()
    add(library, articles(range(1, 1003)))
    library.record("read", ids(1, 2, 1002))
    library.record("starred", ids(3))
    library.record("edited", ids(4), to={"title": "Another title"})
    library.record("deleted", ids(5))
    (machine.folder / "feeds.opml").write_text("<opml/>")
    library.close()
    return machine


@pytest.fixture
def archive(full: Machine, tmp_path: Path) -> Path:
    """A backup of that library."""
    backup_of(full, tmp_path / "backup.zip")
    return tmp_path / "backup.zip"


@pytest.fixture
def other(tmp_path: Path, clock: FakeClock) -> Machine:
    """Another machine, with nothing on it yet."""
    return Machine(tmp_path / "other", clock=clock)


# -- there and back ------------------------------------------------------------------------


def test_what_comes_back_is_what_was_there(full: Machine, archive: Path, other: Machine) -> None:
    restored = bring_back(archive, other)
    assert (restored.articles, restored.events, restored.files) == (1002, 4, 6)
    assert (restored.there, restored.refused) == (0, ())
    assert contents(other.folder) == contents(full.folder)
    ours, theirs = full.open(), other.open()
    assert state(theirs) == state(ours)
    assert [theirs.entry(i) for i in ids(1, 4, 1002)] == [ours.entry(i) for i in ids(1, 4, 1002)]
    assert theirs.problems == []


def test_the_archive_says_what_it_is(full: Machine, tmp_path: Path) -> None:
    made = backup_of(full, tmp_path / "backup.zip")
    assert (made.articles, made.events, made.problems) == (1002, 4, ())
    assert made.size == made.path.stat().st_size
    with ZipFile(made.path) as file:
        assert file.testzip() is None
        manifest = orjson.loads(file.read(MANIFEST))
        assert sorted(file.namelist()) == sorted([*manifest["files"], MANIFEST])
    assert (manifest["format"], manifest["newstui"]) == (1, VERSION)
    assert manifest["created"].startswith("2031-05-06T")
    assert sorted(manifest["files"]) == [
        "articles/desk-0001.json",
        "articles/desk-0002.json",
        "feeds.opml",
        "journal/desk.jsonl",
        "texts/desk-0001.json",
        "texts/desk-0002.json",
    ]


def test_files_and_folders_are_for_their_owner_alone(
    full: Machine, archive: Path, other: Machine
) -> None:
    """Case 31: the backup and what comes back of it are 0600, folders 0700, under any umask."""
    before = os.umask(0)
    try:
        bring_back(archive, other)
        backup_of(full, archive, force=True)
        run(auto_backup(paths_of(full), full.clock, VERSION))
    finally:
        os.umask(before)
    kept = backup_folder(paths_of(full))
    (automatic,) = kept_backups(paths_of(full))
    files = [archive, automatic, *(path for path in other.folder.rglob("*") if path.is_file())]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    folders = [kept, other.folder, *(path for path in other.folder.iterdir() if path.is_dir())]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}


def test_hidden_files_locks_and_temporary_ones_stay_out(full: Machine, tmp_path: Path) -> None:
    for name in ("articles/.newstui-1.tmp", "texts/x.tmp", "journal/.hidden", ".stignore", "x.txt"):
        (full.folder / name).write_text("not of the library")
    (full.folder / "texts/folder").mkdir()
    kept = ["articles/desk-0001.json.damaged-20310506T070809", "journal/desk.sync-conflict-1.jsonl"]
    for name in kept:
        (full.folder / name).write_text("no event\nand no end")
    with ZipFile(backup_of(full, tmp_path / "backup.zip").path) as file:
        names = set(file.namelist())
        assert file.read(kept[1]) == b"no event\nand no end"
    assert names - set(kept) == {*(n for n in names if "desk" in n), "feeds.opml", MANIFEST} - {
        *kept
    }
    assert set(kept) < names


def test_nothing_to_back_up(machine: Machine, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is nothing to back up"):
        backup_of(machine, tmp_path / "backup.zip")
    assert list(tmp_path.iterdir()) == []


# -- what is there already -----------------------------------------------------------------


def test_a_file_that_is_there_is_replaced_only_when_told(full: Machine, tmp_path: Path) -> None:
    """Case 109: no backup over something else without a word."""
    target = tmp_path / "backup.zip"
    target.write_bytes(b"precious")
    with pytest.raises(BadInput, match=r"backup.zip exists; --force replaces it"):
        backup_of(full, target)
    assert target.read_bytes() == b"precious"
    backup_of(full, target, force=True)
    assert zipfile.is_zipfile(target)


@pytest.mark.parametrize("force", [True, False])
def test_a_link_is_never_followed(force: bool, full: Machine, tmp_path: Path) -> None:
    """Case 109: the target of a symbolic link stays what it is, and a missing one missing."""
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
            with pytest.raises(BadInput, match="exists"):
                backup_of(full, link)
            assert link.is_symlink()
    assert precious.read_bytes() == b"precious"
    assert not missing.exists()


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_appears_meanwhile_is_not_replaced(
    links: bool, full: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 109: also on a file system without hard links."""
    if not links:
        monkeypatch.setattr(os, "link", refusing(errno.EPERM))
        backup_of(full, tmp_path / "without.zip")
    target = tmp_path / "backup.zip"
    steps = back_up(full.folder, target, full.clock, VERSION)
    next(steps)
    target.write_bytes(b"precious")
    with pytest.raises(NotSaved, match="File exists"):
        run(steps)
    assert target.read_bytes() == b"precious"
    assert list(tmp_path.glob(".newstui-*")) == []


# -- while others write --------------------------------------------------------------------


def test_others_write_between_any_two_steps(full: Machine, tmp_path: Path, other: Machine) -> None:
    """Case 36: whatever is in the backup is whole: each article with its text and its events."""
    writer = full.open()
    steps = back_up(full.folder, tmp_path / "backup.zip", full.clock, VERSION)
    made = 0
    for number, _ in enumerate(steps, 2001):
        add(writer, articles([number]))  # replaces both files of the segment
        writer.record("read", ids(number))
        made += 1
    assert made > 6
    restored = bring_back(tmp_path / "backup.zip", other)
    library = other.open()
    assert library.problems == []
    assert restored.articles >= 1002
    assert restored.events >= 4
    for article in state(library):
        assert library.entry(article).body.text
    facts = orjson.loads((other.folder / "articles/desk-0002.json").read_bytes())["articles"]
    texts = orjson.loads((other.folder / "texts/desk-0002.json").read_bytes())["texts"]
    assert facts.keys() <= texts.keys()


def test_a_journal_ends_with_its_last_complete_line(
    full: Machine, tmp_path: Path, other: Machine
) -> None:
    """Case 20: what is being written at the moment is not in the backup, all before it is."""
    whole = full.journal.read_bytes()
    full.journal.write_bytes(whole + b'{"at":"2031-05-06T07:0')
    assert backup_of(full, tmp_path / "backup.zip").events == 4
    bring_back(tmp_path / "backup.zip", other)
    assert other.journal.read_bytes() == whole


def test_a_file_that_goes_meanwhile(full: Machine, tmp_path: Path) -> None:
    steps = back_up(full.folder, tmp_path / "backup.zip", full.clock, VERSION)
    next(steps)
    (full.folder / "feeds.opml").unlink()
    assert run(steps).problems == ()
    with ZipFile(tmp_path / "backup.zip") as file:
        assert "feeds.opml" not in file.namelist()


def test_a_damaged_library_is_backed_up_as_it_is(full: Machine, tmp_path: Path) -> None:
    """Cases 12, 13: what is left is worth a backup most of all, and the user is told."""
    first, second = full.segments("texts")
    first.write_bytes(first.read_bytes()[:-20])
    second.unlink()
    made = backup_of(full, tmp_path / "backup.zip")
    cut, missing = made.problems
    assert cut.startswith(f"{first}: cut off after byte")
    assert missing == f"{full.folder}/articles/desk-0002.json: 2 of its articles have no text"
    with ZipFile(made.path) as file:
        assert file.read("texts/desk-0001.json") == first.read_bytes()


# -- the disk refuses ----------------------------------------------------------------------


def refusing(code: int) -> Callable[..., Any]:
    """A system call that fails."""

    def fail(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    return fail


def failing_at(call: Callable[..., Any], k: int, code: int) -> Callable[..., Any]:
    """A system call that fails the k-th time and works before and after."""
    calls = iter(range(1, 1_000_000))

    def maybe(*arguments: Any, **more: Any) -> Any:
        if next(calls) == k:
            raise OSError(code, os.strerror(code))
        return call(*arguments, **more)

    return maybe


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
    """Cases 4, 5, 6, 7, 110: no half file, the old one as it was, one line that says why."""
    target = tmp_path / "backup.zip"
    if force:
        target.write_bytes(b"the old one")
    before, library = sorted(os.listdir(tmp_path)), contents(full.folder)
    monkeypatch.setattr(os, name, failing_at(getattr(os, name), k, code))
    if (name, k) == ("fsync", 2):  # the folder's: the backup itself is complete by then
        with pytest.raises(NotSaved):
            backup_of(full, target, force=force)
        run(verify(target))
        return
    with pytest.raises(NotSaved, match="Not saved: ") as failed:
        backup_of(full, target, force=force)
    reasons = {errno.ENOSPC: "no space left on", errno.EDQUOT: "disk quota exceeded on"}
    assert reasons.get(code, "Input/output error") in str(failed.value)
    assert sorted(os.listdir(tmp_path)) == before
    assert contents(full.folder) == library
    if force:
        assert target.read_bytes() == b"the old one"


@pytest.mark.parametrize(("name", "force"), [("link", False), ("replace", True)])
def test_the_last_step_of_a_backup_fails(
    name: str, force: bool, full: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 8: the name cannot be given; nothing stays."""
    before = sorted(os.listdir(tmp_path))
    monkeypatch.setattr(os, name, refusing(errno.EROFS))
    with pytest.raises(NotSaved, match="Read-only file system"):
        backup_of(full, tmp_path / "backup.zip", force=force)
    assert sorted(os.listdir(tmp_path)) == before


def test_short_writes(full: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 9: a disk that takes fewer bytes than it is given gets the rest as well."""
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, bytes(data[:700])))
    backup_of(full, tmp_path / "backup.zip")
    assert run(verify(tmp_path / "backup.zip")).count("articles") == 1002


def test_a_disk_that_writes_something_else(
    full: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 15: a backup is believed only once it has been read back."""
    write = os.write

    def flipping(descriptor: int, data: Any) -> int:
        flipped = bytearray(data)
        if len(flipped) > 2000:
            flipped[1000] ^= 1
        return write(descriptor, flipped)

    monkeypatch.setattr(os, "write", flipping)
    with pytest.raises(NotSaved, match=r"backup.zip does not read as it was written: "):
        backup_of(full, tmp_path / "backup.zip")
    assert not (tmp_path / "backup.zip").exists()


def test_a_backup_that_is_given_up_leaves_nothing(full: Machine, tmp_path: Path) -> None:
    steps = back_up(full.folder, tmp_path / "backup.zip", full.clock, VERSION)
    before = sorted(os.listdir(tmp_path))
    next(steps)
    assert len(os.listdir(tmp_path)) == len(before) + 1
    steps.close()
    assert sorted(os.listdir(tmp_path)) == before


def test_what_a_crash_left_is_swept_away(full: Machine, tmp_path: Path) -> None:
    """Case 10: temporary files of ours that are older than an hour, and no others."""
    names = [".newstui-0123.tmp", ".newstui-new.tmp", "newstui-0123.tmp"]
    for name in names:
        (tmp_path / name).write_bytes(b"half")
        moment = full.clock().timestamp() - (0 if "new." in name else 7200)
        os.utime(tmp_path / name, (moment, moment))
    backup_of(full, tmp_path / "backup.zip")
    assert [name for name in names if (tmp_path / name).exists()] == names[1:]


# -- damaged archives ----------------------------------------------------------------------


def rewritten(archive: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The archive with other contents and a manifest that may not fit them any more."""
    with ZipFile(archive) as file:
        members = {name: file.read(name) for name in file.namelist()}
    change(members)
    with ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return archive


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
    try:
        bring_back(archive, other)
    except BadInput as error:
        assert str(error).startswith(f"{archive}: ")
        assert not other.folder.exists()
    else:
        assert contents(other.folder) == contents(full.folder)


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
    line = refused(rewritten(archive, lambda members: members.pop("feeds.opml") and None), other)
    assert line.endswith("feeds.opml: is missing")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFDIR, stat.S_IFIFO])
def test_a_member_that_is_no_plain_file(kind: int, archive: Path, other: Machine) -> None:
    rewritten(archive, lambda members: members.pop("feeds.opml") and None)
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
    rewritten(archive, lambda members: members.pop("feeds.opml") and None)
    with ZipFile(archive, "a") as file:
        file.writestr("feeds.opml", b"<opml/>", zipfile.ZIP_LZMA)
    assert "compressed in another way" in refused(archive, other)


def test_a_bomb(archive: Path, other: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A member is unpacked no further than the manifest says it is large."""

    def change(members: dict[str, bytes]) -> None:
        members["journal/desk.jsonl"] = bytes(50_000_000)

    written: list[int] = []
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: written.append(len(data)) or write(fd, data))
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


# -- bringing back -------------------------------------------------------------------------


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
    assert bring_back(archive, other).articles == 1002


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
    assert (restored.articles, restored.events) == (1000, lines)
    assert (restored.files, restored.there, restored.refused) == (4, 2, ())
    assert contents(other.folder) == contents(full.folder)
    again = bring_back(archive, other, merge=True)
    assert (again.articles, again.files, again.there, again.refused) == (0, 0, 6, ())


def test_merging_an_old_backup_into_the_library_it_is_of(archive: Path, full: Machine) -> None:
    """What has grown since then holds everything the backup has: nothing is refused."""
    library = full.open()
    add(library, articles(range(3001, 3005)))
    library.record("read", ids(3001))
    before = contents(full.folder)
    restored = bring_back(archive, full, merge=True)
    assert (restored.files, restored.there, restored.refused) == (0, 6, ())
    assert contents(full.folder) == before


def test_merging_overwrites_nothing(archive: Path, other: Machine) -> None:
    """Another file of the same name stays, and so does the other half of its segment."""
    mine = other.open()
    add(mine, articles(range(5001, 5003)))
    mine.record("read", ids(5001))
    other.segments("texts")[0].unlink()
    (other.folder / "feeds.opml").symlink_to("nowhere")
    before = contents(other.folder)
    restored = bring_back(archive, other, merge=True)
    named = [line.split(" ")[0].removeprefix(f"{other.folder}/") for line in restored.refused]
    assert sorted(named) == [
        "articles/desk-0001.json",
        "feeds.opml",
        "journal/desk.jsonl",
        "texts/desk-0001.json",
    ]
    assert (restored.articles, restored.files) == (2, 2)
    after = contents(other.folder)
    assert {name: after[name] for name in before} == before
    assert sorted(after.keys() - before.keys()) == [
        "articles/desk-0002.json",
        "texts/desk-0002.json",
    ]


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
    usage = store.restore.shutil.disk_usage(other.home.parent)._replace(free=10)
    monkeypatch.setattr(store.restore.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(NotSaved, match="no space left on"):
        bring_back(archive, other)
    assert not other.folder.exists()


# -- by itself -----------------------------------------------------------------------------


def paths_of(machine: Machine) -> Paths:
    home = machine.home
    return Paths(machine.folder, machine.cache, home / "state", home / "config")


def day_by_day(machine: Machine, *days: str) -> list[str]:
    """Something is read each day, then the automatic backup is asked for; which are kept."""
    paths = paths_of(machine)
    for day in days:
        machine.clock.now = datetime.fromisoformat(f"{day}T12:00:00+00:00")
        library = machine.open()
        library.record("opened", ids(1))
        library.close()
        assert problems(auto_backup(paths, machine.clock, VERSION)) == []
    return sorted(path.name[8:-4] for path in kept_backups(paths))


@pytest.fixture
def small(machine: Machine) -> Machine:
    """A machine with one article."""
    add(machine.open(), articles([1]))
    return machine


def test_the_backup_of_the_day(small: Machine) -> None:
    paths = paths_of(small)
    made = run(auto_backup(paths, small.clock, VERSION))
    assert made == backup_folder(paths) / "newstui-2031-05-06.zip"
    assert kept_backups(paths) == [made]
    assert run(verify(made)).count("articles") == 1
    assert small.folder not in made.parents


def test_there_is_one_a_day(small: Machine) -> None:
    assert day_by_day(small, "2031-05-06", "2031-05-06") == ["2031-05-06"]
    assert run(auto_backup(paths_of(small), small.clock, VERSION)) is None


def test_there_is_none_of_what_has_not_changed(small: Machine) -> None:
    paths = paths_of(small)
    assert run(auto_backup(paths, small.clock, VERSION)) is not None
    small.clock.now += timedelta(days=3)
    assert list(auto_backup(paths, small.clock, VERSION)) == []
    assert len(day_by_day(small, "2031-05-12")) == 2


def test_there_is_none_of_an_empty_library(machine: Machine) -> None:
    """Case 11: a library that has lost its articles pushes out none that had them."""
    machine.open().record("opened", ids(1))
    assert list(auto_backup(paths_of(machine), machine.clock, VERSION)) == []
    assert not paths_of(machine).state.exists()


def test_two_libraries_have_their_own(small: Machine) -> None:
    paths = paths_of(small)
    assert backup_folder(paths) != backup_folder(paths._replace(library=small.home / "another"))


@pytest.mark.parametrize(
    ("days", "kept"),
    [
        (
            ["2031-05-%02d" % day for day in range(1, 11)],
            ["2031-05-%02d" % d for d in range(4, 11)],
        ),
        # long pauses cost nothing
        (["2031-05-01", "2035-01-01", "2050-01-01"], ["2031-05-01", "2035-01-01", "2050-01-01"]),
        # an evening in 1970, as computers without a battery have it
        (["2031-05-01", "1970-01-01", "2031-05-02"], ["1970-01-01", "2031-05-01", "2031-05-02"]),
        # a wrong year, and back: what came before stays, and new ones are made
        (
            ["2031-05-01", "2100-01-01", "2031-05-02", "2031-05-03"],
            ["2031-05-01", "2031-05-02", "2031-05-03", "2100-01-01"],
        ),
    ],
)
def test_the_clock_jumps(days: list[str], kept: list[str], small: Machine) -> None:
    """Case 35: backups are pruned by number, never because of time alone."""
    assert day_by_day(small, *days) == kept


def test_a_clock_that_was_wrong_for_long(small: Machine) -> None:
    """Case 35: backups of a far future neither stop new ones nor push them out."""
    future = [f"2100-01-{day:02}" for day in range(1, 10)]
    present = [f"2031-05-{day:02}" for day in range(1, 10)]
    assert day_by_day(small, *future) == future[-7:]
    assert day_by_day(small, *present) == present[-7:] + future[-7:]


def test_which_are_superfluous() -> None:
    """Case 35: only names of ours count, and incomplete backups for themselves."""
    good = [f"newstui-2031-05-{day:02}.zip" for day in range(1, 9)]
    bad = [f"newstui-2031-05-{day:02}-incomplete.zip" for day in range(9, 18)]
    foreign = ["newstui-2031-05-01.zip.bak", "holiday.zip", "newstui-1.zip"]
    names = [*foreign, *bad, *good]
    assert sorted(superfluous(names, "2031-06-01")) == [*sorted([*bad[:2], good[0]])]
    assert superfluous(good[:7], "1970-01-01") == []
    assert superfluous(good[:7], "2100-01-01") == []


def test_a_damaged_library_pushes_out_no_sound_backup(small: Machine) -> None:
    """Case 13: it is backed up, told, and counted apart."""
    assert day_by_day(small, "2031-05-01") == ["2031-05-01"]
    paths, text = paths_of(small), small.segments("texts")[0]
    text.write_bytes(b"")
    small.clock.now += timedelta(days=1)
    assert problems(auto_backup(paths, small.clock, VERSION)) == [
        f"in today's backup: {text}: the file is empty"
    ]
    names = [path.name for path in kept_backups(paths)]
    assert names == ["newstui-2031-05-02-incomplete.zip", "newstui-2031-05-01.zip"]
    assert list(auto_backup(paths, small.clock, VERSION)) == []


@pytest.mark.parametrize("name", ["write", "fsync", "link", "scandir"])
def test_a_failure_is_told_and_not_raised(
    name: str, small: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cases 4, 6: the reader goes on."""
    paths = paths_of(small)
    with monkeypatch.context() as patch:
        patch.setattr(os, name, refusing(errno.ENOSPC))
        (line,) = problems(auto_backup(paths, small.clock, VERSION))
    assert line.startswith("no automatic backup was made: ")
    assert "o space left on" in line
    assert kept_backups(paths) == []
    folder = backup_folder(paths)
    assert not folder.exists() or list(folder.iterdir()) == []


def test_it_is_done_in_steps(full: Machine) -> None:
    """Between any two steps the reader may do something else, or leave."""
    paths = paths_of(full)
    steps = auto_backup(paths, full.clock, VERSION)
    first = next(steps)
    assert 0 < first.done < first.total
    full.open().record("read", ids(7))
    steps.close()
    assert list(backup_folder(paths).iterdir()) == []
    assert len(list(auto_backup(paths, full.clock, VERSION))) >= 12


def test_two_at_once(small: Machine) -> None:
    """Case 36: the second one finds it done."""
    paths = paths_of(small)
    steps = auto_backup(paths, small.clock, VERSION)
    next(steps)
    assert run(auto_backup(paths, small.clock, VERSION)) is not None
    assert run(steps) is None
    assert len(list(backup_folder(paths).iterdir())) == 1


def test_the_moment_is_that_of_the_clock(full: Machine, tmp_path: Path) -> None:
    """Case 35: a year that zip files cannot have does not stop a backup."""
    for year in (1970, 2150):
        full.clock.now = datetime(year, 1, 1, tzinfo=UTC)
        made = backup_of(full, tmp_path / f"{year}.zip")
        assert run(verify(made.path)).created.startswith(str(year))
