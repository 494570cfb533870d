"""A URL that was typed: a feed, a page whose feed is meant, or a page to be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from store.feeds.fetch import Fetched, Tools, read_feed
from store.feeds.page_cache import LARGEST
from store.feeds.subscriptions import Subscription
from store.model.article import Found
from store.model.errors import BadInput, FetchFailed
from store.model.times import iso
from store.net.client import Reply, Request
from store.segments.documents import found_of
from store.text.decoding import decoded, filtered, kind_of

Want = Literal["either", "feed", "page"]

BARE = re.compile(r"(?:[\w-]+(?:\.[\w-]+)+|localhost)(?::\d+)?(?:[/?#]\S*)?")
HEAD = 80_000
"""Bytes that show what something is."""


@dataclass(frozen=True, slots=True)
class FeedFound:
    """The URL is a feed's, or a page's whose feed it is."""

    fetched: Fetched


@dataclass(frozen=True, slots=True)
class PageFound:
    """The URL is a page's; it may have no text."""

    found: Found
    feeds: Sequence[str] = ()
    """The feeds that the page names."""
    html: str = ""
    """The page itself where it has no text, to be kept for another try."""


def full_url(text: str) -> str:
    """What was typed as a URL: `example.org/news` means the web."""
    url = text.strip()
    if not BARE.fullmatch(url):
        return url
    return f"http://{url}" if url.startswith("localhost") else f"https://{url}"


@dataclass(frozen=True, slots=True)
class LookUp:
    """Finds out what a URL is."""

    tools: Tools
    want: Want = "either"
    category: str = ""
    private: bool = False
    """Whether its host may be on a private network."""
    stop: Callable[[], bool] = lambda: False

    def __call__(self, url: str) -> FeedFound | PageFound:
        """Fetch the URL, and the feed it names if that is meant.

        Raises:
            BadInput, FetchFailed: It is neither, or cannot be fetched; `PrivateHost` where its
                host may only be asked if `private` is set.
        """
        url = full_url(url)
        reply = self._get(url, url)
        kind = kind_of(filtered(decoded(reply.body[:HEAD], reply.kind[1])))
        if kind in ("xml", "json"):
            return self._feed(reply.moved or url, reply)
        if kind != "html":
            what = reply.kind[0]
            raise BadInput(f"neither a page nor a feed ({what})")
        return self._page(url, reply)

    def _get(self, url: str, typed: str) -> Reply:
        private = [urlsplit(typed).hostname or ""] if self.private else []
        reply = self.tools.client.fetch(Request(url, private=private), self.stop)
        if reply.problem:
            raise FetchFailed(reply.problem)
        return reply

    def _feed(self, url: str, reply: Reply) -> FeedFound:
        subscription = Subscription(url, category=self.category, private=self.private)
        return FeedFound(read_feed(subscription, reply, self.tools))

    def _page(self, url: str, reply: Reply) -> FeedFound | PageFound:
        now = iso(self.tools.clock().replace(microsecond=0))
        about = {"charset": reply.kind[1], "url": reply.url, "now": now}
        page = self.tools.asides[0].ask("page", about, reply.body)
        links = page["links"]
        home = not urlsplit(reply.url).path.strip("/") and not urlsplit(reply.url).query
        if links and (self.want == "feed" or (self.want == "either" and (home or page["empty"]))):
            return self._feed(links[0], self._get(links[0], url))
        if self.want == "feed":
            raise BadInput("this page names no feed")
        html = decoded(reply.body[: LARGEST + 1], reply.kind[1]) if page["empty"] else ""
        return PageFound(found_of(page["found"]), links, html)

    def again(self, url: str, page: bytes) -> Found:
        """The article of a page that was kept, in UTF-8.

        Raises:
            BadInput, FetchFailed: It cannot be read.
        """
        now = iso(self.tools.clock().replace(microsecond=0))
        about = {"charset": "utf-8", "url": full_url(url), "now": now}
        taken = self.tools.asides[0].ask("page", about, page)
        if "found" not in taken:
            raise BadInput("not a page")
        return found_of(taken["found"])
