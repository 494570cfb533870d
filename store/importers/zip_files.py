"""ZIP files of exports: JSON with the pages and highlights that belong to it, CSV, bookmarks, XML and feeds."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from store.importers.annotations import is_highlight_row
from store.importers.bookmarks import BOOKMARK_FILE_START, read_bookmark_items
from store.importers.common_names import read_common_names
from store.importers.containers import (
    MAX_CSV_HEADER_CHARS,
    MAX_FIELD_SIZE,
    ImportItem,
    parse_csv_header,
    read_csv_items,
    read_json_items,
    read_json_lines,
)
from store.importers.feed_files import FEED_LIST_REASON, FeedReader, is_json_feed, is_xml_feed
from store.importers.reader_exports import detect_reader_format
from store.importers.xml_exports import is_xml_export, read_xml_items
from store.model.article import ParsedArticle, Rejection
from store.model.errors import InvalidInput
from store.text.clean import clean_line
from store.text.decoding import decode_document, decode_text

if TYPE_CHECKING:
    import zipfile

FEED_LIST_SUFFIXES = (".opml", ".opml.xml")
XML_SUFFIXES = (".xml", ".atom", ".rss", ".rdf")
EXPORT_SUFFIXES = (".json", ".jsonl", ".ndjson", ".csv", ".html", ".htm", *XML_SUFFIXES)
FEED_START_BYTES = 20_000
MAX_UNPACKED_BYTES = 1 << 30
MAX_EXPANSION = 20
"""How much is read of a ZIP in all: a gigabyte, or so many times its size, which is more than texts are packed."""
ARTICLE_COLUMNS = frozenset(
    str.split("url link source_url title text content_text content body content_html")
)
"""The columns of which a CSV file of articles has one, as `read_common_names` names them."""
HIGHLIGHT_FIELDS = frozenset({"url", "title", "highlights"})
"""The fields of a record that is only the highlights of an article."""


class _Members:
    """The files of a ZIP, which are read up to a total size."""

    def __init__(self, archive: zipfile.ZipFile, limit: int) -> None:
        self._archive = archive
        self._left = limit
        self._by_path = {each.filename: each for each in archive.infolist()}

    def __iter__(self) -> Iterator[str]:
        """Yield the paths in their order."""
        yield from sorted(self._by_path)

    def __contains__(self, path: object) -> bool:
        """Return True if there is a file at a path."""
        return path in self._by_path

    def read(self, path: str) -> bytes:
        """Return the bytes of one file.

        Raises:
            InvalidInput: It is damaged, or larger than any export.
            _TooMuch: All that was read is.
        """
        from store.system.zip_errors import ZIP_ERRORS

        try:
            with self._archive.open(self._by_path[path]) as stream:
                data = stream.read(MAX_FIELD_SIZE + 1)
        except (OSError, *ZIP_ERRORS) as error:
            raise InvalidInput(f"not readable: {clean_line(str(error), limit=120)}") from error
        self._left -= len(data)
        if self._left < 0:
            raise _TooMuch
        if len(data) > MAX_FIELD_SIZE:
            raise InvalidInput("too large")
        return data


class _TooMuch(Exception):
    """A ZIP holds more than is read of it."""


def read_zip_items(
    name: str, archive: BinaryIO, read_feed: FeedReader
) -> Iterator[ImportItem | ParsedArticle | Rejection]:
    """Yield the items of the exports in a seekable ZIP, with the pages and highlights that belong to them."""
    import zipfile  # imported here: few imports need it

    from store.system.zip_errors import ZIP_ERRORS

    limit = max(MAX_UNPACKED_BYTES, MAX_EXPANSION * archive.seek(0, io.SEEK_END))
    try:
        opened = zipfile.ZipFile(archive)
    except (OSError, *ZIP_ERRORS) as error:
        yield Rejection(name, f"not a readable ZIP: {clean_line(str(error), limit=120)}")
        return
    item = None
    with opened:
        try:
            for item in _read_members(name, _Members(opened, limit), read_feed):
                yield item
        except _TooMuch:
            yield Rejection(name, f"more than {limit >> 20:,} MB unpacked; the rest is skipped")
            return
    if item is None:
        yield Rejection(name, "no articles in this ZIP")


def _read_members(
    name: str, members: _Members, read_feed: FeedReader
) -> Iterator[ImportItem | ParsedArticle | Rejection]:
    lists = [each for each in members if each.lower().endswith(FEED_LIST_SUFFIXES)]
    for path in lists:
        yield Rejection(f"{name}: {clean_line(path)}", FEED_LIST_REASON)
    highlights: dict[str, ImportItem] = {}
    for path in members:
        if path in lists or not path.lower().endswith(EXPORT_SUFFIXES):
            continue
        location = f"{name}: {clean_line(path)}"
        try:
            data = members.read(path)
        except InvalidInput as error:
            yield Rejection(location, str(error))
            continue
        for item in _read_export(location, path.lower(), data, read_feed):
            if not isinstance(item, ImportItem):
                yield item
                continue
            url = str(item.fields.get("url") or "")
            if url and HIGHLIGHT_FIELDS >= item.fields.keys() >= {"highlights"}:
                highlights[url] = item  # in Pocket, before the list of articles
                continue
            if known := highlights.pop(url, None):
                item = ImportItem(item.location, {**known.fields, **item.fields})
            yield from _attach_content(name, members, item)
    yield from highlights.values()


def _read_export(
    location: str, path: str, data: bytes, read_feed: FeedReader
) -> Iterator[ImportItem | ParsedArticle | Rejection]:
    if path.endswith(XML_SUFFIXES):
        if is_xml_feed(decode_document(data[:FEED_START_BYTES])):
            yield from read_feed(location, data)
        elif is_xml_export(data):
            yield from read_xml_items(location, data, io.BytesIO())
    elif path.endswith(".json") and is_json_feed(data):
        yield from read_feed(location, data)
    elif path.endswith(".json"):
        yield from read_json_items(location, data)
    elif path.endswith((".jsonl", ".ndjson")):
        yield from read_json_lines(location, data, io.BytesIO())
    elif path.endswith(".csv") and _has_articles(data):
        yield from read_csv_items(location, data, io.BytesIO())
    elif BOOKMARK_FILE_START.search(data[:4096]):
        yield from read_bookmark_items(location, data, io.BytesIO())


def _has_articles(data: bytes) -> bool:
    """Return True if a column of a CSV file may be of articles; exports have their settings as CSV, too."""
    header = dict.fromkeys(parse_csv_header(decode_text(data[:MAX_CSV_HEADER_CHARS])), "-")
    is_export = detect_reader_format(header) is not None or is_highlight_row(header)
    return is_export or not ARTICLE_COLUMNS.isdisjoint(read_common_names(header))


def _attach_content(
    name: str, members: _Members, item: ImportItem
) -> Iterator[ImportItem | Rejection]:
    """Yield the item with its text and highlights, which are in files of their own."""
    slug = item.fields.get("slug")
    paths = {"html": f"content/{slug}.html", "highlights": f"highlights/{slug}.md"}
    found: dict[str, str] = {}
    for field, path in paths.items():
        try:
            data = members.read(path) if path in members else b""
        except InvalidInput as error:
            yield Rejection(f"{name}: {clean_line(path)}", str(error))
            continue
        if data:
            found[field] = decode_document(data)
    yield ImportItem(item.location, {**item.fields, **found}) if found else item
