"""Stories: the articles that tell the same as one of them, by date, and what else is about it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from statistics import median
from typing import TYPE_CHECKING

from store.library.protocol import Library
from store.model.article import ArticleRow, FullArticle, SimilarArticle
from store.model.errors import ArticleNotFound
from store.model.times import DAY_SECONDS, is_dated
from store.search.term_vectors import SAME_STORY_COSINE
from store.text.boilerplate import strip_boilerplate
from store.text.keywords import UNINFORMATIVE_WORDS
from store.text.markdown import strip_inline_markdown
from store.text.sentences import split_sentences
from store.text.stop_words import detect_language, stop_words
from store.text.terms import extract_terms, find_matching_words

if TYPE_CHECKING:
    from store.search.similar import ComparedArticle

MAX_STORY_ARTICLES = 20
MAX_NEW_WORDS, MIN_WORD_LENGTH = 6, 2
"""The most new words of an article, and the characters of one: a single letter says nothing."""
MAX_ASIDES, MIN_ASIDE_COSINE = 5, 0.15
"""The most articles that are about the same but not in the story, and the least cosine of one with the
article the story was asked for."""
MAX_TRIED_ASIDES = 20
"""The articles that are compared with all of the story, for being copies, to find them."""
MIN_PACE, MAX_TIME_PENALTY = 7 * DAY_SECONDS, 0.5
"""The least pace of a story in seconds, and how much closer in words an article has to be that is very
far from all of it in time."""
MAX_NEW_SENTENCES, MIN_NEW_TERMS, MIN_NEW_SHARE = 8, 3, 0.6
"""The most new sentences of an article, and the number and the share of the terms of a sentence that
no earlier article has."""
STORY_TITLE_WEIGHT = 3
"""The weight of a term in the title, relative to one in the summary or text."""
MAX_STORY_CHARS = 20_000
"""Characters of a text that are considered."""


@dataclass(frozen=True, slots=True)
class StoryArticle:
    """One article of a story."""

    row: ArticleRow
    new_words: tuple[str, ...] = ()
    """Words that no earlier article has, the weightiest first."""
    new_sentences: tuple[str, ...] = ()
    """Sentences with words that no earlier article has, in their order; none of the first article,
    in which all is new."""
    copies: tuple[ArticleRow, ...] = ()
    """Its duplicates, which are no articles of the story themselves."""
    is_aside: bool = False
    """True if it is about the same, but not in the story."""


@dataclass(frozen=True, slots=True)
class ArticleTerms:
    """The terms of an article with their weights, a word for each term, and its sentences."""

    weights: Mapping[str, int]
    words: Mapping[str, str]
    sentences: Sequence[tuple[str, frozenset[str]]] = ()
    """The sentences of its text with their terms."""


def collect_story(library: Library, article: str) -> Iterator[tuple[StoryArticle, ...]]:
    """Collect a story in steps, each of which reads one article.

    An article joins the story if its cosines with those already in it are at least 0.2 on average, the
    closest first. So a story does not drift: what is close to one of its articles alone is not in it.

    Yields:
        The story as far as it is known, the newest article last; then what else is about the same.

    Raises:
        ArticleNotFound: There is no such article.
    """
    entry = library.get_article(article)
    builder = _StoryBuilder(library)
    builder.add(entry, library.story_candidates(entry))
    yield builder.story()
    while (other := builder.closest()) is not None:
        if (found := _entry_or_none(library, other.id)) is None:
            continue
        builder.add(found, library.story_candidates(found) if builder.is_new(other) else (other,))
        yield builder.story()
    for named in library.similar(entry):
        builder.add_named(named)
    builder.add_asides()
    yield builder.story()


class _StoryBuilder:
    """A story that grows by the article that is closest to those already in it."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._chapters: list[tuple[StoryArticle, ArticleTerms, ComparedArticle | None]] = []
        self._asides: list[StoryArticle] = []
        self._pool: dict[str, ComparedArticle] = {}
        """Articles that may join, by id."""
        self._cosines: dict[str, list[float]] = {}
        """The cosines of each of them with the articles of the story."""
        self._taken: set[str] = set()
        self._named: list[str] = []

    def add(self, entry: FullArticle, compared: Sequence[ComparedArticle]) -> None:
        """Add an article, and to those that may join the ones that have most words in common with it.

        Args:
            entry: The article.
            compared: The article and the others; empty if nothing is known of it.
        """
        self._taken.add(entry.article.id)
        if (row := self._library.get_row(entry.article.id)) is None:
            return
        own = compared[0] if compared else None
        for place, (chapter, terms, other) in enumerate(self._chapters):
            if own and other and other.is_duplicate(own):
                copies = (*chapter.copies, row)
                self._chapters[place] = replace(chapter, copies=copies), terms, other
                return
        self._chapters.append((StoryArticle(row), article_terms(entry), own))
        for other in compared[1:]:
            if other.id not in self._pool and other.id not in self._taken:
                self._pool[other.id] = other
                self._cosines[other.id] = [
                    each.cosine(other) for *_, each in self._chapters[:-1] if each
                ]
        if own:
            for each, candidate in self._pool.items():
                self._cosines[each].append(own.cosine(candidate))

    def is_new(self, other: ComparedArticle) -> bool:
        """Return False for a duplicate of an article of the story."""
        return not any(each and each.is_duplicate(other) for *_, each in self._chapters)

    def closest(self) -> ComparedArticle | None:
        """Take the article that joins the story next; None if it is complete."""
        if len(self._chapters) >= MAX_STORY_ARTICLES:
            return None
        times = self._times()
        best, best_id = 0.0, ""
        for each, cosines in self._cosines.items():
            mean = math.fsum(cosines) / len(cosines)
            row = self._library.get_row(each) if mean >= max(best, SAME_STORY_COSINE) else None
            if row and mean >= SAME_STORY_COSINE * distance_in_time(row.timestamp, times):
                best, best_id = mean, each
        self._cosines.pop(best_id, None)
        return self._pool.pop(best_id, None)

    def _times(self) -> list[int]:
        times = (chapter.row.timestamp for chapter, *_ in self._chapters)
        return sorted(time for time in times if is_dated(time))

    def add_named(self, similar: SimilarArticle) -> None:
        """Put a similar article aside that came with the article, or tells the same in another language."""
        is_named = similar.origin == "import" or similar.language
        if is_named and similar.id and similar.id not in self._taken:
            self._named.append(similar.id)

    def add_asides(self) -> None:
        """Put aside what is about the same, but not in the story: the closest first, none twice."""
        firsts = {each: cosines[0] for each, cosines in self._cosines.items() if cosines}
        close = sorted(firsts, key=lambda each: (-firsts[each], each))
        close = [each for each in close if firsts[each] >= MIN_ASIDE_COSINE][:MAX_TRIED_ASIDES]
        seen = [each for *_, each in self._chapters if each]
        for article in dict.fromkeys([*self._named, *close]):
            other = self._pool.get(article)
            row = self._library.get_row(article)
            if row is None or (other and any(each.is_duplicate(other) for each in seen)):
                continue
            if len(self._asides) == MAX_ASIDES:
                return
            self._asides.append(StoryArticle(row, is_aside=True))
            seen += [other] if other else []

    def story(self) -> tuple[StoryArticle, ...]:
        """Return the story as far as it is known."""
        chapters = order_story([(chapter, terms) for chapter, terms, _ in self._chapters])
        return (*chapters, *self._asides)


