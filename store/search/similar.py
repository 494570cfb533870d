"""Similar articles: which other articles of the library are about the same thing, and why.

The strongest words of an article are one weighted query of the full-text index. The words of its
first hits extend a second query (Rocchio 1971, pseudo relevance feedback); closeness in time counts
a little. If there are embeddings of the articles, closeness in meaning counts as much as words, and
articles in other languages are found that tell the same story. Articles that tell the very same
story come first, and duplicates from other sources are only counted.
"""

from __future__ import annotations

import heapq
import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Protocol

from store.model.article import Article, ArticleInsights, ArticleRow, Body, SimilarArticle
from store.model.times import DAY_SECONDS, to_unix_seconds
from store.search.index import IndexHit, article_number
from store.search.term_vectors import (
    MAX_COMPARED_CHARS,
    SAME_STORY_COSINE,
    TermVector,
    TermWeights,
    comparable_text,
    cosine,
)
from store.text.boilerplate import strip_boilerplate
from store.text.folding import fold_text
from store.text.keywords import (
    UNINFORMATIVE_WORDS,
    count_content_words,
    extract_content_words,
    select_keywords,
)
from store.text.markdown import strip_links
from store.text.stop_words import detect_language
from store.text.tokenizer import tokenize

if TYPE_CHECKING:
    from store.search.article_embeddings import ArticleEmbeddings

TIME_PROXIMITY_BOOST = 0.1
TIME_PROXIMITY_DAYS = 14.0

MAX_NOVELTY_CHARS = 200_000
"""Characters of a text in which new paragraphs are searched for."""
MAX_QUERY_TERMS = 120
TERM_SATURATION = 1.2
SIMILAR_TITLE_WEIGHT = 0.5
BM25_K1 = 1.2
"""The engine's own saturation of repeated words."""
FEEDBACK_ARTICLES = 3
"""Articles whose words extend the second query."""
FEEDBACK_WEIGHT = 0.6
MAX_FEEDBACK_TERMS = 40
MAX_WIDENED_TERMS = 160
MAX_POSTINGS = 600_000
"""Postings that a query may read for all its words together; the most frequent words are left out.
"""

SAME_STORY_PLACES = ((0.15, 5), (0.1, 2))
"""Places at the head of the list for articles of the very same story: up to five for those whose cosine
is at least 0.15, two for the others."""

MAX_CANDIDATES = 30
MIN_SIMILARITY = 0.03
"""The least score of a similar article, as a share of what the article itself scores.

Two unrelated articles score 0.02, the first five hits for a news item 0.1 to 0.4."""
MAX_TRANSLATIONS = 2
"""Articles among the similar ones that tell the same story in other languages."""
MAX_NEIGHBOURS = 10
"""Articles that are compared for being close in meaning, in the same language and in others."""
MIN_NEIGHBOUR = 0.5
"""The least cosine in meaning of a similar article in the same language, whatever words it shares.

Of the articles of the news corpus that are listed for it alone, 96 % are of the same category, as of
those that share words."""
MIN_TRANSLATION = 0.44
"""The least cosine of such an article, with what it gets for being of the same days.

Of 18 short reports in other languages 14 have it with the one among 1,089 English articles that tells
the same; none of 8 has it that tell something else."""
MIN_COSINE = 0.1
"""The least cosine of a similar article: of fewer than five, none is a stranger.

Of the pairs labelled by hand (`benchmarks/story_pairs.tsv`), 26 of 34 strangers are below it and 2 of 116 others."""
MAX_SHARED_WORDS = 4
MAX_KEYWORDS = 8
MAX_DUPLICATE_CHECKS = 8
"""Candidates that are checked for being duplicates, which rank close to what they duplicate."""
MIN_DUPLICATE_SCORE = 0.9
"""The least score of a duplicate, as a share of what it duplicates; none is searched for below it.
"""
MIN_DUPLICATE_COSINE = 0.25
"""The least cosine of an article and its duplicate: what is further apart need not be compared word by word.
"""

