"""The syntax tree of a query, as plain values; `store.search.language` parses it from a text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

SearchField = Literal["", "title", "text", "summary"]
"""The field that words are searched in; empty for all, including tags and categories."""
FactColumn = Literal["tag", "source", "lang"]
"""Facts that only the article's file and the index have."""
RowMeasure = Literal["words", "minutes", "reads", "when", "added"]
"""Numbers of a row; `when` and `added` are in seconds since 1970."""
StateName = Literal["read", "unread", "starred", "unstarred", "begun", "updated"]


@dataclass(frozen=True, slots=True)
class WordsCondition:
    """Words that occur in the article: one word, or a phrase if it was quoted."""

    text: str
    field: SearchField = ""
    is_phrase: bool = False
    is_prefix: bool = False
    """True if the last word may be incomplete: it is still being typed, or ends in `*`."""


@dataclass(frozen=True, slots=True)
class ValueCondition:
    """A tag, a source or a language, as a whole and ignoring case."""

    column: FactColumn
    value: str
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class CategoryCondition:
    """A category, as a whole and ignoring case."""

    name: str
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class StateCondition:
    """A reading state."""

    state: StateName


@dataclass(frozen=True, slots=True)
class RangeCondition:
    """A range of numbers, both ends included; None for an open end."""

    measure: RowMeasure
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Not:
    """Matches whatever `part` does not."""

    part: QueryNode


@dataclass(frozen=True, slots=True)
class And:
    """Matches whatever all parts match; everything if there are none."""

    parts: tuple[QueryNode, ...] = ()


@dataclass(frozen=True, slots=True)
class Or:
    """Matches whatever at least one part matches."""

    parts: tuple[QueryNode, ...]


QueryNode = (
    WordsCondition
    | ValueCondition
    | CategoryCondition
    | StateCondition
    | RangeCondition
    | Not
    | And
    | Or
)
QueryLeaf = WordsCondition | ValueCondition | CategoryCondition | StateCondition | RangeCondition

MATCH_ALL = And()


def iter_leaves(node: QueryNode) -> Iterator[QueryLeaf]:
    """Yield the conditions of a tree."""
    if isinstance(node, Not):
        yield from iter_leaves(node.part)
    elif isinstance(node, And | Or):
        for part in node.parts:
            yield from iter_leaves(part)
    else:
        yield node


def iter_wanted_words(node: QueryNode) -> Iterator[WordsCondition]:
    """Yield the words that a matching article has, not those that it must not have."""
    if isinstance(node, And | Or):
        for part in node.parts:
            yield from iter_wanted_words(part)
    elif isinstance(node, WordsCondition):
        yield node


def make_and(*nodes: QueryNode) -> QueryNode:
    """Return a node that matches whatever all of these match."""
    parts = [part for node in nodes for part in (node.parts if isinstance(node, And) else (node,))]
    return parts[0] if len(parts) == 1 else And(tuple(parts))
