"""The query language: text to syntax tree.

    query   = any
    any     = all ("or" all)*
    all     = part part*
    part    = "-" part | "(" any ")" | field ":" value | phrase | word

A word ends at a space, a quote or a parenthesis; `word*` matches what starts with it. The fields
and their values are in `QUERY_FIELDS`. A query that is still being typed is parsed as far as it
makes sense.
"""

from __future__ import annotations

import difflib
import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Literal, get_args

from store.model.errors import InvalidQuery
from store.search.syntax_tree import (
    MATCH_ALL,
    And,
    CategoryCondition,
    FactColumn,
    FeedCondition,
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
    split_query,
)
from store.text.folding import normalize_text
from store.text.tokenizer import has_words

MAX_QUERY_DEPTH = 40
"""Nested parentheses and minus signs."""
MAX_QUERY_LENGTH = 2000
"""In characters."""
MIN_NEARNESS = 0.76
"""How similar a name is to that of a field at least if it may be a mistyped one."""

_QUOTES = '"“”„‟'
_TOKEN = re.compile(
    # The last quote is a sign where a word ends and nothing more is quoted: `a 5" gun`.
    rf"(?P<space>\s+|(?<=\w)[{_QUOTES}](?=[^{_QUOTES}]*\Z))"
    r"|(?P<open>\()|(?P<close>\))|(?P<minus>-)(?![\s-]|$)"
    r"|(?P<field>[A-Za-z_]+):(?!//|:)"
    rf"|[{_QUOTES}](?P<phrase>[^{_QUOTES}]*)(?:[{_QUOTES}]|(?P<unclosed>$))"
    rf"|(?P<word>[^\s(){_QUOTES}]+)"
)
_NUMBER = re.compile(r"(?P<sign>>=|<=|>|<|=|)(?P<one>\d{1,12})\Z")
_RANGE = re.compile(r"(?P<one>\d{1,12})?\.\.(?P<other>\d{1,12})?\Z")
_DATE = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?\Z")
_SIGN = re.compile(r"[<>]=?|=|")
_DURATION = re.compile(r"(\d{1,4})\s*([hdwmy])[a-z]*\Z", re.IGNORECASE)

_SECONDS = {"h": 3600, "d": 86_400, "w": 604_800, "m": 2_629_800, "y": 31_557_600}
_WORD = re.compile(r"[^\W_]+")
_OR = ("or", "OR", "|")
_AND = ("AND", "&")

TokenKind = Literal["open", "close", "minus", "field", "phrase", "word", "end"]
_TOKEN_KINDS: tuple[TokenKind, ...] = ("open", "close", "minus", "field", "phrase", "word")


@dataclass(frozen=True, slots=True)
class Token:
    """A part of the query text."""

    kind: TokenKind
    text: str
    start: int
    end: int
    is_closed: bool = True
    """False for a quote that was not closed."""


def parse_query(text: str, now: int, *, typing: bool = False) -> QueryNode:
    """Return the syntax tree of a query.

    Args:
        text: The query as it was typed.
        now: Seconds since 1970, from which `newer:7d` counts.
        typing: Whether it is still being typed: its last word may be incomplete, and what is
            unfinished at its end (a quote, a parenthesis, `or`, `date:`) is not an error yet.

    Raises:
        InvalidQuery: It cannot be parsed; says where and what was expected.
    """
    if len(text) > MAX_QUERY_LENGTH:
        raise InvalidQuery(f"a query has at most {MAX_QUERY_LENGTH:,} characters", MAX_QUERY_LENGTH)
    return _QueryParser(tokenize_query(text), now, typing=typing).parse()


def describe_unfinished_value(text: str, now: int) -> str:
    """Return what the field at the end of a query expects, if its value has yet to be typed.

    Returns:
        The field and the hint, as `date: a date such as 2022, …`; empty if nothing is missing.

    Raises:
        InvalidQuery: See `parse_query`.
    """
    parser = _QueryParser(tokenize_query(text), now, typing=True)
    parser.parse()
    return parser.unfinished_value


def query_needs_index(text: str, now: int = 0) -> bool:
    """Return True if rows alone do not answer a query; they do if it is invalid, or a title."""
    try:
        return split_query(parse_query(text, now)).needs_index
    except InvalidQuery:
        return False


