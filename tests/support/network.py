"""Fetching in tests: from a server on the loopback, taken apart in this process."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from store.feeds.fetch import FetchContext
from store.feeds.parser_process import ParserProcess
from store.feeds.parser_worker import REQUEST_PARSERS
from store.feeds.subscriptions import Subscription
from store.model.errors import FetchFailed, InvalidInput
from store.net.client import FetchLimits, HttpClient
from tests.support.server import Route, Site, page

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Inside(ParserProcess):
    """Takes apart in this process: another one takes half a second to start."""

    def parse(self, kind: str, about: Mapping[str, Any], data: bytes) -> dict[str, Any]:
        """Have something taken apart."""
        if b"HANG" in data:
            raise FetchFailed("parsing took longer than 10 seconds")
        try:
            found: dict[str, Any] = orjson.loads(orjson.dumps(REQUEST_PARSERS[kind](about, data)))
        except InvalidInput as error:
            raise InvalidInput(str(error)) from error
        return found


def tools(seconds: float = 5.0) -> FetchContext:
    """What fetching needs, with a clock that stands still."""
    client = HttpClient("newstui/test", FetchLimits(timeout=seconds))
    return FetchContext(client, lambda: NOW, (Inside(),), host_delay=0.0)


def rss(*items: str, title: str = "Harbour", site: str = "https://harbour.example/") -> str:
    """A feed of these items."""
    return f'<rss version="2.0"><channel><title>{title}</title><link>{site}</link>{"".join(items)}</channel></rss>'


def item(number: int, text: str = "The tide is late.", **more: str) -> str:
    """An item; the greater the number, the newer."""
    rest = "".join(f"<{name}>{value}</{name}>" for name, value in more.items())
    return (
        f"<item><title>Story {number}</title><link>https://harbour.example/{number}</link>"
        f"<pubDate>{number:02d} Nov 2026 08:00:00 GMT</pubDate>"
        f"<description>{text}</description>{rest}</item>"
    )


def feed_page(*numbers: int, **headers: str) -> Route:
    """A page with a feed of these items."""
    return page(rss(*map(item, numbers)), "application/rss+xml", **headers)


def subscription(site: Site, path: str = "/feed", **more: Any) -> Subscription:
    """A feed on the test's server, which the user allowed to be on this machine."""
    return Subscription(site.url(path), **{"is_private_allowed": True, **more})
