"""Everything that brings articles in: each format ends as a `Found` or a `Refused`."""

from __future__ import annotations

import codecs
import io
import itertools
import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, BinaryIO

from store.importers.article_builder import Builder, build, processes_for
from store.importers.bookmarks import BOOKMARKS, address_items, bookmark_items, is_address_list
from store.importers.containers import (
    LIST_BEGIN,
    Item,
    csv_header,
    csv_items,
    json_stream,
    zip_items,
)
from store.importers.json_records import BOM, json_items, json_lines
from store.importers.reader_exports import DIALECTS, dialect_of
from store.importers.reading_page import is_reading_page, pages
from store.model.article import Found, Refused
from store.model.errors import BadInput
from store.text.clean import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FORMATS", "KINDS", "Found", "Refused", "build", "detect", "read"]

KINDS = (
    *("json", "jsonl", "reading", "markdown", "html", "text"),
    *("csv", "zip", "bookmarks", "addresses"),
)
FORMATS = (*KINDS, *(dialect.name for dialect in DIALECTS))
"""What a file can be said to be: a kind of file, or the program that wrote it."""

HEAD = 64 * 1024
"""Bytes that are looked at to tell what a file is."""

MAX_FILE = 32 * 1024 * 1024
"""Bytes of a file that has to be read whole; what holds many articles may be of any size."""

ZIP = b"PK\x03\x04"

MAX_LINE = 64 * 1024 * 1024
"""Bytes of one line of JSON Lines."""

UTF16 = (b"\xff\xfe", b"\xfe\xff")

SUFFIXES = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".txt": "text",
    ".csv": "csv",
    ".zip": "zip",
}

