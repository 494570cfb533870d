"""Articles on disk: TinyDB files of at most a thousand articles, with facts and texts apart.

A segment `NAME` is `articles/NAME.json` (table `articles`) and `texts/NAME.json` (table `texts`)
with the same document ids. `NAME` is `<machine>-0001`: only that machine writes it.

A sync tool that meets a conflict leaves a copy. Syncthing names it
`desk.sync-conflict-20261122-130500-ABCDEFG.jsonl`, Dropbox and Nextcloud `desk (Ada's conflicted
copy 2026-11-22).jsonl`, ownCloud `desk_conflict-20261122-130500.jsonl`, OneDrive `desk-HOST.jsonl`.
Copies are read like the files they are copies of, and never written to.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson
from tinydb import TinyDB
from tinydb.table import Document

from store.model.article import (
    Article,
    ArticleRow,
    Body,
    FeedLabel,
    ParsedArticle,
    Rejection,
    TextVersion,
)
from store.model.errors import LibraryDamaged, LibraryUnavailable
from store.segments.documents import (
    DOCUMENT_ERRORS,
    article_from_document,
    article_to_document,
    body_from_document,
    body_to_document,
    row_from_document,
)
from store.segments.storage import (
    SEGMENT_FORMAT,
    BadContent,
    JsonStorage,
    Tables,
    VersionedStorage,
    parse_tables,
    read_contents,
)
from store.system.files import FileSignature, file_signature, open_regular, read_regular
from store.system.placeholders import is_awaited
from store.text.names import unique_names

SEGMENT_SIZE = 1000
CLOCK_TICK_NS = 20_000_000
"""The longest time for which the clock of a disk stands still; Linux has 1 to 10 milliseconds."""
MAX_CACHED_FILES = 3
"""Parsed files kept in memory: neighbours in a list are mostly in the same segment."""

SEGMENT_NAME_PATTERN = re.compile(r"(?P<machine>[a-z0-9][a-z0-9-]*)-(?P<number>\d{4,})\Z")
COPY_NAME_PATTERN = re.compile(r"(?P<of>[a-z0-9][a-z0-9-]*-\d{4,})[ ._(~\[-].*\Z")
"""A segment's name, followed by something; what is the name of a segment itself is none."""

FIRST_FIELDS = {"articles": "id", "texts": "text"}
"""The field that our documents begin with."""
DOCUMENT_START = b'":{"text":"'
"""The start of our texts; inside a text the quotes are escaped."""
TABLE_START, TABLE_END = b'"texts":{', b"}}}"
"""The start of the table of our files, and the end of document, table and file."""
MAX_CACHED_SEGMENTS = 400
"""Segments whose offsets are kept, at 20 KB each."""

RecoverTables = Callable[[Path, str, Mapping[str, Any]], Tables]
"""Returns what is intact in a damaged file, given its path, the name of its table, and the documents
that it had when it was last read, as far as they are held."""


class ArticleLocation(NamedTuple):
    """The place of an article on disk. A tuple, because there are 100,000 of them."""

    segment: str
    document_id: int


