"""The query language over what is in memory: a predicate on rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from store.model.article import ArticleRow, reading_minutes
from store.search.language import parse_query
from store.search.syntax_tree import (
    And,
    CategoryCondition,
    Not,
    Or,
    QueryLeaf,
    QueryNode,
    RangeCondition,
    RowMeasure,
    StateCondition,
    StateName,
    iter_leaves,
)
from store.text.tokenizer import normalize_text

RowPredicate = Callable[[ArticleRow], bool]
LeafPredicate = Callable[[QueryLeaf], RowPredicate]
"""Makes the predicate of one leaf."""

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
    """Whether a row fits, as a function made once for many rows.

    Args:
        node: What is asked.
        leaf: Makes the predicates of leaves that a row alone does not answer.
    """
    if isinstance(node, Not):
        part = build_predicate(node.part, leaf)
        return lambda row: not part(row)
    if isinstance(node, And | Or):
        return _combine(
            [build_predicate(part, leaf) for part in node.parts], all_of=isinstance(node, And)
        )
    if isinstance(node, StateCondition):
        return _STATE_PREDICATES[node.state]
    if isinstance(node, RangeCondition):
        return _range_predicate(node)
    if isinstance(node, CategoryCondition):
        return _category_predicate(node)
    return leaf(node)


def is_row_condition(leaf: QueryLeaf) -> bool:
    """Whether a row alone tells if it fits this leaf."""
    return isinstance(leaf, StateCondition | RangeCondition | CategoryCondition)


def _combine(parts: list[RowPredicate], *, all_of: bool) -> RowPredicate:
    """All parts, or any of them; nested pairs are faster than a loop, for each of many rows."""
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
    measure, least, most = _MEASURE_GETTERS[node.measure], node.minimum, node.maximum
    if least is None and node.measure in ("when", "added"):
        least = 1  # 0 means that it is not known
    if most is None:
        return lambda row: measure(row) >= (least or 0)
    return lambda row: (least or 0) <= measure(row) <= most


def _category_predicate(node: CategoryCondition) -> RowPredicate:
    name = normalize_text(node.name)
    known: dict[str, bool] = {}

    def fits(row: ArticleRow) -> bool:
        there = known.get(row.category)
        if there is None:
            category = normalize_text(row.category)
            there = category.startswith(name) if node.is_prefix else category == name
            known[row.category] = there
        return there

    return fits


# -- what needs the index ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SplitQuery:
    """A query taken apart."""

    index_part: And
    """What the index answers."""
    row_part: And
    """What the rows answer, with the help of the index where the two are mixed."""

    @property
    def needs_index(self) -> bool:
        """Whether rows alone do not answer it."""
        return bool(self.index_part.parts) or not all(
            map(is_row_condition, iter_leaves(self.row_part))
        )


def query_needs_index(text: str, now: int = 0) -> bool:
    """Whether a query asks for more than rows tell.

    Raises:
        BadQuery: It cannot be understood.
    """
    return split_query(parse_query(text, now)).needs_index


def split_query(node: QueryNode) -> SplitQuery:
    """What the index can answer by itself, and the rest."""
    parts = node.parts if isinstance(node, And) else (node,)
    words = [part for part in parts if not any(map(is_row_condition, iter_leaves(part)))]
    facts = [part for part in parts if part not in words]
    return SplitQuery(And(tuple(words)), And(tuple(facts)))
