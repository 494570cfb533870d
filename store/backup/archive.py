"""The format of a backup: a zip file of the library's files and a manifest that describes them.

Everything read from an archive is bounded and checked: the manifest names each file with its size
and SHA-256, no member is unpacked beyond that size, and no name leads out of the library.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeGuard
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import orjson

from store.journal.events import decode_line, newer_format_message
from store.journal.journal_file import MACHINE_NAME_PATTERN
from store.model.errors import InvalidInput, describe_system_error
from store.segments.segments import SEGMENT_NAME_PATTERN
from store.segments.storage import BadContent, parse_tables
from store.system.files import open_regular
from store.system.zip_errors import ZIP_ERRORS

MANIFEST_NAME = "manifest.json"
MANIFEST_FORMAT = 1
MEMBER_NAME_PATTERN = re.compile(
    r"(?:(?:articles|texts|journal)/\w[\w .,()'+~@=-]{0,199}|feeds\.opml|searches\.toml)\Z"
)
"""The only names that a member may have: no hidden files, and no paths that lead elsewhere."""
SHA256_PATTERN = re.compile(r"[0-9a-f]{64}\Z")
MAX_PARSED_SIZE = 1 << 28
"""Bytes of the largest file that is parsed as a whole; a segment has some millions."""
MAX_BACKUP_SIZE = 1 << 36
"""Bytes of all files together: 64 GB, far more than any library has."""
LIBRARY_FOLDERS = ("articles", "texts", "journal")
"""The folders of a library, in an order in which they can be read while others write.

