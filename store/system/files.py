"""Files that survive: whole or not at all, on the disk when we say so, one writer at a time."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from store.model.errors import LibraryBusy, LibraryUnavailable, NotSaved

TEMPORARY = ".newstui-"
"""How the names of our temporary files begin; only such are ever swept away."""

FOLDER_MODE = 0o700
FILE_MODE = 0o600
LOCK_STEP = 0.05
NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP}
"""What file systems answer that sync names by themselves or not at all (SMB, some of FUSE)."""
NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}

Warn = Callable[[str], None]


def make_folder(folder: Path) -> None:
    """Create the folder for its owner alone; one that is there keeps its mode.

    Raises:
        LibraryUnavailable: It cannot be created; names the folder and the reason.
    """
    for each in reversed([folder, *folder.parents]):
        try:
            if not each.is_dir():
                each.mkdir(FOLDER_MODE, exist_ok=True)
                sync_folder(each.parent)
        except OSError as error:
            there = isinstance(error, FileExistsError)
            why = f"{each} is not a folder" if there else error.strerror
            raise LibraryUnavailable(f"cannot create {folder}: {why}") from error


def make_library(library: Path, folders: Iterable[Path]) -> None:
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


def write_atomic(path: Path, data: bytes) -> None:
    """Replace the file by `data`, durably: after a failure it is the old one or the new one.

    A symbolic link is written through. The temporary file stands in the same folder, is synced
    before the rename, and the folder is synced after it.

    Raises:
        NotSaved: It cannot be told to be on the disk; says why and where.
    """
    target = Path(os.path.realpath(path))
    temporary = target.parent / f"{TEMPORARY}{os.urandom(6).hex()}.tmp"
    try:
        _write_new(temporary, data)
        os.replace(temporary, target)  # noqa: PTH105
        sync_folder(target.parent)
    except OSError as error:
        raise not_saved(error, target, len(data)) from error
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


def sync_folder(folder: Path) -> None:
    """Make a rename or a new name in the folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in NO_FOLDER_SYNC:
            raise
    finally:
        os.close(descriptor)


def not_saved(error: OSError, path: Path, size: int) -> NotSaved:
    """The one line for a write that failed."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        need = max(1, round(size / 1_000_000))
        reason = "no space left" if error.errno == errno.ENOSPC else "disk quota exceeded"
        return NotSaved(f"Not saved: {reason} on {path.parent} (need {need} MB)")
    return NotSaved(f"Not saved: {error.strerror or error} ({path})")


def sweep(folder: Path, before: float) -> int:
    """Remove temporary files of ours that a crash left; call it with the lock held.

    Args:
        folder: Only this folder, not below it.
        before: Seconds since 1970; younger files may belong to somebody who is writing.

    Returns:
        How many were removed.
    """
    removed = 0
    for path in folder.glob(f"{TEMPORARY}*.tmp"):
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < before:
                path.unlink()
                removed += 1
    return removed


@contextlib.contextmanager
def locked(path: Path, wait: float, warn: Warn) -> Iterator[int]:
    """Hold an exclusive `flock` on the file, which is created if need be.

    `flock`, not `lockf`: a POSIX lock is dropped when any descriptor of the file is closed. The
    kernel drops ours when the process ends, so there are no stale locks. A lock is on a file and not
    on its name: if the file was replaced while we waited, the new one is locked instead, else what
    is appended would go into a file that has no name any more.

    Args:
        path: The file to lock; the holder's process id stands in it if it is a `.lock` file.
        wait: Seconds to wait for another holder.
        warn: Told where the file system knows no locks; the work goes on without.

    Yields:
        The open descriptor, for reading and appending.

    Raises:
        LibraryBusy: Somebody else held it all the time.
        NotSaved: The file cannot be opened.
    """
    deadline = time.monotonic() + wait
    descriptor = _opened(path)
    try:
        _lock(descriptor, path, deadline, warn)
        while not _has_name(descriptor, path):
            os.close(descriptor)
            descriptor = _opened(path)
            _lock(descriptor, path, deadline, warn)
        yield descriptor
    finally:
        os.close(descriptor)


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, FILE_MODE)
    except OSError as error:
        raise not_saved(error, path, 0) from error


def _has_name(descriptor: int, path: Path) -> bool:
    with contextlib.suppress(OSError):
        return os.path.samestat(os.fstat(descriptor), path.stat())
    return False


def _lock(descriptor: int, path: Path, deadline: float, warn: Warn) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise LibraryBusy(f"library is in use by {holder(path)}") from None
            time.sleep(LOCK_STEP)
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise not_saved(error, path, 0) from error
            warn(f"{path.parent} is on a file system without locks; continuing without them")
            return
        else:
            if path.suffix == ".lock":
                _sign(descriptor)
            return


def _sign(descriptor: int) -> None:
    # The process id only makes a message better: on a full disk the lock does without it.
    with contextlib.suppress(OSError):
        os.ftruncate(descriptor, 0)
        write_all(descriptor, b"%d\n" % os.getpid())


def holder(path: Path) -> str:
    """Who holds the lock, as far as the lock file tells."""
    try:
        text = path.read_bytes()[:20].strip().decode("ascii", "replace")
    except OSError:
        text = ""
    return f"pid {text}" if text.isdigit() else "another process"


NO_LINKS = {errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


def put(temporary: Path, target: Path, *, replace: bool = False) -> None:
    """Give a finished file its name; a symbolic link of that name is never followed (case 109).

    Raises:
        FileExistsError: There is one of that name already, and it is not to be replaced.
        OSError: The file system refused; what was there before is untouched.
    """
    if not replace:
        try:
            os.link(temporary, target)  # unlike a rename, a link never replaces anything
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
            if os.path.lexists(target):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target) from error
            replace = True
        else:
            temporary.unlink()
    if replace:
        os.replace(temporary, target)  # noqa: PTH105
    sync_folder(target.parent)
