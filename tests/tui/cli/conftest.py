"""Run commands in this process, with a temporary home folder."""

from __future__ import annotations

import io
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from tui.cli import main

XDG = ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")


@dataclass(frozen=True, slots=True)
class CommandResult:
    """The exit code and the output of a command."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The lines of its standard output."""
        return self.out.splitlines()

    @property
    def values(self) -> list[Any]:
        """The JSON values of its standard output, one a line."""
        return [orjson.loads(line) for line in self.lines]

    @property
    def value(self) -> Any:
        """The one JSON value of its standard output."""
        return orjson.loads(self.out)

    @property
    def ids(self) -> list[str]:
        """The ids of the articles it printed."""
        return [value["id"] for value in self.values]


Run = Callable[..., CommandResult]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty home folder, and an environment without a terminal."""
    folder = tmp_path / "home"
    folder.mkdir()
    for name in (
        *XDG,
        "NEWSTUI_LIBRARY",
        "NEWSTUI_CONFIG",
        "TMUX",
        "STY",
        "SSH_CONNECTION",
        "SSH_TTY",
        "DISPLAY",
        "BROWSER",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("NEWSTUI_MACHINE", "desk")
    monkeypatch.setenv("TZ", "UTC")
    return folder


@pytest.fixture
def run(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """Return a function that runs a command; `stdin` is its standard input."""
    handler = signal.getsignal(signal.SIGPIPE)

    def run_command(*arguments: str | Path, stdin: bytes = b"") -> CommandResult:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as left:  # argparse
            code = int(left.code or 0)
        written = capsys.readouterr()
        return CommandResult(code, written.out, written.err)

    yield run_command
    signal.signal(signal.SIGPIPE, handler)


def article_json(number: int, **more: Any) -> dict[str, Any]:
    """Return an article as newstui JSON; a higher number has a later date."""
    return {
        "id": f"{number:08x}-0000-4000-8000-000000000000",
        "title": f"Title {number}",
        "category": "world",
        "url": f"https://news.example/{number}",
        "date": f"2024-01-{number:02}",
        "text": f"The words of article {number}. They are few.",
        **more,
    }


def write_json(path: Path, *articles: Mapping[str, Any]) -> Path:
    """Write articles as JSON Lines."""
    path.write_bytes(b"".join(orjson.dumps(article) + b"\n" for article in articles))
    return path


@pytest.fixture
def three(run: Run, tmp_path: Path) -> Path:
    """Make a library of three articles, 1 to 3, and return the imported file."""
    file = write_json(tmp_path / "three.jsonl", *(article_json(n) for n in (1, 2, 3)))
    assert run("import", file).code == 0
    return file


def library_folder(home: Path) -> Path:
    """Return the library of a home folder."""
    return home / ".local/share/newstui"


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files below a folder, except locks, and their contents."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".lock"
    }
