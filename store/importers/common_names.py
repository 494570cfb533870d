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
    "url": "link href uri address weburl pageurl articleurl posturl tweeturl permalink lien enlace ссылка リンク 链接 連結 링크",
    "summary": "description excerpt abstract standfirst",
    "language": "lang locale",
    "text": "fulltext articlebody articletext bodytext selftext",
    "body": "bodyhtml bodymarkdown",
}
DATE_NAMES = {
    "date": "pubdate publishedat publisheddate publicationdate publishdate publishedon datepublished webpublicationdate createdutc isodate datum fecha дата 日付 日期 날짜",
    "created": "createdat createdtime dateadded datesaved savedat saveddate timeadded added addedat addedon bookmarkedat saved",
    "updated": "updatedat modified datemodified modifiedat lastmodified lasteditedtime lastmod dateupdated changedat",
}
LIST_NAMES = {
    "authors": "creator creators byline authorname autor auteur autore",
    "tags": "keywords labels categories tagnames taglist étiquettes etiquetas schlagwörter теги タグ 标签 태그",
}
FLAG_NAMES = {
    "starred": "favorite favourite isfavorite isfavourite favorited favourited isstarred liked",
    "read": "isread archived isarchived",
}


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_date(value: object) -> bool:
    return isinstance(value, str | int | float | date) and not isinstance(value, bool)


def _is_list(value: object) -> bool:
    names = value if isinstance(value, list) else [value]
    return all(isinstance(each, str) or _has_name(each) for each in names)


def _has_name(value: object) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("name"), str)


def _is_flag(value: object) -> bool:
    words = ("true", "false", "yes", "no", "checked", "unchecked")
    return isinstance(value, bool) or (isinstance(value, str) and value.lower() in words)


KINDS: tuple[tuple[Mapping[str, str], Callable[[object], bool]], ...] = (
    (TEXT_NAMES, _is_text),
    (DATE_NAMES, _is_date),
    (LIST_NAMES, _is_list),
    (FLAG_NAMES, _is_flag),
)
MEANINGS = {
    other: (name, fits)
    for names, fits in KINDS
    for name, others in names.items()
    for other in others.split()
}


def read_common_names(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields under our names, in whatever case they are written; unknown ones keep theirs."""
    fields = {name: value for name, value in record.items() if name in OUR_NAMES}
    for name, ours, value in _iter_others(record):
        if ours and fields.get(ours) in (None, "", []):
            fields[ours] = value
        else:
            fields[name] = value
    return fields


def _iter_others(record: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Yield each field that has not our name, with the name it has here."""
    for name, value in record.items():
        if name in OUR_NAMES:
            continue
        folded = "".join(filter(str.isalnum, name.casefold()))
        ours, fits = MEANINGS.get(folded, ("", _is_text))
        if not ours and folded in OUR_NAMES:
            kinds = ((OUR_LISTS, _is_list), (OUR_FLAGS, _is_flag))
            ours, fits = folded, next((fits for names, fits in kinds if folded in names), _is_text)
        yield name, ours if value and fits(value) else "", value
