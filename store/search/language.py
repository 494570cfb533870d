"""The query language: what is typed into the search bar, after `newstui list` and into saved searches.

    query   = any
    any     = all ("or" all)*
    all     = part part*
    part    = "-" part | "(" any ")" | field ":" value | phrase | word

A word ends at a space, a quote or a parenthesis; `word*` finds what begins so. The fields and their
values stand in `FIELDS`. What is still being typed is read as far as it makes sense.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from store.model.errors import BadQuery
from store.search import ranges
from store.search.syntax_tree import (
    And,
    Between,
    Category,
    Column,
    Field,
    Is,
    Measure,
    Node,
    Not,
    Or,
    State,
    Value,
    Words,
    both,
)

DEEPEST = 40
"""Parentheses and minus signs in each other."""
LONGEST = 2000
"""Characters."""

_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<open>\()|(?P<close>\))|(?P<minus>-)(?![\s-]|$)"
    r"|(?P<field>[A-Za-z_]+):(?!//)"
    r'|["“”](?P<phrase>[^"“”]*)(?:["“”]|(?P<unclosed>$))'
    r'|(?P<word>[^\s()"“”]+)'
)
_OR = ("or", "OR", "|")
_AND = ("AND", "&")

Kind = Literal["open", "close", "minus", "field", "phrase", "word", "end"]
_KINDS: tuple[Kind, ...] = ("open", "close", "minus", "field", "phrase", "word")


@dataclass(frozen=True, slots=True)
class Token:
    """A part of what was typed."""

    kind: Kind
    text: str
    at: int
    end: int
    closed: bool = True
    """False for a quote that was not closed."""


def parse(text: str, now: int, *, typing: bool = False) -> Node:
    """What a query asks.

    Args:
        text: As it was typed.
        now: Seconds since 1970, which `newer:7d` counts from.
        typing: Whether it is still being typed: its last word may go on, and what is begun at its
            end (a quote, a parenthesis, `or`, `date:`) is no mistake yet.

    Raises:
        BadQuery: It cannot be understood.
    """
    if len(text) > LONGEST:
        raise BadQuery(f"a query has at most {LONGEST:,} characters", LONGEST)
    reader = _Reader(tokens(text), now, typing=typing)
    return reader.everything()


def tokens(text: str) -> list[Token]:
    """The parts of a query; the last one is its end."""
    found = [
        Token(kind, match[kind], match.start(), match.end(), match["unclosed"] is None)
        for match in _TOKEN.finditer(text)
        for kind in _KINDS
        if match[kind] is not None
    ]
    return [*found, Token("end", "", len(text), len(text))]


class _Reader:
    """Reads the tokens from the left to the right."""

    def __init__(self, found: list[Token], now: int, *, typing: bool) -> None:
        self._tokens = found
        self._at = 0
        self._depth = 0
        self._now = now
        self._typing = typing

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._next
        self._at += 1
        return token

    @property
    def _last(self) -> bool:
        """Whether the token just taken is still being typed: nothing follows it, not even a space."""
        taken = self._tokens[self._at - 1]
        return self._typing and self._next.kind == "end" and taken.end == self._next.at

    def everything(self) -> Node:
        node = self._any()
        if self._next.kind != "end":
            raise BadQuery("this “)” closes nothing", self._next.at)
        return node

    def _any(self) -> Node:
        parts = [self._all()]
        while self._is(_OR):
            token = self._take()
            if parts[-1] == And():
                raise BadQuery(f"“{token.text}” has nothing before it", token.at)
            parts.append(self._all())
            if parts[-1] == And():
                if not self._typing:
                    raise BadQuery(f"“{token.text}” has nothing after it", token.at)
                parts.pop()
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _is(self, words: tuple[str, ...]) -> bool:
        return self._next.kind == "word" and self._next.text in words

    def _all(self) -> Node:
        parts: list[Node] = []
        while self._next.kind not in ("end", "close") and not self._is(_OR):
            if self._is(_AND):
                self._take()
            elif (part := self._part()) is not None:
                parts.append(part)
        return both(*parts)

    def _part(self) -> Node | None:
        token = self._take()
        self._depth += 1
        if self._depth > DEEPEST:
            raise BadQuery("too much inside of each other", token.at)
        try:
            if token.kind == "minus":
                part = self._part() if self._next.kind not in ("end", "close") else None
                if self._last and isinstance(part, Words | Value | Category):
                    part = replace(part, typing=False)  # else it would take away too much
                return None if part is None else Not(part)
            if token.kind == "open":
                return self._group(token)
            if token.kind == "field":
                return self._field(token)
            return self._words("", token)
        finally:
            self._depth -= 1

    def _group(self, opened: Token) -> Node | None:
        inside = self._any()
        if self._next.kind == "close":
            self._take()
        elif not self._typing:
            raise BadQuery("this “(” is not closed", opened.at)
        return None if inside == And() else inside

    def _words(self, field: Field, token: Token) -> Node | None:
        if token.kind == "phrase":
            if not token.closed and not self._typing:
                raise BadQuery("this quote is not closed", token.at)
            if not token.text.strip():
                return None
            return Words(token.text.strip(), field, phrase=True, typing=not token.closed)
        text = token.text.rstrip("*")
        typing = text != token.text or self._last
        if not text.strip("-"):
            return None
        return Words(text, field, typing=typing)

    def _field(self, token: Token) -> Node | None:
        name = token.text.lower()
        if name not in FIELDS:
            near = difflib.get_close_matches(name, FIELDS, 1, 0.6)
            hint = f"; did you mean {near[0]}:?" if near else f"; there are {_listed(FIELDS)}"
            if self._last and any(field.startswith(name) for field in FIELDS):
                return None
            raise BadQuery(f"there is no field {token.text}:{hint}", token.at)
        adjoining = self._next.at == token.at + len(token.text) + 1
        if self._next.kind not in ("word", "phrase", "minus") or not adjoining:
            if self._last:
                return None
            raise BadQuery(f"{name}: wants a value right after it: {FIELDS[name].hint}", token.at)
        value = self._take()
        if value.kind == "minus":
            raise BadQuery(f"{name}: wants {FIELDS[name].hint}; “-” goes before it", value.at)
        if name in ("title", "summary", "text"):
            return self._words(_WHERE[name], value)
        node = FIELDS[name].read(Typed(value.text, self._now, self._last))
        if node is None and not self._last:
            raise BadQuery(f"{name}: wants {FIELDS[name].hint}, not “{value.text}”", value.at)
        return node


@dataclass(frozen=True, slots=True)
class Typed:
    """The value of a field, as it was typed."""

    text: str
    now: int
    typing: bool
    """Whether it is still being typed."""

    @property
    def goes_on(self) -> bool:
        """Whether what begins so is meant, too."""
        return self.typing or self.text.endswith("*")


Read = Callable[[Typed], Node | None]
"""Reads a value; None if it cannot be read."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a field means: how its value is read, and what it may be."""

    read: Read
    hint: str


