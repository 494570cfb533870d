"""The words of a library: the other forms of a word, and corrections of misspelt ones.

Words are indexed as they are, so the forms of a word (court, courts) are looked up at query time:
the words of the index that share a prefix and have the same stem, by the rules of every language
that the library's articles are in (Snowball; Porter 2001).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import takewhile
from typing import Protocol

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from store.search.corrections import find_corrections, split_in_two
from store.search.syntax_tree import SearchField, WordsCondition
from store.text.spellings import other_spellings
from store.text.tokenizer import find_signs, tokenize

TEXT_FIELDS = ("title", "summary", "body", "category", "tags")
"""Fields that are searched by their words."""
SEARCHED_FIELDS: Mapping[SearchField, Sequence[str]] = {
    "": TEXT_FIELDS,
    "title": ("title",),
    "summary": ("summary",),
    "text": ("body",),
    "author": ("author",),
    "url": ("url",),
}
"""The fields of the index that a field of a query stands for."""
MAX_STEM_TAIL = 1
"""Letters at the end of the stem in which another form may differ (happy, happier: the y)."""
MIN_STEM_LENGTH = 3
"""Letters that all forms of a word share; shorter words have no other forms."""
MAX_FORM_CANDIDATES = 4000
"""Words of a field that are examined as forms of one word."""

SNOWBALL_STEMMERS: Mapping[str, str] = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nb": "norwegian",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}
"""The stemmers by ISO 639-1 code."""


class IndexedWords(Protocol):
    """The words that an index has, by the fields in which they occur."""

    def words_with_prefix(
        self, fields: Sequence[str], prefix: str, limit: int | None = None
    ) -> Mapping[str, int]:
        """Return the words of some fields that start with a prefix, and how many articles have each.

        Args:
            fields: The fields; an article that has a word in two of them counts twice.
            prefix: The first letters.
            limit: The most words of each field, in the order of their letters; None for all.
        """

    def count_articles(self, fields: Sequence[str], words: Collection[str]) -> Mapping[str, int]:
        """Return for each of some words that some fields have how many articles have it.

        Some of these may be deleted. An article that has a word in two of the fields counts twice.
        """


class Vocabulary:
    """The words of one state of an index; make a new one when the index has changed."""

    def __init__(
        self,
        words: IndexedWords,
        languages: Iterable[str],
        has_phrase: Callable[[str, Sequence[str]], bool],
    ) -> None:
        """Look up nothing yet.

        Args:
            words: The words of the index.
            languages: The languages that the articles state.
            has_phrase: Returns True if an article has the words of a text in a row in some fields.
        """
        self._words = words
        self._languages = stemmer_names({"en", *languages})
        self._has_phrase = has_phrase
        self._forms: dict[str, tuple[str, ...]] = {}
        self._corrections: dict[tuple[str, SearchField], Sequence[str]] = {}

    def forms(self, word: str) -> tuple[str, ...]:
        """Return the word as it is in the index, then its other forms there."""
        forms = self._forms.get(word)
        if forms is None:
            forms = self._forms[word] = tuple(self._find_forms(word))
        return forms

    def _find_forms(self, word: str) -> Iterable[str]:
        yield word
        stems = {language: stem_word(word, language) for language in self._languages}
        letters = zip(word, *stems.values(), strict=False)
        shared = "".join(one for one, *_ in takewhile(lambda each: len(set(each)) == 1, letters))
        shared = shared[: max(MIN_STEM_LENGTH, len(shared) - MAX_STEM_TAIL)]
        if len(shared) < MIN_STEM_LENGTH:
            return
        known = self._words.words_with_prefix(("body", "title"), shared, MAX_FORM_CANDIDATES)
        near = known.keys() - {word}
        for language, stem in stems.items():
            found = {each for each in near if stem_word(each, language) == stem}
            yield from sorted(found)
            near -= found

    def correct_words(self, conditions: Iterable[WordsCondition]) -> Iterator[tuple[str, str]]:
        """Yield the words that the index has in no form, each with the likeliest correction.

        What is quoted or may go on is never corrected, nor is a word with signs, such as `C++`.
        """
        for each in conditions:
            if not (each.is_phrase or each.is_prefix or find_signs(each.text)):
                for word in tokenize(each.text):
                    for correction in self._correct(word.text, each.field):
                        yield word.text, correction

    def _correct(self, word: str, field: SearchField) -> Sequence[str]:
        """Return the likeliest correction of a word; none if a field has it in some form."""
        found = self._corrections.get((word, field))
        if found is None:
            found = self._corrections[word, field] = self._find_correction(word, field)
        return found

    def _find_correction(self, word: str, field: SearchField) -> Sequence[str]:
        fields = SEARCHED_FIELDS[field]
        forms = {form for each in (word, *other_spellings(word)) for form in self.forms(each)}
        if self._words.count_articles(fields, forms):
            return ()
        return self._split(word, fields) or find_corrections(self._words, word, fields, 1)

    def _split(self, word: str, fields: Sequence[str]) -> Sequence[str]:
        """Return a word as the two between which a space is missing, if they follow each other anywhere."""
        pairs = list(split_in_two(word))
        known = self._words.count_articles(fields, {each for pair in pairs for each in pair})
        for pair in pairs:
            text = " ".join(pair)
            if known.keys() >= set(pair) and self._has_phrase(text, fields):
                return (text,)
        return ()


@cache
def make_stemmer(language: str) -> TextAnalyzer:
    """Return an analyser that stems words separated by spaces; see `SNOWBALL_STEMMERS`."""
    return TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.stemmer(language)).build()


def stemmer_names(languages: Iterable[str]) -> Sequence[str]:
    """Return the stemmers for languages given by their codes (`pt-BR`)."""
    codes = (re.split("[-_]", language.casefold())[0] for language in languages)
    known = dict.fromkeys(SNOWBALL_STEMMERS[code] for code in codes if code in SNOWBALL_STEMMERS)
    return tuple(known)


def stem_word(word: str, language: str) -> str:
    """Return the stem of one word."""
    return (make_stemmer(language).analyze(word) or [word])[0]
