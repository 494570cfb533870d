"""Find the words of a query in a text: for highlights, snippets and searches without an index."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import NamedTuple

from store.model.article import Snippet
from store.search.other_spellings import find_acronym_like_word, iter_other_spellings
from store.search.syntax_tree import WordsCondition
from store.text.folding import FoldedText, TextSpan, is_extension, normalize_text
from store.text.spellings import remove_dots
from store.text.terms import UNSPACED_SCRIPTS
from store.text.tokenizer import (
    FINAL_SIGNS,
    JOINING_SIGNS,
    SINGLE_CHARACTERS,
    find_signs,
    space_single_characters,
    space_words,
)

WordForms = Callable[[str], Sequence[str]]
"""Returns a word and its other forms."""

MAX_SNIPPET_LEAD = 40
"""Characters of a snippet before the first hit."""
MAX_SNIPPET_LENGTH = 240

_WORD = re.compile(f"[{UNSPACED_SCRIPTS}]+|[{SINGLE_CHARACTERS}]|[^ {SINGLE_CHARACTERS}]+")
_SINGLE = re.compile(f"[{SINGLE_CHARACTERS}]")
_JOINT = re.compile(f"[{JOINING_SIGNS}]+")
_FINAL_SIGNS = re.compile(f"[{FINAL_SIGNS}]*")


def no_other_forms(word: str) -> Sequence[str]:
    """Return the word alone, as all that is known without the index."""
    return (word,)


class TextForm(NamedTuple):
    """The form of a folded text in which some words of a query are found."""

    has_signs: bool
    """False if everything that is no part of a word is a space."""
    has_singles: bool
    """False if characters that are words by themselves are spaces, so that patterns need no class
    of them, which takes ten milliseconds to compile."""

    def apply(self, folded: str) -> str:
        """Return the text in this form, of equal length."""
        text = folded if self.has_signs else space_words(folded)
        return text if self.has_singles else space_single_characters(text)

    @property
    def word_character(self) -> str:
        """A pattern for the characters of words."""
        if self.has_signs:
            return rf"[^\W_{UNSPACED_SCRIPTS}]" if self.has_singles else r"[^\W_]"
        return f"[^ {SINGLE_CHARACTERS}]" if self.has_singles else r"\S"


@dataclass(frozen=True, slots=True)
class Highlighter:
    """Finds the words of a query in texts."""

    patterns: Mapping[TextForm, re.Pattern[str]] = field(default_factory=dict)
    """What is found in folded texts."""
    acronyms: re.Pattern[str] | None = None
    """What is found in texts as they are: acronyms that are other words in lower case."""

    def find_spans(self, text: str) -> list[TextSpan]:
        """Return where the words occur, as offsets into the text as it is."""
        if not self:
            return []
        return list(_without_overlaps(chain.from_iterable(self._find(text))))

    def _find(self, text: str) -> Iterator[Iterator[TextSpan]]:
        """Yield for each pattern where it matches."""
        folded = FoldedText(text)
        for form, pattern in self.patterns.items():
            yield folded.find(pattern, form.apply(folded.text))
        if self.acronyms is not None:
            yield (match.span() for match in self.acronyms.finditer(text))

    def find_first(self, text: str) -> int | None:
        """Return where the words first occur; None if they do not."""
        found = (next(spans, None) for spans in self._find(text))
        return min((span[0] for span in found if span), default=None)

    def __bool__(self) -> bool:
        """Return True if there is anything to find."""
        return bool(self.patterns)

    def matches(self, text: str) -> bool:
        """Return True if one of the words occurs in a text."""
        return self.find_first(text) is not None


def _without_overlaps(spans: Iterable[TextSpan]) -> Iterator[TextSpan]:
    """Yield spans in order, the longest of those that begin at the same place."""
    behind = 0
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= behind:
            yield start, end
            behind = end


def make_highlighter(
    conditions: Iterable[WordsCondition], forms: WordForms = no_other_forms
) -> Highlighter:
    """Return a highlighter for words; `forms` returns the forms that count as a word."""
    conditions = list(conditions)
    patterns: dict[TextForm, list[str]] = {}
    for each in chain.from_iterable((each, *iter_other_spellings(each)) for each in conditions):
        form = TextForm(bool(find_signs(each.text)), _has_singles(each.text))
        build = _build_sign_pattern if form.has_signs else partial(_build_word_pattern, forms=forms)
        if pattern := build(each, form.word_character):
            patterns.setdefault(form, []).append(pattern)
    acronyms = [
        remove_dots(each).upper() for each in map(find_acronym_like_word, conditions) if each
    ]
    return Highlighter(
        {form: re.compile("|".join(each)) for form, each in patterns.items()},
        re.compile(rf"(?<![^\W_])(?:{'|'.join(acronyms)})(?![^\W_])") if acronyms else None,
    )


def _has_singles(text: str) -> bool:
    return _SINGLE.search(normalize_text(text)) is not None


def make_snippet(highlighter: Highlighter, texts: Sequence[str]) -> Snippet:
    """Return the first place where the words occur, with the text around it, as one line.

    If they occur in none of the texts (but in the title, say), it is the start of the last text.
    """
    for text in texts:
        if (first := highlighter.find_first(text)) is not None:
            start = _snippet_start(text, first)
            line = " ".join(text[start : start + MAX_SNIPPET_LENGTH].split())
            line = f"…{line}" if start else line
            return Snippet(line, tuple(highlighter.find_spans(line)))
    start_of_text = next((text[:MAX_SNIPPET_LENGTH] for text in reversed(texts) if text), "")
    return Snippet(" ".join(start_of_text.split()))


def _snippet_start(text: str, hit: int) -> int:
    """Return where a snippet starts: with the sentence if that is near, else with a word."""
    earliest = max(0, hit - MAX_SNIPPET_LEAD)
    while earliest < hit and is_extension(text[earliest]):
        earliest += 1
    ends = [match.end() for match in re.finditer(r"\n|[.!?…。！？]\s*", text[earliest:hit])]
    if not earliest or ends:
        return earliest + (ends[-1] if ends else 0)
    blank = text.find(" ", earliest, hit)
    return earliest if blank < 0 else blank + 1


# -- patterns of words ---------------------------------------------------------------------


def _build_word_pattern(condition: WordsCondition, character: str, *, forms: WordForms) -> str:
    """Return a pattern for a folded text with spaces between its words."""
    words = _WORD.findall(space_words(normalize_text(condition.text)))
    if not words:
        return ""
    last = words[-1]
    tail = f"{character}*" if condition.is_prefix else ""
    if len(words) == 1 and not condition.is_phrase and not _SINGLE.match(last):
        known = sorted(map(re.escape, forms(last)), key=len, reverse=True)
        longer = f"|{re.escape(last)}{tail}" if condition.is_prefix else ""
        return _whole_word(f"(?:{'|'.join(known)}{longer})", character)
    pattern = ""
    for at, word in enumerate(words):
        is_single = _SINGLE.match(word)
        if at:
            pattern += " *" if is_single or _SINGLE.match(words[at - 1]) else " +"
        longer = tail if at == len(words) - 1 else ""
        escaped = re.escape(word)
        pattern += escaped if is_single else _whole_word(escaped + longer, character)
    return pattern


def _whole_word(pattern: str, character: str) -> str:
    return f"(?<!{character}){pattern}(?!{character})"


def _build_sign_pattern(condition: WordsCondition, character: str) -> str:
    """Return a pattern for a folded text, in which the signs that belong to a word are literal."""
    folded = normalize_text(condition.text)
    found = list(_WORD.finditer(space_words(folded)))
    first, last = found[0], found[-1]
    leading = next((s[: -len(first[0])] for s in _signs_at_start(folded, first)), "")
    pattern = re.escape(leading)
    if not leading and not _SINGLE.match(first[0]):
        pattern = f"(?<!{character})"
    for at, word in enumerate(found):
        if at:
            pattern += _gap_pattern(folded[found[at - 1].end() : word.start()])
        pattern += re.escape(word[0])
    if final := _final_signs(folded[last.end() :]):
        return pattern + re.escape(final) + ("" if condition.is_prefix else f"(?![{FINAL_SIGNS}])")
    if _SINGLE.match(last[0]):
        return pattern
    return pattern + (f"{character}*" if condition.is_prefix else f"(?!{character})")


def _signs_at_start(folded: str, first: re.Match[str]) -> Iterator[str]:
    signs = folded[: first.start()]
    joined = signs[len(signs.rstrip(JOINING_SIGNS)) :]
    yield from (each for each in find_signs(joined + first[0]) if each.endswith(first[0]))


def _gap_pattern(gap: str) -> str:
    """Return a pattern for what is between two words: joining signs as they are, others in any number."""
    if not gap or (_JOINT.search(gap) and not any(map(str.isspace, gap))):
        return re.escape(gap)
    return re.escape(_final_signs(gap)) + r"[\W_]+"


def _final_signs(signs: str) -> str:
    return match[0] if (match := _FINAL_SIGNS.match(signs)) else ""
