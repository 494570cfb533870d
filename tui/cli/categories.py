"""`newstui categories`: list the categories and the numbers of their articles."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from store.model.results import GroupCount
from tui.cli.console import print_message
from tui.cli.context import open_loaded_library
from tui.cli.output import Line, print_list, right_column

COUNT_CELLS = 7


def run_categories(options: argparse.Namespace) -> None:
    """Print every category with its number of articles."""
    with open_loaded_library(options) as library:
        categories = [each for each in library.by("category") if each.name]
    if not categories:
        print_message("no categories")
    print_list(categories, GroupForm(), options)


class GroupForm:
    """The forms in which categories and tags are listed."""

    def records(self, items: Sequence[GroupCount]) -> Iterator[Mapping[str, Any]]:
        """Yield the groups as JSON."""
        for item in items:
            yield {"name": item.name, "articles": item.total, "unread": item.unread}

    def values(self, item: GroupCount) -> Sequence[str]:
        """Return name, articles, unread."""
        return [item.name, str(item.total), str(item.unread)]

    def lines(self, item: GroupCount, width: int) -> Iterator[Line]:
        """Yield the line of a group."""
        yield [
            right_column(f"{item.total:,}", COUNT_CELLS),
            right_column(f"{item.unread:,}", COUNT_CELLS, "bold" if item.unread else "dim"),
            (f"  {item.name}", "category"),
        ]
