"""The actions of the reader as commands: delete, undo, open, tags, categories, searches, links, story."""

from __future__ import annotations

import base64
import re
import shlex
import sys
from pathlib import Path

import pytest

from tests.support.codebase import ROOT
from tests.support.terminal import Terminal
from tests.tui.cli.conftest import XDG, Run, article_json, contents, library_folder, write_json
from tui.cli.parser import parse_arguments
from tui.config.commands import COMMANDS

LIBRARY_ENVIRONMENT = dict.fromkeys(XDG, "") | {"NEWSTUI_MACHINE": "desk", "PAGER": "cat"}
IDS = {n: article_json(n)["id"] for n in (1, 2, 3)}


def titles(run: Run, *query: str) -> list[str]:
    return run("list", "--format", "{title}", "--sort", "oldest", *query).lines


# -- which articles --------------------------------------------------------------------------


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("selection", "stdin", "expected"),
    [
        (["00000001", "00000003"], b"", [1, 3]),
        (["00000001", "00000001"], b"", [1]),
        (
            ["--from", "-"],
            b"https://news.example/2\n00000003-0000-4000-8000-000000000000\n",
            [2, 3],
        ),
        (["--matching", "-title:2"], b"", [1, 3]),
        (["00000001", "--matching", "title:2 or title:1"], b"", [1, 2]),
        (["--matching", "nowhere"], b"", []),
    ],
)
def test_articles_are_selected_by_id_file_or_query(
    run: Run, selection: list[str], stdin: bytes, expected: list[int]
) -> None:
    result = run("mark", "--star", *selection, stdin=stdin)
    said = ("no matching articles", "starred", "starred 2 articles")[len(expected)]
    assert (result.code, result.err) == (0, f"newstui: {said}\n")
    assert titles(run, "--starred") == [f"Title {n}" for n in expected]


