"""Count the steps of regular expressions, so that tests see how they grow without a clock.

`count_steps` runs a pattern as a backtracking matcher does, over the syntax tree that Python's own
parser makes of it, and counts the attempts to match one element at one position. `adversarial_texts`
makes texts of the pattern's own pieces, repeated.
"""

from __future__ import annotations

import importlib
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, product
from typing import Any, Literal, NamedTuple

MAX_BOUND = 3
"""A bounded repetition is constant work: larger bounds are lowered to this."""
MAX_STEPS = 40_000
FOREIGN = "\x01"
"""A character that no pattern expects: it makes the rest of a match fail."""
COMMON_CHARS = " \n|[](\"'a1"
SIZES = (14, 28, 56, 112)
"""Repetitions of a piece; a linear pattern takes twice the steps at each."""
MAX_GROWTH = 2.7

Method = Literal["fullmatch", "match", "search"]


class TooManySteps(Exception):
    """A pattern takes more than `MAX_STEPS` steps."""


# -- the syntax tree -----------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Char:
    """An element that matches one character."""

    matches: Callable[[str], bool]
    examples: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Repeat:
    """A repetition; `kind` is MAX_REPEAT, MIN_REPEAT or POSSESSIVE_REPEAT."""

    kind: str
    low: int
    high: int
    body: Nodes


@dataclass(frozen=True, eq=False)
class Group:
    """A group, atomic or not, with its number if it captures."""

    number: int | None
    is_atomic: bool
    body: Nodes


@dataclass(frozen=True, eq=False)
class Branch:
    """Alternatives."""

    choices: tuple[Nodes, ...]


@dataclass(frozen=True, eq=False)
class Look:
    """An assertion about what follows, or about the `width` characters before."""

    width: int
    is_negative: bool
    body: Nodes


@dataclass(frozen=True, eq=False)
class Anchor:
    """A position, by the name of the parser."""

    name: str


@dataclass(frozen=True, eq=False)
class Reference:
    """The text of a group again."""

    number: int


Node = Char | Repeat | Group | Branch | Look | Anchor | Reference
Nodes = Sequence[Node]


def has_fragile_repetition(pattern: re.Pattern[Any]) -> bool:
    """Return True if a possessive repetition is of something that may fail after its first character.

    Python before 3.11.5 then goes on where that failed (https://github.com/python/cpython/issues/106052).
    """
    return any(
        isinstance(node, Repeat)
        and node.kind == "POSSESSIVE_REPEAT"
        and _may_fail_half_way(node.body, is_first=True)
        for node in _iter_nodes(parse(pattern))
    )


def _iter_nodes(nodes: Nodes) -> Iterator[Node]:
    for node in nodes:
        yield node
        for each in node.choices if isinstance(node, Branch) else (getattr(node, "body", ()),):
            yield from _iter_nodes(each)


def _may_fail_half_way(nodes: Nodes, *, is_first: bool) -> bool:
    for node in nodes:
        match node:
            case Repeat(low=0):
                pass
            case Repeat(low=low, body=body) if low > 1 or _may_fail_half_way(
                body, is_first=is_first
            ):
                return True
            case Group(body=body) if _may_fail_half_way(body, is_first=is_first):
                return True
            case Branch(choices=branches) if any(
                _may_fail_half_way(each, is_first=is_first) for each in branches
            ):
                return True
            case Look():
                return True
            case _ if not is_first and not isinstance(node, Repeat | Group | Branch):
                return True
        is_first = False
    return False


@cache
def parse(pattern: re.Pattern[Any]) -> Nodes:
    """Return the syntax tree of a pattern."""
    parsed = importlib.import_module("re._parser").parse(pattern.pattern, pattern.flags)
    return _convert(parsed, pattern.flags)


def _convert(parsed: Any, flags: int) -> Nodes:
    return tuple(_convert_node(str(operation), value, flags) for operation, value in parsed)


