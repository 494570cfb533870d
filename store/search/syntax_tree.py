"""What a query asks, as a tree of plain values; `store.search.language` reads it from a text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

Field = Literal["", "title", "text", "summary"]
"""Where words are looked for; empty: everywhere, in tags and categories, too."""
Column = Literal["tag", "source", "lang"]
"""Facts that only the article's file and the index know."""
Measure = Literal["words", "minutes", "reads", "when", "added"]
"""Numbers of a row; `when` and `added` are seconds since 1970."""
State = Literal["read", "unread", "starred", "unstarred", "begun", "updated"]


@dataclass(frozen=True, slots=True)
class Words:
    """Words that stand somewhere in the article: one word, or a phrase where it was quoted."""

    text: str
    field: Field = ""
    phrase: bool = False
    typing: bool = False
    """Whether the last word may go on: it is still being typed, or ends in `*`."""


@dataclass(frozen=True, slots=True)
class Value:
    """A tag, a source or a language, whole and whatever its case."""

    column: Column
    value: str
    typing: bool = False


@dataclass(frozen=True, slots=True)
class Category:
    """A category, whole and whatever its case."""

    name: str
    typing: bool = False


@dataclass(frozen=True, slots=True)
class Is:
    """A reading state."""

    state: State


@dataclass(frozen=True, slots=True)
class Between:
    """A number from the one to the other, both included; None where there is no end."""

    measure: Measure
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Not:
    """What does not fit `part`."""

    part: Node


@dataclass(frozen=True, slots=True)
class And:
    """What fits every part; everything if there is none."""

    parts: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Or:
    """What fits at least one part."""

    parts: tuple[Node, ...]


Node = Words | Value | Category | Is | Between | Not | And | Or
Leaf = Words | Value | Category | Is | Between

EVERYTHING = And()


def leaves(node: Node) -> Iterator[Leaf]:
    """What the tree asks for, without how it is joined."""
    if isinstance(node, Not):
        yield from leaves(node.part)
    elif isinstance(node, And | Or):
        for part in node.parts:
            yield from leaves(part)
    else:
        yield node


def wanted(node: Node) -> Iterator[Words]:
    """The words that a found article has: not those that it must not have."""
    if isinstance(node, And | Or):
        for part in node.parts:
            yield from wanted(part)
    elif isinstance(node, Words):
        yield node


def fits(node: Node, leaf: Callable[[Leaf], bool]) -> bool:
    """Whether something fits the tree, by whether it fits its leaves."""
    if isinstance(node, Not):
        return not fits(node.part, leaf)
    if isinstance(node, And):
        return all(fits(part, leaf) for part in node.parts)
    if isinstance(node, Or):
        return any(fits(part, leaf) for part in node.parts)
    return leaf(node)


def both(*nodes: Node) -> Node:
    """What fits all of these."""
    parts = [part for node in nodes for part in (node.parts if isinstance(node, And) else (node,))]
    return parts[0] if len(parts) == 1 else And(tuple(parts))