def distance_in_time(time: int, story: Sequence[int]) -> float:
    """Return the factor by which an article has to be closer in words because it is far in time.

    It is 1 within the pace of the story, the usual time between two of its articles, and rises to 1.5.

    Args:
        time: When the article was published.
        story: When the articles of the story were published, in order.
    """
    if not story or not is_dated(time):
        return 1.0
    gaps = [later - earlier for earlier, later in pairwise(story)]
    pace = max(MIN_PACE, median(gaps) if gaps else 0)
    gap = min(abs(time - each) for each in story)
    return 1 + MAX_TIME_PENALTY * (1 - pace / max(pace, gap))


def _entry_or_none(library: Library, article: str) -> FullArticle | None:
    try:
        return library.get_article(article)
    except ArticleNotFound:  # deleted between two steps
        return None


def article_terms(entry: FullArticle) -> ArticleTerms:
    """Return the terms of an article."""
    title, body = entry.article.title, entry.body
    plain = strip_boilerplate(strip_inline_markdown(body.text[:MAX_STORY_CHARS]))
    text = f"{title}\n{body.summary[:MAX_STORY_CHARS]}\n{plain}"
    stops = stop_words(entry.article.language or detect_language(plain))
    weights = Counter(extract_terms(text, stops))
    for term in extract_terms(title, stops):
        weights[term] += STORY_TITLE_WEIGHT - 1
    informative = {term: weight for term, weight in weights.items() if _is_informative(term)}
    words: dict[str, str] = {}
    for word, hits in find_matching_words(text, informative):
        if len(hits) == 1:
            words.setdefault(hits[0], word)
    sentences = [
        (sentence, frozenset(filter(_is_informative, extract_terms(sentence, stops))))
        for sentence in split_sentences(plain)
    ]
    return ArticleTerms(informative, words, sentences)


def _is_informative(term: str) -> bool:
    return term not in UNINFORMATIVE_WORDS and not term[0].isdigit()


def order_story(found: Sequence[tuple[StoryArticle, ArticleTerms]]) -> tuple[StoryArticle, ...]:
    """Return the articles of a story by time, each with what it adds to those before."""
    known: set[str] = set()
    ordered = []
    for article, terms in sorted(found, key=lambda each: (each[0].row.timestamp, each[0].row.id)):
        new = [term for term in terms.weights if term not in known]
        new.sort(key=lambda term: (-terms.weights[term], term))
        words = dict.fromkeys(
            word for term in new if len(word := terms.words.get(term, "")) >= MIN_WORD_LENGTH
        )
        new_words = tuple(words)[:MAX_NEW_WORDS]
        sentences = _find_new_sentences(terms, known) if known else ()
        ordered.append(replace(article, new_words=new_words, new_sentences=sentences))
        known.update(terms.weights)
    return tuple(ordered)


def _find_new_sentences(terms: ArticleTerms, known: Set[str]) -> tuple[str, ...]:
    new = (
        sentence
        for sentence, found in terms.sentences
        if len(found - known) >= max(MIN_NEW_TERMS, MIN_NEW_SHARE * len(found))
    )
    return tuple(islice(new, MAX_NEW_SENTENCES))
