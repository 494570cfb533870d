"""Articles on disk: TinyDB files of at most a thousand articles, the facts apart from the texts.

A segment `NAME` is `articles/NAME.json` (table `articles`) and `texts/NAME.json` (table `texts`)
with the same document ids. `NAME` is `<machine>-0001`: only that machine writes it.

Syncthing names them `desk.sync-conflict-20261122-130500-ABCDEFG.jsonl`, Dropbox and Nextcloud
`desk (Ada's conflicted copy 2026-11-22).jsonl`, ownCloud `desk_conflict-20261122-130500.jsonl`,
OneDrive `desk-HOST.jsonl`. They are read like the files they are copies of, and never written to.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from tinydb import TinyDB
from tinydb.table import Document

from store.model.article import Article, ArticleRow, Body, ParsedArticle, Rejection
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

SEGMENT_SIZE = 1000
MAX_CACHED_FILES = 3
"""Parsed files kept in memory: neighbours in the list mostly stand in the same segment."""

SEGMENT_NAME_PATTERN = re.compile(r"(?P<machine>[a-z0-9][a-z0-9-]*)-(?P<number>\d{4,})\Z")
COPY_NAME_PATTERN = re.compile(r"(?P<of>[a-z0-9][a-z0-9-]*-\d{4,})(?:[ ._(~].*|-[A-Z].*)\Z")
"""A segment's name, and after it what no name of ours has."""

FIRST_FIELDS = {"articles": "id", "texts": "text"}
"""What our documents begin with."""

FileSignature = tuple[int, int]
"""Time and size of a file: another stamp, another content."""
RecoverTables = Callable[[Path, str], Tables]
"""Gives what is whole in a damaged file, for its path and the name of its table."""


class ArticleLocation(NamedTuple):
    """Where an article stands on disk. A tuple, because there are 100,000 of them."""

    segment: str
    document_id: int


