"""Articles on disk: TinyDB files of at most a thousand articles, the facts apart from the texts.

A segment `NAME` is `articles/NAME.json` (table `articles`) and `texts/NAME.json` (table `texts`)
with the same document ids. `NAME` is `<machine>-0001`: only that machine writes it.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from sys import intern
from typing import Any

import orjson
from tinydb import TinyDB
from tinydb.storages import Storage
from tinydb.table import Document

from store.article import Article, Body, Found, Refused, Row
from store.clean import clean_line, clean_text
from store.errors import LibraryDamaged, NotSaved
from store.files import write_atomic
from store.times import seconds

FORMAT = 1
SEGMENT_SIZE = 1000
FILES_KEPT = 3
"""Parsed files kept in memory: neighbours in the list mostly stand in the same segment."""

NAME = re.compile(r"(?P<machine>[a-z0-9][a-z0-9-]*)-(?P<number>\d{4,})\Z")

Tables = dict[str, dict[str, Any]]


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


@dataclass(frozen=True, slots=True)
class Place:
    """Where an article stands on disk."""

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
        self._kept: OrderedDict[str, tuple[tuple[int, int], dict[str, Any]]] = OrderedDict()

    @property
    def folders(self) -> tuple[Path, Path]:
        """The folder of the facts and the folder of the texts."""
        return self._facts, self._texts

    def names(self) -> list[str]:
        """Every segment there is, the one written last first."""
        found = []
        for path in self._facts.glob("*.json"):
            if NAME.match(path.stem):
                found.append((path.stat().st_mtime_ns, path.stem))
        return [name for _, name in sorted(found, reverse=True)]

    def stamp(self, name: str) -> tuple[int, int]:
        """Size and time of the facts file: another stamp, another content."""
        return _stamp(self.path(name))

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
                yield int(key), _row(document)
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                yield Refused(f"{path}: article {key}", f"cannot be understood ({error})")

    def article(self, place: Place) -> Article:
        """The facts of one article."""
        path = self.path(place.segment)
        try:
            return article_of(self._document(path, "articles", place))
        except (KeyError, TypeError, ValueError) as error:
            raise LibraryDamaged(f"{path}: article {place.document}: {error}") from error

    def body(self, place: Place) -> Body:
        """The text of one article; an empty body where the texts file has none.

        Raises:
            LibraryDamaged: The texts file cannot be understood.
        """
        path = self._texts / f"{place.segment}.json"
        try:
            return body_of(self._document(path, "texts", place))
        except (TypeError, AttributeError) as error:
            raise LibraryDamaged(f"{path}: text {place.document}: {error}") from error

    def _document(self, path: Path, name: str, place: Place) -> Mapping[str, Any]:
        document = self._parsed(path, name).get(str(place.document), {})
        if not isinstance(document, dict):
            raise LibraryDamaged(f"{path}: {name} {place.document}: not an object")
        return document

    def _parsed(self, path: Path, name: str) -> dict[str, Any]:
        stamp, key = _stamp(path), str(path)
        kept = self._kept.get(key)
        if kept is None or kept[0] != stamp:
            kept = (stamp, table(path, name))
            self._kept[key] = kept
        self._kept.move_to_end(key)
        while len(self._kept) > FILES_KEPT:
            self._kept.popitem(last=False)
        return kept[1]

    def own(self) -> list[str]:
        """The names of this machine's segments, in order."""
        return sorted(
            (name for name in self.names() if _machine(name) == self._machine), key=_number
        )

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
            name, taken = self._open_segment()
            batch = found[len(places) : len(places) + SEGMENT_SIZE - taken]
            places += self._write(name, batch)
        return places

    def _open_segment(self) -> tuple[str, int]:
        own = self.own()
        if not own:
            return f"{self._machine}-0001", 0
        taken = len(table(self.path(own[-1]), "articles"))
        if taken < SEGMENT_SIZE:
            return own[-1], taken
        return f"{self._machine}-{_number(own[-1]) + 1:04d}", 0

    def _write(self, name: str, batch: Sequence[Found]) -> list[Place]:
        facts, texts = self.path(name), self._texts / f"{name}.json"
        first = 1 + max(_last(table(facts, "articles")), _last(table(texts, "texts")))
        places = [Place(name, first + index) for index in range(len(batch))]
        numbers = [place.document for place in places]
        _insert(texts, "texts", zip(numbers, (body_document(f.body) for f in batch), strict=True))
        _insert(
            facts,
            "articles",
            zip(numbers, (article_document(f.article) for f in batch), strict=True),
        )
        return places


