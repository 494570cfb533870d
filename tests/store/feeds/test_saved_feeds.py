"""Feeds in files: every entry comes in once, as a fetch would make it, and what is wrong is told."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from store.feeds import entry_limit, feed_parts, saved_feeds
from store.feeds.converter import read_anew
from store.feeds.entry import FeedInfo
from store.feeds.parse import parse_feed
from store.feeds.saved_feeds import SavedFeedReader
from store.feeds.subscriptions import Subscription
from store.importers.read_files import read_articles
from store.library.protocol import Library
from store.model.article import ParsedArticle, Rejection
from store.model.errors import FetchFailed
from store.search.list_query import ListQuery
from tests.support.libraries import add, list_rows
from tests.support.network import InProcessParser, rss

NOW = "2031-05-06T07:08:09Z"
SITE = "https://harbour.example/"
URL = f"{SITE}ferry"
ITEM = (
    f"<item><title>The ferry</title><link>{URL}</link><category>sea</category>"
    "<description>It sails.</description>{}</item>"
)
HTML = "&lt;p&gt;It sails."
CREATOR = '<dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">Ada Berg</dc:creator>'
RSS = rss(ITEM.format("<pubDate>Mon, 03 Mar 2014 10:00:00 +0100</pubDate>" + CREATOR))
RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
    f' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="{SITE}"><title>Harbour</title>'
    f"<link>{SITE}</link></channel><item><title>The ferry</title><link>{URL}</link><dc:subject>sea</dc:subject>"
    "<dc:creator>Ada Berg</dc:creator><dc:date>2014-03-03T09:00:00Z</dc:date>"
    "<description>It sails.</description></item></rdf:RDF>"
)
ATOM = (
    f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Harbour</title><link href="{SITE}"/>'
    '<link rel="self" href="https://ada:secret@harbour.example/feed"/>{}</feed>'
)
ENTRY = (
    f'<entry><id>tag:harbour.example,2014:1</id><title>The ferry</title><link href="{URL}"/>'
    '<author><name>Ada Berg</name></author><category term="sea"/><published>2014-03-03T09:00:00Z</published>'
    f'<summary>Of boats.</summary><content type="html">{HTML}</content></entry>'
)
ATOM_03 = (
    f'<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>Harbour</title><link rel="alternate" href="{SITE}"/>'
    f'<entry><id>1</id><title>The ferry</title><link rel="alternate" href="{URL}"/><author><name>Ada Berg</name></author>'
    '<subject xmlns="http://purl.org/dc/elements/1.1/">sea</subject><issued>2014-03-03T09:00:00Z</issued>'
    f'<content mode="escaped" type="text/html">{HTML}</content></entry></feed>'
)
JSON_ITEM = {
    "id": "1",
    "url": URL,
    "title": "The ferry",
    "tags": ["sea"],
    "content_html": "<p>It sails.",
    "date_published": "2014-03-03T10:00:00+01:00",
}
JSON = json.dumps(
    {
        "items": [{**JSON_ITEM, "authors": [{"name": "Ada Berg"}]}],
        "home_page_url": SITE,
        "title": "Harbour",
        "version": "https://jsonfeed.org/version/1.1",
    }
)
JSON_1 = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1",
        "title": "Harbour",
        "home_page_url": SITE,
        "author": {"name": "Ada Berg"},
        "items": [JSON_ITEM],
    }
).replace("/", "\\/")
FORMATS = {
    "rss 2.0": RSS,
    "rss 0.91, after a doctype": f'<!DOCTYPE rss SYSTEM "rss-0.91.dtd">{RSS}'.replace(
        "2.0", "0.91"
    ),
    "rss after comments, with CR LF": f"<?xml version='1.0'?>\r\n<!-- of Ada -->\r\n{RSS}",
    "rss after a doctype of HTML": f"<!doctype html>{RSS}",
    "rss with a style sheet and characters of HTML": '<?xml version="1.0"?><?xml-stylesheet href="a.xsl"?>'
    f'<!DOCTYPE rss [<!ENTITY nbsp "&#160;">]>{RSS}',
    "rdf": RDF,
    "atom": ATOM.format(ENTRY),
    "atom with a prefix": ATOM.format(ENTRY)
    .replace("xmlns=", "xmlns:a=")
    .replace("</", "</a:")
    .replace("<", "<a:")
    .replace("<a:/a:", "</a:"),
    "atom 0.3": ATOM_03,
    "json feed 1.1": JSON,
    "json feed 1.0, escaped": JSON_1,
}


def make_zip(data: bytes, path: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("word/document.xml", "<document/>")
        opened.writestr(path, data)
    return archive.getvalue()


def read(
    data: str | bytes, subscriptions: Sequence[Subscription] = (), name: str = "a"
) -> list[ParsedArticle | Rejection]:
    reader = SavedFeedReader(lambda: subscriptions, NOW, InProcessParser())
    stream = io.BytesIO(data if isinstance(data, bytes) else data.encode())
    return list(read_articles(name, stream, now=NOW, read_feed=reader.read))


def titles(data: str | bytes) -> list[str]:
    return [each.article.title for each in read(data) if isinstance(each, ParsedArticle)]


def problems(data: str | bytes) -> list[tuple[str, str]]:
    return [(each.location, each.reason) for each in read(data) if isinstance(each, Rejection)]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format(name: str) -> None:
    (found,) = read(FORMATS[name])
    assert isinstance(found, ParsedArticle)
    article = found.article
    assert (article.title, article.url, found.body.text) == ("The ferry", URL, "It sails.")
    assert (article.date, article.authors) == ("2014-03-03T09:00:00Z", ("Ada Berg",))
    assert (article.category, article.tags, article.source) == ("Harbour", ("sea",), "feed")
    assert (article.created, found.reading.read) == (NOW, False)


WRAPPINGS: dict[str, Callable[[str], bytes]] = {
    "UTF-8": str.encode,
    "UTF-8 with a mark": partial(str.encode, encoding="utf-8-sig"),
    "UTF-16": partial(str.encode, encoding="utf-16"),
    "gzip": lambda text: gzip.compress(text.encode(), mtime=0),
    "gzip in two parts": lambda text: (
        gzip.compress(text[:40].encode(), mtime=0) + gzip.compress(text[40:].encode(), mtime=0)
    ),
    "ZIP": lambda text: make_zip(text.encode(), "Takeout/feed.atom"),
    "ZIP, UTF-16": lambda text: make_zip(text.encode("utf-16"), "export/Feed.XML"),
}


@pytest.mark.parametrize("name", WRAPPINGS)
def test_every_wrapping(name: str) -> None:
    assert titles(WRAPPINGS[name](ATOM.format(ENTRY))) == ["The ferry"]


def test_a_json_feed_and_an_export_in_a_zip() -> None:
    export = "<rss xmlns:wp='http://wordpress.org/export/1.2/'><channel><item><title>A</title></item></channel></rss>"
    assert titles(make_zip(JSON.encode(), "feed.json")) == ["The ferry"]
    assert titles(make_zip(export.encode(), "site.xml")) == ["A"]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        # a relative link; a base; a picture; an enclosure; the language of an entry
        ("<link>/ferry</link>", {"url": URL}),
        ("<link>ferry</link><description>&lt;img src='a.png' alt='A'&gt;</description>",
         {"text": f"![A]({SITE}a.png)"}),
        ('<enclosure url="/a.mp3" type="audio/mpeg"/>', {"text": f"[Audio]({SITE}a.mp3)"}),
        ("<language>de</language><pubDate>3. März 2014</pubDate>", {"date": "2014-03-03"}),
        ("<pubDate>Wed, 01 Jan 2042 00:00:00 GMT</pubDate>", {"date": NOW}),
        ('<guid isPermaLink="false">e1</guid>', {"extra": {"feed": SITE, "guid": "e1"}}),
    ],
)  # fmt: skip
def test_an_entry(entry: str, expected: dict[str, object]) -> None:
    (found,) = read(rss(f"<item><title>The ferry</title>{entry}</item>", site=SITE))
    assert isinstance(found, ParsedArticle)
    given = {"text": found.body.text} | {
        name: getattr(found.article, name) for name in ("url", "date", "extra")
    }
    assert {name: given[name] for name in expected} == expected


def write_item(number: int, link: str = "") -> str:
    text = f"<description>Text {number}</description><guid isPermaLink='false'>e{number}</guid>"
    return f"<item><title>{number}</title><link>{link}</link>{text}</item>"


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry_limit, "MAX_FEED_ENTRIES", 1)
    monkeypatch.setattr(feed_parts, "MAX_PART_ENTRIES", 2)


ITEMS = [{"id": str(number), "title": str(number)} for number in range(9)]
MANY = {
    "rss": rss(*map(write_item, range(9))),
    "json feed": json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": ITEMS}),
}


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("name", MANY)
def test_all_entries_come_in_whatever_their_number(name: str) -> None:
    assert titles(MANY[name]) == [*map(str, range(9))]


@pytest.mark.usefixtures("small_parts")
def test_parts_are_no_shorter_than_what_they_repeat() -> None:
    about = FeedInfo("", "", NOW)
    feed = rss(*(f"<item>{number}</item>" for number in range(90)), title="Harbour " * 20)
    found = feed_parts.split_feed(feed.encode(), about)
    frame = len(found["head"]) + len(found["tail"])
    sizes = [sum(len(text) for _, text in part) for part in found["parts"]]
    assert len(sizes) > 2
    assert all(size >= frame for size in sizes[:-1])
    assert [number for number, _ in chain(*found["parts"])] == [*range(1, 91)]


@pytest.mark.usefixtures("small_parts")
def test_the_progress_of_a_long_feed_is_reported() -> None:
    reported: list[str] = []
    reader = SavedFeedReader(list, NOW, InProcessParser(), reported.append)
    assert len(list(reader.read("a.xml", MANY["rss"].encode()))) == 9
    assert reported[:2] == ["reading a.xml", "reading a.xml, item 1 of 9"]
    assert len(reported) > 3


SAMPLES = sorted(
    path.name
    for path in Path(__file__).parent.glob("*.*")
    if path.suffix in (".xml", ".json") and not path.name.startswith("refused")
)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_is_what_a_fetch_of_it_is(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where every entry is a part of its own."""
    monkeypatch.setattr(feed_parts, "MAX_PART_CHARS", 1)
    data = (Path(__file__).parent / name).read_bytes()
    reader = SavedFeedReader(list, NOW, InProcessParser())
    found = list(reader.read(name, data))
    articles = [each for each in found if isinstance(each, ParsedArticle)]
    key = next((str(each.article.extra.get("feed", "")) for each in articles), "")
    fetched = parse_feed(data, "", FeedInfo(key, key, NOW))
    assert [without_id(each) for each in articles] == [
        without_id(read_anew(each)) for each in fetched.articles
    ]
    if key:  # otherwise ids are made with the title
        assert articles == list(map(read_anew, fetched.articles))
    reasons = [each.reason for each in found if isinstance(each, Rejection)]
    assert reasons == [each.reason for each in fetched.rejected] + [fetched.problem] * bool(
        fetched.problem
    )


