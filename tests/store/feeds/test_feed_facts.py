"""Titles, authors, dates and languages of entries: what feeds say, and what an article has."""

from __future__ import annotations

import json
from typing import Any

import pytest

from store.feeds.entry import FeedInfo
from store.feeds.parse import parse_feed
from store.feeds.web_page import parse_web_page
from store.model.article import ParsedArticle
from store.model.errors import InvalidInput
from store.text.authors import clean_author, split_authors
from store.text.titles import title_to_line

FEED = FeedInfo("https://h.example/feed", "https://h.example/feed", "2024-06-01T00:00:00Z")
NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
)


M = "https://m.example/"
PICTURE = f"<media:content url='{M}a.jpg' medium='image'/>"


def parse_item(inner: str) -> ParsedArticle:
    document = (
        f'<rss version="2.0" {NAMESPACES}><channel><title>F</title><language>en</language>'
        f"<item><link>https://h.example/1</link>{inner}</item></channel></rss>"
    )
    return parse_feed(document.encode(), "utf-8", FEED).articles[0]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Why <script> blocks rendering", "Why <script> blocks rendering"),
        ("List<String>", "List<String>"),
        ("Why <b> is no <em>emphasis</em>", "Why <b> is no emphasis"),
        ("One<br>two <img src='https://x.example/a.png' alt='cat'>", "One two cat"),
        ("The <img> element", "The <img> element"),
        ("Café &amp;#8217;s &amp;eacute;", "Café ’s é"),
        ("R&amp;amp;D, it&amp;#39;s", "R&D, it's"),
        ("&amp;amp;, &amp;nbsp; and a&amp;lt;b", "&amp;, &nbsp; and a&lt;b"),
        ("a < b and c > d", "a < b and c > d"),
        ("if a<b && c>d", "if a<b && c>d"),
        ("<b>Bold</b> and <em>more</em>", "Bold and more"),
        ("Tom &amp; Jerry", "Tom & Jerry"),
        ("The &lt;div&gt; element", "The <div> element"),
        ("<p>Wrapped</p>", "Wrapped"),
        ("How to use <div>", "How to use <div>"),
        ("<![CDATA[Plain]]>", "Plain"),
        ('<a href="https://x.example">Link</a>', "Link"),
        ("std::vector<T> & co", "std::vector<T> & co"),
        ("<ruby>漢<rt>kan</rt></ruby> <acronym>HTML</acronym>", "漢(kan) HTML"),
        (
            "<math><msup><mi>x</mi><mn>2</mn></msup></math> < <math a='b'><mi>y</mi></math>",
            "x² < y",
        ),
        ("How to use <math> in HTML", "How to use <math> in HTML"),
        ("<p>One</p> <p class='x'>Two</p>", "One Two"),
        ("<div><h1>One</h1><p>Two</p></div>", "One Two"),
        ("<div>One</div> rest", "<div>One</div> rest"),
    ],
)
def test_title(title: str, expected: str) -> None:
    assert title_to_line(title) == expected


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("Ann Moar", "Ann Moar"),
        ("By Ann Moar", "Ann Moar"),
        ("Byron Moar", "Byron Moar"),
        ("ann@moar.studio", "ann"),
        ("Ann Moar (ann@moar.design)", "Ann Moar"),
        ("ann@moar.design (Ann Moar)", "Ann Moar"),
        ("Ann Moar <ann@moar.photography>", "Ann Moar"),
        ("mailto:ann@moar.example", "ann"),
        ("@ann@social.example", "ann"),
        ("Ann Moar (@ann@social.example)", "Ann Moar"),
        ("@ann", "@ann"),
        ("https://social.example/u/ann", "ann"),
        ("https://social.example/@ann/", "ann"),
        ("noreply@blog.example", ""),
        ("noreply@blog.example (Ann Moar)", "Ann Moar"),
        ("Ann Moar (https://moar.example/)", "Ann Moar"),
        ("Ann Moar <ann@moar.example> (https://moar.example)", "Ann Moar"),
        ("Ann Moar, https://moar.example/about", "Ann Moar"),
        ("<a href='https://moar.example/'>Ann Moar</a>", "Ann Moar"),
        ("Words by Ann Moar", "Ann Moar"),
        ("Posted by: Ann Moar", "Ann Moar"),
        ("Par Anne Maur", "Anne Maur"),
        ("Par Lager", "Par Lager"),
        ("via Ann Moar", "Ann Moar"),
        ("Via Moar", "Via Moar"),
        ("@ann Ann Moar", "Ann Moar"),
        ("Ann Moar (@ann)", "Ann Moar"),
        ("Ann @ Herald", "Ann @ Herald"),
        ("Von Ann Moar", "Ann Moar"),
        ("Von Moar", "Von Moar"),
        ("Von der Leyen, Ursula", "Von der Leyen, Ursula"),
        ("Door Ann Moar", "Ann Moar"),
    ],
)
def test_author(author: str, expected: str) -> None:
    assert clean_author(author) == expected


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<author>ann@moar.studio</author>", ("ann",)),
        ("<author>ann@moar.studio (Ann Moar)</author>", ("Ann Moar",)),
        ("<dc:creator>ann@x.example, bo@x.example</dc:creator>", ("ann", "bo")),
        ("<dc:creator>-</dc:creator>", ()),
        ("<dc:creator>Unknown</dc:creator>", ()),
        ("<author>[object Object]</author>", ()),
        ("<author>\n Ann Moar,\n Bo Fry\n</author>", ("Ann Moar", "Bo Fry")),
        ("<author>Ann Moar and\nBo Fry</author>", ("Ann Moar", "Bo Fry")),
        ("<author>Ann\nMoar</author>", ("Ann Moar",)),
        (
            "<author>By Ann Moar and Bo Fry via Brae Press</author>",
            ("Ann Moar", "Bo Fry", "Brae Press"),
        ),
        ("<dc:creator>Ann Moar, via Brae Press</dc:creator>", ("Ann Moar", "Brae Press")),
        ("<dc:creator>Ann Moar&lt;br/&gt;Bo Fry</dc:creator>", ("Ann Moar", "Bo Fry")),
        ("<dc:creator>J&amp;amp;ouml;rg M&amp;ouml;hr</dc:creator>", ("Jörg Möhr",)),
        ("<author><![CDATA[Ann Moar <ann@moar.design>]]></author>", ("Ann Moar",)),
        ("<author><![CDATA[Ann Moar (ann@moar.design)]]></author>", ("Ann Moar",)),
        (
            "<dc:creator>Ann Moar</dc:creator><dc:creator>Bob Ray</dc:creator>",
            ("Ann Moar", "Bob Ray"),
        ),
        (
            "<author>ann@m.example (Ann Moar)</author><itunes:author>Ann Moar</itunes:author>",
            ("Ann Moar",),
        ),
    ],
)
def test_authors_of_an_item(inner: str, expected: tuple[str, ...]) -> None:
    assert parse_item(f"<title>T</title>{inner}").article.authors == expected


