"""Newsletters that came by mail: messages (`.eml`, RFC 5322) and mailboxes (mbox, RFC 4155)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO

from store.importers.containers import MAX_LINE_BYTES, ImportItem, join_stream
from store.importers.plain_text import unwrap_plain_text
from store.model.article import Rejection
from store.text.decoding import decode_document

if TYPE_CHECKING:
    from email.message import Message
    from email.policy import Policy

MAX_HEADER_CHARS = 10_000
MAILBOX_START = b"From "
"""The line before each message of a mailbox."""
QUOTED_START = re.compile(rb"^>(>*From )", re.MULTILINE)
HEADER_LINE = re.compile(r"([A-Za-z][A-Za-z0-9-]{0,60}):(?: |\Z)")
MAIL_HEADERS = frozenset({"from", "date"})
TELLING_HEADERS = frozenset({"message-id", "mime-version", "received", "return-path", "subject"})
"""One of these is in the head of every message, beside those above."""
SAVED_BY = re.compile(r"<saved by ", re.IGNORECASE)
LINK = re.compile(r"<(https?://[^<>\s]{1,2000})>")


def is_mail(text: str) -> bool:
    """Return True for the beginning of a message or a mailbox."""
    names: set[str] = set()
    lines = text.removeprefix("\ufeff").split("\n")
    for line in lines[lines[0].startswith("From ") :]:
        header = HEADER_LINE.match(line.rstrip("\r"))
        if header:
            names.add(header[1].lower())
        elif not line[:1].isspace() or not line.strip():
            break  # the end of the headers, or no headers at all
    return names >= MAIL_HEADERS and not names.isdisjoint(TELLING_HEADERS)


def read_mail_items(name: str, head: bytes, rest: BinaryIO) -> Iterator[ImportItem | Rejection]:
    """Yield one item per message; its HTML is preferred to its plain text, and files are left out."""
    stream = join_stream(head, rest)
    for number, data in enumerate(_split_mailbox(stream), start=1):
        location = f"{name}: message {number}" if head.startswith(MAILBOX_START) else name
        if data is None:
            yield Rejection(location, "too large")
            continue
        try:
            yield ImportItem(location, parse_mail(data))
        except RecursionError:
            yield Rejection(location, "nested too deeply")


def _split_mailbox(stream: io.BufferedReader) -> Iterator[bytes | None]:
    """Yield the messages of a mailbox, or the one that there is; None for one that is too large."""
    message = bytearray()
    is_mailbox = stream.peek(len(MAILBOX_START)).startswith(MAILBOX_START)
    is_after_empty_line = True
    while line := stream.readline(MAX_LINE_BYTES):
        if is_mailbox and is_after_empty_line and line.startswith(MAILBOX_START):
            if message:
                yield _close(message)
            message.clear()
        elif len(message) <= MAX_LINE_BYTES:
            message += line
        is_after_empty_line = not line.strip()
    if message:
        yield _close(message)


def _close(message: bytearray) -> bytes | None:
    return bytes(message) if len(message) <= MAX_LINE_BYTES else None


def parse_mail(data: bytes) -> dict[str, Any]:
    """Return the fields of a message."""
    from email import message_from_bytes  # imported here: few imports need it
    from email.utils import parseaddr

    message = message_from_bytes(QUOTED_START.sub(rb"\1", data), policy=_make_policy())
    name, address = parseaddr(_header(message, "From"))
    links = LINK.search(_header(message, "Archived-At"))
    fields: dict[str, Any] = {
        "title": _header(message, "Subject"),
        "authors": [name or address] if name or address else [],
        "category": parseaddr(_header(message, "List-Id"))[0]
        or (name if message["List-Id"] or message["List-Unsubscribe"] else ""),
        "date": _header(message, "Date"),
        "url": links[1] if links else "",
        "message_id": _header(message, "Message-ID"),
    }
    if page := _find_saved_page(message):
        return {**page, "created": fields["date"]}
    bodies = {kind: body for kind in ("html", "plain") if (body := _find_body(message, kind))}
    if "html" in bodies:
        fields["html"] = bodies["html"]
    elif "plain" in bodies:
        fields["text"] = unwrap_plain_text(bodies["plain"])
    return {field: value for field, value in fields.items() if value}


def _make_policy() -> Policy:
    """Return a policy that cuts headers: the time to parse one grows with the square of its length."""
    from email.policy import Compat32

    class ShortHeaders(Compat32):
        def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
            """Return a header's name and its cut value."""
            name, value = super().header_source_parse(sourcelines)
            return name, value[:MAX_HEADER_CHARS]

    return ShortHeaders()


def _find_saved_page(message: Message) -> dict[str, Any] | None:
    """Return the fields of a page that a browser saved as one file (MHTML, RFC 2557); None for mail."""
    if not SAVED_BY.match(_header(message, "From")):
        return None
    from store.importers.web_pages import parse_saved_page  # imported here: rarely needed

    pages = (each for each in message.walk() if each.get_content_type() == "text/html")
    location = _header(next(pages, message), "Content-Location")
    url = _header(message, "Snapshot-Content-Location") or location
    found = parse_saved_page(_find_body(message, "html"))
    is_web = url.lower().startswith(("http://", "https://"))
    return {**found, "url": url} if is_web else found


def _header(message: Message, name: str) -> str:
    """Return a header in one line, with its encoded words decoded."""
    from email.header import decode_header, make_header

    value = str(message.get(name) or "")
    with suppress(LookupError, ValueError):  # an unknown charset, or bytes that it does not have
        value = str(make_header(decode_header(value)))
    return " ".join(value.split())


def _find_body(message: Message, kind: str) -> str:
    """Return the first text of this kind that is not an attached file."""
    for part in message.walk():
        if part.get_content_type() != f"text/{kind}" or part.get_filename():
            continue
        data = part.get_payload(decode=True)
        if isinstance(data, bytes) and data.strip():
            return decode_document(data, part.get_content_charset() or "")
    return ""
