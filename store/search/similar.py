"""Similar readings: which other articles of the library are about the same thing, and why.

The strongest words of an article are one weighted query of the full-text index. The words of the
first it finds widen a second query (Rocchio 1971, pseudo relevance feedback); nearness in time counts
a little, and nearness in meaning where there are vectors of words. What tells the very same story comes
first; the same story from two sources is told once.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, takewhile

from tantivy import Occur, Query, Searcher

from store.model.article import Article, Body, Row, Similar, Study
from store.model.times import seconds
from store.search.embeddings import Vectors, mixed
from store.search.index import FullText, Hit, guarded
from store.search.near_duplicates import Story, normalised
from store.search.novelty import new_paragraphs
from store.text.keywords import (
    TOLD_ALIKE,
    content_words,
    counted,
    language_of,
    strongest_words,
    told_alike,
)
from store.text.tokenizer import words

DAY = 86_400
NEAR_IN_TIME = 0.1
FADES_IN_DAYS = 14.0

TEXT_READ = 20_000
"""Characters of the text that take part; what a story is about stands near its beginning."""
NEWS_READ = 200_000
"""Characters of the text whose paragraphs are told to be new or not."""
QUERY_TERMS = 120
SATURATION = 1.2
TITLE_WEIGHT = 0.5
K1 = 1.2
"""The engine's own saturation of repeated words."""
FEEDBACK = 3
"""Articles whose words widen the second query."""
FEEDBACK_WEIGHT = 0.6
FEEDBACK_TERMS = 40
WIDENED_TERMS = 160
PLACES = 600_000
"""Articles that a query looks at, for all its words together; the most frequent words are left out."""

COMPARED = 12
"""Candidates that are compared for being the very same story."""
FIRST = 2
"""Places at the head of the list that are kept for those."""

CANDIDATES = 30
LEAST = 0.03
"""What must be shared to be similar, as a part of what an article shares with itself. Two that have
nothing to do with each other share 0.02, the first five found for a piece of news 0.1 to 0.4."""
WORDS_SHOWN = 4
KEY_TERMS = 8
LOOKED_FOR_COPIES = 8
"""Candidates that are compared at most; a copy stands close to what it is a copy of."""
COPIES_SCORE = 0.9
"""What a copy scores at least, as a part of what it is a copy of: no further are copies looked for."""
SAME_STORY = 0.2
"""What must be shared to be the same story."""

