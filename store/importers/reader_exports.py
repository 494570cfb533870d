"""Exports of other readers: how their records are recognized, and what their fields mean.

A record becomes fields in the shape of newstui JSON, which `store.importers.article_builder` checks
like any others. Fields that newstui does not have keep their names and end up in `extra`, and so
does the id of the other program: articles are identified by their URLs, so that a page saved by two
programs is one article.
"""

from __future__ import annotations

import ast
import html
import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store.model.errors import InvalidInput

ReaderRecord = Mapping[str, Any]
ArticleFields = dict[str, Any]

HTML_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
GOOGLE_READER_STATE = "/state/com.google/"
GOOGLE_READER_LABEL = "/label/"


@dataclass(frozen=True, slots=True)
class ReaderFormat:
    """The record format of one program's export."""

    name: str
    """One of `IMPORT_FORMATS`, by which the user can name it."""
    required_fields: frozenset[str]
    """Fields that every record of this program has, and no record of another has all of."""
    convert: Callable[[ReaderRecord], ArticleFields]
    """Converts a record to fields; raises `InvalidInput` if it is not an article."""


def detect_reader_format(record: ReaderRecord) -> ReaderFormat | None:
    """Return the format of a record; None for newstui's own."""
    keys = record.keys()
    return next((each for each in READER_FORMATS if each.required_fields <= keys), None)


def _rename_fields(record: ReaderRecord, program: str, names: str) -> ArticleFields:
    """Return the fields that have a value, under newstui's names.

    Args:
        record: The record.
        program: The name of the program, under which its id is kept.
        names: Pairs of `theirs=ours`, separated by spaces; a space in a name is written `_`.
    """
    ours = {"id": f"{program}_id", "ID": f"{program}_id"}
    for pair in names.split():
        theirs, _, name = pair.partition("=")
        ours[theirs] = ours[theirs.replace("_", " ")] = name
    return {
        ours.get(name, name): value
        for name, value in record.items()
        if value not in (None, "", [], {})
    }


def _split_list(value: object, separator: str) -> list[str]:
    return [part.strip() for part in str(value or "").split(separator)]


