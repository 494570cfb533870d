"""How text becomes the words of the full-text index, the same for what is indexed and what is asked.

The engine cuts text at everything that is no letter or digit and lowers the case. What it does not
know is done to the text before: accents of every script are folded, and scripts that are written
without spaces are spelt out as overlapping pairs ("東京都" becomes "東京 京都 都"), so that any part
of a run is found as a phrase; the last character stands alone so that a search for one character
finds it, too.

Words are indexed as they stand. Other forms of a word are found when it is asked for (see
`store.search.index_query`): so a phrase is found word for word, the beginning of a word finds it, stop
words can be searched, and no text needs to say in which language it is.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import is_normalized, normalize

from store.text.clean import beyond_ascii
from store.text.terms import IS_UNSPACED, UNSPACED, fold

if TYPE_CHECKING:
    from tantivy import TextAnalyzer, TextAnalyzerBuilder

LONGEST_WORD = 100
"""Bytes; what is longer is no word that anybody would type."""

_LETTERS = {
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "ħ": "h",
    "ı": "i",
    "þ": "th",
}
"""Letters that are typed otherwise where the keyboard has none of them, and do not decompose."""

_FOLDS = re.compile("[^\x00-\x7f£€§©®°–—‘’“”„•…\xa0]")
"""Letters that folding may change: most texts that are not ASCII have quotes and currencies alone."""

_RUN = re.compile(f"[{UNSPACED}]+")


class Word(NamedTuple):
    """A word of a text and its place among the words."""

    place: int
    text: str


def plain(text: str) -> str:
    """A text without case and accents, as its words are compared."""
    if text.isascii() or not _FOLDS.search(beyond := beyond_ascii(text)):
        return text.lower()
    for char in set(beyond):
        if (folded := _folded(char)) != char:
            text = text.replace(char, folded)
    if not is_normalized("NFC", beyond_ascii(text)):  # voicing marks, Hangul in parts
        text = normalize("NFC", text)
    return text.lower()


@lru_cache(4096)
def _folded(char: str) -> str:
    return "".join(_LETTERS.get(each, each) for each in fold(char))


def prepared(text: str) -> str:
    """A text as the engine is given it."""
    if text.isascii():
        return text  # the engine lowers the case itself
    folded = plain(text.encode(errors="replace").decode())  # a query may hold lone surrogates
    return _RUN.sub(_pairs, folded) if IS_UNSPACED.search(beyond_ascii(folded)) else folded


def _pairs(run: re.Match[str]) -> str:
    text = run[0]
    pairs = (text[at : at + 2] for at in range(len(text)))
    return f" {' '.join(pairs)} "


@cache
def analyser() -> TextAnalyzer:
    """What cuts prepared text into words."""
    return whole_words().build()


def whole_words() -> TextAnalyzerBuilder:
    """What cuts prepared text into words, for adding filters to it."""
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    words = TextAnalyzerBuilder(Tokenizer.simple())
    return words.filter(Filter.remove_long(LONGEST_WORD)).filter(Filter.lowercase())


def words(text: str) -> list[Word]:
    """The words of a text as they stand in the index."""
    tokens = analyser().pre_tokenize(prepared(text)).tokens
    return [Word(token.position, token.text) for token in tokens]
