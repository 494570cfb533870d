"""Similar readings: which other articles of the library are about the same thing.

Titles alone are indexed, since the texts of 100,000 articles stay on disk; the article that is read asks
with its title, its summary and its text.
"""

from __future__ import annotations

import heapq
import math
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from store.article import Article, Body, Row, Similar
from store.index.terms import fold, shared_words, terms
from store.times import seconds

DAY = 86_400

TITLE_WEIGHT = 0.5
SATURATION = 1.0
TYPICAL_LIBRARY = 100
"""A library with few titles cannot tell which words are rare; it is counted as if these stood beside it."""
NEAR_IN_TIME = 0.15
FADES_IN_DAYS = 14.0
SAME_CATEGORY = 0.1

TEXT_READ = 20_000
"""Characters of the text that take part; what a story is about stands near its beginning."""
QUERY_TERMS = 100
POSTINGS_WALKED = 12_000
FINALISTS = 200
WORDS_SHOWN = 4

NOWHERE: array[int] = array("I")

VAGUE = """
    ahead back big bigger biggest day end half high last long low man month new next old people set time today top
    week work year monday tuesday wednesday thursday friday saturday sunday
    one three four five six seven eight nine ten first second third hundred thousand million billion
"""
TELLS_NOTHING = frozenset(VAGUE.split())
"""Words that titles share without being about the same thing."""

RowOf = Callable[[str], Row | None]


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for on behalf of one article."""

    category: str
    when: int
    weights: Mapping[str, float]
    """Terms that titles of the library hold, heaviest first."""
    enough: float
    """The weight that must be shared to be similar at all: one word that hardly any other title has and
    that the text keeps coming back to, or two that are more common."""
    whole: float
    """The weight of the article's own title, so that a score of 1 is a title just like it."""


