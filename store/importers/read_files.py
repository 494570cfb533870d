"""Reading files of any format: paths become sources, sources become articles or rejections.

Nothing is opened that could hang: pipes, devices and sockets are rejected by their type.
"""

from __future__ import annotations

import codecs
import io
import os
import re
import stat
from dataclasses import dataclass
from itertools import chain
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

from store.importers.annotations import is_highlight_row
from store.importers.article_builder import ArticleBuilder, choose_process_count
from store.importers.bookmarks import (
    BOOKMARK_FILE_START,
    is_url_list,
    read_bookmark_items,
    read_url_items,
)
from store.importers.clippings import is_clippings, read_clippings
from store.importers.containers import (
    RECORD_LIST_START,
    ImportItem,
    join_stream,
    parse_csv_header,
    parse_json,
    read_csv_items,
    read_json_items,
    read_json_lines,
    stream_json_items,
)
from store.importers.feed_files import (
    MAX_FEED_FILE_BYTES,
    FeedReader,
    is_json_feed,
    is_xml_feed,
    reject_feed,
)
from store.importers.mail_files import is_mail, read_mail_items
from store.importers.mozilla_lz4 import MOZILLA_LZ4_MAGIC, unpack_mozilla_lz4
from store.importers.newstui_page import is_newstui_page, split_newstui_pages
from store.importers.plain_text import parse_plain_text
from store.importers.reader_exports import READER_FORMATS, detect_reader_format
from store.importers.reading_page import is_reading_page, parse_reading_pages
from store.importers.xml_exports import read_xml_items
from store.importers.zip_files import read_zip_items
from store.model.article import ParsedArticle, Rejection
from store.model.errors import InvalidInput, describe_system_error
from store.system.files import open_regular
from store.text.charsets import find_marked_charset, is_utf8
from store.text.clean import clean_line
from store.text.decoding import WIDE_CHARSETS, decode_document, decode_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

FILE_KINDS = tuple(
    str.split(
        "json jsonl reading markdown html text csv xml feed zip bookmarks plist addresses mail clippings"
    )
)
IMPORT_FORMATS = (*FILE_KINDS, *(each.name for each in READER_FORMATS))
"""What the user can declare a file to be: a kind of file, or the program that exported it."""

KIND_BY_SUFFIX = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".txt": "text",
    ".csv": "csv",
    ".tsv": "csv",
    ".enex": "xml",
    ".xml": "feed",
    ".rss": "feed",
    ".atom": "feed",
    ".rdf": "feed",
    ".jsonlz4": "json",
    ".zip": "zip",
    ".eml": "mail",
    ".mbox": "mail",
    ".mhtml": "mail",
    ".mht": "mail",
}
NO_ARTICLES_REASON = f"no articles in this folder (*{', *'.join(KIND_BY_SUFFIX)})"
NOT_A_REGULAR_FILE = "not a regular file"

DETECTION_BYTES = 64 * 1024

MAX_FILE_BYTES = 32 * 1024 * 1024
"""Size of a file that is read whole; files of many articles may be larger."""

MAX_COPIED_BYTES = 4 << 30
"""Size of a ZIP that comes through a pipe or in gzip, and is copied to the disk to be read."""
COPY_BYTES = 1 << 20

ZIP_MAGIC, GZIP_MAGIC = b"PK\x03\x04", b"\x1f\x8b"
GZIP_SUFFIX = ".gz"
EXPANSION_FACTOR = 5
"""Ratio between the contents of a compressed file and its size, by which the work is estimated."""

