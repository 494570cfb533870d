"""`newstui links`: list the links of an article."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from store.text.urls import resolve_web_url
from tui.cli.console import print_message
from tui.cli.context import open_article
from tui.cli.list import SHORT_ID_LENGTH
from tui.cli.output import Line, column, print_list, right_column
from tui.rendering.markdown import find_links


class NumberedLink(NamedTuple):
    """A link in the text of an article."""

    number: int
    url: str
    id: str
    """The article of the library that it leads to; empty if there is none."""


def run_links(options: argparse.Namespace) -> None:
    """Print the links in the text of an article."""
    with open_article(options) as (library, entry):
        urls = find_links(entry.body.text)
        resolved = [resolve_web_url(url, entry.article.url) or url for url in urls]
        known = library.find_urls(resolved)
    links = [NumberedLink(n, url, known.get(url, "")) for n, url in enumerate(resolved, 1)]
    if not links:
        print_message("no links")
    print_list(links, LinkForm(), options)


class LinkForm:
    """The forms in which links are listed."""

    def records(self, items: Sequence[NumberedLink]) -> Iterator[Mapping[str, Any]]:
        """Yield the links as JSON."""
        for item in items:
            yield {"number": item.number, "url": item.url, "id": item.id or None}

    def values(self, item: NumberedLink) -> Sequence[str]:
        """Return number, URL, and the id of the article it leads to."""
        return [str(item.number), item.url, item.id]

    def lines(self, item: NumberedLink, width: int) -> Iterator[Line]:
        """Yield the line of a link."""
        yield [
            right_column(str(item.number), 3, "dim"),
            ("  ", ""),
            column(item.id[:SHORT_ID_LENGTH], SHORT_ID_LENGTH, "id"),
            ("  ", ""),
            (item.url, ""),
        ]
