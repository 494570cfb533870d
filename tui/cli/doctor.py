"""`newstui doctor`: where things are, whether the library is well, what this terminal can do."""

from __future__ import annotations

import argparse
import locale
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version

from store.library.folder import FolderLibrary
from store.maintenance.review_copies import review
from store.model.errors import NewsError
from store.model.times import system_clock
from store.search import Query
from store.system.machine import machine_name
from store.system.paths import Paths
from store.text.clean import clean_line
from tui.cli.console import put, put_json
from tui.cli.context import paths_of
from tui.config.settings import load_settings
from tui.rendering.cells import fit
from tui.rendering.wording import count
from tui.terminal.browser import describe
from tui.terminal.environment import Surroundings
from tui.terminal.session import refusal

LISTED = ("problem", "repaired", "copy")


def doctor(options: argparse.Namespace) -> int:
    """Print what was found; the exit code is 1 if something is wrong."""
    paths = paths_of(options)
    found = _facts(paths, repair=options.repair)
    facts = [(name, clean_line(text, limit=2000)) for name, text in found]
    problems = [text for name, text in facts if name == "problem"]
    if options.json:
        put_json(
            {
                "facts": {name: text for name, text in facts if name not in LISTED},
                "problems": problems,
                "repaired": [text for name, text in facts if name == "repaired"],
                "copies": [text for name, text in facts if name == "copy"],
            },
            pretty=True,
        )
    else:
        for name, text in facts:
            put(f"{fit(name, 12)}{text}")
        put("nothing is wrong" if not problems else count(len(problems), "problem"))
    return 1 if problems else 0


def _facts(paths: Paths, *, repair: bool) -> Iterator[tuple[str, str]]:
    yield "newstui", version("newstui")
    yield "python", sys.version.split()[0]
    yield "textual", version("textual")
    yield "library", str(paths.library)
    yield "cache", str(paths.cache)
    yield "state", str(paths.state)
    yield "settings", str(paths.config)
    try:
        machine = machine_name(paths.state, os.environ)
        yield "machine", machine
        yield from _health(
            paths,
            FolderLibrary(paths.library, paths.cache, machine, system_clock, mend=repair),
            repair=repair,
        )
    except NewsError as error:
        yield "problem", str(error)
    yield "locale", f"{locale.setlocale(locale.LC_CTYPE, None)}, {sys.stdout.encoding}"
    yield "terminal", refusal(os.environ) or os.environ.get("TERM", "")
    loaded = load_settings(paths.config)
    yield from (("problem", fault) for fault in loaded.faults)
    around = Surroundings(os.environ, sys.platform, shutil.which)
    yield from describe(around, loaded.settings.open_command, loaded.settings.copy_command)


def _health(paths: Paths, library: FolderLibrary, *, repair: bool) -> Iterator[tuple[str, str]]:
    if repair and not library.read_only and (swept := library.mender.tidy(paths.cache)):
        yield "repaired", f"{count(swept, 'temporary file')} of a crash removed"
    for _ in library.load():
        pass
    without = library.mender.examine()
    rows = library.rows(Query())
    unread = sum(not row.read for row in rows)
    yield "articles", f"{len(rows):,}, {unread:,} unread"
    if without:
        yield "no text", count(without, "article")
    if library.read_only:
        yield "problem", library.read_only
    mended = set(library.mender.mended.values())
    for problem in library.problems:
        yield "repaired" if problem in mended else "problem", problem
    if library.problems:
        yield from _newest_backup(paths)
    yield from (("copy", line) for line in review(paths.library))


def _newest_backup(paths: Paths) -> Iterator[tuple[str, str]]:
    from store.backup.backup import kept_backups  # here: no other command needs archives

    with suppress(OSError):
        for newest in kept_backups(paths)[:1]:
            yield "backup", f"{newest}; `newstui restore FILE --into DIR` unpacks it"
