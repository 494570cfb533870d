"""Parsing feeds: bytes in any format, however malformed, become articles whose ids stay the same."""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import MAXYEAR, UTC, datetime
from html import unescape
from inspect import cleandoc
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from store.feeds.entry_limit import drop_old_entries, drop_old_items
from store.feeds.item_identity import identify_items
from store.feeds.media_elements import (
    CAPTION,
    find_pictures,
    is_picture,
    separate_captions,
    write_lead_pictures,
)
from store.feeds.truncation import drop_partial_entry, parse_json_prefix
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
from store.text.decoding import (
    DocumentKind,
    decode_document,
    detect_document_kind,
    extract_feed_xml,
    find_html_title,
    remove_invalid_xml_characters,
)
from store.text.html_to_text import html_to_line, html_to_text
from store.text.line_breaks import mark_line_breaks
from store.text.markdown import escape_markdown, strip_inline_markdown
from store.text.prose import ends_with_full_stop
from store.text.titles import resolve_leftovers, title_to_line, unwrap_cdata
from store.text.urls import canonicalize_url, resolve_web_url

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
WRAPPED_MARKUP = re.compile(
    r"\A\s{0,99}<(?:p|div|ul|ol|h[1-6]|table|figure|article|section|blockquote)(?:\s[^<>]{0,500})?>(?s:.*)"
    r"</(?:p|div|ul|ol|table|figure|article|section|blockquote)>\s{0,99}\Z",
    re.IGNORECASE,
)
"""HTML from end to end, which some declare as plain text."""
HTML_TAG_START = re.compile(r"<[a-z/!]", re.IGNORECASE)
AUTHOR_ELEMENT = re.compile(
    r"<(?:\w+:)?(?:author|creator|managingEditor)\b[^<>]*>(?:\s*<!\[CDATA\[(?:(?!\]\]>).){1,500}|[^<>]{1,500})",
    re.IGNORECASE | re.DOTALL,
)
AUTHOR_BREAK = re.compile(r"\n|<br\s*/?>", re.IGNORECASE)
AT_MARK = "\ue0a7"
"""Stands for the @ of authors' addresses while feedparser runs, which cuts long domains and lists."""
MAX_ENTRY_TAGS = 20
"""Tags of one entry that are taken; longer lists are search keywords."""
MAX_ENCLOSURES = 20
FIRST_YEAR = 1970
NO_SENSE_SECONDS = 31 * DAY_SECONDS
"""Times until then are of clocks that were never set, or seconds that were taken for milliseconds."""
PRISM_DATES = ("prism_publicationdate", "prism_coverdate")
"""Dates of journals (PRISM), as feedparser names them."""
NO_TEXT_TYPE = re.compile(
    r"(?:image|audio|video|font|application)/(?!xml\Z|xhtml)(?![\w.-]*\+xml\Z)"
)
"""Content in Base64, or content that is elsewhere."""
ZERO_YEAR = re.compile(r"\b000\d\b(?!\Z)|-000\d|^\d{5,}-")
"""A year that feedparser takes for one of today."""
BYTES_PER_MB, MIN_SIZE_SHOWN_MB = 1_000_000, 0.1
LINKED_MEDIA_TYPES = {"audio/": "Audio", "video/": "Video", "/pdf": "PDF"}
"""Labels of the enclosures that are linked below the text, by a part of their media type."""
FULL_TEXT_NAMES = ("yandex_full-text", "turbo_content")
"""Texts beside the description, as feedparser names the elements of Yandex."""
LINK_NAMES = ("feedburner_origlink", "link", "blogger_filename")
"""The links of an entry, the preferred first: an archive of Blogger has but the path."""
SUMMARY_NAMES = ("summary", "dcterms_abstract", "dc_abstract", "subtitle", CAPTION)
FULL_TEXT_TAG = re.compile(
    r"<(?:\w+:encoded|\w+:body|body|fullitem|yandex:full-text|turbo:content)\b"
)
LINK_ALONE = re.compile(r"\[[^\[\]]*\]\([^()\s]*\)")
WORDPRESS_FOOTER = re.compile(r"(?<!\s)\s*+The post [^\n]{1,400} appeared first on [^\n]{1,200}\Z")
"""The line that WordPress adds below every excerpt."""
TRUNCATION_MARK = re.compile(r"(?:\[(?:…|\.\.\.)\]|…|\.\.\.)\Z")
SECOND_FRACTION = re.compile(r"\.\d+Z\Z")
LEADING_PICTURES = re.compile(
    r"\A(?>(?:\s*+\[?!\[(?:[^\[\]\\]|\\.?)*+\]\([^()\s]*+\)(?:\]\([^()\s]*+\))?)+)"
)
MAX_COMPARED_CHARS = 200


