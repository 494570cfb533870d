"""Making articles of the entries of feeds."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from html import unescape
from inspect import cleandoc
from typing import Any
from urllib.parse import urlsplit

from store.feeds.entry import (
    FeedContents,
    FeedEntry,
    FeedInfo,
    ParsedFeed,
    RejectedItem,
    parse_length,
)
from store.feeds.media_elements import (
    is_picture,
    write_lead_pictures,
)
from store.importers.article_builder import build_article, make_text_id
from store.model.article import FeedItem, ParsedArticle
from store.model.date_text import find_day_order
from store.model.errors import InvalidInput
from store.model.times import (
    DAY_SECONDS,
    MAX_CLOCK_SKEW,
    parse_timestamp,
    to_unix_seconds,
)
from store.text.authors import clean_authors, split_authors
from store.text.clean import clean_line
from store.text.html_to_text import html_to_line, html_to_text
from store.text.markdown import escape_markdown, strip_inline_markdown
from store.text.prose import ends_with_full_stop
from store.text.titles import resolve_leftovers, title_to_line, unwrap_cdata
from store.text.urls import canonicalize_url, resolve_web_url

WRAPPED_MARKUP = re.compile(
    r"\A\s{0,99}<(?:p|div|ul|ol|h[1-6]|table|figure|article|section|blockquote)(?:\s[^<>]{0,500})?>(?s:.*)"
    r"</(?:p|div|ul|ol|table|figure|article|section|blockquote)>\s{0,99}\Z",
    re.IGNORECASE,
)
"""HTML from end to end, which some declare as plain text."""
AUTHOR_BREAK = re.compile(r"\n|<br\s*/?>", re.IGNORECASE)
MAX_ENTRY_TAGS = 20
"""Tags of one entry that are taken; longer lists are search keywords."""
MAX_ENCLOSURES = 20
NO_SENSE_SECONDS = 31 * DAY_SECONDS
"""Times until then are of clocks that were never set, or seconds that were taken for milliseconds."""
BYTES_PER_MB, MIN_SIZE_SHOWN_MB = 1_000_000, 0.1
LINKED_MEDIA_TYPES = {"audio/": "Audio", "video/": "Video", "/pdf": "PDF"}
"""Labels of the enclosures that are linked below the text, by a part of their media type."""
LINKED_MEDIA_SUFFIXES = {
    "Audio": ("aac", "flac", "m4a", "m4b", "mp3", "oga", "ogg", "opus", "wav"),
    "Video": ("avi", "m3u8", "m4v", "mkv", "mov", "mp4", "ogv", "webm"),
    "PDF": ("pdf",),
}
"""The ends of their names, where the type says nothing."""
LINK_ALONE = re.compile(r"\[[^\[\]]*\]\([^()\s]*\)")
WORDPRESS_FOOTER = re.compile(r"(?<!\s)\s*+The post [^\n]{1,400} appeared first on [^\n]{1,200}\Z")
"""The line that WordPress adds below every excerpt."""
TRUNCATION_MARK = re.compile(r"(?:\[(?:…|\.\.\.)\]|…|\.\.\.)\Z")
SECOND_FRACTION = re.compile(r"\.\d+Z\Z")
LEADING_PICTURES = re.compile(
    r"\A(?>(?:\s*+\[?!\[(?:[^\[\]\\]|\\.?)*+\]\([^()\s]*+\)(?:\]\([^()\s]*+\))?)+)"
)
MAX_COMPARED_CHARS = 200


def build_articles(contents: FeedContents, feed: FeedInfo) -> ParsedFeed:
    """Build the articles of a feed, which are still to be identified."""
    rejected, built = [], []
    title = clean_line(html_to_line(contents.title), 200)
    feed = feed if feed.category else replace(feed, category=title)
    dates = (
        each for entry in contents.entries if entry for each in (entry.published, entry.updated)
    )
    is_day_first = find_day_order(each for each in dates if isinstance(each, str))
    for number, entry in enumerate(contents.entries, start=1):
        try:
            if entry is None:
                raise InvalidInput("not an item")
            fields = _entry_to_fields(entry, feed, contents.site, is_day_first)
            found = build_article(fields, source="feed", now=feed.fetched_at)
            built.append(_name_item(found, entry, feed))
        except InvalidInput as error:
            rejected.append(RejectedItem(number, str(error)))
    return ParsedFeed(
        title,
        contents.site,
        built,
        rejected,
        url=contents.url,
        moved_to=contents.moved_to,
    )


def _name_item(found: ParsedArticle, entry: FeedEntry, feed: FeedInfo) -> ParsedArticle:
    """Return an article with an id of its content, and with the guid and the link of its item."""
    article = found.article
    if article.url:
        content = canonicalize_url(feed.key), entry.title, str(entry.published), entry.content
        id_ = str(uuid.uuid5(uuid.NAMESPACE_URL, "\n".join(content)))
    else:
        # The date that is stated is the same at every fetch, also if it is in the future.
        id_ = make_text_id(
            article.title, article.stated_date if article.date else None, found.body.text
        )
    guid = entry.guid.encode("utf-8", "replace").decode()  # JSON may have half a character
    return replace(found, article=replace(article, id=id_), item=FeedItem(guid, article.url))


def _entry_to_fields(
    entry: FeedEntry, feed: FeedInfo, site: str, is_day_first: bool | None
) -> dict[str, Any]:
    """Return the fields of an article; `is_day_first` as `find_day_order` finds it in the dates of its feed."""
    base = entry.base_url or site or feed.url
    url = resolve_web_url(entry.link, base) or (
        resolve_web_url(entry.guid, "") if "://" in entry.guid else ""
    )
    fields: dict[str, Any] = {
        "url": url,
        "title": title_to_line(entry.title)
        if entry.is_title_html
        else resolve_leftovers(entry.title),
        "category": feed.category,
        "authors": _split_and_clean_authors(entry.authors),
        "tags": list(dict.fromkeys((*feed.tags, *_clean_tags(entry.tags)))),
        "language": entry.language,
        "read": entry.read,
        "starred": entry.starred,
    }
    is_page = not entry.base_url and _is_same_host(base, url)
    fields |= _build_texts(entry, url if is_page else base)
    fields |= _build_dates(entry, feed.fetched_at, is_day_first)
    extra = _build_extra(entry, base, url)
    given = [*entry.pictures, *filter(is_picture, entry.enclosures)]
    pictures = list(write_lead_pictures(given, base, fields["text"]))
    text = [fields["text"]]
    # A title is made of the first words, and a picture is none.
    parts = [*pictures, *text] if fields["title"] else [*text, *pictures]
    parts += _link_enclosures(extra, fields["text"])
    fields["text"] = "\n\n".join(filter(None, parts))
    key = {"feed": feed.key} if feed.key else {}
    fields["extra"] = key | extra | fields.pop("extra", {})
    return fields


def _split_and_clean_authors(given: Sequence[str]) -> list[str]:
    listed = (AUTHOR_BREAK.split(each) for each in given)
    texts = ("\n".join(resolve_leftovers(html_to_line(line)) for line in lines) for lines in listed)
    return list(clean_authors(name for text in texts for name in split_authors(text)))


def _link_enclosures(extra: Mapping[str, Any], text: str) -> Iterator[str]:
    """Yield a link to each recording or document: what the user wants of a podcast."""
    for each in extra.get("enclosures", ()):
        label = _find_media_label(str(each.get("type", "")).lower(), each["url"])
        if label and each["url"] not in text:
            length = parse_length(each) / BYTES_PER_MB
            size = f", {length:.1f} MB" if length > MIN_SIZE_SHOWN_MB else ""
            url = each["url"].replace(" ", "%20").replace("(", "%28").replace(")", "%29")
            yield f"[{label}{size}]({url})"


def _find_media_label(type_: str, url: str) -> str:
    """Return the label of an enclosure by its type, else by its name; empty if it is not linked."""
    for part, label in LINKED_MEDIA_TYPES.items():
        if part in type_:
            return label
    suffix = urlsplit(url).path.lower().rpartition(".")[2]
    labels = (label for label, known in LINKED_MEDIA_SUFFIXES.items() if suffix in known)
    return next(labels, "")


def _is_same_host(one: str, other: str) -> bool:
    """Return True for two URLs of one site, or for what names no site."""
    hosts = [urlsplit(resolve_web_url(each, "")).hostname for each in (one, other)]
    return bool(one) and hosts[0] in (None, hosts[1])


def _build_texts(entry: FeedEntry, base: str) -> dict[str, Any]:
    """Return text and summary: the full text if the feed has it, and never the same text twice."""
    content, summary = (
        html_to_text(_unescape_twice(unwrap_cdata(text)), base)
        if is_html
        else escape_markdown(cleandoc(unwrap_cdata(text)))
        for text, is_html in (
            (entry.content, entry.is_html),
            (entry.summary, entry.is_summary_html),
        )
    )
    if not content or (len(summary) > len(content) and not entry.has_full_text):
        content, summary = summary, ""
    if entry.comments and LINK_ALONE.fullmatch(content):
        content = ""  # only the link to the comments
    summary = WORDPRESS_FOOTER.sub("", strip_inline_markdown(summary)).strip()
    if not summary or _begins_with(content, summary):
        return {"text": content}
    is_complete = not TRUNCATION_MARK.search(summary) and ends_with_full_stop(summary)
    return {"text": content, "summary": summary, "summary_complete": is_complete}


def _begins_with(content: str, summary: str) -> bool:
    """Return True if the words of a summary are the first of a text, with the pictures above them or without."""
    words = "".join(filter(str.isalnum, summary[:MAX_COMPARED_CHARS]))
    texts = (content, LEADING_PICTURES.sub("", content, count=1))
    shown = (strip_inline_markdown(each[: 20 * MAX_COMPARED_CHARS]) for each in texts)
    return bool(words) and any(
        "".join(filter(str.isalnum, each)).startswith(words) for each in shown
    )


def _unescape_twice(text: str) -> str:
    """Return HTML that was escaped once too often from end to end as it was meant."""
    if "<" in text or not WRAPPED_MARKUP.match(plain := unescape(text)):
        return text
    return plain


def _build_dates(entry: FeedEntry, now: str, is_day_first: bool | None) -> dict[str, Any]:
    """Return the dates; one in the future becomes the time of the fetch, and is kept in `extra` (case 97)."""
    updated = _parse_date(entry.updated, entry.language, is_day_first)
    published = _parse_date(entry.published, entry.language, is_day_first) or updated
    if published is None:
        text = clean_line(str(entry.published or entry.updated or ""), 100)
        return {"extra": {"date": text}} if text else {}
    latest = to_unix_seconds(now) + MAX_CLOCK_SKEW
    dates: dict[str, Any] = {}
    if updated and updated != published and to_unix_seconds(updated) <= latest:
        dates["updated"] = updated
    if to_unix_seconds(published) > latest:
        return {**dates, "date": now, "extra": {"date": published}}
    return {**dates, "date": published}


def _parse_date(value: object, language: str, is_day_first: bool | None) -> str | None:
    found = parse_timestamp(value, language, is_day_first=is_day_first) if value else None
    if not found or to_unix_seconds(found) <= NO_SENSE_SECONDS:
        return None
    return SECOND_FRACTION.sub("Z", found)


def _clean_tags(tags: Iterable[str]) -> list[str]:
    clean = (clean_line(html_to_line(tag), 100) for tag in list(tags)[: 2 * MAX_ENTRY_TAGS])
    return list(dict.fromkeys(tag for tag in clean if tag and "://" not in tag))[:MAX_ENTRY_TAGS]


def _build_extra(entry: FeedEntry, base: str, url: str) -> dict[str, Any]:
    """Return what articles have no field for."""
    files: dict[str, dict[str, Any]] = {}
    for each in entry.enclosures[:MAX_ENCLOSURES]:
        if each.get("url") and (found := resolve_web_url(str(each["url"]), base)):
            said = {name: value for name, value in {**each, "url": found}.items() if value}
            files[found] = said | files.get(found, {})
    extra: dict[str, Any] = {"enclosures": list(files.values())} if files else {}
    if comments := resolve_web_url(entry.comments, base):
        extra["comments"] = comments
    if entry.guid and entry.guid != url:
        extra["guid"] = entry.guid
    if entry.source and not _is_same_host(entry.source.get("url", ""), url):
        extra["source"] = dict(entry.source)
    if linked := resolve_web_url(entry.linked_url, base):
        extra["external_url"] = linked
    return extra
