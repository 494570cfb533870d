"""The candidates for each kind of argument; tests/process/test_shell_completion.py runs the shells."""

from __future__ import annotations

from pathlib import Path

import pytest
from argcomplete.finders import CompletionFinder

from tests.tui.cli.conftest import Run, article_json, contents, library_folder, write_json
from tui.cli.completion import ValueCompleter
from tui.cli.parser import build_parser_with_subparsers

OTHER_ID = "b0000000-0000-4000-8000-000000000000"
OPML = (
    '<opml version="2.0"><body><outline text="{}" xmlUrl="https://brae.example/rss"/></body></opml>'
)


def complete(line: str) -> list[str]:
    """Return what the last word of a line can become, without the rest of the line."""
    finder = CompletionFinder(
        build_parser_with_subparsers(),
        always_complete_options=False,
        default_completer=ValueCompleter(),
        append_space=False,
    )
    found: list[str] = []
    while (match := finder.rl_complete(line, len(found))) is not None:
        found.append(match)
    start = line.rfind(" ") + 1
    return [match[start:] for match in found]


@pytest.fixture
def library(run: Run, tmp_path: Path, home: Path) -> Path:
    """A library of two articles and a feed."""
    other = article_json(2, id=OTHER_ID, title="A: b", category="local news", tags=["to do"])
    file = write_json(tmp_path / "two.jsonl", article_json(1), other)
    assert run("import", file).code == 0
    assert run("edit", OTHER_ID, "--tag", "later").code == 0
    assert run("searches", "--save", "week", "newer:7d").code == 0
    subscriptions = tmp_path / "feeds.opml"
    subscriptions.write_text(OPML.format("Brae Gazette"))
    assert run("feeds", "--import", subscriptions).code == 0
    return library_folder(home)


@pytest.mark.parametrize(
    ("line", "candidates"),
    [
        ("pass", ["passages"]),
        ("list --st", ["--starred"]),
        ("keys --preset v", ["vim"]),
        ("show ", ["b0000000", "00000001"]),
        ("show 0", ["00000001"]),
        ("show b0000000-0000-4", ["b0000000-0000-4"]),
        ("show c", []),
        ("mark --read b0000000 ", ["00000001"]),
        ("list --category ", ["local\\ news", "world"]),
        ("list --unread --category w", ["world"]),
        ("edit b --tag ", ["later"]),
        ("edit b --untag l", ["later"]),
        ("fetch ", ["Brae\\ Gazette"]),
        ("feeds B", ["Brae\\ Gazette"]),
        ("list cat", ["category:"]),
        ("list is:unr", ["is:unread"]),
        ("search harbour is:st", ["is:starred"]),
        ("list category:", ['category:\\"local\\ news\\"', "category:world"]),
        ("list tag:", ["tag:later"]),
        ("list feed:", ['feed:\\"Brae\\ Gazette\\"']),
        ("list words:", []),
        ("list nothing:", []),
        ("import --as poc", ["pocket-api", "pocket"]),
        ("searches --remove ", ["week"]),
        ("show --format ", []),
        ("schema sea", ["search", "searches"]),
        ("themes --use se", ["sepia"]),
        ("delete b", ["b0000000"]),
        ("mark --read --matching tag:", ["tag:later"]),
    ],
)
@pytest.mark.usefixtures("library")
def test_candidates(line: str, candidates: list[str]) -> None:
    assert complete(line) == candidates


def test_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a b").mkdir()
    for name in ("a.json", ".hidden"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert complete("import ") == ["a\\ b/", "a.json"]
    assert complete("import .h") == [".hidden"]
    assert complete("import ~/a.") == ["~/a.json"]
    assert complete("import nowhere/") == []
    assert complete("import ~nobody-of-this-name/") == []
    assert complete("list --library ") == ["a\\ b/"]
    assert complete("list --library a") == ["a\\ b/"]
    assert complete("list --library po") == complete("sync post") == ["postgresql://"]
    monkeypatch.setenv("NEWSTUI_LIBRARY", "postgresql://ann:secret@db.example/news")
    assert complete("copy ") == ["postgresql://ann@db.example/news", "a\\ b/"]
    assert complete("copy p") == ["postgresql://ann@db.example/news"]


@pytest.mark.parametrize("line", ["show ", "list --category ", "fetch ", "edit b --tag "])
def test_completing_starts_no_library(line: str, home: Path, tmp_path: Path) -> None:
    assert complete(line) == []
    assert complete(f"--library {tmp_path}/none {line}") == []
    assert list(home.iterdir()) == []
    assert list(tmp_path.iterdir()) == [home]


def test_another_library_is_completed(library: Path, tmp_path: Path, run: Run) -> None:
    file = write_json(tmp_path / "three.jsonl", article_json(3, category="sport"))
    assert run("import", "--library", tmp_path / "third", file).code == 0
    assert complete(f"--library {tmp_path}/third list --category ") == ["sport"]
    assert complete(f"list --library {tmp_path}/third --category ") == ["sport"]


def test_completing_changes_nothing(library: Path) -> None:
    before = contents(library)
    assert complete("show ") != []
    assert contents(library) == before


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_each_shell(run: Run, home: Path, shell: str) -> None:
    result = run("completion", shell)
    assert (result.code, result.err) == (0, "")
    assert "newstui" in result.out
    assert list(home.iterdir()) == []
    assert run("completion", "dash").code == 2