MIN_SHARED_SHINGLES = 0.6
"""The share of the shorter text's word pairs that a duplicate has."""
MIN_SHARED_SHINGLES_SAME_TITLE = 0.2
"""The same if the titles are equal: a column keeps its title, and has other words each time."""
MIN_SHINGLES = 12
"""A text with fewer word pairs cannot be compared; only its title is."""

PARAGRAPH_PATTERN = re.compile(r"\S(?:.|\n(?!\s*\n))*")
MIN_NEW_SHARE = 0.6
"""The share of a paragraph's words that must be new for the paragraph to be new."""
MIN_NEW_WORDS = 4
"""The number of its words that must be new."""

ParagraphSpan = tuple[int, int]
"""Start and end in the text, in characters."""

WordWeights = Mapping[str, float]
RowLookup = Callable[[int], ArticleRow | None]
"""Returns the row of an article by its number in the index; None if it was deleted."""
TextLookup = Callable[[str], str]
"""Returns the text of an article by its id."""


@dataclass(frozen=True)
class ArticleFeatures:
    """The features by which articles are compared."""

    title: str
    text: str
    """Its text as it is compared: without markup and boilerplate."""
    words: Sequence[str]
    """The content words of the text, in their order."""
    counts: Mapping[str, int]
    """The number of occurrences of each content word in the title and the text."""

    @classmethod
    def from_text(cls, title: str, text: str, language: str) -> ArticleFeatures:
        """Return the features of a title and a text with markup."""
        text = comparable_text(text)
        words = extract_content_words(text, language)
        counts = count_content_words([*words, *extract_content_words(title, language)])
        return cls(title, text, words, counts)

    @cached_property
    def shingles(self) -> frozenset[tuple[str, str]]:
        """Pairs of neighbouring words (shingles; Broder 1997)."""
        return frozenset(pairwise(self.words))

    def is_duplicate(self, other: ArticleFeatures) -> bool:
        """Return True if the two are the same report, one of them perhaps longer."""
        same_title = normalize_title(self.title) == normalize_title(other.title) != ""
        shorter, longer = sorted((self.shingles, other.shingles), key=len)
        if len(shorter) < MIN_SHINGLES:
            return same_title
        needed = MIN_SHARED_SHINGLES_SAME_TITLE if same_title else MIN_SHARED_SHINGLES
        return len(shorter & longer) >= needed * len(shorter)


def normalize_title(title: str) -> str:
    """Return a title for comparison: letters and digits alone, without case and accents."""
    return "".join(filter(str.isalnum, fold_text(title))) or title


@dataclass(frozen=True, slots=True)
class SimilarCandidate:
    """An article that may be similar."""

    score: float
    row: ArticleRow
    features: ArticleFeatures
    cosine: float = 0.0
    """How much it is the same story by its words (`store.search.term_vectors`)."""
    origin: str = "index"


@dataclass(frozen=True, slots=True)
class ComparedArticle:
    """An article as others are compared with it."""

    id: str
    features: ArticleFeatures
    vector: TermVector

    def cosine(self, other: ComparedArticle) -> float:
        """Return how much the two tell the same (`store.search.term_vectors`)."""
        return cosine(self.vector, other.vector)

    def is_duplicate(self, other: ComparedArticle) -> bool:
        """Return True if the two are the same report."""
        is_close = self.cosine(other) >= MIN_DUPLICATE_COSINE
        return is_close and self.features.is_duplicate(other.features)


@dataclass(frozen=True, slots=True)
class SimilarityQuery:
    """The query for one article."""

    when: int
    language: str
    features: ArticleFeatures
    vector: TermVector
    weights: WordWeights
    """Its strongest words."""
    idf: WordWeights
    """The inverse document frequency of each of them: how rare it is in the library."""
    self_score: float
    """The score of the article itself, so that 1 is an identical article."""
    compared: dict[str, tuple[ArticleFeatures, float]] = field(default_factory=dict)
    """The features of articles that were compared with it, and their cosines."""

    def word_strengths(self) -> WordWeights:
        """Return how much each word says about what the article is about."""
        return {word: weight * self.idf[word] for word, weight in self.weights.items()}

    def is_duplicate(self, candidate: SimilarCandidate) -> bool:
        """Return True if the article and this one are the same report."""
        if candidate.cosine < MIN_DUPLICATE_COSINE:
            return False
        return self.features.is_duplicate(candidate.features)