@pytest.mark.parametrize("source", ["entry", "feed"])
def test_authors_of_atom(source: str) -> None:
    authors = (
        "<author><name>Ann Moar</name><email>ann@m.example</email></author>"
        "<author><name>Bob Ray</name><email>bob@m.example</email></author>"
    )
    document = (
        f'<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title>{authors if source == "feed" else ""}'
        f"<entry><title>T</title><id>1</id>{authors if source == 'entry' else ''}</entry></feed>"
    )
    found = parse_feed(document.encode(), "utf-8", FEED).articles[0].article
    assert found.authors == ("Ann Moar", "Bob Ray")


@pytest.mark.parametrize(
    ("text", "date", "kept"),
    [
        ("Mo, 06 Mai 2024 07:08:09 +0200", "2024-05-06T05:08:09Z", None),
        ("Sat, 05 Mar 1955 10:00:00 GMT", None, "Sat, 05 Mar 1955 10:00:00 GMT"),
        ("Mon, 01 Jan 0001 00:00:00 +0000", None, "Mon, 01 Jan 0001 00:00:00 +0000"),
        ("Wed, 30 Nov -0001 00:00:00 +0000", None, "Wed, 30 Nov -0001 00:00:00 +0000"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None, "Thu, 01 Jan 1970 00:00:00 GMT"),
        ("Sat, 17 Jan 1970 23:08:42 Z", None, "Sat, 17 Jan 1970 23:08:42 Z"),
        ("Sun, 01 Mar 1970 10:00:00 GMT", "1970-03-01T10:00:00Z", None),
        ("soon", None, "soon"),
    ],
)
def test_date(text: str, date: str | None, kept: str | None) -> None:
    found = parse_item(f"<title>T</title><pubDate>{text}</pubDate>").article
    assert (found.date, found.extra.get("date")) == (date, kept)


