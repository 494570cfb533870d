"""Containers of records: JSON of any size, JSON Lines, CSV, ZIP files with JSON in them, lists of URLs.

Bookmarks in HTML, as browsers and Pocket export them, and one URL per line become articles without
a text, which can be fetched later.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import orjson

from store.model.article import Rejection
from store.text.charsets import (
    STRAY_BYTES_AS_WESTERN,
    WESTERN,
    find_marked_charset,
    guess_charset,
    is_utf8,
)
from store.text.clean import clean_line
from store.text.decoding import decode_document

if TYPE_CHECKING:
    import zipfile

RECORD_LIST_KEYS = ("articles", "items", "results", "entries", "bookmarks", "collections")
"""Names under which an object holds its records."""

RECORD_LIST_START = re.compile(rb'"(%s)"\s*:\s*\[' % "|".join(RECORD_LIST_KEYS).encode())

MAX_CSV_HEADER_CHARS = 5_000
MAX_LINE_BYTES = MAX_FIELD_SIZE = 64 * 1024 * 1024
"""A line of JSON Lines, a CSV field or a file in a ZIP; more than that is a bomb."""

BOOKMARK_FILE_START = re.compile(
    rb"<!DOCTYPE\s+NETSCAPE-Bookmark|<title>\s*Pocket Export", re.IGNORECASE
)
URL_LINE_START = re.compile(r"https?://\S+", re.IGNORECASE)
CHARSET_SAMPLE_BYTES = 1024 * 1024
CHUNK_CHARS = 64 * 1024
POCKET_READ_HEADING = "Read Archive"
"""The heading of what was read, in Pocket's export."""


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


def _open_text(head: bytes, rest: BinaryIO) -> io.TextIOWrapper:
    """Return a stream whose beginning was read already as text with its own line ends.

    Its first megabyte decides the charset; single bytes that do not fit it are Western European.
    """
    head += rest.read(max(0, CHARSET_SAMPLE_BYTES - len(head)))
    charset = find_marked_charset(head) or (
        "utf-8" if is_utf8(head) else guess_charset(head) or WESTERN
    )
    stream = _join_stream(head.removeprefix(codecs.BOM_UTF8), rest)
    return io.TextIOWrapper(stream, charset, STRAY_BYTES_AS_WESTERN, newline="")


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
    text = _open_text(head, rest)
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
        field: decode_document(data)
        for field, path in paths.items()
        if path in members and (data := _read_member(archive, members[path]))
    }
    return ImportItem(item.location, {**item.fields, **found}) if found else item


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes | None:
    """Return the bytes of one file of a ZIP; None if it is larger than any export has."""
    with archive.open(member) as stream:
        data = stream.read(MAX_FIELD_SIZE + 1)
    return data if len(data) <= MAX_FIELD_SIZE else None


# -- lists of URLs -------------------------------------------------------------------------


def read_bookmark_items(name: str, head: bytes, rest: BinaryIO) -> Iterator[ImportItem]:
    """Yield the links of a bookmark file."""
    parser = _BookmarkParser()
    text = _open_text(head, rest)
    number = 0
    for chunk in iter(lambda: text.read(CHUNK_CHARS), ""):
        parser.feed(chunk)
        for fields in parser.pop_links():
            number += 1
            yield ImportItem(f"{name}: bookmark {number}", fields)
    parser.finish_link()
    for fields in parser.pop_links():
        yield ImportItem(f"{name}: bookmark {number + 1}", fields)


class _BookmarkParser(HTMLParser):
    """Extracts the links of a bookmark file; the heading above them is their category."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._links: list[dict[str, Any]] = []
        self._link: dict[str, Any] | None = None
        self._pending_link: dict[str, Any] | None = None
        """The previous link, to which a description may belong."""
        self._description: list[str] | None = None
        self._heading: str | None = None
        self._folders: list[str] = []
        self._folder = ""

    def pop_links(self) -> list[dict[str, Any]]:
        """Return the links that are complete, each once."""
        found, self._links = self._links, []
        return found

    def finish_link(self) -> None:
        """Complete the previous link with its description."""
        if self._pending_link is not None:
            words = " ".join("".join(self._description or ()).split())
            self._links.append(self._pending_link | ({"summary": words} if words else {}))
        self._pending_link = self._description = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "dd":
            self._description = []
        elif tag in ("dt", "dl", "a", "li"):
            self.finish_link()
        if tag == "a":
            given = {name: value or "" for name, value in attrs}
            self._link = {
                "url": given.pop("href", ""),
                "title": "",
                "created": given.pop("add_date", "") or given.pop("time_added", ""),
                "updated": given.pop("last_modified", ""),
                "tags": given.pop("tags", ""),
                "category": next((each for each in reversed(self._folders) if each), ""),
                "read": self._folder == POCKET_READ_HEADING,
            }
            given.pop("icon", None)  # an embedded image, as long as an article
            self._link |= {name: value for name, value in given.items() if value}
        elif tag in ("h1", "h3"):
            self._heading = ""
        elif tag == "dl":
            self._folders.append(self._folder)
            self._folder = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._link is not None:
            self._pending_link = {name: value for name, value in self._link.items() if value}
            self._link = None
        elif tag in ("h1", "h3") and self._heading is not None:
            self._folder, self._heading = self._heading.strip(), None
            if tag == "h1" and self._folder not in (POCKET_READ_HEADING, "Unread"):
                self._folder = ""  # the title of the file, not a folder
        elif tag == "dl":
            self.finish_link()
            del self._folders[-1:]

    def handle_data(self, data: str) -> None:
        if self._link is not None:
            self._link["title"] += data
        elif self._heading is not None:
            self._heading += data
        elif self._description is not None:
            self._description.append(data)


def is_url_list(text: str) -> bool:
    """Return True if every line that is not empty starts with a URL."""
    lines = [line for line in text.splitlines() if line.strip()]
    return bool(lines) and all(URL_LINE_START.match(line.strip()) for line in lines)


def read_url_items(name: str, text: str) -> Iterator[ImportItem]:
    """Yield the URLs of a text, one per line, each with an optional title after ` | `."""
    for number, line in enumerate(text.splitlines(), start=1):
        url, _, title = line.strip().partition(" | ")
        if url:
            fields = {"url": url} | ({"title": title.strip()} if title.strip() else {})
            yield ImportItem(f"{name}: line {number}", fields)
