"""`newstui mark`: mark articles as read or unread, star or unstar them."""

from __future__ import annotations

import argparse
from pathlib import Path

from store.model.errors import InvalidInput, describe_system_error
from store.system.files import read_regular
from tui.actions.article_changes import set_state
from tui.cli.console import find_each, print_message
from tui.cli.context import open_loaded_library, run_article_hook


def run_mark(options: argparse.Namespace) -> bool:
    """Mark articles; report those that were not found."""
    with open_loaded_library(options) as library:
        ids, failed = find_each(options.ids, library.find_id)
        if options.file:
            more, unknown = library.identify(_read_article_names(options.file))
            ids += more
            if unknown:
                failed = True
                matches = "1 line matches" if len(unknown) == 1 else f"{len(unknown):,} lines match"
                print_message(f"{options.file}: {matches} no article (first: {unknown[0]})")
        for flag in filter(None, (options.read, options.star)):
            result = set_state(library, list(dict.fromkeys(ids)), flag)
            run_article_hook(options, library, "on_read", result.marked_read)
    return failed


def _read_article_names(path: Path) -> list[str]:
    try:
        text = read_regular(path).decode("utf-8-sig", "replace")
    except (OSError, MemoryError) as error:
        raise InvalidInput(describe_system_error(error), file=path) from error
    return [line.strip() for line in text.splitlines() if line.strip()]
