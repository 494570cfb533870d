"""The cosine of two articles by their weighted terms."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from store.model.article import Article, Body
from store.search.index import FullTextIndex, IndexCoverage, IndexWriter
from store.search.term_vectors import TermWeights, cosine, count_article_words

TEXTS = {
    "strike": ("Ferry strike shuts Arlen", "The crews of the Arlen ferry walked out."),
    "talks": ("Talks in Arlen", "Owners of the ferry met the crews of Arlen."),
    "bees": ("Honey prices rise", "Beekeepers count losses, as did the ferry."),
    "fog": ("Fog on the coast", "Dense fog, said the coast guard."),
}


@pytest.fixture
def weights(tmp_path: Path) -> TermWeights:
    writer = IndexWriter(tmp_path)
    for name, (title, text) in TEXTS.items():
        writer.add("s", Article(name, title), Body(text))
    writer.commit(IndexCoverage())
    index = FullTextIndex(tmp_path)
    index.refresh()
    return TermWeights(index)


@pytest.mark.parametrize(
    ("title", "text", "language", "counts"),
    [
        ("The ferry", "A **ferry** and 12 [crews](https://x.example/y)", "", {"ferry": 2, "crews": 1}),
        ("Die Fähre", "Die Fähre ist nicht im Hafen", "de", {"fahre": 2, "hafen": 1}),
        ("Die Fähre", "Die Fähre ist nicht im Hafen, und das ist sie auch", "", {"fahre": 2, "hafen": 1}),
        ("", "", "", {}),
    ],
)  # fmt: skip
def test_content_words_are_counted(
    title: str, text: str, language: str, counts: dict[str, int]
) -> None:
    assert count_article_words(title, text, language) == counts


def test_rare_words_weigh_more_and_unknown_ones_nothing(weights: TermWeights) -> None:
    """Inverse document frequency of a word in 3 of 4 articles: log(1 + 1.5 / 3.5)."""
    rarity = weights.rarity(["ferry", "honey", "zeppelin"])
    assert rarity == pytest.approx({"ferry": math.log(1 + 1.5 / 3.5), "honey": math.log(10 / 3)})


def test_the_cosine_is_that_of_weighted_counts(weights: TermWeights) -> None:
    """A library of four articles is weighed as one of a hundred."""
    one = weights.vector({"honey": 1, "ferry": 1})
    other = weights.vector({"honey": 2, "fog": 1, "zeppelin": 5, "ferry": 0})
    rare, common = math.log(1 + 99.5 / 1.5), math.log(1 + 97.5 / 3.5)
    twice = 1 + math.log(2)
    expected = rare * twice * rare / math.hypot(rare, common) / math.hypot(twice * rare, rare)
    assert cosine(one, other) == pytest.approx(expected)
    assert weights.cosine(one, {"honey": 2, "fog": 1, "zeppelin": 5}) == pytest.approx(expected)
    assert cosine(one, one) == pytest.approx(1.0)
    assert cosine(one, weights.vector({})) == weights.cosine(one, {}) == 0.0


def test_the_same_story_is_closest(weights: TermWeights) -> None:
    vectors = {name: weights.vector(count_article_words(*each)) for name, each in TEXTS.items()}
    ranked = sorted(TEXTS, key=lambda name: cosine(vectors["strike"], vectors[name]), reverse=True)
    assert ranked[:2] == ["strike", "talks"]
