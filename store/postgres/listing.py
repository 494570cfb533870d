"""Lists of a library on PostgreSQL.

A list is the numbers and times of its articles, in its order: eight bytes each, so that a list of a million
articles needs little memory, and a window, a place or a step is found without searching. The first
thousand are read when it is asked for. The others are read when somebody needs them; until then, the
list remembers what was changed since.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import neg

from store.library.listing import BATCH_SIZE
from store.library.protocol import RowField
from store.model.article import ArticleRow
from store.postgres.list_sql import (
    ARTICLES_AND_STATES,
    CATEGORY,
    ROW_COLUMNS,
    UNREAD,
    ListSql,
    make_row,
)
from store.postgres.reader import NumberedArticle

HEAD_SIZE = 1000
"""Articles that are read at once."""
PIECE_SIZE = 1 << 17
"""Bytes of numbers and times in one row: libpq keeps memory for the largest row that it has read."""
PLACE_BATCH_SIZE = 100
"""Articles that are looked for at once."""
SAMPLE_SIZE = 50
"""Articles that mostly tell whether those of a list differ."""
HEAD_GROWTH = 8
MAX_HEAD_SIZE = 50_000
"""From this size on, all of a list is read."""
STEP_SIZES = (200, 2000, 20_000)
"""Articles that are looked at for the next unread one, more and more of them."""
_FIELD_COLUMNS: dict[RowField, str] = {"category": CATEGORY, "source": "a.source_name"}


_FIELDS_IN_LIST: dict[RowField, str] = {"category": "{category}", "source": "a.source_name"}


class PostgresListing:
    """A `Listing` over numbers of articles; see `store.library.protocol` for what the calls promise."""

    def __init__(
        self,
        sql: ListSql,
        find_numbers: Callable[[Iterable[str]], Mapping[str, NumberedArticle]],
        total: int | None = None,
        places: tuple[array[int], array[int]] | None = None,
    ) -> None:
        """Read the beginning of the list.

        Args:
            sql: Selects its articles.
            find_numbers: Returns what finds articles in the list, by id.
            total: The number of its articles; None if only reading it tells.
            places: The numbers and the times of its articles, if they are known.
        """
        self.sql = sql
        """Selects its articles."""
        self._find_numbers = find_numbers
        self._total = total
        self._numbers, self._times = places or (array("q"), array("q"))
        self._is_complete = places is not None
        if places is None:
            self._read(HEAD_SIZE if sql.is_by_date else None)

    # -- reading ---------------------------------------------------------------------------

    def _read(self, limit: int | None) -> None:
        inner = self.sql.select("number, at", limit=limit)
        self._numbers, self._times = array("q"), array("q")
        for (piece,) in self.sql.access.connection.rows(
            "select substring(packed from place for %(size)s) from ("
            " select string_agg(int8send(number) || int8send(at), ''::bytea) as packed"
            f" from ({inner}) numbers"
            ") numbers, generate_series(1, length(packed), %(size)s) place order by place",
            {**self.sql.parameters, "size": PIECE_SIZE},
        ):
            values = array("q", piece)
            if sys.byteorder == "little":
                values.byteswap()
            self._numbers += values[::2]
            self._times += values[1::2]
        self._is_complete = limit is None or len(self._numbers) < limit

    def complete(self) -> None:
        """Read all of the list."""
        if not self._is_complete:
            self._read(None)

    def _need(self, end: int) -> None:
        """Read up to this place, and more: each time many times as much."""
        if end > len(self._numbers) and not self._is_complete:
            limit = max(end, len(self._numbers) * HEAD_GROWTH)
            self._read(limit if limit < MAX_HEAD_SIZE else None)

    def note_change(self, articles: Collection[str]) -> None:
        """Remember which articles are in the list, before they are changed."""
        if self._is_complete:
            return
        if len(articles) > BATCH_SIZE:
            self.complete()
            return
        rows = self.sql.access.connection.rows(
            self.sql.select("number", extra=" and a.id = any(%(touched)s)"),
            {**self.sql.parameters, "touched": list(articles)},
        )
        present = {number for (number,) in rows}
        found = {each.number for each in self._find_numbers(articles).values()}
        self.sql.left_out |= found - present - self.sql.kept
        self.sql.kept |= present

    # -- answers ---------------------------------------------------------------------------

    @property
    def total(self) -> int:
        """The number of articles."""
        if self._total is None:
            self.complete()
        return len(self._numbers) if self._is_complete else self._total or 0

    @property
    def unread(self) -> int:
        """The number of articles that are unread now."""
        self.complete()
        return sum(
            len(self.unread_among(self._numbers[start : start + STEP_SIZES[-1]]))
            for start in range(0, len(self._numbers), STEP_SIZES[-1])
        )

    def window(self, start: int, size: int) -> list[ArticleRow]:
        """Return the rows from a place on."""
        start = max(0, start)
        self._need(start + size)
        numbers = self._numbers[start : start + size]
        rows = self._rows(numbers)
        return [rows[number] for number in numbers if number in rows]

    def _rows(self, numbers: Sequence[int]) -> dict[int, ArticleRow]:
        rows = self._select(f"a.added, {ROW_COLUMNS}", numbers)
        return {number: make_row(columns) for number, *columns in rows}

    def _select(self, columns: str, numbers: Sequence[int], where: str = "true") -> list[tuple]:  # type: ignore[type-arg]
        return self.sql.access.connection.rows(
            f"select {columns} from {ARTICLES_AND_STATES} where a.library = any(%(libraries)s)"
            f" and a.added = any(%(numbers)s) and {where}",
            {
                "account": self.sql.access.account,
                "libraries": list(self.sql.newest),
                "numbers": list(numbers),
            },
        )

    def place(self, article: str) -> int | None:
        """Return the place of an article."""
        return self.first_place([article])

    def first_place(self, articles: Iterable[str]) -> int | None:
        """Return the place of the first of some articles that is in the list."""
        remaining = iter(articles)
        while batch := list(islice(remaining, PLACE_BATCH_SIZE)):
            numbered = self._find_numbers(batch)
            found = [each for article in batch if (each := numbered.get(article)) is not None]
            places = map(self._find_by_date if self.sql.is_by_date else self._find_anywhere, found)
            if (place := next((each for each in places if each is not None), None)) is not None:
                return place
        return None

    def _find_by_date(self, article: NumberedArticle) -> int | None:
        number, at, is_edited = article
        while not self._has_read(at):
            self._need(len(self._times) + 1)
        first = bisect_left(self._times, -at, key=neg)
        places = range(first, bisect_right(self._times, -at, key=neg))
        place = next((each for each in places if self._numbers[each] == number), None)
        return self._find_anywhere(article) if place is None and is_edited else place

    def _find_anywhere(self, article: NumberedArticle) -> int | None:
        self.complete()
        is_listed = article.number in self._numbers
        return self._numbers.index(article.number) if is_listed else None

    def step(self, place: int, by: int, *, unread: bool = False) -> int | None:
        """Return the place that is some articles below."""
        if not unread:
            return min(max(0, place + by), self.total - 1) if self.total else None
        found: int | None = None
        for found in islice(self._unread_places(place, 1 if by > 0 else -1), abs(by)):  # noqa: B007 - the last
            pass
        return found

    def _unread_places(self, place: int, direction: int) -> Iterator[int]:
        at, batches = place + direction, iter(STEP_SIZES)
        size = next(batches)
        while True:
            self._need(at + size if direction > 0 else place)
            places = range(len(self._numbers))
            ahead = (
                places[at : at + size] if direction > 0 else places[max(0, at - size + 1) : at + 1]
            )
            if at < 0 or not ahead:
                return
            unread = self.unread_among(self._numbers[ahead.start : ahead.stop])
            ordered = ahead if direction > 0 else reversed(ahead)
            yield from (each for each in ordered if self._numbers[each] in unread)
            at += direction * size
            size = next(batches, size)

    def unread_among(self, numbers: Sequence[int]) -> set[int]:
        """Return those of some articles that are unread; all by number."""
        return {number for (number,) in self._select("a.added", numbers, UNREAD)}

    def day_places(self, starts: Sequence[int]) -> list[int]:
        """Return for each time the place of the first article dated before it."""
        return list(map(self._find_day, starts))

    def _find_day(self, start: int) -> int:
        """Return the place of the first article before a time: near the end, counted from there."""
        if self._total is not None and not self._has_read(start):
            earlier = self.sql.select("1", extra=" and {at} < %(start)s", limit=HEAD_SIZE)
            found = self.sql.access.connection.row(
                f"select count(*) from ({earlier}) earlier",
                {**self.sql.parameters, "start": start},
            )
            if found is not None and found[0] < HEAD_SIZE:
                return self._total - int(found[0])
        while not self._has_read(start):
            self._need(len(self._times) + 1)
        return bisect_right(self._times, -start, key=neg)

    def _has_read(self, at: int) -> bool:
        """Return True if all articles of a time, and later ones, are read."""
        return self._is_complete or at > self._times[-1]

    def varies(self, field: RowField) -> bool:
        """Return True if the articles differ in a field."""
        column = _FIELD_COLUMNS[field]
        values = {
            value for (value,) in self._select(f"distinct {column}", self._numbers[:SAMPLE_SIZE])
        }
        if len(values) != 1 or (self._is_complete and len(self._numbers) <= SAMPLE_SIZE):
            return len(values) > 1
        found = self.sql.access.connection.row(
            self.sql.select("1", extra=f" and {_FIELDS_IN_LIST[field]} <> %(value)s", limit=1),
            {**self.sql.parameters, "value": values.pop()},
        )
        return found is not None

    def ids(self, start: int = 0, end: int | None = None) -> Iterator[Sequence[str]]:
        """Yield the ids of the articles in batches."""
        start, end = max(0, start), self.total if end is None else min(end, self.total)
        self._need(end)
        for first in range(start, end, BATCH_SIZE):
            numbers = self._numbers[first : min(end, first + BATCH_SIZE)]
            ids = dict(self._select("a.added, a.id", numbers))
            yield [ids[number] for number in numbers if number in ids]

    def numbers(self, start: int = 0, end: int | None = None) -> Sequence[int]:
        """Return the numbers of the articles (`article.added`), in their order."""
        self.complete()
        return self._numbers[max(0, start) : end]

    @property
    def numbers_and_times(self) -> tuple[array[int], array[int]]:
        """The numbers and the times of the articles, in their order."""
        self.complete()
        return self._numbers, self._times

    def copies(self, article: str) -> Sequence[str]:
        """Return the article alone: copies are not folded."""
        return [article]

    def shown_rows(self, rows: Mapping[str, ArticleRow]) -> Mapping[str, ArticleRow]:
        """Return changed rows as the list shows them."""
        return rows

    def without(self, articles: Collection[str]) -> PostgresListing:
        """Return the list without some articles."""
        self.complete()
        gone = {each.number for each in self._find_numbers(articles).values()}
        kept = [place for place, number in enumerate(self._numbers) if number not in gone]
        numbers = array("q", (self._numbers[place] for place in kept))
        times = array("q", (self._times[place] for place in kept))
        return PostgresListing(self.sql, self._find_numbers, places=(numbers, times))
