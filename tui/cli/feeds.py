"""Commands of feeds: feeds, fetch."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from store.feeds.feed_store import FeedStatus, FeedStore
from store.feeds.subscriptions import Subscription
from store.library.protocol import Library
from store.model.errors import InvalidInput, NewstuiError
from store.model.times import system_clock
from store.search import ListQuery
from store.text.urls import redact_url
from tui.cli.console import print_data, print_json, print_message
from tui.cli.context import open_loaded_library, resolve_paths
from tui.rendering.cells import fit_cells
from tui.rendering.wording import (
    describe_command_error,
    describe_feed_problem,
    format_count,
    format_minute,
)


def open_feed_store(options: argparse.Namespace) -> FeedStore:
    """The book of the library that is meant."""
    paths = resolve_paths(options)
    return FeedStore(paths.library, paths.cache)


# -- the list ------------------------------------------------------------------------------


def run_feeds(options: argparse.Namespace) -> int:
    """List feeds, or change those that were named."""
    book = open_feed_store(options)
    chosen, failed = find_subscriptions(book, options.feeds)
    if options.import_opml:
        return _import_subscriptions(book, options.import_opml)
    if options.remove:
        book.update(remove=chosen)
    elif changes := _requested_changes(options):
        if "title" in changes and len(chosen) != 1:
            raise InvalidInput("one feed at a time gets a name")
        book.update(put=[replace(each, **changes) for each in chosen])
    else:
        keys = {each.key for each in chosen}
        _print_feeds(
            book,
            open_loaded_library(options),
            keys if options.feeds else None,
            as_json=options.json,
        )
    return 1 if failed else 0


def find_subscriptions(book: FeedStore, names: Sequence[str]) -> tuple[list[Subscription], bool]:
    """Return the subscriptions of these names, and whether one was not found."""
    chosen, failed = [], False
    for name in names:
        try:
            chosen.append(book.find(name))
        except InvalidInput as error:
            print_message(str(error))
            failed = True
    return chosen, failed


def _requested_changes(options: argparse.Namespace) -> dict[str, Any]:
    given = {
        "title": options.rename,
        "category": options.category,
        "paused": options.paused,
        "whole_page": options.whole_page,
    }
    return {name: value for name, value in given.items() if value is not None}


def _import_subscriptions(book: FeedStore, path: str) -> int:
    from pathlib import Path

    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror}") from error
    try:
        new, known, refused = book.import_subscriptions(data)
    except InvalidInput as error:
        raise InvalidInput(f"{path}: {error}") from error
    for each in refused:
        print_message(f"{path}: {each.location}: {each.reason}")
    there = f", {known:,} already there" if known else ""
    print_message(f"{format_count(new, 'feed')} subscribed{there}")
    return 1 if refused else 0


def _print_feeds(
    book: FeedStore, library: Library, keys: set[str] | None, *, as_json: bool
) -> None:
    shown = book.list_feeds(library.rows(ListQuery()))
    now = int(system_clock().timestamp())
    for refused in book.list_rejected():
        print_message(f"{book.library / 'feeds.opml'}: {refused.location}: {refused.reason}")
    if not shown:
        print_message("no feeds yet; `newstui add URL` subscribes to one")
    for each in shown:
        if keys is not None and each.subscription.key not in keys:
            continue
        if as_json:
            print_json(feed_json(each))
        else:
            print_data("\n".join(_feed_lines(each, now)))


def feed_json(shown: FeedStatus) -> dict[str, Any]:
    """A feed as JSON."""
    feed, state = shown.subscription, shown.state
    return {
        "url": redact_url(feed.url),
        "title": feed.display_name,
        "category": feed.category,
        "site": redact_url(feed.site),
        "paused": feed.paused,
        "whole_page": feed.whole_page,
        "last_success": state.succeeded or None,
        "last_try": state.tried or None,
        "error": state.error,
        "not_before": state.not_before or None,
        "articles": shown.article_count,
        "unread": shown.unread_count,
        "share_read": round(shown.read_ratio, 3),
    }


def _feed_lines(shown: FeedStatus, now: int) -> list[str]:
    feed, state = shown.subscription, shown.state
    read = f"{shown.read_ratio:4.0%}" if shown.article_count else "    "
    when = format_minute(state.succeeded) or "never"
    trouble = describe_feed_problem(shown, now)
    mark = "‖" if feed.paused else "!" if trouble else " "
    facts = f"{shown.article_count:>6,} {shown.unread_count:>6,} {read}  {when:<16}"
    lines = [f"{mark} {facts}  {fit_cells(feed.category, 12)}  {feed.display_name}"]
    return [*lines, f"    {trouble}"] if trouble else lines


# -- fetching ------------------------------------------------------------------------------


def print_url_error(where: str, error: NewstuiError) -> None:
    """Say what is wrong with one URL."""
    print_message(f"{redact_url(where)}: {describe_command_error(error)}")
