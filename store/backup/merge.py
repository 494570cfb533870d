"""What a backup has that a library lacks, where both have a file of one name: articles, events."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from store.journal.events import Event, decode
from store.journal.journal import TORN, WAIT
from store.journal.reading_state import ReadingState
from store.model.article import Found, Reading
from store.model.errors import LibraryDamaged
from store.segments.documents import UNFIT, article_of, body_of
from store.segments.segments import Segments, format_of, read_tables
from store.segments.storage import FORMAT
from store.segments.strict_json import parse_tables
from store.segments.sync_copies import segment_of
from store.system.files import locked, not_saved, write_all


def lacking_articles(facts: Path, texts: Path | None, known: set[str]) -> list[Found]:
    """The articles of a segment in a backup whose ids are not known.

    Raises:
        BadContent: The segment is damaged, or its format is newer than ours.
    """
    tables = parse_tables(facts.read_bytes())
    bodies = parse_tables(texts.read_bytes()).get("texts", {}) if texts else {}
    if format_of(tables) > FORMAT:
        raise LibraryDamaged(f"made by a newer newstui (format {format_of(tables)})")
    found = []
    for key, document in tables.get("articles", {}).items():
        with contextlib.suppress(*UNFIT):
            article = article_of(document)
            if article.id not in known:
                found.append(Found(article, body_of(bodies.get(key) or {}), Reading()))
    return found


def known_articles(library: Path) -> set[str]:
    """The ids of all articles in the segments of a library, as far as these can be understood."""
    known: set[str] = set()
    for path in (library / "articles").glob("*.json"):
        with contextlib.suppress(LibraryDamaged):
            if segment_of(path.stem):
                documents = read_tables(path, "articles").get("articles", {})
                known.update(each["id"] for each in documents.values() if "id" in each)
    return known


def add_articles(library: Path, machine: str, found: list[Found]) -> None:
    """Add articles to the segments of this machine.

    Raises:
        LibraryBusy: Another newstui is adding articles for too long.
        NotSaved: The disk refused; what was added until then is whole.
    """
    with locked(library / "articles" / f".{machine}.lock", WAIT, lambda _: None):
        Segments(library, machine).append(found)


def lacking_events(backup: Path, there: Path, machine: str) -> list[bytes]:
    """The lines of a journal in a backup that the library's lacks; none if they change nothing.

    A journal that was compacted lacks many a line, and nothing that counts.
    """
    with there.open("rb") as file:
        known = {hash(line) for line in file}
    with backup.open("rb") as file:
        more = [line for line in file if hash(line) not in known and _event(line, machine)]
    if not more:
        return []
    before, after = ReadingState(), ReadingState()
    for state, lines in ((before, []), (after, more)):
        for add in (state.expect, state.apply):
            with there.open("rb") as file:
                add(_events([*lines], machine))
                add(_events(file, machine))
    same = all(before.of(each) == after.of(each) for each in after.marks)
    return [] if same else more


def _event(line: bytes, machine: str) -> Event | None:
    try:
        return decode(line, machine)
    except ValueError:
        return None


def _events(lines: Iterable[bytes], machine: str) -> Iterator[Event]:
    return (event for line in lines if (event := _event(line, machine)) is not None)


def add_events(journal: Path, lines: list[bytes]) -> None:
    """Add lines to a journal, the way its machine would add them.

    Raises:
        LibraryBusy: Another newstui is writing to it for too long.
        NotSaved: The disk refused; the journal is as it was.
    """
    with locked(journal, WAIT, lambda _: None) as descriptor:
        size = os.fstat(descriptor).st_size
        whole = not size or os.pread(descriptor, 1, size - 1) == b"\n"
        extend(descriptor, journal, lines if whole else [TORN, *lines])


def extend(descriptor: int, journal: Path, data: Iterable[bytes]) -> None:
    """Write to the end of a journal that is locked.

    Raises:
        NotSaved: The disk refused; the journal is as it was.
    """
    size = os.fstat(descriptor).st_size
    written = 0
    try:
        for chunk in data:
            write_all(descriptor, chunk)
            written += len(chunk)
        os.fsync(descriptor)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, size)
        raise not_saved(error, journal, written) from error
