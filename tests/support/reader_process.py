"""Run `newstui` as its users do: the reader in a terminal, commands beside it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from store.exporters.newstui_json import article_to_dict
from store.importers.read_files import ImportSource, find_sources, read_source
from store.library.folder import FolderLibrary
from store.model.article import ParsedArticle
from store.model.times import format_timestamp, system_clock
from tests.support.environment import environment
from tests.support.libraries import add, load, open_folder_library
from tests.support.terminal import Terminal
from tui.reader.screen.panes import MIN_HEADER_ROWS

NEWSTUI: tuple[str, ...] = (sys.executable, "-m", "tui")
QUIT_KEY = "\x11"
"""ctrl+q, which quits from anywhere."""
LAST_STARTUP_MODE = b"\x1b[?2004h"
"""The last mode the reader sets when it starts: from then on it handles the keys."""
PARAGRAPH = "The harbour master read the tide tables aloud, and nobody wrote them down. " * 4


PATIENT = """
import tui.reader.run, tui.terminal.session
tui.reader.run.SHUTDOWN_TIMEOUT = tui.terminal.session.FINAL_SAVE_TIMEOUT = 60.0
"""
"""For the reader that saves the position when it ends, however busy the machine is."""


def article_json(number: int, **more: Any) -> dict[str, Any]:
    """Return an article in newstui JSON; the higher the number, the later the date."""
    return {
        "id": f"{number:08x}-0000-4000-8000-000000000000",
        "title": f"Title {number}",
        "category": "harbour",
        "url": f"https://news.example/{number}",
        "date": f"2024-01-{number:02}",
        "text": f"The words of article {number}. They are few.",
        **more,
    }


def long_article_json(number: int, paragraphs: int = 60) -> dict[str, Any]:
    """Return an article of several screens whose paragraphs are numbered."""
    text = "\n\n".join(f"Paragraph {n}. {PARAGRAPH}" for n in range(1, paragraphs + 1))
    return article_json(number, text=text)


def write_json(path: Path, *articles: Mapping[str, Any]) -> Path:
    """Write articles as JSON Lines."""
    path.write_bytes(b"".join(orjson.dumps(each) + b"\n" for each in articles))
    return path


def run_newstui(home: Path, *arguments: str | Path, env: Mapping[str, str] | None = None) -> str:
    """Run a command, require exit code 0, and return its standard output."""
    ran = subprocess.run(
        [*NEWSTUI, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=environment(home, {"NEWSTUI_MACHINE": "desk"} | dict(env or {})),
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr.decode()
    return ran.stdout.decode()


def open_library(home: Path) -> FolderLibrary:
    """Open the library of a home folder as a process of this machine would."""
    library = open_folder_library(home / "data/newstui", home / "cache/newstui")
    load(library)
    return library


def import_files(home: Path, *files: Path) -> None:
    """Import files into the library of a home folder, as `newstui import` does."""
    now = format_timestamp(system_clock().replace(microsecond=0))
    named = [source for source in find_sources(files) if isinstance(source, ImportSource)]
    items = [item for source in named for item in read_source(source, now=now)]
    library = open_library(home)
    add(library, [item for item in items if isinstance(item, ParsedArticle)])
    library.close()


def make_home(home: Path, *articles: Mapping[str, Any]) -> Path:
    """Add articles to the library of a home folder and return that folder."""
    import_files(home, write_json(home / "articles.jsonl", *articles))
    return home


def show_json(home: Path, number: int) -> dict[str, Any]:
    """Return all stored fields of an article, as `newstui show --json` prints them."""
    library = open_library(home)
    entry = library.get_article(library.find_id(f"{number:08x}"))
    return dict(article_to_dict(entry, library.similar(entry)))


def start_reader(
    home: Path,
    *,
    size: tuple[int, int] = (100, 30),
    env: Mapping[str, str] | None = None,
    command: Sequence[str | Path] = NEWSTUI,
) -> Terminal:
    """Start the reader without waiting until it is ready."""
    return Terminal(command, home, size=size, env={"NEWSTUI_MACHINE": "desk"} | dict(env or {}))


def wait_ready(terminal: Terminal, articles: int) -> Terminal:
    """Wait until the reader takes keys and lists all articles of its library."""
    terminal.wait_raw(LAST_STARTUP_MODE)
    terminal.wait_for(position_in(articles))
    if len(terminal.screen()) >= MIN_HEADER_ROWS:
        terminal.wait_for(re.compile(r"\d unread"))  # counted after the list is shown
    return terminal


def position_in(articles: int) -> re.Pattern[str]:
    """Return a pattern for the bottom line of a list of so many articles, all of them loaded."""
    return re.compile(rf"^ (?:.* · )?\d+/{articles} (?!.*loading)", re.MULTILINE)


def open_reader(
    home: Path,
    articles: int,
    *,
    size: tuple[int, int] = (100, 30),
    env: Mapping[str, str] | None = None,
    command: Sequence[str | Path] = NEWSTUI,
) -> Terminal:
    """Start the reader and wait until it is ready."""
    terminal = start_reader(home, size=size, env=env, command=command)
    try:
        return wait_ready(terminal, articles)
    except BaseException:
        terminal.close()
        raise


def unread_row(title: str) -> re.Pattern[str]:
    """Return a pattern for an unread row with that title, selected or not."""
    return re.compile(rf"^.●. {title} ", re.MULTILINE)


def read_row(title: str) -> re.Pattern[str]:
    """Return a pattern for a read row with that title."""
    return re.compile(rf"^. . {title} ", re.MULTILINE)


def faulty_reader(folder: Path, patch: str) -> list[str | Path]:
    """Return a command that runs the reader with a fault.

    Args:
        folder: The folder to write the program to.
        patch: Python to run before the reader starts.
    """
    program = folder / "damaged.py"
    program.write_text(f"import sys\n{patch}\nfrom tui.cli import main\nsys.exit(main())\n")
    return [sys.executable, program]


def assert_clean_exit(terminal: Terminal, code: int) -> None:
    """Assert that the reader exits with a code and restores the terminal."""
    assert terminal.wait_exit() == code
    assert terminal.changed_modes() == set()
    assert terminal.raw.rindex(b"\x1b[?25h") > terminal.raw.rindex(b"\x1b[?25l")
    assert b"\x1b[<u" in terminal.raw
