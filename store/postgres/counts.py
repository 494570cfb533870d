"""Numbers of articles, from the counters that the database keeps."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from store.library.protocol import ListField
from store.library.statistics import ReadingTally, ReadTotals
from store.library.tallies import StateTally, Tallies
from store.model.results import Counts, GroupCount
from store.postgres.access import Access
from store.postgres.list_sql import not_in_earlier
from store.search.list_query import ListQuery
from store.search.syntax_tree import category_matcher
from store.text.names import name_key

_SUMS = (
    "coalesce(sum(total), 0)::bigint, coalesce(sum(total) - sum(read), 0)::bigint,"
    " coalesce(sum(starred), 0)::bigint, coalesce(sum(starred_unread), 0)::bigint,"
    " coalesce(sum(begun), 0)::bigint"
)
"""The numbers of a `StateTally`."""
_OF_ACCOUNT = (
    "from newstui.counter where library = any(%(libraries)s) and account in ('', %(account)s)"
)


class Counters:
    """Counts articles by reading state, category and feed."""

    def __init__(self, access: Access) -> None:
        """Count nothing yet."""
        self._access = access

    def count_all(self) -> int:
        """Return the number of articles."""
        return self.count(ListQuery()).total

    def count(self, query: ListQuery) -> Counts:
        """Count the articles of a list without a text, a time and pinned articles."""
        where = ""
        parameters = {**self._parameters()}
        if query.category is not None:
            where += " and category = any(%(categories)s)"
            parameters["categories"] = self.spellings(query.category)
        if query.feeds is not None:
            where += " and feed_key = any(%(feeds)s)"
            parameters["feeds"] = list(query.feeds)
        row = self._access.connection.row(f"select {_SUMS} {_OF_ACCOUNT}{where}", parameters)
        return StateTally(*(row or ())).counts(query.show)

    def spellings(self, category: str) -> list[str]:
        """Return the categories that are this one or below it, as they are written."""
        matches = category_matcher(category, name_key)
        return [name for name in self.categories() if matches(name)]

    def categories(self) -> list[str]:
        """Return all categories that articles have or had, as they are written."""
        found = self._access.connection.rows(
            f"select distinct category {_OF_ACCOUNT}",
            self._parameters(),
        )
        return [name for (name,) in found]

    def feed_keys(self) -> list[str]:
        """Return the keys of all feeds that articles have or had."""
        found = self._access.connection.rows(
            f"select distinct feed_key {_OF_ACCOUNT} and feed_key <> ''", self._parameters()
        )
        return [key for (key,) in found]

    def by(self, field: ListField, feeds: Collection[str] | None) -> list[GroupCount]:
        """Return every category, or every feed with articles, with its counts."""
        tallies = self.read_tallies()
        return tallies.by_category(feeds) if field == "category" else tallies.by_feed(feeds)

    def read_tallies(self) -> Tallies:
        """Return the numbers of every category of every feed."""
        tallies = Tallies()
        for feed_key, category, *numbers in self._access.connection.rows(
            f"select feed_key, category, {_SUMS} {_OF_ACCOUNT} group by 1, 2",
            self._parameters(),
        ):
            tallies.put(feed_key, category, StateTally(*numbers))
        return tallies

    def read_totals(self) -> list[ReadTotals]:
        """Return the numbers of articles and of readings of each category of each feed."""
        found = self._access.connection.rows(
            "select category, feed_key, sum(total)::bigint, sum(read)::bigint, sum(starred)::bigint,"
            f" sum(read_count)::bigint, sum(read_words)::bigint {_OF_ACCOUNT}"
            " group by 1, 2 having sum(total) > 0",
            self._parameters(),
        )
        return [ReadTotals(*each) for each in found]

    def readings(self) -> Mapping[int, ReadingTally]:
        """Return the readings of the account by quarter of an hour."""
        found = self._access.connection.rows(
            "select quarter, sum(articles)::bigint, sum(words)::bigint from newstui.reading"
            " where library = any(%(libraries)s) and account = %(account)s"
            " group by 1 having sum(articles) > 0",
            self._parameters(),
        )
        return {quarter: ReadingTally(*numbers) for quarter, *numbers in found}

    def has_duplicates(self) -> bool:
        """Return True if an article is in two libraries, whose counters both count it."""
        libraries = self._access.libraries
        return any(self._has_duplicates(library) for library in libraries[1:])

    def _has_duplicates(self, library: int) -> bool:
        is_first = not_in_earlier(library, self._access.libraries)
        found = self._access.connection.row(
            "select exists (select from newstui.article a"
            f" where a.library = {library} and not a.gone and not (true{is_first}))"
        )
        return bool(found and found[0])

    def _parameters(self) -> dict[str, object]:
        return {"libraries": list(self._access.libraries), "account": self._access.account}
