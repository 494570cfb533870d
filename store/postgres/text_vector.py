"""The words of an article as `tsvector`: our own analyser, with the places and fields of the words.

The weight of a place says in which field it is: A title, B summary, C category and tags, D text. What is
asked for in a field alone is also a word of its own: ` title fog`, ` author ann`; GIN knows no weights. Facts
are words without a place: ` tag sea`.

A vector knows 255 places of a word, and counts places to 16,383. So part 0 has all words of an article, but
of a long text not the place of each; further parts have the places of the rest, for phrases. They begin
with the last words before, so that a phrase across the border is in one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import chain, islice
from typing import NamedTuple

from store.model.article import Article, Body
from store.text.folding import normalize_text
from store.text.markdown import strip_inline_markdown
from store.text.tokenizer import MAX_WORD_BYTES, prepare_with_signs

MAX_PLACES = 255
"""The places of a word that a vector knows."""
MAX_PART_WORDS = 10_000
"""The most words of a text in one part."""
OVERLAP_WORDS = 100
"""The last words of a part with which the next one begins; a longer phrase may be missed."""
LAST_PLACE = 16_383
"""The last place of a vector: for words whose place is in another part, or does not matter."""
FIELD_GAP = 10
"""Places between two texts, so that no phrase goes from one to the next."""
MAX_VECTOR_BYTES = 1_000_000
"""Bytes of the words and places of a vector, a little less than PostgreSQL allows."""
MAX_PLACED_BYTES = 600_000
"""Bytes after which further words have no places."""
PLACE_BYTES = 4
"""Bytes of a place, and what aligns it."""
MAX_FACT_CHARS = 200
"""The characters of a fact that are compared."""

TITLE_PREFIX, TOPIC_PREFIX, AUTHOR_PREFIX, URL_PREFIX = " title ", " topic ", " author ", " url "
"""The beginnings of the words of one field; topics are category and tags. No other word begins with a blank."""
NOTHING = " nothing"
"""A word that no article has."""


class IndexDocument(NamedTuple):
    """An article as it is indexed."""

    parts: Sequence[str]
    """The vectors, as PostgreSQL reads them; never empty."""
    words: Mapping[str, frozenset[str]]
    """The words of each field, without those with signs."""
    title_words: int
    """The number of words of the title."""
    text_words: int
    """The number of words of the text."""


def fact_word(column: str, value: str) -> str:
    """Return the word for a fact: column and folded value."""
    return f" {column} {normalize_text(value)[:MAX_FACT_CHARS]}"


def title_word(title: str) -> str:
    """Return the word for a title as a whole, in any case and without accents."""
    folded = normalize_text(title).encode("utf-8", "replace")
    return f" whole {blake2b(folded, digest_size=8).hexdigest()}"


def quote_word(word: str) -> str:
    """Return a word as it is written in vectors and queries."""
    if "'" in word or "\\" in word:
        word = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{word}'"


def make_document(article: Article, body: Body) -> IndexDocument:
    """Return an article as it is indexed."""
    title = _FieldWords.of([article.title])
    text = _FieldWords.of([strip_inline_markdown(body.text)])
    fields = {
        "title": title,
        "summary": _FieldWords.of([body.summary]),
        "category": _FieldWords.of([article.category]),
        "tags": _FieldWords.of(article.tags),
        "author": _FieldWords.of(article.authors),
        "url": _FieldWords.of([article.url]),
    }
    vector = _Vector()
    for name, weight, prefix in _SHORT_FIELDS:
        vector.add_field(fields[name], weight, prefix)
    for word in _fact_words(article):
        vector.add_word(word)
    rest = vector.add_text(text)
    parts = [vector.encode(), *_further_parts(text, rest)]
    words = {name: each.known_words() for name, each in (fields | {"body": text}).items()}
    return IndexDocument(parts, words, len(title), len(text))


_SHORT_FIELDS = (
    ("title", "A", TITLE_PREFIX),
    ("category", "C", TOPIC_PREFIX),
    ("tags", "C", TOPIC_PREFIX),
    ("author", "", AUTHOR_PREFIX),
    ("url", "", URL_PREFIX),
    ("summary", "B", ""),
)
"""Fields before the text, with the weight of their words and what these begin with where they are alone."""


def _fact_words(article: Article) -> Iterator[str]:
    yield title_word(article.title)
    facts = [("source", article.source), ("lang", article.language)]
    for column, value in (*facts, *(("tag", tag) for tag in article.tags)):
        if value:
            yield fact_word(column, value)


@dataclass(slots=True)
class _FieldWords:
    """The words of a field in their order, and those with signs."""

    texts: list[list[str]]
    """The words of each text; those too long to be indexed are empty."""
    signs: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, texts: Iterable[str]) -> _FieldWords:
        """Return the words of some texts."""
        found = cls([])
        for text in texts:
            prepared, signs = prepare_with_signs(text)
            words = prepared.split()
            if len(max(words, key=len, default="")) * 4 > MAX_WORD_BYTES:
                words = [_shorten(word) for word in words]
            found.texts.append(words)
            found.signs |= signs
        return found

    def __len__(self) -> int:
        return sum(map(len, self.texts))

    def known_words(self) -> frozenset[str]:
        """Return the words, each once."""
        return frozenset(filter(None, chain.from_iterable(self.texts)))


def _shorten(word: str) -> str:
    """Return a word, or nothing if it is too long."""
    return word if len(word.encode()) <= MAX_WORD_BYTES else ""


class _Vector:
    """A vector that words are added to."""

    def __init__(self) -> None:
        self._places: dict[str, list[str]] = {}
        self._next = 1
        self._bytes = 0

    def add_word(self, word: str, place: int = 0, weight: str = "") -> None:
        """Add a word, at a place if it is not 0."""
        places = self._places.get(word)
        if places is None:
            self._bytes += len(word.encode())
            if self._bytes > MAX_VECTOR_BYTES:
                return
            places = self._places[word] = []
        if place and len(places) <= MAX_PLACES and self._bytes <= MAX_PLACED_BYTES:
            places.append(f"{min(place, LAST_PLACE)}{weight}")
            self._bytes += PLACE_BYTES

    def add_field(self, words: _FieldWords, weight: str, prefix: str) -> None:
        """Add a short field: its words, if it is always searched, and those for the field alone."""
        for text in words.texts:
            for place, word in enumerate(text, self._next):
                if word and weight:
                    self.add_word(word, place, weight)
                if word and prefix:
                    self.add_word(prefix + word, place, weight)
            self._next += len(text) + FIELD_GAP if text else 0
        for sign in sorted(words.signs):
            if weight:
                self.add_word(sign, LAST_PLACE, weight)
            if prefix:
                self.add_word(prefix + sign, LAST_PLACE, weight)

    def add_text(self, words: _FieldWords) -> int:
        """Add a text; return the number of its words that have their places."""
        (text,) = words.texts
        end = self.add_places(text, 0)
        for word in dict.fromkeys(text[end:]):
            if word:
                self.add_word(word, LAST_PLACE)
        for sign in sorted(words.signs):
            self.add_word(sign, LAST_PLACE)
        return end

    def add_places(self, text: Sequence[str], start: int) -> int:
        """Add the words of a text from one on, until one has no room; return the number of that."""
        places, size, first = self._places, self._bytes, self._next
        end = min(len(text), start + MAX_PART_WORDS, start + max(0, LAST_PLACE - 1 - first))
        # Most of the time that an index takes is spent here: no calls.
        for place, word in enumerate(islice(text, start, end), first):
            known = places.get(word)
            if size > MAX_PLACED_BYTES or (known is not None and len(known) >= MAX_PLACES):
                end = start + place - first
                break
            if known is not None:
                known.append(f"{place}")
                size += PLACE_BYTES
            elif word:
                places[word] = [f"{place}"]
                size += len(word.encode()) + PLACE_BYTES
        self._bytes, self._next = size, first + end - start
        return end

    def encode(self) -> str:
        """Return the vector as PostgreSQL reads it."""
        return " ".join(
            f"{quote_word(word)}:{','.join(places)}" if places else quote_word(word)
            for word, places in self._places.items()
        )


def _further_parts(words: _FieldWords, end: int) -> Iterator[str]:
    """Yield the vectors of the words whose places are not in part 0."""
    (text,) = words.texts
    while end < len(text):
        vector = _Vector()
        start = max(0, end - OVERLAP_WORDS)
        end = max(vector.add_places(text, start), end + 1)
        yield vector.encode()
