"""Articles gathered into stories by the mean cosine of their vectors."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path
from zlib import crc32

import pytest

from store.library.story_groups import group_stories
from store.library.story_numbers import StoryNumbers
from store.library.vector_cache import ArticleVector, pack_vector
from tests.support.steps import run_steps


def vector(**weights: float) -> ArticleVector:
    """Return the vector of length one with weights in these proportions."""
    length = math.hypot(*weights.values())
    return pack_vector({word: weight / length for word, weight in weights.items()})


def numbers(
    vectors: Sequence[ArticleVector], known: Mapping[str, int] | None = None
) -> dict[str, int]:
    """Return the numbers of the stories of articles 0, 1, 2 and so on."""
    named = {f"{number}": each for number, each in enumerate(vectors)}
    return run_steps(group_stories(named, known or {}))


def groups(vectors: Sequence[ArticleVector]) -> list[list[int]]:
    found: dict[int, list[int]] = {}
    for article, story in numbers(vectors).items():
        found.setdefault(story, []).append(int(article))
    return list(found.values())


NO_VECTOR = pack_vector({})
DAM, FERRY = vector(dam=3, river=1), vector(ferry=3, toll=1)


@pytest.mark.parametrize(
    ("vectors", "expected"),
    [
        ([], []),
        ([DAM], [[0]]),
        ([DAM, FERRY, DAM], [[0, 2], [1]]),
        ([DAM, vector(dam=1, ferry=5)], [[0], [1]]),
        ([DAM, vector(dam=1, ferry=3)], [[0, 1]]),
        ([NO_VECTOR, DAM, NO_VECTOR], [[0], [1], [2]]),
        ([DAM, FERRY, vector(dam=2, ferry=3)], [[0], [1, 2]]),
    ],
    ids=["none", "one", "two stories", "cosine 0.186", "cosine 0.3", "no words", "the closer one"],
)
def test_an_article_joins_the_closest_story(
    vectors: Sequence[ArticleVector], expected: list[list[int]]
) -> None:
    assert groups(vectors) == expected


def test_the_mean_of_all_articles_decides() -> None:
    first, second, third = vector(dam=1, ferry=1), vector(ferry=1, toll=1), vector(toll=1, bus=3)
    assert groups([first, second]) == [[0, 1]]
    assert groups([second, third]) == [[0, 1]]
    assert groups([first, second, third]) == [[0, 1], [2]], "0.11 on average, 0.22 with the last"


def test_articles_stay_in_their_stories() -> None:
    first, second, third = vector(dam=1, ferry=1), vector(ferry=1, toll=1), vector(toll=1, bus=3)
    known = {"0": 7, "1": 9}
    assert numbers([first, second, third], known) == {"0": 7, "1": 9, "2": 9}
    assert numbers([DAM, first, vector(bus=1)], {"1": 3}) == {"1": 3, "0": 3, "2": 4}
    assert numbers([DAM], {"another": 5}) == {"0": 6}, "the story of the other is another one"


def test_the_numbers_of_stories_are_kept(tmp_path: Path) -> None:
    kept = StoryNumbers(tmp_path)
    assert kept.read() == {}
    kept.save({"a": 1, "b": 2}, {"b": 2, "c": 1})
    assert StoryNumbers(tmp_path).read() == {"a": 1, "b": 2, "c": 1}


@pytest.mark.parametrize(
    "damaged",
    [b"", b"[]", b'{"format": 2, "stories": {}}', b'{"format": 1, "stories": {"a": "x"}}'],
)
def test_a_damaged_file_is_no_file(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / "stories.json").write_bytes(damaged)
    assert StoryNumbers(tmp_path).read() == {}


def test_a_packed_vector_is_the_same_vector() -> None:
    packed = pack_vector({"low": 0.6, "high": 0.8})
    assert packed == ArticleVector(
        array("I", [crc32(b"high"), crc32(b"low")]), array("f", [0.8, 0.6])
    )
