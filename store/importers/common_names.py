"""Fields of records that no known program wrote, under the names that people and programs give them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

OUR_NAMES = frozenset(
    str.split(
        "id title category url link source_url authors author tags date published published_at date_published"
        " created updated language text content_text content body html content_html summary source read"
        " starred read_count last_read last_opened position progress similar words minutes extra"
    )
)
"""What `store.importers.article_builder` reads; no other name is taken for these."""
OUR_LISTS = frozenset({"author", "authors", "tags"})
OUR_FLAGS = frozenset({"read", "starred"})
TEXT_NAMES = {
    "title": "headline name webtitle titel titre título titolo заголовок название タイトル 标题 標題 제목",
    "url": "link href uri address weburl pageurl articleurl posturl tweeturl permalink mainentityofpage lien enlace ссылка リンク 链接 連結 링크",
    "summary": "description excerpt abstract abstractnote standfirst",
    "language": "lang locale",
    "text": "fulltext articlebody articletext bodytext selftext",
    "body": "bodyhtml bodymarkdown",
    "content_html": "contentencoded storytext commenttext",
}
DATE_NAMES = {
    "date": "pubdate publishedat publisheddate publicationdate publishdate publishedon datepublished webpublicationdate createdutc createdati isodate issued datum fecha дата 日付 日期 날짜",
    "created": "createdat createdtime dateadded datesaved savedat saveddate timeadded added addedat addedon bookmarkedat saved",
    "updated": "updatedat modified datemodified modifiedat lastmodified lasteditedtime lastmod dateupdated changedat",
}
LIST_NAMES = {
    "authors": "creator creators byline authorname authorships autor auteur autore",
    "tags": "keywords labels categories tagnames taglist étiquettes etiquetas schlagwörter теги タグ 标签 태그",
}
PERSON_NAMES = {"authors": "user account"}
"""Fields that name an author if they are an object, and else somebody who keeps the record."""
FLAG_NAMES = {
    "starred": "favorite favourite isfavorite isfavourite favorited favourited isstarred liked",
    "read": "isread archived isarchived",
}


INNER_NAMES = str.split("_source node item post record fields attributes data snippet")
"""Objects that hold fields of their record, as APIs and databases wrap them."""
MAX_INNER_DEPTH = 3
HTML_PARTS = ("rendered", "html")
"""Parts of a text that are HTML."""
TEXT_PARTS = (
    *HTML_PARTS,
    "markdown",
    "plaintext",
    "text",
    "#text",
    "_",
    "value",
    "main",
    "original",
    "@id",
)
DATE_PARTS = ("date-time", "$date", "$numberLong")
NAME_PARTS = str.split("name title label term display_name displayName username tag original")
NESTED_NAMES = ("node", "author", "user", "attributes")
LIST_PARTS = ("nodes", "edges", "data")
MAX_NAME_DEPTH = 4
CONTENT_NAMES = frozenset({"text", "content", "body", "content_text"})
OUR_TEXTS = CONTENT_NAMES | {"title", "url", "link", "summary", "language", "html", "content_html"}
OUR_DATES = frozenset({"date", "published", "published_at", "date_published", "created", "updated"})
UTC_ENDING = "_gmt"
"""Ends the name of a date that is also given in local time, as WordPress does."""


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_date(value: object) -> bool:
    return isinstance(value, str | int | float | date) and not isinstance(value, bool)


def _is_list(value: object) -> bool:
    names = value if isinstance(value, list) else [value]
    return all(isinstance(each, str) or _has_name(each) for each in names)


def _has_name(value: object) -> bool:
    return isinstance(value, Mapping) and _find_name(value) is not None


def _is_flag(value: object) -> bool:
    words = ("true", "false", "yes", "no", "checked", "unchecked")
    return isinstance(value, bool) or (isinstance(value, str) and value.lower() in words)


KINDS: tuple[tuple[Mapping[str, str], Callable[[object], bool]], ...] = (
    (TEXT_NAMES, _is_text),
    (DATE_NAMES, _is_date),
    (LIST_NAMES, _is_list),
    (PERSON_NAMES, _has_name),
    (FLAG_NAMES, _is_flag),
)
MEANINGS = {
    other: (name, fits)
    for names, fits in KINDS
    for name, others in names.items()
    for other in others.split()
}


def read_common_names(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields under our names, in whatever case they are written; unknown ones keep theirs.

    Objects around a record, or around the value of a field, are taken away.
    """
    fields: dict[str, Any] = {}
    others: list[tuple[str, str, Any]] = []
    for name, ours, value in _iter_named(unwrap_record(record)):
        if name in OUR_NAMES:
            fields[ours] = value
        else:
            others.append((name, ours, value))
    for name, ours, value in others:
        is_free = fields.get(ours) in (None, "", []) and not (ours == "url" and fields.get("link"))
        if ours and is_free:
            fields[ours] = value
        else:
            fields[name] = value
    return fields


def is_article(value: object) -> bool:
    """Return True if a value has a title, and an address, a text or a date, under whatever names."""
    if not isinstance(value, Mapping):
        return False
    names = {ours for _, ours, each in _iter_named(unwrap_record(value)) if ours and each}
    return "title" in names and not names.isdisjoint(
        (OUR_TEXTS | OUR_DATES) - {"title", "language"}
    )


