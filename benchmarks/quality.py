"""Measure the quality of similar articles, summaries and search on a corpus of news.

    python -m benchmarks.quality news.jsonl [--lee FOLDER]

The corpus has one JSON object per line: `key`, `category`, `title`, `text` and, for summaries,
`reference_summary`. Each figure is printed beside those of baseline methods. Categories are labels
to judge the answers; the library does not have them. The same corpus gives the same figures, except
for the times.
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
from unittest.mock import patch

import orjson

from benchmarks.brief_summaries import measure_brief_summaries
from benchmarks.front_page import measure_interests, measure_stories
from benchmarks.judgements import correlate, read_judgements, read_texts, score_pairs
from benchmarks.known_items import KnownItems, measure_known_items
from benchmarks.metrics import (
    TOKEN,
    RankMetrics,
    Summarizer,
    TfIdf,
    compute_rank_metrics,
    compute_rouge,
    mean,
    percentile,
)
from benchmarks.same_story import LabelledArticle, measure_same_story
from store.library.folder import FolderLibrary
from store.model.article import Article, Body, FullArticle, ParsedArticle, ReadingStatus
from store.model.times import system_clock
from store.search.embedding_process import find_table
from store.search.list_query import SearchQuery
from store.text.sentences import split_sentences
from store.text.summary import extract_summary

SIMILAR_COUNT = 5
SUMMARY_SHARE = 0.4
"""The share of the sentences in a summary of this benchmark, rounded up."""
SEED = 20_260_101
QUERY_COUNT = 200
PHRASE_SHARE = 0.5
"""The share of the queries that are phrases of two words."""


@dataclass(frozen=True, slots=True)
class CorpusArticle:
    """One article of the corpus."""

    key: str
    category: str
    title: str
    text: str
    reference: str

    @property
    def full_text(self) -> str:
        """Title and text."""
        return f"{self.title}\n{self.text}"

    def to_full_article(self) -> FullArticle:
        """Return it as a library does."""
        return FullArticle(Article(self.key, self.title), Body(self.text), ReadingStatus())


def main() -> int:
    """Measure on the given corpus."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--every", type=int, default=1, help="use every Nth article")
    parser.add_argument("--skip", type=int, default=0, help="skip the first N articles")
    parser.add_argument("--lee", type=Path, help="folder with the judgements of Lee et al. (2005)")
    options = parser.parse_args()
    stories = list(read_corpus(options.corpus))[options.skip :: options.every]
    report(f"{len(stories)} articles of {options.corpus.name}")
    report(f"Similar articles {'by words and meaning' if find_table() else 'by words alone'}")
    with TemporaryDirectory(prefix="newstui-quality-") as folder:
        measure(stories, Path(folder))
        if options.lee:
            measure_judgements(options.lee, Path(folder) / "lee")
    return 0


def read_corpus(corpus: Path) -> Iterator[CorpusArticle]:
    """Yield the articles of a corpus."""
    for line in corpus.read_bytes().splitlines():
        fields = orjson.loads(line)
        names = ("key", "category", "title", "text", "reference_summary")
        yield CorpusArticle(*(fields.get(name, "") for name in names))


def measure(stories: Sequence[CorpusArticle], folder: Path) -> None:
    """Measure everything, in an empty folder."""
    library = make_library(stories, folder / "whole")
    measure_similar(stories, library)
    measure_same_story(
        [LabelledArticle(each.key, each.category, each.full_text) for each in stories],
        library,
        report,
    )
    measure_halves(stories, folder / "halves")
    measure_summaries([story for story in stories if story.reference])
    measure_search(stories, library)
    measure_stories([story.key for story in stories], library, report)
    measure_interests({story.key: (story.category, story.title) for story in stories}, report)
    texts, titles = {s.key: s.text for s in stories}, {s.key: s.title for s in stories}
    report(*measure_known_items(KnownItems(texts, titles, library)))


def make_library(stories: Iterable[CorpusArticle], folder: Path) -> FolderLibrary:
    """Return an indexed library of the articles without their categories."""
    library = FolderLibrary(folder / "library", folder / "cache", "quality-0001", system_clock)
    for steps in (
        library.add(_to_parsed_article(story) for story in stories),
        library.update_index(),
        library.update_embeddings(),
    ):
        for _ in steps:
            pass
    return library


def _to_parsed_article(story: CorpusArticle) -> ParsedArticle:
    return ParsedArticle(Article(story.key, story.title), Body(story.text))


