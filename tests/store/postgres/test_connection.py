"""What the server refuses, and how often it is asked again."""

from __future__ import annotations

import pytest

from store.model.errors import (
    LibraryBusy,
    LibraryReadOnly,
    LibraryUnavailable,
    NewstuiError,
    SaveFailed,
)
from store.postgres.connection import MAX_ATTEMPTS
from tests.support.postgres_server import Connect

FAIL = "do $$ begin raise exception 'no' using errcode = '{}'; end $$"
FAIL_UNTIL = """
    create function pg_temp.attempt() returns bigint language plpgsql as $$
    declare attempt bigint := nextval('attempts');
    begin
        if attempt < {} then raise exception 'cancelled' using errcode = '40001'; end if;
        return attempt;
    end $$
"""
"""A function that fails as a standby cancels queries, and says the attempt at which it does not."""


@pytest.mark.parametrize(
    ("code", "expected", "reason"),
    [
        pytest.param("53100", SaveFailed, "the disk of the server is full", id="disk full"),
        pytest.param("53200", SaveFailed, ": no", id="out of memory"),
        pytest.param("25006", LibraryReadOnly, ": no", id="a standby"),
        pytest.param("42501", LibraryReadOnly, ": no", id="no rights"),
        pytest.param("55P03", LibraryBusy, "", id="locked for too long"),
        pytest.param("57014", SaveFailed, ": no", id="statement timeout"),
        pytest.param("40001", SaveFailed, "others are changing", id="never serializable"),
        pytest.param("40P01", SaveFailed, "others are changing", id="always a deadlock"),
    ],
)
def test_a_change_that_the_server_refuses(
    connect: Connect, code: str, expected: type[NewstuiError], reason: str
) -> None:
    ann = connect("ann")
    with pytest.raises(expected) as error:
        ann.change(lambda cursor: cursor.execute(FAIL.format(code).encode()))
    assert reason in str(error.value)
    with pytest.raises(expected), ann.changing() as steps:
        steps.execute(FAIL.format(code).encode())
    assert ann.change(lambda cursor: cursor.execute("select 1").fetchone()) == (1,)


def test_connections_that_an_administrator_ends(connect: Connect) -> None:
    """57P01: one line, and the next call connects anew."""
    ann = connect("ann")
    end = "select pg_terminate_backend(pg_backend_pid())"
    with pytest.raises(LibraryUnavailable, match=r"5432: terminating connection due to admin\w+"):
        ann.rows(end)
    assert ann.row("select 1") == (1,)
    with pytest.raises(SaveFailed, match=r"5432: terminating connection due to admin\w+"):
        ann.change(lambda cursor: cursor.execute(end.encode()))
    with pytest.raises(SaveFailed, match="terminating"), ann.changing() as steps:
        steps.execute(end.encode())
    assert ann.row("select 2") == (2,)


def test_a_server_without_a_free_connection(connect: Connect) -> None:
    """53300: the reason alone, without what libpq says before it."""
    ann = connect("ann")
    with pytest.raises(LibraryUnavailable, match=r"5432: [\w ]*connection slots are"):
        _ = [connect("bob") for _ in range(100)]
    assert ann.row("select 1") == (1,)


def test_a_query_that_a_standby_cancels_is_asked_again(connect: Connect) -> None:
    ann = connect("ann")
    ann.raw.execute("create temp sequence attempts")
    ann.raw.execute(FAIL_UNTIL.format(MAX_ATTEMPTS).encode())
    assert ann.rows("select pg_temp.attempt()") == [(MAX_ATTEMPTS,)]
    ann.raw.execute("select setval('attempts', 1)")
    with ann.snapshot(), pytest.raises(LibraryUnavailable, match="cancelled"):
        ann.rows("select pg_temp.attempt()")
    ann.raw.execute("drop function pg_temp.attempt")
    ann.raw.execute(FAIL_UNTIL.format(1000).encode())
    with pytest.raises(LibraryUnavailable, match="cancelled"):
        ann.row("select pg_temp.attempt()")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("a\0b", "ab"),
        ("a\ud800b", "a\ufffdb"),
        ("\0", ""),
        ("ä\U0001f600", "ä\U0001f600"),
    ],
)
def test_strings_that_postgres_does_not_take(connect: Connect, given: str, expected: str) -> None:
    """Case: by itself and in arrays, in queries and in changes."""
    ann = connect("ann")
    assert ann.row("select %s, %s::text[]", [given, [given]]) == (expected, [expected])
    found = ann.change(lambda cursor: cursor.execute("select %s", [given]).fetchone())
    assert found == (expected,)


def test_who_sleeps_in_the_middle_of_a_change_keeps_nobody_waiting(connect: Connect) -> None:
    setting = "select current_setting('idle_in_transaction_session_timeout')"
    assert connect("ann").row(setting) == ("1min",)
    role = "do $$ begin execute format('alter role %I set {} = 5000', session_user); end $$"
    ann = connect("ann")
    ann.raw.execute(role.format("idle_in_transaction_session_timeout").encode())
    assert connect("ann").row(setting) == ("5s",), "what the server says"
    ann.raw.execute("alter role ann reset idle_in_transaction_session_timeout")
