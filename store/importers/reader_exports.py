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
from datetime import datetime
from typing import Any, NamedTuple

from store.importers.common_names import plain_text
from store.importers.containers import as_list
from store.model.errors import InvalidInput
from store.model.times import trim_milliseconds
from store.text.clean import clean_text
from store.text.markdown import escape_markdown

ReaderRecord = Mapping[str, Any]
ArticleFields = dict[str, Any]

RAINDROP_UNSORTED = ("Unsorted", "All bookmarks")
"""The folder of what is in none."""
PART_SUFFIXES = ("-csv", "-v1", "-highlights", "-api")
"""The ends of names of formats by a program that has several."""
CSL_NAME_PARTS = (
    "literal",
    "given",
    "non-dropping-particle",
    "dropping-particle",
    "family",
    "suffix",
)
"""The parts of a name in citations (https://docs.citationstyles.org), in the order in which it is said."""
HTML_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")


class ReaderFormat(NamedTuple):
    """The record format of one program's export."""

    name: str
    """One of `IMPORT_FORMATS`, by which the user can name it."""
    required_fields: str
    """Fields that every record of this program has, and no record of another has all of: `a|b`.

    Alternatives are separated by semicolons.
    """
    renamed_fields: str = ""
    """Pairs of `theirs=ours`, separated by spaces; a space in a name is written `_`."""
    finish: Callable[[ReaderRecord, ArticleFields], None] = lambda _record, _fields: None
    """Sets the fields that need more than a new name; `InvalidInput` if it is not an article."""

    def convert(self, record: ReaderRecord) -> ArticleFields:
        """Return the fields that have a value, under newstui's names."""
        program = self.name.partition("-")[0] if self.name.endswith(PART_SUFFIXES) else self.name
        ours = dict.fromkeys(("id", "ID", "_id"), f"{program}_id")
        for pair in self.renamed_fields.split():
            theirs, _, name = pair.partition("=")
            ours[theirs] = ours[theirs.replace("_", " ")] = name
        fields = {
            ours.get(name, name): trim_milliseconds(value) if isinstance(value, str) else value
            for name, value in record.items()
            if value not in (None, "", [], {})
        }
        self.finish(record, fields)
        return fields


def detect_reader_format(record: ReaderRecord) -> ReaderFormat | None:
    """Return the format of a record; None for newstui's own."""
    return next((each for each, needs in REQUIRED_EXPORT_FIELDS if needs <= record.keys()), None)


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


def _unescape_title(_: ReaderRecord, fields: ArticleFields) -> None:
    """Resolve the HTML entities that web programs leave in titles and names."""
    for name in ("title", "category"):
        if isinstance(given := fields.get(name), str):
            fields[name] = HTML_ENTITY.sub(lambda found: html.unescape(found[0]), given)


def _add_note(fields: ArticleFields, name: str) -> None:
    """Make a note about the whole article an annotation."""
    if note := fields.pop(name, None):
        given = fields.get("annotations", fields.pop("highlights", []))
        fields["annotations"] = [*(given if isinstance(given, list) else [given]), {"note": note}]


def _finish_wallabag_csv(_: ReaderRecord, fields: ArticleFields) -> None:
    with suppress(ValueError):
        made = datetime.strptime(str(fields.get("created")), "%d/%m/%Y %H:%M:%S")
        fields["created"] = made.isoformat(sep=" ")


def _finish_omnivore(record: ReaderRecord, fields: ArticleFields) -> None:
    fields["read"] = record.get("state") == "Archived" or fields.pop("isArchived", False) is True
    percent = fields.pop("readingProgress", None) or fields.pop("readingProgressPercent", 0)
    fields["progress"] = _parse_number(percent) / 100


def _finish_readwise_csv(record: ReaderRecord, fields: ArticleFields) -> None:
    fields["tags"] = _parse_list(fields.get("tags"))
    fields["progress"] = _parse_number(fields.pop("Reading progress", 0))
    fields["read"] = record.get("Location") == "archive"


def _finish_readwise(record: ReaderRecord, fields: ArticleFields) -> None:
    if record.get("parent_id"):
        raise InvalidInput("a highlight or note, not an article")
    tags = fields.get("tags")
    if isinstance(tags, Mapping):
        fields["tags"] = [_get_nested(each, "name") or name for name, each in tags.items()]
    fields["progress"] = _parse_number(fields.pop("reading_progress", 0))
    fields["read"] = record.get("location") == "archive"
    _add_note(fields, "notes")