class Segments:
    """The segments of all machines in one library; adding goes to this machine's own."""

    def __init__(self, library: Path, machine: str, rescue: RecoverTables | None = None) -> None:
        self._facts_folder = library / "articles"
        self._texts_folder = library / "texts"
        self._machine = machine
        self._recover = rescue
        self.format = SEGMENT_FORMAT
        """The newest format version any of the files read so far says it has."""
        self._cache: OrderedDict[str, tuple[FileSignature, dict[str, Any]]] = OrderedDict()
        self._written_signatures: dict[Path, FileSignature | None] = {}
        self._sync_copies = SyncCopies(self._texts_folder)

    @property
    def folders(self) -> tuple[Path, Path]:
        """The folder of the facts and the folder of the texts."""
        return self._facts_folder, self._texts_folder

    def signatures(self) -> dict[str, FileSignature]:
        """Every segment there is, the one written last first, and the stamp of its facts.

        Raises:
            LibraryUnavailable: The folder cannot be read.
        """
        found = {}
        try:
            for file in os.scandir(self._facts_folder):
                name, suffix = os.path.splitext(file.name)  # noqa: PTH122
                if suffix == ".json" and segment_name(name) and (stamp := file_signature(file)):
                    found[name] = stamp
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise LibraryUnavailable(
                f"cannot read {self._facts_folder}: {error.strerror}"
            ) from error
        return dict(sorted(found.items(), key=lambda item: (item[1], item[0]), reverse=True))

    def facts_path(self, name: str) -> Path:
        """The facts file of a segment."""
        return self._facts_folder / f"{name}.json"

    def texts_path(self, name: str) -> Path:
        """The texts file of a segment."""
        return self._texts_folder / f"{name}.json"

    def has_copies(self, name: str) -> bool:
        """Whether a sync made copies of the segment, so that a text may stand in one of them."""
        return bool(self._sync_copies.other_files(name))

    def read_rows(self, name: str) -> Iterator[tuple[int, ArticleRow] | Rejection]:
        """Document id and unread list row of every article of the segment, oldest first.

        Raises:
            LibraryDamaged: The file as a whole cannot be read.
        """
        path = self.facts_path(name)
        seen: dict[str, str] = {}
        for key, document in self._read_table(path, "articles").items():
            try:
                row = row_from_document(document)
            except DOCUMENT_ERRORS as error:
                yield Rejection(f"{path}: article {key}", f"cannot be understood ({error})")
                continue
            if (first := seen.setdefault(row.id, key)) == key:
                yield int(key), row
            else:
                yield Rejection(f"{path}: article {key}", f"has the id of article {first}")

    def read_article(self, place: ArticleLocation) -> Article:
        """The facts of one article."""
        path = self.facts_path(place.segment)
        try:
            return article_from_document(self._read_document(path, "articles", place))
        except DOCUMENT_ERRORS as error:
            raise LibraryDamaged(
                f"{path}: article {place.document_id} cannot be understood ({error})"
            ) from error

    def read_articles(self, name: str) -> Iterator[tuple[ArticleLocation, Article, Body]]:
        """Every article of a segment that can be understood, with its text; one file at a time.

        Raises:
            LibraryDamaged: A file as a whole cannot be read.
        """
        texts = self._read_table(self.texts_path(name), "texts")
        beside = self.has_copies(name)
        for key, document in self._read_table(self.facts_path(name), "articles").items():
            place = ArticleLocation(name, int(key))
            with contextlib.suppress(*DOCUMENT_ERRORS, LibraryDamaged):
                article = article_from_document(document)
                text = texts.get(key)
                body = body_from_document(text) if text and not beside else self.read_body(place)
                yield place, article, body

    def read_body(self, place: ArticleLocation) -> Body:
        """The text of one article; an empty body where the texts file has none.

        Where a sync made copies of a conflict, the article's text may be in one of them, under
        the same document id; it is the one that has as many words as the article says.

        Raises:
            LibraryDamaged: The texts file cannot be understood.
        """
        body = self._read_body(place.segment, place)
        if others := self._sync_copies.other_files(place.segment):
            from store.text.prose import count_words  # only here, and not light

            words = self.read_article(place).words
            bodies = chain([body], (self._read_body(name, place) for name in others))
            fits = (each for each in bodies if each.text and count_words(each.text) == words)
            return next(fits, body)
        return body

    def _read_body(self, segment: str, place: ArticleLocation) -> Body:
        path = self.texts_path(segment)
        try:
            document = self._read_document(path, "texts", place)
            return body_from_document(document) if document else Body()
        except DOCUMENT_ERRORS as error:
            raise LibraryDamaged(
                f"{path}: text {place.document_id} cannot be understood ({error})"
            ) from error

    def _read_document(self, path: Path, name: str, place: ArticleLocation) -> Mapping[str, Any]:
        document: Mapping[str, Any] = self._cached_table(path, name).get(str(place.document_id), {})
        return document

    def _read_table(self, path: Path, name: str) -> dict[str, Any]:
        try:
            tables = read_tables(path, name)
        except BadContent:
            if self._recover is None:
                raise
            tables = self._recover(path, name)
        self.format = max(self.format, format_version(tables))
        return tables.get(name, {})

    def _cached_table(self, path: Path, name: str) -> dict[str, Any]:
        stamp, key = file_signature(path) or (0, 0), str(path)
        kept = self._cache.get(key)
        if kept is None or kept[0] != stamp:
            kept = (stamp, self._read_table(path, name))
            self._cache[key] = kept
        self._cache.move_to_end(key)
        while len(self._cache) > MAX_CACHED_FILES:
            self._cache.popitem(last=False)
        return kept[1]

    def append(self, found: Sequence[ParsedArticle]) -> list[ArticleLocation]:
        """Write new articles to this machine's last segments; the lock must be held.

        The texts are written first: a crash in between leaves texts nobody refers to, and their
        document ids are not used again.

        Returns:
            The place of each, in order; all of them are on the disk.

        Raises:
            NotSaved: From the first article of the failed segment on, nothing was added.
        """
        places: list[ArticleLocation] = []
        while len(places) < len(found):
            room = self._find_space()
            batch = found[len(places) : len(places) + room.free]
            numbers = range(room.first_id, room.first_id + len(batch))
            bodies = (body_to_document(each.body) for each in batch)
            articles = (article_to_document(each.article) for each in batch)
            self._insert(self.texts_path(room.segment), "texts", numbers, bodies)
            self._insert(self.facts_path(room.segment), "articles", numbers, articles)
            places += (ArticleLocation(room.segment, number) for number in numbers)
        return places

    def owns(self, place: ArticleLocation) -> bool:
        """Whether this machine wrote the article that stands there, and may write it anew."""
        return segment_machine(place.segment) == self._machine

    def replace(self, segment: str, found: Mapping[int, ParsedArticle]) -> None:
        """Write articles of one of this machine's segments anew; the lock must be held.

        Raises:
            LibraryDamaged, NotSaved: The articles are as they were, but for their texts.
        """
        texts = {number: body_to_document(each.body) for number, each in found.items()}
        facts = {number: article_to_document(each.article) for number, each in found.items()}
        self._rewrite(self._texts_folder / f"{segment}.json", "texts", texts)
        self._rewrite(self.facts_path(segment), "articles", facts)

    def _rewrite(self, path: Path, name: str, documents: Mapping[int, dict[str, Any]]) -> None:
        self._checked_ids(path, name)  # sees that the file is sound
        tables = read_tables(path, name)
        table = {**tables[name], **{str(number): each for number, each in documents.items()}}
        JsonStorage(path).write({**tables, name: table})  # at once: TinyDB would write it twice
        self._written_signatures[path] = file_signature(path)

    def _find_space(self) -> FreeSpace:
        """Where the next articles go: the last segment, or a new one where that is full.

        A file that is damaged and cannot be mended is not written to: it stays as it is.
        """
        numbers = [
            _segment_number(name)
            for name in self.signatures()
            if segment_machine(name) == self._machine
        ]
        number = max(numbers, default=1)
        while True:
            segment = f"{self._machine}-{number:04d}"
            with contextlib.suppress(LibraryDamaged):
                facts = self._checked_ids(self.facts_path(segment), "articles")
                texts = self._checked_ids(self.texts_path(segment), "texts")
                if len(facts) < SEGMENT_SIZE:
                    first = 1 + max(facts | texts, default=0)
                    return FreeSpace(segment, first, SEGMENT_SIZE - len(facts))
            number += 1

    def _checked_ids(self, path: Path, name: str) -> set[int]:
        # What stands twice in the file would be lost by writing it; what we wrote has no such thing.
        known = path in self._written_signatures and self._written_signatures[
            path
        ] == file_signature(path)
        try:
            tables = read_tables(path, name, thorough=not known)
        except BadContent:
            if self._recover is None:
                raise
            self._recover(path, name)
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
    """The tables of one of our files; none where there is no file.

    Args:
        path: The file.
        name: The table it should have.
        thorough: Refuse what stands twice inside of a document as well.

    Raises:
        BadContent: The file is damaged, or an id stands twice in it.
        LibraryDamaged: It cannot be read.
    """
    data = read_contents(path)
    if data is None:
        return {}
    try:
        tables = parse_tables(data, thorough=thorough)
        if name not in tables and format_version(tables) <= SEGMENT_FORMAT:
            raise BadContent(f"there is no table “{name}” in it")
        if not thorough and not _has_unique_ids(data, tables.get(name, {}), FIRST_FIELDS[name]):
            parse_tables(data, thorough=True)
    except BadContent as error:
        raise BadContent(error.reason, file=path) from error
    return tables


