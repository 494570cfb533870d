"""Measure search: building the index, its size and memory, queries, and search as you type.

    python -m benchmarks.search 10000 100000

Each size is a library of synthetic articles in a temporary folder.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from benchmarks.front_page import measure_front_page
from benchmarks.library import measure_seconds, open_library, report, report_time, report_times
from benchmarks.synthetic_articles import make_articles
from store.library.folder import FolderLibrary
from store.library.listing import iter_rows
from store.search.highlight import make_highlighter
from store.search.list_query import ListQuery, Matches, SearchQuery
from store.search.syntax_tree import WordsCondition

QUERIES = (
    "harbour",
    "the",
    "treaty vaccine",
    '"said about the railway"',
    "(glacier or winter) -quarry",
    "title:library",
    "is:unread ferry",
    "category:dam newer:10y",
)
TYPED_TEXTS = ("harbour treaty", "observatory", "the council delays", "pipeline -budget")
MISSPELT_TEXTS = ("harbuor traety", "the counicl railwya ", "observatroy or glaceir ")
SCREEN_ROWS = 16
"""Rows that get a snippet after each key."""
MAX_ROWS = 300
REPEATS = 20
WORD = re.compile(r"[^\W_]+")


def main() -> int:
    """Measure at every given size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="+", metavar="ARTICLES")
    for size in parser.parse_args().sizes:
        with TemporaryDirectory(prefix="newstui-benchmark-") as folder:
            measure(size, Path(folder))
    return 0


def measure(size: int, folder: Path) -> None:
    """Measure a library of that many articles in an empty folder."""
    for _ in open_library(folder).add(make_articles(size)):
        pass
    library = open_library(folder)
    for _ in library.load():
        pass
    measure_build(size, library)
    measure_index_size(size, folder)
    with report_time(size, "a start with nothing new"):
        for _ in library.update_index():
            pass
    library.search(SearchQuery("once"), 1)
    for query in QUERIES:
        search = partial(library.search, SearchQuery(query), MAX_ROWS)
        found = search()
        times = [measure_seconds(search) for _ in range(REPEATS)]
        report_times(size, f"{query}: {found.total:,} found", times)
    cpu = time.process_time()
    keys = [
        measure_seconds(partial(search_as_typed, library, text))
        for text in typed_prefixes(TYPED_TEXTS)
        for _ in range(3)
    ]
    report_times(size, "a key of a search, with the snippets of a screen", keys)
    cpu = time.process_time() - cpu
    report(size, "a key of a search, CPU", f"mean {1000 * cpu / len(keys):.1f} ms")
    forgiven = [
        measure_seconds(partial(search_as_typed, library, text))
        for text in typed_prefixes(MISSPELT_TEXTS)
        if is_forgiven(search_as_typed(library, text))
        for _ in range(3)
    ]
    report_times(size, "the same where no article has the words", forgiven)
    words, phrases = sample_queries(library, 100)
    report(size, "recall against a scan, words", f"{measure_recall(library, words):.4f}")
    report(size, "recall against a scan, phrases", f"{measure_recall(library, phrases):.4f}")
    measure_front_page(size, library, report)


def measure_build(size: int, library: FolderLibrary) -> None:
    """Measure building the index, step by step."""
    process = psutil.Process()
    before = peak = process.memory_info().rss
    longest, cpu = 0.0, time.process_time()
    with report_time(size, "index", per=size):
        start = time.perf_counter()
        for _ in library.update_index():
            longest = max(longest, time.perf_counter() - start)
            peak = max(peak, process.memory_info().rss)
            start = time.perf_counter()
    cpu = time.process_time() - cpu
    report(size, "index, CPU", f"{cpu:.1f} s, {size / cpu:,.0f} a second")
    report(size, "index, longest step", f"{longest * 1000:.0f} ms")
    report(size, "index, additional memory", f"{(peak - before) / 1e6:.0f} MB")


def measure_index_size(size: int, folder: Path) -> None:
    """Compare the size of the index with that of the texts."""
    index, texts = (
        sum(path.stat().st_size for path in (folder / place).iterdir())
        for place in ("cache/index", "library/texts")
    )
    report(size, "index", f"{index / 1e6:.0f} MB, {index / texts:.2f} of the texts")


def typed_prefixes(texts: Iterable[str]) -> list[str]:
    """Return the content of the input after each key."""
    return [text[:end] for text in texts for end in range(1, len(text) + 1)]


def search_as_typed(library: FolderLibrary, text: str) -> Matches:
    """Search and make snippets, as for each key of a search."""
    matches = library.search(SearchQuery(text, is_typing=True), MAX_ROWS)
    library.snippets(matches, [row.id for row in matches.rows[:SCREEN_ROWS]])
    return matches


def is_forgiven(matches: Matches) -> bool:
    """Return True if the query alone finds nothing."""
    return bool(not matches.rows or matches.corrected or matches.is_loosened)


def sample_queries(
    library: FolderLibrary, number: int, seed: int = 1
) -> tuple[list[str], list[str]]:
    """Return random words and quoted phrases from the texts of a library."""
    chance = random.Random(seed)
    ids = [row.id for row in iter_rows(library.listing(ListQuery()))]
    words: list[str] = []
    phrases: list[str] = []
    while len(phrases) < number:
        body = library.get_article(chance.choice(ids)).body.text
        line = chance.choice(body.splitlines())
        found = [match.span() for match in WORD.finditer(line)]
        if len(found) > 4:
            at = chance.randrange(len(found) - 3)
            words.append(line[slice(*found[at])])
            phrases.append(f'"{line[found[at][0] : found[at + 2][1]]}"'.replace("“", " "))
    return words, [f'"{phrase[1:-1].replace(chr(34), " ")}"' for phrase in phrases]


def measure_recall(library: FolderLibrary, queries: Sequence[str], limit: int = 1000) -> float:
    """Return the recall of searches against a plain scan of the texts.

    Args:
        library: An indexed library.
        queries: Single words, or phrases in quotes.
        limit: The most articles to scan; they are spread over the library.
    """
    ids = [row.id for row in iter_rows(library.listing(ListQuery()))]
    ids = ids[:: max(1, len(ids) // limit)]
    highlighters = {
        query: make_highlighter([WordsCondition(query.strip('"'), is_phrase='"' in query)])
        for query in queries
    }
    scanned: dict[str, set[str]] = {query: set() for query in queries}
    for article in ids:
        entry = library.get_article(article)
        texts = (entry.article.title, entry.body.text)
        for query, highlighter in highlighters.items():
            if any(map(highlighter.matches, texts)):
                scanned[query].add(article)
    total = sum(map(len, scanned.values()))
    found = 0
    for query, expected in scanned.items():
        found += len(expected & {row.id for row in library.search(SearchQuery(query)).rows})
    return found / total if total else 1.0


if __name__ == "__main__":
    sys.exit(main())
