"""Words, phrases and beginnings of words as queries of the full-text index.

Words are indexed as they stand, so the forms of a word (court, courts) are looked up when it is
asked for: those words of the index that begin alike and have the same stem, by the rules of every
language the library says it has (Snowball; Porter 2001).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import takewhile

from tantivy import Filter, Occur, Query, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from store.search.index import TEXT_FIELDS, FullTextIndex
from store.search.syntax_tree import (
    And,
    FactColumn,
    Not,
    Or,
    QueryNode,
    SearchField,
    ValueCondition,
    WordsCondition,
)
from store.text.terms import UNSPACED_SCRIPT
from store.text.tokenizer import normalize_text, tokenize

FIELD_WEIGHTS: Mapping[str, float] = {
    "title": 3.0,
    "summary": 1.2,
    "body": 1.0,
    "category": 1.0,
    "tags": 2.0,
}
"""How much a word counts where it stands."""
MAX_STEM_TAIL = 1
"""Letters of the stem that another form may have otherwise (happy, happier: the y)."""
MIN_STEM_LENGTH = 3
"""Letters that all forms of a word share; what is shorter has no other forms."""
MAX_FORM_CANDIDATES = 4000
"""Words of the index that are looked at for the forms of one word."""
SHORT_FIELDS = ("title", "category", "tags")
"""Fields whose texts are short."""
MAX_PREFIX_WORDS = 30
"""Words that begin alike and are still looked for one by one."""
OTHER_FORM_WEIGHT = 0.8
"""What another form of a word counts, against the word itself."""

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
    """What brings words, separated by spaces, to their stems; `language` is a value of SNOWBALL."""
    return TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.stemmer(language)).build()


def stemmer_names(languages: Iterable[str]) -> Sequence[str]:
    """The stemmers for languages by their codes (`pt-BR`)."""
    codes = (re.split("[-_]", language.casefold())[0] for language in languages)
    known = dict.fromkeys(SNOWBALL_STEMMERS[code] for code in codes if code in SNOWBALL_STEMMERS)
    return tuple(known)


SEARCHED_FIELDS: Mapping[SearchField, Sequence[str]] = {
    "": TEXT_FIELDS,
    "title": ("title",),
    "summary": ("summary",),
    "text": ("body",),
}
COLUMN_FIELDS: Mapping[FactColumn, str] = {"tag": "tag", "source": "source", "lang": "language"}


class IndexQueryBuilder:
    """Makes queries for one state of the index; make another when the index has changed."""

    def __init__(self, index: FullTextIndex) -> None:
        """Make queries for this index."""
        self.index = index
        """The index the queries are for."""
        self._languages = stemmer_names({"en", *index.coverage.languages})
        self._forms: dict[str, tuple[str, ...]] = {}

    def build(self, node: QueryNode) -> Query:
        """A query for a tree that asks for words and values alone."""
        match node:
            case WordsCondition(text, field, phrase, typing):
                make = self.phrase_query if phrase else self.words_query
                return make(text, SEARCHED_FIELDS[field], typing=typing)
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
                return _any_of(map(self.build, parts))
        raise TypeError(f"the index knows nothing of {node}")

    def words_query(
        self, text: str, fields: Sequence[str] = TEXT_FIELDS, *, typing: bool = False
    ) -> Query:
        """A query for a text without quotes: one word mostly; a hyphen, say, makes it several.

        Args:
            text: What was typed, between two spaces.
            fields: Where it is looked for.
            typing: Whether the last word may go on, because it is still being typed.
        """
        found = tokenize(text)
        if not found:
            return Query.empty_query()
        if len(found) > 1 or (UNSPACED_SCRIPT.match(found[0].text) and not typing):
            return self.phrase_query(text, fields, typing=typing)
        word = found[0].text
        parts = [(field, self._word_query(field, word)) for field in fields]
        if typing or UNSPACED_SCRIPT.match(word):
            # A single letter begins a word of every text: it is enough to look at what is short.
            short = typing and len(word) == 1 and not UNSPACED_SCRIPT.match(word)
            begun = [field for field in fields if field in SHORT_FIELDS] if short else fields
            parts += [(field, self._prefix_query(field, word)) for field in begun]
        return _any_of(Query.boost_query(part, FIELD_WEIGHTS[field]) for field, part in parts)

    def phrase_query(
        self, text: str, fields: Sequence[str] = TEXT_FIELDS, *, typing: bool = False
    ) -> Query:
        """A query for words that stand one after the other, exactly as they are.

        Args:
            text: The phrase, without the quotes.
            fields: Where it is looked for.
            typing: Whether the last word may go on.
        """
        found = tokenize(text)
        if found and len(found) > 1 and UNSPACED_SCRIPT.match(found[-1].text):
            if len(found[-1].text) == 1 and UNSPACED_SCRIPT.match(found[-2].text):
                found = found[:-1]  # the end of a run in the query may be its middle in the text
            typing = typing or len(found[-1].text) == 1
        if not found:
            return Query.empty_query()
        if len(found) == 1:
            word = found[0].text
            goes_on = typing or (len(word) == 1 and bool(UNSPACED_SCRIPT.match(word)))
            make = self._prefix_query if goes_on else self._term_query
            return _any_of(Query.boost_query(make(f, word), FIELD_WEIGHTS[f]) for f in fields)
        placed: list[str | tuple[int, str]] = [
            (word.position - found[0].position, word.text) for word in found
        ]
        schema = self.index.schema
        make_phrase = Query.phrase_prefix_query if typing else Query.phrase_query
        return _any_of(
            Query.boost_query(make_phrase(schema, field, placed), FIELD_WEIGHTS[field])
            for field in fields
        )

    def _value_query(self, column: FactColumn, value: str, *, typing: bool) -> Query:
        schema, field = self.index.schema, COLUMN_FIELDS[column]
        whole = Query.term_query(schema, field, value, "basic")
        if typing or column == "lang":  # `lang:pt` means pt-BR, too
            more = ".*" if typing else "[-_].*"
            return _any_of([whole, Query.regex_query(schema, field, escape_regex(value) + more)])
        return whole

    def forms(self, word: str) -> tuple[str, ...]:
        """The word as it is in the index, then its other forms there."""
        there = self._forms.get(word)
        if there is None:
            there = self._forms[word] = tuple(self._find_forms(word))
        return there

    def _find_forms(self, word: str) -> Iterable[str]:
        yield word
        stems = {language: stem_word(word, language) for language in self._languages}
        shared = min((_common_prefix(word, stem) for stem in stems.values()), key=len)
        shared = shared[: max(MIN_STEM_LENGTH, len(shared) - MAX_STEM_TAIL)]
        if len(shared) < MIN_STEM_LENGTH:
            return
        near = self._words_with_prefix(shared) - {word}
        for language, stem in stems.items():
            found = {each for each in near if stem_word(each, language) == stem}
            yield from sorted(found)
            near -= found

    def _words_with_prefix(self, prefix: str) -> set[str]:
        found: set[str] = set()
        for field in ("body", "title"):
            found.update(
                w for w, _ in self.index.words_with_prefix(field, prefix, MAX_FORM_CANDIDATES)
            )
        return found

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
        if (
            len(found) < MAX_PREFIX_WORDS
        ):  # one by one they are faster, and tell the rare from the frequent
            return _any_of(self._term_query(field, each) for each in found)
        return Query.regex_query(schema, field, f"{escape_regex(word)}.*")


def stem_word(word: str, language: str) -> str:
    """The stem of one word."""
    return (make_stemmer(language).analyze(word) or [word])[0]


def _common_prefix(word: str, stem: str) -> str:
    """The letters with which both begin."""
    pairs = zip(word, stem, strict=False)
    return "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def escape_regex(text: str) -> str:
    """A text as the engine's regular expressions take it literally."""
    return "".join(char if char.isalnum() or char == " " else f"\\{char}" for char in text)


def _all_of(parts: Iterable[tuple[Occur, Query]]) -> Query:
    """All of the parts; where all are to be missing, of all there is."""
    clauses = list(parts)
    if not any(occur == Occur.Must for occur, _ in clauses):
        clauses.append((Occur.Must, Query.all_query()))
    return Query.boolean_query(clauses)


def _any_of(queries: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries])
