"""The bytes of a feed as text that a parser can be given, and what kind of thing they are.

A parser never sees what could make it fail or work for long: controls, references to characters
that are none, entities that a document declares itself.

Sources: RFC 7303 (charsets of XML), XML 1.0 section 2.2 (characters) and appendix F.
"""

from __future__ import annotations

import codecs
import re
from html.entities import html5
from typing import Literal

from store.model.errors import InvalidInput

DocumentKind = Literal["xml", "json", "html", "other"]

ROOT_SEARCH_CHARS = 20_000
"""Characters in which the root element has to begin."""

CHARSET_BY_BOM = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
UNSAFE_CHARSETS = frozenset({"utf-7", "unicode-escape", "raw-unicode-escape", "idna", "punycode"})
"""Charsets in which harmless bytes mean something else."""
CHARSET_ALIASES = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}
"""Charsets that are mostly written in another one, as browsers have learned (WHATWG Encoding)."""

XML_DECLARATION = re.compile(rb"""\s*<\?xml\b[^>]*?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
HTML_CHARSET = re.compile(rb"""<meta\b[^>]*?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
INVALID_XML_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
CHARACTER_REFERENCE = re.compile(r"&#(?:[xX]([0-9A-Fa-f]{1,8})|(\d{1,10}));")
FEED_ROOT = re.compile(r"<(?:[A-Za-z][\w.-]*:)?(?:rss|feed|RDF)(?=[\s>/])")
AMPERSAND = re.compile(
    r"(?P<cdata><!\[CDATA\[.*?\]\]>)|&(?!#\w{1,9};)(?:(?P<name>[A-Za-z][A-Za-z0-9]{1,31});)?",
    re.DOTALL,
)
XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
HTML_ROOT = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
HTML_TITLE = re.compile(r"<title[^>]*>([^<]{1,500})</title", re.IGNORECASE)


def decode_document(data: bytes, charset: str = "") -> str:
    """The text of a document.

    A byte order mark decides, then what is UTF-8 is UTF-8 whatever it is said to be, then the
    server, then the document, and in the end Western Europe; no byte makes it fail.

    Args:
        data: The document.
        charset: What the server said, if anything.
    """
    for mark, name in CHARSET_BY_BOM:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    if data[:2] in (b"<\0", b"\0<"):
        return data.decode("utf-16-le" if data[0] else "utf-16-be", "replace")
    names = [charset, *_find_declared_charsets(data)]
    if b"\x1b" not in data:  # else it may be ISO 2022, which is ASCII to the eye
        names.insert(0, "utf-8")
    for name in names:
        if (text := _try_decode(data, name)) is not None:
            return text
    whole = (
        len(data) > 100 and _try_decode(data[:-4], "utf-8") is not None
    )  # cut off in a character
    return data.decode("utf-8" if whole or _is_mostly_utf8(data) else "cp1252", "replace")


def _find_declared_charsets(data: bytes) -> list[str]:
    found = (pattern.search(data[:2000]) for pattern in (XML_DECLARATION, HTML_CHARSET))
    return [each[1].decode("ascii") for each in found if each]


def _try_decode(data: bytes, name: str) -> str | None:
    try:
        known = codecs.lookup(name).name
        if known in UNSAFE_CHARSETS or known.startswith(("utf-16", "utf-32")):
            return None  # those show themselves
        known = CHARSET_ALIASES.get(known, known)
        return data.decode(known, "replace" if known == "cp1252" else "strict")
    except (LookupError, ValueError):
        return None


def _is_mostly_utf8(data: bytes) -> bool:
    """Whether far more of what is not ASCII is UTF-8 than is not: a few bytes are spoilt."""
    text = data.decode("utf-8", "replace")
    spoilt = text.count("\ufffd")
    return sum(character > "\x7f" for character in text[:ROOT_SEARCH_CHARS]) > 10 * max(1, spoilt)


def remove_invalid_xml_characters(text: str) -> str:
    """The text without what no XML may hold, written out or as a reference (case 94)."""
    return CHARACTER_REFERENCE.sub(
        _replace_character_reference, INVALID_XML_CHARACTER.sub("", text)
    )


def _replace_character_reference(found: re.Match[str]) -> str:
    number = int(found[1], 16) if found[1] else int(found[2])
    if 0x80 <= number < 0xA0:  # meant is what Windows has there
        return bytes([number]).decode("cp1252", "replace")
    if number > 0x10FFFF or INVALID_XML_CHARACTER.match(chr(number)):
        return "\ufffd" if number >= 0x20 and number != 0x7F else ""
    return found[0]


def detect_document_kind(text: str) -> DocumentKind:
    """What a document is, by its beginning."""
    head = text[:ROOT_SEARCH_CHARS]
    start = head.lstrip()
    if start.startswith("{"):
        return "json"
    root, page = FEED_ROOT.search(head), HTML_ROOT.search(head)
    if root and (page is None or root.start() < page.start()):
        return "xml"
    return "html" if page else "other"


def find_html_title(text: str) -> str:
    """The title of an HTML page, for a message."""
    found = HTML_TITLE.search(text[:ROOT_SEARCH_CHARS])
    return " ".join(found[1].split()) if found else ""


def _replace_entity(found: re.Match[str]) -> str:
    """An ampersand that means itself written as such, and a name that only HTML knows as what it is."""
    name = found["name"]
    if found["cdata"] or name in XML_ENTITIES:
        return found[0]
    if not name:
        return "&amp;"
    meant = html5.get(f"{name};", "")
    return "".join(f"&#{ord(character)};" for character in meant) or f"&amp;{name};"


def extract_feed_xml(text: str) -> str:
    """A feed from its root element on: without declaration, DTD and what else stood before.

    Raises:
        BadInput: It is no feed, or declares entities, which can grow without bounds (case 93).
    """
    root = FEED_ROOT.search(text[:ROOT_SEARCH_CHARS])
    if root is None:
        raise InvalidInput("not a feed")
    if "<!ENTITY" in text[: root.start()]:
        raise InvalidInput("it declares entities of its own, which is not safe to read")
    return AMPERSAND.sub(_replace_entity, text[root.start() :])
