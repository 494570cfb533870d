"""Articles compared by meaning: cosines of their vectors, also between languages.

All texts have something in common, and so have all texts of one language. How much two articles
are about the same shows when that is taken away: the mean of the library and of the language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from store.search.embedding_file import LANGUAGES, VECTOR_SIZE, EmbeddingFile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

BATCH_SIZE = 4096
"""Vectors compared at once: as floats, they fit into the processor's cache."""
SCORE_MEAN_SHARE = 0.5
"""The share of the mean that is taken away for scores: closest to what people judge."""
PRIOR_ARTICLES = 50
"""Articles of no direction that count to the mean of a library, since a few would say too much."""
PRIOR_ARTICLES_OF_LANGUAGE = 10
"""Articles in the direction of the library that count to the mean of a language."""
MIN_LENGTH = 1e-6
"""A shorter vector counts as zero: it has no direction."""


class Neighbour(NamedTuple):
    """An article that is close to another one in meaning."""

    number: int
    score: float
    """How close it is, as `similarities` says it."""
    cosine: float
    """How close it is without all that the articles of a language have in common."""
    is_foreign: bool
    """True if it is in another language."""


class ArticleEmbeddings:
    """The vectors of a library, in memory as far as they are used."""

    def __init__(self, file: EmbeddingFile) -> None:
        """Find the means, which reads all vectors once."""
        self._file = file
        self._languages: Any = np.frombuffer(file.languages, np.uint8)
        self._vectors: Any = np.frombuffer(file.vectors, np.int8).reshape(-1, VECTOR_SIZE)
        self._lengths = np.ones(len(self._vectors), np.float32)
        self._means = self._find_means()
        """By language, in the order of the numbers that the file has for them."""
        self._centred_lengths = self._find_centred_lengths()

    def foreign_language(self, number: int, other: int) -> str:
        """Return the language of another article; empty if it is the same or one is not known."""
        at, place = self._place(number), self._place(other)
        if at is None or place is None or self._languages[at] == self._languages[place]:
            return ""
        return LANGUAGES[self._languages[place] - 1]

    def similarities(self, number: int, others: Sequence[int]) -> list[float | None]:
        """Return how close other articles are to one in meaning, at most 1 each.

        Returns:
            None for those that cannot be compared.
        """
        at, found = self._place(number), [self._place(other) for other in others]
        places = [place for place in found if place is not None]
        if at is None or not places:
            return [None] * len(others)
        target, vectors = self._scored([at]), self._scored(places)
        cosines = dict(zip(places, (vectors @ target[0]).tolist(), strict=True))
        return [None if place is None else cosines[place] for place in found]

    def nearest(self, number: int, limit: int) -> list[Neighbour]:
        """Return the articles closest to one in meaning, closest first.

        Returns:
            At most `limit` in the same language, and as many in others.
        """
        at = self._place(number)
        if at is None:
            return []
        cosines = self._centred_cosines(at)
        is_own = self._languages == self._languages[at]
        cosines[at] = 0.0
        places = [
            place
            for is_wanted in (is_own, ~is_own & (self._languages != 0))
            for place in self._largest(np.where(is_wanted, cosines, 0.0), limit)
        ]
        places.sort(key=lambda place: (-cosines[place], place))
        scores = self._scored([at, *places]) @ self._scored([at])[0]
        return [
            Neighbour(self._file.numbers[place], score, float(cosines[place]), not is_own[place])
            for place, score in zip(places, scores[1:].tolist(), strict=True)
        ]

    @staticmethod
    def _largest(cosines: Floats, limit: int) -> list[int]:
        """Return the places of the largest of some cosines that are positive."""
        places = np.argpartition(cosines, -min(limit, len(cosines)))[-limit:].tolist()
        return [place for place in places if cosines[place] > 0]

    def _centred_cosines(self, at: int) -> Floats:
        """Return the cosines of all articles with one, each without the mean of its language."""
        target = self._unit(self._vectors[at : at + 1], slice(at, at + 1))[0]
        target -= self._means[self._languages[at]]
        target /= max(float(np.linalg.norm(target)), MIN_LENGTH)
        cosines = np.empty(len(self._vectors), np.float32)
        for batch in self._batches():
            np.dot(self._vectors[batch].astype(np.float32), target, out=cosines[batch])
        cosines /= self._lengths
        cosines -= (self._means @ target)[self._languages]
        cosines /= self._centred_lengths
        return cosines

    def _place(self, number: int) -> int | None:
        at = self._file.place(number)
        return at if at is not None and self._languages[at] else None

    def _scored(self, places: Sequence[int]) -> Floats:
        """Return vectors of length one without a share of their mean."""
        vectors = self._unit(self._vectors[places], places)
        vectors -= SCORE_MEAN_SHARE * self._means[self._languages[places]]
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors /= np.maximum(lengths, MIN_LENGTH)
        return vectors

    def _unit(self, vectors: Any, places: Any) -> Floats:
        unit: Floats = vectors.astype(np.float32)
        unit /= self._lengths[places, None]
        return unit

    def _batches(self) -> Iterator[slice]:
        for start in range(0, len(self._vectors), BATCH_SIZE):
            yield slice(start, start + BATCH_SIZE)

    def _find_means(self) -> Floats:
        """Return the mean of each language; of one with few articles, mostly the library's."""
        sums: Floats = np.zeros((len(LANGUAGES) + 1, VECTOR_SIZE), np.float32)
        for batch in self._batches():
            lengths = np.linalg.norm(self._vectors[batch].astype(np.float32), axis=1)
            self._lengths[batch] = np.maximum(lengths, MIN_LENGTH)
            is_of = np.arange(len(sums))[:, None] == self._languages[batch]
            sums += is_of.astype(np.float32) @ self._unit(self._vectors[batch], batch)
        counts = np.bincount(self._languages, minlength=len(sums)).astype(np.float32)
        sums[0] = counts[0] = 0.0
        mean = sums.sum(axis=0) / (float(counts.sum()) + PRIOR_ARTICLES)
        sums += PRIOR_ARTICLES_OF_LANGUAGE * mean
        sums /= (counts + PRIOR_ARTICLES_OF_LANGUAGE)[:, None]
        return sums

    def _find_centred_lengths(self) -> Floats:
        lengths = np.ones(len(self._vectors), np.float32)
        for batch in self._batches():
            centred = self._unit(self._vectors[batch], batch) - self._means[self._languages[batch]]
            lengths[batch] = np.maximum(np.linalg.norm(centred, axis=1), MIN_LENGTH)
        return lengths


