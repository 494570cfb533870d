"""The schema: what roles see and may do, and the numbers that triggers keep."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

import store.postgres
from store.model.errors import (
    InvalidInput,
    LibraryNotReady,
    LibraryReadOnly,
    LibraryUnavailable,
)
from store.postgres.connection import Connection
from store.postgres.schema import VERSION, compute_checksum, migrate, read_version
from tests.support.postgres_server import OWNER, Connect, OpenAs, PostgresServer

MIGRATIONS = {1: "c68c983f46a877d090d8abf269cc3022190beb0e5f4e160b7cd6363b96de879d"}
"""The checksums of all migrations."""
ARTICLES = (
    "insert into article (library, id, title, at, added_at, words, feed_key, own_category, facts)"
    " select %s, 'a' || i, 'title ' || i, 1000 + i, 5, 100,"
    " case when i %% 2 = 0 then 'http://f' else '' end, 'cat' || i %% 3, '{}'"
    " from generate_series(1, 6) i"
)
STATE = (
    "insert into state (library, account, article, read, starred, position, deleted, category, count)"
    " values (%(library)s, %(account)s, %(article)s, %(read)s, %(starred)s, %(position)s,"
    " %(deleted)s, %(category)s, %(read)s::int) on conflict (library, account, article) do update set"
    " read = excluded.read, starred = excluded.starred, position = excluded.position,"
    " deleted = excluded.deleted, category = excluded.category, count = excluded.count"
)
FIND_IN_LIST = re.compile(r"\barray_(?:position|remove|append|replace)s?\((%[^,]+),")
UNCHANGED: dict[str, Any] = {
    "read": False, "starred": False, "position": 0, "deleted": False, "category": None,
}  # fmt: skip


def execute(connection: Connection, statement: str, *parameters: Any) -> None:
    connection.raw.execute(statement.encode(), parameters or None)


def own_library(connection: Connection) -> int:
    row = connection.row("select newstui.open_own()")
    assert row is not None
    return int(row[0])


def put_state(connection: Connection, library: int, article: str, **values: Any) -> None:
    account = values.pop("account", "ann")
    parameters = {**UNCHANGED, **values, "library": library, "account": account, "article": article}
    connection.raw.execute(STATE.encode(), parameters)


def counters(connection: Connection) -> dict[tuple[str, str], list[int]]:
    """Return total, read, starred, starred and unread, begun, by account and category."""
    rows = connection.rows(
        "select account::text, category, sum(total)::int, sum(read)::int, sum(starred)::int,"
        " sum(starred_unread)::int, sum(begun)::int from counter group by 1, 2"
    )
    return {(account, name): numbers for account, name, *numbers in rows if any(numbers)}


def test_a_new_database_gets_the_newest_version(
    postgres: PostgresServer, database: str, connect: Connect
) -> None:
    assert read_version(connect("ann")) == VERSION
    assert migrate(connect(OWNER)) == (VERSION, VERSION)


def test_a_role_without_rights_makes_no_schema(postgres: PostgresServer) -> None:
    postgres.create_role("eve")
    name = postgres.create_database("template1")
    connection = Connection(postgres.url(name, "eve"), "test", {})
    with pytest.raises(LibraryReadOnly, match="permission denied for database"):
        migrate(connection)
    connection.close()
    postgres.drop_database(name)


def test_another_schema_of_the_name_is_left_alone(postgres: PostgresServer) -> None:
    name = postgres.create_database("template1")
    connection = Connection(postgres.url(name), "test", {})
    execute(connection, "create schema newstui")
    with pytest.raises(InvalidInput, match="its schema newstui is not a library"):
        migrate(connection)
    connection.close()
    postgres.drop_database(name)


def test_nobody_sees_what_is_not_his(connect: Connect) -> None:
    ann, bob = connect("ann"), connect("bob")
    library = own_library(ann)
    execute(ann, ARTICLES, library)
    execute(ann, "insert into body (library, id, text) select library, id, 'text' from article")
    execute(ann, "insert into feed (library, key, subscription) values (%s, 'k', '{}')", library)
    put_state(ann, library, "a1", read=True)
    own_library(bob)
    for table in ("article", "body", "unindexed", "state", "counter", "feed"):
        assert ann.rows(f"select 1 from {table}") != [], table
        assert bob.rows(f"select 1 from {table}") == [], table
    assert bob.rows("select owner::text from library") == [("bob",)]
    assert bob.rows("select account::text from member") == [("bob",)]


@pytest.mark.parametrize(
    "statement",
    [
        "insert into article (library, id, title, at, added_at, facts) values (1, 'x', '', 1, 1, '{}')",
        "insert into event (library, machine, ord, checksum, at, kind, articles, got)"
        " values (1, 'desk', 1, 1, 1, 'read', '{}', 0)",
        "insert into event (library, account, machine, ord, checksum, at, kind, articles, got)"
        " values (2, 'ann', 'desk', 1, 1, 1, 'read', '{}', 0)",
        "insert into state (library, account, article) values (1, 'bob', 'a1')",
        "insert into state (library, account, article) values (2, 'ann', 'a1')",
        "insert into member (library, account) values (1, 'bob')",
        "insert into library (owner) values ('bob')",
        "update event set kind = 'unread'",
        "delete from event",
        "update counter set total = 0",
        "select number(1, 1)",
        "select add_counts('{}')",
    ],
)
def test_what_a_role_may_not_write(connect: Connect, statement: str) -> None:
    assert (own_library(connect("ann")), own_library(connect("bob"))) == (1, 2)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        execute(connect("bob"), statement)


ARTICLE = (
    "insert into article (library, id, title, at, added_at, words, own_category, facts)"
    " values (1, {}, {}, {}, {}, {}, {}, {})"
)
VALUES = {
    "id": "'a'", "title": "'T'", "at": "1", "added_at": "1", "words": "1", "category": "'c'",
    "facts": "'{}'",
}  # fmt: skip
EVENT = (
    "insert into event (library, machine, ord, checksum, at, kind, articles, data, got)"
    " values (1, 'desk', {}, 1, 1, '{}', '{}', '{}', 0)"
)
STATE_OF = "insert into state (library, account, article, {}) values (1, 'ann', 'a', '{}')"
FEED = "insert into feed (library, key, subscription, state) values (1, 'k', '{}', '{}')"


REFUSED = (
    *(
        ARTICLE.format(*{**VALUES, **changed}.values())
        for changed in (
            {"id": "''"},
            {"id": "E'a\\x1b[2J'"},
            {"id": "E'a\\u009b'"},
            {"category": "E'c\\x1b[31m'"},
            {"title": "repeat('t', 10001)"},
            {"at": "9223372036854775807"},
            {"added_at": "-9223372036854775807"},
            {"words": "-1"},
            {"facts": "'[1]'"},
        )
    ),
    EVENT.format(-1, "read", "{a}", "{}"),
    EVENT.format(1 << 53, "read", "{a}", "{}"),
    EVENT.format(1, "read", "{a,NULL}", "{}"),
    EVENT.format(1, "read", "{a}", "[]"),
    EVENT.format(1, "read", "{a}", '{"count": "1"}'),
    EVENT.format(1, "tagged", "{a}", "{}"),
    EVENT.format(1, "edited", "{a}", '{"to": 5}'),
    EVENT.format(1, "position", "{a}", '{"position": "5"}'),
    STATE_OF.format("tags", "[]"),
    STATE_OF.format("tags", '{"a": 5}'),
    STATE_OF.format("edits", '{"title": [true, "x"]}'),
    STATE_OF.format("edits", '{"title": []}'),
    STATE_OF.format("edited_at", "9223372036854775807"),
    FEED.format("5", "{}"),
    FEED.format('{"url": "u"}', "[]"),
)


def test_what_no_program_may_write(connect: Connect) -> None:
    """Others would choke on it, whoever wrote it with whatever program."""
    ann = connect("ann")
    own_library(ann)
    for statement in REFUSED:
        with pytest.raises(psycopg.errors.CheckViolation):
            execute(ann, statement)
    assert [ann.rows(f"select 1 from {table}") for table in ("article", "event", "feed")] == [
        []
    ] * 3


def test_a_member_sees_shared_articles_and_no_marks_of_others(
    postgres: PostgresServer, database: str, connect: Connect
) -> None:
    ann, bob = connect("ann"), connect("bob")
    library = own_library(ann)
    own_library(bob)
    with postgres.administer(database) as administrator:
        administrator.execute("insert into newstui.member values (%s, 'bob', false)", [library])
    execute(ann, ARTICLES, library)
    put_state(ann, library, "a1", read=True)
    put_state(bob, library, "a2", read=True, account="bob")
    assert bob.rows("select count(*) from article") == [(6,)]
    assert bob.rows("select account::text, article from state") == [("bob", "a2")]
    assert ann.rows("select account::text, article from state") == [("ann", "a1")]
    for statement in (ARTICLES.replace("'a' ||", "'b' ||"),):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            execute(bob, statement, library)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        put_state(bob, library, "a3", deleted=True, account="")


@pytest.mark.parametrize(
    "statement",
    [
        "delete from article where library = 1",
        "delete from body where library = 1",
        "update article set gone = true where library = 1",
        "update article set library = 2 where library = 1",
        "update article set id = 'x' || id where library = 1",
        "update body set library = 2 where library = 1",
        "insert into state (library, account, article, deleted) values (1, '', 'a2', true)",
    ],
)
def test_a_member_who_may_write_removes_nothing_for_everyone(
    postgres: PostgresServer, database: str, connect: Connect, statement: str
) -> None:
    ann, bob = connect("ann"), connect("bob")
    assert (own_library(ann), own_library(bob)) == (1, 2)
    with postgres.administer(database) as administrator:
        administrator.execute("insert into newstui.member values (1, 'bob')")
    execute(ann, ARTICLES, 1)
    execute(ann, "insert into body (library, id, text) select library, id, 'text' from article")
    seen = "select id, text from article join body using (library, id) where not gone order by id"
    before = ann.rows(seen)
    with suppress(psycopg.errors.InsufficientPrivilege, psycopg.errors.ForeignKeyViolation):
        execute(bob, statement)
    assert ann.rows(seen) == before
    assert len(before) == 6


TOTALS = {
    ("", "cat0"): [2, 0, 0, 0, 0],
    ("", "cat1"): [2, 0, 0, 0, 0],
    ("", "cat2"): [2, 0, 0, 0, 0],
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([{}], {}),
        ([{"read": True}], {("ann", "cat1"): [0, 1, 0, 0, 0]}),
        ([{"read": True}, {}], {}),
        ([{"starred": True}], {("ann", "cat1"): [0, 0, 1, 1, 0]}),
        ([{"starred": True}, {"starred": True, "read": True}], {("ann", "cat1"): [0, 1, 1, 0, 0]}),
        ([{"position": 7}], {("ann", "cat1"): [0, 0, 0, 0, 1]}),
        ([{"position": 7, "read": True}], {("ann", "cat1"): [0, 1, 0, 0, 0]}),
        ([{"read": True, "deleted": True}], {("ann", "cat1"): [-1, 0, 0, 0, 0]}),
        ([{"deleted": True}, {}], {}),
        (
            [{"read": True, "category": "new"}],
            {("ann", "cat1"): [-1, 0, 0, 0, 0], ("ann", "new"): [1, 1, 0, 0, 0]},
        ),
        ([{"account": "", "deleted": True}], {("", "cat1"): [1, 0, 0, 0, 0]}),
        ([{"account": "", "deleted": True}, {"account": ""}], {}),
        (
            [{"read": True}, {"account": "", "deleted": True}],
            {("", "cat1"): [1, 0, 0, 0, 0]},
        ),
    ],
)
@pytest.mark.parametrize("is_before", [False, True])
def test_counters_follow_states(
    connect: Connect,
    changes: list[dict[str, Any]],
    expected: dict[tuple[str, str], list[int]],
    is_before: bool,
) -> None:
    ann = connect("ann")
    library = own_library(ann)
    if not is_before:
        execute(ann, ARTICLES, library)
    for change in changes:
        put_state(ann, library, "a1", **change)
    if is_before:
        execute(ann, ARTICLES, library)
    assert counters(ann) == TOTALS | expected
    execute(ann, "delete from article")
    assert counters(ann) == {}


def test_articles_follow_the_label_of_their_feed(connect: Connect) -> None:
    ann = connect("ann")
    library = own_library(ann)
    execute(ann, ARTICLES, library)
    put_state(ann, library, "a2", read=True)
    names = "select distinct category, source_name from article where feed_key <> '' order by 1"
    label = "update feed set name = %s, category = %s"
    execute(
        ann,
        "insert into feed (library, key, subscription, name, category)"
        " values (%s, 'http://f', '{}', 'Harbour', 'news')",
        library,
    )
    assert ann.rows(names) == [("news", "Harbour")]
    assert counters(ann)["ann", "news"] == [0, 1, 0, 0, 0]
    execute(ann, label, "Harbour", "news/sea")
    assert ann.rows(names) == [("news/sea", "Harbour")]
    assert counters(ann)["ann", "news/sea"] == [0, 1, 0, 0, 0]
    execute(ann, "delete from feed")
    assert ann.rows(names) == [("cat0", ""), ("cat1", ""), ("cat2", "")]
    assert counters(ann) == TOTALS | {("ann", "cat2"): [0, 1, 0, 0, 0]}


def test_readings_are_counted_until_they_are_undone(connect: Connect) -> None:
    ann = connect("ann")
    library = own_library(ann)
    execute(ann, ARTICLES, library)

    def event(order: int, kind: str, data: str = "{}", checksum: int = 1) -> None:
        execute(
            ann,
            "insert into event (library, machine, ord, checksum, at, kind, articles, data)"
            " values (%s, 'desk', %s, %s, 900000001, %s, '{a1,a4,gone}', %s)",
            library, order, checksum, kind, data,
        )  # fmt: skip

    def readings() -> list[tuple[Any, ...]]:
        return ann.rows("select quarter, articles, words from reading")

    event(6, "read", '{"imported": true}')
    event(7, "read")
    assert readings() == [(1, 3, 200)]
    event(8, "undone", f'{{"of": {7 << 10 | 3}}}')
    event(9, "undone", f'{{"of": {7 << 10 | 3}}}')
    assert readings() == [(1, 0, 0)]
    event(10, "undone", f'{{"of": {11 << 10 | 3}}}')
    event(11, "read")
    assert readings() == [(1, 0, 0)]
    event(12, "read", checksum=2)
    assert readings() == [(1, 3, 200)]


def test_texts_and_edits_are_queued_for_the_index(connect: Connect) -> None:
    ann = connect("ann")
    library = own_library(ann)
    execute(ann, ARTICLES, library)
    queued = "select id from unindexed order by id"
    assert ann.rows(queued) == []
    execute(ann, "insert into body (library, id, text) values (%s, 'a1', 'text')", library)
    execute(ann, "update article set title = 'other' where id = 'a2'")
    execute(ann, "update article set link_key = 7 where id = 'a3'")
    assert ann.rows(queued) == [("a1",), ("a2",)]


def test_numbers_grow_in_the_order_of_commits(connect: Connect) -> None:
    first, second = connect("ann"), connect("ann")
    library = own_library(first)
    insert = "insert into article (library, id, title, at, added_at, facts) values (%s, %s, '', 1, 1, '{}')"
    execute(second, "set lock_timeout = '10ms'")
    with first.raw.transaction():
        execute(first, insert, library, "a")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            execute(second, insert, library, "b")
        execute(first, insert, library, "c")
    execute(second, insert, library, "b")
    assert first.rows("select id from article order by added") == [("a",), ("c",), ("b",)]


def test_a_library_without_a_schema_is_not_opened(
    postgres: PostgresServer, open_as: OpenAs, database: str, connect: Connect
) -> None:
    execute(connect(OWNER), "drop schema newstui cascade")
    with pytest.raises(LibraryNotReady, match="has no library yet"):
        open_as("ann")


def test_migrations_are_not_changed_once_they_are_released() -> None:
    """Databases have what they did: a change of the schema is another migration."""
    found = {version: compute_checksum(version) for version in range(1, VERSION + 1)}
    assert found == MIGRATIONS


@pytest.mark.parametrize(
    "change",
    [
        "update newstui.migration set checksum = 'another'",
        "alter table newstui.migration drop checksum",
    ],
)
def test_a_schema_that_differs_from_the_one_of_its_version(
    connect: Connect, open_as: OpenAs, change: str
) -> None:
    owner = connect(OWNER)
    execute(owner, change)
    for open_it in (lambda: open_as("ann"), lambda: migrate(owner)):
        with pytest.raises(LibraryUnavailable, match="its schema 1 is not that of a release"):
            open_it()


def test_a_newer_schema_is_opened_read_only(connect: Connect, open_as: OpenAs) -> None:
    open_as("ann").close()
    execute(connect(OWNER), f"insert into migration values ({VERSION + 1})")
    reason = f"made by a newer newstui (schema {VERSION + 1}); opened read-only"
    assert open_as("ann").read_only_reason == reason


def test_an_account_that_may_only_read(
    postgres: PostgresServer, database: str, open_as: OpenAs
) -> None:
    """As on a standby: the library is opened as it is, if there is one."""
    own = open_as("only_reads").access.own
    with postgres.administer() as administrator:
        for role in ("only_reads", "stranger"):
            postgres.create_role(role)
            administrator.execute(f"alter role {role} set default_transaction_read_only = on")
    library = open_as("only_reads")
    assert (library.access.own, library.is_empty) == (own, True)
    assert library.read_only_reason == f"{library.shown_url} only allows reading"
    with pytest.raises(LibraryReadOnly, match="only allows reading"):
        library.record("read", ["a"])
    with pytest.raises(LibraryUnavailable, match="stranger has no library here, and none can"):
        open_as("stranger")


def test_a_server_that_becomes_a_standby_and_the_server_again(open_as: OpenAs) -> None:
    ann = open_as("ann")
    rule = "set default_transaction_read_only = {}"
    for is_standby in (True, False):
        ann.access.connection.raw.execute(rule.format(is_standby).encode())
        assert not ann.refresh().is_list_stale
        reason = f"{ann.shown_url} only allows reading" if is_standby else ""
        assert ann.read_only_reason == reason


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_that_cannot_keep_every_character(
    postgres: PostgresServer, encoding: str
) -> None:
    with postgres.administer() as administrator:
        administrator.execute(
            f"create database {encoding} encoding '{encoding}' template template0 lc_ctype 'C'"
            " lc_collate 'C'"
        )
    connection = Connection(postgres.url(encoding.lower(), "postgres"), "test", {})
    with pytest.raises(LibraryUnavailable, match=rf"is {encoding} \(UTF8 needed\)"):
        migrate(connection)
    connection.close()
    postgres.drop_database(encoding)


def test_an_older_schema_is_not_opened(open_as: OpenAs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.postgres.library.VERSION", VERSION + 1)
    with pytest.raises(LibraryNotReady, match=rf"made by an older newstui \(schema {VERSION};"):
        open_as("ann")


def test_opening_makes_the_own_library_once(open_as: OpenAs) -> None:
    first, second = open_as("ann"), open_as("ann")
    assert first.access.account == "ann"
    assert first.access.own == second.access.own
    assert first.access.libraries == (first.access.own,)
    assert open_as("bob").access.own != first.access.own


def test_lists_have_a_type_where_version_13_compares_it() -> None:
    """A list of small numbers is sent as `smallint[]`, in which version 13 looks for no other integer."""
    modules = {
        each.name: each.read_text() for each in Path(store.postgres.__file__).parent.glob("*.py")
    }
    calls = [(name, call) for name, text in modules.items() for call in FIND_IN_LIST.findall(text)]
    assert len(calls) > 3
    assert [each for each in calls if "::" not in each[1]] == []