@pytest.mark.parametrize(
    "version",
    [
        "http://jsonfeed.org/version/1",
        "https://jsonfeed.org/version/1",
        "https://jsonfeed.org/version/1.1",
        "https://www.jsonfeed.org/version/1.1",
    ],
)
def test_versions_of_json_feed(version: str) -> None:
    item = {"id": "1", "title": "T", "authors": [{"name": "Ann (ann@m.design)"}, {"name": "Bob"}]}
    document = json.dumps({"version": version, "title": "F", "items": [item]})
    found = parse_feed(document.encode(), "utf-8", FEED)
    assert [each.article.authors for each in found.articles] == [("Ann", "Bob")]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"authors": "Ann Moar"}, ("Ann Moar",)),
        ({"authors": ["Ann Moar", {"name": "Bo Fry"}]}, ("Ann Moar", "Bo Fry")),
        ({"author": "Ann Moar"}, ("Ann Moar",)),
        ({"author": {"name": "Ann Moar"}}, ("Ann Moar",)),
        ({"authors": [], "author": {"name": "Ann Moar"}}, ("Ann Moar",)),
        ({"authors": [{"url": "https://a.example/"}, 1, None]}, ("The feed",)),
        ({}, ("The feed",)),
    ],
)
def test_authors_of_json_feed(given: dict[str, Any], expected: tuple[str, ...]) -> None:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "author": {"name": "The feed"},
        "items": [{"id": " 1 ", "title": "T", **given}],
    }
    (found,) = parse_feed(json.dumps(document).encode(), "utf-8", FEED).articles
    assert found.article.authors == expected
    assert found.article.extra["guid"] == "1"


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("www.h.example/1", "https://www.h.example/1"),
        ("WWW.h.example:8080/1?a=b", "https://WWW.h.example:8080/1?a=b"),
        ("www.html", "https://h.example/www.html"),
        ("h.example/1", "https://h.example/1"),
        ("h.example.html", "https://h.example/h.example.html"),
        ("1", "https://h.example/1"),
        ("//m.example/1", "https://m.example/1"),
    ],
)
def test_a_link_without_scheme(link: str, url: str) -> None:
    """In feeds and in their texts."""
    item = f"<item><title>T</title><link>{link}</link><description>&lt;a href='{link}'>x&lt;/a></description></item>"
    document = f"<rss version='2.0'><channel><title>F</title>{item}</channel></rss>"
    (found,) = parse_feed(document.encode(), "utf-8", FEED).articles
    assert (found.article.url, found.body.text) == (url, f"[x]({url})")


