"""Of a feed with too many entries, the newest are taken."""

from __future__ import annotations

import json

import pytest

from store.feeds import entry_limit
from store.feeds.entry import FeedInfo
from store.feeds.parse import parse_feed

FEED = FeedInfo("https://h.example/feed", "https://h.example/feed", "2026-11-29T08:00:00Z")
RSS = '<rss version="2.0"><channel><title>Harbour</title>{}</channel></rss>'
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>Harbour</title>{}</feed>'
RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Harbour</title><items><rdf:Seq/></items>'
    "</channel>{}</rdf:RDF>"
)


def item(title: str, date: str, inside: str = "") -> str:
    pub_date = f"<pubDate>{date}</pubDate>" if date else ""
    return f"<item><title>{title}</title>{pub_date}<description>Text {inside}</description></item>"


def entry(title: str, dates: str) -> str:
    return f"<entry><title>{title}</title><content>Text</content>{dates}</entry>"


OLD, MIDDLE, NEW = (
    "Mon, 06 May 2024 07:00:00 GMT",
    "Mon, 06 May 2024 10:00:00 +0200",
    "Mon, 06 May 2024 09:00:00 GMT",
)
JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Harbour",
    "items": [
        {"id": "1", "title": "a", "content_text": "t", "date_published": "2024-05-06"},
        {"id": "2", "title": "b", "content_text": "t"},
        {"id": "3", "title": "c", "content_text": "t", "date_modified": "2024-05-08T10:00:00Z"},
        {"id": "4", "title": "d", "content_text": "t", "date_published": "2024-05-07"},
    ],
}

FEEDS = {
    "newest last": (RSS.format(item("a", OLD) + item("b", MIDDLE) + item("c", NEW)), "bc", 1),
    "newest first": (RSS.format(item("a", NEW) + item("b", MIDDLE) + item("c", OLD)), "ab", 1),
    "zones": (RSS.format(item("a", MIDDLE) + item("b", OLD) + item("c", NEW)), "ac", 1),
    "no dates": (RSS.format(item("a", "") + item("b", "") + item("c", "")), "ab", 1),
    "unreadable dates": (RSS.format(item("a", "soon") + item("b", OLD) + item("c", "x")), "ab", 1),
    "few": (RSS.format(item("a", OLD) + item("b", "")), "ab", 0),
    "words for months": (
        RSS.format(
            item("a", "6. Mai 2024") + item("b", "5. Dezember 2023") + item("c", "7. März 2024")
        ),
        "ac",
        1,
    ),
    "tags in a CDATA section": (
        RSS.format(
            item("a", OLD)
            + item("b", MIDDLE, "<![CDATA[</item><item><pubDate>Mon, 06 May 2030</pubDate>]]>")
            + item("c", f"<![CDATA[ {NEW} ]]>")
        ),
        "bc",
        1,
    ),
    "a commented item": (
        RSS.format(item("a", OLD) + f"<!-- {item('x', NEW)} -->" + item("b", NEW)),
        "ab",
        0,
    ),
    "items that are not closed": (
        RSS.format((item("a", OLD) + item("b", NEW) + item("c", OLD)).replace("</item>", "")),
        "ab",
        1,
    ),
    "facts of the feed between items": (
        RSS.format(
            item("a", OLD) + "<link>https://h.example/</link>" + item("b", NEW) + item("c", NEW)
        ),
        "bc",
        1,
    ),
    "Atom": (
        ATOM.format(
            entry("a", "<updated>2026-01-01T00:00:00Z</updated><published>2024-01-01</published>")
            + entry("b", "<updated>2025-01-01T00:00:00Z</updated>")
            + entry("c", "<published>2024-06-01T00:00:00Z</published>")
        ),
        "bc",
        1,
    ),
    "Atom with a source": (
        ATOM.format(
            entry("a", "<updated>2024-01-02</updated><source><updated>2026</updated></source>")
            + entry("b", "<updated>2024-01-03</updated>")
            + entry("c", "<updated>2024-01-04</updated>")
        ),
        "bc",
        1,
    ),
    "RDF": (
        RDF.format(
            "".join(
                f"<item><title>{title}</title><dc:date>{date}</dc:date></item>"
                for title, date in (("a", "2024-05-07"), ("b", "2024-05-06"), ("c", "2024-05-08"))
            )
        ),
        "ac",
        1,
    ),
    "JSON": (json.dumps(JSON_FEED), "cd", 2),
}


@pytest.mark.parametrize(("feed", "titles", "omitted"), FEEDS.values(), ids=FEEDS)
def test_the_newest_entries_are_taken(
    feed: str, titles: str, omitted: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entry_limit, "MAX_FEED_ENTRIES", 2)
    parsed = parse_feed(feed.encode(), "utf-8", FEED)
    assert "".join(each.article.title for each in parsed.articles) == titles
    assert parsed.omitted_count == omitted
    assert parsed.title == "Harbour"
    assert not parsed.rejected
    assert not parsed.problem


def test_the_limit() -> None:
    items = "".join(item(f"{number}", OLD) for number in range(1_200))
    parsed = parse_feed(RSS.format(items).encode(), "utf-8", FEED)
    assert [each.article.title for each in parsed.articles] == [f"{n}" for n in range(1_000)]
    assert parsed.omitted_count == 200