A writer that adds articles writes their events first, then the texts, then the facts. Read the
other way round, every article in the backup has its text and its events there too."""
TEMPORARY_SUFFIXES = (".tmp", ".lock")
ARCHIVE_CHUNK_SIZE = 1 << 16
"""Bytes read at once: a step that no key press has to wait for."""
MAX_MANIFEST_SIZE = 1 << 26


@dataclass(frozen=True, slots=True)
class BackupProgress:
    """Progress in bytes, with the problems in the last step."""

    done: int
    total: int
    problems: tuple[str, ...] = ()


# -- the manifest --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ArchiveMember:
    """One file of a library in an archive."""

    size: int
    sha256: str
    items: int
    """Articles, texts or events in it; 0 for a file that is not parsed."""
    problem: str = field(default="", compare=False)
    """The problem of the file itself, which is backed up all the same."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The manifest of an archive."""

    version: str
    """The version of newstui that made it."""
    created: str
    signature: str
    """Signature of names, sizes and times of the files it was made from."""
    files: Mapping[str, ArchiveMember]

    @property
    def total(self) -> int:
        """Bytes of all files."""
        return sum(member.size for member in self.files.values())

    def count(self, folder: str) -> int:
        """Return the number of articles, texts or events in the files of a folder."""
        return sum(m.items for name, m in self.files.items() if name.startswith(f"{folder}/"))

    def encode(self) -> bytes:
        """Return the manifest as it is in the archive."""
        files = {name: asdict(member) for name, member in self.files.items()}
        for fields in files.values():
            del fields["problem"]
        fields = {
            "format": MANIFEST_FORMAT,
            "newstui": self.version,
            "created": self.created,
            "signature": self.signature,
            "files": files,
        }
        return orjson.dumps(fields, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def decode_manifest(data: bytes) -> Manifest:
    """Return the manifest of an archive, with every value checked.

    Raises:
        ValueError: It is invalid, or of an unknown version.
    """
    fields: Any = orjson.loads(data)
    if not isinstance(fields, dict) or not isinstance(fields.get("files"), dict):
        raise ValueError("not a manifest")  # noqa: TRY004 - one kind of error for a bad manifest
    version = fields.get("format")
    if not isinstance(version, int) or version < 1:
        raise ValueError("not a manifest")
    if version > MANIFEST_FORMAT:
        raise ValueError(newer_format_message(version))
    files = {name: _decode_member(name, each) for name, each in fields["files"].items()}
    newstui, created, signature = (
        str(fields.get(n, "")) for n in ("newstui", "created", "signature")
    )
    manifest = Manifest(newstui, created, signature, files)
    if manifest.total > MAX_BACKUP_SIZE:
        raise ValueError(f"the files are too large ({manifest.total:,} bytes)")
    return manifest


def _decode_member(name: str, fields: Any) -> ArchiveMember:
    if not MEMBER_NAME_PATTERN.match(name):
        raise ValueError(f"{name!r} is not a library file")
    if not isinstance(fields, dict):
        raise ValueError(f"{name}: not an object")  # noqa: TRY004 - see above
    size, digest, items = fields.get("size"), fields.get("sha256"), fields.get("items")
    if not _is_count(size) or not _is_count(items) or not SHA256_PATTERN.match(str(digest)):
        raise ValueError(f"{name}: no size, checksum and count")
    return ArchiveMember(size, str(digest), items)


def _is_count(value: Any) -> TypeGuard[int]:
    return type(value) is int and value >= 0


# -- what a file holds ---------------------------------------------------------------------


class MemberScanner:
    """Computes size, checksum and number of items of a file as its bytes pass."""

    def __init__(self, name: str) -> None:
        self._sum = sha256()
        self._size = 0
        self._contents = _contents_for(name)

    def feed(self, chunk: bytes) -> bytes:
        """Take the next bytes, and return them."""
        self._sum.update(chunk)
        self._size += len(chunk)
        self._contents.feed(chunk)
        return chunk

    def finish(self) -> ArchiveMember:
        """Return what the file is, once all of it has been fed."""
        items, problem = self._contents.finish()
        return ArchiveMember(self._size, self._sum.hexdigest(), items, problem)


class _OpaqueContents:
    """A file that is not parsed: a sync-conflict copy, or the subscriptions."""

    def feed(self, chunk: bytes) -> None:
        pass

    def finish(self) -> tuple[int, str]:
        return 0, ""


class _TableContents(_OpaqueContents):
    """A TinyDB file: counts the documents of one table."""

    def __init__(self, table: str) -> None:
        self._table = table
        self._data = bytearray()
        self._too_large = False

    def feed(self, chunk: bytes) -> None:
        self._too_large |= len(self._data) + len(chunk) > MAX_PARSED_SIZE
        if not self._too_large:
            self._data += chunk

    def finish(self) -> tuple[int, str]:
        if self._too_large:
            return 0, "too large to be checked"
        try:
            return len(parse_tables(bytes(self._data)).get(self._table, {})), ""
        except BadContent as error:
            return 0, str(error)


class _JournalContents(_OpaqueContents):
    """A journal: counts the complete lines; torn ones are normal in a journal."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._good = self._bad = 0

    def feed(self, chunk: bytes) -> None:
        head, newline, tail = chunk.rpartition(b"\n")
        if newline:
            for line in (self._rest + head).split(b"\n"):
                self._count(bytes(line) + b"\n")
            self._rest.clear()
        self._rest += tail
        if len(self._rest) > MAX_PARSED_SIZE:
            self._rest.clear()
            self._bad += 1

    def _count(self, line: bytes) -> None:
        try:
            self._good += "event" in decode_line(line)
        except ValueError:
            self._bad += 1

    def finish(self) -> tuple[int, str]:
        self._bad += bool(self._rest)
        nothing = self._bad and not self._good
        return self._good, "no line can be read" if nothing else ""


def is_journal(name: str) -> bool:
    """Return True if the file is a machine's journal, to which lines are only ever appended."""
    path = Path(name)
    is_own = path.suffix == ".jsonl" and bool(MACHINE_NAME_PATTERN.match(path.stem))
    return is_own and path.parent.name == "journal"


def is_segment(name: str) -> bool:
    """Return True if the file is one of the two of a segment."""
    path = Path(name)
    is_own = path.suffix == ".json" and bool(SEGMENT_NAME_PATTERN.match(path.stem))
    return is_own and path.parent.name in {"articles", "texts"}


def _contents_for(name: str) -> _OpaqueContents:
    if is_segment(name):
        return _TableContents(name.partition("/")[0])
    return _JournalContents() if is_journal(name) else _OpaqueContents()


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
        reason = f"cannot be read: {describe_system_error(error)}"
        raise InvalidInput(reason, file=path, item=member) from error
    except ZIP_ERRORS as error:
        reason = str(error) if isinstance(error, ValueError) else "is damaged"
        raise InvalidInput(reason, file=path, item=member) from error


@contextlib.contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open an archive for reading.

    Raises:
        InvalidInput: There is none, or its table of contents is not that of a backup.
    """
    with contextlib.ExitStack() as stack:
        try:
            stream = stack.enter_context(open_regular(path))
            file = stack.enter_context(ZipFile(stream))
        except OSError as error:
            raise InvalidInput(
                f"cannot be read: {describe_system_error(error)}", file=path
            ) from error
        except ZIP_ERRORS as error:
            reason = "not a backup, or truncated"
            if isinstance(error.__context__, OSError):  # zipfile takes it for no archive
                reason = f"cannot be read: {describe_system_error(error.__context__)}"
            raise InvalidInput(reason, file=path) from error
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
