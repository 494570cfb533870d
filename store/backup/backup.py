"""Backups: the whole library in one archive, made while others write, and verified afterwards.

`make_backup` makes the archive that the user asks for. `make_auto_backup` makes one a day in this
machine's state folder, which no sync tool carries away together with the library.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import orjson

from store.backup.archive import (
    ARCHIVE_CHUNK_SIZE,
    LIBRARY_FOLDERS,
    MANIFEST_NAME,
    ArchiveMember,
    BackupProgress,
    Manifest,
    MemberScanner,
    is_journal,
    list_library_files,
    open_archive,
    verify_archive,
)
from store.backup.auto_backups import (
    AUTO_BACKUP_NAME_PATTERN,
    auto_backup_folder,
    has_backup_of_the_day,
    list_auto_backups,
)
from store.model.errors import InvalidInput, NewstuiError, SaveFailed, TargetExists
from store.model.times import Clock, format_timestamp
from store.system.files import (
    RegularFile,
    create_new,
    make_folder,
    make_save_error,
    move_into_place,
    remove_temporary_files,
    sync_descriptor,
    temporary_path,
    write_all,
)
from store.system.paths import Paths

DEFLATE_LEVEL = 3
"""The deflate level: nearly three times as fast as the default 6, for files a tenth larger."""
ZIP64_THRESHOLD = 1 << 30
"""Bytes from which a member gets a header for large files, in case it grows while it is read."""
MAX_AUTO_BACKUPS = 7
"""Automatic backups of each kind that are kept, however old they are."""


@dataclass(frozen=True, slots=True)
class BackupResult:
    """A backup that is on the disk and has been verified."""

    path: Path
    size: int
    """Bytes of the archive."""
    articles: int
    events: int
    problems: tuple[str, ...] = ()
    """Problems of the library's files, which were backed up as they are."""


def make_backup(
    library: Path, target: Path, clock: Clock, version: str, *, force: bool = False
) -> Generator[BackupProgress, None, BackupResult]:
    """Write everything in the library to an archive, in steps, and verify it.

    Other processes may write to the library meanwhile. The archive has its name only once it is
    complete. With `force`, an existing file is replaced.

    Raises:
        InvalidInput: There is nothing to back up, or the target exists.
        SaveFailed: The archive could not be written or verified, and has been removed.
    """
    if not force and os.path.lexists(target):
        raise TargetExists(target)
    with _temporary_file(target.parent, clock) as temporary:
        result = yield from _write_and_verify(library, temporary, clock, version, target)
        try:
            move_into_place(temporary, target, replace=force)
        except OSError as error:
            raise make_save_error(error, target, result.size) from error
    return result


@contextlib.contextmanager
def _temporary_file(folder: Path, clock: Clock) -> Iterator[Path]:
    with contextlib.suppress(OSError):
        remove_temporary_files(folder, clock())
    temporary = temporary_path(folder)
    try:
        yield temporary
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _write_and_verify(
    library: Path, temporary: Path, clock: Clock, version: str, target: Path
) -> Generator[BackupProgress, None, BackupResult]:
    try:
        files = list_library_files(library)
    except OSError as error:
        raise InvalidInput(f"cannot be read: {error.strerror}", file=library) from error
    if not files:
        raise InvalidInput("nothing to back up", file=library)
    total = sum(status.st_size for status in files.values())
    problems: list[str] = []
    try:
        with _open_output(temporary) as archive:
            members = yield from _write_members(library, archive, 2 * total, problems)
            manifest = Manifest(version, format_timestamp(clock()), files_signature(files), members)
            data = manifest.encode()
            for _ in _add_member(archive, MANIFEST_NAME, len(data), [data]):
                pass
    except OSError as error:
        raise make_save_error(error, target, total) from error
    try:
        yield from verify_archive(temporary, done=manifest.total)
    except InvalidInput as error:
        reason = f"{error.item}: {error.reason}" if error.item else error.reason
        raise SaveFailed(f"{target} cannot be read back: {reason}") from error
    problems += [f"{library / name}: {m.problem}" for name, m in members.items() if m.problem]
    problems += _missing_text_problems(library, members)
    counts = manifest.count("articles"), manifest.count("journal")
    return BackupResult(target, temporary.stat().st_size, *counts, tuple(problems))


def files_signature(files: Mapping[str, os.stat_result]) -> str:
    """Return a signature of names, sizes and times of files: if it differs, so do the contents."""
    stats = sorted((name, status.st_size, status.st_mtime_ns) for name, status in files.items())
    return sha256(orjson.dumps(stats)).hexdigest()[:32]


def _missing_text_problems(library: Path, members: Mapping[str, ArchiveMember]) -> Iterator[str]:
    """Yield a line for each segment that has fewer texts than articles."""
    for name, member in members.items():
        folder, _, file = name.partition("/")
        texts = members.get(f"texts/{file}")
        missing = member.items - (texts.items if texts else 0)
        if folder == "articles" and missing > 0 and not (texts and texts.problem):
            yield f"{library / name}: {missing} of its articles have no text"


# -- writing -------------------------------------------------------------------------------


