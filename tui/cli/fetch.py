"""`newstui fetch`: fetch feeds."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from contextlib import closing
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
    from store.feeds.feed_store import FetchResult
    from store.feeds.fetch import FetchContext
from tui.cli.feeds import find_subscriptions, open_feed_store


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
        run_article_hook(options, library, "on_new", round_.new_ids)
        library.close()
    if options.json:
        print_json(round_.result_json())
    elif not options.quiet:
        print_message(round_.describe_result())
    return 1 if failed or round_.failed_count else 0


class FetchRound:
    """One round through the feeds; failures are printed as they come."""

    def __init__(
        self, library: Library, feed_store: FeedStore, context: FetchContext, *, quiet: bool
    ) -> None:
        self._library = library
        self._feed_store = feed_store
        self._context = context
        self._quiet = quiet
        self.new_ids: list[str] = []
        """The articles that were added."""
        self.feed_count = self.failed_count = 0

    def fetch(self, subscriptions: Sequence[Subscription]) -> None:
        """Fetch these feeds and store what they hold."""
        from store.feeds.fetch import fetch_and_store, store_results

        def store(results: Sequence[FetchResult]) -> None:
            for step in store_results(results, self._feed_store, self._library.add):
                self.new_ids += step.new_ids

        states = self._feed_store.states()
        results = fetch_and_store(subscriptions, states, self._context, store)
        with closing(results), ProgressLine("fetching").display() as counter:
            for result in results:
                self.feed_count += 1
                name = result.subscription.display_name
                counter.update(f"{self.feed_count} of {len(subscriptions)} · {name}")
                self._report(name, result)

    def _report(self, name: str, result: FetchResult) -> None:
        if result.error:
            self.failed_count += 1
            print_message(f"{name}: {result.error}")
        elif result.warning and not self._quiet:
            print_message(f"{name}: {result.warning}")
        for rejected in result.rejected:
            print_message(f"{name}: {rejected}")

    def result_json(self) -> dict[str, int]:
        """What came of it, as JSON."""
        return {"feeds": self.feed_count, "failed": self.failed_count, "added": len(self.new_ids)}

    def describe_result(self) -> str:
        """What came of it, in words."""
        fine = f"{format_count(len(self.new_ids), 'new article')} from {format_count(self.feed_count, 'feed')}"
        return f"{fine}, {self.failed_count:,} of them failed" if self.failed_count else fine
