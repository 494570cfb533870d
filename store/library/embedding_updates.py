"""Keep the embeddings of the articles in step with the library, if `newstui[semantic]` is installed.

As for the index, the signatures of the segments' files and the stamps of edits tell what the
embeddings cover; an embedding is made again only if the text has changed. Whatever fails leaves the library
to find similar articles by words.
"""

from __future__ import annotations

import importlib
import logging
import os
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from store.journal.reading_state import ReadingState, apply_edits
from store.library.indexer import edit_stamps, segment_signatures
from store.model.article import Article, Body
from store.model.errors import LibraryBusy, LibraryDamaged, LibraryUnavailable, SaveFailed
from store.model.results import IndexProgress
from store.search.embedding_file import (
    MAX_EMBEDDED_CHARS,
    EmbeddingCoverage,
    EmbeddingFile,
    EmbeddingsUnusable,
    embedded_text,
    read_embedding_file,
    text_stamp,
    write_embedding_file,
)
from store.search.embedding_process import (
    EmbeddingFailed,
    EmbeddingProcess,
    find_table,
    identify_table,
)
from store.search.index import article_number
from store.system.files import FileSignature, file_lock, file_signature, make_folder
from store.text.markdown import strip_inline_markdown

if TYPE_CHECKING:
    from store.library.indexer import SearchContext
    from store.search.article_embeddings import ArticleEmbeddings

READ_BATCH_SIZE = 25
"""Articles that are read in one step."""
EMBEDDING_BATCH_SIZE = 50
"""Articles whose embeddings are made at once, on a thread that waits for the process."""
SAVE_BATCH_SIZE, SAVE_SHARE = 1000, 10
"""Embeddings after which the file is written: so many, but no fewer than this part of what is in it,
or a large library would write it a hundred times."""
POLL_SECONDS = 0.01
"""Seconds of a step that waits for the thread, less than a frame."""

THREADS_VARIABLE = "OPENBLAS_NUM_THREADS"

T = TypeVar("T")
WaitingText = tuple[int, int, str, str]
"""Number, stamp, text and declared language of an article that needs a vector."""
Steps = Generator[IndexProgress, None, T]

log = logging.getLogger("newstui")


@dataclass(slots=True)
class EmbeddingWork:
    """The work that an update of the embeddings has to do, and what is done of it."""

    covered: EmbeddingCoverage
    """The part that the embeddings cover so far."""
    segments: Mapping[str, Sequence[int]]
    """All segments with their signatures."""
    edited: Mapping[str, int]
    """All edited articles with the stamps of the edits."""
    total: int = 0
    done: int = 0
    texts: list[WaitingText] = field(default_factory=list)
    """The articles that need an embedding."""
    made: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    """Stamp, and language and vector, by number, that are not written yet."""

    @property
    def progress(self) -> IndexProgress:
        """The articles that were compared with their embeddings, of those that may have changed."""
        return IndexProgress(min(self.done, self.total), self.total)

    @property
    def is_done(self) -> bool:
        """True if the embeddings cover the library as it is."""
        return self.covered == EmbeddingCoverage(self.segments, self.edited)

    def changed_segments(self) -> list[str]:
        """Return the segments that are new or have changed."""
        known = self.covered.segments
        return [
            name
            for name, signature in self.segments.items()
            if tuple(known.get(name, ())) != tuple(signature)
        ]

    def changed_articles(self) -> list[str]:
        """Return the articles that were edited since, or whose edits were undone."""
        known = self.covered.edited
        return [
            article
            for article in self.edited.keys() | known.keys()
            if self.edited.get(article, -1) != known.get(article)
        ]


