"""`newstui add`: feeds and pages by their URLs, and the texts that are missing."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from store.library.protocol import Library
from store.model.article import Found
from store.model.errors import FetchFailed, NewsError, PrivateHost
from store.search import Query
from tui.cli.console import Counter, put_json, tell
from tui.cli.context import load, paths_of, tell_hook
from tui.cli.feeds import book_of, told
from tui.rendering.wording import count
from tui.services import network, unloaded

if TYPE_CHECKING:
    from store.feeds.resolve_url import FeedFound, LookUp, PageFound

STDIN = "-"
NO_TEXT = "no article text found; the address is kept, `newstui add --missing` tries again"


def add(options: argparse.Namespace) -> int:
    """Add what the URLs lead to; what fails costs a line and the rest goes on."""
    library = unloaded(paths_of(options))
    load(library)
    adding = Adding(library, options)
    try:
        if options.missing:
            adding.missing()
        with Counter("adding").running() as counter:
            for url in _urls(options.urls):
                counter.tell(url)
                adding.add(url)
    finally:
        tell_hook(options, library, "on_new", adding.new)
        adding.close()
    if options.json:
        put_json({"added": len(adding.new), "feeds": adding.feeds, "failed": adding.failed})
    else:
        tell(adding.words())
    return 1 if adding.failed else 0


def _urls(given: Sequence[str]) -> Iterator[str]:
    """The URLs, `-` being one a line on standard input."""
    for each in given:
        if each != STDIN:
            yield each
            continue
        for line in sys.stdin:
            if line.strip() and not line.lstrip().startswith("#"):
                yield line.strip()


class Adding:
    """Adds one URL after the other."""

    def __init__(self, library: Library, options: argparse.Namespace) -> None:
        from store.feeds.page_cache import KeptPages
        from store.feeds.resolve_url import LookUp

        self._library = library
        self._pages = KeptPages(paths_of(options).cache)
        self._book = book_of(options)
        self._look_up = LookUp(network(), options.want, options.category or "", options.private)
        self.new: list[str] = []
        """Articles that were added."""
        self.feeds = self.failed = 0

    def add(self, url: str) -> None:
        """Add what a URL leads to."""
        from store.feeds.resolve_url import FeedFound

        try:
            found = self._looked_up(self._look_up, url)
            if isinstance(found, FeedFound):
                self._subscribe(found)
            else:
                self._add_page(found, url)
        except NewsError as error:
            self.failed += 1
            told(url, error)

    def _looked_up(self, look_up: LookUp, url: str) -> FeedFound | PageFound:
        try:
            return look_up(url)
        except PrivateHost as error:
            if not _allowed(error):
                raise FetchFailed(f"{error}; --private allows it") from None
            return replace(look_up, private=True)(url)

    def _subscribe(self, found: FeedFound) -> None:
        fetched, feed = found.fetched, found.fetched.subscription
        there = any(feed.key == each.key for each in self._book.subscriptions())
        if not there:
            self._book.change(put=[feed])
            self.feeds += 1
        added = self._put(fetched.found)
        self._book.keep([fetched])
        known = "already subscribed to" if there else "subscribed to"
        tell(f"{known} {feed.name}: {count(added, 'new article')}")

    def _add_page(self, found: PageFound, url: str) -> None:
        category = self._look_up.category
        article = found.found.article
        facts = replace(article, category=category) if category else article
        there = self._library.title(article.id)
        added = self._put([replace(found.found, article=facts)])
        if not found.found.body.text:
            self._pages.keep(article.id, found.html)
            raise FetchFailed(NO_TEXT)
        tell(f"{'added' if added else 'already there'}: {there or article.title}")
        if found.feeds:
            tell(f"its feed: newstui add {found.feeds[0]}")

    def _put(self, found: Sequence[Found]) -> int:
        before = len(self.new)
        for step in self._library.add(found) if found else ():
            self.new += step.new
        return len(self.new) - before

    def missing(self) -> None:
        """Fetch the pages of articles that have an address and no text."""
        rows = [row.id for row in self._library.rows(Query()) if not row.words]
        articles = [each for each, _ in self._library.articles(rows) if each.url]
        look_up = replace(self._look_up, want="page")
        with Counter("fetching pages").running() as counter:
            for number, article in enumerate(articles, 1):
                counter.tell(f"{number} of {len(articles)} · {article.title}")
                try:
                    self._fill(look_up, article.url, article.id)
                except NewsError as error:
                    self.failed += 1
                    told(article.url, error)

    def _fill(self, look_up: LookUp, url: str, article: str) -> None:
        try:
            found = self._page_of(look_up, url, article)
        except NewsError:  # perhaps what was kept has a text, for a newstui that finds more
            page = self._pages.kept(article)
            if not page or not (found := look_up.again(url, page)).body.text:
                raise
        self._put([replace(found, article=replace(found.article, id=article))])
        self._pages.drop(article)

    def _page_of(self, look_up: LookUp, url: str, article: str) -> Found:
        from store.feeds.resolve_url import PageFound

        found = look_up(url)
        if isinstance(found, PageFound) and found.found.body.text:
            return found.found
        if isinstance(found, PageFound) and not self._pages.kept(article):
            self._pages.keep(article, found.html)
        raise FetchFailed("no article text found")

    def close(self) -> None:
        """Let go of everything."""
        self._library.close()
        for aside in self._look_up.tools.asides:
            aside.close()

    def words(self) -> str:
        """What came of it."""
        parts = [f"{count(len(self.new), 'article')} added"]
        if self.feeds:
            parts.append(f"{count(self.feeds, 'feed')} subscribed")
        if self.failed:
            parts.append(f"{self.failed:,} failed")
        return ", ".join(parts)


def _allowed(error: PrivateHost) -> bool:
    """Ask once whether a host on a private network may be asked; only at a terminal."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    tell(f"{error}. Fetch it all the same? [y/N]")
    return sys.stdin.readline().strip().lower() in ("y", "yes")
