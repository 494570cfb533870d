"""Articles gathered into stories: each joins the story to whose articles it is closest on average.

The articles are taken in the order of time, and none moves later (a leader algorithm with average
linkage). Comparing each with all others would take n² steps; instead, the heaviest words of each
story are in an inverted index, which names the few stories that are worth a comparison.
"""

from __future__ import annotations

import heapq
from collections.abc import Generator, Iterable, Sequence

from store.library.vector_cache import ArticleVector
from store.search.term_vectors import SAME_STORY_COSINE

MAX_INDEXED_TERMS = 32
"""The heaviest words of an article, by which stories are looked up."""
MAX_STORIES_OF_TERM = 48
"""A word of more stories says too little to look them up by."""
MAX_COMPARED_STORIES = 5
"""The stories with most in common by these words, which are compared by all words."""
MIN_INDEXED_COSINE = 0.05
"""The least mean cosine by the indexed words alone of a story that is compared."""
STEP_ARTICLES = 100
"""Articles placed between two steps."""


class StoryGroups:
    """Stories that grow by one article after the other.

    Attributes:
        members: The places of the articles of each story, in the order they were added.
    """

    def __init__(self) -> None:
        self.members: list[list[int]] = []
        self._vectors: list[ArticleVector] = []
        self._sums: dict[int, dict[int, float]] = {}
        """The sum of the vectors of each story with more than one article."""
        self._stories_of_term: dict[int, dict[int, float]] = {}
        """The stories that a term is heavy in, with its weight in their articles together."""

    def add(self, vector: ArticleVector) -> int:
        """Add an article; return the number of its story."""
        candidates = self._find_candidates(vector)
        story = self._choose(vector, candidates) if candidates else None
        place = len(self._vectors)
        self._vectors.append(vector)
        if story is None:
            story = len(self.members)
            self.members.append([place])
        else:
            self._sums[story] = total = self._sum(story)
            for term, weight in zip(*vector, strict=True):
                total[term] = total.get(term, 0.0) + weight
            self.members[story].append(place)
        for term, weight in zip(
            vector.terms[:MAX_INDEXED_TERMS], vector.weights[:MAX_INDEXED_TERMS], strict=True
        ):
            stories = self._stories_of_term.setdefault(term, {})
            stories[story] = stories.get(story, 0.0) + weight
        return story

    def _find_candidates(self, vector: ArticleVector) -> list[int]:
        shared: dict[int, float] = {}
        for term, weight in zip(
            vector.terms[:MAX_INDEXED_TERMS], vector.weights[:MAX_INDEXED_TERMS], strict=True
        ):
            stories = self._stories_of_term.get(term)
            if stories is not None and len(stories) <= MAX_STORIES_OF_TERM:
                for story, total in stories.items():
                    shared[story] = shared.get(story, 0.0) + weight * total
        found = [
            (mean, story)
            for story, total in shared.items()
            if (mean := total / len(self.members[story])) >= MIN_INDEXED_COSINE
        ]
        if len(found) > MAX_COMPARED_STORIES:
            found = heapq.nlargest(MAX_COMPARED_STORIES, found)
        return [story for _, story in found]

    def _choose(self, vector: ArticleVector, candidates: Iterable[int]) -> int | None:
        """Return the story with the highest mean cosine; None if it is too low."""
        weights = dict(zip(*vector, strict=True))
        best, story = SAME_STORY_COSINE, None
        for candidate in candidates:
            total = self._sum(candidate)
            dot = sum([weights[term] * total[term] for term in weights.keys() & total.keys()])
            mean = dot / len(self.members[candidate])
            if mean >= best:
                best, story = mean, candidate
        return story

    def _sum(self, story: int) -> dict[int, float]:
        total = self._sums.get(story)
        if total is None:  # made when it is needed: most stories have one article
            total = dict(zip(*self._vectors[self.members[story][0]], strict=True))
        return total


def group_stories(
    vectors: Sequence[ArticleVector],
) -> Generator[None, None, list[list[int]]]:
    """Gather articles into stories, in steps.

    Args:
        vectors: In the order of time.

    Returns:
        The places of the articles of each story, in the order of time.
    """
    groups = StoryGroups()
    for place, vector in enumerate(vectors, 1):
        groups.add(vector)
        if not place % STEP_ARTICLES:
            yield
    return groups.members
