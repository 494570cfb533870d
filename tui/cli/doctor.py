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
from store.maintenance.review_copies import review_copies
from store.model.errors import NewstuiError
from store.model.times import system_clock
from store.search import ListQuery
from store.system.machine import machine_name
from store.system.paths import Paths
from store.text.clean import clean_line
from tui.cli.console import print_data, print_json
from tui.cli.context import resolve_paths
from tui.config.settings import load_settings
from tui.rendering.cells import fit_cells
from tui.rendering.wording import REPAIR_HINT, format_count
from tui.terminal.browser import describe_methods
from tui.terminal.environment import HostEnvironment, find_startup_problem

REPEATED_FACTS = ("problem", "repaired", "copy")


def run_doctor(options: argparse.Namespace) -> int:
    """Print what was found; the exit code is 1 if something is wrong."""
    paths = resolve_paths(options)
    found = _gather_facts(paths, repair=options.repair)
    facts = [(name, clean_line(text, limit=2000)) for name, text in found]
    problems = [text for name, text in facts if name == "problem"]
    if options.json:
        print_json(
            {
                "facts": {name: text for name, text in facts if name not in REPEATED_FACTS},
                "problems": problems,
                "repaired": [text for name, text in facts if name == "repaired"],
                "copies": [text for name, text in facts if name == "copy"],
            },
            pretty=True,
        )
    else:
        for name, text in facts:
            print_data(f"{fit_cells(name, 12)}{text}")
        print_data("nothing is wrong" if not problems else format_count(len(problems), "problem"))
    return 1 if problems else 0


def _gather_facts(paths: Paths, *, repair: bool) -> Iterator[tuple[str, str]]:
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
        yield from _check_library(
            paths,
            FolderLibrary(paths.library, paths.cache, machine, system_clock, repair=repair),
            repair=repair,
        )
    except NewstuiError as error:
        yield "problem", str(error)
    yield "locale", f"{locale.setlocale(locale.LC_CTYPE, None)}, {sys.stdout.encoding}"
    yield "terminal", find_startup_problem(os.environ) or os.environ.get("TERM", "")
    loaded = load_settings(paths.config)
    yield from (("problem", fault) for fault in loaded.faults)
    around = HostEnvironment(os.environ, sys.platform, shutil.which)
    yield from describe_methods(around, loaded.settings.open_command, loaded.settings.copy_command)


def _check_library(
    paths: Paths, library: FolderLibrary, *, repair: bool
) -> Iterator[tuple[str, str]]:
    if repair and not library.read_only_reason and (swept := library.repairer.tidy(paths.cache)):
        yield "repaired", f"{format_count(swept, 'temporary file')} of a crash removed"
    for _ in library.load():
        pass
    without = library.repairer.check_files()
    rows = library.rows(ListQuery())
    unread = sum(not row.read for row in rows)
    yield "articles", f"{len(rows):,}, {unread:,} unread"
    if without:
        yield "no text", format_count(without, "article")
    if library.read_only_reason:
        yield "problem", library.read_only_reason
    mended = set(library.repairer.repaired.values())
    repairable = library.repairer.repairable
    for problem in library.problems:
        hint = f"; {REPAIR_HINT}" if problem in repairable else ""
        yield "repaired" if problem in mended else "problem", f"{problem}{hint}"
    if library.problems:
        yield from _newest_backup(paths)
    yield from (("copy", line) for line in review_copies(paths.library))


def _newest_backup(paths: Paths) -> Iterator[tuple[str, str]]:
    from store.backup.backup import list_auto_backups  # here: no other command needs archives

    with suppress(OSError):
        for newest in list_auto_backups(paths)[:1]:
            yield "backup", f"{newest}; `newstui restore FILE --into DIR` unpacks it"
