"""Keep the full-text index in step with the library in a folder.

The signatures of the segments' files and the stamps of edit, tag and delete events tell what the
index covers, so that a start with nothing new costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Generator, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from store.journal.reading_state import ArticleState, ReadingState, apply_edits
from store.library.catalog import Catalog
from store.model.article import Article, Body, FeedLabel, ReadingStatus
from store.model.errors import LibraryDamaged
from store.model.results import IndexProgress
from store.search.index import IndexCoverage, IndexUnusable, IndexWriter, SegmentCoverage
from store.segments.segments import Segments, TextReader
from store.system.files import WarningHandler, file_lock, file_signature, make_folder
from store.system.memory import return_free_memory

PLAN_STEP_SIZE = 20_000
"""Changed articles that are looked at in one step."""
INDEX_BATCH_SIZE = 50
"""Articles indexed between two steps."""
COMMIT_POLL_SECONDS = 0.02
"""Seconds of a step that waits for the engine, short enough for the keyboard."""
COMMIT_BATCH_SIZE = 20_000
"""Articles after which what was indexed is committed."""


class SearchContext(NamedTuple):
    """The parts of its library that a searcher uses."""

    catalog: Callable[[], Catalog]
    """Returns the catalog, which may change between two steps."""
    articles: Callable[[Iterable[str]], Iterator[tuple[Article, ReadingStatus]]]
    """Yields the facts of articles by their ids."""
    segments: Segments
    texts: TextReader
    warn: WarningHandler
    """Called with a line about a segment that cannot be read, or an index that cannot be written."""
    feeds: Callable[[], Mapping[str, FeedLabel]]
    """Returns name and category of every feed, by its key."""


@dataclass(slots=True)
class IndexWork:
    """The work that an update of the index has to do."""

    segments: Mapping[str, tuple[int, ...]]
    """Segments to read, with their signatures."""
    removed: set[str]
    edited: dict[str, int]
    """Edited articles of other segments, with the stamp of the edit, or -1 if it was undone."""
    edit_stamps: Mapping[str, int]
    """The edits that the index covers once this is done."""
    article_count: int
    """The number of articles to index."""


class Indexer:
    """Brings the index of one library up to date, on the library's thread."""

    def __init__(self, folder: Path, library: SearchContext) -> None:
        """Open nothing yet."""
        self._folder = folder
        self._catalog = library.catalog
        self._segments = library.segments
        self._warn = library.warn
        self._languages: set[str] = set()

    def update(self, covered: IndexCoverage | None, state: ReadingState) -> Iterator[IndexProgress]:
        """Index what is new, in steps; `covered` is None if there is no usable index.

        Raises:
            IndexUnusable: It cannot be written.
            LibraryBusy: Another process is writing it.
            LibraryUnavailable, SaveFailed: Its folder cannot be written.
        """
        work = yield from self._plan(covered or IndexCoverage(), state)
        if work.segments or work.removed or work.edited:
            yield from self._run(work, state)
            return_free_memory()  # the engine's heap, and the texts that went through it

    def _plan(
        self, covered: IndexCoverage, state: ReadingState
    ) -> Generator[IndexProgress, None, IndexWork]:
        counts = self._catalog().segment_counts()
        known = covered.segments
        current = segment_signatures(self._segments, counts)
        changed = {n: key for n, key in current.items() if tuple(known.get(n, ()))[:4] != key}
        removed = known.keys() - current.keys()
        if removed or (changed.keys() & known.keys()):  # a duplicate may be valid now
            copies = [name for name in current if name in known and known[name][4]]
            changed |= {name: current[name] for name in copies}
        edits = yield from edit_stamps(state)
        is_many = len(edits) + len(covered.edited) > PLAN_STEP_SIZE
        old = covered.edited
        edited = {each: stamp for each, stamp in edits.items() if old.get(each) != stamp}
        edited |= {each: -1 for each, at in old.items() if at != -1 and each not in edits}
        if is_many:
            yield IndexProgress(0, 0)
        elsewhere = {
            article: stamp
            for article, stamp in edited.items()
            if (location := self._catalog().stored_location(article))
            and location.segment not in changed
        }
        number = sum(counts[name] for name in changed) + len(elsewhere)
        return IndexWork(changed, removed, elsewhere, edits, number)

    def _run(self, work: IndexWork, state: ReadingState) -> Iterator[IndexProgress]:
        make_folder(self._folder.parent)
        with ExitStack() as stack:
            stack.enter_context(file_lock(self._folder.with_suffix(".lock"), 0, self._warn))
            writer = stack.enter_context(closing(IndexWriter(self._folder)))
            if not writer.coverage.segments and len(work.segments) < len(
                self._catalog().segment_counts()
            ):
                # It was unusable, and has been recreated.
                work = yield from self._plan(IndexCoverage(), state)
            self._languages.update(writer.coverage.languages)
            done = since = 0
            for name in work.removed:
                writer.remove_segment(name)
            old = writer.coverage.segments
            segments = {n: key for n, key in old.items() if n not in work.removed}
            yield IndexProgress(done, work.article_count)
            for name, stamp in work.segments.items():
                writer.remove_segment(name)
                duplicates = 0
                for put, skipped in self._add_segment(writer, name, state):
                    done, since, duplicates = done + put, since + put, duplicates + skipped
                    yield IndexProgress(min(done, work.article_count), work.article_count)
                segments[name] = (*stamp, duplicates)
                if since >= COMMIT_BATCH_SIZE:
                    progress = IndexProgress(min(done, work.article_count), work.article_count)
                    yield from self._commit(writer, segments, writer.coverage.edited, progress)
                    since = 0
            for count, article in enumerate(self._by_location(work.edited), 1):
                self._reindex_article(writer, article, state)
                if count % INDEX_BATCH_SIZE == 0:
                    done = min(done + INDEX_BATCH_SIZE, work.article_count)
                    yield IndexProgress(done, work.article_count)
            progress = IndexProgress(work.article_count, work.article_count)
            yield from self._commit(writer, segments, work.edit_stamps, progress)

    def _add_segment(
        self, writer: IndexWriter, name: str, state: ReadingState
    ) -> Iterator[tuple[int, int]]:
        """Index a segment; yield the numbers of added and of duplicate articles by steps."""
        try:
            found = self._segments.read_articles(name)
            while batch := list(islice(found, INDEX_BATCH_SIZE)):
                duplicates = 0
                for location, article, body in batch:
                    if self._catalog().stored_location(article.id) != location:
                        duplicates += 1
                    elif self._catalog().location(article.id):
                        self._add_article(writer, name, article, body, state.get(article.id))
                yield len(batch) - duplicates, duplicates
        except LibraryDamaged as error:
            self._warn(str(error))

    def _by_location(self, articles: Iterable[str]) -> list[str]:
        """Return articles segment by segment, so that each file is read only once."""
        location = self._catalog().stored_location
        return sorted(articles, key=lambda article: location(article) or ())

    def _reindex_article(self, writer: IndexWriter, article: str, state: ReadingState) -> None:
        writer.remove(article)
        if location := self._catalog().location(article):
            facts, body = self._segments.read_article(location), self._segments.read_body(location)
            self._add_article(writer, location.segment, facts, body, state.get(article))

    def _add_article(
        self, writer: IndexWriter, segment: str, article: Article, body: Body, state: ArticleState
    ) -> None:
        if article.language:
            self._languages.add(article.language)
        changed = bool(state.edits or state.tags)
        writer.add(segment, apply_edits(article, state) if changed else article, body)

    def _commit(
        self,
        writer: IndexWriter,
        segments: SegmentCoverage,
        edited: Mapping[str, int],
        progress: IndexProgress,
    ) -> Iterator[IndexProgress]:
        """Commit on a thread of its own, in steps: the engine takes up to two seconds."""
        coverage = IndexCoverage(dict(segments), edited, sorted(self._languages))
        with ThreadPoolExecutor(1, "index") as thread:
            try:
                committed = thread.submit(writer.commit, coverage)
            except RuntimeError as error:  # too little memory for a thread
                raise IndexUnusable(str(error), file=self._folder) from error
            try:
                while wait([committed], COMMIT_POLL_SECONDS).not_done:
                    yield progress
                committed.result()
            finally:
                del (
                    committed
                )  # its error refers to this frame, which would keep the writer and its lock
        yield progress


def segment_signatures(
    segments: Segments, names: Container[str]
) -> dict[str, tuple[int, int, int, int]]:
    """Return the signatures of facts and texts of some segments, the one written last first."""
    return {
        name: (*signature, *(file_signature(segments.texts_path(name)) or (0, 0)))
        for name, signature in segments.signatures().items()
        if name in names
    }


def edit_stamps(state: ReadingState) -> Generator[IndexProgress, None, Mapping[str, int]]:
    """Return the edited, tagged and deleted articles with the stamp of the latest change, in steps."""
    stamps: dict[str, int] = {}
    for article, one in list(state.article_states.items()):
        if one.edits or one.tags or one.deleted[1]:
            registers = (*one.edits.values(), *one.tags.values(), one.deleted)
            stamps[article] = max(stamp for stamp, _ in registers)
            if len(stamps) % PLAN_STEP_SIZE == 0:
                yield IndexProgress(0, 0)
    return stamps
