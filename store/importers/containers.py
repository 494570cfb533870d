"""The records inside the containers that exports come in: JSON of any size, CSV, ZIP."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from store.importers.coerce import describe_type
from store.model.article import Rejection
from store.text.clean import clean_line

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterable

RECORD_LIST_KEYS = ("articles", "items", "results", "entries", "bookmarks", "collections")
"""Under which names an object holds its records."""

RECORD_LIST_START = re.compile(rb'"(%s)"\s*:\s*\[' % "|".join(RECORD_LIST_KEYS).encode())

MAX_CSV_HEADER_CHARS = 5_000
"""Characters of the line that names the fields."""

MAX_FIELD_SIZE = 64 * 1024 * 1024
"""Characters of one field of CSV, bytes of one file in a ZIP: a bomb ends there."""


class ImportItem(NamedTuple):
    """The fields of one article and where they stand."""

    location: str
    fields: Mapping[str, Any]


def extract_records(value: Any) -> list[Any]:
    """The records of a JSON document: a list, an object that holds one, or one record alone."""
    if isinstance(value, dict):
        for name in RECORD_LIST_KEYS:
            if isinstance(value.get(name), list):
                return [record for each in value[name] for record in _expand_links(each)]
    return value if isinstance(value, list) else [value]


def _expand_links(value: Any) -> Iterator[Any]:
    """The links of a collection, each with its name; every other value is a record itself."""
    if isinstance(value, dict) and isinstance(value.get("links"), list):
        for link in value["links"]:
            yield {**link, "collection": value.get("name")} if isinstance(link, dict) else link
    else:
        yield value


def make_item(where: str, value: Any) -> ImportItem | Rejection:
    """A record as an item, if it is an object at all."""
    if isinstance(value, dict):
        return ImportItem(where, value)
    return Rejection(where, f"expected an article (a JSON object), found {describe_type(value)}")


def stream_json_items(name: str, head: bytes, rest: BinaryIO) -> Iterator[ImportItem | Rejection]:
    """The items of a JSON document that is too large to be read whole.

    Args:
        name: How the user knows the file.
        head: How it begins, read already.
        rest: What follows.
    """
    import ijson  # imported here: few imports need it

    held = RECORD_LIST_START.search(head)
    place = "item" if head.lstrip()[:1] == b"[" else f"{held[1].decode()}.item" if held else ""
    number = 0
    try:
        for value in ijson.items(
            io.BufferedReader(_PrefixedStream(head, rest)), place, use_float=True
        ):
            for record in _expand_links(value):
                number += 1
                yield make_item(f"{name}: article {number}", record)
    except ijson.JSONError as error:
        reason = clean_line(str(error), limit=120)
        yield Rejection(name, f"not JSON after article {number}: {reason}")


class _PrefixedStream(io.RawIOBase):
    """A stream whose beginning was read already."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what was read before, then what follows."""
        size = len(buffer)
        data = self._head[:size] or self._rest.read(size)
        self._head = self._head[size:]
        buffer[: len(data)] = data
        return len(data)


def parse_csv_header(text: str) -> list[str]:
    """The names in the first line of a text that may be CSV."""
    line = text.split("\n", 1)[0].rstrip("\r")
    return _parse_csv_line(line) if len(line) < MAX_CSV_HEADER_CHARS else []


def _parse_csv_line(line: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=_guess_delimiter(line)), [])
    except csv.Error:  # a line end inside
        return []


def _guess_delimiter(line: str) -> str:
    return max(",;\t", key=line.count)


def read_csv_items(name: str, head: bytes, rest: BinaryIO) -> Iterator[ImportItem | Rejection]:
    """The items of a CSV file whose first line names the fields; cells are kept as they came."""
    csv.field_size_limit(
        MAX_FIELD_SIZE
    )  # the module has one limit for all, too small for an article
    text = io.TextIOWrapper(
        io.BufferedReader(_PrefixedStream(head, rest)), "utf-8-sig", "surrogateescape", newline=""
    )
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


def read_zip_items(
    name: str, archive: BinaryIO, items: Callable[[str, bytes], Iterable[ImportItem | Rejection]]
) -> Iterator[ImportItem | Rejection]:
    """The items of the JSON files in a ZIP, with the pages that lie beside them.

    Args:
        name: How the user knows the file.
        archive: A stream that can be sought in.
        items: Reads one JSON file.
    """
    import zipfile  # imported here: few imports need it

    try:
        with zipfile.ZipFile(archive) as opened:
            members = {each.filename: each for each in opened.infolist()}
            for path in sorted(each for each in members if each.lower().endswith(".json")):
                where = f"{name}: {clean_line(path)}"
                data = _read_member(opened, members[path])
                if data is None:
                    yield Rejection(where, "too large")
                    continue
                for item in items(where, data):
                    yield (
                        item
                        if isinstance(item, Rejection)
                        else _attach_content(opened, members, item)
                    )
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        yield Rejection(name, f"not a ZIP that can be read: {clean_line(str(error))}")


def _attach_content(
    archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], item: ImportItem
) -> ImportItem | Rejection:
    """The item with the text and the highlights that are kept in files of their own."""
    slug = item.fields.get("slug")
    found = {
        field: data.decode("utf-8", "replace")
        for field, path in (
            ("html", f"content/{slug}.html"),
            ("highlights", f"highlights/{slug}.md"),
        )
        if path in members and (data := _read_member(archive, members[path]))
    }
    return ImportItem(item.location, {**item.fields, **found}) if found else item


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes | None:
    """The bytes of one file of a ZIP; None if they are more than any export has."""
    with archive.open(member) as stream:
        data = stream.read(MAX_FIELD_SIZE + 1)
    return data if len(data) <= MAX_FIELD_SIZE else None
