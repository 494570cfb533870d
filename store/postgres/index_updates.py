"""Keep the full-text index in the database in step with the articles.

Triggers queue the articles that were added or changed. Any client takes some from the queue, analyses them
and writes their documents; what another one has taken is left to it, for a while. So the index grows as long
as anybody is there. Words are counted with the documents that have them.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event
from typing import Any, NamedTuple

from store.journal.reading_state import ArticleState, apply_edits
from store.model.article import Article, Body
from store.model.errors import NewstuiError
from store.model.results import IndexProgress
from store.postgres.access import Access
from store.postgres.connection import Connection, Cursor
from store.postgres.states import SHARED_ACCOUNT, merge_states
from store.postgres.text_vector import (
    AUTHOR_PREFIX,
    TITLE_PREFIX,
    TOPIC_PREFIX,
    URL_PREFIX,
    IndexDocument,
    fact_word,
    make_document,
)
from store.postgres.values import storable_json
from store.postgres.words import LANGUAGE_FIELD
from store.segments.documents import DOCUMENT_ERRORS, article_from_document

BATCH_SIZE = 500
"""Articles that are taken from the queue at once: the more of them share a word, the less often it is counted."""
WORKERS = 2
"""Threads that index, if there is enough for each: one analyses what the server takes from the other."""
MANY_ARTICLES = 1000
"""Articles after which the server's statistics about the index are out of date."""
CLAIM_MINUTES = 10
"""Minutes after which what another client has taken is taken again."""
POLL_SECONDS = 0.02
"""Seconds of a step that waits for the thread, short enough for the keyboard."""

log = logging.getLogger("newstui")

Place = tuple[int, str, str]
"""Library, article and account of a document."""
FieldWords = Mapping[str, str]
"""Words by field, one in each line: as sets they take ten times the memory."""

_OPEN = (
    "(account = %(account)s or account = '' and library = any(%(writable)s))"
    " and library = any(%(libraries)s)"
    f" and (claimed_at is null or claimed_at < now() - interval '{CLAIM_MINUTES} minutes')"
)
"""The queued articles that an account may index, and that no other client has taken."""
# By the places of the rows: a planner that knows nothing of the queue would compare each with each.
_CLAIM = (
    "update newstui.unindexed set claimed_at = clock_timestamp() where ctid = any(array("
    f" select ctid from newstui.unindexed where {_OPEN}"
    f" limit {BATCH_SIZE} for update skip locked))"
    " returning library, id, account::text, claimed_at"
)
_CLAIMED = (
    "unnest(%s::int[], %s::text[], %s::text[], %s::timestamptz[])"
    " as p (library, id, account, claimed_at) where u.library = p.library and u.id = p.id"
    " and u.account = p.account::name and u.claimed_at = p.claimed_at"
)
"""What was taken and has not been queued again."""
_RELEASE = f"update newstui.unindexed u set claimed_at = null from {_CLAIMED} returning 1"
_DELETE = (
    f"delete from newstui.unindexed u using {_CLAIMED} returning u.library, u.id, u.account::text"
)
_READ = (
    "select p.*, a.facts, a.category, a.feed_key, case when p.account = '' then a.at"
    " else coalesce(s.edited_at, a.at) end, b.text, b.summary, s.tags, s.edits, g.tags, g.edits,"
    " (select tsvector_to_array(d.words) from newstui.document d where d.library = p.library"
    " and d.id = p.id and d.account = p.account and d.part = 0)"
    " from unnest(%(libraries)s::int[], %(ids)s::text[], %(accounts)s::text[])"
    " as p (library, id, account)"
    " join newstui.article a on a.library = p.library and a.id = p.id"
    " left join newstui.body b on b.library = a.library and b.id = a.id"
    " left join newstui.state s on p.account <> '' and s.library = a.library and s.article = a.id"
    " and s.account = p.account"
    " left join newstui.state g on g.library = a.library and g.article = a.id and g.account = ''"
)
"""The articles of some places, their own and their shared state, and the words they were indexed with."""


# As JSON, which is much faster than arrays; the words of an object come in the same order everywhere.
_COUNT = (
    "insert into newstui.term as known (library, field, term, account, documents)"
    " select library, field, word, account, number::bigint"
    " from jsonb_to_recordset(%s::jsonb)"
    " as counted (library int, field text, account name, words jsonb),"
    " jsonb_each_text(words) as each (word, number)"
    " on conflict (library, field, term, account)"
    " do update set documents = known.documents + excluded.documents"
)

_FIELD_PREFIXES = {
    "title": TITLE_PREFIX,
    "category": TOPIC_PREFIX,
    "tags": TOPIC_PREFIX,
    "author": AUTHOR_PREFIX,
    "url": URL_PREFIX,
}
"""The beginnings of the words of a field in a vector."""


