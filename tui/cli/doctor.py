"""`newstui doctor`: check folders, library, settings and terminal, and repair the library."""

from __future__ import annotations

import argparse
import locale
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from importlib.metadata import version

from store.backup.auto_backups import find_newest_backup
from store.feeds.subscriptions import find_subscription_copies
from store.library.folder import FolderLibrary
from store.library.protocol import Library
from store.maintenance.repair import review_copies
from store.model.errors import InvalidInput, NewstuiError
from store.model.times import system_clock
from store.search.list_query import ListQuery
from store.search.saved_searches import find_search_copies
from store.system.machine import machine_name
from store.system.paths import Paths, platform_paths
from store.text.clean import clean_line
from tui import __version__
from tui.cli.console import MAX_MESSAGE_CHARS, page_size, print_data, print_json
from tui.cli.context import find_config_faults, resolve_library
from tui.cli.output import column, is_terminal, print_lines, print_values
from tui.config.library_choice import LibraryChoice
from tui.config.settings import load_settings
from tui.rendering.cells import wrap_text
from tui.rendering.wording import (
    REPAIR_HINT,
    describe_searches_copy,
    describe_subscriptions_copy,
    format_count,
    join_nonempty,
)
from tui.services import open_database_library
from tui.terminal.browser import describe_methods
from tui.terminal.environment import HostEnvironment, find_startup_problem

NAME_CELLS = 12
MAX_LINE_CELLS = 10_000
REPEATED_NAMES = ("problem", "repaired", "copy")
"""Findings there may be several of; all others are there once."""

Finding = tuple[str, str]
"""Name and text of something doctor found."""


def run_doctor(options: argparse.Namespace) -> bool:
    """Print the findings; fail if there is a problem."""
    findings = [
        (name, clean_line(text, limit=MAX_MESSAGE_CHARS))
        for name, text in _examine(_find_library(options), repair=options.repair)
    ]
    problems, repaired, copies = (
        [text for name, text in findings if name == repeated] for repeated in REPEATED_NAMES
    )
    if options.json:
        facts = {name: text for name, text in findings if name not in REPEATED_NAMES}
        print_json(
            {"facts": facts, "problems": problems, "repaired": repaired, "copies": copies},
            pretty=True,
        )
    else:
        for finding in findings:
            _print_finding(*finding)
        print_data(format_count(len(problems), "problem") if problems else "no problems")
    return bool(problems)


def _print_finding(name: str, text: str) -> None:
    if not is_terminal():
        print_values((name, text))
        return
    style = "problem" if name == "problem" else ""
    for number, line in enumerate(wrap_text(text, max(1, page_size()[0] - NAME_CELLS))):
        print_lines(
            [[column("" if number else name, NAME_CELLS, "bold"), (line, style)]], MAX_LINE_CELLS
        )


def _find_library(options: argparse.Namespace) -> LibraryChoice | None:
    """Return the library to check; None if a mistake in the settings hides which it is."""
    try:
        return resolve_library(options)
    except InvalidInput:
        return None


def _examine(choice: LibraryChoice | None, *, repair: bool) -> Iterator[Finding]:
    paths = choice.paths if choice else platform_paths(os.environ)
    yield "newstui", __version__
    yield "python", sys.version.split()[0]
    yield "textual", version("textual")
    if choice:
        if not paths.database:
            yield "library", str(paths.library)
        if choice.source:
            yield "chosen by", choice.source
        yield "cache", str(paths.cache)
    yield "state", str(paths.state)
    yield "settings", str(paths.config)
    try:
        machine = machine_name(paths.state, os.environ)
        yield "machine", machine
        if choice and paths.database:
            yield from _examine_database(paths)
        elif choice:
            opened = FolderLibrary(paths.library, paths.cache, machine, system_clock, repair=repair)
            with closing(opened) as library:
                yield from _examine_library(paths, library, repair=repair)
    except NewstuiError as error:
        yield "problem", str(error)
    yield "locale", f"{locale.setlocale(locale.LC_CTYPE, None)}, {sys.stdout.encoding}"
    yield "terminal", find_startup_problem(os.environ) or os.environ.get("TERM", "")
    loaded = load_settings(paths.config)
    yield from (("problem", fault) for fault in find_config_faults(paths, loaded))
    host = HostEnvironment(os.environ, sys.platform, shutil.which)
    yield from describe_methods(host, loaded.settings.open_command, loaded.settings.copy_command)


def _examine_database(paths: Paths) -> Iterator[Finding]:
    with closing(open_database_library(paths)) as library:
        yield "library", library.shown_url
        yield "server", library.server
        yield from _count_articles(library)
        yield from (("problem", problem) for problem in library.problems)


def _count_articles(library: Library) -> Iterator[Finding]:
    total, unread = library.counts({"": ListQuery()})[""]
    yield "articles", f"{total:,}, {unread:,} unread"
    if library.read_only_reason:
        yield "problem", library.read_only_reason


def _examine_library(paths: Paths, library: FolderLibrary, *, repair: bool) -> Iterator[Finding]:
    if repair and not library.read_only_reason and (swept := library.repairer.tidy(paths.cache)):
        yield "repaired", f"removed {format_count(swept, 'temporary file')} left by a crash"
    for _ in library.load():
        pass
    textless = library.repairer.check_files()
    yield from _count_articles(library)
    if textless:
        yield "no text", format_count(textless, "article")
    repaired, repairable = set(library.repairer.repaired.values()), library.repairer.repairable
    for problem in library.problems:
        if problem in repaired:
            yield "repaired", problem
        else:
            hint = REPAIR_HINT if problem in repairable else ""
            yield "problem", join_nonempty((problem, hint), "; ")
    if library.problems and (newest := find_newest_backup(paths)):
        yield "backup", f"{newest} (newstui restore FILE --into DIR unpacks it)"
    yield from (("copy", line) for line in review_copies(paths.library))
    copies = find_subscription_copies(paths.library)
    yield from (("copy", describe_subscriptions_copy(copy)) for copy in copies)
    search_copies = find_search_copies(paths.library)
    yield from (("copy", describe_searches_copy(copy)) for copy in search_copies)
