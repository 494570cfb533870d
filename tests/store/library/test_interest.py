"""Interests: features of articles, what is learnt from examples, and reasons."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.library.interest import (
    MAX_EXAMPLES,
    Feature,
    InterestModel,
    Reason,
    Signal,
    choose_examples,
    iter_features,
    learn_interests,
)
from store.library.interest_store import InterestStore, LearntInterests
from store.library.statistics import Pace
from store.model.article import ArticleRow
from tests.support.steps import run_steps

WANTED, UNWANTED = Signal(True), Signal(False)


def row(title: str, category: str = "", feed: str = "") -> ArticleRow:
    return ArticleRow("a", title, category, 0, 0, 0, False, False, 0, feed_key=feed)


@pytest.mark.parametrize(
    ("found", "authors", "expected"),
    [
        (row("The Dam talks, the dam"), (), [("word", "dam"), ("word", "talk")]),
        (row("2031 new year"), (), []),
        (row("", "world", "https://f"), (), [("feed", "https://f"), ("category", "world")]),
        (row("Dam"), ("Ann Moar",), [("word", "dam"), ("author", "Ann Moar")]),
    ],
)
def test_features(found: ArticleRow, authors: tuple[str, ...], expected: list[Feature]) -> None:
    assert list(iter_features(found, authors)) == expected


def learnt() -> InterestModel:
    ferries = [(list(iter_features(row(f"ferry {n}", feed="f"))), WANTED) for n in "abcdefghijkl"]
    football = [(list(iter_features(row(f"goal {n}", feed="f"))), UNWANTED) for n in "mnopqrstuvwx"]
    return run_steps(
        learn_interests([each for pair in zip(ferries, football, strict=True) for each in pair])
    )


def test_what_was_wanted_counts_for_an_article_and_what_was_not_against_it() -> None:
    model = learnt()
    ferry, goal = [("word", "ferry")], [("word", "goal")]
    assert model.score(ferry) > 0.5  # type: ignore[arg-type]
    assert model.score(goal) < -0.5  # type: ignore[arg-type]
    assert model.score([("word", "unknown")]) == 0
    assert abs(model.weights["feed", "f"]) < 0.3, "it is of both"


def test_reasons_are_the_strongest_weights() -> None:
    model = InterestModel({("word", "dam"): 0.5, ("feed", "f"): -0.9, ("word", "low"): 0.05})
    features: list[Feature] = [("word", "dam"), ("word", "low"), ("feed", "f"), ("word", "new")]
    assert model.explain(features) == (Reason("feed", "f", -0.9), Reason("word", "dam", 0.5))


@pytest.mark.parametrize(("wanted", "unwanted"), [(0, 0), (9, 50), (50, 9), (30, 0)])
def test_too_few_examples_teach_nothing(wanted: int, unwanted: int) -> None:
    feature: list[Feature] = [("word", "dam")]
    examples = [(feature, WANTED)] * wanted + [(feature, UNWANTED)] * unwanted
    assert not run_steps(learn_interests(examples)).is_known


def test_the_latest_examples_of_both_kinds_are_learnt_from() -> None:
    signals = {f"{n}": WANTED if n % 2 else UNWANTED for n in range(2 * MAX_EXAMPLES + 10)}
    assert list(choose_examples(signals)) == [f"{n}" for n in range(10, 2 * MAX_EXAMPLES + 10)]
    many = dict.fromkeys(map(str, range(2 * MAX_EXAMPLES)), UNWANTED)
    assert list(choose_examples({"old": WANTED} | many))[:2] == ["old", f"{MAX_EXAMPLES}"]


def test_what_was_learnt_is_kept_until_it_is_cleared(tmp_path: Path) -> None:
    store = InterestStore(tmp_path)
    assert store.read() == store.read() or not store.read().model.is_known
    model = learnt()
    store.save(LearntInterests(1234, model, Pace(250, 7)))
    found = InterestStore(tmp_path).read()
    assert (found.learnt_at, found.pace) == (1234, Pace(250, 7))
    assert found.model.weights == pytest.approx(model.weights, abs=1e-4)
    store.clear()
    assert list(tmp_path.iterdir()) == []
    assert not store.read().model.is_known


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"[]",
        b"{}",
        b'{"format": 9}',
        b'{"format": 1, "learnt_at": 1, "pace": [1, 2], "model": []}',
        b'{"format": 1, "learnt_at": 1, "pace": 3, "model": {"bias": 0, "weights": []}}',
        b'{"format": 1, "learnt_at": 1, "pace": [1, 2], "model": {"bias": 0, "weights": [[1]]}}',
    ],
)
def test_a_damaged_file_is_no_file(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / "interests.json").write_bytes(damaged)
    found = InterestStore(tmp_path).read()
    assert (found.learnt_at, found.model.is_known) == (0, False)
