"""Keeps the full-text index in step with the library.

What the index covers is told by the stamps of the segments' files and of the events that edit,
tag or delete, so that a start with nothing new costs nothing.
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
from store.segments.segments import Segments, file_signature
from store.system.files import WarningHandler, file_lock, make_folder

INDEX_BATCH_SIZE = 50
"""Articles indexed between two steps."""
COMMIT_POLL_SECONDS = 0.02
"""Seconds of a step that waits for the engine, so that keys have their turn."""
COMMIT_BATCH_SIZE = 20_000
"""Articles after which what was indexed can be searched, and is not lost with the process."""


@dataclass(slots=True)
class IndexWork:
    """What has to be indexed, and what the index covers meanwhile."""

    segments: Mapping[str, tuple[int, ...]]
    """To be read anew: their stamps."""
    removed: set[str]
    edited: dict[str, int]
    """Articles of other segments whose facts were edited since: the stamp of that, or -1."""
    edit_stamps: Mapping[str, int]
    """What the index will cover of edits, once this is done."""
    article_count: int
    """How many there are to do."""


class Indexer:
    """Brings the index of one library up to date, on the library's thread."""

    def __init__(
        self, folder: Path, shelf: Callable[[], Catalog], segments: Segments, warn: WarningHandler
    ) -> None:
        """Know where the index is; nothing is opened yet.

        Args:
            folder: Of the index; beside it stands the lock of who writes it.
            shelf: The articles in memory; another one may take its place between two steps.
            segments: The articles on disk.
            warn: Told of segments that cannot be read.
        """
        self._folder = folder
        self._catalog = shelf
        self._segments = segments
        self._warn = warn
        self._languages: set[str] = set()

    def update(self, covered: IndexCoverage | None, state: ReadingState) -> Iterator[IndexProgress]:
        """Index what is new, in steps.

        Args:
            covered: What the index covers; None if there is none that can be used.
            state: What was edited, tagged and deleted.

        Raises:
            IndexUnusable: It cannot be written.
            LibraryBusy: Another process is writing it.
            LibraryUnavailable, NotSaved: There is no place for it.
        """
        work = self._plan(covered or IndexCoverage(), state)
        if work.segments or work.removed or work.edited:
            yield from self._run(work, state)

    def _plan(self, covered: IndexCoverage, state: ReadingState) -> IndexWork:
        stamps = self._segments.signatures()
        texts = {name: file_signature(self._segments.texts_path(name)) or (0, 0) for name in stamps}
        counts = self._catalog().segment_counts()
        known = covered.segments
        now = {name: (*stamp, *texts[name]) for name, stamp in stamps.items() if name in counts}
        changed = {name: key for name, key in now.items() if tuple(known.get(name, ()))[:4] != key}
        gone = known.keys() - now.keys()
        if gone or (changed.keys() & known.keys()):  # what was a copy of their articles may count
            copies = [name for name in now if name in known and known[name][4]]
            changed |= {name: now[name] for name in copies}
        edits = collect_edit_stamps(state)
        edited = {
            article: edits.get(article, -1)
            for article in edits.keys() | covered.edited.keys()
            if edits.get(article, -1) != covered.edited.get(article)
        }
        outside = {
            article: stamp
            for article, stamp in edited.items()
            if (place := self._catalog().stored_location(article)) and place.segment not in changed
        }
        number = sum(counts[name] for name in changed) + len(outside)
        return IndexWork(changed, gone, outside, edits, number)

    def _run(self, work: IndexWork, state: ReadingState) -> Iterator[IndexProgress]:
        make_folder(self._folder.parent)
        with ExitStack() as stack:
            stack.enter_context(file_lock(self._folder.with_suffix(".lock"), 0, self._warn))
            writer = IndexWriter(self._folder)
            if not writer.coverage.segments and len(work.segments) < len(
                self._catalog().segment_counts()
            ):
                work = self._plan(IndexCoverage(), state)  # it was unusable, and is made anew
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
                copies = 0
                for put, skipped in self._add_segment(writer, name, state):
                    done, since, copies = done + put, since + put, copies + skipped
                    yield IndexProgress(min(done, work.article_count), work.article_count)
                segments[name] = (*stamp, copies)
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
        """Put the articles of a segment; how many were put and how many are copies, by steps."""
        try:
            found = self._segments.read_articles(name)
            while batch := list(islice(found, INDEX_BATCH_SIZE)):
                copies = 0
                for place, article, body in batch:
                    if self._catalog().stored_location(article.id) != place:
                        copies += 1
                    elif self._catalog().location(article.id):
                        self._add_article(writer, name, article, body, state.get(article.id))
                yield len(batch) - copies, copies
        except LibraryDamaged as error:
            self._warn(str(error))

    def _reindex_article(self, writer: IndexWriter, article: str, state: ReadingState) -> None:
        writer.remove(article)
        if place := self._catalog().location(article):
            facts = self._segments.read_article(place)
            self._add_article(
                writer, place.segment, facts, self._segments.read_body(place), state.get(article)
            )

    def _add_article(
        self, writer: IndexWriter, segment: str, article: Article, body: Body, marks: ArticleState
    ) -> None:
        changed = bool(marks.edits or marks.tags)
        if article.language:
            self._languages.add(article.language)
        writer.add(segment, apply_edits(article, marks) if changed else article, body)


def _commit_in_steps(writer: IndexWriter, state: IndexCoverage) -> Iterator[None]:
    """Commit on a thread of its own, in steps: the engine takes up to two seconds for it."""
    with ThreadPoolExecutor(1, "index") as thread:
        committed = thread.submit(writer.commit, state)
        while wait([committed], COMMIT_POLL_SECONDS).not_done:
            yield
        yield committed.result()


def collect_edit_stamps(state: ReadingState) -> Mapping[str, int]:
    """The articles that were edited, tagged or deleted, and when last."""
    return {
        article: max(stamp for stamp, _ in _edit_registers(marks))
        for article, marks in state.article_states.items()
        if marks.edits or marks.tags or marks.deleted[1]
    }


def _edit_registers(marks: ArticleState) -> Iterator[Register]:
    yield from marks.edits.values()
    yield from marks.tags.values()
    yield marks.deleted