def _finish_readwise_highlights(_: ReaderRecord, fields: ArticleFields) -> None:
    given = fields.pop("highlights", [])
    highlights = [
        each
        for each in as_list(given)
        if isinstance(each, Mapping) and not (each.get("is_deleted") or each.get("is_discard"))
    ]
    quotes = (clean_text(str(each.get("text") or "")) for each in highlights)
    fields["text"] = "\n\n".join("> " + each.replace("\n", "\n> ") for each in quotes if each)
    fields["annotations"] = highlights
    _add_note(fields, "document_note")


def _finish_instapaper_api(record: ReaderRecord, fields: ArticleFields) -> None:
    fields["progress"] = _parse_number(fields.pop("progress", 0))
    _unescape_title(record, fields)


def _finish_feedly(record: ReaderRecord, fields: ArticleFields) -> None:
    tags, labels = (
        [each for each in as_list(fields.pop(name, None)) if isinstance(each, Mapping)]
        for name in ("tags", "categories")
    )
    fields["starred"] = any(str(each.get("id")).endswith("/global.saved") for each in tags)
    fields["tags"] = [
        each["label"]
        for each in (*labels, *tags)
        if each.get("label") and "/global." not in str(each.get("id"))
    ]
    fields["read"] = fields.pop("unread", True) is False
    links = (_get_nested(record, name, 0, "href") for name in ("canonical", "alternate"))
    fields["url"] = next(filter(None, (record.get("canonicalUrl"), *links)), None)
    content = fields.pop("content", None) or fields.pop("summary", None)
    fields["html"] = fields.pop("fullContent", None) or _get_nested(content, "content")
    fields["category"] = _get_nested(record, "origin", "title")
    _unescape_title(record, fields)


def _finish_linkding(record: ReaderRecord, fields: ArticleFields) -> None:
    for name in ("title", "description"):
        fields[name] = record.get(name) or record.get(f"website_{name}")
        fields.pop(f"website_{name}", None)
    fields["summary"] = fields.pop("description")
    fields["read"] = bool(record.get("is_archived")) or record.get("unread") is False
    _add_note(fields, "notes")


def _finish_shaarli(_: ReaderRecord, fields: ArticleFields) -> None:
    if "://" not in str(fields.get("url")):  # a note
        fields |= {"shaarli_url": fields.pop("url", ""), "text": fields.pop("summary", "")}


def _finish_wallabag_v1(record: ReaderRecord, fields: ArticleFields) -> None:
    """Drop the numbered copies of all columns, as PHP fetches them."""
    for name in [each for each in fields if each.isdecimal()]:
        del fields[name]
    _unescape_title(record, fields)


def _finish_google_reader(record: ReaderRecord, fields: ArticleFields) -> None:
    states = [str(each) for each in as_list(fields.pop("categories", None))]
    for state in ("read", "starred"):
        is_named = any(each.endswith(f"/state/com.google/{state}") for each in states)
        fields[state] = is_named or record.get(state) is True
    names = (each.partition("/label/")[2] if each.startswith("user/") else each for each in states)
    labels = filter(None, names)  # the tags of an entry stand beside the labels of the user
    fields["tags"] = [*labels, *as_list(fields.get("tags"))]
    links = (_get_nested(record, name, 0, "href") for name in ("canonical", "alternate"))
    fields["url"] = next(filter(None, links), None)
    summary = fields.pop("summary", None)
    content = fields.pop("content", None) or summary
    fields["html"] = content if isinstance(content, str) else _get_nested(content, "content")
    fields["category"] = _get_nested(record, "origin", "title")
    fields["annotations"] = [
        {"note": note["content"]} if "content" in note else note  # of the whole article
        for note in as_list(fields.pop("annotations", None))
        if isinstance(note, Mapping)
    ]
    fields["created"] = _parse_number(fields.pop("crawlTimeMsec", 0)) / 1000 or None
    _unescape_title(record, fields)


def _finish_miniflux(record: ReaderRecord, fields: ArticleFields) -> None:
    fields["read"] = fields.pop("status", "") == "read"
    fields["category"] = _get_nested(record, "feed", "title")


def _finish_pocket(record: ReaderRecord, fields: ArticleFields) -> None:
    fields["tags"] = _split_list(record.get("tags"), "|")
    fields["read"] = fields.pop("status", "") in ("archive", "archived", "read")
    fields["starred"] = fields.pop("favorite", "0") == "1"


