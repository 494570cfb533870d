"""Articles gathered into stories: each joins the story to whose articles it is closest on average.

The articles are taken in the order of time, and none moves later (a leader algorithm with average
linkage). Comparing each with all others would take n² steps; instead, the heaviest words of each
story are in an inverted index, which names the few stories that are worth a comparison.
"""

from __future__ import annotations

import heapq
from collections.abc import Generator, Iterable, Mapping, Set
from itertools import chain

from store.library.vector_cache import ArticleVector
from store.search.term_vectors import SAME_STORY_COSINE

MAX_INDEXED_TERMS = 24
"""The heaviest words of an article, by which stories are looked up."""
MAX_STORIES_OF_TERM = 24
"""A word of more stories says too little to look them up by."""
MAX_COMPARED_STORIES = 5
"""The stories with most in common by these words, which are compared by all words."""
MIN_INDEXED_COSINE = 0.05
"""The least mean cosine by the indexed words alone of a story that is compared."""
STEP_ARTICLES = 50
"""Articles placed between two steps."""


class StoryGroups:
    """Stories that grow by one article after the other."""

    def __init__(self, wanted: Set[int], next_story: int) -> None:
        """Create no story.

        Args:
            wanted: The heaviest terms of all articles that will be placed.
            next_story: The number of the first new story.
        """
        self._wanted = wanted
        self._members: dict[int, list[ArticleVector]] = {}
        """The vectors of the articles of each story, by its number."""
        self._sums: dict[int, dict[int, float]] = {}
        """The sum of the vectors of a story, once it was needed."""
        self._stories_of_term: dict[int, dict[int, float]] = {}
        """The stories that a term is heavy in, with its weight in their articles together."""
        self._next_story = next_story

    def add(self, vector: ArticleVector, story: int) -> None:
        """Add an article to a story by its number."""
        if (total := self._sums.get(story)) is not None:
            for term, weight in zip(*vector, strict=True):
                total[term] = total.get(term, 0.0) + weight
        self._members.setdefault(story, []).append(vector)
        for term, weight in zip(*_heaviest(vector), strict=True):
            if term in self._wanted:
                stories = self._stories_of_term.setdefault(term, {})
                stories[story] = stories.get(story, 0.0) + weight

    def place(self, vector: ArticleVector) -> int:
        """Add an article to the closest story, or to a new one; return its number."""
        candidates = self._find_candidates(vector)
        story = self._choose(vector, candidates) if candidates else None
        if story is None:
            story = self._next_story
            self._next_story += 1
        self.add(vector, story)
        return story

    def _find_candidates(self, vector: ArticleVector) -> list[int]:
        shared: dict[int, float] = {}
        for term, weight in zip(*_heaviest(vector), strict=True):
            stories = self._stories_of_term.get(term)
            if stories is not None and len(stories) <= MAX_STORIES_OF_TERM:
                for story, total in stories.items():
                    shared[story] = shared.get(story, 0.0) + weight * total
        found = [
            (mean, story)
            for story, total in shared.items()
            if (mean := total / len(self._members[story])) >= MIN_INDEXED_COSINE
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
            mean = dot / len(self._members[candidate])
            if mean >= best:
                best, story = mean, candidate
        return story

    def _sum(self, story: int) -> dict[int, float]:
        total = self._sums.get(story)
        if total is None:
            first, *others = self._members[story]
            total = dict(zip(*first, strict=True))
            for vector in others:
                for term, weight in zip(*vector, strict=True):
                    total[term] = total.get(term, 0.0) + weight
            if others:  # that of one article is made again: there are many of them
                self._sums[story] = total
        return total


def _heaviest(vector: ArticleVector) -> ArticleVector:
    return ArticleVector(vector.terms[:MAX_INDEXED_TERMS], vector.weights[:MAX_INDEXED_TERMS])


def group_stories(
    vectors: Mapping[str, ArticleVector], known: Mapping[str, int]
) -> Generator[None, None, dict[str, int]]:
    """Gather articles into stories, in steps.

    Args:
        vectors: By article, in the order of time.
        known: The numbers of the stories of articles that were gathered before, and stay; also of
            articles that are not among these.

    Returns:
        The number of the story of each article.
    """
    new = {article: vector for article, vector in vectors.items() if article not in known}
    heaviest = (vector.terms[:MAX_INDEXED_TERMS] for vector in new.values())
    first_new = max(known.values(), default=-1) + 1
    groups = StoryGroups(set(chain.from_iterable(heaviest)), first_new)
    found: dict[str, int] = {}
    for article, vector in vectors.items():
        if (story := known.get(article)) is not None:
            found[article] = story
            groups.add(vector, story)
    yield
    for number, (article, vector) in enumerate(new.items(), 1):
        found[article] = groups.place(vector)
        if not number % STEP_ARTICLES:
            yield
    return found
