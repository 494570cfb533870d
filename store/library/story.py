"""A story: an article, what is similar to it, and similar to those, in the order of time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from store.library.protocol import Library
from store.model.article import ArticleRow, FullArticle
from store.model.errors import ArticleNotFound
from store.text.keywords import UNINFORMATIVE_WORDS
from store.text.terms import extract_terms, find_matching_words

MAX_STORY_ARTICLES = 20
"""Articles of one story."""
MAX_NEW_WORDS = 6
STORY_TITLE_WEIGHT = 3
"""How often a term of the title counts, beside those of summary and text."""
MAX_STORY_CHARS = 20_000
"""Characters of a text that take part."""


@dataclass(frozen=True, slots=True)
class StoryArticle:
    """One article of a story."""

    row: ArticleRow
    distance: int
    """0 for the article itself, 1 for what is similar to it, 2 for what is similar to those."""
    new_words: tuple[str, ...] = ()
    """Words that none of the earlier ones has, the weightiest first."""


@dataclass(frozen=True, slots=True)
class ArticleTerms:
    """The terms of an article with their weights, and the words that stand for them."""

    weights: Mapping[str, int]
    words: Mapping[str, str]


def collect_story(library: Library, article: str) -> Iterator[tuple[StoryArticle, ...]]:
    """Gather a story in steps, each of which reads one article.

    Yields:
        The story as far as it is known, the newest article last.

    Raises:
        NoSuchArticle: There is no such article.
    """
    found: dict[str, tuple[StoryArticle, ArticleTerms]] = {}

    def take(entry: FullArticle, distance: int) -> tuple[StoryArticle, ...]:
        if (row := library.get_row(entry.article.id)) is not None:
            found[row.id] = StoryArticle(row, distance), article_terms(entry)
        return order_story(list(found.values()))

    entry = library.get_article(article)
    yield take(entry, 0)
    near = [other for other in library.similar(entry) if other.id]
    far: dict[str, float] = {}
    for other in near:
        if (next_one := _entry_or_none(library, other.id or "")) is not None:
            for beyond in library.similar(next_one):
                if beyond.id:
                    score = other.score * beyond.score
                    far[beyond.id] = max(far.get(beyond.id, 0.0), score)
            yield take(next_one, 1)
    for other_id in sorted(far.keys() - found.keys(), key=lambda each: (-far[each], each)):
        if len(found) >= MAX_STORY_ARTICLES:
            return
        if (next_one := _entry_or_none(library, other_id)) is not None:
            yield take(next_one, 2)


def _entry_or_none(library: Library, article: str) -> FullArticle | None:
    try:
        return library.get_article(article)
    except ArticleNotFound:  # deleted between two steps
        return None


def article_terms(entry: FullArticle) -> ArticleTerms:
    """What an article tells."""
    title, body = entry.article.title, entry.body
    text = f"{title}\n{body.summary[:MAX_STORY_CHARS]}\n{body.text[:MAX_STORY_CHARS]}"
    weights = Counter(extract_terms(text))
    for term in extract_terms(title):
        weights[term] += STORY_TITLE_WEIGHT - 1
    telling = {
        term: weight
        for term, weight in weights.items()
        if term not in UNINFORMATIVE_WORDS and not term.isdigit()
    }
    words: dict[str, str] = {}
    for word, hits in find_matching_words(text, telling):
        if len(hits) == 1:
            words.setdefault(hits[0], word)
    return ArticleTerms(telling, words)


def order_story(found: Sequence[tuple[StoryArticle, ArticleTerms]]) -> tuple[StoryArticle, ...]:
    """The chapters by time, each with what it adds to those before."""
    known: set[str] = set()
    chapters = []
    for chapter, tells in sorted(found, key=lambda each: (each[0].row.timestamp, each[0].row.id)):
        new = [term for term in tells.weights if term not in known]
        new.sort(key=lambda term: (-tells.weights[term], term))
        words = dict.fromkeys(tells.words[term] for term in new if term in tells.words)
        chapters.append(StoryArticle(chapter.row, chapter.distance, tuple(words)[:MAX_NEW_WORDS]))
        known.update(tells.weights)
    return tuple(chapters)
