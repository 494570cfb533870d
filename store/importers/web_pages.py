"""A web page as the fields of an article: its main text, and what it states about itself.

`trafilatura` finds the main text and the metadata; the blocks of that text are then taken from the page
itself, because the extractor loses what HTML says beside the words.
"""

from __future__ import annotations

import re
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from store.model.times import parse_timestamp
from store.text.article_blocks import select_article
from store.text.authors import split_authors
from store.text.decoding import find_html_title, limit_attributes, remove_invalid_xml_characters
from store.text.html_parsing import is_too_complex
from store.text.html_to_text import (
    html_to_line,
    html_to_text,
    node_to_text,
    parse_html_page,
    remove_title_heading,
)
from store.text.prose import count_words
from store.text.urls import resolve_web_url

MAX_PAGE_TAGS = 50_000
"""Tags of a page in which a main text is looked for, in seconds; a larger one is read as it is."""
MAX_COMPARED_TAGS = 15_000
"""Tags of a page from which on the extractor's result is not compared with that of others, which are slow."""
MAX_TABLE_CELLS = 400_000
"""Cells of the tables of a page, all rows as long as the longest, as the extractor makes them."""
MIN_SELECTED_SHARE = 0.8
"""The share of the words of the main text that must be found in the page."""
DATE_SEARCH = {"extensive_search": False, "original_date": True}
"""Take dates from metadata and bylines; any date of the text, of a footer or a file name may be of something else."""
DATE_LINES, MAX_DATE_LINE_CHARS = 6, 60
ARTICLE_TAGS = 'meta[property="article:tag"][content]'
MAX_ARTICLE_TAGS = 20
AUTHOR_TAGS = (
    'meta[name="citation_author" i][content]',
    'meta[name="dc.creator" i][content], meta[name="dcterms.creator" i][content]',
    'meta[name="author" i][content]',
)
"""The metadata that names authors, the most exact first; the last may have several in one."""
NO_NAME_SIGN = re.compile(r"[,;&]")
DATE_TAGS = ", ".join(
    f'meta[{attribute}="{name}" i][content]'
    for attribute, name in (
        ("property", "article:published_time"),
        ("itemprop", "datePublished"),
        ("name", "date"),
        ("name", "pubdate"),
        ("name", "dc.date"),
        ("name", "dcterms.created"),
        ("name", "citation_publication_date"),
    )
)
PUBLISHED = re.compile(r'"datePublished"\s*:\s*"([^"]{10,40})"')
"""The date in the metadata of schema.org, as JSON-LD writes it."""
FORM_TAG = re.compile(r"<(/?)form\b[^<>]*>", re.IGNORECASE)
ROW_START = re.compile(r"<tr\b", re.IGNORECASE)
CELL_START = re.compile(r"<t[dh]\b", re.IGNORECASE)
CELL_COLUMNS = re.compile(r"(<t[dh]\b[^<>]*?\s)colspan(?=[\s=])", re.IGNORECASE)
"""The columns of a cell, as many of which the extractor would make in every row."""
PERMALINK_SIGN = re.compile(r"\s?[¶§🔗]\Z")
"""The link to a heading itself, as programs for documentation add it."""
SAVED_FROM = re.compile(
    r"<!--\s*(?:saved from url=\(\d+\)\s*|[^<>]{0,200}?\burl:\s*)(https?://[^\s<>]{1,2000})",
    re.IGNORECASE,
)
"""The comment that browsers and SingleFile write at the top of a saved page."""
PAGE_URL = re.compile(r"https?://[^/]+/[^?#]*[^/?#]\Z", re.IGNORECASE)
STATED_URLS = (
    ('link[rel~="canonical"][href]', "href"),
    ('meta[property="og:url"][content]', "content"),
    ('meta[name="twitter:url"][content]', "content"),
    ("a.p-canonical[href]", "href"),
)


def extract_fields(html: str, url: str) -> dict[str, Any]:
    """Return the main text of a page and what it says of itself, without what cannot be found."""
    from trafilatura import extract_with_metadata  # imported here: heavy, and feeds need none of it

    title = html_to_line(find_html_title(html))
    html = FORM_TAG.sub(r"<\1div>", limit_attributes(html))
    document = None
    if html.count("<") <= MAX_PAGE_TAGS:
        document = extract_with_metadata(
            CELL_COLUMNS.sub(r"\1data-columns", html),
            url=url or None,
            output_format="html",
            include_comments=False,
            include_links=True,
            include_formatting=True,
            date_extraction_params=DATE_SEARCH,
            fast=html.count("<") > MAX_COMPARED_TAGS,
            include_tables=_count_cells(html) <= MAX_TABLE_CELLS,
        )
    if document is None:
        return {"title": title} if title else {}
    page = LexborHTMLParser(html)
    base = find_base_url(page, url)
    title = PERMALINK_SIGN.sub("", document.title or title)
    language = document.language or _find_html_language(page)
    tags = (node.attributes.get("content") or "" for node in page.css(ARTICLE_TAGS))
    fields = {
        "url": resolve_web_url(document.url or "", base),
        "title": title,
        "authors": _find_authors(page, document.author or ""),
        "tags": list(dict.fromkeys(filter(None, map(str.strip, tags))))[:MAX_ARTICLE_TAGS],
        "date": _find_time(page, document.date or "")
        or document.date
        or _find_stated_date(page, language)
        or _find_date_line(document.text or "", language),
        "language": language,
        "text": _find_article_text(page, document.text or "", base, title),
        "summary": document.description,
        "extra": {"site": document.sitename} if document.sitename else None,
    }
    return {name: value for name, value in fields.items() if value}


