"""Sharing folders: who sees what afterwards, and that nothing is lost on the way."""

from __future__ import annotations

from threading import Thread
from typing import Any
from zlib import crc32

import psycopg
import pytest

from store.journal.events import Event
from store.model.errors import InvalidInput
from store.postgres.access import Access
from store.postgres.adding import Addition
from store.postgres.connection import Connection
from store.postgres.sharing import FolderMember, list_members, share_folder, stop_sharing
from tests.support.postgres_server import Connect, OpenAs, PostgresServer

CATEGORIES = ("world", "World/Asia", "worldly", "science")
PUT_ARTICLES = (
    "insert into article (library, id, title, at, added_at, words, feed_key, own_category, facts)"
    " select %s, 'a' || number, 'title', 1000 + number, 5, 100,"
    " case when name = 'science' then 'https://f.example' else '' end, name, '{}'"
    " from unnest(%s::text[]) with ordinality as each(name, number)"
)
PUT_EVENT = (
    "insert into event (library, machine, ord, checksum, at, kind, articles, data, got)"
    " values (%s, 'desk', %s, %s, 5, %s, %s, %s::jsonb, 0)"
)


WAITING = "select from pg_locks where locktype = 'advisory' and not granted"


def put_event(connection: Connection, library: int, order: int, kind: str, *articles: str) -> None:
    """Insert an event of the machine `desk`."""
    data = '{"of": 1}' if kind == "undone" else "{}"
    checksum = Event(kind, articles, 5, order, "desk").event_id[1]
    connection.raw.execute(PUT_EVENT, [library, order, checksum, kind, list(articles), data])


@pytest.fixture
def ann(open_as: OpenAs) -> Access:
    """The access of an account with four articles, in as many categories."""
    access = open_as("ann").access
    access.connection.raw.execute(PUT_ARTICLES, [access.own, list(CATEGORIES)])
    access.connection.raw.execute(
        "insert into body (library, id, text) select library, id, 'T' from article"
    )
    return access


@pytest.fixture
def bob(open_as: OpenAs) -> Access:
    """The access of another account."""
    return open_as("bob").access


def values(access: Access, statement: str) -> list[Any]:
    """Return the values of a query with one column, sorted."""
    return sorted(value for (value,) in access.connection.rows(statement))


def test_a_shared_folder_has_the_categories_below_it(ann: Access, bob: Access) -> None:
    assert share_folder(ann, "world", "bob", may_write=False) == 2
    for table in ("article", "body", "unindexed"):
        assert values(ann, f"select id from {table}") == ["a1", "a2", "a3", "a4"], table
        assert values(bob, f"select id from {table}") == ["a1", "a2"], table
    assert list_members(ann) == [FolderMember("world", "bob", may_write=False)]
    assert list_members(bob) == []
    assert list(ann.folders) == ["world"]
    totals = "select total::int from counter where account = '' and total <> 0"
    assert values(ann, totals) == [1, 1, 1, 1]
    assert values(bob, totals) == [1, 1]


@pytest.mark.parametrize("may_write", [False, True])
def test_who_may_write(ann: Access, bob: Access, may_write: bool) -> None:
    share_folder(ann, "world", "bob", may_write=may_write)
    bob.read_memberships()
    assert (len(bob.libraries), len(bob.writable)) == (2, 1 + may_write)
    share_folder(ann, "World", "bob", may_write=not may_write)  # changes it
    bob.read_memberships()
    assert len(bob.writable) == 2 - may_write
    assert list_members(ann) == [FolderMember("world", "bob", may_write=not may_write)]


def test_what_is_shared_keeps_its_reading_state(ann: Access, bob: Access) -> None:
    states = "insert into state (library, account, article, read, deleted, count) values"
    ann.connection.raw.execute(
        f"{states} (1, 'ann', 'a1', true, false, 1), (1, 'ann', 'a4', true, false, 2),"
        " (1, '', 'a2', false, true, 0)"
    )
    before = ann.connection.rows("select article, read, count from state order by article")
    numbers = "select sum({})::int from counter where account = '{}'"
    share_folder(ann, "world", "bob", may_write=True)
    assert ann.connection.rows("select article, read, count from state order by article") == before
    assert values(ann, "select id from article where gone") == ["a2"]
    assert values(ann, numbers.format("total", "")) == [3]
    assert values(ann, numbers.format("read", "ann")) == [2]
    assert values(ann, numbers.format("read_count", "ann")) == [3]
    assert values(bob, "select article from state where account <> ''") == []
    assert values(bob, "select id from article where not gone") == ["a1"]


