"""`newstui add`: add feeds and pages by URL, and fetch missing texts."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace

from store.feeds.feed_store import FetchResult
from store.feeds.fetch import FetchContext
from store.feeds.resolve_url import (
    AddedFeed,
    AddedPage,
    PageCache,
    ResolvedPage,
    UrlResolver,
    complete_url,
    find_missing_text,
    store_resolved,
)
from store.feeds.subscriptions import is_private_host_allowed
from store.library.listing import iter_rows
from store.library.protocol import Library
from store.model.errors import FetchFailed, NewstuiError, PrivateHost
from store.search.list_query import ListQuery
from store.text.urls import redact_url
from tui.cli.console import ProgressLine, ask, print_json, print_message, read_line
from tui.cli.context import open_loaded_library, run_article_hook
from tui.cli.feeds import open_feed_store
from tui.rendering.wording import describe_command_error, format_count
from tui.services import make_fetch_context

NO_TEXT_MESSAGE = "no article text found; saved the URL, `newstui add --missing` tries again"


def run_add(options: argparse.Namespace) -> bool:
    """Add feeds and pages by URL; report those that fail and go on."""
    with (
        closing(make_fetch_context()) as context,
        open_loaded_library(options) as library,
    ):
        adder = UrlAdder(library, context, options)
        try:
            if options.missing:
                adder.fetch_missing_texts()
            with ProgressLine("adding") as line:
                for url in _read_urls(options.urls):
                    line.update(url)
                    adder.add(url)
        finally:
            run_article_hook(options, library, "on_new", adder.new_ids)
    if options.json:
        feeds, failed = adder.new_feed_count, adder.failed_count
        print_json({"added": len(adder.new_ids), "feeds": feeds, "failed": failed})
    else:
        print_message(adder.describe_result())
    return bool(adder.failed_count)


def _read_urls(given: Sequence[str]) -> Iterator[str]:
    """Yield the URLs, and for `-` those on standard input, one a line; `#` begins a comment."""
    for each in given:
        if each != "-":
            yield each
            continue
        for line in iter(read_line, ""):
            if line.strip() and not line.lstrip().startswith("#"):
                yield line.strip()


class UrlAdder:
    """Adds URLs one by one and reports each."""

    def __init__(
        self, library: Library, context: FetchContext, options: argparse.Namespace
    ) -> None:
        self._library = library
        self._feed_store = open_feed_store(options)
        self._resolver = UrlResolver(context, options.want, options.category or "", options.private)
        self.new_ids: list[str] = []
        self.new_feed_count = self.failed_count = 0

    def add(self, url: str) -> None:
        """Add the feed or page of a URL."""
        try:
            added = store_resolved(self._resolve(url), self._feed_store, self._library.add)
            self.new_ids += added.new_ids
            if isinstance(added, AddedFeed):
                self._report_feed(added)
            else:
                self._report_page(added)
        except NewstuiError as error:
            self._report_error(url, error)

    def fetch_missing_texts(self) -> None:
        """Fetch the pages of articles that have a URL and no text."""
        rows = [row.id for row in iter_rows(self._library.listing(ListQuery())) if not row.words]
        articles = [each for each, _ in self._library.articles(rows) if each.url]
        pages = PageCache(self._feed_store.cache)
        with ProgressLine("fetching pages") as line:
            for number, article in enumerate(articles, 1):
                line.update(f"{number} of {len(articles)} · {article.title}")
                try:
                    found = find_missing_text(article, self._resolver, pages)
                    for step in self._library.add([found]):
                        self.new_ids += step.new_ids
                    pages.remove(article.id)
                except NewstuiError as error:
                    self._report_error(article.url, error)

    def describe_result(self) -> str:
        """Return the result in words."""
        added = format_count(len(self.new_ids), "article")
        if self.new_feed_count:
            added += f" and {format_count(self.new_feed_count, 'feed')}"
        failed = f", {self.failed_count:,} failed" if self.failed_count else ""
        return f"{added} added{failed}"

    def _resolve(self, url: str) -> FetchResult | ResolvedPage:
        try:
            return self._resolver(url)
        except PrivateHost as error:
            feeds = self._feed_store.subscriptions()
            is_allowed = is_private_host_allowed(complete_url(url), feeds)
            if not is_allowed and not ask(f"{error}. Fetch anyway?"):
                raise
            return replace(self._resolver, is_private_allowed=True)(url)

    def _report_feed(self, added: AddedFeed) -> None:
        self.new_feed_count += added.is_new
        verb = "subscribed to" if added.is_new else "already subscribed to"
        new = format_count(len(added.new_ids), "new article")
        print_message(f"{verb} {added.subscription.display_name}: {new}")

    def _report_page(self, added: AddedPage) -> None:
        if not added.has_text:
            raise FetchFailed(NO_TEXT_MESSAGE)
        title = self._library.title(added.article.id) or added.article.title
        print_message(f"{'added' if added.new_ids else 'already there'}: {title}")
        if added.feed_urls:
            print_message(f"it has a feed: newstui add {added.feed_urls[0]}")

    def _report_error(self, url: str, error: NewstuiError) -> None:
        self.failed_count += 1
        print_message(f"{redact_url(url)}: {describe_command_error(error)}")
