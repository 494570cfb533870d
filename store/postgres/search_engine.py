"""Queries about a library on PostgreSQL: words come from the full-text index, facts from the tables.

The newest articles are looked at first. Of what very many match, the best are those among the newest few
thousand; phrases, whose words alone the index knows, are looked for in more and more of the articles that
have all of their words.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from store.library import row_search
from store.library.listing import BATCH_SIZE
from store.library.search_engine import MAX_SAME_TITLES, NOT_INDEXED, ONLY_TITLES, Answer
from store.model.article import Article, ArticleRow, FeedLabel
from store.postgres.access import Access
from store.postgres.counts import Counters
from store.postgres.list_sql import ARTICLES_AND_STATES, VISIBLE, Condition, ListSql
from store.postgres.query_conditions import QueryConditions
from store.postgres.ranking import Key, Ranking
from store.postgres.reader import Reader
from store.postgres.text_query import (
    Alternative,
    TextQuery,
    TextQueryBuilder,
    all_of,
    matches_empty,
)
from store.postgres.text_vector import TITLE_PREFIX, quote_word, title_word
from store.postgres.words import IndexWords, read_index_size
from store.search.list_query import ListQuery
from store.search.syntax_tree import (
    And,
    Most,
    Not,
    Or,
    QueryNode,
    SearchField,
    WordsCondition,
    count_most,
    split_query,
)
from store.search.vocabulary import SEARCHED_FIELDS, Vocabulary

WINDOW_SIZE, WINDOW_GROWTH, SCAN_GROWTH = 2000, 8, 2
"""The articles that are looked at first, and how many times more each time: of those that the index finds,
and of all articles."""
FACTS_BATCH_SIZE = 500
"""Articles that words find and whose facts are looked at at once."""
SCAN_SHARE, MIN_SCAN_SHARE, MIN_SCANNED = 0.2, 0.05, 20_000
"""The share of all articles from which on those with a word are looked for without the index, the share that
has to be found so, and the number of articles from which on this is worth it."""
MAX_CHECKED = 16_000
"""Articles after which no more are looked at for some of the searched words, if any was found."""
MAX_COUNTED_FACTS = 10_000
"""The most articles that are counted if a query asks for facts alone."""
MAX_COUNTED_RATIO = 0.5
"""The largest part of all articles in which a word may occur to count among most words."""
EXACT_COUNT = 1000
"""The number of articles up to which those with a word are counted exactly."""
_FIELDS: Mapping[Sequence[str], SearchField] = {
    tuple(fields): name for name, fields in SEARCHED_FIELDS.items()
}
_FIND = (
    "newstui.find_documents(%(wide)s::tsquery, %(exact)s::tsquery, %(phrases)s::text[]::tsquery[],"
    " %(parts)s::text[]::tsquery[], %(least)s, %(at)s::bigint, %(id)s::text, %(most)s)"
)
_SCAN = (
    "newstui.scan_documents(%(exact)s::tsquery, %(phrases)s::text[]::tsquery[],"
    " %(parts)s::text[]::tsquery[], %(least)s, %(at)s::bigint, %(id)s::text, %(most)s)"
)
_LATEST = 1 << 62, ""
"""A place in the order of time that is after all articles, which is where the newest begin."""


@dataclass(frozen=True, slots=True)
class Window:
    """The matches among some documents, the newest first."""

    keys: Sequence[Key]
    end: tuple[int, str]
    """The place of the last document that was looked at."""
    seen: int
    """The number of these documents."""
    is_last: bool
    """True if there are no others."""
    counted: int | None
    """How many match from the beginning of the window on; None if only looking at all tells."""


class PostgresEngine:
    """Answers parsed queries; see `store.library.search_engine.SearchEngine`."""

    def __init__(self, access: Access, reader: Reader) -> None:
        """Ask nothing yet."""
        self._access = access
        self._reader = reader
        self._counters = Counters(access)
        self._words = IndexWords(access, read_index_size(access))
        self._vocabulary: Vocabulary | None = None
        self.failure = ""
        """Why the last update of the index failed; empty if it did not."""

    # -- the index -------------------------------------------------------------------------

    @property
    def words(self) -> IndexWords:
        """The words of the index as it is now."""
        size = read_index_size(self._access)
        if size != self._words.size:
            self.forget_words()
            self._words = IndexWords(self._access, size)
        return self._words

    def forget_words(self) -> None:
        """Look up words anew: those of the account may have changed."""
        self._vocabulary = None

    @property
    def document_count(self) -> int:
        """The number of articles in the index."""
        return self.words.document_count

    @property
    def vocabulary(self) -> Vocabulary | None:
        """The words of the index; None as long as nothing is indexed."""
        return self._known_vocabulary() if self.document_count else None

    def _known_vocabulary(self) -> Vocabulary:
        """Return the words of the index as it was when it was last looked at."""
        if self._vocabulary is None:
            words = self._words
            self._vocabulary = Vocabulary(words, words.languages(), self._has_phrase)
        return self._vocabulary

    def _has_phrase(self, text: str, fields: Sequence[str]) -> bool:
        condition = WordsCondition(text, _FIELDS[tuple(fields)], is_phrase=True)
        return any(window.keys for window in self._windows(condition))

    @property
    def problem(self) -> str:
        """A line about what a search misses, and why; empty if it finds everything."""
        if self.document_count:
            return f"the search index is out of date ({self.failure})" if self.failure else ""
        if self._reader.is_empty():
            return ""
        return f"no search index ({self.failure}): {ONLY_TITLES}" if self.failure else NOT_INDEXED

    def discard_index(self, error: Exception) -> None:
        """Do nothing: the database looks after its index."""

    # -- the rows, without an index --------------------------------------------------------

    def rows(self) -> Iterator[ArticleRow]:
        """Yield every row that is not deleted, newest first."""
        ids = iter(self._list_ids(Condition(), None))
        while batch := list(islice(ids, BATCH_SIZE)):
            yield from self._read_rows(batch)

    def facts(self) -> Iterator[Article]:
        """Yield the facts of every article."""
        return (facts for facts, _ in self._reader.articles(self._list_ids(Condition(), None)))

    def feeds(self) -> dict[str, FeedLabel]:
        """Return name and category of every feed, by its key."""
        rows = self._access.connection.rows(
            "select key, name, category from newstui.feed where library = any(%s)",
            [list(self._access.libraries)],
        )
        return {key: FeedLabel(name, category) for key, name, category in rows}

    def read_texts(self, articles: Iterable[str]) -> dict[str, tuple[str, str]]:
        """Return text and summary of some articles by id, of those that there are."""
        return self._reader.read_texts(list(articles))

    # -- asking ----------------------------------------------------------------------------

    def answer(self, node: QueryNode, limit: int | None, *, newest: bool) -> Answer:
        """Return the articles that a query finds."""
        split = split_query(node)
        if split.needs_index and not self.document_count:
            rows = row_search.search_rows(node, self)
            return Answer(node, rows[:limit], len(rows), is_exact=True)
        words = _one_part(split.index_part)
        if not split.needs_index or not split.index_part.parts or matches_empty(words):
            return self._answer_by_facts(node, limit)
        facts = self._write_condition(split.row_part) if split.row_part.parts else None
        return self._answer_by_words(node, words, facts, limit, newest=newest)

    def _answer_by_facts(self, node: QueryNode, limit: int | None) -> Answer:
        condition = self._write_condition(node)
        if limit is None:
            rows = self._read_rows(list(self._list_ids(condition, None)))
            return Answer(node, rows, len(rows), is_exact=True)
        rows = self._read_rows(list(self._list_ids(condition, limit)))
        sql = self._list_sql(condition)
        row = self._access.connection.row(
            f"select count(*) from ({sql.select('id', limit=MAX_COUNTED_FACTS)}) listed",
            sql.parameters,
        )
        total = int(row[0]) if row else 0
        return Answer(node, rows, total, is_exact=total < MAX_COUNTED_FACTS)

    def _answer_by_words(
        self,
        node: QueryNode,
        words: QueryNode,
        facts: Condition | None,
        limit: int | None,
        *,
        newest: bool,
    ) -> Answer:
        ids: list[str] = []
        words = self._settle(words)
        counted: int | None = None
        is_done, seen = False, 0
        for window in self._windows(words):
            keys = window.keys if newest or ids else self._rank(words, window.keys)
            if facts is None:
                ids += [article for _, article in keys]
                counted = counted if seen else window.counted
                is_done = window.is_last
            else:
                missing = None if limit is None else limit - len(ids)
                found, is_all = self._select(keys, facts, missing)
                ids += found
                is_done = window.is_last and is_all
            seen += window.seen
            if limit is not None and (len(ids) >= limit or (ids and seen >= MAX_CHECKED)):
                break
        ids = list(dict.fromkeys(ids))
        total, is_exact = (len(ids), is_done) if counted is None else (counted, True)
        return Answer(node, self._read_rows(ids[:limit]), total, is_exact)

    def find_best(self, node: QueryNode, limit: int) -> list[tuple[ArticleRow, float]]:
        """Return the best articles for a query with their scores, among the newest that match."""
        split = split_query(node)
        words = _one_part(split.index_part)
        if not split.index_part.parts or matches_empty(words) or not self.document_count:
            return []
        words = self._settle(words)
        window = next(self._windows(words))
        scores = dict(zip(window.keys, self._ranking().scores(words, window.keys), strict=True))
        keys = sorted(window.keys, key=scores.__getitem__, reverse=True)
        if split.row_part.parts:
            found = set(self._select(keys, self._write_condition(split.row_part))[0])
            keys = [key for key in keys if key[1] in found]
        by_id = {article: scores[library, article] for library, article in reversed(keys[:limit])}
        return [(row, by_id[row.id]) for row in self._read_rows(list(reversed(by_id)))]

    def count(self, node: QueryNode) -> int:
        """Return how many articles match a query of words; of many, about how many."""
        estimate = self._estimate(node)
        if estimate > EXACT_COUNT:
            return min(estimate, self._words.document_count)
        total = 0
        for window in self._windows(node):
            if window.counted is not None:
                return window.counted
            total += len(window.keys)
        return total

    def find_titled(self, title: str) -> list[ArticleRow]:
        """Return articles with this title."""
        if not self.document_count:
            equal = Condition("coalesce(s.title, a.title) = %(title)s", {"title": _storable(title)})
            return self._read_rows(list(self._list_ids(equal, MAX_SAME_TITLES)))
        word = quote_word(title_word(title))
        window = self._find(TextQuery(word, word), _LATEST, MAX_SAME_TITLES)
        return self._read_rows(list(dict.fromkeys(article for _, article in window.keys)))

    def find_title_words(self, words: Sequence[str], limit: int) -> Sequence[Key]:
        """Return the newest articles whose title has all of some words."""
        query = all_of(quote_word(f"{TITLE_PREFIX}{word}") for word in words)
        return self._find(TextQuery(query, query), _LATEST, limit).keys if words else ()

    def rows_with_titles(self, titles: Collection[str]) -> list[ArticleRow]:
        """Return the articles with these titles, which are given in lower case."""
        title = "coalesce(s.title_key, a.title_key)"
        keys = list(map(_storable, titles))
        condition = Condition(f"{title} = any(%(titles)s)", {"titles": keys})
        return self._read_rows(list(self._list_ids(condition, None)))

    def find_in_titles(self, part: str) -> list[ArticleRow]:
        """Return the articles with a text in their titles, ignoring case."""
        return self._read_rows(list(self._list_ids(self.title_condition(part), None)))

    def title_condition(self, part: str) -> Condition:
        """Return the condition that a title has a text in it, ignoring case."""
        title = "coalesce(s.title_key, a.title_key)"
        return Condition(f"strpos({title}, %(part)s) > 0", {"part": _storable(part.casefold())})

    def condition(self, node: QueryNode) -> Condition:
        """Return the condition of a query, for lists."""
        if split_query(node).needs_index and not self.document_count:
            ids = [row.id for row in row_search.search_rows(node, self)]
            return Condition("a.id = any(%(found)s)", {"found": ids})
        return self._write_condition(node)

    # -- facts -----------------------------------------------------------------------------

    def _write_condition(self, node: QueryNode) -> Condition:
        builder = self._builder()

        def translate(part: QueryNode) -> TextQuery:
            return builder.build(self._settle(part))

        counters = self._counters
        conditions = QueryConditions(
            translate, counters.categories, counters.feed_keys, lambda: self.feeds()
        )
        return conditions.write(node)

    def _list_sql(self, condition: Condition) -> ListSql:
        return ListSql(self._access, ListQuery(), (), condition, self._reader.newest())

    def _list_ids(self, condition: Condition, limit: int | None) -> Iterator[str]:
        """Yield the ids of the articles of a condition, newest first."""
        sql = self._list_sql(condition)
        rows = self._access.connection.rows(sql.select("id", limit=limit), sql.parameters)
        return (article for (article,) in rows)

    def _select(
        self, keys: Sequence[Key], facts: Condition, limit: int | None = None
    ) -> tuple[list[str], bool]:
        """Return the ids of those of some articles that have some facts, and whether these are all.

        Args:
            keys: The articles, in their order.
            facts: The condition.
            limit: The number of ids after which no more need be looked for.
        """
        found: list[str] = []
        for start in range(0, len(keys), FACTS_BATCH_SIZE):
            if limit is not None and len(found) >= limit:
                return found, False
            rows = self._access.connection.rows(
                f"select p.id from {ARTICLES_AND_STATES} join unnest(%(libraries)s::int[],"
                " %(ids)s::text[]) with ordinality as p (library, id, n)"
                " on p.library = a.library and p.id = a.id"
                f" where {VISIBLE} and ({facts.sql}) order by n",
                {
                    **facts.parameters,
                    **_key_columns(keys[start : start + FACTS_BATCH_SIZE]),
                    "account": self._access.account,
                },
            )
            found += [article for (article,) in rows]
        return found, True

    def _read_rows(self, ids: Sequence[str]) -> list[ArticleRow]:
        rows = self._reader.rows(ids) if ids else {}
        return [rows[article] for article in ids if article in rows]

    # -- words -----------------------------------------------------------------------------

    def _builder(self) -> TextQueryBuilder:
        return TextQueryBuilder(self._known_vocabulary().forms)

    def _ranking(self) -> Ranking:
        return Ranking(self._access, self._words, self._builder())

    def _rank(self, words: QueryNode, keys: Sequence[Key]) -> list[Key]:
        """Return articles in the order of their scores, the best first."""
        scores = dict(zip(keys, self._ranking().scores(words, keys), strict=True))
        return sorted(keys, key=scores.__getitem__, reverse=True)

    def _windows(self, words: QueryNode) -> Iterator[Window]:
        """Yield what matches, window by window, the newest first."""
        query, documents = self._builder().build(words), self._words.document_count
        is_frequent = self._estimate(words) >= SCAN_SHARE * documents
        is_scan = documents >= MIN_SCANNED and is_frequent
        size, place = WINDOW_SIZE, _LATEST
        while True:
            window = self._find(query, place, size, is_scan=is_scan)
            yield window
            if window.is_last:
                return
            is_scan = is_scan and len(window.keys) >= MIN_SCAN_SHARE * size
            size, place = size * (SCAN_GROWTH if is_scan else WINDOW_GROWTH), window.end

    def _find(
        self, query: TextQuery, place: tuple[int, str], size: int, *, is_scan: bool = False
    ) -> Window:
        """Return what matches among the newest documents after a place."""
        is_exact = query.exact == query.wide and not query.parts
        parameters = {
            "wide": query.wide,
            "exact": query.exact if is_scan or query.exact != query.wide else None,
            "phrases": list(query.phrases),
            "parts": list(query.parts),
            "least": query.least,
            "at": place[0],
            "id": place[1],
            "most": size,
        }
        row = self._access.connection.row(
            f"select libraries, ids, seen, last_at, last_id, total from {_SCAN if is_scan else _FIND}",
            parameters,
        )
        libraries, ids, seen, last_at, last_id, total = row or (None, None, 0, 0, "", 0)
        return Window(
            list(zip(libraries or (), ids or (), strict=True)),
            (last_at or 0, last_id or ""),
            seen,
            seen < size or seen == total,
            total if is_exact and not is_scan else None,
        )

    def _settle(self, node: QueryNode) -> QueryNode:
        """Return a tree without the parts of `Most` that no article has, or nearly every one."""
        if isinstance(node, And):
            return And(tuple(map(self._settle, node.parts)))
        if not isinstance(node, Most):
            return node
        counts = [(self.count(part), place) for place, part in enumerate(node.parts)]
        limit = MAX_COUNTED_RATIO * self._words.document_count
        telling = [node.parts[place] for number, place in sorted(counts) if 0 < number <= limit]
        if telling:
            return Most(tuple(telling))
        return Or(tuple(node.parts[place] for number, place in counts if number))

    def _estimate(self, node: QueryNode) -> int:
        """Return about how many articles match."""
        documents = self._words.document_count
        match node:
            case Not(part):
                return max(0, documents - self._estimate(part))
            case And(parts):
                return min(map(self._estimate, parts), default=documents)
            case Or(parts):
                return min(documents, sum(map(self._estimate, parts)))
            case Most(parts):  # whatever has most parts has one of the rarest
                rarest = sorted(map(self._estimate, parts))[
                    : len(parts) - count_most(len(parts)) + 1
                ]
                return min(documents, sum(rarest))
            case WordsCondition():
                alternatives = list(self._builder().alternatives(node))
                known = {word for each in alternatives for word in each.words}
                frequencies: Mapping[str, int] = (
                    self._words.count_articles(SEARCHED_FIELDS[node.field], known)
                    if node.field
                    else self._words.frequencies(known)
                )
                return min(documents, sum(self._estimate_one(e, frequencies) for e in alternatives))
        return 0

    def _estimate_one(self, one: Alternative, frequencies: Mapping[str, int]) -> int:
        if one.is_prefix and len(one.words) == 1:
            return sum(self._words.prefix_frequencies(one.words[0]).values())
        return min((frequencies.get(word, 0) for word in one.words), default=0)


def _one_part(node: And) -> QueryNode:
    return node.parts[0] if len(node.parts) == 1 else node


def _key_columns(keys: Sequence[Key]) -> dict[str, Any]:
    libraries, ids = [library for library, _ in keys], [article for _, article in keys]
    return {"libraries": libraries, "ids": ids}


def _storable(text: str) -> str:
    """Return a text as the database takes it: without what is in no text."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
