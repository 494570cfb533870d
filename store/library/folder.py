"""A library in a folder of plain JSON, which a sync tool may carry between machines."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from store.journal.events import JOURNAL_FORMAT, Event, NewEvent, newer_format_message
from store.journal.journal import Journal
from store.journal.reading_state import SNAPSHOT_FILE, ArticleState, apply_edits
from store.library.catalog import Catalog, count_rows
from store.library.feed_names import FeedLabels
from store.library.folded_copies import fold_copies
from store.library.folder_articles import FolderArticles
from store.library.folder_reading import FolderReading, StaleParts, check_kind
from store.library.folder_rows import FolderRows
from store.library.folder_watch import FolderWatch
from store.library.listing import FolderListing
from store.library.protocol import Capability, ListField, Listing
from store.library.updates import select_lacking, sort_arrived
from store.maintenance.repair import Repairer
from store.model.article import (
    Article,
    ArticleInsights,
    ArticleRow,
    FullArticle,
    ParsedArticle,
    ReadingStatus,
    SimilarArticle,
    Snippet,
    make_item_key,
)
from store.model.errors import (
    ArticleNotFound,
    InvalidQuery,
    LibraryReadOnly,
)
from store.model.results import (
    AddProgress,
    Counts,
    ExternalChanges,
    GroupCount,
    IndexProgress,
    LoadProgress,
    RecordProgress,
    UndoableChange,
    UndoneChange,
)
from store.model.times import Clock
from store.search.list_query import ListQuery, Matches, PassageMatches, SearchQuery
from store.segments.open_files import OpenSegmentFiles
from store.segments.segments import SEGMENT_SIZE, Segments, TextReader
from store.segments.storage import SEGMENT_FORMAT
from store.system.files import make_library_folders
from store.system.memory import pause_gc
from store.system.paths import SEARCHES_FILE, SUBSCRIPTIONS_FILE
from store.text.names import unique_names
from store.text.urls import (
    list_url_ids,
    make_former_url_id,
    make_link_key,
    make_page_id,
    make_url_id,
)

if TYPE_CHECKING:
    from store.feeds.folder_feeds import FolderFeedStore
    from store.library.article_copies import ArticleCopies
    from store.library.embedding_updates import EmbeddingUpdater
    from store.library.folder_transfer import FolderTransfer
    from store.library.index_engine import IndexEngine
    from store.library.indexer import SearchContext
    from store.library.interest_store import InterestStore
    from store.library.related import RelatedArticles
    from store.library.searcher import Searcher
    from store.library.statistics import ReadingTally, ReadTotals
    from store.library.story_numbers import StoryNumbers
    from store.library.summary_cache import SummaryCache
    from store.library.vector_cache import ArticleVector, VectorCache
    from store.search.saved_searches import FolderSearchStore
    from store.search.similar import ComparedArticle, SimilarArticleFinder

LIBRARY_CONTENTS = frozenset({"articles", "texts", "journal", SUBSCRIPTIONS_FILE, SEARCHES_FILE})
ARTICLE_BATCH_SIZE = 20_000
"""Articles whose facts are read at once."""


def is_library(folder: Path) -> bool:
    """Return True if a folder has a library, or may have one but cannot be read."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 - `iterdir` is read later
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return not LIBRARY_CONTENTS.isdisjoint(names)


