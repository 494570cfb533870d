"""Reading: rows, articles and their texts, events."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

from store.journal.events import NO_EVENT_DATA, Event
from store.journal.reading_state import ArticleState, apply_edits
from store.model.article import Article, ArticleRow, Body, FullArticle, ReadingStatus
from store.model.errors import ArticleNotFound, LibraryDamaged
from store.model.results import ExternalChanges
from store.postgres.access import Access
from store.postgres.keys import hash_key
from store.postgres.list_sql import ARTICLES_AND_STATES, AT, ROW_COLUMNS, VISIBLE, make_row
from store.postgres.states import (
    STATE_COLUMNS,
    list_state_columns,
    merge_states,
    state_from_columns,
)
from store.segments.documents import DOCUMENT_ERRORS, article_from_document, clean_body
from store.text.clean import clean_text
from store.text.names import unique_names
from store.text.urls import (
    list_url_ids,
    make_former_url_id,
    make_link_key,
    make_page_id,
    make_url_id,
)

BATCH_SIZE = 1000
"""Articles or events that are read at once."""
MAX_CHANGED_ROWS = 1000
"""Rows that others changed and that are handed out; of more, lists are to be asked for again."""

_SHARED_STATES = (
    "left join newstui.state g on g.library = a.library and g.article = a.id and g.account = ''"
)


class NumberedArticle(NamedTuple):
    """The place of an article among all, by which a list finds it."""

    number: int
    """Its number, `article.added`."""
    at: int
    """Its time, as its row has it now."""
    is_edited: bool
    """True if the reader has changed its date."""


class Reader:
    """Answers what is about single articles, and does not change the library."""

    def __init__(self, access: Access) -> None:
        """Read nothing but where the library stands now."""
        self._access = access
        self._tags: set[str] = set()
        self._seen = self._read_numbers()
        self._has_updates = False
        """True if articles were updated here, which the next refresh reports."""

    # -- rows ------------------------------------------------------------------------------

    def is_empty(self) -> bool:
        """Return True if there are no articles."""
        return not any(self.newest().values())

    def newest(self) -> dict[int, int]:
        """Return the number of the newest article of each library, 0 for none; the own one first."""
        found = dict(
            self._access.connection.rows(
                "select l, (select max(added) from newstui.article where library = l)"
                " from unnest(%s::int[]) l",
                [list(self._access.libraries)],
            )
        )
        return {library: found[library] or 0 for library in self._access.libraries}

    def rows(self, articles: Iterable[str], *, deleted: bool = False) -> dict[str, ArticleRow]:
        """Return the rows of articles by id; those that are gone have none, unless `deleted`."""
        found: dict[str, ArticleRow] = {}
        for columns in self._select(ROW_COLUMNS, articles, deleted=deleted):
            row = make_row(columns)
            found.setdefault(row.id, row)
        return found

    def word_counts(self, articles: Iterable[str]) -> dict[str, int]:
        """Return the numbers of words of articles, by id."""
        found: dict[str, int] = {}
        for article, words in self._select("a.id, a.words", articles, deleted=False):
            found.setdefault(article, words)
        return found

    def locate(self, articles: Iterable[str], *, deleted: bool = False) -> dict[str, int]:
        """Return the libraries that articles are in, by id; those that are gone are in none."""
        found: dict[str, int] = {}
        for article, library in self._select("a.id, a.library", articles, deleted=deleted):
            found.setdefault(article, library)
        return found

    def find_numbers(self, articles: Iterable[str]) -> dict[str, NumberedArticle]:
        """Return numbers and times of articles by id, deleted or not."""
        found: dict[str, NumberedArticle] = {}
        columns = f"a.id, a.added, {AT}, s.edited_at is not null"
        for article, *values in self._select(columns, articles, deleted=True):
            found.setdefault(article, NumberedArticle(*values))
        return found

    def _select(
        self, columns: str, articles: Iterable[str], *, deleted: bool, joined: str = ""
    ) -> list[tuple[Any, ...]]:
        """Return columns of articles; of those in several libraries, the one that counts first."""
        where = "" if deleted else f" and {VISIBLE}"
        return self._access.connection.rows(
            f"select {columns} from {ARTICLES_AND_STATES} {joined}"
            f" where a.library = any(%(libraries)s) and a.id = any(%(articles)s){where}"
            " order by a.gone, array_position(%(libraries)s::int[], a.library)",
            self._parameters() | {"articles": list(articles)},
        )

    def _parameters(self) -> dict[str, Any]:
        return {"account": self._access.account, "libraries": list(self._access.libraries)}

    def title(self, article: str) -> str:
        """Return the title of an article, deleted or not."""
        row = self.rows([article], deleted=True).get(article)
        return row.title if row else ""

    # -- names -----------------------------------------------------------------------------

    def find_id(self, id_or_prefix: str) -> str:
        """Return the only id that starts with these characters, ignoring case."""
        if self.rows([id_or_prefix]):
            return id_or_prefix
        prefix = id_or_prefix.lower()
        like = prefix.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        found = self._access.connection.rows(
            f"select min(a.id), count(distinct a.id) from {ARTICLES_AND_STATES}"
            " join newstui.find_ids(%(like)s) found on found.library = a.library and found.id = a.id"
            f" where {VISIBLE}",
            self._parameters() | {"like": f"{like}%"},
        )
        article, matches = found[0]
        if not matches or not prefix:
            raise ArticleNotFound(id_or_prefix)
        if matches > 1:
            raise ArticleNotFound(id_or_prefix, matches)
        return str(article)

    def identify(self, names: Iterable[str]) -> tuple[list[str], list[str]]:
        """Return the ids of the articles with these ids, URLs or feed guids, and the unknown names."""
        candidates = {name: (name, *list_url_ids(name)) for name in names}
        known = self.locate({each for ids in candidates.values() for each in ids})
        ids: dict[str, None] = {}
        unknown: dict[str, None] = {}
        for name, possible in candidates.items():
            found = next((each for each in possible if each in known), "")
            (ids if found else unknown)[found or name] = None
        for article, url, guid in self._find_named(unknown):
            for name in {url, guid} & unknown.keys():
                del unknown[name]
                ids[article] = None
        return list(ids), list(unknown)

    def _find_named(self, names: Iterable[str]) -> list[tuple[str, str, str]]:
        """Return id, URL and guid of the articles that may have these names."""
        named = list(names)
        if not named:
            return []
        found = self._access.connection.rows(
            f"select a.id, a.url, a.guid from {ARTICLES_AND_STATES}"
            f" where a.library = any(%(libraries)s) and {VISIBLE}"
            " and (a.item_key = any(%(items)s) or a.link_key = any(%(links)s))"
            f" order by {AT} desc, a.id desc",
            self._parameters()
            | {
                "items": [hash_key(name) for name in named],
                "links": [hash_key(make_link_key(name)) for name in named],
            },
        )
        return [(article, url, guid) for article, url, guid in found]

    def find_urls(self, urls: Iterable[str]) -> Mapping[str, str]:
        """Return the ids of articles by URL: their ids are made of it, or else it is in the database."""
        candidates = {}
        for url in urls:
            pages = [f"{scheme}://{make_link_key(url)}" for scheme in ("https", "http")]
            candidates[url] = [make(page) for page in pages for make in (make_url_id, make_page_id)]
            candidates[url].append(make_former_url_id(url))
        known = self.locate({each for ids in candidates.values() for each in ids})
        found = {
            url: article
            for url, ids in candidates.items()
            if (article := next((each for each in ids if each in known), ""))
        }
        others = {hash_key(make_link_key(url)): url for url in candidates if url not in found}
        rows = self._access.connection.rows(
            f"select a.link_key, a.id from {ARTICLES_AND_STATES}"
            f" where a.library = any(%(libraries)s) and {VISIBLE} and a.link_key = any(%(links)s)",
            self._parameters() | {"links": list(others)},
        )
        for key, article in rows if others else ():
            found.setdefault(others[key], article)
        return found

    def tags(self) -> list[str]:
        """Return the tags known so far."""
        given = self._access.connection.rows(
            "select distinct tag from newstui.state, jsonb_each(tags) as given (tag, register)"
            " where library = any(%(libraries)s) and account = %(account)s and tags <> '{}'"
            " and (register ->> 1)::boolean",
            self._parameters(),
        )
        return list(unique_names(sorted(self._tags.union(tag for (tag,) in given))))

    def source_names(self) -> list[str]:
        """Return the names of the feeds of articles."""
        found = self._access.connection.rows(
            "select distinct name from ("
            " select distinct library, feed_key from newstui.counter"
            " where library = any(%(libraries)s) and account = '' and feed_key <> ''"
            ") feeds, lateral (select source_name from newstui.article a"
            " where a.library = feeds.library and a.feed_key = feeds.feed_key and not gone"
            " limit 1) named (name)",
            self._parameters(),
        )
        return [name for (name,) in found]

    # -- articles --------------------------------------------------------------------------

    def get_article(self, article: str) -> FullArticle:
        """Return an article with its text and reading status."""
        found = self._read_facts([article]).get(article)
        if found is None:
            raise ArticleNotFound(article)
        facts, state, source_name = found
        self._tags.update(facts.tags)
        body = self._read_body(article)
        return FullArticle(facts, body, state.to_reading(), state.updated, source_name)

    def _read_body(self, article: str) -> Body:
        rows = self._select(
            "b.text, b.summary, b.summary_origin, b.summary_complete, b.similar_titles",
            [article],
            deleted=False,
            joined="join newstui.body b on b.library = a.library and b.id = a.id",
        )
        if not rows:
            return Body()
        text, summary, origin, is_complete, similar = rows[0]
        return clean_body(Body(text, summary, origin, is_complete, tuple(similar)))

    def read_texts(self, articles: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Return text and summary of articles by id, of those that have any."""
        rows = self._select(
            "a.id, b.text, b.summary",
            articles,
            deleted=False,
            joined="join newstui.body b on b.library = a.library and b.id = a.id",
        )
        return {
            article: (clean_text(text), clean_text(summary))
            for article, text, summary in reversed(rows)
        }

    def read_text(self, article: str) -> str:
        """Return the text of an article; empty if there is none."""
        return self._read_body(article).text

    def articles(self, ids: Iterable[str]) -> Iterator[tuple[Article, ReadingStatus]]:
        """Yield facts and reading status of many articles, a batch of them at a time.

        Those that cannot be read are reported and left out.
        """
        remaining = iter(ids)
        while batch := list(islice(remaining, BATCH_SIZE)):
            found = self._read_facts(batch, damaged=lambda error: self._access.warn(str(error)))
            for each in batch:
                if each in found:
                    facts, state, _ = found[each]
                    yield facts, state.to_reading()

    def _read_facts(
        self, articles: Sequence[str], damaged: Callable[[LibraryDamaged], object] | None = None
    ) -> dict[str, tuple[Article, ArticleState, str]]:
        """Return facts, state and the name of the source of articles, by id.

        Args:
            articles: The articles; those that are gone are left out.
            damaged: Called with the error of each that cannot be read, which is left out; None to
                raise it.
        """
        found: dict[str, tuple[Article, ArticleState, str]] = {}
        columns = f"a.id, a.category, a.feed_key, a.source_name, {list_state_columns('s')}"
        rows = self._select(
            f"{columns}, {list_state_columns('g')}, a.facts",
            articles,
            deleted=False,
            joined=_SHARED_STATES,
        )
        for article, category, feed_key, source_name, *states, facts in rows:
            if article in found:
                continue
            own, shared = (
                state_from_columns(values) if values[0] is not None else None
                for values in (states[: len(STATE_COLUMNS)], states[len(STATE_COLUMNS) :])
            )
            state = merge_states(shared, own)
            try:
                stored = self._parse_facts(article, facts)
            except LibraryDamaged as error:
                if damaged is None:
                    raise
                damaged(error)
                continue
            if feed_key and category != stored.category:
                stored = replace(stored, category=category)
            found[article] = apply_edits(stored, state), state, source_name
        return found

    def _parse_facts(self, article: str, facts: Any) -> Article:
        try:
            return article_from_document({**facts, "id": article})
        except DOCUMENT_ERRORS as error:
            reason = f"{self._access.connection.shown_url}: article {article}"
            raise LibraryDamaged(f"{reason}: cannot be read ({error})") from error

    # -- events ----------------------------------------------------------------------------

    def events(self, kinds: Collection[str], last: int | None) -> Iterator[Sequence[Event]]:
        """Yield what happened to articles, without what was undone: one machine after the other."""
        machines = self._access.connection.rows(
            "select distinct machine from newstui.event where library = any(%(libraries)s)"
            " and account = %(account)s order by machine",
            self._parameters(),
        )
        for (machine,) in machines:
            yield from self._events_of(machine, kinds, last)

    def _events_of(
        self, machine: str, kinds: Collection[str], last: int | None
    ) -> Iterator[Sequence[Event]]:
        parameters = self._parameters() | {"machine": machine, "kinds": list(kinds)}
        first = 0
        if last is not None:
            row = self._access.connection.row(
                "select min(ord) from (select ord from newstui.event"
                " where library = any(%(libraries)s) and account = %(account)s"
                " and machine = %(machine)s order by ord desc limit %(last)s) latest",
                parameters | {"last": last},
            )
            first = row[0] if row and row[0] is not None else 0
        after = (first, -1, -1)
        while True:
            rows = self._access.connection.rows(
                "select ord, library, checksum, kind, articles, at, data from newstui.event e"
                " where library = any(%(libraries)s) and account = %(account)s"
                " and machine = %(machine)s and kind = any(%(kinds)s)"
                " and (ord, library, checksum) > (%(ord)s, %(library)s, %(checksum)s)"
                " and not exists (select from newstui.event u where u.library = e.library"
                " and u.account = e.account and u.kind = 'undone' and u.checksum = e.checksum"
                " and (u.data ->> 'of')::bigint >> 10 = e.ord)"
                f" order by ord, library, checksum limit {BATCH_SIZE}",
                parameters | dict(zip(("ord", "library", "checksum"), after, strict=True)),
            )
            if not rows:
                return
            yield [
                Event(kind, tuple(articles), at, order, machine, data or NO_EVENT_DATA)
                for order, _, _, kind, articles, at, data in rows
            ]
            after = rows[-1][:3]

    # -- changes by others -----------------------------------------------------------------

    def _read_numbers(self) -> dict[int, tuple[int, int]]:
        """Return the numbers of the latest change of an article and of a state, by library.

        Numbers are given in the order of commits within a library, and not among several.
        """
        rows = self._access.connection.rows(
            "select l, coalesce(a, 0), coalesce(s, 0) from unnest(%(libraries)s::int[]) l,"
            " lateral (select (select max(got) from newstui.article where library = l), (select"
            "   greatest((select max(got) from newstui.state where library = l and account = ''),"
            "   (select max(got) from newstui.state where library = l and account = %(account)s))))"
            " as latest (a, s)",
            self._parameters(),
        )
        return {library: (article, state) for library, article, state in rows}

    def note_list_change(self) -> None:
        """Have the next refresh report that lists must be requested again."""
        self._has_updates = True

    def refresh(self) -> ExternalChanges:
        """Return what others have changed since the last call."""
        self._access.read_memberships()
        before, self._seen = self._seen, self._read_numbers()
        is_stale = self._seen.keys() != before.keys() or self._has_updates
        self._has_updates = False
        if self._seen == before and not is_stale:
            return ExternalChanges()
        changed = self._read_changes(before)
        is_stale |= len(changed) > MAX_CHANGED_ROWS or any(is_moved for _, is_moved in changed)
        rows = self.rows({article for article, _ in changed[:MAX_CHANGED_ROWS]})
        return ExternalChanges(rows, is_stale)

    def _read_changes(self, since: Mapping[int, tuple[int, int]]) -> list[tuple[str, bool]]:
        """Return the articles that others changed, and whether lists have to be made anew for that.

        They have to for every change of an article that was deleted or restored once.
        """
        found = self._access.connection.rows(
            "select changed.* from unnest(%(seen)s::int[], %(added)s::bigint[], %(acted)s::bigint[])"
            " as seen (l, a, s), lateral ("
            " select id, true from newstui.article"
            "   where library = l and got > a and writer <> %(session)s"
            " union all select article, deleted_stamp >= 0 or category is not null"
            "   or edited_at is not null from newstui.state where library = l"
            "   and account = %(account)s and got > s and writer <> %(session)s"
            " union all select article, true from newstui.state where library = l"
            "   and account = '' and got > s and writer <> %(session)s and deleted_stamp >= 0"
            f") changed limit {MAX_CHANGED_ROWS + 1}",
            self._parameters()
            | {
                "seen": list(since),
                "added": [article for article, _ in since.values()],
                "acted": [state for _, state in since.values()],
                "session": self._access.connection.session,
            },
        )
        return [(article, is_moved) for article, is_moved in found]
