"""Feeds that did not come whole: the whole entries are kept, and the problem is reported."""

from __future__ import annotations

from dataclasses import replace

import pytest

from store.feeds.entry import FeedInfo
from store.feeds.feed_store import FeedState
from store.feeds.fetch import fetch_feeds
from store.feeds.parse import parse_feed
from store.feeds.resolve_url import UrlResolver
from store.model.errors import InvalidInput
from tests.support.network import Site, make_fetch_context, page, subscription

FEED = FeedInfo("https://h.example/f", "https://h.example/f", "2024-06-01T00:00:00Z")
RSS = '<rss version="2.0"><channel><title>Harbour</title>'
ONE = "<item><title>One</title><guid>1</guid><description>First.</description></item>"
UNCLOSED = "<item><title>A</title><description><![CDATA[First.</description></item>"
CLOSED = "<item><title><![CDATA[B & C]]></title><guid>3</guid></item>"
TWO = "<item><title>Two</title><guid>2</guid><description>Second.</description></item>"
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>Harbour</title>'
ENTRY = "<entry><id>1</id><title>One</title><content>First.</content></entry>"
RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns="http://purl.org/rss/1.0/"><channel><title>Harbour</title></channel>'
)
JSON = '{"version": "https://jsonfeed.org/version/1.1", "title": "Harbour", "items": ['
JSON_ONE = '{"id": "1", "title": "One", "content_text": "First, with a ]} in it."}'
AFTER_ONE = "not a whole feed: truncated after entry 1"
BEFORE_ALL = "not a whole feed: truncated before the first entry"
UNENDED_ONE = "not a whole feed: CDATA section without an end after entry 1"
UNENDED_ALL = "not a whole feed: CDATA section without an end before the first entry"
UNENDED = "not a whole feed: not JSON: unexpected end of data"


@pytest.mark.parametrize(
    ("document", "titles", "problem"),
    [
        (f"{RSS}{ONE}{TWO}</channel></rss>", ["One", "Two"], ""),
        (f"{RSS}{ONE}{TWO}</channel></rss>\n<!-- served in 0.2 s -->", ["One", "Two"], ""),
        (f"{RSS}{ONE}{TWO}</channel></rss >", ["One", "Two"], ""),
        (f"{RSS}{ONE}{TWO}</channel>", ["One", "Two"], ""),
        (f"{RSS}{ONE}{TWO}", ["One", "Two"], "not a whole feed: truncated after entry 2"),
        (f"{RSS}{ONE}{TWO[:40]}", ["One"], AFTER_ONE),
        (f"{RSS}{ONE}{TWO}</chan", ["One", "Two"], "not a whole feed: truncated after entry 2"),
        (f"{RSS}{ONE}<item><description><![CDATA[</item> </rss> and", ["One"], AFTER_ONE),
        (f"{RSS}{ONE}<!-- </channel></rss> --", ["One"], AFTER_ONE),
        (f"{RSS}{UNCLOSED}{CLOSED}{ONE}</channel></rss>", ["A", "B & C", "One"], ""),
        (
            f"{RSS}{UNCLOSED.replace('</description>', '')}{CLOSED}</channel></rss>",
            ["A", "B & C"],
            "",
        ),
        (
            f"{RSS}{UNCLOSED}{UNCLOSED.replace('A<', 'D<')}{CLOSED}</channel></rss>",
            ["A", "D", "B & C"],
            "",
        ),
        (
            f"{RSS}{CLOSED.replace('B & C', '</item><item>')}{ONE}</channel></rss>",
            ["</item><item>", "One"],
            "",
        ),
        (f"{RSS}{ONE}<item><title><![CDATA[x</title></item></channel></rss>", ["One"], UNENDED_ONE),
        (f"{RSS.replace('Harbour', '<![CDATA[x')}{ONE}</channel></rss>", [], UNENDED_ALL),
        (f"{RSS}<item><title>One</ti", [], BEFORE_ALL),
        (RSS, [], BEFORE_ALL),
        (f"{ATOM}{ENTRY}</feed>", ["One"], ""),
        (f"{ATOM}{ENTRY}<entry><id>2</id>", ["One"], AFTER_ONE),
        (f"{RDF}{ONE}</rdf:RDF>", ["One"], ""),
        (f"{RDF}{ONE}{TWO[:30]}", ["One"], AFTER_ONE),
        (f"{JSON}{JSON_ONE}]}}", ["One"], ""),
        (f"{JSON}{JSON_ONE}", ["One"], UNENDED),
        (f"{JSON}{JSON_ONE}, ", ["One"], UNENDED),
        (f'{JSON}{JSON_ONE}, {{"id": "2", "title": "Tw', ["One"], UNENDED),
        (JSON, [], UNENDED),
    ],
)
def test_whole_entries_are_kept(document: str, titles: list[str], problem: str) -> None:
    parsed = parse_feed(document.encode(), "utf-8", FEED)
    assert [each.article.title for each in parsed.articles] == titles
    assert parsed.problem.partition(" (")[0] == problem


@pytest.mark.parametrize("document", [f"{RSS}{ONE}{TWO[:40]}", f"{JSON}{JSON_ONE}, {{"])
def test_a_truncated_feed_is_not_subscribed_to(site: Site, document: str) -> None:
    site.routes["/feed"] = page(document, "application/xml")
    with pytest.raises(InvalidInput, match="not a whole feed: "):
        UrlResolver(make_fetch_context(), is_private_allowed=True)(site.url("/feed"))


def test_a_truncated_fetch_keeps_entries_and_is_reported(site: Site) -> None:
    """The old ETag stays, so that the next fetch asks for the feed again."""
    site.routes["/feed"] = page(f"{RSS}{ONE}{TWO[:40]}", "application/xml", ETag='"new"')
    feed = subscription(site)
    before = FeedState(etag='"old"', succeeded="2024-05-31T00:00:00Z")
    (result,) = fetch_feeds([feed], {feed.key: before}, make_fetch_context())
    assert [each.article.title for each in result.articles] == ["One"]
    assert result.error == AFTER_ONE
    assert result.state == replace(before, tried=result.state.tried, error=AFTER_ONE)
