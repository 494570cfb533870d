"""The scores of articles that a query finds, as BM25 would have them (Robertson and Zaragoza 2009).

The database counts how often an article has a word (`ts_rank`: each further place counts less), weighted by
fields, and we know how rare the word is. What is close to the score of `store.search.index_query` is ranked
alike.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from store.postgres.access import Access
from store.postgres.text_query import Alternative, TextQueryBuilder
from store.postgres.words import IndexWords
from store.search.syntax_tree import And, Most, Not, Or, QueryNode, WordsCondition

FIELD_WEIGHTS = (1 / 3, 0.5, 0.4, 1.0)
"""The weights of the places D (text), C (category and tags), B (summary) and A (title)."""
ONE_PLACE = FIELD_WEIGHTS[0] / (math.pi**2 / 6)
"""What `ts_rank` returns for a word that is once in a text."""
MATCHED_PART_SCORE = 30.0
"""The score of each part that matches, where not all have to: more than the frequency of one is worth."""
OTHER_FORMS_SHARE = 0.3
"""The share of the other forms of a word in its score."""
TERM_SATURATION, LENGTH_WEIGHT = 1.2, 0.75
"""How soon more places count no more, and how much the length of a text counts against it: `k1` and `b`."""
MAX_PREFIX_WORDS = 30
"""Words with a common prefix of which it is still known how rare they are."""

Key = tuple[int, str]
"""Library and id of an article."""

_SCORES = f"""
    select p.n::int, d.text_words, coalesce((
        select sum((1 - {OTHER_FORMS_SHARE}) * best + {OTHER_FORMS_SHARE} * total) from (
            select max(score) as best, sum(score) as total from (
                select l.part, l.weight * ts_rank(%(fields)s::float4[], d.words, l.query) as score
                from unnest(%(queries)s::text[]::tsquery[], %(weights)s::float8[], %(groups)s::int[])
                    as l (query, weight, part)
            ) scored group by part
        ) parts
    ), 0), (select count(*) from unnest(%(bonus)s::text[]::tsquery[]) b where d.words @@ b)
    from unnest(%(libraries)s::int[], %(ids)s::text[]) with ordinality as p (library, id, n),
    lateral (
        select text_words, words || ''::tsvector as words from newstui.document
        where library = p.library and id = p.id and part = 0 and account in ('', %(account)s)
        order by account desc limit 1
    ) d
"""
"""Place, length, score of the words and number of matched parts of some articles."""


class ScoredWord(NamedTuple):
    """One way to write a word of the query."""

    query: str
    weight: float
    group: int
    """A number for the word: its other forms have the same."""


def score_articles(
    access: Access, keys: Sequence[Key], words: Sequence[ScoredWord], bonus: Sequence[str] = ()
) -> list[tuple[int, int, float, int]]:
    """Return place (from 1), length, score and number of matching parts of some articles.

    Args:
        access: The connection.
        keys: The articles.
        words: Queries with their weights; the best of a group counts most.
        bonus: Queries of which those that match are counted.
    """
    return access.connection.rows(
        _SCORES,
        {
            "fields": list(FIELD_WEIGHTS),
            "queries": [each.query for each in words],
            "weights": [each.weight / ONE_PLACE for each in words],
            "groups": [each.group for each in words],
            "bonus": list(bonus),
            "libraries": [library for library, _ in keys],
            "ids": [article for _, article in keys],
            "account": access.account,
        },
    )


class Ranking:
    """Ranks what one query finds."""

    def __init__(self, access: Access, words: IndexWords, builder: TextQueryBuilder) -> None:
        """Rank nothing yet."""
        self._access = access
        self._words = words
        self._builder = builder

    def scores(self, node: QueryNode, keys: Sequence[Key]) -> list[float]:
        """Return the scores of some articles for a query, in their order."""
        bonus = [self._builder.translate(part) for part in _iter_bonus_parts(node)]
        scores = [0.0] * len(keys)
        found = score_articles(self._access, keys, list(self._scored_words(node)), bonus)
        for place, text_words, score, matched in found:
            factor = self._length_factor(text_words)
            scores[place - 1] = score * factor + MATCHED_PART_SCORE * matched
        return scores

    def _length_factor(self, text_words: int) -> float:
        length = 1 - LENGTH_WEIGHT + LENGTH_WEIGHT * text_words / self._words.size.mean_text_words
        return (TERM_SATURATION + 1) / (1 + TERM_SATURATION * length)

    def _scored_words(self, node: QueryNode) -> Iterator[ScoredWord]:
        conditions = list(dict.fromkeys(_iter_scored(node)))
        alternatives = [list(self._builder.alternatives(each)) for each in conditions]
        known = {word for each in alternatives for one in each for word in one.words}
        frequencies = self._words.frequencies(known)
        for group, each in enumerate(alternatives):
            for one in each:
                weight = one.weight * self._rarity(one, frequencies)
                yield ScoredWord(one.query, weight, group)

    def _rarity(self, one: Alternative, frequencies: Mapping[str, int]) -> float:
        """Return how rare the words are together: that of a phrase is the sum of that of its words."""
        total = self._words.document_count
        if one.is_prefix and len(one.words) == 1:
            found = self._words.prefix_frequencies(one.words[0])
            if len(found) >= MAX_PREFIX_WORDS:
                return 1.0
            return inverse_frequency(min(total, sum(found.values())), total)
        return sum(inverse_frequency(frequencies[word], total) for word in one.words) or 1.0


def inverse_frequency(frequency: int, total: int) -> float:
    """Return how rare a word is that so many of all articles have."""
    frequency = min(frequency, total)
    return math.log(1 + (total - frequency + 0.5) / (frequency + 0.5))


def _iter_scored(node: QueryNode) -> Iterator[WordsCondition]:
    """Yield the words that count for an article."""
    if isinstance(node, WordsCondition):
        yield node
    elif isinstance(node, And | Or | Most):
        for part in node.parts:
            yield from _iter_scored(part)


def _iter_bonus_parts(node: QueryNode) -> Iterator[QueryNode]:
    """Yield the parts of which not all have to match."""
    if isinstance(node, Or | Most):
        yield from (part for part in node.parts if not isinstance(part, Not))
    elif isinstance(node, And):
        for part in node.parts:
            yield from _iter_bonus_parts(part)
