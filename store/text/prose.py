"""Plain text: count words, make a title, undo hard wrapping, see whether it was cut off."""

from __future__ import annotations

import re
from collections.abc import Sequence

from store.text.markdown import strip_inline_markdown

MAX_GENERATED_TITLE_CHARS = 100
MAX_WRAPPED_LINE_CHARS = 100
"""Nobody wraps lines wider than this: a longer one is an unwrapped paragraph."""
FIRST_SENTENCE_SEARCH_CHARS = 1_000
"""The part of a paragraph that is searched for its first sentence."""

CJK_RUN = re.compile("[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
"""Scripts without spaces between words (Korean has them)."""

CLOSING_PUNCTUATION = "\"'”’»›)\\]}」』）】〉》*_"
FINAL_PUNCTUATION = re.compile(f"[.!?…‽؟۔।॥።。．！？｡][{CLOSING_PUNCTUATION}]*\\Z")
TITLE_SENTENCE_END = re.compile(
    f"(?:(?<![.!?…؟۔।])[.!?…؟۔।]+[{CLOSING_PUNCTUATION}]*(?=\\s)|(?<![。！？｡])[。！？｡]+[{CLOSING_PUNCTUATION}]*)(?!\\s+[a-z])"
)
TRAILING_ABBREVIATION = re.compile(
    r"(?:\b\w|\b(?:Mr|Mrs|Ms|Dr|St|Prof|Gen|Sen|Rep|Gov|Lt|Col|Sgt|No|vs|Jr|Sr|Inc|Ltd|Co|Corp"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec))\.\Z"
)
CODE_FENCES = ("```", "~~~")
PICTURES = re.compile(r"\[?!\[(?:[^\[\]\\]|\\.?)*+\]\([^()\s]*+\)(?:\]\([^()\s]*+\))?")
MARKDOWN_BLOCK_MARKERS = re.compile(r"(?:#{1,6}\s+|>\s*|[-*+•]\s+|\d{1,3}[.)]\s+|`{3,}\w*\s*)+")
UNJOINABLE_LINE_START = re.compile(r"\s|[-*+•–—>|#]\s|\d{1,3}[.)]\s")


def count_words(text: str) -> int:
    """Count words as a reader would.

    A word has spaces around it and a letter or a digit in it; Chinese and Japanese, which use no spaces,
    count as one word for two characters. The language of a code block is none: a text that was stored
    without it has as many words, and is not taken for an older version.
    """
    words = 0
    if not text.isascii() and CJK_RUN.search(text):
        words = sum((len(run) + 1) // 2 for run in CJK_RUN.findall(text))
        text = CJK_RUN.sub(" ", text)
    parts = text.split()
    unsure = [part for part in parts if not part[0].isalnum()]  # few: quotes, bullets, dashes
    return words + len(parts) - sum(map(_is_no_word, unsure))


def _is_no_word(part: str) -> bool:
    is_fence = part.startswith(CODE_FENCES) and not part.endswith(("`", "~"))
    return is_fence or not any(map(str.isalnum, part))


def ends_with_full_stop(text: str) -> bool:
    """Return True if a text ends like a sentence, in any script, so that it was not cut off."""
    return FINAL_PUNCTUATION.search(text.rstrip()[-20:]) is not None


def make_title(text: str, *, has_pictures: bool = False) -> str:
    """Return a title for an untitled text: its first sentence, cut at a word if it is long.

    It has at most 100 characters, an ellipsis included, and none if the text has no word. `has_pictures` makes it as
    older versions did, with the texts of pictures.
    """
    paragraphs = text[: 10 * FIRST_SENTENCE_SEARCH_CHARS].split("\n\n")[:10]
    for paragraph in sorted(paragraphs, key=lambda each: each.startswith(("![", "[!["))):
        words = "" if has_pictures else PICTURES.sub("", paragraph)
        paragraph = words if any(map(str.isalnum, words)) else paragraph
        paragraph = paragraph.strip()[:FIRST_SENTENCE_SEARCH_CHARS]
        marker = MARKDOWN_BLOCK_MARKERS.match(paragraph)
        sentence = _take_first_sentence(paragraph[marker.end() if marker else 0 :])
        sentence = strip_inline_markdown(sentence).replace("**", "").replace("`", "")
        if any(character.isalnum() for character in sentence):
            return _truncate_at_word(" ".join(sentence.split()), MAX_GENERATED_TITLE_CHARS)
    return ""


def _take_first_sentence(paragraph: str) -> str:
    # Not `store.text.sentences`, which knows more: ids of articles without a URL are made from their
    # titles, so a title must stay the same for ever.
    for end in TITLE_SENTENCE_END.finditer(paragraph):
        sentence = paragraph[: end.end()]
        if not TRAILING_ABBREVIATION.search(sentence[-8:]):
            return sentence
    return paragraph


def _truncate_at_word(line: str, limit: int) -> str:
    """Cut a line to `limit` characters, between words if it has words, and append an ellipsis."""
    if len(line) <= limit:
        return line
    space = line.rfind(" ", 0, limit)
    cut = space if space >= limit // 2 else limit - 1
    return line[:cut].rstrip(" ,;:–—-") + "…"


COLUMN_GAP = re.compile(r"\S(?: {3}|\t)")
"""The space between the columns of a table in plain text."""


def join_lines(lines: Sequence[str]) -> str:
    """Join the lines of a hard-wrapped paragraph, without spaces in Chinese and Japanese."""
    joined = ""
    for line in map(str.strip, lines):
        needs_no_space = not joined or (CJK_RUN.match(joined[-1:]) and CJK_RUN.match(line[:1]))
        joined += line if needs_no_space else f" {line}"
    return joined


def unwrap_lines(lines: Sequence[str]) -> str:
    """Undo the hard wrapping of one block of plain text.

    Each long line is a paragraph of its own; list items, indented lines and columns stay on their lines.
    """
    if len(lines) > 1 and all(map(COLUMN_GAP.search, lines)):
        return "\n".join(line.rstrip() for line in lines)
    if max(map(len, lines), default=0) > MAX_WRAPPED_LINE_CHARS:
        return "\n\n".join(line.strip() for line in lines)
    runs: list[list[str]] = []
    for line in lines:
        if not runs or UNJOINABLE_LINE_START.match(line):
            runs.append([line])
        else:
            runs[-1].append(line)
    if len(runs) == 1:
        return join_lines(runs[0])
    indents = (run[0][: len(run[0]) - len(run[0].lstrip())] for run in runs)
    return "\n".join(indent + join_lines(run) for indent, run in zip(indents, runs, strict=True))