def _insert(path: Path, name: str, documents: Iterable[tuple[int, dict[str, Any]]]) -> None:
    database = TinyDB(path, storage=_NewStorage)
    database.table(name).insert_multiple(
        Document(document, doc_id=number) for number, document in documents
    )
    database.close()


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


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return (0, 0)
    return status.st_size, status.st_mtime_ns


def _last(documents: Mapping[str, Any]) -> int:
    return max((int(key) for key in documents if key.isdigit()), default=0)


def _machine(name: str) -> str:
    match = NAME.match(name)
    return match["machine"] if match else ""


def _number(name: str) -> int:
    match = NAME.match(name)
    return int(match["number"]) if match else 0


def article_document(article: Article) -> dict[str, Any]:
    """The facts as they stand on disk: design section 3, without the empty ones."""
    document: dict[str, Any] = {"id": article.id, "title": article.title}
    for name in ("category", "url", "date", "created", "updated", "words", "language", "source"):
        if value := getattr(article, name):
            document[name] = value
    for name in ("authors", "tags"):
        if values := getattr(article, name):
            document[name] = list(values)
    if article.extra:
        document["extra"] = dict(article.extra)
    return document


def article_of(document: Mapping[str, Any]) -> Article:
    """The facts from their document; whatever wrote it, what comes out is safe to show.

    Raises:
        KeyError, TypeError, ValueError: The document is not an article.
    """
    return Article(
        id=_identifier(document["id"]),
        title=clean_line(document["title"]),
        category=clean_line(document.get("category", "")),
        url=clean_line(document.get("url", ""), limit=2000),
        authors=tuple(clean_line(author) for author in document.get("authors", ())),
        tags=tuple(clean_line(tag) for tag in document.get("tags", ())),
        date=_time(document.get("date")),
        created=_time(document.get("created")),
        updated=_time(document.get("updated")),
        words=int(document.get("words", 0)),
        language=clean_line(document.get("language", "")),
        source=clean_line(document.get("source", "")),
        extra=document.get("extra", {}),
    )


def _row(document: Mapping[str, Any]) -> Row:
    added = seconds(document.get("created"))
    return Row(
        id=_identifier(document["id"]),
        title=clean_line(document["title"]),
        category=intern(clean_line(document.get("category", ""))),
        when=seconds(document.get("date")) or added,
        added=added,
        words=int(document.get("words", 0)),
        read=False,
        starred=False,
        read_count=0,
    )


def _time(value: object) -> str | None:
    return clean_line(value) if isinstance(value, str) else None


def _identifier(value: object) -> str:
    text = str(value)
    if not text or clean_line(text) != text:
        raise ValueError("its id is not an id")
    return text


def body_document(body: Body) -> dict[str, Any]:
    """The text as it stands on disk, without the empty parts."""
    document: dict[str, Any] = {"text": body.text}
    if body.summary:
        document["summary"] = body.summary
        document["summary_origin"] = body.summary_origin
        document["summary_complete"] = body.summary_complete
    if body.similar:
        document["similar"] = list(body.similar)
    return document


def body_of(document: Mapping[str, Any]) -> Body:
    """The text from its document, safe to show."""
    return Body(
        text=clean_text(document.get("text", "")),
        summary=clean_text(document.get("summary", "")),
        summary_origin=clean_line(document.get("summary_origin", "")),
        summary_complete=bool(document.get("summary_complete", True)),
        similar=tuple(clean_line(title) for title in document.get("similar", ())),
    )
