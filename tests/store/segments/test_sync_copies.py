"""Sync-conflict copies: read, never written to, and reported until they can be deleted."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from store.journal.events import NewEvent, encode_line
from store.journal.journal import Journal
from store.journal.journal_file import find_writer
from store.maintenance.repair import review_copies
from store.model.article import Body, ParsedArticle
from store.search.list_query import ListQuery
from store.segments.segments import SyncCopies, segment_name
from tests.support.libraries import (
    START,
    FakeClock,
    Machine,
    add,
    article,
    article_id,
    ids,
    list_numbers,
    load,
    reading_status,
    state,
    undo,
)

ONE = article_id(1)
PATTERNS = [
    "{}.sync-conflict-20261122-130500-ABCDEFG",
    "{}.sync-conflict-20261122-130500",
    "{} (conflicted copy 2026-11-22)",
    "{} (conflicted copy 2026-11-22 130500)",
    "{} (Ada's conflicted copy 2026-11-22)",
    "{} (conflicted copy)",
    "{}_conflict-20261122-130500",
    "{}-ADA-LAPTOP",
    "{}-ada-laptop-safeBackup-0001",
    "{}-adas-laptop",
    "{} [conflicted]",
    "{}.conflict1",
    "{} (1)",
]


def make_parsed(number: int) -> ParsedArticle:
    """The article of that number, with a text of as many words."""
    return replace(article(number, words=number), body=Body(" ".join(["word"] * number)))


def conflict(machine: Machine, source: Machine, pattern: str = PATTERNS[0]) -> list[Path]:
    """Copy the files of another library in as conflict copies."""
    copies = []
    for kind in ("articles", "texts", "journal"):
        for path in (source.folder / kind).glob(f"{source.name}*.json*"):
            copy = machine.folder / kind / (pattern.format(path.stem) + path.suffix)
            shutil.copyfile(path, copy)
            copies.append(copy)
    return copies


@pytest.fixture
def desk(tmp_path: Path) -> Machine:
    """A machine with two articles, one of them read."""
    desk = Machine(tmp_path / "desk")
    library = desk.open()
    add(library, [make_parsed(1), make_parsed(2)])
    library.record("read", [ONE])
    return desk


@pytest.fixture
def clone(desk: Machine, tmp_path: Path) -> Machine:
    """Another of that name, which has gone on from the same files at another time."""
    clone = Machine(tmp_path / "clone", clock=FakeClock(START + timedelta(hours=1)))
    shutil.copytree(desk.folder, clone.folder)
    library = clone.open()
    library.record("starred", [ONE])
    library.record("read", ids(1, 2))
    add(library, [make_parsed(5)])
    add(desk.open(), [make_parsed(3), make_parsed(4)])
    desk.open().record("unread", [ONE])
    return clone


# -- recognised ----------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("machine", ["desk", "my-desk-0b1c"])
def test_names_of_conflict_copies(tmp_path: Path, pattern: str, machine: str) -> None:
    """Case 39: the names that each tool gives them."""
    assert segment_name(pattern.format(f"{machine}-0001")) == f"{machine}-0001"
    path = tmp_path / f"{pattern.format(machine)}.jsonl"
    path.write_bytes(encode_line({"format": 1, "machine": machine}))
    assert find_writer(path) == (machine, True)


@pytest.mark.parametrize(
    "name", ["notes", "desk-1", ".desk-0001", "desk-0001x", "", "Desk-0001 (1)"]
)
def test_names_of_other_files(name: str) -> None:
    assert segment_name(name) == ""


@pytest.mark.parametrize(
    ("name", "first", "machine"),
    [
        ("desk", encode_line({"format": 1, "machine": "desk"}), "desk"),
        ("desk-ada", encode_line({"format": 1, "machine": "desk"}), "desk"),
        ("desk", encode_line({"format": 1, "machine": "lap"}), "desk"),
        ("desk", encode_line({"format": 1, "machine": ["desk"]}), "desk"),
        ("desk", b"\0\0\0\n", "desk"),
        ("desk", b"", "desk"),
        ("desk (1)", b"\0\0\0\n", ""),
        (".desk", encode_line({"format": 1, "machine": "desk"}), ""),
        ("notes of mine", b"{}\n", ""),
    ],
)
def test_the_writer_of_a_journal(tmp_path: Path, name: str, first: bytes, machine: str) -> None:
    """Case 42: the machine in the first line, if the name starts with it; else the name."""
    path = tmp_path / f"{name}.jsonl"
    path.write_bytes(first)
    assert find_writer(path) == (machine, first != b"")
    assert find_writer(tmp_path / "none.jsonl") == ("none", False)


@pytest.mark.parametrize(
    ("name", "renamed"),
    [
        ("journal/desk.jsonl.conflict1", "desk.conflict1.jsonl"),
        ("articles/desk-0001.json..path2", "desk-0001..path2.json"),
        ("texts/desk-0001.json (Conflict)", "desk-0001 (Conflict).json"),
        ("feeds.opml.conflict2", "feeds.conflict2.opml"),
        ("searches.toml.sync-conflict-20261122", "searches.sync-conflict-20261122.toml"),
        ("texts/desk-0001.json.damaged-20261122T130500Z", ""),
        ("texts/.desk-0001.json.conflict.tmp", ""),
        ("journal/desk.jsonl.orig", ""),
    ],
)
def test_names_that_end_in_something_else(name: str, renamed: str, tmp_path: Path) -> None:
    """Case 39: a copy of a name that is not read is told."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).touch()
    line = f"{name} is not read; rename it to {renamed}"
    assert list(review_copies(tmp_path)) == ([line] if renamed else [])


