"""Changes of a library on PostgreSQL: several readers at once, lost connections, odd values."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from store.model.article import Body, ParsedArticle
from store.model.errors import LibraryBusy, LibraryReadOnly, SaveFailed
from store.model.results import RecordProgress
from store.postgres.connection import Connection, Cursor
from store.postgres.library import PostgresLibrary
from store.postgres.sharing import share_folder
from store.search.list_query import ListQuery
from tests.support.libraries import (
    FakeClock,
    add,
    article,
    articles,
    ids,
    list_numbers,
    reading_status,
    undo,
)
from tests.support.postgres_server import Connect, OpenAs, PostgresServer

ONE, TWO, THREE = ids(1, 2, 3)


@pytest.fixture
def ann(open_as: OpenAs) -> PostgresLibrary:
    """A library with three articles."""
    library = open_as("ann")
    add(library, articles([1, 2, 3]))
    return library


def test_two_readers_mark_the_same_articles_at_once(ann: PostgresLibrary, open_as: OpenAs) -> None:
    other = open_as("ann", "laptop")

    def mark(library: PostgresLibrary) -> None:
        for _ in range(10):
            library.record("read", [ONE, TWO])
            library.record("tagged", [TWO], tag=library.access.machine)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(mark, [ann, other]))
    assert [reading_status(ann, number).read_count for number in (1, 2, 3)] == [20, 20, 0]
    assert sorted(ann.get_article(TWO).article.tags) == ["desk", "laptop"]
    assert len(ann.undoable()) == len(other.undoable()) == 20
    orders = ann.access.connection.rows("select count(*), count(distinct ord) from newstui.event")
    assert orders == [(40, 40)]


def test_two_readers_add_the_same_articles_at_once(ann: PostgresLibrary, open_as: OpenAs) -> None:
    libraries = [ann, open_as("ann", "laptop")]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda library: add(library, articles(range(1, 30))), libraries))
    assert sorted(each.added for each in found) == [0, 26]
    assert list_numbers(ann) == list(range(29, 0, -1))


def test_the_last_change_counts_whatever_the_clocks_say(
    ann: PostgresLibrary, open_as: OpenAs, clock: FakeClock
) -> None:
    """The laptop is two days behind."""
    laptop = open_as("ann", "laptop")
    laptop.access.clock = FakeClock(clock.now - timedelta(days=2))
    ann.record("read", [ONE])
    laptop.record("unread", [ONE])
    assert not reading_status(ann).read
    ann.record("read", [ONE])
    assert reading_status(laptop).read
    assert undo(laptop) == ("unread", (ONE,))
    assert reading_status(ann).read


def test_deleting_is_personal_unless_one_owns_the_article(
    ann: PostgresLibrary, open_as: OpenAs
) -> None:
    open_as("bob")
    share_folder(ann.access, "world", "bob", may_write=True)
    bob = open_as("bob")
    assert list_numbers(bob) == [2]
    bob.record("deleted", [TWO])
    assert (list_numbers(ann), list_numbers(bob)) == ([3, 2, 1], [])
    assert undo(bob) == ("deleted", (TWO,))
    ann.record("deleted", [TWO, THREE])
    assert (list_numbers(ann), list_numbers(bob)) == ([1], [])
    bob.record("restored", [TWO])
    assert list_numbers(bob) == []
    undone = undo(ann)
    assert undone is not None
    assert set(undone[1]) == {TWO, THREE}, "in two libraries, and yet one change"
    assert (list_numbers(ann), list_numbers(bob)) == ([3, 2, 1], [2])
    assert ann.counts({"": ListQuery()})[""].total == 3


def test_what_others_do_is_not_undone(ann: PostgresLibrary, open_as: OpenAs) -> None:
    open_as("bob")
    share_folder(ann.access, "world", "bob", may_write=False)
    bob = open_as("bob")
    bob.record("starred", [TWO])
    ann.record("read", [TWO])
    assert bob.undo() is not None
    assert bob.undo() is None
    assert reading_status(ann, 2).read
    assert not reading_status(bob, 2).read


@pytest.mark.parametrize("is_member_of_others", [False, True])
def test_changes_of_a_session_that_has_not_heard_of_a_new_folder(
    ann: PostgresLibrary, open_as: OpenAs, *, is_member_of_others: bool
) -> None:
    bob = open_as("bob")
    if is_member_of_others:
        add(bob, [article(9, category="arts")])
        share_folder(bob.access, "arts", "ann", may_write=False)
    laptop = open_as("ann", "laptop")
    laptop.record("starred", [ONE, TWO])
    share_folder(ann.access, "world", "bob", may_write=True)
    folder = ann.access.folders["world"]
    assert laptop.record("read", [TWO])[TWO].read
    assert laptop.refresh().is_list_stale
    assert reading_status(ann, 2).read
    assert ann.access.connection.rows("select library from newstui.event where kind = 'read'") == [
        (folder,)
    ]
    assert undo(laptop) == ("read", (TWO,))
    assert (reading_status(ann, 2).read, reading_status(ann, 2).starred) == (False, True)


def test_the_undo_history_of_a_session_that_has_not_heard_of_a_new_folder(
    ann: PostgresLibrary, open_as: OpenAs
) -> None:
    open_as("bob")
    laptop = open_as("ann", "laptop")
    laptop.record("read", [ONE])
    laptop.record("starred", [TWO])
    share_folder(ann.access, "world", "bob", may_write=True)
    assert undo(laptop) == ("starred", (TWO,))
    assert reading_status(ann).read


def test_what_is_added_by_a_session_that_has_not_heard_of_a_new_folder(
    ann: PostgresLibrary, open_as: OpenAs
) -> None:
    laptop, bob = open_as("ann", "laptop"), open_as("bob")
    share_folder(ann.access, "world", "bob", may_write=True)
    assert add(laptop, [article(2), article(4, category="world")]).added == 1
    assert (list_numbers(open_as("bob")), bob.refresh().is_list_stale) == ([4, 2], True)


def test_the_planner_knows_how_many_states_a_change_of_many_articles_wrote(
    ann: PostgresLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server does not look at its tables by itself in the tests."""
    known = "select reltuples::int from pg_class where oid = 'newstui.state'::regclass"
    for limit, expected in ((4, {0, -1}), (3, {3})):
        monkeypatch.setattr("store.postgres.changes.MANY_STATES", limit)
        steps = [*ann.record_all("read", ann.listing(ListQuery()))]
        assert steps[-1] == RecordProgress(3, 3, 3)
        assert {number for (number,) in ann.access.connection.rows(known)} <= expected
        ann.undo()


