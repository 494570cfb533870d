"""Articles as vectors of weighted terms: the cosine of two says whether they tell the same story.

The weight of a word is its saturated count times its rarity in the library (tf-idf; Salton and
Buckley 1988). Nothing is stored: counts come from the texts, frequencies from the index.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from store.text.boilerplate import strip_boilerplate
from store.text.keywords import count_content_words, extract_content_words
from store.text.markdown import strip_inline_markdown
from store.text.stop_words import detect_language

MAX_COMPARED_CHARS = 20_000
"""Characters of a text that are compared; what it is about is said near its beginning."""
MIN_DOCUMENTS = 100
"""A smaller library says little about how rare a word is: its words weigh as if so many articles were
there, and the others lacked them."""
MAX_REMEMBERED_WORDS = 50_000
"""Words whose rarity is remembered: the frequent ones are met in every article."""
SAME_STORY_COSINE = 0.2
"""Two articles above it mostly tell the same story; below 0.16 hardly any do."""

TermVector = Mapping[str, float]
"""Weights by word; of length one, or empty for a text without words."""


def comparable_text(text: str) -> str:
    """Return the part of a text that articles are compared by, without markup and boilerplate."""
    return strip_boilerplate(strip_inline_markdown(text[:MAX_COMPARED_CHARS]))


def count_article_words(title: str, text: str, language: str = "") -> Mapping[str, int]:
    """Count the content words of an article.

    Args:
        title: Its title.
        text: Its text, with markup.
        language: Its language, whose stop words do not count; empty to detect it.
    """
    plain = comparable_text(text)
    language = language or detect_language(plain)
    return count_content_words(extract_content_words(f"{title}\n{plain}", language))


class WordFrequencies(Protocol):
    """The frequencies of words in one state of an index."""

    @property
    def document_count(self) -> int:
        """The number of articles in the index."""

    def frequencies(self, words: Iterable[str]) -> Mapping[str, int]:
        """Return for each word, and others, in how many texts it occurs, or else in how many titles."""


class TermWeights:
    """Weighs words by their rarity in one state of the index, and remembers it."""

    def __init__(self, index: WordFrequencies) -> None:
        total = index.document_count
        self._true_rarities = _Rarities(index, total)
        self._rarities = (
            self._true_rarities if total >= MIN_DOCUMENTS else _Rarities(index, MIN_DOCUMENTS)
        )

    def rarity(self, words: Iterable[str]) -> dict[str, float]:
        """Return the inverse document frequencies (Robertson, Sparck Jones) of indexed words."""
        words = list(words)
        rarities = self._true_rarities.look_up(words)
        return {word: rarity for word in words if (rarity := rarities[word])}

    def look_up(self, words: Collection[str]) -> None:
        """Look up the rarity of words at once, for the vectors of several texts."""
        self._rarities.look_up(words)

    def vector(self, counts: Mapping[str, int]) -> TermVector:
        """Return the vector of a text with these content words; words without a count are left out."""
        rarities, saturated = self._rarities.look_up(counts), _SATURATED
        weights = {
            word: rarity * saturated[count]
            for word, count in counts.items()
            if count and (rarity := rarities[word])
        }
        length = math.hypot(*weights.values()) or 1.0
        return {word: weight / length for word, weight in weights.items()}

    def cosine(self, vector: TermVector, counts: Mapping[str, int]) -> float:
        """Return the cosine of a vector and that of a text with these words, without making the latter."""
        rarities, saturated = self._rarities.look_up(counts), _SATURATED
        length = math.hypot(*[rarities[word] * saturated[n] for word, n in counts.items()]) or 1.0
        shared = vector.keys() & counts.keys()
        return sum(vector[w] * rarities[w] * saturated[counts[w]] for w in shared) / length


class _Rarities:
    """Inverse document frequencies of the words met so far; 0 for those the index lacks."""

    def __init__(self, index: WordFrequencies, total: int) -> None:
        self._index = index
        self._total = total
        self._known: dict[str, float] = {}

    def look_up(self, words: Collection[str]) -> Mapping[str, float]:
        """Return the rarities of some words, and of others; the unknown ones are looked up at once."""
        missing: Collection[str] = [word for word in words if word not in self._known]
        if len(self._known) + len(missing) > MAX_REMEMBERED_WORDS:
            self._known.clear()
            missing = words
        if missing:
            frequencies = self._index.frequencies(missing)
            for word in missing:
                frequency = frequencies[word]
                ratio = (self._total - frequency + 0.5) / (frequency + 0.5)
                self._known[word] = math.log(1 + ratio) if frequency else 0.0
        return self._known


class _SaturatedCounts(dict[int, float]):
    def __missing__(self, count: int) -> float:
        weight = self[count] = 1 + math.log(count) if count else 0.0
        return weight


_SATURATED = _SaturatedCounts()


def cosine(one: TermVector, other: TermVector) -> float:
    """Return the cosine of two vectors: 1 for the same words, 0 if they share none."""
    return sum(one[word] * other[word] for word in one.keys() & other.keys())