def matches_everything(text: str) -> bool:
    """Return True if a query has no condition: it is empty, or has only signs, which are ignored."""
    try:
        return parse_query(text, 0) == MATCH_ALL
    except InvalidQuery:
        return False


def tokenize_query(text: str) -> list[Token]:
    """Return the tokens of a query, ending with an `end` token."""
    found = [
        Token(kind, match[kind], match.start(), match.end(), match["unclosed"] is None)
        for match in _TOKEN.finditer(text)
        for kind in _TOKEN_KINDS
        if match[kind] is not None
    ]
    return [*found, Token("end", "", len(text), len(text))]


def replace_words(text: str, replacements: Mapping[str, str]) -> str:
    """Return a query with some words replaced, which are given as they are indexed.

    What is quoted stays as it is.
    """

    def replacement(match: re.Match[str]) -> str:
        return replacements.get(normalize_text(match[0]), match[0])

    pieces: list[str] = []
    end = 0
    for token in tokenize_query(text):
        if token.kind == "word":
            pieces += text[end : token.start], _WORD.sub(replacement, token.text)
            end = token.end
    return "".join([*pieces, text[end:]])


class _QueryParser:
    """A recursive descent parser."""

    def __init__(self, tokens: list[Token], now: int, *, typing: bool) -> None:
        self._tokens = tokens
        self._index = 0
        self._depth = 0
        self._now = now
        self._typing = typing
        self.unfinished_value = ""
        """What the field at the end expects, if its value is incomplete."""

    @property
    def _next(self) -> Token:
        return self._tokens[self._index]

    def _take(self) -> Token:
        token = self._next
        self._index += 1
        return token

    @property
    def _is_last_token(self) -> bool:
        """True if the token just taken is still being typed: not even a space follows it."""
        taken = self._tokens[self._index - 1]
        return self._typing and self._next.kind == "end" and taken.end == self._next.start

    def parse(self) -> QueryNode:
        node = self._parse_or()
        if self._next.kind != "end":
            raise InvalidQuery("unmatched “)”", self._next.start)
        return node

    def _parse_or(self) -> QueryNode:
        start = self._index
        parts = [self._parse_and()]
        while self._next_is(_OR):
            token = self._take()
            if self._index == start + 1:
                raise InvalidQuery(f"nothing before “{token.text}”", token.start)
            start = self._index
            parts.append(self._parse_and())
            if self._index == start and not self._typing:
                raise InvalidQuery(f"nothing after “{token.text}”", token.start)
        parts = [part for part in parts if part != And()]  # signs alone, which are ignored
        return parts[0] if len(parts) == 1 else Or(tuple(parts)) if parts else And()

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
            raise InvalidQuery("nested too deeply", token.start)
        try:
            if token.kind == "minus":
                part = self._parse_part() if self._next.kind not in ("end", "close") else None
                if self._is_last_token and isinstance(
                    part, WordsCondition | ValueCondition | CategoryCondition
                ):
                    part = replace(part, is_prefix=False)  # as a prefix it would exclude too much
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
            raise InvalidQuery("unmatched “(”", opened.start)
        return None if inside == And() else inside

    def _parse_words(self, field: SearchField, token: Token) -> QueryNode | None:
        if token.kind == "phrase":
            if not token.is_closed and not self._typing:
                raise InvalidQuery("unmatched quote", token.start)
            if not has_words(text := token.text.strip()):
                return None
            return WordsCondition(text, field, is_phrase=True, is_prefix=not token.is_closed)
        text = token.text.rstrip("*")
        if not has_words(text):  # signs alone
            return None
        typing = text != token.text or self._is_last_token
        return WordsCondition(text, field, is_prefix=typing)

    def _parse_field(self, token: Token) -> QueryNode | None:
        name = token.text.lower()
        has_value = self._next.kind in ("word", "phrase", "minus") and self._next.start == token.end
        if name not in QUERY_FIELDS:
            return self._parse_unknown_field(token, name, has_value=has_value)
        spec = QUERY_FIELDS[name]
        if not has_value:
            if self._is_last_token:
                self.unfinished_value = f"{name}: {spec.hint}"
                return None
            reason = f"{name}: needs a value right after the colon: {spec.hint}"
            raise InvalidQuery(reason, token.start)
        value = self._take()
        if value.kind == "minus":
            reason = f"{name}: expected {spec.hint}; put “-” before {name}:"
            raise InvalidQuery(reason, value.start)
        if name in _TEXT_FIELDS:
            return self._parse_words(_TEXT_FIELDS[name], value)
        node = spec.parse(FieldValue(value.text, self._now, self._is_last_token))
        if node is None:
            if not self._is_last_token:
                reason = f"{name}: expected {spec.hint}, not “{value.text}”"
                raise InvalidQuery(reason, value.start)
            self.unfinished_value = f"{name}: {spec.hint}"
        return node

    def _parse_unknown_field(self, token: Token, name: str, *, has_value: bool) -> QueryNode | None:
        """Return a word with a colon after it as what it mostly is, the beginning of a title.

        Only a value right after it, and a name that is nearly that of a field, are a mistake.
        """
        if self._is_last_token and any(field.startswith(name) for field in QUERY_FIELDS):
            return None
        if has_value and (near := difflib.get_close_matches(name, QUERY_FIELDS, 1, MIN_NEARNESS)):
            reason = f"unknown field {token.text}:; did you mean {near[0]}:?"
            raise InvalidQuery(reason, token.start)
        if has_value and self._next.kind == "word":
            value = self._take()
            text = f"{token.text}:{value.text}"
            return self._parse_words("", replace(value, text=text, start=token.start))
        return self._parse_words("", token)


