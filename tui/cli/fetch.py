"""`newstui fetch`: fetch feeds."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from contextlib import closing
from functools import partial

from store.feeds.feed_store import FeedStore, FetchResult
from store.feeds.fetch import FetchContext, choose_due_feeds, fetch_and_store, store_results
from store.feeds.subscriptions import Subscription
from store.library.protocol import Library
from store.model.errors import InvalidInput, LibraryBusy
from store.model.times import system_clock
from store.search.syntax_tree import category_matcher
from store.text.names import name_key
from themes.faults import quote_value, suggest_nearest
from tui.cli.console import ProgressLine, print_json, print_message, run_quietly
from tui.cli.context import open_loaded_library, run_article_hook
from tui.cli.feeds import NO_FEEDS_MESSAGE, find_feeds, open_feed_store, print_rejected_feeds
from tui.rendering.wording import format_count
from tui.services import make_fetch_context


def run_fetch(options: argparse.Namespace) -> bool:
    """Fetch feeds, once or periodically."""
    if options.every is None:
        return _fetch_once(options)
    while True:
        began = time.monotonic()
        if options.quiet:  # the messages of a round must not wait for the end of all
            run_quietly(partial(_fetch_round, options))
        else:
            _fetch_round(options)
        time.sleep(max(1.0, options.every - (time.monotonic() - began)))


def _fetch_round(options: argparse.Namespace) -> bool:
    try:
        return _fetch_once(options)
    except LibraryBusy as error:
        print_message(str(error))
        return True


def _fetch_once(options: argparse.Namespace) -> bool:
    feed_store = open_feed_store(options)
    chosen, failed = find_feeds(feed_store, options.feeds)
    if options.category is not None:
        chosen += _find_feeds_of_category(feed_store, options.category)
    elif not options.feeds:
        feeds, now = feed_store.subscriptions(), int(system_clock().timestamp())
        chosen = choose_due_feeds(feeds, feed_store.states(), now)
        if feeds and not chosen and not options.quiet:
            print_message("no feed is due: all are paused, or their intervals are not over")
            return print_rejected_feeds(feed_store)
        failed = print_rejected_feeds(feed_store)
    if not chosen:
        if not options.quiet and not failed:
            print_message(NO_FEEDS_MESSAGE)
        return failed
    with open_loaded_library(options) as library:
        round_ = FetchRound(library, feed_store, make_fetch_context(), quiet=options.quiet)
        try:
            round_.fetch(chosen)
        finally:
            run_article_hook(options, library, "on_new", round_.new_ids)
    if options.json:
        print_json(round_.result_json())
    elif not options.quiet:
        print_message(round_.describe_result())
    return bool(failed or round_.failed_count)


def _find_feeds_of_category(feed_store: FeedStore, category: str) -> list[Subscription]:
    """Return the feeds of a category and of those below it that are not paused.

    Raises:
        InvalidInput: There is no such category of feeds.
    """
    is_below = category_matcher(category, name_key)
    feeds = feed_store.subscriptions()
    if not (found := [each for each in feeds if is_below(each.category)]):
        known = {each.category for each in feeds if each.category}
        hint = suggest_nearest(category, known)
        raise InvalidInput(f"no feeds in category {quote_value(category)}" + (hint and f"; {hint}"))
    return [each for each in found if not each.paused]


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
        self.feed_count = self.failed_count = 0

    def fetch(self, subscriptions: Sequence[Subscription]) -> None:
        """Fetch feeds and store their articles."""

        def store(results: Sequence[FetchResult]) -> None:
            for step in store_results(results, self._feed_store, self._library.add):
                self.new_ids += step.new_ids

        states = self._feed_store.states()
        results = fetch_and_store(subscriptions, states, self._context, store)
        with closing(results), ProgressLine("fetching") as line:
            for result in results:
                self.feed_count += 1
                name = result.subscription.display_name
                line.update(f"{self.feed_count} of {len(subscriptions)} · {name}")
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
        """Return the result as JSON."""
        return {"feeds": self.feed_count, "failed": self.failed_count, "added": len(self.new_ids)}

    def describe_result(self) -> str:
        """Return the result in words."""
        feeds, failed = format_count(self.feed_count, "feed"), self.failed_count
        if failed and failed == self.feed_count:
            return f"{failed:,} of {feeds} failed"
        new = f"{format_count(len(self.new_ids), 'new article')} from {feeds}"
        return f"{new}, {failed:,} failed" if failed else new
