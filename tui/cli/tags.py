"""`newstui tags`: list the tags and the numbers of their articles."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from itertools import chain

from store.library.protocol import Library
from store.model.results import GroupCount
from store.search.list_query import ListQuery
from store.text.names import name_key
from tui.cli.categories import GroupForm
from tui.cli.console import ProgressLine, print_message
from tui.cli.context import open_loaded_library
from tui.cli.output import print_list
from tui.rendering.wording import format_count


def run_tags(options: argparse.Namespace) -> None:
    """Print every tag with its number of articles."""
    with open_loaded_library(options) as library:
        tags = sorted(count_tags(library), key=lambda each: name_key(each.name))
    if not tags:
        print_message("no tags; `newstui edit ID --tag TAG` adds one")
    print_list(tags, GroupForm(), options)


def count_tags(library: Library) -> Iterator[GroupCount]:
    """Yield each tag of the library once, in its most frequent spelling."""
    spellings: dict[str, Counter[str]] = {}
    unread: Counter[str] = Counter()
    listing = library.listing(ListQuery())
    ids = chain.from_iterable(listing.ids())
    with ProgressLine("counting") as line:
        for number, (article, reading) in enumerate(library.articles(ids), 1):
            line.update(f"{number:,} of {format_count(listing.total, 'article')}")
            for key, tag in {name_key(tag): tag for tag in article.tags}.items():
                spellings.setdefault(key, Counter())[tag] += 1
                unread[key] += not reading.read
    for key, found in spellings.items():
        yield GroupCount(found.most_common(1)[0][0], found.total(), unread[key])
