"""The full-text index on disk: a tantivy index that is derived from the library.

It may be deleted, damaged, older than the library or written by another version at any time. What it
covers stands in a file beside it, so that a start indexes nothing anew. One process writes at a
time; the others read what was last committed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple, Protocol, cast

import orjson
from tantivy import DocAddress, Document, Index, Order, Query, Schema, SchemaBuilder, Searcher

from store.model.article import Article, Body
from store.model.errors import LibraryUnavailable, NewsError, NotSaved
from store.model.times import seconds
from store.system.files import make_folder, write_atomic
from store.text.tokenizer import analyser, plain, prepared

VERSION = 4
"""Another version, another schema or analyser: the index is built anew."""
STATE = "newstui.json"
META = "meta.json"
"""The engine's file that names all others; it changes with every commit."""

TEXT = ("title", "summary", "body", "category", "tags")
"""Fields that are searched by their words."""
EXACT = ("segment", "tag", "source", "language")
"""Fields that are searched by their whole value, folded."""
HEAP = 60_000_000
"""Bytes the engine may collect before it writes them out, so that a commit has little left to do."""

Covered = Mapping[str, Sequence[int]]


class IndexUnusable(NewsError):
    """The index is damaged, gone, or cannot be written."""


@dataclass(frozen=True, slots=True)
class State:
    """What of the library the index covers."""

    segments: Covered = field(default_factory=dict)
    """By segment: time and size of facts and of texts, and how many copies were left out."""
    edited: Mapping[str, int] = field(default_factory=dict)
    """By article that was edited or tagged: the stamp of the last such event."""
    languages: Sequence[str] = ()
    """The languages its articles say they are in."""


class Hit(NamedTuple):
    """An article that was found, by its number."""

    number: int
    score: float


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found: the first of it, and how many there are in all."""

    first: Sequence[Hit]
    total: int


class _Counted(Protocol):
    """What the engine's result has besides what its types tell."""

    count: int


def number_of(article: str) -> int:
    """The number the index knows an article by: 63 bits of a hash of its id."""
    return int.from_bytes(blake2b(article.encode(), digest_size=8).digest()) >> 1


class FullText:
    """The index in a folder, for reading; `Writer` writes it."""

    def __init__(self, folder: Path) -> None:
        """Know the folder; nothing is opened yet."""
        self.folder = folder
        self.state = State()
        self._index: Index | None = None
        self._searcher: Searcher | None = None
        self._stamp: tuple[int, int] | None = None

    def refresh(self) -> bool:
        """See what was committed since; whether anything was.

        Raises:
            IndexUnusable: It is damaged, or there is none, or it is of another version.
        """
        stamp = _stamp(self.folder / META)
        if stamp is not None and stamp == self._stamp:
            return False
        self.close()
        self.state = read_state(self.folder)
        with guarded(self.folder):
            self._index = opened(self.folder)
            self._searcher = self._index.searcher()
        self._stamp = stamp
        return True

    def close(self) -> None:
        """Leave the index."""
        self._index = self._searcher = self._stamp = None
        self.state = State()

    def condemn(self) -> None:
        """Leave an index that was found damaged; the next who writes makes a new one."""
        with contextlib.suppress(OSError):
            (self.folder / STATE).unlink(missing_ok=True)
        self.close()

    @property
    def searcher(self) -> Searcher:
        """The engine's searcher over what was last committed.

        Raises:
            IndexUnusable: `refresh` has not opened it.
        """
        if self._searcher is None:
            raise IndexUnusable("there is no index yet")
        return self._searcher

    @property
    def schema(self) -> Schema:
        """The schema, which the engine's queries are built with."""
        if self._index is None:
            raise IndexUnusable("there is no index yet")
        return self._index.schema

    def best(self, query: Query, limit: int) -> Sequence[Hit]:
        """The best articles that a query finds, uncounted: the engine looks at no others' postings.

        Raises:
            IndexUnusable: It is damaged.
        """
        searcher = self.searcher
        with guarded(self.folder):
            found = searcher.search(query, limit, count=False)
            return self._hits(found.hits)

    @property
    def documents(self) -> int:
        """How many articles it has."""
        return self.searcher.num_docs

    def search(self, query: Query, limit: int, *, newest: bool = False) -> Hits:
        """The first articles that a query finds, the best first or the newest.

        Raises:
            IndexUnusable: It is damaged.
        """
        searcher = self.searcher
        with guarded(self.folder):
            if newest:
                found = searcher.search(query, limit, order_by_field="when", order=Order.Desc)
            else:
                found = searcher.search(query, limit)
            return Hits(self._hits(found.hits), cast(_Counted, found).count)

    def _hits(self, found: Sequence[tuple[Any, DocAddress]]) -> list[Hit]:
        numbers = self.searcher.fast_field_values("number", [place for _, place in found])
        return [
            Hit(int(number), float(score))
            for (score, _), number in zip(found, numbers, strict=True)
            if number is not None
        ]

    def holding(self, field_name: str, word: str) -> int:
        """How many articles hold this word (as `analyser.words` gives it) in a field."""
        with guarded(self.folder):
            return self.searcher.doc_freq(field_name, word)

    def beginning(self, field_name: str, prefix: str, limit: int) -> list[tuple[str, int]]:
        """Words of a field that begin so, and how many articles hold each."""
        with guarded(self.folder):
            return self.searcher.terms_with_prefix(field_name, prefix, limit=limit)