@dataclass(frozen=True, slots=True)
class FeedInfo:
    """The facts about a feed that its entries need."""

    key: str
    """The URL it was first subscribed to, which its articles refer to for good; empty if it has none."""
    url: str
    """The URL it was fetched from, to which links are relative."""
    fetched_at: str
    """The time of the fetch, ISO 8601 in UTC."""
    category: str = ""
    tags: Sequence[str] = ()
    """Tags that the user gave the feed."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """The contents of an entry, whatever the format of its feed."""

    link: str = ""
    guid: str = ""
    title: str = ""
    is_title_html: bool = True
    content: str = ""
    """HTML or text; the longest that the entry has."""
    is_html: bool = True
    summary: str = ""
    is_summary_html: bool = True
    authors: Sequence[str] = ()
    tags: Sequence[str] = ()
    published: object = None
    updated: object = None
    language: str = ""
    has_full_text: bool = False
    """True if the content is the text of the entry, however short."""
    pictures: Sequence[Mapping[str, Any]] = ()
    """Pictures beside the text, each with `url`, and `width` where it is known."""
    enclosures: Sequence[Mapping[str, Any]] = ()
    """Enclosures, each with `url`, `type` and `length`."""
    comments: str = ""
    source: Mapping[str, str] = field(default_factory=dict)
    """Title and URL of the publication that it was taken from."""
    linked_url: str = ""
    """The page that it is about, if it has another one of its own."""
    base_url: str = ""
    """The URL to which its links are relative."""
    read: bool = False
    """True if it was read in the program that it comes from."""
    starred: bool = False


class RejectedItem(NamedTuple):
    """An item of a feed that is no article, and why."""

    number: int
    """Its place in the feed, from 1 on."""
    reason: str


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """The contents of a feed."""

    title: str
    site: str
    """Its home page."""
    articles: Sequence[ParsedArticle]
    rejected: Sequence[RejectedItem] = ()
    omitted_count: int = 0
    """The number of entries beyond those that are taken at once."""
    problem: str = ""
    """The reason why it did not come whole; empty if it did."""
    url: str = ""
    """The URL that it states as its own."""


def parse_feed(data: bytes, charset: str, feed: FeedInfo) -> ParsedFeed:
    """Parse a feed that the server sent as this charset; of too many entries, the newest are taken.

    Raises:
        InvalidInput: It is not a feed; the text says what it is instead.
    """
    kind, text = decode_feed(data, charset)
    if kind == "json":
        document, problem = parse_json_feed(text)
        document, omitted = drop_old_items(document, feed.fetched_at)
        parsed = _build_json_items(document, feed)
    else:
        whole, problem = drop_partial_entry(extract_feed_xml(text))
        whole, omitted = drop_old_entries(whole, feed.fetched_at)
        try:
            parsed = _build_xml_items(whole, feed)
        except InvalidInput as error:
            raise InvalidInput(problem or str(error)) from error
    return replace(_identify(parsed, feed), omitted_count=omitted, problem=problem)


def parse_feed_part(text: str, feed: FeedInfo) -> ParsedFeed:
    """Parse a part of a feed, as `store.feeds.feed_parts` makes them; its articles are still to be identified.

    Raises:
        InvalidInput: It is not a feed.
    """
    if text.startswith("{"):
        return _build_json_items(parse_json_feed(text)[0], feed)
    return _build_xml_items(text, feed)


def decode_feed(data: bytes, charset: str) -> tuple[DocumentKind, str]:
    """Return the kind of a feed, `xml` or `json`, and its text.

    Raises:
        InvalidInput: It is not a feed; the text says what it is instead.
    """
    text = remove_invalid_xml_characters(decode_document(data, charset))
    kind = detect_document_kind(text)
    if kind == "html":
        title = clean_line(html_to_line(find_html_title(text)), 80)
        raise InvalidInput(
            f"not a feed (HTML page “{title}”)" if title else "not a feed (HTML page)"
        )
    if kind == "other":
        raise InvalidInput("not a feed" if text.strip() else "not a feed (empty)")
    return kind, text


def build_feed(
    title: str, site: str, entries: Sequence[FeedEntry | None], feed: FeedInfo
) -> ParsedFeed:
    """Build the articles of a feed from its entries, the newest first; None is an entry that is none."""
    return _identify(_build_items(title, site, entries, feed), feed)


def _identify(parsed: ParsedFeed, feed: FeedInfo) -> ParsedFeed:
    found = identify_items(parsed.articles, feed.key, parsed.site)
    return replace(parsed, articles=list(found))


def _build_items(
    title: str, site: str, entries: Sequence[FeedEntry | None], feed: FeedInfo
) -> ParsedFeed:
    """Build the articles of a feed, which are still to be identified."""
    rejected, built = [], []
    title = clean_line(html_to_line(title), 200)
    feed = feed if feed.category else replace(feed, category=title)
    dates = (each for entry in entries if entry for each in (entry.published, entry.updated))
    is_day_first = find_day_order(each for each in dates if isinstance(each, str))
    for number, entry in enumerate(entries, start=1):
        try:
            if entry is None:
                raise InvalidInput("not an item")
            fields = _entry_to_fields(entry, feed, site, is_day_first)
            found = build_article(fields, source="feed", now=feed.fetched_at)
            built.append(_name_item(found, entry, feed))
        except InvalidInput as error:
            rejected.append(RejectedItem(number, str(error)))
    return ParsedFeed(title, site, built, rejected)


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


# -- XML -----------------------------------------------------------------------------------


def _build_xml_items(text: str, feed: FeedInfo) -> ParsedFeed:
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
    url = resolve_web_url(str(next(links, None) or ""), feed.url)
    site = resolve_web_url(str(about.get("link") or ""), feed.url or url)
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
    return replace(_build_items(str(about.get("title") or ""), site, entries, feed), url=url)


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
    guid = str(entry.get("id") or "")
    link = str(next(filter(None, map(entry.get, LINK_NAMES)), ""))
    return FeedEntry(
        link="" if link == guid and "/" not in link else link,  # a guid that is called a permalink
        guid=guid,
        title=str(entry.get("title") or entry.get("itunes_title") or ""),
        is_title_html=not (is_atom and _content_type(entry, "title") == "text/plain"),
        content=content if is_atom else mark_line_breaks(unwrap_cdata(content)),
        is_html=not (is_plain if best else is_plain_summary),
        summary=summary if best else "",
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
        base_url=resolve_web_url(str(best.get("base") or ""), ""),
    )


def _find_enclosures(entry: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for each in entry.get("enclosures") or ():
        yield {"url": each.get("href"), "type": each.get("type"), "length": _parse_length(each)}
    for each in entry.get("media_content") or ():
        if each.get("url") and _is_recording(each):
            yield {"url": each["url"], "type": each.get("type")}


def _is_recording(media: Mapping[str, Any]) -> bool:
    return str(media.get("type") or "").lower().startswith(("audio/", "video/"))


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
    yield from filter(None, names or [str(entry.get("author") or "")])


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


def _parse_length(enclosure: Mapping[str, Any]) -> int:
    length = str(enclosure.get("length") or "")
    return int(length) if length.isdecimal() and len(length) < 16 else 0


# -- JSON ----------------------------------------------------------------------------------

JSON_FEED_VERSION = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/", re.IGNORECASE)


def parse_json_feed(text: str) -> tuple[Mapping[str, Any], str]:
    """Return a JSON Feed, or as much of it as came whole, and the problem.

    Raises:
        InvalidInput: It is not a feed.
    """
    found, problem = parse_json_prefix(text)
    if (
        not isinstance(found, dict)
        or not JSON_FEED_VERSION.match(str(found.get("version", "")))
        or not isinstance(found.get("items"), list)
    ):
        raise InvalidInput("JSON, but not a feed")
    return found, problem


def _build_json_items(found: Mapping[str, Any], feed: FeedInfo) -> ParsedFeed:
    url = resolve_web_url(_json_text(found, "feed_url"), feed.url)
    site = resolve_web_url(_json_text(found, "home_page_url"), feed.url or url)
    entries = [
        _parse_json_entry(each, found) if isinstance(each, dict) else None
        for each in found["items"]
    ]
    return replace(_build_items(_json_text(found, "title"), site, entries, feed), url=url)


def _parse_json_entry(item: Mapping[str, Any], feed: Mapping[str, Any]) -> FeedEntry:
    html, text = _json_text(item, "content_html"), _json_text(item, "content_text")
    link, linked = _json_text(item, "url"), _json_text(item, "external_url")
    return FeedEntry(
        link=link or linked,
        linked_url=linked if link else "",
        has_full_text=bool(html or text),
        guid=_json_text(item, "id").strip(),
        title=_json_text(item, "title"),
        is_title_html=False,
        content=html or text,
        summary=_json_text(item, "summary"),
        is_html=bool(html),
        is_summary_html=bool(html),
        authors=_json_authors(item) or _json_authors(feed),
        tags=[tag for tag in _json_list(item, "tags") if isinstance(tag, str)],
        published=item.get("date_published"),
        updated=item.get("date_modified"),
        language=_json_text(item, "language") or _json_text(feed, "language"),
        pictures=[
            {"url": _json_text(item, name)} for name in ("image", "banner_image") if item.get(name)
        ],
        enclosures=[
            {
                "url": _json_text(each, "url"),
                "type": _json_text(each, "mime_type"),
                "length": each.get("size_in_bytes"),
            }
            for each in _json_list(item, "attachments")
            if isinstance(each, dict)
        ],
    )


def _json_authors(fields: Mapping[str, Any]) -> list[str]:
    """Return the names of authors; version 1 has one author, and some write the names alone."""
    given = fields.get("authors") or fields.get("author")
    authors = given if isinstance(given, list) else [given]
    names = (each.get("name") if isinstance(each, dict) else each for each in authors)
    return [name for name in names if isinstance(name, str) and name]


def _json_text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def _json_list(fields: Mapping[str, Any], name: str) -> list[Any]:
    value = fields.get(name)
    return value if isinstance(value, list) else []


# -- entries -------------------------------------------------------------------------------


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
    fields |= _build_texts(entry, base) | _build_dates(entry, feed.fetched_at, is_day_first)
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
    listed = (AUTHOR_BREAK.split(each.replace(AT_MARK, "@")) for each in given)
    texts = ("\n".join(resolve_leftovers(html_to_line(line)) for line in lines) for lines in listed)
    return list(clean_authors(name for text in texts for name in split_authors(text)))


def _link_enclosures(extra: Mapping[str, Any], text: str) -> Iterator[str]:
    """Yield a link to each recording or document: what the user wants of a podcast."""
    for each in extra.get("enclosures", ()):
        kind = next(
            (kind for kind in LINKED_MEDIA_TYPES if kind in str(each.get("type", "")).lower()), ""
        )
        if kind and each["url"] not in text:
            length = _parse_length(each) / BYTES_PER_MB
            size = f", {length:.1f} MB" if length > MIN_SIZE_SHOWN_MB else ""
            url = each["url"].replace(" ", "%20").replace("(", "%28").replace(")", "%29")
            yield f"[{LINKED_MEDIA_TYPES[kind]}{size}]({url})"


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
