"""Vectors of texts from a table of pieces: a small one, and that of the package if it is there."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from store.search.embedding_file import LANGUAGES, VECTOR_SIZE
from store.search.embedding_process import TABLE_PACKAGE, find_table
from store.search.piece_table import FIRST_PIECE, PieceTable, encode_text
from tests.support.piece_package import forget_piece_package, install_piece_package

ENGLISH = "The ferry crew is on strike, and the harbour is open."
GERMAN = "Die Besatzung der Fähre ist im Streik, und der Hafen ist offen."
SWEDISH = "Besättningen på färjan strejkar och hamnen är stängd tills de kommer överens."


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PieceTable]:
    yield PieceTable.load(install_piece_package(tmp_path, monkeypatch))
    forget_piece_package()


def cosine(one: bytes, other: bytes) -> float:
    a, b = (np.frombuffer(row[1:], np.int8).astype(np.float32) for row in (one, other))
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def test_translations_have_the_same_vector_and_languages_of_their_own(table: PieceTable) -> None:
    projection = table.projection()
    english, german = (encode_text(table, projection, text, "") for text in (ENGLISH, GERMAN))
    assert len(english) == 1 + VECTOR_SIZE
    assert [LANGUAGES[row[0] - 1] for row in (english, german)] == ["en", "de"]
    assert cosine(english, german) > 0.99
    assert cosine(english, encode_text(table, projection, "The girl is a chess master.", "")) < 0.5


@pytest.mark.parametrize(
    ("text", "declared"), [(SWEDISH, ""), (ENGLISH, "uk"), ("", "en"), ("Xyzzy", "en")]
)
def test_a_text_of_an_unknown_language_or_without_known_pieces_has_none(
    table: PieceTable, text: str, declared: str
) -> None:
    assert encode_text(table, table.projection(), text, declared) == bytes(1 + VECTOR_SIZE)


def test_the_projection_keeps_lengths_and_angles(table: PieceTable) -> None:
    projection = table.projection()
    assert projection.shape == (VECTOR_SIZE, VECTOR_SIZE)
    assert np.allclose(projection.T @ projection, np.eye(VECTOR_SIZE), atol=1e-4)


def test_frequent_pieces_count_less() -> None:
    parts = [np.zeros((2000, VECTOR_SIZE), np.uint8) for _ in range(2)]
    frequent, rare = FIRST_PIECE, 3000
    parts[0][frequent // 2, 0] = parts[0][rare // 2, 1] = 1
    table = PieceTable(lambda _: [frequent, rare, 0], parts, np.ones(2), np.zeros(2))
    vector = table.text_vector("any")
    assert 0 < 200 * vector[0] < vector[1] < 1


@pytest.mark.skipif(find_spec(TABLE_PACKAGE) is None, reason="newstui[semantic] is not installed")
def test_the_table_of_the_package_recognizes_the_same_story_in_other_languages() -> None:
    folder = find_table()
    assert folder is not None
    table = PieceTable.load(folder)
    projection = table.projection()
    strike = encode_text(table, projection, "The ferry crews walked out for higher wages.", "en")
    for language, same, other in (
        ("en", "Sailors on strike demand better pay.", "Beekeepers lost many hives in the spring."),
        (
            "de",
            "Die Besatzungen der Fähren streiken für mehr Lohn.",
            "Imker verloren viele Völker.",
        ),
        ("fr", "Les équipages des ferries font grève.", "Les apiculteurs ont perdu des ruches."),
        (
            "es",
            "Las tripulaciones de los ferris están en huelga.",
            "Los apicultores perdieron colmenas.",
        ),
        (
            "ja",
            "フェリーの乗組員が賃上げを求めてストライキに入った。",
            "養蜂家は春に多くの巣箱を失った。",
        ),
    ):
        near, far = (encode_text(table, projection, text, language) for text in (same, other))
        assert near[0] == far[0] == LANGUAGES.index(language) + 1
        assert cosine(strike, near) > cosine(strike, far) + 0.05
