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

from store.search.index import TEXT, FullText
from store.search.syntax_tree import And, Column, Field, Node, Not, Or, Value, Words
from store.text.terms import IS_UNSPACED
from store.text.tokenizer import plain, words

WEIGHTS: Mapping[str, float] = {
    "title": 3.0,
    "summary": 1.2,
    "body": 1.0,
    "category": 1.0,
    "tags": 2.0,
}
"""How much a word counts where it stands."""
LONGEST_TAIL = 1
"""Letters of the stem that another form may have otherwise (happy, happier: the y)."""
SHORTEST_STEM = 3
"""Letters that all forms of a word share; what is shorter has no other forms."""
FORMS_LOOKED_AT = 4000
"""Words of the index that are looked at for the forms of one word."""
SHORT = ("title", "category", "tags")
"""Fields whose texts are short."""
FEW = 30
"""Words that begin alike and are still looked for one by one."""
OTHER_FORM = 0.8
"""What another form of a word counts, against the word itself."""

SNOWBALL: Mapping[str, str] = {
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
def stemmer(language: str) -> TextAnalyzer:
    """What brings words, separated by spaces, to their stems; `language` is a value of SNOWBALL."""
    return TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.stemmer(language)).build()


def stemmers(languages: Iterable[str]) -> Sequence[str]:
    """The stemmers for languages by their codes (`pt-BR`)."""
    codes = (re.split("[-_]", language.casefold())[0] for language in languages)
    known = dict.fromkeys(SNOWBALL[code] for code in codes if code in SNOWBALL)
    return tuple(known)


WHERE: Mapping[Field, Sequence[str]] = {
    "": TEXT,
    "title": ("title",),
    "summary": ("summary",),
    "text": ("body",),
}
COLUMNS: Mapping[Column, str] = {"tag": "tag", "source": "source", "lang": "language"}