class FolderLibrary:
    """A `Library` in a folder; see `store.library.protocol` for what the calls promise."""

    capabilities: frozenset[Capability] = frozenset(get_args(Capability))
    """The parts that this engine has: all of them."""

    def __init__(
        self,
        folder: Path,
        cache: Path,
        machine: str,
        clock: Clock,
        *,
        repair: bool = True,
        newest_backup: Callable[[], Path | None] = lambda: None,
    ) -> None:
        """Open the folder, creating it if need be.

        Args:
            folder: The library, which may be synced.
            cache: The folder for what is derived from it.
            machine: The name under which this machine writes.
            clock: Now, in UTC.
            repair: Whether damaged files of this machine may be replaced by what is intact in them.
            newest_backup: Returns the backup that may have what is lost.

        Raises:
            LibraryUnavailable: The folder cannot be created.
        """
        self._folder = folder
        self._cache = cache
        self._clock = clock
        self._problems: dict[str, None] = {}
        self._newest_backup = newest_backup
        self.repairer = Repairer(
            folder,
            machine,
            clock,
            self._warn,
            lambda: self.read_only_reason,
            repair=repair,
            name_backup=self._name_backup,
        )
        self._segments = Segments(folder, machine, self.repairer.recover)
        self._texts = TextReader(self._segments)
        self._journal = Journal(folder / "journal", machine, clock, self._warn, self._name_backup)
        self._stale = StaleParts()
        self._feed_labels = FeedLabels(
            folder / SUBSCRIPTIONS_FILE, lambda: self.feeds.subscriptions(), self._warn
        )
        self._rows = self._make_rows(OpenSegmentFiles(machine, self._segments.folders))
        self._reading = self._make_reading()
        self._tags: set[str] = set()
        self._watch = self._make_folders()

    # -- imported when first used, because a start that shows a list needs none of it ------

    @cached_property
    def searcher(self) -> Searcher:
        """Answers queries."""
        from store.library.searcher import Searcher

        return Searcher(self.index_engine, self._clock)

    @cached_property
    def index_engine(self) -> IndexEngine:
        """The full-text index, and the parts of queries that it answers."""
        from store.library.index_engine import IndexEngine

        return IndexEngine(self._cache / "index", self._search_context)

    @cached_property
    def _search_context(self) -> SearchContext:
        from store.library.indexer import SearchContext

        return SearchContext(
            lambda: self._catalog,
            self.articles,
            self._segments,
            self._texts,
            self._warn,
            self._feed_labels.read,
        )

    @cached_property
    def feeds(self) -> FolderFeedStore:
        """The subscriptions, and the state of each feed on this machine."""
        from store.feeds.folder_feeds import FolderFeedStore  # needed only where there are feeds

        return FolderFeedStore(self._folder, self._cache)

    @cached_property
    def _related(self) -> RelatedArticles:
        from store.library.related import RelatedArticles

        engine = self.index_engine
        return RelatedArticles(
            self._similar_finder, lambda _: self._catalog.rows(), engine.discard_index
        )

    def _similar_finder(self) -> SimilarArticleFinder | None:
        from store.search.similar import SimilarArticleFinder

        engine = self.index_engine
        if (index := engine.current_index()) is None:
            return None
        embeddings = self.embeddings.current
        return SimilarArticleFinder(index, engine.row_by_number, engine.read_text, embeddings)

    @cached_property
    def embeddings(self) -> EmbeddingUpdater:
        """The embeddings of the articles."""
        from store.library.embedding_updates import EmbeddingUpdater

        return EmbeddingUpdater(self._cache / "embeddings", self._search_context)

    @property
    def _is_folding(self) -> bool:
        """True once somebody wanted to see each story once."""
        return "_copies" in vars(self)

    def _want_copies(self) -> None:
        if not self._is_folding:
            self._copies.read()
            self._stale.index = True  # until they have been looked for

    @cached_property
    def _copies(self) -> ArticleCopies:
        from store.library.article_copies import ArticleCopies

        read_text = self.index_engine.read_text
        return ArticleCopies(self._cache, self._segments, read_text, self._warn)

    @cached_property
    def summaries(self) -> SummaryCache:
        """The summaries that a program of the user's has made."""
        from store.library.summary_cache import SummaryCache

        return SummaryCache(self._cache / "summaries")

    @cached_property
    def interests(self) -> InterestStore:
        """The reader's interests."""
        from store.library.interest_store import InterestStore

        return InterestStore(self._cache)

    @cached_property
    def story_numbers(self) -> StoryNumbers:
        """The stories that articles were gathered into."""
        from store.library.story_numbers import StoryNumbers

        return StoryNumbers(self._cache)

    @cached_property
    def _vectors(self) -> VectorCache:
        from store.library.vector_cache import VectorCache

        return VectorCache(self._cache, self.index_engine)

    @cached_property
    def searches(self) -> FolderSearchStore:
        """The saved searches."""
        from store.search.saved_searches import FolderSearchStore

        return FolderSearchStore(self._folder, self._cache)

    @cached_property
    def transfer(self) -> FolderTransfer:
        """The library as it is stored."""
        from store.journal.journal_exchange import JournalWriter
        from store.library.folder_transfer import FolderTransfer

        journal = self._journal.own_path
        return FolderTransfer(
            lambda: self._catalog,
            self._segments,
            journal.parent,
            JournalWriter(journal, self._clock),
            self._stored_articles,
            self._texts.read_body,
            self._add_copies,
            self._add_copied_events,
            self._newer_format,
        )

    def _make_rows(self, open_files: OpenSegmentFiles) -> FolderRows:
        return FolderRows(
            self._segments,
            open_files,
            self.repairer,
            self._feed_labels,
            self._stale,
            lambda: self._reading.state,
            self._warn,
        )

    def _make_reading(self) -> FolderReading:
        return FolderReading(
            self._journal,
            self._cache / SNAPSHOT_FILE,
            lambda: self._catalog,
            lambda batches: self._stored_articles().tags_in_steps(batches),
            self._stale,
            self._check_writable,
            self._warn,
        )

    def _make_folders(self) -> FolderWatch:
        folders = (*self._segments.folders, self._journal.own_path.parent)
        make_library_folders(self._folder, folders)
        return FolderWatch(self._folder, folders, self._warn)

    def _warn(self, problem: str) -> None:
        self._problems[problem] = None  # a dict, so that each is reported once and in order

    def _name_backup(self) -> str:
        """Return the end of a line about a loss."""
        newest = self._newest_backup()
        return f"; the newest backup is {newest}" if newest else ""

    # -- reading ---------------------------------------------------------------------------

    @property
    def _catalog(self) -> Catalog:
        return self._rows.catalog

    def _newer_format(self) -> int:
        """Return the format of files that a newer version has written; 0 if there are none."""
        formats = (self._segments.format, SEGMENT_FORMAT), (self._journal.format, JOURNAL_FORMAT)
        return max((found for found, known in formats if found > known), default=0)

    @property
    def read_only_reason(self) -> str:
        """The reason why nothing can be changed, as one line; empty if it can."""
        if newer := self._newer_format():
            return f"{newer_format_message(newer)}; opened read-only"
        if not os.access(self._journal.own_path.parent, os.W_OK):
            return f"no permission to write to {self._folder}; opened read-only"
        return ""

    @property
    def is_empty(self) -> bool:
        """True if there is no segment yet."""
        return not self._segments.signatures()

    @property
    def is_index_stale(self) -> bool:
        """True if something has changed since the index was last brought up to date."""
        return self._stale.index

    @property
    def problems(self) -> Sequence[str]:
        """The problems found so far."""
        return (*self._problems, *self.repairer.problems, *self._journal.problems)

    def load(self) -> Iterator[LoadProgress]:
        """Load the reading state, then the segments, newest first."""
        self._watch.warn_awaited()
        yield from self._rows.load(self._reading.load)
        self._reading.write_snapshot_if_due()

    def update_index(self) -> Iterator[IndexProgress]:
        """Index what is new, in steps."""
        self._reading.finish_change()
        self._stale.index = False
        is_done = yield from self.index_engine.update(self._reading.state)
        self._stale.index |= not is_done
        if self._is_folding:
            has_changed = yield from self._copies.update(lambda: self._catalog)
            self._stale.lists |= has_changed

    def update_embeddings(self) -> Generator[IndexProgress, None, bool]:
        """Make the embeddings of the articles that have none, in steps."""
        return (yield from self.embeddings.update(lambda: self._reading.state))

    def open_embeddings(self) -> None:
        """Open the embeddings that there are."""
        self.embeddings.open()

    def listing(self, query: ListQuery) -> FolderListing:
        """Return a list."""
        rows, is_by_date = self.rows(query), query.sort == "date"
        loaded = self._rows

        def current_row(article: str) -> ArticleRow | None:
            return loaded.catalog.stored_row(article)

        if query.is_folded:
            rows, copies = fold_copies(rows, self.copy_groups(), query.unfolded)
            return FolderListing(rows, current_row, is_by_date=is_by_date, copies=copies)
        return FolderListing(rows, current_row, is_by_date=is_by_date)

    def rows(self, query: ListQuery) -> list[ArticleRow]:
        """Return the rows of a list."""
        text = query.text
        rows = self.searcher.rows(text) if text.strip() else self._catalog.rows()
        return query.select(rows)

    def search(self, search: SearchQuery, limit: int | None = None) -> Matches:
        """Return the articles that a search finds."""
        return self.searcher.search(search, limit)

    def passages(self, text: str, limit: int) -> PassageMatches:
        """Return the best paragraphs for a query."""
        from store.library.passages import PassageFinder

        return PassageFinder(self.searcher, self.index_engine, self.articles).find(text, limit)

    def correct_query(self, text: str) -> str:
        """Return a query with misspelt words corrected."""
        return self.searcher.correct(SearchQuery(text))

    def snippets(self, matches: Matches, articles: Iterable[str]) -> Mapping[str, Snippet]:
        """Return a snippet for each of some articles that a search found, by id."""
        return self.searcher.snippets(matches, articles)

    def get_row(self, article: str) -> ArticleRow | None:
        """Return the row of an article."""
        return self._catalog.get_row(article)

    def get_rows(self, articles: Iterable[str]) -> Mapping[str, ArticleRow]:
        """Return the rows of articles, by id."""
        found = ((article, self._catalog.get_row(article)) for article in articles)
        return {article: row for article, row in found if row}

    def copy_groups(self) -> Mapping[str, int]:
        """Return a number for each article that has copies; copies of each other have the same."""
        self._want_copies()
        return self._copies.groups

    def counts(self, queries: Mapping[str, ListQuery]) -> Mapping[str, Counts]:
        """Count the articles of several lists."""
        found: dict[str, Counts] = {}
        for name, query in queries.items():
            with suppress(InvalidQuery):
                found[name] = self._count(query)
        return found

    def _count(self, query: ListQuery) -> Counts:
        rows = self.rows(query) if query.text.strip() else None
        counts = self._catalog.count(query) if rows is None else count_rows(rows)
        if not query.is_folded:
            return counts
        self._want_copies()
        if rows is None:
            extra = self._copies.count_extra(query, self._catalog)
        else:
            extra = self._copies.count_copies(rows)
        return Counts(counts.total - extra.total, counts.unread - extra.unread)

    def by(self, field: ListField, feeds: Collection[str] | None = None) -> list[GroupCount]:
        """Return every category, or every feed with articles, with its counts."""
        tallies = self._catalog.tallies
        return tallies.by_category(feeds) if field == "category" else tallies.by_feed(feeds)

    def read_totals(self) -> Sequence[ReadTotals]:
        """Return the numbers of articles and of readings of each category of each feed."""
        from store.library.statistics import sum_totals

        return sum_totals(self._catalog.rows())

    def readings(self) -> Iterator[Mapping[int, ReadingTally]]:
        """Yield the readings by quarter of an hour, in steps."""
        from store.library.statistics import READ_KINDS, count_readings

        for events in self.events(READ_KINDS):
            yield count_readings(events, self._count_words)

    def _count_words(self, article: str) -> int:
        row = self._catalog.stored_row(article)  # what was read counts, also if it is deleted now
        return row.words if row else 0

    def word_counts(self, articles: Iterable[str]) -> Mapping[str, int]:
        """Return the numbers of words of articles."""
        rows = map(self._catalog.get_row, articles)
        return {row.id: row.words for row in rows if row is not None}

    def events(self, kinds: Collection[str], last: int | None = None) -> Iterator[Sequence[Event]]:
        """Yield what happened to articles, in steps."""
        return self._journal.history(kinds, last)

    def find_id(self, id_or_prefix: str) -> str:
        """Return the only id that starts with these characters, ignoring case."""
        return self._catalog.find_id(id_or_prefix)

    def identify(self, names: Iterable[str]) -> tuple[list[str], list[str]]:
        """Return the ids of the articles with these ids, URLs or feed guids, and the unknown names."""
        ids: dict[str, None] = {}
        unknown: dict[str, None] = {}
        for name in names:
            candidates = (name, *list_url_ids(name))
            found = next((each for each in candidates if self._catalog.get_row(each)), "")
            (ids if found else unknown)[found or name] = None
        if unknown:
            for article, _ in self.articles(row.id for row in self._catalog.rows()):
                for name in {article.url, str(article.extra.get("guid"))} & unknown.keys():
                    del unknown[name]
                    ids[article.id] = None
        return list(ids), list(unknown)

    def find_urls(self, urls: Iterable[str]) -> Mapping[str, str]:
        """Return the ids of articles by URL: their ids are made of it, or else a hash in their rows."""
        found: dict[str, str] = {}
        by_key: dict[int, str] = {}
        for url in urls:
            pages = [f"{scheme}://{make_link_key(url)}" for scheme in ("https", "http")]
            ids = [make_id(page) for page in pages for make_id in (make_url_id, make_page_id)]
            ids.append(make_former_url_id(url))
            if article := next((each for each in ids if self._catalog.get_row(each)), ""):
                found[url] = article
            else:
                by_key[make_item_key({}, url)] = url
        for row in self._catalog.rows() if by_key else ():
            if url := by_key.get(row.item_key, ""):
                found.setdefault(url, row.id)
        return found

    def get_article(self, article: str) -> FullArticle:
        """Return an article with its text and reading status."""
        location = self._catalog.location(article)
        if location is None:
            raise ArticleNotFound(article)
        state = self._reading.state.get(article)
        facts = self._apply_state(self._segments.read_article(location), state)
        self._tags.update(facts.tags)
        body = self.summaries.apply_summary(article, self._texts.read_body(location))
        row = self._catalog.get_row(article)
        source_name = row.source_name if row else ""
        return FullArticle(facts, body, state.to_reading(), state.updated, source_name)

    def read_text(self, article: str) -> str:
        """Return the text of an article; empty if there is none."""
        location = self._catalog.location(article)
        return self._texts.read_text_and_summary(location)[0] if location else ""

    def articles(self, ids: Iterable[str]) -> Iterator[tuple[Article, ReadingStatus]]:
        """Yield facts and reading status of many articles, a batch of them file by file."""
        remaining = iter(ids)
        while batch := list(islice(remaining, ARTICLE_BATCH_SIZE)):
            locations = {each: at for each in batch if (at := self._catalog.location(each))}
            by_segment = sorted(locations, key=lambda each: locations[each].segment)
            facts = {each: self._segments.read_article(locations[each]) for each in by_segment}
            for each in batch:
                if each in facts:
                    state = self._reading.state.get(each)
                    yield self._apply_state(facts[each], state), state.to_reading()

    def _apply_state(self, facts: Article, state: ArticleState) -> Article:
        """Return the facts of an article after edits, and with the category of its feed now."""
        row = self._catalog.get_row(facts.id)
        category = row.category if row and row.feed_key else facts.category
        if category != facts.category:
            facts = replace(facts, category=category)
        return apply_edits(facts, state)

    def title(self, article: str) -> str:
        """Return the title of an article, deleted or not."""
        return self._catalog.title(article)

    def tags(self) -> list[str]:
        """Return the tags known so far."""
        return list(unique_names(sorted(self._tags | self._reading.state.tags())))

    def similar(self, entry: FullArticle) -> tuple[SimilarArticle, ...]:
        """Return up to five similar articles."""
        return self._related.similar(entry)

    def story_candidates(self, entry: FullArticle) -> tuple[ComparedArticle, ...]:
        """Return an article and those with most words in common."""
        return self._related.story_candidates(entry)

    def insights(self, entry: FullArticle) -> ArticleInsights:
        """Return insights into an article."""
        return self._related.insights(entry)

    def vectors(self, rows: Sequence[ArticleRow]) -> Iterator[Mapping[str, ArticleVector]]:
        """Yield the term vectors of articles, in batches."""
        return self._vectors.find(rows, keep=not self.is_index_stale)

    # -- changing --------------------------------------------------------------------------

    def record(self, event: str, articles: Sequence[str], **data: Any) -> Mapping[str, ArticleRow]:
        """Record an event, durably."""
        check_kind(event)
        if not articles:
            return {}
        return self._reading.append([NewEvent(event, tuple(articles), data)])

    def record_all(
        self, event: str, listing: Listing, start: int = 0, end: int | None = None, **data: Any
    ) -> Iterator[RecordProgress]:
        """Record an event about the articles of a list, in steps."""
        return self._reading.record_all(event, listing, start, end, data)

    def undoable(self, limit: int = 50) -> list[UndoableChange]:
        """Return the changes that can be undone."""
        return self._reading.undoable(limit)

    @pause_gc()
    def undo(self) -> UndoneChange | None:
        """Undo the latest change."""
        return [None, *self.undo_in_steps()][-1]

    def undo_in_steps(self) -> Iterator[UndoneChange | None]:
        """Undo the latest change, in steps."""
        return self._reading.undo_in_steps()

    def _check_writable(self) -> None:
        if reason := self._watch.find_problem() or self.read_only_reason:
            raise LibraryReadOnly(reason)

    def add(self, found: Iterable[ParsedArticle]) -> Iterator[AddProgress]:
        """Add articles, up to a segment's worth in a step."""
        from store.library.item_matcher import ItemMatcher  # with the builder of articles

        added = known = 0
        with self._lock_segments():
            stored = self._stored_articles()
            matcher = ItemMatcher(stored)
            remaining = matcher.match(found)
            while batch := list(islice(remaining, SEGMENT_SIZE)):
                arrived = sort_arrived(batch, stored)
                changes = [*arrived.updates, *matcher.take_changes()]
                # the next refresh reports what has changed in articles that are listed
                self._stale.lists |= bool(arrived.newer or changes)
                if events := [*changes, *arrived.imported]:
                    self._reading.append(events)
                if articles := [*arrived.new.values(), *arrived.newer.values()]:
                    stored.store(articles)
                    self._rows.refresh()
                added += len(arrived.new)
                known += len(batch) - len(arrived.new)
                yield AddProgress(added, known, tuple(arrived.new))

    def _stored_articles(self) -> FolderArticles:
        return FolderArticles(
            lambda: self._catalog, lambda: self._reading.state, self._segments, self._texts
        )

    @contextmanager
    def _lock_segments(self) -> Iterator[None]:
        """Let articles be added, when every existing one is known."""
        self._check_writable()
        self._reading.finish_change()
        with self.repairer.lock_segments():
            self.repairer.sweep_temporary_files(self._cache)
            self._rows.read_all()
            self._check_writable()  # again, now that every file has been read
            yield

    def _add_copies(self, found: Sequence[ParsedArticle]) -> int:
        """Add articles of another library under their ids; return the number of those it lacked."""
        with self._lock_segments():
            stored = self._stored_articles()
            if lacking := select_lacking(found, stored):
                stored.store(list(lacking.values()))
                self._rows.refresh()
        return len(lacking)

    def _add_copied_events(self, write: Callable[[], int]) -> int:
        self._check_writable()
        self._reading.finish_change()
        written = write()
        self._reading.refresh()
        return written

    # -- changes by others -----------------------------------------------------------------

    def refresh(self) -> ExternalChanges:
        """Read what other processes and machines have changed.

        While the files cannot be reached, what was read of them before stays.
        """
        self._reading.finish_change()
        if problem := self._watch.find_problem():
            self._warn(problem)
            return ExternalChanges({}, is_list_stale=False)
        rows = self._reading.refresh() | self._rows.rename_feeds()
        is_stale = self._rows.refresh() or self._stale.lists
        if not self.read_only_reason:
            self._rows.readd_missing()
        self._stale.lists = False
        return ExternalChanges(rows, is_stale)

    def watch(self, changed: Callable[[], None]) -> None:
        """Call nothing: a look at the folder is cheap."""

    def close(self) -> None:
        """Close the files of this machine; keep the reading state for a quick start next time."""
        self._reading.finish_change()
        if self._is_folding:
            self._copies.close()
        self._rows.close()
        self._journal.close()
        self._reading.write_snapshot_if_due()
