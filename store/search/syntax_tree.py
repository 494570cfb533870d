"""What a query asks, as a tree of plain values; `store.search.language` reads it from a text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

SearchField = Literal["", "title", "text", "summary"]
"""Where words are looked for; empty: everywhere, in tags and categories, too."""
FactColumn = Literal["tag", "source", "lang"]
"""Facts that only the article's file and the index know."""
RowMeasure = Literal["words", "minutes", "reads", "when", "added"]
"""Numbers of a row; `when` and `added` are seconds since 1970."""
StateName = Literal["read", "unread", "starred", "unstarred", "begun", "updated"]


@dataclass(frozen=True, slots=True)
class WordsCondition:
    """Words that stand somewhere in the article: one word, or a phrase where it was quoted."""

    text: str
    field: SearchField = ""
    is_phrase: bool = False
    is_prefix: bool = False
    """Whether the last word may go on: it is still being typed, or ends in `*`."""


@dataclass(frozen=True, slots=True)
class ValueCondition:
    """A tag, a source or a language, whole and whatever its case."""

    column: FactColumn
    value: str
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class CategoryCondition:
    """A category, whole and whatever its case."""

    name: str
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class StateCondition:
    """A reading state."""

    state: StateName


@dataclass(frozen=True, slots=True)
class RangeCondition:
    """A number from the one to the other, both included; None where there is no end."""

    measure: RowMeasure
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Not:
    """What does not fit `part`."""

    part: QueryNode


@dataclass(frozen=True, slots=True)
class And:
    """What fits every part; everything if there is none."""

    parts: tuple[QueryNode, ...] = ()


@dataclass(frozen=True, slots=True)
class Or:
    """What fits at least one part."""

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
    """What the tree asks for, without how it is joined."""
    if isinstance(node, Not):
        yield from iter_leaves(node.part)
    elif isinstance(node, And | Or):
        for part in node.parts:
            yield from iter_leaves(part)
    else:
        yield node


def iter_wanted_words(node: QueryNode) -> Iterator[WordsCondition]:
    """The words that a found article has: not those that it must not have."""
    if isinstance(node, And | Or):
        for part in node.parts:
            yield from iter_wanted_words(part)
    elif isinstance(node, WordsCondition):
        yield node


def make_and(*nodes: QueryNode) -> QueryNode:
    """What fits all of these."""
    parts = [part for node in nodes for part in (node.parts if isinstance(node, And) else (node,))]
    return parts[0] if len(parts) == 1 else And(tuple(parts))
