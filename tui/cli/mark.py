"""`newstui mark`: mark articles as read or unread, star or unstar them."""

from __future__ import annotations

import argparse
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from store.library.protocol import Library
from store.model.errors import ArticleNotFound, InvalidInput
from store.search import ListQuery
from store.text.urls import canonicalize_url
from tui.actions.article_changes import TargetState, set_state
from tui.cli.console import print_message
from tui.cli.context import open_loaded_library, run_article_hook
from tui.cli.exit_codes import exit_code

STATES: Mapping[str, TargetState] = {
    "read": "read",
    "unread": "unread",
    "star": "starred",
    "unstar": "unstarred",
}
"""The state of an article that each flag of `newstui mark` sets."""


def run_mark(options: argparse.Namespace) -> int:
    """Mark articles; report those that were not found."""
    library = open_loaded_library(options)
    ids, failed = _find_articles(library, options.ids)
    if options.file:
        more, unknown = _identify_articles(library, _read_article_names(options.file))
        ids = list(dict.fromkeys([*ids, *more]))
        if unknown:
            failed = True
            matches = "1 line matches" if len(unknown) == 1 else f"{len(unknown):,} lines match"
            print_message(f"{options.file}: {matches} no article (first: {unknown[0]})")
    for flag in filter(None, (options.read, options.star)):
        result = set_state(library, ids, STATES[flag])
        run_article_hook(options, library, "on_read", result.marked_read)
    library.close()
    return exit_code(failed=failed)


def _read_article_names(path: Path) -> list[str]:
    try:
        text = path.read_text("utf-8-sig", errors="replace")
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror}") from error
    return [line.strip() for line in text.splitlines() if line.strip()]


def _find_articles(library: Library, names: Sequence[str]) -> tuple[list[str], bool]:
    ids, failed = [], False
    for name in names:
        try:
            ids.append(library.find_id(name))
        except ArticleNotFound as error:
            print_message(str(error))
            failed = True
    return list(dict.fromkeys(ids)), failed


def _identify_articles(library: Library, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the ids of the articles with these ids, URLs or feed guids, and the unknown names."""
    ids: dict[str, None] = {}
    left: dict[str, None] = {}
    for name in names:
        found = next(
            (each for each in _candidate_ids(name) if library.get_row(each) is not None), ""
        )
        (ids if found else left)[found or name] = None
    if left:
        every = (row.id for row in library.rows(ListQuery()))
        for article, _ in library.articles(every):
            if (guid := article.extra.get("guid")) in left:
                del left[guid]
                ids[article.id] = None
    return list(ids), list(left)


def _candidate_ids(name: str) -> list[str]:
    """Return the ids an article of this id or URL can have."""
    return [name, str(uuid.uuid5(uuid.NAMESPACE_URL, canonicalize_url(name)))]
