"""Measures how good similar readings, summaries and search are, on a corpus of news.

    python -m benchmarks.quality news.jsonl

The corpus has one JSON object a line: `key`, `category`, `title`, `text` and, for summaries,
`reference_summary`. Each figure stands beside those of plain methods. Categories are labels that
answers are judged by: the library that is asked has none. The same corpus gives the same figures,
but for the times.
"""

from __future__ import annotations

import argparse
import math
import random
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from benchmarks.measures import (
    TOKEN,
    Ranks,
    Summarise,
    TfIdf,
    mean,
    percentile,
    ranks,
    rouge,
)
from store.library.folder import FolderLibrary
from store.model.article import Article, Body, FullArticle, ParsedArticle, ReadingStatus
from store.model.times import system_clock
from store.search import SearchQuery
from store.search.embeddings import load_installed_embeddings
from store.text.sentences import split_sentences
from store.text.summary import extract_summary

LISTED = 5
PART = 0.4
"""The part of the sentences that a summary of the benchmark has, rounded up."""
SEED = 20_260_101
SEARCHES = 200
PHRASES = 0.5
"""The part of the searches that are phrases of two words."""


@dataclass(frozen=True, slots=True)
class Story:
    """One article of the corpus."""

    key: str
    category: str
    title: str
    text: str
    reference: str

    @property
    def whole(self) -> str:
        """Title and text."""
        return f"{self.title}\n{self.text}"

    def entry(self) -> FullArticle:
        """As the library gives it."""
        return FullArticle(Article(self.key, self.title), Body(self.text), ReadingStatus())