# -- read along ----------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("running", [True, False])
def test_a_copy_is_read_with_its_original(
    desk: Machine, clone: Machine, pattern: str, *, running: bool
) -> None:
    """Case 39: events and articles of both files are there, and what both have counts once."""
    library = desk.open() if running else desk.open_unloaded()
    copies = conflict(desk, clone, pattern)
    before = [path.read_bytes() for path in copies]
    if running:
        assert library.refresh().is_list_stale
    else:
        load(library)
    assert list_numbers(library) == [5, 4, 3, 2, 1]
    assert (reading_status(library).starred, reading_status(library).read_count) == (True, 2)
    assert (reading_status(library).read, reading_status(library, 2).read) == (True, True)
    for number in range(1, 6):
        assert library.get_article(article_id(number)).body.text == make_parsed(number).body.text
    library.record("read", ids(3))
    add(library, [make_parsed(6), make_parsed(5)])
    assert library.refresh().rows == {}
    assert state(desk.open()) == state(library)
    assert list(library.problems) == []
    assert [path.read_bytes() for path in copies] == before
    copies[-1].unlink()
    library.refresh()
    assert (reading_status(library).starred, reading_status(library).read_count) == (False, 1)


@pytest.mark.usefixtures("clone")
def test_a_copy_may_be_shorter_or_longer_or_arrive_in_parts(desk: Machine) -> None:
    """Case 39: a file arrives bit by bit, and its beginning has been read already."""
    library = desk.open()
    data = desk.journal.read_bytes()
    copy = desk.journal.with_name("desk (conflicted copy).jsonl")
    before = state(library)
    for end in (0, 10, len(data) // 2, len(data) - 1, len(data)):
        copy.write_bytes(data[:end])
        library.refresh()
        assert state(library) == before == state(desk.open())
    desk.journal.unlink()  # the copy alone has it all
    assert state(desk.open()) == before


def test_start_from_the_snapshot_with_copies(
    desk: Machine, clone: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 39: what a snapshot covers of two files counts once, whichever of them grows."""
    monkeypatch.setattr("store.library.folder_reading.SNAPSHOT_INTERVAL_EVENTS", 0)
    copy = conflict(desk, clone)[-1]
    data = copy.read_bytes()
    copy.write_bytes(data[: data.index(b"\n") + 1])
    desk.open()  # writes the snapshot
    copy.write_bytes(data)
    library = desk.open()
    assert reading_status(library).read_count == 2
    desk.open().record("read", ids(2))
    with desk.journal.open("ab") as file:  # a line of the copy comes into the journal as well
        file.write(data.splitlines(keepends=True)[-1])
    library = desk.open()
    assert (reading_status(library).read_count, reading_status(library, 2).read_count) == (2, 2)
    (desk.cache / "reading.json").unlink()
    assert state(desk.open()) == state(library)


def test_a_failed_change_forgets_no_lines_of_others(tmp_path: Path) -> None:
    """Cases 38 and 39: also where a line counts only once."""
    clock = FakeClock()
    journal, other = (Journal(tmp_path, "desk", clock, print) for _ in range(2))
    journal.append([NewEvent("read", ("a",))])
    shutil.copyfile(journal.own_path, journal.own_path.with_name("desk (1).jsonl"))
    assert journal.read(9) == []
    other.append([NewEvent("starred", ("a",))])
    with pytest.raises(ValueError, match="not an event"):
        journal.append([NewEvent("position", ("a",))])
    assert [event.kind for event in journal.append([NewEvent("unread", ("a",))])] == [
        "starred",
        "unread",
    ]


def test_undo_covers_a_copy_of_our_journal(desk: Machine, clone: Machine) -> None:
    """Case 39: every change of this machine can be undone once."""
    conflict(desk, clone)
    library = desk.open()
    before = [undone.event for undone in library.undoable()]
    assert before == ["read", "starred", "unread", "read"]
    assert undo(library) == ("read", tuple(ids(1, 2)))
    assert [undone.event for undone in library.undoable()] == before[1:]
    assert not reading_status(library, 2).read
    assert state(desk.open()) == state(library)


def test_texts_match_their_articles(desk: Machine, clone: Machine) -> None:
    """Case 39: the facts are those of one machine, the texts those of the other."""
    for kind in ("articles", "texts"):
        one, other = desk.segments(kind)[0], clone.segments(kind)[0]
        copy = one.with_name("desk-0001 (conflicted copy).json")
        shutil.copyfile(other if kind == "articles" else one, copy)
        if kind == "texts":
            shutil.copyfile(other, one)
    library = desk.open()
    assert list_numbers(library) == [5, 4, 3, 2, 1]
    for number in range(1, 6):
        assert library.get_article(article_id(number)).body.text == make_parsed(number).body.text


# -- review --------------------------------------------------------------------------------


def test_redundant_copies_are_reported(desk: Machine, clone: Machine) -> None:
    """Case 39: of two copies of one file, one has to be kept."""
    assert list(review_copies(desk.folder)) == []
    conflict(desk, clone, "{} (1)")
    conflict(desk, clone, "{} (2)")
    keep, remove = (
        "is in use: {} of its {} are in no other file; keep it",
        "redundant conflict copy",
    )
    lines = list(review_copies(desk.folder))
    assert len(lines) == 6
    assert [line for line in lines if remove in line] == lines[1::2]
    for line, only in zip(lines[::2], [(2, "events"), (1, "articles"), (1, "texts")], strict=True):
        assert line.endswith(keep.format(*only))
    assert lines[0].startswith("journal/desk (1).jsonl is")
    before = state(desk.open())
    for line in lines[1::2]:
        (desk.folder / line.partition(" is a redundant")[0]).unlink()
    assert state(desk.open()) == before


def test_damaged_copies_are_reviewed_without_error(desk: Machine) -> None:
    """Case 15: whatever they contain, no traceback."""
    for kind, name in (("articles", "desk-0001 (1).json"), ("journal", "desk (1).jsonl")):
        (desk.folder / kind / name).write_bytes(b"\xff\n{")
    assert len(list(review_copies(desk.folder))) == 1
    library = desk.open()
    assert len(library.rows(ListQuery())) == 2


def test_a_copy_of_the_same_tick_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk gives what changes within some milliseconds the same time."""
    monkeypatch.setattr("store.segments.segments.CLOCK_TICK_NS", 3_600_000_000_000)
    copies, now = SyncCopies(tmp_path), tmp_path.stat().st_mtime_ns
    for name in ("desk-0001", "desk-0001 (copy)"):
        (tmp_path / f"{name}.json").touch()
        os.utime(tmp_path, ns=(now, now))
        others = copies.other_files("desk-0001")
    assert others == ["desk-0001 (copy)"]
