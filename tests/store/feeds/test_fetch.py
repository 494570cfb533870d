"""Fetching many feeds: limits, failures, and what is saved."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from urllib.parse import urljoin

import pytest

from store.feeds import converter
from store.feeds.entry import FeedInfo
from store.feeds.feed_store import FeedState, FetchResult
from store.feeds.fetch import (
    MAX_CONCURRENT_FETCHES,
    MAX_FETCHES_PER_HOST,
    FetchContext,
    HostQueue,
    choose_due_feeds,
    fetch_and_store,
    fetch_feeds,
)
from store.feeds.folder_feeds import FolderFeedStore
from store.feeds.parse import parse_feed
from store.feeds.resolve_url import AddedFeed, UrlResolver, store_resolved
from store.feeds.subscriptions import Subscription
from store.model.article import FeedItem
from store.model.errors import InvalidInput, NewstuiError
from store.net.client import FetchRequest, FetchResponse, HttpClient
from tests.support.network import (
    RequestHandler,
    Site,
    feed_page,
    item,
    make_fetch_context,
    page,
    redirect,
    rss,
    status,
    subscription,
)


def fetch(*feeds: Subscription, states: dict[str, FeedState] | None = None) -> list[FetchResult]:
    return list(fetch_feeds(feeds, states or {}, make_fetch_context()))


def one(feed: Subscription, state: FeedState | None = None) -> FetchResult:
    (result,) = fetch(feed, states={feed.key: state or FeedState()})
    return result


def titles(result: FetchResult) -> list[str]:
    return [found.article.title for found in result.articles]


def test_a_feed_is_fetched_conditionally(site: Site) -> None:
    """Case 88: an unchanged feed is not sent again."""

    def answer(asked: RequestHandler) -> None:
        if asked.headers["If-None-Match"] == '"a"':
            asked.respond(b"", 304)
        else:
            feed_page(1, 2, ETag='"a"', Last_Modified="then")(asked)

    site.routes["/feed"] = answer
    first = one(subscription(site))
    assert titles(first) == ["Story 1", "Story 2"]
    assert (first.subscription.title, first.subscription.site) == (
        "Harbour",
        "https://harbour.example/",
    )
    article = first.articles[0].article
    assert (article.category, article.source) == ("Harbour", "feed")
    assert article.extra["feed"] == first.subscription.key
    again = one(subscription(site), first.state)
    assert (again.articles, again.error, again.state.etag) == ((), "", '"a"')
    assert site.requests[1][1]["If-Modified-Since"] == "then"


def test_articles_are_compared_with_those_of_the_same_code(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text that other code made longer is no update by the publisher."""

    def is_read_anew(result: FetchResult) -> bool:
        (found,) = result.articles
        return bool(found.item and found.item.is_read_anew)

    site.routes["/feed"] = page(rss(item(1, "The ferry")))
    first = one(subscription(site))
    assert is_read_anew(first)  # nothing is known of the code of earlier versions
    same = one(subscription(site), first.state)
    monkeypatch.setattr(converter, "LIBRARIES", ("lxml",))
    converter.converter_version.cache_clear()
    try:
        other = one(subscription(site), same.state)
        assert (is_read_anew(same), is_read_anew(other)) == (False, True)
        assert not is_read_anew(one(subscription(site), other.state))
    finally:
        converter.converter_version.cache_clear()


def test_the_folder_is_the_category(site: Site) -> None:
    site.routes["/feed"] = feed_page(1)
    assert one(subscription(site, category="sea")).articles[0].article.category == "sea"


@pytest.mark.parametrize(
    ("route", "problem"),
    [
        (status(404), "404 Not Found"),
        (status(500), "500 Internal Server Error"),
        (page("<html><title>Login</title>"), "not a feed (HTML page “Login”)"),
        (page("/etc/passwd", "text/plain"), "not a feed"),
        (page("HANG"), "parsing took longer than 10 seconds"),
        (
            redirect("file:///etc/passwd"),
            'not fetched: only http and https links (this is "file:")',
        ),
    ],
)
def test_failures_are_reported_and_the_rest_goes_on(
    route: object, problem: str, site: Site
) -> None:
    """Cases 89, 91, 92 and 100: each costs a line, and the state of the feed is kept."""
    site.routes |= {"/bad": route, "/feed": feed_page(1)}  # type: ignore[dict-item]
    bad, good = subscription(site, "/bad"), subscription(site)
    known = FeedState(etag='"x"', succeeded="2026-11-01T00:00:00Z")
    results = {each.subscription.key: each for each in fetch(bad, good, states={bad.key: known})}
    assert results[bad.key].error == problem
    state = results[bad.key].state
    assert (state.error, state.etag, state.succeeded) == (problem, '"x"', known.succeeded)
    assert titles(results[good.key]) == ["Story 1"]


