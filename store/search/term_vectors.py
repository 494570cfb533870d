"""Articles as vectors of weighted terms: the cosine of two says whether they tell the same story.

The weight of a word is its saturated count times its rarity in the library (tf-idf; Salton and
Buckley 1988). Nothing is stored: counts come from the texts, frequencies from the index.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cache

from tantivy import Searcher

from store.text.keywords import count_content_words, detect_language, extract_content_words
from store.text.markdown import strip_inline_markdown

MAX_COMPARED_CHARS = 20_000
"""Characters of a text that are compared; what it is about is said near its beginning."""
SAME_STORY_COSINE = 0.2
"""Two articles above it mostly tell the same story; below 0.16 hardly any do."""

TermVector = Mapping[str, float]
"""Weights by word; of length one, or empty for a text without words."""


def count_article_words(title: str, text: str, language: str = "") -> Mapping[str, int]:
    """Count the content words of an article.

    Args:
        title: Its title.
        text: Its text, with markup.
        language: Its language, whose stop words do not count; empty to detect it.
    """
    plain = strip_inline_markdown(text[:MAX_COMPARED_CHARS])
    language = language or detect_language(plain)
    return count_content_words(extract_content_words(f"{title}\n{plain}", language))


class TermWeights:
    """Weighs words by their rarity in one state of the index, and remembers it."""

    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher
        self._total = searcher.num_docs
        self._rarity: dict[str, float] = {}

    def rarity(self, words: Iterable[str]) -> dict[str, float]:
        """Return the inverse document frequencies (Robertson, Sparck Jones) of indexed words."""
        found = ((word, self._rarity_of(word)) for word in words)
        return {word: rarity for word, rarity in found if rarity}

    def vector(self, counts: Mapping[str, int]) -> TermVector:
        """Return the vector of a text with these content words; words without a count are left out."""
        rarity = self.rarity(word for word, count in counts.items() if count)
        weights = {word: _saturate(counts[word]) * idf for word, idf in rarity.items()}
        length = math.hypot(*weights.values()) or 1.0
        return {word: weight / length for word, weight in weights.items()}

    def _rarity_of(self, word: str) -> float:
        rarity = self._rarity.get(word)
        if rarity is None:
            frequency = self._searcher.doc_freq("body", word) or self._searcher.doc_freq(
                "title", word
            )
            ratio = (self._total - frequency + 0.5) / (frequency + 0.5)
            rarity = self._rarity[word] = math.log(1 + ratio) if frequency else 0.0
        return rarity


def cosine(one: TermVector, other: TermVector) -> float:
    """Return the cosine of two vectors: 1 for the same words, 0 if they share none."""
    return sum(one[word] * other[word] for word in one.keys() & other.keys())


@cache
def _saturate(count: int) -> float:
    return 1 + math.log(count)
