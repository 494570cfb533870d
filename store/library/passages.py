"""The best passages of a library for a query: paragraphs, by their own words and those of their articles.

A passage scores its BM25 (Robertson and Zaragoza 2009) plus a share of the score of its article, so that
of two like it the one in an article about all of the query comes first.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

from store.library.search_engine import SearchEngine
from store.library.searcher import Searcher
from store.model.article import Article, ArticleRow, Passage, ReadingStatus
from store.model.errors import InvalidQuery
from store.search.highlight import Highlighter, make_highlighter
from store.search.index import IndexUnusable
from store.search.list_query import PassageMatches, SearchQuery
from store.search.syntax_tree import QueryNode, iter_wanted_words, loosen
from store.search.vocabulary import Vocabulary
from store.text.prose import count_words

CANDIDATE_ARTICLES = 50
"""Articles whose paragraphs are compared."""
ARTICLE_WEIGHT = 0.25
"""The share of its article's score in the score of a passage."""
TERM_SATURATION = 0.4
"""How soon more occurrences of a word count no more: `k1` of BM25. In a paragraph, whether a word occurs says
nearly all; 1.2, as for articles, lets one word three times outdo two different ones."""
LENGTH_WEIGHT = 0.75
"""How much the length of a passage counts against it: `b` of BM25."""
MIN_PASSAGE_WORDS = 5
"""Shorter paragraphs, such as headings, say too little."""
MAX_PASSAGE_CHARS = 1500
"""A longer paragraph is several passages, one a line, if it has more than one."""

_PARAGRAPH = re.compile(r"[^\n]+(?:\n(?!\n)[^\n]+)*")
_LINE = re.compile(r"[^\n]+")


class QueryTerm(NamedTuple):
    """A word or phrase of the query."""

    highlighter: Highlighter
    """Finds it in a text, in all its forms and spellings."""
    rarity: float
    """Its inverse document frequency."""


class Paragraph(NamedTuple):
    """A paragraph of a candidate, and how often it has each term."""

    passage: Passage
    words: int
    counts: Sequence[int]


class PassageFinder:
    """Finds passages by the index of a library."""

    def __init__(
        self,
        searcher: Searcher,
        engine: SearchEngine,
        articles: Callable[[Sequence[str]], Iterator[tuple[Article, ReadingStatus]]],
    ) -> None:
        """Find nothing yet.

        Args:
            searcher: Parses and corrects queries.
            engine: Answers them.
            articles: Returns the reading status of some articles.
        """
        self._searcher = searcher
        self._engine = engine
        self._articles = articles

    def find(self, text: str, limit: int) -> PassageMatches:
        """Return the best passages for a query, with its misspelt words corrected.

        Raises:
            InvalidQuery: It cannot be parsed, or has no words.
        """
        corrected = self._searcher.correct(SearchQuery(text))
        found = self._find(corrected or text, limit)
        return PassageMatches(found, self._searcher.problem, corrected if found else "")

    def _find(self, text: str, limit: int) -> Sequence[Passage]:
        node = self._searcher.parse(text)
        if not any(iter_wanted_words(node)):
            raise InvalidQuery("expected words to look for", 0)
        vocabulary = self._engine.vocabulary
        try:
            ranked = self._rank(node, vocabulary) if vocabulary else iter(())
            return list(islice(ranked, limit))
        except IndexUnusable as error:
            self._engine.discard_index(error)
            return ()

    def _rank(self, node: QueryNode, vocabulary: Vocabulary) -> Iterator[Passage]:
        """Yield passages, the best first; of those with the same text only one."""
        found = self._engine.find_best(loosen(node) or node, CANDIDATE_ARTICLES)
        terms = _make_terms(node, self._engine, vocabulary)
        texts = self._engine.read_texts([row.id for row, _ in found])
        paragraphs = [
            each
            for row, score in found
            if row.id in texts
            for each in self._paragraphs(row, texts[row.id][0], score, terms)
        ]
        mean_words = sum(each.words for each in paragraphs) / max(1, len(paragraphs))
        passages = [
            each.passage._replace(score=each.passage.score + score)
            for each in paragraphs
            if (score := _score(each, terms, mean_words)) > 0
        ]
        seen: set[str] = set()
        for passage in sorted(passages, key=attrgetter("score"), reverse=True):
            if passage.text not in seen:
                seen.add(passage.text)
                yield passage

    def _paragraphs(
        self, row: ArticleRow, text: str, score: float, terms: Sequence[QueryTerm]
    ) -> Iterator[Paragraph]:
        """Yield the paragraphs of an article; the score of its passages is only its own share so far."""
        seen = next((reading.position for _, reading in self._articles([row.id])), 0)
        for number, (start, part) in enumerate(iter_paragraphs(text), 1):
            words = count_words(part)
            if words >= MIN_PASSAGE_WORDS:
                is_read = row.read or start + len(part) <= seen
                passage = Passage(row, part, number, start, ARTICLE_WEIGHT * score, is_read)
                counts = [len(term.highlighter.find_spans(part)) for term in terms]
                yield Paragraph(passage, words, counts)


def iter_paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Yield the paragraphs of a text with their offsets; of a very long one, its lines."""
    for paragraph in _PARAGRAPH.finditer(text):
        if len(paragraph[0]) <= MAX_PASSAGE_CHARS:
            yield paragraph.start(), paragraph[0]
        else:
            for line in _LINE.finditer(text, *paragraph.span()):
                yield line.start(), line[0]


def _make_terms(
    node: QueryNode, engine: SearchEngine, vocabulary: Vocabulary
) -> Sequence[QueryTerm]:
    articles = engine.document_count
    terms = []
    for condition in iter_wanted_words(node):
        number = engine.count(condition)
        rarity = math.log(1 + (articles - number + 0.5) / (number + 0.5))
        terms.append(QueryTerm(make_highlighter([condition], vocabulary.forms), rarity))
    return terms


def _score(paragraph: Paragraph, terms: Sequence[QueryTerm], mean_words: float) -> float:
    """Return the BM25 of a paragraph."""
    length = 1 - LENGTH_WEIGHT + LENGTH_WEIGHT * paragraph.words / mean_words
    return sum(
        term.rarity * count * (TERM_SATURATION + 1) / (count + TERM_SATURATION * length)
        for term, count in zip(terms, paragraph.counts, strict=True)
    )
