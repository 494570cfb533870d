"""Building articles: fields from outside become a valid, clean article, or are rejected.

Every importer and every feed only makes a mapping in the shape of newstui JSON.
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, time
from typing import Any, NamedTuple

from store.importers.annotations import ANNOTATION_FIELDS, collect_annotations
from store.importers.common_names import read_common_names
from store.importers.containers import ImportItem, describe_type
from store.importers.reader_exports import READER_FORMATS, detect_reader_format
from store.model.article import Article, Body, ParsedArticle, ReadingStatus, Rejection
from store.model.errors import InvalidInput
from store.model.times import parse_timestamp
from store.text.authors import clean_authors, split_authors
from store.text.clean import clean_json, clean_line, clean_text
from store.text.markdown import strip_inline_markdown
from store.text.names import clean_name, unique_names
from store.text.prose import count_words, ends_with_full_stop, make_title
from store.text.urls import make_page_id, make_url_id

TEXT_NAMESPACE = uuid.UUID("7c1d5c0e-3a0b-4f0e-9c59-2f1a54f1b6de")
"""Namespace of ids that are made from title, date and text. It must never change."""

ARTICLE_SOURCES = frozenset({"import", "feed", "page", "sample"})
SUMMARY_ORIGINS = frozenset({"import", "extract", "command"})
HTML_CONTENT_START = re.compile(
    r"\s*<(?:!--|!doctype\b|/?(?:html|body|head|p|div|h[1-6]|article|section|figure|main|header|footer"
    r"|blockquote|ul|ol|dl|li|table|pre|hr|center|a|abbr|acronym|audio|b|bdi|bdo|big|br|cite|code|del|dfn"
    r"|em|font|i|iframe|img|ins|kbd|mark|picture|q|ruby|s|samp|small|span|strike|strong|sub|sup|time|tt|u"
    r"|var|video)(?=[\s/>])[^<>]*>)",
    re.IGNORECASE,
)
"""The beginning of a `content` field that is HTML."""
JATS_TAG = re.compile(r"(</?)jats:")
"""A tag of an abstract as journals write it (JATS)."""
WEB_URL = re.compile(r"\s*https?://\S+\s*\Z", re.IGNORECASE)
NO_PAGE_SCHEME = re.compile(
    r"(?:about|blob|brave|chrome(?:-[a-z]+)?|data|edge|file|javascript|mailto|moz-extension|opera|place"
    r"|resource|sms|tel|view-source|vivaldi|vbscript|wyciwyg):",
    re.IGNORECASE,
)
"""The scheme of a bookmark that is no web page: a script, a query, a page of the browser."""
TRUE_WORDS = frozenset({"true", "yes", "y", "on", "1", "checked"})
FALSE_WORDS = frozenset({"false", "no", "n", "off", "0", "unchecked"})
MAX_SAFE_INTEGER = 2**53
"""Larger integers do not survive every JSON parser."""

NAME_KEYS = ("name", "title", "label", "term")
"""Keys under which other programs store the text of a tag, an author or a similar article."""

UUID_PATTERN = re.compile(
    r"(?:urn:uuid:|\{)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?",
    re.IGNORECASE,
)
NIL_UUID = str(uuid.UUID(int=0))


class RawFields:
    """The fields of one item, taken out one by one; what remains is unknown to newstui."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self.remaining = {str(name): value for name, value in fields.items()}
        self.invalid: dict[str, Any] = {}
        """Fields whose values cannot be used; they are kept in `extra`."""

    def pop(self, *names: str) -> tuple[str, Any]:
        """Take out the first of these fields that has a value; return its name, and it or None."""
        for name in names:
            value = self.remaining.pop(name, None)
            if value or value == 0:  # zero and False are values
                return name, value
        return names[0], None