@pytest.mark.parametrize(("size", "label"), [("2000000", "Audio, 2.0 MB"), ([1], "Audio")])
def test_a_size_in_json_feed_that_is_no_number(size: object, label: str) -> None:
    media = {"url": "https://a.example/1.mp3", "mime_type": "audio/mpeg", "size_in_bytes": size}
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [{"id": "1", "content_text": "Listen.", "attachments": [media]}],
    }
    (article,) = parse_feed(json.dumps(feed).encode(), "utf-8", FEED).articles
    assert article.body.text == f"Listen.\n\n[{label}](https://a.example/1.mp3)"


def test_escaped_cdata() -> None:
    found = parse_item("<title>T</title><description>&lt;![CDATA[the text]]&gt;</description>")
    assert found.body.text == "the text"


def test_doctype_of_html_before_a_feed() -> None:
    document = (
        b"<!DOCTYPE html><rss version='2.0'><channel><item><title>T</title></item></channel></rss>"
    )
    assert [each.article.title for each in parse_feed(document, "utf-8", FEED).articles] == ["T"]


def test_an_interface_of_wordpress_is_no_feed() -> None:
    link = '<link rel="alternate" type="application/json" href="/{}">'
    page = f"<html><head>{link.format('wp-json/wp/v2/pages/2')}{link.format('feed.json')}</head></html>"
    found = parse_web_page(page.encode(), "utf-8", "https://h.example/", FEED.fetched_at)
    assert found["links"] == ["https://h.example/feed.json"]


@pytest.mark.parametrize("link", [f"<link rel='http://www.iana.org/assignments/relation/alternate' href='{M}1'/>",
                                  f"<content type='text/html' src='{M}1'/>"])  # fmt: skip
def test_the_page_of_an_entry_of_atom(link: str) -> None:
    entry = f"<entry><id>e1</id><title>T</title><link rel='via' href='{M}2'/>{link}</entry>"
    document = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title>{entry}</feed>'
    (found,) = parse_feed(document.encode(), "utf-8", FEED).articles
    assert found.article.url == f"{M}1"


def test_names_of_elements_in_capitals() -> None:
    item = "<ITEM><TITLE>T</TITLE><LINK>https://h.example/1</LINK><DESCRIPTION>A text.</DESCRIPTION></ITEM>"
    document = f"<RSS VERSION='2.0'><CHANNEL><TITLE>F</TITLE>{item}</CHANNEL></RSS>"
    (found,) = parse_feed(document.encode(), "utf-8", FEED).articles
    assert (found.article.title, found.article.url) == ("T", "https://h.example/1")
    assert found.body.text == "A text."


def test_a_list_of_feeds_is_no_feed() -> None:
    with pytest.raises(InvalidInput, match="a list of feeds, not a feed"):
        parse_feed(b'<?xml version="1.0"?>\n<opml version="2.0"><body/></opml>', "utf-8", FEED)


def test_a_comment_before_the_root_says_nothing() -> None:
    document = b"<!-- <title>x</title> <html> --><rss><channel><item><title>T</title></item></channel></rss>"
    assert [each.article.title for each in parse_feed(document, "utf-8", FEED).articles] == ["T"]


def test_entities_of_xhtml_may_be_declared() -> None:
    document = (
        '<!DOCTYPE rss [<!ENTITY eacute "&#233;">]><rss version="2.0"><channel>'
        "<item><title>Caf&eacute;</title></item></channel></rss>"
    )
    assert parse_feed(document.encode(), "utf-8", FEED).articles[0].article.title == "Café"


AMBIGUOUS_DATES = [
    ("de", "03/04/2024", "2024-04-03"),
    ("de-DE", "03/04/2024 10:00", "2024-04-03T10:00:00Z"),
    ("fr_FR", "03/04/2024", "2024-04-03"),
    ("en-GB", "03/04/2024", "2024-04-03"),
    ("en-us", "03/04/2024", "2024-03-04"),
    ("en", "03/04/2024", "2024-03-04"),
    ("", "03/04/2024", "2024-03-04"),
    ("nonsense!", "03/04/2024", "2024-03-04"),
    ("de", "2024-03-04", "2024-03-04"),
    ("de", "Mon, 04 Mar 2024 10:00:00 GMT", "2024-03-04T10:00:00Z"),
    ("en-us", "25/12/2023", "2023-12-25"),
]


