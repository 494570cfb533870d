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
from datetime import UTC, date, datetime, timedelta
from typing import Literal, get_args

from store.model.errors import InvalidQuery
from store.search.syntax_tree import (
    And,
    CategoryCondition,
    FactColumn,
    Not,
    Or,
    QueryNode,
    RangeCondition,
    RowMeasure,
    SearchField,
    StateCondition,
    StateName,
    ValueCondition,
    WordsCondition,
    make_and,
)

MAX_QUERY_DEPTH = 40
"""Parentheses and minus signs in each other."""
MAX_QUERY_LENGTH = 2000
"""Characters."""

_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<open>\()|(?P<close>\))|(?P<minus>-)(?![\s-]|$)"
    r"|(?P<field>[A-Za-z_]+):(?!//)"
    r'|["“”](?P<phrase>[^"“”]*)(?:["“”]|(?P<unclosed>$))'
    r'|(?P<word>[^\s()"“”]+)'
)
_NUMBER = re.compile(r"(?P<sign>>=|<=|>|<|=|)(?P<one>\d{1,12})\Z")
_RANGE = re.compile(r"(?P<one>\d{1,12})?\.\.(?P<other>\d{1,12})?\Z")
_DATE = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?\Z")
_SIGN = re.compile(r"(>=|<=|>|<|=|)(.*)\Z")
_DURATION = re.compile(r"(\d{1,4})\s*([hdwmy])[a-z]*\Z", re.IGNORECASE)

_SECONDS = {"h": 3600, "d": 86_400, "w": 604_800, "m": 2_629_800, "y": 31_557_600}
_OR = ("or", "OR", "|")
_AND = ("AND", "&")

TokenKind = Literal["open", "close", "minus", "field", "phrase", "word", "end"]
_TOKEN_KINDS: tuple[TokenKind, ...] = ("open", "close", "minus", "field", "phrase", "word")


@dataclass(frozen=True, slots=True)
class Token:
    """A part of what was typed."""

    kind: TokenKind
    text: str
    start: int
    end: int
    is_closed: bool = True
    """False for a quote that was not closed."""


def parse_query(text: str, now: int, *, typing: bool = False) -> QueryNode:
    """What a query asks.

    Args:
        text: As it was typed.
        now: Seconds since 1970, which `newer:7d` counts from.
        typing: Whether it is still being typed: its last word may go on, and what is begun at its
            end (a quote, a parenthesis, `or`, `date:`) is no mistake yet.

    Raises:
        BadQuery: It cannot be understood.
    """
    if len(text) > MAX_QUERY_LENGTH:
        raise InvalidQuery(f"a query has at most {MAX_QUERY_LENGTH:,} characters", MAX_QUERY_LENGTH)
    reader = _QueryParser(tokenize_query(text), now, typing=typing)
    return reader.parse()


def tokenize_query(text: str) -> list[Token]:
    """The parts of a query; the last one is its end."""
    found = [
        Token(kind, match[kind], match.start(), match.end(), match["unclosed"] is None)
        for match in _TOKEN.finditer(text)
        for kind in _TOKEN_KINDS
        if match[kind] is not None
    ]
    return [*found, Token("end", "", len(text), len(text))]


