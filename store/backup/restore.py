"""Restore a backup: everything is unpacked and checked in a staging folder, then put in place."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import partial
from pathlib import Path

from store.backup.archive import (
    ARCHIVE_CHUNK_SIZE,
    Archive,
    ArchiveMember,
    BackupProgress,
    MemberScanner,
    is_journal,
    is_segment,
    list_library_files,
    open_archive,
)
from store.journal.events import Event, newer_format_message, normalize_line, try_decode_event
from store.journal.journal_file import end_last_line
from store.journal.reading_state import ReadingState
from store.model.article import ParsedArticle
from store.model.errors import InvalidInput, LibraryDamaged, LibraryNotEmpty, SaveFailed
from store.model.times import Clock
from store.segments.documents import parse_articles
from store.segments.segments import Segments, format_version, read_tables, segment_name
from store.segments.storage import SEGMENT_FORMAT, BadContent, parse_tables
from store.system.files import (
    FOLDER_MODE,
    TEMPORARY_PREFIX,
    append_durably,
    create_new,
    file_lock,
    is_stale,
    make_folder,
    make_save_error,
    move_into_place,
    open_regular,
    read_regular,
    sync_descriptor,
    temporary_path,
    write_all,
)

RESTORE_ORDER = ("journal", "texts", "articles", "")
"""As articles are added, so that an interrupted restore leaves none without events or text."""


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """The result of a restore, all of it on the disk."""

    articles: int
    events: int
    files: int
    """The number of files that were added or extended."""
    unchanged: int
    """The number of files that had everything in the backup already."""
    skipped: tuple[str, ...]
    """A line for each file that was not restored."""


class FileComparison(Enum):
    """The result of comparing a file of the backup with the library's."""

    NEW = "new"
    PRESENT = "present"
    SHORTER = "shorter"
    """The library's journal is the beginning of the one in the backup."""
    DIFFERENT = "different"


def restore_backup(
    archive: Path, library: Path, machine: str, clock: Clock, *, merge: bool = False
) -> Generator[BackupProgress, None, RestoreResult]:
    """Restore a backup, in steps. Nothing that exists is overwritten.

    The library is created if need be, and not touched before every byte of the archive has been
    checked. With `merge`, it may have files already: what is missing is added. Where it has another
    segment of the same name, the missing articles go to segments of this machine.

    Raises:
        InvalidInput: The archive is damaged, or the library is not empty.
        LibraryBusy: Another process is writing to a journal for too long.
        SaveFailed: The disk refused; what was put in place until then is complete.
    """
    target = Path(os.path.realpath(library))
    with open_archive(archive) as source:
        try:
            if not merge and _has_files(target):
                raise LibraryNotEmpty(library)
            with _staging_folder(target, clock) as staging:
                if shutil.disk_usage(staging).free < source.manifest.total:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                unpacked = yield from _unpack(source, staging)
                return _install_files(source, unpacked, target, machine)
        except OSError as error:
            raise make_save_error(error, library, source.manifest.total) from error


def _has_files(target: Path) -> bool:
    try:
        names = os.listdir(target)  # noqa: PTH208
    except FileNotFoundError:
        return False
    except NotADirectoryError as error:
        raise InvalidInput("is not a folder", file=target) from error
    folders = {"articles", "texts", "journal"}
    return bool(list_library_files(target)) or any(
        not name.startswith(".") and name not in folders for name in names
    )


# -- unpacking -----------------------------------------------------------------------------


@contextlib.contextmanager
def _staging_folder(target: Path, clock: Clock) -> Iterator[Path]:
    """Create a folder on the file system of the target, so that files can be moved from it."""
    parent = next(folder for folder in (target, *target.parents) if folder.is_dir())
    _sweep_staging_folders(parent, clock())
    folder = temporary_path(parent)
    folder.mkdir(FOLDER_MODE)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep_staging_folders(parent: Path, now: datetime) -> None:
    for folder in parent.glob(f"{TEMPORARY_PREFIX}*.tmp"):
        with contextlib.suppress(OSError):
            if folder.is_dir() and not folder.is_symlink() and is_stale(folder, now):
                shutil.rmtree(folder)


