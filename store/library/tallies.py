"""Counters of a library: how many articles it has in each category and from each feed.

They are kept up with every change of a row, so that a count needs no look at 100,000 rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import accumulate

from store.model.article import ArticleRow
from store.model.results import Counts, GroupCount
from store.search.list_query import Show
from store.search.syntax_tree import category_matcher
from store.text.names import common_spellings, name_key


class Tally:
    """The numbers of some articles by reading state."""

    __slots__ = ("begun", "starred", "starred_unread", "total", "unread")

    def __init__(self) -> None:
        self.total = self.unread = self.starred = self.starred_unread = self.begun = 0

    def change(self, row: ArticleRow, by: int) -> None:
        """Count an article `by` more times."""
        self.total += by
        if not row.read:
            self.unread += by
            if row.is_started:
                self.begun += by
        if row.starred:
            self.starred += by
            if not row.read:
                self.starred_unread += by

    def counts(self, show: Show) -> Counts:
        """Return the numbers of the articles in a reading state."""
        match show:
            case "all":
                return Counts(self.total, self.unread)
            case "unread":
                return Counts(self.unread, self.unread)
            case "starred":
                return Counts(self.starred, self.starred_unread)
            case "in progress":
                return Counts(self.begun, self.begun)


class Tallies:
    """The numbers of all articles, of every category and of every feed."""

    def __init__(self, rows: Iterable[ArticleRow]) -> None:
        """Count these rows."""
        self._all = Tally()
        self._categories: defaultdict[str, Tally] = defaultdict(Tally)
        """By the name as it is written; spellings of one name are joined when they are asked for."""
        self._feeds: defaultdict[str, Tally] = defaultdict(Tally)
        for row in rows:
            self.add(row)

    def add(self, row: ArticleRow) -> None:
        """Count one more row."""
        self._change(row, 1)

    def remove(self, row: ArticleRow) -> None:
        """Count a row no longer that was counted as it is."""
        self._change(row, -1)

    def _change(self, row: ArticleRow, by: int) -> None:
        self._all.change(row, by)
        self._categories[row.category].change(row, by)
        if row.feed_key:
            self._feeds[row.feed_key].change(row, by)

    def count(self, show: Show, category: str | None = None, feed: str | None = None) -> Counts:
        """Count by reading state all articles, or those of a category or of a feed."""
        if feed is not None:
            return self._feeds[feed].counts(show) if feed in self._feeds else Counts()
        if category is None:
            return self._all.counts(show)
        matches = category_matcher(category, name_key)
        found = [each.counts(show) for name, each in self._categories.items() if matches(name)]
        return Counts(sum(each.total for each in found), sum(each.unread for each in found))

    def by_category(self) -> list[GroupCount]:
        """Return every category with its numbers and those of the categories below it, by name."""
        tallies = {name: tally for name, tally in self._categories.items() if tally.total}
        spellings = common_spellings({name: tally.total for name, tally in tallies.items()})
        names = {name_key(name): name for name in spellings.values()}
        counts = {name: [0, 0] for name in names.values()}
        for category, tally in tallies.items():
            for key in _category_path(name_key(category)):
                if key in names:
                    counts[names[key]][0] += tally.total
                    counts[names[key]][1] += tally.unread
        return [GroupCount(name, *counts[name]) for name in sorted(counts)]

    def by_feed(self) -> list[GroupCount]:
        """Return the key of every feed that has articles, with its numbers, by key."""
        feeds = sorted(self._feeds.items())
        return [GroupCount(key, tally.total, tally.unread) for key, tally in feeds if tally.total]


def _category_path(category: str) -> Iterator[str]:
    """Yield a category and those above it: `a`, `a/b` and `a/b/c` of `a/b/c`."""
    return accumulate(category.split("/"), lambda above, name: f"{above}/{name}")
