"""`newstui search`, and the queries of `newstui list`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.tui.cli.conftest import Run, article_json, write_json


def test_search_prints_snippets(run: Run, three: Path) -> None:
    found = run("search", '"article 2"')
    assert found.code == 0
    (line,) = found.lines
    assert line.split("\t")[-2:] == ["Title 2", "The words of article 2. They are few."]
    (value,) = run("search", "few", "--newest", "--limit", "1", "--json").values
    assert (value["title"], value["line"]) == ("Title 3", "…They are few.")
    assert len(run("list", "text:few -title:3", "--json").ids) == 2


def test_an_invalid_query_is_a_usage_error(run: Run, three: Path) -> None:
    for command in ("search", "list"):
        refused = run(command, "few date:feb")
        assert (refused.code, refused.out) == (2, "")
        assert "column 10: date: expected a date" in refused.err


def test_a_misspelt_query_is_corrected(run: Run, three: Path) -> None:
    for command in ("search", "list"):
        found = run(command, "artcile")
        assert found.code == 0
        assert found.err == "newstui: did you mean article? (quote to insist)\n"
        assert sum("Title" in line for line in found.lines) == 3
        insisted = run(command, '"artcile"')
        assert insisted.err == "newstui: no matching articles\n"
        assert insisted.out == ""


def test_programs_get_only_what_a_query_matches(run: Run, three: Path) -> None:
    listed = run("list", "artcile", "--json")
    assert (listed.out, "did you mean article?" in listed.err) == ("", True)
    assert run("export", "artcile", "--to", "jsonl").out == ""
    assert len(run("search", "artcile", "--json").values) == 3


def test_articles_with_most_words_are_found(run: Run, three: Path) -> None:
    found = run("search", "article few xyzxyz")
    assert found.err == "newstui: no article has all words, these have most\n"
    assert sum("Title" in line for line in found.lines) == 3
    assert "no matching articles" in run("list", "article few xyzxyz").err


def test_passages_are_printed_with_their_articles(run: Run, three: Path) -> None:
    found = run("passages", "words of artcile 2", "--limit", "1")
    assert (found.code, found.err) == (
        0,
        "newstui: did you mean words of article 2? (quote to insist)\n",
    )
    (line,) = found.lines
    assert line.split("\t") == [
        *(article_json(2)["id"], "unread", "2024-01-02", "1", "Title 2"),
        "The words of article 2. They are few.",
    ]
    (value,) = run("passages", "few", "article", "2", "--limit", "1", "--json").values
    assert (value["title"], value["paragraph"], value["position"]) == ("Title 2", 1, 0)
    assert (value["text"], value["read"]) == ("The words of article 2. They are few.", False)
    assert run("passages", "xyzxyz").err == "newstui: no matching passages\n"
    refused = run("passages", "is:unread")
    assert (refused.code, "expected words to look for" in refused.err) == (2, True)


def test_an_empty_library_needs_no_index(run: Run) -> None:
    assert run("search", "ferry").err == "newstui: no matching articles\n"
    assert run("passages", "ferry").err == "newstui: no matching passages\n"


@pytest.fixture
def harbours(run: Run, tmp_path: Path) -> None:
    """A library of a sport and two harbour articles, one of them read."""
    articles: tuple[dict[str, Any], ...] = (
        {"category": "Sport", "title": "Rowing -or not", "tags": ["sea"]},
        {"category": "sport/sailing", "title": "A harbour: C++, o'clock"},
        {"category": "World", "title": "A harbour / two", "read": True, "tags": ["tea"]},
    )
    every = [{**article_json(number), **each} for number, each in enumerate(articles, 1)]
    assert run("import", write_json(tmp_path / "articles.jsonl", *every)).code == 0


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["-category:sport"], {3}),
        (["-category:sport*"], {3}),
        (["-harbour"], {1}),
        (["-hidden"], {1, 2, 3}),
        (["-oslo"], {1, 2, 3}),
        (["-is:read", "-tag:sea"], {2}),
        (["-(harbour or rowing)"], set()),
        (['-"a harbour"'], {1}),
        (["-title:harbour", "-x=y"], {1}),
        (["-c++ harbour"], {3}),
        (["--unread", "-category:sport/sailing"], {1}),
        (["-tag:sea", "--limit", "1"], {3}),
        (["--", "-harbour"], {1}),
        (["-hidden", "--limit", "5", "--", "-harbour"], {1}),
        (["harbour", "--limit", "5", "-two"], {2}),
        (["--", "--harbour", "-two"], {2}),
        (["harbour", "-", "-two"], {2}),
        (["--category", "SPORT"], {1, 2}),
        (["--category", "sport/SAILING", "-harbour"], set()),
    ],
)
def test_queries_may_begin_with_a_minus(
    run: Run, harbours: None, arguments: list[str], expected: set[int]
) -> None:
    commands = [["list", "--json"], ["export", "--to", "jsonl"]]
    if not any(each.startswith("--") for each in arguments):
        commands.append(["search", "--json"])
    for command in commands:
        values = run(*command, *arguments).values
        assert {int(each["id"][:8], 16) for each in values} == expected, command


def test_options_are_options(run: Run, harbours: None, tmp_path: Path) -> None:
    assert "usage: newstui list" in run("list", "-h").out
    assert run("list", "--unknown").code == 2
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    assert run("export", "-harbour", "-o", one).code == run("export", f"-o={two}", "-two").code == 0
    assert one.is_file()
    assert two.is_file()
    refused = run("list", "-harbour date:feb")
    assert (refused.code, "column 15: date: expected a date" in refused.err) == (2, True)


@pytest.mark.parametrize(
    "title", ["Rowing -or not", "A harbour: C++, o'clock", "A harbour / two", "harbour: C++"]
)
def test_a_pasted_title_is_found(run: Run, harbours: None, title: str) -> None:
    for command in ("search", "list"):
        assert title in run(command, title).out