def _unpack(source: Archive, staging: Path) -> Generator[BackupProgress, None, dict[str, Path]]:
    unpacked: dict[str, Path] = {}
    done, total = 0, source.manifest.total
    for number, name in enumerate(source.manifest.files):
        path = staging / f"{number:06d}"
        descriptor = create_new(path)
        try:
            for chunk in source.read_member(name):
                write_all(descriptor, chunk)
                done += len(chunk)
                yield BackupProgress(done, total)
            sync_descriptor(descriptor)
        finally:
            os.close(descriptor)
        unpacked[name] = path
    return unpacked


# -- comparing -----------------------------------------------------------------------------


def _install_files(
    source: Archive, unpacked: Mapping[str, Path], target: Path, machine: str
) -> RestoreResult:
    comparisons = {n: _compare_file(n, path, target / n) for n, path in unpacked.items()}
    merged = {name for name in unpacked if _needs_merge(name, comparisons)}
    skipped = {
        name: f"{target / name} differs from the file in the backup; left as it is"
        for name, comparison in comparisons.items()
        if comparison is FileComparison.DIFFERENT and name not in merged
    }
    files = sorted(unpacked.keys() - skipped, key=lambda n: RESTORE_ORDER.index(_folder_name(n)))
    make_folder(target)
    added = {"articles": 0, "journal": 0}
    unchanged = 0
    for name in files:
        if name not in merged:
            member = source.manifest.files[name]
            items = _install_file(unpacked[name], target / name, comparisons[name], member)
            unchanged += comparisons[name] is FileComparison.PRESENT
        else:
            try:
                items = _merge_file(name, unpacked, target, machine)
            except LibraryDamaged as error:
                skipped[name] = f"{name} in the backup cannot be used: {error}"
                continue
            unchanged += not items
        if (folder := _folder_name(name)) in added:
            added[folder] += items
    return RestoreResult(
        articles=added["articles"],
        events=added["journal"],
        files=len(unpacked) - len(skipped) - unchanged,
        unchanged=unchanged,
        skipped=tuple(skipped.values()),
    )


def _needs_merge(name: str, comparisons: Mapping[str, FileComparison]) -> bool:
    """Return True if only what the library lacks is taken from this file, by article or by line.

    Facts and texts of a segment belong together; with those of another one they would be mixed up.
    """
    pair = comparisons[name], comparisons.get(_paired_name(name), FileComparison.PRESENT)
    if _folder_name(name) == "journal":
        return pair[0] is FileComparison.DIFFERENT
    facts = pair[_folder_name(name) == "texts"]
    return bool(_paired_name(name)) and (
        facts is FileComparison.DIFFERENT
        or (FileComparison.NEW in pair and FileComparison.DIFFERENT in pair)
    )


def _merge_file(name: str, unpacked: Mapping[str, Path], target: Path, machine: str) -> int:
    """Add what the library lacks, and return the number of articles or events added."""
    if _folder_name(name) == "journal":
        lines = _find_missing_events(unpacked[name], target / name, Path(name).stem)
        if lines:
            _add_events(target / name, lines)
        return len(lines)
    if _folder_name(name) == "texts":
        return 0  # texts are added with their articles
    known = _read_known_ids(target)
    found = _find_missing_articles(unpacked[name], unpacked.get(_paired_name(name)), known)
    if found:
        with file_lock(target / "articles" / f".{machine}.lock"):
            Segments(target, machine).append(found)
    return len(found)


def _folder_name(name: str) -> str:
    return name.rpartition("/")[0]


def _paired_name(name: str) -> str:
    folder, _, file = name.rpartition("/")
    return {"articles": f"texts/{file}", "texts": f"articles/{file}"}.get(folder, "")


def _compare_file(name: str, unpacked: Path, existing: Path) -> FileComparison:
    if not os.path.lexists(existing):
        return FileComparison.NEW
    if not existing.is_file():
        return FileComparison.DIFFERENT
    sizes = unpacked.stat().st_size, existing.stat().st_size
    if _have_same_start(unpacked, existing):
        if sizes[0] == sizes[1]:
            return FileComparison.PRESENT
        if is_journal(name):
            return FileComparison.SHORTER if sizes[0] > sizes[1] else FileComparison.PRESENT
    is_contained = is_segment(name) and _contains_all(
        read_regular(existing), read_regular(unpacked), _folder_name(name)
    )
    return FileComparison.PRESENT if is_contained else FileComparison.DIFFERENT


