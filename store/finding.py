"""Keeps the full-text index in step with the library, and asks it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from store.errors import LibraryBusy, LibraryDamaged, NotSaved
from store.files import Warn, locked
from store.library import Prepared
from store.reading import Marks, ReadingState, Register, with_edits
from store.segments import Segments
from store.shelf import Shelf

if TYPE_CHECKING:
    from store.article import Article, Body
    from store.index.fulltext import FullText, State, Writer

STEP = 100
"""Articles indexed between two steps."""
COMMIT_EVERY = 20_000
"""Articles after which what was indexed can be searched, and is not lost with the process."""


@dataclass(slots=True)
class Work:
    """What has to be indexed, and what the index covers meanwhile."""

    segments: Mapping[str, tuple[int, ...]]
    """To be read anew: their stamps."""
    gone: set[str]
    edited: dict[str, int]
    """Articles of other segments whose facts were edited since: the stamp of that, or -1."""
    articles: int
    """How many there are to do."""


class Finder:
    """The index of one library, used from the library's thread."""

    def __init__(self, folder: Path, segments: Segments, warn: Warn) -> None:
        """Know where the index is; nothing is opened yet.

        Args:
            folder: Of the index; beside it stands the lock of who writes it.
            segments: The articles on disk.
            warn: Told what goes wrong with the index, which is never the end of anything.
        """
        self._folder = folder
        self._segments = segments
        self._warn = warn
        self._index: FullText | None = None
        self._languages: set[str] = set()
        self.problem = "the index is not built yet"
        """Why the index cannot be asked; empty if it can."""

    # -- keeping it in step ----------------------------------------------------------------

    def index(self) -> FullText | None:
        """The index as it was last committed, by whichever process; None if there is none."""
        from store.index.fulltext import FullText, IndexUnusable

        if self._index is None:
            self._index = FullText(self._folder)
        try:
            self._index.refresh()
        except IndexUnusable as error:
            self.problem = str(error)
            self._index.close()
            return None
        self.problem = ""
        return self._index

    def update(self, shelf: Shelf, state: ReadingState) -> Iterator[Prepared]:
        """Index what is new, in steps; nothing is done if another process does it."""
        from store.index.fulltext import IndexUnusable, State

        index = self.index()
        work = self._work(index.state if index else State(), shelf, state)
        if not (work.segments or work.gone or work.edited):
            return
        try:
            yield from self._indexed(work, shelf, state)
        except (IndexUnusable, LibraryBusy, NotSaved) as error:
            self.problem = str(error)
        self.index()

    def _work(self, covered: State, shelf: Shelf, state: ReadingState) -> Work:
        stamps = self._segments.stamps()
        texts = self._segments.text_stamps(stamps)
        counts = shelf.counts()
        known = covered.segments
        now = {name: (*stamp, *texts[name]) for name, stamp in stamps.items() if name in counts}
        changed = {name: key for name, key in now.items() if tuple(known.get(name, ()))[:4] != key}
        gone = set(known) - set(stamps)
        if gone or (changed.keys() & known.keys()):  # what was a copy of their articles may count
            copies = [name for name in now if name in known and known[name][4]]
            changed |= {name: now[name] for name in copies}
        edits = edit_stamps(state)
        edited = {
            article: edits.get(article, -1)
            for article in edits.keys() | covered.edited.keys()
            if edits.get(article, -1) != covered.edited.get(article)
        }
        outside = {
            article: stamp
            for article, stamp in edited.items()
            if (place := shelf.stands(article)) and place.segment not in changed
        }
        number = sum(counts[name] for name in changed) + len(outside)
        return Work(changed, gone, outside, number)

    def _indexed(self, work: Work, shelf: Shelf, state: ReadingState) -> Iterator[Prepared]:
        from store.files import make_folder
        from store.index.fulltext import State, Writer

        make_folder(self._folder.parent)
        with ExitStack() as stack:
            stack.enter_context(locked(self._folder.with_suffix(".lock"), 0, self._warn))
            writer = Writer(self._folder)
            if not writer.state.segments and len(work.segments) < len(shelf.counts()):
                work = self._work(State(), shelf, state)  # it was unusable, and is made anew
            self._languages.update(writer.state.languages)
            done = since = 0
            for name in work.gone:
                writer.drop_segment(name)
            segments = {n: key for n, key in writer.state.segments.items() if n not in work.gone}
            yield Prepared(done, work.articles)
            for name, stamp in work.segments.items():
                writer.drop_segment(name)
                copies = 0
                for put, skipped in self._put_segment(writer, name, shelf, state):
                    done, since, copies = done + put, since + put, copies + skipped
                    yield Prepared(min(done, work.articles), work.articles)
                segments[name] = (*stamp, copies)
                if since >= COMMIT_EVERY:
                    writer.commit(
                        State(dict(segments), writer.state.edited, sorted(self._languages))
                    )
                    self.index()
                    since = 0
            for article in work.edited:
                self._put_again(writer, article, shelf, state)
            writer.commit(State(segments, edit_stamps(state), sorted(self._languages)))
            yield Prepared(work.articles, work.articles)

    def _put_segment(
        self, writer: Writer, name: str, shelf: Shelf, state: ReadingState
    ) -> Iterator[tuple[int, int]]:
        """Put the articles of a segment; how many were put and how many are copies, by steps."""
        try:
            found = self._segments.whole(name)
            while batch := list(islice(found, STEP)):
                copies = 0
                for place, article, body in batch:
                    if shelf.stands(article.id) != place:
                        copies += 1
                    elif shelf.place(article.id):
                        self._put(writer, name, article, body, state.of(article.id))
                yield len(batch) - copies, copies
        except LibraryDamaged as error:
            self._warn(str(error))

    def _put_again(self, writer: Writer, article: str, shelf: Shelf, state: ReadingState) -> None:
        writer.drop(article)
        if place := shelf.place(article):
            facts = self._segments.article(place)
            self._put(writer, place.segment, facts, self._segments.body(place), state.of(article))

    def _put(
        self, writer: Writer, segment: str, article: Article, body: Body, marks: Marks
    ) -> None:
        changed = bool(marks.edits or marks.tags)
        if article.language:
            self._languages.add(article.language)
        writer.put(segment, with_edits(article, marks) if changed else article, body)


def edit_stamps(state: ReadingState) -> Mapping[str, int]:
    """The articles that were edited, tagged or deleted, and when last."""
    return {
        article: max(stamp for stamp, _ in _registers(marks))
        for article, marks in state.marks.items()
        if marks.edits or marks.tags or marks.deleted[1]
    }


def _registers(marks: Marks) -> Iterator[Register]:
    yield from marks.edits.values()
    yield from marks.tags.values()
    yield marks.deleted
