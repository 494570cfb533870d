"""Counts of lists, categories and feeds are those of a recount, whatever has happened."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from store.feeds.subscriptions import Subscription
from store.library.protocol import Library
from store.model.article import ParsedArticle, ReadingStatus
from store.model.results import Counts, GroupCount
from store.model.times import to_unix_seconds
from store.search.list_query import SHOWS, ListQuery, Show
from tests.support.libraries import (
    START,
    Client,
    Machine,
    add,
    article,
    article_id,
    ids,
    list_rows,
    load,
)

FEEDS = ("https://a.example/feed", "https://b.example/feed", "")
CATEGORIES = ("news", "News/World", "news/world/asia", "newsletters", "")
EVENTS = ("read", "unread", "starred", "unstarred", "position", "edited", "deleted", "undo")


def feed_article(number: int, feed: str, **facts: Any) -> ParsedArticle:
    """Return an article that came from a feed."""
    return article(number, extra={"feed": feed} if feed else {}, **facts)


@pytest.fixture
def library(client: Client) -> Library:
    """Six articles: 1 to 3 of the first feed, 4 of the second, 5 and 6 imported; 1 is read."""
    library = client.open()
    read = ReadingStatus(read=True, read_count=1)
    feeds = (*FEEDS[:1] * 3, FEEDS[1], "", "")
    found = [
        feed_article(number, feed, reading=read if number == 1 else None, category=category)
        for number, feed, category in zip(
            range(1, 7), feeds, (*CATEGORIES, CATEGORIES[0]), strict=True
        )
    ]
    add(library, found)
    return library


def since(number: int) -> int:
    """Return the second that article `number` is dated."""
    return to_unix_seconds(article(number).article.date)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (ListQuery(), (6, 5)),
        (ListQuery("unread"), (5, 5)),
        (ListQuery("starred"), (2, 1)),
        (ListQuery("in progress"), (1, 1)),
        (ListQuery(category="news"), (4, 3)),
        (ListQuery(category="NEWS/world"), (2, 2)),
        (ListQuery(category="news/"), (4, 3)),
        (ListQuery(category="nothing"), (0, 0)),
        (ListQuery(category=""), (1, 1)),
        (ListQuery(feeds=frozenset(FEEDS[:1])), (3, 2)),
        (ListQuery("unread", feeds=frozenset(FEEDS[:1])), (2, 2)),
        (ListQuery(feeds=frozenset(["https://c.example/"])), (0, 0)),
        (ListQuery(category="news/world", feeds=frozenset(FEEDS[:1])), (2, 2)),
        (ListQuery(feeds=frozenset(FEEDS[:2])), (4, 3)),
        (ListQuery(feeds=frozenset([""])), (2, 2)),
        (ListQuery(category="news", feeds=frozenset(["", FEEDS[1]])), (1, 1)),
        (ListQuery(feeds=frozenset()), (0, 0)),
        (ListQuery(since=since(5)), (2, 2)),
        (ListQuery("starred", since=since(2)), (1, 1)),
        (ListQuery(text="is:read"), (1, 0)),
        (ListQuery(text="is:starred", feeds=frozenset(FEEDS[1:2])), (1, 1)),
        (ListQuery("unread", sort="title", pinned_ids=ids(1)), (5, 5)),
    ],
)
def test_counts(library: Library, query: ListQuery, expected: tuple[int, int]) -> None:
    library.record("starred", ids(1, 4))
    library.record("position", ids(2), position=3)
    assert library.counts({"it": query}) == {"it": expected}


def test_a_query_that_cannot_be_parsed_is_left_out(library: Library) -> None:
    queries = {"wrong": ListQuery(text="date:never"), "right": ListQuery()}
    assert library.counts(queries) == {"right": Counts(6, 5)}


def test_by_feed(library: Library) -> None:
    assert library.by("feed") == [GroupCount(FEEDS[0], 3, 2), GroupCount(FEEDS[1], 1, 1)]
    library.record("deleted", ids(4))
    assert library.by("feed") == [GroupCount(FEEDS[0], 3, 2)]


def test_by_category_of_some_feeds(library: Library) -> None:
    found = {each.name: each.total for each in library.by("category", feeds=[""])}
    rows = list_rows(library, ListQuery(feeds=frozenset([""])))
    assert len(rows) == 2
    assert set(found) >= {row.category for row in rows}
    assert library.by("category", feeds=()) == []
    assert library.by("feed", feeds=FEEDS[1:2]) == [GroupCount(FEEDS[1], 1, 1)]


def test_feeds_have_their_counts(library: Library) -> None:
    library.feeds.update(put=[Subscription(url, title=url[8:9]) for url in FEEDS[:2]])
    listed = library.feeds.list_feeds(library.by("feed"))
    counts = [(each.subscription.title, each.article_count, each.unread_count) for each in listed]
    assert counts == [("a", 3, 2), ("b", 1, 1)]


def recount(library: Library) -> dict[str, Counts]:
    """Count the articles of every list by looking at each row."""
    rows = list_rows(library, ListQuery())
    queries = query_table()
    found = {name: replace(query).select(rows) for name, query in queries.items()}
    return {name: Counts(len(r), sum(not row.read for row in r)) for name, r in found.items()}


def query_table() -> dict[str, ListQuery]:
    """Return lists of all kinds, by names."""
    lists = [ListQuery(show, category) for show in SHOWS for category in (None, *CATEGORIES)]
    lists += [ListQuery(show, feeds=frozenset([feed])) for show in SHOWS for feed in FEEDS[:2]]
    lists += [ListQuery(show, since=int(START.timestamp()) - 86_400 * 980) for show in SHOWS]
    return {str(query): query for query in lists}


def check_counts(library: Library) -> None:
    """Compare what the library counts with a recount."""
    assert library.counts(query_table()) == recount(library)
    rows = list_rows(library, ListQuery())
    total = Counter(row.feed_key for row in rows if row.feed_key)
    unread = Counter(row.feed_key for row in rows if row.feed_key and not row.read)
    expected = [GroupCount(key, total[key], unread[key]) for key in sorted(total)]
    assert library.by("feed") == expected
    for group in library.by("category"):
        category = ListQuery(category=group.name)
        if group.name:  # the articles without a category have nothing below them
            assert library.counts({"": category})[""] == (group.total, group.unread)


@pytest.mark.parametrize("seed", range(6))
def test_counts_are_those_of_a_recount(client: Client, seed: int) -> None:
    """After changes here, changes of another process, undo, new articles and lost files."""
    chance = random.Random(seed)
    here, there = client.open(), client.beside("laptop").open()
    check_counts(here)
    for step in range(60):
        library = chance.choice((here, there))
        match chance.choice(("add", "refresh", *EVENTS)):
            case "add":
                numbers = [chance.randrange(40) for _ in range(4)]
                facts = [(chance.choice(FEEDS), chance.choice(CATEGORIES)) for _ in numbers]
                found = [
                    feed_article(number, feed, category=category)
                    for number, (feed, category) in zip(numbers, facts, strict=True)
                ]
                add(library, found)
            case "refresh":
                library.refresh()
            case "undo":
                library.undo()
            case event:
                change_something(chance, library, event)
        if (
            isinstance(client, Machine) or step % 10 == 0
        ):  # as often as the queries of a server allow
            check_counts(library)
        if step == 40 and isinstance(client, Machine) and (segments := client.segments()):
            segments[0].unlink()  # by a program for syncing
            here.refresh()
            check_counts(here)
    here.refresh()
    check_counts(here)
    loading = client.open_unloaded()
    check_counts(loading)  # from then on they are kept up
    check_counts(load(loading))


def change_something(chance: random.Random, library: Library, event: str) -> None:
    """Record an event about a few articles, some of which there may not be."""
    articles = [article_id(chance.randrange(40)) for _ in range(3)]
    data: dict[str, Any] = {}
    if event == "position":
        data = {"position": chance.randrange(3)}
    elif event == "edited":
        data = {"to": {"category": chance.choice(CATEGORIES), "date": "2031-01-01T00:00:00Z"}}
    library.record(event, articles, **data)


@pytest.mark.parametrize("show", SHOWS)
def test_articles_that_were_added_lately(library: Library, show: Show) -> None:
    rows = list_rows(library, ListQuery(show))
    for time in {0, 1 << 40, *(row.added_at for row in rows)}:
        query = ListQuery(show, added_after=time)
        expected = [row for row in rows if row.added_at > time]
        assert list_rows(library, query) == expected
        assert library.listing(query).total == len(expected)
        unread = sum(not row.read for row in expected)
        assert library.counts({"it": query}) == {"it": Counts(len(expected), unread)}
