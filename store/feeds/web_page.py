"""A web page as an article: the text without what stands around it, and the facts it states.

`trafilatura` finds the text; its tree becomes our Markdown by the way every HTML goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from store.feeds.autodiscovery import find_feed_links
from store.importers.article_builder import build_article, count_words
from store.model.article import ParsedArticle
from store.segments.documents import article_to_values
from store.text.decoding import (
    decode_document,
    detect_document_kind,
    find_html_title,
    remove_invalid_xml_characters,
)
from store.text.html_to_text import html_to_line, html_to_text
from store.text.urls import resolve_web_url

MIN_ARTICLE_WORDS = 25
"""Words below which it is a button or a notice and no article."""
CONSENT_WORDS = ("cookie", "consent", "javascript", "enable js", "captcha", "browser")


def parse_web_page(data: bytes, charset: str, url: str, now: str) -> Mapping[str, Any]:
    """Take a page apart.

    Args:
        data: What the server sent.
        charset: The charset it said.
        url: Where it came from in the end.
        now: When, in our form.

    Returns:
        `kind` (see `store.text.decoding`); of an HTML page `found`, the article; `empty`, whether it
        has no text; and `links`, the feeds it names.
    """
    text = remove_invalid_xml_characters(decode_document(data, charset))
    kind = detect_document_kind(text)
    if kind != "html":
        return {"kind": kind}
    found = extract_article(text, url, now)
    return {
        "kind": kind,
        "found": article_to_values(found),
        "empty": not found.body.text,
        "links": find_feed_links(text, url),
    }


def extract_article(html: str, url: str, now: str) -> ParsedArticle:
    """The article of a page; without a text where none can be found."""
    from trafilatura import extract_with_metadata  # not light

    document = extract_with_metadata(
        html,
        url=url,
        output_format="html",
        include_comments=False,
        include_links=True,
        include_formatting=True,
        include_tables=True,
        include_images=True,
    )
    fields: dict[str, Any] = {"url": url, "title": html_to_line(find_html_title(html))}
    if document is not None:
        text = _clean_text(document.text or "", url, document.title or "")
        address = resolve_web_url(document.url or "", url)
        fields |= {
            "url": address if _is_same_site(address, url) else url,
            "title": document.title or fields["title"],
            "authors": [each.strip() for each in (document.author or "").split(";")],
            "date": document.date,
            "language": document.language or _find_html_language(html),
            "text": text
            if count_words(text) >= MIN_ARTICLE_WORDS and not _is_consent_wall(text)
            else "",
            "summary": document.description if text else "",
        }
        if document.sitename:
            fields["extra"] = {"site": document.sitename}
    return build_article(
        {name: value for name, value in fields.items() if value}, source="page", now=now
    )


def _clean_text(html: str, url: str, title: str) -> str:
    return html_to_text(html, url).removeprefix(f"## {title}").lstrip()


def _is_same_site(one: str, other: str) -> bool:
    """Whether a page may say that this is its address: one of another host's it may not."""
    hosts = [(urlsplit(each).hostname or "").removeprefix("www.") for each in (one, other)]
    return bool(hosts[0]) and (hosts[0] == hosts[1] or hosts[1].endswith("." + hosts[0]))


def _find_html_language(html: str) -> str:
    from selectolax.lexbor import LexborHTMLParser

    root = LexborHTMLParser(html).css_first("html")
    return (root.attributes.get("lang") or "") if root else ""


def _is_consent_wall(text: str) -> bool:
    """Whether a short text only asks for cookies or a script to be allowed."""
    small = text.lower()
    return (
        count_words(text) < 4 * MIN_ARTICLE_WORDS
        and sum(each in small for each in CONSENT_WORDS) > 1
    )