class Lookup:
    """Makes queries for one state of the index; make another when the index has changed."""

    def __init__(self, index: FullText) -> None:
        """Make queries for this index."""
        self.index = index
        """The index the queries are for."""
        self._languages = stemmers({"en", *index.state.languages})
        self._forms: dict[str, tuple[str, ...]] = {}

    def query(self, node: Node) -> Query:
        """A query for a tree that asks for words and values alone."""
        match node:
            case Words(text, field, phrase, typing):
                make = self.phrase if phrase else self.words
                return make(text, WHERE[field], typing=typing)
            case Value(column, value, typing):
                return self._value(column, plain(value), typing=typing)
            case Not(part):
                return _joined([(Occur.MustNot, self.query(part))])
            case And(parts):
                return _joined(
                    (Occur.MustNot, self.query(part.part))
                    if isinstance(part, Not)
                    else (Occur.Must, self.query(part))
                    for part in parts
                )
            case Or(parts):
                return _any(map(self.query, parts))
        raise TypeError(f"the index knows nothing of {node}")

    def words(self, text: str, fields: Sequence[str] = TEXT, *, typing: bool = False) -> Query:
        """A query for a text without quotes: one word mostly; a hyphen, say, makes it several.

        Args:
            text: What was typed, between two spaces.
            fields: Where it is looked for.
            typing: Whether the last word may go on, because it is still being typed.
        """
        found = words(text)
        if not found:
            return Query.empty_query()
        if len(found) > 1 or (IS_UNSPACED.match(found[0].text) and not typing):
            return self.phrase(text, fields, typing=typing)
        word = found[0].text
        parts = [(field, self._word(field, word)) for field in fields]
        if typing or IS_UNSPACED.match(word):
            # A single letter begins a word of every text: it is enough to look at what is short.
            short = typing and len(word) == 1 and not IS_UNSPACED.match(word)
            begun = [field for field in fields if field in SHORT] if short else fields
            parts += [(field, self._beginning(field, word)) for field in begun]
        return _any(Query.boost_query(part, WEIGHTS[field]) for field, part in parts)

    def phrase(self, text: str, fields: Sequence[str] = TEXT, *, typing: bool = False) -> Query:
        """A query for words that stand one after the other, exactly as they are.

        Args:
            text: The phrase, without the quotes.
            fields: Where it is looked for.
            typing: Whether the last word may go on.
        """
        found = words(text)
        if found and len(found) > 1 and IS_UNSPACED.match(found[-1].text):
            if len(found[-1].text) == 1 and IS_UNSPACED.match(found[-2].text):
                found = found[:-1]  # the end of a run in the query may be its middle in the text
            typing = typing or len(found[-1].text) == 1
        if not found:
            return Query.empty_query()
        if len(found) == 1:
            word = found[0].text
            goes_on = typing or (len(word) == 1 and bool(IS_UNSPACED.match(word)))
            make = self._beginning if goes_on else self._exactly
            return _any(Query.boost_query(make(f, word), WEIGHTS[f]) for f in fields)
        placed: list[str | tuple[int, str]] = [
            (word.place - found[0].place, word.text) for word in found
        ]
        schema = self.index.schema
        make_phrase = Query.phrase_prefix_query if typing else Query.phrase_query
        return _any(
            Query.boost_query(make_phrase(schema, field, placed), WEIGHTS[field])
            for field in fields
        )

    def _value(self, column: Column, value: str, *, typing: bool) -> Query:
        schema, field = self.index.schema, COLUMNS[column]
        whole = Query.term_query(schema, field, value, "basic")
        if typing or column == "lang":  # `lang:pt` means pt-BR, too
            more = ".*" if typing else "[-_].*"
            return _any([whole, Query.regex_query(schema, field, escaped(value) + more)])
        return whole

    def forms(self, word: str) -> tuple[str, ...]:
        """The word as it is in the index, then its other forms there."""
        there = self._forms.get(word)
        if there is None:
            there = self._forms[word] = tuple(self._look_for_forms(word))
        return there

    def _look_for_forms(self, word: str) -> Iterable[str]:
        yield word
        stems = {language: stem_of(word, language) for language in self._languages}
        shared = min((_shared(word, stem) for stem in stems.values()), key=len)
        shared = shared[: max(SHORTEST_STEM, len(shared) - LONGEST_TAIL)]
        if len(shared) < SHORTEST_STEM:
            return
        near = self._near(shared) - {word}
        for language, stem in stems.items():
            found = {each for each in near if stem_of(each, language) == stem}
            yield from sorted(found)
            near -= found

    def _near(self, prefix: str) -> set[str]:
        found: set[str] = set()
        for field in ("body", "title"):
            found.update(w for w, _ in self.index.beginning(field, prefix, FORMS_LOOKED_AT))
        return found

    def _exactly(self, field: str, word: str) -> Query:
        return Query.term_query(self.index.schema, field, word, "freq")

    def _word(self, field: str, word: str) -> Query:
        first, *others = self.forms(word)
        query = self._exactly(field, first)
        if not others:
            return query
        rest = [Query.boost_query(self._exactly(field, each), OTHER_FORM) for each in others]
        return Query.disjunction_max_query([query, *rest], tie_breaker=0.3)

    def _beginning(self, field: str, word: str) -> Query:
        schema = self.index.schema
        found = [each for each, _ in self.index.beginning(field, word, FEW)]
        if len(found) < FEW:  # one by one they are faster, and tell the rare from the frequent
            return _any(self._exactly(field, each) for each in found)
        return Query.regex_query(schema, field, f"{escaped(word)}.*")


def stem_of(word: str, language: str) -> str:
    """The stem of one word."""
    return (stemmer(language).analyze(word) or [word])[0]


def _shared(word: str, stem: str) -> str:
    """The letters with which both begin."""
    pairs = zip(word, stem, strict=False)
    return "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def escaped(text: str) -> str:
    """A text as the engine's regular expressions take it literally."""
    return "".join(char if char.isalnum() or char == " " else f"\\{char}" for char in text)


def _joined(parts: Iterable[tuple[Occur, Query]]) -> Query:
    """All of the parts; where all are to be missing, of all there is."""
    clauses = list(parts)
    if not any(occur == Occur.Must for occur, _ in clauses):
        clauses.append((Occur.Must, Query.all_query()))
    return Query.boolean_query(clauses)


def _any(queries: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries])
