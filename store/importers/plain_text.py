"""Plain text as the Markdown of stored texts: paragraphs are unwrapped, a headline becomes the title."""

from __future__ import annotations

import re
from typing import Any

from store.text.markdown import escape_markdown
from store.text.prose import unwrap_lines

MAX_HEADLINE_CHARS = 120
"""Length of a first line that may be a title."""
NON_HEADLINE_ENDINGS = (".", "。", "।", ":", ";", ",")
ESCAPED_LIST_MARKER = re.compile(r"^( *\d*)\\([-+.)](?= ))", re.MULTILINE)
"""The beginning of an item of a list, which plain text has as well as Markdown."""
UNDERLINE = re.compile(r"([=~*#-])\1{2,}+")
"""The line below a title, as in reStructuredText and old text files."""
PARAGRAPH_BREAK = re.compile(r"\n(?:[ \t]*\n)+")


def parse_plain_text(text: str) -> dict[str, Any]:
    """Return the fields of a plain text.

    A headline is a short first line before an empty line that does not end like a sentence.
    """
    blocks = _split_paragraphs(text)
    title, _, below = blocks[0].strip().partition("\n")
    if not UNDERLINE.fullmatch(below):
        title = blocks[0].strip()
    if len(blocks) > 1 and _is_headline(title):
        return {"title": title, "text": _join_paragraphs(blocks[1:])}
    return {"text": _join_paragraphs(blocks)}


def unwrap_plain_text(text: str) -> str:
    """Return a plain text with its paragraphs in one line each.

    Signs that are markup in Markdown are escaped, except before the items of a list.
    """
    return _join_paragraphs(_split_paragraphs(text))


def _split_paragraphs(text: str) -> list[str]:
    stripped = "\n".join(line.rstrip() for line in text.splitlines())
    return PARAGRAPH_BREAK.split(stripped.strip("\n"))


def _join_paragraphs(blocks: list[str]) -> str:
    text = "\n\n".join(unwrap_lines(block.splitlines()) for block in blocks)
    return ESCAPED_LIST_MARKER.sub(r"\1\2", escape_markdown(text))


def _is_headline(text: str) -> bool:
    is_short_line = "\n" not in text and len(text) <= MAX_HEADLINE_CHARS
    return is_short_line and not text.endswith(NON_HEADLINE_ENDINGS)
