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
from store.feeds.host_queue import HostQueue, feed_host
from store.feeds.parser_process import ParserProcess
from store.feeds.subscriptions import Subscription, move_subscription
from store.importers.article_builder import count_words
from store.model.article import ParsedArticle
from store.model.errors import FetchCancelled, FetchFailed, InvalidInput, NewstuiError
from store.model.times import Clock, format_timestamp, to_unix_seconds
from store.net.client import FetchRequest, FetchResponse, HttpClient
from store.segments.documents import article_from_values
from store.text.clean import clean_line

MAX_CONCURRENT_FETCHES = 8
MIN_MOVE_REPORTS = 3
"""How often a feed says it has moved for good before that is believed (case 88)."""
MAX_PAGES_PER_FEED = 30
"""Pages of one feed that are fetched at once; the other items wait for the next time."""
DEFAULT_RETRY_AFTER = timedelta(hours=1)
"""How long a server that has had enough is left alone if it does not say."""
HTTP_TOO_MANY_REQUESTS = 429
BUSY_STATUSES = (HTTP_TOO_MANY_REQUESTS, 503)
HTTP_GONE = 410


@dataclass(frozen=True, slots=True)
class FetchResult:
    """One feed is done, one way or another."""

    subscription: Subscription
    """As it is now: with its name, where it has moved to, paused because it is gone."""
    state: FeedState
    articles: Sequence[ParsedArticle] = ()
    rejected: Sequence[str] = ()
    """Items that were refused, and why."""
    error: str = ""
    """Why it failed, in words."""
    warning: str = ""
    """What the user should know, though it did not fail."""


@dataclass(frozen=True, slots=True)
class FetchContext:
    """What fetching needs."""

    client: HttpClient
    clock: Clock
    parsers: Sequence[ParserProcess] = field(
        default_factory=lambda: (ParserProcess(), ParserProcess())
    )
    host_delay: float = 0.25
    """Seconds that a host is left alone between two of its feeds."""


def fetch_feeds(
    subscriptions: Sequence[Subscription],
    states: Mapping[str, FeedState],
    tools: FetchContext,
    stop: Callable[[], bool] = lambda: False,
) -> Generator[FetchResult, None, None]:
    """Fetch feeds, each of which is a step; those that failed last time come last.

    Args:
        subscriptions: What is to be fetched; paused ones are left out by the caller.
        states: What is known of them, by key.
        tools: What fetching needs; its processes are ended at the end.
        stop: Whether the rest is wanted no more.
    """
    ended = threading.Event()
    results: queue.SimpleQueue[FetchResult | BaseException] = queue.SimpleQueue()
    known = {each.key: states.get(each.key, FeedState()) for each in subscriptions}
    ordered = sorted(subscriptions, key=lambda each: bool(known[each.key].error))
    lanes, numbers, busy = HostQueue(ordered, tools.host_delay), itertools.count(), dict[str, str]()

    def stopped() -> bool:
        return ended.is_set() or stop()

    def work() -> None:
        while (each := lanes.take(stopped)) is not None:
            aside = tools.parsers[next(numbers) % len(tools.parsers)]
            one = _FeedFetch(each, known[each.key], tools, aside, stopped, busy)
            try:
                results.put(one.fetch())
            except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
                results.put(error)
            finally:
                lanes.release(each)

    for number in range(min(MAX_CONCURRENT_FETCHES, len(subscriptions))):
        threading.Thread(target=work, name=f"fetch {number}", daemon=True).start()
    try:
        for _ in subscriptions:
            result = _next_result(results, stopped)
            if result is None:
                return
            yield result
    finally:
        ended.set()
        for aside in tools.parsers:
            aside.close()


def _next_result(
    results: queue.SimpleQueue[FetchResult | BaseException], stopped: Callable[[], bool]
) -> FetchResult | None:
    while not stopped():
        try:
            result = results.get(timeout=0.1)
        except queue.Empty:
            continue
        if isinstance(result, FetchCancelled):
            return None
        if isinstance(result, BaseException):
            raise result
        return result
    return None


def parse_fetched_feed(
    subscription: Subscription, reply: FetchResponse, tools: FetchContext
) -> FetchResult:
    """A feed that was fetched already, to see what it is.

    Raises:
        BadInput, FetchFailed: It is no feed, or cannot be read.
    """
    one = _FeedFetch(subscription, FeedState(), tools, tools.parsers[0], lambda: False, {})
    return one.parse(reply, format_timestamp(tools.clock().replace(microsecond=0)))


