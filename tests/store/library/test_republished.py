"""Articles imported as URLs get their text later, on whichever machine it arrives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from store.library.folder import FolderLibrary
from store.model.article import Body, ParsedArticle
from store.search.list_query import ListQuery
from tests.support.libraries import Machine, add, article, article_id

BARE = replace(article(1, words=0, tags=("mine",)), body=Body())
WHOLE = replace(article(1, words=3, title="Another", language="en"), body=Body("Three words came."))


@pytest.fixture
def desk(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def seen(library: FolderLibrary) -> tuple[str, int, str, tuple[str, ...]]:
    entry = library.get_article(article_id(1))
    return entry.article.title, entry.article.words, entry.body.text, entry.article.tags


FILLED = ("Title 1", 3, "Three words came.", ("mine",))


def test_a_text_completes_an_article_in_place(desk: Machine) -> None:
    library = desk.open()
    add(library, [BARE, article(2)])
    library.record("starred", [article_id(1)])
    assert add(library, [WHOLE]).added == 1
    assert seen(library) == seen(desk.open()) == FILLED
    assert desk.open().get_article(article_id(1)).reading.starred
    assert len(desk.open().rows(ListQuery())) == 2
    assert not desk.open().problems
    assert add(library, [WHOLE, BARE]).added == 0
    assert seen(library) == FILLED


def test_another_machine_adds_a_copy_that_is_preferred(desk: Machine) -> None:
    add(desk.open(), [BARE])
    before = desk.segments()[0].read_bytes()
    laptop = Machine(desk.home, "laptop")
    add(laptop.open(), [WHOLE])
    assert desk.segments()[0].read_bytes() == before
    for machine in (desk, laptop):
        library = machine.open()
        assert seen(library) == FILLED
        assert len(library.rows(ListQuery())) == 1
        assert add(library, [WHOLE]).added == 0


def test_a_deleted_article_is_not_completed(desk: Machine) -> None:
    library = desk.open()
    add(library, [BARE])
    library.record("deleted", [article_id(1)])
    assert add(library, [WHOLE]).added == 0
    assert library.get_row(article_id(1)) is None


def test_an_existing_text_is_never_replaced(desk: Machine) -> None:
    library = desk.open()
    add(library, [WHOLE])
    other = ParsedArticle(replace(WHOLE.article, words=5), Body("Five quite other words came."))
    assert add(library, [other]).added == 0
    assert seen(library)[2] == "Three words came."
