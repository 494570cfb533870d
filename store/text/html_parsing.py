"""Parsing of HTML that others wrote: within bounds, and as it was meant where it is not quite HTML."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

from store.text.decoding import limit_attributes
from store.text.html_tags import KNOWN_TAGS, RARE_TAGS, UNNESTED_TAGS, VOID_TAGS

SELF_CLOSED_TAG = re.compile(r"<(?!br\b|img\b|hr\b)[a-z][\w:-]*+(?:\s[^<>]*)?/>", re.IGNORECASE)
ANY_TAG = re.compile(r"<(/?)([a-z][\w:-]*+)([^<>]*+)>", re.IGNORECASE)
MAX_TAG_DEPTH = 5_000
"""Depth of nested tags; the parser's time grows with its square."""
MAX_NAMES = 20_000
"""Different names of tags and attributes; the parser's time grows with their square, too."""
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
TAG_NAME = re.compile(r"<(/?)([a-z][a-z0-9:-]*)", re.IGNORECASE)
VALUE = r"=\s*+(?>(?:\"[^\"]*+\"|'[^']*+')?)"
NAMED_TAG = re.compile(rf"</?([a-zA-Z][^>=]*+(?:{VALUE}[^>=]*+)*+)")
TAG_PART = re.compile(rf"{VALUE}[^\s>]*+|([^\s/>=]++)")
"""A name in a tag, its own or that of an attribute; of a value nothing."""
BARE_TAG = re.compile(
    r"<([a-z][^\s<>/=]{0,60}+)(?:\s[^<>=/]{0,60}+)?>"
    r"|<(?=https?://[^\s<>\"]{1,2000}+>|[a-z][^<>=\"']{0,500}+(?:<|\Z))",
    re.IGNORECASE,
)
"""A tag without attributes, or what looks like one: `Map<K, V>`, the beginning of `<https://…>`, or of no tag at all."""
RAW_TAG = re.compile(r"<(?:xmp|plaintext)\b", re.IGNORECASE)
"""A listing in which nothing is escaped, not even by a reference."""
END_TAG = re.compile(r"</([a-z][^\s<>/]{0,60}+)", re.IGNORECASE)


XML_BREAK = re.compile(r"<br\b[^<>]{0,500}></br\s{0,9}>", re.IGNORECASE)
"""A line break as programs for XML write it, which HTML takes for two."""


def parse_html(html: str) -> LexborHTMLParser | None:
    """Parse a page; None if its tags are nested too deeply, or have too many names."""
    if is_too_complex(html):
        return None
    html = limit_attributes(html)
    try:
        html.encode()
    except UnicodeEncodeError:
        html = LONE_SURROGATE.sub("\ufffd", html)  # the parser would drop them silently
    html = _keep_literal_tags(XML_BREAK.sub("<br>", html) if "</br" in html else html)
    return LexborHTMLParser(_close_empty_tags(html) if "/>" in html else html)


def is_too_complex(html: str) -> bool:
    """Return True if tags are nested so deeply, or have so many names, that parsing the page would take minutes."""
    if len(html) < MAX_NAMES and html.count("<") <= MAX_TAG_DEPTH:
        return False
    return _has_many_names(html) or _max_depth(html) > MAX_TAG_DEPTH


def _has_many_names(html: str) -> bool:
    """Return True if tags and attributes have more different names than any page, whatever is in values."""
    names: set[str] = set()
    for tag in NAMED_TAG.findall(html):
        names.update(TAG_PART.findall(tag))
        if len(names) > MAX_NAMES:
            return True
    return False


def _max_depth(html: str) -> int:
    depth = deepest = 0
    for slash, name in TAG_NAME.findall(html):
        if name.lower() not in UNNESTED_TAGS:
            depth += -1 if slash else 1
            deepest = max(deepest, depth)
    return deepest


def _close_empty_tags(html: str) -> str:
    """Give `<iframe/>` and its like an end tag, as in XML, unless one follows; HTML would go on inside."""
    if not SELF_CLOSED_TAG.search(html):
        return html
    pending: dict[str, int] = {}
    closed: set[int] = set()
    for tag in ANY_TAG.finditer(html):
        name = tag[2].lower()
        if not tag[1] and name in pending:
            closed.add(pending.pop(name))
        elif tag[1]:
            pending.pop(name, None)
        if not tag[1] and tag[3].endswith("/") and name not in VOID_TAGS:
            pending[name] = tag.end()
    closed.update(pending.values())
    return ANY_TAG.sub(
        lambda tag: f"<{tag[2]}{tag[3][:-1]}></{tag[2]}>" if tag.end() in closed else tag[0], html
    )


def _keep_literal_tags(html: str) -> str:
    """Return HTML in which tags that HTML does not have, and that nothing closes, are text."""
    unknown = {name.lower() for name in BARE_TAG.findall(html)} - KNOWN_TAGS - RARE_TAGS
    unknown -= {name.lower() for name in END_TAG.findall(html)} if unknown else set()
    if not unknown or RAW_TAG.search(html):
        return html
    return BARE_TAG.sub(
        lambda tag: f"&lt;{tag[0][1:]}" if (tag[1] or "").lower() in unknown else tag[0], html
    )
