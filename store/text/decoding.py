"""Decoding of feeds and pages to text, and detection of their kind.

A parser never sees what could make it fail or run for long: control characters, references to invalid
characters, entities declared by the document itself.

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
"""The part of a document in which its root element must begin."""

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
"""The charsets actually used under these names, as browsers have learned (WHATWG Encoding)."""

XML_DECLARATION = re.compile(rb"""<\?xml\b[^<>]*?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
HTML_CHARSET = re.compile(
    rb"""<meta\b[^<>]*?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE
)
INVALID_XML_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
CHARACTER_REFERENCE = re.compile(r"&#(?:[xX]([0-9A-Fa-f]{1,8})|(\d{1,10}));")
FEED_ROOT = re.compile(r"<(?:[A-Za-z][\w.-]*:)?(?:rss|feed|RDF)(?=[\s>/])")
AMPERSAND = re.compile(
    r"(?P<cdata><!\[CDATA\[.*?(?:\]\]>|\Z))|&(?!#\w{1,9};)(?:(?P<name>[A-Za-z][A-Za-z0-9]{1,31});)?",
    re.DOTALL,
)
XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
COMMENT = re.compile(r"<!--(?:(?!<!--).)*?-->", re.DOTALL)
HTML_ROOT = re.compile(r"<(?:html|head|body|title|meta|script|style)\b", re.IGNORECASE)
HTML_DOCTYPE = re.compile(r"<!doctype\s+html\b", re.IGNORECASE)
"""Stands before some feeds, too: the root element decides."""
HTML_ENTITY = re.compile(r"""<!ENTITY\s+(\w{1,32})\s+["']&?#?\w{0,8};?["']\s*>""")
HTML_TITLE = re.compile(r"<title[^<>]*+>([^<]{1,500}+)</title", re.IGNORECASE)


def decode_document(data: bytes, charset: str = "") -> str:
    """Return the text of a document; no byte makes it fail.

    In order: a byte order mark, valid UTF-8 whatever is declared, the charset that the server declared, that
    of the document, Western European.
    """
    for mark, name in CHARSET_BY_BOM:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    if data[:2] in (b"<\0", b"\0<"):
        return data.decode("utf-16-le" if data[0] else "utf-16-be", "replace")
    declared = (pattern.search(data[:2000]) for pattern in (XML_DECLARATION, HTML_CHARSET))
    names = [charset, *(match[1].decode("ascii") for match in declared if match)]
    if b"\x1b" not in data:  # else it may be ISO 2022, which looks like ASCII
        names.insert(0, "utf-8")
    for name in names:
        if (text := _try_decode(data, name)) is not None:
            return text
    # It may be cut off inside of a character.
    is_cut_utf8 = len(data) > 100 and _try_decode(data[:-4], "utf-8") is not None
    return data.decode("utf-8" if is_cut_utf8 or _is_mostly_utf8(data) else "cp1252", "replace")


def _try_decode(data: bytes, name: str) -> str | None:
    try:
        codec = codecs.lookup(name).name
        if codec in UNSAFE_CHARSETS or codec.startswith(("utf-16", "utf-32")):
            return None  # UTF-16 and UTF-32 are detected by their first bytes
        codec = CHARSET_ALIASES.get(codec, codec)
        return data.decode(codec, "replace" if codec == "cp1252" else "strict")
    except (LookupError, ValueError):
        return None


def _is_mostly_utf8(data: bytes) -> bool:
    """Return True if most non-ASCII characters are valid UTF-8, and only a few bytes damaged."""
    text = data.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    return sum(character > "\x7f" for character in text[:ROOT_SEARCH_CHARS]) > 10 * max(1, damaged)


def remove_invalid_xml_characters(text: str) -> str:
    """Remove the characters XML forbids, and references to them (case 94)."""
    return CHARACTER_REFERENCE.sub(_replace_reference, INVALID_XML_CHARACTER.sub("", text))


def _replace_reference(match: re.Match[str]) -> str:
    number = int(match[1], 16) if match[1] else int(match[2])
    if 0x80 <= number < 0xA0:  # the author meant Windows-1252
        return bytes([number]).decode("cp1252", "replace")
    if number > 0x10FFFF or INVALID_XML_CHARACTER.match(chr(number)):
        return "\ufffd" if number >= 0x20 and number != 0x7F else ""
    return match[0]


def detect_document_kind(text: str) -> DocumentKind:
    """Detect the kind of a document by its beginning."""
    head = COMMENT.sub("", text[:ROOT_SEARCH_CHARS])
    start = head.lstrip()
    if start.startswith("{"):
        return "json"
    root, page = FEED_ROOT.search(head), HTML_ROOT.search(head)
    if root and (page is None or root.start() < page.start()):
        return "xml"
    return "html" if page or HTML_DOCTYPE.search(head) else "other"


def find_html_title(text: str) -> str:
    """Return the title of an HTML page, for a message."""
    match = HTML_TITLE.search(text[:ROOT_SEARCH_CHARS])
    return " ".join(match[1].split()) if match else ""


def _replace_entity(match: re.Match[str]) -> str:
    """Escape a bare ampersand, and resolve a name that only HTML knows."""
    name = match["name"]
    if match["cdata"] or name in XML_ENTITIES:
        return match[0]
    if not name:
        return "&amp;"
    characters = html5.get(f"{name};", "")
    return "".join(f"&#{ord(character)};" for character in characters) or f"&amp;{name};"


def _drop_html_entity(match: re.Match[str]) -> str:
    """Drop the declaration of a character that HTML knows under the same name."""
    return "" if f"{match[1]};" in html5 else match[0]


def extract_feed_xml(text: str) -> str:
    """Return a feed from its root element on, without XML declaration and DTD.

    Raises:
        InvalidInput: It is no feed, or declares entities, which can grow without bounds (case 93).
    """
    root = FEED_ROOT.search(text[:ROOT_SEARCH_CHARS])
    if root is None:
        raise InvalidInput("not a feed")
    if "<!ENTITY" in HTML_ENTITY.sub(_drop_html_entity, text[: root.start()]):
        raise InvalidInput("declares XML entities, which are unsafe to expand")
    return escape_ampersands(text[root.start() :])


def escape_ampersands(text: str) -> str:
    """Return XML with its bare ampersands escaped and the entities of HTML resolved."""
    return AMPERSAND.sub(_replace_entity, text)