def merge_columns(
    old: EmbeddingFile | None, kept: Sequence[int], new: Mapping[int, tuple[int, bytes]]
) -> list[bytes]:
    """Return the columns of a file with new entries instead of or beside the old ones.

    Args:
        old: The entries that there are.
        kept: The numbers of the articles whose entries are kept.
        new: Stamp, and language and vector, by number.
    """
    numbers = np.fromiter(new, np.uint64, len(new))
    stamps = np.fromiter((stamp for stamp, _ in new.values()), np.uint64, len(new))
    rows = np.frombuffer(b"".join(row for _, row in new.values()), np.uint8)
    rows = rows.reshape(-1, 1 + VECTOR_SIZE)
    languages, vectors = rows[:, 0], rows[:, 1:]
    if old is not None:
        before = np.frombuffer(old.numbers, np.uint64)
        stays = np.isin(before, np.array(kept, np.uint64)) & ~np.isin(before, numbers)
        numbers = np.concatenate([numbers, before[stays]])
        stamps = np.concatenate([stamps, np.frombuffer(old.stamps, np.uint64)[stays]])
        languages = np.concatenate([languages, np.frombuffer(old.languages, np.uint8)[stays]])
        old_vectors = np.frombuffer(old.vectors, np.uint8).reshape(-1, VECTOR_SIZE)
        vectors = np.concatenate([vectors, old_vectors[stays]])
    order = np.argsort(numbers)
    return [column[order].tobytes() for column in (numbers, stamps, languages, vectors)]
