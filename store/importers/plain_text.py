"""Plain text: paragraphs between empty lines, hard wrapping undone, a headline recognised."""

from __future__ import annotations

import re
from typing import Any

from store.text.prose import unwrap

HEADLINE = 120
"""Characters of a first line that may still be a title."""

NO_HEADLINE = (".", "。", "।", ":", ";", ",")
EMPTY_LINES = re.compile(r"\n(?:[ \t]*\n)+")


def plain_fields(text: str) -> dict[str, Any]:
    """Return title (where a headline stands above the text) and text.

    A headline is a short first line followed by an empty line that does not end as a sentence.
    """
    blocks = EMPTY_LINES.split(_normal(text).strip("\n"))
    title = blocks[0].strip()
    if len(blocks) == 1 or not _is_headline(title):
        return {"text": _unwrapped(blocks)}
    return {"title": title, "text": _unwrapped(blocks[1:])}


def _normal(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines())


def _is_headline(line: str) -> bool:
    return "\n" not in line and len(line) <= HEADLINE and not line.endswith(NO_HEADLINE)


def _unwrapped(blocks: list[str]) -> str:
    return "\n\n".join(unwrap(block.splitlines()) for block in blocks)
