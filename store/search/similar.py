"""Similar readings: which other articles of the library are about the same thing, and why.

The strongest words of an article are one weighted query of the full-text index. The words of the
first it finds widen a second query (Rocchio 1971, pseudo relevance feedback); nearness in time counts
a little, and nearness in meaning where there are vectors of words. What tells the very same story comes
first; the same story from two sources is told once.
"""

from __future__ import annotations

import heapq
import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise, takewhile

from tantivy import Occur, Query, Searcher

from store.model.article import Article, ArticleInsights, ArticleRow, Body, SimilarArticle
from store.model.times import to_unix_seconds
from store.search.embeddings import Embeddings, mix_scores
from store.search.index import FullTextIndex, IndexHit, convert_engine_errors
from store.text.keywords import (
    SAME_STORY_THRESHOLD,
    UNINFORMATIVE_WORDS,
    count_content_words,
    detect_language,
    extract_content_words,
    make_story_similarity,
    select_keywords,
)
from store.text.terms import fold_text
from store.text.tokenizer import tokenize

DAY_IN_SECONDS = 86_400
TIME_PROXIMITY_BOOST = 0.1
TIME_PROXIMITY_DAYS = 14.0

MAX_COMPARED_CHARS = 20_000
"""Characters of the text that take part; what a story is about stands near its beginning."""
MAX_NOVELTY_CHARS = 200_000
"""Characters of the text whose paragraphs are told to be new or not."""
MAX_QUERY_TERMS = 120
TERM_SATURATION = 1.2
SIMILAR_TITLE_WEIGHT = 0.5
BM25_K1 = 1.2
"""The engine's own saturation of repeated words."""
FEEDBACK_ARTICLES = 3
"""Articles whose words widen the second query."""
FEEDBACK_WEIGHT = 0.6
MAX_FEEDBACK_TERMS = 40
MAX_WIDENED_TERMS = 160
MAX_POSTINGS = 600_000
"""Articles that a query looks at, for all its words together; the most frequent words are left out."""

MAX_STORY_CANDIDATES = 12
"""Candidates that are compared for being the very same story."""
MAX_SAME_STORY = 2
"""Places at the head of the list that are kept for those."""

MAX_CANDIDATES = 30
MIN_SIMILARITY = 0.03
"""What must be shared to be similar, as a part of what an article shares with itself. Two that have
nothing to do with each other share 0.02, the first five found for a piece of news 0.1 to 0.4."""
MAX_SHARED_WORDS = 4
MAX_KEYWORDS = 8
MAX_DUPLICATE_CHECKS = 8
"""Candidates that are compared at most; a copy stands close to what it is a copy of."""
MIN_DUPLICATE_SCORE = 0.9
"""What a copy scores at least, as a part of what it is a copy of: no further are copies looked for."""
MIN_STORY_SCORE = 0.2
"""What must be shared to be the same story."""

MIN_SHARED_SHINGLES = 0.6
"""The part of the shorter text's pairs of words that the longer one has if it is a copy."""
MIN_SHARED_SHINGLES_SAME_TITLE = 0.2
"""The same where the titles are the same: a column keeps its title, and has other words each time."""
MIN_SHINGLES = 12
"""A text with fewer pairs cannot show that it is a copy; its title has to."""

PARAGRAPH_PATTERN = re.compile(r"\S(?:.|\n(?!\s*\n))*")
MIN_NEW_SHARE = 0.6
"""The part of a paragraph's words that must be new for it to be."""
MIN_NEW_WORDS = 4
"""New words a paragraph must have."""

ParagraphSpan = tuple[int, int]
"""Begin and end in the text, in characters."""

TermWeights = Mapping[str, float]
RowLookup = Callable[[int], ArticleRow | None]
"""The row of an article, by its number in the index; None if it was deleted."""
TextLookup = Callable[[str], str]
"""The text of an article, by its id."""


@dataclass(frozen=True, slots=True)
class ArticleFeatures:
    """What of an article is compared."""

    title: str
    text: str
    counts: Mapping[str, int]
    """How often each word stands in it that tells something."""
    shingles: frozenset[tuple[str, str]]
    """Neighbouring words (shingles; Broder 1997)."""

    @classmethod
    def from_text(cls, title: str, text: str, language: str = "") -> ArticleFeatures:
        """The story of a title and a text."""
        words = extract_content_words(text, language)
        counts = count_content_words([*words, *extract_content_words(title, language)])
        return cls(title, text, counts, frozenset(pairwise(words)))

    def is_duplicate(self, other: ArticleFeatures) -> bool:
        """Whether the two tell the same, one perhaps at greater length."""
        same_title = normalize_title(self.title) == normalize_title(other.title) != ""
        shorter, longer = sorted((self.shingles, other.shingles), key=len)
        if len(shorter) < MIN_SHINGLES:
            return same_title
        needed = MIN_SHARED_SHINGLES_SAME_TITLE if same_title else MIN_SHARED_SHINGLES
        return len(shorter & longer) >= needed * len(shorter)


