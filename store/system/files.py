"""Durable files: replaced whole or not at all, synced to the disk, written by one process at a time."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import glob
import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from io import BufferedReader, FileIO
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO

from store.model.errors import (
    LibraryBusy,
    LibraryUnavailable,
    LocksUnsupported,
    SaveFailed,
    describe_system_error,
)
from store.system.placeholders import is_awaited

TEMPORARY_PREFIX = ".newstui-"
"""Prefix of our temporary files; only files with it are ever removed as stale."""

FOLDER_MODE = 0o700
FILE_MODE = 0o600
LOCK_TIMEOUT = 5.0
"""Seconds to wait for another process that writes the same file."""
LOCK_POLL_SECONDS = 0.05
READ_BUFFER_BYTES = 1 << 16
STALE_AGE_SECONDS = 3600
"""Age from which a temporary file was left by a crash; a younger one may still be written."""
FOLDER_SYNC_UNSUPPORTED_ERRNOS = {errno.EINVAL, errno.ENOTSUP}
"""Errors of file systems that cannot sync a folder, or do so by themselves (SMB, some of FUSE)."""
UNSUPPORTED_ERRNOS = {errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
FULL_SYNC_UNSUPPORTED_ERRNOS = {errno.EINVAL, errno.ENOTTY, *UNSUPPORTED_ERRNOS}
"""Errors of file systems that know `fsync` only, as of a network."""

WarningHandler = Callable[[str], None]
FileSignature = tuple[int, int]
"""Modification time and size of a file: if they differ, so does the content."""


def make_folder(folder: Path) -> None:
    """Create a folder for its owner alone; an existing one keeps its mode.

    Raises:
        LibraryUnavailable: It cannot be created.
    """
    for each in reversed([folder, *folder.parents]):
        try:
            if not each.is_dir():
                each.mkdir(FOLDER_MODE, exist_ok=True)
                _give_folder_to_owner(each)
                fsync_folder(each.parent)
        except OSError as error:
            is_file = isinstance(error, FileExistsError)
            reason = f"{each} is not a folder" if is_file else error.strerror
            raise LibraryUnavailable(f"cannot create {folder}: {reason}") from error


def create_new(path: Path, flags: int = os.O_WRONLY) -> int:
    """Create a file for its owner alone, and return its open descriptor; no link is followed.

    Raises:
        FileExistsError: The name is taken.
        OSError: The file system refused.
    """
    descriptor = os.open(path, flags | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
    _give_to_owner(descriptor, path.parent)
    return descriptor


def _give_to_owner(descriptor: int, folder: Path) -> None:
    """Give what root creates to the owner of the folder, who could not read it (`sudo newstui`).

    By its descriptor: a name might mean another file by now.
    """
    if os.geteuid() == 0:
        with contextlib.suppress(OSError):  # a file system without owners: it stays as it is
            owner = folder.stat()
            os.fchown(descriptor, owner.st_uid, owner.st_gid)


def _give_folder_to_owner(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        _give_to_owner(descriptor, folder.parent)
    finally:
        os.close(descriptor)


def make_library_folders(library: Path, folders: Iterable[Path]) -> None:
    """Create the folders of a library; one that exists may be read-only.

    Raises:
        LibraryUnavailable: The library itself cannot be created.
    """
    for folder in folders:
        try:
            make_folder(folder)
        except LibraryUnavailable:
            if not library.is_dir():
                raise  # an existing one can at least be read, and opens read-only


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file durably: after a failure it is the old one or the new one.

    A symbolic link is followed, though not to a device or pipe. The temporary file is in the same folder and synced before the rename;
    the folder is synced after it.

    Raises:
        SaveFailed: The data did not reach the disk for certain.
    """
    target = Path(os.path.realpath(path))
    if path.is_symlink() and target.exists() and not target.is_file():
        raise SaveFailed("not a regular file", target)
    _check_not_awaited(target)
    temporary = temporary_path(target.parent)
    try:
        _write_new(temporary, data)
        os.replace(temporary, target)  # noqa: PTH105
        fsync_folder(target.parent)
    except OSError as error:
        raise make_save_error(error, target, len(data)) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _check_not_awaited(path: Path) -> None:
    """Check that a new file does not take the place of one that a cloud folder has not fetched yet.

    Raises:
        SaveFailed: It would: both would get the same name.
    """
    if is_awaited(path):
        raise SaveFailed("not here yet, only a placeholder of the cloud folder", path)


