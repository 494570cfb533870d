"""ZIP files of exports: JSON with the pages and highlights that belong to it, CSV, bookmarks, XML and feeds."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, BinaryIO

from store.importers.bookmarks import BOOKMARK_FILE_START, read_bookmark_items
from store.importers.containers import (
    MAX_FIELD_SIZE,
    ImportItem,
    read_csv_items,
    read_json_items,
    read_json_lines,
)
from store.importers.feed_files import FEED_LIST_REASON, FeedReader, is_json_feed, is_xml_feed
from store.importers.xml_exports import is_xml_export, read_xml_items
from store.model.article import ParsedArticle, Rejection
from store.model.errors import InvalidInput
from store.text.clean import clean_line
from store.text.decoding import decode_document

if TYPE_CHECKING:
    import zipfile

FEED_LIST_SUFFIXES = (".opml", ".opml.xml")
XML_SUFFIXES = (".xml", ".atom", ".rss", ".rdf")
EXPORT_SUFFIXES = (".json", ".jsonl", ".ndjson", ".csv", ".html", ".htm", *XML_SUFFIXES)
FEED_START_BYTES = 20_000
HIGHLIGHT_FIELDS = frozenset({"url", "title", "highlights"})
"""The fields of a record that is only the highlights of an article."""


def read_zip_items(
    name: str, archive: BinaryIO, read_feed: FeedReader
) -> Iterator[ImportItem | ParsedArticle | Rejection]:
    """Yield the items of the exports in a seekable ZIP, with the pages and highlights that belong to them."""
    import zipfile  # imported here: few imports need it

    from store.system.zip_errors import ZIP_ERRORS

    try:
        opened = zipfile.ZipFile(archive)
    except (OSError, *ZIP_ERRORS) as error:
        yield Rejection(name, f"not a readable ZIP: {clean_line(str(error), limit=120)}")
        return
    with opened:
        yield from _read_members(name, opened, read_feed)


def _read_members(
    name: str, archive: zipfile.ZipFile, read_feed: FeedReader
) -> Iterator[ImportItem | ParsedArticle | Rejection]:
    members = {each.filename: each for each in archive.infolist()}
    for path in sorted(each for each in members if each.lower().endswith(FEED_LIST_SUFFIXES)):
        yield Rejection(f"{name}: {clean_line(path)}", FEED_LIST_REASON)
    highlights: dict[str, ImportItem] = {}
    exports = (each for each in members if each.lower().endswith(EXPORT_SUFFIXES))
    for path in sorted(each for each in exports if not each.lower().endswith(FEED_LIST_SUFFIXES)):
        location = f"{name}: {clean_line(path)}"
        try:
            data = _read_member(archive, members[path])
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
            yield from _attach_content(name, archive, members, item)
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
    elif path.endswith(".csv"):
        yield from read_csv_items(location, data, io.BytesIO())
    elif BOOKMARK_FILE_START.search(data[:4096]):
        yield from read_bookmark_items(location, data, io.BytesIO())


def _attach_content(
    name: str, archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], item: ImportItem
) -> Iterator[ImportItem | Rejection]:
    """Yield the item with its text and highlights, which are in files of their own."""
    slug = item.fields.get("slug")
    paths = {"html": f"content/{slug}.html", "highlights": f"highlights/{slug}.md"}
    found: dict[str, str] = {}
    for field, path in paths.items():
        try:
            data = _read_member(archive, members[path]) if path in members else b""
        except InvalidInput as error:
            yield Rejection(f"{name}: {clean_line(path)}", str(error))
            continue
        if data:
            found[field] = decode_document(data)
    yield ImportItem(item.location, {**item.fields, **found}) if found else item


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Return the bytes of one file of a ZIP.

    Raises:
        InvalidInput: It is damaged, or larger than any export.
    """
    from store.system.zip_errors import ZIP_ERRORS

    try:
        with archive.open(member) as stream:
            data = stream.read(MAX_FIELD_SIZE + 1)
    except (OSError, *ZIP_ERRORS) as error:
        raise InvalidInput(f"not readable: {clean_line(str(error), limit=120)}") from error
    if len(data) > MAX_FIELD_SIZE:
        raise InvalidInput("too large")
    return data
