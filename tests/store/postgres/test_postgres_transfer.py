"""Copying between a folder and PostgreSQL, and back: nothing is lost, nothing counts twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from store.feeds.subscriptions import Subscription
from store.library.folder import FolderLibrary
from store.library.protocol import Library
from store.library.sync import SyncMarks, SyncResult, sync_libraries
from store.library.transfer import TransferMarks, TransferResult, copy_library
from store.model.article import Article, Body, ParsedArticle, ReadingStatus
from store.model.times import format_timestamp
from store.search.list_query import ListQuery
from tests.support.libraries import (
    START,
    FakeClock,
    add,
    article,
    article_id,
    articles,
    ids,
    list_numbers,
    list_rows,
    load,
    open_folder_library,
)
from tests.support.postgres_server import OpenAs
from tests.support.steps import run_steps

OpenFolder = Callable[..., FolderLibrary]
WORLD, OTHERS = (2, 5, 8), (1, 3, 4, 6, 7)
"""The numbers of the articles of the category `world`, and of others."""


@pytest.fixture
def open_folder(tmp_path: Path, clock: FakeClock) -> OpenFolder:
    """Open a library in a folder, by name."""

    def open_library(name: str = "lap", machine: str = "lap") -> FolderLibrary:
        cache = tmp_path / f"{name}-cache"
        library = open_folder_library(tmp_path / name, cache, machine, clock)
        load(library)
        return library

    return open_library


def copy(source: Library, target: Library) -> TransferResult:
    """Copy a library and return the result."""
    return run_steps(copy_library(source, target, TransferMarks()))


def exchange(one: Library, other: Library, marks: SyncMarks | None = None) -> SyncResult:
    """Exchange what is new and return the result."""
    return run_steps(sync_libraries(one, other, marks or SyncMarks()))


def state(library: Library) -> object:
    """Return all that a reader sees of a library, but what is hashed for this process alone."""
    rows = [row._replace(item_key=0) for row in list_rows(library, ListQuery())]
    entries = [library.get_article(row.id) for row in rows]
    return (
        sorted([*zip(rows, entries, strict=True)], key=str),
        [row.id for row in rows],
        library.tags(),
    )


def read_into(library: Library) -> None:
    """Do something of every kind to articles 1 to 9."""
    library.record("opened", ids(1))
    library.record("read", ids(1, 2, 3))
    library.record("unread", ids(2))
    library.record("starred", ids(3))
    library.record("tagged", ids(4), tag="harbour")
    library.record("untagged", ids(4), tag="harbour")
    library.record("tagged", ids(4, 5), tag="Dam")
    library.record("edited", ids(5), to={"title": "Another title", "category": "sport"})
    library.record("position", ids(6), position=3)
    library.record("deleted", ids(7))
    library.record("deleted", ids(8))
    library.undo()
    library.record("read", ids(1, 2, 9))
    library.undo()
    library.record("read", ids(1))


@pytest.fixture
def full(open_folder: OpenFolder) -> FolderLibrary:
    """A folder with nine articles, and everything that can happen to them."""
    library = open_folder()
    add(library, [*articles(range(1, 9)), article(9, ReadingStatus(read=True, read_count=4))])
    read_into(library)
    return library


def test_there_and_back(full: FolderLibrary, open_as: OpenAs, open_folder: OpenFolder) -> None:
    """Case 132: nothing counts twice."""
    server, back = open_as(), open_folder("back", "desk")
    there = copy(full, server)
    assert (there.articles, there.existing, there.rejected) == (9, 0, ())
    assert state(server) == state(full)
    assert copy(server, back).events == there.events
    assert state(back) == state(full) == state(load(open_folder("back", "desk")))
    for source, target in ((full, server), (server, back), (back, server), (server, full)):
        again = copy(source, target)
        assert (again.articles, again.existing, again.events) == (0, 9, 0)
    assert state(full) == state(server) == state(back)
    server.record("restored", ids(7))
    assert server.get_article(article_id(7)).body.text == "Text 7."


@pytest.mark.parametrize(
    ("first", "second", "third"),
    [
        pytest.param("a b", "a b c", "a b c d", id="longer"),
        pytest.param("a b", "a c", "a d", id="of the same length, with a later date"),
    ],
)
def test_a_newer_text_replaces_one_that_nobody_opened(
    open_as: OpenAs, open_folder: OpenFolder, first: str, second: str, third: str
) -> None:
    def version(text: str) -> list[ParsedArticle]:
        updated = format_timestamp(START + timedelta(days=[first, second, third].index(text)))
        words, extra = len(text.split()), {"feed": "f"}
        made = (article(n, words=words, extra=extra, updated=updated) for n in (1, 2))
        return [replace(each, body=Body(text)) for each in made]

    def texts(library: Library) -> list[str]:
        return [library.read_text(each) for each in ids(1, 2)]

    server, lap = open_as("ann"), open_folder()
    add(lap, version(first))
    marks = exchange(lap, server).marks
    server.record("opened", ids(2))
    add(lap, version(second))
    marks = exchange(lap, server, marks).marks
    assert (texts(lap), texts(server)) == ([second, second], [second, first])
    add(server, version(third))
    exchange(lap, server, marks)
    assert (texts(lap), texts(server)) == ([third, second], [third, first])
    again = exchange(lap, server)
    assert (again.sent.articles, again.received.articles) == (0, 0)


def test_undo_goes_on_on_the_same_machine(full: FolderLibrary, open_as: OpenAs) -> None:
    server = open_as(machine="lap")
    copy(full, server)
    changes = [(each.event, each.articles) for each in full.undoable()]
    assert [(each.event, each.articles) for each in server.undoable()] == changes
    for _ in range(len(changes)):
        server.undo()
    copy(server, full)
    assert full.undoable() == []
    assert state(server) == state(full)
    assert list_numbers(full, show="unread") == [8, 7, 6, 5, 4, 3, 2, 1]


def test_changes_of_both_meet(open_folder: OpenFolder, open_as: OpenAs) -> None:
    lap, server, phone = open_folder(), open_as(machine="desk"), open_folder("phone", "phone")
    add(lap, articles([1, 2]))
    lap.record("starred", ids(1))
    marks = exchange(lap, server).marks
    lap.record("read", ids(1))
    server.record("unstarred", ids(1))
    server.record("read", ids(1, 2))
    add(server, articles([3]))
    done = exchange(lap, server, marks)
    assert (done.sent.articles, done.sent.events) == (0, 1)
    assert (done.received.articles, done.received.events) == (1, 2)
    exchange(phone, server)
    assert state(lap) == state(server) == state(phone)
    row = lap.get_row(article_id(1))
    assert row is not None
    assert (row.read_count, row.starred) == (2, False)
    again = exchange(lap, server, done.marks)
    assert (again.sent.events, again.received.events, again.received.existing) == (0, 0, 0)


def test_another_database_of_the_url_gets_everything(full: FolderLibrary, open_as: OpenAs) -> None:
    server = open_as()
    marks = exchange(full, server).marks
    other = replace(
        marks, received=replace(marks.received, events={"library": "another", "got": {}})
    )
    assert exchange(full, server, marks).sent.existing == 0
    assert exchange(full, server, other).sent.existing == 9


def test_a_shared_folder_and_a_folder_on_a_disk(open_as: OpenAs, open_folder: OpenFolder) -> None:
    """What is one event in a journal, of articles of two libraries of the server, counts once."""
    ann, bob, lap = open_as("ann", "lap"), open_as("bob", "tablet"), open_folder()
    add(lap, articles(range(1, 9)))
    lap.record("read", ids(1, 2, 3, 5))
    copy(lap, ann)
    ann.share("world", "bob", may_write=False)
    bob.access.read_memberships()
    assert list_numbers(bob) == sorted(WORLD, reverse=True)
    assert list_numbers(bob, show="unread") == list_numbers(bob)
    assert state(ann) == state(lap)
    ann.record("starred", ids(1, 2))
    ann.undo()
    ann.record("read", ids(3, 5))
    assert exchange(lap, ann).sent.events == 0
    assert state(ann) == state(lap)
    lap.record("tagged", ids(4, 5, 6), tag="Dam")
    lap.record("deleted", ids(8))
    copy(lap, ann)
    assert state(ann) == state(lap)
    assert list_numbers(bob) == [5, 2]  # its owner deleted it
    bob.record("read", ids(2))
    of_bob = open_folder("bob", "phone")
    copy(bob, of_bob)
    assert state(of_bob) == state(bob)
    assert exchange(of_bob, bob).sent.events == 0
    row = ann.get_row(article_id(2))
    assert row is not None
    assert row.read_count == 1


def test_articles_of_a_shared_folder_go_there(open_as: OpenAs, open_folder: OpenFolder) -> None:
    ann, bob, lap = open_as("ann"), open_as("bob"), open_folder()
    add(ann, articles([2]))
    ann.share("world", "bob", may_write=False)
    add(lap, articles(range(1, 9)))
    lap.record("starred", ids(5, 6))
    copy(lap, ann)
    bob.access.read_memberships()
    assert list_numbers(bob) == sorted(WORLD, reverse=True)
    assert state(ann) == state(lap)


def test_what_happened_before_an_article_came_to_a_shared_folder(open_as: OpenAs) -> None:
    ann, bob = open_as("ann"), open_as("bob")
    add(ann, articles([2]))
    ann.share("world", "bob", may_write=False)
    bob.access.read_memberships()
    ann.record("starred", ids(4, 5))
    bob.record("read", ids(5))
    bob.record("deleted", ids(8))
    add(ann, articles([4, 5, 8]))
    assert list_numbers(ann, show="starred") == [5, 4]
    assert list_numbers(ann, show="unread") == [8, 5, 4, 2]
    assert list_numbers(bob, show="unread") == [2]
    cox = open_as("cox")
    cox.record("read", ids(2))
    cox.record("deleted", ids(5))
    ann.share("world", "cox", may_write=False)
    cox.access.read_memberships()
    assert list_numbers(cox) == [8, 2]
    counts = [each.counts({"": ListQuery()})[""] for each in (ann, bob, cox)]
    assert counts == [(4, 4), (2, 1), (2, 1)]
    ann.undo()
    assert list_numbers(ann, show="starred") == []
    bob.undo()
    assert list_numbers(bob, show="unread") == [8, 2]
    cox.undo()
    assert list_numbers(cox) == [8, 5, 2]


def test_what_a_feed_changed_counts_for_everyone(open_as: OpenAs, open_folder: OpenFolder) -> None:
    ann, lap = open_as("ann"), open_folder()
    feed = {"feed": "https://f.example/feed", "guid": "1"}
    first = article(1, extra=feed)
    add(lap, [first])
    lap.record("read", ids(1))
    newer = replace(first.article, updated="2031-05-20T00:00:00Z", words=900)
    add(lap, [ParsedArticle(newer, Body("Another text."))])
    row = lap.get_row(article_id(1))
    assert row is not None
    assert row.updated
    copy(lap, ann)
    assert state(ann) == state(lap)
    shared = ann.access.connection.rows("select kind, shared from event order by ord")
    assert shared == [("read", False), ("edited", True)]
    back = open_folder("back", "desk")
    copy(ann, back)
    assert state(back) == state(lap)
    assert copy(back, ann).events == 0


def test_feeds_and_searches(open_as: OpenAs, open_folder: OpenFolder) -> None:
    lap, server = open_folder(), open_as()
    feeds = [Subscription(f"https://{name}.example/feed", category="World") for name in "abc"]
    lap.feeds.update(feeds)
    lap.searches.put({"Dams": "dam", "Ports": "harbour"})
    add(lap, [article(1, extra={"feed": feeds[0].key, "guid": "1"})])
    done = exchange(lap, server)
    assert (done.sent.feeds, done.sent.searches, done.received.feeds) == (3, 2, 0)
    assert state(server) == state(lap)  # the article has the category of its feed
    server.feeds.update(put=[replace(feeds[1], paused=True)], remove=[feeds[2]])
    server.searches.remove("Dams")
    lap.searches.put({"Ports": "port"})
    done = exchange(lap, server, done.marks)
    assert (done.sent.searches, done.received.feeds, done.received.searches) == (1, 2, 1)
    for library in (lap, server):
        assert [(each.url, each.paused) for each in library.feeds.subscriptions()] == [
            (feeds[0].url, False),
            (feeds[1].url, True),
        ]
        assert library.searches.read() == {"Ports": "port"}


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("A\0B\tC", "AB\tC"),
        ("深海の謎の音 " * 3, "深海の謎の音 深海の謎の音 深海の謎の音"),
        ("word " * 300_000, ("word " * 300_000).strip()),
    ],
    ids=["NUL", "Japanese", "1.5 MB"],
)
def test_texts(open_as: OpenAs, open_folder: OpenFolder, text: str, stored: str) -> None:
    lap, server = open_folder(), open_as()
    long = Article(article_id(1), "Title", created="2031-05-06T07:08:09Z", words=3)
    add(lap, [ParsedArticle(long, Body(text))])
    assert copy(lap, server).rejected == ()
    assert server.read_text(article_id(1)).split() == stored.split()


def test_an_interrupted_copy_goes_on(
    full: FolderLibrary, open_as: OpenAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 132: what is there already is left out."""
    monkeypatch.setattr("store.library.transfer.ARTICLE_BATCH_SIZE", 2)
    server = open_as()
    steps = copy_library(full, server, TransferMarks())
    next(each for each in steps if each.articles == 4)
    steps.close()
    server.close()
    server = open_as()
    done = copy(full, server)
    assert (done.articles, done.existing) == (5, 4)
    assert state(server) == state(full)
