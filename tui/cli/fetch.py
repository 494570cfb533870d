"""`newstui fetch`: fetch feeds."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from store.feeds.feed_store import FeedStore
from store.feeds.subscriptions import Subscription
from store.library.protocol import Library
from store.model.errors import LibraryBusy
from tui.cli.console import ProgressLine, print_json, print_message
from tui.cli.context import load_with_progress, resolve_paths, run_article_hook
from tui.rendering.wording import format_count
from tui.services import make_fetch_tools, open_library

if TYPE_CHECKING:
    from store.feeds.fetch import FetchContext, FetchResult
from tui.cli.feeds import find_subscriptions, open_feed_store

FETCH_COMMAND_BATCH_ARTICLES = 500
"""Articles at which what came is written to the library."""


FETCH_COMMAND_BATCH_SECONDS = 3.0
"""Seconds after which it is written in any case."""


def run_fetch(options: argparse.Namespace) -> int:
    """Fetch feeds, once or again and again."""
    while True:
        began = time.monotonic()
        try:
            code = _fetch_once(options)
        except LibraryBusy as error:
            if options.every is None:
                raise
            print_message(str(error))
            code = 0
        if options.every is None:
            return code
        time.sleep(max(1.0, options.every - (time.monotonic() - began)))


def _fetch_once(options: argparse.Namespace) -> int:
    book = open_feed_store(options)
    chosen, failed = find_subscriptions(book, options.feeds)
    if not options.feeds:
        chosen = [each for each in book.subscriptions() if not each.paused]
        for refused in book.list_rejected():
            print_message(f"{book.library / 'feeds.opml'}: {refused.location}: {refused.reason}")
            failed = True
    if not chosen:
        if not options.quiet and not failed:
            print_message("no feeds yet; `newstui add URL` subscribes to one")
        return 1 if failed else 0
    library = open_library(resolve_paths(options))
    load_with_progress(library)
    round_ = FetchRound(library, book, make_fetch_tools(), quiet=options.quiet)
    try:
        round_.fetch(chosen)
    finally:
        round_.store_batch()
        run_article_hook(options, library, "on_new", round_.new_ids)
        library.close()
    if options.json:
        print_json(round_.result_json())
    elif not options.quiet:
        print_message(round_.describe_result())
    return 1 if failed or round_.failed_count else 0


class FetchRound:
    """One round through feeds: what comes is kept, batch by batch; what fails is told."""

    def __init__(
        self, library: Library, book: FeedStore, tools: FetchContext, *, quiet: bool
    ) -> None:
        self._library = library
        self._feed_store = book
        self._tools = tools
        self._quiet = quiet
        self._batch: list[FetchResult] = []
        self._stored_at = time.monotonic()
        self.new_ids: list[str] = []
        """Articles that were added."""
        self.feed_count = self.failed_count = 0

    def fetch(self, subscriptions: Sequence[Subscription]) -> None:
        """Fetch these feeds."""
        from store.feeds.fetch import fetch_feeds

        results = fetch_feeds(subscriptions, self._feed_store.states(), self._tools)
        try:
            with ProgressLine("fetching").display() as counter:
                for result in results:
                    self.feed_count += 1
                    name = result.subscription.display_name
                    counter.update(f"{self.feed_count} of {len(subscriptions)} · {name}")
                    self._add_result(result)
        finally:
            results.close()

    def _add_result(self, result: FetchResult) -> None:
        name = result.subscription.display_name
        if result.error:
            self.failed_count += 1
            print_message(f"{name}: {result.error}")
        elif result.warning and not self._quiet:
            print_message(f"{name}: {result.warning}")
        for refused in result.rejected:
            print_message(f"{name}: {refused}")
        self._batch.append(result)
        full = sum(len(each.articles) for each in self._batch) >= FETCH_COMMAND_BATCH_ARTICLES
        if full or time.monotonic() - self._stored_at > FETCH_COMMAND_BATCH_SECONDS:
            self.store_batch()

    def store_batch(self) -> None:
        """Keep what came so far: the articles first, then what is known of the feeds."""
        batch, self._batch = self._batch, []
        self._stored_at = time.monotonic()
        if not batch:
            return
        found = [article for each in batch for article in each.articles]
        for step in self._library.add(found) if found else ():
            self.new_ids += step.new_ids
        self._feed_store.save_results(batch)

    def result_json(self) -> dict[str, int]:
        """What came of it, as JSON."""
        return {"feeds": self.feed_count, "failed": self.failed_count, "added": len(self.new_ids)}

    def describe_result(self) -> str:
        """What came of it, in words."""
        fine = f"{format_count(len(self.new_ids), 'new article')} from {format_count(self.feed_count, 'feed')}"
        return f"{fine}, {self.failed_count:,} of them failed" if self.failed_count else fine
