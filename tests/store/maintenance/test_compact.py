"""Compaction: nothing is removed that can be missed."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from store.journal.events import decode_line, encode_line
from store.maintenance.compact import CompactResult
from store.model.article import ReadingStatus
from store.model.errors import LibraryReadOnly, SaveFailed
from tests.support.libraries import Machine, add, article, articles, ids, state, undo
from tests.support.maintenance import (
    MONTH,
    compact,
    event_kinds,
    make_busy_library,
    stored_text,
    sync_files,
)

# -- the journal ---------------------------------------------------------------------------


def test_what_compaction_removes_and_keeps(stocked: Machine) -> None:
    library = stocked.open()
    for position in (5, 9, 7):
        library.record("position", ids(1), position=position)
    library.record("position", ids(2), position=3)
    for kind in ("opened", "read", "opened", "read", "starred"):
        library.record(kind, ids(1))
    undo(library)
    stocked.clock.now += MONTH
    library.record("unread", ids(1))
    undo(library)
    before = state(library)
    done = compact(stocked)
    assert (done.events, done.damaged, done.texts, done.problems) == (4, 0, 0, ())
    assert done.bytes_after < done.bytes_before
    assert done.bytes_after == stocked.journal.stat().st_size
    stay = ["position", "position", "opened", "read", "opened", "read", "unread", "undone"]
    assert event_kinds(stocked) == stay
    assert state(stocked.open()) == before
    assert compact(stocked) == CompactResult()


@pytest.mark.parametrize("seed", range(12))
def test_any_history_gives_the_same_state_after_compaction(tmp_path: Path, seed: int) -> None:
    """Here, in an open journal, on another machine, with and without snapshots."""
    desk, lap = Machine(tmp_path / "desk"), Machine(tmp_path / "lap", "lap")
    at_desk = make_busy_library(desk, seed)
    sync_files(desk, lap)
    at_lap = lap.open()
    for machine, library in ((desk, at_desk), (lap, at_lap)):
        library._reading.write_snapshot()
        assert machine.cache.joinpath("reading.json").exists()
    desk.clock.now += MONTH
    before, undoable = state(at_desk), at_desk.undoable()
    assert compact(desk).events > 20
    size = desk.journal.stat().st_size
    sync_files(desk, lap)
    for library in (at_desk, at_lap):
        library.refresh()
    for library in (at_desk, at_lap, desk.open(), lap.open()):
        assert state(library) == before
    assert at_desk.undoable() == desk.open().undoable() == undoable
    assert desk.journal.stat().st_size == size, "nothing that went was given back"
    while undo(at_desk):
        pass
    assert state(desk.open()) == state(at_desk)


def test_a_compacted_journal_is_detected_whatever_it_contains(stocked: Machine) -> None:
    """Case 39: it can be as long as the old one, and the same just before the cursor."""
    library = stocked.open()
    for position in (1, 2, 3):
        library.record("position", ids(1), position=position)
    ((name, (offset, proof, head)),) = library._journal.saved_cursors().items()
    compact(stocked)
    data = stocked.journal.read_bytes()
    assert data[: len(head)] != head
    first = data.partition(b"\n")[0]
    padding = offset - len(first) - 1 - len(proof)
    stocked.journal.write_bytes(first + b"\n" + b"\n" * padding + proof)
    assert stocked.journal.stat().st_size == offset
    assert library._journal.has_replaced_file()
    assert not stocked.open_unloaded()._journal.resume({name: (offset, proof, head)}, 0)


def test_each_compaction_has_its_own_time(stocked: Machine) -> None:
    """Case 35: also if the clock went back."""
    heads = []
    for _ in range(3):
        library = stocked.open()
        for position in (1, 2):
            library.record("position", ids(1), position=position)
        compact(stocked)
        heads.append(
            decode_line(stocked.journal.read_bytes().splitlines(keepends=True)[0])["rewritten"]
        )
        stocked.clock.now -= timedelta(days=3)
    assert heads == sorted(set(heads))


def test_the_greatest_order_is_never_reused(stocked: Machine) -> None:
    """Case 35: the clock was wrong for a while, and what was done then was undone."""
    library = stocked.open()
    library.record("read", ids(1))
    stocked.clock.now += timedelta(days=1000)
    library.record("starred", ids(1))
    undo(library)
    newest = library._journal.latest_order
    stocked.clock.now += MONTH
    assert compact(stocked).events == 1
    stocked.clock.now -= timedelta(days=2000)
    again = stocked.open()
    assert again._journal.latest_order == newest
    again.record("unread", ids(1))
    assert not state(again)[ids(1)[0]][2].read


def test_duplicate_events_of_a_repeated_import(stocked: Machine) -> None:
    """A crash between events and articles leaves the events; the next import writes them again."""
    library = stocked.open()
    found = [article(3, ReadingStatus(read=True, read_count=4, last_read="2030-01-01T00:00:00Z"))]
    add(library, found)
    for path in (*stocked.segments(), *stocked.segments("texts")):
        path.unlink()
    library = stocked.open()
    add(library, found)
    assert event_kinds(stocked) == ["read", "read"]
    library.record("opened", ids(1))
    before = state(library)
    assert compact(stocked).events == 1
    assert state(stocked.open()) == before
    assert library.get_article(ids(3)[0]).reading.read_count == 4


def test_damaged_lines_are_kept_in_a_file(stocked: Machine) -> None:
    """Cases 15 and 20."""
    library = stocked.open()
    library.record("read", ids(1))
    before = state(library)
    bad = [b'{"at":"2031-05-06T07:08:09Z","event":"read","crc":"00000000"}\n', b'{"torn']
    with stocked.journal.open("ab") as file:
        file.write(b"".join(bad))
    done = compact(stocked)
    assert (done.events, done.damaged) == (0, 2)
    assert done.damaged_lines_path is not None
    assert done.damaged_lines_path.read_bytes() == b"".join(bad)
    again = stocked.open()
    assert state(again) == before
    assert list(again.problems) == []
    assert event_kinds(stocked) == ["read"]


def test_a_conflict_copy_keeps_undone_events(stocked: Machine) -> None:
    """Case 39: the copy has the event but not its undoing."""
    library = stocked.open()
    library.record("starred", ids(1))
    shutil.copy2(stocked.journal, stocked.journal.with_name("desk.sync-conflict-1-2-ABC.jsonl"))
    undo(library)
    stocked.clock.now += MONTH
    compact(stocked)
    assert not state(stocked.open())[ids(1)[0]][2].starred


def test_a_dry_run_changes_nothing(stocked: Machine) -> None:
    library = stocked.open()
    library.record("deleted", ids(1))
    for position in (1, 2):
        library.record("position", ids(2), position=position)
    stocked.clock.now += MONTH
    before = {path: path.read_bytes() for path in stocked.folder.rglob("*") if path.is_file()}
    preview = compact(stocked, dry_run=True)
    assert (preview.texts, preview.events) == (1, 1)
    assert {p: p.read_bytes() for p in stocked.folder.rglob("*") if p.is_file()} == before
    done = compact(stocked)
    assert (done.texts, done.events) == (preview.texts, preview.events)
    assert abs(done.bytes_after - preview.bytes_after) < 9


def test_an_empty_library_is_compacted(machine: Machine) -> None:
    assert compact(machine) == CompactResult()
    assert compact(machine, dry_run=True) == CompactResult()


def test_a_newer_format(stocked: Machine) -> None:
    """Case 33."""
    stocked.journal.write_bytes(encode_line({"format": 99, "machine": "desk"}))
    with pytest.raises(LibraryReadOnly, match="format 99"):
        compact(stocked)


def test_nothing_is_compacted_without_locks(
    stocked: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 41: what another process appends meanwhile would be lost."""

    def refuse(*_: Any) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    stocked.open().record("read", ids(1))
    before = stocked.journal.read_bytes()
    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(SaveFailed, match=r"Not saved: .* is on a file system without locks"):
        compact(stocked)
    assert stocked.journal.read_bytes() == before