@pytest.mark.parametrize(("language", "date", "expected"), AMBIGUOUS_DATES)
def test_the_language_of_the_feed_decides_about_dates(
    language: str, date: str, expected: str
) -> None:
    document = (
        f'<rss version="2.0"><channel><language>{language}</language>'
        f"<item><title>T</title><pubDate>{date}</pubDate></item></channel></rss>"
    )
    assert parse_feed(document.encode(), "utf-8", FEED).articles[0].article.date == expected
    values = {
        "version": "https://jsonfeed.org/version/1.1",
        "language": language,
        "items": [{"title": "T", "date_published": date}],
    }
    found = parse_feed(json.dumps(values).encode(), "utf-8", FEED)
    assert found.articles[0].article.date == expected


@pytest.mark.parametrize(
    ("language", "dates", "expected"),
    [
        ("", ["02-01-2024", "13-01-2024"], ["2024-01-02", "2024-01-13"]),
        ("en-us", ["02/01/2024", "13/01/2024"], ["2024-01-02", "2024-01-13"]),
        ("de", ["02/01/2024", "01/13/2024"], ["2024-02-01", "2024-01-13"]),
        ("nl", ["02-01-2024"], ["2024-01-02"]),
        ("", ["02-01-2024"], [None]),
        ("", ["02/01/2024"], ["2024-02-01"]),
    ],
)
def test_the_other_dates_of_the_feed_decide_about_dates(
    language: str, dates: list[str], expected: list[str | None]
) -> None:
    items = "".join(
        f"<item><title>T{date}</title><pubDate>{date}</pubDate></item>" for date in dates
    )
    document = f"<rss version='2.0'><channel><language>{language}</language>{items}</channel></rss>"
    found = [each.article for each in parse_feed(document.encode(), "utf-8", FEED).articles]
    assert [each.date for each in found] == expected
    assert [each.extra.get("date") for each in found if not each.date] == [
        date for date, known in zip(dates, expected, strict=True) if not known
    ]


