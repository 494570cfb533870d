"""The entries of RSS, RDF and Atom, as feedparser reads them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import MAXYEAR, UTC, datetime
from typing import Any

from store.feeds.entry import (
    FeedContents,
    FeedEntry,
    parse_length,
)
from store.feeds.entry_articles import WRAPPED_MARKUP
from store.feeds.media_elements import (
    CAPTION,
    find_pictures,
    separate_captions,
)
from store.model.errors import InvalidInput
from store.model.times import (
    parse_timestamp,
)
from store.text.clean import clean_line
from store.text.line_breaks import mark_line_breaks
from store.text.titles import unwrap_cdata
from store.text.urls import resolve_web_url

FEEDPARSER_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
"""What feedparser raises for elements that are nested in unexpected ways."""
PLAIN_TEXT_TAG = re.compile(
    r"<(?:\w{1,20}:)?(?:content|summary)\b[^<>]{0,500}?\btype\s{0,9}=\s{0,9}[\"']text(?:/plain)?[\"']",
    re.IGNORECASE,
)
"""A text of Atom that says it is plain; one that says nothing is meant to be, but often is HTML."""
KNOWN_MARKUP = re.compile(
    r"</(?:a|abbr|article|b|big|blockquote|center|cite|code|dd|del|div|dl|dt|em|figure|font|h[1-6]|i|iframe|ins"
    r"|kbd|li|mark|ol|p|pre|q|s|section|small|span|strike|strong|sub|sup|table|td|th|tr|tt|u|ul|var)\s{0,9}>"
    r"|<(?:br|img|hr)\b",
    re.IGNORECASE,
)
HTML_TAG_START = re.compile(r"<[a-z/!]", re.IGNORECASE)
AUTHOR_ELEMENT = re.compile(
    r"<(?:\w+:)?(?:author|creator|managingEditor)\b[^<>]*>(?:\s*<!\[CDATA\[(?:(?!\]\]>).){1,500}|[^<>]{1,500})",
    re.IGNORECASE | re.DOTALL,
)
AT_MARK = "\ue0a7"
"""Stands for the @ of authors' addresses while feedparser runs, which cuts long domains and lists."""
FIRST_YEAR = 1970
PRISM_DATES = ("prism_publicationdate", "prism_coverdate")
"""Dates of journals (PRISM), as feedparser names them."""
NO_TEXT_TYPE = re.compile(
    r"(?:image|audio|video|font|application)/(?!xml\Z|xhtml)(?![\w.-]*\+xml\Z)"
)
"""Content in Base64, or content that is elsewhere."""
ZERO_YEAR = re.compile(r"\b000\d\b(?!\Z)|-000\d|^\d{5,}-")
"""A year that feedparser takes for one of today."""
FULL_TEXT_NAMES = ("yandex_full-text", "turbo_content")
"""Texts beside the description, as feedparser names the elements of Yandex."""
LINK_NAMES = ("feedburner_origlink", "link", "blogger_filename")
"""The links of an entry, the preferred first: an archive of Blogger has but the path."""
ALTERNATE = "http://www.iana.org/assignments/relation/alternate"
"""The full name of the relation of a link to the page of its entry (RFC 4287, 4.2.7.2)."""
SUMMARY_NAMES = ("summary", "dcterms_abstract", "dc_abstract", "subtitle", CAPTION)
FULL_TEXT_TAG = re.compile(
    r"<(?:\w+:encoded|\w+:body|body|fullitem|yandex:full-text|turbo:content)\b"
)


