"""Queries as conditions on articles in SQL: facts as columns, words by the full-text index.

In a condition, `a` is the article and `s` the state that the account has of it, which may be missing. So each
part is true or false, and never null.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from store.library.row_search import feed_matcher
from store.model.article import WORDS_PER_MINUTE, FeedLabel
from store.model.times import UNDATED
from store.postgres.list_sql import AT, CATEGORY, Condition
from store.postgres.text_query import TextQuery, matches_empty, negate
from store.search.syntax_tree import (
    And,
    CategoryCondition,
    FeedCondition,
    Most,
    Not,
    Or,
    QueryNode,
    RangeCondition,
    RowMeasure,
    StateCondition,
    StateName,
    ValueCondition,
    WordsCondition,
    category_matcher,
    is_row_condition,
    iter_leaves,
)
from store.text.folding import normalize_text

_STATES: Mapping[StateName, str] = {
    "read": "coalesce(s.read, false)",
    "unread": "not coalesce(s.read, false)",
    "starred": "coalesce(s.starred, false)",
    "unstarred": "not coalesce(s.starred, false)",
    "begun": "coalesce(s.position > 0 and not s.read, false)",
    "updated": "coalesce(s.read and a.update_stamp > s.last_read, false)",
}
_MEASURES: Mapping[RowMeasure, str] = {
    "words": "a.words",
    "minutes": f"greatest(1, round(a.words / {WORDS_PER_MINUTE}::float8))",
    "reads": "coalesce(s.count + s.imported_count, 0)",
    "when": AT,
    "added": "a.added_at",
}
MATCHING = (
    "(a.library, a.id) in (select m.library, m.id from newstui.match_documents("
    "%({0}_wide)s::tsquery, %({0}_exact)s::tsquery, %({0}_phrases)s::text[]::tsquery[],"
    " %({0}_parts)s::text[]::tsquery[], %({0}_least)s) m)"
)
"""The condition that the index finds an article, for parameters with a prefix."""


class QueryConditions:
    """Writes the condition of one query."""

    def __init__(
        self,
        translate: Callable[[QueryNode], TextQuery],
        categories: Callable[[], Iterable[str]],
        feed_keys: Callable[[], Iterable[str]],
        feeds: Callable[[], Mapping[str, FeedLabel]],
    ) -> None:
        """Write nothing yet.

        Args:
            translate: Returns the query of the index for a tree of words and values.
            categories: Returns all categories, as they are written.
            feed_keys: Returns the keys of all feeds of articles.
            feeds: Returns name and category of every feed, by its key.
        """
        self._translate = translate
        self._categories = categories
        self._feed_keys = feed_keys
        self._feeds = feeds
        self._parameters: dict[str, Any] = {}

    def write(self, node: QueryNode) -> Condition:
        """Return the condition of a query."""
        return Condition(self._write(node), self._parameters)

    def _write(self, node: QueryNode) -> str:
        if not any(map(is_row_condition, iter_leaves(node))):
            return self._write_words(node)
        match node:
            case Not(part):
                return f"not ({self._write(part)})"
            case And(parts) | Or(parts):
                operator = " and " if isinstance(node, And) else " or "
                return operator.join(f"({self._write(part)})" for part in _grouped(node, parts))
            case StateCondition(state):
                return _STATES[state]
            case RangeCondition():
                return self._write_range(node)
            case CategoryCondition(name, is_prefix):
                matches = category_matcher(name, normalize_text, is_prefix=is_prefix)
                return self._write_names(CATEGORY, filter(matches, self._categories()))
            case FeedCondition():
                is_meant = feed_matcher(node, self._feeds())
                return self._write_names("a.feed_key", filter(is_meant, self._feed_keys()))
            case WordsCondition() | ValueCondition() | Most():
                return self._write_words(node)

    def _write_words(self, node: QueryNode) -> str:
        """Return the condition of words; if most articles match, that others do not."""
        if node == And():
            return "true"
        if matches_empty(node):
            return f"not {self._write_query(self._translate(negate(node)))}"
        return self._write_query(self._translate(node))

    def _write_query(self, query: TextQuery) -> str:
        name = f"query_{len(self._parameters)}"
        self._parameters |= {
            f"{name}_wide": query.wide,
            f"{name}_exact": None if query.exact == query.wide else query.exact,
            f"{name}_phrases": list(query.phrases),
            f"{name}_parts": list(query.parts),
            f"{name}_least": query.least,
        }
        return MATCHING.format(name)

    def _write_range(self, node: RangeCondition) -> str:
        column = _MEASURES[node.measure]
        minimum, maximum = node.minimum, node.maximum
        if minimum is None and maximum is not None and node.measure in ("when", "added"):
            return f"{column} > {UNDATED} and {column} <= {self._value(maximum)}"
        lower = f"{column} >= {self._value(minimum or 0)}"
        return lower if maximum is None else f"{lower} and {column} <= {self._value(maximum)}"

    def _write_names(self, column: str, names: Iterable[str]) -> str:
        return f"{column} = any({self._value(list(names))})"

    def _value(self, value: Any) -> str:
        name = f"value_{len(self._parameters)}"
        self._parameters[name] = value
        return f"%({name})s"


def _grouped(node: And | Or, parts: Sequence[QueryNode]) -> list[QueryNode]:
    """Return the parts of a node, those that the index answers by itself as one."""
    words = tuple(part for part in parts if not any(map(is_row_condition, iter_leaves(part))))
    others = [part for part in parts if part not in words]
    if not words:
        return others
    return [type(node)(words) if len(words) > 1 else words[0], *others]
