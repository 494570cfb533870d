"""`newstui add`: feeds and pages by their URLs, and the texts that are missing."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from store.library.protocol import Library
from store.model.errors import FetchFailed, NewstuiError, PrivateHost
from store.search import ListQuery
from tui.cli.console import ProgressLine, print_json, print_message
from tui.cli.context import load_with_progress, resolve_paths, run_article_hook
from tui.cli.feeds import open_feed_store, print_url_error
from tui.rendering.wording import format_count
from tui.services import make_fetch_tools, open_library

if TYPE_CHECKING:
    from store.feeds.resolve_url import AddedFeed, AddedPage, ResolvedFeed, ResolvedPage

URLS_FROM_STDIN = "-"
NO_TEXT_MESSAGE = "no article text found; the address is kept, `newstui add --missing` tries again"


def run_add(options: argparse.Namespace) -> int:
    """Add what the URLs lead to; what fails costs a line and the rest goes on."""
    library = open_library(resolve_paths(options))
    load_with_progress(library)
    adding = UrlAdder(library, options)
    try:
        if options.missing:
            adding.fetch_missing_texts()
        with ProgressLine("adding").display() as counter:
            for url in _read_urls(options.urls):
                counter.update(url)
                adding.add(url)
    finally:
        run_article_hook(options, library, "on_new", adding.new_ids)
        adding.close()
    if options.json:
        print_json(
            {
                "added": len(adding.new_ids),
                "feeds": adding.subscribed_count,
                "failed": adding.failed_count,
            }
        )
    else:
        print_message(adding.describe_result())
    return 1 if adding.failed_count else 0


def _read_urls(given: Sequence[str]) -> Iterator[str]:
    """The URLs, `-` being one a line on standard input."""
    for each in given:
        if each != URLS_FROM_STDIN:
            yield each
            continue
        for line in sys.stdin:
            if line.strip() and not line.lstrip().startswith("#"):
                yield line.strip()


class UrlAdder:
    """Adds one URL after the other."""

    def __init__(self, library: Library, options: argparse.Namespace) -> None:
        from store.feeds.resolve_url import UrlResolver

        self._library = library
        self._feed_store = open_feed_store(options)
        self._resolver = UrlResolver(
            make_fetch_tools(), options.want, options.category or "", options.private
        )
        self.new_ids: list[str] = []
        """The articles that were added."""
        self.subscribed_count = self.failed_count = 0

    def add(self, url: str) -> None:
        """Add what a URL leads to."""
        from store.feeds.resolve_url import AddedFeed, store_resolved

        try:
            added = store_resolved(self._resolve(url), self._feed_store, self._library.add)
            self.new_ids += added.new_ids
            if isinstance(added, AddedFeed):
                self._report_feed(added)
            else:
                self._report_page(added)
        except NewstuiError as error:
            self.failed_count += 1
            print_url_error(url, error)

    def _resolve(self, url: str) -> ResolvedFeed | ResolvedPage:
        try:
            return self._resolver(url)
        except PrivateHost as error:
            if not _confirm_private_host(error):
                raise
            return replace(self._resolver, is_private_allowed=True)(url)

    def _report_feed(self, added: AddedFeed) -> None:
        self.subscribed_count += added.is_new
        known = "subscribed to" if added.is_new else "already subscribed to"
        new = format_count(len(added.new_ids), "new article")
        print_message(f"{known} {added.subscription.display_name}: {new}")

    def _report_page(self, added: AddedPage) -> None:
        if not added.has_text:
            raise FetchFailed(NO_TEXT_MESSAGE)
        title = self._library.title(added.article.id) or added.article.title
        print_message(f"{'added' if added.new_ids else 'already there'}: {title}")
        if added.feed_urls:
            print_message(f"its feed: newstui add {added.feed_urls[0]}")

    def fetch_missing_texts(self) -> None:
        """Fetch the pages of articles that have an address and no text."""
        from store.feeds.resolve_url import PageCache, find_missing_text

        rows = [row.id for row in self._library.rows(ListQuery()) if not row.words]
        articles = [each for each, _ in self._library.articles(rows) if each.url]
        pages = PageCache(self._feed_store.cache)
        with ProgressLine("fetching pages").display() as counter:
            for number, article in enumerate(articles, 1):
                counter.update(f"{number} of {len(articles)} · {article.title}")
                try:
                    found = find_missing_text(article, self._resolver, pages)
                    for step in self._library.add([found]):
                        self.new_ids += step.new_ids
                    pages.remove(article.id)
                except NewstuiError as error:
                    self.failed_count += 1
                    print_url_error(article.url, error)

    def close(self) -> None:
        """Let go of everything."""
        self._library.close()
        self._resolver.context.close()

    def describe_result(self) -> str:
        """What came of it."""
        parts = [f"{format_count(len(self.new_ids), 'article')} added"]
        if self.subscribed_count:
            parts.append(f"{format_count(self.subscribed_count, 'feed')} subscribed")
        if self.failed_count:
            parts.append(f"{self.failed_count:,} failed")
        return ", ".join(parts)


def _confirm_private_host(error: PrivateHost) -> bool:
    """Ask once whether a host on a private network may be asked; only at a terminal."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    print_message(f"{error}. Fetch it all the same? [y/N]")
    return sys.stdin.readline().strip().lower() in ("y", "yes")
