"""Queries as `tsquery`, for vectors as `store.postgres.text_vector` makes them.

The index (GIN) knows which articles have a word, but neither where nor in which field. So for phrases, and for
words of a summary or a text alone, it finds more than matches, and the vectors of these articles are read.
A query is therefore written in two forms: a wide one, which the index answers by itself, and the exact one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from store.postgres.text_vector import (
    AUTHOR_PREFIX,
    NOTHING,
    TITLE_PREFIX,
    TOPIC_PREFIX,
    URL_PREFIX,
    fact_word,
    quote_word,
)
from store.search.highlight import WordForms
from store.search.other_spellings import find_acronym_like_word, iter_other_spellings
from store.search.syntax_tree import (
    And,
    Most,
    Not,
    Or,
    QueryNode,
    SearchField,
    ValueCondition,
    WordsCondition,
    count_most,
)
from store.text.terms import UNSPACED_SCRIPT
from store.text.tokenizer import find_signs, tokenize

OTHER_FORM_WEIGHT = 0.8
"""The weight of another form or spelling of a word, relative to the word itself."""
MAX_COMBINED_PARTS = 8
"""Parts of which those with most are found by one query."""
ALL_WEIGHTS = ("A", "B", "C", "D")
NO_ARTICLE = quote_word(NOTHING)
"""The query that matches nothing."""
EVERY_ARTICLE = f"!{NO_ARTICLE}"

_QUOTED = r"'(?:[^'\\]|''|\\.)*'(?::[A-D*]+)?"
_PHRASE = re.compile(rf"\({_QUOTED}(?: <\d+> {_QUOTED})+\)")

Form = Literal["exact", "wide", "narrow"]
"""A wide form matches at least what the exact one does, and a narrow one at most that; the index
answers both by itself."""
_OPPOSITES: dict[Form, Form] = {"exact": "exact", "wide": "narrow", "narrow": "wide"}
_FIELD_MARKS: dict[SearchField, tuple[str, str]] = {
    "": ("", ""),
    "title": (TITLE_PREFIX, ""),
    "summary": ("", "B"),
    "text": ("", "D"),
    "author": (AUTHOR_PREFIX, ""),
    "url": (URL_PREFIX, ""),
}
"""What the words of a field begin with, and the weight of their places."""


class TextQuery(NamedTuple):
    """A query of words, as the database is asked."""

    wide: str
    exact: str
    phrases: Sequence[str] = ()
    """The phrases of the exact form: in a long text, each may be in another part."""
    parts: Sequence[str] = ()
    """Queries of which `least` have to match, too."""
    least: int = 0


class Alternative(NamedTuple):
    """One way to write a searched word."""

    query: str
    weight: float
    words: Sequence[str]
    """The words that it asks for, as they are indexed, without those with signs."""
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class TextQueryBuilder:
    """Translates syntax trees of words and values.

    Attributes:
        forms: Returns a word and its other forms.
    """

    forms: WordForms

    def build(self, node: QueryNode) -> TextQuery:
        """Return the query of a tree; of `Most`, the rarest parts come first."""
        wide, exact = self.translate(node, "wide"), self.translate(node)
        query = TextQuery(wide, exact, tuple(dict.fromkeys(_PHRASE.findall(exact))))
        for part in node.parts if isinstance(node, And) else (node,):
            if isinstance(part, Most) and len(part.parts) > MAX_COMBINED_PARTS:
                parts = [self.translate(each) for each in part.parts]
                return query._replace(parts=parts, least=count_most(len(parts)))
        return query

    def translate(self, node: QueryNode, form: Form = "exact") -> str:
        """Return a tree as a `tsquery`."""
        match node:
            case WordsCondition():
                return any_of(each.query for each in self.alternatives(node, form))
            case ValueCondition():
                return _value_query(node)
            case Not(part):
                return f"!{self.translate(part, _OPPOSITES[form])}"
            case And(parts):
                return all_of(self.translate(part, form) for part in parts)
            case Or(parts):
                return any_of(self.translate(part, form) for part in parts)
            case Most(parts):
                return most_of([self.translate(part, form) for part in parts])
        raise TypeError(f"not a query of the index: {node}")

    def alternatives(
        self, condition: WordsCondition, form: Form = "exact"
    ) -> Iterator[Alternative]:
        """Yield the ways to write searched words, at first as they are typed."""
        yield from self._spelling(condition, form, 1.0)
        for other in iter_other_spellings(condition):
            yield from self._spelling(other, form, OTHER_FORM_WEIGHT)
        if acronym := find_acronym_like_word(condition):
            word = _Words(condition.field, form).word(acronym)
            yield Alternative(word, OTHER_FORM_WEIGHT, ())

    def _spelling(
        self, condition: WordsCondition, form: Form, weight: float
    ) -> Iterator[Alternative]:
        """Yield words as they are spelt."""
        words = _Words(condition.field, form)
        signs, is_prefix = find_signs(condition.text), condition.is_prefix
        if not signs:
            yield from self._plain(condition, words, weight)
            return
        has_more = len(tokenize(condition.text)) > 1  # a single word is in the term with its sign
        plain = list(self._plain(condition, words, weight)) if has_more else []

        def in_field(each: _Words) -> str:
            last = signs[-1]
            terms = [each.word(sign, is_prefix=is_prefix and sign == last) for sign in signs]
            others = self._plain(condition, each, weight) if has_more else ()
            return all_of([*terms, *([any_of(one.query for one in others)] if has_more else [])])

        query = any_of(map(in_field, words.one_field_each(is_needed=has_more or len(signs) > 1)))
        yield Alternative(query, weight, [word for one in plain[:1] for word in one.words])

    def _plain(
        self, condition: WordsCondition, words: _Words, weight: float
    ) -> Iterator[Alternative]:
        """Yield words without their signs: mostly one word, or several if it has a hyphen, say."""
        found, is_prefix = tokenize(condition.text), condition.is_prefix
        if not found:
            return
        first = found[0].text
        is_unspaced = bool(UNSPACED_SCRIPT.match(first))
        if condition.is_phrase or len(found) > 1 or (is_unspaced and not is_prefix):
            yield _phrase(condition, words, weight)
            return
        for each in self.forms(first):
            form_weight = weight if each == first else weight * OTHER_FORM_WEIGHT
            yield Alternative(words.word(each), form_weight, [each])
        if is_prefix and len(first) == 1 and not is_unspaced and condition.field == "":
            # Every text has a word that starts with a given letter: search the short fields only.
            for prefix in (TITLE_PREFIX, TOPIC_PREFIX):
                query = f"{quote_word(prefix + first)}:*"
                yield Alternative(query, weight, [first], is_prefix=True)
        elif is_prefix:
            yield Alternative(words.word(first, is_prefix=True), weight, [first], is_prefix=True)


def _phrase(condition: WordsCondition, words: _Words, weight: float) -> Alternative:
    """Return words that follow each other exactly."""
    found, is_prefix = tokenize(condition.text), condition.is_prefix
    if len(found) > 1 and UNSPACED_SCRIPT.match(found[-1].text):
        if len(found[-1].text) == 1 and UNSPACED_SCRIPT.match(found[-2].text):
            found = found[:-1]  # where the query ends, the run in the text may go on
        is_prefix = is_prefix or len(found[-1].text) == 1
    last = found[-1].text
    if len(found) == 1:
        is_prefix = is_prefix or (len(last) == 1 and bool(UNSPACED_SCRIPT.match(last)))
    placed = [(each.position, each.text) for each in found]
    texts = [text for _, text in placed]
    return Alternative(words.phrase(placed, is_prefix=is_prefix), weight, texts, is_prefix)


@dataclass(frozen=True, slots=True)
class _Words:
    """Writes the words of a field."""

    field: SearchField
    form: Form
    weight: str = ""
    """The weight of their places, if it is not that of the field."""

    def one_field_each(self, *, is_needed: bool) -> Sequence[_Words]:
        """Return writers for words that have to be in the same field, one for each, if that matters."""
        if self.field or self.form != "exact" or not is_needed:
            return [self]
        return [_Words(self.field, self.form, weight) for weight in ALL_WEIGHTS]

    def word(self, word: str, *, is_prefix: bool = False) -> str:
        """Return a word, or words with a prefix."""
        prefix, weight = _FIELD_MARKS[self.field]
        weight = self.weight or weight
        if weight and self.form == "narrow":
            return NO_ARTICLE
        mark = "*" * is_prefix + (weight if self.form == "exact" else "")
        return quote_word(prefix + word) + (f":{mark}" if mark else "")

    def phrase(self, placed: Sequence[tuple[int, str]], *, is_prefix: bool) -> str:
        """Return words that follow each other, each with its place; the last may be incomplete."""
        last = len(placed) - 1
        words = [
            self.word(word, is_prefix=is_prefix and number == last)
            for number, (_, word) in enumerate(placed)
        ]
        if last == 0:
            return words[0]
        if self.form != "exact":
            return all_of(words) if self.form == "wide" else NO_ARTICLE
        gaps = [place - before for (before, _), (place, _) in pairwise(placed)]
        steps = [f" <{gap}> {word}" for gap, word in zip(gaps, words[1:], strict=True)]
        return f"({words[0]}{''.join(steps)})"


def _value_query(condition: ValueCondition) -> str:
    word = quote_word(fact_word(condition.column, condition.value))
    if condition.is_prefix:
        return f"{word}:*"
    if condition.column == "lang":  # `lang:pt` also matches pt-BR
        longer = (f"{quote_word(fact_word('lang', condition.value + sign))}:*" for sign in "-_")
        return any_of([word, *longer])
    return word


def any_of(queries: Iterable[str]) -> str:
    """Return a query for what at least one of some matches."""
    return _join(" | ", queries) or NO_ARTICLE


def all_of(queries: Iterable[str]) -> str:
    """Return a query for what all of some match."""
    return _join(" & ", queries) or EVERY_ARTICLE


def _join(operator: str, queries: Iterable[str]) -> str:
    each = list(dict.fromkeys(queries))
    return f"({operator.join(each)})" if len(each) > 1 else "".join(each)


def most_of(queries: Sequence[str]) -> str:
    """Return a query for what at least half of some match; of many, for what some of these match."""
    least = count_most(len(queries))
    if len(queries) > MAX_COMBINED_PARTS:  # whatever has `least` of all has two of so many
        return _at_least(2, queries[: len(queries) - least + 2])
    return _at_least(least, queries)


def _at_least(least: int, queries: Sequence[str]) -> str:
    if least <= 1:
        return any_of(queries)
    if least == len(queries):
        return all_of(queries)
    first, *others = queries
    return any_of([all_of([first, _at_least(least - 1, others)]), _at_least(least, others)])


def matches_empty(node: QueryNode) -> bool:
    """Return True if a text without words matches, so that no word leads to what matches."""
    match node:
        case Not(part):
            return not matches_empty(part)
        case And(parts):
            return all(map(matches_empty, parts))
        case Or(parts):
            return any(map(matches_empty, parts))
    return False


def negate(node: QueryNode) -> QueryNode:
    """Return a tree for whatever another one does not match, with `Not` as far inside as may be."""
    match node:
        case Not(part):
            return part
        case And(parts) if parts:
            return Or(tuple(map(negate, parts)))
        case Or(parts):
            return And(tuple(map(negate, parts)))
    return Not(node)