class Similarities:
    """An index of titles that finds what is similar to an article."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._lengths = array("B")
        self._postings: dict[str, array[int]] = {}

    def add(self, rows: Sequence[Row]) -> None:
        """Index the titles of some rows; one whose title has changed may simply be added again."""
        for row in rows:
            number = len(self._ids)
            found = set(terms(row.title))
            self._ids.append(row.id)
            self._lengths.append(min(len(found), 255))
            for term in found:
                posting = self._postings.get(term)
                if posting is None:
                    self._postings[term] = array("I", (number,))
                else:
                    posting.append(number)

    def best(
        self, article: Article, body: Body, row_of: RowOf, limit: int = 5
    ) -> tuple[Similar, ...]:
        """The most similar articles, those whose titles came with the article first.

        Args:
            article: The article that is read.
            body: Its text, its summary and the titles that came with it.
            row_of: The row of an id as it is now, or None if it was deleted.
            limit: How many at most, all together.
        """
        query = self._query(article, body)
        ids: set[str | None] = {article.id}
        titles = {normalised(article.title)}
        found: list[Similar] = []
        for similar in chain(
            self._imported(query, body.similar, row_of), self._ranked(query, row_of)
        ):
            if len(found) >= limit:
                break
            key = normalised(similar.title)
            if key in titles or similar.id in ids:
                continue
            titles.add(key)
            if similar.id is not None:
                ids.add(similar.id)
            found.append(similar)
        return tuple(found)

    def _query(self, article: Article, body: Body) -> Query:
        title = tuple(dict.fromkeys(terms(article.title)))
        counts = Counter(dict.fromkeys(title, 1))
        counts.update(terms(body.text[:TEXT_READ]))
        counts.update(terms(body.summary[:TEXT_READ]))
        weights = {
            term: self._rarity(term)
            * (TITLE_WEIGHT * (term in title) + counts[term] / (counts[term] + SATURATION))
            for term in counts
            if term in self._postings and _is_telling(term)
        }
        heaviest = sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:QUERY_TERMS]
        own = sum(weights.get(term, 0.0) for term in title) / _norm(len(title))
        return Query(
            category=article.category,
            when=seconds(article.date or article.created),
            weights=dict(heaviest),
            enough=math.log(1 + self._size()),
            whole=own or 1.0,
        )

    def _rarity(self, term: str) -> float:
        """Inverse document frequency (Robertson and Sparck Jones), never negative."""
        holding = len(self._postings[term])
        return math.log(1 + (self._size() - holding + 0.5) / (holding + 0.5))

    def _size(self) -> int:
        return len(self._ids) + TYPICAL_LIBRARY

    def _imported(self, query: Query, titles: Iterable[str], row_of: RowOf) -> Iterator[Similar]:
        for title in titles:
            row = self._titled(title, row_of)
            if row:
                yield _similar(query, row, "import")
            elif title.strip():
                yield Similar(id=None, title=title, origin="import")

    def _titled(self, title: str, row_of: RowOf) -> Row | None:
        """The living article of that title: one of those that hold its rarest terms."""
        wanted = set(terms(title))
        postings = sorted((self._postings.get(term, NOWHERE) for term in wanted), key=len)
        candidates = set(postings[0]) if postings else set()
        for posting in postings[1:3]:
            candidates.intersection_update(posting)
        key = normalised(title)
        for number in sorted(candidates):
            row = row_of(self._ids[number])
            if row and normalised(row.title) == key:
                return row
        return None

    def _ranked(self, query: Query, row_of: RowOf) -> Iterator[Similar]:
        """Articles of the library, most similar first, copies and the article itself among them."""
        good = (
            (score / _norm(self._lengths[number]), number)
            for number, score in self._scores(query).items()
            if score >= query.enough
        )
        finalists = [
            (score * _closeness(query, row), row)
            for score, number in heapq.nlargest(FINALISTS, good)
            if (row := row_of(self._ids[number]))
        ]
        finalists.sort(key=lambda one: (-one[0], -one[1].when, one[1].id))
        for _, row in finalists:
            # asked again, because the title may have changed since it was indexed
            if _shared(query, row.title) >= query.enough:
                yield _similar(query, row, "index")

    def _scores(self, query: Query) -> dict[int, float]:
        """What each article shares, walking the heaviest terms first and no more than we have time for."""
        scores: dict[int, float] = {}
        left = POSTINGS_WALKED
        for term, weight in query.weights.items():
            posting = self._postings[term]
            if len(posting) > left:
                continue
            left -= len(posting)
            for number in posting:
                scores[number] = scores.get(number, 0.0) + weight
        return scores


def normalised(title: str) -> str:
    """A title as it is compared: letters and digits alone, without case and accents."""
    return "".join(filter(str.isalnum, fold(title))) or title


def _is_telling(term: str) -> bool:
    return not term.isdigit() and term not in TELLS_NOTHING


def _shared(query: Query, title: str) -> float:
    return sum(query.weights.get(term, 0.0) for term in dict.fromkeys(terms(title)))


def _similar(query: Query, row: Row, origin: str) -> Similar:
    score = _shared(query, row.title) / _norm(len(set(terms(row.title)))) * _closeness(query, row)
    return Similar(
        id=row.id,
        title=row.title,
        category=row.category,
        when=row.when,
        read=row.read,
        score=round(score / query.whole, 4),
        terms=_strongest(query, row.title),
        origin=origin,
    )


def _strongest(query: Query, title: str) -> tuple[str, ...]:
    """The words of the title that weigh most in the query."""
    weights: dict[str, float] = {}
    for word, hits in shared_words(title, query.weights):
        weights[word] = sum(query.weights[term] for term in hits)
    return tuple(sorted(weights, key=lambda word: -weights[word])[:WORDS_SHOWN])


def _closeness(query: Query, row: Row) -> float:
    """A factor from 1 up for articles of the same days and the same category."""
    near = 0.0
    if query.when and row.when:
        near = NEAR_IN_TIME * math.exp(-abs(query.when - row.when) / DAY / FADES_IN_DAYS)
    return 1 + near + SAME_CATEGORY * bool(row.category and row.category == query.category)


def _norm(length: int) -> float:
    return math.sqrt(2 + length)