def test_the_language_of_the_entry_decides_before_that_of_the_feed() -> None:
    """Each entry by its own language, and what is updated as what is published."""
    document = (
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:dcterms="http://purl.org/dc/terms/"><channel><language>en-us</language>'
        "<item><title>T</title><dc:language>de</dc:language><pubDate>03/04/2024</pubDate>"
        "<dcterms:modified>05/04/2024</dcterms:modified></item></channel></rss>"
    )
    article = parse_feed(document.encode(), "utf-8", FEED).articles[0].article
    assert (article.date, article.updated) == ("2024-04-03", "2024-04-05")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Ann Moar, Bo Fry and Cy Hale", ["Ann Moar", "Bo Fry", "Cy Hale"]),
        ("Ann Moar, Bo Fry, and Cy Hale", ["Ann Moar", "Bo Fry", "Cy Hale"]),
        ("Ann Moar and Bo Fry", ["Ann Moar", "Bo Fry"]),
        ("Ann Moar & Bo Fry", ["Ann Moar", "Bo Fry"]),
        ("Änne Möhr und Udo van der Bosch", ["Änne Möhr", "Udo van der Bosch"]),
        ("Anne Maur et Léo Fray", ["Anne Maur", "Léo Fray"]),
        ("Ann Moar; Bo Fry", ["Ann Moar", "Bo Fry"]),
        ("Ann Moar | Bo Fry", ["Ann Moar", "Bo Fry"]),
        ("ANN MOAR AND BO FRY", ["ANN MOAR", "BO FRY"]),
        ("張三、李四", ["張三", "李四"]),
        ("a@x.example (Ann), b@x.example (Bo)", ["a@x.example (Ann)", "b@x.example (Bo)"]),
        ("Moar, Ann <ann@x.example>", ["Moar, Ann <ann@x.example>"]),
        ("Moar, Ann; Fry, Bo", ["Moar, Ann", "Fry, Bo"]),
        ("Ann Moar, Bo Fry, Cy Hale", ["Ann Moar", "Bo Fry", "Cy Hale"]),
        ("Ann Moar and Bo Fry and Cy Hale", ["Ann Moar", "Bo Fry", "Cy Hale"]),
        ("Ann Moar, Ph.D., and Bo Fry, MD", ["Ann Moar, Ph.D.", "Bo Fry, MD"]),
        ("Ann Moar, PhD", ["Ann Moar, PhD"]),
        ("José d'Arcy e Léa l’Hôte", ["José d'Arcy", "Léa l’Hôte"]),
        ("Άννα Μώρ και Μπο Φράι", ["Άννα Μώρ", "Μπο Φράι"]),
        ("Anna Mor oraz Bo Fry", ["Anna Mor", "Bo Fry"]),
        ("張三，李四", ["張三", "李四"]),
        ("Harbour News and Weather Team", ["Harbour News and Weather Team"]),
        ("Moar, Ann, Jr.", ["Moar, Ann, Jr."]),
        ("Ann Moar, Staff Writer, Berlin", ["Ann Moar, Staff Writer, Berlin"]),
        ("Moar, Ann", ["Moar, Ann"]),
        ("Ann Moar, Jr.", ["Ann Moar, Jr."]),
        ("Ann Moar, Harbour News", ["Ann Moar, Harbour News"]),
        ("Ann Moar, Jr. and Bo Fry", ["Ann Moar, Jr.", "Bo Fry"]),
        ("Moar and Fry", ["Moar and Fry"]),
        ("Health and Safety Board", ["Health and Safety Board"]),
        ("Ministry of Ferries and Ports", ["Ministry of Ferries and Ports"]),
        ("José Marín y Vela", ["José Marín y Vela"]),
        ("Ann Moar", ["Ann Moar"]),
        ("", [""]),
    ],
)
def test_a_list_of_authors_is_split_where_it_is_one(line: str, expected: list[str]) -> None:
    assert split_authors(line) == expected


@pytest.mark.parametrize(
    ("of_feed", "of_entry", "of_source", "expected"),
    [
        ("", "", "Ann Moar", ("Ann Moar",)),
        ("Planet", "", "Ann Moar", ("Ann Moar",)),
        ("Planet", "Bo Fry", "Ann Moar", ("Bo Fry",)),
        ("Planet", "", "", ("Planet",)),
        ("", "Ann Moar, Bo Fry and Cy Hale", "", ("Ann Moar", "Bo Fry", "Cy Hale")),
    ],
)
def test_the_authors_of_an_entry_come_before_those_of_its_source(
    of_feed: str, of_entry: str, of_source: str, expected: tuple[str, ...]
) -> None:
    """An entry that an aggregator took from elsewhere is by the author there (RFC 4287, 4.2.1)."""

    def author(name: str) -> str:
        return f"<author><name>{name}</name><email>a@x.example</email></author>" if name else ""

    document = (
        f'<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title>{author(of_feed)}<entry>'
        f"<id>1</id><title>T</title>{author(of_entry)}<source><id>s</id>{author(of_source)}"
        "</source></entry></feed>"
    )
    assert parse_feed(document.encode(), "utf-8", FEED).articles[0].article.authors == expected


