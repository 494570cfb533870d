"""Measure what readers notice in summaries of three sentences; part of `benchmarks.quality`."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations

from store.text.summary import (
    MAX_BRIEF_SENTENCES,
    Candidate,
    find_candidates,
    has_unnamed_speaker,
    is_dangling,
    select_brief,
    select_central,
)

MIN_REPETITION_COSINE = 0.45
"""Two sentences that say the same thing have more of their words in common."""
SEED = 20_260_101

Selector = Callable[[Sequence[Candidate], int], Sequence[Candidate]]


def measure_brief_summaries(texts: Sequence[str]) -> Iterator[str]:
    """Yield the shares of the summaries in which something is wrong, beside those of baselines."""
    chance = random.Random(SEED)
    selectors: Mapping[str, Selector] = {
        "newstui": select_brief,
        "most central": select_central,
        "lead": lambda candidates, limit: candidates[:limit],
        "random": lambda candidates, limit: chance.sample(candidates, min(limit, len(candidates))),
    }
    documents = [found for text in texts if (found := find_candidates(text))]
    yield ""
    yield (
        "Summaries of three sentences: lead missing, dangling beginning, said twice, unnamed speaker"
    )
    for name, select in selectors.items():
        chosen = [select(candidates, MAX_BRIEF_SENTENCES) for candidates in documents]
        faults = [_find_faults(candidates) for candidates in chosen]
        rates = (sum(each) / max(1, len(faults)) for each in zip(*faults, strict=True))
        yield f"  {name:<12} " + "  ".join(f"{rate:.3f}" for rate in rates)


def _find_faults(chosen: Sequence[Candidate]) -> tuple[bool, bool, bool, bool]:
    """Return whether a summary misses its lead, dangles, repeats itself, and quotes nobody in particular."""
    texts = {each.text for each in chosen}
    alone = [each.text for each in chosen if each.position and each.before not in texts]
    return (
        all(each.position for each in chosen),
        any(map(is_dangling, alone)),
        any(_cosine(one, other) >= MIN_REPETITION_COSINE for one, other in combinations(chosen, 2)),
        any(map(has_unnamed_speaker, alone)),
    )


def _cosine(one: Candidate, other: Candidate) -> float:
    return sum(weight * other.vector.get(term, 0.0) for term, weight in one.vector.items())
