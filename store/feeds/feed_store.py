"""The feeds of a library: subscriptions, the state of each, and what a fetch changes in both."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from store.feeds.subscriptions import Subscription, SubscriptionsCopy, parse_opml
from store.model.article import ParsedArticle, Rejection
from store.model.errors import InvalidInput
from store.model.results import GroupCount
from store.model.times import to_unix_seconds
from store.text.decoding import decode_document
from store.text.urls import canonicalize_url, make_feed_key, redact_url


@dataclass(frozen=True, slots=True)
class FeedState:
    """The state of one feed after its last fetch on this machine."""

    etag: str = ""
    modified: str = ""
    tried: str = ""
    """The time of the last request."""
    succeeded: str = ""
    """The time of the last success."""
    error: str = ""
    """The reason why the last request failed; empty if it succeeded."""
    not_before: str = ""
    """The time until which the server wants no more requests."""
    moved: str = ""
    """The URL that the feed says it has moved to for good."""
    times: int = 0
    """The number of fetches in a row in which it said so."""
    seen: tuple[str, ...] = ()
    """Ids of its entries whose pages were fetched, so that each page is fetched once."""
    converter: str = ""
    """The version of the code that made articles of it; see `store.feeds.converter`."""


@dataclass(frozen=True, slots=True)
class FetchResult:
    """The outcome of fetching one feed."""

    subscription: Subscription
    """The subscription as it is now: with a name, at its new URL, paused because it is gone."""
    state: FeedState
    articles: Sequence[ParsedArticle] = ()
    rejected: Sequence[str] = ()
    """Entries that could not be used, and why."""
    error: str = ""
    """The reason why fetching failed, or why not all of the feed came; empty if it succeeded."""
    warning: str = ""
    """What the user should know although fetching succeeded."""


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """One feed as it is listed."""

    subscription: Subscription
    state: FeedState
    article_count: int = 0
    unread_count: int = 0

    def is_deferred(self, now: int) -> bool:
        """Return True if the server wants no request yet; `now` is in seconds since 1970."""
        return to_unix_seconds(self.state.not_before) > now

    @property
    def read_ratio(self) -> float:
        """The part of its articles that was read, from 0 to 1."""
        return 1 - self.unread_count / self.article_count if self.article_count else 0.0


@dataclass(frozen=True, slots=True)
class ImportedSubscriptions:
    """The result of importing a file of subscriptions."""

    new: int
    existing: int
    rejected: Sequence[Rejection]
    searches: Mapping[str, str]
    """Queries by name, for the user's saved searches."""


class FeedStore(ABC):
    """The feeds of a library: the subscriptions, which belong to the user, and the state of each.

    May be used on any thread.
    """

    cache: Path
    """The folder for what is fetched and may be deleted."""

    @property
    @abstractmethod
    def signature(self) -> object:
        """A value that changes with the subscriptions and the states; cheap to compare."""

    @abstractmethod
    def subscriptions(self) -> list[Subscription]:
        """Return every feed, sorted by name.

        Raises:
            LibraryDamaged: They cannot be read.
        """

    @abstractmethod
    def list_rejected(self) -> Sequence[Rejection]:
        """Return what stands among the subscriptions and cannot be subscribed to."""

    @abstractmethod
    def find_copies(self) -> Iterator[SubscriptionsCopy]:
        """Yield the sync-conflict copies of the subscriptions.

        Raises:
            LibraryDamaged: The subscriptions cannot be read.
        """

    @abstractmethod
    def states(self) -> dict[str, FeedState]:
        """Return the states by key of subscription; what cannot be parsed is left out."""

    @abstractmethod
    def update(self, put: Iterable[Subscription] = (), remove: Iterable[Subscription] = ()) -> None:
        """Add, change or remove subscriptions.

        Raises:
            LibraryDamaged, LibraryReadOnly, SaveFailed: Nothing has changed.
        """

    @abstractmethod
    def save_results(self, results: Sequence[FetchResult]) -> None:
        """Save what fetching found out about the feeds; their articles are stored already.

        Changes made in the meantime are kept.
        """

    def list_feeds(self, counts: Iterable[GroupCount]) -> list[FeedStatus]:
        """Return every feed with its state and its counts, which are given by key."""
        states = self.states()
        by_key = {each.name: (each.total, each.unread) for each in counts}
        return [
            FeedStatus(each, states.get(each.key, FeedState()), *by_key.get(each.key, (0, 0)))
            for each in self.subscriptions()
        ]

    def find(self, name: str) -> Subscription:
        """Return the feed that has this URL or name, or this as part of its name or key.

        Raises:
            InvalidInput: None matches, or more than one.
        """
        subscriptions = self.subscriptions()
        for key_of in (canonicalize_url, make_feed_key):
            for each in subscriptions:
                urls = {key_of(url) for url in (each.url, *each.former_urls)}
                if key_of(name) in urls or name == each.display_name:
                    return each
        part = name.casefold()
        found = [
            each for each in subscriptions if part in f"{each.display_name} {each.key}".casefold()
        ]
        if len(found) == 1:
            return found[0]
        problem = f"{len(found)} feeds match" if found else "no feed matches"
        raise InvalidInput(f"{problem} “{redact_url(name)}”")

    def import_subscriptions(self, data: bytes) -> ImportedSubscriptions:
        """Add the subscriptions of an OPML file, or of newsboat's `urls`.

        Raises:
            InvalidInput: The data is neither.
        """
        from store.feeds.newsboat import parse_newsboat_urls

        text = decode_document(data).lstrip()
        is_opml = text.startswith("<")
        given, searches = (parse_opml(data), {}) if is_opml else parse_newsboat_urls(text)
        offered = list(given)
        new = self.add_new(offered)
        return ImportedSubscriptions(new, len(offered) - new, tuple(given.rejected), searches)

    def add_new(self, subscriptions: Sequence[Subscription]) -> int:
        """Add the subscriptions that are not there yet, the first to each feed, and return their number."""
        existing = {
            make_feed_key(url)
            for each in self.subscriptions()
            for url in (each.url, *each.former_urls, each.key)
        }
        new: dict[str, Subscription] = {}
        for each in subscriptions:
            if (key := make_feed_key(each.url)) not in existing:
                new.setdefault(key, replace(each, former_urls=(), is_private_allowed=False))
        self.update(put=new.values())
        return len(new)


def merge_fetched(existing: Subscription, fetched: Subscription) -> Subscription:
    """Add what a feed says of itself to the subscription that is there now."""
    has_moved = existing.url in fetched.former_urls
    return replace(
        existing,
        title=existing.title or fetched.title,
        site=existing.site or fetched.site,
        url=fetched.url if has_moved else existing.url,
        former_urls=fetched.former_urls if has_moved else existing.former_urls,
        paused=existing.paused or fetched.paused,
    )


def state_to_json(state: FeedState) -> dict[str, Any]:
    """Return a state as JSON, without what is empty."""
    return {name: value for name, value in asdict(state).items() if value}


def state_from_json(value: Any) -> FeedState:
    """Return the state that `state_to_json` encoded; without what cannot be parsed."""
    if not isinstance(value, dict):
        return FeedState()
    valid: dict[str, Any] = {}
    for each in fields(FeedState):
        given = value.get(each.name)
        if isinstance(given, list) and each.name == "seen":
            valid["seen"] = tuple(map(str, given))
        elif type(given) is type(each.default):
            valid[each.name] = given
    return FeedState(**valid)
