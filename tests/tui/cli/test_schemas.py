"""`newstui schema` and `newstui --spec`: what commands print is what they say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.tui.cli.conftest import CommandResult, Run, article_json, write_json
from tui.cli.examples import EXAMPLES
from tui.cli.parser import build_parser
from tui.cli.schemas import OUTPUTS, make_schema

OPML = '<opml version="2.0"><body><outline text="N" xmlUrl="https://n.example/f"/></body></opml>'
ID = "00000001"
RUNS: dict[str, list[tuple[str, ...]]] = {
    "add": [("add", "http://127.0.0.1:9/", "--json")],
    "backup": [("backup", "copy.zip", "--json")],
    "backup-auto": [("backup", "--auto", "--json"), ("backup", "--auto", "--json")],
    "brief": [("brief", "--json")],
    "categories": [("categories", "--json")],
    "compact": [("compact", "--json")],
    "copy": [("copy", "home/.local/share/newstui", "other", "--json")],
    "delete": [("delete", ID, "--json")],
    "doctor": [("doctor", "--json")],
    "edit": [("edit", ID, "--title", "New", "--tag", "x", "--json")],
    "feeds": [("feeds", "--json")],
    "fetch": [("fetch", "--json")],
    "import": [("import", "articles", "--json")],
    "keys": [("keys", "--json")],
    "links": [("links", ID, "--json")],
    "list": [("list", "--json")],
    "mark": [("mark", ID, "--read", "--star", "--json")],
    "move-in": [("move-in", "newsboat", "urls", "--json")],
    "passages": [("passages", "words", "--json")],
    "read": [("read", ID, "--json")],
    "restore": [("backup", "copy.zip"), ("restore", "copy.zip", "--into", "restored", "--json")],
    "schema": [("schema", "--json")],
    "search": [("search", "words", "--json")],
    "searches": [("searches", "--save", "x", "words"), ("searches", "--json")],
    "settings": [("settings", "--json")],
    "show": [("show", ID, "--json"), ("show", ID, "--format", "json")],
    "similar": [("similar", ID, "--json")],
    "spec": [("--spec",)],
    "stats": [("stats", "--json")],
    "story": [("story", ID, "--json")],
    "sync": [("sync", "other", "--json")],
    "tags": [("tags", "--json")],
    "themes": [("themes", "--json")],
    "undo": [("mark", ID, "--read"), ("undo", "--list", "--json"), ("undo", "--json")],
}
"""Commands that print each output at least once; those before the last one may print nothing."""

TESTED_ELSEWHERE = {"share"}
"""It needs a database."""


@pytest.fixture
def library(run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Make a library of a few articles, tags, links and a feed; return `run`."""
    monkeypatch.chdir(tmp_path)
    text = "The words of article 1, and a [link](https://news.example/2)."
    articles = (
        article_json(1, text=text, tags=["ferry", "a, b"], authors=["Moar, Ann"], summary="Words."),
        *(article_json(n) for n in (2, 3)),
        article_json(4, date=None, category="", url="", title="𝔘 \u202e é 🦀", language="xx-YY"),
        article_json(5, date="0001-01-01", category="a//b", text="", extra={"n": None, "d": [{}]}),
    )
    (tmp_path / "articles").mkdir()
    assert run("import", write_json(tmp_path / "articles/a.jsonl", *articles)).code == 0
    (tmp_path / "a.opml").write_text(OPML)
    assert run("feeds", "--import", "a.opml").code == 0
    (tmp_path / "urls").write_text("https://m.example/feed\n")
    return run


def values_of(name: str, result: CommandResult) -> Iterator[Any]:
    """Yield the JSON values that a command printed in the form that its output promises."""
    if OUTPUTS[name].is_list:
        yield from result.values
    elif result.out:
        yield result.value


@pytest.mark.parametrize("name", RUNS)
def test_what_is_printed_is_valid(library: Run, name: str) -> None:
    schema = make_schema(name)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    found = []
    for arguments in RUNS[name]:
        result = library(*arguments)
        found += list(values_of(name, result)) if arguments[0] in (name, "--spec", "backup") else []
    assert found
    for value in found:
        assert [error.message for error in validator.iter_errors(value)] == []
        if name != "edit":  # a tag, or the new values
            assert list(value) == list(OUTPUTS[name].fields)


def test_every_command_that_prints_json_has_a_schema() -> None:
    assert OUTPUTS.keys() - RUNS.keys() == TESTED_ELSEWHERE
    for name, parser in build_parser().commands.items():
        has_json = any("--json" in each.option_strings for each in parser._actions)
        assert has_json == (name in OUTPUTS), name


def test_schemas_are_printed_and_versioned(run: Run, home: Path) -> None:
    schema = run("schema", "list").value
    assert schema == make_schema("list")
    assert schema["$id"] == "urn:newstui:list:1"
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["properties"]["read"] == {
        "type": "boolean", "description": "whether it is read",
    }  # fmt: skip
    assert [line.split("\t")[0] for line in run("schema").lines] == list(OUTPUTS)
    unknown = run("schema", "lst")
    assert (unknown.code, unknown.out) == (2, "")
    assert 'unknown output "lst"; did you mean "list"?' in unknown.err
    assert list(home.iterdir()) == []


def test_every_field_is_described() -> None:
    def undescribed(schema: Any, place: str) -> Iterator[str]:
        for name, field in schema.get("properties", {}).items():
            if not field.get("description"):
                yield f"{place}.{name}"
            yield from undescribed(field, f"{place}.{name}")
            yield from undescribed(field.get("items", {}), f"{place}.{name}[]")

    assert [each for name in OUTPUTS for each in undescribed(make_schema(name), name)] == []


def test_the_spec_describes_the_command_line(run: Run, home: Path) -> None:
    spec = run("--spec").value
    commands = {each["name"]: each for each in spec["commands"]}
    assert list(commands) == list(build_parser().commands)
    arguments = {each["name"]: each for each in commands["list"]["arguments"]}
    assert arguments["QUERY"]["repeats"]
    assert not arguments["QUERY"]["required"]
    assert arguments["--sort"]["default"] == "date"
    assert "read-count" in arguments["--sort"]["choices"]
    assert arguments["--limit"]["value"] == "N"
    assert arguments["--unread"]["value"] is None
    assert arguments["--library"]["names"] == ["--library"]
    assert ["--unread", "--starred", "--in-progress"] in commands["list"]["exclusive"]
    assert commands["list"]["output"] == "list"
    assert commands["export"]["output"] is None
    assert commands["mark"]["needs"][-1] == "--read, --unread, --star or --unstar"
    assert commands["list"]["usage"].startswith("newstui list [-h] [--unread | ")
    assert commands["show"]["examples"][0]["command"] == f"newstui {EXAMPLES['show'][0][0]}"
    assert [each["code"] for each in spec["exit_codes"]] == [0, 1, 2, 75, 130]
    for name, parser in build_parser().commands.items():
        options = {option for action in parser._actions for option in action.option_strings}
        described = {option for each in commands[name]["arguments"] for option in each["names"]}
        assert described == options - {"-h", "--help"}
    assert list(home.iterdir()) == []