def _has_unique_ids(data: bytes, documents: Mapping[str, Any], first: str) -> bool:
    """Whether it is plain that no id stands twice; one of the two would be lost by the parsing.

    How a document of ours begins stands in no text, for there the quotes are escaped.
    """
    count = data.count(b':{"%s":' % first.encode())
    return count == len(documents) and all(first in each for each in documents.values())


def format_version(tables: Tables) -> int:
    """The format version that a file says it has."""
    meta = tables.get("_meta", {}).get("1", {})
    version = meta.get("format", SEGMENT_FORMAT) if isinstance(meta, dict) else SEGMENT_FORMAT
    return version if isinstance(version, int) else SEGMENT_FORMAT


def file_signature(file: Path | os.DirEntry[str]) -> FileSignature | None:
    """The stamp of a file; None if it is not there."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def segment_machine(name: str) -> str:
    """The machine that writes the segment of this name; empty if that is no segment's name."""
    match = SEGMENT_NAME_PATTERN.match(name)
    return match["machine"] if match else ""


def _segment_number(name: str) -> int:
    match = SEGMENT_NAME_PATTERN.match(name)
    return int(match["number"]) if match else 0


# -- sync-conflict copies ------------------------------------------------------------------


def segment_name(name: str) -> str:
    """The segment that this name (without its suffix) is, or is a copy of; empty if it is none."""
    if SEGMENT_NAME_PATTERN.match(name):
        return name
    copy = COPY_NAME_PATTERN.match(name)
    return copy["of"] if copy else ""


class SyncCopies:
    """The copies from conflicts in one folder of segments; looked for when the folder changes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mtime: int | None = None
        self._names: dict[str, list[str]] = {}

    def other_files(self, name: str) -> Sequence[str]:
        """The other files that are the same segment, or copies of it; none if there is one file."""
        try:
            stamp = self._folder.stat().st_mtime_ns
        except OSError:
            return ()
        if stamp != self._mtime:
            self._names, self._mtime = self._scan(), stamp
        return [other for other in self._names.get(segment_name(name), ()) if other != name]

    def _scan(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in sorted(self._folder.glob("*.json")):
            if segment := segment_name(path.stem):
                found.setdefault(segment, []).append(path.stem)
        return found
