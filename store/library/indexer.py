"""Keep the full-text index in step with the library.

The signatures of the segments' files and the stamps of edit, tag and delete events tell what the
index covers, so that a start with nothing new costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from store.journal.reading_state import ArticleState, ReadingState, Register, apply_edits
from store.library.catalog import Catalog
from store.model.article import Article, Body
from store.model.errors import LibraryDamaged
from store.model.results import IndexProgress
from store.search.index import IndexCoverage, IndexWriter
from store.segments.segments import Segments
from store.system.files import WarningHandler, file_lock, file_signature, make_folder

INDEX_BATCH_SIZE = 50
"""Articles indexed between two steps."""
COMMIT_POLL_SECONDS = 0.02
"""Seconds of a step that waits for the engine, short enough for the keyboard."""
COMMIT_BATCH_SIZE = 20_000
"""Articles after which what was indexed is committed."""


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

    def __init__(
        self, folder: Path, catalog: Callable[[], Catalog], segments: Segments, warn: WarningHandler
    ) -> None:
        """Open nothing yet; the catalog that is returned may change between two steps."""
        self._folder = folder
        self._catalog = catalog
        self._segments = segments
        self._warn = warn
        self._languages: set[str] = set()

    def update(self, covered: IndexCoverage | None, state: ReadingState) -> Iterator[IndexProgress]:
        """Index what is new, in steps; `covered` is None if there is no usable index.

        Raises:
            IndexUnusable: It cannot be written.
            LibraryBusy: Another process is writing it.
            LibraryUnavailable, SaveFailed: Its folder cannot be written.
        """
        work = self._plan(covered or IndexCoverage(), state)
        if work.segments or work.removed or work.edited:
            yield from self._run(work, state)

    def _plan(self, covered: IndexCoverage, state: ReadingState) -> IndexWork:
        signatures = self._segments.signatures()
        texts = {
            name: file_signature(self._segments.texts_path(name)) or (0, 0) for name in signatures
        }
        counts = self._catalog().segment_counts()
        known = covered.segments
        current = {
            name: (*stamp, *texts[name]) for name, stamp in signatures.items() if name in counts
        }
        changed = {
            name: key for name, key in current.items() if tuple(known.get(name, ()))[:4] != key
        }
        removed = known.keys() - current.keys()
        if removed or (changed.keys() & known.keys()):  # a duplicate may be valid now
            copies = [name for name in current if name in known and known[name][4]]
            changed |= {name: current[name] for name in copies}
        edits = collect_edit_stamps(state)
        edited = {
            article: edits.get(article, -1)
            for article in edits.keys() | covered.edited.keys()
            if edits.get(article, -1) != covered.edited.get(article)
        }
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
            writer = IndexWriter(self._folder)
            if not writer.coverage.segments and len(work.segments) < len(
                self._catalog().segment_counts()
            ):
                work = self._plan(IndexCoverage(), state)  # it was unusable, and has been recreated
            self._languages.update(writer.coverage.languages)
            done = since = 0
            for name in work.removed:
                writer.remove_segment(name)
            segments = {
                n: key for n, key in writer.coverage.segments.items() if n not in work.removed
            }
            yield IndexProgress(done, work.article_count)
            for name, stamp in work.segments.items():
                writer.remove_segment(name)
                duplicates = 0
                for put, skipped in self._add_segment(writer, name, state):
                    done, since, duplicates = done + put, since + put, duplicates + skipped
                    yield IndexProgress(min(done, work.article_count), work.article_count)
                segments[name] = (*stamp, duplicates)
                if since >= COMMIT_BATCH_SIZE:
                    covered = IndexCoverage(
                        dict(segments), writer.coverage.edited, sorted(self._languages)
                    )
                    for _ in _commit_in_steps(writer, covered):
                        yield IndexProgress(min(done, work.article_count), work.article_count)
                    since = 0
            for article in work.edited:
                self._reindex_article(writer, article, state)
            for _ in _commit_in_steps(
                writer, IndexCoverage(segments, work.edit_stamps, sorted(self._languages))
            ):
                yield IndexProgress(work.article_count, work.article_count)

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

    def _reindex_article(self, writer: IndexWriter, article: str, state: ReadingState) -> None:
        writer.remove(article)
        if location := self._catalog().location(article):
            facts = self._segments.read_article(location)
            self._add_article(
                writer,
                location.segment,
                facts,
                self._segments.read_body(location),
                state.get(article),
            )

    def _add_article(
        self,
        writer: IndexWriter,
        segment: str,
        article: Article,
        body: Body,
        article_state: ArticleState,
    ) -> None:
        changed = bool(article_state.edits or article_state.tags)
        if article.language:
            self._languages.add(article.language)
        writer.add(segment, apply_edits(article, article_state) if changed else article, body)


def _commit_in_steps(writer: IndexWriter, coverage: IndexCoverage) -> Iterator[None]:
    """Commit on a thread of its own, in steps: the engine takes up to two seconds."""
    with ThreadPoolExecutor(1, "index") as thread:
        committed = thread.submit(writer.commit, coverage)
        while wait([committed], COMMIT_POLL_SECONDS).not_done:
            yield
        yield committed.result()


def collect_edit_stamps(state: ReadingState) -> Mapping[str, int]:
    """Return the edited, tagged and deleted articles with the stamp of the latest change."""
    return {
        article: max(stamp for stamp, _ in _edit_registers(article_state))
        for article, article_state in state.article_states.items()
        if article_state.edits or article_state.tags or article_state.deleted[1]
    }


def _edit_registers(article_state: ArticleState) -> Iterator[Register]:
    yield from article_state.edits.values()
    yield from article_state.tags.values()
    yield article_state.deleted
