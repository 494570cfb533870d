"""Articles and states put into a library on PostgreSQL by statements of the tests' own."""

from __future__ import annotations

from collections.abc import Iterable

import orjson
from psycopg.types.json import Jsonb

from store.journal.events import Event
from store.journal.reading_state import ArticleState, apply_event
from store.model.article import ParsedArticle
from store.postgres.access import Access
from store.postgres.keys import hash_key
from store.postgres.states import state_to_columns
from store.segments.documents import article_to_document, row_from_document
from store.text.urls import make_link_key


def put_articles(access: Access, found: Iterable[ParsedArticle], library: int = 0) -> None:
    """Put articles into a library as they are."""
    for each in found:
        article, body = each.article, each.body
        row = row_from_document(document := article_to_document(article))
        guid = str(article.extra.get("guid") or "")
        values = {
            "library": library or access.own,
            "id": article.id,
            "title": article.title,
            "title_key": article.title.casefold(),
            "at": row.timestamp,
            "added_at": row.added_at,
            "words": article.words,
            "feed_key": row.feed_key,
            "own_category": article.category,
            "own_source_name": row.source_name,
            "item_key": hash_key(guid or article.url),
            "link_key": hash_key(make_link_key(article.url)),
            "url": article.url,
            "guid": guid,
            "tags": list(article.tags),
            "facts": orjson.dumps(document).decode(),
        }
        names, places = ", ".join(values), ", ".join(f"%({name})s" for name in values)
        insert = f"insert into newstui.article ({names}) values ({places})"
        access.connection.raw.execute(insert.encode(), values)
        access.connection.raw.execute(
            "insert into newstui.body (library, id, text, summary, similar_titles)"
            " values (%s, %s, %s, %s, %s)",
            [values["library"], article.id, body.text, body.summary, list(body.similar)],
        )


def put_state(access: Access, article: str, *events: Event, account: str | None = None) -> None:
    """Put what events amount to as the state of an article."""
    state = ArticleState()
    for event in events:
        apply_event(state, event, event.stamp)
    values = {
        "library": access.own,
        "account": access.account if account is None else account,
        "article": article,
        **{
            name: Jsonb(value) if isinstance(value, dict) else value
            for name, value in state_to_columns(state).items()
        },
    }
    names, places = ", ".join(values), ", ".join(f"%({name})s" for name in values)
    changes = ", ".join(f"{name} = excluded.{name}" for name in values)
    access.connection.raw.execute(
        f"insert into newstui.state ({names}) values ({places})"
        f" on conflict (library, account, article) do update set {changes}".encode(),
        values,
    )


def put_event(access: Access, event: Event) -> None:
    """Put an event into the own library of an account."""
    access.connection.raw.execute(
        "insert into newstui.event (library, machine, ord, checksum, at, kind, articles, data)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s)",
        [
            access.own,
            event.machine,
            event.order,
            event.event_id[1],
            event.at,
            event.kind,
            list(event.articles),
            Jsonb(dict(event.data)),
        ],
    )