def _find_authors(page: LexborHTMLParser, found: str) -> list[str]:
    """Return the authors that were found, as the page itself writes and separates them."""
    authors = [each.strip() for each in found.split(";") if each.strip()]
    if len(authors) > 1 and all(" " in each for each in authors):
        return authors
    words = set(found.casefold().replace(";", " ").split())
    for selector in AUTHOR_TAGS:
        stated = [html_to_line(node.attributes.get("content") or "") for node in page.css(selector)]
        said = " ".join(stated).casefold()
        if words and words <= set(NO_NAME_SIGN.sub(" ", said).split()) | set(said.split()):
            is_list = selector == AUTHOR_TAGS[-1]
            return [
                name for each in stated for name in (split_authors(each) if is_list else [each])
            ]
    return authors


def _find_time(page: LexborHTMLParser, day: str) -> str | None:
    """Return the time of this day at which the page says that it was published; extractors keep the day alone."""
    stated = [node.attributes.get("content") or "" for node in page.css(DATE_TAGS)[:DATE_LINES]]
    for node in page.css('script[type="application/ld+json"]')[:DATE_LINES]:
        stated += PUBLISHED.findall(node.text())
    times = (each for each in stated if day and each.startswith(day) and "T" in each)
    return next(filter(None, map(parse_timestamp, times)), None)


def _find_stated_date(page: LexborHTMLParser, language: str) -> str | None:
    """Return the date of the metadata, in any language."""
    nodes = page.css(DATE_TAGS)[:DATE_LINES]
    dates = (parse_timestamp(node.attributes.get("content") or "", language) for node in nodes)
    return next(filter(None, dates), None)


def _find_date_line(found: str, language: str) -> str | None:
    """Return the date that a line above the text says, such as `Published: 3 March 2024`."""
    nodes = LexborHTMLParser(found).css("h1, h2, h3, p, li")[:DATE_LINES]
    lines = (" ".join(node.text().split()) for node in nodes)
    for line in (each for each in lines if len(each) <= MAX_DATE_LINE_CHARS):
        before, _, after = line.partition(":")
        if date := parse_timestamp(line, language) or (
            before.isalpha() and parse_timestamp(after, language)
        ):
            return date
    return None


def _count_cells(html: str) -> int:
    """Return the cells of all rows of a page if each is as long as the longest."""
    rows = [len(CELL_START.findall(row)) for row in ROW_START.split(html)[1:]]
    return len(rows) * max(rows, default=0)


def _find_article_text(page: LexborHTMLParser, found: str, base: str, title: str) -> str:
    """Return the blocks of the page that have the text that was found; the others are removed."""
    text = html_to_text(found, base)
    select_article(page, LexborHTMLParser(found).text(), title)
    selected = node_to_text(page.body, base)
    if count_words(selected) < MIN_SELECTED_SHARE * count_words(text):
        selected = text
    return remove_title_heading(selected, title)


def parse_saved_page(html: str) -> dict[str, Any]:
    """Return the fields of a page in a file; without a main text, all of the page is its text."""
    html = remove_invalid_xml_characters(html)
    if is_too_complex(html):
        return parse_html_page(html)
    url = find_saved_url(html)
    fields = extract_fields(html, url) | {"url": url}
    if not fields.get("text"):
        fields.pop("summary", None)
        page = parse_html_page(html, find_base_url(LexborHTMLParser(html), url))
        fields |= {name: page[name] for name in ("title", "text") if page.get(name)}
    return fields


def find_saved_url(html: str) -> str:
    """Return the URL that a saved page was at; empty if nothing in it says so."""
    page = LexborHTMLParser(limit_attributes(html))
    saved = SAVED_FROM.search(html[:20_000])
    origin = saved[1] if saved else ""
    base = find_base_url(page, origin)
    for selector, name in STATED_URLS:
        node = page.css_first(selector)
        if node and (found := resolve_web_url(node.attributes.get(name) or "", base)):
            return found
    # Pages of a site may share a base: only that of a file is the URL of a page.
    return origin or (base if PAGE_URL.match(base) else "")


def find_base_url(page: LexborHTMLParser, url: str) -> str:
    """Return the URL that the relative links of a page are meant from."""
    node = page.css_first("base[href]")
    return resolve_web_url((node.attributes.get("href") or "") if node else "", url) or url


def _find_html_language(page: LexborHTMLParser) -> str:
    root = page.css_first("html")
    return (root.attributes.get("lang") or "") if root else ""
