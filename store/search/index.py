"""The full-text index on disk: a tantivy index that is derived from the library.

It may be deleted, damaged, older than the library or from another version at any time. A file
beside it states what it covers, so that a start does not index anything again. One process writes
at a time; the others read what was last committed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple, Protocol, cast

import orjson
from tantivy import (
    DocAddress,
    Document,
    Index,
    Occur,
    Order,
    Query,
    Schema,
    SchemaBuilder,
    Searcher,
)

from store.model.article import Article, Body
from store.model.errors import (
    LibraryBusy,
    LibraryUnavailable,
    LocatedError,
    SaveFailed,
    describe_system_error,
)
from store.model.times import to_unix_seconds
from store.search.term_vectors import TermWeights
from store.search.vocabulary import TEXT_FIELDS
from store.system.files import (
    FILE_MODE,
    FileSignature,
    file_signature,
    make_folder,
    read_regular,
    write_atomically,
)
from store.system.memory import require_address_space
from store.text.folding import normalize_text
from store.text.markdown import strip_inline_markdown
from store.text.tokenizer import index_tokenizer, prepare_with_signs

INDEX_VERSION = 7
"""Incremented with the schema or the tokenizer; an index of another version is rebuilt."""
COVERAGE_FILE = "newstui.json"
INDEX_META_FILE = "meta.json"
"""The engine's file that names all others; it changes with every commit."""

NAME_FIELDS = ("author", "url")
"""Fields that are searched by their words, if they are asked for."""
WORD_FIELDS = (*TEXT_FIELDS, *NAME_FIELDS)
EXACT_FIELDS = ("segment", "whole_title", "tag", "source", "language")
"""Fields that are searched by their whole value, normalized."""
WRITER_HEAP_BYTES = 60_000_000
"""Bytes the engine collects before writing them out, so that a commit has little left to do."""

READER_ADDRESS_SPACE, WRITER_ADDRESS_SPACE = 160_000_000, 800_000_000
"""Bytes of address space that the engine reserves, nearly all of it for its threads and never used; who
writes reads afterwards."""

SegmentCoverage = Mapping[str, Sequence[int]]


ENGINE_OS_ERROR = re.compile(r"\(os error (\d{1,4})\)|\bcode: (\d{1,4})\b")
"""The number of the system's error in an error of the engine, which says it at length."""
ENGINE_LOCK_ERROR = "LockBusy"


class IndexUnusable(LocatedError):
    """The index is damaged, missing, or cannot be written."""


@dataclass(frozen=True, slots=True)
class IndexCoverage:
    """The part of the library that the index covers."""

    segments: SegmentCoverage = field(default_factory=dict)
    """By segment: time and size of facts and of texts, and how many duplicate articles were
    skipped."""
    edited: Mapping[str, int] = field(default_factory=dict)
    """By edited or tagged article: the stamp of the last such event."""
    languages: Sequence[str] = ()
    """The languages that the articles state."""


class IndexHit(NamedTuple):
    """An article that was found, by its number."""

    number: int
    score: float


@dataclass(frozen=True, slots=True)
class IndexHits:
    """The first hits, and how many there are in all."""

    hits: Sequence[IndexHit]
    total: int


class _CountedResult(Protocol):
    """The attribute of the engine's result that its type stubs lack."""

    count: int


def signs_field(field_name: str) -> str:
    """Return the field with those words of a field that signs make others: `c++`, `.net`."""
    return f"{field_name}_signs"


def article_number(article: str) -> int:
    """Return the number that the index has for an article: 63 bits of a hash of its id."""
    return int.from_bytes(blake2b(article.encode(), digest_size=8).digest()) >> 1


