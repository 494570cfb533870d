"""The query language over what is in memory: a predicate on rows."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from store.model.article import Row, minutes
from store.search.syntax_tree import And, Between, Category, Is, Leaf, Measure, Node, Not, Or, State
from store.text.tokenizer import plain

Fits = Callable[[Row], bool]
LeafFits = Callable[[Leaf], Fits]
"""Makes the predicate of one leaf."""

_STATES: dict[State, Fits] = {
    "read": lambda row: row.read,
    "unread": lambda row: not row.read,
    "starred": lambda row: row.starred,
    "unstarred": lambda row: not row.starred,
    "begun": lambda row: row.started and not row.read,
    "updated": attrgetter("updated"),
}
_MEASURES: dict[Measure, Callable[[Row], int]] = {
    "words": attrgetter("words"),
    "minutes": lambda row: minutes(row.words),
    "reads": attrgetter("read_count"),
    "when": attrgetter("when"),
    "added": attrgetter("added"),
}


def predicate(node: Node, leaf: LeafFits) -> Fits:
    """Whether a row fits, as a function made once for many rows.

    Args:
        node: What is asked.
        leaf: Makes the predicates of leaves that a row alone does not answer.
    """
    if isinstance(node, Not):
        part = predicate(node.part, leaf)
        return lambda row: not part(row)
    if isinstance(node, And | Or):
        return _joined([predicate(part, leaf) for part in node.parts], all_of=isinstance(node, And))
    if isinstance(node, Is):
        return _STATES[node.state]
    if isinstance(node, Between):
        return _between(node)
    if isinstance(node, Category):
        return _in_category(node)
    return leaf(node)


def answers(leaf: Leaf) -> bool:
    """Whether a row alone tells if it fits this leaf."""
    return isinstance(leaf, Is | Between | Category)


def _joined(parts: list[Fits], *, all_of: bool) -> Fits:
    """All parts, or any of them; nested pairs are faster than a loop, for each of many rows."""
    if not parts:
        return lambda _: all_of
    first, *others = parts
    if not others:
        return first
    rest = _joined(others, all_of=all_of)
    if all_of:
        return lambda row: first(row) and rest(row)
    return lambda row: first(row) or rest(row)


def _between(node: Between) -> Fits:
    measure, least, most = _MEASURES[node.measure], node.least, node.most
    if least is None and node.measure in ("when", "added"):
        least = 1  # 0 means that it is not known
    if most is None:
        return lambda row: measure(row) >= (least or 0)
    return lambda row: (least or 0) <= measure(row) <= most


def _in_category(node: Category) -> Fits:
    name = plain(node.name)
    known: dict[str, bool] = {}

    def fits(row: Row) -> bool:
        there = known.get(row.category)
        if there is None:
            category = plain(row.category)
            there = category.startswith(name) if node.typing else category == name
            known[row.category] = there
        return there

    return fits
