"""Counters of a library: how many articles it has in each category and from each feed.

They are kept up with every change of a row, so that a count needs no look at 100,000 rows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from itertools import accumulate

from store.model.article import ArticleRow
from store.model.results import Counts, GroupCount
from store.search.list_query import Show
from store.search.syntax_tree import category_matcher
from store.text.names import common_spellings, name_key


class StateTally:
    """The numbers of some articles by reading state."""

    __slots__ = ("begun", "starred", "starred_unread", "total", "unread")

    def __init__(
        self,
        total: int = 0,
        unread: int = 0,
        starred: int = 0,
        starred_unread: int = 0,
        begun: int = 0,
    ) -> None:
        self.total = total
        self.unread = unread
        self.starred = starred
        self.starred_unread = starred_unread
        self.begun = begun

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

    def add(self, other: StateTally) -> None:
        """Count other articles, too."""
        self.total += other.total
        self.unread += other.unread
        self.starred += other.starred
        self.starred_unread += other.starred_unread
        self.begun += other.begun

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
    """The numbers of all articles, and of every category of every feed."""

    def __init__(self, rows: Iterable[ArticleRow] = ()) -> None:
        """Count these rows."""
        self._all = StateTally()
        self._feeds: defaultdict[str, defaultdict[str, StateTally]] = defaultdict(
            lambda: defaultdict(StateTally)
        )
        """By the feed's key, then by the category as it is written; the empty key is no feed."""
        for row in rows:
            self.add(row)

    def add(self, row: ArticleRow) -> None:
        """Count one more row."""
        self._change(row, 1)

    def put(self, feed_key: str, category: str, tally: StateTally) -> None:
        """Put the numbers of a category of a feed, which were counted elsewhere."""
        self._feeds[feed_key][category] = tally
        self._all.add(tally)

    def remove(self, row: ArticleRow) -> None:
        """Count a row no longer that was counted as it is."""
        self._change(row, -1)

    def _change(self, row: ArticleRow, by: int) -> None:
        self._all.change(row, by)
        self._feeds[row.feed_key][row.category].change(row, by)

    def count(
        self, show: Show, category: str | None = None, feeds: Collection[str] | None = None
    ) -> Counts:
        """Count by reading state all articles, or those of a category, of some feeds, or of both."""
        if category is None and feeds is None:
            return self._all.counts(show)
        matches = cache(category_matcher(category, name_key)) if category is not None else None
        found = [
            tally.counts(show)
            for name, tally in self._tallies_of(feeds)
            if matches is None or matches(name)
        ]
        return Counts(sum(each.total for each in found), sum(each.unread for each in found))

    def _tallies_of(self, feeds: Collection[str] | None) -> Iterator[tuple[str, StateTally]]:
        """Yield the tallies of all feeds, or of these, each with its category."""
        for key in self._feeds if feeds is None else feeds:
            if key in self._feeds:
                yield from self._feeds[key].items()

    def by_category(self, feeds: Collection[str] | None = None) -> list[GroupCount]:
        """Return every category with its numbers and those of the categories below it, by name."""
        totals, unread = Counter[str](), Counter[str]()
        for category, tally in self._tallies_of(feeds):
            if tally.total:
                totals[category] += tally.total
                unread[category] += tally.unread
        names = {name_key(name): name for name in common_spellings(totals).values()}
        counts = {name: [0, 0] for name in names.values()}
        for category, total in totals.items():
            for key in _category_path(name_key(category)):
                if key in names:
                    counts[names[key]][0] += total
                    counts[names[key]][1] += unread[category]
        return [GroupCount(name, *counts[name]) for name in sorted(counts)]

    def by_feed(self, feeds: Collection[str] | None = None) -> list[GroupCount]:
        """Return the key of every feed that has articles, with its numbers, by key."""
        keys = sorted(key for key in self._feeds if key and (feeds is None or key in feeds))
        found = [GroupCount(key, *self.count("all", feeds=(key,))) for key in keys]
        return [each for each in found if each.total]


def _category_path(category: str) -> Iterator[str]:
    """Yield a category and those above it: `a`, `a/b` and `a/b/c` of `a/b/c`."""
    return accumulate(category.split("/"), lambda above, name: f"{above}/{name}")
