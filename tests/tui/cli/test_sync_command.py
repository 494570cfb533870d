"""`newstui sync`: an exchange with another folder, messages and exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.cli.conftest import Run, article_json, library_folder, write_json


@pytest.mark.usefixtures("three")
def test_both_get_what_they_lack(run: Run, home: Path, tmp_path: Path) -> None:
    other, more = tmp_path / "stick", write_json(tmp_path / "more.jsonl", article_json(4))
    run("mark", "00000001", "--read")
    result = run("sync", other)
    assert (result.code, result.out) == (0, "")
    assert result.err == (
        "newstui: sent 3 articles and 1 event; received 0 articles and 0 events\n"
    )
    run("--library", other, "import", more)
    run("--library", other, "mark", "00000002", "--star")
    run("mark", "00000003", "--star")
    nothing = {"articles": 0, "known": 0, "events": 0, "feeds": 0, "searches": 0, "refused": 0}
    result = run("sync", other, "--json")
    assert result.value == {
        "sent": nothing | {"events": 1},
        "received": nothing | {"articles": 1, "known": 3, "events": 1},  # those of its segment
    }
    assert run("list", "--json").out == run("--library", other, "list", "--json").out
    assert len(run("list", "--starred", "--json").values) == 2
    assert run("sync", other, "--all", "--json").value["sent"] == nothing | {"known": 4}


@pytest.mark.usefixtures("three")
def test_where_nothing_is_exchanged(run: Run, home: Path, tmp_path: Path) -> None:
    other = tmp_path / "documents"
    other.mkdir()
    (other / "letter.txt").write_text("Dear Ailsa")
    result = run("sync", other)
    assert (result.code, result.out) == (2, "")
    assert result.err.endswith(f"error: {other} is neither a library nor empty\n")
    result = run("sync", library_folder(home))
    assert result.code == 2
    assert "is the same library" in result.err
