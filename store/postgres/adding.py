"""Adding articles: which they are and what they change, a batch of them in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from store.journal.events import Event, NewEvent
from store.library.item_matcher import ItemMatcher, document_key
from store.library.updates import ArrivedArticles, merge_article, select_lacking, sort_arrived
from store.model.article import ParsedArticle
from store.model.results import AddProgress
from store.postgres.access import Access
from store.postgres.article_writer import insert_articles, move_items, replace_articles
from store.postgres.changes import Changes
from store.postgres.connection import Cursor
from store.postgres.events import (
    Owner,
    StoredEvent,
    insert_events,
    lock_adding,
    lock_libraries,
    place_events,
    storable_event,
)
from store.postgres.reader import Reader
from store.postgres.state_changes import apply_events
from store.postgres.states import SHARED_ACCOUNT
from store.postgres.stored_articles import PostgresArticles
from store.segments.documents import DOCUMENT_ERRORS, article_to_document, row_from_document
from store.text.urls import (
    iter_page_ids,
    make_former_url_id,
    make_guid_id,
    make_link_key,
    make_page_id,
)

BATCH_SIZE = 500
"""Articles that are added at once, or all of one feed document."""
MAX_BATCH_CHARACTERS = 8_000_000
"""Characters of text that are added at once, or all of one article or feed document."""
MANY_ARTICLES = 1000
"""Articles after which the server's statistics about its tables are out of date."""


class Adder:
    """Adds articles, and updates those that the library has."""

    def __init__(self, access: Access, reader: Reader, changes: Changes) -> None:
        """Add nothing yet."""
        self._access = access
        self._reader = reader
        self._changes = changes

    def add(self, found: Iterable[ParsedArticle]) -> Iterator[AddProgress]:
        """Add articles in steps, each of which is committed when it is reported."""
        self._changes.check_writable()
        self._changes.finish()
        added = known = 0
        taken = frozenset[str]()
        for batch in part_batches(filter(self._is_valid, found)):
            arrived, taken = self._add_batch(batch, taken)
            if arrived.newer or arrived.updates:
                self._reader.note_list_change()
            added += len(arrived.new)
            known += len(batch) - len(arrived.new)
            yield AddProgress(added, known, tuple(arrived.new))
        if added >= MANY_ARTICLES:
            self._access.connection.rows("select newstui.update_statistics()")

    def _is_valid(self, found: ParsedArticle) -> bool:
        try:
            row_from_document(article_to_document(found.article))
        except DOCUMENT_ERRORS as error:
            url = self._access.connection.shown_url
            self._access.warn(f"{url}: article {found.article.id!r}: not added ({error})")
            return False
        return True

    def _add_batch(
        self, batch: Sequence[ParsedArticle], taken: frozenset[str]
    ) -> tuple[ArrivedArticles, frozenset[str]]:
        """Add a batch; return what it changed, and the articles that were imported so far."""

        def work(cursor: Cursor) -> tuple[ArrivedArticles, frozenset[str]]:
            return Addition(cursor, self._access).add(batch, taken)

        return self._access.connection.change(work)


def part_batches(found: Iterable[ParsedArticle]) -> Iterator[list[ParsedArticle]]:
    """Yield articles in batches; those of one feed document, which belong together, in one."""
    batch: list[ParsedArticle] = []
    size = 0
    for document in _list_documents(found):
        length = sum(len(each.body.text) for each in document)
        is_full = len(batch) + len(document) > BATCH_SIZE or size + length > MAX_BATCH_CHARACTERS
        if batch and is_full:
            yield batch
            batch, size = [], 0
        batch += document
        size += length
    if batch:
        yield batch


def _list_documents(found: Iterable[ParsedArticle]) -> Iterator[list[ParsedArticle]]:
    """Yield the articles of each feed document, and every other article by itself."""
    for feed, group in groupby(found, key=document_key):
        if feed:
            yield list(group)
        else:
            for each in group:
                yield [each]


