"""Articles compared by their vectors: within a language, and between two."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from store.search.article_embeddings import ArticleEmbeddings, merge_columns
from store.search.embedding_file import (
    LANGUAGES,
    VECTOR_SIZE,
    EmbeddingCoverage,
    EmbeddingFile,
    read_embedding_file,
    write_embedding_file,
)

GERMAN, ENGLISH = LANGUAGES.index("de") + 1, LANGUAGES.index("en") + 1
FILLERS = 40
"""Articles of each language about something else, so that its mean is known."""


def vector(*places: int, common: int = 0) -> bytes:
    """Return a vector with a number at some places, and one that all of its language share."""
    numbers = np.zeros(VECTOR_SIZE, np.int8)
    numbers[list(places)] = 60
    numbers[common] = 60
    return numbers.tobytes()


def write(path: Path, rows: Mapping[int, tuple[int, bytes]]) -> EmbeddingFile:
    new = {number: (0, bytes([language]) + row) for number, (language, row) in rows.items()}
    write_embedding_file(path, "m", EmbeddingCoverage(), b"", merge_columns(None, [], new))
    return read_embedding_file(path, "m")


@pytest.fixture
def vectors(tmp_path: Path) -> ArticleEmbeddings:
    """An article (1), one close to it (2), its translation (3), another (4), and unknown ones."""
    rows = {
        1: (ENGLISH, vector(10, 11, 12)),
        2: (ENGLISH, vector(10, 11, 13)),
        3: (GERMAN, vector(10, 11, 12, common=1)),
        4: (GERMAN, vector(20, 21, 22, common=1)),
        5: (0, bytes(VECTOR_SIZE)),
        6: (ENGLISH, vector(30, 31, 32)),
    }
    for number in range(FILLERS):
        rows[100 + number] = (ENGLISH, vector(100 + number, 150 + number))
        rows[200 + number] = (GERMAN, vector(100 + number, 150 + number, common=1))
    return ArticleEmbeddings(write(tmp_path / "vectors", rows))


def test_the_closest_in_meaning_has_the_greatest_similarity(vectors: ArticleEmbeddings) -> None:
    itself, close, far = vectors.similarities(1, [1, 2, 6])
    assert itself == pytest.approx(1.0, abs=1e-5)
    assert close is not None
    assert far is not None
    assert far < 0.1 < 0.5 < close < 1.0


def test_what_has_no_vector_or_no_known_language_is_not_compared(
    vectors: ArticleEmbeddings,
) -> None:
    assert vectors.similarities(1, [5, 999]) == [None, None]
    assert vectors.similarities(5, [1, 2]) == [None, None]
    assert vectors.similarities(999, [1]) == [None]
    known, unknown = vectors.similarities(1, [2, 5])
    assert known is not None
    assert unknown is None


def test_the_closest_are_found_in_each_language(vectors: ArticleEmbeddings) -> None:
    first, second = vectors.nearest(1, 1)
    assert [(each.number, each.is_foreign) for each in (first, second)] == [(3, True), (2, False)]
    assert 0.8 < first.cosine <= 1
    assert 0.4 < second.cosine < first.cosine
    assert [first.score, second.score] == pytest.approx(vectors.similarities(1, [3, 2]))
    assert {each.number for each in vectors.nearest(3, 2)} >= {1, 2}


@pytest.mark.parametrize("number", [5, 999])
def test_nothing_is_close_to_what_has_no_known_language(
    vectors: ArticleEmbeddings, number: int
) -> None:
    assert vectors.nearest(number, 5) == []


@pytest.mark.parametrize(
    ("other", "language"), [(1, ""), (2, ""), (3, "de"), (4, "de"), (5, ""), (999, "")]
)
def test_only_another_language_is_foreign(
    vectors: ArticleEmbeddings, other: int, language: str
) -> None:
    assert vectors.foreign_language(1, other) == language
    assert vectors.foreign_language(5, other) == ""


def test_a_single_article_can_be_compared(tmp_path: Path) -> None:
    only = ArticleEmbeddings(write(tmp_path / "one", {1: (ENGLISH, vector(10))}))
    assert only.similarities(1, [1]) == [pytest.approx(1.0, abs=1e-5)]
    assert only.nearest(1, 5) == []
    none = ArticleEmbeddings(write(tmp_path / "none", {}))
    assert (none.similarities(1, [1]), none.nearest(1, 5)) == ([None], [])


def test_new_entries_replace_old_ones_and_those_of_articles_that_are_gone_are_dropped(
    tmp_path: Path,
) -> None:
    old = write(tmp_path / "old", {n: (ENGLISH, vector(n)) for n in (9, 4, 7, 5)})
    new = {5: (77, bytes([GERMAN]) + vector(50)), 1: (88, bytes([ENGLISH]) + vector(60))}
    columns = merge_columns(old, [9, 5, 1, 7], new)
    write_embedding_file(tmp_path / "merged", "m", EmbeddingCoverage(), b"", columns)
    merged = read_embedding_file(tmp_path / "merged", "m")
    assert list(merged.numbers) == [1, 5, 7, 9]
    assert list(merged.stamps) == [88, 77, 0, 0]
    assert list(merged.languages) == [ENGLISH, GERMAN, ENGLISH, ENGLISH]
    rows = bytes(merged.vectors)
    assert [rows[n * VECTOR_SIZE : (n + 1) * VECTOR_SIZE] for n in range(4)] == [
        vector(60), vector(50), vector(7), vector(9)
    ]  # fmt: skip
