"""The records inside the containers that exports come in: JSON of any size, CSV, ZIP."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from store.importers.coerce import kind_of
from store.model.article import Refused
from store.text.clean import clean_line

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterable

LISTS = ("articles", "items", "results", "entries", "bookmarks", "collections")
"""Under which names an object holds its records."""

LIST_BEGIN = re.compile(rb'"(%s)"\s*:\s*\[' % "|".join(LISTS).encode())

LONGEST_HEADER = 5_000
"""Characters of the line that names the fields."""

MAX_FIELD = 64 * 1024 * 1024
"""Characters of one field of CSV, bytes of one file in a ZIP: a bomb ends there."""


class Item(NamedTuple):
    """The fields of one article and where they stand."""

    where: str
    fields: Mapping[str, Any]


def records_of(value: Any) -> list[Any]:
    """The records of a JSON document: a list, an object that holds one, or one record alone."""
    if isinstance(value, dict):
        for name in LISTS:
            if isinstance(value.get(name), list):
                return [record for each in value[name] for record in _links(each)]
    return value if isinstance(value, list) else [value]


def _links(value: Any) -> Iterator[Any]:
    """The links of a collection, each with its name; every other value is a record itself."""
    if isinstance(value, dict) and isinstance(value.get("links"), list):
        for link in value["links"]:
            yield {**link, "collection": value.get("name")} if isinstance(link, dict) else link
    else:
        yield value


def as_item(where: str, value: Any) -> Item | Refused:
    """A record as an item, if it is an object at all."""
    if isinstance(value, dict):
        return Item(where, value)
    return Refused(where, f"expected an article (a JSON object), found {kind_of(value)}")


def json_stream(name: str, head: bytes, rest: BinaryIO) -> Iterator[Item | Refused]:
    """The items of a JSON document that is too large to be read whole.

    Args:
        name: How the user knows the file.
        head: How it begins, read already.
        rest: What follows.
    """
    import ijson  # imported here: few imports need it

    held = LIST_BEGIN.search(head)
    place = "item" if head.lstrip()[:1] == b"[" else f"{held[1].decode()}.item" if held else ""
    number = 0
    try:
        for value in ijson.items(io.BufferedReader(_Joined(head, rest)), place, use_float=True):
            for record in _links(value):
                number += 1
                yield as_item(f"{name}: article {number}", record)
    except ijson.JSONError as error:
        reason = clean_line(str(error), limit=120)
        yield Refused(name, f"not JSON after article {number}: {reason}")


class _Joined(io.RawIOBase):
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


def csv_header(text: str) -> list[str]:
    """The names in the first line of a text that may be CSV."""
    line = text.split("\n", 1)[0].rstrip("\r")
    return _cells(line) if len(line) < LONGEST_HEADER else []


def _cells(line: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=_delimiter(line)), [])
    except csv.Error:  # a line end inside
        return []


def _delimiter(line: str) -> str:
    return max(",;\t", key=line.count)


def csv_items(name: str, head: bytes, rest: BinaryIO) -> Iterator[Item | Refused]:
    """The items of a CSV file whose first line names the fields; cells are kept as they came."""
    csv.field_size_limit(MAX_FIELD)  # the module has one limit for all, too small for an article
    text = io.TextIOWrapper(
        io.BufferedReader(_Joined(head, rest)), "utf-8-sig", "surrogateescape", newline=""
    )
    first = text.readline()
    names = _cells(first.rstrip("\r\n"))
    rows = csv.DictReader(text, names, delimiter=_delimiter(first))
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield Refused(f"{name}: line {rows.line_num + 1}", f"not CSV: {error}")
            return
        if row is None:
            return
        cells = {key: value for key, value in row.items() if isinstance(key, str) and value}
        if cells:
            yield Item(f"{name}: line {rows.line_num + 1}", dict.fromkeys(names, "") | cells)


def zip_items(
    name: str, archive: BinaryIO, items: Callable[[str, bytes], Iterable[Item | Refused]]
) -> Iterator[Item | Refused]:
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
                data = _member(opened, members[path])
                if data is None:
                    yield Refused(where, "too large")
                    continue
                for item in items(where, data):
                    yield item if isinstance(item, Refused) else _with_page(opened, members, item)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        yield Refused(name, f"not a ZIP that can be read: {clean_line(str(error))}")


def _with_page(
    archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], item: Item
) -> Item | Refused:
    """The item with the text and the highlights that are kept in files of their own."""
    slug = item.fields.get("slug")
    found = {
        field: data.decode("utf-8", "replace")
        for field, path in (
            ("html", f"content/{slug}.html"),
            ("highlights", f"highlights/{slug}.md"),
        )
        if path in members and (data := _member(archive, members[path]))
    }
    return Item(item.where, {**item.fields, **found}) if found else item


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes | None:
    """The bytes of one file of a ZIP; None if they are more than any export has."""
    with archive.open(member) as stream:
        data = stream.read(MAX_FIELD + 1)
    return data if len(data) <= MAX_FIELD else None