class Indexed(NamedTuple):
    """An article of the queue, as it is to be indexed."""

    place: Place
    at: int
    document: IndexDocument | None
    """None if it needs no document, or no longer; without its words."""
    is_known: bool
    """True if it has a document already."""
    terms: FieldWords
    """The words that it is counted for from now on."""


@dataclass(slots=True)
class Batch:
    """Articles that were taken from the queue."""

    claims: Mapping[Place, Any]
    """When each was taken."""
    articles: list[Indexed] = field(default_factory=list)

    def columns(self) -> list[list[Any]]:
        """Return libraries, ids, accounts and times of what was taken."""
        return [*map(list, zip(*self.claims, strict=True)), list(self.claims.values())]


class IndexUpdater:
    """Indexes what is queued, on threads with connections of their own."""

    def __init__(self, access: Access) -> None:
        """Index nothing yet."""
        self._access = access
        self.failure = ""
        """Why the last update failed; empty if it did not."""

    def count_queued(self) -> int:
        """Return the number of articles that are still to be indexed by this account."""
        row = self._access.connection.row(
            f"select count(*) from newstui.unindexed where {_OPEN}",
            self._parameters(),
        )
        return int(row[0]) if row else 0

    def is_stale(self) -> bool:
        """Return True if articles are still to be indexed by this account."""
        row = self._access.connection.row(
            f"select exists (select from newstui.unindexed where {_OPEN})",
            self._parameters(),
        )
        return bool(row and row[0])

    def _parameters(self) -> dict[str, Any]:
        access = self._access
        return {
            "account": access.account,
            "libraries": list(access.libraries),
            "writable": list(access.writable),
        }

    def update(self) -> Iterator[IndexProgress]:
        """Index what is queued, in steps."""
        self.failure = ""
        if self._access.read_only_reason or not (total := self.count_queued()):
            return
        try:
            yield from self._index(total)
        except NewstuiError as error:
            self.failure = str(error)
            self._access.warn(f"the search index cannot be written: {self.failure}")
        except RuntimeError as error:  # too little memory for a thread
            self.failure = str(error)

    def _index(self, total: int) -> Iterator[IndexProgress]:
        stop, number = Event(), min(WORKERS, -(-total // BATCH_SIZE))
        indexers = [Indexer(self._parameters(), stop) for _ in range(number)]
        connect = self._access.connection.another
        yield IndexProgress(0, total)
        try:
            with ThreadPoolExecutor(number, "index") as threads:
                running = [
                    threads.submit(each.run, connect, is_many=total >= MANY_ARTICLES and not at)
                    for at, each in enumerate(indexers)
                ]
                try:
                    while running:
                        ended, others = wait(running, POLL_SECONDS)
                        for future in ended:
                            future.result()
                        running = list(others)
                        yield IndexProgress(min(sum(each.done for each in indexers), total), total)
                finally:
                    stop.set()
                    for each in indexers:
                        each.interrupt()
        finally:
            self._give_back([each.batch for each in indexers if each.batch is not None])

    def _give_back(self, batches: Sequence[Batch]) -> None:
        """Let others index what was taken; where that fails, they do after `CLAIM_MINUTES`."""
        for batch in batches:
            with suppress(NewstuiError):
                self._access.connection.rows(_RELEASE, batch.columns())


@dataclass(slots=True)
class Indexer:
    """Indexes what is queued, a batch of it at a time; on a thread, with a connection of its own."""

    parameters: Mapping[str, Any]
    """The account, its libraries, and those to which it may write."""
    stop: Event
    """Set if no more is to be indexed."""
    done: int = 0
    """The number of articles that it has indexed."""
    batch: Batch | None = None
    """What it has taken from the queue and did not come to index."""
    connection: Connection | None = None

    def run(self, connect: Callable[[], Connection], *, is_many: bool) -> None:
        """Index batches until none is left, or until it is interrupted.

        Args:
            connect: Opens a connection.
            is_many: Whether the server is to update its statistics about the index at the end.
        """
        connection = self.connection = connect()
        try:
            while not self.stop.is_set() and (number := self.index_batch(connection)):
                self.done += number
            if not self.stop.is_set():
                connection.rows("select newstui.finish_index(%s)", [is_many])
        except NewstuiError:
            if not self.stop.is_set():  # else it was interrupted
                self.batch = None
                raise
        finally:
            connection.close()

    def interrupt(self) -> None:
        """End what the server is doing for it, once it is to stop; called on another thread."""
        if self.connection is not None:
            self.connection.interrupt()

    def index_batch(self, connection: Connection) -> int:
        """Index some of the queued articles; return how many, 0 if none is left or if it is to stop."""
        claimed = connection.change(
            lambda cursor: cursor.execute(_CLAIM, self.parameters).fetchall()
        )
        batch = Batch(
            {(library, article, account): at for library, article, account, at in claimed}
        )
        if not batch.claims:
            return 0
        self.batch = batch
        for article in read_articles(connection, list(batch.claims)):
            if self.stop.is_set():
                return 0
            batch.articles.append(article)
        connection.change(lambda cursor: write_batch(cursor, batch))
        self.batch = None
        return len(batch.claims)


# -- reading -------------------------------------------------------------------------------


def read_articles(connection: Connection, places: Sequence[Place]) -> Iterator[Indexed]:
    """Yield articles as they are to be indexed; of those that are gone, none."""
    libraries, ids, accounts = map(list, zip(*places, strict=True))
    rows = connection.rows(_READ, {"libraries": libraries, "ids": ids, "accounts": accounts})
    for library, article, account, facts, category, feed_key, at, *texts, known in rows:
        text, summary, *states = texts
        try:
            stored = article_from_document(facts | ({"category": category} if feed_key else {}))
        except DOCUMENT_ERRORS as error:
            log.warning("article %s cannot be read: %s", article, error)
            continue
        place, body = (library, article, account), Body(text or "", summary or "")
        own, shared = _edits(*states[:2]), _edits(*states[2:])
        yield _make_indexed(place, at, (stored, body), (own, shared), set(known or ()))


def _edits(tags: Any, edits: Any) -> ArticleState:
    return ArticleState(
        tags={tag: tuple(register) for tag, register in (tags or {}).items()},
        edits={name: tuple(register) for name, register in (edits or {}).items()},
    )


def _make_indexed(
    place: Place,
    at: int,
    found: tuple[Article, Body],
    states: tuple[ArticleState, ArticleState],
    known: set[str],
) -> Indexed:
    """Return an article as it is to be indexed.

    Args:
        place: Its place.
        at: Its date.
        found: The article as it is stored.
        states: The edits and tags of the account, and those that count for everyone.
        known: The words it was indexed with.
    """
    (article, body), (own, shared) = found, states
    everyones = apply_edits(article, shared)
    if place[2] == SHARED_ACCOUNT:
        document = make_document(everyones, body)
        words = dict(document.words)
        words[LANGUAGE_FIELD] = frozenset(filter(None, [article.language]))
    else:
        edited = apply_edits(article, merge_states(shared, own))
        if not (own.edits or own.tags):
            return Indexed(place, at, None, bool(known), {})
        document = make_document(edited, body)
        others = make_document(everyones, Body()).words
        words = {
            name: document.words[name] - others[name] for name in ("title", "category", "tags")
        }
    terms = {
        name: "\n".join(
            [word for word in each if _vector_word(name, word) not in known] if known else each
        )
        for name, each in words.items()
    }
    return Indexed(place, at, document._replace(words={}), bool(known), terms)


def _vector_word(name: str, word: str) -> str:
    """Return a word of a field as a vector has it; a language as the vector has its fact."""
    if name == LANGUAGE_FIELD:
        return fact_word("lang", word)
    return _FIELD_PREFIXES.get(name, "") + word


# -- writing -------------------------------------------------------------------------------


def write_batch(cursor: Cursor, batch: Batch) -> None:
    """Write the documents of articles that were not changed since they were taken."""
    cursor.execute(_DELETE, batch.columns())
    unchanged = set(cursor.fetchall())
    articles = [each for each in batch.articles if each.place in unchanged]
    _write_terms(cursor, articles)
    _write_documents(cursor, articles)


def _write_terms(cursor: Cursor, articles: Sequence[Indexed]) -> None:
    """Count the words of the articles, in their order, so that clients do not deadlock."""
    counts: defaultdict[tuple[int, str, str], Counter[str]] = defaultdict(Counter)
    for each in articles:
        library, _, account = each.place
        for name, words in each.terms.items():
            counts[library, name, account].update(words.splitlines())
    rows = [
        {"library": library, "field": name, "account": account, "words": words}
        for (library, name, account), words in sorted(counts.items())
    ]
    cursor.execute(_COUNT, [storable_json(rows)])


def _write_documents(cursor: Cursor, articles: Sequence[Indexed]) -> None:
    if known := [each.place for each in articles if each.is_known]:
        _delete_documents(cursor, known)
    rows = [
        (*each.place, part, len(found.parts), each.at, found.title_words, found.text_words, words)
        for each in articles
        if (found := each.document)
        for part, words in enumerate(found.parts)
    ]
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(9)]
    cursor.execute(
        "insert into newstui.document"
        " (library, id, account, part, parts, at, title_words, text_words, words)"
        " select * from unnest(%s::int[], %s::text[], %s::name[], %s::smallint[], %s::smallint[],"
        " %s::bigint[], %s::int[], %s::int[], %s::tsvector[])",
        columns,
    )


def _delete_documents(cursor: Cursor, places: Sequence[Place]) -> None:
    libraries, ids, accounts = map(list, zip(*places, strict=True))
    cursor.execute(
        "delete from newstui.document d using unnest(%s::int[], %s::text[], %s::name[])"
        " as p (library, id, account)"
        " where d.library = p.library and d.id = p.id and d.account = p.account",
        [libraries, ids, accounts],
    )
