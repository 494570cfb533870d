"""Web pages: articles without what surrounds them, and pages that have none."""

from __future__ import annotations

import pytest

from store.feeds.resolve_url import complete_url
from store.feeds.web_page import extract_article, find_feed_links, parse_web_page
from store.model.article import ParsedArticle
from store.text.decoding import decode_document

URL = "https://harbour.example/2026/ferry?utm_source=x"
NOW = "2026-11-22T12:00:00Z"
WORDS = (
    "The ferry came back to the harbour on a Tuesday, two years after it had been laid up.",
    "Those who had waited on the quay were glad, because the island has no other way in winter.",
    "The master, who had been a fisherman in between, said that the engine had been kept warm.",
    "There will be two crossings a day until the spring, and three when the light allows it.",
)
HEAD = """<title>The ferry is back | Harbour News</title>
<meta property="og:site_name" content="Harbour News">
<meta name="author" content="Ines Moor">
<meta property="article:published_time" content="2026-11-20T07:08:09Z">
<link rel="canonical" href="https://harbour.example/2026/ferry">"""
AROUND = """<nav><a href="/">Home</a> <a href="/about">About</a></nav>
<div class="cookie-banner">We use cookies. <button>Accept</button></div>"""
BODY = f"""<article><h1>The ferry is back</h1><p>{WORDS[0]}</p><p>{WORDS[1]}
<a href="/island">The island</a> was not told.</p><h2>Warm</h2><p>{WORDS[2]}</p>
<ul><li>08:10 from the quay</li><li>16:40 from the island</li></ul>
<blockquote><p>She starts at once.</p></blockquote><p>{WORDS[3]}</p></article>
<aside>Read also: ten knots</aside><footer>Copyright Harbour News</footer>"""
PAGE = f'<!doctype html><html lang="en"><head>{HEAD}</head><body>{AROUND}{BODY}</body></html>'


def article(html: str) -> ParsedArticle:
    return extract_article(html, URL, NOW)


def test_title_author_date_text_and_url() -> None:
    found = article(PAGE)
    facts, text = found.article, found.body.text
    assert (facts.title, facts.authors) == ("The ferry is back", ("Ines Moor",))
    assert (facts.url, facts.language) == ("https://harbour.example/2026/ferry", "en")
    assert (facts.date or "")[:10] == "2026-11-20"
    assert (facts.source, facts.extra["site"]) == ("page", "Harbour News")
    assert all(words in text for words in WORDS)
    assert "## Warm" in text
    assert "- 08:10 from the quay" in text
    assert "> She starts at once." in text
    assert "[The island](https://harbour.example/island)" in text
    for noise in ("cookies", "About", "Copyright", "The ferry is back"):
        assert noise not in text


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<div id='root'></div><script>render()</script>",
        "<noscript>You need to enable JavaScript to run this app.</noscript>",
        "<p>Please enable JavaScript and cookies in your browser to continue.</p>",
        "<p>Checking your browser. Complete the captcha.</p>",
    ],
)
def test_a_page_without_a_text_keeps_title_and_url(body: str) -> None:
    """Case 101: a notice about cookies or scripts is not an article."""
    found = article(f"<html><head><title>Front</title></head><body>{body}</body></html>")
    assert (found.article.title, found.body.text, found.article.words) == ("Front", "", 0)
    assert found.article.url == URL


def test_a_url_of_another_site_is_ignored() -> None:
    html = PAGE.replace("https://harbour.example/2026/ferry", "https://elsewhere.example/x")
    assert article(html).article.url == URL


def test_nothing_in_a_page_is_active() -> None:
    """Case 99: scripts, frames and controls are gone."""
    html = PAGE.replace(WORDS[0], f"{WORDS[0]}<script>x()</script>&#27;[31m\x1b]0;t\x07")
    text = article(html).body.text
    assert "x()" not in text
    assert "\x1b" not in text


def test_other_kinds_are_reported() -> None:
    assert parse_web_page(b"%PDF-1.7 ...", "", URL, NOW) == {"kind": "other"}
    assert parse_web_page(b"<rss/>", "", URL, NOW) == {"kind": "xml"}


def test_feed_links_start_with_the_main_feed() -> None:
    html = """<base href="/blog/"><link rel="alternate" type="application/rss+xml"
    title="Comments" href="comments/feed"><link rel="Alternate" type="application/atom+xml;x=y"
    href="feed.xml"><link rel="alternate" type="application/feed+json" href="https://o.example/j">
    <link rel="alternate" type="text/html" href="x"><link rel="alternate" type="text/xml"
    href="javascript:x"><link rel="stylesheet" type="application/rss+xml" href="y">"""
    assert find_feed_links(html, "https://a.example/p") == [
        "https://a.example/blog/feed.xml",
        "https://o.example/j",
        "https://a.example/blog/comments/feed",
    ]


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("example.org", "https://example.org"),
        (" example.org/a?b ", "https://example.org/a?b"),
        ("localhost:8000/x", "http://localhost:8000/x"),
        ("http://example.org", "http://example.org"),
        ("file:///etc/passwd", "file:///etc/passwd"),
        ("no url at all", "no url at all"),
    ],
)
def test_typed_urls_are_completed(typed: str, url: str) -> None:
    assert complete_url(typed) == url


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        ("é".encode(), "", "é"),
        ("é".encode(), "iso-8859-1", "é"),
        ("é".encode("latin-1"), "iso-8859-1", "é"),
        ("é".encode("latin-1"), "utf-8", "é"),
        (b"\x93x\x94", "iso-8859-1", "“x”"),
        ("漢字".encode("euc-jp"), "euc-jp", "漢字"),
        ("漢字".encode("iso-2022-jp"), "iso-2022-jp", "漢字"),
        ('<?xml version="1.0" encoding="koi8-r"?>ж'.encode("koi8-r"), "", "ж"),
        ('<meta charset="gb2312">中文'.encode("gb18030"), "", "中文"),
        ("\ufeffé".encode("utf-16"), "utf-8", "é"),
        ("<é>".encode("utf-16-le"), "", "<é>"),
        (b"\xef\xbb\xbf\xc3\xa9", "latin-1", "é"),
        (b"+AOk-", "utf-7", "+AOk-"),
        (b"x\xe9", "no such thing", "xé"),
        (b"x", "rot13", "x"),
    ],
)
def test_the_charset_is_detected(data: bytes, charset: str, text: str) -> None:
    """Case 95: UTF-8 if it is valid, then the charset of the server, then of the document; never UTF-7."""
    assert decode_document(data, charset).endswith(text)
