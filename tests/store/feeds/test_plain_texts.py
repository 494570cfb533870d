"""Texts of Atom that are plain: their lines and angle brackets stay; and dates at the end of the calendar."""

from __future__ import annotations

import pytest

from store.feeds.entry import FeedInfo
from store.feeds.parse import parse_feed
from store.model.article import ParsedArticle

NOW = "2026-01-01T00:00:00Z"
FEED = FeedInfo("https://a.example/f", "https://a.example/f", NOW)


def parse_entry(content: str) -> ParsedArticle:
    atom = "http://www.w3.org/2005/Atom"
    entry = f"<entry><id>e</id><title>T</title>{content}</entry>"
    text = f'<feed xmlns="{atom}"><title>F</title><id>f</id>{entry}</feed>'
    (found,) = parse_feed(text.encode(), "utf-8", FEED).articles
    return found


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ('<content type="text">one\ntwo</content>', "one\ntwo"),
        ('<content type="text">one\n\ntwo</content>', "one\n\ntwo"),
        ('<content type="text">\n  one\n    two\n  </content>', "one\ntwo"),
        ('<content type="text">List&lt;String&gt; x</content>', "List\\<String> x"),
        ('<content type="text">a &lt;em&gt;b&lt;/em&gt;</content>', "a \\<em>b\\</em>"),
        ('<content type="text">a &amp;amp; b</content>', "a \\&amp; b"),
        ('<content type="text"><![CDATA[a <b>]]></content>', "a \\<b>"),
        ('<content type="text/plain">one\ntwo &lt;x&gt;</content>', "one\ntwo \\<x>"),
        ("<content type='text'># one\n* two</content>", "\\# one\n* two"),
        ('<summary type="text">one\ntwo &lt;x&gt;</summary>', "one\ntwo \\<x>"),
        (
            '<content type="text">&lt;p&gt;one&lt;/p&gt;&lt;p&gt;two&lt;/p&gt;</content>',
            "one\n\ntwo",
        ),
        ("<content>one\ntwo</content>", "one\ntwo"),
        ("<content>one &lt;x&gt;\ntwo</content>", "one \\<x>\ntwo"),
        ("<content>one\n&lt;em&gt;two&lt;/em&gt;</content>", "one *two*"),
        ("<content>one&lt;br&gt;two</content>", "one\ntwo"),
        ('<content type="html">one\ntwo</content>', "one two"),
        ('<content type="html">&lt;p&gt;one&lt;/p&gt;</content>', "one"),
        (
            '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">a &lt;b&gt;</div></content>',
            "a \\<b>",
        ),
    ],
)
def test_the_type_of_a_text_decides(content: str, text: str) -> None:
    assert parse_entry(content).body.text == text


def test_a_plain_summary_beside_html() -> None:
    found = parse_entry(
        '<summary type="text">Use List&lt;String&gt;.</summary>'
        '<content type="html">&lt;p&gt;The whole text is longer than that.&lt;/p&gt;</content>'
    )
    assert found.body.text == "The whole text is longer than that."
    assert found.body.summary == "Use List<String>."


@pytest.mark.parametrize(
    ("date", "stated"),
    [
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        ("9999-12-31", "9999-12-31"),
    ],
)
def test_a_date_at_the_end_of_the_calendar_is_in_the_future(date: str, stated: str) -> None:
    found = parse_entry(f"<published>{date}</published><content>x</content>").article
    assert (found.date, found.extra["date"]) == (NOW, stated)


@pytest.mark.parametrize("date", ["10000-01-01T00:00:00Z", "9999-12-31T23:59:59-05:00"])
def test_a_date_outside_of_the_calendar_is_kept_as_text(date: str) -> None:
    found = parse_entry(f"<published>{date}</published><content>x</content>").article
    assert (found.date, found.extra["date"]) == (None, date)
