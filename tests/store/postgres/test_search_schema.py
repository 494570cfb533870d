"""The full-text index in the database: who sees and writes it, what is queued, and what finds in it."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from store.postgres.connection import Connection
from tests.support.postgres_server import Connect, PostgresServer

ARTICLES = (
    "insert into article (library, id, title, at, added_at, facts)"
    " select %s, 'a' || i, 'title', 1000 + i, 5, '{}' from generate_series(1, 4) i"
)
DOCUMENT = (
    "insert into document (library, id, account, at, title_words, text_words, words)"
    " select library, id, %s, at, 2, 10, %s::tsvector from article where id = %s"
)
STATE = "insert into state (library, account, article, tags) values (%s, %s, 'a1', %s)"


def execute(connection: Connection, statement: str, *parameters: Any) -> None:
    connection.raw.execute(statement.encode(), parameters or None)


def open_own(connection: Connection) -> int:
    row = connection.row("select newstui.open_own()")
    assert row is not None
    return int(row[0])


@pytest.fixture
def ann(connect: Connect) -> Connection:
    """The owner of a library with four articles, of which three are indexed."""
    connection = connect("ann")
    execute(connection, ARTICLES, open_own(connection))
    for article, words in {
        "a1": "'fog':1 'sea':2",
        "a2": "'fog':1",
        "a3": "'sea':1 'fog':2",
    }.items():
        execute(connection, DOCUMENT, "", words, article)
    return connection


@pytest.fixture
def bob(postgres: PostgresServer, database: str, connect: Connect, ann: Connection) -> Connection:
    """A member of that library who may only read."""
    connection = connect("bob")
    open_own(connection)
    with postgres.administer(database) as administrator:
        administrator.execute("insert into newstui.member values (1, 'bob', false)")
    return connection


def find(connection: Connection, wide: str, exact: str | None = None, most: int = 9) -> Any:
    """Return what is found, and how many the index finds; both functions find the same."""
    row = connection.row(
        "select ids, seen, total from find_documents(%s::tsquery, %s::tsquery, '{}', '{}', 0, 1::bigint << 40, '', %s)",
        [wide, exact, most],
    )
    scanned = connection.row(
        "select ids from scan_documents(%s::tsquery, '{}', '{}', 0, 1::bigint << 40, '', 9)",
        [exact or wide],
    )
    assert row is not None
    assert scanned is not None
    assert most < 9 or scanned[0] == row[0]
    return row


@pytest.mark.parametrize(
    ("wide", "exact", "most", "expected"),
    [
        ("'fog'", None, 9, (["a3", "a2", "a1"], 3, 3)),
        ("'fog'", None, 2, (["a3", "a2"], 2, 3)),
        ("'fog'", None, 0, (None, 0, 3)),
        ("'fog' & 'sea'", None, 9, (["a3", "a1"], 2, 2)),
        ("'fog' & 'sea'", "'fog' <-> 'sea'", 9, (["a1"], 2, 2)),
        ("'mist'", None, 9, (None, 0, 0)),
    ],
)
def test_documents_are_found_newest_first(
    ann: Connection, wide: str, exact: str | None, most: int, expected: Any
) -> None:
    assert find(ann, wide, exact, most) == expected


def test_parts_are_counted(ann: Connection) -> None:
    row = ann.row(
        "select ids from find_documents('fog | sea', null, '{}', array['fog', 'sea', 'mist']::tsquery[],"
        " 2, 1::bigint << 40, '', 9)"
    )
    assert row == (["a3", "a1"],)


def test_the_next_documents_are_found_after_a_place(ann: Connection) -> None:
    row = ann.row("select ids from find_documents('fog', null, '{}', '{}', 0, 1003, 'a3', 9)")
    assert row == (["a2", "a1"],)


def test_deleted_articles_are_not_found(ann: Connection, bob: Connection) -> None:
    execute(
        ann, "insert into state (library, account, article, deleted) values (1, 'ann', 'a1', true)"
    )
    assert find(ann, "'fog'")[0] == ["a3", "a2"]
    assert find(bob, "'fog'")[0] == ["a3", "a2", "a1"]
    execute(
        ann, "insert into state (library, account, article, deleted) values (1, '', 'a2', true)"
    )
    assert find(bob, "'fog'")[0] == ["a3", "a1"]


def test_each_finds_the_documents_of_ones_own(ann: Connection, bob: Connection) -> None:
    execute(bob, DOCUMENT, "bob", "'fog':1 'later'", "a1")
    execute(bob, DOCUMENT, "bob", "'sea':1", "a2")
    assert find(bob, "'later'")[0] == ["a1"]
    assert find(bob, "'fog'")[0] == ["a3", "a1"]
    assert find(ann, "'later'")[0] is None
    assert find(ann, "'fog'")[0] == ["a3", "a2", "a1"]
    assert ann.rows("select 1 from document where account = 'bob'") == []


def test_strangers_find_nothing(ann: Connection, connect: Connect) -> None:
    eve = connect("eve")
    open_own(eve)
    assert find(eve, "'fog'") == (None, 0, 0)
    for table in ("document", "unindexed", "term", "indexed"):
        assert eve.rows(f"select 1 from {table}") == [], table


@pytest.mark.parametrize(
    "statement",
    [
        "insert into document (library, id, at, words) values (1, 'a4', 1, 'lie')",
        "insert into document (library, id, account, at, words) values (1, 'a4', 'ann', 1, 'lie')",
        "insert into term (library, field, term) values (1, 'body', 'lie')",
        "insert into indexed (library) values (2)",
        "insert into unindexed (library, id) values (1, 'a1')",
        "select queue('{}')",
    ],
)
def test_who_only_reads_does_not_write_the_index(bob: Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        execute(bob, statement)


def test_who_only_reads_changes_nothing_in_the_index(ann: Connection, bob: Connection) -> None:
    execute(bob, "update document set words = 'lie'")
    execute(bob, "delete from document")
    assert find(ann, "'fog'")[0] == ["a3", "a2", "a1"]


def queued(connection: Connection) -> list[tuple[str, str]]:
    return connection.rows("select id, account::text from unindexed order by 1, 2")


def test_edits_and_tags_are_queued_for_whom_they_count(ann: Connection, bob: Connection) -> None:
    execute(bob, STATE, 1, "bob", '{"later": [1, true]}')
    execute(bob, "update state set read = true")
    assert queued(bob) == [("a1", "bob")]
    assert queued(ann) == []
    execute(ann, STATE, 1, "", "{}")
    execute(ann, """update state set edits = '{"title": [1, "x"]}' where account = ''""")
    assert queued(ann) == [("a1", "")]
    execute(bob, "delete from unindexed")
    execute(bob, "delete from state")
    assert queued(bob) == [("a1", ""), ("a1", "bob")]


def test_texts_are_queued_for_those_with_documents_of_their_own(
    ann: Connection, bob: Connection
) -> None:
    execute(bob, DOCUMENT, "bob", "'fog':1 'later'", "a2")
    execute(ann, "insert into body (library, id, text) select library, id, 'text' from article")
    assert queued(bob) == [("a1", ""), ("a2", ""), ("a2", "bob"), ("a3", ""), ("a4", "")]


def test_what_is_queued_again_is_no_longer_claimed(ann: Connection) -> None:
    execute(ann, "insert into body (library, id, text) values (1, 'a1', 'text')")
    execute(ann, "update unindexed set claimed_at = now()")
    execute(ann, "update body set text = 'other'")
    assert ann.rows("select claimed_at from unindexed") == [(None,)]


def test_a_moved_article_is_indexed_again(
    ann: Connection, postgres: PostgresServer, database: str
) -> None:
    with postgres.administer(database) as administrator:
        administrator.execute("insert into newstui.library (owner, folder) values ('ann', 'world')")
        administrator.execute(
            "insert into newstui.member select id, 'ann' from newstui.library where folder = 'world'"
        )
    execute(ann, "update article set library = (select max(id) from library) where id = 'a1'")
    assert find(ann, "'fog'")[0] == ["a3", "a2"]
    assert queued(ann) == [("a1", "")]


def test_the_size_of_the_index_is_kept(ann: Connection) -> None:
    size = "select documents, title_words, text_words from indexed"
    assert ann.rows(size) == [(3, 6, 30)]
    execute(ann, DOCUMENT, "ann", "'fog':1", "a1")
    execute(ann, "update document set text_words = 4 where id = 'a2'")
    assert ann.rows(size) == [(3, 6, 24)]
    execute(ann, "delete from article where id = 'a2'")
    assert ann.rows(size) == [(2, 4, 20)]