class Segments:
    """The segments of all machines in one library; articles are added to this machine's own."""

    def __init__(self, library: Path, machine: str, recover: RecoverTables | None = None) -> None:
        self._facts_folder = library / "articles"
        self._texts_folder = library / "texts"
        self._machine = machine
        self._recover = recover
        self.format = SEGMENT_FORMAT
        """The newest format version that any of the files read so far states."""
        self._cache: OrderedDict[str, tuple[FileSignature, dict[str, Any]]] = OrderedDict()
        self._written_signatures: dict[Path, FileSignature | None] = {}
        self._sync_copies = SyncCopies(self._texts_folder)

    @property
    def folders(self) -> tuple[Path, Path]:
        """The folder of the facts and the folder of the texts."""
        return self._facts_folder, self._texts_folder

    def signatures(self) -> dict[str, FileSignature]:
        """Return the signature of every segment's facts, the segment written last first.

        Raises:
            LibraryUnavailable: The folder cannot be read.
        """
        found = {}
        try:
            for file in os.scandir(self._facts_folder):
                name, suffix = os.path.splitext(file.name)  # noqa: PTH122
                if suffix == ".json" and segment_name(name) and (signature := file_signature(file)):
                    found[name] = signature
        except FileNotFoundError:
            return {}
        except OSError as error:
            reason = f"cannot read {self._facts_folder}: {error.strerror}"
            raise LibraryUnavailable(reason) from error
        return dict(sorted(found.items(), key=lambda item: (item[1], item[0]), reverse=True))

    def facts_path(self, name: str) -> Path:
        """Return the path of a segment's facts."""
        return self._facts_folder / f"{name}.json"

    def texts_path(self, name: str) -> Path:
        """Return the path of a segment's texts."""
        return self._texts_folder / f"{name}.json"

    def has_copies(self, name: str) -> bool:
        """Return True if the segment has sync-conflict copies, which may have its texts."""
        return bool(self._sync_copies.other_files(name))

    def read_rows(
        self, name: str, feeds: Mapping[str, FeedLabel] = MappingProxyType({})
    ) -> Iterator[tuple[int, ArticleRow] | Rejection]:
        """Yield document id and unread list row of every article of a segment, oldest first.

        Args:
            name: The segment.
            feeds: Name and category of every feed, by its key.

        Raises:
            LibraryDamaged: The file as a whole cannot be read.
        """
        path = self.facts_path(name)
        seen: dict[str, str] = {}
        for key, document in self._read_table(path, "articles").items():
            try:
                row = row_from_document(document, feeds)
            except DOCUMENT_ERRORS as error:
                yield Rejection(f"{path}: article {key}", f"cannot be read ({error})")
                continue
            if (first := seen.setdefault(row.id, key)) == key:
                yield int(key), row
            else:
                yield Rejection(f"{path}: article {key}", f"has the id of article {first}")

    def read_article(self, location: ArticleLocation) -> Article:
        """Return the facts of one article."""
        path = self.facts_path(location.segment)
        try:
            return article_from_document(self._read_document(path, "articles", location))
        except DOCUMENT_ERRORS as error:
            raise LibraryDamaged(
                f"cannot be read ({error})", file=path, item=f"article {location.document_id}"
            ) from error

    def read_tags(self, name: str) -> Mapping[int, tuple[str, ...]]:
        """Return the tags of the articles of a segment that have any, by document id.

        Raises:
            LibraryDamaged: The file as a whole cannot be read.
        """
        found = {}
        for key, document in self._cached_table(self.facts_path(name), "articles").items():
            with contextlib.suppress(*DOCUMENT_ERRORS):
                if tags := document.get("tags"):
                    found[int(key)] = unique_names(tags)
        return found

    def read_update_times(self, name: str) -> Mapping[int, int]:
        """Return when publishers changed the articles of a segment, by document id (see `TextVersion`).

        Raises:
            LibraryDamaged: The file as a whole cannot be read.
        """
        found = {}
        for key, document in self._cached_table(self.facts_path(name), "articles").items():
            with contextlib.suppress(*DOCUMENT_ERRORS):
                created, updated = document.get("created"), document.get("updated")
                if seconds := TextVersion.from_facts(0, created, updated).updated:
                    found[int(key)] = seconds
        return found

    def read_articles(self, name: str) -> Iterator[tuple[ArticleLocation, Article, Body]]:
        """Yield every article of a segment that can be read, with its text; one file at a time.

        Raises:
            LibraryDamaged: A file as a whole cannot be read.
        """
        texts = self._read_table(self.texts_path(name), "texts")
        has_copies = self.has_copies(name)
        for key, document in self._read_table(self.facts_path(name), "articles").items():
            location = ArticleLocation(name, int(key))
            with contextlib.suppress(*DOCUMENT_ERRORS, LibraryDamaged):
                article = article_from_document(document)
                if (text := texts.get(key)) and not has_copies:
                    body = body_from_document(text)
                else:
                    body = self.read_body(location)
                yield location, article, body

    def read_body(self, location: ArticleLocation) -> Body:
        """Return the text of one article; an empty body if it has none.

        If the segment has sync-conflict copies, the text may be in one of them under the same
        document id: the one with as many words as the article states.

        Raises:
            LibraryDamaged: The texts file cannot be read.
        """
        body = self._read_body(location.segment, location)
        if others := self._sync_copies.other_files(location.segment):
            from store.text.prose import count_words  # slow to import, and rarely needed

            words = self.read_article(location).words
            bodies = chain([body], (self._read_body(name, location) for name in others))
            matching = (each for each in bodies if each.text and count_words(each.text) == words)
            return next(matching, body)
        return body

    def _read_body(self, segment: str, location: ArticleLocation) -> Body:
        path = self.texts_path(segment)
        try:
            document = self._read_document(path, "texts", location)
            return body_from_document(document) if document else Body(is_missing=True)
        except DOCUMENT_ERRORS as error:
            raise LibraryDamaged(
                f"cannot be read ({error})", file=path, item=f"text {location.document_id}"
            ) from error

    def _read_document(self, path: Path, name: str, location: ArticleLocation) -> Mapping[str, Any]:
        key, table = str(location.document_id), self._cached_table(path, name)
        document: Mapping[str, Any] = table.get(key, {})
        return document

    def _read_table(self, path: Path, name: str) -> dict[str, Any]:
        try:
            tables = read_tables(path, name)
        except BadContent:
            if self._recover is None:
                raise
            tables = self._recover(path, name, self._held_documents(path))
        self.format = max(self.format, format_version(tables))
        return tables.get(name, {})

    def _held_documents(self, path: Path) -> Mapping[str, Any]:
        cached = self._cache.get(str(path))
        return cached[1] if cached else {}

    def _cached_table(self, path: Path, name: str) -> dict[str, Any]:
        signature, key = file_signature(path) or (0, 0), str(path)
        cached = self._cache.get(key)
        if cached is None or cached[0] != signature:
            cached = (signature, self._read_table(path, name))
            self._cache[key] = cached
        self._cache.move_to_end(key)
        while len(self._cache) > MAX_CACHED_FILES:
            self._cache.popitem(last=False)
        return cached[1]

    def append(self, found: Sequence[ParsedArticle]) -> list[ArticleLocation]:
        """Write new articles to the last segments of this machine; the lock must be held.

        The texts are written first: a crash in between leaves texts that nothing refers to, and
        their document ids are not used again.

        Returns:
            The location of each article, in order; all of them are on the disk.

        Raises:
            SaveFailed: From the first article of the failed segment on, nothing was added.
        """
        locations: list[ArticleLocation] = []
        while len(locations) < len(found):
            space = self._find_space()
            batch = found[len(locations) : len(locations) + space.free]
            numbers = range(space.first_id, space.first_id + len(batch))
            bodies = (body_to_document(each.body) for each in batch)
            articles = (article_to_document(each.article) for each in batch)
            self._insert(self.texts_path(space.segment), "texts", numbers, bodies)
            self._insert(self.facts_path(space.segment), "articles", numbers, articles)
            locations += (ArticleLocation(space.segment, number) for number in numbers)
        return locations

    def owns(self, location: ArticleLocation) -> bool:
        """Return True if this machine wrote the article at this location, and may rewrite it."""
        return segment_machine(location.segment) == self._machine

    def replace(self, segment: str, found: Mapping[int, ParsedArticle]) -> None:
        """Rewrite articles of one of this machine's segments; the lock must be held.

        Raises:
            LibraryDamaged, SaveFailed: The facts are as they were; the texts may be the new ones.
        """
        texts = {number: body_to_document(each.body) for number, each in found.items()}
        facts = {number: article_to_document(each.article) for number, each in found.items()}
        self._rewrite(self.texts_path(segment), "texts", texts)
        self._rewrite(self.facts_path(segment), "articles", facts)

    def _rewrite(self, path: Path, name: str, documents: Mapping[int, dict[str, Any]]) -> None:
        self._checked_ids(path, name)  # raises if the file is damaged
        tables = read_tables(path, name)
        table = {**tables[name], **{str(number): each for number, each in documents.items()}}
        JsonStorage(path).write({**tables, name: table})  # TinyDB would write the file twice
        self._written_signatures[path] = file_signature(path)

    def _find_space(self) -> FreeSpace:
        """Return where the next articles go: the last segment, or a new one if that is full.

        A damaged file that cannot be repaired is left as it is, and not written to. Nor is one that a
        cloud folder has not fetched yet.

        Raises:
            LibraryDamaged: Not even a new file can be read, as where its folder is none.
        """
        matches = filter(None, map(SEGMENT_NAME_PATTERN.match, self.signatures()))
        own = (int(match["number"]) for match in matches if match["machine"] == self._machine)
        number = max(own, default=1)
        while True:
            segment = f"{self._machine}-{number:04d}"
            paths = self.facts_path(segment), self.texts_path(segment)
            number += 1
            if any(map(is_awaited, paths)):
                continue
            try:
                facts = self._checked_ids(paths[0], "articles")
                texts = self._checked_ids(paths[1], "texts")
                if len(facts) < SEGMENT_SIZE:
                    first = 1 + max(facts | texts, default=0)
                    return FreeSpace(segment, first, SEGMENT_SIZE - len(facts))
            except LibraryDamaged:
                if not any(map(os.path.lexists, paths)):
                    raise

    def _checked_ids(self, path: Path, name: str) -> set[int]:
        # Rewriting a file would drop one of two documents with the same id; ours have no such pair.
        written = self._written_signatures.get(path)
        is_ours = written is not None and written == file_signature(path)
        try:
            tables = read_tables(path, name, thorough=not is_ours)
        except BadContent:
            if self._recover is None:
                raise
            self._recover(path, name, self._held_documents(path))
            tables = read_tables(path, name, thorough=True)
        return set(map(int, tables.get(name, {})))

    def _insert(
        self, path: Path, name: str, numbers: Iterable[int], documents: Iterable[dict[str, Any]]
    ) -> None:
        database = TinyDB(path, storage=VersionedStorage)
        database.table(name).insert_multiple(
            Document(document, doc_id=number)
            for number, document in zip(numbers, documents, strict=True)
        )
        database.close()
        self._written_signatures[path] = file_signature(path)


