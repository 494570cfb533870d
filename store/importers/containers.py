"""Containers of records: JSON of any size, JSON Lines, CSV, and ZIP files with JSON in them."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import orjson

from store.model.article import Rejection
from store.text.clean import clean_line

if TYPE_CHECKING:
    import zipfile


RECORD_LIST_KEYS = ("articles", "items", "results", "entries", "bookmarks", "collections")
"""Names under which an object holds its records."""

RECORD_LIST_START = re.compile(rb'"(%s)"\s*:\s*\[' % "|".join(RECORD_LIST_KEYS).encode())

MAX_CSV_HEADER_CHARS = 5_000

MAX_LINE_BYTES = 64 * 1024 * 1024

MAX_FIELD_SIZE = 64 * 1024 * 1024
"""Characters of a CSV field, or bytes of a file in a ZIP; more than that is a bomb."""


class ImportItem(NamedTuple):
    """The fields of one article and their location, as the user can find it."""

    location: str
    fields: Mapping[str, Any]


class _PrefixedStream(io.RawIOBase):
    """A stream whose beginning was read already."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = len(buffer)
        data = self._head[:size] or self._rest.read(size)
        self._head = self._head[size:]
        buffer[: len(data)] = data
        return len(data)


def _join_stream(head: bytes, rest: BinaryIO) -> io.BufferedReader:
    return io.BufferedReader(_PrefixedStream(head, rest))


def open_text(head: bytes, rest: BinaryIO, errors: str) -> io.TextIOWrapper:
    """Return a stream whose beginning was read already as UTF-8 text with its own line ends."""
    return io.TextIOWrapper(_join_stream(head, rest), "utf-8-sig", errors, newline="")


def extract_records(value: Any) -> list[Any]:
    """Return the records of a JSON document: a list, an object that holds one, or one record."""
    if isinstance(value, dict):
        for name in RECORD_LIST_KEYS:
            if isinstance(value.get(name), list):
                return [record for each in value[name] for record in _expand_links(each)]
    return value if isinstance(value, list) else [value]


def _expand_links(value: Any) -> Iterator[Any]:
    """Yield the links of a collection, each with its name; any other value is a record itself."""
    if isinstance(value, dict) and isinstance(value.get("links"), list):
        for link in value["links"]:
            yield {**link, "collection": value.get("name")} if isinstance(link, dict) else link
    else:
        yield value


def describe_type(value: object) -> str:
    """Return the type of a value for the user: `a list`, `a number`."""
    if isinstance(value, bool):
        return "yes or no"
    names = ((str, "text"), (int | float, "a number"), (Mapping, "an object"), (list, "a list"))
    return next((name for kind, name in names if isinstance(value, kind)), "something else")


def make_item(location: str, value: Any) -> ImportItem | Rejection:
    """Return a record as an item, unless it is not an object."""
    if isinstance(value, dict):
        return ImportItem(location, value)
    return Rejection(location, f"expected an article (a JSON object), found {describe_type(value)}")


def read_json_items(name: str, data: bytes) -> Iterator[ImportItem | Rejection]:
    """Yield the items of a JSON document."""
    try:
        value = parse_json(data.removeprefix(codecs.BOM_UTF8))
    except ValueError as error:
        yield Rejection(name, str(error))
        return
    records = extract_records(value)
    is_single = records == [value]
    for number, record in enumerate(records, start=1):
        yield make_item(name if is_single else f"{name}: article {number}", record)


def read_json_lines(name: str, head: bytes, rest: BinaryIO) -> Iterator[ImportItem | Rejection]:
    """Yield the items of JSON Lines as they come."""
    for number, line in enumerate(_iter_lines(head, rest), start=1):
        location = f"{name}: line {number}"
        if line is None:
            yield Rejection(location, "the line is too long")
            continue
        line = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        if line.isspace() or not line:
            continue
        try:
            value = parse_json(line)
        except ValueError as error:
            yield Rejection(location, str(error))
        else:
            yield from (make_item(location, record) for record in extract_records(value))


def _iter_lines(head: bytes, rest: BinaryIO) -> Iterator[bytes | None]:
    """Yield the lines of a stream whose beginning was read already; None for one that is too long."""
    *complete, start = head.split(b"\n")
    yield from complete
    line = start + rest.readline(MAX_LINE_BYTES)
    while line:
        is_cut = len(line) >= MAX_LINE_BYTES and not line.endswith(b"\n")
        yield None if is_cut else line
        while is_cut and (line := rest.readline(MAX_LINE_BYTES)):
            is_cut = not line.endswith(b"\n")
        line = rest.readline(MAX_LINE_BYTES)


