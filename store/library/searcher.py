"""Answers queries: words by the full-text index, facts by the rows in memory."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from store.journal.events import Event
from store.journal.reading_state import ReadingState
from store.library.catalog import Shelf
from store.model.article import Article, Excerpt, Reading, Row
from store.model.errors import LibraryBusy, LibraryUnavailable, NotSaved
from store.model.results import Prepared
from store.model.times import Clock
from store.search import Query, Search
from store.search.matches import Matches
from store.segments.segments import Segments
from store.segments.text_reader import Glimpses
from store.system.files import Warn

if TYPE_CHECKING:
    from store.search.index import FullText
    from store.search.index_query import Lookup
    from store.search.predicates import Fits
    from store.search.syntax_tree import And, Leaf, Node, Value

UNBUILT = "not indexed yet: only titles and categories"
LOOKED_AT = 2000
"""Hits whose facts are looked at, at first, where a query asks for words and facts."""

CHANGING = {"edited", "tagged", "untagged", "deleted", "restored", "undone"}
"""Events that change what is found."""

log = logging.getLogger("newstui")


class Reach(NamedTuple):
    """What of its library the finder uses."""

    shelf: Callable[[], Shelf]
    articles: Callable[[Iterable[str]], Iterator[tuple[Article, Reading]]]
    """Gives the facts of articles by their ids."""
    segments: Segments
    clock: Clock
    warn: Warn
    """Told of segments that cannot be read."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A query taken apart."""

    words: And
    """What the index answers."""
    facts: And
    """What the rows answer, with the help of the index where the two are mixed."""

    @property
    def needs_index(self) -> bool:
        """Whether rows alone do not answer it."""
        from store.search.predicates import answers
        from store.search.syntax_tree import leaves

        return bool(self.words.parts) or not all(map(answers, leaves(self.facts)))


class Finder:
    """The index of one library and what is asked of it, on the library's thread."""

    def __init__(self, folder: Path, library: Reach) -> None:
        """Know where the index is; nothing is opened yet.

        Args:
            folder: Of the index; beside it stands the lock of who writes it.
            library: What is indexed.
        """
        self._folder = folder
        self._library = library
        self._index: FullText | None = None
        self._lookup: Lookup | None = None
        self.glimpses = Glimpses(library.segments)
        """Single texts, by their places."""
        self._ids: dict[int, str] = {}
        self.problem = UNBUILT
        """Why the index cannot be asked; empty if it can."""
        self.stale = True
        """Whether something has changed since it was last brought up to date."""

    # -- the index -------------------------------------------------------------------------

    def index(self) -> FullText | None:
        """The index as it was last committed, by whichever process; None if there is none."""
        from store.search.index import FullText, IndexUnusable

        if self._index is None:
            self._index = FullText(self._folder)
        try:
            if self._index.refresh():
                self._lookup = None
        except IndexUnusable as error:
            log.debug("%s", error)
            self.problem = UNBUILT
            self._index.close()
            return None
        self.problem = ""
        return self._index

    def note(self, events: Iterable[Event]) -> None:
        """Note what happened, as far as it changes what is found."""
        self.stale |= any(event.kind in CHANGING for event in events)

    def update(self, state: ReadingState) -> Iterator[Prepared]:
        """Index what is new, in steps; nothing is done where another process does it."""
        from store.library.indexer import Upkeep
        from store.search.index import IndexUnusable

        library = self._library
        upkeep = Upkeep(self._folder, library.shelf, library.segments, library.warn)
        index = self.index()
        self.stale = False
        try:
            yield from upkeep.update(index.state if index else None, state)
        except LibraryBusy:
            self.stale = True  # that process may end before it is done
        except (IndexUnusable, LibraryUnavailable, NotSaved) as error:
            log.debug("%s", error)
        if self.index() is not None:
            self._know(self._library.shelf())

    # -- asking ----------------------------------------------------------------------------

    def rows(self, query: Query) -> list[Row]:
        """The rows of a list."""
        if not query.words.strip():
            return query.select(self._library.shelf().rows())
        asked = taken_apart(self._parsed(query.words))
        return query.select(self._found(asked, None, newest=True)[0])

    def search(self, search: Search, limit: int | None = None) -> Matches:
        """What a search finds."""
        from store.search.highlight import alone, marker, terms
        from store.search.syntax_tree import wanted

        node = self._parsed(search.text, typing=search.typing)
        apart = taken_apart(node)
        rows, total, exact = self._found(apart, limit, newest=search.newest)
        note = self.problem if apart.needs_index else ""
        forms = lookup.forms if (lookup := self._looking()) else alone
        asked = list(wanted(node))
        return Matches(rows, total, exact, note, marker(asked, forms), terms(asked, forms))

    def _parsed(self, text: str, *, typing: bool = False) -> Node:
        from store.search.language import parse  # here and not above: a start asks for nothing

        return parse(text, int(self._library.clock().timestamp()), typing=typing)

    def excerpts(self, matches: Matches, articles: Iterable[str]) -> Mapping[str, Excerpt]:
        """For each article that is there the line in which the words stand."""
        from store.search.highlight import excerpt

        shelf = self._library.shelf()
        places = {each: place for each in articles if (place := shelf.place(each))}
        found = matches.marker
        return {
            article: excerpt(found, self.glimpses.texts(place)) for article, place in places.items()
        }

    def _found(
        self, asked: Asked, limit: int | None, *, newest: bool
    ) -> tuple[list[Row], int, bool]:
        from store.search.index import IndexUnusable
        from store.search.syntax_tree import both

        if asked.needs_index and (lookup := self._looking()):
            try:
                return self._by_index(asked, lookup, limit, newest=newest)
            except IndexUnusable as error:
                self.give_up(error)
        rows = self._scanned(both(asked.words, asked.facts))
        return rows[:limit], len(rows), True

    def _by_index(
        self, asked: Asked, lookup: Lookup, limit: int | None, *, newest: bool
    ) -> tuple[list[Row], int, bool]:
        from store.search.index import number_of
        from store.search.predicates import predicate

        def leaf(of: Leaf) -> Fits:
            hits = index.search(lookup.query(of), everything)
            numbers = {hit.number for hit in hits.first}
            return lambda row: number_of(row.id) in numbers

        index, shelf = lookup.index, self._library.shelf()
        everything = max(1, index.documents)
        fits = predicate(asked.facts, leaf) if asked.facts.parts else None
        if not asked.words.parts:
            rows = [row for row in shelf.rows() if fits is None or fits(row)]
            return rows[:limit], len(rows), True
        number = limit or everything
        if fits is not None and limit:
            number = max(limit, LOOKED_AT)
        query = lookup.query(asked.words)
        while True:
            hits = index.search(query, number, newest=newest)
            rows = self._rows([hit.number for hit in hits.first])
            if fits is None:
                gone = len(hits.first) - len(rows)
                return rows[:limit], hits.total - gone, True
            rows = [row for row in rows if fits(row)]
            if number >= hits.total or (limit and len(rows) >= limit):
                return rows[:limit], len(rows), number >= hits.total
            number *= 8

    def _rows(self, numbers: Iterable[int]) -> list[Row]:
        shelf = self._library.shelf()
        self._know(shelf)
        ids = (self._ids.get(number) for number in numbers)
        return [row for article in ids if article and (row := shelf.row(article))]

    def _know(self, shelf: Shelf) -> None:
        from store.search.index import number_of

        if len(self._ids) != shelf.total:
            self._ids = {number_of(article): article for article in shelf}

    def _scanned(self, node: Node) -> list[Row]:
        """The rows that fit as far as they tell: words are looked for in titles and categories."""
        from store.search.highlight import marker
        from store.search.predicates import predicate
        from store.search.syntax_tree import EVERYTHING, Value, Words

        shelf = self._library.shelf()

        def leaf(of: Leaf) -> Fits:
            if isinstance(of, Value):
                every = self._library.articles(list(shelf))
                ids = {facts.id for facts, _ in every if has_value(facts, of)}
                return lambda row: row.id in ids
            if not isinstance(of, Words):
                raise TypeError(f"rows answer {of}")
            found, field = marker([of]), of.field
            return lambda row: (
                (field in ("", "title") and found.occurs(row.title))
                or (field == "" and found.occurs(row.category))
            )

        if node == EVERYTHING:
            return list(shelf.rows())
        fits = predicate(node, leaf)
        return [row for row in shelf.rows() if fits(row)]

    def _looking(self) -> Lookup | None:
        from store.search.index_query import Lookup

        index = self.index()
        if index is None:
            return None
        if self._lookup is None:
            self._lookup = Lookup(index)
        return self._lookup

    def row(self, number: int) -> Row | None:
        """The row of an article by its number in the index; None if there is none or it is deleted."""
        shelf = self._library.shelf()
        self._know(shelf)
        article = self._ids.get(number)
        return shelf.row(article) if article else None

    def text(self, article: str) -> str:
        """The text of an article; empty where there is none or it cannot be read."""
        place = self._library.shelf().place(article)
        return self.glimpses.texts(place)[0] if place else ""

    def give_up(self, error: Exception) -> None:
        """The index cannot be used: it is left, so that the next upkeep builds it anew."""
        log.warning("%s", error)
        self.problem = UNBUILT
        if self._index is not None:
            self._index.condemn()
        self._lookup = None