@dataclass(frozen=True, slots=True)
class FreeSpace:
    """Room for new articles: the segment, the first document id and how many it takes."""

    segment: str
    first_id: int
    free: int


def read_tables(path: Path, name: str, *, thorough: bool = False) -> Tables:
    """Return the tables of one of our files, or nothing if there is no such file.

    Args:
        path: The file.
        name: The table that it must have.
        thorough: Also refuse duplicate keys, as a writer must.

    Raises:
        BadContent: The file is damaged, or an id occurs twice in it.
        LibraryDamaged: The file cannot be read.
    """
    data = read_contents(path)
    if data is None:
        return {}
    try:
        tables = parse_tables(data, thorough=thorough)
        if name not in tables and format_version(tables) <= SEGMENT_FORMAT:
            raise BadContent(f"no table “{name}” in it")
        if not thorough and not _has_unique_ids(data, tables.get(name, {}), FIRST_FIELDS[name]):
            parse_tables(data, thorough=True)
    except BadContent as error:
        raise BadContent(error.reason, file=path) from error
    return tables


def _has_unique_ids(data: bytes, documents: Mapping[str, Any], first: str) -> bool:
    """Return True if no id occurs twice, for the parser would drop one of the two documents.

    The start of our documents occurs in no text, because the quotes are escaped there.
    """
    count = data.count(b':{"%s":' % first.encode())
    return count == len(documents) and all(first in each for each in documents.values())


