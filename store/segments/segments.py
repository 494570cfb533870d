"""Articles on disk: TinyDB files of at most a thousand articles, the facts apart from the texts.

A segment `NAME` is `articles/NAME.json` (table `articles`) and `texts/NAME.json` (table `texts`)
with the same document ids. `NAME` is `<machine>-0001`: only that machine writes it.
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

from store.model.article import Article, Body, Found, Refused, Row
from store.model.errors import LibraryDamaged, LibraryUnavailable
from store.segments.documents import (
    UNFIT,
    article_document,
    article_of,
    body_document,
    body_of,
    row_of,
)
from store.segments.storage import FORMAT, JsonStorage, NewStorage, contents
from store.segments.strict_json import BadContent, Tables, parse_tables
from store.segments.sync_copies import Copies, segment_of

SEGMENT_SIZE = 1000
FILES_KEPT = 3
"""Parsed files kept in memory: neighbours in the list mostly stand in the same segment."""

NAME = re.compile(r"(?P<machine>[a-z0-9][a-z0-9-]*)-(?P<number>\d{4,})\Z")

FIRST = {"articles": "id", "texts": "text"}
"""What our documents begin with."""

Stamp = tuple[int, int]
"""Time and size of a file: another stamp, another content."""
Rescue = Callable[[Path, str], Tables]
"""Gives what is whole in a damaged file, for its path and the name of its table."""


class Place(NamedTuple):
    """Where an article stands on disk. A tuple, because there are 100,000 of them."""

    segment: str
    document: int


class Segments:
    """The segments of all machines in one library; adding goes to this machine's own."""

    def __init__(self, library: Path, machine: str, rescue: Rescue | None = None) -> None:
        self._facts = library / "articles"
        self._texts = library / "texts"
        self._machine = machine
        self._rescue = rescue
        self.format = FORMAT
        """The newest format version any of the files read so far says it has."""
        self._kept: OrderedDict[str, tuple[Stamp, dict[str, Any]]] = OrderedDict()
        self._written: dict[Path, Stamp | None] = {}
        self._copies = Copies(self._texts)

    @property
    def folders(self) -> tuple[Path, Path]:
        """The folder of the facts and the folder of the texts."""
        return self._facts, self._texts

    def stamps(self) -> dict[str, Stamp]:
        """Every segment there is, the one written last first, and the stamp of its facts.

        Raises:
            LibraryUnavailable: The folder cannot be read.
        """
        found = {}
        try:
            for file in os.scandir(self._facts):
                name, suffix = os.path.splitext(file.name)  # noqa: PTH122
                if suffix == ".json" and segment_of(name) and (stamp := stamp_of(file)):
                    found[name] = stamp
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise LibraryUnavailable(f"cannot read {self._facts}: {error.strerror}") from error
        return dict(sorted(found.items(), key=lambda item: (item[1], item[0]), reverse=True))

    def path(self, name: str) -> Path:
        """The facts file of a segment."""
        return self._facts / f"{name}.json"

    def texts_path(self, name: str) -> Path:
        """The texts file of a segment."""
        return self._texts / f"{name}.json"

    def has_copies(self, name: str) -> bool:
        """Whether a sync made copies of the segment, so that a text may stand in one of them."""
        return bool(self._copies.beside(name))

    def rows(self, name: str) -> Iterator[tuple[int, Row] | Refused]:
        """Document id and unread list row of every article of the segment, oldest first.

        Raises:
            LibraryDamaged: The file as a whole cannot be read.
        """
        path = self.path(name)
        seen: dict[str, str] = {}
        for key, document in self._table(path, "articles").items():
            try:
                row = row_of(document)
            except UNFIT as error:
                yield Refused(f"{path}: article {key}", f"cannot be understood ({error})")
                continue
            if (first := seen.setdefault(row.id, key)) == key:
                yield int(key), row
            else:
                yield Refused(f"{path}: article {key}", f"has the id of article {first}")

    def article(self, place: Place) -> Article:
        """The facts of one article."""
        path = self.path(place.segment)
        try:
            return article_of(self._document(path, "articles", place))
        except UNFIT as error:
            raise LibraryDamaged(
                f"{path}: article {place.document} cannot be understood ({error})"
            ) from error

    def whole(self, name: str) -> Iterator[tuple[Place, Article, Body]]:
        """Every article of a segment that can be understood, with its text; one file at a time.

        Raises:
            LibraryDamaged: A file as a whole cannot be read.
        """
        texts = self._table(self.texts_path(name), "texts")
        beside = self.has_copies(name)
        for key, document in self._table(self.path(name), "articles").items():
            place = Place(name, int(key))
            with contextlib.suppress(*UNFIT, LibraryDamaged):
                article = article_of(document)
                text = texts.get(key)
                body = body_of(text) if text and not beside else self.body(place)
                yield place, article, body

    def body(self, place: Place) -> Body:
        """The text of one article; an empty body where the texts file has none.

        Where a sync made copies of a conflict, the article's text may be in one of them, under
        the same document id; it is the one that has as many words as the article says.

        Raises:
            LibraryDamaged: The texts file cannot be understood.
        """
        body = self._body(place.segment, place)
        if others := self._copies.beside(place.segment):
            from store.text.prose import count_words  # only here, and not light

            words = self.article(place).words
            bodies = chain([body], (self._body(name, place) for name in others))
            fits = (each for each in bodies if each.text and count_words(each.text) == words)
            return next(fits, body)
        return body

    def _body(self, segment: str, place: Place) -> Body:
        path = self.texts_path(segment)
        try:
            document = self._document(path, "texts", place)
            return body_of(document) if document else Body()
        except UNFIT as error:
            raise LibraryDamaged(
                f"{path}: text {place.document} cannot be understood ({error})"
            ) from error

    def _document(self, path: Path, name: str, place: Place) -> Mapping[str, Any]:
        document: Mapping[str, Any] = self._parsed(path, name).get(str(place.document), {})
        return document

    def _table(self, path: Path, name: str) -> dict[str, Any]:
        try:
            tables = read_tables(path, name)
        except BadContent:
            if self._rescue is None:
                raise
            tables = self._rescue(path, name)
        self.format = max(self.format, format_of(tables))
        return tables.get(name, {})

    def _parsed(self, path: Path, name: str) -> dict[str, Any]:
        stamp, key = stamp_of(path) or (0, 0), str(path)
        kept = self._kept.get(key)
        if kept is None or kept[0] != stamp:
            kept = (stamp, self._table(path, name))
            self._kept[key] = kept
        self._kept.move_to_end(key)
        while len(self._kept) > FILES_KEPT:
            self._kept.popitem(last=False)
        return kept[1]

    def append(self, found: Sequence[Found]) -> list[Place]:
        """Write new articles to this machine's last segments; the lock must be held.

        The texts are written first: a crash in between leaves texts nobody refers to, and their
        document ids are not used again.

        Returns:
            The place of each, in order; all of them are on the disk.

        Raises:
            NotSaved: From the first article of the failed segment on, nothing was added.
        """
        places: list[Place] = []
        while len(places) < len(found):
            room = self._room()
            batch = found[len(places) : len(places) + room.free]
            numbers = range(room.first, room.first + len(batch))
            bodies = (body_document(each.body) for each in batch)
            articles = (article_document(each.article) for each in batch)
            self._insert(self.texts_path(room.segment), "texts", numbers, bodies)
            self._insert(self.path(room.segment), "articles", numbers, articles)
            places += (Place(room.segment, number) for number in numbers)
        return places

    def owns(self, place: Place) -> bool:
        """Whether this machine wrote the article that stands there, and may write it anew."""
        return machine_of(place.segment) == self._machine

    def replace(self, segment: str, found: Mapping[int, Found]) -> None:
        """Write articles of one of this machine's segments anew; the lock must be held.

        Raises:
            LibraryDamaged, NotSaved: The articles are as they were, but for their texts.
        """
        texts = {number: body_document(each.body) for number, each in found.items()}
        facts = {number: article_document(each.article) for number, each in found.items()}
        self._rewrite(self._texts / f"{segment}.json", "texts", texts)
        self._rewrite(self.path(segment), "articles", facts)

    def _rewrite(self, path: Path, name: str, documents: Mapping[int, dict[str, Any]]) -> None:
        self._ids(path, name)  # sees that the file is sound
        tables = read_tables(path, name)
        table = {**tables[name], **{str(number): each for number, each in documents.items()}}
        JsonStorage(path).write({**tables, name: table})  # at once: TinyDB would write it twice
        self._written[path] = stamp_of(path)

    def _room(self) -> Room:
        """Where the next articles go: the last segment, or a new one where that is full.

        A file that is damaged and cannot be mended is not written to: it stays as it is.
        """
        numbers = [_number(name) for name in self.stamps() if machine_of(name) == self._machine]
        number = max(numbers, default=1)
        while True:
            segment = f"{self._machine}-{number:04d}"
            with contextlib.suppress(LibraryDamaged):
                facts = self._ids(self.path(segment), "articles")
                texts = self._ids(self.texts_path(segment), "texts")
                if len(facts) < SEGMENT_SIZE:
                    first = 1 + max(facts | texts, default=0)
                    return Room(segment, first, SEGMENT_SIZE - len(facts))
            number += 1

    def _ids(self, path: Path, name: str) -> set[int]:
        # What stands twice in the file would be lost by writing it; what we wrote has no such thing.
        known = path in self._written and self._written[path] == stamp_of(path)
        try:
            tables = read_tables(path, name, thorough=not known)
        except BadContent:
            if self._rescue is None:
                raise
            self._rescue(path, name)
            tables = read_tables(path, name, thorough=True)
        return set(map(int, tables.get(name, {})))

    def _insert(
        self, path: Path, name: str, numbers: Iterable[int], documents: Iterable[dict[str, Any]]
    ) -> None:
        database = TinyDB(path, storage=NewStorage)
        database.table(name).insert_multiple(
            Document(document, doc_id=number)
            for number, document in zip(numbers, documents, strict=True)
        )
        database.close()
        self._written[path] = stamp_of(path)


