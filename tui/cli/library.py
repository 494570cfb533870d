"""`newstui library`: make a library on PostgreSQL."""

from __future__ import annotations

import argparse
import os
from contextlib import closing

from store.system.paths import is_database_url, platform_paths
from tui.cli.console import print_message
from tui.cli.exit_codes import UsageError
from tui.config.library_choice import library_paths
from tui.services import find_password, open_database_library, require_postgres


def run_library(options: argparse.Namespace) -> None:
    """Make the library of a URL, or bring it up to date, and say which."""
    if not is_database_url(options.url):
        library_paths(os.environ, options.url)  # says what is wrong with another URL
        raise UsageError(f"{options.url} is no URL of a database (postgresql://HOST/DATABASE)")
    require_postgres()
    from store.postgres.schema import init_library  # of an extra that most do without

    paths = platform_paths(os.environ, database=options.url)
    before, version = init_library(options.url, find_password(paths))
    with closing(open_database_library(paths)) as library:
        reason = library.read_only_reason
    if reason:
        print_message(reason)
    elif before == version:
        print_message(f"the library is up to date (schema {version})")
    elif before:
        print_message(f"updated the library (schema {before} to {version})")
    else:
        print_message("made a library; `newstui --library URL` opens it")
