"""Semantic similarity, if the weights of `newstui[semantic]` are installed.

A text is the mean of the vectors of its words (static embeddings), so that two texts may be close
without sharing a word. Only what the words have found is compared; nothing is stored, nothing is
downloaded.
"""

from __future__ import annotations

import logging
import math
from array import array
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from operator import itemgetter, mul
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from store.text.terms import STOP_WORDS

if TYPE_CHECKING:
    from tokenizers import Tokenizer

EMBEDDINGS_PACKAGE = "wordllama"
"""The package that ships the weights.

Its files are read but its code is not run, because that looks for some of them in the user's cache
and downloads them if they are missing."""
WEIGHTS_PATH = "weights/l2_supercat_256.safetensors"
WEIGHTS_TENSOR = "embedding.weight"
TOKENIZER_PATH = "tokenizers/l2_supercat_tokenizer_config.json"

MAX_EMBEDDED_CHARS = 4000
"""Characters that are embedded: more of a text is no better and takes longer."""
MAX_CACHED_VECTORS = 500
"""Vectors kept in memory: those of articles of one story are needed again."""
COMMON_DIRECTION_SHARE = 0.3
"""The share that is subtracted of the direction common to all texts, that of words without content.
"""
SEMANTIC_WEIGHT = 1.0
"""The weight of semantic similarity relative to shared words; from 0.5 to 2, quality is about the
same."""
SEMANTIC_FEEDBACK_TEXTS = 8
"""The number of closest texts whose mean shifts the query."""
SEMANTIC_FEEDBACK_WEIGHT = 1.0
"""More finds more of the same subject, and less of the very same story."""

EmbeddingVector = Sequence[float]

log = logging.getLogger("newstui")


class Embeddings(Protocol):
    """Embeds texts as vectors."""

    def embed(self, text: str) -> EmbeddingVector:
        """Return a vector of length one, or zero for a text without content.

        The dot product of two vectors is greater, the closer their texts are in meaning.
        """


@cache
def load_installed_embeddings() -> Embeddings | None:
    """Return the embeddings of the installed package; None if it is missing or not as expected."""
    spec = find_spec(EMBEDDINGS_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    try:
        return StaticEmbeddings.load(Path(spec.submodule_search_locations[0]))
    except (ImportError, OSError, KeyError, ValueError) as error:
        log.warning("similar articles by words alone: %s: %s", EMBEDDINGS_PACKAGE, error)
        return None


class StaticEmbeddings:
    """Means of word vectors from a table."""

    def __init__(self, vector: Callable[[str], EmbeddingVector]) -> None:
        self._embed = lru_cache(MAX_CACHED_VECTORS)(vector)

    @classmethod
    def load(cls, folder: Path) -> StaticEmbeddings:
        """Read the files of the package.

        Raises:
            ImportError: A library that reads them is missing.
            OSError: A file is missing.
        """
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        for name in (WEIGHTS_PATH, TOKENIZER_PATH):
            (folder / name).stat()  # the libraries raise other errors for a missing file
        table = load_file(folder / WEIGHTS_PATH)[WEIGHTS_TENSOR]
        tokenizer: Tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_PATH))

        def mean(text: str) -> EmbeddingVector:
            numbers = tokenizer.encode(text, add_special_tokens=False).ids
            found = table[numbers].mean(axis=0, dtype="float32") if numbers else table[0] * 0
            return normalize_vector(found.tolist())

        common = mean(" ".join(sorted(STOP_WORDS)))
        return cls(lambda text: shift_vector(mean(text), common, -COMMON_DIRECTION_SHARE))

    def embed(self, text: str) -> EmbeddingVector:
        """Return the vector of the beginning of a text."""
        return self._embed(text[:MAX_EMBEDDED_CHARS])


def mix_scores(
    vectors: Embeddings, text: str, texts: Sequence[str], scores: Sequence[float]
) -> list[float]:
    """Mix scores by shared words with similarity to the text; 1 is still an identical text."""
    target = vectors.embed(text)
    text_vectors = [vectors.embed(each) for each in texts]

    def scored() -> list[float]:
        similarities = (max(0.0, dot_product(target, vector)) for vector in text_vectors)
        return [
            (s + SEMANTIC_WEIGHT * n) / (1 + SEMANTIC_WEIGHT)
            for s, n in zip(scores, similarities, strict=True)
        ]

    ranked = sorted(zip(scored(), text_vectors, strict=True), key=itemgetter(0), reverse=True)
    if closest := [vector for _, vector in ranked[:SEMANTIC_FEEDBACK_TEXTS]]:
        mean = [sum(each) / len(closest) for each in zip(*closest, strict=True)]
        target = shift_vector(target, mean, SEMANTIC_FEEDBACK_WEIGHT)
    return scored()


def shift_vector(
    vector: EmbeddingVector, towards: EmbeddingVector, weight: float
) -> EmbeddingVector:
    """Return a vector of length one between the two; a negative weight moves it away."""
    return normalize_vector([a + weight * b for a, b in zip(vector, towards, strict=True)])


def normalize_vector(vector: Sequence[float]) -> EmbeddingVector:
    """Return the vector of length one in the same direction, or zero for zero."""
    length = math.sqrt(dot_product(vector, vector)) or 1.0
    return array("f", [each / length for each in vector])


def dot_product(one: EmbeddingVector, other: EmbeddingVector) -> float:
    """Return the dot product."""
    return math.fsum(map(mul, one, other))