class Addition:
    """One batch of articles, in the transaction that adds it."""

    def __init__(self, cursor: Cursor, access: Access) -> None:
        """Keep all others from adding until the transaction ends, so that no article comes twice."""
        self._cursor = cursor
        self._access = access
        self._articles = PostgresArticles(cursor, access)
        locked: frozenset[int] | None = None
        while locked != access.writable:
            locked = access.writable
            lock_adding(cursor, locked)
            access.read_memberships()  # another session may have shared a folder

    def add(
        self, found: Sequence[ParsedArticle], taken: frozenset[str]
    ) -> tuple[ArrivedArticles, frozenset[str]]:
        """Add the batch; return what it changed, and the articles that were imported so far."""
        self._articles.load(each for item in found for each in _possible_ids(item))
        matcher = ItemMatcher(self._articles, taken)
        matched = list(matcher.match(found))
        arrived = sort_arrived(matched, self._articles)
        # Where others may not write, an article without a text stays so.
        new = {key: each for key, each in arrived.new.items() if self._is_writable(key)}
        changes = matcher.take_changes()
        arrived = replace(arrived, new=new, updates=[*arrived.updates, *changes])
        libraries = self._choose_libraries(new.values())
        self._write_events(arrived, libraries)
        move_items(self._cursor, self._libraries_of(changes), changes)
        self._write_articles(arrived, libraries)
        return arrived, matcher.taken

    def copy(self, found: Sequence[ParsedArticle]) -> int:
        """Add articles under the ids that they have; return the number of those that were lacking."""
        self._articles.load(each.article.id for each in found)
        lacking = select_lacking(found, self._articles)
        new = {id_: each for id_, each in lacking.items() if self._is_writable(id_)}
        self._write_articles(ArrivedArticles((), (), new, {}), self._choose_libraries(new.values()))
        return len(new)

    def _is_writable(self, article: str) -> bool:
        return article not in self._articles or self._articles.is_replaceable(article)

    def _choose_libraries(self, new: Iterable[ParsedArticle]) -> Mapping[str, int]:
        """Return the library for each article that is new, by id.

        That of its feed; else that of the owner's shared folder which has its category.
        """
        articles = [each.article for each in new if each.article.id not in self._articles]
        feeds = {str(each.extra.get("feed") or "") for each in articles} - {""}
        of_feeds: dict[str, int] = {}
        if feeds:
            self._cursor.execute(
                "select key, library from newstui.feed where key = any(%s) and library = any(%s)"
                " order by array_position(%s::int[], library) desc",
                [list(feeds), list(self._access.writable), list(self._access.libraries)],
            )
            of_feeds = dict(self._cursor.fetchall())
        return {
            each.id: of_feeds.get(str(each.extra.get("feed") or ""))
            or self._access.library_for(each.category)
            for each in articles
        }

    def _libraries_of(self, events: Iterable[NewEvent]) -> dict[str, int]:
        """Return the libraries of articles that are there and may be written to."""
        found = ((id_, self._articles.find(id_)) for each in events for id_ in each.articles)
        writable = self._access.writable
        return {id_: each.library for id_, each in found if each and each.library in writable}

    def _write_events(self, arrived: ArrivedArticles, libraries: Mapping[str, int]) -> None:
        """Store what feeds changed, for everyone, and the reading state that came, for the account."""
        updated = self._libraries_of(arrived.updates)
        updates = [each for each in arrived.updates if each.articles[0] in updated]
        imported = [each for each in arrived.imported if each.articles[0] in libraries]
        if not (updates or imported):
            return
        lock_libraries(self._cursor, (*updated.values(), *libraries.values()))
        new = [storable_event(each) for each in (*updates, *imported)]
        placed = place_events(self._cursor, self._access, new)
        stored = [
            *(_of(updated, SHARED_ACCOUNT, each) for each in placed[: len(updates)]),
            *(_of(libraries, self._access.account, each) for each in placed[len(updates) :]),
        ]
        insert_events(self._cursor, self._access, stored)
        apply_events(self._cursor, stored)

    def _write_articles(self, arrived: ArrivedArticles, libraries: Mapping[str, int]) -> None:
        new, replaced = [], []
        for article, each in {**arrived.new, **arrived.newer}.items():
            existing, stored = self._articles.read_article(article), self._articles.find(article)
            if existing is None or stored is None:
                new.append((libraries[article], each))
            else:
                replaced.append((stored.library, merge_article(existing, each)))
        insert_articles(self._cursor, new)
        replace_articles(self._cursor, replaced)


def _of(libraries: Mapping[str, int], account: str, event: Event) -> StoredEvent:
    return StoredEvent(Owner(libraries[event.articles[0]], account), event)


def _possible_ids(found: ParsedArticle) -> Iterator[str]:
    """Yield the ids under which the library may have an article, to be looked for at once."""
    article, item = found.article, found.item
    yield article.id
    if article.url:
        yield make_former_url_id(article.url)
    yield from iter_page_ids(article.url)
    if item is None:
        return
    if item.guid:
        yield make_guid_id(str(article.extra.get("feed", "")), item.guid)
    if "#" in (key := make_link_key(article.url)):
        yield from (make_page_id(f"{scheme}://{key}") for scheme in ("https", "http"))
