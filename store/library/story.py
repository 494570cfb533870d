"""Stories: an article, what is similar to it, and what is similar to those, by date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import islice

from store.library.protocol import Library
from store.model.article import ArticleRow, FullArticle, SimilarArticle
from store.model.errors import ArticleNotFound
from store.text.keywords import UNINFORMATIVE_WORDS
from store.text.markdown import strip_inline_markdown
from store.text.sentences import split_sentences
from store.text.terms import extract_terms, find_matching_words

MAX_STORY_ARTICLES = 20
MAX_NEW_WORDS, MIN_WORD_LENGTH = 6, 2
"""The most new words of an article, and the characters of one: a single letter says nothing."""
MIN_TIE, MIN_CHAIN = 0.2, 0.05
"""The least score of a similar article, and the least product of the two scores by which an article
is similar to one of those: what is less similar only shares a few words. An article that names
another one needs no score."""
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
    distance: int
    """0 for the article itself, 1 for what is similar to it, 2 for what is similar to those."""
    new_words: tuple[str, ...] = ()
    """Words that no earlier article has, the weightiest first."""
    new_sentences: tuple[str, ...] = ()
    """Sentences with words that no earlier article has, in their order; none of the first article,
    in which all is new."""


@dataclass(frozen=True, slots=True)
class ArticleTerms:
    """The terms of an article with their weights, a word for each term, and its sentences."""

    weights: Mapping[str, int]
    words: Mapping[str, str]
    sentences: Sequence[tuple[str, frozenset[str]]] = ()
    """The sentences of its text with their terms."""


def collect_story(library: Library, article: str) -> Iterator[tuple[StoryArticle, ...]]:
    """Collect a story in steps, each of which reads one article.

    Yields:
        The story as far as it is known, the newest article last.

    Raises:
        ArticleNotFound: There is no such article.
    """
    found: dict[str, tuple[StoryArticle, ArticleTerms]] = {}

    def take(entry: FullArticle, distance: int) -> tuple[StoryArticle, ...]:
        if (row := library.get_row(entry.article.id)) is not None:
            found[row.id] = StoryArticle(row, distance), article_terms(entry)
        return order_story(list(found.values()))

    entry = library.get_article(article)
    yield take(entry, 0)
    similar = [other for other in library.similar(entry) if other.id and _is_close(other)]
    scores: dict[str, float] = {}
    for other in similar:
        if (neighbour := _entry_or_none(library, other.id or "")) is not None:
            for further in library.similar(neighbour):
                if further.id:
                    score = other.score * further.score
                    scores[further.id] = max(scores.get(further.id, 0.0), score)
            yield take(neighbour, 1)
    for other_id in sorted(scores.keys() - found.keys(), key=lambda each: (-scores[each], each)):
        if len(found) >= MAX_STORY_ARTICLES or scores[other_id] < MIN_CHAIN:
            return
        if (neighbour := _entry_or_none(library, other_id)) is not None:
            yield take(neighbour, 2)


def _is_close(similar: SimilarArticle) -> bool:
    return similar.origin == "import" or similar.score >= MIN_TIE


def _entry_or_none(library: Library, article: str) -> FullArticle | None:
    try:
        return library.get_article(article)
    except ArticleNotFound:  # deleted between two steps
        return None


def article_terms(entry: FullArticle) -> ArticleTerms:
    """Return the terms of an article."""
    title, body = entry.article.title, entry.body
    plain = strip_inline_markdown(body.text[:MAX_STORY_CHARS])
    text = f"{title}\n{body.summary[:MAX_STORY_CHARS]}\n{plain}"
    weights = Counter(extract_terms(text))
    for term in extract_terms(title):
        weights[term] += STORY_TITLE_WEIGHT - 1
    informative = {term: weight for term, weight in weights.items() if _is_informative(term)}
    words: dict[str, str] = {}
    for word, hits in find_matching_words(text, informative):
        if len(hits) == 1:
            words.setdefault(hits[0], word)
    sentences = [
        (sentence, frozenset(filter(_is_informative, extract_terms(sentence))))
        for sentence in split_sentences(plain)
    ]
    return ArticleTerms(informative, words, sentences)


def _is_informative(term: str) -> bool:
    return term not in UNINFORMATIVE_WORDS and not term.isdigit()


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
        ordered.append(StoryArticle(article.row, article.distance, new_words, sentences))
        known.update(terms.weights)
    return tuple(ordered)


def _find_new_sentences(terms: ArticleTerms, known: Set[str]) -> tuple[str, ...]:
    new = (
        sentence
        for sentence, found in terms.sentences
        if len(found - known) >= max(MIN_NEW_TERMS, MIN_NEW_SHARE * len(found))
    )
    return tuple(islice(new, MAX_NEW_SENTENCES))
