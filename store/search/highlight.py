"""Where in a text the words of a query stand, for marking them and for searching without an index."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from store.model.article import Excerpt
from store.search.syntax_tree import Words
from store.text.terms import IS_UNSPACED, UNSPACED
from store.text.tokenizer import plain

Span = tuple[int, int]
"""Start and end, as offsets into the text."""
Forms = Callable[[str], Sequence[str]]
"""The other forms of a word, and the word."""

BEFORE = 40
"""Characters that an excerpt has before the first hit, at most."""
EXCERPT = 240
"""Characters of an excerpt, at most."""

_LETTER = rf"[^\W_{UNSPACED}]"
_PART = re.compile(rf"[{UNSPACED}]+|{_LETTER}+")
_NEVER = re.compile(r"(?!)")


def alone(word: str) -> Sequence[str]:
    """No other forms: what is known of a word without the index."""
    return (word,)


@dataclass(frozen=True, slots=True)
class Marker:
    """Finds the words of a query in texts."""

    pattern: re.Pattern[str] = _NEVER
    """For texts as `plain` gives them."""

    def spans(self, text: str) -> list[Span]:
        """Where the words stand in a text, as offsets into the text as it is."""
        folded = plain(text)
        found = [match.span() for match in self.pattern.finditer(folded)]
        if not found or len(folded) == len(text):
            return found
        places = _places(text)
        return [(places[start], places[end - 1] + 1) for start, end in found]

    def __bool__(self) -> bool:
        """Whether there is anything to find."""
        return self.pattern is not _NEVER

    def occurs(self, text: str) -> bool:
        """Whether one of the words stands in a text."""
        return self.pattern.search(plain(text)) is not None


NOTHING = Marker()
"""Finds nothing."""


def marker(asked: Iterable[Words], forms: Forms = alone) -> Marker:
    """What marks the words of a query.

    Args:
        asked: The words.
        forms: Gives the forms of a word that count as the word.
    """
    patterns = [pattern for each in asked if (pattern := _pattern(each, forms))]
    return Marker(re.compile("|".join(patterns))) if patterns else NOTHING


def terms(asked: Iterable[Words], forms: Forms = alone) -> list[str]:
    """What is looked for in an article that was found: beginnings of words, and phrases."""
    found: set[str] = set()
    for each in asked:
        one_word = len(_PART.findall(plain(each.text))) == 1 and not each.phrase
        found.update(forms(plain(each.text)) if one_word else [each.text])
    begun = tuple(found)
    return sorted(
        term
        for term in found
        if not any(term != b and plain(term).startswith(plain(b)) for b in begun)
    )


def excerpt(found: Marker, texts: Sequence[str]) -> Excerpt:
    """The first place where the words stand in the texts, with what is around it, as one line.

    Where they stand in none of them (but in the title, say), it is how the last of them begins.
    """
    for text in texts:
        folded = plain(text)
        if first := found.pattern.search(folded):
            share = len(text) / max(1, len(folded))
            start = _beginning(text, int(first.start() * share))
            line = " ".join(text[start : start + EXCERPT].split())
            line = f"…{line}" if start else line
            return Excerpt(line, tuple(found.spans(line)))
    begun = next((text[:EXCERPT] for text in reversed(texts) if text), "")
    return Excerpt(" ".join(begun.split()))


def _beginning(text: str, at: int) -> int:
    """Where an excerpt begins: with the sentence if that is near, else with a word."""
    least = max(0, at - BEFORE)
    ends = [match.end() for match in re.finditer(r"\n|[.!?…。！？]\s*", text[least:at])]
    if not least or ends:
        return least + (ends[-1] if ends else 0)
    blank = text.find(" ", least, at)
    return least if blank < 0 else blank + 1


def _pattern(asked: Words, forms: Forms) -> str:
    parts = _PART.findall(plain(asked.text))
    if not parts:
        return ""
    last = parts[-1]
    if len(parts) == 1 and not asked.phrase and not IS_UNSPACED.match(last):
        words = sorted(map(re.escape, forms(last)), key=len, reverse=True)
        goes_on = f"|{re.escape(last)}{_LETTER}*" if asked.typing else ""
        return rf"(?<!{_LETTER})(?:{'|'.join(words)}{goes_on})(?!{_LETTER})"
    pattern = _bounded(parts[0])
    for before, part in pairwise(parts):
        gap = "*" if IS_UNSPACED.match(before) or IS_UNSPACED.match(part) else "+"
        pattern += rf"[\W_]{gap}" + _bounded(part)
    if asked.typing and not IS_UNSPACED.match(last):
        pattern = pattern.removesuffix(rf"(?!{_LETTER})") + f"{_LETTER}*"
    return pattern


def _bounded(part: str) -> str:
    if IS_UNSPACED.match(part):
        return re.escape(part)
    return rf"(?<!{_LETTER}){re.escape(part)}(?!{_LETTER})"


def _places(text: str) -> list[int]:
    """For each character of the plain text, which character of the text it comes from."""
    return [at for at, char in enumerate(text) for _ in (char if char < "\x80" else plain(char))]
