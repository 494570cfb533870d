"""Passages: the best paragraphs of a library for a query."""

from __future__ import annotations

from dataclasses import replace

import pytest

from store.library.passages import MAX_PASSAGE_CHARS, iter_paragraphs
from store.library.protocol import Library
from store.model.article import Body
from store.model.errors import InvalidQuery
from tests.support.libraries import Client, FakeClock, NewClient, add, article, ids

TEXTS = {
    1: "The dam was built in a valley of the north.\n\nIts budget was never agreed by anyone at all.",
    2: "A dam and its budget are in the news again.\n\nThe harbour is not, and nobody asks why that is.",
    3: "The budget of the harbour is small this year.\n\n## Budget dam\n\nIt has a crane and two boats.",
    4: "The dam was built in a valley of the north.\n\nThe **colour** of its water has become green.",
    5: "Nothing of this kind is in here at all.",
}


@pytest.fixture(scope="module")
def library(new_client: NewClient) -> Library:
    opened = new_client(FakeClock()).open()
    add(opened, (replace(article(n), body=Body(text)) for n, text in TEXTS.items()))
    opened.record("read", ids(2))
    opened.record("position", ids(1), position=60)
    for _ in opened.update_index():
        pass
    return opened


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("dam budget", [(2, 1), (3, 1), (1, 2), (1, 1)]),
        ('"the budget"', [(3, 1)]),
        ("harbour crane", [(3, 3), (3, 1), (2, 2)]),
        ("harbour is:unread", [(3, 1)]),
        ("harbour -crane", [(2, 2)]),
        ("(crane or boats) harbour", [(3, 3), (3, 1), (2, 2)]),
        ("color", [(4, 2)]),
        ("xyzxyz", []),
    ],
)
def test_the_best_paragraphs_come_first(
    library: Library, query: str, expected: list[tuple[int, int]]
) -> None:
    found = library.passages(query, 10)
    assert [(int(each.article.id[:4], 16), each.number) for each in found.passages] == expected
    assert (found.note, found.corrected) == ("", "")
    assert library.passages(query, 1).passages == found.passages[:1]


def test_a_passage_is_where_its_position_says(library: Library) -> None:
    for each in library.passages("dam harbour colour", 10).passages:
        text = library.get_article(each.article.id).body.text
        assert text[each.position :].startswith(each.text)


def test_what_was_read_is_told_by_article_and_position(library: Library) -> None:
    found = library.passages("dam budget", 10).passages
    assert [each.read for each in found] == [True, False, False, True]


def test_misspelt_words_are_corrected(library: Library) -> None:
    found = library.passages("crnae", 10)
    assert (found.corrected, [each.number for each in found.passages]) == ("crane", [3])
    assert library.passages('"crnae"', 10).passages == []


@pytest.mark.parametrize("query", ["", "is:unread", "-dam", "date:feb dam"])
def test_a_query_needs_words(library: Library, query: str) -> None:
    with pytest.raises(InvalidQuery):
        library.passages(query, 10)


def test_without_an_index_there_are_none(client: Client) -> None:
    opened = client.open()
    add(opened, [article(1)])
    found = opened.passages("text", 10)
    assert found.passages == []
    assert "not indexed yet" in found.note


def test_paragraphs_are_parted_by_empty_lines_and_long_ones_by_lines() -> None:
    assert list(iter_paragraphs("One\ntwo\n\n\nthree\n")) == [(0, "One\ntwo"), (10, "three")]
    long = "word " * (MAX_PASSAGE_CHARS // 5 + 1)
    assert list(iter_paragraphs(f"{long}\nend")) == [(0, long), (len(long) + 1, "end")]
