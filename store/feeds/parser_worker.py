"""What the process aside does: a feed or a page in, articles as plain values out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from store.model.errors import BadInput
from store.segments.documents import (
    Values,
    found_values,
)


def take_feed(about: Values, data: bytes) -> Values:
    """A feed."""
    from store.feeds.entries import Feed
    from store.feeds.parse import parse_feed

    names = ("key", "url", "now", "category")
    try:
        parsed = parse_feed(data, about["charset"], Feed(*(about[name] for name in names)))
    except BadInput as error:
        links = _links(data, about)
        raise BadInput(f"{error}; its feed is {links[0]}" if links else str(error)) from None
    return {
        "title": parsed.title,
        "site": parsed.site,
        "found": [found_values(each) for each in parsed.found],
        "refused": [f"{each.where}: {each.reason}" for each in parsed.refused],
        "left_out": parsed.left_out,
    }


def _links(data: bytes, about: Values) -> list[str]:
    """The feeds that a page names which stands where a feed should."""
    from store.feeds.autodiscovery import feed_links
    from store.text.decoding import decoded, kind_of

    text = decoded(data, about["charset"])
    return feed_links(text, about["url"]) if kind_of(text) == "html" else []


def take_page(about: Values, data: bytes) -> Values:
    """A page."""
    from store.feeds.web_page import parse_page

    return parse_page(data, about["charset"], about["url"], about["now"])


KINDS: Mapping[str, Callable[[Values, bytes], Values]] = {"feed": take_feed, "page": take_page}
