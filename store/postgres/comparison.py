"""The index by which articles are compared, for `store.search.similar`.

Too many articles share a word with another one to compare all of them. So the strongest words lead to those
that may be similar, as many words as a few thousand articles have; of these the thousand nearest in time
are scored roughly, and the best exactly (BM25; Robertson and Zaragoza 2009).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from store.model.article import ArticleRow
from store.postgres.access import Access
from store.postgres.ranking import Key, ScoredWord, inverse_frequency, score_articles
from store.postgres.reader import Reader
from store.postgres.search_engine import PostgresEngine
from store.postgres.text_query import any_of
from store.postgres.text_vector import quote_word
from store.postgres.words import IndexWords
from store.search.index import IndexHit, article_number
from store.search.term_vectors import TermWeights

MAX_LED_ARTICLES = 3000
"""The number of articles to which words lead, together, before there are no more of them."""
NEAREST_ARTICLES = 1000
"""The articles nearest in time that are scored roughly."""
SCORED_ARTICLES = 60
"""The best of these, which are scored exactly."""
WORDS_AT_ONCE = 20
"""Words of about the same strength that are scored together."""
TERM_SATURATION, LENGTH_WEIGHT = 1.2, 0.75
"""`k1` and `b` of BM25."""
NEWEST = 1 << 40
"""A time to which the newest articles are nearest, in seconds since 1970."""

WordWeights = Mapping[str, float]

_NEAREST = "select library, id from newstui.nearest_documents(%s::tsquery, %s::bigint, %s)"
_COUNTS = """
    select p.n::int, d.title_words, d.text_words, u.lexeme,
        cardinality(array_positions(u.weights, 'A')), cardinality(array_positions(u.weights, 'D'))
    from unnest(%(libraries)s::int[], %(ids)s::text[]) with ordinality as p (library, id, n),
    lateral (
        select title_words, text_words, words from newstui.document
        where library = p.library and id = p.id and part = 0 and account in ('', %(account)s)
        order by account desc limit 1
    ) d, lateral unnest(d.words) u join unnest(%(words)s::text[]) as w (word) on w.word = u.lexeme
