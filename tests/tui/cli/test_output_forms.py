"""The forms of lists: JSON, templates, tab-separated columns, and columns fitted to a terminal."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.terminal import Terminal
from tests.tui.cli.conftest import XDG, Run, article_json, write_json
from tui.cli.template import parse_template

ARTICLE = "00000001"
LIBRARY_ENVIRONMENT = dict.fromkeys(XDG, "") | {"NEWSTUI_MACHINE": "desk", "PAGER": "cat"}
LONG = "A title that is far too long for a terminal of this width, and so it is cut"


# -- templates -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{title}", "Title 1"),
        (r"{title}\t{url}", "Title 1\thttps://news.example/1"),
        (r"{id}\n{category}: {words}", f"{article_json(1)['id']}\nworld: 8"),
        (r"{read} {starred} [{last_read}]", "false true []"),
        ("{tags}", "ferry, strike"),
        ("{{{title}}}", "{Title 1}"),
        (r"\\t{title}", r"\tTitle 1"),
        ("{extra}", '{"guid":"g"}'),
    ],
)
def test_a_template_is_filled_with_the_fields_of_the_json(
    run: Run, tmp_path: Path, template: str, expected: str
) -> None:
    article = article_json(1, tags=["ferry", "strike"], starred=True, extra={"guid": "g"})
    run("import", write_json(tmp_path / "one.jsonl", article))
    for command in (("list",), ("search", "words"), ("show", ARTICLE)):
        assert run(*command, "--format", template).out == f"{expected}\n"


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{titel}", 'unknown field "titel"; did you mean "title"?'),
        ("{", "invalid template: "),
        ("{title", "invalid template: "),
        ("}", "invalid template: "),
        ("{}", 'unknown field ""; expected one of id, title, '),
        ("{title!r}", "expected {title} without 'r'"),
        ("{title:>9}", "expected {title} without '>9'"),
        ("{title.__class__}", 'unknown field "title.__class__"; '),
        ("a\x1b[31m", "the template has a control character"),
    ],
)
def test_a_template_with_a_mistake_is_a_usage_error(run: Run, template: str, message: str) -> None:
    result = run("list", "--format", template)
    assert (result.code, result.out) == (2, "")
    assert f"newstui list: error: argument --format: {message}" in result.err


def test_values_of_a_template_are_sanitized() -> None:
    template = parse_template("{a}|{b}|{c}", "abc")
    assert template.fill({"a": "x\x1b[31m\x07y", "b": ["\u202ez"], "c": {"k": "\x9b"}}) == (
        r'xy|z|{"k":"\u009b"}'
    )


# -- pipes -----------------------------------------------------------------------------------


def test_columns_in_a_pipe_are_whole_and_separated_by_tabs(run: Run, tmp_path: Path) -> None:
    category = "a category with a long name/and another"
    article = article_json(1, title=f"{LONG}\t\n{LONG}", category=category, read=True)
    run("import", write_json(tmp_path / "one.jsonl", article))
    (line,) = run("list").lines
    assert line.split("\t") == [
        *(article["id"], "read", "", "2024-01-01", category, "1"),
        f"{LONG} {LONG}",
    ]


# -- terminals -------------------------------------------------------------------------------


def shown(home: Path, *arguments: str, columns: int = 80, **env: str) -> tuple[list[str], bytes]:
    """Return the screen after a command on a terminal, without empty lines, and what was sent."""
    with Terminal(
        [sys.executable, "-m", "tui", *arguments],
        home,
        size=(columns, 24),
        env=LIBRARY_ENVIRONMENT | env,
    ) as terminal:
        assert terminal.wait_exit() == 0
        return [line.rstrip() for line in terminal.screen() if line.strip()], terminal.raw


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        (80, "00000001  ●★ 2024-01-01  world           1′  A title that is far too long for a…"),
        (60, "00000001  ●★ 2024-01-01  A title that is far too long for a…"),
        (40, "00000001  ●★ A title that is far too lo…"),
    ],
)
def test_columns_are_fitted_to_a_terminal(
    run: Run, home: Path, tmp_path: Path, columns: int, line: str
) -> None:
    article = article_json(1, title=LONG, starred=True)
    run("import", write_json(tmp_path / "one.jsonl", article))
    lines, raw = shown(home, "list", columns=columns)
    assert lines == [line]
    assert b"\x1b[" in raw
    assert b"\x1b" not in shown(home, "list", columns=columns, NO_COLOR="1")[1]


def test_hits_are_marked_on_a_terminal(run: Run, home: Path, three: Path) -> None:
    lines, raw = shown(home, "search", "article", "--limit", "1")
    assert lines[1].startswith("    The words of article ")
    assert b"The words of \x1b[m\x1b[1;31marticle\x1b[m" in raw


@pytest.mark.parametrize("command", ["list", "passages"])
def test_hits_of_lists_and_passages_are_marked(
    run: Run, home: Path, three: Path, command: str
) -> None:
    raw = shown(home, command, "title is:unread" if command == "list" else "words")[1]
    assert b"\x1b[1;31mTitle\x1b[m" in raw if command == "list" else b"\x1b[1;31mwords\x1b[m" in raw


def test_the_statistics_are_as_wide_as_a_terminal(run: Run, home: Path, three: Path) -> None:
    lines, raw = shown(home, "stats", columns=50, PAGER="cat")
    assert max(map(len, lines)) <= 50
    assert b"\x1b[2m" in raw
    assert "\x1b" not in run("stats").out


# -- quiet -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "FILE"),
        ("list", "nowhere"),
        ("list", "artcile"),
        ("similar", ARTICLE),
        ("fetch",),
        ("feeds",),
        ("compact",),
        ("backup", "copy.zip"),
        ("export", "-o", "out.json"),
        ("--quiet", "passages", "nowhere"),
    ],
)
def test_quiet_is_silent_where_nothing_failed(
    run: Run, three: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(three.parent)
    given = [str(three) if each == "FILE" else each for each in arguments]
    result = run(*given, *(() if "--quiet" in given else ("--quiet",)))
    assert (result.code, result.err) == (0, "")


def test_quiet_says_what_failed(run: Run, three: Path) -> None:
    result = run("mark", "--read", "zzz", ARTICLE, "--quiet")
    assert (result.code, result.err) == (
        1,
        "newstui: no article has an id that starts with “zzz”\nnewstui: marked as read\n",
    )
    assert run("mark", "--unread", ARTICLE, "--quiet").err == ""
    assert run("list", "date:feb", "--quiet").code == 2
    assert "column 6: date: expected a date" in run("list", "date:feb", "--quiet").err


# -- suggestions for names -------------------------------------------------------------------


def test_an_export_of_an_unknown_category_says_so(run: Run, three: Path) -> None:
    result = run("export", "--category", "wrold")
    assert (result.code, result.value) == (0, [])
    assert result.err == (
        'newstui: no matching articles: there is no category "wrold"; did you mean "world"?\n'
    )


@pytest.mark.parametrize("command", ["fetch", "feeds"])
def test_the_nearest_feed_is_named(run: Run, tmp_path: Path, command: str) -> None:
    (tmp_path / "urls").write_text('https://n.example/f "~Harbour"\n')
    run("feeds", "--import", tmp_path / "urls")
    result = run(command, "Habrour")
    assert (result.code, result.out) == (1, "")
    assert result.err == 'newstui: no feed matches “Habrour”; did you mean "Harbour"?\n'


def test_the_nearest_category_of_feeds_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "urls").write_text("https://n.example/f\n")
    run("feeds", "--import", tmp_path / "urls")
    run("feeds", "n.example", "--category", "sea")
    result = run("fetch", "--category", "see")
    assert (result.code, result.err) == (
        1,
        'newstui: no feeds in category "see"; did you mean "sea"?\n',
    )


def test_json_and_a_template_exclude_each_other(run: Run, three: Path) -> None:
    result = run("list", "--json", "--format", "{title}")
    assert (result.code, result.out) == (2, "")
    assert "not allowed with argument --json" in result.err


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("category", "message"),
    [
        ("wrold", 'no matching articles: there is no category "wrold"; did you mean "world"?'),
        ("qqqq", 'no matching articles: there is no category "qqqq"'),
        ("WORLD", "no matching articles"),
    ],
)
def test_the_nearest_category_is_named(run: Run, category: str, message: str) -> None:
    result = run("list", "--category", category, "--starred")
    assert (result.code, result.out, result.err) == (0, "", f"newstui: {message}\n")
