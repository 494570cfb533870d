"""Semantic similarity: what the optional embeddings change, and that none are needed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

import pytest

from store.model.article import Article, Body
from store.search import embeddings
from store.search.embeddings import (
    EMBEDDINGS_PACKAGE,
    EmbeddingVector,
    StaticEmbeddings,
    dot_product,
    load_installed_embeddings,
    mix_scores,
)
from tests.store.search.test_similar import FERRY, Shelf

STRIKE = "ferry crews harbour union"
ROUND_TRIP = "ferry crews harbour regatta"
MEANINGS = {"union": (1.0, 0.0), "wages": (1.0, 0.0), "regatta": (0.0, 1.0)}


class Fake:
    """Knows three words; a text is about the last of them that it has."""

    def embed(self, text: str) -> EmbeddingVector:
        known = [MEANINGS[word] for word in text.split() if word in MEANINGS]
        return known[-1] if known else (0.0, 0.0)


@pytest.fixture
def _nothing_loaded() -> Iterator[None]:
    load_installed_embeddings.cache_clear()
    yield
    load_installed_embeddings.cache_clear()


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Two articles that share as many words with the first, one of them about the same."""
    shelf = Shelf(tmp_path / "index")
    shelf.put("asked", "Walkout", f"{STRIKE} wages")
    shelf.put("alike", "Owners answer", STRIKE)
    shelf.put("other", "Sails ahead", ROUND_TRIP)
    for number in range(6):
        shelf.put(f"filler{number}", f"Filler {number}", FERRY)
    return shelf


def listed(shelf: Shelf, vectors: Fake | None) -> list[tuple[str | None, float]]:
    readings = shelf.readings()
    readings._embeddings = vectors
    found = readings.find(Article("asked", "Walkout"), Body(f"{STRIKE} wages"))
    return [(each.id, each.score) for each in found]


def test_articles_close_in_meaning_come_first_with_scores_below_one(shelf: Shelf) -> None:
    by_words = dict(listed(shelf, None))
    by_both = listed(shelf, Fake())
    assert by_both[0][0] == "alike"
    assert {name for name, _ in by_both} == set(by_words)
    scores = dict(by_both)
    assert scores["alike"] - scores["other"] > by_words["alike"] - by_words["other"]
    assert all(0 <= score <= 1 for score in scores.values())


def test_meaning_is_mixed_with_words_and_extended_by_the_closest() -> None:
    scores = mix_scores(Fake(), "union", ["wages", "regatta", "nothing known"], [0.2, 0.2, 0.2])
    assert scores[0] > scores[1] >= scores[2]
    assert mix_scores(Fake(), "union", ["union"], [1.0]) == pytest.approx([1.0])
    assert mix_scores(Fake(), "nothing known", ["a", "b"], [0.4, 0.2]) == pytest.approx([0.2, 0.1])
    assert mix_scores(Fake(), "union", [], []) == []


def test_the_vector_of_a_text_is_cached_and_of_its_beginning() -> None:
    made: list[str] = []

    def vector(text: str) -> EmbeddingVector:
        made.append(text)
        return (1.0,)

    vectors = StaticEmbeddings(vector)
    assert vectors.embed("x" * 9000) == vectors.embed("x" * 8000) == (1.0,)
    assert made == ["x" * embeddings.MAX_EMBEDDED_CHARS]


@pytest.mark.usefixtures("_nothing_loaded")
def test_without_the_package_there_are_no_embeddings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings, "EMBEDDINGS_PACKAGE", "no_such_package_of_weights")
    assert load_installed_embeddings() is None


@pytest.mark.usefixtures("_nothing_loaded")
def test_a_package_without_weights_is_reported_and_ignored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spec = ModuleSpec(EMBEDDINGS_PACKAGE, None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(embeddings, "find_spec", lambda _: spec)
    with caplog.at_level(logging.WARNING, "newstui"):
        assert load_installed_embeddings() is None
        assert load_installed_embeddings() is None
    assert [record.getMessage()[:34] for record in caplog.records] == [
        "similar articles by words alone: w"
    ]


@pytest.mark.usefixtures("_nothing_loaded")
@pytest.mark.skipif(
    find_spec(EMBEDDINGS_PACKAGE) is None, reason="newstui[semantic] is not installed"
)
def test_installed_embeddings_recognize_the_same_subject() -> None:
    vectors = load_installed_embeddings()
    assert vectors is not None
    strike = vectors.embed("The ferry crews walked out for higher wages.")
    talks = vectors.embed("Sailors on strike demand better pay.")
    honey = vectors.embed("Beekeepers lost many hives in the wet spring.")
    assert dot_product(strike, strike) == pytest.approx(1.0, abs=1e-5)
    assert dot_product(strike, talks) > dot_product(strike, honey)
    assert len(vectors.embed("")) == len(strike)
