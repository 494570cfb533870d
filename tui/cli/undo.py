"""`newstui undo`: undo the last change, or list the changes that can be undone."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from store.library.protocol import Library
from store.model.results import UndoableChange
from tui.actions.article_changes import find_titles, undo
from tui.cli.console import print_json, print_message
from tui.cli.context import open_loaded_library
from tui.cli.output import Line, print_list
from tui.rendering.wording import format_minute, summarize_change

NOTHING_TO_UNDO = "nothing to undo"


def run_undo(options: argparse.Namespace) -> bool:
    """Undo changes of this machine, the last one first; fail if there is none."""
    with open_loaded_library(options) as library:
        changes = library.undoable(options.limit)
        form = ChangeForm(library, changes)
        if options.list:
            if not changes:
                print_message(NOTHING_TO_UNDO)
            print_list(changes, form, options)
            return False
        if not changes:
            print_message(NOTHING_TO_UNDO)
            return True
        result = undo(library)
        if options.json:
            print_json(*form.records(changes[:1]))
        else:
            print_message(result.message[:1].lower() + result.message[1:])
    return False


class ChangeForm:
    """The forms in which changes are listed."""

    def __init__(self, library: Library, changes: Sequence[UndoableChange]) -> None:
        self._titles = find_titles(library, changes)

    def records(self, items: Sequence[UndoableChange]) -> Iterator[Mapping[str, Any]]:
        """Yield the changes as JSON."""
        for item in items:
            yield {
                "event": item.event,
                "articles": list(item.articles),
                "time": item.timestamp,
                "what": summarize_change(item, self._titles),
            }

    def values(self, item: UndoableChange) -> Sequence[str]:
        """Return time, event, number of articles, and the change in words."""
        number = str(len(item.articles))
        return [item.timestamp, item.event, number, summarize_change(item, self._titles)]

    def lines(self, item: UndoableChange, width: int) -> Iterator[Line]:
        """Yield the line of a change."""
        what = summarize_change(item, self._titles)
        yield [(format_minute(item.timestamp), "dim"), ("  ", ""), (what, "")]
