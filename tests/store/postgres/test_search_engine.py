"""Searching a large library: windows of newest articles, with and without the index, and where to stop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from store.library.protocol import Library
from store.model.article import Body
from store.postgres import search_engine
from store.search.list_query import ListQuery, SearchQuery
from tests.support.libraries import add, article, ids, list_numbers
from tests.support.postgres_server import OpenAs

NUMBERS = range(1, 21)


def text(number: int) -> str:
    """Return a text: every second article is about fog, few about fog in a harbour."""
    words = [
        "fog" if number % 2 else "mist",
        "in the",
        "harbour" if number in (3, 4, 15) else "hills",
    ]
    return f"{' '.join(words)} and number{number} {'of the fog ' * (number == 7)}"


@pytest.fixture(scope="module")
def sizes() -> Iterator[pytest.MonkeyPatch]:
    """A window of three articles, and no library too small to be scanned."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_engine, "WINDOW_SIZE", 3)
        patch.setattr(search_engine, "WINDOW_GROWTH", 2)
        patch.setattr(search_engine, "MIN_SCANNED", 0)
        patch.setattr(search_engine, "FACTS_BATCH_SIZE", 2)
        yield patch


@pytest.fixture
def library(open_as: OpenAs, sizes: pytest.MonkeyPatch) -> Library:
    opened = open_as("ann")
    add(opened, (replace(article(n), body=Body(text(n))) for n in NUMBERS))
    opened.record("read", ids(3, 19))
    for _ in opened.update_index():
        pass
    return opened


def odd(*others: int) -> list[int]:
    return [n for n in reversed(NUMBERS) if n % 2 and n not in others]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("fog", odd()),
        ("number7", [7]),
        ('"fog in the harbour"', [15, 3]),
        ('"mist in the harbour" or number20', [20, 4]),
        ("fog -harbour", odd(3, 15)),
        ("-fog", [n for n in reversed(NUMBERS) if not n % 2]),
        ("-fog -harbour", [n for n in reversed(NUMBERS) if not n % 2 and n != 4]),
        ("fog is:read", [19, 3]),
        ("fog is:unread", odd(3, 19)),
        ("harbour or is:read", [19, 15, 4, 3]),
        ("-harbour is:read", [19]),
        ('the "number3"', [3]),
    ],
)
def test_all_windows_are_looked_at(library: Library, query: str, expected: list[int]) -> None:
    found = library.search(SearchQuery(query, newest_first=True))
    assert [row.id for row in found.rows] == ids(*expected)
    assert (found.total, found.is_exact) == (len(expected), True)
    assert sorted(row.id for row in library.search(SearchQuery(query)).rows) == sorted(
        ids(*expected)
    )
    assert list_numbers(library, text=query) == expected


@pytest.mark.parametrize(
    ("query", "found", "total", "is_exact"),
    [
        ("number7", [7], 1, True),
        ("harbour", [15, 4], 3, True),
        ('"the harbour"', [15, 4], 3, True),
        ('"in the"', [20, 19], 3, False),
        ("fog is:unread", [17, 15], 2, False),
    ],
)
def test_a_limit_ends_the_search(
    library: Library, query: str, found: list[int], total: int, is_exact: bool
) -> None:
    matches = library.search(SearchQuery(query, newest_first=True), 2)
    assert [row.id for row in matches.rows] == ids(*found)
    assert (matches.total, matches.is_exact) == (total, is_exact)


def test_after_many_articles_what_was_found_is_enough(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_engine, "MAX_CHECKED", 8)
    matches = library.search(SearchQuery('"the fog"', newest_first=True), 2)
    assert ([row.id for row in matches.rows], matches.is_exact) == (ids(7), False)
    assert list_numbers(library, text='"the fog"') == [7]
    nothing = library.search(SearchQuery('"number2 of"'), 2)
    assert (nothing.rows, nothing.is_exact) == ([], True)


def test_the_best_come_first(library: Library) -> None:
    """Article 7 has the word twice more, in a short text."""
    found = library.search(SearchQuery("fog number7 or fog number5 number7"))
    assert found.rows[0].id == ids(7)[0]


def test_lists_of_a_query_have_windows_and_counts(library: Library) -> None:
    query = ListQuery(show="unread", text="fog")
    listing = library.listing(query)
    assert listing.total == 8
    assert [row.id for row in listing.window(2, 2)] == ids(13, 11)
    counts = library.counts({"fog": ListQuery(text="fog"), "bad": ListQuery(text="date:x")})
    assert counts["fog"].total == 10
    assert counts["fog"].unread == 8
    assert "bad" not in counts
