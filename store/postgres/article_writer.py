"""Articles and their texts as rows, written in a transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from store.journal.events import NewEvent
from store.model.article import ParsedArticle
from store.postgres.connection import Cursor
from store.postgres.keys import hash_key
from store.postgres.values import storable_json, storable_text
from store.segments.documents import article_to_document, row_from_document
from store.text.urls import make_link_key

COLUMN_TYPES = {
    "library": "int",
    "id": "text",
    "title": "text",
    "title_key": "text",
    "at": "bigint",
    "added_at": "bigint",
    "words": "int",
    "feed_key": "text",
    "own_category": "text",
    "own_source_name": "text",
    "item_key": "bigint",
    "link_key": "bigint",
    "url": "text",
    "guid": "text",
    "language": "text",
    "authors": "text[]",
    "tags": "text[]",
    "facts": "jsonb",
}
"""The columns of an article that are written; the others follow from them."""
_RECORDS = (
    "jsonb_to_recordset(%s::jsonb) as new ("
    + ", ".join(f"{name} {kind}" for name, kind in COLUMN_TYPES.items())
    + ")"
)
_NAMES = ", ".join(COLUMN_TYPES)
INSERT = f"insert into newstui.article ({_NAMES}, added, got) select {_NAMES}, 0, 0 from {_RECORDS}"
REPLACE = (
    "update newstui.article set "
    + ", ".join(f"{name} = new.{name}" for name in COLUMN_TYPES if name not in ("library", "id"))
    + f" from {_RECORDS} where article.library = new.library and article.id = new.id"
)
PUT_TEXTS = (
    "insert into newstui.body"
    " (library, id, text, summary, summary_origin, summary_complete, similar_titles)"
    " select library, id, text, summary, origin, is_complete,"
    "   array(select jsonb_array_elements_text(titles))"
    " from unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::text[], %s::boolean[], %s::jsonb[])"
    "   as new (library, id, text, summary, origin, is_complete, titles)"
    " on conflict (library, id) do update set text = excluded.text, summary = excluded.summary,"
    " summary_origin = excluded.summary_origin, summary_complete = excluded.summary_complete,"
    " similar_titles = excluded.similar_titles"
)
MOVE_ITEM = (
    "update newstui.article set url = %s, guid = %s, item_key = %s, link_key = %s"
    " where library = %s and id = %s"
)

MAX_WORDS = (1 << 31) - 1
"""The greatest number that a column of type `int` takes."""

StoredItem = tuple[int, ParsedArticle]
"""An article with the library that it is stored in."""


def insert_articles(cursor: Cursor, new: Sequence[StoredItem]) -> None:
    """Write articles that are in none of the libraries."""
    _write(cursor, INSERT, new)


def replace_articles(cursor: Cursor, found: Sequence[StoredItem]) -> None:
    """Write articles anew, with their texts."""
    _write(cursor, REPLACE, found)


def _write(cursor: Cursor, statement: str, found: Sequence[StoredItem]) -> None:
    if not found:
        return
    rows = [_to_columns(library, each) for library, each in found]
    cursor.execute(statement.encode(), [storable_json(rows)])
    bodies = [each.body for _, each in found]
    cursor.execute(
        PUT_TEXTS.encode(),
        [
            [library for library, _ in found],
            [row["id"] for row in rows],
            [body.text for body in bodies],
            [body.summary for body in bodies],
            [body.summary_origin for body in bodies],
            [body.summary_complete for body in bodies],
            [storable_json(list(body.similar)) for body in bodies],
        ],
    )


def _to_columns(library: int, found: ParsedArticle) -> dict[str, Any]:
    article = found.article
    document = article_to_document(article)
    row = row_from_document(document)
    return {
        "library": library,
        "id": storable_text(row.id),
        "title": row.title,
        "title_key": row.title.casefold(),
        "at": row.timestamp,
        "added_at": row.added_at,
        "words": min(max(0, row.words), MAX_WORDS),
        "feed_key": row.feed_key,
        "own_category": row.category,
        "own_source_name": row.source_name,
        **_item_columns(str(article.extra.get("guid") or ""), article.url),
        "language": article.language,
        "authors": list(article.authors),
        "tags": list(article.tags),
        "facts": document,
    }


def _item_columns(guid: str, url: str) -> dict[str, Any]:
    """Return what identifies an article for its feed, or by its URL."""
    guid, url = storable_text(guid), storable_text(url)
    return {
        "url": url,
        "guid": guid,
        "item_key": hash_key(guid or url),
        "link_key": hash_key(make_link_key(url)) if url else 0,
    }


def move_items(cursor: Cursor, libraries: Mapping[str, int], changes: Sequence[NewEvent]) -> None:
    """Remember what identifies articles for their feeds from now on, so that they are found by it.

    Args:
        cursor: Of the transaction.
        libraries: The libraries of the articles, by id; others are left as they are.
        changes: Edits of their items.
    """
    for change in changes:
        (article,), item = change.articles, change.data["to"]["item"]
        if article in libraries:
            columns = _item_columns(item["guid"], item["url"])
            cursor.execute(MOVE_ITEM, [*columns.values(), libraries[article], article])