def _write_new(path: Path, data: bytes) -> None:
    descriptor = create_new(path)
    try:
        write_all(descriptor, data)
        sync_descriptor(descriptor)
    finally:
        os.close(descriptor)


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte; `os.write` may write only some."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def sync_descriptor(descriptor: int) -> None:
    """Return when what was written would survive a power cut.

    On macOS `fsync` leaves it in the cache of the drive: fsync(2), F_FULLFSYNC.

    Raises:
        OSError: It did not reach the disk for certain; trying again would prove nothing.
    """
    if (full_sync := getattr(fcntl, "F_FULLFSYNC", None)) is not None:
        try:
            fcntl.fcntl(descriptor, full_sync)
        except OSError as error:
            if error.errno not in FULL_SYNC_UNSUPPORTED_ERRNOS:
                raise
        else:
            return
    os.fsync(descriptor)


def temporary_path(folder: Path) -> Path:
    """Return a new name for a temporary file or folder, which `remove_temporary_files` knows."""
    return folder / f"{TEMPORARY_PREFIX}{os.urandom(6).hex()}.tmp"


def open_descriptor(path: Path) -> int:
    """Open a regular file for reading; a pipe, device or socket of that name is never waited for.

    Raises:
        OSError: It cannot be opened, or is not a regular file.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return descriptor


class RegularFile(FileIO):
    """A regular file, open for reading; whatever fails is an `OSError` that names the file."""

    def __init__(self, path: Path) -> None:
        super().__init__(open_descriptor(path), "rb")
        self.path = path

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer, and return the number of bytes."""
        with self._naming_errors():
            return super().readinto(buffer)

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Move to a position, and return it."""
        with self._naming_errors():
            return super().seek(offset, whence)

    def readall(self) -> bytes:
        """Return everything up to the end of the file."""
        with self._naming_errors():
            return super().readall()

    @contextlib.contextmanager
    def _naming_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            error.filename = str(self.path)
            raise
        except MemoryError as error:
            raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM), str(self.path)) from error


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading; see `RegularFile`.

    Raises:
        OSError: It cannot be opened, or is not a regular file.
    """
    return BufferedReader(RegularFile(path), READ_BUFFER_BYTES)


def read_regular(path: Path) -> bytes:
    """Return the contents of a regular file.

    Raises:
        OSError: It cannot be read, is not a regular file, or does not fit into the memory.
    """
    with RegularFile(path) as file:
        return file.readall()


def file_signature(file: Path | os.DirEntry[str]) -> FileSignature | None:
    """Return the signature of a file; None if it does not exist."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def append_durably(descriptor: int, path: Path, chunks: Iterable[bytes]) -> None:
    """Append to an open file and sync it; after a failure the file is as it was.

    Raises:
        SaveFailed: The disk refused.
    """
    size = os.fstat(descriptor).st_size
    written = 0
    try:
        for chunk in chunks:
            write_all(descriptor, chunk)
            written += len(chunk)
        sync_descriptor(descriptor)
        if size == 0:
            fsync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, size)
        raise make_save_error(error, path, written) from error


def fsync_folder(folder: Path) -> None:
    """Make a new or changed name in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        sync_descriptor(descriptor)
    except OSError as error:
        if error.errno not in FOLDER_SYNC_UNSUPPORTED_ERRNOS:
            raise
    finally:
        os.close(descriptor)


