"""A web page as an article, and the feeds it names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from store.importers.article_builder import build_article
from store.importers.web_pages import extract_fields, find_base_url
from store.model.article import ParsedArticle
from store.segments.documents import article_to_values
from store.text.decoding import (
    decode_document,
    detect_document_kind,
    limit_attributes,
    remove_invalid_xml_characters,
)
from store.text.prose import count_words
from store.text.urls import resolve_web_url

MIN_ARTICLE_WORDS = 25
"""Fewer words than these are a button or a notice, not an article."""
CONSENT_WORDS = ("cookie", "consent", "javascript", "enable js", "captcha", "browser")
FEED_MEDIA_TYPES = frozenset(
    str.split(
        "application/rss+xml application/atom+xml application/rdf+xml application/xml text/xml"
        " application/feed+json application/json"
    )
)
MAX_FEED_LINKS = 10


def parse_web_page(data: bytes, charset: str, url: str, now: str) -> Mapping[str, Any]:
    """Parse a page that the server sent as this charset, from this URL after all redirects.

    Returns:
        `kind` (see `store.text.decoding`); for an HTML page also `found`, the article; `empty`,
        true if it has no text; and `links`, the feeds it names.
    """
    text = remove_invalid_xml_characters(decode_document(data, charset))
    kind = detect_document_kind(text)
    if kind != "html":
        return {"kind": kind}
    text = limit_attributes(text)
    found, links = extract_article(text, url, now), find_feed_links(text, url)
    empty = not found.body.text
    return {"kind": kind, "found": article_to_values(found), "empty": empty, "links": links}


def extract_article(html: str, url: str, now: str) -> ParsedArticle:
    """Return the article of a page; it has no text if none can be found."""
    fields = extract_fields(html, url)
    if not _is_same_site(fields.get("url", ""), url):
        fields["url"] = url
    text = fields.get("text", "")
    if count_words(text) < MIN_ARTICLE_WORDS or _is_consent_wall(text):
        fields.pop("text", None)
    if not text:
        fields.pop("summary", None)
    return build_article(fields, source="page", now=now)


def _is_same_site(stated: str, fetched: str) -> bool:
    """Return True if a page may state this URL as its own: not one of another site."""
    hosts = [(urlsplit(each).hostname or "").removeprefix("www.") for each in (stated, fetched)]
    return bool(hosts[0]) and (hosts[0] == hosts[1] or hosts[1].endswith("." + hosts[0]))


def _is_consent_wall(text: str) -> bool:
    """Return True if a short text only asks to allow cookies or scripts."""
    lower = text.lower()
    is_short = count_words(text) < 4 * MIN_ARTICLE_WORDS
    return is_short and sum(each in lower for each in CONSENT_WORDS) > 1


def find_feed_links(html: str, url: str) -> list[str]:
    """Return the URLs of the feeds that a page names, the main one first, feeds of comments last.

    Source: RSS Autodiscovery (https://www.rssboard.org/rss-autodiscovery).
    """
    page = LexborHTMLParser(html)
    root = find_base_url(page, url)
    is_about_comments: dict[str, bool] = {}
    for link in page.css("link[rel][href]"):
        attributes = {
            name: (link.attributes.get(name) or "") for name in ("rel", "type", "href", "title")
        }
        media_type = attributes["type"].partition(";")[0].strip().lower()
        is_alternate = "alternate" in attributes["rel"].lower().split()
        is_api = "wp-json" in attributes["href"]  # WordPress describes each page there
        if not is_alternate or is_api or media_type not in FEED_MEDIA_TYPES:
            continue
        if target := resolve_web_url(attributes["href"], root):
            names = (attributes["title"] + attributes["href"]).lower()
            is_about_comments.setdefault(target, "comment" in names)
    return sorted(is_about_comments, key=lambda each: is_about_comments[each])[:MAX_FEED_LINKS]