JSON_BEGIN = re.compile(r'\{\s*["}]|\[\s*[{\]]|\{\s*\Z|\[\s*\Z')
HTML_BEGIN = re.compile(
    r"(?:<\?xml[^<>]*>\s*)?(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
MARKDOWN_BEGIN = re.compile(r"---[ \t]*\n[^\n]*:|\+\+\+[ \t]*\n|# \S")


def detect(name: str, head: bytes) -> str:
    """Tell the format of a file by its content, and where that leaves a choice by its name.

    Args:
        name: File name; only its suffix counts.
        head: How the file begins; the more, the surer.

    Returns:
        One of `KINDS`.
    """
    if head.startswith(ZIP):
        return "zip"
    if BOOKMARKS.search(head[:4096]):
        return "bookmarks"
    suffix = SUFFIXES.get(PurePath(name).suffix.lower(), "")
    encoding = "utf-16" if head.startswith(UTF16) else "utf-8-sig"
    text = head.decode(encoding, "replace").replace("\r\n", "\n").lstrip()
    if JSON_BEGIN.match(text):
        return _json_kind(text, suffix)
    if HTML_BEGIN.match(text):
        return "html"
    if MARKDOWN_BEGIN.match(text):
        return "markdown"
    if dialect_of(dict.fromkeys(csv_header(text))) is not None:
        return "csv"
    if suffix in ("json", "jsonl"):
        return suffix
    if is_reading_page(text):
        return "reading"
    return "addresses" if suffix in ("", "text") and is_address_list(text) else suffix or "text"


def _json_kind(text: str, suffix: str) -> str:
    """`jsonl` where objects follow each other line by line, `json` where one value spans all."""
    first = text.split("\n", 1)[0].rstrip()
    if suffix == "jsonl" or (text.startswith("{") and first != "{" and "\n{" in text):
        return "jsonl"
    is_cut = first == text.rstrip() and len(text) > HEAD // 4
    is_list = text.startswith("[") or LIST_BEGIN.search(text.encode("utf-8", "replace")) is not None
    return "jsonl" if is_cut and suffix != "json" and not is_list else "json"


def read(
    name: str,
    stream: BinaryIO,
    *,
    source: str = "import",
    now: str,
    kind: str | None = None,
    size: int = 0,
) -> Iterator[Found | Refused]:
    """Read the articles of one file.

    Bad content never raises: what cannot be used is refused, item by item, and the rest goes on.

    Args:
        name: How the user knows the file.
        stream: Its bytes. What holds many articles is read bit by bit, everything else whole.
        source: How the articles came in.
        now: The time they came in, in our form.
        kind: One of `FORMATS`, if it is known.
        size: Bytes there are; of many, other processes take their part.
    """
    name = clean_line(name)
    builder = Builder(None if kind in KINDS else kind, source, now)
    items = _items(name, stream, kind if kind in KINDS else None)
    try:
        if processes := processes_for(size):
            from store.importers.parallel import built_aside  # imported here: few files are large

            yield from built_aside(builder, items, processes)
        else:
            yield from builder.built(items)
    except OSError as error:
        yield Refused(name, error.strerror or str(error))


def _items(name: str, stream: BinaryIO, kind: str | None) -> Iterator[Item | Refused]:
    head = stream.read(HEAD)
    start = head.removeprefix(BOM).lstrip()
    if not start:
        yield Refused(name, "the file is empty")
        return
    found = kind or detect(name, head)
    is_utf16 = head.startswith(UTF16)
    if found == "zip":
        yield from _zip(name, head, stream)
    elif b"\0" in head and not is_utf16 and not start.startswith((b"{", b"[")):
        yield Refused(name, "binary, not text")
    elif found in STREAMED and not is_utf16:
        yield from STREAMED[found](name, head, stream)
    else:
        data = head + stream.read(MAX_FILE + 1 - len(head))
        if kind is None and found in ("text", "markdown", "addresses") and len(data) > len(head):
            found = detect(name, data)  # a reading page shows itself only at its end
        if found == "json" and len(data) > MAX_FILE and not is_utf16:
            yield from json_stream(name, data, stream)
        else:
            yield from _whole(name, data, found)


def _zip(name: str, head: bytes, stream: BinaryIO) -> Iterator[Item | Refused]:
    if stream.seekable():
        yield from zip_items(name, stream, json_items)
        return
    import shutil  # imported here, as whatever few imports need
    import tempfile

    with tempfile.TemporaryFile() as copy:
        copy.write(head)
        shutil.copyfileobj(stream, copy)
        yield from zip_items(name, copy, json_items)


def _json_lines(name: str, head: bytes, stream: BinaryIO) -> Iterator[Item | Refused]:
    return json_lines(name, _lines(head, stream))


def _bookmarks(name: str, head: bytes, stream: BinaryIO) -> Iterator[Item | Refused]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    chunks = itertools.chain([head], iter(lambda: stream.read(HEAD), b""))
    return bookmark_items(name, map(decoder.decode, chunks))


def _lines(head: bytes, stream: BinaryIO) -> Iterator[bytes | None]:
    """Lines of a stream whose beginning was read already; None for one that is too long."""
    *whole, begun = head.split(b"\n")
    yield from whole
    line = begun + stream.readline(MAX_LINE)
    while line:
        if len(line) >= MAX_LINE and not line.endswith(b"\n"):
            while (rest := stream.readline(MAX_LINE)) and not rest.endswith(b"\n"):
                pass
            yield None
        else:
            yield line
        line = stream.readline(MAX_LINE)


STREAMED = {"jsonl": _json_lines, "csv": csv_items, "bookmarks": _bookmarks}
"""What is read bit by bit."""


def _whole(name: str, data: bytes, kind: str) -> Iterator[Item | Refused]:
    if len(data) > MAX_FILE:
        yield Refused(
            name, f"larger than {MAX_FILE >> 20} MB; JSON, CSV and ZIP may be of any size"
        )
        return
    try:
        if kind == "json":
            yield from json_items(name, _as_utf8(data))
        elif kind in STREAMED:
            yield from STREAMED[kind](name, b"", io.BytesIO(_as_utf8(data)))
        elif kind == "addresses":
            yield from address_items(name, _decoded(data))
        elif kind == "reading":
            for number, fields in enumerate(pages(_decoded(data).splitlines()), start=1):
                yield Item(f"{name}: page {number}", fields)
        else:
            yield Item(name, _document(_decoded(data), kind))
    except BadInput as error:
        yield Refused(name, str(error))


def _document(text: str, kind: str) -> dict[str, Any]:
    """Return the fields of a file that is one article. Its libraries are imported only here."""
    if kind == "html":
        from store.text.html_to_text import page_fields

        return page_fields(text)
    if kind == "markdown":
        from store.importers.markdown import markdown_fields

        return markdown_fields(text)
    from store.importers.plain_text import plain_fields

    return plain_fields(text)


def _as_utf8(data: bytes) -> bytes:
    return _decoded(data).encode() if data.startswith(UTF16) else data


def _decoded(data: bytes) -> str:
    encoding = "utf-16" if data.startswith(UTF16) else "utf-8"
    try:
        text = data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise BadInput(f"not {encoding.upper()} at byte {error.start}") from None
    if "\0" in text:
        raise BadInput("binary, not text")
    return text
