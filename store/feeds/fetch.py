"""Fetching many feeds: at most eight at once, each result as it comes, stopped at any moment.

The network is waited for on threads of their own, which nothing waits for in turn: one that hangs
in a system call does not hold up the end. What comes is taken apart in a process aside.
"""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import urlsplit

from store.feeds.fetch_state import FeedState
from store.feeds.host_queue import Lanes, host_of
from store.feeds.parser_process import Aside
from store.feeds.subscriptions import Subscription, moved
from store.importers.article_builder import count_words
from store.model.article import Found
from store.model.errors import BadInput, FetchFailed, NewsError, Stopped
from store.model.times import Clock, iso, seconds
from store.net.client import Client, Reply, Request
from store.segments.documents import found_of
from store.text.clean import clean_line

AT_ONCE = 8
SURE = 3
"""How often a feed says it has moved for good before that is believed (case 88)."""
MOST_PAGES = 30
"""Pages of one feed that are fetched at once; the other items wait for the next time."""
PATIENCE = timedelta(hours=1)
"""How long a server that has had enough is left alone if it does not say."""
TOO_MANY = 429
BUSY = (TOO_MANY, 503)
GONE = 410


@dataclass(frozen=True, slots=True)
class Fetched:
    """One feed is done, one way or another."""

    subscription: Subscription
    """As it is now: with its name, where it has moved to, paused because it is gone."""
    state: FeedState
    found: Sequence[Found] = ()
    refused: Sequence[str] = ()
    """Items that were refused, and why."""
    problem: str = ""
    """Why it failed, in words."""
    note: str = ""
    """What the user should know, though it did not fail."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What fetching needs."""

    client: Client
    clock: Clock
    asides: Sequence[Aside] = field(default_factory=lambda: (Aside(), Aside()))
    pause: float = 0.25
    """Seconds that a host is left alone between two of its feeds."""


def fetch_feeds(
    subscriptions: Sequence[Subscription],
    states: Mapping[str, FeedState],
    tools: Tools,
    stop: Callable[[], bool] = lambda: False,
) -> Generator[Fetched, None, None]:
    """Fetch feeds, each of which is a step; those that failed last time come last.

    Args:
        subscriptions: What is to be fetched; paused ones are left out by the caller.
        states: What is known of them, by key.
        tools: What fetching needs; its processes are ended at the end.
        stop: Whether the rest is wanted no more.
    """
    ended = threading.Event()
    results: queue.SimpleQueue[Fetched | BaseException] = queue.SimpleQueue()
    known = {each.key: states.get(each.key, FeedState()) for each in subscriptions}
    ordered = sorted(subscriptions, key=lambda each: bool(known[each.key].error))
    lanes, numbers, busy = Lanes(ordered, tools.pause), itertools.count(), dict[str, str]()

    def stopped() -> bool:
        return ended.is_set() or stop()

    def work() -> None:
        while (each := lanes.take(stopped)) is not None:
            aside = tools.asides[next(numbers) % len(tools.asides)]
            one = _One(each, known[each.key], tools, aside, stopped, busy)
            try:
                results.put(one.fetch())
            except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
                results.put(error)
            finally:
                lanes.done(each)

    for number in range(min(AT_ONCE, len(subscriptions))):
        threading.Thread(target=work, name=f"fetch {number}", daemon=True).start()
    try:
        for _ in subscriptions:
            result = _next(results, stopped)
            if result is None:
                return
            yield result
    finally:
        ended.set()
        for aside in tools.asides:
            aside.close()


def _next(
    results: queue.SimpleQueue[Fetched | BaseException], stopped: Callable[[], bool]
) -> Fetched | None:
    while not stopped():
        try:
            result = results.get(timeout=0.1)
        except queue.Empty:
            continue
        if isinstance(result, Stopped):
            return None
        if isinstance(result, BaseException):
            raise result
        return result
    return None


def read_feed(subscription: Subscription, reply: Reply, tools: Tools) -> Fetched:
    """A feed that was fetched already, to see what it is.

    Raises:
        BadInput, FetchFailed: It is no feed, or cannot be read.
    """
    one = _One(subscription, FeedState(), tools, tools.asides[0], lambda: False, {})
    return one.read(reply, iso(tools.clock().replace(microsecond=0)))


