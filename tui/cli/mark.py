"""`newstui mark`: mark articles as read or unread, star or unstar them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from store.library.identify import named
from store.library.protocol import Library
from store.model.errors import BadInput, NoSuchArticle
from tui.cli.console import tell
from tui.cli.context import loaded, tell_hook
from tui.rendering.wording import count


def mark(options: argparse.Namespace) -> int:
    """Mark articles; those that are marked so already are left alone."""
    library = loaded(options)
    ids, failed = _found(library, options.ids)
    if options.file:
        more, unknown = named(library, _lines(options.file))
        ids = list(dict.fromkeys([*ids, *more]))
        if unknown:
            failed = True
            tell(
                f"{options.file}: {count(len(unknown), 'line')} of no article, first {unknown[0]!r}"
            )
    events = {"read": "read", "unread": "unread", "star": "starred", "unstar": "unstarred"}
    for flag in filter(None, (options.read, options.star)):
        event = events[flag]
        changed = [article for article in ids if not _is(library, article, event)]
        library.record(event, changed)
        if event == "read":
            tell_hook(options, library, "on_read", changed)
    library.close()
    return 1 if failed else 0


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text("utf-8-sig", errors="replace")
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from error
    return [line.strip() for line in text.splitlines() if line.strip()]


def _found(library: Library, names: Sequence[str]) -> tuple[list[str], bool]:
    ids, failed = [], False
    for name in names:
        try:
            ids.append(library.find(name))
        except NoSuchArticle as error:
            tell(str(error))
            failed = True
    return list(dict.fromkeys(ids)), failed


def _is(library: Library, article: str, event: str) -> bool:
    row = library.row(article)
    if row is None:
        return True
    states = {"read": row.read, "unread": not row.read, "starred": row.starred}
    return states.get(event, not row.starred)
