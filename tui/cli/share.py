"""`newstui share`: share folders of a library on PostgreSQL with other accounts."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

from store.model.errors import InvalidInput
from tui.cli.console import print_data, print_json, print_message
from tui.cli.context import resolve_paths
from tui.cli.exit_codes import UsageError
from tui.rendering.wording import format_count
from tui.services import open_database_library

if TYPE_CHECKING:
    from store.postgres.library import PostgresLibrary


def run_share(options: argparse.Namespace) -> bool:
    """Share a folder, or stop that, account by account; without accounts, list who has what."""
    paths = resolve_paths(options)
    if not paths.database:
        raise UsageError("only a library on PostgreSQL can be shared; a folder has one reader")
    with closing(open_database_library(paths)) as library:
        if not options.folder:
            _print_members(library, as_json=options.json)
            return False
        changes = [
            *(partial(_share, library, options, each) for each in options.accounts),
            *(partial(_stop, library, options.folder, each) for each in options.stop),
        ]
        failed = [each for each in changes if not _try(each)]
    return bool(failed)


def _try(change: Callable[[], str]) -> bool:
    """Make a change and say so; return False if it cannot be made, which is reported."""
    try:
        print_message(change())
    except InvalidInput as error:
        print_message(str(error))
        return False
    return True


def _share(library: PostgresLibrary, options: argparse.Namespace, account: str) -> str:
    moved = library.share(options.folder, account, may_write=not options.read_only)
    right = "read" if options.read_only else "read and add"
    came = f"; {format_count(moved, 'article')} moved to the folder" if moved else ""
    return f"shared {options.folder} with {account}, who may {right}{came}"


def _stop(library: PostgresLibrary, folder: str, account: str) -> str:
    library.stop_sharing(folder, account)
    return f"stopped sharing {folder} with {account}"


def _print_members(library: PostgresLibrary, *, as_json: bool) -> None:
    for each in library.list_members():
        if as_json:
            values = {"folder": each.folder, "account": each.account, "may_write": each.may_write}
            print_json(values)
        else:
            right = "" if each.may_write else "  (read-only)"
            print_data(f"{each.folder}  {each.account}{right}")
