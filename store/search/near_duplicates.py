"""Copies: the same story told twice, by two sources or in two versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from store.text.keywords import content_words, counted
from store.text.terms import fold

SAME_PAIRS = 0.6
"""The part of the shorter text's pairs of words that the longer one has if it is a copy."""
SAME_PAIRS_AND_TITLE = 0.2
"""The same where the titles are the same: a column keeps its title, and has other words each time."""
FEWEST_PAIRS = 12
"""A text with fewer pairs cannot show that it is a copy; its title has to."""


@dataclass(frozen=True, slots=True)
class Story:
    """What of an article is compared."""

    title: str
    text: str
    counts: Mapping[str, int]
    """How often each word stands in it that tells something."""
    pairs: frozenset[tuple[str, str]]
    """Neighbouring words (shingles; Broder 1997)."""

    @classmethod
    def of(cls, title: str, text: str, language: str = "") -> Story:
        """The story of a title and a text."""
        words = content_words(text, language)
        counts = counted([*words, *content_words(title, language)])
        return cls(title, text, counts, frozenset(pairwise(words)))

    def is_copy(self, other: Story) -> bool:
        """Whether the two tell the same, one perhaps at greater length."""
        same_title = normalised(self.title) == normalised(other.title) != ""
        shorter, longer = sorted((self.pairs, other.pairs), key=len)
        if len(shorter) < FEWEST_PAIRS:
            return same_title
        needed = SAME_PAIRS_AND_TITLE if same_title else SAME_PAIRS
        return len(shorter & longer) >= needed * len(shorter)


def normalised(title: str) -> str:
    """A title as it is compared: letters and digits alone, without case and accents."""
    return "".join(filter(str.isalnum, fold(title))) or title