def parse_xml_feed(text: str, fetched_from: str) -> FeedContents:
    """Return the contents of a feed in XML, whose links are relative to the URL it was fetched from.

    Raises:
        InvalidInput: It is not a feed.
    """
    import feedparser  # imported late: heavy, and JSON feeds need none of it

    # A stream, because feedparser opens a string that looks like a path or a URL (case 92).
    # `html_to_text` sanitizes the texts and resolves their links, ten times as fast.
    marked = separate_captions(text)
    marked = AUTHOR_ELEMENT.sub(lambda found: found[0].replace("@", AT_MARK), marked)
    document = b'<?xml version="1.0" encoding="utf-8"?>' + marked.encode("utf-8", "replace")
    try:
        parsed = feedparser.parse(
            io.BytesIO(document),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except FEEDPARSER_ERRORS as error:
        raise InvalidInput(f"malformed feed ({type(error).__name__})") from error
    if not parsed.version and not parsed.entries:
        raise InvalidInput("not a feed")
    about = parsed.feed
    links = (each.get("href") for each in about.get("links") or () if each.get("rel") == "self")
    url = resolve_web_url(str(next(links, None) or ""), fetched_from)
    site = resolve_web_url(str(about.get("link") or ""), fetched_from or url)
    is_atom = parsed.version.startswith("atom")
    language = str(about.get("language") or "")
    # Of two descriptions feedparser calls one the content: in RSS it is only if the feed says so.
    has_full_text = is_atom or FULL_TEXT_TAG.search(text) is not None
    markup = HTML_TAG_START
    if is_atom:
        markup = WRAPPED_MARKUP if PLAIN_TEXT_TAG.search(text) else KNOWN_MARKUP
    entries = [
        _parse_xml_entry(entry, language, markup, is_atom=is_atom, has_full_text=has_full_text)
        for entry in parsed.entries
    ]
    authors = list(_parse_authors(about))
    if is_atom:  # the author of an RSS channel is often the publisher of a podcast
        entries = [each if each.authors else replace(each, authors=authors) for each in entries]
    moved_to = resolve_web_url(str(about.get("itunes_new-feed-url") or "").strip(), fetched_from)
    return FeedContents(str(about.get("title") or ""), site, entries, url, moved_to)


def _parse_xml_entry(
    entry: dict[str, Any],
    language: str,
    markup: re.Pattern[str],
    *,
    is_atom: bool,
    has_full_text: bool,
) -> FeedEntry:
    """Return an entry; a text that says it is plain is HTML all the same if `markup` is in it."""
    others = [{"value": entry.get(name)} for name in FULL_TEXT_NAMES]
    contents = _text_contents(entry.get("content")) or _text_contents(others)
    best = max(contents, key=lambda each: len(each["value"]), default={})
    summary = str(next(filter(None, (entry.get(name) for name in SUMMARY_NAMES)), ""))
    is_plain_summary = _content_type(entry, "summary") == "text/plain"
    is_plain_summary &= not markup.search(summary)
    is_plain_summary |= not best and "yt_videoid" in entry
    if best and not is_atom:  # feedparser guesses the type of a description in RSS
        is_plain_summary = False
    is_plain = is_atom and best.get("type") == "text/plain" and not markup.search(best["value"])
    content = str(best.get("value") or summary)
    is_html = not (is_plain if best else is_plain_summary)
    guid = str(entry.get("id") or "")
    link = str(next(filter(None, map(entry.get, LINK_NAMES)), ""))
    if link == guid and "/" not in link:  # a guid that is called a permalink
        link = ""
    stated = best or entry.get("summary_detail") or {}
    return FeedEntry(
        link=link or _find_page(entry),
        guid=guid,
        title=str(entry.get("title") or entry.get("itunes_title") or ""),
        is_title_html=not (is_atom and _content_type(entry, "title") == "text/plain"),
        content=mark_line_breaks(unwrap_cdata(content)) if is_html and not is_atom else content,
        is_html=is_html,
        summary=summary if best and summary != best["value"] else "",
        is_summary_html=not is_plain_summary,
        authors=list(_parse_authors(entry)) or list(_parse_authors(entry.get("source") or {})),
        tags=[str(each.get("label") or each.get("term") or "") for each in entry.get("tags") or ()],
        published=_find_date(entry, "published", "created", *PRISM_DATES),
        updated=dict.get(entry, "updated"),  # feedparser's `get` falls back to `published`
        language=str(dict.get(entry, "language") or best.get("language") or language),
        has_full_text=bool(best) and has_full_text,
        pictures=find_pictures(entry),
        enclosures=list(_find_enclosures(entry)),
        comments=str(entry.get("comments") or ""),
        source=_find_source(entry),
        base_url=resolve_web_url(str(stated.get("base") or ""), ""),
    )


def _find_page(entry: Mapping[str, Any]) -> str:
    """Return the page of an entry of Atom whose link says so by the full name, or that has its content elsewhere."""
    links = (each for each in entry.get("links") or () if each.get("rel") == ALTERNATE)
    contents = (each for each in entry.get("content") or () if each.get("src"))
    return next(
        (str(each.get("href") or each.get("src") or "") for each in (*links, *contents)), ""
    )


def _find_enclosures(entry: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for each in entry.get("enclosures") or ():
        yield {"url": each.get("href"), "type": each.get("type"), "length": parse_length(each)}
    for each in entry.get("media_content") or ():
        if each.get("url") and _is_recording(each):
            yield {"url": each["url"], "type": each.get("type") or f"{each.get('medium')}/*"}


def _is_recording(media: Mapping[str, Any]) -> bool:
    kind = str(media.get("type") or media.get("medium") or "").lower().partition("/")[0]
    return kind in ("audio", "video")


def _find_source(entry: Mapping[str, Any]) -> dict[str, str]:
    """Return the publication that an entry was taken from, as aggregators name it."""
    source = entry.get("source")
    given = source if isinstance(source, Mapping) else {}
    named = {"title": given.get("title"), "url": given.get("href") or given.get("link")}
    return {name: clean_line(str(value), 500) for name, value in named.items() if value}


def _content_type(entry: Mapping[str, Any], name: str) -> str:
    return str((entry.get(f"{name}_detail") or {}).get("type") or "")


def _text_contents(contents: object) -> list[Mapping[str, Any]]:
    given = contents if isinstance(contents, list) else []
    return [
        each
        for each in given
        if isinstance(each.get("value"), str)
        and not NO_TEXT_TYPE.match(str(each.get("type") or "").lower())
    ]


def _parse_authors(entry: Mapping[str, Any]) -> Iterator[str]:
    given = entry.get("authors") or []
    names = [
        str(each.get("name") or each.get("email") or "")
        for each in given
        if isinstance(each, Mapping)
    ]
    for name in filter(None, names or [str(entry.get("author") or "")]):
        yield name.replace(AT_MARK, "@")


def _find_date(entry: dict[str, Any], *names: str) -> object:
    """Return the first of these dates that can be read, as feedparser reads it where we cannot."""
    for name in names:
        text, moment = dict.get(entry, name), dict.get(entry, f"{name}_parsed")
        is_read = text and parse_timestamp(text, is_day_first=False)  # which order is seen later
        if text and (is_read or not moment):
            return text
        if moment and FIRST_YEAR <= moment[0] <= MAXYEAR and not ZERO_YEAR.search(str(text)):
            return datetime(*moment[:6]).replace(tzinfo=UTC)
    return next((text for name in names if (text := dict.get(entry, name))), None)