class Searchable:
    """The calls of `store.library.protocol.Library` that a finder answers."""

    finder: Finder

    @property
    def unprepared(self) -> bool:
        """Whether something has changed since it was last prepared."""
        return self.finder.stale

    def rows(self, query: Query) -> list[Row]:
        """The rows of a list."""
        return self.finder.rows(query)

    def search(self, search: Search, limit: int | None = None) -> Matches:
        """What a search finds."""
        return self.finder.search(search, limit)

    def excerpts(self, matches: Matches, articles: Iterable[str]) -> Mapping[str, Excerpt]:
        """The lines in which the words of a search stand."""
        return self.finder.excerpts(matches, articles)


def needs_index(text: str, now: int = 0) -> bool:
    """Whether a query asks for more than rows tell.

    Raises:
        BadQuery: It cannot be understood.
    """
    from store.search.language import parse

    return taken_apart(parse(text, now)).needs_index


def taken_apart(node: Node) -> Asked:
    """What the index can answer by itself, and the rest."""
    from store.search.predicates import answers
    from store.search.syntax_tree import And, leaves

    parts = node.parts if isinstance(node, And) else (node,)
    words = [part for part in parts if not any(map(answers, leaves(part)))]
    facts = [part for part in parts if part not in words]
    return Asked(And(tuple(words)), And(tuple(facts)))


def has_value(facts: Article, asked: Value) -> bool:
    """Whether an article has a tag, a source or a language."""
    from store.text.tokenizer import plain

    there = {"tag": facts.tags, "source": (facts.source,), "lang": (facts.language,)}
    value = plain(asked.value)
    for each in map(plain, there[asked.column]):
        if each == value or (asked.typing and each.startswith(value)):
            return True
        if asked.column == "lang" and each.replace("_", "-").startswith(f"{value}-"):
            return True
    return False
