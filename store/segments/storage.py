"""The TinyDB storage of the library: a file is replaced whole and durably, never written in place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from tinydb.storages import Storage

from store.model.errors import LibraryDamaged, SaveFailed
from store.segments.strict_json import BadContent, Tables, parse_tables
from store.system.files import write_atomically

SEGMENT_FORMAT = 1


class JsonStorage(Storage):
    """A TinyDB storage that replaces its file whole and durably, in UTF-8."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Tables | None:
        """The tables of the file; None where there is no file yet.

        Raises:
            BadContent: The file is not a JSON object of tables; names file and place.
            LibraryDamaged: It cannot be read.
        """
        data = read_contents(self.path)
        try:
            return None if data is None else parse_tables(data)
        except BadContent as error:
            raise BadContent(f"{self.path}: {error}") from error

    def write(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        """Replace the file.

        Raises:
            NotSaved: The disk refused, or a value is not JSON; the file is as it was.
        """
        try:
            encoded = orjson.dumps(data, option=orjson.OPT_APPEND_NEWLINE)
        except orjson.JSONEncodeError as error:
            raise SaveFailed(f"Not saved: {error} ({self.path})") from error
        write_atomically(self.path, encoded)


def read_contents(path: Path) -> bytes | None:
    """What is in the file; None where there is none.

    Raises:
        LibraryDamaged: It cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LibraryDamaged(f"{path}: cannot be read: {error.strerror}") from error


class VersionedStorage(JsonStorage):
    """A storage whose file says which format it has, from its first write on."""

    def write(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        """Replace the file."""
        super().write({"_meta": {"1": {"format": SEGMENT_FORMAT}}, **data})
