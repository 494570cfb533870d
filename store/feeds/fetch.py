"""Fetching many feeds: up to eight at once, each result as it arrives, cancelled at any moment.

Threads of their own wait for the network, and nothing waits for these threads: one that hangs in a
system call does not hold up the end. Parsing happens in processes of their own.
"""

from __future__ import annotations

import itertools
import queue
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from store.feeds.converter import converter_version, read_anew
from store.feeds.feed_store import FeedState, FeedStore, FetchResult
from store.feeds.parser_process import ParserProcess
from store.feeds.subscriptions import Subscription, move_subscription
from store.model.article import ParsedArticle
from store.model.errors import FetchCancelled, InvalidInput, NewstuiError
from store.model.results import AddProgress
from store.model.times import Clock, current_timestamp, format_timestamp, to_unix_seconds
from store.net.client import FetchRequest, FetchResponse, HttpClient
from store.segments.documents import article_from_values
from store.text.clean import clean_line
from store.text.prose import count_words
from store.text.urls import extract_host, make_feed_key, strip_url_credentials

MAX_CONCURRENT_FETCHES = 8
MAX_FETCHES_PER_HOST = 2
CANCEL_POLL_SECONDS = 0.1
"""Seconds after which a waiting thread notices that it was cancelled."""
MIN_MOVE_REPORTS = 3
"""Fetches in a row in which a feed must say that it has moved for good (case 88)."""
MAX_PAGES_PER_FEED = 30
"""Pages of one feed that are fetched at once; the other entries wait for the next fetch."""
DEFAULT_RETRY_AFTER = timedelta(hours=1)
"""The wait for a busy server that does not say how long."""
HTTP_TOO_MANY_REQUESTS = 429
BUSY_STATUSES = (HTTP_TOO_MANY_REQUESTS, 503)
HTTP_NOT_MODIFIED, HTTP_GONE = 304, 410

AddArticles = Callable[[Iterable[ParsedArticle]], Iterator[AddProgress]]
"""Adds articles to a library: its `add`."""


@dataclass(frozen=True, slots=True)
class FetchContext:
    """The tools that fetching needs."""

    client: HttpClient
    clock: Clock
    parsers: Sequence[ParserProcess] = field(
        default_factory=lambda: (ParserProcess(), ParserProcess())
    )
    host_delay: float = 0.25
    """Seconds between two fetches from the same host."""

    def now(self) -> str:
        """Return the current time to the second, ISO 8601 in UTC."""
        return current_timestamp(self.clock)

    def close(self) -> None:
        """End the parser processes."""
        for parser in self.parsers:
            parser.close()


def choose_due_feeds(
    subscriptions: Iterable[Subscription], states: Mapping[str, FeedState], now: int
) -> list[Subscription]:
    """Return the feeds that a fetch of all feeds fetches: not paused, and their interval is over.

    Args:
        subscriptions: All feeds.
        states: Their states.
        now: Seconds since 1970.
    """

    def is_due(feed: Subscription) -> bool:
        fetched = to_unix_seconds(states[feed.key].succeeded) if feed.key in states else 0
        is_future = fetched > now  # the clock was set back
        return not feed.interval or is_future or fetched + 60 * feed.interval <= now

    return [each for each in subscriptions if not each.paused and is_due(each)]


