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

from store.text.clean import non_ascii_characters
from store.text.terms import UNSPACED_SCRIPT, UNSPACED_SCRIPTS, fold_text

if TYPE_CHECKING:
    from tantivy import TextAnalyzer, TextAnalyzerBuilder

MAX_WORD_BYTES = 100
"""Bytes; what is longer is no word that anybody would type."""

_LETTER_REPLACEMENTS = {
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

_FOLDABLE = re.compile("[^\x00-\x7f£€§©®°–—‘’“”„•…\xa0]")
"""Letters that folding may change: most texts that are not ASCII have quotes and currencies alone."""

_UNSPACED_RUN = re.compile(f"[{UNSPACED_SCRIPTS}]+")


class IndexedWord(NamedTuple):
    """A word of a text and its place among the words."""

    position: int
    text: str


def normalize_text(text: str) -> str:
    """A text without case and accents, as its words are compared."""
    if text.isascii() or not _FOLDABLE.search(beyond := non_ascii_characters(text)):
        return text.lower()
    for char in set(beyond):
        if (folded := _fold_character(char)) != char:
            text = text.replace(char, folded)
    if not is_normalized("NFC", non_ascii_characters(text)):  # voicing marks, Hangul in parts
        text = normalize("NFC", text)
    return text.lower()


@lru_cache(4096)
def _fold_character(char: str) -> str:
    return "".join(_LETTER_REPLACEMENTS.get(each, each) for each in fold_text(char))


def prepare_for_index(text: str) -> str:
    """A text as the engine is given it."""
    if text.isascii():
        return text  # the engine lowers the case itself
    folded = normalize_text(
        text.encode(errors="replace").decode()
    )  # a query may hold lone surrogates
    return (
        _UNSPACED_RUN.sub(_expand_bigrams, folded)
        if UNSPACED_SCRIPT.search(non_ascii_characters(folded))
        else folded
    )


def _expand_bigrams(run: re.Match[str]) -> str:
    text = run[0]
    pairs = (text[at : at + 2] for at in range(len(text)))
    return f" {' '.join(pairs)} "


@cache
def index_tokenizer() -> TextAnalyzer:
    """What cuts prepared text into words."""
    return tokenizer_builder().build()


def tokenizer_builder() -> TextAnalyzerBuilder:
    """What cuts prepared text into words, for adding filters to it."""
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    words = TextAnalyzerBuilder(Tokenizer.simple())
    return words.filter(Filter.remove_long(MAX_WORD_BYTES)).filter(Filter.lowercase())


def tokenize(text: str) -> list[IndexedWord]:
    """The words of a text as they stand in the index."""
    tokens = index_tokenizer().pre_tokenize(prepare_for_index(text)).tokens
    return [IndexedWord(token.position, token.text) for token in tokens]
