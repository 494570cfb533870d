"""Reading the articles of a file in any format; what cannot be used becomes a `Rejection`."""

from __future__ import annotations

import codecs
import io
import itertools
import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, BinaryIO

from store.importers.article_builder import ArticleBuilder, choose_process_count
from store.importers.bookmarks import (
    BOOKMARK_FILE_START,
    is_url_list,
    read_bookmark_items,
    read_url_items,
)
from store.importers.containers import (
    RECORD_LIST_START,
    ImportItem,
    parse_csv_header,
    read_csv_items,
    read_json_items,
    read_json_lines,
    read_zip_items,
    stream_json_items,
)
from store.importers.reader_exports import READER_FORMATS, detect_reader_format
from store.importers.reading_page import is_reading_page, parse_reading_pages
from store.importers.sources import KIND_BY_SUFFIX, ImportSource
from store.model.article import ParsedArticle, Rejection
from store.model.errors import InvalidInput
from store.text.clean import clean_line
from store.text.prose import unwrap_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE_KINDS = (
    *("json", "jsonl", "reading", "markdown", "html", "text"),
    *("csv", "zip", "bookmarks", "addresses"),
)
IMPORT_FORMATS = (*FILE_KINDS, *(each.name for each in READER_FORMATS))
"""What the user can declare a file to be: a kind of file, or the program that exported it."""

DETECTION_BYTES = 64 * 1024
"""Bytes by which the kind of a file is detected."""

MAX_FILE_BYTES = 32 * 1024 * 1024
"""Size of a file that is read whole; files of many articles may be larger."""

ZIP_MAGIC = b"PK\x03\x04"
ZIP_EXPANSION_FACTOR = 5
"""Ratio between the contents of a ZIP and its size, by which the work is estimated."""

MAX_LINE_BYTES = 64 * 1024 * 1024
"""Length of a line of JSON Lines."""

UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