class FullTextIndex:
    """The index in a folder, for reading; `IndexWriter` writes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.coverage = IndexCoverage()
        self._index: Index | None = None
        self._searcher: Searcher | None = None
        self._term_weights: TermWeights | None = None
        self._signature: FileSignature | None = None

    def refresh(self) -> bool:
        """Read what was committed since the last call, and return True if there was anything.

        Raises:
            IndexUnusable: It is damaged, missing or of another version.
        """
        signature = file_signature(self.folder / INDEX_META_FILE)
        if signature is not None and signature == self._signature:
            return False
        self.close()
        self.coverage = read_coverage(self.folder)
        with convert_engine_errors(self.folder):
            self._index = open_index(self.folder)
            self._searcher = self._index.searcher()
        self._signature = signature
        return True

    def close(self) -> None:
        """Close the index."""
        self._index = self._searcher = self._term_weights = self._signature = None
        self.coverage = IndexCoverage()

    def discard(self) -> None:
        """Close an index that was found damaged; the next writer creates a new one."""
        with contextlib.suppress(OSError):
            (self.folder / COVERAGE_FILE).unlink(missing_ok=True)
        self.close()

    @property
    def searcher(self) -> Searcher:
        """The engine's searcher over what was last committed.

        Raises:
            IndexUnusable: `refresh` has not opened it.
        """
        if self._searcher is None:
            raise IndexUnusable("the index is not open")
        return self._searcher

    @property
    def term_weights(self) -> TermWeights:
        """The rarity of words in what was last committed.

        Raises:
            IndexUnusable: `refresh` has not opened it.
        """
        if self._term_weights is None:
            self._term_weights = TermWeights(self)
        return self._term_weights

    @property
    def schema(self) -> Schema:
        """The schema, with which the engine's queries are built."""
        if self._index is None:
            raise IndexUnusable("the index is not open")
        return self._index.schema

    def search_uncounted(self, query: Query, limit: int) -> Sequence[IndexHit]:
        """Return the best hits of a query; without a total, the engine skips most postings.

        Raises:
            IndexUnusable: It is damaged.
        """
        searcher = self.searcher
        with convert_engine_errors(self.folder):
            found = searcher.search(query, limit, count=False)
            return self._to_hits(found.hits)

    def best_hits(
        self,
        weights: Mapping[str, float],
        when: int,
        limit: int,
        among: Sequence[int] | None = None,
    ) -> Sequence[IndexHit]:
        """Return the best hits for some words in titles and texts, as `ComparisonIndex` describes."""
        parts = [
            Query.boost_query(Query.term_query(self.schema, field, word, "freq"), weight)
            for word, weight in weights.items()
            for field in ("title", "body")
        ]
        query = Query.boolean_query([(Occur.Should, part) for part in parts])
        if among is not None:
            numbers = [Query.term_query(self.schema, "number", each, "basic") for each in among]
            subset = Query.boolean_query([(Occur.Should, number) for number in numbers])
            restriction = Query.const_score_query(subset, 0.0)
            query = Query.boolean_query([(Occur.Must, restriction), (Occur.Should, query)])
        return self.search_uncounted(query, limit)

    def find_in_titles(self, words: Sequence[str], limit: int) -> Sequence[int]:
        """Return the numbers of articles whose title has all of some words, up to a limit."""
        parts = [Query.term_query(self.schema, "title", word, "basic") for word in words]
        query = Query.boolean_query([(Occur.Must, part) for part in parts])
        return [hit.number for hit in self.search_uncounted(query, limit)]

    @property
    def document_count(self) -> int:
        """The number of articles in the index."""
        return self.searcher.num_docs

    def search(self, query: Query, limit: int, *, newest: bool = False) -> IndexHits:
        """Return the first hits of a query, best or newest first, and their total.

        Raises:
            IndexUnusable: It is damaged.
        """
        searcher = self.searcher
        with convert_engine_errors(self.folder):
            if newest:
                found = searcher.search(query, limit, order_by_field="when", order=Order.Desc)
            else:
                found = searcher.search(query, limit)
            return IndexHits(self._to_hits(found.hits), cast(_CountedResult, found).count)

    def _to_hits(self, scored: Sequence[tuple[Any, DocAddress]]) -> list[IndexHit]:
        numbers = self.searcher.fast_field_values("number", [address for _, address in scored])
        return [
            IndexHit(int(number), float(score))
            for (score, _), number in zip(scored, numbers, strict=True)
            if number is not None
        ]

    def words_with_prefix(
        self, fields: Sequence[str], prefix: str, limit: int | None = None
    ) -> Counter[str]:
        """Return the words of some fields that start with a prefix, and how many articles have each."""
        found: Counter[str] = Counter()
        with convert_engine_errors(self.folder):
            for name in fields:
                found.update(dict(self.searcher.terms_with_prefix(name, prefix, limit=limit)))
        return found

    def count_articles(self, fields: Sequence[str], words: Iterable[str]) -> Counter[str]:
        """Return for each of some words that some fields have how many articles have it."""
        found: Counter[str] = Counter()
        with convert_engine_errors(self.folder):
            for word in words:
                if number := sum(self.searcher.doc_freq(name, word) for name in fields):
                    found[word] = number
        return found

    def frequencies(self, words: Iterable[str]) -> dict[str, int]:
        """Return for each word in how many texts it occurs, or else in how many titles."""
        with convert_engine_errors(self.folder):
            count = self.searcher.doc_freq
            return {word: count("body", word) or count("title", word) for word in words}


