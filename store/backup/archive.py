"""The format of a backup: a zip file of the library's files and a manifest that describes them.

Everything read from an archive is bounded and checked: the manifest names each file with its size
and SHA-256, no member is unpacked beyond that size, and no name leads out of the library.
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

from store.backup.manifest import MEMBER_NAME_PATTERN, Manifest, MemberScanner, decode_manifest
from store.model.errors import InvalidInput

MANIFEST_NAME = "manifest.json"
LIBRARY_FOLDERS = ("articles", "texts", "journal")
"""The folders of a library, in an order in which they can be read while others write.

A writer that adds articles writes their events first, then the texts, then the facts. Read the
other way round, every article in the backup has its text and its events there too."""
TEMPORARY_SUFFIXES = (".tmp", ".lock")
ARCHIVE_CHUNK_SIZE = 1 << 16
"""Bytes read at once: a step that no key press has to wait for."""
MAX_MANIFEST_SIZE = 1 << 26
ZIP_ERRORS = (
    BadZipFile, EOFError, KeyError, NotImplementedError, OverflowError, RuntimeError, struct.error,
    TypeError, ValueError, zlib.error,
)  # fmt: skip
"""The exceptions that zipfile raises for a file that is no archive, or a damaged one."""


@dataclass(frozen=True, slots=True)
class BackupProgress:
    """Progress in bytes, with the problems in the last step."""

    done: int
    total: int
    problems: tuple[str, ...] = ()


# -- reading an archive --------------------------------------------------------------------


class Archive:
    """An archive whose manifest and names are valid; its members are checked as they are read."""

    def __init__(self, path: Path, file: ZipFile) -> None:
        """Check the table of contents.

        Raises:
            InvalidInput: It is not that of a backup; names archive, member and reason.
        """
        self._path = path
        self._file = file
        names = file.namelist()
        if MANIFEST_NAME not in names:
            raise InvalidInput(f"not a backup: it has no {MANIFEST_NAME}", file=path)
        with convert_zip_errors(path, MANIFEST_NAME):
            if file.getinfo(MANIFEST_NAME).file_size > MAX_MANIFEST_SIZE:
                raise ValueError("too large")
            self.manifest = decode_manifest(file.read(MANIFEST_NAME))
        expected = {MANIFEST_NAME, *self.manifest.files}
        for info in file.infolist():
            with convert_zip_errors(path, info.orig_filename):
                _check_member(info, expected)
        if len(set(names)) < len(names):
            raise InvalidInput("two members have the same name", file=path)
        for name in sorted(expected.difference(names)):
            raise InvalidInput("is missing", file=path, item=name)

    def read_member(self, name: str) -> Iterator[bytes]:
        """Yield the contents of a member, chunk by chunk.

        Raises:
            InvalidInput: It is not, byte for byte, what the manifest says; names archive, member
                and reason. Only after the last chunk is it certain that all of them were right.
        """
        expected, scanner = self.manifest.files[name], MemberScanner(name)
        size = 0
        with contextlib.ExitStack() as stack:
            with convert_zip_errors(self._path, name):
                stream = stack.enter_context(self._file.open(name))
            while True:
                with convert_zip_errors(self._path, name):
                    chunk = scanner.feed(stream.read(ARCHIVE_CHUNK_SIZE))
                    size += len(chunk)
                    if size > expected.size:
                        raise ValueError("larger than the manifest says")
                if not chunk:
                    break
                yield chunk
        with convert_zip_errors(self._path, name):
            if scanner.finish() != expected:
                raise ValueError("not what the manifest says")


def _check_member(info: ZipInfo, expected: Collection[str]) -> None:
    if info.filename != info.orig_filename or (
        info.filename != MANIFEST_NAME and not MEMBER_NAME_PATTERN.match(info.filename)
    ):
        raise ValueError("not the name of a library file")
    if info.filename not in expected:
        raise ValueError("not in the manifest")
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        raise ValueError("not a regular file")
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise ValueError("unsupported compression method")


@contextlib.contextmanager
def convert_zip_errors(path: Path, member: str) -> Iterator[None]:
    """Turn whatever zipfile raises for a damaged archive into one error."""
    try:
        yield
    except OSError as error:
        raise InvalidInput(
            f"cannot be read: {error.strerror or error}", file=path, item=member
        ) from error
    except ZIP_ERRORS as error:
        reason = str(error) if isinstance(error, ValueError) else "is damaged"
        raise InvalidInput(reason, file=path, item=member) from error


@contextlib.contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open an archive for reading.

    Raises:
        InvalidInput: There is none, or its table of contents is not that of a backup.
    """
    try:
        file = ZipFile(path)
    except OSError as error:
        raise InvalidInput(f"cannot be read: {error.strerror or error}", file=path) from error
    except ZIP_ERRORS as error:
        raise InvalidInput("not a backup, or truncated", file=path) from error
    with file:
        yield Archive(path, file)


def verify_archive(path: Path, done: int = 0) -> Generator[BackupProgress, None, Manifest]:
    """Read an archive from the first to the last byte, in steps.

    Raises:
        InvalidInput: A member is not what the manifest says.
    """
    with open_archive(path) as archive:
        total = done + archive.manifest.total
        for name in archive.manifest.files:
            for chunk in archive.read_member(name):
                done += len(chunk)
                yield BackupProgress(done, total)
        return archive.manifest


# -- names and places ----------------------------------------------------------------------


def list_library_files(
    library: Path, folders: Iterable[str] = (*LIBRARY_FOLDERS, "")
) -> dict[str, os.stat_result]:
    """Return the files of a library that belong in a backup, by name, with their status.

    Hidden, temporary and lock files do not belong. Sync-conflict copies and damaged files that were
    kept do.
    """
    found = {}
    for folder in folders:
        for entry in _scan_folder(library / folder):
            name = f"{folder}/{entry.name}" if folder else entry.name
            if MEMBER_NAME_PATTERN.match(name) and not name.endswith(TEMPORARY_SUFFIXES):
                with contextlib.suppress(FileNotFoundError):
                    if stat.S_ISREG((status := entry.stat()).st_mode):
                        found[name] = status
    return found


def _scan_folder(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except FileNotFoundError:
        return []