@pytest.mark.parametrize(
    ("inner", "extra", "text"),
    [
        (
            '<media:content url="https://m.example/v.mp4" type="video/mp4"/>',
            {"enclosures": [{"url": "https://m.example/v.mp4", "type": "video/mp4"}]},
            "[Video](https://m.example/v.mp4)",
        ),
        (
            '<source url="https://paper.example">The Paper</source>',
            {"source": {"title": "The Paper", "url": "https://paper.example"}},
            "",
        ),
        (
            "<yandex:full-text>All of the text.</yandex:full-text><description>Short.</description>",
            {},
            "All of the text.",
        ),
        (
            "<description>&amp;lt;p&amp;gt;a &amp;amp;amp; b&amp;lt;/p&amp;gt;</description>",
            {},
            "a & b",
        ),
        ("<description>&amp;lt;p&amp;gt; is a tag</description>", {}, "\\<p> is a tag"),
        ("<dcterms:abstract>Of boats.</dcterms:abstract>", {}, "Of boats."),
        ("<description>Of <b>boats</b><br/>and fog.</description>", {}, "Of **boats**\nand fog."),
        (f"<media:content url='{M}v?x=1' medium='video'/>",
         {"enclosures": [{"url": f"{M}v?x=1", "type": "video/*"}]}, f"[Video]({M}v?x=1)"),
        ("<itunes:summary>Of boats.\n\nAnd &lt;fog&gt;.</itunes:summary>", {}, "Of boats.\n\nAnd \\<fog>."),
        ("<link>/log/1/</link><description>&lt;a href='../2/'&gt;B&lt;/a&gt; &lt;a href='#n'&gt;c&lt;/a&gt;"
         "</description>", {}, "[B](https://h.example/log/2/) c"),
        ("<description xml:base='https://x.example/y/'>&lt;a href='z'&gt;B&lt;/a&gt;</description>", {},
         "[B](https://x.example/y/z)"),
        ("<description>&amp;#55357;&amp;#56832; &#55357;&#56832; &#55357;</description>", {}, "\ufffd\ufffd 😀 \ufffd"),
        ("<itunes:subtitle>Of boats.</itunes:subtitle><guid>e1</guid>", {"guid": "e1"}, "Of boats."),
        ("<description>Read &lt;config&gt; of &lt;a href='/b'&gt;B&lt;/a&gt;</description>", {},
         "Read \\<config> of [B](https://h.example/b)"),
        # -- media: their descriptions are not those of the entry
        (f"<description>The vote.</description>{PICTURE}<media:description>A long caption."
         "</media:description>", {}, f"![A long caption.]({M}a.jpg)\n\nThe vote."),
        (f"<description>The vote.</description><media:content url='{M}b.jpg' width='9'/>"
         f"<media:content url='{M}b.jpg?w=700' width='700'><media:description type='plain'>"
         "A &lt;b&gt; &amp; \"c\"</media:description></media:content>", {},
         f"![A \\<b> & \"c\"]({M}b.jpg?w=700)\n\nThe vote."),
        (f"<description/><media:content url='{M}1.png' medium='image'><media:description><![CDATA[One]]>"
         f"</media:description></media:content><media:content url='{M}2.png' medium='image'>"
         "<media:description>Two</media:description></media:content>", {},
         f"![One]({M}1.png)\n\n![Two]({M}2.png)"),
        (f"<media:group>{PICTURE}<media:description>All there is.</media:description></media:group>",
         {}, f"![a.jpg]({M}a.jpg)\n\nAll there is."),
        # -- pictures that the text has in another size
        *((f"<media:thumbnail url='{M}{small}'/><description>&lt;img src='{M}{large}' alt='P'&gt;"
           "</description>", {}, f"![P]({M}{large})")
          for small, large in (
              ("img/s72-c/p.jpg", "img/w640-h480/p.jpg"),
              ("p-150x150.jpg", "p-scaled.jpg"),
              ("f_auto/https%3A%2F%2Fs3.example%2Fimages%2F0a1b2c3d-0a1b-4c2d_9x8.png",
               "w_1456,c_limit/https%3A%2F%2Fs3.example%2Fimages%2F0a1b2c3d-0a1b-4c2d_9x8.png"),
          )),
        (f"<media:thumbnail url='{M}p1.jpg'/><description>&lt;img src='{M}p12.jpg' alt='P'&gt;"
         "</description>", {}, f"![p1.jpg]({M}p1.jpg)\n\n![P]({M}p12.jpg)"),
        ('<link>https://x.example/1</link><source url="https://x.example/r">X</source>', {}, ""),
        (f"<media:thumbnail url='{M}a.gif' width='1' height='1'/>", {}, ""),
        (f"<enclosure url='{M}a.MP3?x=1' length='2000000'/><enclosure url='{M}b.epub' type='x/y'/>",
         {"enclosures": [{"url": f"{M}a.MP3?x=1", "length": 2000000}, {"url": f"{M}b.epub", "type": "x/y"}]},
         f"[Audio, 2.0 MB]({M}a.MP3?x=1)"),
    ],
)  # fmt: skip
def test_what_else_an_item_says(inner: str, extra: dict[str, Any], text: str) -> None:
    found = parse_item(f"<title>T</title>{inner}")
    kept = {name: value for name, value in found.article.extra.items() if name != "feed"}
    assert (kept, found.body.text) == (extra, text)


