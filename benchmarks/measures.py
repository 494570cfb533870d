"""The measures of `benchmarks.quality` and the plain methods that stand beside ours."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

TOKEN = re.compile(r"[^\W_]+")


class Rouge(NamedTuple):
    """Overlap of n-grams with a reference (Lin 2004)."""

    precision: float
    recall: float
    f1: float


def rouge(candidate: str, reference: str, size: int) -> Rouge:
    """ROUGE-N of one summary: lower case, letters and digits, no stemming, no stop words left out."""
    ours, theirs = _grams(candidate, size), _grams(reference, size)
    shared = (ours & theirs).total()
    precision = shared / max(1, ours.total())
    recall = shared / max(1, theirs.total())
    both = precision + recall
    return Rouge(precision, recall, 2 * precision * recall / both if both else 0.0)


def _grams(text: str, size: int) -> Counter[tuple[str, ...]]:
    words = TOKEN.findall(text.lower())
    return Counter(zip(*(words[start:] for start in range(size)), strict=False))


class Ranks(NamedTuple):
    """How early what was looked for came."""

    first: float
    """Share of the queries that had it first."""
    five: float
    """Share of the queries that had it among the first five."""
    reciprocal: float
    """Mean of one divided by the rank, 0 beyond the fifth."""


def ranks(found: Sequence[Sequence[bool]]) -> Ranks:
    """Of many queries, each by which of its first five answers are right."""
    places = [next((n for n, right in enumerate(each, 1) if right), 0) for each in found]
    number = max(1, len(places))
    return Ranks(
        sum(place == 1 for place in places) / number,
        sum(place > 0 for place in places) / number,
        sum(1 / place for place in places if place) / number,
    )


class TfIdf:
    """Cosine of tf-idf vectors, as in every textbook: the baseline of similar readings."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Know these texts."""
        counts = [Counter(TOKEN.findall(text.lower())) for text in texts]
        holding = Counter(word for each in counts for word in each)
        self._rarity = {word: math.log(len(texts) / n) for word, n in holding.items()}
        self._postings: dict[str, list[tuple[int, float]]] = {}
        for number, each in enumerate(counts):
            for word, weight in self._vector(each).items():
                self._postings.setdefault(word, []).append((number, weight))

    def nearest(self, text: str) -> Iterator[int]:
        """The numbers of the texts, the most similar first."""
        scores: dict[int, float] = {}
        for word, weight in self._vector(Counter(TOKEN.findall(text.lower()))).items():
            for number, theirs in self._postings.get(word, ()):
                scores[number] = scores.get(number, 0.0) + weight * theirs
        return iter(sorted(scores, key=lambda number: (-scores[number], number)))

    def _vector(self, counts: Mapping[str, int]) -> Mapping[str, float]:
        weights = {
            word: (1 + math.log(count)) * self._rarity.get(word, 0.0)
            for word, count in counts.items()
        }
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {word: weight / length for word, weight in weights.items() if weight}


def percentile(values: Sequence[float], part: float) -> float:
    """The value below which that part of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def mean(values: Sequence[float]) -> float:
    """The mean, 0 of nothing."""
    return sum(values) / len(values) if values else 0.0


Summarise = Callable[[Sequence[str], int], str]
"""A summary of so many of the sentences."""