@dataclass(frozen=True, slots=True)
class _FeedFetch:
    """One feed being fetched."""

    feed: Subscription
    state: FeedState
    context: FetchContext
    parser: ParserProcess
    is_cancelled: Callable[[], bool]
    busy_hosts: dict[str, str]
    """Hosts that have said they have had enough, and until when: it goes for all of their feeds."""

    def fetch(self) -> FetchResult:
        """Fetch the feed.

        Raises:
            Stopped: It is wanted no more.
        """
        now = self._timestamp()
        until = max(self.state.not_before, self.busy_hosts.get(feed_host(self.feed), ""))
        if to_unix_seconds(until) > to_unix_seconds(now):
            note = f"left alone until {until}, as the server wants it"
            return FetchResult(self.feed, replace(self.state, not_before=until), warning=note)
        try:
            reply = self._fetch_url(self.feed.url, self.state.etag, self.state.modified)
            if reply.error:
                return self._handle_error_status(reply, now)
            return self._not_modified(now) if reply.status == 304 else self.parse(reply, now)
        except FetchCancelled:
            raise
        except (FetchFailed, InvalidInput) as error:
            problem = clean_line(str(error), 300)
            return FetchResult(self.feed, self._failed_state(problem, now), error=problem)

    def _timestamp(self) -> str:
        return format_timestamp(self.context.clock().replace(microsecond=0))

    def _fetch_url(self, url: str, etag: str = "", modified: str = "") -> FetchResponse:
        host = urlsplit(self.feed.url).hostname or ""
        private = [host] if self.feed.is_private_allowed else []
        return self.context.client.fetch(
            FetchRequest(url, etag, modified, private), self.is_cancelled
        )

    def _failed_state(self, problem: str, now: str) -> FeedState:
        return replace(self.state, tried=now, error=problem, not_before="")

    def _handle_error_status(self, reply: FetchResponse, now: str) -> FetchResult:
        state = self._failed_state(reply.error, now)
        if reply.status == HTTP_GONE:
            problem = "the server says it is gone for good (410); paused"
            gone = replace(self.feed, paused=True)
            return FetchResult(gone, replace(state, error=problem), error=problem)
        if reply.status in BUSY_STATUSES:
            clock = self.context.clock()
            wait = timedelta(seconds=reply.retry_after(clock)) or DEFAULT_RETRY_AFTER
            state = replace(
                state, not_before=format_timestamp((clock + wait).replace(microsecond=0))
            )
            if reply.status == HTTP_TOO_MANY_REQUESTS:
                self.busy_hosts[feed_host(self.feed)] = state.not_before
        return FetchResult(self.feed, state, error=reply.error)

    def _not_modified(self, now: str) -> FetchResult:
        return FetchResult(self.feed, replace(self.state, tried=now, succeeded=now, error=""))

    def parse(self, reply: FetchResponse, now: str) -> FetchResult:
        """What a feed holds that was fetched."""
        about = {
            "charset": reply.content_type[1],
            "key": self.feed.key,
            "url": reply.url,
            "now": now,
            "category": self.feed.category or self.feed.title,
        }
        parsed = self.parser.parse("feed", about, reply.body)
        found = [article_from_values(each) for each in parsed["found"]]
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
            moved=reply.permanent_url,
            times=_count_moves(self.state, reply.permanent_url),
        )
        if reply.permanent_url and state.times >= MIN_MOVE_REPORTS:
            feed, state = (
                move_subscription(feed, reply.permanent_url),
                replace(state, moved="", times=0),
            )
        if feed.whole_page:
            found, state = self._fetch_pages(found, state)
        left_out = parsed["left_out"]
        note = (
            f"only the first {len(found):,} items; {left_out:,} more" if left_out else reply.warning
        )
        return FetchResult(feed, state, found, parsed["refused"], warning=note)

    # -- feeds that only have the beginnings of their texts --------------------------------

    def _fetch_pages(
        self, found: list[ParsedArticle], state: FeedState
    ) -> tuple[list[ParsedArticle], FeedState]:
        """The items with the texts of their pages; those not seen before, and not too many."""
        new = [each for each in found if each.article.id not in self.state.seen]
        whole = [self._fetch_full_text(each) for each in new[:MAX_PAGES_PER_FEED]]
        late = {each.article.id for each in new[MAX_PAGES_PER_FEED:]}
        seen = tuple(each.article.id for each in found if each.article.id not in late)
        if late:  # the rest is to come next time, though nothing may have changed by then
            state = replace(state, etag="", modified="")
        return whole, replace(state, seen=seen)

    def _fetch_full_text(self, found: ParsedArticle) -> ParsedArticle:
        try:
            return merge_page_text(found, self._fetch_page(found.article.url))
        except FetchCancelled:
            raise
        except NewstuiError:
            return found  # what the feed had of it is better than nothing

    def _fetch_page(self, url: str) -> ParsedArticle:
        reply = self._fetch_url(url)
        if reply.error:
            raise FetchFailed(reply.error)
        about = {"charset": reply.content_type[1], "url": reply.url, "now": self._timestamp()}
        page = self.parser.parse("page", about, reply.body)
        if page["kind"] != "html":
            raise InvalidInput("not a page")
        return article_from_values(page["found"])


def _count_moves(state: FeedState, moved_to: str) -> int:
    """How often it has now said the same."""
    if not moved_to:
        return 0
    return state.times + 1 if moved_to == state.moved else 1


def merge_page_text(found: ParsedArticle, page: ParsedArticle) -> ParsedArticle:
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