# -- similar articles ----------------------------------------------------------------------


def measure_similar(stories: Sequence[CorpusArticle], library: FolderLibrary) -> None:
    """Measure the precision of five similar articles by category, of all places and of the filled ones."""
    report(
        "",
        "Similar articles: precision by category of five places, of the filled ones, and their number",
    )
    by_key = {story.key: story for story in stories}
    times: list[float] = []

    def ours(story: CorpusArticle) -> list[CorpusArticle]:
        entry = story.to_full_article()
        began = time.perf_counter()
        found = library.similar(entry)
        times.append(time.perf_counter() - began)
        return [by_key[each.id] for each in found if each.id]

    def unrestricted(story: CorpusArticle) -> list[CorpusArticle]:
        with patch("store.search.similar.MIN_COSINE", 0.0):
            return ours(story)

    methods = {
        "newstui": ours,
        "five always": unrestricted,
        "tf-idf": _tf_idf_method(stories),
        "random": _random_method(stories),
    }
    for name, method in methods.items():
        correct = listed = 0
        for story in stories:
            found = method(story)
            listed += len(found)
            correct += sum(each.category == story.category for each in found)
        places = SIMILAR_COUNT * len(stories)
        report(
            f"  {name:<12} {correct / places:.4f}  {correct / max(1, listed):.4f}"
            f"  {listed / len(stories):.2f}"
        )
    report_times(times)


def _tf_idf_method(
    stories: Sequence[CorpusArticle],
) -> Callable[[CorpusArticle], list[CorpusArticle]]:
    index = TfIdf([story.full_text for story in stories])

    def nearest(story: CorpusArticle) -> list[CorpusArticle]:
        seen = {story.text}
        found = []
        for other in map(stories.__getitem__, index.nearest(story.full_text)):
            if other.text not in seen:
                seen.add(other.text)
                found.append(other)
            if len(found) == SIMILAR_COUNT:
                break
        return found

    return nearest


def _random_method(
    stories: Sequence[CorpusArticle],
) -> Callable[[CorpusArticle], list[CorpusArticle]]:
    chance = random.Random(SEED)
    return lambda _: chance.sample(list(stories), SIMILAR_COUNT)


def measure_judgements(lee: Path, folder: Path) -> None:
    """Measure the correlation of scores with the similarity that people judged."""
    judged, others = read_texts(lee)
    stories = [
        CorpusArticle(str(number), "", "", text, "")
        for number, text in enumerate([*judged, *others])
    ]
    library = make_library(stories, folder)
    entries = [story.to_full_article() for story in stories[: len(judged)]]
    expected = read_judgements(lee)
    report("", f"Scores and the judgements of people: correlation over {len(judged)} texts")
    for name, embeddings in (
        ("by words", None),
        ("newstui", library.embeddings.current),
    ):
        found = correlate(score_pairs(library, entries, embeddings), expected)
        report(f"  {name:<12} {found:.4f}")


def measure_halves(stories: Sequence[CorpusArticle], folder: Path) -> None:
    """Query with the first half of each article for its second half, which has no title.

    A place counts for the article in it and for those that are folded under it as its copies.
    """
    report("", "Second half of an article by its first: recall@1, recall@5, MRR of five")
    pairs = [(story, *split_in_halves(story.text)) for story in stories]
    pairs = [pair for pair in pairs if pair[2]]
    second = {s.key: text for s, _, text in pairs}
    library = make_library((CorpusArticle(s.key, "", "", text, "") for s, _, text in pairs), folder)
    index = TfIdf(list(second.values()))
    keys = list(second)

    def ours(title: str, text: str) -> list[Sequence[str]]:
        entry = FullArticle(Article("first half", title), Body(text), ReadingStatus())
        return [(each.id, *each.duplicates) for each in library.similar(entry) if each.id]

    def by_tf_idf(text: str) -> list[Sequence[str]]:
        return [(keys[number],) for number in islice(index.nearest(text), SIMILAR_COUNT)]

    methods: dict[str, Callable[[CorpusArticle, str], list[Sequence[str]]]] = {
        "newstui": lambda _, text: ours("", text),
        "with title": lambda story, text: ours(story.title, text),
        "tf-idf": lambda _, text: by_tf_idf(text),
    }
    for name, method in methods.items():
        found = [
            [any(second[key] == b for key in place) for place in method(story, a)]
            for story, a, b in pairs
        ]
        result: RankMetrics = compute_rank_metrics(found)
        report(f"  {name:<12} {result.recall_at_1:.4f}  {result.recall_at_5:.4f}  {result.mrr:.4f}")


