"""Plain text: paragraphs between empty lines, hard wrapping undone, a headline recognised."""

from __future__ import annotations

import re
from typing import Any

from store.text.prose import unwrap_lines

MAX_HEADLINE_CHARS = 120
"""Characters of a first line that may still be a title."""

NON_HEADLINE_ENDINGS = (".", "。", "।", ":", ";", ",")
PARAGRAPH_BREAK = re.compile(r"\n(?:[ \t]*\n)+")


def parse_plain_text(text: str) -> dict[str, Any]:
    """Return title (where a headline stands above the text) and text.

    A headline is a short first line followed by an empty line that does not end as a sentence.
    """
    blocks = PARAGRAPH_BREAK.split(_strip_line_ends(text).strip("\n"))
    title = blocks[0].strip()
    if len(blocks) == 1 or not _is_headline(title):
        return {"text": _unwrap_blocks(blocks)}
    return {"title": title, "text": _unwrap_blocks(blocks[1:])}


def _strip_line_ends(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines())


def _is_headline(line: str) -> bool:
    return (
        "\n" not in line
        and len(line) <= MAX_HEADLINE_CHARS
        and not line.endswith(NON_HEADLINE_ENDINGS)
    )


def _unwrap_blocks(blocks: list[str]) -> str:
    return "\n\n".join(unwrap_lines(block.splitlines()) for block in blocks)
