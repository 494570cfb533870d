"""Measure how well searches forgive: typing errors, words that no article has together, passages.

Queries are made of random words of known articles, with a fixed seed: the right answer is where the
words are from. Stop words and words of fewer than four letters are not used.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from string import ascii_lowercase

from tantivy import Occur, Query

from benchmarks.metrics import TOKEN, TfIdf, compute_rank_metrics, percentile
from store.library.folder import FolderLibrary
from store.library.passages import iter_paragraphs
from store.search.corrections import find_corrections
from store.search.index import FullTextIndex
from store.search.index_query import IndexQueryBuilder
from store.search.list_query import SearchQuery
from store.text.terms import STOP_WORDS

SEED = 20_260_606
ERROR_COUNT = 1000
QUERY_COUNT = 300
QUERY_WORDS = 4
CORRECTION_FIELDS = ("title", "body")
RESULTS = 5
MIN_LETTERS = 4

Method = Callable[[str], Sequence[str]]
"""Returns the keys found by a query, the best first."""


@dataclass(frozen=True)
class KnownItems:
    """The texts of a library, by the ids of its articles."""

    texts: Mapping[str, str]
    titles: Mapping[str, str]
    library: FolderLibrary

    @cached_property
    def index(self) -> FullTextIndex:
        """The index of the library."""
        index = self.library.index_engine.current_index()
        if index is None:
            raise ValueError("the library has no index")
        return index

    @cached_property
    def words(self) -> Mapping[str, Sequence[str]]:
        """The words of each text that queries are made of."""
        return {key: content_words(text) for key, text in self.texts.items()}

    def draw(self, chance: random.Random) -> tuple[str, list[str]]:
        """Return the key of a random article, and some of its words."""
        key = chance.choice([key for key, words in self.words.items() if len(words) > QUERY_WORDS])
        return key, chance.sample(self.words[key], QUERY_WORDS)


def measure_known_items(items: KnownItems) -> Iterator[str]:
    """Yield lines with all figures."""
    yield from _measure_corrections(items)
    yield from _measure_misspelt_queries(items)
    yield from _measure_alternatives(items)
    yield from _measure_loosened(items)
    yield from _measure_passages(items)


def content_words(text: str) -> list[str]:
    """Return the words of a text, each once, in lower case."""
    words = dict.fromkeys(TOKEN.findall(text.lower()))
    return [
        word
        for word in words
        if len(word) >= MIN_LETTERS and word.isascii() and word.isalpha() and word not in STOP_WORDS
    ]


def misspell(word: str, chance: random.Random) -> str:
    """Return a word with one letter missing, added, or wrong, or with two swapped."""
    at, letter = chance.randrange(len(word) - 1), chance.choice(ascii_lowercase)
    return chance.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        ]
    )


def _draw_error(items: KnownItems, word: str, chance: random.Random) -> str:
    """Return a word misspelt so that no article has it."""
    while True:
        error = misspell(word, chance)
        if not items.index.count_articles(CORRECTION_FIELDS, [error]):
            return error


def _measure_corrections(items: KnownItems) -> Iterator[str]:
    chance = random.Random(SEED)
    pairs: list[tuple[str, str]] = []
    while len(pairs) < ERROR_COUNT:
        word = items.draw(chance)[1][0]
        pairs.append((word, _draw_error(items, word, chance)))

    def by_frequency(error: str) -> Sequence[str]:
        found = items.index.words_with_prefix(("body",), error[:2])
        return [word for word, _ in sorted(found.items(), key=lambda each: (-each[1], each[0]))[:3]]

    methods: dict[str, Method] = {
        "newstui": lambda error: find_corrections(items.index, error, CORRECTION_FIELDS),
        "frequency": by_frequency,
    }
    yield from ("", f"Corrections of {ERROR_COUNT} typing errors: right first, within three")
    for name, method in methods.items():
        found = [method(error) for _, error in pairs]
        first = sum(word in each[:1] for (word, _), each in zip(pairs, found, strict=True))
        three = sum(word in each for (word, _), each in zip(pairs, found, strict=True))
        yield f"  {name:<12} {first / ERROR_COUNT:.4f}  {three / ERROR_COUNT:.4f}"
    times = [_measure_cpu(methods["newstui"], error) for _, error in pairs]
    yield f"  one correction: {percentile(times, 0.5):.2f} ms of CPU, p95 {percentile(times, 0.95):.2f} ms"


def _measure_cpu(method: Method, query: str) -> float:
    """Return the milliseconds of CPU that an answer takes."""
    began = time.process_time()
    method(query)
    return 1000 * (time.process_time() - began)


# -- articles ------------------------------------------------------------------------------


def _measure_misspelt_queries(items: KnownItems) -> Iterator[str]:
    chance = random.Random(SEED)
    queries: list[tuple[str, str]] = []
    for _ in range(QUERY_COUNT):
        key, (first, *others) = items.draw(chance)
        queries.append((key, " ".join([_draw_error(items, first, chance), *others])))
    yield from _rank(items, f"{QUERY_WORDS} words of an article, one misspelt", queries)


def _measure_alternatives(items: KnownItems) -> Iterator[str]:
    chance = random.Random(SEED)
    drawn = [items.draw(chance) for _ in range(QUERY_COUNT)]
    queries = [(key, " or ".join(words)) for key, words in drawn]
    yield from _rank(items, f"{QUERY_WORDS} words of an article, joined by or", queries)


def _measure_loosened(items: KnownItems) -> Iterator[str]:
    """Measure queries with a word of another article, such that no article has all words."""
    chance = random.Random(SEED)
    queries: list[tuple[str, str]] = []
    while len(queries) < QUERY_COUNT:
        key, words = items.draw(chance)
        query = " ".join([*words, items.draw(chance)[1][0]])
        if not items.library.searcher.rows(query):
            queries.append((key, query))
    yield from _rank(items, f"{QUERY_WORDS} words of an article and one of another", queries)


def _rank(items: KnownItems, what: str, queries: Sequence[tuple[str, str]]) -> Iterator[str]:
    builder = IndexQueryBuilder(items.index)
    index, keys = TfIdf(list(items.texts.values())), list(items.texts)

    def ours(query: str) -> Sequence[str]:
        return [row.id for row in items.library.search(SearchQuery(query), RESULTS).rows]

    def exact(query: str) -> Sequence[str]:
        rows = items.library.searcher.rows(query)
        return [row.id for row in rows[:RESULTS]]

    def by_frequency(query: str) -> Sequence[str]:
        """Return what plain BM25 of all words finds, without a score for each that matches."""
        parts = [builder.words_query(word) for word in query.split() if word != "or"]
        found = items.index.search_uncounted(
            Query.boolean_query([(Occur.Should, part) for part in parts]), RESULTS
        )
        rows = (items.library.index_engine.row_by_number(hit.number) for hit in found)
        return [row.id for row in rows if row]

    methods: dict[str, Method] = {
        "newstui": ours,
        "exact": exact,
        "BM25": by_frequency,
        "tf-idf": lambda query: [keys[n] for n in islice(index.nearest(query), RESULTS)],
    }
    yield from ("", f"{what}: recall@1, recall@5, MRR of five")
    for name, method in methods.items():
        found = [[each == key for each in method(query)] for key, query in queries]
        yield f"  {name:<12} {_format(found)}"


def _format(found: Sequence[Sequence[bool]]) -> str:
    result = compute_rank_metrics(found)
    return f"{result.recall_at_1:.4f}  {result.recall_at_5:.4f}  {result.mrr:.4f}"


# -- passages ------------------------------------------------------------------------------


def _measure_passages(items: KnownItems) -> Iterator[str]:
    """Measure queries of two words of a paragraph and one of its article's title."""
    chance = random.Random(SEED)
    queries: list[tuple[str, str]] = []
    passages = {
        f"{key} {start}": text
        for key, whole in items.texts.items()
        for start, text in iter_paragraphs(whole)
    }
    while len(queries) < QUERY_COUNT:
        passage = chance.choice(list(passages))
        words = content_words(passages[passage])
        title = content_words(items.titles[passage.rpartition(" ")[0]])
        title = [word for word in title if word not in words]
        if len(words) > QUERY_WORDS and title:
            query = " ".join([*chance.sample(words, 2), chance.choice(title)])
            queries.append((passages[passage], query))
    texts = list(passages.values())
    index = TfIdf(texts)
    methods: dict[str, Method] = {
        "newstui": lambda query: [
            each.text for each in items.library.passages(query, RESULTS).passages
        ],
        "first of best": lambda query: _first_paragraphs(items, query),
        "tf-idf": lambda query: [texts[n] for n in islice(index.nearest(query), RESULTS)],
    }
    yield from ("", "Passages by two words of theirs and one of the title: recall@1, @5, MRR")
    for name, method in methods.items():
        found = [[each == text for each in method(query)] for text, query in queries]
        yield f"  {name:<13} {_format(found)}"


def _first_paragraphs(items: KnownItems, query: str) -> Sequence[str]:
    """Return the first paragraphs of the articles that a search finds."""
    rows = items.library.search(SearchQuery(query), RESULTS).rows
    return [next(iter_paragraphs(items.texts[row.id]))[1] for row in rows]