@pytest.mark.usefixtures("three")
def test_input_without_an_end(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 130: a list of articles that is too long is rejected; of a long line the start is kept."""
    monkeypatch.setattr("tui.cli.selection.MAX_LIST_BYTES", 40)
    (home / "list").write_bytes(b"x\n" * 21)
    for name, data in (("-", b"x\n" * 21), (str(home / "list"), b"")):
        result = run("mark", "--star", "--from", name, stdin=data)
        assert (result.code, result.err) == (
            1,
            f"newstui: {name}: too large for a list of articles\n",
        )
    monkeypatch.setattr("tui.cli.console.MAX_LINE_CHARS", 9)
    urls = b"file:///ab" * 5 + b"\nfile:///\nfile:///c"
    assert run("add", "-", stdin=urls).err.count("only http and https") == 3


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    "arguments", [("mark", "--read"), ("delete",), ("edit", "--tag", "x"), ("open",)]
)
def test_commands_that_change_articles_need_some(
    run: Run, home: Path, arguments: tuple[str, ...]
) -> None:
    before = contents(library_folder(home))
    result = run(*arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"usage: newstui {arguments[0]} ")
    assert contents(library_folder(home)) == before


@pytest.mark.usefixtures("three")
def test_edit_changes_several_articles_as_one_change(run: Run) -> None:
    assert run("edit", "--matching", "title:title", "--category", "sea", "--tag", "later").code == 0
    assert titles(run, "category:sea tag:later") == ["Title 1", "Title 2", "Title 3"]
    assert run("undo").code == run("undo").code == 0
    assert titles(run, "category:world -tag:later") == ["Title 1", "Title 2", "Title 3"]
    refused = run("edit", "--matching", "title:title", "--title", "The same")
    assert refused.code == 2
    assert refused.err.endswith("newstui edit: error: --title needs a single article\n")


@pytest.mark.usefixtures("three")
def test_one_line_says_why_nothing_is_copied(run: Run) -> None:
    result = run("open", "--copy", "zzz")
    assert (result.code, result.err) == (
        1,
        "newstui: no article has an id that starts with “zzz”\n",
    )


# -- delete and undo -------------------------------------------------------------------------


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("command", "query"),
    [
        (("delete",), ""),
        (("delete",), " "),
        (("delete",), "–"),
        (("delete",), '() ""'),
        (("delete",), "\udcff"),
        (("mark", "--read"), ""),
        (("edit", "--tag", "sea"), ""),
    ],
)
def test_a_query_without_a_condition_changes_nothing(
    run: Run, command: tuple[str, ...], query: str
) -> None:
    """An empty variable of a script must not delete the library."""
    result = run(*command, "--matching", query)
    assert (result.code, result.out) == (2, "")
    assert "error: --matching needs a query with a condition" in result.err
    assert run("undo").err == "newstui: nothing to undo\n"


@pytest.mark.usefixtures("three")
def test_delete_and_undo(run: Run) -> None:
    result = run("delete", "zzz", "00000001", "00000002")
    assert (result.code, result.out) == (1, "")
    assert result.err.splitlines() == [
        "newstui: no article has an id that starts with “zzz”",
        "newstui: deleted 2 articles; `newstui undo` undoes it",
    ]
    assert titles(run) == ["Title 3"]
    assert run("undo").err == "newstui: undone: deleted 2 articles\n"
    assert titles(run) == ["Title 1", "Title 2", "Title 3"]
    nothing = run("undo")
    assert (nothing.code, nothing.out, nothing.err) == (1, "", "newstui: nothing to undo\n")


@pytest.mark.usefixtures("three")
def test_changes_are_printed_as_json(run: Run) -> None:
    one, two = [IDS[1]], [IDS[1], IDS[2]]
    assert run("mark", "00000001", "--read", "--star", "--json").values == [
        {"event": "read", "articles": one},
        {"event": "starred", "articles": one},
    ]
    assert run("mark", "00000001", "--read", "--json").values == []
    assert run("edit", "00000001", "--title", "New", "--tag", "x", "--json").values == [
        {"event": "edited", "articles": one, "to": {"title": "New"}},
        {"event": "tagged", "articles": one, "tag": "x"},
    ]
    assert run("delete", *two, "--json").value == {"event": "deleted", "articles": two}
    undone = run("undo", "--json").value
    assert (undone["event"], undone["articles"]) == ("deleted", two)
    assert undone["what"] == "deleted 2 articles"


@pytest.mark.usefixtures("three")
def test_the_undo_history_is_listed(run: Run) -> None:
    assert run("undo", "--list").err == "newstui: nothing to undo\n"
    run("mark", "00000001", "--star")
    run("mark", "00000001", "00000002", "--read")
    lines = [line.split("\t")[1:] for line in run("undo", "--list").lines]
    assert lines == [
        ["read", "2", "marked 2 articles as read"],
        ["starred", "1", "starred: Title 1"],
    ]
    assert len(run("undo", "--list", "--limit", "1").lines) == 1
    assert run("undo", "--list", "--format", "{event}").lines == ["read", "starred"]
    assert titles(run, "--starred") == ["Title 1"]


# -- open ------------------------------------------------------------------------------------


def fake_browser(home: Path) -> Path:
    """Make a program that writes its arguments to a file, and the setting for it; return the file."""
    out, program = home / "opened", home / "browser"
    program.write_text(f'#!/bin/sh\necho "$@" >> "{out}"\n')
    program.chmod(0o700)
    settings = home / ".config/newstui/settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(f'open_command = "{program}"\n')
    return out


@pytest.mark.usefixtures("three")
def test_open_starts_the_browser(run: Run, home: Path) -> None:
    out = fake_browser(home)
    result = run("open", "00000001", "00000002")
    assert (result.code, result.out) == (0, "")
    assert result.err.splitlines() == [f"newstui: Title {n}: Opened with browser" for n in (1, 2)]
    assert out.read_text() == "https://news.example/1\nhttps://news.example/2\n"
    assert titles(run, "--unread") == ["Title 1", "Title 2", "Title 3"]


def test_open_prints_the_url_where_there_is_no_browser(run: Run, tmp_path: Path) -> None:
    text = "See [one](https://one.example/) and [two](/two)."
    run("import", write_json(tmp_path / "1.json", article_json(1, text=text)))
    assert run("open", "00000001").out == "https://news.example/1\n"
    assert run("open", "00000001", "--link", "2").out == "https://news.example/two\n"
    refused = run("open", "00000001", "--link", "3")
    assert (refused.code, refused.err) == (1, "newstui: Title 1 has 2 links\n")


def test_open_reports_what_it_cannot_open(run: Run, tmp_path: Path) -> None:
    """Cases 66 and 69: no other scheme, and no host that looks like another one."""
    articles = (
        article_json(1, url=""),
        article_json(2, url="javascript:alert(1)"),
        article_json(3, url="https://bank.example@evil.example/"),
        article_json(4),
    )
    run("import", write_json(tmp_path / "a.jsonl", *articles))
    result = run("open", *(f"0000000{n}" for n in (1, 2, 3, 4)))
    assert (result.code, result.out) == (1, "https://news.example/4\n")
    assert len(result.err.splitlines()) == 3
    assert "Title 1: has no URL" in result.err
    assert "it leads to evil.example" in result.err


def test_many_pages_are_not_opened_unasked(run: Run, tmp_path: Path) -> None:
    """Case 74: more than ten need an answer, and without a terminal there is none."""
    run("import", write_json(tmp_path / "a.jsonl", *(article_json(n) for n in range(1, 12))))
    result = run("open", *run("list", "--json").ids)
    assert (result.code, result.out) == (2, "")
    assert "more than 10 pages are opened from a terminal only" in result.err


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("option", "copied"),
    [("--copy", "https://news.example/1"), ("--copy-link", "[Title 1](https://news.example/1)")],
)
def test_open_copies_urls(run: Run, home: Path, option: str, copied: str) -> None:
    arguments = [sys.executable, "-m", "tui", "open", "00000001", option]
    env = LIBRARY_ENVIRONMENT | {"TERM": "xterm-256color", "TMUX": "", "DISPLAY": ""}
    with Terminal(arguments, home, env=env) as terminal:
        assert terminal.wait_exit() == 0
        raw = terminal.raw
    assert b"\x1b]52;c;" + base64.b64encode(copied.encode()) + b"\x07" in raw
    nowhere = run("open", "00000001", option)
    assert (nowhere.code, "there is no terminal" in nowhere.err) == (1, True)


# -- tags, categories, searches ----------------------------------------------------------------


def test_tags_are_counted_in_any_case(run: Run, tmp_path: Path) -> None:
    articles = (
        article_json(1, tags=["Ferry", "strike"], read=True),
        article_json(2, tags=["ferry", "FERRY"]),
        article_json(3, tags=["ferry"]),
    )
    run("import", write_json(tmp_path / "a.jsonl", *articles))
    assert run("tags").lines == ["ferry\t3\t2", "strike\t1\t0"]
    assert run("tags", "--json").values[0] == {"name": "ferry", "articles": 3, "unread": 2}
    run("edit", "00000001", "--untag", "strike")
    assert run("tags", "--format", "{name}").lines == ["ferry"]


def test_categories_are_counted(run: Run, tmp_path: Path) -> None:
    articles = (
        article_json(1, category="sea/ports"),
        article_json(2, category="sea", read=True),
        article_json(3, category=""),
    )
    run("import", write_json(tmp_path / "a.jsonl", *articles))
    assert run("categories").lines == ["sea\t2\t1", "sea/ports\t1\t1"]
    values = run("categories", "--json").values
    assert values[1] == {"name": "sea/ports", "articles": 1, "unread": 1}


@pytest.mark.usefixtures("home")
def test_an_empty_library_has_none(run: Run) -> None:
    assert run("tags").err == "newstui: no tags; `newstui edit ID --tag TAG` adds one\n"
    assert run("categories").err == "newstui: no categories\n"
    assert "no saved searches; " in run("searches").err


@pytest.mark.usefixtures("three")
def test_searches_are_saved_and_removed(run: Run, home: Path) -> None:
    settings = home / ".config/newstui/settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('[searches]\nweek = "newer:7d"\nharbour = "old"\n')
    assert run("searches", "--save", "Harbour", "harbour", "-ferry").code == 0
    assert run("searches").lines == [
        "Harbour\tharbour -ferry\tlibrary",
        "week\tnewer:7d\tsettings.toml",
    ]
    assert run("searches", "--json").values[0] == {
        "name": "Harbour", "query": "harbour -ferry", "source": "library",
    }  # fmt: skip
    assert run("searches", "--remove", "HARBOUR").err == "newstui: removed /Harbour\n"
    assert run("searches", "--format", "{name}").lines == ["week", "harbour"]


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--save", "x", "date:feb"), "column 6: date: expected a date"),
        (("--save", "x"), "a saved search needs a name and a QUERY"),
        (("--save", "", "harbour"), "a saved search needs a name and a QUERY"),
        (("harbour",), "a QUERY needs --save NAME"),
        (
            ("--remove", "harbor"),
            'no saved search "harbor" in the library; did you mean "harbour"?',
        ),
    ],
)
def test_searches_that_cannot_be_saved_or_removed(
    run: Run, home: Path, arguments: tuple[str, ...], message: str
) -> None:
    run("searches", "--save", "harbour", "harbour")
    before = contents(library_folder(home))
    result = run("searches", *arguments)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert contents(library_folder(home)) == before


# -- links and stories -------------------------------------------------------------------------


def test_links_are_numbered(run: Run, tmp_path: Path) -> None:
    text = "See [one](https://news.example/2) and [two](/three).\n\nNo link."
    articles = article_json(1, text=text), article_json(2)
    run("import", write_json(tmp_path / "a.jsonl", *articles))
    assert run("links", "00000001").lines == [
        f"1\thttps://news.example/2\t{IDS[2]}",
        "2\thttps://news.example/three\t",
    ]
    assert run("links", "00000001", "--json").values == [
        {"number": 1, "url": "https://news.example/2", "id": IDS[2]},
        {"number": 2, "url": "https://news.example/three", "id": None},
    ]
    none = run("links", "00000002")
    assert (none.code, none.out, none.err) == (0, "", "newstui: no links\n")


def test_the_story_of_an_article(run: Run) -> None:
    run("import", ROOT / "sample_articles")
    (dam,) = run("list", "title:treaty", "title:explained", "--format", "{id}").lines
    values = run("story", dam, "--json").values
    assert dam in [value["id"] for value in values if value["in_story"]]
    lines = [line.split("\t") for line in run("story", dam).lines]
    assert [line[0] for line in lines] == [value["id"] for value in values]
    assert {line[-1] for line in lines} <= {"story", "aside"}
    assert run("story", "zzz").code == 1


# -- every action of the reader ------------------------------------------------------------------


NO_ACTIONS = (
    *("move.", "find.", "select.", "trail.", "dialog.", "similar.jump", "place.f"),
    *("list.select", "view.zoom", "view.side", "view.narrower", "view.wider", "article.back"),
    *("app.palette", "app.redraw", "app.suspend", "app.leave", "app.quit", "article.find"),
)
"""Beginnings of the names of commands that move about in the reader, or change how it looks."""


def action_rows() -> dict[str, str]:
    """Return the table of docs/commands.md: commands by the actions of the reader."""
    page = (ROOT / "docs/commands.md").read_text()
    table = page.partition("## Actions of the reader")[2].partition("\n## ")[0]
    lines = [line.strip("|") for line in table.splitlines() if line.startswith("| `")]
    rows = [re.split(r"(?<!\\)\|", line) for line in lines]
    return {
        name.strip("` "): command.replace("\\", "").strip("` ")
        for names, command in ((row[0], row[-1]) for row in rows)
        for name in names.split(",")
    }


def test_every_action_of_the_reader_is_a_command() -> None:
    rows = action_rows()
    assert [
        each.id for each in COMMANDS if not each.id.startswith(NO_ACTIONS) and each.id not in rows
    ] == []
    assert set(rows) <= {each.id for each in COMMANDS}


@pytest.mark.parametrize("command", sorted(set(action_rows().values())))
def test_the_commands_for_actions_are_valid(command: str) -> None:
    parts = map(shlex.split, command.split(" | "))
    typed = [words[1:] for words in parts if words[0] == "newstui"]
    assert typed != []
    named = [words[0] if words and words[0][0] != "-" else None for words in typed]
    assert [parse_arguments(words).command for words in typed] == named
