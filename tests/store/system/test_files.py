"""Durable files: replaced whole or not at all, private to their owner, one writer at a time."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from store.model.errors import LibraryBusy, LibraryUnavailable, LocksUnsupported, SaveFailed
from store.system.files import (
    STALE_AGE_SECONDS,
    append_durably,
    file_lock,
    fsync_folder,
    make_folder,
    remove_temporary_files,
    write_all,
    write_atomically,
)


@pytest.fixture
def open_umask() -> Iterator[None]:
    """A umask that forbids nothing."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def failing(number: int) -> Any:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.usefixtures("open_umask")
def test_new_files_are_private(tmp_path: Path) -> None:
    """Case 31: under any umask."""
    folder = tmp_path / "a" / "b"
    make_folder(folder)
    write_atomically(folder / "file", b"x")
    with file_lock(folder / ".desk.lock", 0.0, pytest.fail):
        pass
    assert [mode(path) for path in (folder.parent, folder)] == [0o700, 0o700]
    assert [mode(path) for path in folder.iterdir()] == [0o600, 0o600]


def test_what_root_creates_belongs_to_the_owner_of_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with `sudo newstui`: the user could not read their own library afterwards."""
    given = {}

    def log_owner(descriptor: int, user: int, group: int) -> None:
        given[os.fstat(descriptor).st_ino] = (user, group)

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "fchown", log_owner)
    folder = tmp_path / "library"
    make_folder(folder)
    write_atomically(folder / "file", b"x")
    with file_lock(folder / ".desk.lock", 0.0, pytest.fail):
        pass
    owner = (tmp_path.stat().st_uid, tmp_path.stat().st_gid)
    assert given == {path.stat().st_ino: owner for path in (folder, *folder.iterdir())}
    monkeypatch.setattr(os, "fchown", failing(errno.EPERM))
    write_atomically(folder / "file", b"y")
    assert (folder / "file").read_bytes() == b"y"


def test_existing_folders_keep_their_mode(tmp_path: Path) -> None:
    """Case 31: the user may have made it wider."""
    tmp_path.chmod(0o755)
    make_folder(tmp_path / "new")
    make_folder(tmp_path / "new")
    assert mode(tmp_path) == 0o755


def test_a_new_folder_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 3: the name of each new folder is synced with the folder above it, one after the other."""
    calls, fsync, mkdir = [], os.fsync, Path.mkdir

    def log_mkdir(path: Path, *arguments: Any, **keywords: Any) -> None:
        mkdir(path, *arguments, **keywords)
        calls.append(f"make {path.name}")

    def log_fsync(descriptor: int) -> None:
        synced = next(
            each for each in folders if os.path.samestat(os.fstat(descriptor), each.stat())
        )
        calls.append(f"sync {synced.name}")
        fsync(descriptor)

    (tmp_path / "top").mkdir()
    folders = [tmp_path / "top", tmp_path / "top/a"]
    monkeypatch.setattr(Path, "mkdir", log_mkdir)
    monkeypatch.setattr(os, "fsync", log_fsync)
    make_folder(tmp_path / "top/a/b")
    assert calls == ["make a", "sync top", "make b", "sync a"]
    make_folder(tmp_path / "top/a/b")
    assert len(calls) == 4


def test_folder_cannot_be_created(tmp_path: Path) -> None:
    """Case 29: one line that names the path and the reason."""
    (tmp_path / "file").write_text("")
    with pytest.raises(LibraryUnavailable, match=r"file/sub: .*/file is not a folder"):
        make_folder(tmp_path / "file" / "sub")
    with pytest.raises(LibraryUnavailable, match="is not a folder"):
        make_folder(tmp_path / "file")


def test_order_of_a_replacement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cases 2 and 3: write beside, sync, rename, sync the folder; never in place."""
    path, calls = tmp_path / "file", []
    path.write_bytes(b"old")
    write, fsync, rename = os.write, os.fsync, os.replace

    def noted(name: str, real: Any) -> Any:
        def call(*given: Any) -> Any:
            kind = name
            if name != "rename":
                kind += " folder" if stat.S_ISDIR(os.fstat(given[0]).st_mode) else ""
                assert os.fstat(given[0]).st_ino != path.stat().st_ino or "rename" in calls
            calls.append(kind)
            return real(*given)

        return call

    monkeypatch.setattr(os, "write", noted("write", write))
    monkeypatch.setattr(os, "fsync", noted("fsync", fsync))
    monkeypatch.setattr(os, "replace", noted("rename", rename))
    write_atomically(path, b"new")
    assert calls == ["write", "fsync", "rename", "fsync folder"]
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize(
    ("number", "call", "said"),
    [
        (errno.ENOSPC, "write", r"Not saved: no space left on .* \(need 1 MB\)"),
        (errno.EDQUOT, "write", r"Not saved: disk quota exceeded on .* \(need 1 MB\)"),
        (errno.EFBIG, "write", r"Not saved: File too large \(.*/file\)"),
        (errno.EIO, "fsync", r"Not saved: Input/output error \(.*/file\)"),
        (errno.EXDEV, "replace", r"Not saved: Invalid cross-device link \(.*/file\)"),
        (errno.EACCES, "replace", r"Not saved: Permission denied \(.*/file\)"),
        (errno.EROFS, "open", r"Not saved: Read-only file system \(.*/file\)"),
    ],
)
def test_failures_keep_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, call: str, said: str
) -> None:
    """Cases 4 to 8."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with monkeypatch.context() as patch:
        patch.setattr(os, call, failing(number))
        with pytest.raises(SaveFailed, match=said):
            write_atomically(path, b"new")
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("file", b"old")]


