"""The promises of the `Library` protocol, on every implementation."""

from __future__ import annotations

from typing import Any

import pytest

from store.library.protocol import Library
from store.model.article import Body, ParsedArticle, ReadingStatus
from store.model.errors import ArticleNotFound
from store.model.results import AddProgress, GroupCount
from store.search.list_query import SORTS, ListQuery
from store.text.urls import make_url_id
from tests.store.conftest import Open
from tests.support.libraries import (
    START,
    FakeClock,
    add,
    article,
    articles,
    ids,
    list_numbers,
    list_rows,
    reading_status,
    state,
)

ONE, TWO, THREE = ids(1, 2, 3)


# -- lists ---------------------------------------------------------------------------------


def test_an_empty_library(library: Library) -> None:
    assert (library.is_empty, list_rows(library, ListQuery()), library.by("category")) == (
        True,
        [],
        [],
    )
    assert (library.read_only_reason, list(library.problems)) == ("", [])
    assert library.undo() is None
    assert library.undoable() == []


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, [3, 2, 1]),
        ({"show": "unread"}, [3, 2]),
        ({"show": "starred"}, [2]),
        ({"category": "world"}, [2]),
        ({"category": "none"}, []),
        ({"text": "TITLE 3"}, [3]),
        ({"show": "unread", "category": "culture"}, [3]),
        ({"show": "starred", "text": "3"}, []),
    ],
)
def test_lists_show_the_right_rows(three: Library, query: dict[str, Any], shown: list[int]) -> None:
    three.record("read", [ONE])
    three.record("starred", [TWO])
    assert list_numbers(three, **query) == shown


@pytest.mark.parametrize("sort", SORTS)
def test_equal_articles_have_the_same_order_everywhere(library: Library, sort: Any) -> None:
    """Case 35: by the chosen order, then by date, then by id."""
    same: dict[str, Any] = {
        "title": "T",
        "category": "c",
        "words": 1,
        "date": "2031-01-01",
        "created": None,
    }
    add(library, (article(number, **same) for number in (2, 9, 4, 7)))
    assert list_numbers(library, sort=sort) == [9, 7, 4, 2]


def test_categories_count_unread_articles(three: Library) -> None:
    three.record("read", [THREE])
    three.record("deleted", [ONE])
    assert three.by("category") == [GroupCount("culture", 1, 0), GroupCount("world", 1, 1)]


@pytest.mark.parametrize("given", [ONE, ONE[:4], ONE[:9], ONE.upper()])
def test_an_article_is_found_by_a_prefix_of_its_id(three: Library, given: str) -> None:
    assert three.find_id(given) == ONE


def test_prefixes_of_ids_ignore_case(library: Library) -> None:
    add(library, [article(1, id="ABC-1")])
    assert [library.find_id(given) for given in ("ABC-1", "AB", "abc")] == ["ABC-1"] * 3


@pytest.mark.parametrize(
    ("given", "said"), [("000", "3 articles have ids"), ("f", "no article"), ("", "no article")]
)
def test_an_unknown_id_is_reported(three: Library, given: str, said: str) -> None:
    with pytest.raises(ArticleNotFound, match=said):
        three.find_id(given)


def test_articles_are_found_by_url(library: Library) -> None:
    page = "https://news.example/page"
    feed = {"feed": "https://feed.example/", "guid": "tag:1"}
    add(
        library,
        [
            article(1, url="https://news.example/own-id"),
            article(2, id=make_url_id(page), url=page),
            article(3, id=make_url_id("http://f.example/3"), url="http://f.example/3", extra=feed),
            article(4, url="https://news.example/deleted"),
        ],
    )
    library.record("deleted", ids(4))
    wanted = {
        "https://news.example/own-id": ONE,
        page: make_url_id(page),
        f"{page}?utm_source=x#part": make_url_id(page),
        "https://f.example/3": make_url_id("http://f.example/3"),
    }
    unknown = ["https://news.example/deleted", "https://news.example/", "", "mailto:a@b.example"]
    assert library.find_urls([*wanted, *unknown]) == wanted


def test_a_full_article(library: Library) -> None:
    found = article(1, authors=("A", "B"), tags=("x",), language="en", extra={"guid": ["1"]})
    given = ParsedArticle(
        found.article, Body("Text.\n\nMore.", "Sum.", "import", False, ("Other",))
    )
    add(library, [given])
    entry = library.get_article(ONE)
    assert (entry.article, entry.body, entry.reading) == (
        given.article,
        given.body,
        ReadingStatus(),
    )
    with pytest.raises(ArticleNotFound):
        library.get_article(TWO)


def test_a_missing_summary_is_generated(three: Library) -> None:
    assert three.get_article(ONE).body.summary_origin == "extract"


def test_many_articles_in_the_order_of_the_ids(three: Library) -> None:
    asked = [TWO, "unknown", ONE, THREE]
    assert [each.id for each, _ in three.articles(asked)] == [TWO, ONE, THREE]
    assert [each for each, _ in three.articles(iter(asked))] == [
        three.get_article(each).article for each in (TWO, ONE, THREE)
    ]


