"""Merging a backup into a library: the articles and events that a file of the same name lacks."""

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
    """Return the articles of a segment in a backup whose ids are not known.

    Raises:
        LibraryDamaged: The segment is damaged, or its format is newer than ours.
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
    """Return the ids of all articles in the segments of a library that can be read."""
    known: set[str] = set()
    for path in (library / "articles").glob("*.json"):
        with contextlib.suppress(LibraryDamaged):
            if segment_name(path.stem):
                documents = read_tables(path, "articles").get("articles", {})
                known.update(each["id"] for each in documents.values() if "id" in each)
    return known


def add_articles(library: Path, machine: str, found: list[ParsedArticle]) -> None:
    """Add articles to this machine's segments.

    Raises:
        LibraryBusy: Another process is adding articles for too long.
        SaveFailed: The disk refused; what was added until then is complete.
    """
    with file_lock(library / "articles" / f".{machine}.lock"):
        Segments(library, machine).append(found)


def find_missing_events(backup: Path, library_journal: Path, machine: str) -> list[bytes]:
    """Return the lines of a journal that the library lacks; none if they change nothing.

    A journal that was compacted lacks many lines, but none that matters.
    """
    with library_journal.open("rb") as file:
        present = {hash(line) for line in file}
    with backup.open("rb") as file:
        missing = [
            line for line in file if hash(line) not in present and try_decode_event(line, machine)
        ]
    if not missing:
        return []
    before, after = ReadingState(), ReadingState()
    for state, lines in ((before, []), (after, missing)):
        for add in (state.preload_undone, state.apply):
            with library_journal.open("rb") as file:
                add(_decode_lines([*lines], machine))
                add(_decode_lines(file, machine))
    is_same = all(before.get(each) == after.get(each) for each in after.article_states)
    return [] if is_same else missing


def _decode_lines(lines: Iterable[bytes], machine: str) -> Iterator[Event]:
    return (event for line in lines if (event := try_decode_event(line, machine)) is not None)


def add_events(journal: Path, lines: list[bytes]) -> None:
    """Append lines to a journal, the way its machine would.

    Raises:
        LibraryBusy: Another process is writing to it for too long.
        SaveFailed: The disk refused; the journal is as it was.
    """
    with file_lock(journal) as descriptor:
        size = os.fstat(descriptor).st_size
        is_complete = not size or os.pread(descriptor, 1, size - 1) == b"\n"
        append_to_journal(descriptor, journal, lines if is_complete else [TORN_LINE_END, *lines])


def append_to_journal(descriptor: int, journal: Path, data: Iterable[bytes]) -> None:
    """Append to a journal that is locked.

    Raises:
        SaveFailed: The disk refused; the journal is as it was.
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