@pytest.mark.parametrize(
    ("item", "text", "summary"),
    [
        ({"content_html": "<p>hi</p>", "summary": "It says more."}, "hi", "It says more."),
        ({"content_text": "one\n\ntwo", "summary": "one two"}, "one\n\ntwo", ""),
        ({"summary": "It says more."}, "It says more.", ""),
    ],
)
def test_the_text_of_json_feed_comes_before_its_summary(
    item: dict[str, str], text: str, summary: str
) -> None:
    item |= {"url": "https://x.example/1", "external_url": "https://y.example/"}
    version = "https://jsonfeed.org/version/1.1"
    data = json.dumps({"version": version, "items": [item]}).encode()
    found = parse_feed(data, "", FEED).articles[0]
    assert (found.body.text, found.body.summary) == (text, summary)
    assert found.article.extra["external_url"] == "https://y.example/"


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ("**The ferry** sails. [...]", ""),
        ("&lt;img src='https://m.example/a.jpg'&gt; The ferry sails.", ""),
        ("A ferry sails.", "A ferry sails."),
    ],
)
def test_a_summary_is_not_the_beginning_of_the_text(summary: str, expected: str) -> None:
    text = f"&lt;p&gt;&lt;a href='{M}'&gt;&lt;img src='{M}a.jpg'&gt;&lt;/a&gt;&lt;/p&gt; &lt;p&gt;The ferry sails."
    found = parse_item(
        f"<description>{summary}</description><content:encoded>{text}</content:encoded>"
    )
    assert found.body.summary == expected


def test_what_only_looks_like_a_permalink_is_no_link() -> None:
    item = "<item><itunes:title>The ferry</itunes:title><guid>e1</guid></item>"
    document = f'<rss version="2.0" {NAMESPACES}><channel><link>{M}</link>{item}</channel></rss>'
    (found,) = parse_feed(document.encode(), "", FEED).articles
    assert (found.article.title, found.article.url) == ("The ferry", "")


@pytest.mark.parametrize("address", ["http://[x", "http://[domain]/a.png", "//[x/a.png"])
def test_an_address_without_sense_costs_only_itself(address: str) -> None:
    markup = f"<img src='{address}'><iframe src='{address}'></iframe><a href='{address}'>z</a>"
    found = parse_item(
        f"<title>T</title><description><![CDATA[{markup}]]></description>"
        f"<enclosure url='{address}' type='image/png'/><media:content url='{address}'/>"
        f"<source url='{address}'>S</source><comments>{address}</comments>"
    )
    assert found.body.text == "z"


def test_a_journal_is_dated_by_its_own_elements() -> None:
    document = (
        '<rss version="2.0" xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/"><channel><item>'
        "<title>T</title><prism:publicationDate>2024-02-01</prism:publicationDate></item></channel></rss>"
    )
    assert parse_feed(document.encode(), "", FEED).articles[0].article.date == "2024-02-01"
