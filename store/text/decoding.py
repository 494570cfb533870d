"""Decoding of feeds and pages to text, and detection of their kind.

A parser never sees what could make it fail or run for long: control characters, references to invalid
characters, entities declared by the document itself.

Sources: RFC 7303 (charsets of XML), XML 1.0 section 2.2 (characters) and appendix F.
"""

from __future__ import annotations

import codecs
import re
from typing import Literal

from store.model.errors import InvalidInput
from store.text.charsets import (
    STRAY_BYTES_AS_WESTERN,
    WESTERN,
    find_marked_charset,
    guess_charset,
    is_utf8,
)

DocumentKind = Literal["xml", "json", "html", "opml", "other"]

ROOT_SEARCH_CHARS = 20_000
"""The part of a document in which its root element must begin."""

UNSAFE_CHARSETS = frozenset({"utf-7", "unicode-escape", "raw-unicode-escape", "idna", "punycode"})
"""Charsets in which harmless bytes mean something else."""
CHARSET_ALIASES = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
}
"""The charsets actually used under these names, as browsers have learned (WHATWG Encoding)."""
CODE_PAGE = re.compile(r"(?:cp|dos|ms|win(?:dows)?)[-_]?(\d{3,5})")
"""A code page under the names that Python has not: `windows-949`, `win-1251`."""
HEBREW_OR_ARABIC = re.compile(r"(iso-8859-[68])-[ei]")
"""These charsets with the order in which their text was once written."""
WIDE_CHARSETS = ("utf-16", "utf-32")
MAX_DAMAGED_SHARE = 0.01
"""The share of characters that may be damaged in the charset a document declares."""

XML_DECLARATION = re.compile(rb"""<\?xml\b[^<>]*?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
HTML_CHARSET = re.compile(
    rb"""<meta\b[^<>]*?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE
)
INVALID_XML_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
CHARACTER_REFERENCE = re.compile(r"&#(?:[xX]([0-9A-Fa-f]{1,8})|(\d{1,10}));")
SURROGATE_REFERENCES = re.compile(r"&#(5[56]\d{3});&#(5[67]\d{3});")
"""References to the halves of a character, as programs write them whose strings are UTF-16."""
FEED_ROOT = re.compile(r"<(?:[A-Za-z][\w.-]*:)?(?:rss|feed|RDF)(?=[\s>/])", re.IGNORECASE)
AMPERSAND = re.compile(
    r"(?P<cdata><!\[CDATA\[.*?(?:\]\]>|\Z))|&(?!#\w{1,9};)(?:(?P<name>[A-Za-z][A-Za-z0-9]{1,31});)?",
    re.DOTALL,
)
XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
COMMENT = re.compile(r"<!--(?:(?!<!--).)*?-->", re.DOTALL)
ATTRIBUTE = (
    r"""(?>[\s/]*+(?:=|(?:[^\s/<>=]|<(?!/)))(?:[^\s/<>=]|<(?!/))*+"""
    r"""(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'>]++))?+)"""
)
MAX_TAG_ATTRIBUTES = 200
"""Attributes of one tag that a parser is given: its time grows with their square."""
OPENING_TAG = re.compile(
    rf"<(script|style)\b.*?(?:</\1|\Z)|<[A-Za-z][^\s/<>]*+(?:{ATTRIBUTE})*+",
    re.DOTALL | re.IGNORECASE,
)
"""A tag with its attributes; scripts, in which `a<b` is no tag, whole."""
FIRST_ATTRIBUTES = re.compile(rf"<[A-Za-z][^\s/<>]*+(?:{ATTRIBUTE}){{0,{MAX_TAG_ATTRIBUTES}}}+")
OPML_START = re.compile(r"(?:<\?xml\b[^<>]*+>\s*+)?<opml\b", re.IGNORECASE)
HTML_ROOT = re.compile(r"<(?:html|head|body|title|meta|script|style)\b", re.IGNORECASE)
HTML_DOCTYPE = re.compile(r"<!doctype\s+html\b", re.IGNORECASE)
"""Stands before some feeds, too: the root element decides."""
HTML_ENTITY = re.compile(r"""<!ENTITY\s+(\w{1,32})\s+["']&?#?\w{0,8};?["']\s*>""")
HTML_TITLE = re.compile(r"<title[^<>]*+>([^<]{1,500}+)</title", re.IGNORECASE)


