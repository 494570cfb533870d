"""Categories and tags that differ by case or Unicode form are one, in lists, queries and events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from store.library.protocol import Library
from store.library.statistics import Pace, ReadShare, compute_statistics
from store.model.results import GroupCount
from store.search.list_query import ListQuery
from tests.support.libraries import (
    Client,
    FakeClock,
    add,
    article,
    article_id,
    list_numbers,
    list_rows,
)
from tui.actions.article_changes import add_tag, remove_tag

COMPOSED, DECOMPOSED = "Caf\xe9", "Cafe\u0301"


@pytest.fixture
def library(client: Client) -> Library:
    opened = client.open()
    facts: list[dict[str, Any]] = [
        {"category": COMPOSED, "tags": ("Th\xe9", "The\u0301", "sea")},
        {"category": DECOMPOSED, "tags": ("the\u0301",)},
        {"category": "CAF\xc9/Bar"},
        {"category": DECOMPOSED.lower() + "/bar"},
        {"category": "Cafeteria"},
        {"category": ""},
    ]
    add(opened, [article(number, **each) for number, each in enumerate(facts, 1)])
    return opened


def test_each_category_is_listed_once_with_those_below_it(library: Library) -> None:
    counts = library.by("category")
    assert counts == [
        GroupCount("", 1, 1),
        GroupCount("CAF\xc9/Bar", 2, 2),
        GroupCount("Cafeteria", 1, 1),
        GroupCount(COMPOSED, 4, 4),
    ]
    for count in counts:
        assert len(list_rows(library, ListQuery(category=count.name))) == count.total


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        (COMPOSED, [4, 3, 2, 1]),
        (DECOMPOSED, [4, 3, 2, 1]),
        ("CAFE\u0301", [4, 3, 2, 1]),
        ("caf\xe9/", [4, 3, 2, 1]),
        ("caf\xe9/BAR", [4, 3]),
        ("Cafe", []),
        ("", [6]),
        ("none", []),
    ],
)
def test_the_category_of_a_list(library: Library, category: str, expected: Sequence[int]) -> None:
    assert list_numbers(library, category=category) == expected


@pytest.mark.parametrize("indexed", [False, True])
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"category:{COMPOSED}", [4, 3, 2, 1]),
        (f"category:{DECOMPOSED}", [4, 3, 2, 1]),
        ("category:cafe/bar", [4, 3]),
        ("category:cafe*", [5, 4, 3, 2, 1]),
        ("tag:th\xe9", [2, 1]),
        ("tag:THE\u0301", [2, 1]),
        ("tag:sea", [1]),
    ],
)
def test_queries(library: Library, query: str, expected: Sequence[int], indexed: bool) -> None:
    if indexed:
        for _ in library.update_index():
            pass
    assert list_numbers(library, text=query) == expected


def test_statistics_have_each_category_once(library: Library) -> None:
    shares = compute_statistics(library.read_totals(), {}, Pace(), FakeClock()().date()).categories
    assert ReadShare(COMPOSED, 2, 0) in shares
    assert [share.name for share in shares].count(COMPOSED) == 1


def tags_of(library: Library, number: int = 1) -> Sequence[str]:
    return library.get_article(article_id(number)).article.tags


def test_each_tag_is_there_once(library: Library) -> None:
    assert tags_of(library) == ("Th\xe9", "sea")
    assert library.tags() == ["Th\xe9", "sea"]


def test_tags_that_are_there_are_not_added(library: Library) -> None:
    assert add_tag(library, [article_id(1)], "THE\u0301").message == "Already tagged Th\xe9"
    add_tag(library, [article_id(1)], "o\u0308l")
    assert tags_of(library) == ("Th\xe9", "sea", "\xf6l")
    remove_tag(library, [article_id(1)], "\xd6L")
    remove_tag(library, [article_id(1)], "the\u0301")
    assert tags_of(library) == ("sea",)


def test_the_last_of_the_events_about_a_tag_decides_however_it_is_spelled(
    library: Library,
) -> None:
    """Older versions and other machines wrote tags as they were typed."""
    for event, tag in (
        ("tagged", "\xd6l"),
        ("tagged", "o\u0308l"),
        ("untagged", "\xf6l"),
        ("untagged", "Sea"),
        ("tagged", "\xdcber"),
        ("untagged", "u\u0308ber"),
        ("tagged", "u\u0308ber"),
    ):
        library.record(event, [article_id(1)], tag=tag)
    assert tags_of(library) == ("Th\xe9", "\xfcber")


def test_an_edited_category_is_composed(library: Library) -> None:
    library.record("edited", [article_id(6)], to={"category": DECOMPOSED})
    assert library.get_article(article_id(6)).article.category == COMPOSED
    row = library.get_row(article_id(6))
    assert row is not None
    assert row.category == COMPOSED
