"""Words, phrases and prefixes as queries of the full-text index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tantivy import Occur, Query

from store.search.index import FullTextIndex, signs_field
from store.search.other_spellings import find_acronym_like_word, iter_other_spellings
from store.search.syntax_tree import (
    And,
    FactColumn,
    Most,
    Not,
    Or,
    QueryNode,
    ValueCondition,
    WordsCondition,
    count_most,
)
from store.search.vocabulary import SEARCHED_FIELDS, TEXT_FIELDS, Vocabulary
from store.text.folding import normalize_text
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

COLUMN_FIELDS: Mapping[FactColumn, str] = {"tag": "tag", "source": "source", "lang": "language"}


class IndexQueryBuilder:
    """Builds queries for one state of the index; make a new one when the index has changed."""

    def __init__(self, index: FullTextIndex) -> None:
        self.index = index
        """The index that the queries are for."""
        self.vocabulary = Vocabulary(index, index.coverage.languages, self._has_phrase)
        """Its words."""

    def _has_phrase(self, text: str, fields: Sequence[str]) -> bool:
        return self.index.search(self.phrase_query(text, fields), 1).total > 0

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

    def _term_query(self, field: str, word: str) -> Query:
        return Query.term_query(self.index.schema, field, word, "freq")

    def _word_query(self, field: str, word: str) -> Query:
        first, *others = self.vocabulary.forms(word)
        query = self._term_query(field, first)
        if not others:
            return query
        rest = [
            Query.boost_query(self._term_query(field, each), OTHER_FORM_WEIGHT) for each in others
        ]
        return Query.disjunction_max_query([query, *rest], tie_breaker=0.3)

    def _prefix_query(self, field: str, word: str) -> Query:
        schema = self.index.schema
        found = list(self.index.words_with_prefix((field,), word, MAX_PREFIX_WORDS))
        if len(found) < MAX_PREFIX_WORDS:  # single terms are faster, and weigh rare words more
            return _any_of(self._term_query(field, each) for each in found)
        return Query.regex_query(schema, field, f"{escape_regex(word)}.*")


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
