"""Similar articles and insights on PostgreSQL: which articles are compared, and what is known without an index."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from store.library.protocol import Library
from store.model.article import Body
from store.postgres import comparison
from store.postgres.connection import Connection
from store.search.list_query import ListQuery
from tests.support.libraries import add, article, article_id, ids, list_rows
from tests.support.postgres_server import OpenAs

TEXTS = {
    1: "The ferry crews of Arlen walked out on Monday and the harbour stands still. The union of the"
    " crews wants a second engineer on every night crossing to Vorne, and the owners refuse.",
    2: "Owners of the Arlen ferry met the union for talks about the crossing to Vorne. The crews stay"
    " on strike until a second engineer is hired, their union said in the harbour.",
    3: "Beekeepers count their losses after a wet spring. Many hives stand empty, and the price of"
    " honey rises in every market of the valley.",
}
FILLER = ("glacier lake drains", "opera score found", "tram line opens", "bread prices fall")


@pytest.fixture
def library(open_as: OpenAs) -> Library:
    opened = open_as("ann")
    add(opened, (replace(article(n), body=Body(text)) for n, text in TEXTS.items()))
    others = enumerate(FILLER * 5, 10)
    add(
        opened,
        (
            replace(article(n, title=f"{words} {n}"), body=Body(f"In the city the {words}, {n}."))
            for n, words in others
        ),
    )
    return opened


def index(library: Library) -> None:
    for _ in library.update_index():
        pass


def similar(library: Library, number: int) -> list[str | None]:
    return [each.id for each in library.similar(library.get_article(article_id(number)))]


def test_the_same_story_is_similar(library: Library) -> None:
    index(library)
    (found,) = library.similar(library.get_article(article_id(1)))
    assert (found.id, found.origin, found.read) == (article_id(2), "index", False)
    assert found.source_name == "example.org"
    assert 0.3 < found.score <= 1
    assert set(found.shared_terms) <= set(TEXTS[2].lower().replace(".", "").split())
    library.record("deleted", ids(2))
    assert similar(library, 1) == []


def test_most_articles_are_left_out_of_a_large_library(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    index(library)
    for name, value in {
        "MAX_LED_ARTICLES": 4,
        "NEAREST_ARTICLES": 3,
        "SCORED_ARTICLES": 2,
        "WORDS_AT_ONCE": 3,
    }.items():
        monkeypatch.setattr(comparison, name, value)
    assert similar(library, 1) == ids(2)
    assert similar(library, 2) == ids(1)


def test_what_was_read_of_a_story_is_not_new(library: Library) -> None:
    add(
        library,
        [
            replace(
                article(4),
                body=Body(
                    f"{TEXTS[1]}\n\nFirefighters found smoke below the bridge deck and towed three trawlers away."
                ),
            )
        ],
    )
    index(library)
    entry = library.get_article(article_id(4))
    assert "crews" in library.insights(entry).keywords
    assert library.insights(entry).new_paragraphs == ()
    library.record("read", ids(1, 2))
    (span,) = library.insights(entry).new_paragraphs
    assert (
        entry.body.text[slice(*span)]
        == "Firefighters found smoke below the bridge deck and towed three trawlers away."
    )


def test_without_an_index_named_articles_are_similar(library: Library) -> None:
    named = replace(article(5), body=Body("Text.", similar=("TITLE 3", "A title of elsewhere")))
    add(library, [named])
    entry = library.get_article(article_id(5))
    found = library.similar(entry)
    assert [(each.id, each.title, each.origin) for each in found] == [
        (article_id(3), "Title 3", "import"),
        (None, "A title of elsewhere", "import"),
    ]
    assert library.story_candidates(entry) == ()
    assert library.insights(entry).keywords == ()
    index(library)
    assert [each.id for each in library.similar(entry)][:2] == [article_id(3), None]


def test_many_articles_are_weighed_with_few_questions(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    index(library)
    rows, ask = list_rows(library, ListQuery()), Connection.rows
    asked: list[str] = []

    def count(self: Connection, statement: str, *parameters: Any) -> Any:
        asked.append(statement)
        return ask(self, statement, *parameters)

    monkeypatch.setattr(Connection, "rows", count)
    _, weighed = library.vectors(rows)
    assert len(weighed) == len(TEXTS) + len(FILLER) * 5
    assert len(asked) == 2, "texts, and the words of all of them"
