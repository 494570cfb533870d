"""A story: an article, what is similar to it, and similar to those, in the order of time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from store.library.protocol import Library
from store.model.article import Entry, Row
from store.model.errors import NoSuchArticle
from store.text.keywords import TELLS_NOTHING
from store.text.terms import shared_words, terms

MOST = 20
"""Articles of one story."""
WORDS_SHOWN = 6
TITLE_WEIGHT = 3
"""How often a term of the title counts, beside those of summary and text."""
TEXT_READ = 20_000
"""Characters of a text that take part."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One article of a story."""

    row: Row
    distance: int
    """0 for the article itself, 1 for what is similar to it, 2 for what is similar to those."""
    adds: tuple[str, ...] = ()
    """Words that none of the earlier ones has, the weightiest first."""


@dataclass(frozen=True, slots=True)
class Told:
    """The terms of an article with their weights, and the words that stand for them."""

    weights: Mapping[str, int]
    words: Mapping[str, str]


def unfold(library: Library, article: str) -> Iterator[tuple[Chapter, ...]]:
    """Gather a story in steps, each of which reads one article.

    Yields:
        The story as far as it is known, the newest article last.

    Raises:
        NoSuchArticle: There is no such article.
    """
    found: dict[str, tuple[Chapter, Told]] = {}

    def take(entry: Entry, distance: int) -> tuple[Chapter, ...]:
        if (row := library.row(entry.article.id)) is not None:
            found[row.id] = Chapter(row, distance), told(entry)
        return in_order(list(found.values()))

    entry = library.entry(article)
    yield take(entry, 0)
    near = [other for other in library.similar(entry) if other.id]
    far: dict[str, float] = {}
    for other in near:
        if (next_one := _entry(library, other.id or "")) is not None:
            for beyond in library.similar(next_one):
                if beyond.id:
                    score = other.score * beyond.score
                    far[beyond.id] = max(far.get(beyond.id, 0.0), score)
            yield take(next_one, 1)
    for other_id in sorted(far.keys() - found.keys(), key=lambda each: (-far[each], each)):
        if len(found) >= MOST:
            return
        if (next_one := _entry(library, other_id)) is not None:
            yield take(next_one, 2)


def _entry(library: Library, article: str) -> Entry | None:
    try:
        return library.entry(article)
    except NoSuchArticle:  # deleted between two steps
        return None


def told(entry: Entry) -> Told:
    """What an article tells."""
    title, body = entry.article.title, entry.body
    text = f"{title}\n{body.summary[:TEXT_READ]}\n{body.text[:TEXT_READ]}"
    weights = Counter(terms(text))
    for term in terms(title):
        weights[term] += TITLE_WEIGHT - 1
    telling = {
        term: weight
        for term, weight in weights.items()
        if term not in TELLS_NOTHING and not term.isdigit()
    }
    words: dict[str, str] = {}
    for word, hits in shared_words(text, telling):
        if len(hits) == 1:
            words.setdefault(hits[0], word)
    return Told(telling, words)


def in_order(found: Sequence[tuple[Chapter, Told]]) -> tuple[Chapter, ...]:
    """The chapters by time, each with what it adds to those before."""
    known: set[str] = set()
    chapters = []
    for chapter, tells in sorted(found, key=lambda each: (each[0].row.when, each[0].row.id)):
        new = [term for term in tells.weights if term not in known]
        new.sort(key=lambda term: (-tells.weights[term], term))
        words = dict.fromkeys(tells.words[term] for term in new if term in tells.words)
        chapters.append(Chapter(chapter.row, chapter.distance, tuple(words)[:WORDS_SHOWN]))
        known.update(tells.weights)
    return tuple(chapters)
