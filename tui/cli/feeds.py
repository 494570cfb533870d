"""Commands of feeds: feeds, fetch."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from store.feeds.feed_store import Book, Shown
from store.feeds.subscriptions import Subscription
from store.library.protocol import Library
from store.model.errors import BadInput, LibraryBusy, NewsError
from store.model.times import system_clock
from store.net.reasons import shown_url
from store.search import Query
from tui.cli.hooks import tell_hook
from tui.cli.opening import load, loaded, paths_of
from tui.cli.output import Counter, put, put_json, tell
from tui.rendering.cells import fit
from tui.rendering.wording import count, minute
from tui.services import network, unloaded

if TYPE_CHECKING:
    from store.feeds.fetch import Fetched, Tools

FULL = 500
"""Articles at which what came is written to the library."""
DUE = 3.0
"""Seconds after which it is written in any case."""


def book_of(options: argparse.Namespace) -> Book:
    """The book of the library that is meant."""
    paths = paths_of(options)
    return Book(paths.library, paths.cache)


# -- the list ------------------------------------------------------------------------------


def feeds(options: argparse.Namespace) -> int:
    """List feeds, or change those that were named."""
    book = book_of(options)
    chosen, failed = _chosen(book, options.feeds)
    if options.import_opml:
        return _subscribe(book, options.import_opml)
    if options.remove:
        book.change(remove=chosen)
    elif changes := _changes(options):
        if "title" in changes and len(chosen) != 1:
            raise BadInput("one feed at a time gets a name")
        book.change(put=[replace(each, **changes) for each in chosen])
    else:
        keys = {each.key for each in chosen}
        _list(book, loaded(options), keys if options.feeds else None, as_json=options.json)
    return 1 if failed else 0


def _chosen(book: Book, names: Sequence[str]) -> tuple[list[Subscription], bool]:
    chosen, failed = [], False
    for name in names:
        try:
            chosen.append(book.find(name))
        except BadInput as error:
            tell(str(error))
            failed = True
    return chosen, failed


def _changes(options: argparse.Namespace) -> dict[str, Any]:
    given = {
        "title": options.rename,
        "category": options.category,
        "paused": options.paused,
        "whole_page": options.whole_page,
    }
    return {name: value for name, value in given.items() if value is not None}


def _subscribe(book: Book, path: str) -> int:
    from pathlib import Path

    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from error
    try:
        new, known, refused = book.subscribe(data)
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from error
    for each in refused:
        tell(f"{path}: {each.where}: {each.reason}")
    there = f", {known:,} already there" if known else ""
    tell(f"{count(new, 'feed')} subscribed{there}")
    return 1 if refused else 0


def _list(book: Book, library: Library, keys: set[str] | None, *, as_json: bool) -> None:
    shown = book.shown(library.rows(Query()))
    now = int(system_clock().timestamp())
    for refused in book.refused():
        tell(f"{book.library / 'feeds.opml'}: {refused.where}: {refused.reason}")
    if not shown:
        tell("no feeds yet; `newstui add URL` subscribes to one")
    for each in shown:
        if keys is not None and each.subscription.key not in keys:
            continue
        if as_json:
            put_json(feed_json(each))
        else:
            put("\n".join(_lines(each, now)))


def feed_json(shown: Shown) -> dict[str, Any]:
    """A feed as JSON."""
    feed, state = shown.subscription, shown.state
    return {
        "url": shown_url(feed.url),
        "title": feed.name,
        "category": feed.category,
        "site": shown_url(feed.site),
        "paused": feed.paused,
        "whole_page": feed.whole_page,
        "last_success": state.succeeded or None,
        "last_try": state.tried or None,
        "error": state.error,
        "not_before": state.not_before or None,
        "articles": shown.articles,
        "unread": shown.unread,
        "share_read": round(shown.share_read, 3),
    }


def _lines(shown: Shown, now: int) -> list[str]:
    feed, state = shown.subscription, shown.state
    read = f"{shown.share_read:4.0%}" if shown.articles else "    "
    when = minute(state.succeeded) or "never"
    trouble = shown.trouble(now)
    mark = "‖" if feed.paused else "!" if trouble else " "
    facts = f"{shown.articles:>6,} {shown.unread:>6,} {read}  {when:<16}"
    lines = [f"{mark} {facts}  {fit(feed.category, 12)}  {feed.name}"]
    return [*lines, f"    {trouble}"] if trouble else lines


# -- fetching ------------------------------------------------------------------------------


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
    chosen, failed = _chosen(book, options.feeds)
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


def told(where: str, error: NewsError) -> None:
    """Say what is wrong with one URL."""
    tell(f"{shown_url(where)}: {error}")
