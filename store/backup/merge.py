"""What a backup has that a library lacks, where both have a file of one name: articles, events."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from store.journal.events import Event, newer_format_message, try_decode_event
from store.journal.journal import TORN_LINE_END
from store.journal.reading_state import ReadingState
from store.model.article import ParsedArticle, ReadingStatus
from store.model.errors import LibraryDamaged
from store.segments.documents import DOCUMENT_ERRORS, article_from_document, body_from_document
from store.segments.segments import Segments, format_version, read_tables, segment_name
from store.segments.storage import SEGMENT_FORMAT, parse_tables
from store.system.files import file_lock, make_save_error, write_all


def find_missing_articles(facts: Path, texts: Path | None, known: set[str]) -> list[ParsedArticle]:
    """The articles of a segment in a backup whose ids are not known.

    Raises:
        BadContent: The segment is damaged, or its format is newer than ours.
    """
    tables = parse_tables(facts.read_bytes())
    bodies = parse_tables(texts.read_bytes()).get("texts", {}) if texts else {}
    if format_version(tables) > SEGMENT_FORMAT:
        raise LibraryDamaged(newer_format_message(format_version(tables)))
    found = []
    for key, document in tables.get("articles", {}).items():
        with contextlib.suppress(*DOCUMENT_ERRORS):
            article = article_from_document(document)
            if article.id not in known:
                found.append(
                    ParsedArticle(
                        article, body_from_document(bodies.get(key) or {}), ReadingStatus()
                    )
                )
    return found


def read_known_ids(library: Path) -> set[str]:
    """The ids of all articles in the segments of a library, as far as these can be understood."""
    known: set[str] = set()
    for path in (library / "articles").glob("*.json"):
        with contextlib.suppress(LibraryDamaged):
            if segment_name(path.stem):
                documents = read_tables(path, "articles").get("articles", {})
                known.update(each["id"] for each in documents.values() if "id" in each)
    return known


def add_articles(library: Path, machine: str, found: list[ParsedArticle]) -> None:
    """Add articles to the segments of this machine.

    Raises:
        LibraryBusy: Another newstui is adding articles for too long.
        NotSaved: The disk refused; what was added until then is whole.
    """
    with file_lock(library / "articles" / f".{machine}.lock"):
        Segments(library, machine).append(found)


def find_missing_events(backup: Path, there: Path, machine: str) -> list[bytes]:
    """The lines of a journal in a backup that the library's lacks; none if they change nothing.

    A journal that was compacted lacks many a line, and nothing that counts.
    """
    with there.open("rb") as file:
        known = {hash(line) for line in file}
    with backup.open("rb") as file:
        more = [
            line for line in file if hash(line) not in known and try_decode_event(line, machine)
        ]
    if not more:
        return []
    before, after = ReadingState(), ReadingState()
    for state, lines in ((before, []), (after, more)):
        for add in (state.preload_undone, state.apply):
            with there.open("rb") as file:
                add(_decode_lines([*lines], machine))
                add(_decode_lines(file, machine))
    same = all(before.get(each) == after.get(each) for each in after.article_states)
    return [] if same else more


def _decode_lines(lines: Iterable[bytes], machine: str) -> Iterator[Event]:
    return (event for line in lines if (event := try_decode_event(line, machine)) is not None)


def add_events(journal: Path, lines: list[bytes]) -> None:
    """Add lines to a journal, the way its machine would add them.

    Raises:
        LibraryBusy: Another newstui is writing to it for too long.
        NotSaved: The disk refused; the journal is as it was.
    """
    with file_lock(journal) as descriptor:
        size = os.fstat(descriptor).st_size
        whole = not size or os.pread(descriptor, 1, size - 1) == b"\n"
        append_to_journal(descriptor, journal, lines if whole else [TORN_LINE_END, *lines])


def append_to_journal(descriptor: int, journal: Path, data: Iterable[bytes]) -> None:
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
        raise make_save_error(error, journal, written) from error