class ComparisonIndex(Protocol):
    """An index by which articles are compared.

    Raises:
        IndexUnusable: By any call: it is damaged.
    """

    @property
    def document_count(self) -> int:
        """The number of articles in it."""

    @property
    def term_weights(self) -> TermWeights:
        """The rarity of its words."""

    def best_hits(
        self, weights: WordWeights, when: int, limit: int, among: Sequence[int] | None = None
    ) -> Sequence[IndexHit]:
        """Return the best hits for some words in titles and texts.

        Args:
            weights: The words.
            when: The date of the article that they are from, in seconds since 1970; 0 if unknown.
                An index too large to compare with may leave out what is far from it in time.
            limit: The most hits to return.
            among: The numbers of the only articles that count; None for all.
        """

    def find_in_titles(self, words: Sequence[str], limit: int) -> Sequence[int]:
        """Return the numbers of articles whose title has all of some words, up to a limit."""


class SimilarArticleFinder:
    """Finds similar articles in one state of an index."""

    def __init__(
        self,
        index: ComparisonIndex,
        lookup_row: RowLookup,
        lookup_text: TextLookup,
        embeddings: ArticleEmbeddings | None = None,
    ) -> None:
        self._index = index
        self._term_weights = index.term_weights
        self._embeddings = embeddings
        self._lookup_row = lookup_row
        self._lookup_text = lookup_text

    def find(self, article: Article, body: Body, limit: int = 5) -> tuple[SimilarArticle, ...]:
        """Return the most similar articles, those whose titles came with the article first.

        Raises:
            IndexUnusable: The index is damaged.
        """
        query = self._build_query(article, body)
        return self._collect(article, query, body.similar, limit)

    def insights(self, article: Article, body: Body) -> ArticleInsights:
        """Return the keywords of an article, and its paragraphs that are new to the reader.

        Raises:
            IndexUnusable: The index is damaged.
        """
        query = self._build_query(article, body)
        hits = self._search(query)
        found = self._filter_candidates(hits, query, MAX_CANDIDATES, article.id)
        same_story = (one for one in found if one.cosine >= SAME_STORY_COSINE)
        read = [one.features.counts for one in same_story if one.row.read]
        keywords = select_keywords(query.features.text, query.word_strengths(), MAX_KEYWORDS)
        new = find_new_paragraphs(body.text[:MAX_NOVELTY_CHARS], read, query.language)
        return ArticleInsights(keywords, new)

    def compare(self, article: Article, body: Body, rows: Sequence[ArticleRow]) -> list[float]:
        """Return the scores that certain other articles have as similar ones.

        Raises:
            IndexUnusable: The index is damaged.
        """
        scores = dict.fromkeys((article_number(row.id) for row in rows), 0.0)
        numbers = list(scores)
        query = self._build_query(article, body)
        hits = self._search(query)
        first = self._filter_candidates(hits, query, FEEDBACK_ARTICLES, article.id)
        widened = self._widen(query, list(first))
        for start in range(0, len(numbers), MAX_CANDIDATES):
            batch = numbers[start : start + MAX_CANDIDATES]
            for hit in self._index.best_hits(widened, query.when, MAX_CANDIDATES, batch):
                scores[hit.number] = hit.score / query.self_score
        found = [
            (score * _time_proximity(query, row), row)
            for score, row in zip(scores.values(), rows, strict=True)
        ]
        if self._embeddings:
            found = add_meaning(self._embeddings, article.id, found)
        return [score for score, _ in found]

    def story_candidates(self, article: Article, body: Body) -> tuple[ComparedArticle, ...]:
        """Return the article itself, and those with most words in common, duplicates included.

        Raises:
            IndexUnusable: The index is damaged.
        """
        query = self._build_query(article, body)
        found = [ComparedArticle(article.id, query.features, query.vector)]
        for hit in self._search(query):
            row = self._lookup_row(hit.number)
            if row is not None and row.id != article.id:
                features = self._candidate(query, row, hit.score).features
                vector = self._term_weights.vector(features.counts)
                found.append(ComparedArticle(row.id, features, vector))
        return tuple(found)

    def _collect(
        self, article: Article, query: SimilarityQuery, titles: Sequence[str], limit: int
    ) -> tuple[SimilarArticle, ...]:
        ids = {article.id}
        seen_features = [query.features]
        listed: list[SimilarArticle] = []
        candidates = chain(self._imported_candidates(query, titles), self._rank(article, query))
        for number, candidate in enumerate(candidates):
            is_full = len(listed) >= limit
            is_close = bool(listed) and candidate.score >= MIN_DUPLICATE_SCORE * listed[-1].score
            if is_full and (number >= MAX_DUPLICATE_CHECKS or not is_close):
                break
            if candidate.row.id in ids:
                continue
            same = (n for n, s in enumerate(seen_features) if s.is_duplicate(candidate.features))
            duplicate_of = next(same, None)
            if duplicate_of is None and not is_full:
                seen_features.append(candidate.features)
                language = self._foreign_language(article.id, candidate.row.id)
                listed.append(_to_similar(query, candidate, language))
            elif duplicate_of and candidate.row.id:
                one = listed[duplicate_of - 1]
                listed[duplicate_of - 1] = replace(
                    one, duplicates=(*one.duplicates, candidate.row.id)
                )
            if candidate.row.id:
                ids.add(candidate.row.id)
        return tuple(listed)

    # -- the query -------------------------------------------------------------------------

    def _build_query(self, article: Article, body: Body) -> SimilarityQuery:
        language = article.language or detect_language(body.text)
        features = ArticleFeatures.from_text(article.title, body.text, language)
        counts, title = _count_words(article.title, f"{body.summary}\n{features.text}", language)
        idf = self._term_weights.rarity(counts)
        weights = {
            word: SIMILAR_TITLE_WEIGHT * (word in title)
            + counts[word] / (counts[word] + TERM_SATURATION)
            for word in idf
        }
        strongest = _select_strongest(weights, idf, MAX_QUERY_TERMS, self._index.document_count)
        return SimilarityQuery(
            when=to_unix_seconds(article.date or article.created),
            language=language,
            features=features,
            vector=self._term_weights.vector(features.counts),
            weights=strongest,
            idf=idf,
            self_score=_bm25_score(strongest, idf, counts) or 1.0,
        )

    def _search(self, query: SimilarityQuery) -> Sequence[IndexHit]:
        return self._index.best_hits(query.weights, query.when, MAX_CANDIDATES)

    # -- the candidates --------------------------------------------------------------------

    def _rank(self, article: Article, query: SimilarityQuery) -> Iterator[SimilarCandidate]:
        """Yield other articles of the library, most similar first, including duplicates."""
        hits = self._search(query)
        first = list(self._filter_candidates(hits, query, MAX_CANDIDATES, article.id))
        close = self._find_close(article.id, query)
        scores = {article_number(other): 0.0 for other in close}
        among = [*(hit.number for hit in hits if first), *scores]
        if among:
            widened = self._widen(query, first[:FEEDBACK_ARTICLES])
            limit = max(MAX_CANDIDATES, len(among))
            found = self._index.best_hits(widened, query.when, limit, among)
            scores |= {hit.number: hit.score / query.self_score for hit in found}
        rows = [(score, self._lookup_row(number)) for number, score in scores.items()]
        similar = [
            (score * _time_proximity(query, row), row)
            for score, row in rows
            if row and row.id != article.id
        ]
        similar = [one for one in similar if one[0] >= MIN_SIMILARITY or one[1].id in close]
        same_story = _find_same_story(query, first)
        if self._embeddings:
            similar = add_meaning(self._embeddings, article.id, similar)
            foreign = (other for other, is_foreign in close.items() if is_foreign)
            same_story = dict.fromkeys(foreign, 0.0) | same_story
        similar.sort(
            key=lambda one: (-same_story.get(one[1].id, -1), -one[0], -one[1].timestamp, one[1].id)
        )
        for score, row in similar:
            one = self._candidate(query, row, score)
            if one.cosine >= MIN_COSINE or row.id in same_story or row.id in close:
                yield one

    def _candidate(self, query: SimilarityQuery, row: ArticleRow, score: float) -> SimilarCandidate:
        if row.id not in query.compared:
            text = self._lookup_text(row.id)
            features = ArticleFeatures.from_text(row.title, text, query.language)
            closeness = self._term_weights.cosine(query.vector, features.counts)
            query.compared[row.id] = features, closeness
        return SimilarCandidate(score, row, *query.compared[row.id])

    def _find_close(self, article: str, query: SimilarityQuery) -> dict[str, bool]:
        """Return the articles that are close in meaning, and whether in another language."""
        close: dict[str, bool] = {}
        if self._embeddings is None:
            return close
        for one in self._embeddings.nearest(article_number(article), MAX_NEIGHBOURS):
            if (row := self._lookup_row(one.number)) is None:
                continue
            least = MIN_TRANSLATION if one.is_foreign else MIN_NEIGHBOUR
            is_close = one.cosine * _time_proximity(query, row) >= least
            is_full = one.is_foreign and sum(close.values()) >= MAX_TRANSLATIONS
            if is_close and not is_full:
                close[row.id] = one.is_foreign
        return close

    def _foreign_language(self, article: str, other: str) -> str:
        numbers = article_number(article), article_number(other)
        return self._embeddings.foreign_language(*numbers) if self._embeddings else ""

    def _filter_candidates(
        self, hits: Iterable[IndexHit], query: SimilarityQuery, limit: int, own_id: str
    ) -> Iterator[SimilarCandidate]:
        """Yield the first similar articles, without the article itself and its duplicates."""
        for hit in hits:
            if limit <= 0 or hit.score < query.self_score * MIN_SIMILARITY:
                return
            row = self._lookup_row(hit.number)
            if row is None or row.id == own_id:
                continue
            candidate = self._candidate(query, row, hit.score / query.self_score)
            if not query.is_duplicate(candidate):
                limit -= 1
                yield candidate

    def _widen(self, query: SimilarityQuery, found: Sequence[SimilarCandidate]) -> WordWeights:
        weights, idf = dict(query.weights), dict(query.idf)
        total = self._index.document_count
        for one in found:
            counts = one.features.counts
            idf.update(self._term_weights.rarity(word for word in counts if word not in idf))
            saturated = {w: n / (n + TERM_SATURATION) for w, n in counts.items() if w in idf}
            strongest = _select_strongest(saturated, idf, MAX_FEEDBACK_TERMS, total)
            for word, weight in strongest.items():
                weights[word] = weights.get(word, 0.0) + FEEDBACK_WEIGHT / len(found) * weight
        return _select_strongest(weights, idf, MAX_WIDENED_TERMS, total)

    def _imported_candidates(
        self, query: SimilarityQuery, titles: Iterable[str]
    ) -> Iterator[SimilarCandidate]:
        for title in filter(str.strip, titles):
            if (row := self._find_by_title(title)) is not None:
                found = self._candidate(query, row, 0.0)
                score = _bm25_score(query.weights, query.idf, found.features.counts)
                score *= _time_proximity(query, row) / query.self_score
                yield replace(found, score=score, origin="import")
            else:
                row = ArticleRow("", title, "", 0, 0, 0, read=False, starred=False, read_count=0)
                features = ArticleFeatures.from_text(title, "", query.language)
                yield SimilarCandidate(0.0, row, features, origin="import")

    def _find_by_title(self, title: str) -> ArticleRow | None:
        """Return the article with this title, ignoring case and signs, unless it is deleted."""
        key, words = normalize_title(title), [word.text for word in tokenize(title)]
        rows = map(self._lookup_row, self._index.find_in_titles(words, MAX_CANDIDATES))
        return next((row for row in rows if row and normalize_title(row.title) == key), None)