def without_id(found: ParsedArticle) -> ParsedArticle:
    return replace(found, article=replace(found.article, id=""))


SHARED = rss(*(write_item(number, f"{SITE}show") for number in (1, 2, 3, 4, 1)), site=SITE)
ALIKE = rss(*(f"<item><title>{title}</title><link>{SITE}show</link></item>" for title in "ABCA"))


@pytest.mark.parametrize("feed", [SHARED, ALIKE, ATOM.format(ENTRY), JSON])
def test_items_of_several_parts_are_identified_as_those_of_one(
    feed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link that items share is no item's own, also where each is in another part."""
    monkeypatch.setattr(feed_parts, "MAX_PART_ENTRIES", 1)
    monkeypatch.setattr(feed_parts, "MAX_PART_CHARS", 10)
    key = "https://harbour.example/feed" if feed.startswith("<feed") else SITE
    site = "https://harbour.example/"
    parsed = parse_feed(feed.encode(), "", FeedInfo(key, site, NOW))
    assert read(feed) == list(map(read_anew, parsed.articles))


def test_a_part_that_cannot_be_parsed_costs_itself_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_parts, "MAX_PART_CHARS", 2 * len(write_item(1)))

    class FailingParser(InProcessParser):
        def parse(self, kind: str, about: Mapping[str, Any], data: bytes) -> dict[str, Any]:
            if kind == "feed part" and b"Text 4" in data:
                raise FetchFailed("parsing failed or took too much memory")
            return super().parse(kind, about, data)

    reader = SavedFeedReader(list, NOW, FailingParser())
    rejected, *found = reader.read("a", rss(*map(write_item, range(9))).encode())
    reason = "parsing failed or took too much memory"
    assert rejected == Rejection("a: item 5 to 6", reason)
    assert [each.article.title for each in found if isinstance(each, ParsedArticle)] == [*"0123678"]