def normalize_title(title: str) -> str:
    """A title as it is compared: letters and digits alone, without case and accents."""
    return "".join(filter(str.isalnum, fold_text(title))) or title


@dataclass(frozen=True, slots=True)
class SimilarityQuery:
    """What is asked for on behalf of one article."""

    when: int
    features: ArticleFeatures
    weights: TermWeights
    """Its strongest words."""
    idf: TermWeights
    """How rare each of them is in the library: inverse document frequency."""
    self_score: float
    """What the article itself would score, so that 1 is an article just like it."""

    def word_strengths(self) -> TermWeights:
        """What each of the words says about what the article is about."""
        return {word: weight * self.idf[word] for word, weight in self.weights.items()}


@dataclass(frozen=True, slots=True)
class SimilarCandidate:
    """An article that may be similar."""

    score: float
    row: ArticleRow
    features: ArticleFeatures
    origin: str = "index"


class SimilarArticleFinder:
    """Finds what is similar, in one state of the index."""

    def __init__(
        self,
        index: FullTextIndex,
        row_of: RowLookup,
        text_of: TextLookup,
        vectors: Embeddings | None = None,
    ) -> None:
        """Look in this index; what is found has these rows and texts, and vectors of these."""
        self._index = index
        self._embeddings = vectors
        self._lookup_row = row_of
        self._lookup_text = text_of
        self._features_cache: dict[str, ArticleFeatures] = {}

    def find(self, article: Article, body: Body, limit: int = 5) -> tuple[SimilarArticle, ...]:
        """The most similar articles, those whose titles came with the article first.

        Args:
            article: The article that is read.
            body: Its text, its summary and the titles that came with it.
            limit: How many at most, all together.

        Raises:
            IndexUnusable: The index is damaged.
        """
        with convert_engine_errors(self._index.folder):
            asked = self._build_query(article, body)
            return self._collect(article, asked, body.similar, limit)

    def insights(self, article: Article, body: Body) -> ArticleInsights:
        """The words that tell best what an article is about, and which paragraphs are new.

        Raises:
            IndexUnusable: The index is damaged.
        """
        with convert_engine_errors(self._index.folder):
            asked = self._build_query(article, body)
            found = self._filter_candidates(
                self._search(asked.weights), asked, MAX_CANDIDATES, article.id
            )
            same = takewhile(lambda one: one.score >= MIN_STORY_SCORE, found)
            read = [one.features.counts for one in same if one.row.read]
        terms = select_keywords(
            body.text[:MAX_COMPARED_CHARS], asked.word_strengths(), MAX_KEYWORDS
        )
        return ArticleInsights(terms, find_new_paragraphs(body.text[:MAX_NOVELTY_CHARS], read))

    def _collect(
        self, article: Article, asked: SimilarityQuery, titles: Sequence[str], limit: int
    ) -> tuple[SimilarArticle, ...]:
        ids = {article.id}
        stories = [asked.features]
        listed: list[SimilarArticle] = []
        found = chain(self._imported_candidates(asked, titles), self._rank(article, asked))
        for number, one in enumerate(found):
            full = len(listed) >= limit
            near = bool(listed) and one.score >= MIN_DUPLICATE_SCORE * listed[-1].score
            if full and (number >= MAX_DUPLICATE_CHECKS or not near):
                break
            if one.row.id in ids:
                continue
            copied = next(
                (n for n, story in enumerate(stories) if story.is_duplicate(one.features)), None
            )
            if copied is None and not full:
                stories.append(one.features)
                listed.append(_to_similar(asked, one))
            elif copied and one.row.id:
                copies = listed[copied - 1].duplicate_count + 1
                listed[copied - 1] = replace(listed[copied - 1], duplicate_count=copies)
            if one.row.id:
                ids.add(one.row.id)
        return tuple(listed)

    # -- the query -------------------------------------------------------------------------

    def _build_query(self, article: Article, body: Body) -> SimilarityQuery:
        language = article.language or detect_language(body.text)
        counts, title = _count_words(article.title, f"{body.summary}\n{body.text}", language)
        rarity = self._idf(counts)
        weights = {
            word: SIMILAR_TITLE_WEIGHT * (word in title)
            + counts[word] / (counts[word] + TERM_SATURATION)
            for word in rarity
        }
        strongest = _select_strongest(weights, rarity, MAX_QUERY_TERMS, self._index.document_count)
        return SimilarityQuery(
            when=to_unix_seconds(article.date or article.created),
            features=ArticleFeatures.from_text(
                article.title, body.text[:MAX_COMPARED_CHARS], language
            ),
            weights=strongest,
            idf=rarity,
            self_score=_bm25_score(strongest, rarity, counts) or 1.0,
        )

    def _idf(self, words: Iterable[str]) -> TermWeights:
        """Inverse document frequency (Robertson and Sparck Jones) of words that others hold, too."""
        searcher: Searcher = self._index.searcher
        total = searcher.num_docs
        found = {}
        for word in words:
            holding = searcher.doc_freq("body", word) or searcher.doc_freq("title", word)
            if holding:
                found[word] = math.log(1 + (total - holding + 0.5) / (holding + 0.5))
        return found

    def _search(self, weights: TermWeights, among: Sequence[IndexHit] = ()) -> Sequence[IndexHit]:
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
        return self._index.search_uncounted(query, MAX_CANDIDATES)

    # -- what is found ---------------------------------------------------------------------

    def _rank(self, article: Article, asked: SimilarityQuery) -> Iterator[SimilarCandidate]:
        """Other articles of the library, most similar first, copies among them."""
        hits = self._search(asked.weights)
        first = list(self._filter_candidates(hits, asked, MAX_STORY_CANDIDATES, article.id))
        hits = (
            self._search(self._widen(asked, first[:FEEDBACK_ARTICLES]), among=hits) if first else []
        )
        rows = [(hit, row) for hit in hits if (row := self._lookup_row(hit.number))]
        scored = (
            (hit.score / asked.self_score * _time_proximity(asked, row), row) for hit, row in rows
        )
        good = [
            (score, row)
            for score, row in scored
            if score >= MIN_SIMILARITY and row.id != article.id
        ]
        if self._embeddings:
            good = self._add_semantic_scores(self._embeddings, asked, good)
        ahead = _find_same_story(asked, first)
        good.sort(key=lambda one: (-ahead.get(one[1].id, 0), -one[0], -one[1].timestamp, one[1].id))
        best = max((score for score, _ in good), default=0.0)
        for score, row in good:
            yield SimilarCandidate(best if row.id in ahead else score, row, self._features(row))

    def _add_semantic_scores(
        self, vectors: Embeddings, asked: SimilarityQuery, found: Sequence[tuple[float, ArticleRow]]
    ) -> list[tuple[float, ArticleRow]]:
        own = f"{asked.features.title}\n{asked.features.text}"
        texts = [f"{row.title}\n{self._lookup_text(row.id)}" for _, row in found]
        scores = mix_scores(vectors, own, texts, [score for score, _ in found])
        return [(score, row) for score, (_, row) in zip(scores, found, strict=True)]

    def _filter_candidates(
        self, hits: Iterable[IndexHit], asked: SimilarityQuery, limit: int, own: str
    ) -> Iterator[SimilarCandidate]:
        """The first so many that are similar, other than the article and its copies."""
        for hit in hits:
            if limit <= 0 or hit.score < asked.self_score * MIN_SIMILARITY:
                return
            row = self._lookup_row(hit.number)
            if row is None or row.id == own:
                continue
            story = self._features(row)
            if not asked.features.is_duplicate(story):
                limit -= 1
                yield SimilarCandidate(hit.score / asked.self_score, row, story)

    def _features(self, row: ArticleRow) -> ArticleFeatures:
        story = self._features_cache.get(row.id)
        if story is None:
            story = ArticleFeatures.from_text(
                row.title, self._lookup_text(row.id)[:MAX_COMPARED_CHARS]
            )
            self._features_cache[row.id] = story
        return story

    def _widen(self, asked: SimilarityQuery, found: Sequence[SimilarCandidate]) -> TermWeights:
        weights, rarity = dict(asked.weights), dict(asked.idf)
        total = self._index.document_count
        for one in found:
            counts = one.features.counts
            rarity.update(self._idf(word for word in counts if word not in rarity))
            theirs = {
                word: n / (n + TERM_SATURATION) for word, n in counts.items() if word in rarity
            }
            for word, weight in _select_strongest(
                theirs, rarity, MAX_FEEDBACK_TERMS, total
            ).items():
                weights[word] = weights.get(word, 0.0) + FEEDBACK_WEIGHT / len(found) * weight
        return _select_strongest(weights, rarity, MAX_WIDENED_TERMS, total)

    def _imported_candidates(
        self, asked: SimilarityQuery, titles: Iterable[str]
    ) -> Iterator[SimilarCandidate]:
        for title in filter(str.strip, titles):
            if found := self._find_by_title(title):
                row, story = found
                score = _bm25_score(asked.weights, asked.idf, story.counts) / asked.self_score
                yield SimilarCandidate(score * _time_proximity(asked, row), row, story, "import")
            else:
                yield SimilarCandidate(
                    0.0, _placeholder_row(title), ArticleFeatures.from_text(title, ""), "import"
                )

    def _find_by_title(self, title: str) -> tuple[ArticleRow, ArticleFeatures] | None:
        """The living article of that title, whatever its case and signs."""
        schema, key = self._index.schema, normalize_title(title)
        parts = [Query.term_query(schema, "title", word.text, "basic") for word in tokenize(title)]
        query = Query.boolean_query([(Occur.Must, part) for part in parts])
        for hit in self._index.search_uncounted(query, MAX_CANDIDATES):
            row = self._lookup_row(hit.number)
            if row and normalize_title(row.title) == key:
                return row, self._features(row)
        return None