def _finish_pocket_api(record: ReaderRecord, fields: ArticleFields) -> None:
    fields["title"] = record.get("resolved_title") or record.get("given_title")
    fields["url"] = record.get("resolved_url") or record.get("given_url")
    fields["read"] = fields.pop("status", "0") == "1"
    for name in ("tags", "authors"):
        given = fields.pop(name, None)
        values = given.values() if isinstance(given, Mapping) else ()
        fields[name] = [_get_nested(each, "tag") or _get_nested(each, "name") for each in values]
    if fields.pop("time_read", "0") not in ("0", 0):
        fields["last_read"] = record["time_read"]


def _finish_toby(_: ReaderRecord, fields: ArticleFields) -> None:
    if title := fields.pop("customTitle", None):
        fields["title"] = title


def _finish_newsblur(record: ReaderRecord, fields: ArticleFields) -> None:
    tags = (as_list(fields.pop(name, None)) for name in ("user_tags", "story_tags"))
    fields["tags"] = [each for given in tags for each in given]
    fields["read"] = fields.pop("read_status", 0) in (1, True)
    fields["starred"] = bool(record.get("starred") or record.get("starred_date"))
    _add_note(fields, "user_notes")
    _unescape_title(record, fields)


def _finish_instapaper(_: ReaderRecord, fields: ArticleFields) -> None:
    fields["tags"] = _parse_list(fields.pop("Tags", None))
    folder = fields.pop("Folder", "Unread")
    fields["read"], fields["starred"] = folder == "Archive", folder == "Starred"
    if folder not in ("Unread", "Archive", "Starred"):
        fields["category"] = folder
    if selection := fields.get("text"):
        fields["annotations"] = [{"quote": selection}]


def _finish_mymind(_: ReaderRecord, fields: ArticleFields) -> None:
    _add_note(fields, "note")


def _finish_matter(_: ReaderRecord, fields: ArticleFields) -> None:
    fields["tags"] = _split_list(fields.pop("Tags", ""), ";")


def _finish_raindrop(record: ReaderRecord, fields: ArticleFields) -> None:
    category = fields.get("category")
    if category in RAINDROP_UNSORTED:
        del fields["category"]
    _add_note(fields, "note")
    if collection := _get_nested(record, "collection", "title"):
        fields["category"] = collection


def _finish_pinboard(record: ReaderRecord, fields: ArticleFields) -> None:
    fields["tags"] = _split_list(record.get("tags"), " ")
    fields["read"] = fields.pop("toread", "no") == "no"


def _finish_zotero(record: ReaderRecord, fields: ArticleFields) -> None:
    fields["url"] = fields.get("url") or _find_doi_page(record)
    fields["authors"] = _split_list(fields.pop("Author", ""), ";")
    fields["tags"] = _split_list(fields.pop("Manual Tags", ""), ";")
    _add_note(fields, "Notes")


def _find_doi_page(record: ReaderRecord) -> str | None:
    doi = str(record.get("DOI") or "").strip()
    return f"https://doi.org/{doi}" if doi and "://" not in doi else doi or None


def _finish_csl(record: ReaderRecord, fields: ArticleFields) -> None:
    from store.text.titles import title_to_line  # imported here: rarely needed

    fields["authors"] = [
        " ".join(str(each[name]) for name in CSL_NAME_PARTS if each.get(name))
        for each in as_list(record.get("author"))
        if isinstance(each, Mapping)
    ]
    fields.pop("author", None)
    for name, ours in (("issued", "date"), ("accessed", "created")):
        given = fields.pop(name, None)
        parts = as_list(_get_nested(given, "date-parts", 0))
        said = _get_nested(given, "raw") or _get_nested(given, "literal")
        fields[ours] = "-".join(f"{part!s:0>2}" for part in parts) if parts else said
    fields["tags"] = _split_list(fields.pop("keyword", ""), ",")
    fields["url"] = fields.get("url") or _find_doi_page(record)
    for name in ("title", "category"):  # lists of one at Crossref
        fields[name] = plain_text(fields.get(name))[0]
    fields["title"] = title_to_line(str(fields["title"] or ""))
    _add_note(fields, "note")


def _finish_keep(record: ReaderRecord, fields: ArticleFields) -> None:
    if record.get("isTrashed"):
        raise InvalidInput("a note in the trash")
    lines = [
        f"- [{'x' if each.get('isChecked') else ' '}] {escape_markdown(str(each.get('text') or ''))}"
        for each in as_list(fields.pop("listContent", None))
        if isinstance(each, Mapping)
    ]
    text = escape_markdown(str(fields.pop("textContent", "")))
    fields["text"] = "\n".join(filter(None, (text, *lines)))
    fields["url"] = _get_nested(fields.pop("annotations", None), 0, "url")