def _convert_node(name: str, value: Any, flags: int) -> Node:
    match name:
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            low, high, body = value
            high = sys.maxsize if str(high) == "MAXREPEAT" else min(high, MAX_BOUND)
            return Repeat(name, min(low, MAX_BOUND), high, _convert(body, flags))
        case "SUBPATTERN":
            return Group(value[0], is_atomic=False, body=_convert(value[3], flags))
        case "ATOMIC_GROUP":
            return Group(None, is_atomic=True, body=_convert(value, flags))
        case "BRANCH":
            return Branch(tuple(_convert(each, flags) for each in value[1]))
        case "ASSERT" | "ASSERT_NOT":
            width = 0 if value[0] > 0 else value[1].getwidth()[0]
            return Look(width, name == "ASSERT_NOT", _convert(value[1], flags))
        case "AT":
            is_multiline = flags & re.MULTILINE and str(value) in ("AT_BEGINNING", "AT_END")
            return Anchor(f"{value}_LINE" if is_multiline else str(value))
        case "GROUPREF":
            return Reference(value)
        case _:
            return _convert_char(name, value, flags)


CATEGORIES: dict[str, Callable[[str], bool]] = {
    "CATEGORY_DIGIT": str.isdecimal,
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_WORD": lambda char: char.isalnum() or char == "_",
}


def _convert_char(name: str, value: Any, flags: int) -> Char:
    members = {
        "ANY": [("NEGATE", None)] if flags & re.DOTALL else [("NEGATE", None), ("LITERAL", 10)],
        "LITERAL": [("LITERAL", value)],
        "NOT_LITERAL": [("NEGATE", None), ("LITERAL", value)],
        "IN": value,
    }[name]
    is_negated = bool(members) and str(members[0][0]) == "NEGATE"
    members = [(str(kind), each) for kind, each in members[is_negated:]]

    @cache
    def matches(char: str) -> bool:
        variants = {char, char.lower(), char.upper()} if flags & re.IGNORECASE else {char}
        return is_negated is not any(
            _is_member(kind, each, char) for kind, each in members for char in variants
        )

    named = [
        chr(each if kind == "LITERAL" else each[0])
        for kind, each in members
        if kind in ("LITERAL", "RANGE")
    ]
    usual = [char for char in "a 1-/\n.b" if matches(char)][:2]
    return Char(matches, (*usual, *named) if is_negated else (*named, *usual))


def _is_member(kind: str, value: Any, char: str) -> bool:
    if kind == "LITERAL":
        return char == chr(value)
    if kind == "RANGE":
        return len(char) == 1 and value[0] <= ord(char) <= value[1]
    name = str(value).replace("_NOT_", "_")
    return CATEGORIES[name](char) is (name == str(value))


# -- matching ------------------------------------------------------------------------------


@cache
def _count_failures(nodes: Nodes, char: str) -> int:
    """Return how many elements fail until no match can begin with a character; 0 if one may begin."""
    failures = 0
    for node in nodes:
        match node:
            case Char():
                return 0 if char and node.matches(char) else failures + 1
            case Look(width=0) | Reference():
                return 0
            case Look() | Anchor():
                failures += 1
            case Repeat() | Group() | Branch():
                failed = [_count_failures(each, char) for each in _children(node)]
                if not all(failed):
                    return 0
                failures += sum(failed) + 1
                if not isinstance(node, Repeat) or node.low:
                    return failures
    return 0