def format_version(tables: Tables) -> int:
    """Return the format version that a file states."""
    meta = tables.get("_meta", {}).get("1", {})
    version = meta.get("format", SEGMENT_FORMAT) if isinstance(meta, dict) else SEGMENT_FORMAT
    return version if isinstance(version, int) else SEGMENT_FORMAT


def segment_machine(name: str) -> str:
    """Return the machine that writes the segment of this name; empty if it is no segment."""
    match = SEGMENT_NAME_PATTERN.match(name)
    return match["machine"] if match else ""


# -- sync-conflict copies ------------------------------------------------------------------


def segment_name(name: str) -> str:
    """Return the segment that a file name without suffix is, or is a copy of; empty if neither."""
    if SEGMENT_NAME_PATTERN.match(name):
        return name
    copy = COPY_NAME_PATTERN.match(name)
    return copy["of"] if copy else ""


class SyncCopies:
    """The sync-conflict copies in a folder of segments, listed again when it changes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mtime: int | None = None
        self._names: dict[str, list[str]] = {}

    def other_files(self, name: str) -> Sequence[str]:
        """Return the names of the other files that are the same segment, or copies of it."""
        try:
            mtime = self._folder.stat().st_mtime_ns
        except OSError:
            return ()
        if mtime != self._mtime:
            # Files that come within a tick of the disk's clock leave the folder's time as it is.
            is_settled = abs(time.time_ns() - mtime) > CLOCK_TICK_NS
            self._names, self._mtime = self._scan(), mtime if is_settled else None
        return [other for other in self._names.get(segment_name(name), ()) if other != name]

    def _scan(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in sorted(self._folder.glob("*.json")):
            if segment := segment_name(path.stem):
                found.setdefault(segment, []).append(path.stem)
        return found


# -- random access to single texts ---------------------------------------------------------


class TextOffsets(NamedTuple):
    """The offsets of a file's documents: numbers, starts and ends, in the order of the file."""

    signature: FileSignature
    document_ids: array[int]
    starts: array[int]
    ends: array[int]


