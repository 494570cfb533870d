"""`newstui copy`: copy a library to another one."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from store.library.folder import is_library
from store.library.protocol import Library
from store.library.transfer import TransferMarks, TransferResult, copy_library
from store.system.paths import is_database_url, redact_database_url
from tui.cli.console import print_json, print_message, print_messages, run_with_progress
from tui.cli.context import load_with_progress
from tui.cli.exit_codes import UsageError
from tui.config.library_choice import library_paths
from tui.rendering.wording import format_count, join_nonempty
from tui.services import open_library


def run_copy(options: argparse.Namespace) -> bool:
    """Copy what the target lacks; what cannot be read is skipped."""
    check_libraries(options.source, options.target)
    with (
        open_named_library(options.source) as source,
        open_named_library(options.target) as target,
    ):
        steps = copy_library(source, target, TransferMarks())
        done = run_with_progress("copy", steps, describe_progress)
    print_messages(f"{each.location}: {each.reason}" for each in done.rejected)
    if options.json:
        print_json(result_to_dict(done))
    else:
        print_message(describe_copied(done, options.target))
    return bool(done.rejected)


def check_libraries(source: str, target: str) -> None:
    """Check that there is something to copy, and that it goes to a library or to a new folder.

    Raises:
        UsageError: There is not, or it does not.
    """
    is_same = identify_library(source) == identify_library(target)
    if not is_database_url(source) and not is_library(Path(source)):
        raise UsageError(f"no library in {source}")
    if not is_database_url(target) and not _is_library_or_free(Path(target)):
        raise UsageError(f"{target} is neither a library nor empty")
    if is_same:
        raise UsageError(f"{show_library(target)} is the same library")


def identify_library(name: str) -> Path:
    """Return what is the same for two names of one library: its cache."""
    return library_paths(os.environ, name).cache


def show_library(name: str) -> str:
    """Return the name of a library as it is shown: without a password."""
    return redact_database_url(name) if is_database_url(name) else name


def _is_library_or_free(folder: Path) -> bool:
    return is_library(folder) or not folder.is_dir() or not any(folder.iterdir())


@contextmanager
def open_named_library(name: str) -> Iterator[Library]:
    """Open and load a library that is not that of the other commands."""
    with closing(open_library(library_paths(os.environ, name))) as library:
        load_with_progress(library)
        print_messages(library.problems)
        yield library


def describe_progress(done: TransferResult) -> str:
    """Return the progress of a copy in words."""
    return f"{format_count(done.articles, 'article')}, {format_count(done.events, 'event')}"


def describe_copied(done: TransferResult, target: str) -> str:
    """Return `copied 3 articles and 4 events to TARGET (2 articles already there, 1 skipped)`."""
    there = f"{format_count(done.existing, 'article')} already there" if done.existing else ""
    skipped = f"{len(done.rejected):,} skipped" if done.rejected else ""
    rest = join_nonempty((there, skipped), ", ")
    copied = f"copied {describe_parts(done)} to {show_library(target)}"
    return f"{copied} ({rest})" if rest else copied


def describe_parts(done: TransferResult) -> str:
    """Return `3 articles, 4 events and 1 feed`."""
    parts = [format_count(done.articles, "article"), format_count(done.events, "event")]
    parts += [format_count(done.feeds, "feed")] if done.feeds else []
    parts += [format_count(done.searches, "saved search")] if done.searches else []
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def result_to_dict(done: TransferResult) -> dict[str, int]:
    """Return what was copied as JSON."""
    return {
        "articles": done.articles,
        "known": done.existing,
        "events": done.events,
        "feeds": done.feeds,
        "searches": done.searches,
        "refused": len(done.rejected),
    }
