"""Runs `newstui` as its users do: the reader on a terminal, the commands beside it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from store.exporters import article_to_dict
from store.importers.sources import ImportSource, find_sources, read_source
from store.library.folder import FolderLibrary
from store.model.article import ParsedArticle
from store.model.times import format_timestamp, system_clock
from tests.support.libraries import add, load
from tests.support.terminal import Terminal, environment

NEWSTUI: tuple[str, ...] = (sys.executable, "-m", "tui")
TAKEN = b"\x1b[?2004h"
"""The last mode the reader asks for: from then on keys are its own."""
PARAGRAPH = "The harbour master read the tide tables aloud, and nobody wrote them down. " * 4


def article(number: int, **more: Any) -> dict[str, Any]:
    """An article in newstui JSON; a higher number is a later date."""
    return {
        "id": f"{number:08x}-0000-4000-8000-000000000000",
        "title": f"Title {number}",
        "category": "harbour",
        "url": f"https://news.example/{number}",
        "date": f"2024-01-{number:02}",
        "text": f"The words of article {number}. They are few.",
        **more,
    }


def long_article(number: int, paragraphs: int = 60) -> dict[str, Any]:
    """An article of several screens; each paragraph says its number."""
    text = "\n\n".join(f"Paragraph {n}. {PARAGRAPH}" for n in range(1, paragraphs + 1))
    return article(number, text=text)


def write_json(path: Path, *articles: Mapping[str, Any]) -> Path:
    """Write articles as JSON Lines."""
    path.write_bytes(b"".join(orjson.dumps(each) + b"\n" for each in articles))
    return path


def newstui(home: Path, *arguments: str | Path, env: Mapping[str, str] | None = None) -> str:
    """Run a command that has to go well.

    Returns:
        What it printed.
    """
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


def opened(home: Path) -> FolderLibrary:
    """The library of a home folder, as a process of this machine opens it."""
    library = FolderLibrary(home / "data/newstui", home / "cache/newstui", "desk", system_clock)
    load(library)
    return library


def fill(home: Path, *files: Path) -> None:
    """Put the articles of files into the library of a home folder, as `newstui import` does."""
    now = format_timestamp(system_clock().replace(microsecond=0))
    named = [source for source in find_sources(files) if isinstance(source, ImportSource)]
    items = [item for source in named for item in read_source(source, now=now)]
    library = opened(home)
    add(library, [item for item in items if isinstance(item, ParsedArticle)])
    library.close()


def library_of(home: Path, *articles: Mapping[str, Any]) -> Path:
    """Put articles into the library of a home folder and return that folder."""
    fill(home, write_json(home / "articles.jsonl", *articles))
    return home


def shown(home: Path, number: int) -> dict[str, Any]:
    """Everything the library knows of an article, as the JSON of `newstui show`."""
    library = opened(home)
    entry = library.get_article(library.find_id(f"{number:08x}"))
    return dict(article_to_dict(entry, library.similar(entry)))


def start(
    home: Path,
    *,
    size: tuple[int, int] = (100, 30),
    env: Mapping[str, str] | None = None,
    command: Sequence[str | Path] = NEWSTUI,
) -> Terminal:
    """Start the reader; it need not be ready."""
    return Terminal(command, home, size=size, env={"NEWSTUI_MACHINE": "desk"} | dict(env or {}))


def ready(terminal: Terminal, articles: int) -> Terminal:
    """Wait until the reader takes keys and shows all articles of its library."""
    terminal.wait_raw(TAKEN)
    noun = "article" if articles == 1 else "articles"
    terminal.wait_for(re.compile(rf"^ {articles} {noun} (?!.*loading)", re.MULTILINE))
    return terminal


def read(
    home: Path,
    articles: int,
    *,
    size: tuple[int, int] = (100, 30),
    env: Mapping[str, str] | None = None,
    command: Sequence[str | Path] = NEWSTUI,
) -> Terminal:
    """Start the reader and wait until it is ready."""
    terminal = start(home, size=size, env=env, command=command)
    try:
        return ready(terminal, articles)
    except BaseException:
        terminal.close()
        raise


def row(terminal: Terminal, title: str) -> str:
    """The list's row of a title as it stands on the screen, empty if it does not."""
    return next((line for line in terminal.screen() if f" {title} " in line[:60]), "")


def unread(title: str) -> re.Pattern[str]:
    """An unread row of that title; on whichever row the cursor is."""
    return re.compile(rf"^.●. {title} ", re.MULTILINE)


def done(title: str) -> re.Pattern[str]:
    """A row of that title that is marked read."""
    return re.compile(rf"^. . {title} ", re.MULTILINE)


def injected(folder: Path, patch: str) -> list[str | Path]:
    """The reader with something wrong with it.

    Args:
        folder: Where the program is put that starts it.
        patch: Python that does the damage before the start.

    Returns:
        The command that starts it.
    """
    program = folder / "damaged.py"
    program.write_text(f"import sys\n{patch}\nfrom tui.cli import main\nsys.exit(main())\n")
    return [sys.executable, program]


def ended(terminal: Terminal, code: int) -> None:
    """See the reader end with an exit code and the terminal given back as it was found."""
    assert terminal.wait_exit() == code
    assert terminal.modes_on() == set()
    assert terminal.raw.rindex(b"\x1b[?25h") > terminal.raw.rindex(b"\x1b[?25l")
    assert b"\x1b[<u" in terminal.raw
