"""The file of the articles' vectors: derived from the library, made once an article.

It may be deleted, damaged, older than the library or from another version at any time; a checksum
covers all of it. It is replaced whole and mapped into memory, so a vector costs no memory of its
own until it is used, and other processes may read it while it is replaced.

After the checksum and a line of JSON come, without gaps: the projection, and then a column each of
the articles' numbers in ascending order, of stamps of their texts, of languages and of vectors.
"""

from __future__ import annotations

import mmap
import os
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from zlib import crc32

import orjson

from store.system.files import open_descriptor, write_atomically

EMBEDDINGS_VERSION = 1
"""Incremented with the format, the texts that are compared, or the way their vectors are made."""
LANGUAGES = (
    "ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh",
)  # fmt: skip
"""The languages that the table knows; the file has the place in this list, from 1, or 0."""
VECTOR_SIZE = 256
"""Numbers in a vector, a signed byte each."""
ENTRY_BYTES = 8 + 8 + 1 + VECTOR_SIZE
CHECKSUM_BYTES = 8
NUMBER_BYTES = 8
MAX_EMBEDDED_CHARS = 4000
"""Characters of an article that its vector is made of: more of a text is no better and takes longer.
"""


class EmbeddingsUnusable(Exception):
    """The file is missing, damaged or of another version."""


@dataclass(frozen=True, slots=True)
class EmbeddingCoverage:
    """The part of the library that the vectors cover."""

    segments: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """By segment: time and size of facts and of texts."""
    edited: Mapping[str, int] = field(default_factory=dict)
    """By edited article: the stamp of the last such event."""


@dataclass(frozen=True, slots=True)
class EmbeddingFile:
    """The columns of the file, as they are on the disk."""

    coverage: EmbeddingCoverage
    projection: memoryview
    numbers: memoryview
    """The numbers of the articles in the index, in ascending order; 0 is never one."""
    stamps: memoryview
    """A stamp of the text that each vector was made of."""
    languages: memoryview
    vectors: memoryview
    mapping: mmap.mmap

    def place(self, number: int) -> int | None:
        """Return the place of an article by its number; None if it has no vector.

        If another program has cut the file short, no article has one: reading beyond the end of a
        mapped file would end the process.
        """
        if self.mapping.size() < len(self.mapping):
            return None
        at = bisect_left(self.numbers, number)
        return at if at < len(self.numbers) and self.numbers[at] == number else None

    def has(self, number: int, stamp: int) -> bool:
        """Return True if there is a vector of this article that was made of this text."""
        at = self.place(number)
        return at is not None and self.stamps[at] == stamp


def embedded_text(title: str, summary: str, text: str) -> str:
    """Return the text of an article that its vector is made of."""
    return f"{title}\n{summary}\n{text}"[:MAX_EMBEDDED_CHARS]


def text_stamp(text: str, language: str) -> int:
    """Return a number that differs for another text or language."""
    content = f"{language}\0{text}".encode("utf-8", "replace")
    return int.from_bytes(blake2b(content, digest_size=NUMBER_BYTES).digest())


def read_embedding_file(path: Path, model: str) -> EmbeddingFile:
    """Map the file into memory, and check it.

    Args:
        path: The file.
        model: Identifies the table that the vectors are made with.

    Raises:
        EmbeddingsUnusable: There is none, or not of this version and model.
    """
    try:
        mapping = _map(path)
        data = memoryview(mapping)
        if crc32(data[CHECKSUM_BYTES:]) != int(bytes(data[:CHECKSUM_BYTES]), 16):
            raise EmbeddingsUnusable("damaged")
        head_bytes = int.from_bytes(data[CHECKSUM_BYTES : CHECKSUM_BYTES + NUMBER_BYTES])
        start = CHECKSUM_BYTES + NUMBER_BYTES + head_bytes
        head = orjson.loads(data[CHECKSUM_BYTES + NUMBER_BYTES : start])
        if head["version"] != EMBEDDINGS_VERSION or head["model"] != model:
            raise EmbeddingsUnusable("of another version")
        count, projection = int(head["count"]), int(head["projection"])
        sizes = (projection, NUMBER_BYTES * count, NUMBER_BYTES * count, count, VECTOR_SIZE * count)
        columns = []
        for size in sizes:
            columns.append(data[start : start + size])
            start += size
        return EmbeddingFile(
            EmbeddingCoverage(
                {str(name): tuple(map(int, of)) for name, of in head["segments"].items()},
                {str(article): int(stamp) for article, stamp in head["edited"].items()},
            ),
            columns[0],
            columns[1].cast("Q"),
            columns[2].cast("Q"),
            columns[3],
            columns[4].cast("b"),
            mapping,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EmbeddingsUnusable(str(error)) from error


def _map(path: Path) -> mmap.mmap:
    descriptor = open_descriptor(path)
    try:
        return mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
    finally:
        os.close(descriptor)


def write_embedding_file(
    path: Path, model: str, coverage: EmbeddingCoverage, projection: bytes, columns: Sequence[bytes]
) -> None:
    """Replace the file, durably.

    Args:
        path: The file; its folder exists.
        model: Identifies the table that the vectors are made with.
        coverage: The part of the library that they cover.
        projection: The matrix that all of them were multiplied with.
        columns: Numbers, stamps, languages and vectors, in the order of the numbers.

    Raises:
        SaveFailed: The disk refused.
    """
    head = {
        "version": EMBEDDINGS_VERSION,
        "model": model,
        "count": len(columns[2]),
        "projection": len(projection),
        "segments": coverage.segments,
        "edited": coverage.edited,
    }
    line = orjson.dumps(head)
    # Numbers are read in place, so they start at a multiple of their size.
    line += b" " * (-len(line) % NUMBER_BYTES)
    body = b"".join((len(line).to_bytes(NUMBER_BYTES), line, projection, *columns))
    write_atomically(path, b"%08x" % crc32(body) + body)
