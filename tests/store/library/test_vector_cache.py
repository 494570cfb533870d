"""The cache of term vectors: what is read from it, and when texts are weighed again."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import pytest

from store.library.protocol import Library
from store.library.vector_cache import VECTOR_BATCH_SIZE, ArticleVector
from store.model.article import Body
from store.search.list_query import ListQuery
from tests.support.libraries import Client, Machine, add, article, ids, list_rows


def indexed(client: Client) -> Library:
    library = client.open()
    for _ in library.update_index():
        pass
    return library


def fill(library: Library, *numbers: int) -> None:
    texts = (Body(f"The ferry {n} of Brae is late, says the council of Elfan.") for n in numbers)
    add(library, [replace(article(n), body=text) for n, text in zip(numbers, texts, strict=True)])
    for _ in library.update_index():
        pass


def vectors(library: Library) -> list[dict[str, ArticleVector]]:
    """Return what each step finds."""
    return [dict(step) for step in library.vectors(list_rows(library, ListQuery()))]


def test_vectors_are_weighed_once(client: Client) -> None:
    fill(client.open(), 1, 2, 3)
    first = vectors(indexed(client))
    assert first[0] == {}
    assert first[1].keys() == set(ids(1, 2, 3))
    assert all(len(each.terms) == len(each.weights) > 3 for each in first[1].values())
    assert vectors(indexed(client)) == [first[1]], "all at once, from the file"


def test_a_changed_article_is_weighed_again(client: Client) -> None:
    library = client.open()
    fill(library, 1, 2)
    before = vectors(library)[1]
    library.record("edited", ids(2), to={"title": "Storm over Elfan"})
    for _ in library.update_index():
        pass
    cached, again = vectors(library)
    assert cached == {ids(1)[0]: before[ids(1)[0]]}
    assert again.keys() == set(ids(2))


def test_a_library_that_has_grown_much_is_weighed_again(client: Client) -> None:
    library = client.open()
    fill(library, 1, 2)
    vectors(library)
    fill(library, 3)
    assert [len(step) for step in vectors(library)] == [2, 1]
    fill(library, 4, 5, 6, 7)
    assert [len(step) for step in vectors(library)] == [0, 7]


def test_without_an_index_nothing_is_weighed(client: Client) -> None:
    library = client.open()
    add(library, [article(1)])
    assert vectors(library) == [{}]


def test_what_was_weighed_is_kept_if_nobody_waits_for_the_rest(client: Client) -> None:
    library = client.open()
    fill(library, *range(1, VECTOR_BATCH_SIZE + 10))
    steps = library.vectors(list_rows(library, ListQuery()))
    assert isinstance(steps, Generator)
    assert [len(next(steps)) for _ in range(2)] == [0, VECTOR_BATCH_SIZE]
    steps.close()
    assert [len(step) for step in vectors(library)] == [VECTOR_BATCH_SIZE, 9]


def test_words_that_are_not_indexed_yet_are_not_kept(client: Client) -> None:
    library = client.open()
    fill(library, 1, 2)
    vectors(library)
    add(library, [replace(article(3), body=Body("Ospreys nest on the pylons of Holm."))])
    assert [len(step) for step in vectors(library)] == [2, 1]
    for _ in library.update_index():
        pass
    cached, weighed = vectors(library)
    assert (sorted(cached), sorted(weighed)) == (ids(1, 2), ids(3))
    assert [len(step) for step in vectors(library)] == [3]


@pytest.mark.parametrize("damage", ["empty", "no line", "truncated", "other format", "no numbers"])
def test_a_damaged_file_is_replaced(machine: Machine, damage: str) -> None:
    fill(machine.open(), 1, 2)
    expected = vectors(indexed(machine))[1]
    path = machine.cache / "vectors"
    data = path.read_bytes()
    path.write_bytes(
        {
            "empty": b"",
            "no line": data.replace(b"\n", b" ", 1)[:50],
            "truncated": data[:-3],
            "other format": data.replace(b'"format":1', b'"format":7'),
            "no numbers": data.replace(b'"documents":2', b'"documents":[]'),
        }[damage]
    )
    assert vectors(indexed(machine)) == [{}, expected]
    assert vectors(indexed(machine)) == [expected]