class TextReader:
    """Reads single texts of the segments, for opened articles and for snippets.

    A segment's texts are some megabytes of JSON. The offsets of its documents are found once; a
    text is then read in microseconds, without parsing the file. A file that is not laid out as
    newstui writes it is parsed as a whole.
    """

    def __init__(self, segments: Segments) -> None:
        self._segments = segments
        self._cache: OrderedDict[Path, TextOffsets] = OrderedDict()

    def read_body(self, location: ArticleLocation) -> Body:
        """Return the text of an article, safe to show; an empty body if it has none.

        Raises:
            LibraryDamaged: The texts file cannot be read.
        """
        try:
            return body_from_document(self._read_document(location))
        except (*DOCUMENT_ERRORS, LookupError, OSError):  # not laid out as we write it
            return self._segments.read_body(location)

    def read_text_and_summary(self, location: ArticleLocation) -> tuple[str, str]:
        """Return text and summary of an article, safe to show; empty if they cannot be read."""
        try:
            body = self.read_body(location)
        except LibraryDamaged:
            return "", ""
        return body.text, body.summary

    def _read_document(self, location: ArticleLocation) -> dict[str, object]:
        path = self._segments.texts_path(location.segment)
        if self._segments.has_copies(location.segment):
            raise LookupError
        offsets = self._offsets(path)
        if offsets.document_ids.count(location.document_id) != 1:
            raise LookupError
        index = offsets.document_ids.index(location.document_id)
        with open_regular(path) as file:
            file.seek(offsets.starts[index])
            data = file.read(offsets.ends[index] - offsets.starts[index])
        document: dict[str, object] = orjson.loads(data)
        return document

    def _offsets(self, path: Path) -> TextOffsets:
        signature = file_signature(path) or (0, 0)
        offsets = self._cache.get(path)
        if offsets is None or offsets.signature != signature:
            offsets = self._cache[path] = TextOffsets(signature, *_scan_offsets(read_regular(path)))
        self._cache.move_to_end(path)
        while len(self._cache) > MAX_CACHED_SEGMENTS:
            self._cache.popitem(last=False)
        return offsets


def _scan_offsets(data: bytes) -> tuple[array[int], array[int], array[int]]:
    numbers, starts, ends = array("I"), array("Q"), array("Q")
    data = data.rstrip()
    start = data.find(DOCUMENT_START)
    table = data[: max(0, data.rfind(b'"', 0, start))]
    if not (table.endswith(TABLE_START) and data.endswith(TABLE_END)):  # truncated, or not ours
        raise LookupError
    while start >= 0:
        quote = data.rindex(b'"', 0, start)
        if starts:
            ends.append(quote - 1)  # without the comma between them
        numbers.append(int(data[quote + 1 : start]))
        starts.append(start + 2)
        start = data.find(DOCUMENT_START, start + len(DOCUMENT_START))
    ends.append(len(data) - 2)
    return numbers, starts, ends