def _finish_tt_rss(record: ReaderRecord, fields: ArticleFields) -> None:
    fields.pop("published", None)  # whether others may see it
    fields["read"] = record.get("unread") is False
    labels = record.get("labels")
    if isinstance(given := record.get("label_cache"), str):
        labels = _parse_list(given)
    names = [_get_nested(each, 1) for each in as_list(labels)]
    tags = as_list(record.get("tags")) or _split_list(fields.pop("tag_cache", ""), ",")
    fields["tags"] = [each for each in (*names, *tags) if isinstance(each, str) and each]
    for name in ("labels", "label_cache", "unread"):
        fields.pop(name, None)
    _add_note(fields, "note")
    _unescape_title(record, fields)


def _finish_karakeep(_: ReaderRecord, fields: ArticleFields) -> None:
    content = fields.pop("content", None)
    html = _get_nested(content, "htmlContent")
    plain = content if isinstance(content, str) else _get_nested(content, "text")
    text = {"html": html} if html else {"content": plain}
    url = _get_nested(content, "url") or _get_nested(content, "sourceUrl")
    named = {
        "title": fields.get("title") or _get_nested(content, "title"),
        "summary": fields.get("summary") or _get_nested(content, "description"),
        "author": _get_nested(content, "author"),
        "date": _get_nested(content, "datePublished"),
        "site": _get_nested(content, "publisher"),
        "image": _get_nested(content, "imageUrl"),
    }
    fields.update(url=url, **text)
    fields |= {
        name: trim_milliseconds(value)
        for name, value in named.items()
        if isinstance(value, str) and value
    }
    _add_note(fields, "note")
    names = [each for each in as_list(fields.pop("lists", None)) if isinstance(each, str)]
    fields["category"] = next(iter(names), None)
    fields["tags"] = [*as_list(fields.get("tags")), *names[1:]]


def _finish_ghost(record: ReaderRecord, fields: ArticleFields) -> None:
    tags = as_list(fields.pop("tags", None))
    fields["category"] = next(iter(tags), None)
    fields["tags"] = tags[1:]
    for name, usual in (("status", "published"), ("type", "post"), ("visibility", "public")):
        if record.get(name) == usual:
            fields.pop(name, None)
    for name in ("mobiledoc", "lexical", "plaintext", "comment_id"):  # the text once more
        fields.pop(name, None)


def _finish_readeck(_: ReaderRecord, fields: ArticleFields) -> None:
    fields["progress"] = _parse_number(fields.pop("read_progress", 0)) / 100


