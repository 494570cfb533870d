"""The names of the sources of articles: feeds as the subscriptions name them now, else sites."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from store.feeds.subscriptions import Subscription
from store.library.protocol import Library
from store.model.article import Body, FeedLabel
from store.search.list_query import ListQuery
from store.segments.documents import row_from_document
from tests.support.libraries import Client, add, article, article_id, list_rows

SITE = "example.org"
HARBOUR, GONE = "https://harbour.example/rss", "https://www.gone.example/rss"


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({}, ""),
        ({"url": "https://www.Harbour.example:8080/a?b"}, "harbour.example"),
        ({"url": "http://ann:secret@harbour.example"}, "harbour.example"),
        ({"url": "https://münchen.example/a"}, "xn--mnchen-3ya.example"),
        ({"url": "HTTPS://a.example?q"}, "a.example"),
        ({"url": "https://[broken/"}, ""),
        ({"url": "mailto:a@b.example"}, ""),
        ({"url": "https://a.example/1", "extra": {"site": "The Gazette"}}, "The Gazette"),
        ({"url": "https://a.example/1", "extra": {"source": "The Gazette"}}, "The Gazette"),
        ({"url": "https://a.example/1", "extra": {"source": "app://clipper"}}, "a.example"),
        ({"url": "https://a.example/1", "extra": {"source": 7}}, "a.example"),
        ({"extra": {"site": "\x1b[31mred\u202e"}}, "red"),
        ({"url": "https://a.example/1", "extra": {"feed": HARBOUR}}, "Harbour News"),
        ({"url": "https://a.example/1", "extra": {"feed": GONE}}, "gone.example"),
    ],
)
def test_the_source_of_a_row(facts: dict[str, Any], name: str) -> None:
    row = row_from_document(
        {"id": "a", "title": "A", **facts}, {HARBOUR: FeedLabel("Harbour News", "News")}
    )
    assert row.source_name == name


def test_a_similar_article_has_the_source_of_its_row(client: Client) -> None:
    library = client.open()
    library.feeds.update([Subscription(HARBOUR, "Harbour News")])
    named = Body("Text.", similar=("Title 1", "Title 2"))
    add(library, [article(1, extra={"feed": HARBOUR}), article(2), replace(article(3), body=named)])
    found = library.similar(library.get_article(article_id(3)))
    assert [each.source_name for each in found] == ["Harbour News", SITE]


def source_names(library: Library) -> dict[int, str]:
    return {int(row.id[:4], 16): row.source_name for row in list_rows(library, ListQuery())}


def test_a_renamed_feed_renames_the_source_of_its_articles(client: Client) -> None:
    library = client.open()
    library.feeds.update([Subscription(HARBOUR, "Harbour News")])
    facts = {1: {"feed": HARBOUR}, 2: {"feed": HARBOUR}, 3: {}}
    add(library, [article(number, extra=extra) for number, extra in facts.items()])
    library.record("edited", [article_id(2)], to={"title": "edited"})
    assert source_names(library) == {1: "Harbour News", 2: "Harbour News", 3: SITE}
    library.refresh()
    assert not library.refresh().rows

    library.feeds.update([Subscription(HARBOUR, "The Quay")])
    changed = library.refresh().rows
    assert {row.source_name for row in changed.values()} == {"The Quay"}
    assert changed.keys() == {article_id(1), article_id(2)}
    assert source_names(library) == {1: "The Quay", 2: "The Quay", 3: SITE}
    assert library.get_article(article_id(2)).source_name == "The Quay"

    library.undo()  # the row before the edit has the new name, too
    assert source_names(library) == {1: "The Quay", 2: "The Quay", 3: SITE}
    library.feeds.update(remove=[Subscription(HARBOUR)])
    library.refresh()
    assert source_names(library) == {1: "harbour.example", 2: "harbour.example", 3: SITE}
    assert source_names(client.open()) == source_names(library)


def test_the_category_of_an_article_is_the_folder_of_its_feed_now(client: Client) -> None:
    """Whatever it was on the day that the article came; without a folder, it is the feed's name."""
    library = client.open()
    library.feeds.update([Subscription(HARBOUR, "Harbour News")])
    facts: dict[str, Any] = {"category": "Old Title", "extra": {"feed": HARBOUR}}
    add(library, [*(article(number, **facts) for number in (1, 2, 3)), article(4, category="own")])
    library.record("edited", [article_id(2)], to={"category": "mine"})
    library.record("edited", [article_id(3)], to={"title": "edited"})

    def categories() -> list[str]:
        """Check that lists, counts and articles agree, as those of another process do."""
        library.refresh()
        found = [library.get_article(article_id(n)).article.category for n in (1, 2, 3, 4)]
        for each in (library, client.open()):
            rows = {row.id: row.category for row in list_rows(each, ListQuery())}
            assert [rows[article_id(n)] for n in (1, 2, 3, 4)] == found
            assert {group.name for group in each.by("category")} == set(found)
        ids = [article_id(n) for n in (1, 2, 3, 4)]
        assert [each.category for each, _ in library.articles(ids)] == found
        return found

    assert categories() == ["Harbour News", "mine", "Harbour News", "own"]
    library.feeds.update([Subscription(HARBOUR, "The Quay")])
    assert categories() == ["The Quay", "mine", "The Quay", "own"]
    library.feeds.update([Subscription(HARBOUR, "The Quay", "news/sea")])
    assert categories() == ["news/sea", "mine", "news/sea", "own"]
    library.undo()
    library.undo()
    assert categories() == ["news/sea", "news/sea", "news/sea", "own"]
    library.feeds.update(remove=[Subscription(HARBOUR)])
    assert categories() == ["Old Title", "Old Title", "Old Title", "own"]
