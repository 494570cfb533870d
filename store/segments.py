"""Articles on disk: TinyDB files of at most a thousand articles, the facts apart from the texts.

A segment `NAME` is `articles/NAME.json` (table `articles`) and `texts/NAME.json` (table `texts`)
with the same document ids. `NAME` is `<machine>-0001`: only that machine writes it.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from tinydb import TinyDB
from tinydb.storages import Storage
from tinydb.table import Document

from store.article import Article, Body, Found, Refused, Row
from store.documents import UNFIT, article_document, article_of, body_document, body_of, row_of
from store.errors import LibraryDamaged, LibraryUnavailable, NotSaved
from store.files import write_atomic

FORMAT = 1
SEGMENT_SIZE = 1000
FILES_KEPT = 3
"""Parsed files kept in memory: neighbours in the list mostly stand in the same segment."""

NAME = re.compile(r"(?P<machine>[a-z0-9][a-z0-9-]*)-(?P<number>\d{4,})\Z")

Tables = dict[str, dict[str, Any]]
Stamp = tuple[int, int]
"""Time and size of a file: another stamp, another content."""


class JsonStorage(Storage):
    """A TinyDB storage that replaces its file whole and durably, in UTF-8."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Tables | None:
        """The tables of the file; None where there is no file yet.

        Raises:
            LibraryDamaged: The file is not a JSON object of tables; names file and place.
        """
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise LibraryDamaged(f"{self.path}: cannot be read: {error.strerror}") from error
        try:
            tables = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
        except orjson.JSONDecodeError as error:
            raise LibraryDamaged(f"{self.path}: {_reason(data, error)}") from error
        if not isinstance(tables, dict) or not all(isinstance(t, dict) for t in tables.values()):
            raise LibraryDamaged(f"{self.path}: not a TinyDB file (no tables)")
        return tables

    def write(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        """Replace the file.

        Raises:
            NotSaved: The disk refused, or a value is not JSON; the file is as it was.
        """
        try:
            encoded = orjson.dumps(data, option=orjson.OPT_APPEND_NEWLINE)
        except orjson.JSONEncodeError as error:
            raise NotSaved(f"Not saved: {error} ({self.path})") from error
        write_atomic(self.path, encoded)


def _reason(data: bytes, error: orjson.JSONDecodeError) -> str:
    if not data.strip():
        return "the file is empty"
    try:
        data.decode()
    except UnicodeDecodeError as wrong:
        return f"not UTF-8 at byte {wrong.start}"
    return f"not JSON at line {error.lineno}, column {error.colno}"


class Place(NamedTuple):
    """Where an article stands on disk. A tuple, because there are 100,000 of them."""

    segment: str
    document: int


class Segments:
    """The segments of all machines in one library; adding goes to this machine's own."""

    def __init__(self, library: Path, machine: str) -> None:
        self._facts = library / "articles"
        self._texts = library / "texts"
        self._machine = machine
        self.format = FORMAT
        """The newest format version any of the files read so far says it has."""
        self._kept: OrderedDict[str, tuple[Stamp, dict[str, Any]]] = OrderedDict()

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
                if suffix == ".json" and NAME.match(name) and (stamp := _stamp(file)):
                    found[name] = stamp
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise LibraryUnavailable(f"cannot read {self._facts}: {error.strerror}") from error
        return dict(sorted(found.items(), key=lambda item: (item[1], item[0]), reverse=True))

    def path(self, name: str) -> Path:
        """The facts file of a segment."""
        return self._facts / f"{name}.json"

    def rows(self, name: str) -> Iterator[tuple[int, Row] | Refused]:
        """Document id and unread list row of every article of the segment, oldest first.

        Raises:
            LibraryDamaged: The file as a whole cannot be understood.
        """
        path = self.path(name)
        tables = JsonStorage(path).read() or {}
        self.format = max(self.format, _format(tables))
        for key, document in tables.get("articles", {}).items():
            try:
                yield int(key), row_of(document)
            except UNFIT as error:
                yield Refused(f"{path}: article {key}", f"cannot be understood ({error})")

    def article(self, place: Place) -> Article:
        """The facts of one article."""
        path = self.path(place.segment)
        try:
            return article_of(self._document(path, "articles", place))
        except UNFIT as error:
            raise LibraryDamaged(
                f"{path}: article {place.document} cannot be understood ({error})"
            ) from error

    def body(self, place: Place) -> Body:
        """The text of one article; an empty body where the texts file has none.

        Raises:
            LibraryDamaged: The texts file cannot be understood.
        """
        path = self._texts / f"{place.segment}.json"
        try:
            return body_of(self._document(path, "texts", place))
        except UNFIT as error:
            raise LibraryDamaged(
                f"{path}: text {place.document} cannot be understood ({error})"
            ) from error

    def _document(self, path: Path, name: str, place: Place) -> Mapping[str, Any]:
        document = self._parsed(path, name).get(str(place.document), {})
        if not isinstance(document, dict):
            raise LibraryDamaged(f"{path}: {name} {place.document}: not an object")
        return document

    def _parsed(self, path: Path, name: str) -> dict[str, Any]:
        stamp, key = _stamp(path) or (0, 0), str(path)
        kept = self._kept.get(key)
        if kept is None or kept[0] != stamp:
            kept = (stamp, table(path, name))
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
            _insert(self._texts / f"{room.segment}.json", "texts", numbers, bodies)
            _insert(self.path(room.segment), "articles", numbers, articles)
            places += (Place(room.segment, number) for number in numbers)
        return places

    def _room(self) -> Room:
        """Where the next articles go: the last segment, or a new one where that is full.

        A damaged file is not written to: what can still be saved of it stays as it is.
        """
        numbers = [_number(name) for name in self.stamps() if _machine(name) == self._machine]
        number = max(numbers, default=1)
        while True:
            segment = f"{self._machine}-{number:04d}"
            with contextlib.suppress(LibraryDamaged):
                facts = _ids(self.path(segment), "articles")
                texts = _ids(self._texts / f"{segment}.json", "texts")
                if len(facts) < SEGMENT_SIZE:
                    first = 1 + max(facts | texts, default=0)
                    return Room(segment, first, SEGMENT_SIZE - len(facts))
            number += 1


@dataclass(frozen=True, slots=True)
class Room:
    """Room for new articles: the segment, the first document id and how many it takes."""

    segment: str
    first: int
    free: int


def _insert(
    path: Path, name: str, numbers: Iterable[int], documents: Iterable[dict[str, Any]]
) -> None:
    database = TinyDB(path, storage=_NewStorage)
    database.table(name).insert_multiple(
        Document(document, doc_id=number)
        for number, document in zip(numbers, documents, strict=True)
    )
    database.close()


def _ids(path: Path, name: str) -> set[int]:
    try:
        return set(map(int, table(path, name)))
    except ValueError as error:
        raise LibraryDamaged(f"{path}: {error}") from error


class _NewStorage(JsonStorage):
    """A storage whose file says which format it has, from its first write on."""

    def write(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        super().write({"_meta": {"1": {"format": FORMAT}}, **data})


def table(path: Path, name: str) -> dict[str, Any]:
    """One table of a TinyDB file by document id as text; empty where there is none.

    Raises:
        LibraryDamaged: The file cannot be understood.
    """
    tables = JsonStorage(path).read() or {}
    return tables.get(name, {})


def _format(tables: Tables) -> int:
    meta = tables.get("_meta", {}).get("1", {})
    version = meta.get("format", FORMAT) if isinstance(meta, dict) else FORMAT
    return version if isinstance(version, int) else FORMAT


def _stamp(file: Path | os.DirEntry[str]) -> Stamp | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _machine(name: str) -> str:
    match = NAME.match(name)
    return match["machine"] if match else ""


def _number(name: str) -> int:
    match = NAME.match(name)
    return int(match["number"]) if match else 0
