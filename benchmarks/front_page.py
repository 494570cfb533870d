"""Measure the front page: how well articles are gathered into stories, and the time it takes.

Stories were labelled by hand, by title and beginning, in one category of the corpus: the same event,
or the same affair, figure or case as it goes on. All other articles of that category stand alone.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import chain, combinations, islice
from pathlib import Path
from typing import NamedTuple

import orjson

from benchmarks.metrics import mean
from store.library.folder import FolderLibrary
from store.library.front_page import FrontPageRequest, compose_front_page
from store.library.interest import Feature, iter_features, learn_interests
from store.library.listing import iter_rows
from store.library.reading_history import OPENED, PASSED_OVER
from store.library.story_groups import group_stories
from store.library.vector_cache import ArticleVector
from store.model.article import ArticleRow
from store.model.times import system_clock
from store.search.list_query import ListQuery
from store.search.term_vectors import SAME_STORY_COSINE
from tests.support.steps import run_steps

LABELS = Path(__file__).with_name("labelled_stories.json")
PAIRS = Path(__file__).with_name("story_pairs.tsv")
"""Pairs of articles labelled by hand, in all categories."""
UNREAD_ARTICLES = 5000
"""The newest articles of a library, which nobody has read."""
READ_ARTICLES = 1000
"""The next ones, half of which were opened and read, the others only marked as read."""
REPEATS = 5
SEED = 20_260_101
LIKED, OTHERS = 0.6, 0.08
"""The shares of articles that a simulated reader opens, of the category of interest and others."""

Report = Callable[[str], None]


class BCubed(NamedTuple):
    """The agreement of groups with others (Bagga and Baldwin 1998), averaged over their members."""

    precision: float
    recall: float
    f1: float


def compute_b_cubed(found: Sequence[Sequence[str]], expected: Sequence[Sequence[str]]) -> BCubed:
    """Compare groups; what is in none stands alone."""
    ours, theirs = _groups_by_member(found), _groups_by_member(expected)
    members = ours.keys() | theirs.keys()
    shares = [(ours.get(each, {each}), theirs.get(each, {each})) for each in members]
    precision = mean([len(one & other) / len(one) for one, other in shares])
    recall = mean([len(one & other) / len(other) for one, other in shares])
    both = precision + recall
    return BCubed(precision, recall, 2 * precision * recall / both if both else 0.0)


def _groups_by_member(groups: Sequence[Sequence[str]]) -> Mapping[str, set[str]]:
    return {member: set(group) for group in groups for member in group}


def measure_stories(keys: Sequence[str], library: FolderLibrary, report: Report) -> None:
    """Measure the stories of a corpus against those labelled by hand, if it has these articles.

    Args:
        keys: Those of all articles, in the order of the corpus.
        library: With these articles, the keys being their ids.
        report: Prints a line.
    """
    labels = orjson.loads(LABELS.read_bytes())
    category = f"{labels['category']}/"
    stories = [[f"{category}{number}" for number in story] for story in labels["stories"]]
    known, labelled = set(keys), [key for key in keys if key.startswith(category)]
    if not known.issuperset(chain.from_iterable(stories)):
        return
    report("")
    report(f"Stories of {len(labelled)} articles, labelled by hand: B-cubed precision, recall, F1")
    vectors = find_vectors(keys, library)
    methods = {
        "newstui": group_articles(vectors),
        "any pair": link_pairs({key: vectors[key] for key in labelled}),
        "each alone": [],
    }
    for name, groups in methods.items():
        found = [[key for key in group if key.startswith(category)] for group in groups]
        alone = [[key] for key in labelled]
        result = compute_b_cubed([*alone, *found], [*alone, *stories])
        report(f"  {name:<12} {result.precision:.4f}  {result.recall:.4f}  {result.f1:.4f}")

    report(f"  pairs of articles put into one story: {describe_pairs(group_articles(vectors))}")


def describe_pairs(groups: Sequence[Sequence[str]]) -> str:
    """Return how many pairs of each label are in one group: `20 of 24 same, 1 of 90 stranger`."""
    groups_by_member = _groups_by_member(groups)
    together: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for line in PAIRS.read_text(encoding="utf-8").splitlines():
        one, other, label = line.split("\t")
        total[label] += 1
        together[label] += other in groups_by_member.get(one, ())
    return ", ".join(f"{together[label]} of {total[label]} {label}" for label in total)


def find_vectors(keys: Sequence[str], library: FolderLibrary) -> dict[str, ArticleVector]:
    """Return the vectors of articles, in their order."""
    rows = [row for key in keys if (row := library.get_row(key)) is not None]
    found: dict[str, ArticleVector] = {}
    for step in library.vectors(rows):
        found |= step
    return {key: found[key] for key in keys if key in found}


def group_articles(vectors: Mapping[str, ArticleVector]) -> list[list[str]]:
    """Return the stories of the front page, if articles came in this order."""
    groups: dict[int, list[str]] = {}
    for key, story in run_steps(group_stories(vectors, {})).items():
        groups.setdefault(story, []).append(key)
    return list(groups.values())


def link_pairs(vectors: Mapping[str, ArticleVector]) -> list[list[str]]:
    """Return the baseline: articles joined by any pair with the least cosine of a story."""
    weights = {key: dict(zip(*vector, strict=True)) for key, vector in vectors.items()}
    groups = {key: [key] for key in vectors}
    for one, other in combinations(vectors, 2):
        ours, theirs = weights[one], weights[other]
        cosine = sum(ours[term] * theirs[term] for term in ours.keys() & theirs.keys())
        if cosine >= SAME_STORY_COSINE and groups[one] is not groups[other]:
            groups[one] += groups[other]
            for member in groups[other]:
                groups[member] = groups[one]
    return list({id(group): group for group in groups.values()}.values())


# -- interests -----------------------------------------------------------------------------


def measure_interests(titles: Mapping[str, tuple[str, str]], report: Report) -> None:
    """Measure how well interests tell what a reader wants, by titles alone.

    Readers are simulated: one for each category, who opens most of its articles and few others, and
    passes over the rest. The model does not know the categories.

    Args:
        titles: Category and title of each article by key.
        report: Prints a line.
    """
    report("")
    report("Interests of readers of one category, by titles: area under the ROC curve")
    chance, keys = random.Random(SEED), list(titles)
    areas, times = [], []
    for liked in sorted({category for category, _ in titles.values()}):
        chance.shuffle(keys)
        middle = len(keys) * 3 // 4
        examples = [
            (_features(titles[key][1]), OPENED if is_opened else PASSED_OVER)
            for key in keys[:middle]
            for is_opened in [chance.random() < (LIKED if titles[key][0] == liked else OTHERS)]
        ]
        start = time.process_time()
        model = run_steps(learn_interests(examples))
        times.append(time.process_time() - start)
        scores: dict[bool, list[float]] = {True: [], False: []}
        for key in keys[middle:]:
            scores[titles[key][0] == liked].append(model.score(_features(titles[key][1])))
        areas.append(compute_roc_area(scores[True], scores[False]))
    report(f"  {'newstui':<12} {mean(areas):.4f}, learnt in {1000 * max(times):.0f} ms CPU")
    report(f"  {'at random':<12} 0.5000")


def compute_roc_area(wanted: Sequence[float], unwanted: Sequence[float]) -> float:
    """Return the share of pairs in which what is wanted has the higher score; equal ones count half."""
    pairs = [(one > other) + (one == other) / 2 for one in wanted for other in unwanted]
    return mean(pairs)


def _features(title: str) -> list[Feature]:
    row = ArticleRow("", title, "", 0, 0, 0, read=False, starred=False, read_count=0)
    return list(iter_features(row))


# -- the time ------------------------------------------------------------------------------


def measure_front_page(
    size: int, library: FolderLibrary, report: Callable[[int, str, str], None]
) -> None:
    """Measure composing a front page of unread articles, the first time and later.

    CPU time is reported, since the machine may do other things.
    """
    rows = list(islice(iter_rows(library.listing(ListQuery())), UNREAD_ARTICLES + READ_ARTICLES))
    for number, row in enumerate(rows[UNREAD_ARTICLES:]):
        if number % 2:
            library.record("opened", [row.id])
        library.record("read", [row.id])
    now = int(system_clock().timestamp())
    request = FrontPageRequest(now, since=min(row.added_at for row in rows) - 1)
    label = f"front page of {min(size, UNREAD_ARTICLES):,} unread"
    for what in ("the first time", "without interests", "later"):
        if what == "without interests":
            library.interests.clear()
        times = [measure_steps(library, request) for _ in range(REPEATS if what == "later" else 1)]
        total, longest = sorted(times)[len(times) // 2]
        figures = f"CPU {1000 * total:.0f} ms, longest step {1000 * longest:.0f} ms"
        report(size, f"{label}, {what}", figures)


def measure_steps(library: FolderLibrary, request: FrontPageRequest) -> tuple[float, float]:
    """Return the CPU seconds of composing a front page, and those of its longest step."""
    start = last = time.process_time()
    longest = 0.0
    for _ in compose_front_page(library, request):
        now = time.process_time()
        longest, last = max(longest, now - last), now
    return time.process_time() - start, longest