def _state(value: Typed) -> Node | None:
    states: tuple[State, ...] = get_args(State)
    return next((Is(state) for state in states if state == value.text.lower()), None)


def _category(value: Typed) -> Node:
    return Category(value.text.rstrip("*"), value.goes_on)


def _within(field: Field) -> Read:
    return lambda value: Words(value.text.rstrip("*"), field, typing=value.goes_on)


def _value(column: Column) -> Read:
    return lambda value: Value(column, value.text.rstrip("*"), value.goes_on)


def _number(measure: Measure) -> Read:
    return lambda value: ranges.numbers(measure, value.text)


def _when(measure: Measure) -> Read:
    return lambda value: ranges.dates(measure, value.text, value.now)


def _newer(value: Typed) -> Node | None:
    passed = ranges.duration(value.text)
    return None if passed is None else Between("when", least=value.now - passed)


def _older(value: Typed) -> Node | None:
    passed = ranges.duration(value.text)
    return None if passed is None else Between("when", most=value.now - passed - 1)


_WHERE: Mapping[str, Field] = {"title": "title", "summary": "summary", "text": "text"}
_NUMBER = "a number, as 800, >800, <=200 or 100..300"
_DATE = "a date, as 2022, 2022-02, 2022-02-28, >2022-02, 2021..2022, today or yesterday"
_AGE = "a time, as 12h, 7d, 2w, 6m or 1y"
_ONE_WORD = "a word or a “phrase”"

FIELDS: Mapping[str, Meaning] = {
    "title": Meaning(_within("title"), _ONE_WORD),
    "summary": Meaning(_within("summary"), _ONE_WORD),
    "text": Meaning(_within("text"), _ONE_WORD),
    "category": Meaning(_category, "a category, in quotes if it has spaces"),
    "tag": Meaning(_value("tag"), "a tag, in quotes if it has spaces"),
    "source": Meaning(_value("source"), "how the article came in: import, feed, page or sample"),
    "lang": Meaning(_value("lang"), "a language, as en or pt-BR"),
    "is": Meaning(_state, " or ".join(", ".join(get_args(State)).rsplit(", ", 1))),
    "words": Meaning(_number("words"), _NUMBER),
    "minutes": Meaning(_number("minutes"), _NUMBER),
    "reads": Meaning(_number("reads"), _NUMBER),
    "date": Meaning(_when("when"), _DATE),
    "added": Meaning(_when("added"), _DATE),
    "newer": Meaning(_newer, _AGE),
    "older": Meaning(_older, _AGE),
}
"""Every field: how its value is read, and what it may be."""


def _listed(names: Mapping[str, object]) -> str:
    return " ".join(f"{name}:" for name in names)
