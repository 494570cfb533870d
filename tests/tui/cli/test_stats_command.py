"""`newstui stats`: totals and charts."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from tests.support.libraries import Machine, add, article, ids
from tui.cli import main
from tui.rendering.wording import format_duration

NOW = datetime(2031, 5, 6, 12, 40, tzinfo=UTC)
"""Midnight in no time zone."""


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a library of three articles, two of them read today, one twice."""
    machine = Machine(tmp_path)
    machine.clock.now = NOW
    monkeypatch.setattr("tui.cli.stats.system_clock", machine.clock)
    here = machine.open()
    add(here, [article(n, category="") for n in (1, 2)] + [article(3)])
    here.record("read", ids(1, 2))
    here.record("read", ids(2))
    here.record("starred", ids(3))
    return machine.folder


def test_totals(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stats", "--library", str(library)]) == 0
    out = capsys.readouterr().out
    assert "since May 6, 2031" in out
    assert "Read     2 of 3 articles · 67 %" in out
    assert "Total    3 readings · 500 words" in out
    assert "Streak   1 day (longest 1)" in out
    assert "Today    3 articles · 500 words · 2 min" in out
    assert re.search(r"^culture ██████+ +1 of 1$", out, re.MULTILINE)
    assert re.search(r"^\(none\)  ░░░░░░+ 0 of 2$", out, re.MULTILINE)
    assert "BY FEED" not in out


def test_totals_as_json(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stats", "--json", "--library", str(library)]) == 0
    found = orjson.loads(capsys.readouterr().out)
    assert (found["articles"], found["read"], found["unread"], found["starred"]) == (3, 2, 1, 1)
    assert found["share_read"] == 0.6667
    assert (found["readings"], found["words"], found["minutes"]) == (3, 500, 2)
    assert (found["words_per_minute"], found["words_per_minute_from"]) == (230, 0)
    assert (found["since"], found["streak"]) == ("2031-05-06", 1)
    assert (len(found["days"]), len(found["weeks"])) == (30, 12)
    assert sum(day["read"] for day in found["days"]) == 3
    assert found["categories"][0] == {"name": "", "articles": 2, "read": 2}
    assert found["feeds"] == [{"name": "", "articles": 3, "read": 2}]


def test_an_empty_library(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "new" / "articles").mkdir(parents=True)
    assert main(["stats", "--library", str(tmp_path / "new")]) == 0
    assert "0 of 0 articles · 0 %" in capsys.readouterr().out
    assert main(["stats", "--json", "--library", str(tmp_path / "new")]) == 0
    assert orjson.loads(capsys.readouterr().out)["since"] is None


def test_durations() -> None:
    assert [format_duration(minutes) for minutes in (0, 59, 61)] == ["0 min", "59 min", "1 h 1 min"]