def split_in_halves(text: str) -> tuple[str, str]:
    """Return the sentences of a text in two halves."""
    sentences = split_sentences(text)
    middle = (len(sentences) + 1) // 2
    return " ".join(sentences[:middle]), " ".join(sentences[middle:])


# -- summaries -----------------------------------------------------------------------------


def measure_summaries(stories: Sequence[CorpusArticle]) -> None:
    """Measure ROUGE of summaries of 40 % of the sentences against the references."""
    if not stories:
        return
    report("", "Summaries of 40 % of the sentences: ROUGE-1, ROUGE-2 (F1; precision, recall)")
    chance = random.Random(SEED)

    def at_random(sentences: Sequence[str], number: int) -> str:
        chosen = sorted(chance.sample(range(len(sentences)), number))
        return " ".join(sentences[n] for n in chosen)

    split = [(story, split_sentences(story.text)) for story in stories]
    methods: dict[str, Summarizer | None] = {
        "newstui": None,
        "lead": lambda sentences, number: " ".join(sentences[:number]),
        "random": at_random,
    }
    for name, method in methods.items():
        scores = []
        for story, sentences in split:
            number = max(1, math.ceil(SUMMARY_SHARE * len(sentences)))
            summary = method(sentences, number) if method else extract_summary(story.text, number)
            scores.append([compute_rouge(summary, story.reference, size) for size in (1, 2)])
        report(f"  {name:<12} " + "  ".join(_mean_rouge(scores, size) for size in (0, 1)))
    report_times(
        [_measure_seconds(partial(extract_summary, story.text)) for story in stories],
        "three sentences",
    )
    report(*measure_brief_summaries([story.text for story in stories]))


def _mean_rouge(scores: Sequence[Sequence[Sequence[float]]], size: int) -> str:
    precision, recall, f1 = (mean([each[size][part] for each in scores]) for part in range(3))
    return f"{f1:.4f} ({precision:.4f}, {recall:.4f})"


# -- search --------------------------------------------------------------------------------


def measure_search(stories: Sequence[CorpusArticle], library: FolderLibrary) -> None:
    """Measure the recall of searches against a plain scan of all texts."""
    report(
        "", f"Search for {QUERY_COUNT} words and phrases: recall against a scan, additional results"
    )
    recalls, additional, times = [], 0, []
    for words in random_queries(stories):
        expected = scan_texts(stories, words)
        search = SearchQuery(f'"{words}"' if " " in words else words)
        times.append(_measure_seconds(partial(library.search, search, SIMILAR_COUNT)))
        found = {row.id for row in library.search(search).rows}
        recalls.append(len(expected & found) / len(expected))
        additional += len(found - expected)
    report(
        f"  {'newstui':<12} {mean(recalls):.4f}  {additional / QUERY_COUNT:.1f} by other word forms"
    )
    report_times(times, "one search")


def random_queries(stories: Sequence[CorpusArticle]) -> Iterator[str]:
    """Yield random words and phrases of the texts."""
    chance = random.Random(SEED)
    for _ in range(QUERY_COUNT):
        words = TOKEN.findall(chance.choice(stories).text) or ["nothing"]
        number = 2 if len(words) > 1 and chance.random() < PHRASE_SHARE else 1
        start = chance.randrange(len(words) - number + 1)
        yield " ".join(words[start : start + number])


def scan_texts(stories: Sequence[CorpusArticle], words: str) -> set[str]:
    """Return the keys of the articles whose title or text contains the words in this order.

    Title and text are scanned separately: a phrase does not begin in one and end in the other.
    """
    pattern = r"[\W_]+".join(map(re.escape, words.split()))
    regex = re.compile(rf"(?<![^\W_]){pattern}(?![^\W_])", re.IGNORECASE)
    return {s.key for s in stories if regex.search(s.title) or regex.search(s.text)}


def _measure_seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def report_times(times: Sequence[float], what: str = "one article") -> None:
    """Print the median and the 95th percentile."""
    median, p95 = (1000 * percentile(times, part) for part in (0.5, 0.95))
    report(f"  {what}: {median:.1f} ms, p95 {p95:.1f} ms")


def report(*lines: str) -> None:
    """Print lines and flush."""
    print(*lines, sep="\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
