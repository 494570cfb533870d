"""`newstui copy`: from one folder to another, messages and exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.postgres_server import PostgresServer
from tests.tui.cli.conftest import Run, library_folder


@pytest.mark.usefixtures("three")
def test_copy_to_a_new_folder(run: Run, home: Path, tmp_path: Path) -> None:
    run("mark", "00000001", "--read", "--star")
    source, target = library_folder(home), tmp_path / "new" / "place"
    result = run("copy", source, target)
    assert (result.code, result.out) == (0, "")
    assert result.err == f"newstui: copied 3 articles and 2 events to {target}\n"
    for command in (("list", "--json"), ("show", "00000001", "--json"), ("stats", "--json")):
        assert run("--library", target, *command).out == run(*command).out
    result = run("copy", source, target)
    assert result.err == (
        f"newstui: copied 0 articles and 0 events to {target} (3 articles already there)\n"
    )


@pytest.mark.usefixtures("three")
def test_json_output(run: Run, home: Path, tmp_path: Path) -> None:
    run("mark", "00000001", "--read")
    result = run("copy", library_folder(home), tmp_path / "b", "--json")
    assert (result.code, result.err) == (0, "")
    assert result.value == {
        "articles": 3,
        "known": 0,
        "events": 1,
        "feeds": 0,
        "searches": 0,
        "refused": 0,
    }


@pytest.mark.usefixtures("three")
def test_what_is_not_copied(run: Run, home: Path, tmp_path: Path) -> None:
    source, other = library_folder(home), tmp_path / "documents"
    other.mkdir()
    (other / "letter.txt").write_text("Dear Ailsa")
    for arguments, problem in (
        ((tmp_path / "none", tmp_path / "b"), f"no library in {tmp_path / 'none'}"),
        ((source, other), f"{other} is neither a library nor empty"),
        ((source, source / ".." / source.name), "is the same library"),
    ):
        result = run("copy", *arguments)
        assert (result.code, result.out) == (2, "")
        assert problem in result.err
    assert [path.name for path in other.iterdir()] == ["letter.txt"]
    assert not (tmp_path / "b").exists()


@pytest.mark.usefixtures("three")
def test_an_article_that_cannot_be_read_is_skipped(run: Run, home: Path, tmp_path: Path) -> None:
    source, target = library_folder(home), tmp_path / "b"
    (source / "texts/desk-0001.json").rename(source / "texts/.desk-0001.json.icloud")
    run("import", "-", stdin=b'{"title": "Whole", "text": "All of it is here."}')
    result = run("copy", source, target)
    assert result.code == 1
    assert result.err.splitlines()[-4:] == [
        *(f"newstui: {source}/texts/desk-0001.json: text {n}: is not here yet" for n in (1, 2, 3)),
        f"newstui: copied 1 article and 0 events to {target} (3 skipped)",
    ]
    assert run("--library", target, "list").out.count("\n") == 1


@pytest.fixture
def server(postgres: PostgresServer, database: str) -> str:
    """The URL of a library on PostgreSQL with nothing in it."""
    postgres.create_role("ann")
    return postgres.url(database, "ann")


@pytest.mark.usefixtures("three")
def test_to_a_database_and_back(run: Run, home: Path, tmp_path: Path, server: str) -> None:
    run("mark", "00000001", "--read", "--star")
    source, back = library_folder(home), tmp_path / "back"
    result = run("copy", source, server)
    assert (result.code, result.out) == (0, "")
    assert result.err.startswith("newstui: copied 3 articles and 2 events to postgresql://")
    assert run("--library", server, "list", "--json").out == run("list", "--json").out
    run("--library", server, "mark", "00000002", "--star")
    assert run("copy", server, back).code == 0
    assert len(run("--library", back, "list", "--starred", "--json").values) == 2
    assert run("sync", server, "--json").value["received"]["events"] == 1
    assert run("list", "--json").out == run("--library", back, "list", "--json").out
    result = run("copy", server, server)
    assert (result.code, "is the same library" in result.err) == (2, True)


@pytest.mark.usefixtures("three")
def test_a_database_that_is_not_there(
    run: Run, home: Path, tmp_path: Path, postgres: PostgresServer
) -> None:
    postgres.create_role("ann")
    url = postgres.url("nowhere", "ann")
    for arguments in (
        ("copy", library_folder(home), url),
        ("copy", url, tmp_path / "b"),
        ("sync", url),
    ):
        result = run(*arguments)
        assert (result.code, result.out) == (1, "")
        assert 'database "nowhere" does not exist' in result.err
        assert result.err.count("\n") == 1
    assert not (tmp_path / "b").exists()