Weights = Mapping[str, float]
RowOf = Callable[[int], Row | None]
"""The row of an article, by its number in the index; None if it was deleted."""
TextOf = Callable[[str], str]
"""The text of an article, by its id."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for on behalf of one article."""

    when: int
    story: Story
    weights: Weights
    """Its strongest words."""
    rarity: Weights
    """How rare each of them is in the library: inverse document frequency."""
    whole: float
    """What the article itself would score, so that 1 is an article just like it."""

    def strength(self) -> Weights:
        """What each of the words says about what the article is about."""
        return {word: weight * self.rarity[word] for word, weight in self.weights.items()}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that may be similar."""

    score: float
    row: Row
    story: Story
    origin: str = "index"


class SimilarReadings:
    """Finds what is similar, in one state of the index."""

    def __init__(
        self, index: FullText, row_of: RowOf, text_of: TextOf, vectors: Vectors | None = None
    ) -> None:
        """Look in this index; what is found has these rows and texts, and vectors of these."""
        self._index = index
        self._vectors = vectors
        self._row_of = row_of
        self._text_of = text_of
        self._stories: dict[str, Story] = {}

    def best(self, article: Article, body: Body, limit: int = 5) -> tuple[Similar, ...]:
        """The most similar articles, those whose titles came with the article first.

        Args:
            article: The article that is read.
            body: Its text, its summary and the titles that came with it.
            limit: How many at most, all together.

        Raises:
            IndexUnusable: The index is damaged.
        """
        with guarded(self._index.folder):
            asked = self._asked(article, body)
            return self._listed(article, asked, body.similar, limit)

    def study(self, article: Article, body: Body) -> Study:
        """The words that tell best what an article is about, and which paragraphs are new.

        Raises:
            IndexUnusable: The index is damaged.
        """
        with guarded(self._index.folder):
            asked = self._asked(article, body)
            found = self._candidates(self._hits(asked.weights), asked, CANDIDATES, article.id)
            same = takewhile(lambda one: one.score >= SAME_STORY, found)
            read = [one.story.counts for one in same if one.row.read]
        terms = strongest_words(body.text[:TEXT_READ], asked.strength(), KEY_TERMS)
        return Study(terms, new_paragraphs(body.text[:NEWS_READ], read))

    def _listed(
        self, article: Article, asked: Asked, titles: Sequence[str], limit: int
    ) -> tuple[Similar, ...]:
        ids = {article.id}
        stories = [asked.story]
        listed: list[Similar] = []
        found = chain(self._imported(asked, titles), self._ranked(article, asked))
        for number, one in enumerate(found):
            full = len(listed) >= limit
            near = bool(listed) and one.score >= COPIES_SCORE * listed[-1].score
            if full and (number >= LOOKED_FOR_COPIES or not near):
                break
            if one.row.id in ids:
                continue
            copied = next((n for n, story in enumerate(stories) if story.is_copy(one.story)), None)
            if copied is None and not full:
                stories.append(one.story)
                listed.append(_similar(asked, one))
            elif copied and one.row.id:
                copies = listed[copied - 1].copies + 1
                listed[copied - 1] = replace(listed[copied - 1], copies=copies)
            if one.row.id:
                ids.add(one.row.id)
        return tuple(listed)

    # -- the query -------------------------------------------------------------------------

    def _asked(self, article: Article, body: Body) -> Asked:
        language = article.language or language_of(body.text)
        counts, title = _counted(article.title, f"{body.summary}\n{body.text}", language)
        rarity = self._rarities(counts)
        weights = {
            word: TITLE_WEIGHT * (word in title) + counts[word] / (counts[word] + SATURATION)
            for word in rarity
        }
        strongest = _strongest(weights, rarity, QUERY_TERMS, self._index.documents)
        return Asked(
            when=seconds(article.date or article.created),
            story=Story.of(article.title, body.text[:TEXT_READ], language),
            weights=strongest,
            rarity=rarity,
            whole=_score(strongest, rarity, counts) or 1.0,
        )

    def _rarities(self, words: Iterable[str]) -> Weights:
        """Inverse document frequency (Robertson and Sparck Jones) of words that others hold, too."""
        searcher: Searcher = self._index.searcher
        total = searcher.num_docs
        found = {}
        for word in words:
            holding = searcher.doc_freq("body", word) or searcher.doc_freq("title", word)
            if holding:
                found[word] = math.log(1 + (total - holding + 0.5) / (holding + 0.5))
        return found

    def _hits(self, weights: Weights, among: Sequence[Hit] = ()) -> Sequence[Hit]:
        """What holds these words, best first; where `among` is given, nothing else is looked at."""
        schema = self._index.schema
        parts = [
            Query.boost_query(Query.term_query(schema, field, word, "freq"), weight)
            for word, weight in weights.items()
            for field in ("title", "body")
        ]
        query = Query.boolean_query([(Occur.Should, part) for part in parts])
        if among:
            numbers = [Query.term_query(schema, "number", hit.number, "basic") for hit in among]
            those = Query.boolean_query([(Occur.Should, number) for number in numbers])
            only = Query.const_score_query(those, 0.0)
            query = Query.boolean_query([(Occur.Must, only), (Occur.Should, query)])
        return self._index.best(query, CANDIDATES)

    # -- what is found ---------------------------------------------------------------------

    def _ranked(self, article: Article, asked: Asked) -> Iterator[Candidate]:
        """Other articles of the library, most similar first, copies among them."""
        hits = self._hits(asked.weights)
        first = list(self._candidates(hits, asked, COMPARED, article.id))
        hits = self._hits(self._widened(asked, first[:FEEDBACK]), among=hits) if first else []
        rows = [(hit, row) for hit in hits if (row := self._row_of(hit.number))]
        scored = ((hit.score / asked.whole * _closeness(asked, row), row) for hit, row in rows)
        good = [(score, row) for score, row in scored if score >= LEAST and row.id != article.id]
        if self._vectors:
            good = self._by_meaning(self._vectors, asked, good)
        ahead = _same_story(asked, first)
        good.sort(key=lambda one: (-ahead.get(one[1].id, 0), -one[0], -one[1].when, one[1].id))
        best = max((score for score, _ in good), default=0.0)
        for score, row in good:
            yield Candidate(best if row.id in ahead else score, row, self._story(row))

    def _by_meaning(
        self, vectors: Vectors, asked: Asked, found: Sequence[tuple[float, Row]]
    ) -> list[tuple[float, Row]]:
        own = f"{asked.story.title}\n{asked.story.text}"
        texts = [f"{row.title}\n{self._text_of(row.id)}" for _, row in found]
        scores = mixed(vectors, own, texts, [score for score, _ in found])
        return [(score, row) for score, (_, row) in zip(scores, found, strict=True)]

    def _candidates(
        self, hits: Iterable[Hit], asked: Asked, limit: int, own: str
    ) -> Iterator[Candidate]:
        """The first so many that are similar, other than the article and its copies."""
        for hit in hits:
            if limit <= 0 or hit.score < asked.whole * LEAST:
                return
            row = self._row_of(hit.number)
            if row is None or row.id == own:
                continue
            story = self._story(row)
            if not asked.story.is_copy(story):
                limit -= 1
                yield Candidate(hit.score / asked.whole, row, story)

    def _story(self, row: Row) -> Story:
        story = self._stories.get(row.id)
        if story is None:
            story = Story.of(row.title, self._text_of(row.id)[:TEXT_READ])
            self._stories[row.id] = story
        return story

    def _widened(self, asked: Asked, found: Sequence[Candidate]) -> Weights:
        weights, rarity = dict(asked.weights), dict(asked.rarity)
        total = self._index.documents
        for one in found:
            counts = one.story.counts
            rarity.update(self._rarities(word for word in counts if word not in rarity))
            theirs = {word: n / (n + SATURATION) for word, n in counts.items() if word in rarity}
            for word, weight in _strongest(theirs, rarity, FEEDBACK_TERMS, total).items():
                weights[word] = weights.get(word, 0.0) + FEEDBACK_WEIGHT / len(found) * weight
        return _strongest(weights, rarity, WIDENED_TERMS, total)

    def _imported(self, asked: Asked, titles: Iterable[str]) -> Iterator[Candidate]:
        for title in filter(str.strip, titles):
            if found := self._titled(title):
                row, story = found
                score = _score(asked.weights, asked.rarity, story.counts) / asked.whole
                yield Candidate(score * _closeness(asked, row), row, story, "import")
            else:
                yield Candidate(0.0, _unknown(title), Story.of(title, ""), "import")

    def _titled(self, title: str) -> tuple[Row, Story] | None:
        """The living article of that title, whatever its case and signs."""
        schema, key = self._index.schema, normalised(title)
        parts = [Query.term_query(schema, "title", word.text, "basic") for word in words(title)]
        query = Query.boolean_query([(Occur.Must, part) for part in parts])
        for hit in self._index.best(query, CANDIDATES):
            row = self._row_of(hit.number)
            if row and normalised(row.title) == key:
                return row, self._story(row)
        return None


def _counted(title: str, text: str, language: str) -> tuple[Counter[str], set[str]]:
    in_title = counted(content_words(title, language))
    counts = counted(content_words(text[:TEXT_READ], language))
    counts.update(dict.fromkeys(in_title, 0))
    return counts, set(in_title)


def _strongest(weights: Weights, rarity: Weights, limit: int, total: int) -> dict[str, float]:
    """The words that weigh most, without those so frequent that looking at all their places takes long."""
    strength = heapq.nlargest(limit, ((weights[word] * rarity[word], word) for word in weights))
    looked_at = 0.0
    chosen = {}
    for _, word in strength:
        holding = (total + 1) / math.exp(rarity[word])
        if looked_at + holding <= PLACES:
            looked_at += holding
            chosen[word] = weights[word]
    return chosen


def _unknown(title: str) -> Row:
    return Row("", title, "", 0, 0, 0, read=False, starred=False, read_count=0)


def _score(weights: Weights, rarity: Weights, counts: Mapping[str, int]) -> float:
    """What the engine would score for a text of usual length that has these words."""
    return sum(
        weight * rarity[word] * (K1 + 1) * counts[word] / (counts[word] + K1)
        for word, weight in weights.items()
        if word in counts
    )


def _same_story(asked: Asked, found: Iterable[Candidate]) -> dict[str, float]:
    """Those of the found that tell the very same story, and how much of it; no more than FIRST."""
    told = told_alike(asked.story.counts, asked.rarity)
    alike = {one.row.id: told(one.story.counts) * _closeness(asked, one.row) for one in found}
    best = heapq.nlargest(FIRST, alike, key=alike.__getitem__)
    return {article: alike[article] for article in best if alike[article] >= TOLD_ALIKE}


def _similar(asked: Asked, one: Candidate) -> Similar:
    row, theirs = one.row, one.story.counts
    both = {word: weight for word, weight in asked.strength().items() if word in theirs}
    texts = "\n".join(
        part for story in (one.story, asked.story) for part in (story.title, story.text)
    )
    return Similar(
        id=row.id or None,
        title=row.title,
        category=row.category,
        when=row.when,
        read=row.read,
        score=round(min(one.score, 1.0), 4),
        terms=strongest_words(texts, both, WORDS_SHOWN),
        origin=one.origin,
    )


def _closeness(asked: Asked, row: Row) -> float:
    """A factor from 1 up for articles of the same days."""
    if not (asked.when and row.when):
        return 1.0
    return 1 + NEAR_IN_TIME * math.exp(-abs(asked.when - row.when) / DAY / FADES_IN_DAYS)
