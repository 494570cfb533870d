"""The manifest of a backup: size, checksum and number of items of each file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeGuard

import orjson

from store.journal.events import decode_line, newer_format_message
from store.journal.journal_file import MACHINE_NAME_PATTERN
from store.segments.segments import SEGMENT_NAME_PATTERN
from store.segments.storage import BadContent, parse_tables

MANIFEST_FORMAT = 1
MEMBER_NAME_PATTERN = re.compile(
    r"(?:(?:articles|texts|journal)/\w[\w .,()'+~@=-]{0,199}|feeds\.opml)\Z"
)
"""The only names that a member may have: no hidden files, and no paths that lead elsewhere."""
SHA256_PATTERN = re.compile(r"[0-9a-f]{64}\Z")
MAX_PARSED_SIZE = 1 << 28
"""Bytes of the largest file that is parsed as a whole; a segment has some millions."""
MAX_BACKUP_SIZE = 1 << 36
"""Bytes of all files together: 64 GB, far more than any library has."""


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
            return len(parse_documents(bytes(self._data), self._table)), ""
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


def parse_documents(data: bytes, table: str) -> dict[str, Any]:
    """Return the documents of one table of a TinyDB file.

    Raises:
        BadContent: It is no such file.
    """
    return parse_tables(data).get(table, {})