@pytest.mark.parametrize("name", ["ETag", "Last-Modified"])
@pytest.mark.parametrize("value", ["caf\u00e9", "\x80\xff", "\u00a0"])
def test_validators_of_any_bytes_stop_no_feed(name: str, value: str, site: Site) -> None:
    """Case 88: what one server sends is sent back to it, and the other feeds are fetched."""
    site.routes |= {"/odd": feed_page(1, **{name.replace("-", "_"): value}), "/feed": feed_page(2)}
    odd, good = subscription(site, "/odd"), subscription(site)
    first = {each.subscription.key: each for each in fetch(odd, good)}
    states = {key: each.state for key, each in first.items()}
    again = {each.subscription.key: each for each in fetch(odd, good, states=states)}
    assert (again[odd.key].error, titles(again[odd.key])) == ("", ["Story 1"])
    assert (again[good.key].error, titles(again[good.key])) == ("", ["Story 2"])


@pytest.mark.parametrize(
    ("raised", "problem"),
    [
        (ValueError("Invalid IPv6 URL"), "unexpected error (ValueError: Invalid IPv6 URL)"),
        (KeyError("x"), "unexpected error (KeyError: 'x')"),
        (MemoryError(), "unexpected error (MemoryError)"),
        (RecursionError("too deep\n\x1b[2J"), "unexpected error (RecursionError: too deep )"),
        (
            UnicodeEncodeError("ascii", "\xe9", 0, 1, "no"),
            "unexpected error (UnicodeEncodeError: 'ascii' codec can't encode"
            " character '\\xe9' in position 0: no)",
        ),
        (
            OSError(5, "Input/output error"),
            "unexpected error (OSError: [Errno 5] Input/output error)",
        ),
        (InvalidInput("not a feed"), "not a feed"),
    ],
)
def test_whatever_a_feed_raises_is_its_failure(raised: Exception, problem: str, site: Site) -> None:
    """Case 89: an error of our own code, too, costs one feed a line."""
    site.routes["/feed"] = feed_page(1)
    bad, good = subscription(site, "/bad"), subscription(site)

    class BadClient(HttpClient):
        def fetch(
            self, request: FetchRequest, is_cancelled: Callable[[], bool] = lambda: False
        ) -> FetchResponse:
            if request.url == bad.url:
                raise raised
            return super().fetch(request, is_cancelled)

    context = make_fetch_context()
    client = context.client
    values = {each.name: getattr(client, each.name) for each in fields(client)}
    context = replace(context, client=BadClient(**values))
    found = {each.subscription.key: each for each in fetch_feeds((bad, good), {}, context)}
    with pytest.raises(NewstuiError) as caught:
        UrlResolver(context, is_private_allowed=True)(bad.url)
    assert str(caught.value) == problem
    assert (found[bad.key].error, found[bad.key].state.error) == (problem, problem)
    assert titles(found[good.key]) == ["Story 1"]


@pytest.mark.parametrize("url", ["http://h:port/", "http://a..b/"])
def test_a_subscription_with_an_invalid_url_stops_no_feed(url: str, site: Site) -> None:
    """Case 84: the list of feeds may be edited by hand."""
    site.routes["/feed"] = feed_page(1)
    bad, good = replace(subscription(site, "/bad"), url=url), subscription(site)
    found = {each.subscription.url: each for each in fetch(bad, good)}
    assert found[url].error
    assert titles(found[good.url]) == ["Story 1"]


