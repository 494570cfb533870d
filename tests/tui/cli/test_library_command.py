"""`newstui library init`, and opening a library on PostgreSQL by its URL."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import orjson
import psycopg
import pytest

from store.postgres.connection import Connection
from store.postgres.library import PostgresLibrary
from store.postgres.schema import VERSION
from tests.support.libraries import FakeClock, articles
from tests.support.postgres_rows import put_articles
from tests.support.postgres_server import OWNER, PostgresServer
from tests.tui.cli.conftest import Run


def shown(url: str) -> str:
    """Return a URL as messages show it."""
    return re.sub("//.*@", "//…@", url)


@pytest.fixture
def empty(postgres: PostgresServer) -> str:
    """The name of a database without a library, to which the owner may add a schema."""
    return postgres.create_database("template1")


@pytest.fixture
def stocked(postgres: PostgresServer, database: str, tmp_path: Path, clock: FakeClock) -> str:
    """The URL of a library of two articles, for its reader ann."""
    postgres.create_role("ann")
    url = postgres.url(database, "ann")
    library = PostgresLibrary(url, tmp_path / "cache", "desk", clock, environ={})
    put_articles(library.access, articles([1, 2]))
    library.close()
    return url


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_a_library_is_made_once(run: Run, postgres: PostgresServer, empty: str) -> None:
    url = postgres.url(empty)
    missing = run("--library", url, "list")
    hint = "has no library yet; run `newstui library init URL`"
    assert (missing.code, missing.err) == (1, f"newstui: {shown(url)}: {hint}\n")
    made = run("library", "init", url)
    assert (made.code, made.err) == (
        0,
        "newstui: made a library; `newstui --library URL` opens it\n",
    )
    again = run("library", "init", url)
    assert (again.code, again.err) == (
        0,
        f"newstui: the library is up to date (schema {VERSION})\n",
    )
    assert run("--library", url, "list").code == 0


@pytest.mark.parametrize(
    ("url", "code", "message"),
    [
        ("/folder", 2, "/folder is no URL of a database (postgresql://HOST/DATABASE)"),
        ("postgresq://ann:secret@host/x", 2, "postgresq:…: is neither a folder nor the URL of"),
        ("postgresql:/ann:secret@host/x", 2, "postgresql:…: is neither a folder nor the URL of"),
        ("postgresql://ann:%zzsecret@host/x", 1, "…@host/x: invalid percent-encoded token\n"),
        ("postgresql://ann@host/x?colour=red", 1, 'invalid URI query parameter: "colour"\n'),
        ("postgresql://host:port/x", 1, "postgresql://host:port/x: "),
        (
            "postgresql://ann:secret@/news?host=/nowhere",
            1,
            "postgresql://…@/news?host=/nowhere: No such file or directory\n",
        ),
        ("postgresql://ann@127.0.0.1:1/news", 1, "…@127.0.0.1:1/news: Connection refused\n"),
    ],
)
def test_a_url_that_leads_nowhere(run: Run, url: str, code: int, message: str) -> None:
    made = run("library", "init", url)
    assert (made.code, message in made.err) == (code, True), made.err
    assert "secret" not in made.err
    if code == 1:
        assert made.err.count("\n") == 1
        opened = run("--library", url, "list")
        assert (opened.code, opened.err) == (1, made.err)


def test_no_rights(run: Run, postgres: PostgresServer, empty: str) -> None:
    postgres.create_role("eve")
    made = run("library", "init", postgres.url(empty, "eve"))
    reason = f"permission denied for database {empty}"
    assert (made.code, made.err) == (1, f"newstui: {shown(postgres.url(empty))}: {reason}\n")
    with postgres.administer(empty) as administrator:
        administrator.execute("create schema newstui")
    foreign = run("--library", postgres.url(empty), "list")
    assert (
        foreign.err
        == f"newstui: {shown(postgres.url(empty))}: its schema newstui is not a library\n"
    )


def test_a_role_that_may_not_use_the_schema(
    run: Run, postgres: PostgresServer, database: str
) -> None:
    postgres.create_role("eve")
    with postgres.administer(database) as administrator:
        administrator.execute("revoke usage on schema newstui from public")
    refused = run("--library", postgres.url(database, "eve"), "list")
    reason = "no permission for schema newstui"
    assert refused.err == f"newstui: {shown(postgres.url(database))}: {reason}\n"


def test_commands_read_it(
    run: Run, stocked: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = run("--library", stocked, "list", "--json")
    assert [each["title"] for each in listed.values] == ["Title 2", "Title 1"]
    assert run("--library", stocked, "read", "0001").out.splitlines()[-1] == "Text 1."
    monkeypatch.setenv("NEWSTUI_LIBRARY", stocked)
    assert len(run("list").lines) == 2
    monkeypatch.delenv("NEWSTUI_LIBRARY")
    settings = home / ".config/newstui/settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(f'library = "{stocked}"\n')
    assert len(run("list").lines) == 2
    assert not (home / ".local/share/newstui").exists()


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (["backup", "x.zip"], "`pg_dump` backs it up"),
        (["backup", "--auto"], "`pg_dump` backs it up"),
        (["restore", "x.zip"], "`pg_restore` restores what `pg_dump` backed up"),
        (["compact"], "the server frees space by itself (autovacuum)"),
        (["doctor", "--repair"], "the server repairs it, or `pg_restore` restores it"),
    ],
)
def test_commands_for_folders_name_what_does_their_work(
    run: Run, arguments: list[str], remedy: str
) -> None:
    refused = run("--library", "postgresql:///news", *arguments)
    command = "doctor --repair" if arguments[0] == "doctor" else arguments[0]
    expected = f"newstui: {command}: not for a library on PostgreSQL; {remedy}\n"
    assert (refused.code, refused.err) == (2, expected)


def test_doctor_checks_it(run: Run, stocked: str) -> None:
    found = orjson.loads(run("--library", stocked, "doctor", "--json").out)
    assert found["problems"] == []
    assert found["facts"]["articles"] == "2, 2 unread"
    assert found["facts"]["library"] == stocked
    assert found["facts"]["server"].startswith("PostgreSQL 1")
    assert found["facts"]["chosen by"] == "--library"


def test_doctor_reports_a_server_that_is_away(run: Run) -> None:
    away = run("--library", "postgresql:///news?host=/nonexistent", "doctor", "--json")
    (problem,) = orjson.loads(away.out)["problems"]
    assert "nonexistent" in problem
    assert away.code == 1


def test_the_password_comes_from_a_program(
    run: Run, stocked: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = home / ".config/newstui/settings.toml"
    settings.parent.mkdir(parents=True)
    given: list[object] = []
    connect = psycopg.Connection.connect

    def note_password(conninfo: str, **options: bool) -> psycopg.Connection:
        given.append(psycopg.conninfo.conninfo_to_dict(conninfo).get("password"))
        return connect(conninfo, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(psycopg.Connection, "connect", note_password)
    settings.write_text(f"password_command = [{sys.executable!r}, '-c', 'print(\"s e\")']\n")
    assert run("--library", stocked, "list").code == 0
    assert run("--library", stocked.replace("ann@", "ann:x@"), "list").code == 0
    assert given == ["s e", "x"]
    settings.write_text(f"password_command = [{sys.executable!r}, '-c', 'exit(3)']\n")
    failed = run("--library", stocked, "list")
    assert (failed.code, failed.err) == (1, f"newstui: {sys.executable} failed with exit code 3\n")


def test_without_the_extra(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "store.postgres", raising=False)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    for arguments in (
        ["--library", "postgresql:///news", "list"],
        ["library", "init", "postgres://h/d"],
    ):
        failed = run(*arguments)
        assert failed.code == 1
        assert failed.err.startswith("newstui: a library on PostgreSQL needs newstui[postgres] (")


def test_an_account_is_a_role_whatever_the_client_says(
    postgres: PostgresServer, database: str
) -> None:
    postgres.create_role("ann")
    connection = Connection(postgres.url(database, "ann"), "test", {})
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.raw.execute(f"set session authorization {OWNER}")
    connection.close()


def test_feeds_and_searches_are_kept_in_it(run: Run, stocked: str, tmp_path: Path) -> None:
    urls = tmp_path / "urls"
    urls.write_text('https://a.example/feed "~A"\n"query:Unread:unread = \\"yes\\""\n')
    assert run("--library", stocked, "feeds", "--import", urls).code == 0
    assert run("--library", stocked, "feeds", "A", "--rename", "B").code == 0
    listed = run("--library", stocked, "feeds", "--json")
    assert [(each["title"], each["articles"]) for each in listed.values] == [("B", 0)]
