"""Folding: texts as they are compared, and where each part of a folded text comes from.

Folded are case (`ß` to `ss`, final sigma), accents, widths and ligatures (NFKC), all Turkish i, the kinds of
quotes, hyphens and blanks, and characters without a width of their own. Marks that make another letter stay:
voiced kana, Indic vowels, Hangul finals. The fold of a text is that of its characters, composed (NFC).

Source: Unicode Standard, 3.13 (caseless matching); UAX #15 (normalization), section 9 on what can compose.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import category, is_normalized, normalize

from store.text.clean import non_ascii_characters

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

TextSpan = tuple[int, int]
"""Start and end, as offsets into a text."""

ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670]+")
"""Marks that people leave out when they search."""
_LETTERS = str.maketrans("øłđðħı", "olddhi") | {ord("æ"): "ae", ord("œ"): "oe", ord("þ"): "th"}
"""Letters that do not decompose, as they are typed on a keyboard without them."""
_SIGNS: Mapping[int, str] = {
    **dict.fromkeys(map(ord, "‘’‚‛ʼ′"), "'"),
    **dict.fromkeys(map(ord, "“”„‟″"), '"'),
    **dict.fromkeys(map(ord, "‐‑‒–—―−"), "-"),
    **dict.fromkeys(map(ord, "™℠"), ""),
}
_WITHOUT_WIDTH = (
    (0xAD, 0xAD),  # soft hyphen
    (0x200D, 0x200D),  # zero-width joiner
    (0x20D0, 0x20FF),  # marks around symbols
    (0xFE00, 0xFE0F),  # variation selectors
    (0x1F3FB, 0x1F3FF),  # skin tones
)
_IGNORED = dict.fromkeys(
    (code for first, last in _WITHOUT_WIDTH for code in range(first, last + 1)), ""
)
_REPLACEMENTS = {**_SIGNS, **_LETTERS, **_IGNORED}


class _FoldedCharacters(dict[str, str]):
    """The fold of every character met so far."""

    def __missing__(self, char: str) -> str:
        folded = char.translate(_SIGNS)
        # Repeatedly: what a character decomposes to may have capitals and quotes of its own.
        while (again := fold_text(folded).translate(_REPLACEMENTS).lower()) != folded:
            folded = again
        self[char] = folded
        return folded


class _Extensions(dict[str, bool]):
    """For every character met so far, whether its fold may change or vanish with what is before it."""

    def __missing__(self, char: str) -> bool:
        folded = _FOLDED[char]
        first = normalize("NFD", folded)[:1]
        self[char] = not first or category(first).startswith("M") or _composes(first)
        return self[char]


_FOLDED = _FoldedCharacters()
_EXTENDS = _Extensions()


def _composes(letter: str) -> bool:
    """Return True if a letter may become one with that before it: Hangul finals, a vowel of Kirat Rai."""
    return (
        "\u1161" <= letter <= "\u11ff" or "\ud7b0" <= letter <= "\ud7fb" or letter == "\U00016d67"
    )


def is_extension(char: str) -> bool:
    """Return True if a character belongs to the one before it: an accent, a vowel sign, a Hangul final."""
    return _EXTENDS[char]


def fold_text(text: str) -> str:
    """Return a text without case, accents and East Asian widths; letters and signs stay as they are."""
    lowered = text.casefold()
    if lowered.isascii():
        return lowered
    return normalize("NFC", ACCENTS.sub("", normalize("NFKD", lowered)))


def normalize_text(text: str) -> str:
    """Return a text folded, as words are compared."""
    if text.isascii():
        return text.lower()
    for char in set(non_ascii_characters(text)):
        if (folded := _FOLDED[char]) != char:
            text = text.replace(char, folded)
    text = text.lower()  # of what is left, only ASCII has capitals
    if not is_normalized("NFC", non_ascii_characters(text)):  # voicing marks, decomposed Hangul
        text = normalize("NFC", text)
    return text


class _Run(NamedTuple):
    """Characters each of which is folded to one; between two runs is what can only be taken whole."""

    folded_start: int
    source_start: int
    length: int


class FoldedText:
    """A folded text that knows where its parts come from."""

    def __init__(self, source: str) -> None:
        """Fold a text; its parts are mapped once one of them is found."""
        self.source = source
        self.text = normalize_text(source)
        """The fold of `source`."""

    @cached_property
    def _runs(self) -> Sequence[_Run]:
        """The runs of the text; none if all offsets are equal."""
        others = set(non_ascii_characters(self.source))
        return tuple(_iter_runs(self.source)) if any(map(_is_shifting, others)) else ()

    def source_span(self, start: int, end: int) -> TextSpan | None:
        """Return which part of the source is folded to this part; None if none is, exactly.

        A part of what a single character is folded to (one `s` of `ß`) comes from no part of the source.
        Accents belong to the letter before them.
        """
        first, last = self._source_offset(start), self._source_offset(end)
        return None if first is None or last is None else (first, last)

    def _source_offset(self, offset: int) -> int | None:
        if not self._runs:
            return offset
        run = self._runs[bisect_right(self._runs, offset, key=attrgetter("folded_start")) - 1]
        distance = offset - run.folded_start
        return run.source_start + distance if distance <= run.length else None

    def find(self, pattern: re.Pattern[str], searched: str | None = None) -> Iterator[TextSpan]:
        """Yield the parts of the source whose fold a pattern matches.

        `searched` is the fold in another form of the same length. A match that begins or ends inside of what
        a single character is folded to is none.
        """
        searched = self.text if searched is None else searched
        at = 0
        while at < len(searched) and (match := pattern.search(searched, at)):
            start, end = match.span()
            span = self.source_span(*self._widen(start, end, searched)) if start < end else None
            if span:
                yield span
            at = end if span else start + 1

    def _widen(self, start: int, end: int, searched: str) -> TextSpan:
        """Return a part with the signs that come from the same character as its ends: all of `⑴`."""
        while self._source_offset(start) is None and not searched[start - 1].isalnum():
            start -= 1
        while self._source_offset(end) is None and not searched[end].isalnum():
            end += 1
        return start, end


def _is_shifting(char: str) -> bool:
    return len(_FOLDED[char]) != 1 or _EXTENDS[char]


def _iter_runs(source: str) -> Iterator[_Run]:
    """Yield runs, in order; of several at one offset in the fold, the last is the one that counts."""
    shifting = filter(_is_shifting, set(non_ascii_characters(source)))
    folded_start = at = 0
    for position in sorted(chain.from_iterable(_find_all(source, char) for char in shifting)):
        if position < at:
            continue
        start = position - 1 if _EXTENDS[source[position]] and position > at else position
        if start > at:
            yield _Run(folded_start, at, start - at)
            folded_start += start - at
        at = start + 1
        while at < len(source) and _EXTENDS[source[at]]:
            at += 1
        folds = [_FOLDED[char] for char in source[start:at]]
        composed = normalize("NFC", "".join(folds))
        if composed != "".join(folds):  # a letter with its parts, which cannot be divided
            folds = [composed, *[""] * (len(folds) - 1)]
        for offset, folded in enumerate(folds, start):
            if folded or offset == start:
                yield _Run(folded_start, offset, 0)
            folded_start += len(folded)
    yield _Run(folded_start, at, len(source) - at)


def _find_all(text: str, char: str) -> Iterator[int]:
    at = text.find(char)
    while at >= 0:
        yield at
        at = text.find(char, at + 1)
