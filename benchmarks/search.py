"""Measures searching: building the index, its size and memory, queries, and search as one types.

    python -m benchmarks.search 10000 100000

Each size is a library of made-up articles in a temporary folder.
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

from benchmarks.library import opened, tell, tell_times, timed, told
from benchmarks.made_up import articles
from store.library.folder import FolderLibrary
from store.search import ListQuery, Matches, SearchQuery
from store.search.highlight import make_highlighter
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
TYPED = ("harbour treaty", "observatory", "the council delays", "pipeline -budget")
SCREEN = 16
"""Rows whose lines are looked for after each key."""
ROWS = 300
REPEATS = 20
WORD = re.compile(r"[^\W_]+")


def main() -> int:
    """Measure at every size that was named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="+", metavar="ARTICLES")
    for size in parser.parse_args().sizes:
        with TemporaryDirectory(prefix="newstui-benchmark-") as folder:
            measure(size, Path(folder))
    return 0


def measure(size: int, folder: Path) -> None:
    """Measure a library of that many articles in an empty folder."""
    for _ in opened(folder).add(articles(size)):
        pass
    library = opened(folder)
    for _ in library.load():
        pass
    build(size, library)
    weigh(size, folder)
    with told(size, "a start with nothing new"):
        for _ in library.update_index():
            pass
    library.search(SearchQuery("once"), 1)
    for query in QUERIES:
        search = partial(library.search, SearchQuery(query), ROWS)
        found = search()
        times = [timed(search) for _ in range(REPEATS)]
        tell_times(size, f"{query}: {found.total:,} found", times)
    busy = time.process_time()
    keys = [timed(partial(type_key, library, text)) for text in typed(TYPED) for _ in range(3)]
    tell_times(size, "a key of a search, with the lines of a screen", keys)
    busy = time.process_time() - busy
    tell(size, "a key of a search, on a processor", f"mean {1000 * busy / len(keys):.1f} ms")
    words, phrases = samples(library, 100)
    tell(size, "recall against a scan, words", f"{recall(library, words):.4f}")
    tell(size, "recall against a scan, phrases", f"{recall(library, phrases):.4f}")


def build(size: int, library: FolderLibrary) -> None:
    """Measure the building of the index, step by step."""
    process = psutil.Process()
    before = most = process.memory_info().rss
    longest, busy = 0.0, time.process_time()
    with told(size, "index", per=size):
        start = time.perf_counter()
        for _ in library.update_index():
            longest = max(longest, time.perf_counter() - start)
            most = max(most, process.memory_info().rss)
            start = time.perf_counter()
    busy = time.process_time() - busy
    tell(size, "index, on a processor", f"{busy:.1f} s, {size / busy:,.0f} a second")
    tell(size, "index, the longest step", f"{longest * 1000:.0f} ms")
    tell(size, "index, more memory meanwhile", f"{(most - before) / 1e6:.0f} MB")


def weigh(size: int, folder: Path) -> None:
    """Compare the size of the index with that of the texts."""
    index, texts = (
        sum(path.stat().st_size for path in (folder / place).iterdir())
        for place in ("cache/index", "library/texts")
    )
    tell(size, "index", f"{index / 1e6:.0f} MB, {index / texts:.2f} of the texts")


def typed(texts: Iterable[str]) -> list[str]:
    """What stands in the line after each key."""
    return [text[:end] for text in texts for end in range(1, len(text) + 1)]


def type_key(library: FolderLibrary, text: str) -> Matches:
    """What the library does for a key of a search."""
    matches = library.search(SearchQuery(text, is_typing=True), ROWS)
    library.snippets(matches, [row.id for row in matches.rows[:SCREEN]])
    return matches


def samples(library: FolderLibrary, number: int, seed: int = 1) -> tuple[list[str], list[str]]:
    """Random words and phrases (in quotes) out of the texts of a library."""
    chance = random.Random(seed)
    ids = [row.id for row in library.rows(ListQuery())]
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


def recall(library: FolderLibrary, queries: Sequence[str], limit: int = 1000) -> float:
    """The share of what a plain scan of the texts finds that the search finds, too.

    Args:
        library: With an index.
        queries: Single words, or phrases in quotes.
        limit: Articles that are scanned at most; they are spread over the library.
    """
    ids = [row.id for row in library.rows(ListQuery())]
    ids = ids[:: max(1, len(ids) // limit)]
    marks = {
        query: make_highlighter([WordsCondition(query.strip('"'), is_phrase='"' in query)])
        for query in queries
    }
    scanned: dict[str, set[str]] = {query: set() for query in queries}
    for article in ids:
        entry = library.get_article(article)
        texts = (entry.article.title, entry.body.text)
        for query, found in marks.items():
            if any(map(found.matches, texts)):
                scanned[query].add(article)
    there = sum(map(len, scanned.values()))
    hit = 0
    for query, expected in scanned.items():
        hit += len(expected & {row.id for row in library.search(SearchQuery(query)).rows})
    return hit / there if there else 1.0


if __name__ == "__main__":
    sys.exit(main())
