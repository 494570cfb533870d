"""Titles and authors of feeds: what is markup in them, and what is meant literally."""

from __future__ import annotations

import re
from collections.abc import Iterator

from store.text.html_to_text import html_to_line

INLINE_TAG = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|big|br|cite|code|del|em|font|i|img|ins|kbd|mark|q|s|samp|small|span|strike"
    r"|strong|sub|sup|tt|u|var|wbr)(?:\s+[\w:-]+\s*=[^<>]{0,2000})?\s*/?>",
    re.IGNORECASE,
)
WRAPPED_TITLE = re.compile(r"\s*<(p|div|h[1-6])\b[^<>]*>(.*)</\1\s*>\s*", re.IGNORECASE | re.DOTALL)
CDATA_SECTION = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
ADDRESS = re.compile(r"(?:mailto:)?([^\s<>()@,;:]{1,64})@[^\s<>()@,;]+", re.IGNORECASE)
EMPTY_BRACKETS = re.compile(r"\(\s*\)|<\s*>|\[\s*\]")
UNNAMED_MAILBOX = re.compile(r"(?:no|do-?not)-?_?reply", re.IGNORECASE)


def title_to_line(html: str) -> str:
    """Return a title in one line; only inline elements are markup, and everything else is literal."""
    html = unwrap_cdata(html)
    if wrapped := WRAPPED_TITLE.fullmatch(html):
        html = wrapped[2]
    parts: list[str] = []
    at = 0
    for match in INLINE_TAG.finditer(html):
        parts += [html[at : match.start()].replace("<", "&lt;"), match[0]]
        at = match.end()
    return html_to_line("".join((*parts, html[at:].replace("<", "&lt;"))))


def unwrap_cdata(text: str) -> str:
    """Return a text without the marks of CDATA sections that were escaped once too often."""
    return CDATA_SECTION.sub(r"\1", text) if "<![CDATA[" in text else text


def clean_author(text: str) -> str:
    """Return the name of an author without addresses; of a bare address, the part before the @."""
    line = " ".join(text.split())
    if "@" not in line:
        return line
    rest = EMPTY_BRACKETS.sub("", ADDRESS.sub("", line)).strip(" ,;:-\"'")
    if rest.startswith("(") and rest.endswith(")"):
        rest = rest[1:-1].strip()
    if rest:
        return rest
    mailboxes = (match[1] for match in ADDRESS.finditer(line))
    return next((each for each in mailboxes if not UNNAMED_MAILBOX.fullmatch(each)), "")


def clean_authors(names: list[str]) -> Iterator[str]:
    """Yield the names of authors, each once."""
    known: set[str] = set()
    for name in map(clean_author, names):
        if name and name.casefold() not in known:
            known.add(name.casefold())
            yield name
