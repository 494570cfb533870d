"""Feeds in the shapes of many programs and publishers, and the expected result of each.

The feeds are ours; only their shape is that of the program they are named after. `expected.txt` has
a readable block for each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.feeds.entry import FeedInfo, ParsedFeed
from store.feeds.parse import parse_feed
from store.model.article import ParsedArticle
from store.model.errors import InvalidInput

HERE = Path(__file__).parent
URL = "https://feeds.example/feed"
FEED = FeedInfo(URL, URL, "2024-06-01T00:00:00Z")
NAMES = sorted(path.name for path in HERE.iterdir() if path.suffix in {".xml", ".json", ".html"})
FACTS = ("url", "date", "authors", "tags", "language", "words")


def blocks() -> dict[str, str]:
    """Return the expected results by file."""
    text = (HERE / "expected.txt").read_text(encoding="utf-8")
    parts = re.split(r"^== (.+)\n", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], (part.strip() for part in parts[1::2]), strict=True))


def written(parsed: ParsedFeed) -> Iterator[str]:
    """Yield a result in the form of `expected.txt`."""
    yield f"feed: {parsed.title} <{parsed.site}>"
    if parsed.problem:
        yield f"problem: {parsed.problem}"
    for rejected in parsed.rejected:
        yield f"refused: item {rejected.number}: {rejected.reason}"
    for found in parsed.articles:
        yield from article(found)


def article(found: ParsedArticle) -> Iterator[str]:
    facts, body = found.article, found.body
    yield f"* {facts.title}"
    for name in FACTS:
        value = getattr(facts, name)
        if value:
            yield f"  {name}: {' / '.join(value) if isinstance(value, tuple) else value}"
    for name, value in facts.extra.items():
        if name != "feed":
            yield f"  {name}: {value}"
    if facts.updated != facts.created:
        yield f"  updated: {facts.updated}"
    if body.text:
        yield "  text: " + body.text.replace("\n", "⏎")
    if body.summary:
        cut = "" if body.summary_complete else " (cut off)"
        yield f"  summary{cut}: " + body.summary.replace("\n", "⏎")


def outcome(name: str) -> str:
    try:
        return "\n".join(written(parse_feed((HERE / name).read_bytes(), "", FEED)))
    except InvalidInput as error:
        return f"no feed: {error}"


@pytest.mark.parametrize("name", NAMES)
def test_a_feed_is_parsed_as_expected(name: str) -> None:
    """Cases 92 to 97 and 99: errors in a feed do not cost its valid parts."""
    assert outcome(name) == blocks()[name]


def test_every_shape_has_its_block() -> None:
    assert sorted(blocks()) == NAMES
    assert sum(not each.startswith("no feed") for each in blocks().values()) >= 40


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("refused")])
def test_the_same_feed_twice_is_the_same_articles(name: str) -> None:
    """Case 96: two fetches, or two machines, agree on the ids."""
    data = (HERE / name).read_bytes()
    one, other = parse_feed(data, "", FEED), parse_feed(data, "utf-8", FEED)
    ids = [found.article.id for found in one.articles]
    assert ids == [found.article.id for found in other.articles]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("parts", "text", "summary"),
    [
        ("<description>A long caption of it.</description>"
         "<content:encoded>&lt;p&gt;Short.</content:encoded>", "Short.", "A long caption of it."),
        ("<description>Only this.</description>", "Only this.", ""),
        ("<description>Words.</description><enclosure url='' type='audio/mpeg'/>", "Words.", ""),
        ("<description>Words.</description>"
         + 2 * "<enclosure url='http://e.org/a.mp3' type='audio/mpeg'/>",
         "Words.\n\n[Audio](http://e.org/a.mp3)", ""),
        ("<description>W</description><media:content url='http://e.org/a.jpg?w=9' medium='image'"
         " width='9'/><media:content url='http://e.org/a.jpg?w=70' medium='image' width='70'/>",
         "![a.jpg](http://e.org/a.jpg?w=70)\n\nW", ""),
        ("<description>W</description><media:thumbnail url='http://e.org/t.jpg'/>",
         "![t.jpg](http://e.org/t.jpg)\n\nW", ""),
        ("<description>&lt;img src='http://e.org/t.jpg' alt='T'></description>"
         "<media:thumbnail url='http://e.org/t-150x150.jpg'/>", "![T](http://e.org/t.jpg)", ""),
        ("<description>&lt;iframe/>&lt;p>after</description>", "after", ""),
        ("<description>&lt;p>W&lt;img src='http://e.org/feed-pixel.png?n=1'></description>", "W", ""),
    ],
)  # fmt: skip
def test_texts_and_pictures_of_an_entry(parts: str, text: str, summary: str) -> None:
    data = (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:media="http://search.yahoo.com/mrss/"><channel><title>F</title>'
        f"<item><title>T</title><link>http://e.org/1</link>{parts}</item></channel></rss>"
    )
    (found,) = parse_feed(data.encode(), "", FEED).articles
    assert (found.body.text, found.body.summary) == (text, summary)


@pytest.mark.parametrize(
    "published", ["Mon, 04 Jan 2038 10:00:00 GMT", "Tue, 02 Jan 2029 10:00:00 GMT"]
)
def test_an_item_of_the_future_is_the_same_at_every_fetch(published: str) -> None:
    """Case 97: neither link nor guid, and later the date is in the past."""
    item = f"<item><title>Ferry</title><description>It runs.</description><pubDate>{published}</pubDate></item>"
    data = f"<rss version='2.0'><channel><title>H</title>{item}</channel></rss>".encode()
    times = ("2028-01-01T00:00:00Z", "2028-05-01T00:00:00Z", "2040-01-01T00:00:00Z")
    found = [parse_feed(data, "", FeedInfo("k", "https://h.example/f", now, "x")) for now in times]
    assert len({each.articles[0].article.id for each in found}) == 1
