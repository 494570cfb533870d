"""Opening what the commands and the reader need."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.feeds.subscriptions import Subscription
from tests.support.reader import make_article, make_library
from tui.services import is_filled

TIDE = Subscription("https://tide.example/feed", "Tide")


@pytest.mark.parametrize(
    ("articles", "feeds", "expected"),
    [(0, (), False), (1, (), True), (0, (TIDE,), True), (1, (TIDE,), True)],
)
def test_feeds_without_articles_fill_a_library(
    tmp_path: Path, articles: int, feeds: tuple[Subscription, ...], expected: bool
) -> None:
    library = make_library(tmp_path, [make_article(number) for number in range(articles)])
    library.feeds.update(put=feeds)
    assert is_filled(library) is expected


def test_a_damaged_list_of_feeds_is_not_hidden_by_samples(tmp_path: Path) -> None:
    library = make_library(tmp_path, [])
    (tmp_path / "library").mkdir(exist_ok=True)
    (tmp_path / "library" / "feeds.opml").write_text("<opml", encoding="utf-8")
    assert is_filled(library)
