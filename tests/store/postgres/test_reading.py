"""Reading: rows, lists, counts and articles, with states as they are in the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from store.journal.events import Event
from store.library.statistics import AVERAGE_PACE, DayCounter, ReadShare, compute_statistics
from store.model.article import Article, Body, ParsedArticle
from store.model.errors import ArticleNotFound, LibraryDamaged
from store.model.results import Counts, GroupCount
from store.model.times import UNDATED
from store.postgres.library import PostgresLibrary
from store.postgres.listing import PostgresListing
from store.search.list_query import SHOWS, ListQuery, Show, Sort
from tests.support.libraries import article, article_id, articles, ids, list_numbers, list_rows
from tests.support.postgres_rows import put_articles, put_event, put_state
from tests.support.postgres_server import OpenAs, PostgresServer

MICROSECONDS = 1_900_000_000_000_000


def event(kind: str, number: int = 1, at: int = 1, **data: Any) -> Event:
    order = MICROSECONDS + at
    return Event(kind, (article_id(number),), order, order, "desk", data)


@pytest.fixture
def ann(open_as: OpenAs) -> PostgresLibrary:
    """A library of six articles: 1 is read, 2 starred, 3 begun, 4 deleted."""
    library = open_as("ann")
    put_articles(library.access, articles(range(1, 7)))
    put_state(library.access, article_id(1), event("read"))
    put_state(library.access, article_id(2), event("starred", 2))
    put_state(library.access, article_id(3), event("position", 3, position=7))
    put_state(library.access, article_id(4), event("deleted", 4))
    return library


def test_an_empty_library(open_as: OpenAs) -> None:
    library = open_as("ann")
    listing = library.listing(ListQuery())
    assert (library.is_empty, listing.total, listing.window(0, 10)) == (True, 0, [])
    assert (listing.step(0, 1), listing.step(0, 1, unread=True), listing.place("x")) == (None,) * 3
    assert listing.day_places([0, 5]) == [0, 0]
    assert list(library.load()) == []


@pytest.mark.parametrize(
    ("show", "numbers", "counts"),
    [
        ("all", [6, 5, 3, 2, 1], Counts(5, 4)),
        ("unread", [6, 5, 3, 2], Counts(4, 4)),
        ("starred", [2], Counts(1, 1)),
        ("in progress", [3], Counts(1, 1)),
    ],
)
def test_reading_states(
    ann: PostgresLibrary, show: Show, numbers: list[int], counts: Counts
) -> None:
    query = ListQuery(show)
    assert list_numbers(ann, show=show) == numbers
    assert ann.listing(query).total == len(numbers)
    assert ann.counts({"it": query}) == {"it": counts}
    assert ann.listing(query).unread == counts.unread


def test_pinned_articles_stay(ann: PostgresLibrary) -> None:
    pinned = frozenset(ids(1, 4, 5))
    query = ListQuery("unread", pinned_ids=pinned)
    assert list_numbers(ann, show="unread", pinned_ids=pinned) == [6, 5, 3, 2, 1]
    assert ann.listing(query).total == 5
    assert ann.counts({"it": query})["it"] == Counts(4, 4)


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({"category": "science"}, [1]),
        ({"category": "SCIENCE"}, [1]),
        ({"category": "world"}, [5, 2]),
        ({"category": "wor"}, []),
        ({"category": "world", "show": "starred"}, [2]),
        ({"feeds": frozenset({""})}, [6, 5, 3, 2, 1]),
        ({"feeds": frozenset({"x"})}, []),
        ({"since": article(3).article.date}, [6, 5, 3]),
        ({"sort": "oldest"}, [1, 2, 3, 5, 6]),
        ({"sort": "words"}, [6, 5, 3, 2, 1]),
        ({"sort": "title"}, [1, 2, 3, 5, 6]),
        ({"sort": "category"}, [6, 3, 1, 5, 2]),
        ({"sort": "read count"}, [1, 6, 5, 3, 2]),
        ({"text": "title"}, [6, 5, 3, 2, 1]),
        ({"text": "nothing"}, []),
    ],
)
def test_lists(ann: PostgresLibrary, query: dict[str, Any], numbers: list[int]) -> None:
    if "since" in query:
        row = ann.get_row(article_id(3))
        assert row is not None
        query["since"] = row.timestamp
    assert list_numbers(ann, **query) == numbers
    assert ann.listing(ListQuery(**query)).total == len(numbers)
    assert ann.counts({"it": ListQuery(**query)})["it"].total == len(numbers)


SORTED_FACTS: list[dict[str, Any]] = [
    {"id": "a", "title": "ß", "category": "É", "date": None},
    {"id": "b", "title": "SS", "category": "e", "date": "2031-01-01"},
    {"id": "c", "title": "Äpfel", "category": "", "date": None},
    {"id": "d", "title": "zebra", "category": "Z", "date": "2031-01-01"},
    {"id": "e", "title": "Zebra", "category": "z", "date": "1970-01-01"},
    {"id": "f", "title": "日本", "category": "あ", "date": "2030-12-31T23:00:00Z"},
    {"id": "g", "title": "", "category": "a/b", "date": None, "created": "2031-02-02"},
]


@pytest.mark.parametrize(
    "sort", ["date", "oldest", "added", "words", "title", "category", "feed", "read count"]
)
def test_lists_are_sorted_as_in_memory(open_as: OpenAs, sort: Sort) -> None:
    library = open_as("ann")
    facts = [{"created": "2031-01-02", **each} for each in SORTED_FACTS]
    put_articles(library.access, [ParsedArticle(Article(**each), Body()) for each in facts])
    by_date = list_rows(library, ListQuery())
    assert [row.id for row in by_date] == ["d", "b", "f", "e", "g", "a", "c"]
    expected = ListQuery(sort=sort).select(by_date)
    assert list_rows(library, ListQuery(sort=sort)) == expected


def test_rows_have_the_state_of_the_account(ann: PostgresLibrary, open_as: OpenAs) -> None:
    first, second = list_rows(ann, ListQuery(sort="oldest"))[:2]
    stored = article(1).article
    assert first.id == stored.id
    assert (first.title, first.category, first.words) == ("Title 1", "science", 100)
    assert (first.read, first.starred, first.read_count) == (True, False, 1)
    assert (second.read, second.starred, second.is_started) == (False, True, False)
    assert ann.get_row(article_id(4)) is None
    assert ann.get_row("nothing") is None
    assert open_as("bob").get_row(article_id(1)) is None


def test_edits_move_an_article(ann: PostgresLibrary) -> None:
    changes = {"title": "New", "category": "arts/film", "date": "2040-01-01"}
    before = ann.listing(ListQuery())
    put_state(ann.access, article_id(1), event("edited", to=changes))
    row = ann.get_row(article_id(1))
    assert row is not None
    assert (row.title, row.category) == ("New", "arts/film")
    assert list_numbers(ann) == [1, 6, 5, 3, 2]
    assert before.place(article_id(1)) == 4
    assert list_numbers(ann, category="arts") == [1]
    assert list_numbers(ann, category="science") == []
    assert list_numbers(ann, sort="title") == [1, 2, 3, 5, 6]
    assert list_numbers(ann, since=row.timestamp) == [1]
    assert ann.by("category") == [
        GroupCount("arts/film", 1, 1),
        GroupCount("culture", 2, 2),
        GroupCount("world", 2, 2),
    ]
    found = ann.get_article(article_id(1)).article
    assert (found.title, found.category, found.date) == ("New", "arts/film", "2040-01-01")


def test_what_a_feed_changed_counts_for_everyone(ann: PostgresLibrary) -> None:
    update = {"updated": "2040-01-01", "item": {"guid": "new", "url": "https://example.org/n"}}
    shared = event("edited", at=5, to=update, imported=True)
    put_state(ann.access, article_id(1), shared, account="")
    row = ann.get_row(article_id(1))
    assert row is not None
    assert row.updated
    found = ann.get_article(article_id(1))
    assert found.updated
    assert (found.article.url, found.article.extra["guid"]) == ("https://example.org/n", "new")
    assert found.reading.read


def test_a_list_stays_as_it_was(ann: PostgresLibrary) -> None:
    def listing(show: Show) -> PostgresListing:
        found = ann.listing(ListQuery(show))
        assert isinstance(found, PostgresListing)
        return found

    unread, starred, everything = listing("unread"), listing("starred"), listing("all")
    for each in (unread, starred, everything):
        each._is_complete = False  # as a long list is, of which the beginning was read
        each.note_change(ids(1, 2))
        each.note_change(ids(5, 6, 2))
    put_state(ann.access, article_id(1), event("starred"))
    put_state(ann.access, article_id(2), event("read", 2))
    put_state(ann.access, article_id(5), event("deleted", 5))
    put_state(ann.access, article_id(6), event("edited", 6, to={"date": "1999-01-01"}))
    put_articles(ann.access, articles([7]))
    for each, numbers in ((unread, "6532"), (starred, "2"), (everything, "65321")):
        each.complete()
        rows = each.window(0, 10)
        assert sorted(row.id[3] for row in rows) == sorted(numbers)
    assert {row.id[3]: row.read for row in unread.window(0, 10)}["2"]
    assert list_numbers(ann, show="starred") == [1]


def test_windows_and_steps_beyond_the_beginning(
    ann: PostgresLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_articles(ann.access, articles(range(10, 60)))
    monkeypatch.setattr("store.postgres.listing.HEAD_SIZE", 4)
    monkeypatch.setattr("store.postgres.listing.PIECE_SIZE", 48)
    monkeypatch.setattr("store.postgres.listing.HEAD_GROWTH", 2)
    monkeypatch.setattr("store.postgres.listing.STEP_SIZES", (2, 3))
    expected = [*range(59, 9, -1), 6, 5, 3, 2, 1]

    def fresh(**query: Any) -> PostgresListing:
        listing = ann.listing(ListQuery(**query))
        assert isinstance(listing, PostgresListing)
        assert len(listing._numbers) == 4
        return listing

    def numbers(listing: PostgresListing, start: int, size: int) -> list[int]:
        return [int(row.id[:4], 16) for row in listing.window(start, size)]

    assert fresh().total == 55
    assert numbers(fresh(), 2, 9) == expected[2:11]
    assert numbers(fresh(), 50, 10) == expected[50:]
    assert fresh().place(article_id(58)) == 1
    assert fresh().place(article_id(1)) == 54
    assert fresh().place(article_id(4)) is None
    assert fresh().first_place(ids(4, 77, 50, 59)) == 9
    near = fresh()
    assert (near.place(article_id(57)), len(near._numbers)) == (2, 4)
    assert fresh().step(3, 10) == 13
    assert fresh().step(3, 100) == 54
    assert fresh().step(40, 13, unread=True) == 53
    assert fresh().step(40, 14, unread=True) == 53
    assert fresh().step(54, -1, unread=True) == 53
    assert fresh().step(54, -100, unread=True) == 0
    assert fresh().step(53, 1, unread=True) is None
    assert list(fresh().ids(53)) == [ids(2, 1)]
    assert list(fresh().ids(1, 3)) == [ids(58, 57)]
    rows = list_rows(ann, ListQuery())
    starts = [rows[0].timestamp + 1, rows[1].timestamp, rows[20].timestamp, 0]
    assert fresh().day_places(starts) == [0, 2, 21, 55]
    undated = fresh()
    assert undated.day_places([rows[0].timestamp + 1, rows[-2].timestamp]) == [0, 54]
    assert len(undated._numbers) == 4, "counted from the end"
    without = fresh().without(ids(59, 3))
    assert without.total == 53
    assert [int(row.id[:4], 16) for row in without.window(0, 60)] == [*expected[1:52], 2, 1]
    assert (fresh().varies("category"), fresh(category="world").varies("category")) == (True, False)
    assert fresh(category="world").varies("source") is False


def test_categories_and_feeds(open_as: OpenAs) -> None:
    library = open_as("ann")
    feed = {"feed": "https://f.example/"}
    put_articles(
        library.access,
        [article(1, extra=feed, category="a/b"), article(2, category="A"), article(3, extra=feed)],
    )
    put_state(library.access, article_id(1), event("read"))
    assert library.by("feed") == [GroupCount("https://f.example/", 2, 1)]
    assert library.by("category") == [
        GroupCount("A", 2, 1),
        GroupCount("a/b", 1, 0),
        GroupCount("culture", 1, 1),
    ]
    assert library.by("category", {""}) == [GroupCount("A", 1, 1)]
    counts = library.counts({"it": ListQuery("unread", feeds=frozenset(feed.values()))})
    assert counts == {"it": Counts(1, 1)}


def test_an_article_as_a_whole(open_as: OpenAs) -> None:
    library = open_as("ann")
    found = article(1, tags=("sea",), authors=("Ada",), extra={"guid": "g", "n": [1, {"x": None}]})
    body = Body("Text\n\nmore", "Summary", similar=("Other",))
    put_articles(library.access, [replace(found, body=body)])
    put_state(library.access, article_id(1), event("read"), event("tagged", tag="Tide"))
    whole = library.get_article(article_id(1))
    assert whole.article == replace(found.article, tags=("sea", "Tide"))
    assert whole.body == body
    assert (whole.reading.read, whole.reading.read_count) == (True, 1)
    assert library.read_text(article_id(1)) == "Text\n\nmore"
    assert library.read_text("nothing") == ""
    assert library.tags() == ["Tide", "sea"]
    assert list(library.articles([article_id(2), article_id(1)])) == [
        (whole.article, whole.reading)
    ]
    with pytest.raises(ArticleNotFound):
        library.get_article("nothing")


def test_articles_are_found_by_names(ann: PostgresLibrary) -> None:
    guid = article(8, extra={"guid": "tag:8"}, url="http://example.org/page#top")
    put_articles(ann.access, [guid])
    assert ann.find_id("0001") == article_id(1)
    assert ann.find_id("0001000") == article_id(1)
    for wrong, matches in (("000", 6), ("0004", 0), ("", 0), ("%", 0), ("_001", 0)):
        with pytest.raises(ArticleNotFound) as raised:
            ann.find_id(wrong)
        assert raised.value.matches == matches
    named = ["https://example.org/1", "tag:8", article_id(2), article_id(4), "x"]
    assert ann.identify(named) == (
        ids(2, 8, 1),
        [article_id(4), "x"],
    )
    urls = ["http://www.example.org/2", "https://example.org/4", "https://example.org/page#top"]
    assert ann.find_urls(urls[1:]) == {urls[2]: article_id(8)}
    assert ann.title(article_id(4)) == "Title 4"
    assert ann.title("x") == ""


def test_a_refresh_tells_what_others_changed(ann: PostgresLibrary, open_as: OpenAs) -> None:
    laptop = open_as("ann", "laptop")
    assert ann.refresh() == laptop.refresh()
    put_state(laptop.access, article_id(5), event("read", 5))
    assert laptop.refresh().rows == {}
    fresh = ann.refresh()
    assert (list(fresh.rows), fresh.is_list_stale) == (ids(5), False)
    assert fresh.rows[article_id(5)].read
    assert ann.refresh().rows == {}
    put_state(laptop.access, article_id(6), event("deleted", 6))
    assert ann.refresh().is_list_stale
    put_articles(laptop.access, articles([9]))
    assert ann.refresh().is_list_stale
    assert not laptop.refresh().is_list_stale
    bob = open_as("bob")
    put_articles(bob.access, articles([10]))
    assert not ann.refresh().is_list_stale


def test_a_reader_sees_all_libraries_and_each_article_once(
    ann: PostgresLibrary, open_as: OpenAs, postgres: PostgresServer, database: str
) -> None:
    bob = open_as("bob")
    put_articles(bob.access, [article(1, title="Bob's"), article(20, title="Bob's alone")])
    with postgres.administer(database) as administrator:
        administrator.execute(
            "insert into newstui.member values (%s, 'ann', false)", [bob.access.own]
        )
    assert ann.refresh().is_list_stale
    assert ann.access.libraries == (ann.access.own, bob.access.own)
    assert list_numbers(ann) == [20, 6, 5, 3, 2, 1]
    assert ann.listing(ListQuery()).total == 6
    assert ann.counts({"it": ListQuery()}) == {"it": Counts(6, 5)}
    assert ann.title(article_id(1)) == "Title 1"
    assert ann.get_article(article_id(20)).article.title == "Bob's alone"
    assert list_numbers(bob) == [20, 1]
    assert not bob.get_article(article_id(1)).reading.read


def test_undated_articles_are_last(open_as: OpenAs) -> None:
    library = open_as("ann")
    put_articles(library.access, [article(1, date=None), article(2)])
    assert [row.timestamp == UNDATED for row in list_rows(library, ListQuery())] == [False, True]


def test_statistics(ann: PostgresLibrary) -> None:
    for number, events in {1: 2, 5: 1}.items():
        put_state(
            ann.access, article_id(number), *[event("read", number, at) for at in range(events)]
        )
    put_event(ann.access, event("read", 1, 1))
    put_event(ann.access, event("read", 1, 2))
    put_event(ann.access, event("read", 5, 900_000_000))
    days = DayCounter(UTC)
    for readings in ann.readings():
        days.add(readings)
    today = datetime.fromtimestamp(MICROSECONDS // 1_000_000, UTC).date()
    found = compute_statistics(ann.read_totals(), days.days, AVERAGE_PACE, today)
    assert (found.articles, found.read, found.starred) == (5, 2, 1)
    assert found.readings == (3, 700)
    assert list(found.days.values()) == [(3, 700)]
    assert found.categories == (
        ReadShare("culture", 2, 0),
        ReadShare("world", 2, 1),
        ReadShare("science", 1, 1),
    )
    assert found.feeds == (ReadShare("", 5, 2),)


def test_many_places_are_counted_as_one_by_one(ann: PostgresLibrary) -> None:
    queries = {
        f"{show} {category}": ListQuery(show, category=category)
        for show in SHOWS
        for category in (None, "world", "culture", "x")
    }
    single = {name: ann.counts({name: query})[name] for name, query in queries.items()}
    assert ann.counts(queries) == single


def test_what_another_program_wrote_is_safe_to_show(ann: PostgresLibrary) -> None:
    hostile = "E'x\\x1b]0;y\\x07\\x1b[2Jz'"
    raw = ann.access.connection.raw
    raw.execute(f"update article set title = {hostile} where id = '{ids(1)[0]}'")
    raw.execute(f"update body set text = {hostile}, summary = {hostile}")
    raw.execute('update article set facts = \'{"id": "b", "title": 5}\' where id = %s', ids(2))
    row, body = ann.get_row(ids(1)[0]), ann.get_article(ids(1)[0]).body
    assert (row and row.title, body.text, body.summary) == ("xz", "xz", "xz")
    assert [each.id for each, _ in ann.articles(ids(1, 2, 3))] == ids(1, 3)
    assert ann.problems == (
        f"{ann.shown_url}: article {ids(2)[0]}: cannot be read"
        " ('int' object has no attribute 'isprintable')",
    )
    with pytest.raises(LibraryDamaged, match="cannot be read"):
        ann.get_article(ids(2)[0])