JSON_START = re.compile(r'\{\s*["}]|\[\s*[{\]]|\{\s*\Z|\[\s*\Z')
HTML_START = re.compile(
    r"(?:<\?xml[^<>]*>\s*)?(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
MARKDOWN_START = re.compile(r"---[ \t]*\n[^\n]*:|\+\+\+[ \t]*\n|# \S")

MAX_HEADLINE_CHARS = 120
"""Length of a first line that may be a title."""
NON_HEADLINE_ENDINGS = (".", "。", "।", ":", ";", ",")
PARAGRAPH_BREAK = re.compile(r"\n(?:[ \t]*\n)+")


def detect_file_kind(name: str, head: bytes) -> str:
    """Detect the kind of a file by its content, and by its suffix where the content is ambiguous.

    Args:
        name: The file name.
        head: The beginning of the file; the longer, the more certain.

    Returns:
        One of `FILE_KINDS`.
    """
    if head.startswith(ZIP_MAGIC):
        return "zip"
    if BOOKMARK_FILE_START.search(head[:4096]):
        return "bookmarks"
    suffix = KIND_BY_SUFFIX.get(PurePath(name).suffix.lower(), "")
    encoding = "utf-16" if head.startswith(UTF16_BOMS) else "utf-8-sig"
    text = head.decode(encoding, "replace").replace("\r\n", "\n").lstrip()
    if JSON_START.match(text):
        return _detect_json_kind(text, suffix)
    if HTML_START.match(text):
        return "html"
    if MARKDOWN_START.match(text):
        return "markdown"
    if detect_reader_format(dict.fromkeys(parse_csv_header(text))) is not None:
        return "csv"
    if suffix in ("json", "jsonl"):
        return suffix
    if is_reading_page(text):
        return "reading"
    return "addresses" if suffix in ("", "text") and is_url_list(text) else suffix or "text"


def _detect_json_kind(text: str, suffix: str) -> str:
    """Return `jsonl` if there is one object per line, `json` if there is one value."""
    first = text.split("\n", 1)[0].rstrip()
    if suffix == "jsonl" or (text.startswith("{") and first != "{" and "\n{" in text):
        return "jsonl"
    is_cut = first == text.rstrip() and len(text) > DETECTION_BYTES // 4
    is_list = (
        text.startswith("[")
        or RECORD_LIST_START.search(text.encode("utf-8", "replace")) is not None
    )
    return "jsonl" if is_cut and suffix != "json" and not is_list else "json"


def read_source(
    file: ImportSource, *, source: str = "import", now: str, kind: str | None = None
) -> Iterator[ParsedArticle | Rejection]:
    """Yield the articles of a file; one that cannot be opened is rejected. See `read_articles`."""
    try:
        stream = file.open()
    except OSError as error:
        yield Rejection(file.display_name, error.strerror or str(error))
        return
    with stream:
        is_zip = stream.read(len(ZIP_MAGIC)) == ZIP_MAGIC
        stream.seek(0)
        size = file.size * (ZIP_EXPANSION_FACTOR if is_zip else 1)
        yield from read_articles(
            file.display_name, stream, source=source, now=now, kind=kind, size=size
        )


def read_articles(
    name: str,
    stream: BinaryIO,
    *,
    source: str = "import",
    now: str,
    kind: str | None = None,
    size: int = 0,
) -> Iterator[ParsedArticle | Rejection]:
    """Yield the articles of one file.

    Bad content never raises: an item that cannot be used is rejected, and the rest goes on.

    Args:
        name: The name of the file, as it is shown.
        stream: Its bytes. Files of many articles are read in pieces, all others whole.
        source: The value of `Article.source`.
        now: The current time, ISO 8601 in UTC.
        kind: One of `IMPORT_FORMATS`, if it is known.
        size: The number of bytes; large files are built in several processes.
    """
    name = clean_line(name)
    builder = ArticleBuilder(None if kind in FILE_KINDS else kind, source, now)
    items = _read_items(name, stream, kind if kind in FILE_KINDS else None)
    try:
        if processes := choose_process_count(size):
            from store.importers.parallel import build_in_parallel  # imported here: rarely needed

            yield from build_in_parallel(builder, items, processes)
        else:
            yield from builder.build_all(items)
    except OSError as error:
        yield Rejection(name, error.strerror or str(error))


def _read_items(name: str, stream: BinaryIO, kind: str | None) -> Iterator[ImportItem | Rejection]:
    head = stream.read(DETECTION_BYTES)
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if not start:
        yield Rejection(name, "the file is empty")
        return
    found = kind or detect_file_kind(name, head)
    is_utf16 = head.startswith(UTF16_BOMS)
    if found == "zip":
        yield from _read_zip(name, head, stream)
    elif b"\0" in head and not is_utf16 and not start.startswith((b"{", b"[")):
        yield Rejection(name, "binary, not text")
    elif found in STREAM_READERS and not is_utf16:
        yield from STREAM_READERS[found](name, head, stream)
    else:
        data = head + stream.read(MAX_FILE_BYTES + 1 - len(head))
        if kind is None and found in ("text", "markdown", "addresses") and len(data) > len(head):
            found = detect_file_kind(name, data)  # a reading page is recognized by its end
        if found == "json" and len(data) > MAX_FILE_BYTES and not is_utf16:
            yield from stream_json_items(name, data, stream)
        else:
            yield from _read_whole_file(name, data, found)


def _read_zip(name: str, head: bytes, stream: BinaryIO) -> Iterator[ImportItem | Rejection]:
    if stream.seekable():
        yield from read_zip_items(name, stream)
        return
    import shutil  # imported here: few imports need it
    import tempfile

    with tempfile.TemporaryFile() as copy:
        copy.write(head)
        shutil.copyfileobj(stream, copy)
        yield from read_zip_items(name, copy)


def _stream_json_lines(
    name: str, head: bytes, stream: BinaryIO
) -> Iterator[ImportItem | Rejection]:
    return read_json_lines(name, _iter_lines(head, stream))


def _stream_bookmarks(name: str, head: bytes, stream: BinaryIO) -> Iterator[ImportItem | Rejection]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    chunks = itertools.chain([head], iter(lambda: stream.read(DETECTION_BYTES), b""))
    return read_bookmark_items(name, map(decoder.decode, chunks))


def _iter_lines(head: bytes, stream: BinaryIO) -> Iterator[bytes | None]:
    """Yield the lines of a stream whose beginning was read already; None for one that is too long."""
    *complete, start = head.split(b"\n")
    yield from complete
    line = start + stream.readline(MAX_LINE_BYTES)
    while line:
        if len(line) >= MAX_LINE_BYTES and not line.endswith(b"\n"):
            while (rest := stream.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
                pass
            yield None
        else:
            yield line
        line = stream.readline(MAX_LINE_BYTES)


STREAM_READERS = {
    "jsonl": _stream_json_lines,
    "csv": read_csv_items,
    "bookmarks": _stream_bookmarks,
}
"""The kinds that are read in pieces."""


def _read_whole_file(name: str, data: bytes, kind: str) -> Iterator[ImportItem | Rejection]:
    if len(data) > MAX_FILE_BYTES:
        yield Rejection(
            name, f"larger than {MAX_FILE_BYTES >> 20} MB; JSON, CSV and ZIP may be of any size"
        )
        return
    try:
        if kind == "json":
            yield from read_json_items(name, _to_utf8(data))
        elif kind in STREAM_READERS:
            yield from STREAM_READERS[kind](name, b"", io.BytesIO(_to_utf8(data)))
        elif kind == "addresses":
            yield from read_url_items(name, _decode(data))
        elif kind == "reading":
            for number, fields in enumerate(
                parse_reading_pages(_decode(data).splitlines()), start=1
            ):
                yield ImportItem(f"{name}: page {number}", fields)
        else:
            yield ImportItem(name, _parse_document(_decode(data), kind))
    except InvalidInput as error:
        yield Rejection(name, str(error))


def _parse_document(text: str, kind: str) -> dict[str, Any]:
    """Return the fields of a file that is one article; its libraries are imported only here."""
    if kind == "html":
        from store.text.html_to_text import parse_html_page

        return parse_html_page(text)
    if kind == "markdown":
        from store.importers.markdown_files import parse_markdown_article

        return parse_markdown_article(text)
    return parse_plain_text(text)


def _to_utf8(data: bytes) -> bytes:
    return _decode(data).encode() if data.startswith(UTF16_BOMS) else data


def _decode(data: bytes) -> str:
    encoding = "utf-16" if data.startswith(UTF16_BOMS) else "utf-8"
    try:
        text = data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"not {encoding.upper()} at byte {error.start}") from None
    if "\0" in text:
        raise InvalidInput("binary, not text")
    return text


def parse_plain_text(text: str) -> dict[str, Any]:
    """Return the fields of a plain text: paragraphs are unwrapped, a headline becomes the title.

    A headline is a short first line before an empty line that does not end like a sentence.
    """
    blocks = PARAGRAPH_BREAK.split(_strip_line_ends(text).strip("\n"))
    title = blocks[0].strip()
    if len(blocks) == 1 or not _is_headline(title):
        return {"text": _unwrap_blocks(blocks)}
    return {"title": title, "text": _unwrap_blocks(blocks[1:])}


def _strip_line_ends(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines())


def _is_headline(line: str) -> bool:
    return (
        "\n" not in line
        and len(line) <= MAX_HEADLINE_CHARS
        and not line.endswith(NON_HEADLINE_ENDINGS)
    )


def _unwrap_blocks(blocks: list[str]) -> str:
    return "\n\n".join(unwrap_lines(block.splitlines()) for block in blocks)
