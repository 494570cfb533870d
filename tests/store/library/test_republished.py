"""Articles imported as URLs get their text later, on whichever machine it arrives."""

from __future__ import annotations

from dataclasses import replace

from store.library.protocol import Library
from store.model.article import Body, ParsedArticle
from store.search.list_query import ListQuery
from tests.support.libraries import Client, Machine, add, article, article_id, list_rows

BARE = replace(article(1, words=0, tags=("mine",)), body=Body())
WHOLE = replace(article(1, words=3, title="Another", language="en"), body=Body("Three words came."))


def seen(library: Library) -> tuple[str, int, str, tuple[str, ...]]:
    entry = library.get_article(article_id(1))
    return entry.article.title, entry.article.words, entry.body.text, entry.article.tags


FILLED = ("Title 1", 3, "Three words came.", ("mine",))


def test_a_text_completes_an_article_in_place(client: Client) -> None:
    library = client.open()
    add(library, [BARE, article(2)])
    library.record("starred", [article_id(1)])
    assert add(library, [WHOLE]).added == 1
    assert seen(library) == seen(client.open()) == FILLED
    assert client.open().get_article(article_id(1)).reading.starred
    assert len(list_rows(client.open(), ListQuery())) == 2
    assert not client.open().problems
    assert add(library, [WHOLE, BARE]).added == 0
    assert seen(library) == FILLED


def test_a_text_completes_the_article_of_another_machine(client: Client) -> None:
    add(client.open(), [BARE])
    laptop = client.beside("laptop")
    add(laptop.open(), [WHOLE])
    for each in (client, laptop):
        library = each.open()
        assert seen(library) == FILLED
        assert len(list_rows(library, ListQuery())) == 1
        assert add(library, [WHOLE]).added == 0


def test_the_file_of_another_machine_is_left_alone(machine: Machine) -> None:
    add(machine.open(), [BARE])
    before = machine.segments()[0].read_bytes()
    add(machine.beside("laptop").open(), [WHOLE])
    assert machine.segments()[0].read_bytes() == before


def test_a_deleted_article_is_not_completed(client: Client) -> None:
    library = client.open()
    add(library, [BARE])
    library.record("deleted", [article_id(1)])
    assert add(library, [WHOLE]).added == 0
    assert library.get_row(article_id(1)) is None


def test_an_existing_text_is_never_replaced(client: Client) -> None:
    library = client.open()
    add(library, [WHOLE])
    other = ParsedArticle(replace(WHOLE.article, words=5), Body("Five quite other words came."))
    assert add(library, [other]).added == 0
    assert seen(library)[2] == "Three words came."
