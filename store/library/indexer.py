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

from store.journal.reading_state import Marks, ReadingState, Register, with_edits
from store.library.catalog import Shelf
from store.model.article import Article, Body
from store.model.errors import LibraryDamaged
from store.model.results import Prepared
from store.search.index import State, Writer
from store.segments.segments import Segments, stamp_of
from store.system.files import Warn, locked, make_folder

STEP = 50
"""Articles indexed between two steps."""
PATIENCE = 0.02
"""Seconds of a step that waits for the engine, so that keys have their turn."""
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
    edits: Mapping[str, int]
    """What the index will cover of edits, once this is done."""
    articles: int
    """How many there are to do."""


class Upkeep:
    """Brings the index of one library up to date, on the library's thread."""

    def __init__(
        self, folder: Path, shelf: Callable[[], Shelf], segments: Segments, warn: Warn
    ) -> None:
        """Know where the index is; nothing is opened yet.

        Args:
            folder: Of the index; beside it stands the lock of who writes it.
            shelf: The articles in memory; another one may take its place between two steps.
            segments: The articles on disk.
            warn: Told of segments that cannot be read.
        """
        self._folder = folder
        self._shelf = shelf
        self._segments = segments
        self._warn = warn
        self._languages: set[str] = set()

    def update(self, covered: State | None, state: ReadingState) -> Iterator[Prepared]:
        """Index what is new, in steps.

        Args:
            covered: What the index covers; None if there is none that can be used.
            state: What was edited, tagged and deleted.

        Raises:
            IndexUnusable: It cannot be written.
            LibraryBusy: Another process is writing it.
            LibraryUnavailable, NotSaved: There is no place for it.
        """
        work = self._work(covered or State(), state)
        if work.segments or work.gone or work.edited:
            yield from self._indexed(work, state)

    def _work(self, covered: State, state: ReadingState) -> Work:
        stamps = self._segments.stamps()
        texts = {name: stamp_of(self._segments.texts_path(name)) or (0, 0) for name in stamps}
        counts = self._shelf().counts()
        known = covered.segments
        now = {name: (*stamp, *texts[name]) for name, stamp in stamps.items() if name in counts}
        changed = {name: key for name, key in now.items() if tuple(known.get(name, ()))[:4] != key}
        gone = known.keys() - now.keys()
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
            if (place := self._shelf().stands(article)) and place.segment not in changed
        }
        number = sum(counts[name] for name in changed) + len(outside)
        return Work(changed, gone, outside, edits, number)

    def _indexed(self, work: Work, state: ReadingState) -> Iterator[Prepared]:
        make_folder(self._folder.parent)
        with ExitStack() as stack:
            stack.enter_context(locked(self._folder.with_suffix(".lock"), 0, self._warn))
            writer = Writer(self._folder)
            if not writer.state.segments and len(work.segments) < len(self._shelf().counts()):
                work = self._work(State(), state)  # it was unusable, and is made anew
            self._languages.update(writer.state.languages)
            done = since = 0
            for name in work.gone:
                writer.drop_segment(name)
            segments = {n: key for n, key in writer.state.segments.items() if n not in work.gone}
            yield Prepared(done, work.articles)
            for name, stamp in work.segments.items():
                writer.drop_segment(name)
                copies = 0
                for put, skipped in self._put_segment(writer, name, state):
                    done, since, copies = done + put, since + put, copies + skipped
                    yield Prepared(min(done, work.articles), work.articles)
                segments[name] = (*stamp, copies)
                if since >= COMMIT_EVERY:
                    covered = State(dict(segments), writer.state.edited, sorted(self._languages))
                    for _ in _committed(writer, covered):
                        yield Prepared(min(done, work.articles), work.articles)
                    since = 0
            for article in work.edited:
                self._put_again(writer, article, state)
            for _ in _committed(writer, State(segments, work.edits, sorted(self._languages))):
                yield Prepared(work.articles, work.articles)

    def _put_segment(
        self, writer: Writer, name: str, state: ReadingState
    ) -> Iterator[tuple[int, int]]:
        """Put the articles of a segment; how many were put and how many are copies, by steps."""
        try:
            found = self._segments.whole(name)
            while batch := list(islice(found, STEP)):
                copies = 0
                for place, article, body in batch:
                    if self._shelf().stands(article.id) != place:
                        copies += 1
                    elif self._shelf().place(article.id):
                        self._put(writer, name, article, body, state.of(article.id))
                yield len(batch) - copies, copies
        except LibraryDamaged as error:
            self._warn(str(error))

    def _put_again(self, writer: Writer, article: str, state: ReadingState) -> None:
        writer.drop(article)
        if place := self._shelf().place(article):
            facts = self._segments.article(place)
            self._put(writer, place.segment, facts, self._segments.body(place), state.of(article))

    def _put(
        self, writer: Writer, segment: str, article: Article, body: Body, marks: Marks
    ) -> None:
        changed = bool(marks.edits or marks.tags)
        if article.language:
            self._languages.add(article.language)
        writer.put(segment, with_edits(article, marks) if changed else article, body)


def _committed(writer: Writer, state: State) -> Iterator[None]:
    """Commit on a thread of its own, in steps: the engine takes up to two seconds for it."""
    with ThreadPoolExecutor(1, "index") as thread:
        committed = thread.submit(writer.commit, state)
        while wait([committed], PATIENCE).not_done:
            yield
        yield committed.result()


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
