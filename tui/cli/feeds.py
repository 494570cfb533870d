"""Commands of feeds: feeds, fetch."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from store.feeds.feed_store import Book, Shown
from store.feeds.subscriptions import Subscription
from store.library.protocol import Library
from store.model.errors import BadInput, NewsError
from store.model.times import system_clock
from store.net.reasons import shown_url
from store.search import Query
from tui.cli.console import put, put_json, tell
from tui.cli.context import loaded, paths_of
from tui.rendering.cells import fit
from tui.rendering.wording import count, minute


def book_of(options: argparse.Namespace) -> Book:
    """The book of the library that is meant."""
    paths = paths_of(options)
    return Book(paths.library, paths.cache)


# -- the list ------------------------------------------------------------------------------


def feeds(options: argparse.Namespace) -> int:
    """List feeds, or change those that were named."""
    book = book_of(options)
    chosen, failed = find_subscriptions(book, options.feeds)
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


def find_subscriptions(book: Book, names: Sequence[str]) -> tuple[list[Subscription], bool]:
    """Return the subscriptions of these names, and whether one was not found."""
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


def told(where: str, error: NewsError) -> None:
    """Say what is wrong with one URL."""
    tell(f"{shown_url(where)}: {error}")