def build_article(fields: Mapping[str, Any], *, source: str, now: str) -> ParsedArticle:
    """Build an article from its fields.

    Args:
        fields: In the shape of newstui JSON; a few names of other programs are accepted too.
            Unknown fields are kept in `extra`.
        source: The value of `Article.source` unless the fields have one.
        now: The current time, ISO 8601 in UTC.

    Raises:
        InvalidInput: There is nothing in it, or a field has the wrong type.
    """
    raw = RawFields(fields)
    url = _take_url(raw)
    body = _build_body(raw, url)
    if not body.text and (scheme := NO_PAGE_SCHEME.match(url)):
        raise InvalidInput(f"{scheme[0].lower()} is not the URL of an article")
    title = coerce_line(*raw.pop("title")) or make_title(body.text or body.summary) or url
    if not title:
        title = coerce_line("text", body.text or body.summary, limit=100)
    if not title:
        raise InvalidInput("an article without title, text and URL")
    language = coerce_line(*raw.pop("language"), limit=35)
    dates = ("date", "published", "published_at", "date_published")
    published = _take_timestamp(raw, language, *dates)
    created = _take_timestamp(raw, language, "created") or now
    article = Article(
        id=_take_id(raw, url, source) or make_text_id(title, published, body.text),
        title=title,
        category=clean_name(coerce_line(*raw.pop("category"))),
        url=url,
        authors=_take_authors(raw),
        tags=unique_names(coerce_names(*raw.pop("tags"), comma=True)),
        date=published,
        created=created,
        updated=_take_timestamp(raw, language, "updated") or created,
        words=_take_word_count(raw, body.text),
        language=language,
        source=_take_source(raw, source),
    )
    reading = _build_reading(raw, len(body.text))
    extra = _take_extra(raw, body.text)
    return ParsedArticle(replace(article, extra=extra) if extra else article, body, reading)


def _build_body(raw: RawFields, url: str) -> Body:
    name, value = raw.pop("text", "content_text", "content", "body", "html", "content_html")
    if isinstance(value, str) and "html" in name:
        value = _html_to_text(value, url)
    elif name != "text":
        value = _strip_html(value, url)
    text = coerce_paragraphs(name, value)
    _, origin = raw.pop("summary_origin")
    given = raw.pop("summary")[1]  # one with an origin is our own, which is Markdown
    summary = coerce_paragraphs("summary", given if origin else _strip_markup(given, url))
    complete = raw.pop("summary_complete")
    similar = _take_similar(raw)
    if not summary:
        return Body(text, similar=similar)
    return Body(
        text,
        summary,
        origin if isinstance(origin, str) and origin in SUMMARY_ORIGINS else "import",
        coerce_flag(*complete, default=ends_with_full_stop(summary)),
        similar,
    )


def _strip_html(value: object, base: str) -> object:
    """Return the value, converted to text if it is HTML."""
    if isinstance(value, str) and "<jats:" in value:
        value = JATS_TAG.sub(r"\1", value)
    is_html = isinstance(value, str) and HTML_CONTENT_START.match(value)
    return _html_to_text(str(value), base) if is_html else value


def _strip_markup(value: object, base: str) -> object:
    """Return the value, without any markup if it is HTML; a summary has no emphasis and no links."""
    text = _strip_html(value, base)
    return text if text is value else strip_inline_markdown(str(text))


def _html_to_text(html: str, base: str = "") -> str:
    from store.text.html_to_text import html_to_text  # imported here: rarely needed
    from store.text.line_breaks import mark_line_breaks

    return html_to_text(mark_line_breaks(html), base)


def _take_similar(raw: RawFields) -> tuple[str, ...]:
    """Take the titles that came with the article, not those that another index found."""
    name, value = raw.pop("similar")
    if isinstance(value, list):
        value = [
            item
            for item in value
            if not (isinstance(item, Mapping) and item.get("origin") == "index")
        ]
    return coerce_names(name, value)


def _take_authors(raw: RawFields) -> tuple[str, ...]:
    name, value = raw.pop("authors", "author")
    names = coerce_names(name, value)
    if isinstance(value, str):  # one text may be a list of them
        names = tuple(each for line in names for each in split_authors(line))
    return tuple(clean_authors(names))


def _take_url(raw: RawFields) -> str:
    name, value = raw.pop("url", "link", "source_url")
    if value is None and WEB_URL.match(str(raw.remaining.get("source"))):
        name, value = raw.pop("source")  # as web clippers name it
    url = coerce_text(name, value)
    return coerce_line(name, url, limit=2 * len(url) + 1)