class _QueryParser:
    """Reads the tokens from the left to the right."""

    def __init__(self, found: list[Token], now: int, *, typing: bool) -> None:
        self._tokens = found
        self._index = 0
        self._depth = 0
        self._now = now
        self._typing = typing

    @property
    def _next(self) -> Token:
        return self._tokens[self._index]

    def _take(self) -> Token:
        token = self._next
        self._index += 1
        return token

    @property
    def _is_last_token(self) -> bool:
        """Whether the token just taken is still being typed: nothing follows it, not even a space."""
        taken = self._tokens[self._index - 1]
        return self._typing and self._next.kind == "end" and taken.end == self._next.start

    def parse(self) -> QueryNode:
        node = self._parse_or()
        if self._next.kind != "end":
            raise InvalidQuery("this “)” closes nothing", self._next.start)
        return node

    def _parse_or(self) -> QueryNode:
        parts = [self._parse_and()]
        while self._next_is(_OR):
            token = self._take()
            if parts[-1] == And():
                raise InvalidQuery(f"“{token.text}” has nothing before it", token.start)
            parts.append(self._parse_and())
            if parts[-1] == And():
                if not self._typing:
                    raise InvalidQuery(f"“{token.text}” has nothing after it", token.start)
                parts.pop()
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _next_is(self, words: tuple[str, ...]) -> bool:
        return self._next.kind == "word" and self._next.text in words

    def _parse_and(self) -> QueryNode:
        parts: list[QueryNode] = []
        while self._next.kind not in ("end", "close") and not self._next_is(_OR):
            if self._next_is(_AND):
                self._take()
            elif (part := self._parse_part()) is not None:
                parts.append(part)
        return make_and(*parts)

    def _parse_part(self) -> QueryNode | None:
        token = self._take()
        self._depth += 1
        if self._depth > MAX_QUERY_DEPTH:
            raise InvalidQuery("too much inside of each other", token.start)
        try:
            if token.kind == "minus":
                part = self._parse_part() if self._next.kind not in ("end", "close") else None
                if self._is_last_token and isinstance(
                    part, WordsCondition | ValueCondition | CategoryCondition
                ):
                    part = replace(part, is_prefix=False)  # else it would take away too much
                return None if part is None else Not(part)
            if token.kind == "open":
                return self._parse_group(token)
            if token.kind == "field":
                return self._parse_field(token)
            return self._parse_words("", token)
        finally:
            self._depth -= 1

    def _parse_group(self, opened: Token) -> QueryNode | None:
        inside = self._parse_or()
        if self._next.kind == "close":
            self._take()
        elif not self._typing:
            raise InvalidQuery("this “(” is not closed", opened.start)
        return None if inside == And() else inside

    def _parse_words(self, field: SearchField, token: Token) -> QueryNode | None:
        if token.kind == "phrase":
            if not token.is_closed and not self._typing:
                raise InvalidQuery("this quote is not closed", token.start)
            if not token.text.strip():
                return None
            return WordsCondition(
                token.text.strip(), field, is_phrase=True, is_prefix=not token.is_closed
            )
        text = token.text.rstrip("*")
        typing = text != token.text or self._is_last_token
        if not text.strip("-"):
            return None
        return WordsCondition(text, field, is_prefix=typing)

    def _parse_field(self, token: Token) -> QueryNode | None:
        name = token.text.lower()
        if name not in QUERY_FIELDS:
            near = difflib.get_close_matches(name, QUERY_FIELDS, 1, 0.6)
            hint = (
                f"; did you mean {near[0]}:?"
                if near
                else f"; there are {_join_names(QUERY_FIELDS)}"
            )
            if self._is_last_token and any(field.startswith(name) for field in QUERY_FIELDS):
                return None
            raise InvalidQuery(f"there is no field {token.text}:{hint}", token.start)
        adjoining = self._next.start == token.start + len(token.text) + 1
        if self._next.kind not in ("word", "phrase", "minus") or not adjoining:
            if self._is_last_token:
                return None
            raise InvalidQuery(
                f"{name}: wants a value right after it: {QUERY_FIELDS[name].hint}", token.start
            )
        value = self._take()
        if value.kind == "minus":
            raise InvalidQuery(
                f"{name}: wants {QUERY_FIELDS[name].hint}; “-” goes before it", value.start
            )
        if name in ("title", "summary", "text"):
            return self._parse_words(_TEXT_FIELDS[name], value)
        node = QUERY_FIELDS[name].parse(FieldValue(value.text, self._now, self._is_last_token))
        if node is None and not self._is_last_token:
            raise InvalidQuery(
                f"{name}: wants {QUERY_FIELDS[name].hint}, not “{value.text}”", value.start
            )
        return node


@dataclass(frozen=True, slots=True)
class FieldValue:
    """The value of a field, as it was typed."""

    text: str
    now: int
    is_typing: bool
    """Whether it is still being typed."""

    @property
    def is_prefix(self) -> bool:
        """Whether what begins so is meant, too."""
        return self.is_typing or self.text.endswith("*")


ValueParser = Callable[[FieldValue], QueryNode | None]
"""Reads a value; None if it cannot be read."""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """What a field means: how its value is read, and what it may be."""

    parse: ValueParser
    hint: str


# -- fields --------------------------------------------------------------------------------


def _parse_state(value: FieldValue) -> QueryNode | None:
    states: tuple[StateName, ...] = get_args(StateName)
    return next((StateCondition(state) for state in states if state == value.text.lower()), None)


def _parse_category(value: FieldValue) -> QueryNode:
    return CategoryCondition(value.text.rstrip("*"), value.is_prefix)


def _words_parser(field: SearchField) -> ValueParser:
    return lambda value: WordsCondition(value.text.rstrip("*"), field, is_prefix=value.is_prefix)


def _value_parser(column: FactColumn) -> ValueParser:
    return lambda value: ValueCondition(column, value.text.rstrip("*"), value.is_prefix)


def _number_parser(measure: RowMeasure) -> ValueParser:
    return lambda value: parse_number_range(measure, value.text)


def _date_parser(measure: RowMeasure) -> ValueParser:
    return lambda value: parse_date_range(measure, value.text, value.now)


def _parse_newer(value: FieldValue) -> QueryNode | None:
    passed = parse_duration(value.text)
    return None if passed is None else RangeCondition("when", minimum=value.now - passed)


def _parse_older(value: FieldValue) -> QueryNode | None:
    passed = parse_duration(value.text)
    return None if passed is None else RangeCondition("when", maximum=value.now - passed - 1)


