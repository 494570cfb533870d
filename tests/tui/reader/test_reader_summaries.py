"""Summaries by the user's `summary_command`."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from time import monotonic

from store.model.article import Body, ParsedArticle
from tests.support.reader import (
    TIMEOUT,
    RunningReader,
    Start,
    article_id,
    make_article,
    make_library,
)
from tests.support.screens import screen_text
from tui.reader.gateway.summaries import SummaryCommand

SCRIPT = """#!/bin/sh
echo run >> "$0-runs"
while [ ! -e "$0-go" ]; do sleep 0.01; done
tr a-z A-Z
"""


def bare(number: int) -> ParsedArticle:
    """Return an article without a summary."""
    text = f"The ferry number {number} stays for now. The council has voted to keep it at sea."
    return replace(make_article(number), body=Body(text))


def origin(running: RunningReader, number: int) -> str:
    """Return the origin of the summary in the side pane."""
    entry = running.reader.side_pane.full_article
    assert entry is not None
    assert entry.article.id == article_id(number)
    return entry.body.summary_origin


async def test_opening_an_article_starts_the_command(start: Start, tmp_path: Path) -> None:
    """It runs once per article, off the library's thread; newer articles go first."""
    library = make_library(tmp_path / "own", [make_article(1), bare(2), bare(3), bare(4)])
    program = tmp_path / "shout"
    program.write_text(SCRIPT)
    program.chmod(0o700)
    runs = tmp_path / "shout-runs"
    async with start(library=library) as running:
        running.gateway.summaries.command = SummaryCommand((str(program),), 60)
        await running.press("j", "k")
        await running.wait_until(lambda: running.side_number == 4)
        assert not runs.exists(), "moving is not opening"
        await running.press("enter")
        assert "Summary  running shout …" in screen_text(running.app)
        assert origin(running, 4) == "extract"
        await running.press("J", "J", "K", "K")  # 2 is no longer wanted, nor is 3 in the end
        await running.press("J")
        assert running.opened_number == 3
        assert "running" not in screen_text(running.app)
        (tmp_path / "shout-go").touch()
        await running.wait_until(lambda: origin(running, 3) == "command")
        await running.settle()
        assert "THE FERRY NUMBER 3" in screen_text(running.app)
        assert "(made by summary_command)" in screen_text(running.app)
        await running.press("K")
        assert origin(running, 4) == "command"
        await running.press("J", "J", "J")
        assert (running.opened_number, origin(running, 1)) == (1, "import")
        await running.press("K")
        await running.wait_until(lambda: origin(running, 2) == "command")
        await running.settle()
    assert runs.read_text() == "run\n" * 3
    kept = make_library(tmp_path / "own")
    for _ in kept.load():
        pass
    assert kept.get_article(article_id(4)).body.summary_origin == "command"


async def test_a_failure_is_one_line(start: Start, tmp_path: Path) -> None:
    library = make_library(tmp_path / "own", [bare(1), bare(2), bare(3)])
    async with start(library=library) as running:
        for key, arguments, said in (
            ("enter", ["sleep", "60"], "summary_command: sleep timed out after 0.1 seconds"),
            ("J", ["false"], "summary_command: false failed with exit code 1"),
            ("J", ["true"], "summary_command: true wrote nothing"),
        ):
            running.gateway.summaries.command = SummaryCommand(
                arguments, 0.1 if key == "enter" else 60
            )
            await running.press(key)
            await running.wait_until(lambda said=said: running.status == said)
            await running.settle()
            assert "running" not in screen_text(running.app)
            assert origin(running, running.opened_number) == "extract"


async def test_quitting_ends_the_command(start: Start, tmp_path: Path) -> None:
    library = make_library(tmp_path / "own", [bare(1), bare(2)])
    mark = tmp_path / "mark"
    async with start(library=library) as running:
        script = f"echo $$ > {mark}.new; mv {mark}.new {mark}; exec sleep 60"
        running.gateway.summaries.command = SummaryCommand(("sh", "-c", script), 60)
        await running.press("enter")
        await running.wait_until(mark.exists)
    process = Path("/proc", mark.read_text().strip())
    late = monotonic() + TIMEOUT
    while process.exists():  # it is gone as soon as the thread that waits for it has seen its end
        assert monotonic() < late, "the program goes on"
        await asyncio.sleep(0.01)
