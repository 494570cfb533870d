"""Compacting: what goes is what nobody can miss, whatever happens meanwhile."""

from __future__ import annotations

import errno
import fcntl
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

import store.compact
from store.article import Reading
from store.compact import Compacted, compact
from store.errors import LibraryReadOnly, NotSaved
from store.events import sealed, unsealed
from store.files import write_atomic
from store.folder import FolderLibrary
from tests.faults.injection import FAULTS, Killed
from tests.faults.test_one_save import CALLS, MOST, Fault
from tests.libraries import Machine, add, article, articles, ids, load, state, undo

ROOT = Path(__file__).parents[2]
MONTH = timedelta(days=30)


def run(machine: Machine, **how: Any) -> Compacted:
    """Compact to the end."""
    steps = compact(machine.folder, machine.name, machine.clock, **how)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            done: Compacted = end.value
            return done


def kinds(machine: Machine) -> list[str]:
    """The events of the journal, in order."""
    lines = map(unsealed, machine.journal.read_bytes().splitlines(keepends=True))
    return [line["event"] for line in lines if "event" in line]


def text_of(machine: Machine, number: int) -> str:
    """What is stored as the text of an article."""
    for path in machine.segments():
        facts = orjson.loads(path.read_bytes())["articles"]
        texts = orjson.loads((machine.folder / "texts" / path.name).read_bytes())["texts"]
        for key, document in facts.items():
            if document["id"] == ids(number)[0]:
                return str(texts[key]["text"])
    raise AssertionError(number)


def copy(machine: Machine, to: Machine) -> None:
    """Carry what this machine wrote to another one, as a sync does."""
    for path in machine.folder.rglob(f"{machine.name}*.json*"):
        target = to.folder / path.relative_to(machine.folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)


DONE = (
    *("opened", "read", "unread", "starred", "unstarred", "position", "position", "position"),
    *("undo", "undo", "deleted", "restored", "tagged", "untagged", "edited"),
)


def said(kind: str, chance: random.Random) -> dict[str, Any]:
    """What an event of this kind says."""
    match kind:
        case "position":
            return {"position": chance.randrange(99)}
        case "tagged" | "untagged":
            return {"tag": chance.choice("ab")}
        case "edited":
            return {"to": {"title": f"Title {chance.randrange(99)}"}}
    return {}


def busy(machine: Machine, seed: int) -> FolderLibrary:
    """A library of six articles with a long random history, some of it undone."""
    chance = random.Random(seed)
    library = machine.open()
    add(library, [article(1, Reading(read=True, read_count=2, position=9)), *articles(range(2, 7))])
    for _ in range(120):
        machine.clock.now += timedelta(hours=chance.choice([-1, 0, 1, 40]))
        some = ids(*chance.sample(range(1, 7), chance.choice([1, 1, 1, 3])))
        kind = chance.choice(DONE)
        if kind == "undo":
            library.undo()
        else:
            library.record(kind, some, **said(kind, chance))
    return library


# -- the journal ---------------------------------------------------------------------------


def test_what_goes_and_what_stays(stocked: Machine) -> None:
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
    done = run(stocked)
    assert (done.events, done.damaged, done.texts, done.problems) == (4, 0, 0, ())
    assert done.after < done.before
    assert done.after == stocked.journal.stat().st_size
    stay = ["position", "position", "opened", "read", "opened", "read", "unread", "undone"]
    assert kinds(stocked) == stay
    assert state(stocked.open()) == before
    assert run(stocked) == Compacted()


@pytest.mark.parametrize("seed", range(12))
def test_any_history_adds_up_to_the_same(tmp_path: Path, seed: int) -> None:
    """Here, where the journal is open, on another machine, with and without their snapshots."""
    desk, lap = Machine(tmp_path / "desk"), Machine(tmp_path / "lap", "lap")
    at_desk = busy(desk, seed)
    copy(desk, lap)
    at_lap = lap.open()
    for machine, library in ((desk, at_desk), (lap, at_lap)):
        library._write_snapshot()
        assert machine.cache.joinpath("reading.json").exists()
    desk.clock.now += MONTH
    before, undoable = state(at_desk), at_desk.undoable()
    assert run(desk).events > 20
    size = desk.journal.stat().st_size
    copy(desk, lap)
    for library in (at_desk, at_lap):
        library.refresh()
    for library in (at_desk, at_lap, desk.open(), lap.open()):
        assert state(library) == before
    assert at_desk.undoable() == desk.open().undoable() == undoable
    assert desk.journal.stat().st_size == size, "nothing that went was given back"
    while undo(at_desk):
        pass
    assert state(desk.open()) == state(at_desk)


