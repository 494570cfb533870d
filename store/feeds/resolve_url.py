"""Adding what a typed URL leads to: a feed, a page whose feed is meant, or a page to read."""

from __future__ import annotations

import contextlib
import gzip
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from store.feeds.feed_store import FeedStore, FetchResult
from store.feeds.fetch import (
    AddArticles,
    FetchContext,
    describe_error,
    parse_fetched_feed,
    store_results,
)
from store.feeds.subscriptions import Subscription
from store.model.article import Article, ParsedArticle
from store.model.errors import FetchFailed, InvalidInput, NewstuiError
from store.net.client import FetchRequest, FetchResponse
from store.segments.documents import article_from_values
from store.system.files import make_folder, open_regular, write_atomically
from store.text.decoding import decode_document, detect_document_kind, remove_invalid_xml_characters
from store.text.urls import extract_host, make_feed_key

UrlTarget = Literal["either", "feed", "page"]

BARE_URL = re.compile(r"(?:[\w-]+(?:\.[\w-]+)+|localhost)(?::\d+)?(?:[/?#]\S*)?")
KIND_DETECTION_BYTES = 80_000
MAX_CACHED_PAGE_BYTES = 2_000_000
MAX_CACHED_PAGES = 200
"""Pages that are cached; the oldest are removed first."""
CACHE_KEY = re.compile(r"[\w-]{1,64}")


def complete_url(text: str) -> str:
    """Return a typed URL with its scheme: `example.org/news` becomes `https://example.org/news`."""
    url = text.strip()
    if not BARE_URL.fullmatch(url):
        return url
    return f"http://{url}" if url.startswith("localhost") else f"https://{url}"


# -- what a URL leads to -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ResolvedPage:
    """The URL is that of a page."""

    article: ParsedArticle
    """The article of the page; its text may be empty."""
    feed_urls: Sequence[str] = ()
    html: str = ""
    """The page itself if no text was found in it, to be cached for another try."""


@dataclass(frozen=True, slots=True)
class UrlResolver:
    """Finds out what URLs lead to."""

    context: FetchContext
    target: UrlTarget = "either"
    category: str = ""
    is_private_allowed: bool = False
    """True if the host may be on a private network."""
    is_cancelled: Callable[[], bool] = lambda: False

    def __call__(self, url: str) -> FetchResult | ResolvedPage:
        """Fetch a URL, and the feed that its page names if that is meant.

        Raises:
            InvalidInput, FetchFailed: It is neither a feed nor a page, or cannot be fetched.
            PrivateHost: Its host is on a private network, which is not allowed.
        """
        try:
            return self._resolve(url)
        except NewstuiError:
            raise
        except Exception as error:  # one URL must not stop the others
            raise FetchFailed(describe_error(error)) from error

    def _resolve(self, url: str) -> FetchResult | ResolvedPage:
        url = complete_url(url)
        reply = self._fetch(url, url)
        start = decode_document(reply.body[:KIND_DETECTION_BYTES], reply.content_type[1])
        kind = detect_document_kind(remove_invalid_xml_characters(start))
        if kind in ("xml", "json", "opml"):
            return self._resolve_feed(reply.permanent_url or url, reply)
        if kind != "html":
            raise InvalidInput(f"neither a page nor a feed ({reply.content_type[0]})")
        return self._resolve_page(url, reply)

    def _fetch(self, url: str, typed: str) -> FetchResponse:
        private = [extract_host(typed)] if self.is_private_allowed else []
        reply = self.context.client.fetch(
            FetchRequest(url, allowed_private_hosts=private), self.is_cancelled
        )
        if reply.error:
            raise FetchFailed(reply.error)
        return reply

    def _resolve_feed(self, url: str, reply: FetchResponse) -> FetchResult:
        subscription = Subscription(
            url, category=self.category, is_private_allowed=self.is_private_allowed
        )
        return parse_fetched_feed(subscription, reply, self.context)

    def _resolve_page(self, url: str, reply: FetchResponse) -> FetchResult | ResolvedPage:
        page = self._parse_page(reply.url, reply.content_type[1], reply.body)
        links = page["links"]
        is_home = not urlsplit(reply.url).path.strip("/") and not urlsplit(reply.url).query
        if links and (
            self.target == "feed" or (self.target == "either" and (is_home or page["empty"]))
        ):
            return self._resolve_feed(links[0], self._fetch(links[0], url))
        if self.target == "feed":
            raise InvalidInput("this page names no feed")
        found = article_from_values(page["found"])
        if self.category:
            found = replace(found, article=replace(found.article, category=self.category))
        html = ""
        if page["empty"]:
            html = decode_document(reply.body[: MAX_CACHED_PAGE_BYTES + 1], reply.content_type[1])
        return ResolvedPage(found, links, html)

    def parse_cached_page(self, url: str, page: bytes) -> ParsedArticle:
        """Return the article of a cached page.

        Raises:
            InvalidInput, FetchFailed: It cannot be parsed.
        """
        parsed = self._parse_page(complete_url(url), "utf-8", page)
        if "found" not in parsed:
            raise InvalidInput("not a page")
        return article_from_values(parsed["found"])

    def _parse_page(self, url: str, charset: str, data: bytes) -> dict[str, Any]:
        about = {"charset": charset, "url": url, "now": self.context.now()}
        return self.context.parsers[0].parse("page", about, data)