class EmbeddingUpdater:
    """The embeddings of a library's articles, on the library's thread."""

    def __init__(self, path: Path, library: SearchContext) -> None:
        """Open nothing yet."""
        self.current: ArticleEmbeddings | None = None
        """What was last opened; None if there are none."""
        self._path = path
        self._library = library
        self._file: EmbeddingFile | None = None
        self._signature: FileSignature | None = None
        self._is_running = self._is_wanted_again = self._has_failed = False

    def open(self) -> None:
        """Open the embeddings that there are, and wait for it."""
        if table := self._find_table():
            self._open(table[1])

    def update(self, read_state: Callable[[], ReadingState]) -> Steps[bool]:
        """Make the embeddings that are missing, in steps, none of which takes longer than a frame.

        While it runs, another call only makes it look again when it is done.

        Returns:
            True if there are other embeddings than before.
        """
        self._is_wanted_again = True
        if self._is_running or not (table := self._find_table()):
            return False
        before = self.current
        self._is_running = True
        try:
            while self._is_wanted_again and not self._has_failed:
                self._is_wanted_again = False
                yield from self._update(*table, read_state())
        finally:
            self._is_running = False
        return self.current is not before

    def _find_table(self) -> tuple[Path, str] | None:
        try:
            folder = None if self._has_failed else find_table()
            return (folder, identify_table(folder)) if folder else None
        except OSError as error:
            self._fail(error)
            return None

    def _fail(self, error: Exception) -> None:
        self._has_failed = True
        log.warning("similar articles by words alone: %s", error)

    def _open(self, model: str) -> None:
        """Open what was last written, unless that is open already."""
        signature = file_signature(self._path)
        if signature is None or signature == self._signature:
            return
        self._signature = signature
        try:
            import_numpy()
            from store.search.article_embeddings import ArticleEmbeddings

            self._file = read_embedding_file(self._path, model)
            self.current = ArticleEmbeddings(self._file)
        except EmbeddingsUnusable as error:
            log.debug("%s: %s", self._path, error)
            self._file = self.current = None
        except ImportError as error:
            self._fail(error)

    # -- updating --------------------------------------------------------------------------

    def _update(self, folder: Path, model: str, state: ReadingState) -> Iterator[IndexProgress]:
        with ExitStack() as stack:
            try:
                encoder = Encoder(folder, stack)
                yield from _wait(encoder.thread.submit(self._open, model), IndexProgress(0, 0))
                work = self._plan((yield from edit_stamps(state)))
                if not work.is_done:
                    make_folder(self._path.parent)
                    lock = self._path.with_suffix(".lock")
                    stack.enter_context(file_lock(lock, 0, self._library.warn))
                    encoder.projection = bytes(self._file.projection) if self._file else b""
                    yield from self._run(work, model, state, encoder)
            except LibraryBusy:
                log.debug("another process makes the embeddings")
            except LibraryUnavailable as error:
                self._library.warn(f"the embeddings of articles cannot be written: {error}")
            except SaveFailed as error:
                self._library.warn(f"the embeddings of articles cannot be written: {error.reason}")
                self._fail(error)
            except (EmbeddingFailed, ImportError, RuntimeError) as error:
                self._fail(error)

    def _plan(self, edits: Mapping[str, int]) -> EmbeddingWork:
        catalog = self._library.catalog()
        counts = catalog.segment_counts()
        segments = segment_signatures(self._library.segments, counts)
        covered = self._file.coverage if self._file else EmbeddingCoverage()
        if covered.segments.keys() - segments.keys():  # a duplicate may be valid now
            covered = EmbeddingCoverage({}, covered.edited)
        work = EmbeddingWork(covered, segments, edits)
        changed = work.changed_segments()
        work.total = sum(counts[name] for name in changed) + len(work.changed_articles())
        return work

    def _run(
        self, work: EmbeddingWork, model: str, state: ReadingState, encoder: Encoder
    ) -> Iterator[IndexProgress]:
        segments = {n: of for n, of in work.covered.segments.items() if n in work.segments}
        for name in work.changed_segments():
            yield from self._add_segment(work, name, state, encoder)
            segments[name] = work.segments[name]
            written = len(self._file.numbers) if self._file else 0
            if len(work.made) >= max(SAVE_BATCH_SIZE, written // SAVE_SHARE):
                coverage = EmbeddingCoverage(segments, work.covered.edited)
                yield from self._save(work, coverage, model, encoder)
        for article in work.changed_articles():
            self._add_edited_article(work, article, state)
            yield work.progress
        yield from encoder.encode(work)
        if work.made or segments != work.covered.segments:  # a tag is not worth writing all of it
            yield from self._save(work, EmbeddingCoverage(segments, work.edited), model, encoder)

    def _add_segment(
        self, work: EmbeddingWork, name: str, state: ReadingState, encoder: Encoder
    ) -> Iterator[IndexProgress]:
        catalog = self._library.catalog()
        try:
            found = self._library.segments.read_articles(name)
            while batch := list(islice(found, READ_BATCH_SIZE)):
                for location, article, body in batch:
                    if catalog.location(article.id) == location:
                        self._add_article(work, apply_edits(article, state.get(article.id)), body)
                work.done += len(batch)
                yield work.progress
                if len(work.texts) >= EMBEDDING_BATCH_SIZE:
                    yield from encoder.encode(work)
            yield from encoder.encode(work)
        except LibraryDamaged as error:
            self._library.warn(str(error))

    def _add_edited_article(self, work: EmbeddingWork, article: str, state: ReadingState) -> None:
        try:
            if location := self._library.catalog().location(article):
                facts = self._library.segments.read_article(location)
                body = self._library.segments.read_body(location)
                self._add_article(work, apply_edits(facts, state.get(article)), body)
        except LibraryDamaged as error:
            self._library.warn(str(error))
        work.done += 1

    def _add_article(self, work: EmbeddingWork, article: Article, body: Body) -> None:
        """Note that an article needs an embedding, unless there is one of the same text."""
        plain = strip_inline_markdown(body.text[:MAX_EMBEDDED_CHARS])
        text = embedded_text(article.title, body.summary, plain)
        number, stamp = article_number(article.id), text_stamp(text, article.language)
        if self._file is None or not self._file.has(number, stamp):
            work.texts.append((number, stamp, text, article.language))

    def _save(
        self, work: EmbeddingWork, coverage: EmbeddingCoverage, model: str, encoder: Encoder
    ) -> Iterator[IndexProgress]:
        """Write the file on the thread, without deleted articles, and open it."""
        rows = list(self._library.catalog().rows())

        def save() -> None:
            import_numpy()
            from store.search.article_embeddings import merge_columns

            kept = [article_number(row.id) for row in rows]
            columns = merge_columns(self._file, kept, work.made)
            write_embedding_file(self._path, model, coverage, encoder.projection, columns)
            self._open(model)

        yield from _wait(encoder.thread.submit(save), work.progress)
        work.made.clear()


class Encoder:
    """Makes embeddings in a process, while a thread waits for it."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        """Start nothing yet.

        Args:
            folder: That of the table.
            stack: Ends the process and the thread.
        """
        self.projection = b""
        """The one of the embeddings that there are; empty if there are none."""
        self._folder = folder
        self._is_started = False
        self._process = EmbeddingProcess()
        self.thread = ThreadPoolExecutor(1, "embeddings")
        stack.callback(self.thread.shutdown, wait=False, cancel_futures=True)
        stack.callback(self._process.close)

    def encode(self, work: EmbeddingWork) -> Iterator[IndexProgress]:
        """Make the embeddings of the texts that wait for one, in steps."""
        texts, work.texts = work.texts, []
        if texts:
            rows = yield from _wait(self.thread.submit(self._encode, texts), work.progress)
            for (number, stamp, _, _), row in zip(texts, rows, strict=True):
                work.made[number] = stamp, row

    def _encode(self, texts: Sequence[WaitingText]) -> list[bytes]:
        if not self._is_started:
            self.projection = self._process.start(self._folder, self.projection)
            self._is_started = True
        return list(self._process.encode([(text, language) for _, _, text, language in texts]))


def import_numpy() -> None:
    """Import numpy, so that it computes on the thread that calls it alone.

    For one article among 100,000, other threads are not worth waking, and on a busy machine waiting
    for them takes thirty times the time. Its library of linear algebra reads the variable when loaded.
    """
    before = os.environ.get(THREADS_VARIABLE)
    os.environ[THREADS_VARIABLE] = "1"
    try:
        importlib.import_module("numpy")
    finally:
        if before is None:
            del os.environ[THREADS_VARIABLE]
        else:
            os.environ[THREADS_VARIABLE] = before


def _wait(future: Future[T], progress: IndexProgress) -> Steps[T]:
    """Wait for a thread, in steps."""
    while wait([future], POLL_SECONDS).not_done:
        yield progress
    return future.result()
