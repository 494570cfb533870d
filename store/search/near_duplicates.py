"""Copies: the same story told twice, by two sources or in two versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from store.text.keywords import count_content_words, extract_content_words
from store.text.terms import fold_text

MIN_SHARED_SHINGLES = 0.6
"""The part of the shorter text's pairs of words that the longer one has if it is a copy."""
MIN_SHARED_SHINGLES_SAME_TITLE = 0.2
"""The same where the titles are the same: a column keeps its title, and has other words each time."""
MIN_SHINGLES = 12
"""A text with fewer pairs cannot show that it is a copy; its title has to."""


@dataclass(frozen=True, slots=True)
class ArticleFeatures:
    """What of an article is compared."""

    title: str
    text: str
    counts: Mapping[str, int]
    """How often each word stands in it that tells something."""
    shingles: frozenset[tuple[str, str]]
    """Neighbouring words (shingles; Broder 1997)."""

    @classmethod
    def from_text(cls, title: str, text: str, language: str = "") -> ArticleFeatures:
        """The story of a title and a text."""
        words = extract_content_words(text, language)
        counts = count_content_words([*words, *extract_content_words(title, language)])
        return cls(title, text, counts, frozenset(pairwise(words)))

    def is_duplicate(self, other: ArticleFeatures) -> bool:
        """Whether the two tell the same, one perhaps at greater length."""
        same_title = normalize_title(self.title) == normalize_title(other.title) != ""
        shorter, longer = sorted((self.shingles, other.shingles), key=len)
        if len(shorter) < MIN_SHINGLES:
            return same_title
        needed = MIN_SHARED_SHINGLES_SAME_TITLE if same_title else MIN_SHARED_SHINGLES
        return len(shorter & longer) >= needed * len(shorter)


def normalize_title(title: str) -> str:
    """A title as it is compared: letters and digits alone, without case and accents."""
    return "".join(filter(str.isalnum, fold_text(title))) or title
