"""Reading the articles of feeds that are files, as a fetch of these feeds would."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from store.feeds.converter import read_anew
from store.feeds.item_identity import identify_items
from store.feeds.parser_process import ParserProcess
from store.feeds.subscriptions import Subscription
from store.importers.feed_files import MAX_FEED_FILE_BYTES
from store.model.article import ParsedArticle, Rejection
from store.model.errors import FetchFailed, InvalidInput
from store.segments.documents import article_from_values
from store.text.urls import make_feed_key, strip_url_credentials


class SavedFeedReader:
    """Reads feeds in files; what anybody may have written is parsed in a process of its own."""

    def __init__(
        self,
        subscriptions: Callable[[], Iterable[Subscription]],
        now: str,
        parser: ParserProcess | None = None,
        report: Callable[[str], object] = lambda _: None,
    ) -> None:
        """Read nothing yet.

        Args:
            subscriptions: Returns the feeds of the library, to which a file may belong.
            now: The time of the import.
            parser: What parses.
            report: Called with the progress of a feed, in a few words: none of its articles is known before
                all are.
        """
        self._subscriptions = subscriptions
        self._now = now
        self._parser = parser or ParserProcess()
        self._report = report
        self.close = self._parser.close

    def read(self, name: str, data: bytes) -> Iterator[ParsedArticle | Rejection]:
        """Yield the articles of a feed, and what cannot be read; see `store.importers.feed_files.FeedReader`."""
        about = {"key": "", "url": "", "now": self._now, "category": ""}
        self._report(f"reading {name}")
        try:
            feed = self._parser.parse("feed parts", about, data[:MAX_FEED_FILE_BYTES])
        except (InvalidInput, FetchFailed) as error:
            yield Rejection(name, str(error))
            return
        about |= self._describe(feed)
        found: list[ParsedArticle] = []
        last = max((number for part in feed["parts"] for number, _ in part), default=0)
        for part in feed["parts"]:
            numbers, texts = zip(*part, strict=True)
            self._report(f"reading {name}, item {numbers[0]:,} of {last:,}")
            text = feed["head"] + feed["separator"].join(texts) + feed["tail"]
            try:
                parsed = self._parser.parse("feed part", about, text.encode())
            except (InvalidInput, FetchFailed) as error:
                others = f" to {numbers[-1]:,}" if len(numbers) > 1 else ""
                yield Rejection(f"{name}: item {numbers[0]:,}{others}", str(error))
                continue
            found += map(article_from_values, parsed["found"])
            for number, reason in parsed["refused"]:
                # The parser may find more entries in a malformed part than it was split into.
                place = numbers[min(number, len(numbers)) - 1]
                yield Rejection(f"{name}: item {place:,}", reason)
        # A file may have the whole texts of a feed that sends excerpts.
        items = identify_items(found, about["key"] or feed["title"], feed["site"])
        yield from map(read_anew, items)
        for number in feed["drafts"]:
            yield Rejection(f"{name}: item {number:,}", "a draft", is_failure=False)
        if len(data) > MAX_FEED_FILE_BYTES:
            yield Rejection(
                name, f"larger than {MAX_FEED_FILE_BYTES >> 20} MB; {feed['incomplete']}"
            )
        elif feed["incomplete"]:
            yield Rejection(name, feed["incomplete"])

    def _describe(self, feed: dict[str, Any]) -> dict[str, Any]:
        """Return what the parser has to know about a feed: that of its subscription, if there is one."""
        url, site = feed["url"], feed["site"]
        known = self._find_subscription(url, site, feed["title"])
        if known is None:
            return {"key": strip_url_credentials(url or site), "url": url or site}
        return {
            "key": known.key,
            "url": url or known.site or known.key,
            "category": known.category or known.title,
            "tags": known.tags,
        }

    def _find_subscription(self, url: str, site: str, title: str) -> Subscription | None:
        """Return the subscription to a feed, by the URL that it states, else by its home page or title.

        Many feeds state no URL. Several may have the same home page: then it is none of them.
        """
        feeds = list(self._subscriptions())
        if url:
            named = make_feed_key(strip_url_credentials(url))
            same = [
                each
                for each in feeds
                if named
                in (
                    make_feed_key(strip_url_credentials(one))
                    for one in (each.url, *each.former_urls)
                )
            ]
        elif site:
            same = [each for each in feeds if make_feed_key(each.site) == make_feed_key(site)]
        else:
            same = [each for each in feeds if title and each.title == title]
        return same[0] if len(same) == 1 else None