def _parse_list(value: object) -> list[Any]:
    """Return the items of a list that is written as JSON or as a Python literal."""
    text = str(value or "[]")
    with suppress(ValueError):
        return list(json.loads(text))
    with suppress(ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return list(ast.literal_eval(text))
    return [text]


def _parse_number(value: object) -> float:
    with suppress(ValueError, TypeError):
        return float(str(value))
    return 0.0


def _get_nested(value: object, *path: str | int) -> Any:
    """Return the value at a path inside nested values; None if there is none."""
    for step in path:
        try:
            value = value[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _unescape_title(fields: ArticleFields) -> ArticleFields:
    """Return the fields with the HTML entities resolved that web programs leave in titles."""
    if isinstance(title := fields.get("title"), str):
        fields["title"] = HTML_ENTITY.sub(lambda found: html.unescape(found[0]), title)
    return fields


def _convert_wallabag(record: ReaderRecord) -> ArticleFields:
    fields = _rename_fields(
        record,
        "wallabag",
        "content=html is_archived=read archived_at=last_read is_starred=starred"
        " created_at=created updated_at=updated published_at=date published_by=authors"
        " domain_name=category",
    )
    return _unescape_title(fields)


def _convert_wallabag_csv(record: ReaderRecord) -> ArticleFields:
    fields = _rename_fields(
        record,
        "wallabag",
        "Title=title URL=url Content=html Tags=tags Language=language Creation_date=created",
    )
    with suppress(ValueError):
        made = datetime.strptime(str(fields.get("created")), "%d/%m/%Y %H:%M:%S")
        fields["created"] = made.isoformat(sep=" ")
    return fields


def _convert_omnivore(record: ReaderRecord) -> ArticleFields:
    fields = _rename_fields(
        record,
        "omnivore",
        "description=summary labels=tags savedAt=created updatedAt=updated publishedAt=date",
    )
    fields["read"] = record.get("state") == "Archived"
    fields["progress"] = _parse_number(fields.pop("readingProgress", 0)) / 100
    return fields


def _convert_readwise_csv(record: ReaderRecord) -> ArticleFields:
    fields = _rename_fields(
        record, "readwise", "Title=title URL=url Document_tags=tags Saved_date=created"
    )
    fields["tags"] = _parse_list(fields.get("tags"))
    fields["progress"] = _parse_number(fields.pop("Reading progress", 0))
    fields["read"] = record.get("Location") == "archive"
    return fields


def _convert_readwise(record: ReaderRecord) -> ArticleFields:
    if record.get("parent_id"):
        raise InvalidInput("a highlight or note, not an article")
    fields = _rename_fields(
        record,
        "readwise",
        "url=readwise_url source_url=url category=readwise_kind site_name=category content=html"
        " word_count=words saved_at=created created_at=created_at updated_at=updated"
        " published_date=date last_opened_at=last_opened",
    )
    tags = fields.get("tags")
    if isinstance(tags, Mapping):
        fields["tags"] = [_get_nested(each, "name") or name for name, each in tags.items()]
    fields["progress"] = _parse_number(fields.pop("reading_progress", 0))
    fields["read"] = record.get("location") == "archive"
    return fields


def _convert_google_reader(record: ReaderRecord) -> ArticleFields:
    fields = _rename_fields(record, "feed", "published=date")
    states = [str(each) for each in fields.pop("categories", [])]
    labels = [
        each.split(GOOGLE_READER_LABEL, 1)[1] for each in states if GOOGLE_READER_LABEL in each
    ]
    fields["read"] = any(each.endswith(GOOGLE_READER_STATE + "read") for each in states)
    fields["starred"] = any(each.endswith(GOOGLE_READER_STATE + "starred") for each in states)
    fields["tags"] = labels
    fields["url"] = _get_nested(record, "canonical", 0, "href") or _get_nested(
        record, "alternate", 0, "href"
    )
    summary = fields.pop("summary", None)
    content = fields.pop("content", None) or summary
    fields["html"] = content if isinstance(content, str) else _get_nested(content, "content")
    fields["category"] = _get_nested(record, "origin", "title")
    fields["created"] = _parse_number(fields.pop("crawlTimeMsec", 0)) / 1000 or None
    return _unescape_title(fields)


def _convert_miniflux(record: ReaderRecord) -> ArticleFields:
    fields = _rename_fields(
        record, "miniflux", "content=html published_at=date created_at=created changed_at=updated"
    )
    fields["read"] = fields.pop("status", "") == "read"
    fields["category"] = _get_nested(record, "feed", "title")
    return fields


def _convert_pocket(record: ReaderRecord) -> ArticleFields:
    fields = _rename_fields(record, "pocket", "time_added=created")
    fields["tags"] = _split_list(record.get("tags"), "|")
    fields["read"] = fields.pop("status", "") == "archive"
    return fields


def _convert_instapaper(record: ReaderRecord) -> ArticleFields:
    fields = _rename_fields(
        record, "instapaper", "URL=url Title=title Selection=text Timestamp=created"
    )
    fields["tags"] = _parse_list(fields.pop("Tags", None))
    folder = fields.pop("Folder", "Unread")
    fields["read"], fields["starred"] = folder == "Archive", folder == "Starred"
    if folder not in ("Unread", "Archive", "Starred"):
        fields["category"] = folder
    return fields


def _convert_matter(record: ReaderRecord) -> ArticleFields:
    fields = _rename_fields(
        record,
        "matter",
        "Title=title Author=author Publisher=category URL=url Word_Count=words"
        " Favorited=starred Read=read Last_Interaction_Date=updated File_Id=matter_id",
    )
    fields["tags"] = _split_list(fields.pop("Tags", ""), ";")
    return fields


def _convert_pinboard(record: ReaderRecord) -> ArticleFields:
    fields = _rename_fields(
        record, "pinboard", "href=url description=title extended=summary time=created"
    )
    fields["tags"] = _split_list(record.get("tags"), " ")
    fields["read"] = fields.pop("toread", "no") == "no"
    return fields


def _convert_mymind(record: ReaderRecord) -> ArticleFields:
    return _rename_fields(record, "mymind", "content=text")


def _convert_zotero(record: ReaderRecord) -> ArticleFields:
    fields = _rename_fields(
        record,
        "zotero",
        "Key=zotero_id Title=title Url=url Abstract_Note=summary Publication_Title=category"
        " Date=date Date_Added=created Date_Modified=updated Language=language",
    )
    fields["authors"] = _split_list(fields.pop("Author", ""), ";")
    fields["tags"] = _split_list(fields.pop("Manual Tags", ""), ";")
    return fields


def _convert_karakeep(record: ReaderRecord) -> ArticleFields:
    fields = _rename_fields(record, "karakeep", "createdAt=created archived=read")
    content = fields.pop("content", None)
    fields["url"] = _get_nested(content, "url")
    fields["text"] = _get_nested(content, "text")
    return fields


def _convert_linkwarden(record: ReaderRecord) -> ArticleFields:
    return _rename_fields(
        record,
        "linkwarden",
        "name=title createdAt=created collection=category description=summary",
    )


READER_FORMATS = tuple(
    ReaderFormat(name, frozenset(needs.split("|")), fields)
    for name, needs, fields in (
        ("wallabag", "title|url|is_archived", _convert_wallabag),
        ("wallabag-csv", "Title|URL|Content|Tags|MIME Type", _convert_wallabag_csv),
        ("omnivore", "slug|savedAt|url", _convert_omnivore),
        ("readwise-csv", "Title|URL|Document tags|Location", _convert_readwise_csv),
        ("readwise", "source_url|reading_progress|location", _convert_readwise),
        ("google-reader", "origin|categories|title", _convert_google_reader),
        ("miniflux", "feed|status|published_at", _convert_miniflux),
        ("pocket", "title|url|time_added|status", _convert_pocket),
        ("instapaper", "URL|Title|Selection|Folder", _convert_instapaper),
        ("matter", "Title|URL|Publisher|In Queue", _convert_matter),
        ("pinboard", "href|description|toread", _convert_pinboard),
        ("mymind", "type|title|url|note|created", _convert_mymind),
        ("zotero", "Key|Item Type|Title|Url|Abstract Note", _convert_zotero),
        ("karakeep", "content|createdAt|archived", _convert_karakeep),
        ("linkwarden", "collection|url|name", _convert_linkwarden),
    )
)
"""The formats that are recognized by their fields; the first that matches is used."""
