"""`newstui compact`: files, messages and exit codes; and the progress line."""

from __future__ import annotations

import io
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.libraries import open_folder_library
from tests.support.terminal import TIMEOUT
from tests.tui.cli.conftest import Run, contents, library_folder
from tui.cli import context
from tui.cli.console import ProgressLine
from tui.rendering.wording import describe_loading

DELETED = "00000001-0000-4000-8000-000000000000"


@pytest.fixture
def with_deleted(three: Path, home: Path) -> Path:
    """Make a library of three articles, one deleted, another with many positions."""
    library = open_folder_library(library_folder(home), home / "cache")
    for _ in library.load():
        pass
    library.record("deleted", [DELETED])
    for position in range(50):
        library.record("position", [DELETED.replace("1", "2", 1)], position=position)
    return library_folder(home)


def advance_a_month(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the clock a month ahead."""
    monkeypatch.setattr(
        "tui.cli.compact.system_clock", lambda: datetime.now(UTC) + timedelta(days=30)
    )


@pytest.mark.usefixtures("three")
def test_nothing_to_compact(run: Run) -> None:
    result = run("compact")
    assert (result.code, result.out, result.err) == (0, "", "newstui: nothing to compact\n")


def test_the_freed_space_is_reported(
    run: Run, with_deleted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = run("list", "--json").out
    advance_a_month(monkeypatch)
    before = contents(with_deleted)
    result = run("compact", "--dry-run")
    assert (result.code, result.out) == (0, "")
    assert result.err == "newstui: would remove 1 text, 49 events, freeing 6.7 KB\n"
    assert contents(with_deleted) == before
    result = run("compact")
    assert (result.code, result.out) == (0, "")
    assert result.err == "newstui: removed 1 text, 49 events, freed 6.7 KB\n"
    assert sum(map(len, contents(with_deleted).values())) < sum(map(len, before.values())) - 6000
    assert run("list", "--json").out == listed


def test_json_output(run: Run, with_deleted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    advance_a_month(monkeypatch)
    result = run("compact", "--json")
    assert (result.code, result.err) == (0, "")
    value = result.value
    assert value.pop("before") - value.pop("after") > 6000
    assert value == {"texts": 1, "events": 49, "damaged": 0, "problems": []}


def test_problems_are_reported(
    run: Run, with_deleted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 12: a damaged segment is left to `doctor`; the journal is still compacted."""
    texts = with_deleted / "texts/desk-0001.json"
    texts.write_bytes(texts.read_bytes()[:-5])
    with (with_deleted / "journal/desk.jsonl").open("ab") as file:
        file.write(b"damaged\n")
    advance_a_month(monkeypatch)
    result = run("compact", "--json")
    assert result.code == 1
    assert (result.value["texts"], result.value["events"], result.value["damaged"]) == (0, 49, 1)
    assert len(result.value["problems"]) == 1
    assert "texts/desk-0001.json" in result.value["problems"][0]
    assert "damaged lines moved to " in result.err


class Terminal(io.StringIO):
    """Standard error that is a terminal."""

    written: threading.Event | None = None
    """Set as soon as anything is written."""

    def write(self, text: str, /) -> int:
        """Write, and tell so."""
        if self.written:
            self.written.set()
        return super().write(text)

    def isatty(self) -> bool:
        """Return True."""
        return True


@pytest.mark.parametrize(("quiet", "shown"), [(0.0, True), (99.0, False)])
def test_progress_is_shown_after_a_delay(
    monkeypatch: pytest.MonkeyPatch, quiet: float, shown: bool
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr("tui.cli.console.PROGRESS_DELAY", quiet)
    monkeypatch.setenv("TERM", "xterm")
    with ProgressLine("opening") as counter:
        counter.update(describe_loading(34, 100, history=True))
    assert ("opening: reading history 34 %" in terminal.getvalue()) is shown


def test_what_reports_nothing_is_shown_after_the_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr("tui.cli.console.PROGRESS_DELAY", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    terminal.written = threading.Event()
    with ProgressLine("importing"):
        assert terminal.written.wait(TIMEOUT)
    assert "importing" in terminal.getvalue()


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("step", ["is_library", "open_library"])
def test_a_disk_that_does_not_answer_is_named(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The spinner runs before anything of the library is read."""
    terminal = Terminal()
    written = terminal.written = threading.Event()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr("tui.cli.console.PROGRESS_DELAY", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    answer = getattr(context, step)

    def answer_late(*given: Any) -> object:
        assert written.wait(TIMEOUT)
        return answer(*given)

    monkeypatch.setattr(context, step, answer_late)
    assert run("list", "--library", library_folder(home)).code == 0
    assert "the library" in terminal.getvalue()


def test_progress_is_printed_once_on_a_dumb_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Case 122: a terminal that cannot overwrite lines gets one line."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr("tui.cli.console.PROGRESS_DELAY", 0.0)
    monkeypatch.setenv("TERM", "dumb")
    with ProgressLine("indexing") as counter:
        for done in range(5):
            counter.update(f"{done}")
    assert terminal.getvalue() == "newstui: indexing …\n"


def test_describe_loading() -> None:
    assert describe_loading(0, 0, history=True) == "reading history 0 %"
    assert describe_loading(1, 3, history=True) == "reading history 33 %"
    assert describe_loading(3, 12, history=False) == "loading 3 of 12"
    assert describe_loading(0, 0, history=False) == "loading"
