"""Files that survive: whole or not at all, on the disk when we say so, one writer at a time."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

from store.model.errors import LibraryBusy, LibraryUnavailable, LocksUnsupported, SaveFailed

TEMPORARY_PREFIX = ".newstui-"
"""How the names of our temporary files begin; only such are ever swept away."""

FOLDER_MODE = 0o700
FILE_MODE = 0o600
LOCK_TIMEOUT = 5.0
"""Seconds to wait for another process that writes the same file."""
LOCK_POLL_SECONDS = 0.05
STALE_AGE_SECONDS = 3600
"""Age from which a temporary file was left by a crash; a younger one may still be written."""
FOLDER_SYNC_UNSUPPORTED_ERRNOS = {errno.EINVAL, errno.ENOTSUP}
"""What file systems answer that sync names by themselves or not at all (SMB, some of FUSE)."""
LOCK_UNSUPPORTED_ERRNOS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}

WarningHandler = Callable[[str], None]


def make_folder(folder: Path) -> None:
    """Create the folder for its owner alone; one that is there keeps its mode.

    Raises:
        LibraryUnavailable: It cannot be created; names the folder and the reason.
    """
    for each in reversed([folder, *folder.parents]):
        try:
            if not each.is_dir():
                each.mkdir(FOLDER_MODE, exist_ok=True)
                fsync_folder(each.parent)
        except OSError as error:
            there = isinstance(error, FileExistsError)
            why = f"{each} is not a folder" if there else error.strerror
            raise LibraryUnavailable(f"cannot create {folder}: {why}") from error


def make_library_folders(library: Path, folders: Iterable[Path]) -> None:
    """Create the folders of a library, unless it is there and nothing can be created in it.

    Raises:
        LibraryUnavailable: The library itself cannot be created.
    """
    for folder in folders:
        try:
            make_folder(folder)
        except LibraryUnavailable:
            if not library.is_dir():
                raise  # else it can be read at least, and opens read-only


def write_atomically(path: Path, data: bytes) -> None:
    """Replace the file by `data`, durably: after a failure it is the old one or the new one.

    A symbolic link is written through. The temporary file stands in the same folder, is synced
    before the rename, and the folder is synced after it.

    Raises:
        NotSaved: It cannot be told to be on the disk; says why and where.
    """
    target = Path(os.path.realpath(path))
    temporary = target.parent / f"{TEMPORARY_PREFIX}{os.urandom(6).hex()}.tmp"
    try:
        _write_new(temporary, data)
        os.replace(temporary, target)  # noqa: PTH105
        fsync_folder(target.parent)
    except OSError as error:
        raise make_save_error(error, target, len(data)) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _write_new(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
    try:
        write_all(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte; `os.write` may take fewer than it is given."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def fsync_folder(folder: Path) -> None:
    """Make a rename or a new name in the folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in FOLDER_SYNC_UNSUPPORTED_ERRNOS:
            raise
    finally:
        os.close(descriptor)