# -- pages without a text ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PageCache:
    """Pages of articles, one file each; they may be gone next time.

    By default they are pages in which no text was found.
    """

    cache: Path
    suffix: str = ".html.gz"

    def save(self, article: str, html: str) -> None:
        """Cache the page of an article, unless it is too large; failures are ignored."""
        data = html.encode("utf-8", "replace")
        if not 0 < len(data) <= MAX_CACHED_PAGE_BYTES or not CACHE_KEY.fullmatch(article):
            return
        with contextlib.suppress(NewstuiError, OSError):
            make_folder(self._path(article).parent)
            write_atomically(self._path(article), gzip.compress(data, mtime=0))
            files = self._path(article).parent.glob(f"*{self.suffix}")
            for old in sorted(files, key=lambda path: path.stat().st_mtime)[:-MAX_CACHED_PAGES]:
                old.unlink()

    def load(self, article: str) -> bytes:
        """Return the page of an article in UTF-8; empty if it is not cached or cannot be read."""
        if not CACHE_KEY.fullmatch(article):
            return b""
        try:
            with open_regular(self._path(article)) as packed, gzip.open(packed) as file:
                return file.read(MAX_CACHED_PAGE_BYTES)
        except (OSError, EOFError, zlib.error):
            return b""

    def remove(self, article: str) -> None:
        """Remove the page of an article that has its text now."""
        if CACHE_KEY.fullmatch(article):
            with contextlib.suppress(OSError):
                self._path(article).unlink()

    def _path(self, article: str) -> Path:
        return self.cache / "pages" / f"{article}{self.suffix}"


def page_text_cache(cache: Path) -> PageCache:
    """Return the cache of the texts of pages, of articles whose feed has another text."""
    return PageCache(cache, ".md.gz")


# -- storing it ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AddedFeed:
    """A feed that a URL led to, subscribed to now or before."""

    subscription: Subscription
    is_new: bool
    new_ids: Sequence[str]
    """The articles of the feed that were added."""


@dataclass(frozen=True, slots=True)
class AddedPage:
    """A page that a URL led to, added as an article now or before."""

    article: Article
    has_text: bool
    new_ids: Sequence[str]
    """The id of the article if it was added now."""
    feed_urls: Sequence[str]


def store_resolved(
    found: FetchResult | ResolvedPage, feed_store: FeedStore, add: AddArticles
) -> AddedFeed | AddedPage:
    """Subscribe to the feed and add its articles, or add the page as an article.

    A page without a text is added too, and cached for `find_missing_text`.
    """
    if isinstance(found, ResolvedPage):
        article, has_text = found.article.article, bool(found.article.body.text)
        new_ids = [each for step in add([found.article]) for each in step.new_ids]
        if not has_text:
            PageCache(feed_store.cache).save(article.id, found.html)
        return AddedPage(article, has_text, new_ids, found.feed_urls)
    feed = found.subscription
    existing = {each.key: each for each in feed_store.subscriptions()}
    is_new = feed.key not in existing
    if is_new:
        key = make_feed_key(feed.url)
        for each in existing.values():
            if make_feed_key(each.url) == key:  # its own next fetch adds the articles
                return AddedFeed(each, is_new=False, new_ids=())
        feed_store.update(put=[feed])
    steps = store_results([found], feed_store, add)
    return AddedFeed(feed, is_new, [each for step in steps for each in step.new_ids])


def fetch_page_article(url: str, resolver: UrlResolver) -> ParsedArticle:
    """Return the article of a page.

    Raises:
        NewstuiError: It cannot be fetched, is no page, or has no text.
    """
    found = replace(resolver, target="page", category="")(url)
    if not isinstance(found, ResolvedPage):
        raise InvalidInput("a feed, not a page")
    if not found.article.body.text:
        raise FetchFailed("no article text found")
    return found.article


def find_missing_text(article: Article, resolver: UrlResolver, pages: PageCache) -> ParsedArticle:
    """Return an article with the text of its page, fetched again or cached.

    A cached page may have a text after all for a version of newstui that finds more.

    Raises:
        NewstuiError: The page cannot be fetched, or no text was found in it.
    """
    try:
        found = _fetch_text(article, replace(resolver, target="page", category=""), pages)
    except NewstuiError:
        page = pages.load(article.id)
        if not page or not (found := resolver.parse_cached_page(article.url, page)).body.text:
            raise
    return replace(found, article=replace(found.article, id=article.id))


def _fetch_text(article: Article, resolver: UrlResolver, pages: PageCache) -> ParsedArticle:
    found = resolver(article.url)
    if isinstance(found, ResolvedPage):
        if found.article.body.text:
            return found.article
        if not pages.load(article.id):
            pages.save(article.id, found.html)
    raise FetchFailed("no article text found")
