"""Searching rows without an index: words match titles and categories, facts those of the articles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol

from store.model.article import Article, ArticleRow, FeedLabel
from store.search.highlight import make_highlighter
from store.search.syntax_tree import (
    MATCH_ALL,
    FeedCondition,
    QueryLeaf,
    QueryNode,
    RowPredicate,
    ValueCondition,
    WordsCondition,
    build_predicate,
)
from store.text.folding import normalize_text


class RowSource(Protocol):
    """The rows of a library, and the facts of its articles."""

    def rows(self) -> Iterable[ArticleRow]:
        """Return every row that is not deleted, newest first."""

    def facts(self) -> Iterator[Article]:
        """Yield the facts of every article that is not deleted."""

    def feeds(self) -> Mapping[str, FeedLabel]:
        """Return name and category of every feed, by its key."""


def search_rows(node: QueryNode, source: RowSource) -> list[ArticleRow]:
    """Return the rows that match a query, newest first."""

    def leaf(condition: QueryLeaf) -> RowPredicate:
        if isinstance(condition, FeedCondition):
            return feed_predicate(condition, source.feeds())
        if isinstance(condition, ValueCondition):
            return _facts_predicate(source, lambda facts: matches_value(facts, condition))
        if not isinstance(condition, WordsCondition):
            raise TypeError(f"not a condition of words: {condition}")
        matches, field = make_highlighter([condition]).matches, condition.field
        if field == "author":
            return _facts_predicate(source, lambda facts: any(map(matches, facts.authors)))
        if field == "url":
            return _facts_predicate(source, lambda facts: matches(facts.url))
        return lambda row: (
            (field in ("", "title") and matches(row.title))
            or (field == "" and matches(row.category))
        )

    if node == MATCH_ALL:
        return list(source.rows())
    matches_row = build_predicate(node, leaf)
    return [row for row in source.rows() if matches_row(row)]


def find_in_titles(part: str, source: RowSource) -> list[ArticleRow]:
    """Return the rows with a text in their titles, ignoring case, newest first."""
    folded = part.casefold()
    return [row for row in source.rows() if folded in row.title.casefold()]


def _facts_predicate(source: RowSource, matches: Callable[[Article], bool]) -> RowPredicate:
    """Return a function that tells whether the facts of a row's article match."""
    ids = {facts.id for facts in source.facts() if matches(facts)}
    return lambda row: row.id in ids


def matches_value(facts: Article, condition: ValueCondition) -> bool:
    """Return True if an article has a tag, a source or a language."""
    values = {"tag": facts.tags, "source": (facts.source,), "lang": (facts.language,)}
    value = normalize_text(condition.value)
    for each in map(normalize_text, values[condition.column]):
        if each == value or (condition.is_prefix and each.startswith(value)):
            return True
        if condition.column == "lang" and each.replace("_", "-").startswith(f"{value}-"):
            return True
    return False


def feed_predicate(condition: QueryLeaf, feeds: Mapping[str, FeedLabel]) -> RowPredicate:
    """Return a function that tells whether a row is of a feed.

    Args:
        condition: A `FeedCondition`; another one is an error.
        feeds: Name and category of every feed, by its key.
    """
    if not isinstance(condition, FeedCondition):
        raise TypeError(f"not a condition of rows: {condition}")
    matches = feed_matcher(condition, feeds)
    return lambda row: matches(row.feed_key)


def feed_matcher(condition: FeedCondition, feeds: Mapping[str, FeedLabel]) -> Callable[[str], bool]:
    """Return a function that tells whether the key of a feed is of one that is meant."""
    part = normalize_text(condition.name)
    known = {key for key, each in feeds.items() if part in normalize_text(f"{each.name} {key}")}
    return lambda key: key in known or (bool(key) and part in normalize_text(key))