def make_save_error(error: OSError, path: Path, size: int) -> SaveFailed:
    """The one line for a write that failed."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        need = max(1, round(size / 1_000_000))
        reason = "no space left" if error.errno == errno.ENOSPC else "disk quota exceeded"
        return SaveFailed(f"{reason} on {path.parent} (need {need} MB)")
    return SaveFailed(error.strerror or str(error), path)


def remove_temporary_files(folder: Path, now: datetime) -> int:
    """Remove our temporary files that a crash left in a folder, and return their number.

    Call it with the lock held. What is younger than an hour may belong to somebody who is writing.
    """
    removed = 0
    for path in folder.glob(f"{TEMPORARY_PREFIX}*.tmp"):
        with contextlib.suppress(OSError):
            if is_stale(path, now):
                path.unlink()
                removed += 1
    return removed


def is_stale(path: Path, now: datetime) -> bool:
    """Return True if a temporary file or folder was left by a crash.

    Raises:
        OSError: It cannot be looked at.
    """
    return path.lstat().st_mtime < now.timestamp() - STALE_AGE_SECONDS


@contextlib.contextmanager
def file_lock(
    path: Path,
    wait: float | None = None,
    warn: WarningHandler | None = None,
    *,
    required: bool = False,
) -> Iterator[int]:
    """Hold an exclusive `flock` on a file, which is created if need be.

    `flock`, not `lockf`: a POSIX lock is dropped when any descriptor of the file is closed. The
    kernel drops ours when the process ends, so there are no stale locks. A lock is on a file and not
    on its name: if the file was replaced while we waited, the new one is locked instead, else what
    is appended would go into a file that has no name any more.

    Args:
        path: The file to lock; a `.lock` file holds the process id of the holder.
        wait: Seconds to wait for another holder; `LOCK_TIMEOUT` if None.
        warn: Called with a line where the file system knows no locks; the work goes on without.
        required: Fail on such a file system.

    Yields:
        The open descriptor, for reading and appending.

    Raises:
        LibraryBusy: Somebody else held it all the time.
        LocksUnsupported: The file system knows no locks, and one is required.
        SaveFailed: The file cannot be opened.
    """
    deadline = time.monotonic() + (LOCK_TIMEOUT if wait is None else wait)
    descriptor = _open_lock_file(path)
    try:
        is_locked = _acquire_lock(descriptor, path, deadline)
        while not _is_current_file(descriptor, path):
            os.close(descriptor)
            descriptor = _open_lock_file(path)
            is_locked = _acquire_lock(descriptor, path, deadline)
        if not is_locked and required:
            raise LocksUnsupported(path.parent)
        if not is_locked and warn:
            warn(f"{path.parent} is on a file system without locks; continuing without them")
        yield descriptor
    finally:
        os.close(descriptor)


def _open_lock_file(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, FILE_MODE)
    except OSError as error:
        raise make_save_error(error, path, 0) from error


def _is_current_file(descriptor: int, path: Path) -> bool:
    with contextlib.suppress(OSError):
        return os.path.samestat(os.fstat(descriptor), path.stat())
    return False


def _acquire_lock(descriptor: int, path: Path, deadline: float) -> bool:
    """Lock an open file; False where the file system knows no locks."""
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise LibraryBusy(_read_holder_pid(path)) from None
            time.sleep(LOCK_POLL_SECONDS)
        except OSError as error:
            if error.errno not in LOCK_UNSUPPORTED_ERRNOS:
                raise make_save_error(error, path, 0) from error
            return False
        else:
            if path.suffix == ".lock":
                _write_pid(descriptor)
            return True


def _write_pid(descriptor: int) -> None:
    # The process id only makes a message better: on a full disk the lock does without it.
    with contextlib.suppress(OSError):
        os.ftruncate(descriptor, 0)
        write_all(descriptor, b"%d\n" % os.getpid())


def _read_holder_pid(path: Path) -> int | None:
    """Return the process id in a lock file, if it has one."""
    try:
        text = path.read_bytes()[:20].strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None


LINK_UNSUPPORTED_ERRNOS = {
    errno.EPERM,
    errno.EACCES,
    errno.ENOTSUP,
    errno.EOPNOTSUPP,
    errno.ENOSYS,
    errno.EMLINK,
}


def move_into_place(temporary: Path, target: Path, *, replace: bool = False) -> None:
    """Give a finished file its name; a symbolic link of that name is never followed (case 109).

    Raises:
        FileExistsError: There is one of that name already, and it is not to be replaced.
        OSError: The file system refused; what was there before is untouched.
    """
    if not replace:
        try:
            os.link(temporary, target)  # unlike a rename, a link never replaces anything
        except OSError as error:
            if error.errno not in LINK_UNSUPPORTED_ERRNOS:
                raise
            if os.path.lexists(target):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target) from error
            replace = True
        else:
            temporary.unlink()
    if replace:
        os.replace(temporary, target)  # noqa: PTH105
    fsync_folder(target.parent)
