"""The output of `newstui show --json` can be imported without loss."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.support.codebase import ROOT
from tests.tui.cli.conftest import Run, article_json, write_json

CHANGING_FIELDS = ("similar",)
"""Fields that depend on the rest of the library."""


def round_trips(
    run: Run, folder: Path, articles: list[str]
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return each article as this library prints it, and as another prints it after importing that."""
    pairs = []
    for article in articles:
        before = run("show", article, "--json")
        other = folder / article
        assert run("import", "-", "--library", other, stdin=before.out.encode()).code == 0
        pairs.append((before.value, run("show", article, "--json", "--library", other).value))
    return pairs


def without(value: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: held for name, held in value.items() if name not in names}


@pytest.mark.parametrize("samples", [True])
def test_every_sample_article(samples: bool, run: Run, tmp_path: Path) -> None:
    assert samples
    run("import", ROOT / "sample_articles")
    for before, after in round_trips(run, tmp_path, run("list", "--json").ids):
        assert without(after, *CHANGING_FIELDS) == without(before, *CHANGING_FIELDS)
        titles = {other["title"] for other in before["similar"] if other["origin"] == "import"}
        assert titles <= {other["title"] for other in after["similar"]}


FULL_ARTICLE = article_json(
    7,
    authors=["A. Writer", "B, with a comma"],
    tags=["one", "two words"],
    date="2022-02-28T20:04:00Z",
    created="2022-03-01T00:00:00Z",
    updated="2022-03-02T00:00:00Z",
    language="en",
    source="feed",
    read=True,
    starred=True,
    read_count=3,
    last_opened="2022-03-04T05:06:07Z",
    last_read="2022-03-03T05:06:07Z",
    position=5,
    summary="A summary that was cut",
    summary_origin="import",
    summary_complete=False,
    similar=["Somewhere else"],
    strange={"kept": [1, 2.5, None, True]},
)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"read": False},
        {"read": False, "last_read": None},
        {"read_count": 0, "last_read": None, "last_opened": None},
        {"starred": False, "position": 0},
        {"date": "2022-02-28"},
        {"date": None},
        {"summary": "", "summary_origin": None, "summary_complete": True},
        {"summary_origin": "extract", "summary_complete": True},
        {"summary_origin": "command", "summary_complete": True},
        {"text": "", "summary": ""},
        {"url": "", "category": ""},
        {"language": "", "authors": [], "tags": []},
    ],
    ids=repr,
)
def test_every_field(change: dict[str, Any], run: Run, tmp_path: Path) -> None:
    given = FULL_ARTICLE | change
    file = write_json(tmp_path / "rich.jsonl", given)
    assert run("import", file).code == 0
    ((before, after),) = round_trips(run, tmp_path, [given["id"]])
    assert after == before
    for name in ("title", "authors", "tags", "created", "updated", "source", "starred", "read"):
        assert before[name] == given[name], name
    assert before["last_read"] == given["last_read"]
    assert before["last_opened"] == given["last_opened"]
    assert before["date"] == given["date"]
    assert before["extra"] == {"strange": {"kept": [1, 2.5, None, True]}}


def test_the_origin_of_a_summary_is_kept(run: Run, tmp_path: Path) -> None:
    run("import", write_json(tmp_path / "one.jsonl", article_json(1)))
    ((before, after),) = round_trips(run, tmp_path, [article_json(1)["id"]])
    assert before["summary_origin"] == after["summary_origin"] == "extract"


def test_reading_state_is_kept(run: Run, tmp_path: Path) -> None:
    run("import", write_json(tmp_path / "one.jsonl", article_json(1)))
    run("mark", "00000001", "--read", "--star")
    run("mark", "00000001", "--unread")
    run("edit", "00000001", "--title", "Another title")
    ((before, after),) = round_trips(run, tmp_path, [article_json(1)["id"]])
    assert after == before
    assert (after["read"], after["starred"], after["read_count"]) == (False, True, 1)
    assert after["title"] == "Another title"


def test_the_output_of_list_can_be_imported(run: Run, tmp_path: Path) -> None:
    run("import", write_json(tmp_path / "two.jsonl", article_json(1), article_json(2)))
    listed = run("list", "--json")
    other = tmp_path / "other"
    assert run("import", "-", "--library", other, stdin=listed.out.encode()).code == 0
    again = run("list", "--json", "--library", other)
    names = ("id", "title", "category", "url", "date", "created", "read")
    for before, after in zip(listed.values, again.values, strict=True):
        assert {name: after[name] for name in names} == {name: before[name] for name in names}


def test_an_array_can_be_imported(run: Run, tmp_path: Path) -> None:
    run("import", write_json(tmp_path / "two.jsonl", article_json(1), article_json(2)))
    shown = [run("show", article, "--json").value for article in run("list", "--json").ids]
    result = run("import", "-", "--json", "--library", tmp_path / "o", stdin=orjson.dumps(shown))
    assert result.value == {"added": 2, "known": 0, "refused": 0}