@dataclass(frozen=True, slots=True)
class Room:
    """Room for new articles: the segment, the first document id and how many it takes."""

    segment: str
    first: int
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
    data = contents(path)
    if data is None:
        return {}
    try:
        tables = parse_tables(data, thorough=thorough)
        if name not in tables and format_of(tables) <= FORMAT:
            raise BadContent(f"there is no table “{name}” in it")
        if not thorough and not _ids_differ(data, tables.get(name, {}), FIRST[name]):
            parse_tables(data, thorough=True)
    except BadContent as error:
        raise BadContent(f"{path}: {error}") from error
    return tables


def _ids_differ(data: bytes, documents: Mapping[str, Any], first: str) -> bool:
    """Whether it is plain that no id stands twice; one of the two would be lost by the parsing.

    How a document of ours begins stands in no text, for there the quotes are escaped.
    """
    count = data.count(b':{"%s":' % first.encode())
    return count == len(documents) and all(first in each for each in documents.values())


def table(path: Path, name: str) -> dict[str, Any]:
    """One table of a TinyDB file by document id as text; empty where there is none.

    Raises:
        LibraryDamaged: The file cannot be understood.
    """
    return read_tables(path, name).get(name, {})


def format_of(tables: Tables) -> int:
    """The format version that a file says it has."""
    meta = tables.get("_meta", {}).get("1", {})
    version = meta.get("format", FORMAT) if isinstance(meta, dict) else FORMAT
    return version if isinstance(version, int) else FORMAT


def stamp_of(file: Path | os.DirEntry[str]) -> Stamp | None:
    """The stamp of a file; None if it is not there."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def machine_of(name: str) -> str:
    """The machine that writes the segment of this name; empty if that is no segment's name."""
    match = NAME.match(name)
    return match["machine"] if match else ""


def _number(name: str) -> int:
    match = NAME.match(name)
    return int(match["number"]) if match else 0
