"""Feeds are fetched while the user reads, and new articles move nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from store.feeds.folder_feeds import FolderFeedStore
from store.feeds.subscriptions import Subscription
from store.library.folder import FolderLibrary
from tests.support.network import (
    RequestHandler,
    Site,
    feed_page,
    make_fetch_context,
    page,
    run_server,
    status,
    subscription,
)
from tests.support.reader import MIDDLE, RunningReader, Start
from tests.support.screens import screen_text
from tui.reader.dialogs.picker import Picker
from tui.reader.widgets.inputs import UrlPrompt


@pytest.fixture
def site() -> Iterator[Site]:
    with run_server() as site:
        yield site


@pytest.fixture
def book(tmp_path: Path) -> FolderFeedStore:
    return FolderFeedStore(tmp_path / "library", tmp_path / "cache")


def begin(running: RunningReader, book: FolderFeedStore, *feeds: Subscription) -> None:
    """Subscribe the reader to feeds."""
    running.gateway.feeds.make_context = make_fetch_context
    book.update(put=feeds)


@pytest.mark.command("feeds.fetch", "feeds.list")
async def test_new_articles_appear_and_nothing_moves(
    start: Start, book: FolderFeedStore, site: Site, library: FolderLibrary
) -> None:
    """Cases 82, 89 and 90: a feed that hangs delays neither keys nor other feeds."""

    def hang(asked: RequestHandler) -> None:
        site.test_ended.wait(60)

    site.routes |= {"/feed": feed_page(20, 21), "/bad": status(404), "/slow": hang}
    feeds = [subscription(site, path) for path in ("/feed", "/bad", "/slow")]
    async with start(MIDDLE) as running:
        await running.press("r")
        assert "The sample library has no feeds · W to start" in running.status
        begin(running, book, *feeds)
        await running.press("j", "enter")
        before = running.opened_number
        await running.press("r")
        await running.wait_until(lambda: "fetching 2 of 3" in running.reader.status.progress_text)
        await running.press("j", "r")
        assert "Already fetching" in running.status
        await running.press("h", "escape")
        await running.wait_until(lambda: not running.gateway.feeds.is_fetching)
        await running.settle()
        assert running.status.startswith("2 new articles · 127.0.0.1")
        assert ": 404 Not Found · cancelled before 1 feed" in running.status
        assert running.selected_number == before
        assert [row.title for row in running.reader.article_list.rows[:2]] == [
            "Story 21",
            "Story 20",
        ]
        await running.press("F")
        lines = screen_text(running.app).splitlines()
        assert any("Harbour" in line and "0 %" in line and "now" in line for line in lines)
        assert "   404 Not Found" in [line.rstrip() for line in lines]
    assert len(library.rows(running.reader.state.query)) == 14


async def test_a_fetch_that_nobody_asked_for_tells_new_articles_alone(
    start: Start, book: FolderFeedStore, site: Site
) -> None:
    site.routes |= {"/bad": status(404), "/feed": feed_page(20)}
    running: RunningReader
    async with start(MIDDLE) as running:
        before = running.status

        async def fetch_regularly() -> str:
            running.reader.feeds.fetch_regularly()
            await running.wait_until(lambda: not running.gateway.feeds.is_fetching)
            await running.settle()
            return running.status

        assert await fetch_regularly() == before
        begin(running, book)
        assert await fetch_regularly() == before
        begin(running, book, subscription(site, "/bad"))
        assert await fetch_regularly() == before
        (failed,) = book.states().values()
        assert failed.error
        begin(running, book, subscription(site, "/feed"))
        running.reader.state.read_only_reason = "no permission to write"
        running.reader.update_status()
        assert await fetch_regularly() == f"[read-only] · {before}"
        assert len(book.states()) == 1
        running.reader.state.read_only_reason = ""
        assert "1 new article" in await fetch_regularly()


@pytest.mark.command("feeds.add")
async def test_add_urls(start: Start, book: FolderFeedStore, site: Site) -> None:
    """Case 83: the user is asked once about a host on a private network."""
    story = "".join(f"<p>On day {n} the ferry came, and all were glad of it.</p>" for n in range(9))
    site.routes |= {
        "/feed": feed_page(28),
        "/story": page(f"<html><title>The ferry</title><article>{story}</article></html>"),
    }
    async with start(MIDDLE) as running:
        begin(running, book)
        await running.press("a", "x", "escape", "a")
        asked = running.app.screen.query_one(UrlPrompt)
        assert asked.value == ""
        asked.insert_text_at_cursor(site.url("/feed"))
        await running.press("enter")
        await running.wait_until(lambda: isinstance(running.app.screen, Picker))
        assert book.subscriptions() == []
        await running.press("j", "enter")
        await running.wait_until(lambda: "Subscribed to Harbour: 1 new article" in running.status)
        assert [each.is_private_allowed for each in book.subscriptions()] == [True]
        running.gateway.feeds.add_url(site.url("/story"), private=True)
        await running.wait_until(lambda: running.status == "Added: The ferry")
        running.gateway.feeds.add_url(site.url("/nothing"), private=True)
        await running.wait_until(lambda: running.status.endswith("/nothing: 404 Not Found"))
        running.gateway.feeds.add_url(site.url("/feed"))
        await running.wait_until(lambda: running.status.startswith("Already subscribed to Harbour"))
        running.gateway.feeds.add_url(f"localhost:{site.port}/feed")
        asks = "localhost is on your own network"
        await running.wait_until(lambda: asks in screen_text(running.app))


@pytest.mark.command("feeds.add")
@pytest.mark.parametrize("keys", [["a"], ["W", "down", "enter"]], ids=str)
async def test_a_feed_added_beside_the_samples_goes_to_the_own_library(
    start: Start, keys: list[str]
) -> None:
    """The reader ends, and starts again with the library that has the feed."""
    async with start(hint="samples") as running:
        await running.press("enter", *keys)
        await running.type("tide.example/feed")
        await running.press("enter")
        await running.wait_until(lambda: not running.app.is_running)
        assert running.app.follow_up_command == ("add", "tide.example/feed")


@pytest.mark.command("feeds.fetch_all")
@pytest.mark.parametrize(
    ("paths", "keys", "said"),
    [
        (["/a", "/b"], ["R"], "2 of 2 feeds failed (F shows why)"),
        (["/a", "/b"], ["F", "R"], "2 of 2 feeds failed"),
        (["/a"], ["R"], "A: 404 Not Found"),
        ([], ["R"], "No feed is due: all are paused, or their intervals are not over"),
    ],
    ids=str,
)
async def test_a_fetch_says_why_feeds_failed(
    start: Start, book: FolderFeedStore, site: Site, paths: list[str], keys: list[str], said: str
) -> None:
    """A message names the key that leads to the reasons, but not there, where it leads back."""
    site.routes |= {path: status(404) for path in paths}
    async with start(MIDDLE) as running:
        feeds = [replace(subscription(site, path), title=path[1:].upper()) for path in paths]
        begin(running, book, *feeds, replace(subscription(site, "/paused"), paused=True))
        await running.press(*keys)
        await running.wait_until(lambda: running.status.startswith(said))
        assert running.status == said
