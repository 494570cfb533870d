"""The file of the vectors: read as it was written, and never when anything about it is wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from store.search import embedding_file
from store.search.embedding_file import (
    MAX_EMBEDDED_CHARS,
    VECTOR_SIZE,
    EmbeddingCoverage,
    EmbeddingsUnusable,
    embedded_text,
    read_embedding_file,
    text_stamp,
    write_embedding_file,
)

COVERAGE = EmbeddingCoverage({"desk-0001": (1, 2, 3, 4)}, {"a": 5})
PROJECTION = bytes(range(16))
NUMBERS, STAMPS = (3, 2**63 - 1), (2**64 - 1, 0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "vectors"
    columns = [
        b"".join(number.to_bytes(8, "little") for number in NUMBERS),
        b"".join(stamp.to_bytes(8, "little") for stamp in STAMPS),
        b"\x02\x03",
        bytes([1]) * VECTOR_SIZE + bytes([255]) * VECTOR_SIZE,
    ]
    write_embedding_file(path, "model", COVERAGE, PROJECTION, columns)
    return path


def test_it_is_read_as_it_was_written(path: Path) -> None:
    found = read_embedding_file(path, "model")
    assert found.coverage == COVERAGE
    assert bytes(found.projection) == PROJECTION
    assert (tuple(found.numbers), tuple(found.stamps)) == (NUMBERS, STAMPS)
    assert bytes(found.languages) == b"\x02\x03"
    assert (found.vectors[0], found.vectors[-1], len(found.vectors)) == (1, -1, 2 * VECTOR_SIZE)
    assert [found.place(number) for number in (1, 3, 4, 2**63 - 1)] == [None, 0, None, 1]
    assert found.has(3, 2**64 - 1)
    assert not found.has(3, 1)
    assert not found.has(4, 1)


def test_it_is_for_its_owner_alone_and_about_as_large_as_its_vectors(path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    assert 0 < path.stat().st_size - 2 * embedding_file.ENTRY_BYTES < 300


@pytest.mark.parametrize("at", [0, 9, 20, 40, -1, -VECTOR_SIZE, -2 * VECTOR_SIZE - 3])
def test_one_changed_byte_is_noticed(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0x10
    path.write_bytes(data)
    with pytest.raises(EmbeddingsUnusable):
        read_embedding_file(path, "model")


@pytest.mark.parametrize("size", [0, 1, 8, 17, 100, -1, -500])
def test_a_truncated_file_is_noticed(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(EmbeddingsUnusable):
        read_embedding_file(path, "model")


def test_nothing_is_read_of_a_file_that_is_cut_short_while_it_is_open(path: Path) -> None:
    found = read_embedding_file(path, "model")
    assert found.place(3) == 0
    os.truncate(path, 0)
    assert found.place(3) is None
    assert not found.has(3, 2**64 - 1)


def test_other_versions_and_models_are_not_read(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(EmbeddingsUnusable, match="another version"):
        read_embedding_file(path, "other model")
    monkeypatch.setattr(embedding_file, "EMBEDDINGS_VERSION", embedding_file.EMBEDDINGS_VERSION + 1)
    with pytest.raises(EmbeddingsUnusable, match="another version"):
        read_embedding_file(path, "model")


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "missing", "."):
        with pytest.raises(EmbeddingsUnusable):
            read_embedding_file(tmp_path / name, "model")


def test_an_empty_file_has_no_articles(tmp_path: Path) -> None:
    write_embedding_file(tmp_path / "none", "model", EmbeddingCoverage(), b"", [b"", b"", b"", b""])
    found = read_embedding_file(tmp_path / "none", "model")
    assert (len(found.numbers), found.place(1)) == (0, None)


def test_a_stamp_is_of_text_and_language() -> None:
    assert text_stamp("fog", "en") == text_stamp("fog", "en")
    assert len({text_stamp("fog", "en"), text_stamp("fog", "de"), text_stamp("rain", "en")}) == 3
    assert embedded_text("Title", "Summary", "x" * 9000) == embedded_text(
        "Title", "Summary", "x" * 8000
    )
    assert len(embedded_text("Title", "", "x" * 9000)) == MAX_EMBEDDED_CHARS
