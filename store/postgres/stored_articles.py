"""The articles of a library on PostgreSQL as `add` asks for them, in the transaction that adds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store.journal.reading_state import ArticleState
from store.model.article import Article, ArticleRow, make_item_key
from store.postgres.access import Access
from store.postgres.connection import Cursor
from store.postgres.list_sql import ROW_COLUMNS, VISIBLE, make_row
from store.postgres.states import STATE_COLUMNS, merge_states, state_from_columns
from store.segments.documents import article_from_document

_STATES = (
    " left join lateral (select * from newstui.state own where own.library = a.library"
    "   and own.account = %(account)s and own.article = a.id limit 1) s on true"
    " left join lateral (select * from newstui.state shared where shared.library = a.library"
    "   and shared.account = '' and shared.article = a.id limit 1) g on true"
)
_COLUMNS = f"{ROW_COLUMNS}, a.library, {VISIBLE}, a.title, a.url, a.guid, to_jsonb(s), to_jsonb(g)"
_BY_ID = (
    f"select {_COLUMNS}, a.facts from unnest(%(ids)s::text[]) as wanted(id) cross join lateral ("
    "   select article.* from unnest(%(libraries)s::int[]) with ordinality as mine(id, turn)"
    "   join newstui.article on library = mine.id and article.id = wanted.id order by turn limit 1"
    f" ) a{_STATES}"
)
_OF_FEED = (
    f"select {_COLUMNS} from newstui.article a{_STATES}"
    " where a.library = any(%(libraries)s) and a.feed_key = %(feed)s"
    " order by array_position(%(libraries)s::int[], a.library), a.at desc, a.id"
)
_IMPORTED = (
    "select id from newstui.article where library = any(%s) and feed_key = '' and url = ''"
    " and words = %s and hashtext(title) = hashtext(%s) and title = %s order by added"
)
_TEXT = "select text from newstui.body where library = %s and id = %s"


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article as it is stored, with what its account sees of it."""

    row: ArticleRow
    library: int
    is_visible: bool
    title: str
    """Without the user's edits."""
    state: ArticleState
    facts: Mapping[str, Any] | None
    """As its document; None if they were not read."""


class PostgresArticles:
    """The `StoredArticles` of one transaction: they are read for a batch at once, and kept."""

    def __init__(self, cursor: Cursor, access: Access) -> None:
        """Read nothing yet."""
        self._cursor = cursor
        self._access = access
        self._known: dict[str, StoredArticle | None] = {}
        self._feeds: dict[str, list[ArticleRow]] = {}

    def load(self, ids: Iterable[str]) -> None:
        """Read the articles with these ids, as far as they are there."""
        unknown = [each for each in dict.fromkeys(ids) if each not in self._known]
        self._known.update(dict.fromkeys(unknown))
        for stored in self._select(_BY_ID, ids=unknown):
            self._known[stored.row.id] = stored

    def _select(self, statement: str, **parameters: Any) -> list[StoredArticle]:
        parameters |= {
            "account": self._access.account,
            "libraries": list(self._access.libraries),
        }
        self._cursor.execute(statement.encode(), parameters)
        return [_to_stored(columns) for columns in self._cursor.fetchall()]

    def find(self, article: str) -> StoredArticle | None:
        """Return an article as it is stored; None if there is none."""
        if article not in self._known:
            self.load([article])
        return self._known[article]

    def __contains__(self, article: object) -> bool:
        """Return True if the article is in the library, deleted or not."""
        return isinstance(article, str) and self.find(article) is not None

    def get_row(self, article: str) -> ArticleRow | None:
        """Return the row of an article that is not deleted."""
        stored = self.find(article)
        return stored.row if stored and stored.is_visible else None

    def stored_row(self, article: str) -> ArticleRow | None:
        """Return the row of an article."""
        stored = self.find(article)
        return stored.row if stored else None

    def stored_title(self, article: str) -> str:
        """Return the title of an article without the user's edits."""
        stored = self.find(article)
        return stored.title if stored else ""

    def state(self, article: str) -> ArticleState:
        """Return the reading state of an article."""
        stored = self.find(article)
        return stored.state if stored else ArticleState()

    def read_article(self, article: str) -> Article | None:
        """Return the facts of an article as they are stored."""
        stored = self.find(article)
        if stored is not None and stored.facts is None:
            (stored,) = self._select(_BY_ID, ids=[article])
            self._known[article] = stored
        return article_from_document(stored.facts or {}) if stored else None

    def read_text(self, article: str) -> str:
        """Return the text of an article."""
        stored = self.find(article)
        if stored is None:
            return ""
        self._cursor.execute(_TEXT, [stored.library, article])
        found = self._cursor.fetchone()
        return str(found[0]) if found else ""

    def is_replaceable(self, article: str) -> bool:
        """Return True if this account may write to the library of an article."""
        stored = self.find(article)
        return stored is not None and stored.library in self._access.writable

    def rows_of_feed(self, feed: str) -> Sequence[ArticleRow]:
        """Return the rows of the articles of a feed."""
        if feed not in self._feeds:
            found: dict[str, StoredArticle] = {}
            for stored in self._select(_OF_FEED, feed=feed):
                found.setdefault(stored.row.id, stored)
            for article, stored in found.items():
                if self._known.get(article) is None:  # others are known with their facts
                    self._known[article] = stored
            self._feeds[feed] = [stored.row for stored in found.values()]
        return self._feeds[feed]

    def imported_ids(self, title: str, words: int) -> Sequence[str]:
        """Return articles of no feed and without URL that have this title and number of words."""
        libraries = list(self._access.libraries)
        self._cursor.execute(_IMPORTED, [libraries, words, title, title])
        return [article for (article,) in self._cursor.fetchall()]


def _to_stored(columns: Sequence[Any]) -> StoredArticle:
    *row_columns, library, is_visible, title, url, guid, own, shared = columns[:_FACTS]
    row = make_row(row_columns)._replace(item_key=make_item_key({"guid": guid}, url))
    state = merge_states(_to_state(shared), _to_state(own))
    facts = columns[_FACTS] if len(columns) > _FACTS else None
    return StoredArticle(row, library, is_visible, title, state, facts)


def _to_state(values: Mapping[str, Any] | None) -> ArticleState | None:
    if values is None:
        return None
    return state_from_columns(values[name] for name in STATE_COLUMNS)


_FACTS = 21
"""The place of the facts among the columns."""
