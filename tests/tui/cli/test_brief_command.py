"""`newstui brief`: the front page as text, Markdown and JSON."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from store.model.article import Body, ParsedArticle
from store.model.times import format_timestamp
from tests.support.libraries import FakeClock, Machine, add, article, ids
from tui.cli import main
from tui.cli.parser import parse_arguments

NOW = datetime(2031, 5, 6, 12, tzinfo=UTC)
TEXTS = {
    1: ("Sarn dam talks open", "Delegates of Sarn met at the dam of Sarn on the Elfan."),
    2: (
        "Sarn dam talks stall",
        "The dam of Sarn: delegates quarrel over barge tolls, fishing and herring.",
    ),
    3: ("A cake of rye", "Flour, honey and patience make a cake of rye for the winter."),
}


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a library in which the first of three articles was read half a day ago."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("tui.cli.brief.system_clock", lambda: NOW)
    machine = Machine(tmp_path, clock=FakeClock(NOW - timedelta(hours=12), timedelta(0)))
    here = machine.open()
    for number, (title, text) in TEXTS.items():
        when = format_timestamp(NOW - timedelta(hours=16 - 4 * number))
        facts = article(number, title=title, date=when, created=when, words=230).article
        add(here, [ParsedArticle(facts, Body(text))])
    here.record("opened", ids(1))
    here.record("read", ids(1))
    return machine.folder


def test_text(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["brief", "--library", str(library)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("· 2 stories · 2 of 20 min")
    assert lines[1:] == [
        "",
        "GOES ON",
        " 1. Sarn dam talks stall",
        "    example.org · 1 min",
        "    The dam of Sarn: delegates quarrel over barge tolls, fishing and herring.",
        "",
        "THE REST",
        " 2. A cake of rye",
        "    example.org · 1 min",
        "    Flour, honey and patience make a cake of rye for the winter.",
    ]


def test_markdown(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["brief", "--format", "md", "--library", str(library)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("# Front page\n\n")
    assert "## Goes on\n\n- [Sarn dam talks stall](https://example.org/2) ·" in out


@pytest.mark.parametrize("option", [["--format", "json"], ["--json"]])
def test_json(library: Path, capsys: pytest.CaptureFixture[str], option: list[str]) -> None:
    assert main(["brief", "--minutes", "1", *option, "--library", str(library)]) == 0
    page = orjson.loads(capsys.readouterr().out)
    assert (page["since"], page["minutes"], page["left_out"]) == ("2031-05-06T00:00:00Z", 1, 1)
    assert [section["name"] for section in page["sections"]] == ["Goes on"]
    (story,) = page["sections"][0]["stories"]
    assert (story["id"], story["unread"], story["read"]) == (ids(2)[0], ids(2), ids(1))
    assert (story["minutes"], story["url"]) == (1, "https://example.org/2")


@pytest.mark.parametrize(
    ("since", "stories"), [("1d", 2), ("5h", 1), ("1h", 0), ("2031-05-06T09:00:00Z", 0)]
)
def test_since(library: Path, capsys: pytest.CaptureFixture[str], since: str, stories: int) -> None:
    assert main(["brief", "--since", since, "--json", "--library", str(library)]) == 0
    page = orjson.loads(capsys.readouterr().out)
    assert sum(len(section["stories"]) for section in page["sections"]) == stories


@pytest.mark.parametrize("since", ["", "0d", "yesterday", "2031-13-01", "5w"])
def test_since_has_to_be_a_time(since: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parse_arguments(["brief", "--since", since])
    assert end.value.code == 2
    assert "is not an interval such as 12h or 2d, or a date" in capsys.readouterr().err


def test_why(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = Machine(library.parent).open()
    here.record("unread", ids(1))
    assert main(["brief", "--why", "--since", "2d", "--library", str(library)]) == 0
    assert capsys.readouterr().out.splitlines()[2:7] == [
        "NEW",
        " 1. Sarn dam talks stall",
        "    example.org · 2 articles · 1 min",
        "    The dam of Sarn: delegates quarrel over barge tolls, fishing and herring.",
        "    ranked higher: 2 articles",
    ]