def parse_json(data: bytes) -> Any:
    """Parse JSON as tolerantly as is safe: lone surrogates, NaN and infinity are accepted.

    Raises:
        ValueError: It is not JSON; the text says at which place.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        strict = error
    try:
        # orjson rejects some values although the rest of the article is fine.
        return json.loads(data.decode("utf-8"), parse_constant=lambda _: None)
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 at byte {error.start}") from None
    except (ValueError, RecursionError):
        place = f"column {strict.colno}" if strict.lineno == 1 else f"line {strict.lineno}"
        raise ValueError(f"not JSON: {strict.msg} ({place})") from None


def stream_json_items(name: str, head: bytes, rest: BinaryIO) -> Iterator[ImportItem | Rejection]:
    """Yield the items of a JSON document that is too large to be read whole."""
    import ijson  # imported here: few imports need it

    list_start = RECORD_LIST_START.search(head)
    if head.lstrip()[:1] == b"[":
        prefix = "item"
    else:
        prefix = f"{list_start[1].decode()}.item" if list_start else ""
    number = 0
    try:
        for value in ijson.items(_join_stream(head, rest), prefix, use_float=True):
            for record in _expand_links(value):
                number += 1
                yield make_item(f"{name}: article {number}", record)
    except ijson.JSONError as error:
        reason = clean_line(str(error), limit=120)
        yield Rejection(name, f"not JSON after article {number}: {reason}")


def parse_csv_header(text: str) -> list[str]:
    """Return the names in the first line of a text that may be CSV."""
    line = text.split("\n", 1)[0].rstrip("\r")
    return _parse_csv_line(line) if len(line) < MAX_CSV_HEADER_CHARS else []


def _parse_csv_line(line: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=_guess_delimiter(line)), [])
    except csv.Error:  # a line break inside
        return []


def _guess_delimiter(line: str) -> str:
    return max(",;\t", key=line.count)


def read_csv_items(name: str, head: bytes, rest: BinaryIO) -> Iterator[ImportItem | Rejection]:
    """Yield the items of a CSV file whose first line names the fields; cells are kept as they are."""
    csv.field_size_limit(MAX_FIELD_SIZE)  # global to the module; the default is too small
    text = open_text(head, rest, "surrogateescape")
    first = text.readline()
    names = _parse_csv_line(first.rstrip("\r\n"))
    rows = csv.DictReader(text, names, delimiter=_guess_delimiter(first))
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield Rejection(f"{name}: line {rows.line_num + 1}", f"not CSV: {error}")
            return
        if row is None:
            return
        cells = {key: value for key, value in row.items() if isinstance(key, str) and value}
        if cells:
            yield ImportItem(f"{name}: line {rows.line_num + 1}", dict.fromkeys(names, "") | cells)


def read_zip_items(name: str, archive: BinaryIO) -> Iterator[ImportItem | Rejection]:
    """Yield the items of the JSON files in a seekable ZIP, with the pages that belong to them."""
    import zipfile  # imported here: few imports need it

    try:
        with zipfile.ZipFile(archive) as opened:
            members = {each.filename: each for each in opened.infolist()}
            for path in sorted(each for each in members if each.lower().endswith(".json")):
                location = f"{name}: {clean_line(path)}"
                data = _read_member(opened, members[path])
                if data is None:
                    yield Rejection(location, "too large")
                    continue
                for item in read_json_items(location, data):
                    if isinstance(item, ImportItem):
                        yield _attach_content(opened, members, item)
                    else:
                        yield item
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        yield Rejection(name, f"not a readable ZIP: {clean_line(str(error))}")


def _attach_content(
    archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], item: ImportItem
) -> ImportItem:
    """Return the item with its text and highlights, which are in files of their own."""
    slug = item.fields.get("slug")
    paths = {"html": f"content/{slug}.html", "highlights": f"highlights/{slug}.md"}
    found = {
        field: data.decode("utf-8", "replace")
        for field, path in paths.items()
        if path in members and (data := _read_member(archive, members[path]))
    }
    return ImportItem(item.location, {**item.fields, **found}) if found else item


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes | None:
    """Return the bytes of one file of a ZIP; None if it is larger than any export has."""
    with archive.open(member) as stream:
        data = stream.read(MAX_FIELD_SIZE + 1)
    return data if len(data) <= MAX_FIELD_SIZE else None
