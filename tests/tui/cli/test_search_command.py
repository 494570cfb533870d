"""`newstui search`, and the queries of `newstui list`."""

from __future__ import annotations

from pathlib import Path

from tests.tui.cli.conftest import Run


def test_search_prints_snippets(run: Run, three: Path) -> None:
    found = run("search", '"article 2"')
    assert found.code == 0
    assert found.lines[0].endswith("Title 2")
    assert found.lines[1].strip() == "The words of article 2. They are few."
    (value,) = run("search", "few", "--newest", "--limit", "1", "--json").values
    assert (value["title"], value["line"]) == ("Title 3", "…They are few.")
    assert len(run("list", "text:few -title:3", "--json").ids) == 2


def test_an_invalid_query_is_a_usage_error(run: Run, three: Path) -> None:
    for command in ("search", "list"):
        refused = run(command, "few date:feb")
        assert (refused.code, refused.out) == (2, "")
        assert "column 10: date: expected a date" in refused.err
