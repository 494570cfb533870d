"""Listening: others' changes at once, and a connection that is lost and comes back."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from queue import Queue
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from store.feeds.subscriptions import Subscription
from store.model.errors import LibraryReadOnly, LibraryUnavailable
from store.model.results import ExternalChanges
from store.postgres.connection import Connection
from store.postgres.live import Listener
from store.postgres.sharing import share_folder, stop_sharing
from store.search.list_query import ListQuery
from tests.support.postgres_server import Connect, OpenAs, PostgresServer

if TYPE_CHECKING:
    import psycopg

WAIT = 60
"""Seconds after which what should have come never comes."""
ARTICLE = "insert into article (library, id, title, at, added_at, facts) values ({}, '{}', 'T', 1, 1, '{{}}')"

END_CONNECTIONS = "select pid, pg_terminate_backend(pid) from pg_stat_activity where datname = %s"
ARE_LEFT = "select from pg_stat_activity where pid = any(%s)"


@pytest.fixture
def calls() -> Queue[None]:
    """The calls of a listener."""
    return Queue()


def wait_for_listener(connection: Connection) -> None:
    """Wait until somebody listens in this database."""
    end = time.monotonic() + WAIT
    while not connection.rows(
        "select 1 from pg_stat_activity"
        " where query = 'listen newstui' and state = 'idle' and datname = current_database()"
    ):
        assert time.monotonic() < end, "nobody listens"


@pytest.fixture
def ann(connect: Connect, calls: Queue[None]) -> Iterator[Connection]:
    """The connection of an account that is listening."""
    connection = connect("ann")
    assert connection.row("select open_own()") == (1,)
    listener = Listener(connection, lambda: calls.put(None))
    wait_for_listener(connection)
    yield connection
    listener.stop()


def shut(server: PostgresServer, database: str, *, is_open: bool = False) -> None:
    """Have the server refuse connections to a database, and end those that there are; or accept them."""
    with server.administer() as administrator:
        administrator.execute(f"alter database {database} allow_connections {is_open}")
        if not is_open:
            end_connections(administrator, database)


def end_connections(administrator: psycopg.Connection[Any], database: str) -> None:
    """End all connections to a database, and wait until they have ended."""
    ended = [pid for pid, _ in administrator.execute(END_CONNECTIONS, [database])]
    while administrator.execute(ARE_LEFT, [ended]).rowcount:
        time.sleep(0.001)


def test_changes_of_others_are_reported(
    ann: Connection, calls: Queue[None], connect: Connect
) -> None:
    ann.raw.execute(ARTICLE.format(1, "own").encode())
    other = connect("ann")
    other.raw.execute(ARTICLE.format(1, "new").encode())
    calls.get(timeout=WAIT)
    assert calls.empty()  # what it did itself is not


def test_a_change_that_comes_with_an_answer_is_reported(
    connect: Connect, calls: Queue[None]
) -> None:
    """It is read together with the answer, and nothing else may come for hours."""
    connection, other = connect("ann"), connect("ann")
    assert connection.row("select open_own()") == (1,)
    open_another = connection.open_another

    def open_and_be_late() -> object:
        opened = open_another()
        execute = opened.execute

        def execute_late(statement: str) -> None:
            execute(statement)
            other.raw.execute(ARTICLE.format(1, "new").encode())
            execute("select pg_sleep(0.1)")

        opened.execute = execute_late  # type: ignore[method-assign, assignment]
        return opened

    connection.open_another = open_and_be_late  # type: ignore[method-assign, assignment]
    listener = Listener(connection, lambda: calls.put(None))
    calls.get(timeout=WAIT)
    listener.stop()


def test_a_connection_that_is_lost_and_comes_back(
    ann: Connection, calls: Queue[None], postgres: PostgresServer, database: str, connect: Connect
) -> None:
    """Case 133: calls fail at once until it is back."""
    shut(postgres, database)
    calls.get(timeout=WAIT)
    assert ann.lost_reason.startswith("no connection: ")
    assert ann.lost_reason.endswith(f"; trying again ({ann.shown_url})")
    for _ in range(2):
        with pytest.raises(LibraryUnavailable, match="no connection: "):
            ann.rows("select id from article")
    shut(postgres, database, is_open=True)
    calls.get(timeout=WAIT)
    assert ann.lost_reason == ""
    assert ann.rows("select id from article") == []
    connect("ann").raw.execute(ARTICLE.format(1, "new").encode())
    calls.get(timeout=WAIT)
    assert ann.rows("select id from article") == [("new",)]


def test_a_connection_that_the_server_ended_is_opened_again(
    ann: Connection, calls: Queue[None], postgres: PostgresServer, database: str
) -> None:
    """An idle one, for example: nothing fails, and what was not reported meanwhile is looked at."""
    with postgres.administer() as administrator:
        end_connections(administrator, database)
    assert ann.rows("select id from article") == []
    calls.get(timeout=WAIT)
    assert ann.lost_reason == ""
    assert ann.change(lambda cursor: cursor.execute("select 1").fetchone()) == (1,)


def test_an_account_with_a_single_connection_reads_on(
    connect: Connect, postgres: PostgresServer, calls: Queue[None]
) -> None:
    with postgres.administer() as administrator:
        administrator.execute("create role single login connection limit 1")
    single, refused = connect("single"), Event()
    open_another = single.open_another

    def open_and_tell() -> object:
        try:
            return open_another()
        except LibraryUnavailable:
            refused.set()
            raise

    single.open_another = open_and_tell  # type: ignore[method-assign, assignment]
    listener = Listener(single, lambda: calls.put(None))
    assert refused.wait(WAIT)
    listener.stop()
    assert single.rows("select 1") == [(1,)]
    assert (single.lost_reason, calls.empty()) == ("", True)


def test_nothing_waits_for_a_server_that_is_away(
    open_as: OpenAs, postgres: PostgresServer, database: str
) -> None:
    library = open_as("ann")
    library.feeds.update([Subscription("https://a.example/feed")])
    assert library.feeds.subscriptions() != []
    shut(postgres, database)
    library.access.connection.pause(LibraryUnavailable("gone"))
    with pytest.raises(LibraryUnavailable, match="gone"):
        library.listing(ListQuery())
    with pytest.raises(LibraryReadOnly, match="gone"):
        library.record("read", ["a"])
    with pytest.raises(LibraryReadOnly, match="gone"):
        library.feeds.update([Subscription("https://b.example/feed")])
    assert [each.url for each in library.feeds.subscriptions()] == ["https://a.example/feed"]
    assert library.refresh() == ExternalChanges()
    shut(postgres, database, is_open=True)
    library.access.connection.resume()
    library.feeds.update([Subscription("https://b.example/feed")])
    assert len(library.feeds.subscriptions()) == 2
    assert library.listing(ListQuery()).total == 0


def test_who_gets_a_folder_is_told(open_as: OpenAs, calls: Queue[None]) -> None:
    ann, bob = open_as("ann").access, open_as("bob").access
    listener = Listener(bob.connection, lambda: calls.put(None))
    wait_for_listener(bob.connection)
    own = bob.libraries
    share_folder(ann, "world", "bob", may_write=False)
    calls.get(timeout=WAIT)
    bob.read_memberships()
    assert len(bob.libraries) == len(own) + 1
    assert bob.writable == set(own)
    stop_sharing(ann, "world", "bob")
    calls.get(timeout=WAIT)
    bob.read_memberships()
    assert bob.libraries == own
    listener.stop()


def test_a_server_that_never_answers_does_not_keep_the_library_open(connect: Connect) -> None:
    """A firewall swallows what is sent: the thread waits for an answer, and nobody for the thread."""
    connection = connect("ann")
    entered, leave = Event(), Event()

    def open_slowly() -> None:
        entered.set()
        leave.wait(WAIT)
        raise LibraryUnavailable("timed out")

    connection.open_another = open_slowly  # type: ignore[method-assign, assignment]
    listener = Listener(connection, lambda: None)
    assert entered.wait(WAIT)
    listener.stop()
    leave.set()


def test_what_psycopg_logs_about_lost_connections_is_not_written_to_the_screen(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Python writes warnings for which there is no handler to standard error, where the reader is."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    logging.getLogger("psycopg").warning("error ignored terminating")
    assert capfd.readouterr().err == ""
