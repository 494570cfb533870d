"""Feeds and saved searches of a library on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

import pytest

from store.feeds.feed_store import FeedState, FetchResult
from store.feeds.subscriptions import Subscription
from store.model.errors import InvalidInput, LibraryReadOnly
from store.postgres.feeds import subscription_from_json, subscription_to_json
from store.postgres.library import PostgresLibrary
from store.postgres.sharing import share_folder
from tests.support.libraries import add, article, article_id, list_numbers
from tests.support.postgres_rows import put_articles
from tests.support.postgres_server import OpenAs

HARBOUR = Subscription("https://harbour.example/feed", "Harbour", "world/sea", tags=("sea",))
SECRET = Subscription("https://ada:secret@z.example/feed", former_urls=("https://a.example/",))


@pytest.fixture
def ann(open_as: OpenAs) -> PostgresLibrary:
    return open_as("ann")


@pytest.mark.parametrize(
    "feed",
    [
        Subscription("https://a.example/"),
        HARBOUR,
        SECRET,
        Subscription("u", "t", "c", "s", True, True, True, ("f",), ("x", "y"), 60),
    ],
)
def test_a_subscription_as_json(feed: Subscription) -> None:
    values = subscription_to_json(feed)
    assert subscription_from_json(values) == feed
    assert subscription_from_json({**values, "of a newer version": 1}) == feed
    hostile = {
        **values,
        "url": f"\x1b[2J{feed.url}",
        "interval": [1],
        "paused": "x",
        "tags": [[], 5],
    }
    kept = replace(feed, interval=0, paused=False, tags=())
    assert subscription_from_json(hostile) == kept


def test_feeds_are_added_changed_and_removed(ann: PostgresLibrary, open_as: OpenAs) -> None:
    store, other = ann.feeds, open_as("ann", "laptop").feeds
    before = store.signature
    assert (store.subscriptions(), store.states()) == ([], {})
    store.update(put=[SECRET, HARBOUR])
    assert other.subscriptions() == [HARBOUR, SECRET]
    assert store.signature != before
    assert store.signature == other.signature
    renamed = replace(HARBOUR, title="A port", paused=True)
    other.update(put=[renamed], remove=[SECRET])
    assert store.subscriptions() == [renamed]
    assert store.find("port") == renamed
    with pytest.raises(InvalidInput, match="no feed matches"):
        store.find("nothing")
    assert open_as("bob").feeds.subscriptions() == []
    assert (list(store.find_copies()), list(store.list_rejected())) == ([], [])


def test_articles_have_the_name_and_the_folder_of_their_feed(ann: PostgresLibrary) -> None:
    put_articles(ann.access, [article(1, extra={"feed": HARBOUR.key}), article(2)])
    ann.feeds.update(put=[HARBOUR])
    row = ann.get_row(article_id(1))
    assert row is not None
    assert (row.source_name, row.category) == ("Harbour", "world/sea")
    assert ann.get_article(article_id(1)).article.category == "world/sea"
    ann.feeds.update(put=[replace(HARBOUR, category="")])
    row = ann.get_row(article_id(1))
    assert row is not None
    assert row.category == "Harbour"
    ann.feeds.update(remove=[HARBOUR])
    row = ann.get_row(article_id(1))
    assert row is not None
    assert (row.source_name, row.category) == ("harbour.example", "science")


def test_what_a_fetch_finds_out_is_kept(ann: PostgresLibrary) -> None:
    store = ann.feeds
    plain = Subscription("https://a.example/feed")
    store.update(put=[plain, HARBOUR])
    moved = replace(plain, title="A", url="https://b.example/feed", former_urls=(plain.url,))
    gone = Subscription("https://gone.example/")
    state = FeedState(etag="x", times=2, seen=("1", "2"))
    before = store.signature
    store.save_results([FetchResult(moved, state), FetchResult(gone, FeedState(error="404"))])
    assert store.subscriptions() == [moved, HARBOUR]
    assert store.states() == {plain.url: state, HARBOUR.url: FeedState()}
    assert store.signature != before


def test_searches(ann: PostgresLibrary, open_as: OpenAs) -> None:
    store = ann.searches
    before = store.signature
    store.put({"Sea": "harbour  tide", "B": "is:unread"})
    store.put({"A": "x", "Sea": "harbour"})
    assert list(store.read().items()) == [("Sea", "harbour"), ("B", "is:unread"), ("A", "x")]
    assert store.signature != before
    assert store.add_new({"sea": "other", "C": "y"}, taken=["c"]) == 0
    assert store.add_new({"D": "z"}) == 1
    store.remove("B")
    store.remove("nothing")
    assert list(open_as("ann", "laptop").searches.read()) == ["Sea", "A", "D"]
    assert open_as("bob").searches.read() == {}


def test_nothing_changes_in_a_library_that_is_read_only(ann: PostgresLibrary) -> None:
    ann.access.read_only_reason = "for a test"
    with pytest.raises(LibraryReadOnly, match="for a test"):
        ann.feeds.update(put=[HARBOUR])
    with pytest.raises(LibraryReadOnly, match="for a test"):
        ann.searches.put({"A": "x"})
    assert (ann.feeds.subscriptions(), ann.searches.read()) == ([], {})


def test_what_was_read_last_stays_while_the_server_is_away(
    ann: PostgresLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann.feeds.update(put=[HARBOUR])
    before = (ann.feeds.signature, ann.feeds.subscriptions(), ann.searches.read())
    ann.close()
    ann.access.connection.close()
    monkeypatch.setattr(
        "store.postgres.connection.make_conninfo", lambda **_: "postgresql:///?host=/nowhere"
    )
    assert (ann.feeds.signature, ann.feeds.subscriptions(), ann.searches.read()) == before


def test_the_feeds_of_a_shared_folder(ann: PostgresLibrary, open_as: OpenAs) -> None:
    """Those who may write fetch them, too; for those who may not they are paused."""
    ann.feeds.update(put=[HARBOUR, SECRET])
    add(ann, [article(1, extra={"feed": HARBOUR.key}), article(2)])
    open_as("bob"), open_as("eve")
    share_folder(ann.access, "world", "bob", may_write=True)
    share_folder(ann.access, "world", "eve", may_write=False)
    bob, eve = open_as("bob"), open_as("eve")
    assert ann.feeds.subscriptions() == [HARBOUR, SECRET]
    assert bob.feeds.subscriptions() == [HARBOUR]
    assert eve.feeds.subscriptions() == [replace(HARBOUR, paused=True)]
    add(bob, [article(3, extra={"feed": HARBOUR.key}), article(4)])
    assert [list_numbers(each) for each in (ann, bob, eve)] == [[3, 2, 1], [4, 3, 2, 1], [3, 2, 1]]
    bob.feeds.save_results([FetchResult(HARBOUR, FeedState(etag="e"))])
    eve.feeds.save_results([FetchResult(HARBOUR, FeedState(etag="mine"))])
    assert {each.feeds.states()[HARBOUR.key].etag for each in (ann, bob, eve)} == {"e"}
    with pytest.raises(LibraryReadOnly, match="Harbour is in a folder that others write"):
        eve.feeds.update(remove=[HARBOUR])
    bob.feeds.update(put=[replace(HARBOUR, title="A port")])
    assert ann.feeds.subscriptions()[0].display_name == "A port"
    new = replace(HARBOUR, url="https://quay.example/feed")
    ann.feeds.update(put=[new], remove=[HARBOUR])
    assert [each.url for each in bob.feeds.subscriptions()] == [new.url]