def unwrap_record(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a record together with the fields that are in an object of it, and without local dates."""
    for _ in range(MAX_INNER_DEPTH):
        inner = next((name for name in INNER_NAMES if has_article_field(record.get(name))), "")
        if not inner:
            break
        outer = {name: value for name, value in record.items() if name != inner}
        record = {**record[inner], **{name: value for name, value in outer.items() if value}}
    if isinstance(record.get("_links") or record.get("_embedded"), Mapping):
        record = _read_links(record)
    in_utc = {
        name.removesuffix(UTC_ENDING): value
        for name, value in record.items()
        if name.endswith(UTC_ENDING) and value
    }
    local = in_utc.keys() | {name + UTC_ENDING for name in in_utc}
    return {name: value for name, value in record.items() if name not in local} | in_utc


def has_article_field(value: object) -> bool:
    """Return True for an object that has a title, an address or a text."""
    names = (_find_meaning(name)[0] for name in value) if isinstance(value, Mapping) else ()
    return not OUR_TEXTS.isdisjoint(names)


def _read_links(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record of HAL with names in place of the numbers of its author and tags, as far as they came."""
    embedded = record.get("_embedded")
    given = embedded if isinstance(embedded, Mapping) else {}
    terms = given.get("wp:term")
    tags = [
        each for group in (terms if isinstance(terms, list) else ()) for each in plain_names(group)
    ]
    names = {"author": plain_names(given.get("author") or []), "tags": tags}
    hidden = {"_links", "_embedded"}
    hidden |= {name for name in ("categories", *names) if _is_numbers(record.get(name))}
    kept = {name: value for name, value in record.items() if name not in hidden}
    return kept | {name: value for name, value in names.items() if not kept.get(name)}


def _is_numbers(value: object) -> bool:
    return all(isinstance(each, int) for each in (value if isinstance(value, list) else [value]))


def _iter_named(record: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Yield each field with its name, our name for it or none, and its value without what is around it."""
    for name, given in record.items():
        ours, fits = _find_meaning(name)
        value = given
        if ours in OUR_TEXTS:
            value, is_html = plain_text(given)
            if is_html and ours in CONTENT_NAMES:
                ours = "content_html"
            elif is_html:
                from store.text.html_to_text import html_to_line  # imported here: rarely needed

                value = html_to_line(value)
        elif ours in OUR_DATES:
            value = plain_date(given)
        elif ours in OUR_LISTS and isinstance(given, list | Mapping):
            value = plain_names(given)
        is_ours = name in OUR_NAMES or (value and (fits(value) or fits(given)))
        yield name, ours if is_ours else "", value if is_ours else given


def _find_meaning(name: str) -> tuple[str, Callable[[object], bool]]:
    """Return our name for a field, and what its value must be; an empty name if we have none."""
    if name in OUR_NAMES:
        return name, _is_text
    if name.startswith("_"):
        return "", _is_text
    folded = "".join(filter(str.isalnum, name.casefold()))
    if folded in MEANINGS:
        return MEANINGS[folded]
    if folded not in OUR_NAMES:
        return "", _is_text
    kinds = ((OUR_LISTS, _is_list), (OUR_FLAGS, _is_flag), (OUR_DATES, _is_date))
    return folded, next((fits for names, fits in kinds if folded in names), _is_text)


def plain_text(value: Any) -> tuple[Any, bool]:
    """Return a text without the object or the list of one that is around it, and whether it is HTML for sure."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, Mapping):
        for name in TEXT_PARTS:
            if isinstance(part := value.get(name), str):
                return part, name in HTML_PARTS
    return value, False


def plain_date(value: Any) -> Any:
    """Return a date without the objects around it: `{"$date": …}`, `{"date-parts": [[2024, 3, 5]]}`."""
    for name in DATE_PARTS:
        if isinstance(value, Mapping) and value.get(name):
            value = int(value[name]) if _is_long(name, value[name]) else value[name]
    if not isinstance(value, Mapping):
        return value
    parts = value.get("date-parts")
    first = parts[0] if isinstance(parts, list) and parts else None
    if isinstance(first, list) and first and all(isinstance(each, int) for each in first):
        return "-".join(f"{each:02}" for each in first[:3])
    return value


def _is_long(name: str, value: object) -> bool:
    return (
        name == "$numberLong" and isinstance(value, str) and value.isdecimal() and len(value) < 20
    )


def plain_names(value: Any, depth: int = 0) -> Any:
    """Return names without the objects around them; what has no name stays as it is."""
    if depth > MAX_NAME_DEPTH:
        return value
    if isinstance(value, list):
        return [plain_names(each, depth + 1) for each in value]
    if not isinstance(value, Mapping):
        return value
    if isinstance(found := _find_name(value), str):
        return found
    for name in LIST_PARTS:
        if isinstance(value.get(name), list):
            return plain_names(value[name], depth + 1)
    for name in NESTED_NAMES:
        if isinstance(value.get(name), Mapping):
            return plain_names(value[name], depth + 1)
    return value


def _find_name(value: Mapping[str, Any]) -> str | None:
    """Return the name that an object states, in one or in two parts."""
    if isinstance(value.get("name"), str) and isinstance(value.get("value"), str):
        return str(value["value"])
    for first, last in (("given", "family"), ("firstName", "lastName")):
        if isinstance(value.get(last), str):
            return f"{value.get(first) or ''} {value[last]}".strip()
    return next((value[name] for name in NAME_PARTS if isinstance(value.get(name), str)), None)