def _have_same_start(one: Path, other: Path) -> bool:
    """Return True if the files are equal as far as the shorter one goes."""
    with open_regular(one) as first, open_regular(other) as second:
        while True:
            left, right = first.read(ARCHIVE_CHUNK_SIZE), second.read(ARCHIVE_CHUNK_SIZE)
            length = min(len(left), len(right))
            if left[:length] != right[:length]:
                return False
            if not length:
                return True


def _contains_all(existing: bytes, backup: bytes, table: str) -> bool:
    """Return True if a segment has every document that the one in the backup has, unchanged."""
    try:
        documents = parse_tables(existing).get(table, {})
        backed_up = parse_tables(backup).get(table, {})
        return all(documents.get(key) == each for key, each in backed_up.items())
    except BadContent:
        return False


# -- installing ----------------------------------------------------------------------------


def _install_file(
    unpacked: Path, target: Path, comparison: FileComparison, member: ArchiveMember
) -> int:
    """Put a file in place, and return the number of articles or events that came with it."""
    if comparison is FileComparison.PRESENT:
        return 0
    if comparison is FileComparison.SHORTER:
        before = _count_events(target)
        _extend_journal(unpacked, target)
        return member.items - before
    make_folder(target.parent)
    try:
        move_into_place(unpacked, target)
    except FileExistsError as error:
        raise SaveFailed(f"{target} was created in the meantime") from error
    return member.items


def _count_events(path: Path) -> int:
    scanner = MemberScanner(f"journal/{path.name}")
    with open_regular(path) as file:
        while scanner.feed(file.read(ARCHIVE_CHUNK_SIZE)):
            pass
    return scanner.finish().items


def _extend_journal(unpacked: Path, target: Path) -> None:
    """Append to a journal what the backup has more, the way its machine would.

    Replacing the file would lose the events of a process that has it open.
    """
    with file_lock(target) as descriptor:
        size = os.fstat(descriptor).st_size
        if not _have_same_start(unpacked, target) or size >= unpacked.stat().st_size:
            raise SaveFailed(f"{target} was changed in the meantime")
        with open_regular(unpacked) as file:
            file.seek(size)
            append_durably(descriptor, target, iter(partial(file.read, ARCHIVE_CHUNK_SIZE), b""))


# -- what a file of the library lacks ------------------------------------------------------


def _find_missing_articles(facts: Path, texts: Path | None, known: set[str]) -> list[ParsedArticle]:
    """Return the articles of a segment in a backup whose ids are not known."""
    tables = parse_tables(read_regular(facts))
    bodies = parse_tables(read_regular(texts)).get("texts", {}) if texts else {}
    if format_version(tables) > SEGMENT_FORMAT:
        raise LibraryDamaged(newer_format_message(format_version(tables)))
    found = parse_articles(tables.get("articles", {}), bodies)
    return [each for each in found if each.article.id not in known]


def _read_known_ids(library: Path) -> set[str]:
    """Return the ids of all articles in the segments of a library that can be read."""
    known: set[str] = set()
    for path in (library / "articles").glob("*.json"):
        with contextlib.suppress(LibraryDamaged):
            if segment_name(path.stem):
                documents = read_tables(path, "articles").get("articles", {})
                known.update(each["id"] for each in documents.values() if "id" in each)
    return known


def _find_missing_events(backup: Path, library_journal: Path, machine: str) -> list[bytes]:
    """Return the lines of a journal that the library lacks; none if they change nothing.

    A journal that was compacted lacks many lines, but none that matters.
    """
    with open_regular(library_journal) as file:
        present = {hash(line) for line in map(normalize_line, file)}
    with open_regular(backup) as file:
        missing = [
            line
            for line in map(normalize_line, file)
            if hash(line) not in present and try_decode_event(line, machine)
        ]
    if not missing:
        return []
    before, after = ReadingState(), ReadingState()
    for state, lines in ((before, []), (after, missing)):
        for add in (state.preload_undone, state.apply):
            with open_regular(library_journal) as file:
                add(_decode_lines([*lines], machine))
                add(_decode_lines(file, machine))
    is_same = all(before.get(each) == after.get(each) for each in after.article_states)
    return [] if is_same else missing


def _decode_lines(lines: Iterable[bytes], machine: str) -> Iterator[Event]:
    return (event for line in lines if (event := try_decode_event(line, machine)) is not None)


def _add_events(journal: Path, lines: list[bytes]) -> None:
    """Append lines to a journal, the way its machine would."""
    with file_lock(journal) as descriptor:
        append_durably(descriptor, journal, [end_last_line(descriptor), *lines])
