"""`newstui doctor`: where things are, whether the library is well, what this terminal can do."""

from __future__ import annotations

import argparse
import locale
import os
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import version

from store.clean import clean_line
from store.errors import NewsError
from store.machine import machine_name
from store.paths import Paths
from store.query import Query
from tui.cells import fit
from tui.cli.opening import paths_of, unloaded
from tui.cli.output import put, put_json
from tui.outside import Surroundings, describe
from tui.terminal import refusal
from tui.wording import count


def doctor(options: argparse.Namespace) -> int:
    """Print what was found; the exit code is 1 if something is wrong."""
    paths = paths_of(options)
    facts = [(name, clean_line(text, limit=2000)) for name, text in _facts(paths)]
    problems = [text for name, text in facts if name == "problem"]
    if options.json:
        put_json(
            {
                "facts": {name: text for name, text in facts if name != "problem"},
                "problems": problems,
            },
            pretty=True,
        )
    else:
        for name, text in facts:
            put(f"{fit(name, 12)}{text}")
        put("nothing is wrong" if not problems else count(len(problems), "problem"))
    return 1 if problems else 0


def _facts(paths: Paths) -> Iterator[tuple[str, str]]:
    yield "newstui", version("newstui")
    yield "python", sys.version.split()[0]
    yield "textual", version("textual")
    yield "library", str(paths.library)
    yield "cache", str(paths.cache)
    yield "state", str(paths.state)
    yield "settings", str(paths.config)
    try:
        yield "machine", machine_name(paths.state, os.environ)
        yield from _health(paths)
    except NewsError as error:
        yield "problem", str(error)
    yield "locale", f"{locale.setlocale(locale.LC_CTYPE, None)}, {sys.stdout.encoding}"
    yield "terminal", refusal(os.environ) or os.environ.get("TERM", "")
    yield from describe(Surroundings(os.environ, sys.platform, shutil.which))


def _health(paths: Paths) -> Iterator[tuple[str, str]]:
    library = unloaded(paths)
    for _ in library.load():
        pass
    rows = library.rows(Query())
    unread = sum(not row.read for row in rows)
    yield "articles", f"{len(rows):,}, {unread:,} unread"
    if library.read_only:
        yield "problem", library.read_only
    for problem in library.problems:
        yield "problem", problem
