"""`newstui share`: share folders of a library on PostgreSQL with other accounts."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

from store.model.errors import InvalidInput
from tui.cli.console import print_message
from tui.cli.context import resolve_paths
from tui.cli.exit_codes import UsageError
from tui.cli.output import Line, print_list
from tui.rendering.wording import format_count
from tui.services import open_database_library

if TYPE_CHECKING:
    from store.postgres.library import PostgresLibrary
    from store.postgres.sharing import FolderMember


def run_share(options: argparse.Namespace) -> bool:
    """Share a folder, or stop that, account by account; without accounts, list who has what."""
    paths = resolve_paths(options)
    if not paths.database:
        raise UsageError("only a library on PostgreSQL can be shared; a folder has one reader")
    with closing(open_database_library(paths)) as library:
        if not options.folder:
            print_list(library.list_members(), MemberForm(), options)
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


class MemberForm:
    """The forms in which the accounts that see a folder are listed."""

    def records(self, items: Sequence[FolderMember]) -> Iterator[Mapping[str, Any]]:
        """Yield the members as JSON."""
        for item in items:
            yield {"folder": item.folder, "account": item.account, "may_write": item.may_write}

    def values(self, item: FolderMember) -> Sequence[str]:
        """Return folder, account, and `write` or `read`."""
        return [item.folder, item.account, "write" if item.may_write else "read"]

    def lines(self, item: FolderMember, width: int) -> Iterator[Line]:
        """Yield the line of a member."""
        right = "" if item.may_write else "  (read-only)"
        yield [(item.folder, "category"), ("  ", ""), (item.account, ""), (right, "dim")]
