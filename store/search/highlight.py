"""Where in a text the words of a query stand, for marking them and for searching without an index."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from store.model.article import Snippet
from store.search.syntax_tree import WordsCondition
from store.text.terms import UNSPACED_SCRIPT, UNSPACED_SCRIPTS
from store.text.tokenizer import normalize_text

TextSpan = tuple[int, int]
"""Start and end, as offsets into the text."""
WordForms = Callable[[str], Sequence[str]]
"""The other forms of a word, and the word."""

MAX_SNIPPET_LEAD = 40
"""Characters that an excerpt has before the first hit, at most."""
MAX_SNIPPET_LENGTH = 240
"""Characters of an excerpt, at most."""

_LETTER = rf"[^\W_{UNSPACED_SCRIPTS}]"
_WORD_PART = re.compile(rf"[{UNSPACED_SCRIPTS}]+|{_LETTER}+")
_MATCH_NOTHING = re.compile(r"(?!)")


def no_other_forms(word: str) -> Sequence[str]:
    """No other forms: what is known of a word without the index."""
    return (word,)


@dataclass(frozen=True, slots=True)
class Highlighter:
    """Finds the words of a query in texts."""

    pattern: re.Pattern[str] = _MATCH_NOTHING
    """For texts as `plain` gives them."""

    def find_spans(self, text: str) -> list[TextSpan]:
        """Where the words stand in a text, as offsets into the text as it is."""
        folded = normalize_text(text)
        found = [match.span() for match in self.pattern.finditer(folded)]
        if not found or len(folded) == len(text):
            return found
        places = _source_offsets(text)
        return [(places[start], places[end - 1] + 1) for start, end in found]

    def __bool__(self) -> bool:
        """Whether there is anything to find."""
        return self.pattern is not _MATCH_NOTHING

    def matches(self, text: str) -> bool:
        """Whether one of the words stands in a text."""
        return self.pattern.search(normalize_text(text)) is not None


EMPTY_HIGHLIGHTER = Highlighter()
"""Finds nothing."""


def make_highlighter(
    asked: Iterable[WordsCondition], forms: WordForms = no_other_forms
) -> Highlighter:
    """What marks the words of a query.

    Args:
        asked: The words.
        forms: Gives the forms of a word that count as the word.
    """
    patterns = [pattern for each in asked if (pattern := _build_pattern(each, forms))]
    return Highlighter(re.compile("|".join(patterns))) if patterns else EMPTY_HIGHLIGHTER


def search_terms(asked: Iterable[WordsCondition], forms: WordForms = no_other_forms) -> list[str]:
    """What is looked for in an article that was found: beginnings of words, and phrases."""
    found: set[str] = set()
    for each in asked:
        one_word = len(_WORD_PART.findall(normalize_text(each.text))) == 1 and not each.is_phrase
        found.update(forms(normalize_text(each.text)) if one_word else [each.text])
    begun = tuple(found)
    return sorted(
        term
        for term in found
        if not any(term != b and normalize_text(term).startswith(normalize_text(b)) for b in begun)
    )


def make_snippet(found: Highlighter, texts: Sequence[str]) -> Snippet:
    """The first place where the words stand in the texts, with what is around it, as one line.

    Where they stand in none of them (but in the title, say), it is how the last of them begins.
    """
    for text in texts:
        folded = normalize_text(text)
        if first := found.pattern.search(folded):
            share = len(text) / max(1, len(folded))
            start = _snippet_start(text, int(first.start() * share))
            line = " ".join(text[start : start + MAX_SNIPPET_LENGTH].split())
            line = f"…{line}" if start else line
            return Snippet(line, tuple(found.find_spans(line)))
    begun = next((text[:MAX_SNIPPET_LENGTH] for text in reversed(texts) if text), "")
    return Snippet(" ".join(begun.split()))


def _snippet_start(text: str, at: int) -> int:
    """Where an excerpt begins: with the sentence if that is near, else with a word."""
    least = max(0, at - MAX_SNIPPET_LEAD)
    ends = [match.end() for match in re.finditer(r"\n|[.!?…。！？]\s*", text[least:at])]
    if not least or ends:
        return least + (ends[-1] if ends else 0)
    blank = text.find(" ", least, at)
    return least if blank < 0 else blank + 1


def _build_pattern(asked: WordsCondition, forms: WordForms) -> str:
    parts = _WORD_PART.findall(normalize_text(asked.text))
    if not parts:
        return ""
    last = parts[-1]
    if len(parts) == 1 and not asked.is_phrase and not UNSPACED_SCRIPT.match(last):
        words = sorted(map(re.escape, forms(last)), key=len, reverse=True)
        goes_on = f"|{re.escape(last)}{_LETTER}*" if asked.is_prefix else ""
        return rf"(?<!{_LETTER})(?:{'|'.join(words)}{goes_on})(?!{_LETTER})"
    pattern = _whole_word_pattern(parts[0])
    for before, part in pairwise(parts):
        gap = "*" if UNSPACED_SCRIPT.match(before) or UNSPACED_SCRIPT.match(part) else "+"
        pattern += rf"[\W_]{gap}" + _whole_word_pattern(part)
    if asked.is_prefix and not UNSPACED_SCRIPT.match(last):
        pattern = pattern.removesuffix(rf"(?!{_LETTER})") + f"{_LETTER}*"
    return pattern


def _whole_word_pattern(part: str) -> str:
    if UNSPACED_SCRIPT.match(part):
        return re.escape(part)
    return rf"(?<!{_LETTER}){re.escape(part)}(?!{_LETTER})"


def _source_offsets(text: str) -> list[int]:
    """For each character of the plain text, which character of the text it comes from."""
    return [
        at
        for at, char in enumerate(text)
        for _ in (char if char < "\x80" else normalize_text(char))
    ]