def add_meaning(
    embeddings: ArticleEmbeddings, article: str, found: Sequence[tuple[float, ArticleRow]]
) -> list[tuple[float, ArticleRow]]:
    """Return articles with the mean of their scores and of how close they are in meaning.

    Those that cannot be compared count as close as the others on average.
    """
    numbers = [article_number(row.id) for _, row in found]
    similarities = embeddings.similarities(article_number(article), numbers)
    known = [similarity for similarity in similarities if similarity is not None]
    if not known:
        return list(found)
    average = math.fsum(known) / len(known)
    return [
        ((score + max(0.0, average if similarity is None else similarity)) / 2, row)
        for (score, row), similarity in zip(found, similarities, strict=True)
    ]


def _count_words(title: str, text: str, language: str) -> tuple[Counter[str], set[str]]:
    in_title = count_content_words(extract_content_words(title, language))
    counts = count_content_words(extract_content_words(text[:MAX_COMPARED_CHARS], language))
    counts.update(dict.fromkeys(in_title, 0))
    return counts, set(in_title)


def _select_strongest(
    weights: WordWeights, idf: WordWeights, limit: int, total: int
) -> dict[str, float]:
    """Return the words that weigh most, without those whose postings would take long to read."""
    strength = heapq.nlargest(limit, ((weights[word] * idf[word], word) for word in weights))
    postings = 0.0
    chosen = {}
    for _, word in strength:
        frequency = (total + 1) / math.exp(idf[word])
        if postings + frequency <= MAX_POSTINGS:
            postings += frequency
            chosen[word] = weights[word]
    return chosen