BLOGGER = (
    "<?xml version='1.0' encoding='UTF-8'?><?xml-stylesheet href='http://www.blogger.com/styles/atom.css'?>"
    "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:blogger='http://schemas.google.com/blogger/2008'>"
    "<title type='text'>Harbour</title><link rel='self' href='http://www.blogger.com/feeds/1/archive'/>"
    f"<link rel='alternate' href='{SITE}'/>{{}}</feed>"
)
TAKEOUT = (
    "<?xml version='1.0' encoding='utf-8'?><feed xmlns='http://www.w3.org/2005/Atom'"
    " xmlns:blogger='http://schemas.google.com/blogger/2018'><id>tag:blogger.com,1999:blog-1</id>"
    "<title>Harbour</title>{}</feed>"
)
KIND = (
    "<category scheme='http://schemas.google.com/g/2005#kind'"
    " term='http://schemas.google.com/blogger/2008/kind#{}'/>"
)
DRAFT = (
    "<app:control xmlns:app='http://purl.org/atom/app#'><app:draft>yes</app:draft></app:control>"
)
STATE = "<blogger:type>{}</blogger:type><blogger:status>{}</blogger:status>"


def write_post(number: int, about: str) -> str:
    author = "<author><name>Ada Berg</name><blogger:type>BLOGGER</blogger:type></author>"
    return (
        f"<entry><id>tag:blogger.com,1999:blog-1.post-{number}</id>{about}{author}<title>{number}</title>"
        f"<content type='html'>Of kind#comment {number}</content><category scheme='tag:blogger.com,1999:blog-1'"
        f" term='sea'/><blogger:filename>/2014/03/{number}.html</blogger:filename><link/></entry>"
    )


