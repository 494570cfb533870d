"""Completion in real shells, with the files that the wheel installs."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.codebase import ROOT
from tests.support.environment import environment, make_program
from tests.support.terminal import Terminal
from tests.tui.cli.conftest import article_json, write_json

SHARE = ROOT / "share"
LOADERS = {
    "bash": f". {SHARE}/bash-completion/completions/newstui",
    "zsh": f"fpath=({SHARE}/zsh/site-functions $fpath); autoload -U compinit; compinit -D -u",
}
PROMPT = "ready> "
STARTS = {
    "bash": ("bash", "--norc", "--noprofile", "-i"),
    "zsh": ("zsh", "-f", "-i"),
}


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """A library of two articles and a feed, and a `newstui` that works on it."""
    programs = tmp_path / "bin"
    programs.mkdir()
    command = f'exec {shlex.join([sys.executable, "-m", "tui"])} "$@"'
    make_program(programs, "newstui", command)
    path = f"{programs}:{environment(tmp_path, {})['PATH']}"
    env = {"PATH": path, "NEWSTUI_MACHINE": "desk", "XDG_DATA_DIRS": str(SHARE)}
    other = article_json(2, id="b0000000-0000-4000-8000-000000000000", category="local news")
    file = write_json(tmp_path / "two.jsonl", article_json(1), other)
    subscriptions = tmp_path / "feeds.opml"
    subscriptions.write_text(
        '<opml version="2.0"><body><outline text="Brae Gazette" xmlUrl="https://brae.example/rss"/></body></opml>'
    )
    for arguments in (("import", file), ("feeds", "--import", subscriptions)):
        subprocess.run(
            [programs / "newstui", *arguments],
            env=environment(tmp_path, env),
            check=True,
            capture_output=True,
        )
    return env


@pytest.fixture(params=["bash", "zsh"])
def complete(
    request: pytest.FixtureRequest, tmp_path: Path, env: dict[str, str]
) -> Iterator[Callable[[str, str], str]]:
    """Return a function that types a line and a tab, waits for what is expected, and returns the line."""
    name = request.param
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    with Terminal(STARTS[name], tmp_path, env=env, size=(100, 30)) as terminal:
        terminal.write(f"PS1='{PROMPT}'; {LOADERS[name]}; clear\n")
        terminal.wait_for(re.compile(rf"\A{PROMPT}?$", re.MULTILINE))

        def type_line(typed: str, completed: str) -> str:
            terminal.write(f"\x15{typed}\t")
            terminal.wait_for(re.compile(rf"^{re.escape(PROMPT + completed)}$", re.MULTILINE))
            *_, line = (row for row in terminal.screen() if row.startswith(PROMPT))
            return line.removeprefix(PROMPT).rstrip()

        yield type_line


@pytest.mark.slow
def test_completion_in_bash_and_zsh(complete: Callable[[str, str], str]) -> None:
    lines = {
        "newstui passa": "newstui passages",
        "newstui list --in": "newstui list --in-progress",
        "newstui list --category lo": "newstui list --category local\\ news",
        "newstui list is:unr": "newstui list is:unread",
        "newstui fetch B": "newstui fetch Brae\\ Gazette",
        "newstui show b": "newstui show b0000000",
        "newstui import ./docs/arch": "newstui import ./docs/architecture.md",
    }
    assert {typed: complete(typed, line) for typed, line in lines.items()} == lines


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
def test_completion_in_fish(tmp_path: Path, env: dict[str, str]) -> None:
    """Fish shows the descriptions too, and finds the file in a folder of `XDG_DATA_DIRS`."""
    lines = ("newstui passa", "newstui list --category lo", "newstui show b", "newstui fetch B")
    done = subprocess.run(
        ["fish", "-c", "\n".join(f"complete -C {shlex.quote(line)}" for line in lines)],
        env=environment(tmp_path, env),
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines() == [
        "passages\tfind the paragraphs that answer a query best",
        "local news\t1 unread of 1",
        "b0000000\tTitle 2",
        "Brae Gazette",
    ]
