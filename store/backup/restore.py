"""Bringing a backup back: everything is unpacked and checked beside, then put in place."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path

from store.backup.archive import CHUNK, Archive, Progress, opened, survey
from store.backup.manifest import Examiner, Member, documents, is_journal, is_segment
from store.backup.merge import (
    add_articles,
    add_events,
    extend,
    known_articles,
    lacking_articles,
    lacking_events,
)
from store.model.errors import BadInput, LibraryDamaged, NotSaved
from store.model.times import Clock
from store.segments.strict_json import BadContent
from store.system.files import (
    FILE_MODE,
    FOLDER_MODE,
    TEMPORARY,
    locked,
    make_folder,
    not_saved,
    put,
    write_all,
)

WAIT = 5.0
SWEEP_AGE = 3600
ORDER = ("journal", "texts", "articles", "")
"""As articles are added: an interrupted restoring leaves none without its events or its text."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What has come back; all of it is on the disk."""

    articles: int
    events: int
    files: int
    """How many files were added or made longer."""
    there: int
    """How many were there already, with everything that the backup has."""
    refused: tuple[str, ...]
    """A line for each file that is another one in the library; it was left as it is."""


class Verdict(Enum):
    """How a file of the backup stands to the library."""

    NEW = "new"
    THERE = "there"
    SHORTER = "shorter"
    """The library's journal is the beginning of the one in the backup."""
    DIFFERENT = "different"


def restore(
    archive: Path, library: Path, machine: str, clock: Clock, *, merge: bool = False
) -> Generator[Progress, None, Restored]:
    """Bring a backup back, in steps. Nothing that is there is overwritten.

    The library is not touched before every byte of the archive has been checked.

    Args:
        archive: What `store.backup.backup` made.
        library: The folder it goes to; created if need be.
        machine: The name this machine writes under: where the library has another segment of the
            same name, the articles it lacks are added to segments of this machine.
        clock: Now, in UTC.
        merge: Whether the library may have files already; what is missing is added then.

    Raises:
        BadInput: The archive is damaged, or the library is not empty.
        LibraryBusy: Another newstui is writing to a journal for too long.
        NotSaved: The disk refused; what was put in place until then is whole.
    """
    target = Path(os.path.realpath(library))
    with opened(archive) as source:
        try:
            if not merge and _has_something(target):
                raise BadInput(f"{library} is not empty; --merge adds what is missing in it")
            with _workshop(target, clock) as workshop:
                _check_space(workshop, source.manifest.total)
                unpacked = yield from _unpack(source, workshop)
                return _settle(source, unpacked, target, machine)
        except OSError as error:
            raise not_saved(error, library, source.manifest.total) from error


def _has_something(target: Path) -> bool:
    try:
        names = os.listdir(target)  # noqa: PTH208
    except FileNotFoundError:
        return False
    except NotADirectoryError as error:
        raise BadInput(f"{target} is not a folder") from error
    folders = {"articles", "texts", "journal"}
    return bool(survey(target)) or any(
        not name.startswith(".") and name not in folders for name in names
    )


# -- unpacking -----------------------------------------------------------------------------


@contextlib.contextmanager
def _workshop(target: Path, clock: Clock) -> Iterator[Path]:
    """A folder of our own on the file system of the target, so that files can be moved there."""
    place = next(folder for folder in (target, *target.parents) if folder.is_dir())
    _sweep(place, clock().timestamp() - SWEEP_AGE)
    folder = place / f"{TEMPORARY}{os.urandom(6).hex()}.tmp"
    folder.mkdir(FOLDER_MODE)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(place: Path, before: float) -> None:
    for folder in place.glob(f"{TEMPORARY}*.tmp"):
        with contextlib.suppress(OSError):
            if folder.is_dir() and not folder.is_symlink() and folder.stat().st_mtime < before:
                shutil.rmtree(folder)


def _check_space(folder: Path, needed: int) -> None:
    if shutil.disk_usage(folder).free < needed:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _unpack(source: Archive, workshop: Path) -> Generator[Progress, None, dict[str, Path]]:
    unpacked: dict[str, Path] = {}
    done, total = 0, source.manifest.total
    for number, name in enumerate(source.manifest.files):
        path = workshop / f"{number:06d}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        descriptor = os.open(path, flags, FILE_MODE)
        try:
            for chunk in source.read(name):
                write_all(descriptor, chunk)
                done += len(chunk)
                yield Progress(done, total)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        unpacked[name] = path
    return unpacked


# -- comparing -----------------------------------------------------------------------------


