"""`newstui share`: who reads a folder of a library on PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.postgres.library import PostgresLibrary
from tests.support.libraries import FakeClock, articles
from tests.support.postgres_rows import put_articles
from tests.support.postgres_server import PostgresServer
from tests.tui.cli.conftest import Run


@pytest.fixture
def url(postgres: PostgresServer, database: str, tmp_path: Path) -> str:
    """The URL of a library of six articles, two of them of the category `world`."""
    for role in ("ann", "bob", "eve"):
        postgres.create_role(role)
    url = postgres.url(database, "ann")
    library = PostgresLibrary(url, tmp_path / "cache", "desk", FakeClock(), environ={})
    put_articles(library.access, articles(range(1, 7)))
    library.close()
    return url


def test_a_folder_is_shared_and_no_longer(
    run: Run, url: str, postgres: PostgresServer, database: str
) -> None:
    bob = postgres.url(database, "bob")
    assert run("--library", bob, "list").out == ""
    result = run(
        "--library", url, "share", "world", "--with", "bob", "--with", "eve", "--read-only"
    )
    assert (result.code, result.out) == (0, "")
    assert result.err == (
        "newstui: shared world with bob, who may read; 2 articles moved to the folder\n"
        "newstui: shared world with eve, who may read\n"
    )
    assert run("--library", url, "list").out.count("\n") == 6
    assert [each["title"] for each in run("--library", bob, "list", "--json").values] == [
        "Title 5",
        "Title 2",
    ]
    assert run("--library", url, "share", "world", "--with", "bob").err == (
        "newstui: shared world with bob, who may read and add\n"
    )
    assert run("--library", url, "share").out == "world\tbob\twrite\nworld\teve\tread\n"
    assert run("--library", bob, "share").out == ""
    result = run("--library", url, "share", "world", "--stop", "bob", "--stop", "eve")
    assert result.err.splitlines() == [
        "newstui: stopped sharing world with bob",
        "newstui: stopped sharing world with eve",
    ]
    assert run("--library", bob, "list").out == ""
    assert run("--library", url, "share", "--json").out == ""


def test_what_cannot_be_shared_is_named_and_the_rest_is_done(run: Run, url: str) -> None:
    result = run("--library", url, "share", "world", "--with", "nobody", "--with", "bob")
    assert result.code == 1
    assert result.err.splitlines()[0] == "newstui: nobody: no such account in the database"
    assert run("--library", url, "share", "--json").values == [
        {"folder": "world", "account": "bob", "may_write": True}
    ]
    result = run("--library", url, "share", "science", "--stop", "bob")
    assert (result.code, result.err) == (1, "newstui: science: is not shared with bob\n")


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("share", "world", "--with", "bob"), "only a library on PostgreSQL can be shared"),
        (("share", "world"), "needs --with or --stop"),
        (("share", "--with", "bob"), "needs a FOLDER"),
        (("share", "world", "--stop", "bob", "--read-only"), "needs --with"),
    ],
)
def test_usage_errors(run: Run, arguments: tuple[str, ...], problem: str) -> None:
    result = run(*arguments)
    assert result.code == 2
    assert problem in result.err