def test_short_writes_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 9."""
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:7]))
    write_atomically(tmp_path / "file", b"0123456789" * 10)
    assert (tmp_path / "file").read_bytes() == b"0123456789" * 10


def test_nothing_to_write(tmp_path: Path) -> None:
    with (tmp_path / "file").open("wb") as file:
        write_all(file.fileno(), b"")
    assert (tmp_path / "file").read_bytes() == b""


@pytest.mark.parametrize(
    ("number", "calls"),
    [
        (0, ["full sync", "full sync"]),
        (errno.ENOTSUP, ["full sync", "fsync", "full sync", "fsync"]),
        (errno.ENOTTY, ["full sync", "fsync", "full sync", "fsync"]),
        (errno.EIO, ["full sync"]),
    ],
)
def test_macos_empties_the_cache_of_the_drive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, calls: list[str]
) -> None:
    """Case 3: there fsync is not enough; what reports a failed write is not asked again."""
    made: list[str] = []

    def full_sync(descriptor: int, command: int) -> int:
        assert command == 51
        made.append("full sync")
        if number:
            raise OSError(number, os.strerror(number))
        return 0

    monkeypatch.setattr(fcntl, "F_FULLFSYNC", 51, raising=False)
    monkeypatch.setattr(fcntl, "fcntl", full_sync)
    monkeypatch.setattr(os, "fsync", lambda _: made.append("fsync"))

    def append() -> None:
        with file_lock(tmp_path / "journal") as descriptor:
            append_durably(descriptor, tmp_path / "journal", [b"line\n"])

    def replace() -> None:
        write_atomically(tmp_path / "file", b"new")

    for save in (replace, append):
        made.clear()
        with pytest.raises(SaveFailed) if number == errno.EIO else contextlib.nullcontext():
            save()
        assert made == calls


def test_symbolic_links_are_followed(tmp_path: Path) -> None:
    """Case 32."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real/file")
    write_atomically(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert [path.name for path in (tmp_path / "real").iterdir()] == ["file"]
    assert (tmp_path / "link").read_bytes() == b"new"


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP])
def test_file_systems_that_cannot_sync_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Case 41: some network file systems; any other error is a failure."""
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", failing(number))
        fsync_folder(tmp_path)
    monkeypatch.setattr(os, "fsync", failing(errno.EIO))
    with pytest.raises(OSError, match="Input/output"):
        fsync_folder(tmp_path)


def test_only_our_stale_temporary_files_are_removed(tmp_path: Path) -> None:
    """Case 10."""
    names = (".newstui-1.tmp", ".newstui-2.tmp", ".newstui-3", "x.tmp", ".syncthing.a.tmp")
    for name in names:
        (tmp_path / name).write_text("")
        os.utime(tmp_path / name, (1000, 1000))
    os.utime(tmp_path / names[1], (3000, 3000))
    (tmp_path / "sub").mkdir()
    now = datetime.fromtimestamp(2000 + STALE_AGE_SECONDS, UTC)
    assert remove_temporary_files(tmp_path, now) == 1
    assert {path.name for path in tmp_path.iterdir()} == {*names[1:], "sub"}
    assert remove_temporary_files(tmp_path / "none", now) == 0


def test_lock_names_its_holder(tmp_path: Path) -> None:
    """Cases 37 and 38."""
    path = tmp_path / ".desk.lock"
    with file_lock(path, 0.0, pytest.fail):
        assert path.read_bytes() == b"%d\n" % os.getpid()
        with pytest.raises(LibraryBusy, match=f"library is in use by pid {os.getpid()}"):
            file_lock(path, 0.0, pytest.fail).__enter__()
    with file_lock(path, 0.0, pytest.fail):
        pass


@pytest.mark.parametrize("text", [b"", b"what", b"\xff\xfe"])
def test_unknown_lock_holder(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "desk.jsonl"
    path.write_bytes(text)
    with file_lock(path), pytest.raises(LibraryBusy, match="in use by another process") as caught:
        file_lock(path, 0.0).__enter__()
    assert caught.value.pid is None


def test_waiting_for_a_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / ".desk.lock"
    with path.open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        monkeypatch.setattr("time.sleep", lambda _: fcntl.flock(other, fcntl.LOCK_UN))
        with file_lock(path, 60.0, pytest.fail):
            assert path.read_bytes() == b"%d\n" % os.getpid()


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS])
def test_file_systems_without_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Case 41: a warning, and the work goes on."""
    warnings: list[str] = []
    monkeypatch.setattr(fcntl, "flock", failing(number))
    with file_lock(tmp_path / ".desk.lock", 60.0, warnings.append) as descriptor:
        assert os.fstat(descriptor).st_size == 0
    assert len(warnings) == 1
    assert "without locks" in warnings[0]
    with pytest.raises(LocksUnsupported), file_lock(tmp_path / ".desk.lock", required=True):
        pass


def test_locking_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        pytest.raises(SaveFailed, match="No such file"),
        file_lock(tmp_path / "no/.desk.lock", 0.0, pytest.fail),
    ):
        pass
    monkeypatch.setattr(fcntl, "flock", failing(errno.EIO))
    with (
        pytest.raises(SaveFailed, match="Input/output"),
        file_lock(tmp_path / ".desk.lock", 0.0, pytest.fail),
    ):
        pass


def test_locking_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "write", failing(errno.ENOSPC))
    with file_lock(tmp_path / ".desk.lock", 0.0, pytest.fail):
        assert (tmp_path / ".desk.lock").read_bytes() == b""