def test_it_is_noticed_whatever_stands_at_the_same_place(stocked: Machine) -> None:
    """Case 39: a rewritten journal can be as long, and the same just before the point read."""
    library = stocked.open()
    for position in (1, 2, 3):
        library.record("position", ids(1), position=position)
    ((name, (offset, proof, head)),) = library._journal.covered().items()
    run(stocked)
    data = stocked.journal.read_bytes()
    assert data[: len(head)] != head
    first = data.partition(b"\n")[0]
    padding = offset - len(first) - 1 - len(proof)
    stocked.journal.write_bytes(first + b"\n" + b"\n" * padding + proof)
    assert stocked.journal.stat().st_size == offset
    assert library._journal.replaced()
    assert not stocked.unloaded()._journal.resume({name: (offset, proof, head)}, 0)


def test_each_compacting_is_another_one(stocked: Machine) -> None:
    """Case 35: also where the clock went back."""
    heads = []
    for _ in range(3):
        library = stocked.open()
        for position in (1, 2):
            library.record("position", ids(1), position=position)
        run(stocked)
        heads.append(
            unsealed(stocked.journal.read_bytes().splitlines(keepends=True)[0])["rewritten"]
        )
        stocked.clock.now -= timedelta(days=3)
    assert heads == sorted(set(heads))


def test_the_greatest_order_is_never_given_again(stocked: Machine) -> None:
    """Case 35: the clock was wrong for a while, and what was done then was undone."""
    library = stocked.open()
    library.record("read", ids(1))
    stocked.clock.now += timedelta(days=1000)
    library.record("starred", ids(1))
    undo(library)
    newest = library._journal.newest
    stocked.clock.now += MONTH
    assert run(stocked).events == 1
    stocked.clock.now -= timedelta(days=2000)
    again = stocked.open()
    assert again._journal.newest == newest
    again.record("unread", ids(1))
    assert not state(again)[ids(1)[0]][2].read


def test_an_import_that_was_repeated(stocked: Machine) -> None:
    """A crash between events and articles leaves the events; the next import writes them again."""
    library = stocked.open()
    found = [article(3, Reading(read=True, read_count=4, last_read="2030-01-01T00:00:00Z"))]
    add(library, found)
    for path in (*stocked.segments(), *stocked.segments("texts")):
        path.unlink()
    library = stocked.open()
    add(library, found)
    assert kinds(stocked) == ["read", "read"]
    library.record("opened", ids(1))
    before = state(library)
    assert run(stocked).events == 1
    assert state(stocked.open()) == before
    assert library.entry(ids(3)[0]).reading.read_count == 4


def test_damaged_lines_are_kept_aside(stocked: Machine) -> None:
    """Cases 15 and 20."""
    library = stocked.open()
    library.record("read", ids(1))
    before = state(library)
    bad = [b'{"at":"2031-05-06T07:08:09Z","event":"read","crc":"00000000"}\n', b'{"torn']
    with stocked.journal.open("ab") as file:
        file.write(b"".join(bad))
    done = run(stocked)
    assert (done.events, done.damaged) == (0, 2)
    assert done.aside is not None
    assert done.aside.read_bytes() == b"".join(bad)
    again = stocked.open()
    assert state(again) == before
    assert list(again.problems) == []
    assert kinds(stocked) == ["read"]


def test_a_copy_of_the_journal_keeps_what_was_undone(stocked: Machine) -> None:
    """Case 39: the copy has the event and not what undid it."""
    library = stocked.open()
    library.record("starred", ids(1))
    shutil.copy2(stocked.journal, stocked.journal.with_name("desk.sync-conflict-1-2-ABC.jsonl"))
    undo(library)
    stocked.clock.now += MONTH
    run(stocked)
    assert not state(stocked.open())[ids(1)[0]][2].starred