def fetch_and_store(
    subscriptions: Sequence[Subscription],
    states: Mapping[str, FeedState],
    context: FetchContext,
    store: Callable[[Sequence[FetchResult]], None],
    *,
    max_articles: int = 500,
    max_seconds: float = 3.0,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Generator[FetchResult, None, None]:
    """Fetch feeds and store what they hold in batches; yield each result before it is stored.

    `store` takes a batch when it has `max_articles` or is `max_seconds` old, and the last one in any
    case, also if the caller stops early; see `store_results`. The other arguments are those of
    `fetch_feeds`.
    """
    batch: list[FetchResult] = []
    article_count, stored_at = 0, time.monotonic()
    results = fetch_feeds(subscriptions, states, context, is_cancelled)
    try:
        for result in results:
            batch.append(result)
            article_count += len(result.articles)
            yield result
            if article_count >= max_articles or time.monotonic() - stored_at > max_seconds:
                full, batch, article_count = batch, [], 0
                store(full)
                stored_at = time.monotonic()
    finally:
        results.close()
        if batch:
            store(batch)


def store_results(
    results: Sequence[FetchResult], feed_store: FeedStore, add: AddArticles
) -> Iterator[AddProgress]:
    """Add the articles of fetched feeds in steps, then save what is known of the feeds."""
    if articles := [article for each in results for article in each.articles]:
        yield from add(articles)
    feed_store.save_results(results)


def fetch_feeds(
    subscriptions: Sequence[Subscription],
    states: Mapping[str, FeedState],
    context: FetchContext,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Generator[FetchResult, None, None]:
    """Fetch feeds, those that failed last time at the end, and yield each result as it arrives.

    The caller leaves out paused feeds. The parser processes of the context are ended at the end.
    """
    ended = threading.Event()
    results: queue.SimpleQueue[FetchResult | BaseException] = queue.SimpleQueue()
    known = {each.key: states.get(each.key, FeedState()) for each in subscriptions}
    ordered = sorted(subscriptions, key=lambda each: bool(known[each.key].error))
    hosts, busy = HostQueue(ordered, context.host_delay), dict[str, str]()
    parsers = itertools.cycle(context.parsers)  # its `next` is atomic, as threads need

    def has_ended() -> bool:
        return ended.is_set() or is_cancelled()

    def work() -> None:
        while (feed := hosts.take(has_ended)) is not None:
            fetch = _FeedFetch(feed, known[feed.key], context, next(parsers), has_ended, busy)
            try:
                results.put(fetch.fetch())
            except BaseException as error:  # noqa: BLE001 - raised where the results are read
                results.put(error)
            finally:
                hosts.release(feed)

    for number in range(min(MAX_CONCURRENT_FETCHES, len(subscriptions))):
        threading.Thread(target=work, name=f"fetch {number}", daemon=True).start()
    try:
        for _ in subscriptions:
            if (result := _next_result(results, has_ended)) is None:
                return
            yield result
    finally:
        ended.set()
        context.close()


def _next_result(
    results: queue.SimpleQueue[FetchResult | BaseException], has_ended: Callable[[], bool]
) -> FetchResult | None:
    while not has_ended():
        try:
            result = results.get(timeout=CANCEL_POLL_SECONDS)
        except queue.Empty:
            continue
        if isinstance(result, FetchCancelled):
            return None
        if isinstance(result, BaseException):
            raise result
        return result
    return None


class HostQueue:
    """The waiting feeds: limits the concurrency per host and spaces its requests.

    A list of fifty feeds is often one of fifty channels of the same three sites, which take eight
    requests at once for an attack.
    """

    def __init__(
        self,
        feeds: Iterable[Subscription],
        delay: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Enqueue feeds in order of priority; the delay is between two fetches from one host."""
        self._waiting = list(feeds)
        self._delay = delay
        self._clock = clock
        self._active: Counter[str] = Counter()
        self._next_allowed: dict[str, float] = {}
        self._condition = threading.Condition()

    def take(self, is_cancelled: Callable[[], bool]) -> Subscription | None:
        """Wait for a feed that may be fetched; None if there are no more."""
        with self._condition:
            while self._waiting and not is_cancelled():
                if (feed := self._next_ready()) is not None:
                    self._waiting.remove(feed)
                    self._active[feed_host(feed)] += 1
                    return feed
                self._condition.wait(CANCEL_POLL_SECONDS)
        return None

    def _next_ready(self) -> Subscription | None:
        now = self._clock()
        for feed in self._waiting:
            host = feed_host(feed)
            is_free = self._active[host] < MAX_FETCHES_PER_HOST
            if is_free and self._next_allowed.get(host, 0.0) <= now:
                return feed
        return None

    def release(self, feed: Subscription) -> None:
        """Let the next feed of the same host follow after the delay."""
        host = feed_host(feed)
        with self._condition:
            self._active[host] -= 1
            self._next_allowed[host] = self._clock() + self._delay
            self._condition.notify_all()


def feed_host(feed: Subscription) -> str:
    """Return the host of a feed with its port."""
    # Not `urlsplit`, which raises for some of the URLs that a list may hold.
    return (
        re.split(r"[/?#]", feed.url.partition("://")[2], maxsplit=1)[0].rpartition("@")[2].lower()
    )


def parse_fetched_feed(
    subscription: Subscription, reply: FetchResponse, context: FetchContext
) -> FetchResult:
    """Parse a feed that was fetched already.

    Raises:
        InvalidInput, FetchFailed: It is not a whole feed, or cannot be parsed.
    """
    fetch = _FeedFetch(
        subscription, FeedState(), context, context.parsers[0], lambda: False, busy_hosts={}
    )
    result = fetch.parse(reply, context.now())
    if result.error:
        raise InvalidInput(result.error)
    return result


@dataclass(frozen=True, slots=True)
class _FeedFetch:
    """One feed being fetched."""

    feed: Subscription
    state: FeedState
    context: FetchContext
    parser: ParserProcess
    is_cancelled: Callable[[], bool]
    busy_hosts: dict[str, str]
    """The time until which each busy host wants no request for any of its feeds."""

    def fetch(self) -> FetchResult:
        """Fetch the feed.

        Raises:
            FetchCancelled: It is no longer wanted.
        """
        now = self.context.now()
        until = max(self.state.not_before, self.busy_hosts.get(feed_host(self.feed), ""))
        if to_unix_seconds(until) > to_unix_seconds(now):
            warning = f"next fetch after {until[:16].replace('T', ' ')} UTC (Retry-After)"
            return FetchResult(self.feed, replace(self.state, not_before=until), warning=warning)
        try:
            reply = self._fetch_url(self.feed.url, self.state.etag, self.state.modified)
            if reply.error:
                return self._handle_error_status(reply, now)
            if reply.status != HTTP_NOT_MODIFIED:
                return self.parse(reply, now)
            state = replace(self.state, tried=now, succeeded=now, error="")
            return FetchResult(self.feed, state)
        except FetchCancelled:
            raise
        except Exception as error:  # noqa: BLE001 - one feed must not stop the others
            problem = describe_error(error)
            return FetchResult(self.feed, self._failed_state(problem, now), error=problem)

    def _fetch_url(self, url: str, etag: str = "", modified: str = "") -> FetchResponse:
        private = [extract_host(self.feed.url)] if self.feed.is_private_allowed else []
        return self.context.client.fetch(
            FetchRequest(url, etag, modified, private), self.is_cancelled
        )

    def _failed_state(self, problem: str, now: str) -> FeedState:
        return replace(self.state, tried=now, error=problem, not_before="")

    def _handle_error_status(self, reply: FetchResponse, now: str) -> FetchResult:
        state = self._failed_state(reply.error, now)
        if reply.status == HTTP_GONE:
            problem = "gone for good (410); paused"
            gone = replace(self.feed, paused=True)
            return FetchResult(gone, replace(state, error=problem), error=problem)
        if reply.status in BUSY_STATUSES:
            clock = self.context.clock()
            wait = timedelta(seconds=reply.retry_after(clock)) or DEFAULT_RETRY_AFTER
            until = format_timestamp((clock + wait).replace(microsecond=0))
            state = replace(state, not_before=until)
            if reply.status == HTTP_TOO_MANY_REQUESTS:
                self.busy_hosts[feed_host(self.feed)] = until
        return FetchResult(self.feed, state, error=reply.error)

    def parse(self, reply: FetchResponse, now: str) -> FetchResult:
        """Parse a response, and fetch the pages of its entries if the subscription says so."""
        about = {
            "charset": reply.content_type[1],
            "key": self.feed.key,
            "url": reply.url,
            "now": now,
            "category": self.feed.category or self.feed.title,
            "tags": self.feed.tags,
        }
        parsed = self.parser.parse("feed", about, reply.body)
        articles = [article_from_values(each) for each in parsed["found"]]
        if self.state.converter != converter_version():
            articles = list(map(read_anew, articles))
        feed = replace(
            self.feed,
            title=self.feed.title or clean_line(parsed["title"], 200),
            site=self.feed.site or parsed["site"],
        )
        moved_to = strip_url_credentials(reply.permanent_url or self._find_stated_move(parsed))
        state = FeedState(
            etag=reply.headers.get("etag", ""),
            modified=reply.headers.get("last-modified", ""),
            tried=now,
            succeeded=now,
            moved=moved_to,
            times=_count_moves(self.state, moved_to),
            converter=converter_version(),
        )
        is_due = bool(moved_to) and state.times >= MIN_MOVE_REPORTS
        if is_due and (reply.permanent_url or self._is_feed(moved_to, about)):
            feed = move_subscription(feed, moved_to)
            state = replace(state, moved="", times=0)
        problem = str(parsed["incomplete"])
        if problem:  # with the old ETag, so that the next fetch returns it whole
            state = self._failed_state(problem, now)
        warning = reply.warning
        if omitted := parsed["left_out"]:
            warning = f"took the newest {len(articles):,} entries, skipped {omitted:,}"
        if feed.whole_page:
            articles, state = self._fetch_pages(articles, state)
        rejected = [f"item {number}: {reason}" for number, reason in parsed["refused"]]
        return FetchResult(feed, state, articles, rejected, problem, warning)

    def _find_stated_move(self, parsed: Mapping[str, Any]) -> str:
        """Return the URL that a feed says it has moved to, unless it is another form of its own."""
        url = str(parsed["moved_to"])
        return "" if make_feed_key(url) == make_feed_key(self.feed.url) else url

    def _is_feed(self, url: str, about: Mapping[str, Any]) -> bool:
        """Return True if a URL that only the feed itself names leads to a feed with entries, also from here."""
        try:
            reply = self._fetch_url(url)
            given = {**about, "charset": reply.content_type[1], "url": reply.url}
            return not reply.error and bool(self.parser.parse("feed", given, reply.body)["found"])
        except FetchCancelled:
            raise
        except Exception:  # noqa: BLE001 - whatever it raises, the feed stays where it is
            return False

    # -- feeds that have only the beginnings of their texts --------------------------------

    def _fetch_pages(
        self, articles: list[ParsedArticle], state: FeedState
    ) -> tuple[list[ParsedArticle], FeedState]:
        """Return the new articles with the texts of their pages, up to a limit."""
        new = [each for each in articles if each.article.id not in self.state.seen]
        complete = [self._fetch_full_text(each) for each in new[:MAX_PAGES_PER_FEED]]
        postponed = {each.article.id for each in new[MAX_PAGES_PER_FEED:]}
        seen = tuple(each.article.id for each in articles if each.article.id not in postponed)
        if postponed:  # the next fetch must return the feed even if it has not changed
            state = replace(state, etag="", modified="")
        return complete, replace(state, seen=seen)

    def _fetch_full_text(self, article: ParsedArticle) -> ParsedArticle:
        """Return the article with the text of its page; that of the feed is better than nothing."""
        try:
            reply = self._fetch_url(article.article.url)
            about = {"charset": reply.content_type[1], "url": reply.url, "now": self.context.now()}
            page = {} if reply.error else self.parser.parse("page", about, reply.body)
        except FetchCancelled:
            raise
        except Exception:  # noqa: BLE001 - whatever a page raises, the feed has a text too
            return article
        found = page.get("found")  # only an HTML page has an article
        return _merge_page_text(article, article_from_values(found)) if found else article


def describe_error(error: Exception) -> str:
    """Return why a feed or page failed, in a line; an error that is none of ours is named."""
    if isinstance(error, NewstuiError):
        return clean_line(str(error), 300)
    reason = ": ".join(filter(None, (type(error).__name__, str(error))))
    return clean_line(f"unexpected error ({reason})", 300)


def _count_moves(state: FeedState, moved_to: str) -> int:
    """Return the number of fetches in a row in which the feed named this new URL."""
    if not moved_to:
        return 0
    return state.times + 1 if moved_to == state.moved else 1


def _merge_page_text(entry: ParsedArticle, page: ParsedArticle) -> ParsedArticle:
    """Return the article of a feed with the text of its page, if that is longer."""
    words = count_words(page.body.text)
    if words <= entry.article.words:
        return entry
    summary = entry.body.text if len(entry.body.text) < len(page.body.text) // 2 else ""
    body = replace(page.body, summary=entry.body.summary or summary or page.body.summary)
    if body.summary and not body.summary_origin:
        body = replace(body, summary_origin="import")
    authors = entry.article.authors or page.article.authors
    language = entry.article.language or page.article.language
    article = replace(entry.article, words=words, authors=authors, language=language)
    return read_anew(replace(entry, article=article, body=body))
