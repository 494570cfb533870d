"""A URL that was typed: a feed, a page whose feed is meant, or a page to be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from store.feeds.fetch import FetchContext, FetchResult, parse_fetched_feed
from store.feeds.page_cache import MAX_CACHED_PAGE_BYTES
from store.feeds.subscriptions import Subscription
from store.model.article import ParsedArticle
from store.model.errors import FetchFailed, InvalidInput
from store.model.times import format_timestamp
from store.net.client import FetchRequest, FetchResponse
from store.segments.documents import article_from_values
from store.text.decoding import decode_document, detect_document_kind, remove_invalid_xml_characters

UrlTarget = Literal["either", "feed", "page"]

BARE_URL = re.compile(r"(?:[\w-]+(?:\.[\w-]+)+|localhost)(?::\d+)?(?:[/?#]\S*)?")
KIND_DETECTION_BYTES = 80_000
"""Bytes that show what something is."""


@dataclass(frozen=True, slots=True)
class ResolvedFeed:
    """The URL is a feed's, or a page's whose feed it is."""

    result: FetchResult


@dataclass(frozen=True, slots=True)
class ResolvedPage:
    """The URL is a page's; it may have no text."""

    article: ParsedArticle
    feed_urls: Sequence[str] = ()
    """The feeds that the page names."""
    html: str = ""
    """The page itself where it has no text, to be kept for another try."""


def complete_url(text: str) -> str:
    """What was typed as a URL: `example.org/news` means the web."""
    url = text.strip()
    if not BARE_URL.fullmatch(url):
        return url
    return f"http://{url}" if url.startswith("localhost") else f"https://{url}"


@dataclass(frozen=True, slots=True)
class UrlResolver:
    """Finds out what a URL is."""

    context: FetchContext
    target: UrlTarget = "either"
    category: str = ""
    is_private_allowed: bool = False
    """Whether its host may be on a private network."""
    is_cancelled: Callable[[], bool] = lambda: False

    def __call__(self, url: str) -> ResolvedFeed | ResolvedPage:
        """Fetch the URL, and the feed it names if that is meant.

        Raises:
            BadInput, FetchFailed: It is neither, or cannot be fetched; `PrivateHost` where its
                host may only be asked if `private` is set.
        """
        url = complete_url(url)
        reply = self._fetch(url, url)
        kind = detect_document_kind(
            remove_invalid_xml_characters(
                decode_document(reply.body[:KIND_DETECTION_BYTES], reply.content_type[1])
            )
        )
        if kind in ("xml", "json"):
            return self._resolve_feed(reply.permanent_url or url, reply)
        if kind != "html":
            what = reply.content_type[0]
            raise InvalidInput(f"neither a page nor a feed ({what})")
        return self._resolve_page(url, reply)

    def _fetch(self, url: str, typed: str) -> FetchResponse:
        private = [urlsplit(typed).hostname or ""] if self.is_private_allowed else []
        reply = self.context.client.fetch(
            FetchRequest(url, allowed_private_hosts=private), self.is_cancelled
        )
        if reply.error:
            raise FetchFailed(reply.error)
        return reply

    def _resolve_feed(self, url: str, reply: FetchResponse) -> ResolvedFeed:
        subscription = Subscription(
            url, category=self.category, is_private_allowed=self.is_private_allowed
        )
        return ResolvedFeed(parse_fetched_feed(subscription, reply, self.context))

    def _resolve_page(self, url: str, reply: FetchResponse) -> ResolvedFeed | ResolvedPage:
        now = format_timestamp(self.context.clock().replace(microsecond=0))
        about = {"charset": reply.content_type[1], "url": reply.url, "now": now}
        page = self.context.parsers[0].parse("page", about, reply.body)
        links = page["links"]
        home = not urlsplit(reply.url).path.strip("/") and not urlsplit(reply.url).query
        if links and (
            self.target == "feed" or (self.target == "either" and (home or page["empty"]))
        ):
            return self._resolve_feed(links[0], self._fetch(links[0], url))
        if self.target == "feed":
            raise InvalidInput("this page names no feed")
        html = (
            decode_document(reply.body[: MAX_CACHED_PAGE_BYTES + 1], reply.content_type[1])
            if page["empty"]
            else ""
        )
        return ResolvedPage(article_from_values(page["found"]), links, html)

    def parse_cached_page(self, url: str, page: bytes) -> ParsedArticle:
        """The article of a page that was kept, in UTF-8.

        Raises:
            BadInput, FetchFailed: It cannot be read.
        """
        now = format_timestamp(self.context.clock().replace(microsecond=0))
        about = {"charset": "utf-8", "url": complete_url(url), "now": now}
        taken = self.context.parsers[0].parse("page", about, page)
        if "found" not in taken:
            raise InvalidInput("not a page")
        return article_from_values(taken["found"])
