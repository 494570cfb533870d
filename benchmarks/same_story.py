"""Measure whether articles tell the same story, against pairs labelled by hand.

`story_pairs.tsv` has pairs of articles of the corpus by their keys. They were drawn at random over the
whole range of cosines, half of them from 0.1 to 0.3, and labelled by one person who did not see the cosine, by
the titles and beginnings of both texts, and by more of them where that left a doubt:

- `same`: the same event, or a step of the same affair: one is a chapter of the story of the other;
- `related`: the same subject, but another story: another match of a team, another figure of an economy;
- `stranger`: nothing but words in common.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.metrics import TfIdf, mean
from store.library.folder import FolderLibrary
from store.library.story import collect_story
from store.search.similar import MIN_COSINE, ComparedArticle
from store.search.term_vectors import SAME_STORY_COSINE

PAIRS = Path(__file__).with_name("story_pairs.tsv")
LABELS = ("same", "related", "stranger")

Report = Callable[[str], None]
Labels = Mapping[tuple[str, str], str]
Cosines = Mapping[tuple[str, str], float]


@dataclass(frozen=True, slots=True)
class LabelledArticle:
    """An article of the corpus."""

    key: str
    category: str
    full_text: str


def read_labels(keys: Sequence[str]) -> Labels:
    """Return the labels of the pairs that are among these articles."""
    known = set(keys)
    rows = (line.split("\t") for line in PAIRS.read_text(encoding="utf-8").splitlines())
    return {(one, other): label for one, other, label in rows if {one, other} <= known}


def compute_auc(higher: Sequence[float], lower: Sequence[float]) -> float:
    """Return how often a value of the first kind is above one of the second; ties count half."""
    wins = sum((a > b) + (a == b) / 2 for a in higher for b in lower)
    return wins / max(1, len(higher) * len(lower))


def measure_same_story(
    articles: Sequence[LabelledArticle], library: FolderLibrary, report: Report
) -> None:
    """Measure cosines, similar articles and stories against the labels, baselines beside."""
    labels = read_labels([each.key for each in articles])
    if len(labels) < len(articles) / 20:
        return  # of another corpus
    report(f"\nThe same story, by {len(labels)} pairs labelled by hand")
    compared = _compare(articles, library)
    _report_cosines(labels, "newstui", _our_cosines(labels, compared), report)
    _report_cosines(labels, "tf-idf", _baseline_cosines(labels, articles), report)
    _report_similar(articles, labels, library, report)
    _report_stories(articles, labels, library, report)


def _compare(
    articles: Sequence[LabelledArticle], library: FolderLibrary
) -> Mapping[str, ComparedArticle]:
    entries = ((each.key, library.get_article(each.key)) for each in articles)
    return {key: library.story_candidates(entry)[0] for key, entry in entries}


def _our_cosines(labels: Labels, compared: Mapping[str, ComparedArticle]) -> Cosines:
    return {(one, other): compared[one].cosine(compared[other]) for one, other in labels}


def _baseline_cosines(labels: Labels, articles: Sequence[LabelledArticle]) -> Cosines:
    index = TfIdf([each.full_text for each in articles])
    texts = {each.key: each.full_text for each in articles}
    return {(one, other): index.cosine(texts[one], texts[other]) for one, other in labels}


def _report_cosines(labels: Labels, name: str, cosines: Cosines, report: Report) -> None:
    """Print the areas under the curves, and what is above the two thresholds."""
    same, related, stranger = (
        [cosines[pair] for pair, label in labels.items() if label == wanted] for wanted in LABELS
    )
    areas = compute_auc(same, related + stranger), compute_auc(same + related, stranger)
    report(f"  {name:<12} area: same {areas[0]:.3f}, no stranger {areas[1]:.3f}")
    for least in (MIN_COSINE, SAME_STORY_COSINE):
        above = [sum(each >= least for each in kind) for kind in (same, related, stranger)]
        shares = ", ".join(
            f"{count} of {len(kind)} {label}"
            for label, count, kind in zip(LABELS, above, (same, related, stranger), strict=True)
        )
        report(f"  {'':<12} from a cosine of {least}: {shares}")


def _report_similar(
    articles: Sequence[LabelledArticle], labels: Labels, library: FolderLibrary, report: Report
) -> None:
    found = {
        each.key: [other.id for other in library.similar(library.get_article(each.key)) if other.id]
        for each in articles
    }
    _report_lists("similar", found, articles, labels, report)


def _report_stories(
    articles: Sequence[LabelledArticle], labels: Labels, library: FolderLibrary, report: Report
) -> None:
    chapters: dict[str, list[str]] = {}
    asides: dict[str, list[str]] = {}
    for each in articles:
        *_, story = collect_story(library, each.key)
        rows = [chapter.row.id for chapter in story if not chapter.is_aside]
        chapters[each.key] = [row for row in rows if row != each.key]
        asides[each.key] = [chapter.row.id for chapter in story if chapter.is_aside]
    _report_lists("story", chapters, articles, labels, report)
    _report_lists("also", asides, articles, labels, report)


def _report_lists(
    name: str,
    found: Mapping[str, Sequence[str]],
    articles: Sequence[LabelledArticle],
    labels: Labels,
    report: Report,
) -> None:
    """Print the length of lists, the share of their articles by category, and the labels in them."""
    categories = {each.key: each.category for each in articles}
    pairs = [(key, other) for key, others in found.items() for other in others]
    right = mean([float(categories[one] == categories[other]) for one, other in pairs])
    judged = [
        label for one, other in pairs if (label := labels.get((min(one, other), max(one, other))))
    ]
    counts = ", ".join(f"{judged.count(label)} {label}" for label in LABELS)
    strangers = judged.count("stranger") / max(1, len(judged))
    empty = mean([float(not others) for others in found.values()])
    report(
        f"  {name:<12} {len(pairs) / len(found):.1f} of an article, {empty:.0%} have none;"
        f" same category {right:.3f}; labelled: {counts}, strangers {strangers:.1%}"
    )