def test_values_are_copies(library: Library) -> None:
    """Case 44: changing a value changes nothing."""
    add(library, [article(1, extra={"a": [1]})])
    extra = library.get_article(ONE).article.extra
    extra["a"].append(2)
    assert library.get_article(ONE).article.extra == {"a": [1]}
    list_rows(library, ListQuery()).clear()
    assert list_numbers(library) == [1]


# -- events --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (["read"], {"read": True, "read_count": 1, "last_read": "2031-05-06T07:08:10Z"}),
        (["read", "unread"], {"read_count": 1, "last_read": "2031-05-06T07:08:10Z"}),
        (
            ["read", "unread", "read"],
            {"read": True, "read_count": 2, "last_read": "2031-05-06T07:08:12Z"},
        ),
        (["opened"], {"last_opened": "2031-05-06T07:08:10Z"}),
        (["starred"], {"starred": True}),
        (["starred", "unstarred"], {}),
    ],
)
def test_events_change_the_reading_status(
    three: Library,
    open_library: Open,
    clock: FakeClock,
    events: list[str],
    expected: dict[str, Any],
) -> None:
    clock.now = START
    for event in events:
        rows = three.record(event, [ONE])
        assert rows == {ONE: three.get_row(ONE)}
    assert reading_status(three) == ReadingStatus(**expected)
    row = three.get_row(ONE)
    assert row is not None
    assert (row.read, row.starred, row.read_count) == (
        reading_status(three).read,
        reading_status(three).starred,
        reading_status(three).read_count,
    )
    assert state(open_library()) == state(three)


def test_the_latest_position_counts(three: Library, open_library: Open) -> None:
    for position in (120, 40):
        three.record("position", [ONE], position=position)
    assert reading_status(open_library()).position == 40


def test_tags(library: Library, open_library: Open) -> None:
    add(library, [article(1, tags=("came", "stays"))])
    for event, tag in (("tagged", "new"), ("tagged", "b\x1b[1m"), ("untagged", "came")):
        library.record(event, [ONE], tag=tag)
    for each in (library, open_library()):
        assert each.get_article(ONE).article.tags == ("stays", "b", "new")


def test_edits_are_shown_and_can_be_undone(three: Library, open_library: Open) -> None:
    before = state(three)
    three.record("edited", [ONE], to={"title": "New", "category": "other"})
    three.record("edited", [ONE], to={"title": "Newer", "date": "2031-05-06"})
    for each in (three, open_library()):
        facts, row = each.get_article(ONE).article, each.get_row(ONE)
        assert row is not None
        assert (facts.title, facts.category, facts.date) == ("Newer", "other", "2031-05-06")
        assert (row.title, row.category) == ("Newer", "other")
        assert list_numbers(each) == [1, 3, 2]  # it is the newest now
    three.undo()
    row = three.get_row(ONE)
    assert row is not None
    assert (row.title, row.category, list_numbers(three)) == ("New", "other", [3, 2, 1])
    three.undo()
    assert state(three) == state(open_library()) == before


@pytest.mark.parametrize(
    "to", [{"title": ""}, {"date": "never"}, {"date": 5 * 10**18}, {"date": [1]}, {"text": "x"}]
)
def test_an_invalid_edit_changes_nothing(three: Library, to: dict[str, Any]) -> None:
    before = state(three)
    three.record("edited", [ONE], to=to)
    assert state(three) == before


def test_edits_are_safe_to_show(three: Library) -> None:
    """Case 45: a synced journal is text from outside, too."""
    three.record("edited", [ONE], to={"title": "a\x1b]0;x\x07b", "category": "c\u202ed"})
    row = three.get_row(ONE)
    assert row is not None
    assert (row.title, row.category) == ("ab", "cd")
    assert three.get_article(ONE).article.title == "ab"


def test_deleted_articles_disappear_and_restored_ones_return(
    three: Library, open_library: Open
) -> None:
    other = open_library()
    assert three.record("deleted", [TWO]) == {}
    assert other.refresh().is_list_stale
    for each in (three, other, open_library()):
        assert list_numbers(each) == [3, 1]
        assert each.get_row(TWO) is None
        assert each.get_rows([TWO, ONE, "nothing"]) == {ONE: each.get_row(ONE)}
        with pytest.raises(ArticleNotFound):
            each.get_article(TWO)
        with pytest.raises(ArticleNotFound):
            each.find_id(TWO)
    assert add(three, articles([2])) == AddProgress(0, 1)  # not again, it was deleted
    assert list(three.record("restored", [TWO])) == [TWO]
    fresh = other.refresh()
    assert fresh.is_list_stale
    assert list(fresh.rows) == [TWO]
    assert list_numbers(three) == list_numbers(other) == [3, 2, 1]


def test_events_of_unknown_articles_do_no_harm(three: Library) -> None:
    assert three.record("read", ["unknown"]) == {}
    assert three.record("read", []) == {}
    assert list_numbers(three) == [3, 2, 1]


@pytest.mark.parametrize(
    ("event", "data"),
    [("undone", {"of": 1}), ("raed", {}), ("position", {}), ("tagged", {"tag": 1}), ("edited", {})],
)
def test_an_unknown_event_is_rejected(three: Library, event: str, data: dict[str, Any]) -> None:
    before = state(three)
    with pytest.raises(ValueError, match="event"):
        three.record(event, [ONE], **data)
    assert state(three) == before
    assert three.undoable() == []