"""
"""How often some articles have some words, in the title and in the text."""


class PostgresComparison:
    """Compares articles by the index as it is now; see `store.search.similar.ComparisonIndex`."""

    def __init__(self, access: Access, reader: Reader, engine: PostgresEngine) -> None:
        """Look at nothing yet."""
        self._access = access
        self._reader = reader
        self._words: IndexWords = engine.words
        self._engine = engine
        self._keys: dict[int, Key] = {}
        self._rows: dict[int, ArticleRow] = {}
        self._texts: dict[str, str] = {}
        self.term_weights = TermWeights(self._words)
        """The rarity of its words."""

    @property
    def document_count(self) -> int:
        """The number of articles in the index."""
        return self._words.document_count

    def best_hits(
        self, weights: WordWeights, when: int, limit: int, among: Sequence[int] | None = None
    ) -> Sequence[IndexHit]:
        """Return the best hits for some words in titles and texts."""
        if among is None:
            keys = self._find_candidates(weights, when)
        else:
            keys = [self._keys[number] for number in among if number in self._keys]
        scores = self._score(keys, weights)
        best = sorted(zip(scores, keys, strict=True), reverse=True)[:limit]
        if among is None:
            self._read([key for _, key in best])
        return [IndexHit(article_number(article), score) for score, (_, article) in best if score]

    def find_in_titles(self, words: Sequence[str], limit: int) -> Sequence[int]:
        """Return the numbers of articles whose title has all of some words, up to a limit."""
        keys = self._engine.find_title_words(words, limit)
        self._read(keys)
        return [article_number(article) for _, article in keys]

    def lookup_row(self, number: int) -> ArticleRow | None:
        """Return the row of an article that was found; None if it is gone."""
        return self._rows.get(number)

    def lookup_text(self, article: str) -> str:
        """Return the text of an article."""
        if article not in self._texts:
            self._texts[article] = self._reader.read_text(article)
        return self._texts[article]

    def _read(self, keys: Sequence[Key]) -> None:
        """Read rows and texts of articles at once: asking for each takes a hundred times as long."""
        ids = [article for _, article in keys]
        numbers = {article: article_number(article) for article in ids}
        self._keys |= {numbers[article]: (library, article) for library, article in keys}
        self._rows |= {numbers[each]: row for each, row in self._reader.rows(ids).items()}
        missing = [article for article in ids if article not in self._texts]
        texts = self._reader.read_texts(missing) if missing else {}
        self._texts |= {article: text for article, (text, _) in texts.items()}

    # -- candidates ------------------------------------------------------------------------

    def _find_candidates(self, weights: WordWeights, when: int) -> list[Key]:
        """Return the articles that may be similar."""
        if not (words := self._leading_words(weights)):
            return []
        query = any_of(map(quote_word, words))
        found: list[Key] = self._access.connection.rows(
            _NEAREST, [query, when or NEWEST, NEAREST_ARTICLES]
        )
        if len(found) <= SCORED_ARTICLES:
            return found
        rough = score_articles(self._access, found, list(self._rough_words(weights)))
        best = sorted(rough, key=lambda each: each[2], reverse=True)[:SCORED_ARTICLES]
        return [found[place - 1] for place, *_ in best]

    def _strengths(self, weights: WordWeights) -> dict[str, float]:
        """Return the strength of words, the strongest first."""
        rarities = self.term_weights.rarity(weights)
        strengths = {word: weights[word] * rarity for word, rarity in rarities.items()}
        return dict(sorted(strengths.items(), key=lambda each: (-each[1], each[0])))

    def _leading_words(self, weights: WordWeights) -> list[str]:
        """Return the strongest words that other articles have, too."""
        frequencies = self._words.frequencies(weights)
        led, words = 0, []
        for word in self._strengths(weights):
            if frequencies[word] > 1 or self.document_count == 1:
                words.append(word)
                led += frequencies[word]
                if led > MAX_LED_ARTICLES:
                    break
        return words

    def _rough_words(self, weights: WordWeights) -> list[ScoredWord]:
        """Return the words in groups of about the same strength, as one query each."""
        strengths = list(self._strengths(weights).items())
        groups = groupby(enumerate(strengths), lambda each: each[0] // WORDS_AT_ONCE)
        scored = []
        for number, group in groups:
            words = dict(each for _, each in group)
            # `ts_rank` returns the mean over the words of a query.
            query = any_of(map(quote_word, words))
            scored.append(ScoredWord(query, sum(words.values()), number))
        return scored

    # -- scores ----------------------------------------------------------------------------

    def _score(self, keys: Sequence[Key], weights: WordWeights) -> list[float]:
        """Return the BM25 of articles for words in titles and texts."""
        total, size = self.document_count, self._words.size
        in_titles, in_texts = (
            {
                word: inverse_frequency(number, total)
                for word, number in self._words.count_articles([name], list(weights)).items()
            }
            for name in ("title", "body")
        )
        scores = [0.0] * len(keys)
        rows = self._access.connection.rows(
            _COUNTS,
            {
                "libraries": [library for library, _ in keys],
                "ids": [article for _, article in keys],
                "words": list(weights),
                "account": self._access.account,
            },
        )
        for place, title_words, text_words, word, in_title, in_text in rows:
            title = in_titles.get(word, 0.0) * _saturate(
                in_title, title_words / size.mean_title_words
            )
            text = in_texts.get(word, 0.0) * _saturate(in_text, text_words / size.mean_text_words)
            scores[place - 1] += weights[word] * (title + text)
        return scores


def _saturate(count: int, length: float) -> float:
    """Return what so many places count in a field whose length is that many times the mean."""
    if not count:
        return 0.0
    norm = TERM_SATURATION * (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * length)
    return (TERM_SATURATION + 1) * count / (count + norm)