class Writer:
    """Changes an index; the lock must be held. What is not committed never was."""

    def __init__(self, folder: Path) -> None:
        """Open the index for writing, or make one where there is none that can be used.

        Raises:
            IndexUnusable: It cannot be written.
        """
        self._folder = folder
        self.state = State()
        self._schema = schema()
        try:
            self.state = read_state(folder)
            with guarded(folder):
                self._writer = opened(folder).writer(HEAP, 1)
        except IndexUnusable:
            self.state = State()
            _make_anew(folder)
            with guarded(folder):
                self._writer = opened(folder).writer(HEAP, 1)

    def put(self, segment: str, article: Article, body: Body) -> None:
        """Add an article; `drop` what was there of it before."""
        document = Document()
        document.add_unsigned("number", number_of(article.id))
        document.add_unsigned("when", max(0, seconds(article.date or article.created)))
        document.add_text("segment", segment)
        document.add_text("source", plain(article.source))
        document.add_text("language", plain(article.language))
        document.add_text("title", prepared(article.title))
        document.add_text("summary", prepared(body.summary))
        document.add_text("body", prepared(body.text))
        document.add_text("category", prepared(article.category))
        for tag in article.tags:
            document.add_text("tags", prepared(tag))
            document.add_text("tag", plain(tag))
        with guarded(self._folder):
            self._writer.add_document(document)

    def drop(self, article: str) -> None:
        """Take an article out."""
        # By a query: by a term, the engine takes the number for a signed one and finds nothing.
        query = Query.term_query(self._schema, "number", number_of(article), "basic")
        with guarded(self._folder):
            self._writer.delete_documents_by_query(query)

    def drop_segment(self, segment: str) -> None:
        """Take all articles of a segment out."""
        with guarded(self._folder):
            self._writer.delete_documents_by_term("segment", segment)

    def commit(self, state: State) -> None:
        """Make what was put and dropped seen, and say what is covered now.

        Raises:
            IndexUnusable: The disk refused.
        """
        with guarded(self._folder):
            self._writer.commit()
        # Should we die before the next line, what was just added is added again: dropped first.
        self.state = state
        content = {
            "version": VERSION,
            "segments": state.segments,
            "edited": state.edited,
            "languages": state.languages,
        }
        try:
            write_atomic(self._folder / STATE, orjson.dumps(content))
        except NotSaved as error:
            raise IndexUnusable(str(error)) from error

    def finish(self) -> None:
        """Wait until the engine has merged what it wants to merge; the writer is used up."""
        with guarded(self._folder):
            self._writer.wait_merging_threads()


def read_state(folder: Path) -> State:
    """What the index in a folder covers.

    Raises:
        IndexUnusable: There is none, or another version wrote it.
    """
    try:
        content = orjson.loads((folder / STATE).read_bytes())
        if content["version"] != VERSION:
            raise IndexUnusable(f"{folder}: the index is of another version")
        return State(
            {str(name): tuple(map(int, of)) for name, of in content["segments"].items()},
            {str(article): int(stamp) for article, stamp in content["edited"].items()},
            tuple(map(str, content["languages"])),
        )
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise IndexUnusable(f"{folder}: there is no index that can be used") from error


def opened(folder: Path) -> Index:
    """The engine's index in a folder, as it is on the disk now."""
    index = Index.open(str(folder))
    index.config_reader("manual")
    index.reload()
    index.register_tokenizer("words", analyser())
    return index


def _make_anew(folder: Path) -> None:
    try:
        if folder.is_dir():
            shutil.rmtree(folder)
        make_folder(folder)
    except (OSError, LibraryUnavailable) as error:
        raise IndexUnusable(f"{folder}: the index cannot be written ({error})") from error
    with guarded(folder):
        Index(schema(), str(folder), reuse=False)


def schema() -> Schema:
    """The fields of the index. Nothing is stored: what is found is looked up in the library."""
    builder = SchemaBuilder()
    builder.add_unsigned_field("number", indexed=True, fast=True)
    builder.add_unsigned_field("when", fast=True)
    for name in EXACT:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in TEXT:
        builder.add_text_field(name, tokenizer_name="words", index_option="position")
    return builder.build()


@contextlib.contextmanager
def guarded(folder: Path) -> Iterator[None]:
    """Turn the engine's errors into ours.

    Raises:
        IndexUnusable: The engine failed, by an error or (on damaged data) by a panic.
    """
    try:
        yield
    except (OSError, RuntimeError, ValueError) as error:
        raise IndexUnusable(f"{folder}: {error}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise IndexUnusable(f"{folder}: the index is damaged") from error


def _stamp(path: Path) -> tuple[int, int] | None:
    with contextlib.suppress(OSError):
        status = os.stat(path)  # noqa: PTH116
        return status.st_mtime_ns, status.st_size
    return None