# -- the texts -----------------------------------------------------------------------------


@pytest.fixture
def deleted(machine: Machine) -> Machine:
    """A machine with four articles: two deleted, one of them restored, and one still to be."""
    library = machine.open()
    add(library, articles([1, 2, 3, 4]))
    library.record("deleted", ids(1, 2))
    library.record("restored", ids(2))
    machine.clock.now += MONTH
    library.record("deleted", ids(3))
    return machine


def test_texts_are_purged_after_thirty_days(deleted: Machine) -> None:
    before = state(deleted.open())
    facts, texts = deleted.segments()[0], deleted.segments("texts")[0]
    assert compact(deleted).texts == 1
    assert [stored_text(deleted, number) for number in (1, 2, 3, 4)] == [
        "",
        *(f"Text {n}." for n in (2, 3, 4)),
    ]
    assert b"Text 1." not in texts.read_bytes()
    left = orjson.loads(facts.read_bytes())["articles"]["1"]
    assert sorted(left) == ["created", "date", "id", "purged", "title", "url"]
    again = deleted.open()
    assert state(again) == before
    assert list(again.problems) == []
    assert again.undoable()[-1].articles == tuple(ids(1, 2))
    assert compact(deleted).texts == 0


def test_texts_are_not_purged_earlier(stocked: Machine) -> None:
    stocked.open().record("deleted", ids(1))
    stocked.clock.now += MONTH - timedelta(minutes=1)
    assert compact(stocked) == CompactResult()


