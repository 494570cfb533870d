"""The tokenizer of the full-text index, for texts and queries alike.

A text is folded, and everything that is no part of a word becomes a space. Scripts without spaces are written
as overlapping pairs ("東京都" becomes "東京 京都 都"), so that any part of a run is found as a phrase; the last
character is also indexed alone, so that a search for one character finds it. Pictographs are words.

Words are indexed as written. Queries find their other forms (see `store.search.index_query`): so phrases
match word for word, prefixes match, stop words can be searched, and texts need no language.

Signs are no words, but some make another word of the one they touch: C++, .NET, F#, AT&T, U.S. So a word and
the sign that touches it are indexed as a term beside the words: `c++`; `.net`; `at&` and `&t`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING
from unicodedata import category

from store.text.clean import non_ascii_characters
from store.text.folding import normalize_text
from store.text.spellings import find_capitals
from store.text.terms import UNSPACED_RUN, UNSPACED_SCRIPT, UNSPACED_SCRIPTS

if TYPE_CHECKING:
    from tantivy import Filter, TextAnalyzer, Token

MAX_WORD_BYTES = 100
"""Longer words are not indexed: nobody would type them."""

PICTOGRAPHS = "\u2600-\u27bf\U0001f000-\U0001fbff"
"""Characters that are words by themselves, as the inside of a character class."""
SINGLE_CHARACTERS = UNSPACED_SCRIPTS + PICTOGRAPHS
"""Characters at which a word ends on either side."""

JOINING_SIGNS = "&/:._@+#=~^%$€£¥°|<>"
"""Signs that belong to a term if they join two words."""
FINAL_SIGNS = "+#%$€£¥°"
"""Signs that belong to the word before them."""
LEADING_SIGNS = ".#@$€£¥+~&/:"
"""Signs that belong to the word after them, a dot only if it is alone."""
MAX_SIGN_GROUPS = 4
"""Groups of equal signs beside a word that can be part of a term."""

_PICTOGRAPH = re.compile(f"[{PICTOGRAPHS}]")
_SIGN_RUN = re.compile(
    # Begins with a character class, which is found fast; a run always matches, which keeps it linear.
    rf"[{JOINING_SIGNS}](?:[{JOINING_SIGNS}]+|(?=[^\s*()\[\]\"])|(?<=[{FINAL_SIGNS}]))"
)
_EQUAL_SIGNS = re.compile(r"(.)\1*")
_FINAL_SIGNS = re.compile(f"[{FINAL_SIGNS}]+")
_LEADING_SIGNS_REVERSED = re.compile(rf"(?:\.(?!\.)|[{LEADING_SIGNS.replace('.', '')}])+")
_WORD_START = re.compile(f"[{SINGLE_CHARACTERS}]|[^ {SINGLE_CHARACTERS}]+")
_SINGLE = re.compile(f"[{SINGLE_CHARACTERS}]")

_SPACED_ASCII = bytes(
    code if code > 127 or chr(code).isalnum() else ord(" ") for code in range(256)
)


class _SpacedCharacters(dict[str, str]):
    """For every character met so far: itself if it may be in a word, else a space."""

    def __missing__(self, char: str) -> str:
        is_word = char.isalnum() or category(char)[0] == "M" or _PICTOGRAPH.match(char)
        self[char] = char if is_word else " "
        return self[char]


_SPACED = _SpacedCharacters()


def space_words(folded: str) -> str:
    """Return a folded text with a space for everything that is no part of a word, of equal length."""
    if not folded.isascii():
        for char in set(non_ascii_characters(folded)):
            if _SPACED[char] != char:
                folded = folded.replace(char, " ")
    # The bytes of other characters are mapped to themselves. A query may have lone surrogates.
    return folded.encode("utf-8", "replace").translate(_SPACED_ASCII).decode()


def space_single_characters(text: str) -> str:
    """Return a text with a space for every character that is a word by itself, of equal length."""
    if text.isascii() or not _SINGLE.search(non_ascii_characters(text)):
        return text
    return _SINGLE.sub(" ", text)


def prepare_for_index(text: str) -> str:
    """Return a text as it is passed to the engine: words with spaces between them."""
    return _separate_words(space_words(normalize_text(text)))


def prepare_with_signs(text: str) -> tuple[str, set[str]]:
    """Return a text as it is passed to the engine, and its words with signs, folding it once.

    The signs are cut at every place where one of another kind follows: `c#/.net` has `c#`, `c#/` and
    `c#/.`; `.net`, `/.net` and `#/.net`. An acronym that is another word in lower case is among them as
    with dots: `US` is `u.s.`.
    """
    folded = normalize_text(text)
    spaced = space_words(folded)
    terms: set[str] = set()
    for before, signs, after in _iter_signs(folded, spaced):
        ends = [match.end() for match in _EQUAL_SIGNS.finditer(signs)]
        if before:
            terms.update(before + signs[:end] for end in ends[: MAX_SIGN_GROUPS - 1])
            terms.add(before + signs)
        if after:
            terms.update(signs[end:] + after for end in [0, *ends[:-1]][-MAX_SIGN_GROUPS:])
            terms.add(signs + after)
    terms.update(find_capitals(text))
    return _separate_words(spaced), set(filter(_is_indexable, terms))


def find_signs(text: str) -> list[str]:
    """Return the words of a query with the signs that touch them, which a text must have."""
    folded = normalize_text(text)
    terms = [
        term
        for before, signs, after in _iter_signs(folded, space_words(folded))
        for term in (before and before + signs, after and signs + after)
    ]
    return list(filter(_is_indexable, terms))


def _separate_words(spaced: str) -> str:
    if spaced.isascii():
        return spaced
    others = non_ascii_characters(spaced)
    if UNSPACED_SCRIPT.search(others):
        spaced = UNSPACED_RUN.sub(_expand_bigrams, spaced)
    if _PICTOGRAPH.search(others):
        spaced = _PICTOGRAPH.sub(r" \g<0> ", spaced)
    return spaced


def _expand_bigrams(run: re.Match[str]) -> str:
    text = run[0]
    pairs = (text[at : at + 2] for at in range(len(text)))
    return f" {' '.join(pairs)} "


def has_words(text: str) -> bool:
    """Return True if there is anything in a text that the index has."""
    return any(len(word.encode()) <= MAX_WORD_BYTES for word in prepare_for_index(text).split())


def _is_indexable(term: str) -> bool:
    return 0 < len(term.encode()) <= MAX_WORD_BYTES


def _iter_signs(folded: str, spaced: str) -> Iterator[tuple[str, str, str]]:
    """Yield signs that belong to a word, with the words before and after them; one may be empty."""
    for found in _SIGN_RUN.finditer(folded):
        signs = found[0]
        before = _word_before(spaced, found.start())
        match = _WORD_START.match(spaced, found.end())
        after = match[0] if match else ""
        if before and after:
            yield before, signs, after
        elif before and (final := _FINAL_SIGNS.match(signs)):
            yield before, final[0], ""
        elif after and (leading := _LEADING_SIGNS_REVERSED.match(signs[::-1])):
            yield "", leading[0][::-1], after


def _word_before(spaced: str, end: int) -> str:
    earliest = max(0, end - MAX_WORD_BYTES)
    word = spaced[spaced.rfind(" ", earliest, end) + 1 or earliest : end]
    if not word.isascii() and _SINGLE.search(word):
        last = _SINGLE.split(word)[-1]
        return last or word[-1]
    return word


@cache
def index_tokenizer() -> TextAnalyzer:
    """Return the tokenizer for prepared text."""
    return make_tokenizer()


def make_tokenizer(*filters: Filter) -> TextAnalyzer:
    """Return the tokenizer for prepared text, with more filters."""
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    builder = TextAnalyzerBuilder(Tokenizer.whitespace())
    for each in (Filter.remove_long(MAX_WORD_BYTES), *filters):
        builder = builder.filter(each)
    return builder.build()


def tokenize(text: str) -> list[Token]:
    """Return the words of a text as they are indexed, with their positions among the words."""
    return index_tokenizer().pre_tokenize(prepare_for_index(text)).tokens