def main() -> int:
    """Measure on the corpus that was named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--every", type=int, default=1, help="take one of so many articles")
    parser.add_argument("--skip", type=int, default=0, help="leave so many out at the beginning")
    options = parser.parse_args()
    stories = list(read(options.corpus))[options.skip :: options.every]
    tell(f"{len(stories)} articles of {options.corpus.name}")
    tell(
        f"Similar readings {'by words and meaning' if load_installed_embeddings() else 'by words alone'}"
    )
    with TemporaryDirectory(prefix="newstui-quality-") as folder:
        measure(stories, Path(folder))
    return 0


def read(corpus: Path) -> Iterator[Story]:
    """The articles of a corpus."""
    for line in corpus.read_bytes().splitlines():
        fields = orjson.loads(line)
        names = ("key", "category", "title", "text", "reference_summary")
        yield Story(*(fields.get(name, "") for name in names))


def measure(stories: Sequence[Story], folder: Path) -> None:
    """Measure everything, in an empty folder."""
    library = library_of(stories, folder / "whole")
    measure_similar(stories, library)
    measure_halves(stories, folder / "halves")
    measure_summaries([story for story in stories if story.reference])
    measure_search(stories, library)


def library_of(stories: Iterable[Story], folder: Path) -> FolderLibrary:
    """A library of the articles, without their categories, indexed."""
    library = FolderLibrary(folder / "library", folder / "cache", "quality-0001", system_clock)
    for steps in (library.add(_found(story) for story in stories), library.update_index()):
        for _ in steps:
            pass
    return library


def _found(story: Story) -> ParsedArticle:
    return ParsedArticle(Article(story.key, story.title), Body(story.text))


# -- similar readings ----------------------------------------------------------------------


def measure_similar(stories: Sequence[Story], library: FolderLibrary) -> None:
    """Precision of five readings by category: no reading is wrong, an unfilled place is."""
    tell("", "Similar readings: precision@5 by category, of places and of readings listed")
    by_key = {story.key: story for story in stories}
    times: list[float] = []

    def ours(story: Story) -> list[Story]:
        entry = story.entry()
        began = time.perf_counter()
        found = library.similar(entry)
        times.append(time.perf_counter() - began)
        return [by_key[each.id] for each in found if each.id]

    methods = {"newstui": ours, "tf-idf": _by_tf_idf(stories), "random": _at_random(stories)}
    for name, method in methods.items():
        right = listed = 0
        for story in stories:
            found = method(story)
            listed += len(found)
            right += sum(each.category == story.category for each in found)
        places = LISTED * len(stories)
        tell(f"  {name:<12} {right / places:.4f}  {right / max(1, listed):.4f}")
    tell_times(times)


def _by_tf_idf(stories: Sequence[Story]) -> Callable[[Story], list[Story]]:
    index = TfIdf([story.whole for story in stories])

    def nearest(story: Story) -> list[Story]:
        seen = {story.text}
        found = []
        for other in map(stories.__getitem__, index.nearest(story.whole)):
            if other.text not in seen:
                seen.add(other.text)
                found.append(other)
            if len(found) == LISTED:
                break
        return found

    return nearest


def _at_random(stories: Sequence[Story]) -> Callable[[Story], list[Story]]:
    chance = random.Random(SEED)
    return lambda _: chance.sample(list(stories), LISTED)


def measure_halves(stories: Sequence[Story], folder: Path) -> None:
    """Ask with the first half of each article for its second, which has no title."""
    tell("", "First half of an article asks for its second: recall@1, recall@5, MRR of five")
    pairs = [(story, *halves(story.text)) for story in stories]
    pairs = [pair for pair in pairs if pair[2]]
    second = {s.key: text for s, _, text in pairs}
    library = library_of((Story(s.key, "", "", text, "") for s, _, text in pairs), folder)
    index = TfIdf(list(second.values()))
    keys = list(second)

    def ours(title: str, text: str) -> list[str]:
        entry = FullArticle(Article("first half", title), Body(text), ReadingStatus())
        return [each.id for each in library.similar(entry) if each.id]

    def by_tf_idf(text: str) -> list[str]:
        return [keys[number] for number in islice(index.nearest(text), LISTED)]

    methods: dict[str, Callable[[Story, str], list[str]]] = {
        "newstui": lambda _, text: ours("", text),
        "with title": lambda story, text: ours(story.title, text),
        "tf-idf": lambda _, text: by_tf_idf(text),
    }
    for name, method in methods.items():
        found = [[second[key] == b for key in method(story, a)] for story, a, b in pairs]
        result: Ranks = ranks(found)
        tell(f"  {name:<12} {result.first:.4f}  {result.five:.4f}  {result.reciprocal:.4f}")


def halves(text: str) -> tuple[str, str]:
    """The sentences of a text in two halves."""
    every = split_sentences(text)
    middle = (len(every) + 1) // 2
    return " ".join(every[:middle]), " ".join(every[middle:])


# -- summaries -----------------------------------------------------------------------------


def measure_summaries(stories: Sequence[Story]) -> None:
    """ROUGE of summaries of 40 % of the sentences against the references."""
    if not stories:
        return
    tell("", "Summaries of 40 % of the sentences: ROUGE-1, ROUGE-2 (F1; precision, recall)")
    chance = random.Random(SEED)

    def at_random(every: Sequence[str], number: int) -> str:
        return " ".join(every[n] for n in sorted(chance.sample(range(len(every)), number)))

    split = [(story, split_sentences(story.text)) for story in stories]
    methods: dict[str, Summarise | None] = {
        "newstui": None,
        "lead": lambda every, number: " ".join(every[:number]),
        "random": at_random,
    }
    for name, method in methods.items():
        found = []
        for story, every in split:
            number = max(1, math.ceil(PART * len(every)))
            made = method(every, number) if method else extract_summary(story.text, number)
            found.append([rouge(made, story.reference, size) for size in (1, 2)])
        tell(f"  {name:<12} " + "  ".join(_mean_rouge(found, size) for size in (0, 1)))
    tell_times(
        [_timed(partial(extract_summary, story.text)) for story in stories], "three sentences"
    )


def _mean_rouge(found: Sequence[Sequence[Sequence[float]]], size: int) -> str:
    precision, recall, f1 = (mean([each[size][part] for each in found]) for part in range(3))
    return f"{f1:.4f} ({precision:.4f}, {recall:.4f})"


# -- search --------------------------------------------------------------------------------


def measure_search(stories: Sequence[Story], library: FolderLibrary) -> None:
    """What a search finds of what a plain scan of all texts finds."""
    tell("", f"Search for {SEARCHES} words and phrases: recall against a scan, found besides")
    recalls, besides, times = [], 0, []
    for words in searches(stories):
        wanted = scan(stories, words)
        search = SearchQuery(f'"{words}"' if " " in words else words)
        times.append(_timed(partial(library.search, search, LISTED)))
        found = {row.id for row in library.search(search).rows}
        recalls.append(len(wanted & found) / len(wanted))
        besides += len(found - wanted)
    tell(
        f"  {'newstui':<12} {mean(recalls):.4f}  {besides / SEARCHES:.1f} by other forms of a word"
    )
    tell_times(times, "one search")


def searches(stories: Sequence[Story]) -> Iterator[str]:
    """Random words and phrases of the texts."""
    chance = random.Random(SEED)
    for _ in range(SEARCHES):
        words = TOKEN.findall(chance.choice(stories).text) or ["nothing"]
        number = 2 if len(words) > 1 and chance.random() < PHRASES else 1
        start = chance.randrange(len(words) - number + 1)
        yield " ".join(words[start : start + number])


def scan(stories: Sequence[Story], words: str) -> set[str]:
    """The keys of the articles in whose title or text the words stand, one after the other.

    Title and text are looked through apart: a phrase does not begin in one and end in the other.
    """
    pattern = r"[\W_]+".join(map(re.escape, words.split()))
    wanted = re.compile(rf"(?<![^\W_]){pattern}(?![^\W_])", re.IGNORECASE)
    return {s.key for s in stories if wanted.search(s.title) or wanted.search(s.text)}


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def tell_times(times: Sequence[float], what: str = "one article") -> None:
    """Print the median and the 95th percentile."""
    median, late = (1000 * percentile(times, part) for part in (0.5, 0.95))
    tell(f"  {what}: {median:.1f} ms, p95 {late:.1f} ms")


def tell(*lines: str) -> None:
    """Print lines at once."""
    print(*lines, sep="\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