def decode_document(data: bytes, charset: str = "") -> str:
    """Return the text of a document; no byte makes it fail.

    In order: marks in the bytes, valid UTF-8 whatever is declared, the charset that the server declared,
    that of the document, the charset that the bytes look like, Western European.
    """
    if marked := find_marked_charset(data):
        return data.decode(marked, "replace").removeprefix("\ufeff")
    found = (
        pattern.search(data[:ROOT_SEARCH_CHARS]) for pattern in (XML_DECLARATION, HTML_CHARSET)
    )
    declared = [charset, *(match[1].decode("ascii") for match in found if match)]
    # What has an escape may be of an ISO 2022 charset, which looks like ASCII.
    for name in declared if b"\x1b" in data else ("utf-8", *declared):
        if (text := _try_decode(data, name)) is not None:
            return text
    if is_utf8(data):
        return data.decode("utf-8", STRAY_BYTES_AS_WESTERN)
    for name in declared:
        text = _try_decode(data, name, "replace")
        if text is not None and MAX_DAMAGED_SHARE * len(text) >= text.count("\ufffd"):
            return text
    return _decode_legacy(data, guess_charset(data) or WESTERN)


def decode_text(data: bytes) -> str:
    """Return the text of a file that declares no charset.

    Raises:
        InvalidInput: It is binary, or its charset cannot be told.
    """
    marked = find_marked_charset(data)
    try:
        text = data.decode(marked or "utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        if marked.startswith(WIDE_CHARSETS):
            raise InvalidInput(f"not {marked[:6].upper()} at byte {error.start}") from None
        text = _decode_undeclared(data)
    if "\0" in text:
        raise InvalidInput("binary, not text")
    return text


def _decode_undeclared(data: bytes) -> str:
    if is_utf8(data):
        return data.removeprefix(codecs.BOM_UTF8).decode("utf-8", STRAY_BYTES_AS_WESTERN)
    charset = "" if b"\0" in data else guess_charset(data)
    if not charset:
        raise InvalidInput("neither UTF-8 nor another known charset")
    return _decode_legacy(data, charset)


def _decode_legacy(data: bytes, charset: str) -> str:
    return data.decode(charset, STRAY_BYTES_AS_WESTERN)


def _try_decode(data: bytes, name: str, errors: str = "strict") -> str | None:
    try:
        name = name.lower().removeprefix("x-")
        name = CODE_PAGE.sub(r"cp\1", HEBREW_OR_ARABIC.sub(r"\1", name))
        codec = codecs.lookup(name).name
        if codec in UNSAFE_CHARSETS or codec.startswith(WIDE_CHARSETS):
            return None  # UTF-16 and UTF-32 are detected by their first bytes
        codec = CHARSET_ALIASES.get(codec, codec)
        return data.decode(codec, STRAY_BYTES_AS_WESTERN if codec == WESTERN else errors)
    except (LookupError, ValueError):
        return None


def remove_invalid_xml_characters(text: str) -> str:
    """Remove the characters XML forbids, and references to them (case 94)."""
    text = SURROGATE_REFERENCES.sub(_join_surrogates, INVALID_XML_CHARACTER.sub("", text))
    return CHARACTER_REFERENCE.sub(_replace_reference, text)


def _join_surrogates(match: re.Match[str]) -> str:
    """Return the character whose halves are referred to, if they are; else the references."""
    high, low = (int(each) for each in match.groups())
    if not 0xD800 <= high < 0xDC00 <= low < 0xE000:
        return match[0]
    return chr(0x10000 + ((high - 0xD800) << 10) + low - 0xDC00)


def _replace_reference(match: re.Match[str]) -> str:
    number = int(match[1], 16) if match[1] else int(match[2])
    if 0x80 <= number < 0xA0:  # the author meant Windows-1252
        return bytes([number]).decode("cp1252", "replace")
    if number > 0x10FFFF or INVALID_XML_CHARACTER.match(chr(number)):
        return "\ufffd" if number >= 0x20 and number != 0x7F else ""
    return match[0]


def limit_attributes(html: str) -> str:
    """Drop the attributes of a tag beyond the number that any author writes."""
    return OPENING_TAG.sub(_drop_attributes, html)


def _drop_attributes(tag: re.Match[str]) -> str:
    if tag[1] or len(tag[0]) <= 2 * MAX_TAG_ATTRIBUTES:
        return tag[0]
    first = FIRST_ATTRIBUTES.match(tag[0])
    return first[0] if first else tag[0]


def detect_document_kind(text: str) -> DocumentKind:
    """Detect the kind of a document by its beginning."""
    head = COMMENT.sub("", text[:ROOT_SEARCH_CHARS])
    start = head.lstrip()
    if start.startswith("{"):
        return "json"
    if OPML_START.match(start):
        return "opml"
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
    characters = _find_html_entity(name)
    return "".join(f"&#{ord(character)};" for character in characters) or f"&amp;{name};"


def _drop_html_entity(match: re.Match[str]) -> str:
    """Drop the declaration of a character that HTML knows under the same name."""
    return "" if _find_html_entity(match[1]) else match[0]


def _find_html_entity(name: str) -> str:
    """Return the characters of a name of HTML; nothing if it has no such name."""
    from html.entities import html5  # a large table that few documents need

    return html5.get(f"{name};", "")


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