def _bm25_score(weights: WordWeights, idf: WordWeights, counts: Mapping[str, int]) -> float:
    """Return the engine's score for a text of average length with these words."""
    return sum(
        weight * idf[word] * (BM25_K1 + 1) * counts[word] / (counts[word] + BM25_K1)
        for word, weight in weights.items()
        if word in counts
    )


def _find_same_story(query: SimilarityQuery, found: Iterable[SimilarCandidate]) -> dict[str, float]:
    """Return the articles that tell the very same story, and how close they are."""
    by_id = {one.row.id: one.cosine * _time_proximity(query, one.row) for one in found}
    best = sorted(by_id, key=by_id.__getitem__, reverse=True)
    return {
        article: by_id[article]
        for place, article in enumerate(best)
        if any(by_id[article] >= least and place < most for least, most in SAME_STORY_PLACES)
    }


def _to_similar(query: SimilarityQuery, one: SimilarCandidate, language: str) -> SimilarArticle:
    row, counts = one.row, one.features.counts
    shared = {word: weight for word, weight in query.word_strengths().items() if word in counts}
    texts = "\n".join(
        part for story in (one.features, query.features) for part in (story.title, story.text)
    )
    return SimilarArticle(
        id=row.id or None,
        title=row.title,
        category=row.category,
        timestamp=row.timestamp,
        read=row.read,
        source_name=row.source_name,
        score=round(min(one.score, 1.0), 4),
        shared_terms=select_keywords(texts, shared, MAX_SHARED_WORDS),
        origin=one.origin,
        language=language,
    )


