"""The examples in docs/library.md match a real library."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import orjson
import pytest

import store.library.protocol
from store.library.folder import FolderLibrary
from store.model.article import Article, Body, ParsedArticle
from tests.support.codebase import MODULES, ROOT
from tests.support.libraries import open_folder_library
from tui.cli.parser import build_parser

PAGE = (ROOT / "docs/library.md").read_text(encoding="utf-8")
ID = "0d6f6d4e-5a0a-4c36-9f5c-0a4c1d9c8e11"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
EVENT_ROW = re.compile(r"^\| (`\w+`(?:, `\w+`)*) \|", re.MULTILINE)


def examples() -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]], str]:
    """Return the metadata, texts, journal lines and Python code on the page."""
    facts, texts, python, journal = [text for _, text in BLOCK.findall(PAGE)]
    return (
        json.loads(facts),
        json.loads(texts),
        list(map(orjson.loads, journal.splitlines())),
        python,
    )


def test_the_files_beside_the_library_are_those_of_the_architecture() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (?:cache|state) \| (.+?) \|", page, re.MULTILINE)
    names = re.findall(r"`[^`]+`", " ".join(rows))
    assert len(names) > 15
    assert [name for name in names if name not in PAGE] == []


@pytest.fixture
def library(tmp_path: Path) -> FolderLibrary:
    """A library with the article and the changes on the page."""
    facts, texts, _, _ = examples()
    moments = iter(datetime(2026, 11, 22, tzinfo=UTC) + timedelta(seconds=n) for n in range(99))
    library = open_folder_library(
        tmp_path / "library", tmp_path / "cache", "desk", lambda: next(moments)
    )
    document, body = dict(facts["articles"]["1"]), dict(texts["texts"]["1"])
    document |= {name: tuple(document[name]) for name in ("authors", "tags")}
    body["similar"] = tuple(body["similar"])
    for _ in library.load():
        pass
    for _ in library.add([ParsedArticle(Article(**document), Body(**body))]):
        pass
    library.record("read", [ID])
    library.record("starred", [ID])
    library.record("edited", [ID], to={"title": "Brae keeps its ferry, narrowly"})
    return library


@pytest.mark.usefixtures("library")
def test_examples_match_the_written_files(tmp_path: Path) -> None:
    facts, texts, events, _ = examples()
    folder = tmp_path / "library"
    assert orjson.loads((folder / "articles/desk-0001.json").read_bytes()) == facts
    assert orjson.loads((folder / "texts/desk-0001.json").read_bytes()) == texts
    lines = (folder / "journal/desk.jsonl").read_bytes().splitlines()
    for line, event in zip(map(orjson.loads, lines), events, strict=True):
        for name in ("at", "crc"):
            assert type(line.pop(name, None)) is type(event.pop(name, None))
        assert line == event


def test_checksums_of_the_examples_are_correct() -> None:
    *_, journal = (text for kind, text in BLOCK.findall(PAGE) if kind == "json")
    for line in journal.splitlines():
        body, _, rest = line.rpartition(',"crc":"')
        assert rest == f'{crc32(body.encode() + b"}"):08x}"}}'


@pytest.mark.usefixtures("library")
def test_the_library_opens_with_plain_tinydb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path / "library")
    exec(compile(examples()[-1], "docs/library.md", "exec"), {})
    assert capsys.readouterr().out == "Brae keeps its ferry 77\n"


@pytest.mark.usefixtures("library")
def test_every_file_is_documented(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    files = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    named = [name.replace("desk", "<machine>") for name in files if not name.endswith(".lock")]
    assert len(named) == 3
    assert [name for name in named if f"`{name}`" not in PAGE] == []


def test_exactly_the_existing_events_are_documented() -> None:
    named = {name for row in EVENT_ROW.findall(PAGE) for name in re.findall(r"\w+", row)}
    assert store.library.protocol.Library.record.__doc__ is not None
    documented = set(re.findall(r"`(\w+)`", store.library.protocol.Library.record.__doc__))
    assert named - {"undone"} == documented - {"tag", "to", "position"} | {"position"}


def test_documented_options_and_variables_exist() -> None:
    assert "--library" in build_parser().format_help()
    variables = set(re.findall(r"`([A-Z_]{4,})`", PAGE))
    source = "".join(path.read_text(encoding="utf-8") for path in MODULES)
    assert [name for name in variables if name not in source] == []
