"""Articles are found by the numbers that the index has for them."""

from __future__ import annotations

import pytest

from store.library import article_numbers
from store.library.article_numbers import ArticleNumbers
from store.search.index import article_number
from tests.support.libraries import ids


def test_every_article_is_found_by_its_number() -> None:
    articles = ids(*range(500))
    numbers = ArticleNumbers(articles)
    assert len(numbers) == 500
    assert [numbers.find(article_number(each)) for each in articles] == articles


def test_unknown_numbers_find_nothing() -> None:
    numbers = ArticleNumbers(ids(1, 2, 3))
    others = [0, 2**63, *(article_number(each) for each in ids(4, 5, 6))]
    assert [numbers.find(each) for each in others] == [None] * 5
    assert ArticleNumbers().find(0) is None


@pytest.mark.parametrize(("count", "steps"), [(0, 0), (100, 0), (101, 3), (450, 6)])
def test_many_articles_are_numbered_in_steps(
    monkeypatch: pytest.MonkeyPatch, count: int, steps: int
) -> None:
    """Until the last step, those before are found."""
    monkeypatch.setattr(article_numbers, "STEP_SIZE", 100)
    before, articles = ids(9999)[0], ids(*range(count))
    numbers = ArticleNumbers([before])
    found = [numbers.find(article_number(before)) for _ in numbers.set_in_steps(articles)]
    assert found == [before] * steps
    assert [numbers.find(article_number(each)) for each in articles] == articles
    assert numbers.find(article_number(before)) is None