def _take_timestamp(raw: RawFields, language: str, *names: str) -> str | None:
    """Take a timestamp, written in this language; one that cannot be parsed is kept in `extra`."""
    name, value = raw.pop(*names)
    if value in (0, "0"):  # what programs write where there is no time
        return None
    found = (
        parse_timestamp(value, language) if isinstance(value, str | int | float | date) else None
    )
    if found is None and value is not None:
        raw.invalid[name] = value
    return found


def _take_id(raw: RawFields, url: str, source: str) -> str:
    """Take the id, or make it from the URL; empty if there is neither."""
    name, value = raw.pop("id")
    given = coerce_line(name, value)
    if found := parse_uuid(given):
        return found
    if given:
        raw.invalid["id"] = value
    if url[:8].lower().startswith(("http://", "https://")):
        # A saved page is the whole page, whatever part of it the URL leads to.
        return make_page_id(url) if source == "page" else make_url_id(url)
    return ""


def make_text_id(title: str, published: str | None, text: str) -> str:
    """Return the id of an article that has no URL."""
    return str(uuid.uuid5(TEXT_NAMESPACE, "\n".join((title, published or "", text))))


def _take_word_count(raw: RawFields, text: str) -> int:
    """Return our own count; a different one is kept in `extra`, or used if there is no text."""
    given = coerce_count(*raw.pop("words"))
    words = count_words(text) if text else given
    if given and given != words:
        raw.invalid["words"] = given
    return words


def _take_source(raw: RawFields, source: str) -> str:
    _, value = raw.pop("source")
    if isinstance(value, str) and value in ARTICLE_SOURCES:
        return value
    if value is not None:
        raw.invalid["source"] = value
    return source


def _build_reading(raw: RawFields, length: int) -> ReadingStatus:
    count = coerce_count(*raw.pop("read_count"))
    last_read = _take_timestamp(raw, "", "last_read")
    return ReadingStatus(
        read=coerce_flag(*raw.pop("read"), default=count > 0 or last_read is not None),
        starred=coerce_flag(*raw.pop("starred"), default=False),
        read_count=count,
        last_opened=_take_timestamp(raw, "", "last_opened"),
        last_read=last_read,
        position=_take_position(raw, length),
    )


def _take_position(raw: RawFields, length: int) -> int:
    """Take the offset where reading stopped; other programs store it as a fraction of the text."""
    _, fraction = raw.pop("progress")
    if isinstance(fraction, int | float) and 0 <= fraction <= 1:
        if not length and 0 < fraction < 1:
            raw.invalid["progress"] = fraction  # there is no text yet
        return int(fraction * length) % (length or 1)
    if fraction is not None:
        raw.invalid["progress"] = fraction
    return min(coerce_count(*raw.pop("position")), length)


def _take_extra(raw: RawFields, text: str) -> dict[str, Any]:
    """Take unknown and invalid fields; `minutes` is dropped, as it follows from `words`."""
    raw.pop("minutes")
    _, given = raw.pop("extra")
    if given is not None and not isinstance(given, Mapping):
        given = {"extra": given}
    extra: dict[str, Any] = coerce_json(
        clean_json({**(given or {}), **raw.remaining, **raw.invalid})
    )
    if annotations := collect_annotations((extra.get(name) for name in ANNOTATION_FIELDS), text):
        extra = {name: value for name, value in extra.items() if name not in ANNOTATION_FIELDS}
        extra["annotations"] = annotations
    return extra


# -- values of any type ---------------------------------------------------------------------


def make_type_error(name: str, expected: str, value: object) -> InvalidInput:
    """Return the error for a field of an unexpected type."""
    shown = f"“{clean_line(value, limit=40)}”" if isinstance(value, str) else describe_type(value)
    return InvalidInput(f"{name}: expected {expected}, found {shown}")


