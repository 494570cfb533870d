"""Find the words of a query in a text: for highlights, snippets and searches without an index."""

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
"""Returns a word and its other forms."""

MAX_SNIPPET_LEAD = 40
"""Characters of a snippet before the first hit."""
MAX_SNIPPET_LENGTH = 240

_LETTER = rf"[^\W_{UNSPACED_SCRIPTS}]"
_WORD_PART = re.compile(rf"[{UNSPACED_SCRIPTS}]+|{_LETTER}+")
_MATCH_NOTHING = re.compile(r"(?!)")


def no_other_forms(word: str) -> Sequence[str]:
    """Return the word alone, as all that is known without the index."""
    return (word,)


@dataclass(frozen=True, slots=True)
class Highlighter:
    """Finds the words of a query in texts."""

    pattern: re.Pattern[str] = _MATCH_NOTHING
    """For normalized texts."""

    def find_spans(self, text: str) -> list[TextSpan]:
        """Return where the words occur, as offsets into the text as it is."""
        folded = normalize_text(text)
        spans = [match.span() for match in self.pattern.finditer(folded)]
        if not spans or len(folded) == len(text):
            return spans
        offsets = _source_offsets(text)
        return [(offsets[start], offsets[end - 1] + 1) for start, end in spans]

    def __bool__(self) -> bool:
        """Return True if there is anything to find."""
        return self.pattern is not _MATCH_NOTHING

    def matches(self, text: str) -> bool:
        """Return True if one of the words occurs in a text."""
        return self.pattern.search(normalize_text(text)) is not None


EMPTY_HIGHLIGHTER = Highlighter()
"""Finds nothing."""


def make_highlighter(
    conditions: Iterable[WordsCondition], forms: WordForms = no_other_forms
) -> Highlighter:
    """Return a highlighter for words; `forms` returns the forms that count as a word."""
    patterns = [pattern for each in conditions if (pattern := _build_pattern(each, forms))]
    return Highlighter(re.compile("|".join(patterns))) if patterns else EMPTY_HIGHLIGHTER


def search_terms(
    conditions: Iterable[WordsCondition], forms: WordForms = no_other_forms
) -> list[str]:
    """Return what to look for in an article that was found: prefixes of words, and phrases."""
    found: set[str] = set()
    for each in conditions:
        one_word = len(_WORD_PART.findall(normalize_text(each.text))) == 1 and not each.is_phrase
        found.update(forms(normalize_text(each.text)) if one_word else [each.text])
    return sorted(
        term
        for term in found
        if not any(term != b and normalize_text(term).startswith(normalize_text(b)) for b in found)
    )


def make_snippet(highlighter: Highlighter, texts: Sequence[str]) -> Snippet:
    """Return the first place where the words occur, with the text around it, as one line.

    If they occur in none of the texts (but in the title, say), it is the start of the last text.
    """
    for text in texts:
        folded = normalize_text(text)
        if first := highlighter.pattern.search(folded):
            share = len(text) / max(1, len(folded))
            start = _snippet_start(text, int(first.start() * share))
            line = " ".join(text[start : start + MAX_SNIPPET_LENGTH].split())
            line = f"…{line}" if start else line
            return Snippet(line, tuple(highlighter.find_spans(line)))
    start_of_text = next((text[:MAX_SNIPPET_LENGTH] for text in reversed(texts) if text), "")
    return Snippet(" ".join(start_of_text.split()))


def _snippet_start(text: str, hit: int) -> int:
    """Return where a snippet starts: with the sentence if that is near, else with a word."""
    earliest = max(0, hit - MAX_SNIPPET_LEAD)
    ends = [match.end() for match in re.finditer(r"\n|[.!?…。！？]\s*", text[earliest:hit])]
    if not earliest or ends:
        return earliest + (ends[-1] if ends else 0)
    blank = text.find(" ", earliest, hit)
    return earliest if blank < 0 else blank + 1


def _build_pattern(condition: WordsCondition, forms: WordForms) -> str:
    parts = _WORD_PART.findall(normalize_text(condition.text))
    if not parts:
        return ""
    last = parts[-1]
    if len(parts) == 1 and not condition.is_phrase and not UNSPACED_SCRIPT.match(last):
        words = sorted(map(re.escape, forms(last)), key=len, reverse=True)
        longer = f"|{re.escape(last)}{_LETTER}*" if condition.is_prefix else ""
        return rf"(?<!{_LETTER})(?:{'|'.join(words)}{longer})(?!{_LETTER})"
    pattern = _whole_word_pattern(parts[0])
    for before, part in pairwise(parts):
        gap = "*" if UNSPACED_SCRIPT.match(before) or UNSPACED_SCRIPT.match(part) else "+"
        pattern += rf"[\W_]{gap}" + _whole_word_pattern(part)
    if condition.is_prefix and not UNSPACED_SCRIPT.match(last):
        pattern = pattern.removesuffix(rf"(?!{_LETTER})") + f"{_LETTER}*"
    return pattern


def _whole_word_pattern(part: str) -> str:
    if UNSPACED_SCRIPT.match(part):
        return re.escape(part)
    return rf"(?<!{_LETTER}){re.escape(part)}(?!{_LETTER})"


def _source_offsets(text: str) -> list[int]:
    """Return the offset in the text of each character of its normalized form."""
    return [
        at
        for at, char in enumerate(text)
        for _ in (char if char < "\x80" else normalize_text(char))
    ]