BLOGS = {
    "the export": (
        BLOGGER,
        [
            KIND.format("template"),
            KIND.format("settings"),
            KIND.format("post"),
            KIND.format("post") + DRAFT,
            KIND.format("comment"),
            KIND.format("page"),
        ],
        ["3", "6"],
        ["item 4"],
    ),
    "Google Takeout": (
        TAKEOUT,
        [
            STATE.format("POST", "LIVE"),
            STATE.format("POST", "DRAFT"),
            STATE.format("COMMENT", "LIVE"),
            STATE.format("POST", "SOFT_TRASHED"),
            STATE.format("PAGE", "LIVE"),
            STATE.format("POST", "SCHEDULED"),
        ],
        ["1", "5"],
        ["item 2", "item 6"],
    ),
}


@pytest.mark.parametrize("name", BLOGS)
def test_of_an_archive_of_blogger_published_articles_alone_are_taken(name: str) -> None:
    blog, entries, expected, drafts = BLOGS[name]
    data = blog.format("".join(write_post(n, each) for n, each in enumerate(entries, start=1)))
    assert titles(data) == expected
    rejected = [each for each in read(data) if isinstance(each, Rejection)]
    assert rejected == [Rejection(f"a: {item}", "a draft", is_failure=False) for item in drafts]
    assert {each.article.tags for each in read(data) if isinstance(each, ParsedArticle)} == {
        ("sea",)
    }


KNOWN = Subscription("https://h.example/rss", "Boats", "News", SITE, tags=("own",))
MOVED = Subscription("https://h.example/new", former_urls=("https://bob:pw@harbour.example/feed",))
FIRST_ITEM = rss(ITEM.format(""), site=SITE)
POST = TAKEOUT.format(write_post(1, STATE.format("POST", "LIVE"))).replace("Harbour", "Boats")


@pytest.mark.parametrize(
    ("data", "subscriptions", "key", "category", "url"),
    [
        (ATOM.format(ENTRY), [], "https://harbour.example/feed", "Harbour", URL),
        (ATOM.format(ENTRY), [KNOWN, MOVED], "https://harbour.example/feed", "Harbour", URL),
        (ATOM.format(ENTRY), [KNOWN], "https://harbour.example/feed", "Harbour", URL),
        (FIRST_ITEM, [], SITE, "Harbour", URL),
        (FIRST_ITEM, [KNOWN], "https://h.example/rss", "News", URL),
        (FIRST_ITEM, [KNOWN, replace(KNOWN, url=f"{SITE}comments")], SITE, "Harbour", URL),
        (POST, [], None, "Boats", ""),
        (POST, [KNOWN], "https://h.example/rss", "News", f"{SITE}2014/03/1.html"),
    ],
)
def test_a_file_belongs_to_the_subscription_that_it_names(
    data: str, subscriptions: list[Subscription], key: str | None, category: str, url: str
) -> None:
    (found,) = read(data, subscriptions)
    assert isinstance(found, ParsedArticle)
    article = found.article
    assert (article.extra.get("feed"), article.category, article.url) == (key, category, url)


EMPTY = "an article without title, text and URL"


