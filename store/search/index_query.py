"""Words, phrases and prefixes as queries of the full-text index.

Words are indexed as they are, so the forms of a word (court, courts) are looked up at query time:
the words of the index that share a prefix and have the same stem, by the rules of every language
that the library's articles are in (Snowball; Porter 2001).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, takewhile

from tantivy import Filter, Occur, Query, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from store.search.corrections import find_corrections, split_in_two
from store.search.index import TEXT_FIELDS, FullTextIndex, signs_field
from store.search.other_spellings import find_acronym_like_word, iter_other_spellings
from store.search.syntax_tree import (
    And,
    FactColumn,
    Most,
    Not,
    Or,
    QueryNode,
    SearchField,
    ValueCondition,
    WordsCondition,
    count_most,
)
from store.text.folding import normalize_text
from store.text.spellings import other_spellings
from store.text.terms import UNSPACED_SCRIPT
from store.text.tokenizer import find_signs, tokenize

FIELD_WEIGHTS: Mapping[str, float] = {
    "title": 3.0,
    "summary": 1.2,
    "body": 1.0,
    "category": 1.0,
    "tags": 2.0,
    "author": 1.0,
    "url": 1.0,
}
"""The weight of a word by the field that it occurs in."""
MAX_STEM_TAIL = 1
"""Letters at the end of the stem in which another form may differ (happy, happier: the y)."""
MIN_STEM_LENGTH = 3
"""Letters that all forms of a word share; shorter words have no other forms."""
MAX_FORM_CANDIDATES = 4000
"""Words of the index that are examined as forms of one word."""
SHORT_FIELDS = ("title", "category", "tags", "author", "url")
"""Fields with short texts."""
MAX_PREFIX_WORDS = 30
"""Words with a common prefix that are still queried one by one."""
MATCHED_PART_SCORE = 30.0
"""The score of each part that matches, where not all have to: more than the frequency of one is worth."""
MAX_COUNTED_RATIO = 0.5
"""The largest part of all articles in which a word may occur to count among most words."""
OTHER_FORM_WEIGHT = 0.8
"""The weight of another form of a word, relative to the word itself."""

SNOWBALL_STEMMERS: Mapping[str, str] = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nb": "norwegian",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}
"""The engine's stemmers by ISO 639-1 code."""


@cache
def make_stemmer(language: str) -> TextAnalyzer:
    """Return an analyser that stems words separated by spaces; see `SNOWBALL_STEMMERS`."""
    return TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.stemmer(language)).build()


def stemmer_names(languages: Iterable[str]) -> Sequence[str]:
    """Return the stemmers for languages given by their codes (`pt-BR`)."""
    codes = (re.split("[-_]", language.casefold())[0] for language in languages)
    known = dict.fromkeys(SNOWBALL_STEMMERS[code] for code in codes if code in SNOWBALL_STEMMERS)
    return tuple(known)


SEARCHED_FIELDS: Mapping[SearchField, Sequence[str]] = {
    "": TEXT_FIELDS,
    "title": ("title",),
    "summary": ("summary",),
    "text": ("body",),
    "author": ("author",),
    "url": ("url",),
}
COLUMN_FIELDS: Mapping[FactColumn, str] = {"tag": "tag", "source": "source", "lang": "language"}