def _time_proximity(query: SimilarityQuery, row: ArticleRow) -> float:
    """Return a factor that rises from 1 for articles of the same days."""
    if not (query.when and row.timestamp):
        return 1.0
    days = abs(query.when - row.timestamp) / DAY_SECONDS
    return 1 + TIME_PROXIMITY_BOOST * math.exp(-days / TIME_PROXIMITY_DAYS)


# -- what is new ---------------------------------------------------------------------------


def find_new_paragraphs(
    text: str, seen: Sequence[Collection[str]], language: str = ""
) -> tuple[ParagraphSpan, ...]:
    """Return the paragraphs of a text most of whose words are new to the reader.

    Args:
        text: The text, with markup.
        seen: The words of each article of the story that was read. Without any, nothing is marked as
            new, because everything is.
        language: That of the text, whose stop words do not count.
    """
    if not seen:
        return ()
    known = frozenset().union(*seen) | UNINFORMATIVE_WORDS
    spans = (found.span() for found in PARAGRAPH_PATTERN.finditer(text))
    return tuple(span for span in spans if _is_new(text[slice(*span)], known, language))


def _is_new(paragraph: str, known: Collection[str], language: str) -> bool:
    words = set(extract_content_words(strip_boilerplate(strip_links(paragraph)), language))
    unseen = sum(word not in known for word in words)
    return unseen >= max(MIN_NEW_WORDS, MIN_NEW_SHARE * len(words))