class IndexWriter:
    """Changes an index; the lock must be held. Only what is committed takes effect."""

    def __init__(self, folder: Path) -> None:
        """Open the index for writing, or create one if it is missing or unusable.

        Raises:
            IndexUnusable: It cannot be written.
            LibraryBusy: Another writer has it open.
        """
        self._folder = folder
        self.coverage = IndexCoverage()
        self._schema = build_schema()
        with convert_engine_errors(folder):
            require_address_space(WRITER_ADDRESS_SPACE)
        try:
            self.coverage = read_coverage(folder)
            with convert_engine_errors(folder):
                self._writer = open_index(folder).writer(WRITER_HEAP_BYTES, 1)
        except IndexUnusable as error:
            if ENGINE_LOCK_ERROR in error.reason:
                raise LibraryBusy(None) from error
            self.coverage = IndexCoverage()
            _recreate(folder)
            with convert_engine_errors(folder):
                self._writer = open_index(folder).writer(WRITER_HEAP_BYTES, 1)

    def close(self) -> None:
        """Release the index; what was not committed is dropped.

        The engine does so when its writer is gone, and an error may keep this object for longer.
        """
        del self._writer

    def add(self, segment: str, article: Article, body: Body) -> None:
        """Add an article; `remove` an older version of it first."""
        document = Document()
        document.add_unsigned("number", article_number(article.id))
        document.add_unsigned("when", max(0, to_unix_seconds(article.date or article.created)))
        document.add_text("segment", segment)
        document.add_text("whole_title", normalize_text(article.title))
        document.add_text("source", normalize_text(article.source))
        document.add_text("language", normalize_text(article.language))
        for tag in article.tags:
            document.add_text("tag", normalize_text(tag))
        texts: Mapping[str, Sequence[str]] = {
            "title": [article.title],
            "summary": [body.summary],
            "body": [strip_inline_markdown(body.text)],
            "category": [article.category],
            "tags": article.tags,
            "author": article.authors,
            "url": [article.url],
        }
        for name in WORD_FIELDS:
            for text in texts[name]:
                words, signs = prepare_with_signs(text)
                document.add_text(name, words)
                if signs:
                    document.add_text(signs_field(name), " ".join(signs))
        with convert_engine_errors(self._folder):
            self._writer.add_document(document)

    def remove(self, article: str) -> None:
        """Remove an article."""
        # By a query: in a term, the engine treats the number as signed and finds nothing.
        query = Query.term_query(self._schema, "number", article_number(article), "basic")
        with convert_engine_errors(self._folder):
            self._writer.delete_documents_by_query(query)

    def remove_segment(self, segment: str) -> None:
        """Remove all articles of a segment."""
        with convert_engine_errors(self._folder):
            self._writer.delete_documents_by_term("segment", segment)

    def commit(self, coverage: IndexCoverage) -> None:
        """Commit all changes, and record what the index covers now.

        Raises:
            IndexUnusable: The disk refused.
        """
        with convert_engine_errors(self._folder):
            self._writer.commit()
        _make_private(self._folder)
        # After a crash before the next line, these articles are removed and added again.
        self.coverage = coverage
        content = {"version": INDEX_VERSION, **asdict(coverage)}
        try:
            write_atomically(self._folder / COVERAGE_FILE, orjson.dumps(content))
        except SaveFailed as error:
            raise IndexUnusable(error.reason, file=self._folder) from error