@dataclass(frozen=True, slots=True)
class FieldValue:
    """The value of a field, as it was typed."""

    text: str
    now: int
    is_typing: bool
    """True if it is still being typed."""

    @property
    def is_prefix(self) -> bool:
        """True if longer values that start with it match too."""
        return self.is_typing or self.text.endswith("*")


ValueParser = Callable[[FieldValue], QueryNode | None]
"""Parses a value; returns None if it is not valid."""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field of the query language: the parser of its values, and a description of them."""

    parse: ValueParser
    hint: str


# -- fields --------------------------------------------------------------------------------


def _parse_state(value: FieldValue) -> QueryNode | None:
    states: tuple[StateName, ...] = get_args(StateName)
    return next((StateCondition(state) for state in states if state == value.text.lower()), None)


def _parse_category(value: FieldValue) -> QueryNode:
    return CategoryCondition(value.text.rstrip("*"), value.is_prefix)


def _parse_feed(value: FieldValue) -> QueryNode:
    return FeedCondition(value.text.rstrip("*"))


def _words_parser(field: SearchField) -> ValueParser:
    return lambda value: WordsCondition(value.text.rstrip("*"), field, is_prefix=value.is_prefix)


def _value_parser(column: FactColumn) -> ValueParser:
    return lambda value: ValueCondition(column, value.text.rstrip("*"), value.is_prefix)


def _number_parser(measure: RowMeasure) -> ValueParser:
    return lambda value: parse_number_range(measure, value.text)


def _date_parser(measure: RowMeasure) -> ValueParser:
    return lambda value: parse_date_range(measure, value.text, value.now)


def _parse_age(value: FieldValue, *, newer: bool) -> QueryNode | None:
    if (passed := parse_duration(value.text)) is None:
        return None
    since = value.now - passed
    return RangeCondition("when", since, None) if newer else RangeCondition("when", None, since - 1)


_TEXT_FIELDS: Mapping[str, SearchField] = {
    "title": "title",
    "summary": "summary",
    "text": "text",
    "author": "author",
    "url": "url",
}
_NUMBER_HINT = "a number such as 800, >800, <=200 or 100..300"
_DATE_HINT = "a date such as 2022, 2022-02, 2022-02-28, >2022-02, 2021..2022, today or yesterday"
_AGE_HINT = "an age such as 12h, 7d, 2w, 6m or 1y"
_WORD_HINT = "a word or a “phrase”"

QUERY_FIELDS: Mapping[str, FieldSpec] = {
    "title": FieldSpec(_words_parser("title"), _WORD_HINT),
    "summary": FieldSpec(_words_parser("summary"), _WORD_HINT),
    "text": FieldSpec(_words_parser("text"), _WORD_HINT),
    "author": FieldSpec(_words_parser("author"), "a name, in quotes if it has spaces"),
    "url": FieldSpec(_words_parser("url"), "a part of an address, e.g. example.com"),
    "feed": FieldSpec(_parse_feed, "a part of a feed's name or URL, in quotes if it has spaces"),
    "category": FieldSpec(_parse_category, "a category, in quotes if it has spaces"),
    "tag": FieldSpec(_value_parser("tag"), "a tag, in quotes if it has spaces"),
    "source": FieldSpec(_value_parser("source"), "a source: import, feed, page or sample"),
    "lang": FieldSpec(_value_parser("lang"), "a language such as en or pt-BR"),
    "is": FieldSpec(_parse_state, " or ".join(", ".join(get_args(StateName)).rsplit(", ", 1))),
    "words": FieldSpec(_number_parser("words"), _NUMBER_HINT),
    "minutes": FieldSpec(_number_parser("minutes"), _NUMBER_HINT),
    "reads": FieldSpec(_number_parser("reads"), _NUMBER_HINT),
    "date": FieldSpec(_date_parser("when"), _DATE_HINT),
    "added": FieldSpec(_date_parser("added"), _DATE_HINT),
    "newer": FieldSpec(partial(_parse_age, newer=True), _AGE_HINT),
    "older": FieldSpec(partial(_parse_age, newer=False), _AGE_HINT),
}
"""Every field, with the parser and the description of its values."""


# -- numbers, dates and durations ----------------------------------------------------------

RangeEnds = tuple[int | None, int | None]


def parse_number_range(measure: RowMeasure, text: str) -> RangeCondition | None:
    """Return `800`, `>800`, `<=200`, `100..300` or `100..` as a range."""
    if match := _RANGE.match(text):
        one, other = (int(each) if each else None for each in match.group("one", "other"))
        return _make_range(measure, one, other)
    if match := _NUMBER.match(text):
        number = int(match["one"])
        return RangeCondition(measure, *_apply_sign(match["sign"], number, number))
    return None


def parse_date_range(measure: RowMeasure, text: str, now: int) -> RangeCondition | None:
    """Return `2022`, `2022-02`, `>2022-02-28`, `2021..2022` or `today` as seconds in UTC."""
    first, dots, last = text.partition("..")
    if dots:
        one, other = _parse_period(first, now), _parse_period(last, now)
        if (first and one is None) or (last and other is None) or not (first or last):
            return None
        return _make_range(measure, one[0] if one else None, other[1] if other else None)
    sign = match[0] if (match := _SIGN.match(text)) else ""
    period = _parse_period(text.removeprefix(sign), now)
    return RangeCondition(measure, *_apply_sign(sign, *period)) if period else None


def parse_duration(text: str) -> int | None:
    """Return `12h`, `7d`, `2w`, `6m` (months) or `1y` in seconds."""
    match = _DURATION.match(text)
    return int(match[1]) * _SECONDS[match[2].lower()] if match else None


def _make_range(
    measure: RowMeasure, minimum: int | None, maximum: int | None
) -> RangeCondition | None:
    """Return a range, or None if its ends are the wrong way round."""
    if minimum is not None and maximum is not None and minimum > maximum:
        return None
    return RangeCondition(measure, minimum, maximum)


def _apply_sign(sign: str, first: int, last: int) -> RangeEnds:
    """Return the range that a sign makes of the numbers from `first` to `last`."""
    ends: dict[str, RangeEnds] = {
        ">": (last + 1, None),
        ">=": (first, None),
        "<": (None, first - 1),
        "<=": (None, last),
    }
    return ends.get(sign, (first, last))


def _parse_period(text: str, now: int) -> tuple[int, int] | None:
    """Return the first and the last second of a year, a month or a day."""
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
    except ValueError:
        return None
    last_month = month or 12
    last_day = day or monthrange(start.year, last_month)[1]
    return _epoch_seconds(start), _epoch_seconds(date(start.year, last_month, last_day)) + 86_399


def _epoch_seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
