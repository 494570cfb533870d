"""What is new in an article against what was read before of the same story."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from store.text.keywords import UNINFORMATIVE_WORDS, extract_content_words

PARAGRAPH_PATTERN = re.compile(r"\S(?:.|\n(?!\s*\n))*")
MIN_NEW_SHARE = 0.6
"""The part of a paragraph's words that must be new for it to be."""
MIN_NEW_WORDS = 4
"""New words a paragraph must have."""

ParagraphSpan = tuple[int, int]
"""Begin and end in the text, in characters."""


def find_new_paragraphs(text: str, seen: Sequence[Collection[str]]) -> tuple[ParagraphSpan, ...]:
    """The paragraphs of a text most of whose words were in nothing that was read of the story.

    Args:
        text: The text, paragraphs separated by an empty line.
        seen: The words of each article of the story that was read; without any, nothing is new,
            for then all of it is.
    """
    if not seen:
        return ()
    known = frozenset().union(*seen) | UNINFORMATIVE_WORDS
    spans = (found.span() for found in PARAGRAPH_PATTERN.finditer(text))
    return tuple(span for span in spans if _is_new(text[slice(*span)], known))


def _is_new(paragraph: str, known: Collection[str]) -> bool:
    words = set(extract_content_words(paragraph))
    unseen = sum(word not in known for word in words)
    return unseen >= max(MIN_NEW_WORDS, MIN_NEW_SHARE * len(words))