class _DescriptorWriter:
    """Writes the bytes of a zip file one after the other, and nothing once it is closed."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def write(self, data: bytes) -> int:
        if self._descriptor is not None:
            write_all(self._descriptor, data)
        return len(data)

    def flush(self) -> None:
        """Do nothing: nothing is buffered."""

    def close(self) -> None:
        """Stop writing: zipfile writes the end even of an archive that was abandoned."""
        self._descriptor = None


def _add_member(
    archive: ZipFile, name: str, size: int, chunks: Iterable[bytes]
) -> Generator[int, None, None]:
    """Write a member chunk by chunk, and yield the size of each."""
    with archive.open(name, "w", force_zip64=size > ZIP64_THRESHOLD) as member:
        for chunk in chunks:
            member.write(chunk)
            yield len(chunk)


@contextlib.contextmanager
def _open_output(path: Path) -> Iterator[ZipFile]:
    descriptor = create_new(path)
    sink = _DescriptorWriter(descriptor)
    archive = ZipFile(sink, "w", ZIP_DEFLATED, compresslevel=DEFLATE_LEVEL)
    try:
        yield archive
        archive.close()
        sync_descriptor(descriptor)
    finally:
        sink.close()
        archive.close()
        os.close(descriptor)


def _write_members(
    library: Path, archive: ZipFile, total: int, problems: list[str]
) -> Generator[BackupProgress, None, dict[str, ArchiveMember]]:
    members: dict[str, ArchiveMember] = {}
    done = 0
    # Each folder is listed only when its turn comes: see LIBRARY_FOLDERS.
    for folder in (*LIBRARY_FOLDERS, ""):
        for name in list_library_files(library, [folder]):
            file = _open_source(library / name, problems)
            if file is None:
                continue
            with file:
                size, scanner = os.fstat(file.fileno()).st_size, MemberScanner(name)
                chunks = _read_chunks(file, size, problems, lines=is_journal(name))
                steps = _add_member(archive, name, size, map(scanner.feed, chunks))
                with contextlib.closing(steps):
                    for written in steps:
                        done += written
                        yield BackupProgress(done, max(total, 2 * done))
            members[name] = scanner.finish()
    return members


def _open_source(path: Path, problems: list[str]) -> RegularFile | None:
    try:
        return RegularFile(path)
    except FileNotFoundError:  # moved since it was listed
        return None
    except OSError as error:
        problems.append(f"{path}: cannot be read: {error.strerror}")
        return None


def _read_chunks(
    file: RegularFile, size: int, problems: list[str], *, lines: bool
) -> Iterator[bytes]:
    """Yield a file's contents up to the size it had; of a journal only complete lines."""
    rest = b""
    while size > 0:
        try:
            chunk = file.read(min(ARCHIVE_CHUNK_SIZE, size))
        except OSError as error:  # keep what can be read
            problems.append(f"{error.filename}: cannot be read to its end: {error.strerror}")
            return
        if not chunk:
            return
        size -= len(chunk)
        if lines:
            head, newline, rest = (rest + chunk).rpartition(b"\n")
            chunk = head + newline
        if chunk:
            yield chunk


# -- automatic backups ---------------------------------------------------------------------


def make_auto_backup(
    paths: Paths, clock: Clock, version: str
) -> Generator[BackupProgress, None, Path | None]:
    """Make the backup of the day if there is something new, in steps of milliseconds.

    There is at most one a day, and none while the library is empty or the same as in one of the
    backups that are kept. Errors are not raised but are the problems of the last progress. The
    clock need not be right: see `select_surplus_backups`.

    Returns:
        The new backup, if one was made.
    """
    try:
        result = yield from _make_auto_backup(paths, clock, version)
    except (NewstuiError, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        yield BackupProgress(0, 0, (f"automatic backup failed: {reason}",))
        return None
    if result is None:
        return None
    if result.problems:
        yield BackupProgress(0, 0, tuple(f"in today's backup: {each}" for each in result.problems))
    return result.path


def _make_auto_backup(
    paths: Paths, clock: Clock, version: str
) -> Generator[BackupProgress, None, BackupResult | None]:
    if has_backup_of_the_day(paths, clock):
        return None
    day, backups = clock().date().isoformat(), list_auto_backups(paths)
    files = list_library_files(paths.library)
    if not any(name.startswith("articles/") for name in files):
        return None
    signature = files_signature(files)
    if any(_backup_signature(path) == signature for path in backups):
        return None
    folder = auto_backup_folder(paths)
    make_folder(folder)
    with _temporary_file(folder, clock) as temporary:
        target = folder / f"newstui-{day}.zip"
        result = yield from _write_and_verify(paths.library, temporary, clock, version, target)
        if result.problems:
            target = target.with_stem(f"newstui-{day}-incomplete")
        try:
            move_into_place(temporary, target)
        except FileExistsError:  # another process was faster
            return None
    for name in select_surplus_backups([path.name for path in list_auto_backups(paths)], day):
        (folder / name).unlink(missing_ok=True)
    return replace(result, path=target)


def _backup_signature(path: Path) -> str:
    try:
        with open_archive(path) as archive:
            return archive.manifest.signature
    except InvalidInput:
        return ""


def select_surplus_backups(names: Sequence[str], today: str) -> list[str]:
    """Return the automatic backups to delete, by number and name, never by age (case 35).

    Seven are kept of those up to today, and seven of those that a wrong clock dated later: a clock
    that jumps back and forth makes new backups but never costs the old ones. Backups of a library
    with damaged files are counted separately, so that they never displace intact ones.
    """
    groups: dict[tuple[str, bool], list[str]] = {}
    for name in sorted(names, reverse=True):
        if found := AUTO_BACKUP_NAME_PATTERN.match(name):
            groups.setdefault((found["kind"], found["day"] > today), []).append(name)
    return [name for group in groups.values() for name in group[MAX_AUTO_BACKUPS:]]
