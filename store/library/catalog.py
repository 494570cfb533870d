"""The rows of a library in memory: where each article is on disk, and what a list shows of it."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from store.journal.reading_state import ArticleState, ReadingState
from store.library.locations import ArticleLocations
from store.library.tallies import Tallies
from store.model.article import Article, ArticleRow, FeedLabel, make_item_key
from store.model.errors import ArticleNotFound
from store.model.results import Counts
from store.model.times import UNDATED, to_sort_seconds
from store.search.list_query import ListQuery, sort_newest_first
from store.segments.documents import name_feed
from store.segments.segments import ArticleLocation


class Catalog:
    """Every article of the library as a row that includes its reading state."""

    def __init__(self) -> None:
        self._rows: dict[str, ArticleRow] = {}
        self._locations = ArticleLocations()
        self._original_rows: dict[str, ArticleRow] = {}
        self._deleted: set[str] = set()
        self._tallies: Tallies | None = None
        """The numbers of articles, from the first time that they are asked for."""
        self._is_sorted = True

    def __len__(self) -> int:
        """Return the number of articles, without deleted ones."""
        return len(self._rows) - len(self._deleted)

    @property
    def total(self) -> int:
        """The number of articles, including deleted ones."""
        return len(self._rows)

    def __iter__(self) -> Iterator[str]:
        """Yield the ids of all articles, deleted or not."""
        return iter(self._rows)

    def __contains__(self, article: object) -> bool:
        """Return True if the article is in the library, deleted or not."""
        return article in self._rows

    def rows(self) -> Iterator[ArticleRow]:
        """Yield every row that is not deleted, newest first."""
        if not self._is_sorted:
            self._rows = {row.id: row for row in self._sort()}
            self._is_sorted = True
        return self._live_rows() if self._deleted else iter(self._rows.values())

    def _sort(self) -> list[ArticleRow]:
        """Return all rows, newest first; those without a date last, in the order of their files."""
        ordered = sort_newest_first(self._rows.values())
        dated = bisect_left(ordered, True, key=lambda row: row.timestamp == UNDATED)
        undated = sorted(
            ordered[dated:], key=lambda row: (-row.added_at, self._locations.get(row.id) or ())
        )
        return ordered[:dated] + undated

    def get_row(self, article: str) -> ArticleRow | None:
        """Return the row of an article; None if there is none or it is deleted."""
        return None if article in self._deleted else self._rows.get(article)

    @property
    def tallies(self) -> Tallies:
        """The numbers of the articles that are not deleted."""
        if self._tallies is None:
            self._tallies = Tallies(self._live_rows())
        return self._tallies

    def _live_rows(self) -> Iterator[ArticleRow]:
        return (row for row in self._rows.values() if row.id not in self._deleted)

    def count(self, query: ListQuery) -> Counts:
        """Count the articles of a list without a text and without pinned articles."""
        if query.is_of_all_times:
            return self.tallies.count(query.show, query.category, query.feeds)
        return count_rows(query.select(self.rows()))

    def find_id(self, id_or_prefix: str) -> str:
        """Return the only id that starts with these characters, ignoring case.

        Raises:
            ArticleNotFound: No id does, or several do.
        """
        if self.get_row(id_or_prefix) is not None:
            return id_or_prefix
        prefix = id_or_prefix.lower()
        found = [row.id for row in self.rows() if row.id.lower().startswith(prefix)]
        if not found or not prefix:
            raise ArticleNotFound(id_or_prefix)
        if len(found) > 1:
            raise ArticleNotFound(id_or_prefix, len(found))
        return found[0]

    def stored_rows(self) -> Iterator[ArticleRow]:
        """Yield every row, deleted or not."""
        return iter(self._rows.values())

    def stored_title(self, article: str) -> str:
        """Return the title of an article as its segment has it, without the user's edits."""
        return self._original_rows.get(article, self._rows[article]).title

    def stored_row(self, article: str) -> ArticleRow | None:
        """Return the row of an article, deleted or not."""
        return self._rows.get(article)

    def title(self, article: str) -> str:
        """Return the title of an article, deleted or not; empty if there is none."""
        row = self._rows.get(article)
        return row.title if row else ""

    def location(self, article: str) -> ArticleLocation | None:
        """Return where an article is on disk; None if there is none or it is deleted."""
        return None if article in self._deleted else self._locations.get(article)

    def stored_location(self, article: str) -> ArticleLocation | None:
        """Return where the valid copy of an article is on disk, deleted or not."""
        return self._locations.get(article)

    def segment_counts(self) -> Counter[str]:
        """Return the number of articles in each segment, deleted or not."""
        return self._locations.segment_counts()

    def add(self, location: ArticleLocation, row: ArticleRow, state: ReadingState) -> None:
        """Add an article as its segment has it."""
        existing = self._locations.get(row.id)
        if existing is not None:
            # An article that was added on two machines is one article: the copy added first is
            # valid, but a copy with a text comes before one without.
            old = self._rows[row.id]
            old_rank = not old.words, old.added_at, existing.segment
            rank = not row.words, row.added_at, location.segment
            if old_rank < rank and existing.segment != location.segment:
                return
            self._original_rows.pop(row.id, None)
        self._locations.put(row.id, location)
        self._set_row(row, state.article_states.get(row.id))

    def update_rows(
        self, articles: Iterable[str], state: ReadingState
    ) -> tuple[dict[str, ArticleRow], bool]:
        """Apply the current reading state to the rows of these articles.

        Returns:
            The rows of those that are in the library and not deleted, and whether any was deleted
            or restored.
        """
        rows: dict[str, ArticleRow] = {}
        is_moved = False
        for article in articles:
            if (row := self._rows.get(article)) is None:
                continue
            was_hidden = article in self._deleted
            self._set_row(self._original_rows.pop(article, row), state.get(article))
            is_moved |= was_hidden != (article in self._deleted)
            if article not in self._deleted:
                rows[article] = self._rows[article]
        return rows, is_moved

    def label_feeds(
        self,
        labels: Mapping[str, FeedLabel],
        gone: Collection[str],
        state: ReadingState,
        read_article: Callable[[ArticleLocation], Article],
    ) -> dict[str, ArticleRow]:
        """Apply the current names and categories of the feeds; return the rows that it changes.

        Args:
            labels: By the keys of the feeds.
            gone: The feeds that had a label before, and whose articles have their own category again.
            state: The reading state.
            read_article: Reads the facts of such an article.
        """
        labelled: dict[str, ArticleRow] = {}
        for article, shown in self._rows.items():
            if not shown.feed_key:
                continue
            row, label = self._original_rows.get(article, shown), labels.get(shown.feed_key)
            name, category = name_feed(row.feed_key, label), row.category
            if label is not None:
                category = label.category
            elif row.feed_key in gone and (location := self._locations.get(article)):
                category = read_article(location).category
            if (name, category) != (row.source_name, row.category):
                labelled[article] = row._replace(source_name=name, category=category)
        return self._relabel(labelled, state)

    def _relabel(
        self, rows: Mapping[str, ArticleRow], state: ReadingState
    ) -> dict[str, ArticleRow]:
        for article, row in rows.items():
            self._original_rows.pop(article, None)
            self._set_row(row, state.article_states.get(article))
        return {article: self._rows[article] for article in rows if article not in self._deleted}

    def segment_articles(self, segment: str) -> set[str]:
        """Return the articles in this segment."""
        return self._locations.articles_in(segment)

    def _set_row(self, row: ArticleRow, state: ArticleState | None) -> None:
        article, new = row.id, row
        if state is not None:
            new = apply_article_state(row, state)
            if state.edits:
                self._original_rows[article] = row
        is_deleted = state is not None and state.deleted[1]
        previous = self._rows.get(article)
        if (tallies := self._tallies) is not None:
            if previous is not None and article not in self._deleted:
                tallies.remove(previous)
            if not is_deleted:
                tallies.add(new)
        (self._deleted.add if is_deleted else self._deleted.discard)(article)
        if previous is None or previous.timestamp != new.timestamp:
            self._is_sorted = False
        self._rows[article] = new


def count_rows(rows: Sequence[ArticleRow]) -> Counts:
    """Return the number of rows, and of unread ones among them."""
    return Counts(len(rows), sum(not row.read for row in rows))


def apply_article_state(row: ArticleRow, state: ArticleState) -> ArticleRow:
    """Return a row with the reading state of its article."""
    edited = state.edited_facts() if state.edits else {}
    return ArticleRow(  # `_replace` would take four times as long, for 100,000 rows
        row.id,
        edited.get("title", row.title),
        edited.get("category", row.category),
        to_sort_seconds(edited["date"], 0) if "date" in edited else row.timestamp,
        row.added_at,
        row.words,
        read=bool(state.read[1]),
        starred=bool(state.starred[1]),
        read_count=state.read_count,
        is_started=bool(state.position[1]),
        feed_key=row.feed_key,
        updated=state.updated if edited else False,
        item_key=make_item_key(item, item["url"]) if (item := state.item) else row.item_key,
        source_name=row.source_name,
    )