@pytest.mark.parametrize(
    "host", ["k\u00fcche.example", "K\u00dcCHE.example", "xn--kche-0ra.example", "[::1]", "[0::1]"]
)
def test_an_allowed_private_host_in_any_spelling(host: str, site: Site) -> None:
    """Case 83: the name that was typed and the one that is looked up are the same host."""
    site.routes["/feed"] = feed_page(1)
    feed = Subscription(f"http://{host}:{site.port}/feed", is_private_allowed=True)
    context = make_fetch_context()

    def resolve(name: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"] if name in ("xn--kche-0ra.example", "::1") else []

    context = replace(context, client=replace(context.client, resolve=resolve))
    (result,) = fetch_feeds([feed], {}, context)
    assert (result.error, titles(result)) == ("", ["Story 1"])
    resolved = UrlResolver(context, is_private_allowed=True)(feed.url)
    assert isinstance(resolved, FetchResult)
    (refused,) = fetch_feeds([replace(feed, is_private_allowed=False)], {}, context)
    assert "is on a private network" in refused.error


def test_a_page_instead_of_a_feed_names_its_feed(site: Site) -> None:
    """Case 91: the page says where the feed went."""
    link = '<link rel="alternate" type="application/atom+xml" href="/new.xml">'
    site.routes["/feed"] = page(f"<html><title>Moved</title>{link}</html>")
    expected = f"not a feed (HTML page “Moved”); its feed is {site.url('/new.xml')}"
    assert one(subscription(site)).error == expected


def test_a_feed_that_is_gone_is_paused(site: Site) -> None:
    """Case 88: 410 means for good."""
    site.routes["/feed"] = status(410)
    result = one(subscription(site))
    assert result.subscription.paused
    assert "gone for good" in result.error


def test_a_busy_server_is_given_time(site: Site) -> None:
    """Case 88: as long as it asks for, or an hour."""
    site.routes["/feed"] = status(429, Retry_After="600")
    result = one(subscription(site))
    assert result.state.not_before == "2026-11-22T12:10:00Z"
    again = one(subscription(site), result.state)
    assert (again.error, len(site.requests)) == ("", 1)
    assert again.warning == "next fetch after 2026-11-22 12:10 UTC (Retry-After)"
    site.routes["/feed"] = status(503)
    assert one(subscription(site)).state.not_before == "2026-11-22T13:00:00Z"


def test_a_moved_feed_is_followed_the_third_time(site: Site) -> None:
    """Case 88: its articles still belong to it."""
    site.routes |= {"/feed": redirect("/new", 301), "/new": feed_page(1)}
    feed, state = subscription(site), FeedState()
    for times in (1, 2):
        result = one(feed, state)
        assert (result.subscription.url, result.state.times) == (feed.url, times)
        state = result.state
    new = one(feed, state).subscription
    assert (new.url, new.former_urls, new.key) == (site.url("/new"), (feed.url,), feed.key)


@pytest.mark.parametrize(
    ("address", "is_moved"),
    [("/new", True), ("/feed/", False), ("/page", False), ("http://10.0.0.1/new", False)],
)
def test_a_feed_that_names_its_new_address(site: Site, address: str, is_moved: bool) -> None:
    """Case 88: it is followed like a redirect, if a feed is there."""
    url = urljoin(site.url("/feed"), address)
    named = "http://www.itunes.com/dtds/podcast-1.0.dtd"
    moved = f"<itunes:new-feed-url xmlns:itunes='{named}'>{url}</itunes:new-feed-url>"
    item = "<item><title>A</title><guid>1</guid></item>"
    feed = f"<rss version='2.0'><channel><title>T</title>{moved}{item}</channel></rss>"
    site.routes |= {"/feed": page(feed), "/new": feed_page(1), "/page": page("<html>x</html>")}
    result = one(subscription(site))
    for _ in range(2):
        assert result.subscription.url == site.url("/feed")
        result = one(result.subscription, result.state)
    assert result.error == ""
    assert result.subscription.url == (url if is_moved else site.url("/feed"))


def test_eight_at_once_and_two_per_host(site: Site) -> None:
    """Case 89: however many feeds there are."""
    barrier = threading.Barrier(MAX_CONCURRENT_FETCHES)
    active: Counter[str] = Counter()

    def answer(asked: RequestHandler) -> None:
        host = asked.headers["Host"]
        with site.lock:
            active[host] += 1
            assert active[host] <= MAX_FETCHES_PER_HOST
            assert active.total() <= MAX_CONCURRENT_FETCHES
        barrier.wait(60)
        with site.lock:
            active[host] -= 1
        feed_page(1)(asked)

    hosts = [
        f"host{number}.example" for number in range(MAX_CONCURRENT_FETCHES // MAX_FETCHES_PER_HOST)
    ]
    site.routes |= {f"/feed/{number}": answer for number in range(2 * MAX_FETCHES_PER_HOST)}
    feeds = [
        Subscription(f"http://{host}:{site.port}/feed/{number}", is_private_allowed=True)
        for host in hosts
        for number in range(2 * MAX_FETCHES_PER_HOST)
    ]
    ready = make_fetch_context()
    local = replace(ready, client=replace(ready.client, resolve=lambda *_: ["127.0.0.1"]))
    results = list(fetch_feeds(feeds, {}, local))
    assert [each.error for each in results] == [""] * len(feeds)


def test_the_requests_to_a_host_are_spaced() -> None:
    """Case 89: waiting for one host delays no other."""
    now = [0.0]
    feeds = [Subscription(f"http://{name}.example/{n}") for name in "ab" for n in (1, 2, 3)]
    host_queue = HostQueue(feeds, 0.25, lambda: now[0])
    taken = [host_queue.take(lambda: False) for _ in range(4)]
    assert [each.url[7:] for each in taken if each] == [
        "a.example/1",
        "a.example/2",
        "b.example/1",
        "b.example/2",
    ]
    assert host_queue.take(lambda: True) is None
    host_queue.release(feeds[0])
    now[0] = 0.3
    assert host_queue.take(lambda: False) is feeds[2]
    host_queue.release(feeds[3])
    now[0] = 0.6
    assert host_queue.take(lambda: False) is feeds[5]
    assert host_queue.take(lambda: False) is None


def test_a_busy_host_is_given_time_by_all_its_feeds(site: Site) -> None:
    """Case 88: one 429 is enough."""
    paths = ["/a", "/b", "/c"]
    site.routes |= dict.fromkeys(paths, status(429, Retry_After="120"))
    results = fetch(*(subscription(site, path) for path in paths))
    assert len(site.requested_paths) <= MAX_FETCHES_PER_HOST
    assert {each.state.not_before for each in results} == {"2026-11-22T12:02:00Z"}


def test_cancelling_keeps_the_results_so_far(site: Site) -> None:
    """Cases 82 and 90: cancelling waits for nobody."""
    stop = threading.Event()

    def hang(asked: RequestHandler) -> None:
        site.test_ended.wait()

    site.routes |= {"/feed": feed_page(1), "/slow": hang}
    feeds = [subscription(site), subscription(site, "/slow")]
    came = []
    for result in fetch_feeds(feeds, {}, make_fetch_context(), stop.is_set):
        came.append(result)
        stop.set()
    assert [titles(each) for each in came] == [["Story 1"]]


def test_results_are_stored_in_batches(site: Site) -> None:
    """Case 90: whoever stops early loses nothing of what was fetched."""
    paths = [f"/{number}" for number in range(4)]
    site.routes |= dict.fromkeys(paths, feed_page(1, 2))
    feeds = [subscription(site, path) for path in paths]
    batches: list[int] = []

    def store(results: Sequence[FetchResult]) -> None:
        batches.append(len(results))

    results = fetch_and_store(
        feeds, {}, make_fetch_context(), store, max_articles=4, max_seconds=60
    )
    for _ in range(3):
        next(results)
    results.close()
    assert batches == [2, 1]


# -- whole pages ---------------------------------------------------------------------------

DAYS = ("Tuesday", "Wednesday", "Thursday", "Friday")
TEXT = "".join(
    f"<p>The ferry came on a {day}, and all who had waited were glad.</p>" for day in DAYS
)
LONG = f"<html><title>Story 1</title><body><article>{TEXT}</article></body></html>"


def on_site(site: Site, text: str = "The ferry") -> str:
    return item(1, text).replace("https://harbour.example/1", site.url("/story"))


def test_truncated_texts_are_taken_from_their_pages_once(site: Site) -> None:
    site.routes |= {
        "/feed": page(rss(on_site(site))),
        "/story": page(LONG),
    }
    feed = subscription(site, whole_page=True)
    first = one(feed)
    body = first.articles[0].body
    assert body.text.startswith("The ferry came on a Tuesday")
    assert (body.summary, first.articles[0].article.words) == ("The ferry", 52)
    assert first.articles[0].item == FeedItem("", site.url("/story"), is_read_anew=True)
    again = one(feed, first.state)
    assert (titles(again), site.requested_paths.count("/story")) == ([], 1)


def test_a_failing_page_leaves_the_text_of_the_feed(site: Site) -> None:
    site.routes["/feed"] = page(rss(on_site(site, "What the feed had.")))
    result = one(subscription(site, whole_page=True))
    assert result.articles[0].body.text == "What the feed had."
    assert result.error == ""


# -- what is saved -------------------------------------------------------------------------


@pytest.fixture
def feed_store(tmp_path: Path) -> FolderFeedStore:
    return FolderFeedStore(tmp_path / "library", tmp_path / "cache")


def save(feed_store: FolderFeedStore, *results: FetchResult) -> Sequence[Subscription]:
    feed_store.save_results(results)
    return feed_store.subscriptions()


def test_the_title_and_site_of_a_feed_are_saved(feed_store: FolderFeedStore, site: Site) -> None:
    site.routes["/feed"] = feed_page(1)
    feed = subscription(site)
    feed_store.update(put=[feed])
    (saved,) = save(feed_store, one(feed))
    assert (saved.title, saved.site) == ("Harbour", "https://harbour.example/")
    assert feed_store.states()[feed.key].succeeded == "2026-11-22T12:00:00Z"


def test_a_feed_is_not_added_under_another_of_its_urls(feed_store: FolderFeedStore) -> None:
    known = Subscription("http://www.a.example/feed/", "Mine")
    feed_store.update(put=[known])
    found = FetchResult(Subscription("https://a.example/feed"), FeedState())
    assert store_resolved(found, feed_store, lambda _: iter(())) == AddedFeed(known, False, ())
    assert feed_store.subscriptions() == [known]


def test_changes_made_in_the_meantime_are_kept(feed_store: FolderFeedStore, site: Site) -> None:
    site.routes["/feed"] = feed_page(1)
    feed = subscription(site)
    feed_store.update(put=[feed])
    result = one(feed)
    feed_store.update(put=[replace(feed, title="Mine", category="sea", paused=True)])
    assert save(feed_store, result) == [
        replace(feed, title="Mine", category="sea", paused=True, site="https://harbour.example/")
    ]
    feed_store.update(remove=[feed])
    assert save(feed_store, result) == []
    assert feed_store.states() == {}


def test_invalid_states_are_ignored(tmp_path: Path) -> None:
    feed_store = FolderFeedStore(tmp_path, tmp_path)
    for data in (b"", b"[]", b"{", b'{"k": 1, "l": {"etag": 1, "times": "x", "seen": 2}}'):
        (tmp_path / "feeds.json").write_bytes(data)
        assert set(feed_store.states().values()) <= {FeedState()}
    state = FeedState(etag="e", times=2, seen=("a", "b"))
    feed_store.write_states({"k": state})
    assert feed_store.states() == {"k": state}


def test_a_context_has_two_parser_processes() -> None:
    assert len(FetchContext(make_fetch_context().client, make_fetch_context().clock).parsers) == 2


def test_the_tags_of_a_feed_come_before_those_of_its_entries() -> None:
    feed = FeedInfo(
        "https://a.example/f", "https://a.example/f", "2026-01-01T00:00:00Z", "", ("sea",)
    )
    text = "<rss><channel><item><title>A</title><category>fog</category></item></channel></rss>"
    (article,) = parse_feed(text.encode(), "utf-8", feed).articles
    assert article.article.tags == ("sea", "fog")


@pytest.mark.parametrize(
    ("feed", "succeeded", "is_due"),
    [
        (Subscription("https://a.example/"), "2026-11-22T11:59:00Z", True),
        (Subscription("https://a.example/", interval=60), "", True),
        (Subscription("https://a.example/", interval=60), "2026-11-22T11:01:00Z", False),
        (Subscription("https://a.example/", interval=60), "2026-11-22T11:00:00Z", True),
        (Subscription("https://a.example/", interval=60), "2027-01-01T00:00:00Z", True),
        (Subscription("https://a.example/", paused=True), "", False),
    ],
)
def test_which_feeds_are_due(feed: Subscription, succeeded: str, *, is_due: bool) -> None:
    """A clock that was set back does not hold a feed up."""
    states = {feed.key: FeedState(succeeded=succeeded)}
    assert choose_due_feeds([feed], states, 1_795_348_800) == [feed] * is_due
