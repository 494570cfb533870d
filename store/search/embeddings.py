"""Nearness in meaning, where the weights of `newstui[semantic]` are installed.

A text is the mean of the vectors of its words (static embeddings), so that two may be near that share
no word. Only what the words have found is compared; nothing is kept on disk, nothing is fetched.
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
"""Ships the weights. Its files are read, its code is not: that looks for some of them in the cache of
the user and fetches them from the network where they are not there."""
WEIGHTS_PATH = "weights/l2_supercat_256.safetensors"
WEIGHTS_TENSOR = "embedding.weight"
TOKENIZER_PATH = "tokenizers/l2_supercat_tokenizer_config.json"

MAX_EMBEDDED_CHARS = 4000
"""Characters that take part: reading all of a text is no better and takes longer."""
MAX_CACHED_VECTORS = 500
"""Vectors of texts that are kept: those of articles of the same story are asked for again."""
COMMON_DIRECTION_SHARE = 0.3
"""How much of the direction that all texts share is taken away; it is that of words that say nothing."""
SEMANTIC_WEIGHT = 1.0
"""What nearness in meaning counts beside what words share; from 0.5 to 2 quality is much the same."""
SEMANTIC_FEEDBACK_TEXTS = 8
"""Texts nearest in words and meaning, whose middle is what is asked for in the end."""
SEMANTIC_FEEDBACK_WEIGHT = 1.0
"""More finds more of the same subject and less of the very same story."""

EmbeddingVector = Sequence[float]

log = logging.getLogger("newstui")


class Embeddings(Protocol):
    """Tells what texts are about."""

    def embed(self, text: str) -> EmbeddingVector:
        """A vector of length one, or zero for a text that says nothing.

        The product of two vectors is the greater, the nearer in meaning their texts are.
        """


@cache
def load_installed_embeddings() -> Embeddings | None:
    """The vectors of the installed package; None where it is not there or not as expected."""
    spec = find_spec(EMBEDDINGS_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    try:
        return StaticEmbeddings.load(Path(spec.submodule_search_locations[0]))
    except (ImportError, OSError, KeyError, ValueError) as error:
        log.warning("similar readings by words alone: %s: %s", EMBEDDINGS_PACKAGE, error)
        return None


class StaticEmbeddings:
    """Means of the vectors of words, out of a table."""

    def __init__(self, vector: Callable[[str], EmbeddingVector]) -> None:
        """Average by this function; `load` makes it."""
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
            (folder / name).stat()  # the libraries have errors of their own for what is missing
        table = load_file(folder / WEIGHTS_PATH)[WEIGHTS_TENSOR]
        tokenizer: Tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_PATH))

        def mean(text: str) -> EmbeddingVector:
            numbers = tokenizer.encode(text, add_special_tokens=False).ids
            found = table[numbers].mean(axis=0, dtype="float32") if numbers else table[0] * 0
            return normalize_vector(found.tolist())

        common = mean(" ".join(sorted(STOP_WORDS)))
        return cls(lambda text: shift_vector(mean(text), common, -COMMON_DIRECTION_SHARE))

    def embed(self, text: str) -> EmbeddingVector:
        """The vector of the beginning of a text."""
        return self._embed(text[:MAX_EMBEDDED_CHARS])


def mix_scores(
    vectors: Embeddings, asked: str, texts: Sequence[str], scores: Sequence[float]
) -> list[float]:
    """Scores by shared words, mixed with nearness in meaning: 1 is still a text just like it.

    Args:
        vectors: Tells what texts are about.
        asked: The text that similar ones are looked for.
        texts: Those found by their words.
        scores: Of each of these, by its words.
    """
    wanted = vectors.embed(asked)
    theirs = [vectors.embed(text) for text in texts]

    def scored() -> list[float]:
        near = (max(0.0, dot_product(wanted, vector)) for vector in theirs)
        return [
            (s + SEMANTIC_WEIGHT * n) / (1 + SEMANTIC_WEIGHT)
            for s, n in zip(scores, near, strict=True)
        ]

    ranked = sorted(zip(scored(), theirs, strict=True), key=itemgetter(0), reverse=True)
    if first := [vector for _, vector in ranked[:SEMANTIC_FEEDBACK_TEXTS]]:
        middle = [sum(each) / len(first) for each in zip(*first, strict=True)]
        wanted = shift_vector(wanted, middle, SEMANTIC_FEEDBACK_WEIGHT)
    return scored()


def shift_vector(
    vector: EmbeddingVector, towards: EmbeddingVector, weight: float
) -> EmbeddingVector:
    """A vector of length one between the two; away from the other if the weight is below zero."""
    return normalize_vector([a + weight * b for a, b in zip(vector, towards, strict=True)])


def normalize_vector(vector: Sequence[float]) -> EmbeddingVector:
    """The vector of the same direction that is of length one; nothing has none."""
    length = math.sqrt(dot_product(vector, vector)) or 1.0
    return array("f", [each / length for each in vector])


def dot_product(one: EmbeddingVector, other: EmbeddingVector) -> float:
    """The scalar product."""
    return math.fsum(map(mul, one, other))
