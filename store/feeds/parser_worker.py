"""What the process aside does: a feed or a page in, articles as plain values out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from store.model.errors import InvalidInput
from store.segments.documents import (
    PlainValues,
    article_to_values,
)


def parse_feed_request(about: PlainValues, data: bytes) -> PlainValues:
    """A feed."""
    from store.feeds.entries import FeedInfo
    from store.feeds.parse import parse_feed

    names = ("key", "url", "now", "category")
    try:
        parsed = parse_feed(data, about["charset"], FeedInfo(*(about[name] for name in names)))
    except InvalidInput as error:
        links = _find_links(data, about)
        raise InvalidInput(f"{error}; its feed is {links[0]}" if links else str(error)) from None
    return {
        "title": parsed.title,
        "site": parsed.site,
        "found": [article_to_values(each) for each in parsed.articles],
        "refused": [f"{each.location}: {each.reason}" for each in parsed.rejected],
        "left_out": parsed.omitted_count,
    }


def _find_links(data: bytes, about: PlainValues) -> list[str]:
    """The feeds that a page names which stands where a feed should."""
    from store.feeds.autodiscovery import find_feed_links
    from store.text.decoding import decode_document, detect_document_kind

    text = decode_document(data, about["charset"])
    return find_feed_links(text, about["url"]) if detect_document_kind(text) == "html" else []


def parse_page_request(about: PlainValues, data: bytes) -> PlainValues:
    """A page."""
    from store.feeds.web_page import parse_web_page

    return parse_web_page(data, about["charset"], about["url"], about["now"])


REQUEST_PARSERS: Mapping[str, Callable[[PlainValues, bytes], PlainValues]] = {
    "feed": parse_feed_request,
    "page": parse_page_request,
}
