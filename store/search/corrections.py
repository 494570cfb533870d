"""Corrections of misspelt words: the words of the index that are nearest to one that it lacks.

The nearest is the one with the fewest errors, and of several the most frequent. An error is a missing,
an additional or a wrong letter, or two neighbours in the wrong order (Damerau 1964), which is the
likeliest. The index lists its words by their first letters; so errors are looked for behind the first two,
and a single one in these by trying what it may have changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from string import ascii_lowercase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from store.search.vocabulary import IndexedWords

SHARED_LETTERS = 2
"""Letters at the start that a word and its correction share."""
MIN_CORRECTED_LENGTH = 4
"""Shorter words are near too many others."""
MIN_SPLIT_LENGTH = 3
"""Letters of the second of two words between which a space or an apostrophe may be missing."""
LONG_WORD_LENGTH = 8
"""Words from this length on may have two errors."""


def split_in_two(word: str) -> Iterator[tuple[str, str]]:
    """Yield all ways to split a word in two, those with a very short first one last: `o brien`."""
    places = range(1, len(word) - MIN_SPLIT_LENGTH + 1)
    for at in sorted(places, key=lambda place: place < MIN_SPLIT_LENGTH):
        yield word[:at], word[at:]


def find_corrections(
    words: IndexedWords, word: str, fields: Sequence[str], limit: int = 3
) -> Sequence[str]:
    """Return the words of some fields that may have been meant by a word, the likeliest first."""
    if len(word) < MIN_CORRECTED_LENGTH or not word.isalpha():
        return ()
    # Imported with the first typing error: few commands meet one.
    from jellyfish import damerau_levenshtein_distance

    errors = 2 if len(word) >= LONG_WORD_LENGTH else 1
    articles: Counter[str] = Counter()
    for known, number in words.words_with_prefix(fields, word[:SHARED_LETTERS]).items():
        if abs(len(known) - len(word)) <= errors and known.isalpha():
            articles[known] += number
    articles.update(words.count_articles(fields, set(_vary_start(word))))
    letters = sorted(word)
    near = (
        (distance, sorted(known) != letters, -number, known)
        for known, number in articles.items()
        if number and (distance := damerau_levenshtein_distance(word, known)) <= errors
    )
    return [known for *_, known in sorted(near)[:limit]]


def _vary_start(word: str) -> Iterator[str]:
    """Yield the words that one error in the first letters may have made of this one."""
    for at in range(SHARED_LETTERS):
        start, letter, rest = word[:at], word[at], word[at + 1 :]
        yield start + rest
        yield start + rest[:1] + letter + rest[1:]
        for other in ascii_lowercase:
            yield start + other + rest
            yield start + other + letter + rest