def test_an_event_about_others_is_parted(ann: Access, bob: Access) -> None:
    for order, kind in ((1, "read"), (2, "undone")):
        put_event(ann.connection, ann.own, order, kind, "a1", "a4", "a2", "a3")
    put_event(ann.connection, ann.own, 3, "starred", "a2")
    put_event(ann.connection, ann.own, 4, "starred", "a4")
    read = values(ann, "select articles::int from reading")
    share_folder(ann, "world", "bob", may_write=False)
    rows = ann.connection.rows(
        "select folder, ord, kind, articles, checksum, at, data from event"
        " join library on library = id order by folder, ord"
    )
    undone = {"of": 1}
    assert rows == [
        ("", 1, "read", ["a4", "a3"], crc32(b"a4\na3"), 5, {}),
        ("", 2, "undone", ["a4", "a3"], crc32(b"a4\na3"), 5, undone),
        ("", 4, "starred", ["a4"], crc32(b"a4"), 5, {}),
        ("world", 1, "read", ["a1", "a2"], crc32(b"a1\na2"), 5, {}),
        ("world", 2, "undone", ["a1", "a2"], crc32(b"a1\na2"), 5, undone),
        ("world", 3, "starred", ["a2"], crc32(b"a2"), 5, {}),
    ]
    assert bob.connection.rows("select * from event") == []
    assert values(ann, "select articles::int from reading") == read


def test_feeds_come_along(ann: Access, bob: Access) -> None:
    ann.connection.raw.execute(
        "insert into feed (library, key, subscription, name, category)"
        " values (1, 'https://f.example', '{}', 'F', 'World'), (1, 'https://g.example', '{}', 'G', 'arts')"
    )
    assert share_folder(ann, "world", "bob", may_write=False) == 3
    assert values(bob, "select key from feed") == ["https://f.example"]
    assert values(ann, "select key from feed") == ["https://f.example", "https://g.example"]
    rows = bob.connection.rows("select source_name, category from article where id = 'a4'")
    assert rows == [("F", "World")]


def test_what_is_added_while_a_folder_is_shared_goes_there(
    ann: Access, bob: Access, open_as: OpenAs, postgres: PostgresServer
) -> None:
    adding = open_as("ann", "laptop")
    with adding.access.connection.changing() as cursor:
        Addition(cursor, adding.access)
        sharing = Thread(
            target=share_folder, args=(ann, "world", "bob"), kwargs={"may_write": False}
        )
        sharing.start()
        with postgres.administer() as administrator:
            while not administrator.execute(WAITING).rowcount:
                assert sharing.is_alive()
        cursor.execute(PUT_ARTICLES.replace("'a'", "'b'"), [adding.access.own, ["arts", "world"]])
    sharing.join()
    bob.read_memberships()
    assert values(bob, "select id from article") == ["a1", "a2", "b2"]


def test_the_end_of_sharing(ann: Access, bob: Access) -> None:
    share_folder(ann, "world", "bob", may_write=True)
    stop_sharing(ann, "World", "bob")
    assert list_members(ann) == []
    assert values(bob, "select id from article") == []
    assert values(ann, "select id from article") == ["a1", "a2", "a3", "a4"]
    with pytest.raises(InvalidInput, match="world: is not shared with bob"):
        stop_sharing(ann, "world", "bob")


@pytest.mark.parametrize(
    ("category", "account", "problem"),
    [
        ("world", "nobody-there", "nobody-there: no such account in the database"),
        ("world", "ann", "ann: is your own account"),
        ("/", "bob", "'/': is not the name of a category"),
        ("Science/physics", "bob", "Science/physics: is shared as a part of science"),
    ],
)
def test_what_cannot_be_shared(
    ann: Access, bob: Access, category: str, account: str, problem: str
) -> None:
    share_folder(ann, "science", "bob", may_write=False)
    with pytest.raises(InvalidInput, match=problem):
        share_folder(ann, category, account, may_write=False)
    assert len(list_members(ann)) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "select move_articles(1, 2, '{a1}')",
        "delete from member",
        "update member set may_write = true",
    ],
)
def test_a_member_changes_no_membership(
    ann: Access, bob: Access, connect: Connect, statement: str
) -> None:
    share_folder(ann, "world", "bob", may_write=False)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connect("bob").raw.execute(statement.encode())
    assert bob.connection.row("select unshare('world', 'bob')") == (False,)
    assert list_members(ann) == [FolderMember("world", "bob", may_write=False)]


@pytest.mark.parametrize("text", ["", "a", "a1\na2", "Ærø\n深海"])
def test_the_checksum_is_that_of_events(ann: Access, text: str) -> None:
    articles = text.split("\n")
    row = ann.connection.row("select newstui.checksum(%s)", [articles])
    assert row == (Event("read", tuple(articles), 0, 0, "desk").event_id[1],)
