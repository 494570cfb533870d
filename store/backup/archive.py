"""The form of a backup: one zip of the library's files, and a manifest that says what they are.

Everything that is read out of an archive is limited and checked: the manifest names each file
with size and SHA-256, no member is unpacked further than that, and no name leads out of the
library. `store.backup.backup` makes archives, `store.backup.restore` brings them back.
"""

from __future__ import annotations

import contextlib
import os
import stat
import struct
import zlib
from collections.abc import Collection, Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from store.backup.manifest import NAME, Examiner, Manifest, decode
from store.model.errors import BadInput

MANIFEST = "manifest.json"
FOLDERS = ("articles", "texts", "journal")
"""The folders of a library, in the order in which they can be read while others write.

Whoever adds articles writes their events first, then the texts, then the facts. Read the other
way round, every article that is in the backup has its text and its events in it too.
"""
PASSING = (".tmp", ".lock")
CHUNK = 1 << 16
"""Bytes read at once: a step that a key does not have to wait for."""
LARGEST_MANIFEST = 1 << 26
DAMAGE = (
    BadZipFile, EOFError, KeyError, NotImplementedError, OverflowError, RuntimeError, struct.error,
    TypeError, ValueError, zlib.error,
)  # fmt: skip
"""What zipfile raises on an archive that is none, or none any more."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a backup is, in bytes; at its end, what went wrong."""

    done: int
    total: int
    problems: tuple[str, ...] = ()


# -- reading an archive --------------------------------------------------------------------


class Archive:
    """An archive whose manifest and names are in order; its members are checked when read."""

    def __init__(self, path: Path, file: ZipFile) -> None:
        """Check the table of contents.

        Raises:
            BadInput: It is not what a backup has; names archive, member and reason.
        """
        self._path = path
        self._file = file
        names = file.namelist()
        if MANIFEST not in names:
            raise BadInput(f"{path}: not a backup: there is no {MANIFEST} in it")
        with damage(path, MANIFEST):
            if file.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
                raise ValueError("too large")
            self.manifest = decode(file.read(MANIFEST))
        expected = {MANIFEST, *self.manifest.files}
        for info in file.infolist():
            with damage(path, info.orig_filename):
                _check(info, expected)
        if len(set(names)) < len(names):
            raise BadInput(f"{path}: two members have the same name")
        for name in sorted(expected.difference(names)):
            raise BadInput(f"{path}: {name}: is missing")

    def read(self, name: str) -> Iterator[bytes]:
        """The contents of a member, piece by piece.

        Raises:
            BadInput: It is not, byte for byte, what the manifest says; names archive, member and
                reason. Only after the last piece it is known that all of them were right.
        """
        expected, examiner = self.manifest.files[name], Examiner(name)
        size = 0
        with contextlib.ExitStack() as stack:
            with damage(self._path, name):
                stream = stack.enter_context(self._file.open(name))
            while True:
                with damage(self._path, name):
                    chunk = examiner.feed(stream.read(CHUNK))
                    size += len(chunk)
                    if size > expected.size:
                        raise ValueError("larger than the manifest says")
                if not chunk:
                    break
                yield chunk
        with damage(self._path, name):
            if examiner.end() != expected:
                raise ValueError("not what the manifest says")


def _check(info: ZipInfo, expected: Collection[str]) -> None:
    if info.filename != info.orig_filename or (
        info.filename != MANIFEST and not NAME.match(info.filename)
    ):
        raise ValueError("no file of a library has such a name")
    if info.filename not in expected:
        raise ValueError("the manifest does not name it")
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        raise ValueError("not a plain file")
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise ValueError("compressed in another way than backups are")


@contextlib.contextmanager
def damage(path: Path, member: str) -> Iterator[None]:
    """Turn whatever zipfile raises on a damaged archive into one line."""
    try:
        yield
    except OSError as error:
        raise BadInput(f"{path}: {member}: cannot be read: {error.strerror or error}") from error
    except DAMAGE as error:
        reason = str(error) if isinstance(error, ValueError) else "is damaged"
        raise BadInput(f"{path}: {member}: {reason}") from error


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """An archive for reading.

    Raises:
        BadInput: There is none, or its table of contents is not that of a backup.
    """
    try:
        file = ZipFile(path)
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror or error}") from error
    except DAMAGE as error:
        raise BadInput(f"{path}: not a backup, or cut off") from error
    with file:
        yield Archive(path, file)


def verify(path: Path, done: int = 0) -> Generator[Progress, None, Manifest]:
    """Read an archive from its first to its last byte, in steps.

    Raises:
        BadInput: Something in it is not what the manifest says.
    """
    with opened(path) as archive:
        total = done + archive.manifest.total
        for name in archive.manifest.files:
            for chunk in archive.read(name):
                done += len(chunk)
                yield Progress(done, total)
        return archive.manifest


# -- names and places ----------------------------------------------------------------------


def survey(library: Path, folders: Iterable[str] = (*FOLDERS, "")) -> dict[str, os.stat_result]:
    """The files of a library that belong into a backup, by name, as they are at the moment.

    Hidden, temporary and lock files do not. What a sync keeps beside a conflict does, and what
    was moved aside because it is damaged.
    """
    found = {}
    for folder in folders:
        for entry in _entries(library / folder):
            name = f"{folder}/{entry.name}" if folder else entry.name
            if NAME.match(name) and not name.endswith(PASSING):
                with contextlib.suppress(FileNotFoundError):
                    if stat.S_ISREG((status := entry.stat()).st_mode):
                        found[name] = status
    return found


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except FileNotFoundError:
        return []
