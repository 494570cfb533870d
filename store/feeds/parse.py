"""Parsing feeds: bytes in any format, however malformed, become articles whose ids stay the same."""

from __future__ import annotations

from dataclasses import replace

from store.feeds.entry import (
    FeedContents,
    FeedInfo,
    ParsedFeed,
)
from store.feeds.entry_articles import build_articles
from store.feeds.entry_limit import drop_old_entries, drop_old_items
from store.feeds.item_identity import identify_items
from store.feeds.json_entries import parse_json_feed, read_json_feed
from store.feeds.truncation import close_sections, drop_partial_entry
from store.feeds.xml_entries import parse_xml_feed
from store.model.errors import InvalidInput
from store.text.clean import clean_line
from store.text.decoding import (
    DocumentKind,
    decode_document,
    detect_document_kind,
    extract_feed_xml,
    find_html_title,
    remove_invalid_xml_characters,
)
from store.text.html_to_text import html_to_line


def parse_feed(data: bytes, charset: str, feed: FeedInfo) -> ParsedFeed:
    """Parse a feed that the server sent as this charset; of too many entries, the newest are taken.

    Raises:
        InvalidInput: It is not a feed; the text says what it is instead.
    """
    kind, text = decode_feed(data, charset)
    if kind == "json":
        document, problem = parse_json_feed(text)
        document, omitted = drop_old_items(document, feed.fetched_at)
        contents = read_json_feed(document, feed.url)
    else:
        whole, problem = drop_partial_entry(extract_feed_xml(text))
        whole, omitted = drop_old_entries(whole, feed.fetched_at)
        try:
            contents = parse_xml_feed(whole, feed.url)
        except InvalidInput as error:
            raise InvalidInput(problem or str(error)) from error
    return replace(build_feed(contents, feed), omitted_count=omitted, problem=problem)


def parse_feed_part(text: str, feed: FeedInfo) -> ParsedFeed:
    """Parse a part of a feed, as `store.feeds.feed_parts` makes them; its articles are still to be identified.

    Raises:
        InvalidInput: It is not a feed.
    """
    if text.startswith("{"):
        return build_articles(read_json_feed(parse_json_feed(text)[0], feed.url), feed)
    return build_articles(parse_xml_feed(text, feed.url), feed)


def decode_feed(data: bytes, charset: str) -> tuple[DocumentKind, str]:
    """Return the kind of a feed, `xml` or `json`, and its text.

    Raises:
        InvalidInput: It is not a feed; the text says what it is instead.
    """
    text = remove_invalid_xml_characters(decode_document(data, charset))
    kind = detect_document_kind(text)
    if kind == "xml":
        text = close_sections(text)
    if kind == "html":
        title = clean_line(html_to_line(find_html_title(text)), 80)
        raise InvalidInput(
            f"not a feed (HTML page “{title}”)" if title else "not a feed (HTML page)"
        )
    if kind == "opml":
        raise InvalidInput("a list of feeds, not a feed")
    if kind == "other":
        raise InvalidInput("not a feed" if text.strip() else "not a feed (empty)")
    return kind, text


def build_feed(contents: FeedContents, feed: FeedInfo) -> ParsedFeed:
    """Build the articles of a feed from its entries, the newest first."""
    parsed = build_articles(contents, feed)
    found = identify_items(parsed.articles, feed.key, parsed.site)
    return replace(parsed, articles=list(found))
