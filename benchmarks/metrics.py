"""Metrics of `benchmarks.quality`, and the baseline methods it compares with."""

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


def compute_rouge(candidate: str, reference: str, size: int) -> Rouge:
    """Return ROUGE-N of a summary: lower case, letters and digits, no stemming, stop words kept."""
    ours, theirs = _grams(candidate, size), _grams(reference, size)
    shared = (ours & theirs).total()
    precision = shared / max(1, ours.total())
    recall = shared / max(1, theirs.total())
    both = precision + recall
    return Rouge(precision, recall, 2 * precision * recall / both if both else 0.0)


def _grams(text: str, size: int) -> Counter[tuple[str, ...]]:
    words = TOKEN.findall(text.lower())
    return Counter(zip(*(words[start:] for start in range(size)), strict=False))


class RankMetrics(NamedTuple):
    """Ranks of the right answers over many queries."""

    recall_at_1: float
    """Share of the queries with a right answer in first place."""
    recall_at_5: float
    """Share of the queries with a right answer among the first five."""
    mrr: float
    """Mean reciprocal rank, 0 beyond the fifth place."""


def compute_rank_metrics(found: Sequence[Sequence[bool]]) -> RankMetrics:
    """Return the metrics of queries, each given as which of its first five answers are right."""
    places = [next((n for n, right in enumerate(each, 1) if right), 0) for each in found]
    number = max(1, len(places))
    return RankMetrics(
        sum(place == 1 for place in places) / number,
        sum(place > 0 for place in places) / number,
        sum(1 / place for place in places if place) / number,
    )


class TfIdf:
    """Textbook cosine of tf-idf vectors: the baseline for similar articles."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Index these texts."""
        counts = [Counter(TOKEN.findall(text.lower())) for text in texts]
        document_counts = Counter(word for each in counts for word in each)
        self._rarity = {word: math.log(len(texts) / n) for word, n in document_counts.items()}
        self._postings: dict[str, list[tuple[int, float]]] = {}
        for number, each in enumerate(counts):
            for word, weight in self._vector(each).items():
                self._postings.setdefault(word, []).append((number, weight))

    def nearest(self, text: str) -> Iterator[int]:
        """Return the numbers of the texts, the most similar first."""
        scores: dict[int, float] = {}
        for word, weight in self._vector(Counter(TOKEN.findall(text.lower()))).items():
            for number, theirs in self._postings.get(word, ()):
                scores[number] = scores.get(number, 0.0) + weight * theirs
        return iter(sorted(scores, key=lambda number: (-scores[number], number)))

    def cosine(self, one: str, other: str) -> float:
        """Return the cosine of two texts."""
        ours, theirs = (self._vector(Counter(TOKEN.findall(text.lower()))) for text in (one, other))
        return sum(weight * theirs.get(word, 0.0) for word, weight in ours.items())

    def _vector(self, counts: Mapping[str, int]) -> Mapping[str, float]:
        weights = {
            word: (1 + math.log(count)) * self._rarity.get(word, 0.0)
            for word, count in counts.items()
        }
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {word: weight / length for word, weight in weights.items() if weight}


def percentile(values: Sequence[float], part: float) -> float:
    """Return the value below which that share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def mean(values: Sequence[float]) -> float:
    """Return the mean, or 0 for no values."""
    return sum(values) / len(values) if values else 0.0


Summarizer = Callable[[Sequence[str], int], str]
"""Makes a summary of a number of the sentences."""