def make_save_error(error: OSError, path: Path, size: int) -> SaveFailed:
    """Return the error for a failed write of `size` bytes."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        need = max(1, round(size / 1_000_000))
        reason = "no space left" if error.errno == errno.ENOSPC else "disk quota exceeded"
        return SaveFailed(f"{reason} on {path.parent} (need {need} MB)")
    return SaveFailed(describe_system_error(error), path)


def remove_temporary_files(folder: Path, now: datetime) -> int:
    """Remove our temporary files that a crash left in a folder, with the lock held; return their number."""
    removed = 0
    for path in folder.glob(f"{TEMPORARY_PREFIX}*.tmp"):
        with contextlib.suppress(OSError):
            if is_stale(path, now):
                path.unlink()
                removed += 1
    return removed


def is_stale(path: Path, now: datetime) -> bool:
    """Return True if a temporary file or folder, which must exist, was left by a crash."""
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

    `flock`, not `lockf`: a POSIX lock is dropped when any descriptor of the file is closed. The kernel
    drops ours when the process ends, so there are no stale locks. A lock is on a file and not on its
    name: if the file was replaced while we waited, we lock the new one, or we would append to a file
    without a name.

    Args:
        path: The file to lock; a `.lock` file holds the process id of the holder.
        wait: Seconds to wait for another holder; `LOCK_TIMEOUT` if None.
        warn: Called with a line if the file system has no locks; the work goes on without.
        required: Fail on such a file system.

    Yields:
        The open descriptor, for reading and appending.

    Raises:
        LibraryBusy: Another process held it all the time.
        LocksUnsupported: The file system has no locks, and one is required.
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
    _check_not_awaited(path)
    flags = os.O_RDWR | os.O_APPEND | os.O_NONBLOCK | os.O_NOCTTY
    try:
        with contextlib.suppress(FileExistsError):
            return create_new(path, flags)
        descriptor = os.open(path, flags | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
    except OSError as error:
        raise make_save_error(error, path, 0) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise SaveFailed("not a regular file", path)
    return descriptor


def _is_current_file(descriptor: int, path: Path) -> bool:
    with contextlib.suppress(OSError):
        return os.path.samestat(os.fstat(descriptor), path.stat())
    return False


def _acquire_lock(descriptor: int, path: Path, deadline: float) -> bool:
    """Lock an open file; return False if the file system has no locks."""
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise LibraryBusy(_read_holder_pid(path)) from None
            time.sleep(LOCK_POLL_SECONDS)
        except OSError as error:
            if error.errno not in {errno.ENOLCK, *UNSUPPORTED_ERRNOS}:
                raise make_save_error(error, path, 0) from error
            return False
        else:
            if path.suffix == ".lock":
                # It only improves an error message, so the lock does without it on a full disk.
                with contextlib.suppress(OSError):
                    os.ftruncate(descriptor, 0)
                    write_all(descriptor, b"%d\n" % os.getpid())
            return True


def _read_holder_pid(path: Path) -> int | None:
    with contextlib.suppress(OSError, ValueError):
        return int(read_regular(path)[:20])
    return None


def move_into_place(temporary: Path, target: Path, *, replace: bool = False) -> None:
    """Rename a finished file to its final name; a symbolic link there is never followed (case 109).

    Raises:
        FileExistsError: The name is taken, and `replace` is False.
        OSError: The file system refused; a file of that name is untouched.
    """
    if not replace:
        try:
            os.link(temporary, target)  # unlike a rename, linking never replaces a file
        except OSError as error:
            if error.errno not in {errno.EPERM, errno.EACCES, errno.EMLINK, *UNSUPPORTED_ERRNOS}:
                raise
            if os.path.lexists(target):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target) from error
            replace = True
        else:
            temporary.unlink()
    if replace:
        os.replace(temporary, target)  # noqa: PTH105
    fsync_folder(target.parent)


def preserve_damaged_file(path: Path, data: bytes, now: datetime) -> Path:
    """Copy a damaged file to an unused name beside it, durably, and return the copy.

    A copy and not a rename: the file keeps its name until it is replaced. The same bytes are copied once.

    Args:
        path: The damaged file; a symbolic link is followed.
        data: Its contents.
        now: For the name: `<name>.damaged-20261122T130500`, with a number if that is taken.

    Raises:
        SaveFailed: It could not be copied; then the file must not be replaced.
    """
    target = Path(os.path.realpath(path))
    for copy in sorted(target.parent.glob(f"{glob.escape(target.name)}.damaged-*")):
        with contextlib.suppress(OSError):
            if read_regular(copy) == data:
                return copy
    copy = _reserve_name(target, f"{target.name}.damaged-{now:%Y%m%dT%H%M%S}")
    try:
        write_atomically(copy, data)
    except SaveFailed:
        with contextlib.suppress(OSError):
            copy.unlink()
        raise
    return copy


def _reserve_name(target: Path, name: str) -> Path:
    """Create an empty file of an unused name beside a file."""
    path = target.with_name(name)
    for number in count(2):
        try:
            path.touch(FILE_MODE, exist_ok=False)
            break
        except FileExistsError:
            path = target.with_name(f"{name}-{number}")
        except OSError as error:
            raise make_save_error(error, path, 0) from error
    return path