def test_a_dry_run_changes_nothing(stocked: Machine) -> None:
    library = stocked.open()
    library.record("deleted", ids(1))
    for position in (1, 2):
        library.record("position", ids(2), position=position)
    stocked.clock.now += MONTH
    before = {path: path.read_bytes() for path in stocked.folder.rglob("*") if path.is_file()}
    told = run(stocked, dry_run=True)
    assert (told.texts, told.events) == (1, 1)
    assert {p: p.read_bytes() for p in stocked.folder.rglob("*") if p.is_file()} == before
    done = run(stocked)
    assert (done.texts, done.events) == (told.texts, told.events)
    assert abs(done.after - told.after) < 9


def test_nothing_there(machine: Machine) -> None:
    assert run(machine) == Compacted()
    assert run(machine, dry_run=True) == Compacted()


def test_a_newer_format(stocked: Machine) -> None:
    """Case 33."""
    stocked.journal.write_bytes(sealed({"format": 99, "machine": "desk"}))
    with pytest.raises(LibraryReadOnly, match="format 99"):
        run(stocked)


def test_without_locks_it_is_not_done(stocked: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 41: what another process appends meanwhile would be lost."""

    def refuse(*_: Any) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    stocked.open().record("read", ids(1))
    before = stocked.journal.read_bytes()
    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(NotSaved, match=r"Not compacted: .* is on a file system without locks"):
        run(stocked)
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


def test_texts_go_after_thirty_days(deleted: Machine) -> None:
    before = state(deleted.open())
    facts, texts = deleted.segments()[0], deleted.segments("texts")[0]
    assert run(deleted).texts == 1
    assert [text_of(deleted, number) for number in (1, 2, 3, 4)] == [
        "",
        *(f"Text {n}." for n in (2, 3, 4)),
    ]
    assert b"Text 1." not in texts.read_bytes()
    left = orjson.loads(facts.read_bytes())["articles"]["1"]
    assert sorted(left) == ["created", "date", "id", "purged", "title"]
    again = deleted.open()
    assert state(again) == before
    assert list(again.problems) == []
    assert again.undoable()[-1].articles == tuple(ids(1, 2))
    assert run(deleted).texts == 0


def test_not_before(stocked: Machine) -> None:
    stocked.open().record("deleted", ids(1))
    stocked.clock.now += MONTH - timedelta(minutes=1)
    assert run(stocked) == Compacted()


def test_a_second_import_does_not_bring_it_back(deleted: Machine) -> None:
    run(deleted)
    library = deleted.open()
    assert (add(library, articles([1])).added, len(state(library))) == (0, 2)


def test_restored_after_all(deleted: Machine) -> None:
    """Its title is there, its text is not; nothing fails."""
    run(deleted)
    library = deleted.open()
    library.record("restored", ids(1))
    entry = deleted.open().entry(ids(1)[0])
    assert (entry.article.title, entry.body.text) == ("Title 1", "")


def test_each_machine_compacts_its_own(tmp_path: Path) -> None:
    """A whole copy of another machine counts, should the article be restored."""
    desk, lap = Machine(tmp_path / "desk"), Machine(tmp_path / "lap", "lap")
    for machine in (desk, lap):
        add(machine.open(), articles([1, 2]))
        copy(lap, desk)
    desk.open().record("deleted", ids(1))
    desk.clock.now += MONTH
    untouched = {p: p.read_bytes() for p in desk.folder.rglob("lap*") if p.is_file()}
    assert len(untouched) == 2
    assert run(desk).texts == 1
    assert {path: path.read_bytes() for path in untouched} == untouched
    library = desk.open()
    library.record("restored", ids(1))
    for each in (library, desk.open()):
        assert each.entry(ids(1)[0]).body.text == "Text 1."


def test_a_damaged_segment_is_left(deleted: Machine) -> None:
    path = deleted.segments("texts")[0]
    path.write_bytes(path.read_bytes()[:-9])
    before = path.read_bytes()
    done = run(deleted)
    assert (done.texts, len(done.problems)) == (0, 1)
    assert path.read_bytes() == before


def test_a_reader_that_is_open_sees_it(deleted: Machine) -> None:
    """Case 39."""
    library = deleted.open()
    before = state(library)
    run(deleted)
    library.refresh()
    assert state(library) == before
    library.record("restored", ids(1))
    assert library.entry(ids(1)[0]).body.text == ""


# -- what may happen meanwhile ---------------------------------------------------------------


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("call", CALLS)
def test_interrupted_at_every_call(tmp_path: Path, call: str, fault: str) -> None:
    """Cases 1, 2, 4 to 10: each file is the old or the new one, and the state the same."""
    for at in range(1, MOST):
        machine = Machine(tmp_path / str(at))
        library = machine.open()
        add(library, articles([1, 2, 3]))
        library.record("deleted", ids(3))
        for position in (1, 2):
            library.record("position", ids(1), position=position)
        with machine.journal.open("ab") as file:
            file.write(b"damaged\n")
        machine.clock.now += MONTH
        before = state(library)
        lines = machine.journal.read_bytes().splitlines()
        wrong = Fault(call, at, FAULTS[fault])
        killed = False
        try:
            with wrong.injected():
                run(machine)
        except NotSaved:
            pass
        except Killed:
            killed = True
        assert killed or list(machine.home.rglob(".newstui-*")) == []
        assert state(machine.open()) == before
        assert len(machine.journal.read_bytes().splitlines()) in (len(lines), len(lines) - 2)
        library.record("read", ids(2))
        run(machine)
        assert text_of(machine, 3) == ""
        assert machine.journal.with_name("desk.jsonl").read_bytes().count(b'"position"') == 2
        assert state(machine.open()) == state(library) != before
        assert b"damaged" not in machine.journal.read_bytes()
        assert list(machine.journal.parent.glob("desk.jsonl.damaged-*"))
        if not wrong.happened:
            return
    raise AssertionError("more calls than there can be")


CHILD = """
import sys, time
from pathlib import Path
from tests.libraries import Machine, ids
library = Machine(Path(sys.argv[1])).open()
sleep = time.sleep
def waiting(seconds):
    print("waiting", flush=True)
    sleep(seconds)
time.sleep = waiting
library.record("read", ids(2))
library.record("starred", ids(1))
"""


@pytest.fixture
def waiting(stocked: Machine, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """When the journal is about to be replaced, another process waits to append to the old one."""
    children: list[Any] = []

    def write(path: Path, data: bytes) -> None:
        command = [sys.executable, "-c", CHILD, str(stocked.home)]
        child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        children.append(child)
        assert child.stdout is not None
        assert child.stdout.readline() == b"waiting\n"
        write_atomic(path, data)

    monkeypatch.setattr(store.compact, "write_atomic", write)
    yield children
    for child in children:
        child.communicate()


def test_who_waits_to_append_loses_nothing(stocked: Machine, waiting: list[Any]) -> None:
    """Case 38: the lock it waited for is on a file that has no name any more."""
    library = stocked.open()
    for position in (1, 2):
        library.record("position", ids(1), position=position)
    assert run(stocked).events == 1
    assert [child.wait(30) for child in waiting] == [0]
    assert kinds(stocked) == ["position", "read", "starred"]
    library.refresh()
    found = state(library)
    assert found == state(stocked.open())
    assert (found[ids(2)[0]][2].read, found[ids(1)[0]][2].starred) == (True, True)


def test_appending_after_it_without_having_seen_it(stocked: Machine) -> None:
    """Case 38: a change that is made right after another process compacted."""
    library, late = stocked.open(), stocked.open()
    for position in (1, 2):
        library.record("position", ids(1), position=position)
    late.refresh()
    append = late._journal.append
    calls: list[Compacted] = []

    def compacted_first(changes: Any) -> Any:
        if not calls:
            calls.append(run(stocked))
        return append(changes)

    late._journal.append = compacted_first  # type: ignore[method-assign]
    late.record("read", ids(2))
    assert kinds(stocked) == ["position", "read"]
    assert state(late) == state(stocked.open())


def test_rewritten_while_it_is_read(stocked: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 39: between two steps of a start."""
    monkeypatch.setattr("store.folder.STEP", 2)
    library = stocked.open()
    for number in (1, 2, 1, 2, 1, 2):
        library.record("position", ids(number), position=number)
    library.record("read", ids(2))
    late = stocked.unloaded()
    steps = late.load()
    next(steps)
    assert run(stocked).events == 4
    for _ in steps:
        pass
    assert state(late) == state(load(stocked.unloaded())) == state(library)