@dataclass(frozen=True, slots=True)
class _One:
    """One feed being fetched."""

    feed: Subscription
    state: FeedState
    tools: Tools
    aside: Aside
    stop: Callable[[], bool]
    busy: dict[str, str]
    """Hosts that have said they have had enough, and until when: it goes for all of their feeds."""

    def fetch(self) -> Fetched:
        """Fetch the feed.

        Raises:
            Stopped: It is wanted no more.
        """
        now = self._now()
        until = max(self.state.not_before, self.busy.get(host_of(self.feed), ""))
        if seconds(until) > seconds(now):
            note = f"left alone until {until}, as the server wants it"
            return Fetched(self.feed, replace(self.state, not_before=until), note=note)
        try:
            reply = self._get(self.feed.url, self.state.etag, self.state.modified)
            if reply.problem:
                return self._refused(reply, now)
            return self._unchanged(now) if reply.status == 304 else self.read(reply, now)
        except Stopped:
            raise
        except (FetchFailed, BadInput) as error:
            problem = clean_line(str(error), 300)
            return Fetched(self.feed, self._failed(problem, now), problem=problem)

    def _now(self) -> str:
        return iso(self.tools.clock().replace(microsecond=0))

    def _get(self, url: str, etag: str = "", modified: str = "") -> Reply:
        host = urlsplit(self.feed.url).hostname or ""
        private = [host] if self.feed.private else []
        return self.tools.client.fetch(Request(url, etag, modified, private), self.stop)

    def _failed(self, problem: str, now: str) -> FeedState:
        return replace(self.state, tried=now, error=problem, not_before="")

    def _refused(self, reply: Reply, now: str) -> Fetched:
        state = self._failed(reply.problem, now)
        if reply.status == GONE:
            problem = "the server says it is gone for good (410); paused"
            gone = replace(self.feed, paused=True)
            return Fetched(gone, replace(state, error=problem), problem=problem)
        if reply.status in BUSY:
            clock = self.tools.clock()
            wait = timedelta(seconds=reply.retry_after(clock)) or PATIENCE
            state = replace(state, not_before=iso((clock + wait).replace(microsecond=0)))
            if reply.status == TOO_MANY:
                self.busy[host_of(self.feed)] = state.not_before
        return Fetched(self.feed, state, problem=reply.problem)

    def _unchanged(self, now: str) -> Fetched:
        return Fetched(self.feed, replace(self.state, tried=now, succeeded=now, error=""))

    def read(self, reply: Reply, now: str) -> Fetched:
        """What a feed holds that was fetched."""
        about = {
            "charset": reply.kind[1],
            "key": self.feed.key,
            "url": reply.url,
            "now": now,
            "category": self.feed.category or self.feed.title,
        }
        parsed = self.aside.ask("feed", about, reply.body)
        found = [found_of(each) for each in parsed["found"]]
        feed = replace(
            self.feed,
            title=self.feed.title or clean_line(parsed["title"], 200),
            site=self.feed.site or parsed["site"],
        )
        state = FeedState(
            etag=reply.headers.get("etag", ""),
            modified=reply.headers.get("last-modified", ""),
            tried=now,
            succeeded=now,
            moved=reply.moved,
            times=_times(self.state, reply.moved),
        )
        if reply.moved and state.times >= SURE:
            feed, state = moved(feed, reply.moved), replace(state, moved="", times=0)
        if feed.whole_page:
            found, state = self._whole(found, state)
        left_out = parsed["left_out"]
        note = f"only the first {len(found):,} items; {left_out:,} more" if left_out else reply.note
        return Fetched(feed, state, found, parsed["refused"], note=note)

    # -- feeds that only have the beginnings of their texts --------------------------------

    def _whole(self, found: list[Found], state: FeedState) -> tuple[list[Found], FeedState]:
        """The items with the texts of their pages; those not seen before, and not too many."""
        new = [each for each in found if each.article.id not in self.state.seen]
        whole = [self._with_page(each) for each in new[:MOST_PAGES]]
        late = {each.article.id for each in new[MOST_PAGES:]}
        seen = tuple(each.article.id for each in found if each.article.id not in late)
        if late:  # the rest is to come next time, though nothing may have changed by then
            state = replace(state, etag="", modified="")
        return whole, replace(state, seen=seen)

    def _with_page(self, found: Found) -> Found:
        try:
            return filled(found, self._page(found.article.url))
        except Stopped:
            raise
        except NewsError:
            return found  # what the feed had of it is better than nothing

    def _page(self, url: str) -> Found:
        reply = self._get(url)
        if reply.problem:
            raise FetchFailed(reply.problem)
        about = {"charset": reply.kind[1], "url": reply.url, "now": self._now()}
        page = self.aside.ask("page", about, reply.body)
        if page["kind"] != "html":
            raise BadInput("not a page")
        return found_of(page["found"])


def _times(state: FeedState, moved_to: str) -> int:
    """How often it has now said the same."""
    if not moved_to:
        return 0
    return state.times + 1 if moved_to == state.moved else 1


def filled(found: Found, page: Found) -> Found:
    """An article of a feed with the text of its page, if that is longer."""
    words = count_words(page.body.text)
    if words <= found.article.words:
        return found
    summary = found.body.text if len(found.body.text) < len(page.body.text) // 2 else ""
    body = replace(page.body, summary=found.body.summary or summary or page.body.summary)
    if body.summary and not body.summary_origin:
        body = replace(body, summary_origin="import")
    authors = found.article.authors or page.article.authors
    language = found.article.language or page.article.language
    facts = replace(found.article, words=words, authors=authors, language=language)
    return replace(found, article=facts, body=body)