def test_a_second_import_does_not_restore_a_purged_article(deleted: Machine) -> None:
    compact(deleted)
    library = deleted.open()
    assert (add(library, articles([1])).added, len(state(library))) == (0, 2)


def test_a_purged_article_is_restored(deleted: Machine) -> None:
    """Its title is there, its text is not; nothing fails."""
    compact(deleted)
    library = deleted.open()
    library.record("restored", ids(1))
    entry = deleted.open().get_article(ids(1)[0])
    assert (entry.article.title, entry.body.text) == ("Title 1", "")


def test_each_machine_compacts_its_own_files(tmp_path: Path) -> None:
    """A complete copy of another machine is preferred if the article is restored."""
    desk, lap = Machine(tmp_path / "desk"), Machine(tmp_path / "lap", "lap")
    for machine in (desk, lap):
        add(machine.open(), articles([1, 2]))
        sync_files(lap, desk)
    desk.open().record("deleted", ids(1))
    desk.clock.now += MONTH
    untouched = {p: p.read_bytes() for p in desk.folder.rglob("lap*") if p.is_file()}
    assert len(untouched) == 2
    assert compact(desk).texts == 1
    assert {path: path.read_bytes() for path in untouched} == untouched
    library = desk.open()
    library.record("restored", ids(1))
    for each in (library, desk.open()):
        assert each.get_article(ids(1)[0]).body.text == "Text 1."


def test_a_damaged_segment_is_left_alone(deleted: Machine) -> None:
    path = deleted.segments("texts")[0]
    path.write_bytes(path.read_bytes()[:-9])
    before = path.read_bytes()
    done = compact(deleted)
    assert (done.texts, len(done.problems)) == (0, 1)
    assert path.read_bytes() == before


def test_an_open_reader_sees_the_compaction(deleted: Machine) -> None:
    """Case 39."""
    library = deleted.open()
    before = state(library)
    compact(deleted)
    library.refresh()
    assert state(library) == before
    library.record("restored", ids(1))
    assert library.get_article(ids(1)[0]).body.text == ""
