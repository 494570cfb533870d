"""Term vectors of articles, cached: weighing the words of a text costs a millisecond, reading them none.

One file, replaced whole: a line of JSON that says whose vectors follow, their words as hashes, and
their weights. It is derived and may be deleted.
"""

from __future__ import annotations

import heapq
import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple, Protocol
from zlib import crc32

import orjson

from store.model.article import ArticleRow
from store.model.errors import LibraryUnavailable, SaveFailed
from store.search.index import IndexUnusable
from store.search.term_vectors import (
    TermVector,
    TermWeights,
    WordFrequencies,
    count_article_words,
)
from store.system.files import make_folder, read_regular, write_atomically

VECTORS_FILE = "vectors"
VECTORS_FORMAT = 1
MAX_CACHED_VECTORS = 10_000
"""The vectors that are kept, of the articles asked for last: about 10 MB."""
MAX_GROWTH = 2
"""Times the library may grow, or shrink, until the rarity of words has to be looked up again."""
VECTOR_BATCH_SIZE = 25
"""Texts that are weighed between two steps."""


class ArticleVector(NamedTuple):
    """A term vector as two arrays, a tenth of the memory of a mapping: the heaviest word first."""

    terms: array[int]
    """The words, as hashes."""
    weights: array[float]


def pack_vector(vector: TermVector) -> ArticleVector:
    """Return a vector as arrays."""
    heaviest = heapq.nlargest(len(vector), ((weight, word) for word, weight in vector.items()))
    return ArticleVector(
        array("I", (crc32(word.encode()) for _, word in heaviest)),
        array("f", (weight for weight, _ in heaviest)),
    )


class IndexedTexts(Protocol):
    """The texts of a library, and an index of them."""

    def current_index(self) -> WordFrequencies | None:
        """Return the index as it is now; None if there is none."""

    def read_texts(self, articles: Iterable[str]) -> Mapping[str, tuple[str, str]]:
        """Return text and summary of some articles by id, of those that there are."""

    def discard_index(self, error: Exception) -> None:
        """Stop using a damaged index."""


class VectorCache:
    """The vectors of one library's articles, in memory while they are used and in one file."""

    def __init__(self, folder: Path, library: IndexedTexts) -> None:
        """Read nothing yet."""
        self._path = folder / VECTORS_FILE
        self._library = library

    def find(
        self, rows: Sequence[ArticleRow], *, keep: bool
    ) -> Iterator[Mapping[str, ArticleVector]]:
        """Yield the vectors of these articles by id: at first those that are cached, then batches.

        Without an index, nothing is known about words, and there are only the cached ones.

        Args:
            rows: The articles.
            keep: Whether the index covers all of them, so that their vectors are worth keeping.
        """
        documents, cached = self._read()
        known = {
            row.id: entry[1]
            for row in rows
            if (entry := cached.get(row.id)) and entry[0] == _stamp(row)
        }
        index = self._library.current_index()
        if index is not None:
            now = index.document_count
            if not documents / MAX_GROWTH <= now <= documents * MAX_GROWTH:
                known, cached, documents = {}, {}, now
        yield known
        if index is None:
            return
        found = dict(known)
        missing = (row for row in rows if row.id not in known)
        try:
            weights = TermWeights(index)
            while batch := list(islice(missing, VECTOR_BATCH_SIZE)):
                vectors = self._weigh(weights, batch)
                found |= vectors
                yield vectors
        except IndexUnusable as error:
            self._library.discard_index(error)
        finally:  # also if nobody waits for the rest
            if keep and len(found) > len(known):
                self._write(documents, rows, found, cached)

    def _weigh(self, weights: TermWeights, rows: Sequence[ArticleRow]) -> dict[str, ArticleVector]:
        """Return the vectors of articles: texts and words are looked up once for all of them."""
        texts = self._library.read_texts([row.id for row in rows])
        counts = {
            row.id: count_article_words(row.title, texts.get(row.id, ("", ""))[0]) for row in rows
        }
        weights.look_up(set().union(*counts.values()))
        return {article: pack_vector(weights.vector(words)) for article, words in counts.items()}

    def _read(self) -> tuple[int, dict[str, tuple[int, ArticleVector]]]:
        """Return the number of documents the vectors are from, and stamp and vector by article."""
        try:
            data = read_regular(self._path)
            end = data.index(b"\n") + 1
            header = orjson.loads(data[:end])
            if header["format"] != VECTORS_FORMAT or header["byteorder"] != sys.byteorder:
                return 0, {}
            return int(header["documents"]), _unpack(header["articles"], memoryview(data)[end:])
        except (OSError, ValueError, KeyError, TypeError):
            return 0, {}

    def _write(
        self,
        documents: int,
        rows: Iterable[ArticleRow],
        found: Mapping[str, ArticleVector],
        cached: Mapping[str, tuple[int, ArticleVector]],
    ) -> None:
        """Write the vectors found now, and as many of the others as there is room for."""
        wanted = {row.id: (_stamp(row), found[row.id]) for row in rows if row.id in found}
        others = ((article, each) for article, each in cached.items() if article not in wanted)
        kept = dict(islice(chain(wanted.items(), others), MAX_CACHED_VECTORS))
        header = {
            "format": VECTORS_FORMAT,
            "byteorder": sys.byteorder,
            "documents": documents,
            "articles": [
                [article, stamp, len(each.terms)] for article, (stamp, each) in kept.items()
            ],
        }
        parts = [orjson.dumps(header), b"\n"]
        parts += (part.tobytes() for _, each in kept.values() for part in each)
        try:
            make_folder(self._path.parent)
            write_atomically(self._path, b"".join(parts))
        except (LibraryUnavailable, SaveFailed):
            return  # the next call weighs them again


def _unpack(
    articles: Iterable[tuple[str, int, int]], data: memoryview
) -> dict[str, tuple[int, ArticleVector]]:
    """Return the vectors of a file.

    Raises:
        TypeError, ValueError: It is damaged.
    """
    vectors: dict[str, tuple[int, ArticleVector]] = {}
    start = 0
    for article, stamp, size in articles:
        vector = ArticleVector(array("I"), array("f"))
        for part in vector:
            end = start + size * part.itemsize
            part.frombytes(data[start:end])
            start = end
        if len(vector.weights) != size:
            raise ValueError("truncated")
        vectors[article] = stamp, vector
    return vectors


def _stamp(row: ArticleRow) -> int:
    """Return a number that changes with the article."""
    return crc32(f"{row.words} {row.title}".encode())