class _Matcher:
    """Matches nodes on a text; every method yields the ends of all matches, the preferred first."""

    def __init__(self, text: str) -> None:
        self.text, self.steps = text, 0
        self.groups: dict[int, str] = {}

    def step(self, count: int = 1) -> None:
        self.steps += count
        if self.steps > MAX_STEPS:
            raise TooManySteps

    def sequence(self, nodes: Nodes, at: int, number: int = 0) -> Iterator[int]:
        text, start = self.text, at
        while number < len(nodes) and isinstance(node := nodes[number], Char):
            if at == len(text) or not node.matches(text[at]):
                self.step(at - start + 1)
                return
            at, number = at + 1, number + 1
        self.step(at - start)
        if number == len(nodes):
            yield at
            return
        for end in self.node(nodes[number], at):
            yield from self.sequence(nodes, end, number + 1)

    def node(self, node: Node, at: int) -> Iterator[int]:
        self.step()
        match node:
            case Repeat(body=(Char() as char,)):
                ends = self.repeat_char(node, char, at)
                yield from islice(ends, 1) if node.kind == "POSSESSIVE_REPEAT" else ends
            case Repeat():
                ends = self.repeat(node, at, 0)
                yield from islice(ends, 1) if node.kind == "POSSESSIVE_REPEAT" else ends
            case Branch():
                first = self.text[at : at + 1]
                for each in node.choices:
                    if failures := _count_failures(each, first):
                        self.step(failures)
                    else:
                        yield from self.sequence(each, at)
            case Group():
                ends = self.sequence(node.body, at)
                for end in islice(ends, 1) if node.is_atomic else ends:
                    if node.number is not None:
                        self.groups[node.number] = self.text[at:end]
                    yield end
            case Look():
                start = at - node.width
                found = start >= 0 and any(True for _ in self.sequence(node.body, start))
                if found is not node.is_negative:
                    yield at
            case Reference():
                group = self.groups.get(node.number, FOREIGN)
                if self.text.startswith(group, at):
                    yield at + len(group)
            case Anchor():
                if self.is_at(node.name, at):
                    yield at

    def is_at(self, name: str, at: int) -> bool:
        before, after = self.text[max(at - 1, 0) : at], self.text[at : at + 1]
        if name in ("AT_BOUNDARY", "AT_NON_BOUNDARY"):
            is_word = CATEGORIES["CATEGORY_WORD"]
            return (is_word(before) != is_word(after)) is (name == "AT_BOUNDARY")
        if name == "AT_END":
            return self.text[at:] in ("", "\n") if at >= len(self.text) - 1 else False
        if name in ("AT_BEGINNING_LINE", "AT_END_LINE"):
            return (before if name == "AT_BEGINNING_LINE" else after) in ("", "\n")
        return not (after if name == "AT_END_STRING" else before)

    def repeat_char(self, node: Repeat, char: Char, at: int) -> Iterator[int]:
        text, is_lazy, count = self.text, node.kind == "MIN_REPEAT", 0
        high = min(node.high, len(text) - at)
        wanted = min(node.low, high) if is_lazy else high
        while count < wanted and char.matches(text[at + count]):
            count += 1
        self.step(count + 1)
        if count < node.low:
            return
        yield at + count
        while is_lazy and count < high and char.matches(text[at + count]):
            count += 1
            self.step()
            yield at + count
        while not is_lazy and count > node.low:
            count -= 1
            self.step()
            yield at + count

    def repeat(self, node: Repeat, at: int, count: int) -> Iterator[int]:
        is_lazy = node.kind == "MIN_REPEAT"
        if is_lazy and count >= node.low:
            yield at
        if count < node.high:
            if failures := _count_failures(node.body, self.text[at : at + 1]):
                self.step(failures)
            else:
                for end in self.sequence(node.body, at):
                    if end > at or count < node.low:
                        yield from self.repeat(node, end, count + 1)
        if not is_lazy and count >= node.low:
            yield at


def count_steps(pattern: re.Pattern[Any], method: Method, text: str) -> int:
    """Return the steps a pattern takes to match, or to find all matches in a text.

    Raises:
        TooManySteps: It takes more than `MAX_STEPS`.
    """
    nodes, matcher, at = parse(pattern), _Matcher(text), 0
    if method == "fullmatch":
        nodes = (*nodes, Anchor("AT_END_STRING"))
    if method != "search":
        next(matcher.sequence(nodes, 0), None)
        return matcher.steps
    while at <= len(text):
        if failures := _count_failures(nodes, text[at : at + 1]):
            matcher.step(failures)
            at += 1
        else:
            at = max(at + 1, next(matcher.sequence(nodes, at), at))
    return matcher.steps


