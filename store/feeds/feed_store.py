"""The book of a library's feeds: what is subscribed to, and what is known of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from store.feeds.fetch import FetchResult
from store.feeds.fetch_state import FeedState, read_feed_states, write_feed_states
from store.feeds.newsboat_urls import parse_newsboat_urls
from store.feeds.subscriptions import (
    Subscription,
    parse_opml,
    read_subscriptions,
    update_subscriptions,
)
from store.model.article import ArticleRow, Rejection
from store.model.errors import InvalidInput
from store.model.times import to_unix_seconds
from store.net.reasons import redact_url
from store.system.files import file_lock, make_folder
from store.text.urls import canonicalize_url


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """One feed as it is listed."""

    subscription: Subscription
    state: FeedState
    article_count: int = 0
    unread_count: int = 0

    def describe_problem(self, now: int) -> str:
        """Why nothing comes of it, in words; empty if all is well.

        Args:
            now: Seconds since 1970.
        """
        until = self.state.not_before
        wait = (
            f"left alone until {until[:16].replace('T', ' ')} UTC"
            if to_unix_seconds(until) > now
            else ""
        )
        return "; ".join(filter(None, (self.state.error, wait)))

    @property
    def read_ratio(self) -> float:
        """How much of what came was read, from 0 to 1."""
        return 1 - self.unread_count / self.article_count if self.article_count else 0.0


@dataclass(frozen=True, slots=True)
class FeedStore:
    """The subscriptions in `feeds.opml`, which are the user's, and the states in the cache."""

    library: Path
    cache: Path

    def subscriptions(self) -> list[Subscription]:
        """Every feed, by name.

        Raises:
            LibraryDamaged: The file cannot be understood.
        """
        return sorted(
            read_subscriptions(self.library), key=lambda each: each.display_name.casefold()
        )

    def list_rejected(self) -> Sequence[Rejection]:
        """What stands in the file and cannot be subscribed to."""
        subscriptions = read_subscriptions(self.library)
        for _ in subscriptions:
            pass
        return subscriptions.rejected

    def states(self) -> dict[str, FeedState]:
        """What is known of each, by key."""
        return read_feed_states(self.cache)

    def list_feeds(self, rows: Iterable[ArticleRow]) -> list[FeedStatus]:
        """Every feed with its state and its articles among the rows."""
        subscriptions, states = self.subscriptions(), self.states()
        counts = {each.key: [0, 0] for each in subscriptions}
        for row in rows:
            if row.feed_key and (count := counts.get(row.feed_key)):
                count[0] += 1
                count[1] += not row.read
        return [
            FeedStatus(each, states.get(each.key, FeedState()), *counts[each.key])
            for each in subscriptions
        ]

    def find(self, name: str) -> Subscription:
        """The feed that is meant by a URL, or by a part of its name or URL.

        Raises:
            BadInput: None is, or more than one.
        """
        subscriptions = self.subscriptions()
        for each in subscriptions:
            urls = {canonicalize_url(url) for url in (each.url, *each.former_urls)}
            if canonicalize_url(name) in urls or name == each.display_name:
                return each
        word = name.casefold()
        found = [
            each for each in subscriptions if word in f"{each.display_name} {each.key}".casefold()
        ]
        if len(found) == 1:
            return found[0]
        what = f"{len(found)} feeds are" if found else "no feed is"
        raise InvalidInput(f"{what} called “{redact_url(name)}”")

    def update(self, put: Iterable[Subscription] = (), remove: Iterable[Subscription] = ()) -> None:
        """Put feeds into the book, or take them out."""
        make_folder(self.library)
        with self._lock():
            update_subscriptions(self.library, put, remove)

    def import_subscriptions(self, data: bytes) -> tuple[int, int, Sequence[Rejection]]:
        """Take over the subscriptions of an OPML file, or of newsboat's `urls`.

        Returns:
            How many are new, how many were there already, and what was refused.

        Raises:
            BadInput: It is neither.
        """
        is_xml = data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
        given = parse_opml(data) if is_xml else parse_newsboat_urls(data.decode("utf-8", "replace"))
        there = {
            canonicalize_url(url) for each in self.subscriptions() for url in (each.url, each.key)
        }
        offered = list(given)
        new = [each for each in offered if canonicalize_url(each.url) not in there]
        self.update(put=[replace(each, former_urls=(), is_private_allowed=False) for each in new])
        return len(new), len(offered) - len(new), list(given.rejected)

    def save_results(self, results: Sequence[FetchResult]) -> None:
        """Keep what fetching has found out; the articles are on the disk already.

        The files are read anew: what was changed in them meanwhile stays.
        """
        make_folder(self.cache)
        with self._lock():
            there = {each.key: each for each in read_subscriptions(self.library)}
            changed = [
                new
                for each in results
                if (old := there.get(each.subscription.key))
                and (new := _merge_fetched(old, each.subscription)) != old
            ]
            if changed:
                update_subscriptions(self.library, changed)
            states = {each.subscription.key: each.state for each in results}
            kept = {
                key: state for key, state in read_feed_states(self.cache).items() if key in there
            }
            write_feed_states(
                self.cache, kept | {key: states[key] for key in states if key in there}
            )

    def _lock(self) -> AbstractContextManager[int]:
        make_folder(self.cache)
        return file_lock(self.cache / "feeds.lock")


def _merge_fetched(there: Subscription, fetched: Subscription) -> Subscription:
    """What stands in the file, and what the feed has said of itself."""
    has_moved = there.url in fetched.former_urls
    return replace(
        there,
        title=there.title or fetched.title,
        site=there.site or fetched.site,
        url=fetched.url if has_moved else there.url,
        former_urls=fetched.former_urls if has_moved else there.former_urls,
        paused=there.paused or fetched.paused,
    )
