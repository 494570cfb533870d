"""`newstui add`: feeds and pages by their URLs, and the texts that are missing."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from store.library.protocol import Library
from store.model.article import ParsedArticle
from store.model.errors import FetchFailed, NewstuiError, PrivateHost
from store.search import ListQuery
from tui.cli.console import ProgressLine, print_json, print_message
from tui.cli.context import load_with_progress, resolve_paths, run_article_hook
from tui.cli.feeds import open_feed_store, print_url_error
from tui.rendering.wording import format_count
from tui.services import make_fetch_tools, open_library

if TYPE_CHECKING:
    from store.feeds.resolve_url import ResolvedFeed, ResolvedPage, UrlResolver

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
        from store.feeds.page_cache import PageCache
        from store.feeds.resolve_url import UrlResolver

        self._library = library
        self._page_cache = PageCache(resolve_paths(options).cache)
        self._feed_store = open_feed_store(options)
        self._look_up = UrlResolver(
            make_fetch_tools(), options.want, options.category or "", options.private
        )
        self.new_ids: list[str] = []
        """Articles that were added."""
        self.subscribed_count = self.failed_count = 0

    def add(self, url: str) -> None:
        """Add what a URL leads to."""
        from store.feeds.resolve_url import ResolvedFeed

        try:
            found = self._look_up_url(self._look_up, url)
            if isinstance(found, ResolvedFeed):
                self._subscribe(found)
            else:
                self._add_page(found, url)
        except NewstuiError as error:
            self.failed_count += 1
            print_url_error(url, error)

    def _look_up_url(self, look_up: UrlResolver, url: str) -> ResolvedFeed | ResolvedPage:
        try:
            return look_up(url)
        except PrivateHost as error:
            if not _confirm_private_host(error):
                raise
            return replace(look_up, is_private_allowed=True)(url)

    def _subscribe(self, found: ResolvedFeed) -> None:
        fetched, feed = found.result, found.result.subscription
        there = any(feed.key == each.key for each in self._feed_store.subscriptions())
        if not there:
            self._feed_store.update(put=[feed])
            self.subscribed_count += 1
        added = self._store_articles(fetched.articles)
        self._feed_store.save_results([fetched])
        known = "already subscribed to" if there else "subscribed to"
        print_message(f"{known} {feed.display_name}: {format_count(added, 'new article')}")

    def _add_page(self, found: ResolvedPage, url: str) -> None:
        category = self._look_up.category
        article = found.article.article
        facts = replace(article, category=category) if category else article
        there = self._library.title(article.id)
        added = self._store_articles([replace(found.article, article=facts)])
        if not found.article.body.text:
            self._page_cache.save(article.id, found.html)
            raise FetchFailed(NO_TEXT_MESSAGE)
        print_message(f"{'added' if added else 'already there'}: {there or article.title}")
        if found.feed_urls:
            print_message(f"its feed: newstui add {found.feed_urls[0]}")

    def _store_articles(self, found: Sequence[ParsedArticle]) -> int:
        before = len(self.new_ids)
        for step in self._library.add(found) if found else ():
            self.new_ids += step.new_ids
        return len(self.new_ids) - before

    def fetch_missing_texts(self) -> None:
        """Fetch the pages of articles that have an address and no text."""
        rows = [row.id for row in self._library.rows(ListQuery()) if not row.words]
        articles = [each for each, _ in self._library.articles(rows) if each.url]
        look_up = replace(self._look_up, target="page")
        with ProgressLine("fetching pages").display() as counter:
            for number, article in enumerate(articles, 1):
                counter.update(f"{number} of {len(articles)} · {article.title}")
                try:
                    self._fill_text(look_up, article.url, article.id)
                except NewstuiError as error:
                    self.failed_count += 1
                    print_url_error(article.url, error)

    def _fill_text(self, look_up: UrlResolver, url: str, article: str) -> None:
        try:
            found = self._fetch_page(look_up, url, article)
        except NewstuiError:  # perhaps what was kept has a text, for a newstui that finds more
            page = self._page_cache.load(article)
            if not page or not (found := look_up.parse_cached_page(url, page)).body.text:
                raise
        self._store_articles([replace(found, article=replace(found.article, id=article))])
        self._page_cache.remove(article)

    def _fetch_page(self, look_up: UrlResolver, url: str, article: str) -> ParsedArticle:
        from store.feeds.resolve_url import ResolvedPage

        found = look_up(url)
        if isinstance(found, ResolvedPage) and found.article.body.text:
            return found.article
        if isinstance(found, ResolvedPage) and not self._page_cache.load(article):
            self._page_cache.save(article, found.html)
        raise FetchFailed("no article text found")

    def close(self) -> None:
        """Let go of everything."""
        self._library.close()
        for aside in self._look_up.context.parsers:
            aside.close()

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