# -- adversarial texts ---------------------------------------------------------------------


class AdversarialText(NamedTuple):
    """A text with a piece that is repeated."""

    beginning: str
    piece: str
    end: str

    def repeat(self, count: int) -> str:
        return self.beginning + self.piece * count + self.end


def adversarial_texts(pattern: re.Pattern[Any]) -> Iterator[AdversarialText]:
    """Yield texts made of what a pattern repeats, of its characters, and of common ones."""
    nodes = parse(pattern)
    repeated = list(_iter_repeated(nodes, ""))
    beginnings = dict.fromkeys(["", *(before for before, _ in repeated)])
    bodies = [body for before, each in repeated for body in (each, before, before + each)]
    few = _alphabet(nodes, 2)[:8]
    pairs = [one + other for one, other in product(few, few) if one != other]
    ends = ("", FOREIGN, "\n" + FOREIGN)
    pieces = dict.fromkeys([*bodies, *COMMON_CHARS, *_alphabet(nodes, 6)])
    found = [AdversarialText(*each) for each in product(beginnings, pieces, ends)]
    found += [AdversarialText(*each) for each in product(beginnings, pairs, [FOREIGN])]
    yield from dict.fromkeys(each for each in found if each.piece)


def _children(node: Node) -> tuple[Nodes, ...]:
    match node:
        case Repeat() | Group() | Look():
            return (node.body,)
        case Branch():
            return node.choices
        case _:
            return ()


def _iter_repeated(nodes: Nodes, before: str) -> Iterator[tuple[str, str]]:
    """Yield an example of what is repeated without a bound, and of the text before it."""
    for node in nodes:
        if isinstance(node, Repeat) and node.high > MAX_BOUND:
            yield before, _example(node.body)
        for body in _children(node):
            yield from _iter_repeated(body, before)
        before += _example([node])


def _example(nodes: Nodes) -> str:
    """Return a short text that matches the nodes, or nearly."""
    parts = []
    for node in nodes:
        match node:
            case Char():
                parts.append(next(iter(node.examples), ""))
            case Repeat():
                parts.append(_example(node.body) * max(1, node.low))
            case Group():
                parts.append(_example(node.body))
            case Branch():
                parts.append(_example(node.choices[0]))
            case _:
                pass
    return "".join(parts)


def _iter_chars(nodes: Nodes) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, Char):
            yield from node.examples
        for body in _children(node):
            yield from _iter_chars(body)


def _alphabet(nodes: Nodes, size: int) -> list[str]:
    """Return the characters of a pattern, at most `size` of each Unicode category."""
    found: dict[str, list[str]] = {}
    for char in dict.fromkeys(_iter_chars(nodes)):
        same = found.setdefault(unicodedata.category(char), [])
        if len(same) < size:
            same.append(char)
    return [char for same in found.values() for char in same]


def find_superlinear_text(pattern: re.Pattern[Any], method: Method) -> AdversarialText | None:
    """Return a text on which a pattern takes more than linear time, or None."""
    if not any(_iter_repeated(parse(pattern), "")):
        return None
    return next(
        (each for each in adversarial_texts(pattern) if _is_superlinear(pattern, method, each)),
        None,
    )


def _is_superlinear(pattern: re.Pattern[Any], method: Method, text: AdversarialText) -> bool:
    before = None
    for size in SIZES:
        try:
            steps = count_steps(pattern, method, text.repeat(size))
        except TooManySteps:
            return True
        if before and steps < MAX_GROWTH * before:
            return False
        before = steps
    return True
