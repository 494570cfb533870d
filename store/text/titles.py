"""Titles of feeds: what is markup in them, and what is meant literally."""

from __future__ import annotations

import re

from store.text.html_to_text import html_to_line

INLINE_TAG = re.compile(
    r"<(/?)(a|abbr|acronym|b|bdi|bdo|big|br|cite|code|del|dfn|em|font|i|img|ins|kbd|mark|nobr|q|rb|rp|rt|ruby"
    r"|s|samp|small|span|strike|strong|sub|sup|time|tt|u|var|wbr)(?:\s+[\w:-]+\s*=[^<>]{0,2000})?\s*/?>",
    re.IGNORECASE,
)
WRAPPED_TITLE = re.compile(r"\s*<(p|div|h[1-6])\b[^<>]*>(.*)</\1\s*>\s*", re.IGNORECASE | re.DOTALL)
BREAKS = ("br", "wbr")
CDATA_SECTION = re.compile(r"<!\[CDATA\[((?:(?!<!\[CDATA\[).)*?)\]\]>", re.DOTALL)


def title_to_line(html: str) -> str:
    """Return a title in one line; only whole inline elements are markup, and everything else is literal."""
    html = unwrap_cdata(html)
    if wrapped := WRAPPED_TITLE.fullmatch(html):
        html = wrapped[2]
    tags = list(INLINE_TAG.finditer(html))
    opened = {match[2].lower() for match in tags if not match[1]}
    closed = {match[2].lower() for match in tags if match[1]}
    parts: list[str] = []
    at = 0
    for match in tags:
        name = match[2].lower()
        is_whole = name in opened & closed or name in BREAKS or (name == "img" and "=" in match[0])
        if is_whole:
            parts += [html[at : match.start()].replace("<", "&lt;"), match[0]]
            at = match.end()
    return html_to_line("".join((*parts, html[at:].replace("<", "&lt;"))))


def unwrap_cdata(text: str) -> str:
    """Return a text without the marks of CDATA sections that were escaped once too often."""
    return CDATA_SECTION.sub(r"\1", text) if "<![CDATA[" in text else text