_TEXT_FIELDS: Mapping[str, SearchField] = {"title": "title", "summary": "summary", "text": "text"}
_NUMBER_HINT = "a number, as 800, >800, <=200 or 100..300"
_DATE_HINT = "a date, as 2022, 2022-02, 2022-02-28, >2022-02, 2021..2022, today or yesterday"
_AGE_HINT = "a time, as 12h, 7d, 2w, 6m or 1y"
_WORD_HINT = "a word or a “phrase”"

QUERY_FIELDS: Mapping[str, FieldSpec] = {
    "title": FieldSpec(_words_parser("title"), _WORD_HINT),
    "summary": FieldSpec(_words_parser("summary"), _WORD_HINT),
    "text": FieldSpec(_words_parser("text"), _WORD_HINT),
    "category": FieldSpec(_parse_category, "a category, in quotes if it has spaces"),
    "tag": FieldSpec(_value_parser("tag"), "a tag, in quotes if it has spaces"),
    "source": FieldSpec(
        _value_parser("source"), "how the article came in: import, feed, page or sample"
    ),
    "lang": FieldSpec(_value_parser("lang"), "a language, as en or pt-BR"),
    "is": FieldSpec(_parse_state, " or ".join(", ".join(get_args(StateName)).rsplit(", ", 1))),
    "words": FieldSpec(_number_parser("words"), _NUMBER_HINT),
    "minutes": FieldSpec(_number_parser("minutes"), _NUMBER_HINT),
    "reads": FieldSpec(_number_parser("reads"), _NUMBER_HINT),
    "date": FieldSpec(_date_parser("when"), _DATE_HINT),
    "added": FieldSpec(_date_parser("added"), _DATE_HINT),
    "newer": FieldSpec(_parse_newer, _AGE_HINT),
    "older": FieldSpec(_parse_older, _AGE_HINT),
}
"""Every field: how its value is read, and what it may be."""


def _join_names(names: Mapping[str, object]) -> str:
    return " ".join(f"{name}:" for name in names)


# -- numbers, dates and durations ----------------------------------------------------------

RangeEnds = tuple[int | None, int | None]


def parse_number_range(measure: RowMeasure, text: str) -> RangeCondition | None:
    """`800`, `>800`, `<=200`, `100..300`, `100..` as what they include."""
    if match := _RANGE.match(text):
        one, other = (int(each) if each else None for each in match.group("one", "other"))
        return _make_range(measure, one, other)
    if match := _NUMBER.match(text):
        number = int(match["one"])
        return RangeCondition(measure, *_apply_sign(match["sign"], number, number))
    return None


def parse_date_range(measure: RowMeasure, text: str, now: int) -> RangeCondition | None:
    """`2022`, `2022-02`, `>2022-02-28`, `2021..2022`, `today` as seconds since 1970, in UTC."""
    first, dots, last = text.partition("..")
    if dots:
        one, other = _parse_period(first, now), _parse_period(last, now)
        if (first and one is None) or (last and other is None) or not (first or last):
            return None
        return _make_range(measure, one[0] if one else None, other[1] if other else None)
    sign, rest = _SIGN.findall(text)[0]
    period = _parse_period(rest, now)
    return RangeCondition(measure, *_apply_sign(sign, *period)) if period else None


def parse_duration(text: str) -> int | None:
    """`12h`, `7d`, `2w`, `6m` (months), `1y` in seconds."""
    match = _DURATION.match(text)
    return int(match[1]) * _SECONDS[match[2].lower()] if match else None


def _make_range(measure: RowMeasure, least: int | None, most: int | None) -> RangeCondition | None:
    """A range; nothing where its ends are the wrong way round."""
    if least is not None and most is not None and least > most:
        return None
    return RangeCondition(measure, least, most)


def _apply_sign(sign: str, first: int, last: int) -> RangeEnds:
    """What a sign makes of the numbers from `first` to `last`."""
    ends: dict[str, RangeEnds] = {
        ">": (last + 1, None),
        ">=": (first, None),
        "<": (None, first - 1),
        "<=": (None, last),
    }
    return ends.get(sign, (first, last))


def _parse_period(text: str, now: int) -> tuple[int, int] | None:
    """The first and the last second of a year, month or day."""
    if text.lower() in ("today", "yesterday"):
        today = datetime.fromtimestamp(now, UTC).date()
        start = today - timedelta(days=text.lower() == "yesterday")
        return _epoch_seconds(start), _epoch_seconds(start + timedelta(days=1)) - 1
    match = _DATE.match(text)
    if match is None:
        return None
    year, month, day = (int(each) if each else None for each in match.groups())
    try:
        start = date(year or 0, month or 1, day or 1)
        if day:
            end = start + timedelta(days=1)
        elif month:
            end = date(start.year + month // 12, month % 12 + 1, 1)
        else:
            end = date(start.year + 1, 1, 1)
    except (ValueError, OverflowError):
        return None
    return _epoch_seconds(start), _epoch_seconds(end) - 1


def _epoch_seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