def _count_words(title: str, text: str, language: str) -> tuple[Counter[str], set[str]]:
    in_title = count_content_words(extract_content_words(title, language))
    counts = count_content_words(extract_content_words(text[:MAX_COMPARED_CHARS], language))
    counts.update(dict.fromkeys(in_title, 0))
    return counts, set(in_title)


def _select_strongest(
    weights: TermWeights, rarity: TermWeights, limit: int, total: int
) -> dict[str, float]:
    """The words that weigh most, without those so frequent that looking at all their places takes long."""
    strength = heapq.nlargest(limit, ((weights[word] * rarity[word], word) for word in weights))
    looked_at = 0.0
    chosen = {}
    for _, word in strength:
        holding = (total + 1) / math.exp(rarity[word])
        if looked_at + holding <= MAX_POSTINGS:
            looked_at += holding
            chosen[word] = weights[word]
    return chosen


def _placeholder_row(title: str) -> ArticleRow:
    return ArticleRow("", title, "", 0, 0, 0, read=False, starred=False, read_count=0)


def _bm25_score(weights: TermWeights, rarity: TermWeights, counts: Mapping[str, int]) -> float:
    """What the engine would score for a text of usual length that has these words."""
    return sum(
        weight * rarity[word] * (BM25_K1 + 1) * counts[word] / (counts[word] + BM25_K1)
        for word, weight in weights.items()
        if word in counts
    )


