"""The TinyDB files of the library: read strictly, replaced whole and durably, never written in place."""

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
from store.system.files import write_atomically
from store.text.clean import clean_line

SEGMENT_FORMAT = 1

Tables = dict[str, dict[str, Any]]

DOCUMENT_ID_PATTERN = re.compile(r"(?:0|[1-9]\d{0,8})\Z", re.ASCII)
"""A document id as TinyDB writes it."""


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
            raise BadContent(error.reason, file=self.path) from error

    def write(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        """Replace the file.

        Raises:
            NotSaved: The disk refused, or a value is not JSON; the file is as it was.
        """
        try:
            encoded = orjson.dumps(data, option=orjson.OPT_APPEND_NEWLINE)
        except orjson.JSONEncodeError as error:
            raise SaveFailed(str(error), self.path) from error
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
        raise LibraryDamaged(f"cannot be read: {error.strerror}", file=path) from error


class VersionedStorage(JsonStorage):
    """A storage whose file says which format it has, from its first write on."""

    def write(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        """Replace the file."""
        super().write({"_meta": {"1": {"format": SEGMENT_FORMAT}}, **data})


# -- strict reading ------------------------------------------------------------------------


class BadContent(LibraryDamaged):
    """The bytes are not tables of documents; the text is the reason, without the file's name."""


def parse_tables(data: bytes, *, thorough: bool = False) -> Tables:
    """The tables of a TinyDB file, if it is one in every respect.

    Args:
        data: The whole file: JSON in UTF-8, with or without a byte order mark.
        thorough: Refuse keys that stand twice as well. That takes four times as long, and reading
            takes the last of two as TinyDB does, so it is for who will write the file: only
            writing loses the other one.

    Raises:
        BadContent: It is none; says what is wrong and at which place.
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
    # The parser counts characters, and has not seen the byte order mark.
    mark = text.startswith("\ufeff")
    good = text[mark : mark + error.pos]
    if "limit" in error.msg:
        return "nested too deep"
    if mark + error.pos >= len(text):
        return f"cut off after byte {len(data)}"
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
        raise BadContent(f"{_kind_name(tables)} where the tables should be")
    if not tables:
        raise BadContent("there is no table in it")
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise BadContent(f"table {_quoted(name)} is {_kind_name(table)}")
        for number, document in table.items():
            if not DOCUMENT_ID_PATTERN.match(number):
                raise BadContent(f"table {_quoted(name)}: {_quoted(number)} is no document id")
            if not isinstance(document, dict):
                raise BadContent(
                    f"table {_quoted(name)}: document {number} is {_kind_name(document)}"
                )


def _kind_name(value: object) -> str:
    if value is None:
        return "null"
    return {list: "a list", str: "a text", bool: "true or false"}.get(type(value), "a number")


def _quoted(text: str) -> str:
    return f"“{clean_line(text, 40)}”"


def _check_unique_keys(body: bytes) -> None:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                raise BadContent(f"the key {_quoted(key)} stands twice")
            found[key] = value
        return found

    try:
        json.loads(body, object_pairs_hook=once)
    except RecursionError as error:
        raise BadContent("nested too deep") from error
