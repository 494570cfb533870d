"""Where articles are on disk: what was put in comes out."""

from __future__ import annotations

import random

import pytest

from store.library.locations import ArticleLocations
from store.segments.segments import ArticleLocation


@pytest.mark.parametrize("document_id", [1, 0, 999, 1 << 40, -3])
def test_a_location_comes_out_as_it_was_put_in(document_id: int) -> None:
    locations = ArticleLocations()
    locations.put("other", ArticleLocation("desk-0001", 7))
    locations.put("a", ArticleLocation("desk-0002", document_id))
    assert locations.get("a") == ArticleLocation("desk-0002", document_id)
    assert locations.get("b") is None


def test_articles_are_found_by_their_segment() -> None:
    chance = random.Random(5)
    locations, expected = ArticleLocations(), dict[str, str]()
    for number in range(2000):
        article, segment = f"{chance.randrange(500)}", f"laptop-{chance.randrange(40):04}"
        locations.put(article, ArticleLocation(segment, number))
        expected[article] = segment
    counts = locations.segment_counts()
    for segment in {*expected.values(), "none"}:
        articles = {each for each, where in expected.items() if where == segment}
        assert locations.articles_in(segment) == articles
        assert counts[segment] == len(articles)