@pytest.mark.parametrize(
    ("items", "expected", "rejected"),
    [
        (["<item/>", ITEM], ["The ferry"], ["a: item 1"]),
        (["<item />", "<item/>", ITEM], ["The ferry"], ["a: item 1", "a: item 2"]),
        ([ITEM, "<item/>", "<item a='/'/>"], ["The ferry"], ["a: item 2", "a: item 3"]),
        ([ITEM, "<item/>", "<item><title>B</title></item>"], ["The ferry", "B"], ["a: item 2"]),
        (["<item><title>A</title>", "<item/>", ITEM], ["A", "The ferry"], ["a: item 2"]),
        ([ITEM, "<entry></entry>", "<entry></entry>"], ["The ferry"], ["a: item 1", "a: item 1"]),
    ],
)
def test_empty_items_are_told_by_their_numbers(
    items: list[str], expected: list[str], rejected: list[str]
) -> None:
    data = rss(*(each.replace("{}", "") for each in items))
    assert titles(data) == expected
    assert problems(data) == [(place, EMPTY) for place in rejected]


CUT = "not a whole feed: truncated after entry 1"


@pytest.mark.parametrize(
    ("data", "expected", "reasons"),
    [
        (RSS[:-12], ["The ferry"], [CUT]),
        (ATOM.format(ENTRY + ENTRY[:40]).removesuffix("</feed>"), ["The ferry"], [CUT]),
        (JSON_1[:-1], ["The ferry"], ["not a whole feed: not JSON: …"]),
        (RSS[:60], [], ["not a whole feed: truncated before the first entry"]),
        (gzip.compress(RSS.encode(), mtime=0)[:-4], ["The ferry"], ["truncated gzip data"]),
        (gzip.compress(RSS.encode(), mtime=0)[:-8] + b"12345678", ["The ferry"], ["damaged gzip data"]),
        (rss("<item><link/></item>", ITEM), ["The ferry"], ["an article without title, text and URL"]),
        (JSON.replace("[{", "[5, {", 1), ["The ferry"], ["not an item"]),
        (JSON.replace('"1"', '"\\ud800"'), ["The ferry"], []),
        (rss(), [], []),
        (f"<!DOCTYPE rss [<!ENTITY a 'aa'><!ENTITY b '&a;&a;'>]>{RSS}", [],
         ["declares XML entities, which are unsafe to expand"]),
        (f"<!DOCTYPE rss SYSTEM 'file:///etc/passwd' [<!ENTITY % x SYSTEM 'http://h.example/'>]>{RSS}", [],
         ["declares XML entities, which are unsafe to expand"]),
        ("<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><b>of Zotero</b></rdf:RDF>", [],
         ["not a feed"]),
        (RSS.replace("It sails", "It\0\x01 sails"), ["The ferry"], []),
    ],
)  # fmt: skip
def test_damaged_files(data: str | bytes, expected: list[str], reasons: list[str]) -> None:
    assert titles(data) == expected
    found = [reason for _, reason in problems(data)]
    assert len(found) == len(reasons)
    for reason, start in zip(found, reasons, strict=True):
        assert reason.startswith(start.removesuffix("…"))


def test_a_file_that_is_too_large_is_read_as_far_as_it_may_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    size = len(ATOM.format(ENTRY)) + 30
    monkeypatch.setattr(saved_feeds, "MAX_FEED_FILE_BYTES", size)
    data = ATOM.format(3 * ENTRY)
    assert titles(data) == ["The ferry"]
    assert problems(data) == [("a", "larger than 0 MB; " + CUT)]


def test_too_much_around_the_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every part would repeat it."""
    monkeypatch.setattr(feed_parts, "MAX_FRAME_CHARS", 50)
    assert problems(RSS) == [("a", "not a feed (too much text around its entries)")]


@pytest.mark.parametrize("name", [*FORMATS])
def test_a_second_import_adds_nothing(name: str, library: Library) -> None:
    found = [each for each in read(FORMATS[name]) if isinstance(each, ParsedArticle)]
    counts = [(done.added, done.existing) for done in (add(library, found), add(library, found))]
    assert counts == [(1, 0), (0, 1)]
    (row,) = list_rows(library, ListQuery())
    assert (row.title, row.read, row.updated) == ("The ferry", False, False)


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (ATOM.format(ENTRY), "https://harbour.example/feed"),  # subscribed to
        (ATOM.format(ENTRY), "https://harbour.example/other"),  # known by its link
        (
            rss(write_item(1), site=SITE),
            "https://harbour.example/feed",
        ),  # by the home page, the guid
        (POST, "https://harbour.example/feed"),  # by the title, the guid
    ],
)
def test_an_entry_that_was_fetched_is_not_doubled(data: str, key: str, library: Library) -> None:
    add(library, parse_feed(data.encode(), "", FeedInfo(key, key, NOW)).articles)
    (before,) = list_rows(library, ListQuery())
    subscription = Subscription(key, "Boats", site=SITE)
    found = [each for each in read(data, [subscription]) if isinstance(each, ParsedArticle)]
    assert len(found) == 1
    add(library, found)
    assert list_rows(library, ListQuery()) == [before]
