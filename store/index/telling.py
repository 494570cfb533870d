"""Which words of a text tell what it is about, and how they are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from store.index.analyser import analyser, prepared
from store.index.terms import IS_UNSPACED, STOP_WORDS, shared_words, terms

VAGUE = """
    ahead back big bigger biggest day days end half high last long low man men month months new next old people set
    time times today top week weeks work year years says told added like good part number
    monday tuesday wednesday thursday friday saturday sunday
    one three four five six seven eight nine ten first second third hundred thousand million billion
"""
TELLS_NOTHING = frozenset(VAGUE.split())
"""Words that texts share without being about the same thing."""

WITH_STOP_WORDS: Mapping[str, str] = {
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


def content_words(text: str, language: str = "") -> list[str]:
    """The words of a text as the index has them, in order, without those that say nothing.

    Args:
        text: Any text.
        language: Its language where that is known: `de`, `pt-BR`.
    """
    words = _without_stop_words(WITH_STOP_WORDS.get(language[:2].casefold(), "english"))
    return words.analyze(" ".join(analyser().analyze(prepared(text))))


def counted(words: Iterable[str]) -> Counter[str]:
    """How often each of the words stands there that may tell something: no digits, no letters."""
    counts = Counter(words)
    for word in [word for word in counts if len(word) == 1 or word.isdigit()]:
        del counts[word]
    return counts


@cache
def _without_stop_words(language: str) -> TextAnalyzer:
    """Takes words, separated by spaces, without those that say nothing in English or the language."""
    return (
        TextAnalyzerBuilder(Tokenizer.whitespace())
        .filter(Filter.custom_stopword(sorted(STOP_WORDS)))
        .filter(Filter.stopword(language))
        .build()
    )


def strongest_words(text: str, weights: Mapping[str, float], limit: int) -> tuple[str, ...]:
    """The words of a text that weigh most, as a reader knows them, no word in two forms.

    Args:
        text: Where the words stand, as the index has them or otherwise.
        weights: What each word weighs.
        limit: How many at most.
    """
    heaviest = sorted(weights, key=lambda word: (-weights[word], word))
    telling = (w for w in heaviest if w not in TELLS_NOTHING and not w[0].isdigit())
    return tuple(islice(_shown(text, list(islice(telling, 4 * limit))), limit))


def _shown(text: str, words: Sequence[str]) -> Iterator[str]:
    seen: set[str] = set()
    for word in words:
        form = "".join(terms(word))
        if form in seen:
            continue
        seen.add(form)
        if IS_UNSPACED.match(word):
            yield from _whole(text, word, words, seen)
        else:
            yield word


def _whole(text: str, pair: str, words: Sequence[str], seen: set[str]) -> Iterator[str]:
    """The longest run of the text whose pairs all weigh something and of which this one is a part."""
    runs = [run for run, pairs in shared_words(text, set(words)) if pair in pairs]
    if runs:
        run = max(runs, key=len)
        seen.update(terms(run))
        yield run
