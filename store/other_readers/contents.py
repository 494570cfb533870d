"""The contents of another reader, in the terms of newstui."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from store.feeds.entry import FeedContents, FeedEntry, FeedInfo
from store.feeds.parse import build_feed
from store.feeds.subscriptions import Subscription
from store.model.article import ParsedArticle, Rejection
from store.model.errors import UrlRejected
from store.text.clean import clean_line
from store.text.urls import make_feed_key, normalize_feed_url, redact_url, validate_url


class StoredFeed(NamedTuple):
    """A feed as another reader stores it."""

    url: str
    """Where it is fetched from; not a web address if a program or a file is read instead."""
    title: str = ""
    site: str = ""

    @property
    def web_url(self) -> str:
        """Its URL; empty if it is none that can be fetched."""
        url = normalize_feed_url(self.url)
        try:
            safe = validate_url(url)
        except UrlRejected:
            return ""
        return url if url.isprintable() and " " not in url else safe

    def describe(self, subscription: Subscription) -> Subscription:
        """Return a subscription with what the feed says of itself, unless it has a title already."""
        title = subscription.title or clean_line(self.title, 200)
        return replace(subscription, title=title, site=clean_line(self.site, 2000))


class WantedFeed(NamedTuple):
    """A feed to subscribe to, and what the user gave it."""

    feed: StoredFeed
    category: str = ""
    tags: Sequence[str] = ()


FeedEntries = Iterable[tuple[StoredFeed, Iterable[FeedEntry]]]
"""Feeds with their entries, the newest first, as in the document of a feed."""


@dataclass(frozen=True, slots=True)
class ReaderContents:
    """Everything of another reader that newstui has a place for."""

    subscriptions: Sequence[Subscription]
    searches: Mapping[str, str]
    """Its saved queries as queries of our own, by name."""
    rejected: Sequence[Rejection] = ()
    """Feeds and queries that cannot be taken, and why."""
    entries: FeedEntries = ()
    """They are read as they are needed, and only once."""
    problems: list[Rejection] = field(default_factory=list)
    """What turned out to be damaged while the entries were read."""

    def build_articles(
        self, subscriptions: Iterable[Subscription], now: str
    ) -> Iterator[ParsedArticle | Rejection]:
        """Yield the articles as a fetch of these subscriptions would make them.

        So they have the categories and tags of their feeds, and a later fetch finds them in the library.
        """
        known = {
            make_feed_key(url): each
            for each in subscriptions
            for url in (each.url, *each.former_urls)
        }
        for stored, entries in self.entries:
            feed = _describe_feed(stored, known, now)
            parsed = build_feed(FeedContents(stored.title, stored.site, list(entries)), feed)
            name = clean_line(redact_url(stored.url), 100)
            for each in parsed.rejected:
                yield Rejection(f"{name}: item {each.number}", each.reason)
            yield from parsed.articles
        yield from self.problems


def subscribe_each(
    wanted: Iterable[WantedFeed], place: Path, rejected: list[Rejection]
) -> Iterator[Subscription]:
    """Yield a subscription to each feed; reject those that cannot be fetched."""
    for feed, category, tags in wanted:
        if url := feed.web_url:
            names = tuple(clean_line(tag, 100) for tag in tags)
            yield feed.describe(Subscription(url, category=clean_line(category, 1000), tags=names))
        else:
            name = clean_line(redact_url(feed.url) or feed.title, 100)
            rejected.append(Rejection(f"{place}: {name}", "not an http or https URL"))


def _describe_feed(stored: StoredFeed, known: Mapping[str, Subscription], now: str) -> FeedInfo:
    if not (url := stored.web_url):
        return FeedInfo("", "", now)
    feed = known.get(make_feed_key(url)) or Subscription(url)
    return FeedInfo(feed.key, url, now, feed.category, feed.tags)