def _find_same_story(asked: SimilarityQuery, found: Iterable[SimilarCandidate]) -> dict[str, float]:
    """Those of the found that tell the very same story, and how much of it; no more than FIRST."""
    told = make_story_similarity(asked.features.counts, asked.idf)
    alike = {
        one.row.id: told(one.features.counts) * _time_proximity(asked, one.row) for one in found
    }
    best = heapq.nlargest(MAX_SAME_STORY, alike, key=alike.__getitem__)
    return {article: alike[article] for article in best if alike[article] >= SAME_STORY_THRESHOLD}


def _to_similar(asked: SimilarityQuery, one: SimilarCandidate) -> SimilarArticle:
    row, theirs = one.row, one.features.counts
    both = {word: weight for word, weight in asked.word_strengths().items() if word in theirs}
    texts = "\n".join(
        part for story in (one.features, asked.features) for part in (story.title, story.text)
    )
    return SimilarArticle(
        id=row.id or None,
        title=row.title,
        category=row.category,
        timestamp=row.timestamp,
        read=row.read,
        score=round(min(one.score, 1.0), 4),
        shared_terms=select_keywords(texts, both, MAX_SHARED_WORDS),
        origin=one.origin,
    )


def _time_proximity(asked: SimilarityQuery, row: ArticleRow) -> float:
    """A factor from 1 up for articles of the same days."""
    if not (asked.when and row.timestamp):
        return 1.0
    return 1 + TIME_PROXIMITY_BOOST * math.exp(
        -abs(asked.when - row.timestamp) / DAY_IN_SECONDS / TIME_PROXIMITY_DAYS
    )


# -- what is new ---------------------------------------------------------------------------


def find_new_paragraphs(text: str, seen: Sequence[Collection[str]]) -> tuple[ParagraphSpan, ...]:
    """The paragraphs of a text most of whose words were in nothing that was read of the story.

    Args:
        text: The text, paragraphs separated by an empty line.
        seen: The words of each article of the story that was read; without any, nothing is new,
            for then all of it is.
    """
    if not seen:
        return ()
    known = frozenset().union(*seen) | UNINFORMATIVE_WORDS
    spans = (found.span() for found in PARAGRAPH_PATTERN.finditer(text))
    return tuple(span for span in spans if _is_new(text[slice(*span)], known))


def _is_new(paragraph: str, known: Collection[str]) -> bool:
    words = set(extract_content_words(paragraph))
    unseen = sum(word not in known for word in words)
    return unseen >= max(MIN_NEW_WORDS, MIN_NEW_SHARE * len(words))
