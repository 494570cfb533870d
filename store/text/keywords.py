"""Which words of a text tell what it is about, and how they are shown."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from store.text.terms import STOP_WORDS, UNSPACED_SCRIPT, extract_terms
from store.text.tokenizer import (
    index_tokenizer,
    normalize_text,
    prepare_for_index,
    tokenizer_builder,
)
from store.text.unspaced_scripts import HIRAGANA, find_unspaced_word

VAGUE_WORD_LIST = """
    ahead back big bigger biggest day days end half high last long low man men month months new next old people set
    time times today top week weeks work year years says told added like good part number
    monday tuesday wednesday thursday friday saturday sunday
    one three four five six seven eight nine ten first second third hundred thousand million billion
"""
UNINFORMATIVE_WORDS = frozenset(VAGUE_WORD_LIST.split())
"""Words that texts share without being about the same thing."""
LANGUAGE_SAMPLE_CHARS = 600
"""Characters by which a language is told."""
MIN_STOP_WORD_RATIO = 0.2
"""The part of its words that are stop words in any text that is long enough."""
SAME_STORY_THRESHOLD = 0.1
"""From here on two texts may tell the very same story; the two halves of one are mostly above 0.2."""

WordWeights = Mapping[str, float]

STOP_WORD_LANGUAGES: Mapping[str, str] = {
    "da": "danish",
    "de": "german",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nb": "norwegian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ru": "russian",
    "sv": "swedish",
}
"""The engine's lists of stop words by ISO 639-1 code."""


def extract_content_words(text: str, language: str = "") -> list[str]:
    """The words of a text as the index has them, in order, without those that say nothing.

    Args:
        text: Any text.
        language: Its language where that is known: `de`, `pt-BR`.
    """
    return _content_tokenizer(STOP_WORD_LANGUAGES.get(language[:2].casefold(), "english")).analyze(
        prepare_for_index(text)
    )


def count_content_words(words: Iterable[str]) -> Counter[str]:
    """How often each of the words stands there that may tell something.

    Digits do not, nor single letters, nor hiragana, the grammar of Japanese.
    """
    counts = Counter(words)
    for word in [word for word in counts if len(word) == 1 or word.isdigit() or _is_grammar(word)]:
        del counts[word]
    return counts


def _is_grammar(word: str) -> bool:
    return not word.isascii() and HIRAGANA.search(word) is not None


def detect_language(text: str) -> str:
    """The language of a text that does not say it, by its stop words; empty for English and others."""
    words = index_tokenizer().analyze(prepare_for_index(text[:LANGUAGE_SAMPLE_CHARS]))
    line = " ".join(words)
    left = {
        code: len(_stop_word_filter(name).analyze(line))
        for code, name in STOP_WORD_LANGUAGES.items()
    }
    least = min(left, key=left.__getitem__)
    english = len(_stop_word_filter("english").analyze(line))
    is_it = left[least] < english and len(words) - left[least] >= MIN_STOP_WORD_RATIO * len(words)
    return least if is_it else ""


@cache
def _stop_word_filter(language: str) -> TextAnalyzer:
    return TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.stopword(language)).build()


@cache
def _content_tokenizer(language: str) -> TextAnalyzer:
    """What the index cuts text with, but without what says nothing in English or the language."""
    return (
        tokenizer_builder()
        .filter(Filter.custom_stopword(sorted(STOP_WORDS)))
        .filter(Filter.stopword(language))
        .build()
    )


def make_story_similarity(
    ours: Mapping[str, int], rarity: WordWeights
) -> Callable[[Mapping[str, int]], float]:
    """Tells how much of the same another text tells: near 1 for the same words, rare ones above all.

    It is the cosine of their words by tf-idf, but that all words of the other text count as rare as
    ours do in the mean: so nothing has to be looked up for them.

    Args:
        ours: How often each word stands in our text.
        rarity: Of the words of ours that others have, too.
    """
    known = {word: rarity[word] for word, count in ours.items() if count and word in rarity}
    squares = sum(rare * rare for rare in known.values())
    length = math.hypot(
        *(_term_frequency_weight(ours[word]) * rare for word, rare in known.items())
    )
    whole = length * math.sqrt(squares / max(1, len(known))) or 1.0
    weights = {
        word: _term_frequency_weight(ours[word]) * rare * rare / whole
        for word, rare in known.items()
    }

    def told(theirs: Mapping[str, int]) -> float:
        other = math.hypot(*map(_term_frequency_weight, theirs.values())) or 1.0
        shared = weights.keys() & theirs.keys()
        return sum(weights[word] * _term_frequency_weight(theirs[word]) for word in shared) / other

    return told


@cache
def _term_frequency_weight(count: int) -> float:
    """What a word weighs that stands so many times in a text."""
    return 1 + math.log(count)


def select_keywords(text: str, weights: Mapping[str, float], limit: int) -> tuple[str, ...]:
    """The words of a text that weigh most, as a reader knows them, no word in two forms.

    Args:
        text: Where the words stand, as the index has them or otherwise.
        weights: What each word weighs.
        limit: How many at most.
    """
    heaviest = sorted(weights, key=lambda word: (-weights[word], word))
    telling = (w for w in heaviest if w not in UNINFORMATIVE_WORDS and not w[0].isdigit())
    return tuple(islice(_display_forms(text, list(islice(telling, 4 * limit))), limit))


def _display_forms(text: str, words: Sequence[str]) -> Iterator[str]:
    seen: set[str] = set()
    folded = normalize_text(text)
    for word in words:
        form = "".join(extract_terms(word))
        if form in seen:
            continue
        shown = find_unspaced_word(folded, word) if UNSPACED_SCRIPT.match(word) else word
        seen.update((form, *extract_terms(shown)))
        if shown:
            yield shown
