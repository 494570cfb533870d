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

PACKAGE = "wordllama"
"""Ships the weights. Its files are read, its code is not: that looks for some of them in the cache of
the user and fetches them from the network where they are not there."""
WEIGHTS = "weights/l2_supercat_256.safetensors"
TABLE = "embedding.weight"
TOKENIZER = "tokenizers/l2_supercat_tokenizer_config.json"

TEXT_READ = 4000
"""Characters that take part: reading all of a text is no better and takes longer."""
KEPT = 500
"""Vectors of texts that are kept: those of articles of the same story are asked for again."""
COMMON = 0.3
"""How much of the direction that all texts share is taken away; it is that of words that say nothing."""
MEANING = 1.0
"""What nearness in meaning counts beside what words share; from 0.5 to 2 quality is much the same."""
FEEDBACK = 8
"""Texts nearest in words and meaning, whose middle is what is asked for in the end."""
FEEDBACK_WEIGHT = 1.0
"""More finds more of the same subject and less of the very same story."""

Vector = Sequence[float]

log = logging.getLogger("newstui")


class Vectors(Protocol):
    """Tells what texts are about."""

    def of(self, text: str) -> Vector:
        """A vector of length one, or zero for a text that says nothing.

        The product of two vectors is the greater, the nearer in meaning their texts are.
        """


@cache
def installed() -> Vectors | None:
    """The vectors of the installed package; None where it is not there or not as expected."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    try:
        return StaticVectors.load(Path(spec.submodule_search_locations[0]))
    except (ImportError, OSError, KeyError, ValueError) as error:
        log.warning("similar readings by words alone: %s: %s", PACKAGE, error)
        return None


class StaticVectors:
    """Means of the vectors of words, out of a table."""

    def __init__(self, vector: Callable[[str], Vector]) -> None:
        """Average by this function; `load` makes it."""
        self._vector = lru_cache(KEPT)(vector)

    @classmethod
    def load(cls, folder: Path) -> StaticVectors:
        """Read the files of the package.

        Raises:
            ImportError: A library that reads them is missing.
            OSError: A file is missing.
        """
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        for name in (WEIGHTS, TOKENIZER):
            (folder / name).stat()  # the libraries have errors of their own for what is missing
        table = load_file(folder / WEIGHTS)[TABLE]
        tokenizer: Tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))

        def mean(text: str) -> Vector:
            numbers = tokenizer.encode(text, add_special_tokens=False).ids
            found = table[numbers].mean(axis=0, dtype="float32") if numbers else table[0] * 0
            return unit(found.tolist())

        common = mean(" ".join(sorted(STOP_WORDS)))
        return cls(lambda text: moved(mean(text), common, -COMMON))

    def of(self, text: str) -> Vector:
        """The vector of the beginning of a text."""
        return self._vector(text[:TEXT_READ])


def mixed(
    vectors: Vectors, asked: str, texts: Sequence[str], scores: Sequence[float]
) -> list[float]:
    """Scores by shared words, mixed with nearness in meaning: 1 is still a text just like it.

    Args:
        vectors: Tells what texts are about.
        asked: The text that similar ones are looked for.
        texts: Those found by their words.
        scores: Of each of these, by its words.
    """
    wanted = vectors.of(asked)
    theirs = [vectors.of(text) for text in texts]

    def scored() -> list[float]:
        near = (max(0.0, product(wanted, vector)) for vector in theirs)
        return [(s + MEANING * n) / (1 + MEANING) for s, n in zip(scores, near, strict=True)]

    ranked = sorted(zip(scored(), theirs, strict=True), key=itemgetter(0), reverse=True)
    if first := [vector for _, vector in ranked[:FEEDBACK]]:
        middle = [sum(each) / len(first) for each in zip(*first, strict=True)]
        wanted = moved(wanted, middle, FEEDBACK_WEIGHT)
    return scored()


def moved(vector: Vector, towards: Vector, weight: float) -> Vector:
    """A vector of length one between the two; away from the other if the weight is below zero."""
    return unit([a + weight * b for a, b in zip(vector, towards, strict=True)])


def unit(vector: Sequence[float]) -> Vector:
    """The vector of the same direction that is of length one; nothing has none."""
    length = math.sqrt(product(vector, vector)) or 1.0
    return array("f", [each / length for each in vector])


def product(one: Vector, other: Vector) -> float:
    """The scalar product."""
    return math.fsum(map(mul, one, other))