def _settle(source: Archive, unpacked: Mapping[str, Path], target: Path, machine: str) -> Restored:
    verdicts = {name: _verdict(name, path, target / name) for name, path in unpacked.items()}
    mixed = {name for name in unpacked if _is_mixed(name, verdicts)}
    refused = {
        name: f"{target / name} is another file than the one in the backup; it was left as it is"
        for name, verdict in verdicts.items()
        if verdict is Verdict.DIFFERENT and name not in mixed
    }
    files = sorted(unpacked.keys() - refused.keys(), key=lambda n: ORDER.index(_folder(n)))
    make_folder(target)
    added = {"articles": 0, "journal": 0}
    there = sum(verdicts[name] is Verdict.THERE for name in files)
    for name in files:
        if name not in mixed:
            member = source.manifest.files[name]
            items = _place(unpacked[name], target / name, verdicts[name], member)
        else:
            try:
                items = _mix(name, unpacked, target, machine)
            except LibraryDamaged as error:
                refused[name] = f"{name} in the backup cannot be used: {error}"
                continue
            there += not items
        if (folder := _folder(name)) in added:
            added[folder] += items
    return Restored(
        articles=added["articles"],
        events=added["journal"],
        files=len(unpacked) - len(refused) - there,
        there=there,
        refused=tuple(refused.values()),
    )


def _is_mixed(name: str, verdicts: Mapping[str, Verdict]) -> bool:
    """Whether only what the library lacks comes from this file, article by article or line by line.

    Facts and texts of a segment belong together: with others' they would be mixed up.
    """
    pair = verdicts[name], verdicts.get(_twin(name), Verdict.THERE)
    if _folder(name) == "journal":
        return pair[0] is Verdict.DIFFERENT
    facts = pair[_folder(name) == "texts"]
    return bool(_twin(name)) and (
        facts is Verdict.DIFFERENT or (Verdict.NEW in pair and Verdict.DIFFERENT in pair)
    )


def _mix(name: str, unpacked: Mapping[str, Path], target: Path, machine: str) -> int:
    """Add what the library lacks; returns how many articles or events that were.

    Raises:
        LibraryDamaged: The file in the backup cannot be understood.
    """
    if _folder(name) == "journal":
        lines = lacking_events(unpacked[name], target / name, Path(name).stem)
        if lines:
            add_events(target / name, lines)
        return len(lines)
    if _folder(name) == "texts":
        return 0  # they come with their articles
    found = lacking_articles(unpacked[name], unpacked.get(_twin(name)), known_articles(target))
    if found:
        add_articles(target, machine, found)
    return len(found)


def _folder(name: str) -> str:
    return name.rpartition("/")[0]


def _twin(name: str) -> str:
    folder, _, file = name.rpartition("/")
    return {"articles": f"texts/{file}", "texts": f"articles/{file}"}.get(folder, "")


def _verdict(name: str, unpacked: Path, there: Path) -> Verdict:
    if not os.path.lexists(there):
        return Verdict.NEW
    if not there.is_file():
        return Verdict.DIFFERENT
    sizes = unpacked.stat().st_size, there.stat().st_size
    if _same_beginning(unpacked, there):
        if sizes[0] == sizes[1]:
            return Verdict.THERE
        if is_journal(name):
            return Verdict.SHORTER if sizes[0] > sizes[1] else Verdict.THERE
    holds = is_segment(name) and _holds(there.read_bytes(), unpacked.read_bytes(), _folder(name))
    return Verdict.THERE if holds else Verdict.DIFFERENT


def _same_beginning(one: Path, other: Path) -> bool:
    """Whether the files are the same as far as the shorter one goes."""
    with one.open("rb") as first, other.open("rb") as second:
        while True:
            left, right = first.read(CHUNK), second.read(CHUNK)
            length = min(len(left), len(right))
            if left[:length] != right[:length]:
                return False
            if not length:
                return True


def _holds(there: bytes, backup: bytes, table: str) -> bool:
    """Whether a segment has every document that the one in the backup has, and as it is there."""
    try:
        kept = documents(there, table)
        return all(kept.get(key) == each for key, each in documents(backup, table).items())
    except BadContent:
        return False


# -- putting in place ----------------------------------------------------------------------


def _place(unpacked: Path, target: Path, verdict: Verdict, member: Member) -> int:
    """Put a file where it belongs; returns how many articles or events came with it."""
    if verdict is Verdict.THERE:
        return 0
    if verdict is Verdict.SHORTER:
        before = _events(target)
        _lengthen(unpacked, target)
        return member.items - before
    make_folder(target.parent)
    try:
        put(unpacked, target)
    except FileExistsError as error:
        raise NotSaved(f"Not saved: {target} has come into being meanwhile") from error
    return member.items


def _events(path: Path) -> int:
    examiner = Examiner(f"journal/{path.name}")
    with path.open("rb") as file:
        while examiner.feed(file.read(CHUNK)):
            pass
    return examiner.end().items


def _lengthen(unpacked: Path, target: Path) -> None:
    """Add to a journal what the backup has more, the way its machine would add it.

    A file put in its place would lose the events of a newstui that has it open.
    """
    with locked(target, WAIT, lambda _: None) as descriptor:
        size = os.fstat(descriptor).st_size
        if not _same_beginning(unpacked, target) or size >= unpacked.stat().st_size:
            raise NotSaved(f"Not saved: {target} has changed meanwhile")
        with unpacked.open("rb") as file:
            file.seek(size)
            extend(descriptor, target, iter(partial(file.read, CHUNK), b""))