READER_FORMATS = (
    ReaderFormat(
        "readeck",
        "url|is_archived|is_marked|document_type",
        "site_name=category published=date description=summary labels=tags lang=language is_archived=read"
        " is_marked=starred",
        _finish_readeck,
    ),
    ReaderFormat(
        "linkding",
        "url|tag_names|date_added|is_archived",
        "tag_names=tags date_added=created date_modified=updated",
        _finish_linkding,
    ),
    ReaderFormat(
        "wallabag",
        "title|url|is_archived",
        "content=html is_archived=read archived_at=last_read is_starred=starred"
        " created_at=created updated_at=updated published_at=date published_by=authors"
        " domain_name=category",
        _unescape_title,
    ),
    ReaderFormat(
        "wallabag-v1",
        "title|url|is_read|is_fav",
        "content=html is_read=read is_fav=starred",
        _finish_wallabag_v1,
    ),
    ReaderFormat(
        "wallabag-csv",
        "Title|URL|Content|Tags|MIME Type",
        "Title=title URL=url Content=html Tags=tags Language=language Creation_date=created",
        _finish_wallabag_csv,
    ),
    ReaderFormat(
        "omnivore",
        "slug|savedAt|url",
        "description=summary labels=tags savedAt=created updatedAt=updated publishedAt=date",
        _finish_omnivore,
    ),
    ReaderFormat(
        "readwise-csv",
        "Title|URL|Document tags|Location",
        "Title=title Author=author URL=url Document_tags=tags Saved_date=created",
        _finish_readwise_csv,
    ),
    ReaderFormat(
        "readwise",
        "source_url|reading_progress|location",
        "url=readwise_url source_url=url category=readwise_kind site_name=category"
        " content=html html_content=html word_count=words saved_at=created created_at=created_at"
        " updated_at=updated published_date=date last_opened_at=last_opened",
        _finish_readwise,
    ),
    ReaderFormat(
        "readwise-highlights",
        "user_book_id|title|highlights",
        "book_tags=tags category=readwise_kind source=readwise_source source_url=url",
        _finish_readwise_highlights,
    ),
    ReaderFormat(
        "feedly",
        "origin|originId|crawled|title",
        "published=date crawled=created",
        _finish_feedly,
    ),
    ReaderFormat(
        "google-reader",
        "origin|categories|title;origin|alternate|title;origin|canonical|title",
        "id=feed_id ID=feed_id published=date",
        _finish_google_reader,
    ),
    ReaderFormat(
        "miniflux",
        "feed|status|published_at",
        "content=html published_at=date created_at=created changed_at=updated",
        _finish_miniflux,
    ),
    ReaderFormat(
        "pocket-api",
        "resolved_url|given_url|time_added",
        "item_id=pocket_id time_added=created time_updated=updated favorite=starred excerpt=summary"
        " word_count=words lang=language",
        _finish_pocket_api,
    ),
    ReaderFormat(
        "newsblur",
        "story_title|story_permalink|story_content",
        "story_title=title story_permalink=url story_content=html story_date=date story_authors=author"
        " starred_date=created story_feed_title=category",
        _finish_newsblur,
    ),
    ReaderFormat("pocket", "title|url|time_added|status", "time_added=created", _finish_pocket),
    ReaderFormat(
        "instapaper",
        "URL|Title|Selection|Folder",
        "URL=url Title=title Selection=text Timestamp=created",
        _finish_instapaper,
    ),
    ReaderFormat(
        "instapaper-api",
        "bookmark_id|url|time",
        "bookmark_id=instapaper_id time=created description=summary",
        _finish_instapaper_api,
    ),
    ReaderFormat(
        "shaarli",
        "url|description|private|created",
        "description=summary",
        _finish_shaarli,
    ),
    ReaderFormat(
        "matter",
        "Title|URL|Publisher|In Queue",
        "Title=title Author=author Publisher=category URL=url Word_Count=words"
        " Favorited=starred Read=read Last_Interaction_Date=updated File_Id=matter_id",
        _finish_matter,
    ),
    ReaderFormat(
        "pinboard",
        "href|description|toread",
        "href=url description=title extended=summary time=created",
        _finish_pinboard,
    ),
    ReaderFormat(
        "raindrop-csv",
        "title|url|folder|excerpt|created",
        "folder=category excerpt=summary favorite=starred",
        _finish_raindrop,
    ),
    ReaderFormat(
        "raindrop",
        "link|title|excerpt|lastUpdate",
        "link=url excerpt=summary important=starred lastUpdate=updated",
        _finish_raindrop,
    ),
    ReaderFormat(
        "google-saved", "Title|Note|URL|Comment", "Title=title Note=summary URL=url Tags=tags"
    ),
    ReaderFormat("mymind", "type|title|url|note|created", finish=_finish_mymind),
    ReaderFormat(
        "zotero",
        "Key|Item Type|Title|Url|Abstract Note",
        "Key=zotero_id Title=title Url=url Abstract_Note=summary Publication_Title=category"
        " Date=date Date_Added=created Date_Modified=updated Language=language",
        _finish_zotero,
    ),
    ReaderFormat(
        "csl",
        "type|title|issued;type|title|container-title",
        "URL=url abstract=summary container-title=category",
        _finish_csl,
    ),
    ReaderFormat(
        "google-keep",
        "textContent|userEditedTimestampUsec;listContent|userEditedTimestampUsec",
        "labels=tags isPinned=starred createdTimestampUsec=created userEditedTimestampUsec=updated",
        _finish_keep,
    ),
    ReaderFormat(
        "tt-rss",
        "marked|link|feed_title",
        "content=html link=url marked=starred updated=date feed_title=category lang=language",
        _finish_tt_rss,
    ),
    ReaderFormat(
        "ghost",
        "uuid|slug|html|published_at|status",
        "custom_excerpt=summary canonical_url=url published_at=date created_at=created updated_at=updated"
        " locale=language",
        _finish_ghost,
    ),
    ReaderFormat(
        "karakeep",
        "content|createdAt|archived;content|createdAt|note|tags",
        "createdAt=created modifiedAt=updated archived=read favourited=starred",
        _finish_karakeep,
    ),
    ReaderFormat(
        "toby",
        "customTitle|customDescription|url",
        "customDescription=summary collection=category",
        _finish_toby,
    ),
    ReaderFormat(
        "linkwarden",
        "collection|url|name",
        "name=title createdAt=created collection=category description=summary textContent=text",
    ),
)
"""The formats that are recognized by their fields; the first that matches is used."""

REQUIRED_EXPORT_FIELDS = [
    (each, frozenset(fields.split("|")))
    for each in READER_FORMATS
    for fields in each.required_fields.split(";")
]
