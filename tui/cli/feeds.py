"""`newstui feeds`: list feeds, edit them, or import subscriptions."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from store.feeds.feed_store import FeedStatus, FeedStore
from store.feeds.folder_feeds import FolderFeedStore
from store.feeds.subscriptions import Subscription
from store.library.protocol import Library
from store.model.errors import InvalidInput, describe_system_error
from store.model.times import system_clock
from store.search.saved_searches import FolderSearchStore, SearchStore
from store.system.files import read_regular
from store.system.paths import Paths
from store.text.clean import clean_line
from store.text.urls import redact_url
from themes.faults import suggest_nearest
from tui.cli.console import find_each, print_message, print_messages
from tui.cli.context import open_loaded_library, resolve_paths
from tui.cli.exit_codes import UsageError
from tui.cli.list import MIN_CATEGORY_CELLS, ROW_CATEGORY_CELLS
from tui.cli.output import Line, column, print_list
from tui.config.settings import load_settings
from tui.rendering.wording import (
    describe_added,
    describe_feed_problem,
    describe_subscriptions_copy,
    format_minute,
)
from tui.services import open_library

MINUTE_CELLS = 16
NO_FEEDS_MESSAGE = "no feeds yet; `newstui add URL` adds one"


def run_feeds(options: argparse.Namespace) -> bool:
    """List feeds, or edit the given ones."""
    feed_store = open_feed_store(options)
    chosen, failed = find_feeds(feed_store, options.feeds)
    if failed and not chosen:
        return True
    if options.import_opml:
        return _import_subscriptions(feed_store, resolve_paths(options), options.import_opml)
    if options.remove:
        feed_store.update(remove=chosen)
    elif changes := _requested_changes(options):
        if "title" in changes and len(chosen) != 1:
            raise UsageError("--rename needs exactly one feed")
        feed_store.update(put=[replace(each, **changes) for each in chosen])
    else:
        for copy in feed_store.find_copies():
            print_message(describe_subscriptions_copy(copy))
        keys = {each.key for each in chosen} if options.feeds else None
        with open_loaded_library(options) as library:
            _print_feeds(feed_store, library, keys, options)
    return failed


def open_feed_store(options: argparse.Namespace) -> FeedStore:
    """Return the feeds of the library."""
    paths = resolve_paths(options)
    if paths.database:
        return open_library(paths).feeds
    return FolderFeedStore(paths.library, paths.cache)  # without reading the library


def _open_search_store(paths: Paths) -> SearchStore:
    if paths.database:
        return open_library(paths).searches
    return FolderSearchStore(paths.library, paths.cache)


def find_feeds(feed_store: FeedStore, names: Iterable[str]) -> tuple[list[Subscription], bool]:
    """Return the feeds of these names, and whether any was not found and reported."""

    def find(name: str) -> Subscription:
        try:
            return feed_store.find(name)
        except InvalidInput as error:
            hint = suggest_nearest(name, {each.display_name for each in feed_store.subscriptions()})
            raise InvalidInput("; ".join(filter(None, (str(error), hint)))) from error

    return find_each(names, find)


def print_rejected_feeds(feed_store: FeedStore) -> bool:
    """Report the entries of `feeds.opml` that cannot be subscribed to; return whether any."""
    rejected = feed_store.list_rejected()
    print_messages(f"{each.location}: {each.reason}" for each in rejected)
    return bool(rejected)


def _requested_changes(options: argparse.Namespace) -> dict[str, Any]:
    given = {
        "title": options.rename,
        "category": options.category,
        "paused": options.paused,
        "whole_page": options.whole_page,
        "interval": options.interval,
    }
    return {name: value for name, value in given.items() if value is not None}


def _import_subscriptions(feed_store: FeedStore, paths: Paths, path: str) -> bool:
    try:
        found = feed_store.import_subscriptions(read_regular(Path(path)))
    except InvalidInput as error:
        raise InvalidInput(f"{path}: {error}") from error
    except (OSError, MemoryError) as error:
        raise InvalidInput(describe_system_error(error), file=Path(path)) from error
    print_messages(f"{path}: {each.location}: {each.reason}" for each in found.rejected)
    print_message(describe_added(found.new, "feed", found.existing))
    if found.searches:
        store, own = _open_search_store(paths), load_settings(paths.config)
        new = store.add_new(found.searches, taken=own.settings.searches)
        print_message(describe_added(new, "saved search", len(found.searches) - new))
    return bool(found.rejected)


def _print_feeds(
    feed_store: FeedStore, library: Library, keys: set[str] | None, options: argparse.Namespace
) -> None:
    feeds = feed_store.list_feeds(library.by("feed"))
    print_rejected_feeds(feed_store)
    if not feeds:
        print_message(NO_FEEDS_MESSAGE)
    chosen = [each for each in feeds if keys is None or each.subscription.key in keys]
    print_list(chosen, FeedForm(int(system_clock().timestamp())), options)


class FeedForm:
    """The forms in which feeds are listed."""

    def __init__(self, now: int) -> None:
        self._now = now

    def records(self, items: Sequence[FeedStatus]) -> Iterator[Mapping[str, Any]]:
        """Yield the feeds as JSON."""
        return map(_feed_json, items)

    def values(self, item: FeedStatus) -> Sequence[str]:
        """Return state, articles, unread, share read, last success, category, name, URL, problem."""
        feed, problem = item.subscription, describe_feed_problem(item, self._now)
        return [
            "paused" if feed.paused else "failing" if problem else "ok",
            str(item.article_count),
            str(item.unread_count),
            _format_share(item),
            item.state.succeeded,
            feed.category,
            feed.display_name,
            redact_url(feed.url),
            problem,
        ]

    def lines(self, item: FeedStatus, width: int) -> Iterator[Line]:
        """Yield the line of a feed, and its problem below it."""
        feed, problem = item.subscription, describe_feed_problem(item, self._now)
        line = [
            ("‖" if feed.paused else "!" if problem else " ", "problem"),
            (f" {item.article_count:>6,} {item.unread_count:>6,}", ""),
            (f" {_format_share(item):>4}  ", "dim"),
        ]
        if width >= MIN_CATEGORY_CELLS:
            success = format_minute(item.state.succeeded) or "never"
            line += [column(success, MINUTE_CELLS, "dim"), ("  ", "")]
            line += [column(feed.category, ROW_CATEGORY_CELLS, "category"), ("  ", "")]
        yield [*line, (clean_line(feed.display_name), "bold" if item.unread_count else "")]
        if problem:
            yield [("    ", ""), (clean_line(problem), "problem")]


def _format_share(status: FeedStatus) -> str:
    return f"{status.read_ratio:.0%}" if status.article_count else ""


def _feed_json(status: FeedStatus) -> dict[str, Any]:
    feed, state = status.subscription, status.state
    return {
        "url": redact_url(feed.url),
        "title": feed.display_name,
        "category": feed.category,
        "site": redact_url(feed.site),
        "paused": feed.paused,
        "whole_page": feed.whole_page,
        "interval_minutes": feed.interval,
        "last_success": state.succeeded or None,
        "last_try": state.tried or None,
        "error": state.error,
        "not_before": state.not_before or None,
        "articles": status.article_count,
        "unread": status.unread_count,
        "share_read": round(status.read_ratio, 3),
    }
