"""Many feeds at once: manners, failures, and what is kept."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from store.feeds.feed_store import (
    FeedState,
    FeedStore,
    FetchResult,
    read_feed_states,
    write_feed_states,
)
from store.feeds.fetch import MAX_CONCURRENT_FETCHES, FetchContext, fetch_feeds
from store.feeds.host_queue import MAX_FETCHES_PER_HOST, HostQueue
from store.feeds.subscriptions import Subscription
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


def test_a_feed_is_fetched_and_told_what_we_know(site: Site) -> None:
    """Case 88: what has not changed is not sent, and costs nothing."""

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
def test_what_fails_is_told_and_the_rest_goes_on(route: object, problem: str, site: Site) -> None:
    """Cases 89, 91, 92 and 100: each costs a line, and what was known of the feed stays."""
    site.routes |= {"/bad": route, "/feed": feed_page(1)}  # type: ignore[dict-item]
    bad, good = subscription(site, "/bad"), subscription(site)
    known = FeedState(etag='"x"', succeeded="2026-11-01T00:00:00Z")
    results = {each.subscription.key: each for each in fetch(bad, good, states={bad.key: known})}
    assert results[bad.key].error == problem
    state = results[bad.key].state
    assert (state.error, state.etag, state.succeeded) == (problem, '"x"', known.succeeded)
    assert titles(results[good.key]) == ["Story 1"]


def test_a_page_in_place_of_a_feed_offers_its_feeds(site: Site) -> None:
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


def test_a_server_that_has_enough_is_left_alone(site: Site) -> None:
    """Case 88: as long as it says, and for an hour where it says nothing."""
    site.routes["/feed"] = status(429, Retry_After="600")
    result = one(subscription(site))
    assert result.state.not_before == "2026-11-22T12:10:00Z"
    again = one(subscription(site), result.state)
    assert (again.error, len(site.requests)) == ("", 1)
    assert again.warning == "next fetch after 2026-11-22 12:10 UTC (Retry-After)"
    site.routes["/feed"] = status(503)
    assert one(subscription(site)).state.not_before == "2026-11-22T13:00:00Z"


def test_a_feed_that_has_moved_is_followed_the_third_time(site: Site) -> None:
    """Case 88: and its articles stay its own."""
    site.routes |= {"/feed": redirect("/new", 301), "/new": feed_page(1)}
    feed, state = subscription(site), FeedState()
    for times in (1, 2):
        result = one(feed, state)
        assert (result.subscription.url, result.state.times) == (feed.url, times)
        state = result.state
    new = one(feed, state).subscription
    assert (new.url, new.former_urls, new.key) == (site.url("/new"), (feed.url,), feed.key)


def test_eight_at_once_and_two_of_a_host(site: Site) -> None:
    """Case 89: however many feeds there are."""
    together = threading.Barrier(MAX_CONCURRENT_FETCHES)
    of_a_host: Counter[str] = Counter()

    def answer(asked: RequestHandler) -> None:
        host = asked.headers["Host"]
        of_a_host[host] += 1
        assert of_a_host[host] <= MAX_FETCHES_PER_HOST
        together.wait(60)
        of_a_host[host] -= 1
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
    assert site.max_active_requests == MAX_CONCURRENT_FETCHES


def test_a_host_has_its_breath_between_two_feeds() -> None:
    """Case 89: what waits for it holds up no other host."""
    now = [0.0]
    feeds = [Subscription(f"http://{name}.example/{n}") for name in "ab" for n in (1, 2, 3)]
    lanes = HostQueue(feeds, 0.25, lambda: now[0])
    taken = [lanes.take(lambda: False) for _ in range(4)]
    assert [each.url[7:] for each in taken if each] == [
        "a.example/1",
        "a.example/2",
        "b.example/1",
        "b.example/2",
    ]
    assert lanes.take(lambda: True) is None
    lanes.release(feeds[0])
    now[0] = 0.3
    assert lanes.take(lambda: False) is feeds[2]
    lanes.release(feeds[3])
    now[0] = 0.6
    assert lanes.take(lambda: False) is feeds[5]
    assert lanes.take(lambda: False) is None


def test_who_has_had_enough_is_left_alone_by_all_its_feeds(site: Site) -> None:
    """Case 88: one 429 is enough for one host."""
    paths = ["/a", "/b", "/c"]
    site.routes |= dict.fromkeys(paths, status(429, Retry_After="120"))
    results = fetch(*(subscription(site, path) for path in paths))
    assert len(site.requested_paths) <= MAX_FETCHES_PER_HOST
    assert {each.state.not_before for each in results} == {"2026-11-22T12:02:00Z"}


def test_a_stop_ends_it_and_what_came_is_there(site: Site) -> None:
    """Cases 82 and 90: who stops waits for nobody."""
    stop = threading.Event()

    def hang(asked: RequestHandler) -> None:
        site.test_ended.wait(10)

    site.routes |= {"/feed": feed_page(1), "/slow": hang}
    feeds = [subscription(site), subscription(site, "/slow")]
    came = []
    for result in fetch_feeds(feeds, {}, make_fetch_context(), stop.is_set):
        came.append(result)
        stop.set()
    assert [titles(each) for each in came] == [["Story 1"]]


# -- whole pages ---------------------------------------------------------------------------

DAYS = ("Tuesday", "Wednesday", "Thursday", "Friday")
TEXT = "".join(
    f"<p>The ferry came on a {day}, and all who had waited were glad.</p>" for day in DAYS
)
LONG = f"<html><title>Story 1</title><body><article>{TEXT}</article></body></html>"


def on_site(site: Site, text: str = "The ferry") -> str:
    return item(1, text).replace("https://harbour.example/1", site.url("/story"))


def test_cut_texts_are_taken_from_their_pages_once(site: Site) -> None:
    site.routes |= {
        "/feed": page(rss(on_site(site))),
        "/story": page(LONG),
    }
    feed = subscription(site, whole_page=True)
    first = one(feed)
    body = first.articles[0].body
    assert body.text.startswith("The ferry came on a Tuesday")
    assert (body.summary, first.articles[0].article.words) == ("The ferry", 52)
    again = one(feed, first.state)
    assert (titles(again), site.requested_paths.count("/story")) == ([], 1)


def test_a_page_that_fails_leaves_what_the_feed_had(site: Site) -> None:
    site.routes["/feed"] = page(rss(on_site(site, "What the feed had.")))
    result = one(subscription(site, whole_page=True))
    assert result.articles[0].body.text == "What the feed had."
    assert result.error == ""


# -- what is kept --------------------------------------------------------------------------


@pytest.fixture
def book(tmp_path: Path) -> FeedStore:
    return FeedStore(tmp_path / "library", tmp_path / "cache")


def keep(book: FeedStore, *results: FetchResult) -> Sequence[Subscription]:
    book.save_results(results)
    return book.subscriptions()


def test_what_a_feed_says_of_itself_is_written_down(book: FeedStore, site: Site) -> None:
    site.routes["/feed"] = feed_page(1)
    feed = subscription(site)
    book.update(put=[feed])
    (kept,) = keep(book, one(feed))
    assert (kept.title, kept.site) == ("Harbour", "https://harbour.example/")
    assert book.states()[feed.key].succeeded == "2026-11-22T12:00:00Z"


def test_what_was_changed_meanwhile_stays(book: FeedStore, site: Site) -> None:
    site.routes["/feed"] = feed_page(1)
    feed = subscription(site)
    book.update(put=[feed])
    result = one(feed)
    book.update(put=[replace(feed, title="Mine", category="sea", paused=True)])
    assert keep(book, result) == [
        replace(feed, title="Mine", category="sea", paused=True, site="https://harbour.example/")
    ]
    book.update(remove=[feed])
    assert keep(book, result) == []
    assert book.states() == {}


def test_states_that_cannot_be_understood_are_forgotten(tmp_path: Path) -> None:
    for data in (b"", b"[]", b"{", b'{"k": 1, "l": {"etag": 1, "times": "x", "seen": 2}}'):
        (tmp_path / "feeds.json").write_bytes(data)
        assert set(read_feed_states(tmp_path).values()) <= {FeedState()}
    state = FeedState(etag="e", times=2, seen=("a", "b"))
    write_feed_states(tmp_path, {"k": state})
    assert read_feed_states(tmp_path) == {"k": state}


def test_tools_have_two_processes_of_their_own() -> None:
    assert len(FetchContext(make_fetch_context().client, make_fetch_context().clock).parsers) == 2