ODD_TEXTS = {
    "NUL": ("a\0b", "ab"),
    "a lone surrogate": ("a\ud800b", "a�b"),
    "1.2 MB": ("word " * 240_000, "word " * 239_999 + "word"),
}


@pytest.mark.parametrize("name", ODD_TEXTS)
def test_texts_that_postgres_refuses_and_long_ones(ann: PostgresLibrary, name: str) -> None:
    given, stored = ODD_TEXTS[name]
    odd = article(4, title=given[:100], tags=(given[:20],), extra={"note": given})
    add(ann, [replace(odd, body=Body(given, summary=given)), article(5)])
    found = ann.get_article(ids(4)[0])
    assert (found.body.text, found.body.summary) == (stored, stored)
    assert found.article.extra["note"] == stored.strip()[: len(found.article.extra["note"])]
    ann.record("tagged", [ONE], tag=given[:20])
    ann.record("edited", [ONE], to={"title": given[:100]})
    assert ann.title(ONE) == stored[:100].strip()
    assert list_numbers(ann) == [5, 4, 3, 2, 1]


def test_an_article_with_an_invalid_id_is_reported_and_the_others_are_added(
    ann: PostgresLibrary,
) -> None:
    assert add(ann, [article(4, id="a\0b"), article(5)]).added == 1
    assert [problem.partition(": article ")[2] for problem in ann.problems] == [
        r"'a\x00b': not added (invalid id)"
    ]


@contextmanager
def locked(connection: Connection, library: int) -> Iterator[None]:
    """Change something in a library, and commit it at the end."""
    with connection.raw.transaction():
        connection.raw.execute(
            "select pg_advisory_xact_lock(hashtext('newstui') # 2, %s)", [library]
        )
        yield


def test_a_server_that_goes_away_in_the_middle_of_a_mark(
    ann: PostgresLibrary, connect: Connect, postgres: PostgresServer, database: str
) -> None:
    """Nothing is half done, and the next mark finds the server again."""
    with locked(connect("ann"), ann.access.own), ThreadPoolExecutor(1) as pool:
        marked = pool.submit(ann.record, "read", [ONE])
        with postgres.administer(database) as administrator:
            ended = 0
            while not ended:
                ended = administrator.execute(
                    "select pg_terminate_backend(pid) from pg_locks where not granted"
                ).rowcount
        with pytest.raises(SaveFailed, match="terminating connection"):
            marked.result()
    assert not reading_status(ann).read
    assert ann.undoable() == []
    ann.record("read", [ONE])
    assert reading_status(ann).read_count == 1


def test_a_mark_that_was_committed_when_the_connection_was_lost(
    ann: PostgresLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = Connection.change

    def commit_and_lose(connection: Connection, work: Any, **options: Any) -> Any:
        change(connection, work, **options)
        monkeypatch.undo()
        connection.close()
        raise SaveFailed("server closed the connection unexpectedly")

    monkeypatch.setattr(Connection, "change", commit_and_lose)
    assert ann.record("read", [ONE])[ONE].read
    assert reading_status(ann).read_count == 1


def test_a_change_that_waits_for_another_one_for_too_long(
    ann: PostgresLibrary, connect: Connect
) -> None:
    ann.access.connection.raw.execute("set lock_timeout = '10ms'")
    with locked(connect("ann"), ann.access.own), pytest.raises(LibraryBusy):
        ann.record("read", [ONE])
    ann.record("read", [ONE])
    assert reading_status(ann).read_count == 1


def test_a_change_is_made_again_after_a_deadlock(ann: PostgresLibrary) -> None:
    attempts = []

    def work(cursor: Cursor) -> None:
        attempts.append(1)
        cursor.execute("insert into newstui.search (library, name, query) values (1, 'n', 'q')")
        if len(attempts) < 3:
            raise psycopg.errors.DeadlockDetected

    ann.access.connection.change(work)
    assert len(attempts) == 3
    assert ann.searches.read() == {"n": "q"}


def test_a_library_that_is_read_only(ann: PostgresLibrary) -> None:
    ann.access.read_only_reason = "made by a newer newstui"
    found: list[ParsedArticle] = articles([4])
    for change in (
        lambda: ann.record("read", [ONE]),
        lambda: [*ann.record_all("read", ann.listing(ListQuery()))],
        ann.undo,
        lambda: add(ann, found),
        lambda: ann.feeds.update(),
    ):
        with pytest.raises(LibraryReadOnly, match="newer newstui"):
            change()
    assert list_numbers(ann) == [3, 2, 1]
