"""The articles that a command changes: by id, from a file or standard input, or by a query."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from itertools import chain
from pathlib import Path
from typing import Any

from store.library.protocol import Library
from store.model.errors import InvalidInput, describe_system_error
from store.search.language import matches_everything, query_needs_index
from store.search.list_query import ListQuery
from store.system.files import open_regular
from tui.actions.article_changes import ActionResult
from tui.cli.console import find_each, print_json, print_message
from tui.cli.context import update_index_with_progress
from tui.cli.exit_codes import UsageError
from tui.rendering.wording import describe_event

STDIN_NAME = "-"
MAX_LIST_BYTES = 100_000_000
"""A longer list is something else by mistake, and may have no end."""


def select_articles(library: Library, options: argparse.Namespace) -> tuple[list[str], bool]:
    """Return the ids of the articles, each once, and whether some were not found and reported."""
    ids, failed = find_each(options.ids, library.find_id)
    if options.file is not None:
        more, unknown = library.identify(_read_names(options.file))
        ids += more
        if unknown:
            failed = True
            matches = "1 line matches" if len(unknown) == 1 else f"{len(unknown):,} lines match"
            print_message(f"{options.file}: {matches} no article (first: {unknown[0]})")
    if options.matching is not None:
        ids += _match_query(library, options.matching)
    if not ids and not failed:
        print_message("no matching articles")
    return list(dict.fromkeys(ids)), failed


def report_changes(
    options: argparse.Namespace, event: str, result: ActionResult, **data: Any
) -> None:
    """Print a change in words, or as JSON, if that was asked for and something changed."""
    if not options.json:
        words = result.message or describe_event(event, len(result.articles), data)
        print_message(words[:1].lower() + words[1:])
    elif result.is_undoable:
        print_json({"event": event, "articles": list(result.articles), **data})


def _match_query(library: Library, text: str) -> list[str]:
    if matches_everything(text):  # an empty variable of a script must not delete a library
        raise UsageError("--matching needs a query with a condition; this one matches all articles")
    if query_needs_index(text):
        update_index_with_progress(library)
    return list(chain.from_iterable(library.listing(ListQuery(text=text)).ids()))


def _read_names(path: Path) -> Sequence[str]:
    try:
        is_stdin = str(path) == STDIN_NAME
        with nullcontext(sys.stdin.buffer) if is_stdin else open_regular(path) as stream:
            data = stream.read(MAX_LIST_BYTES + 1)
    except (OSError, MemoryError) as error:
        raise InvalidInput(describe_system_error(error), file=path) from error
    if len(data) > MAX_LIST_BYTES:
        raise InvalidInput("too large for a list of articles", file=path)
    lines = data.decode("utf-8-sig", "replace").splitlines()
    return [line.strip() for line in lines if line.strip()]
