"""`newstui fetch`: fetch feeds."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from store.feeds.feed_store import Book
from store.feeds.subscriptions import Subscription
from store.library.protocol import Library
from store.model.errors import LibraryBusy
from tui.cli.console import Counter, put_json, tell
from tui.cli.context import load, paths_of, tell_hook
from tui.rendering.wording import count
from tui.services import network, unloaded

if TYPE_CHECKING:
    from store.feeds.fetch import Fetched, Tools
from tui.cli.feeds import book_of, find_subscriptions

FULL = 500
"""Articles at which what came is written to the library."""


DUE = 3.0
"""Seconds after which it is written in any case."""


def fetch(options: argparse.Namespace) -> int:
    """Fetch feeds, once or again and again."""
    while True:
        began = time.monotonic()
        try:
            code = _round(options)
        except LibraryBusy as error:
            if options.every is None:
                raise
            tell(str(error))
            code = 0
        if options.every is None:
            return code
        time.sleep(max(1.0, options.every - (time.monotonic() - began)))


def _round(options: argparse.Namespace) -> int:
    book = book_of(options)
    chosen, failed = find_subscriptions(book, options.feeds)
    if not options.feeds:
        chosen = [each for each in book.subscriptions() if not each.paused]
        for refused in book.refused():
            tell(f"{book.library / 'feeds.opml'}: {refused.where}: {refused.reason}")
            failed = True
    if not chosen:
        if not options.quiet and not failed:
            tell("no feeds yet; `newstui add URL` subscribes to one")
        return 1 if failed else 0
    library = unloaded(paths_of(options))
    load(library)
    round_ = Round(library, book, network(), quiet=options.quiet)
    try:
        round_.run(chosen)
    finally:
        round_.finish()
        tell_hook(options, library, "on_new", round_.new)
        library.close()
    if options.json:
        put_json(round_.summary())
    elif not options.quiet:
        tell(round_.words())
    return 1 if failed or round_.failed else 0


class Round:
    """One round through feeds: what comes is kept, batch by batch; what fails is told."""

    def __init__(self, library: Library, book: Book, tools: Tools, *, quiet: bool) -> None:
        self._library = library
        self._book = book
        self._tools = tools
        self._quiet = quiet
        self._batch: list[Fetched] = []
        self._kept_at = time.monotonic()
        self.new: list[str] = []
        """Articles that were added."""
        self.feeds = self.failed = 0

    def run(self, subscriptions: Sequence[Subscription]) -> None:
        """Fetch these feeds."""
        from store.feeds.fetch import fetch_feeds

        results = fetch_feeds(subscriptions, self._book.states(), self._tools)
        try:
            with Counter("fetching").running() as counter:
                for result in results:
                    self.feeds += 1
                    name = result.subscription.name
                    counter.tell(f"{self.feeds} of {len(subscriptions)} · {name}")
                    self._take(result)
        finally:
            results.close()

    def _take(self, result: Fetched) -> None:
        name = result.subscription.name
        if result.problem:
            self.failed += 1
            tell(f"{name}: {result.problem}")
        elif result.note and not self._quiet:
            tell(f"{name}: {result.note}")
        for refused in result.refused:
            tell(f"{name}: {refused}")
        self._batch.append(result)
        full = sum(len(each.found) for each in self._batch) >= FULL
        if full or time.monotonic() - self._kept_at > DUE:
            self.finish()

    def finish(self) -> None:
        """Keep what came so far: the articles first, then what is known of the feeds."""
        batch, self._batch = self._batch, []
        self._kept_at = time.monotonic()
        if not batch:
            return
        found = [article for each in batch for article in each.found]
        for step in self._library.add(found) if found else ():
            self.new += step.new
        self._book.keep(batch)

    def summary(self) -> dict[str, int]:
        """What came of it, as JSON."""
        return {"feeds": self.feeds, "failed": self.failed, "added": len(self.new)}

    def words(self) -> str:
        """What came of it, in words."""
        fine = f"{count(len(self.new), 'new article')} from {count(self.feeds, 'feed')}"
        return f"{fine}, {self.failed:,} of them failed" if self.failed else fine