def _make_private(folder: Path) -> None:
    """Take away what others may do with the files: the engine makes them as the umask says."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_file(follow_symlinks=False):
                os.chmod(entry, FILE_MODE)  # noqa: PTH101


def read_coverage(folder: Path) -> IndexCoverage:
    """Return what the index in a folder covers.

    Raises:
        IndexUnusable: There is none, or another version wrote it.
    """
    try:
        content = orjson.loads(read_regular(folder / COVERAGE_FILE))
        if content["version"] != INDEX_VERSION:
            raise IndexUnusable("index of another version", file=folder)
        return IndexCoverage(
            {str(name): tuple(map(int, of)) for name, of in content["segments"].items()},
            {str(article): int(stamp) for article, stamp in content["edited"].items()},
            tuple(map(str, content["languages"])),
        )
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise IndexUnusable("no usable index", file=folder) from error


def open_index(folder: Path) -> Index:
    """Open the engine's index in a folder, as it is on the disk now.

    Raises:
        OSError: A file of it is none, and opening it might never end; or there is too little memory.
    """
    require_address_space(READER_ADDRESS_SPACE)
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.is_file():
                raise OSError(errno.EINVAL, "not a regular file", entry.path)
    index = Index.open(str(folder))
    index.config_reader("manual")
    index.reload()
    index.register_tokenizer("words", index_tokenizer())
    return index


def _recreate(folder: Path) -> None:
    try:
        if folder.is_dir():
            shutil.rmtree(folder)
        make_folder(folder)
    except (OSError, LibraryUnavailable) as error:
        reason = describe_system_error(error) if isinstance(error, OSError) else str(error)
        raise IndexUnusable(reason, file=folder) from error
    with convert_engine_errors(folder):
        Index(build_schema(), str(folder), reuse=False)


def build_schema() -> Schema:
    """Return the fields of the index. Nothing is stored: hits are looked up in the library."""
    builder = SchemaBuilder()
    builder.add_unsigned_field("number", indexed=True, fast=True)
    builder.add_unsigned_field("when", fast=True)
    for name in EXACT_FIELDS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in WORD_FIELDS:
        builder.add_text_field(name, tokenizer_name="words", index_option="position")
        builder.add_text_field(signs_field(name), tokenizer_name="words", index_option="basic")
    return builder.build()


@contextlib.contextmanager
def convert_engine_errors(folder: Path) -> Iterator[None]:
    """Turn the engine's errors into ours.

    Raises:
        IndexUnusable: The engine failed, with an error or (mostly on damaged data) a panic.
    """
    try:
        yield
    except BaseException as error:
        # A panic is no `Exception`, and its class cannot be imported.
        is_panic = type(error).__name__ == "PanicException"
        if not is_panic and not isinstance(error, (OSError, RuntimeError, ValueError)):
            raise
        if found := ENGINE_OS_ERROR.search(str(error)):  # such as that there may be no more threads
            reason = os.strerror(int(found[1] or found[2]))
        elif is_panic:
            reason = "the index is damaged"
        else:
            reason = getattr(error, "strerror", None) or str(error)
        raise IndexUnusable(reason, file=folder) from error