JSON_START = re.compile(r'\{\s*["}]|\[\s*[{\]]|\{\s*\Z|\[\s*\Z')
HTML_START = re.compile(
    r"(?:<\?xml[^<>]*>\s*)?(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
HTML_FRAGMENT_START = re.compile(
    r"<(?:article|blockquote|div|figure|h[1-6]|main|ol|p|section|table|ul)(?:\s[^<>]{0,2000})?>",
    re.IGNORECASE,
)
XML_START = re.compile(
    r"<\?xml\b|<!DOCTYPE\b[^<>\[]{0,500}\[|<(?:!DOCTYPE\s+)?(?:opml|rss|feed|rdf:RDF|articles|posts|en-export|xbel)\b"
)
PLIST_START = re.compile(
    rb"bplist0|(?:\xef\xbb\xbf)?\s*+(?:<\?xml\b[^<>]*+>\s*+)?(?:<!DOCTYPE\s+plist\b|<plist\b)"
)
JSON_CONTINUATIONS = ("{", "[", ",", ":")
"""The ends of lines after which a JSON value goes on."""
CITATIONS = re.compile(r"\s*+(?:@[A-Za-z]{3,20}\s?\{[^\s,{}]{1,200},|TY  - [A-Z]{2,8}\s)")
MARKDOWN_START = re.compile(r"---[ \t]*\n[^\n]*:|\+\+\+[ \t]*\n|# \S")
NO_HEADING = re.compile(r"# [^\n]*(?:\n[ \t]*\S|\Z)")
"""A line of plain text that begins with a number sign: no empty line follows."""


FoundItems: TypeAlias = "Iterator[ImportItem | ParsedArticle | Rejection]"
"""The items of a file; those of a feed are built already."""


@dataclass(frozen=True, slots=True)
class ImportSource:
    """One file to read articles from."""

    path: Path
    display_name: str
    """The path, safe to show."""
    size: int
    """Size of the file in bytes."""

    def open(self) -> BinaryIO:
        """Open the file for reading.

        Raises:
            OSError: It cannot be read, or is no longer a regular file.
        """
        return open_regular(self.path)


def find_sources(paths: Iterable[Path]) -> Iterator[ImportSource | Rejection]:
    """Yield the files of these paths, in order.

    A path of a file is taken whatever its name is. Of a folder, the files at any depth are taken,
    sorted, unless they are hidden or have an unknown suffix; links to folders are not followed.
    """
    for path in paths:
        try:
            is_folder = stat.S_ISDIR(path.stat().st_mode)
        except (OSError, ValueError) as error:
            yield _reject(path, error)
            continue
        if not is_folder:
            yield _make_source(path)
            continue
        found = None
        for found in _walk_folder(path):
            yield found
        if found is None:
            yield Rejection(clean_line(str(path)), NO_ARTICLES_REASON)


def _make_source(path: Path) -> ImportSource | Rejection:
    try:
        status = path.stat()
    except OSError as error:
        return _reject(path, error)
    if not stat.S_ISREG(status.st_mode):
        return Rejection(clean_line(str(path)), NOT_A_REGULAR_FILE)
    if not os.access(path, os.R_OK):
        return Rejection(clean_line(str(path)), "Permission denied")
    return ImportSource(path, clean_line(str(path)), status.st_size)


def _walk_folder(top: Path) -> Iterator[ImportSource | Rejection]:
    """Yield the files of a folder; a stack instead of recursion, because folders nest deeply."""
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            entries = sorted(folder.iterdir())
        except OSError as error:
            yield _reject(folder, error)
            continue
        visible = [entry for entry in entries if not entry.name.startswith(".")]
        for entry in visible:
            if kind_by_suffix(entry.name) and not entry.is_dir():
                yield _make_source(entry)
        waiting += (each for each in reversed(visible) if each.is_dir() and not each.is_symlink())


def _reject(path: Path, error: OSError | ValueError) -> Rejection:
    name = str(path)
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    if "\0" in name:  # which each version of Python says in other words
        reason = "embedded null byte"
    return Rejection(clean_line(name), reason)


def kind_by_suffix(name: str) -> str:
    """Return the kind of a file by the suffix of its name; empty if that says nothing."""
    path = PurePath(name.lower().removesuffix(GZIP_SUFFIX))
    return KIND_BY_SUFFIX.get(path.suffix, "")


def detect_file_kind(name: str, head: bytes) -> str:
    """Return the kind of a file by its beginning, and by its suffix where that is ambiguous."""
    if head.startswith(ZIP_MAGIC):
        return "zip"
    if BOOKMARK_FILE_START.search(head[:4096]):
        return "bookmarks"
    if PLIST_START.match(head):
        return "plist"
    suffix = kind_by_suffix(name)
    encoding = find_marked_charset(head) or "utf-8"
    text = head.decode(encoding, "replace").removeprefix("\ufeff").replace("\r\n", "\n").lstrip()
    if is_newstui_page(text):
        return "reading"
    if is_xml_feed(text) or is_json_feed(head):
        return "feed"
    if JSON_START.match(text):
        return _detect_json_kind(text, suffix)
    if HTML_START.match(text) or (not suffix and HTML_FRAGMENT_START.match(text)):
        return "html"
    if XML_START.match(text):
        return "xml"
    if suffix in ("", "text") and is_url_list(text):
        return "addresses"
    if MARKDOWN_START.match(text) and not (suffix == "text" and NO_HEADING.match(text)):
        return "markdown"
    header = dict.fromkeys(parse_csv_header(text))
    if detect_reader_format(header) is not None or is_highlight_row(header):
        return "csv"
    if suffix in ("json", "jsonl"):
        return suffix
    if is_mail(text):
        return "mail"
    if is_clippings(text):
        return "clippings"
    if is_reading_page(text):
        return "reading"
    return suffix or "text"


def _detect_json_kind(text: str, suffix: str) -> str:
    """Return `jsonl` if there is one object per line, `json` if there is one value."""
    first, line_end, rest = text.partition("\n")
    if first.strip() in ("{", "["):  # on several lines, also if one follows another
        return "json"
    if suffix == "jsonl" or (line_end and rest.strip() and _is_json_object(first)):
        return "jsonl"
    is_damaged_line = text.startswith("{") and first.rstrip()[-1:] not in JSON_CONTINUATIONS
    if is_damaged_line and _is_json_object(rest.partition("\n")[0]):
        return "jsonl"
    is_cut = not line_end and len(text) > DETECTION_BYTES // 4
    is_list = text.startswith("[") or RECORD_LIST_START.search(text.encode("utf-8", "replace"))
    return "jsonl" if is_cut and suffix != "json" and not is_list else "json"


def _is_json_object(line: str) -> bool:
    try:
        return isinstance(parse_json(line.encode("utf-8", "replace")), dict)
    except ValueError:
        return False


def read_source(
    file: ImportSource,
    *,
    source: str = "import",
    now: str,
    kind: str | None = None,
    read_feed: FeedReader = reject_feed,
) -> Iterator[ParsedArticle | Rejection]:
    """Yield the articles of a file; one that cannot be opened is rejected. See `read_articles`."""
    try:
        with file.open() as stream:
            is_packed = stream.read(len(ZIP_MAGIC)).startswith((ZIP_MAGIC, GZIP_MAGIC))
            stream.seek(0)
            yield from read_articles(
                file.display_name,
                stream,
                source=source,
                now=now,
                kind=kind,
                size=file.size * (EXPANSION_FACTOR if is_packed else 1),
                read_feed=read_feed,
            )
    except OSError as error:
        yield Rejection(file.display_name, describe_system_error(error))


def read_articles(
    name: str,
    stream: BinaryIO,
    *,
    source: str = "import",
    now: str,
    kind: str | None = None,
    size: int = 0,
    read_feed: FeedReader = reject_feed,
) -> Iterator[ParsedArticle | Rejection]:
    """Yield the articles of one file.

    Bad content never raises: an item that cannot be used is rejected, and the rest goes on.

    Args:
        name: The name of the file, as it is shown.
        stream: Its bytes. Files of many articles are read in pieces, all others whole.
        source: The value of `Article.source`.
        now: The time of the import.
        kind: One of `IMPORT_FORMATS`, if it is known.
        size: The number of bytes; large files are built in several processes.
        read_feed: Reads feeds.
    """
    name = clean_line(name)
    builder = ArticleBuilder(None if kind in FILE_KINDS else kind, source, now)
    items = _read_items(name, stream, kind if kind in FILE_KINDS else None, read_feed)
    try:
        if processes := choose_process_count(size):
            from store.importers.parallel import build_in_parallel  # imported here: rarely needed

            yield from build_in_parallel(builder, items, processes)
        else:
            yield from builder.build_all(items)
    except (OSError, MemoryError) as error:
        yield Rejection(name, describe_system_error(error))


def _read_items(name: str, stream: BinaryIO, kind: str | None, read_feed: FeedReader) -> FoundItems:
    head = stream.read(DETECTION_BYTES)
    if not head.startswith(GZIP_MAGIC):
        yield from _read_unpacked(name, head, stream, kind, read_feed)
        return
    from store.importers.gzip_files import GzipStream  # imported here: few imports need it

    unpacked = GzipStream(join_stream(head, stream))
    rest = io.BufferedReader(unpacked)
    yield from _read_unpacked(name, rest.read(DETECTION_BYTES), rest, kind, read_feed)
    if unpacked.problem:
        yield Rejection(name, unpacked.problem)


def _read_unpacked(
    name: str, head: bytes, stream: BinaryIO, kind: str | None, read_feed: FeedReader
) -> FoundItems:
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if not start:
        yield Rejection(name, "the file is empty")
        return
    found = kind or detect_file_kind(name, head)
    is_wide = find_marked_charset(head).startswith(WIDE_CHARSETS)
    if found == "zip":
        yield from _read_zip(name, head, stream, read_feed)
    elif head.startswith(MOZILLA_LZ4_MAGIC):
        yield from _read_mozilla_lz4(name, head, stream)
    elif found == "feed":
        yield from read_feed(name, head + stream.read(MAX_FEED_FILE_BYTES + 1 - len(head)))
    elif b"\0" in head and not (is_wide or found == "plist" or start.startswith((b"{", b"["))):
        yield Rejection(name, "binary, not text")
    elif found in STREAM_READERS and not is_wide:
        yield from STREAM_READERS[found](name, head, stream)
    else:
        data = head + stream.read(MAX_FILE_BYTES + 1 - len(head))
        if kind is None and found in ("text", "markdown", "addresses") and len(data) > len(head):
            found = detect_file_kind(name, data)  # a reading page is recognized by its end
        if kind is None and found == "json" and is_json_feed(data):
            yield from read_feed(name, data)
        elif found == "json" and len(data) > MAX_FILE_BYTES and not is_wide:
            yield from stream_json_items(name, data, stream)
        else:
            yield from _read_whole_file(name, data, found)


def _read_zip(name: str, head: bytes, stream: BinaryIO, read_feed: FeedReader) -> FoundItems:
    if stream.seekable():
        yield from read_zip_items(name, stream, read_feed)
        return
    import tempfile  # imported here: few imports need it

    left = MAX_COPIED_BYTES - len(head)
    with tempfile.TemporaryFile() as copy:
        copy.write(head)
        while left > 0 and (data := stream.read(min(left, COPY_BYTES))):
            left -= copy.write(data)
        if left > 0:
            yield from read_zip_items(name, copy, read_feed)
        else:
            yield Rejection(
                name, f"larger than {MAX_COPIED_BYTES >> 30} GB; name the file of the ZIP"
            )


def _read_mozilla_lz4(name: str, head: bytes, stream: BinaryIO) -> Iterator[ImportItem | Rejection]:
    try:
        data = unpack_mozilla_lz4(head + stream.read(MAX_FILE_BYTES), MAX_FILE_BYTES)
    except InvalidInput as error:
        yield Rejection(name, str(error))
    else:
        yield from read_json_items(name, data)


STREAM_READERS = {
    "jsonl": read_json_lines,
    "csv": read_csv_items,
    "bookmarks": read_bookmark_items,
    "mail": read_mail_items,
    "xml": read_xml_items,
}
"""The kinds that are read in pieces."""


def _read_whole_file(name: str, data: bytes, kind: str) -> Iterator[ImportItem | Rejection]:
    if len(data) > MAX_FILE_BYTES:
        size = f"{MAX_FILE_BYTES >> 20} MB"
        yield Rejection(name, f"larger than {size}; JSON, CSV and ZIP may be of any size")
        return
    try:
        if kind == "json":
            yield from read_json_items(name, _to_utf8(data))
        elif kind == "plist":
            from store.importers.property_list import read_plist_items  # few imports need it

            yield from read_plist_items(name, data)
        elif kind in STREAM_READERS:
            yield from STREAM_READERS[kind](name, b"", io.BytesIO(_to_utf8(data)))
        elif kind == "clippings":
            yield from read_clippings(name, decode_text(data))
        elif kind == "addresses":
            yield from read_url_items(name, decode_text(data))
        elif kind == "reading":
            pages, rest = split_newstui_pages(decode_text(data).replace("\r\n", "\n"))
            others = parse_reading_pages(rest.splitlines())
            for number, fields in enumerate(chain(pages, others), start=1):
                yield ImportItem(f"{name}: page {number}", fields)
        else:
            yield ImportItem(name, _parse_document(data, kind))
    except InvalidInput as error:
        yield Rejection(name, str(error))


def _parse_document(data: bytes, kind: str) -> dict[str, Any]:
    """Return the fields of a file that is one article; its libraries are imported only here."""
    if kind == "html":
        from store.importers.web_pages import parse_saved_page

        return parse_saved_page(decode_document(data))
    text = decode_text(data)
    if kind == "markdown":
        from store.importers.markdown_files import parse_markdown_article

        return parse_markdown_article(text)
    if CITATIONS.match(text):
        raise InvalidInput("citations in BibTeX or RIS (export them as CSV or CSL JSON)")
    return parse_plain_text(text)


def _to_utf8(data: bytes) -> bytes:
    is_other = find_marked_charset(data).startswith(WIDE_CHARSETS) or not is_utf8(data)
    return decode_text(data).encode() if is_other else data
