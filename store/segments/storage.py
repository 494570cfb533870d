"""TinyDB files: read strictly, replaced as a whole and durably, never written in place."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from tinydb.storages import Storage

from store.model.errors import LibraryDamaged, SaveFailed
from store.system.files import read_regular, write_atomically
from store.text.clean import clean_line

SEGMENT_FORMAT = 1

Tables = dict[str, dict[str, Any]]

DOCUMENT_ID_PATTERN = re.compile(r"(?:0|[1-9]\d{0,8})\Z", re.ASCII)
"""A document id as TinyDB writes it."""


class JsonStorage(Storage):
    """A TinyDB storage that replaces its file as a whole and durably, in UTF-8."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Tables | None:
        """Return the tables of the file, or None if there is no file yet.

        Raises:
            BadContent: The file is not a JSON object of tables.
            LibraryDamaged: The file cannot be read.
        """
        data = read_contents(self.path)
        try:
            return None if data is None else parse_tables(data)
        except BadContent as error:
            raise BadContent(error.reason, file=self.path) from error

    def write(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        """Replace the file.

        Raises:
            SaveFailed: The disk refused, or a value is not JSON; the file is as it was.
        """
        try:
            encoded = orjson.dumps(data, option=orjson.OPT_APPEND_NEWLINE)
        except orjson.JSONEncodeError as error:
            raise SaveFailed(str(error), self.path) from error
        write_atomically(self.path, encoded)


def read_contents(path: Path) -> bytes | None:
    """Return the contents of a file, or None if there is none.

    Raises:
        LibraryDamaged: The file cannot be read.
    """
    try:
        return read_regular(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LibraryDamaged(f"cannot be read: {error.strerror}", file=path) from error


class VersionedStorage(JsonStorage):
    """A storage whose file states its format from the first write on."""

    def write(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        """Replace the file."""
        super().write({"_meta": {"1": {"format": SEGMENT_FORMAT}}, **data})


# -- strict reading ------------------------------------------------------------------------


class BadContent(LibraryDamaged):
    """The bytes are not tables of documents; `reason` says where they go wrong."""


def parse_tables(data: bytes, *, thorough: bool = False) -> Tables:
    """Return the tables of a TinyDB file that is one in every respect.

    Args:
        data: The whole file: JSON in UTF-8, with or without a byte order mark.
        thorough: Also refuse duplicate keys. That takes four times as long, and like TinyDB a
            reader takes the last of two; only a writer, which would lose the first, has to know.

    Raises:
        BadContent: It is no such file.
    """
    body = data.removeprefix(codecs.BOM_UTF8)
    try:
        tables = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadContent(_describe_error(data, error)) from error
    _check_shape(tables)
    if thorough:
        _check_unique_keys(body)
    return dict(tables)


def _describe_error(data: bytes, error: orjson.JSONDecodeError) -> str:
    if not data.removeprefix(codecs.BOM_UTF8).strip():
        return "the file is empty"
    if not data.strip(b"\0"):
        return "filled with NUL bytes"
    try:
        text = data.decode()
    except UnicodeDecodeError as wrong:
        return f"not UTF-8 at byte {wrong.start}"
    if data.endswith(b"\0"):
        return f"NUL bytes after byte {len(data.rstrip(bytes(1)))}"
    # The parser counts characters, and was given no byte order mark.
    mark = text.startswith("\ufeff")
    good = text[mark : mark + error.pos]
    if "limit" in error.msg:
        return "nested too deep"
    if mark + error.pos >= len(text):
        return f"truncated after byte {len(data)}"
    if _is_json(good):
        return f"trailing garbage after byte {len(data) - len(text[mark + error.pos :].encode())}"
    return f"not JSON at line {error.lineno}, column {error.colno}"


def _is_json(text: str) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _check_shape(tables: object) -> None:
    if not isinstance(tables, dict):
        raise BadContent(f"expected tables, found {_kind_name(tables)}")
    if not tables:
        raise BadContent("no table in it")
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise BadContent(f"table {_quoted(name)} is {_kind_name(table)}")
        for number, document in table.items():
            if not DOCUMENT_ID_PATTERN.match(number):
                raise BadContent(f"table {_quoted(name)}: invalid document id {_quoted(number)}")
            if not isinstance(document, dict):
                raise BadContent(
                    f"table {_quoted(name)}: document {number} is {_kind_name(document)}"
                )


def _kind_name(value: object) -> str:
    if value is None:
        return "null"
    return {list: "a list", str: "a string", bool: "a boolean"}.get(type(value), "a number")


def _quoted(text: str) -> str:
    return f"“{clean_line(text, 40)}”"


def _check_unique_keys(body: bytes) -> None:
    def collect(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        pairs_seen: dict[str, Any] = {}
        for key, value in pairs:
            if key in pairs_seen:
                raise BadContent(f"duplicate key {_quoted(key)}")
            pairs_seen[key] = value
        return pairs_seen

    try:
        json.loads(body, object_pairs_hook=collect)
    except RecursionError as error:
        raise BadContent("nested too deep") from error