def coerce_text(name: str, value: object) -> str:
    """Return a text as it is; numbers and dates become text."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, int | float | date) and not isinstance(value, bool):
        return _format_value(value)
    raise make_type_error(name, "text", value)


def _format_value(value: object) -> str:
    try:
        return value.isoformat() if isinstance(value, date | time) else str(value)
    except ValueError:  # a number with more digits than Python converts
        return "…"


def coerce_line(name: str, value: object, limit: int = 500) -> str:
    """Return a clean text in one line."""
    text = coerce_text(name, value)
    return clean_line(text, limit=limit) if text else ""


def coerce_paragraphs(name: str, value: object) -> str:
    """Return a clean long text; the items of a list become paragraphs."""
    if isinstance(value, list | tuple):
        value = "\n\n".join(coerce_text(name, paragraph) for paragraph in value)
    return clean_text(coerce_text(name, value)).strip()


def coerce_count(name: str, value: object) -> int:
    """Return a count: an integer that is not negative."""
    if value is None:
        return 0
    found: float = -1
    if isinstance(value, str):
        digits = value.strip().replace(",", "")
        found = int(digits) if digits.isdecimal() and len(digits) < 16 else -1
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found = value
    if 0 <= found < MAX_SAFE_INTEGER and found == int(found):
        return int(found)
    raise make_type_error(name, "a number", value)


def coerce_flag(name: str, value: object, *, default: bool) -> bool:
    """Return a boolean, however it is written; the default if there is no value.

    A time is that at which it became true.
    """
    if value is None or isinstance(value, bool):
        return default if value is None else value
    word = str(value).strip().lower() if isinstance(value, str | int) else ""
    if word in TRUE_WORDS or word in FALSE_WORDS:
        return word in TRUE_WORDS
    if isinstance(value, str) and parse_timestamp(value):
        return True
    raise make_type_error(name, "yes or no", value)


def coerce_names(name: str, value: object, *, comma: bool = False) -> tuple[str, ...]:
    """Return clean names of texts or objects, each once, in order.

    With `comma`, one text is a comma-separated list of them (tags are, authors are not).
    """
    if value is None:
        return ()
    if isinstance(value, str):
        value = value.split(",") if comma else [value]
    elif isinstance(value, Mapping):
        value = [value] if any(key in value for key in NAME_KEYS) else list(value)
    if not isinstance(value, Iterable):
        value = [value]
    return tuple(dict.fromkeys(_iter_names(name, value)))


def _iter_names(name: str, values: Iterable[object]) -> Iterator[str]:
    for item in values:
        value = item
        if isinstance(item, Mapping):
            value = next((item[key] for key in NAME_KEYS if item.get(key)), None)
            if value is None:
                raise make_type_error(name, "names", item)
        if line := coerce_line(name, value):
            yield line


def coerce_json(value: Any) -> Any:
    """Return a clean JSON value; what JSON cannot represent becomes text."""
    if isinstance(value, dict):
        return {name: coerce_json(item) for name, item in value.items()}
    if isinstance(value, list):
        return [coerce_json(item) for item in value]
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int | float) and -(2**63) <= value < 2**63:
        return value
    return clean_line(_format_value(value))


def parse_uuid(text: str) -> str | None:
    """Return a UUID in its canonical form, or None for any other id and for the nil UUID."""
    match = UUID_PATTERN.fullmatch(text)
    found = match[1].lower() if match else NIL_UUID
    return None if found == NIL_UUID else found


# -- many articles -------------------------------------------------------------------------

MIN_PARALLEL_BYTES = 8_000_000
"""Size of a file that is worth starting processes for."""
MAX_BUILD_PROCESSES = 4
"""More processes would build faster than this one can write."""

BuildResults = Iterator[ParsedArticle | Rejection]


class ArticleBuilder(NamedTuple):
    """Builds the articles of one import."""

    reader_format: str | None
    """The name of the program that exported them; None to detect it for each item."""
    source: str
    now: str

    def build_all(self, items: Iterable[ImportItem | ParsedArticle | Rejection]) -> BuildResults:
        """Yield the article of each item, or why there is none."""
        forced = next((each for each in READER_FORMATS if each.name == self.reader_format), None)
        for item in items:
            if not isinstance(item, ImportItem):
                yield item
                continue
            try:
                reader_format = forced or detect_reader_format(item.fields)
                convert = reader_format.convert if reader_format else read_common_names
                fields = convert(item.fields)
                yield build_article(fields, source=self.source, now=self.now)
            except InvalidInput as error:
                yield Rejection(item.location, str(error))


def choose_process_count(size: int, cores: int | None = None) -> int:
    """Return the number of processes that are worth starting for a file of that size; 0 for none."""
    cores = cores or os.cpu_count() or 1
    return 0 if size < MIN_PARALLEL_BYTES or cores < 2 else min(cores, MAX_BUILD_PROCESSES)