class IndexQueryBuilder:
    """Builds queries for one state of the index; make a new one when the index has changed."""

    def __init__(self, index: FullTextIndex) -> None:
        self.index = index
        """The index that the queries are for."""
        self._languages = stemmer_names({"en", *index.coverage.languages})
        self._forms: dict[str, tuple[str, ...]] = {}
        self._corrections: dict[tuple[str, SearchField], Sequence[str]] = {}

    def build(self, node: QueryNode) -> Query:
        """Return a query for a syntax tree that asks only for words and values."""
        match node:
            case WordsCondition():
                return self._condition_query(node)
            case ValueCondition(column, value, typing):
                return self._value_query(column, normalize_text(value), typing=typing)
            case Not(part):
                return _all_of([(Occur.MustNot, self.build(part))])
            case And(parts):
                return _all_of(
                    (Occur.MustNot, self.build(part.part))
                    if isinstance(part, Not)
                    else (Occur.Must, self.build(part))
                    for part in parts
                )
            case Or(parts):
                return _any_of(map(_counted, map(self.build, parts)))
            case Most():
                return self._most_query(node)
        raise TypeError(f"not a query of the index: {node}")

    def _condition_query(self, condition: WordsCondition) -> Query:
        """Return a query for words in any spelling."""
        others = list(map(self._spelling_query, iter_other_spellings(condition)))
        if acronym := find_acronym_like_word(condition):
            for field in SEARCHED_FIELDS[condition.field]:
                others += self._sign_queries(field, [acronym], typing=False)
        query = self._spelling_query(condition)
        if not others:
            return query
        weighted = (Query.boost_query(each, OTHER_FORM_WEIGHT) for each in others)
        return Query.disjunction_max_query([query, *weighted], tie_breaker=0.3)

    def _spelling_query(self, condition: WordsCondition) -> Query:
        """Return a query for words as they are spelt."""
        text, typing = condition.text, condition.is_prefix
        make = self.phrase_query if condition.is_phrase else self.words_query
        fields = SEARCHED_FIELDS[condition.field]
        if not (signs := find_signs(text)):
            return make(text, fields, typing=typing)
        has_more = len(tokenize(text)) > 1  # a single word is in the term with its sign
        return _any_of(
            _all_of(
                (Occur.Must, part)
                for part in (
                    *self._sign_queries(each, signs, typing=typing),
                    *([make(text, (each,), typing=typing)] if has_more else ()),
                )
            )
            for each in fields
        )

    def _most_query(self, node: Most) -> Query:
        """Return a query for most parts; what no article has, or nearly every one, does not count."""
        found = [(part, self.index.search(part, 1).total) for part in map(self.build, node.parts)]
        limit = MAX_COUNTED_RATIO * self.index.document_count
        telling = [part for part, total in found if 0 < total <= limit]
        others = [part for part, total in found if total > limit]
        if not telling:
            return _any_of(map(_counted, others))
        counted = Query.boolean_query(
            [(Occur.Should, _counted(part)) for part in telling],
            minimum_number_should_match=count_most(len(telling)),
        )
        return Query.boolean_query(
            [(Occur.Must, counted), *((Occur.Should, part) for part in others)]
        )

    def correct_words(self, conditions: Iterable[WordsCondition]) -> Iterator[tuple[str, str]]:
        """Yield the words that the index has in no form, each with the likeliest correction.

        What is quoted or may go on is never corrected, nor is a word with signs, such as `C++`.
        """
        for each in conditions:
            if not (each.is_phrase or each.is_prefix or find_signs(each.text)):
                for word in tokenize(each.text):
                    for correction in self._correct(word.text, each.field):
                        yield word.text, correction

    def _correct(self, word: str, field: SearchField) -> Sequence[str]:
        """Return the likeliest correction of a word; none if a field has it in some form."""
        found = self._corrections.get((word, field))
        if found is None:
            fields = SEARCHED_FIELDS[field]
            forms = chain.from_iterable(map(self.forms, (word, *other_spellings(word))))
            is_known = any(
                self.index.count_articles(each, form) for form in forms for each in fields
            )
            if is_known:
                found = ()
            else:
                found = self._split(word, fields) or find_corrections(self.index, word, fields, 1)
            self._corrections[word, field] = found
        return found

    def _split(self, word: str, fields: Sequence[str]) -> Sequence[str]:
        """Return a word as the two between which a space is missing, if they follow each other anywhere."""
        for first, second in split_in_two(word):
            pair = f"{first} {second}"
            is_known = all(
                any(self.index.count_articles(field, part) for field in fields)
                for part in (first, second)
            )
            if is_known and self.index.search(self.phrase_query(pair, fields), 1).total:
                return (pair,)
        return ()

    def words_query(
        self, text: str, fields: Sequence[str] = TEXT_FIELDS, *, typing: bool = False
    ) -> Query:
        """Return a query for unquoted text: mostly one word, or several if it has a hyphen, say.

        With `typing`, the last word may be incomplete because it is still being typed.
        """
        words = tokenize(text)
        if not words:
            return Query.empty_query()
        if len(words) > 1 or (UNSPACED_SCRIPT.match(words[0].text) and not typing):
            return self.phrase_query(text, fields, typing=typing)
        word = words[0].text
        parts = [(field, self._word_query(field, word)) for field in fields]
        if typing or UNSPACED_SCRIPT.match(word):
            # Every text has a word that starts with a given letter: search the short fields only.
            is_letter = typing and len(word) == 1 and not UNSPACED_SCRIPT.match(word)
            prefix_fields = (
                [field for field in fields if field in SHORT_FIELDS] if is_letter else fields
            )
            parts += [(field, self._prefix_query(field, word)) for field in prefix_fields]
        return _any_of(Query.boost_query(part, FIELD_WEIGHTS[field]) for field, part in parts)

    def phrase_query(
        self, text: str, fields: Sequence[str] = TEXT_FIELDS, *, typing: bool = False
    ) -> Query:
        """Return a query for words that follow each other exactly.

        With `typing`, the last word may be incomplete.
        """
        words = tokenize(text)
        if words and len(words) > 1 and UNSPACED_SCRIPT.match(words[-1].text):
            if len(words[-1].text) == 1 and UNSPACED_SCRIPT.match(words[-2].text):
                words = words[:-1]  # where the query ends, the run in the text may go on
            typing = typing or len(words[-1].text) == 1
        if not words:
            return Query.empty_query()
        if len(words) == 1:
            word = words[0].text
            is_prefix = typing or (len(word) == 1 and bool(UNSPACED_SCRIPT.match(word)))
            make = self._prefix_query if is_prefix else self._term_query
            return _any_of(Query.boost_query(make(f, word), FIELD_WEIGHTS[f]) for f in fields)
        positioned: list[str | tuple[int, str]] = [
            (word.position - words[0].position, word.text) for word in words
        ]
        schema = self.index.schema
        make_phrase = Query.phrase_prefix_query if typing else Query.phrase_query
        return _any_of(
            Query.boost_query(make_phrase(schema, field, positioned), FIELD_WEIGHTS[field])
            for field in fields
        )

    def _sign_queries(self, field: str, signs: Sequence[str], *, typing: bool) -> Iterator[Query]:
        """Yield a query for each word that signs make another: `c++`, `.net`."""
        for each in signs:
            is_prefix = typing and each == signs[-1]
            make = self._prefix_query if is_prefix else self._term_query
            yield Query.boost_query(make(signs_field(field), each), FIELD_WEIGHTS[field])

    def title_query(self, title: str) -> Query:
        """Return a query for articles with this title, in any case and without accents."""
        return Query.term_query(self.index.schema, "whole_title", normalize_text(title), "basic")

    def _value_query(self, column: FactColumn, value: str, *, typing: bool) -> Query:
        schema, field = self.index.schema, COLUMN_FIELDS[column]
        exact = Query.term_query(schema, field, value, "basic")
        if typing or column == "lang":  # `lang:pt` also matches pt-BR
            suffix = ".*" if typing else "[-_].*"
            return _any_of([exact, Query.regex_query(schema, field, escape_regex(value) + suffix)])
        return exact

    def forms(self, word: str) -> tuple[str, ...]:
        """Return the word as it is in the index, then its other forms there."""
        forms = self._forms.get(word)
        if forms is None:
            forms = self._forms[word] = tuple(self._find_forms(word))
        return forms

    def _find_forms(self, word: str) -> Iterable[str]:
        yield word
        stems = {language: stem_word(word, language) for language in self._languages}
        letters = zip(word, *stems.values(), strict=False)
        shared = "".join(one for one, *_ in takewhile(lambda each: len(set(each)) == 1, letters))
        shared = shared[: max(MIN_STEM_LENGTH, len(shared) - MAX_STEM_TAIL)]
        if len(shared) < MIN_STEM_LENGTH:
            return
        near = {
            each
            for field in ("body", "title")
            for each, _ in self.index.words_with_prefix(field, shared, MAX_FORM_CANDIDATES)
        } - {word}
        for language, stem in stems.items():
            found = {each for each in near if stem_word(each, language) == stem}
            yield from sorted(found)
            near -= found

    def _term_query(self, field: str, word: str) -> Query:
        return Query.term_query(self.index.schema, field, word, "freq")

    def _word_query(self, field: str, word: str) -> Query:
        first, *others = self.forms(word)
        query = self._term_query(field, first)
        if not others:
            return query
        rest = [
            Query.boost_query(self._term_query(field, each), OTHER_FORM_WEIGHT) for each in others
        ]
        return Query.disjunction_max_query([query, *rest], tie_breaker=0.3)

    def _prefix_query(self, field: str, word: str) -> Query:
        schema = self.index.schema
        found = [each for each, _ in self.index.words_with_prefix(field, word, MAX_PREFIX_WORDS)]
        if len(found) < MAX_PREFIX_WORDS:  # single terms are faster, and weigh rare words more
            return _any_of(self._term_query(field, each) for each in found)
        return Query.regex_query(schema, field, f"{escape_regex(word)}.*")


def stem_word(word: str, language: str) -> str:
    """Return the stem of one word."""
    return (make_stemmer(language).analyze(word) or [word])[0]


def escape_regex(text: str) -> str:
    """Return a text as a literal for the engine's regular expressions."""
    return "".join(char if char.isalnum() or char == " " else f"\\{char}" for char in text)


def _all_of(parts: Iterable[tuple[Occur, Query]]) -> Query:
    """Return a query for all of the parts; with exclusions alone, they apply to all articles."""
    clauses = list(parts)
    if not any(occur == Occur.Must for occur, _ in clauses):
        clauses.append((Occur.Must, Query.all_query()))
    return Query.boolean_query(clauses)


def _counted(query: Query) -> Query:
    """Return a query whose hits score, beside their own score, what a matched part counts."""
    constant = Query.const_score_query(Query.all_query(), MATCHED_PART_SCORE)
    return Query.boolean_query([(Occur.Must, query), (Occur.Must, constant)])


def _any_of(queries: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries])
