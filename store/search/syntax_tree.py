"""The syntax tree of a query: its nodes, the rows it matches, and the part that needs the index.

`store.search.language` parses it from a text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Literal

from store.model.article import ArticleRow, reading_minutes
from store.model.times import UNDATED
from store.text.folding import normalize_text

SearchField = Literal["", "title", "text", "summary", "author", "url"]
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
    """A category with those below it (`news/world`), as a whole and ignoring case."""

    name: str
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class FeedCondition:
    """A feed, by a part of its name or address, ignoring case."""

    name: str


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


@dataclass(frozen=True, slots=True)
class Most:
    """Matches whatever at least half of the parts match."""

    parts: tuple[QueryNode, ...]


RowCondition = CategoryCondition | FeedCondition | StateCondition | RangeCondition
"""Conditions for which the index is not needed."""
QueryLeaf = WordsCondition | ValueCondition | RowCondition
QueryNode = QueryLeaf | Not | And | Or | Most

MATCH_ALL = And()
MIN_LOOSE_WORDS = 2
"""Words that a query needs at least to be loosened."""


def iter_leaves(node: QueryNode) -> Iterator[QueryLeaf]:
    """Yield the conditions of a tree."""
    if isinstance(node, Not):
        yield from iter_leaves(node.part)
    elif isinstance(node, And | Or | Most):
        for part in node.parts:
            yield from iter_leaves(part)
    else:
        yield node


def iter_wanted_words(node: QueryNode) -> Iterator[WordsCondition]:
    """Yield the words that a matching article has, not those that it must not have."""
    if isinstance(node, And | Or | Most):
        for part in node.parts:
            yield from iter_wanted_words(part)
    elif isinstance(node, WordsCondition):
        yield node


def make_and(*nodes: QueryNode) -> QueryNode:
    """Return a node that matches whatever all of these match."""
    parts = [part for node in nodes for part in (node.parts if isinstance(node, And) else (node,))]
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def count_most(number: int) -> int:
    """Return how many of some parts have to match if most have to: at least half."""
    return (number + 1) // 2


def loosen(node: QueryNode) -> QueryNode | None:
    """Return a query for articles with most words of another one; None if it cannot be loosened.

    What was asked for more exactly stays: phrases, words of a field, facts, and what is excluded.
    """
    parts = node.parts if isinstance(node, And) else (node,)
    words = tuple(part for part in parts if _is_loose(part))
    if len(words) < MIN_LOOSE_WORDS:
        return None
    return make_and(Most(words), *(part for part in parts if part not in words))


def _is_loose(part: QueryNode) -> bool:
    return all(
        isinstance(leaf, WordsCondition) and not (leaf.field or leaf.is_phrase)
        for leaf in (iter_leaves(part) if isinstance(part, Or) else (part,))
    )


# -- over rows in memory -------------------------------------------------------------------

RowPredicate = Callable[[ArticleRow], bool]
LeafPredicate = Callable[[QueryLeaf], RowPredicate]
"""Returns the predicate of one condition."""

_STATE_PREDICATES: dict[StateName, RowPredicate] = {
    "read": lambda row: row.read,
    "unread": lambda row: not row.read,
    "starred": lambda row: row.starred,
    "unstarred": lambda row: not row.starred,
    "begun": lambda row: row.is_started and not row.read,
    "updated": attrgetter("updated"),
}
_MEASURE_GETTERS: dict[RowMeasure, Callable[[ArticleRow], int]] = {
    "words": attrgetter("words"),
    "minutes": lambda row: reading_minutes(row.words),
    "reads": attrgetter("read_count"),
    "when": attrgetter("timestamp"),
    "added": attrgetter("added_at"),
}


def build_predicate(node: QueryNode, leaf: LeafPredicate) -> RowPredicate:
    """Return a function that tells whether a row matches, built once for many rows.

    `leaf` returns the predicate of a condition that a row alone cannot answer.
    """
    if isinstance(node, Not):
        part = build_predicate(node.part, leaf)
        return lambda row: not part(row)
    if isinstance(node, Most):
        parts = [build_predicate(part, leaf) for part in node.parts]
        minimum = count_most(len(parts))
        return lambda row: sum(part(row) for part in parts) >= minimum
    if isinstance(node, And | Or):
        parts = [build_predicate(part, leaf) for part in node.parts]
        return _combine(parts, all_of=isinstance(node, And))
    if isinstance(node, StateCondition):
        return _STATE_PREDICATES[node.state]
    if isinstance(node, RangeCondition):
        return _range_predicate(node)
    if isinstance(node, CategoryCondition):
        return category_predicate(node.name, normalize_text, is_prefix=node.is_prefix)
    return leaf(node)


def is_row_condition(leaf: QueryLeaf) -> bool:
    """Return True if a row alone tells whether it matches this condition."""
    return isinstance(leaf, RowCondition)


def _combine(parts: list[RowPredicate], *, all_of: bool) -> RowPredicate:
    """Join predicates; nested pairs are faster than a loop, for many rows."""
    if not parts:
        return lambda _: all_of
    first, *others = parts
    if not others:
        return first
    rest = _combine(others, all_of=all_of)
    if all_of:
        return lambda row: first(row) and rest(row)
    return lambda row: first(row) or rest(row)


def _range_predicate(node: RangeCondition) -> RowPredicate:
    measure, minimum, maximum = _MEASURE_GETTERS[node.measure], node.minimum, node.maximum
    if minimum is None and maximum is not None and node.measure in ("when", "added"):
        return lambda row: UNDATED < measure(row) <= maximum
    if maximum is None:
        return lambda row: measure(row) >= (minimum or 0)
    return lambda row: (minimum or 0) <= measure(row) <= maximum


def category_predicate(
    name: str, fold: Callable[[str], str], *, is_prefix: bool = False
) -> RowPredicate:
    """Return a function that tells whether a row is in a category, or in one below it.

    Args: see `category_matcher`.
    """
    matches = category_matcher(name, fold, is_prefix=is_prefix)
    known: dict[str, bool] = {}

    def fits(row: ArticleRow) -> bool:
        is_match = known.get(row.category)
        if is_match is None:
            is_match = known[row.category] = matches(row.category)
        return is_match

    return fits


def category_matcher(
    name: str, fold: Callable[[str], str], *, is_prefix: bool = False
) -> Callable[[str], bool]:
    """Return a function that tells whether a category is this one, or below it.

    Args:
        name: The category.
        fold: Returns what is equal for names that match.
        is_prefix: Whether other categories that start with the name match, too.
    """
    wanted = fold(name.rstrip("/"))
    below = wanted if is_prefix else f"{wanted}/"

    def fits(other: str) -> bool:
        category = fold(other)
        return category == wanted or bool(wanted and category.startswith(below))

    return fits


# -- what needs the index ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SplitQuery:
    """A query, divided by what answers it."""

    index_part: And
    """The part that the index answers."""
    row_part: And
    """The part that rows answer, with the help of the index where the two are mixed."""

    @property
    def needs_index(self) -> bool:
        """True if rows alone do not answer the query."""
        leaves = iter_leaves(self.row_part)
        return bool(self.index_part.parts) or not all(map(is_row_condition, leaves))


def split_query(node: QueryNode) -> SplitQuery:
    """Divide a query into the part that the index can answer by itself, and the rest."""
    parts = node.parts if isinstance(node, And) else (node,)
    words = [part for part in parts if not any(map(is_row_condition, iter_leaves(part)))]
    rest = [part for part in parts if part not in words]
    return SplitQuery(And(tuple(words)), And(tuple(rest)))
