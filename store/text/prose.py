"""What can be told from a text alone: its words, its first sentence, whether it ends whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_GENERATED_TITLE_CHARS = 100
"""Characters of a title that is made from the text."""

MAX_WRAPPED_LINE_CHARS = 100
"""Nobody wraps lines wider than this: a longer one is a paragraph that was left whole."""

FIRST_SENTENCE_SEARCH_CHARS = 1_000
"""Characters of a paragraph that are looked at for its first sentence."""

CJK_RUN = re.compile("[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
"""Scripts that put no space between words (Korean does)."""

CLOSING_PUNCTUATION = "\"'”’»›)\\]}」』）】〉》*_"
FINAL_PUNCTUATION = re.compile(f"[.!?…‽؟۔।॥።。．！？｡][{CLOSING_PUNCTUATION}]*\\Z")
SENTENCE_END = re.compile(
    f"(?:[.!?…؟۔।]+[{CLOSING_PUNCTUATION}]*(?=\\s)|[。！？｡]+[{CLOSING_PUNCTUATION}]*)(?!\\s+[a-z])",
)
TRAILING_ABBREVIATION = re.compile(
    r"(?:\b\w|\b(?:Mr|Mrs|Ms|Dr|St|Prof|Gen|Sen|Rep|Gov|Lt|Col|Sgt|No|vs|Jr|Sr|Inc|Ltd|Co|Corp"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec))\.\Z"
)
MARKDOWN_BLOCK_MARKERS = re.compile(r"(?:#{1,6}\s+|>\s*|[-*+•]\s+|\d{1,3}[.)]\s+|`{3,}\w*\s*)+")
MARKDOWN_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
UNJOINABLE_LINE_START = re.compile(r"\s|[-*+•–—>|#]\s|\d{1,3}[.)]\s")


def count_words(text: str) -> int:
    """Count words as a reader would.

    A word is what stands between spaces and holds a letter or a digit; Chinese and Japanese,
    which use no spaces, count one word for two characters.
    """
    words = 0
    if not text.isascii() and CJK_RUN.search(text):
        words = sum((len(run) + 1) // 2 for run in CJK_RUN.findall(text))
        text = CJK_RUN.sub(" ", text)
    parts = text.split()
    doubtful = [part for part in parts if not part[0].isalnum()]  # few: quotes, bullets, dashes
    return words + len(parts) - sum(not any(map(str.isalnum, part)) for part in doubtful)


def ends_with_full_stop(text: str) -> bool:
    """Whether `text` ends as a sentence ends, in any script, and was not cut off."""
    return FINAL_PUNCTUATION.search(text.rstrip()[-20:]) is not None


def make_title(text: str) -> str:
    """Make a title of a text that has none: its first sentence, cut at a word if it is long.

    Returns:
        At most 100 characters, an ellipsis among them if cut; empty if the text has no word.
    """
    for paragraph in _iter_first_paragraphs(text):
        marker = MARKDOWN_BLOCK_MARKERS.match(paragraph)
        sentence = take_first_sentence(paragraph[marker.end() if marker else 0 :])
        sentence = MARKDOWN_LINK.sub(r"\1", sentence).replace("**", "").replace("`", "")
        if any(character.isalnum() for character in sentence):
            return truncate_at_word(" ".join(sentence.split()), MAX_GENERATED_TITLE_CHARS)
    return ""


def _iter_first_paragraphs(text: str) -> Iterator[str]:
    for paragraph in text[: 10 * FIRST_SENTENCE_SEARCH_CHARS].split("\n\n")[:10]:
        yield paragraph.strip()[:FIRST_SENTENCE_SEARCH_CHARS]


def take_first_sentence(paragraph: str) -> str:
    """Return the first sentence of a paragraph, or all of it."""
    for end in SENTENCE_END.finditer(paragraph):
        sentence = paragraph[: end.end()]
        if not TRAILING_ABBREVIATION.search(sentence[-8:]):
            return sentence
    return paragraph


def truncate_at_word(line: str, limit: int) -> str:
    """Cut a line to `limit` characters, at a word where it has words, with an ellipsis."""
    if len(line) <= limit:
        return line
    space = line.rfind(" ", 0, limit)
    cut = space if space >= limit // 2 else limit - 1
    return line[:cut].rstrip(" ,;:–—-") + "…"


def join_lines(lines: Sequence[str]) -> str:
    """Join the lines of one hard-wrapped paragraph; Chinese and Japanese take no space."""
    joined = ""
    for line in map(str.strip, lines):
        bare = not joined or (CJK_RUN.match(joined[-1:]) and CJK_RUN.match(line[:1]))
        joined += line if bare else f" {line}"
    return joined


def unwrap_lines(lines: Sequence[str]) -> str:
    """Undo the hard wrapping of one block of plain text.

    Long lines are paragraphs of their own; list items and indented lines keep their lines.
    """
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
    return "\n".join(_leading_whitespace(run[0]) + join_lines(run) for run in runs)


def _leading_whitespace(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
