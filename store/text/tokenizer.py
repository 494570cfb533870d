"""The tokenizer of the full-text index, for texts and queries alike.

The engine splits text at everything but letters and digits, and lowers the case. The rest is done before:
accents of every script are folded, and scripts without spaces are written as overlapping pairs ("東京都"
becomes "東京 京都 都"), so that any part of a run is found as a phrase; the last character is also indexed
alone, so that a search for one character finds it.

Words are indexed as written. Queries find their other forms (see `store.search.index_query`): so phrases
match word for word, prefixes match, stop words can be searched, and texts need no language.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from unicodedata import is_normalized, normalize

from store.text.clean import non_ascii_characters
from store.text.terms import UNSPACED_RUN, UNSPACED_SCRIPT, fold_text

if TYPE_CHECKING:
    from tantivy import Filter, TextAnalyzer, Token

MAX_WORD_BYTES = 100
"""Longer words are not indexed: nobody would type them."""

_LETTERS = str.maketrans("øłđðħı", "olddhi") | {ord("æ"): "ae", ord("œ"): "oe", ord("þ"): "th"}
"""Letters that do not decompose, as they are typed on a keyboard without them."""

_FOLDABLE = re.compile("[^\x00-\x7f£€§©®°–—‘’“”„•…\xa0]")
"""Characters that folding may change: the only others in most texts are quotes and currencies."""


def normalize_text(text: str) -> str:
    """Return a text without case and accents, as words are compared."""
    if text.isascii() or not _FOLDABLE.search(others := non_ascii_characters(text)):
        return text.lower()
    for char in set(others):
        if (folded := _fold_character(char)) != char:
            text = text.replace(char, folded)
    if not is_normalized("NFC", non_ascii_characters(text)):  # voicing marks, decomposed Hangul
        text = normalize("NFC", text)
    return text.lower()


@lru_cache(4096)
def _fold_character(char: str) -> str:
    return fold_text(char).translate(_LETTERS)


def prepare_for_index(text: str) -> str:
    """Return a text as it is passed to the engine."""
    if text.isascii():
        return text  # the engine lowers the case itself
    # A query may have lone surrogates.
    folded = normalize_text(text.encode(errors="replace").decode())
    if not UNSPACED_SCRIPT.search(non_ascii_characters(folded)):
        return folded
    return UNSPACED_RUN.sub(_expand_bigrams, folded)


def _expand_bigrams(run: re.Match[str]) -> str:
    text = run[0]
    pairs = (text[at : at + 2] for at in range(len(text)))
    return f" {' '.join(pairs)} "


@cache
def index_tokenizer() -> TextAnalyzer:
    """Return the tokenizer for prepared text."""
    return make_tokenizer()


def make_tokenizer(*filters: Filter) -> TextAnalyzer:
    """Return the tokenizer for prepared text, with more filters."""
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    builder = TextAnalyzerBuilder(Tokenizer.simple())
    for each in (Filter.remove_long(MAX_WORD_BYTES), Filter.lowercase(), *filters):
        builder = builder.filter(each)
    return builder.build()


def tokenize(text: str) -> list[Token]:
    """Return the words of a text as they are indexed, with their positions among the words."""
    return index_tokenizer().pre_tokenize(prepare_for_index(text)).tokens
