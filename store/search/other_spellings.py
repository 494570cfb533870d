"""The other spellings of searched words, as conditions; see `store.text.spellings`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from store.search.syntax_tree import WordsCondition
from store.text.folding import normalize_text
from store.text.spellings import (
    add_dots,
    is_like_word,
    other_spellings,
    remove_dots,
    remove_hyphens,
    split_prefix,
)


def iter_other_spellings(condition: WordsCondition) -> Iterator[WordsCondition]:
    """Yield the other spellings of an unquoted word; what is quoted is meant as it is written."""
    text = condition.text
    if condition.is_phrase:
        return
    if with_dots := add_dots(text):
        yield replace(condition, text=with_dots, is_prefix=False)
    if acronym := remove_dots(text):
        if not is_like_word(acronym):
            yield replace(condition, text=acronym)
    elif joined := remove_hyphens(text):
        yield replace(condition, text=joined)
    else:
        word = normalize_text(text)
        for other in other_spellings(word):
            yield replace(condition, text=other, is_prefix=False)  # labour is not laboratory
        if parts := split_prefix(word):
            yield replace(condition, text=" ".join(parts), is_phrase=True, is_prefix=True)


def find_acronym_like_word(condition: WordsCondition) -> str:
    """Return the acronym, with dots, that a condition asks for and that is a word in lower case.

    `U.S.` and `US` ask for `u.s.`, `us` for the word; empty for other words.
    """
    text = condition.text
    acronym = remove_dots(text) or (text.lower() if text.isupper() else "")
    is_meant = is_like_word(acronym) and not condition.is_phrase
    return add_dots(acronym.upper()) if is_meant else ""
