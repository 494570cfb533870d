"""Titles of feeds: what is markup in them, and what is meant literally."""

from __future__ import annotations

import re
from html import unescape

from store.text.html_to_text import html_to_line

INLINE_TAG = re.compile(
    r"<(/?)(a|abbr|acronym|b|bdi|bdo|big|br|cite|code|del|dfn|em|font|i|img|ins|kbd|mark|nobr|q|rb|rp|rt|ruby"
    r"|s|samp|small|span|strike|strong|sub|sup|time|tt|u|var|wbr)(?:\s+[\w:-]+\s*=[^<>]{0,2000})?\s*/?>",
    re.IGNORECASE,
)
FORMULA = re.compile(
    r"<math(?:\s[^<>]{0,500})?>(?:(?!<math\b).)*?</math\s*>", re.IGNORECASE | re.DOTALL
)
WRAPPED_TITLE = re.compile(
    r"\s*<(?:p|div|h[1-6])\b[^<>]*>(.*)</(?:p|div|h[1-6])\s*>\s*", re.IGNORECASE | re.DOTALL
)
BETWEEN_BLOCKS = re.compile(r"</(?:p|div|h[1-6])\s*>\s*<(?:p|div|h[1-6])\b[^<>]*>", re.IGNORECASE)
MAX_TITLE_DEPTH = 4
LEFTOVER = re.compile(r"&(?:#\d{2,7}|#[xX][0-9A-Fa-f]{2,6}|[A-Za-z][A-Za-z0-9]{1,30});")
BREAKS = ("br", "wbr")
PLACEHOLDER = "\ue0a8"
"""Stands for a formula while what is around it is escaped."""
CDATA_SECTION = re.compile(r"<!\[CDATA\[((?:(?!<!\[CDATA\[).)*?)\]\]>", re.DOTALL)


def title_to_line(html: str) -> str:
    """Return a title in one line; only whole inline elements are markup, and everything else is literal."""
    html = unwrap_cdata(html)
    for _ in range(MAX_TITLE_DEPTH):
        if not (wrapped := WRAPPED_TITLE.fullmatch(html)):
            break
        html = BETWEEN_BLOCKS.sub(" ", wrapped[1])
    formulas = FORMULA.findall(html) if "<math" in html.lower() else []
    if formulas:
        html = FORMULA.sub(PLACEHOLDER, html.replace(PLACEHOLDER, ""))
    line = _inline_to_html(html)
    for formula in formulas:
        line = line.replace(PLACEHOLDER, formula, 1)
    return resolve_leftovers(html_to_line(line))


def _inline_to_html(html: str) -> str:
    """Return a title as HTML, in which only whole inline elements are markup."""
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
    return "".join((*parts, html[at:].replace("<", "&lt;")))


def resolve_leftovers(title: str) -> str:
    """Return a title without the references to characters that were escaped once too often.

    Those of signs that belong to HTML may be meant, unless they are inside of a word, as in `R&amp;D`.
    """
    return LEFTOVER.sub(_resolve_leftover, title) if "&" in title else title


def _resolve_leftover(match: re.Match[str]) -> str:
    character = unescape(match[0])
    around = (
        match.string[max(0, match.start() - 1) : match.start()],
        match.string[match.end() : match.end() + 1],
    )
    is_in_word = all(map(str.isalnum, around)) and character not in "<>"
    is_letter = not character.isascii() and character.isprintable()
    return character if is_in_word or is_letter else match[0]


def unwrap_cdata(text: str) -> str:
    """Return a text without the marks of CDATA sections that were escaped once too often."""
    return CDATA_SECTION.sub(r"\1", text) if "<![CDATA[" in text else text
